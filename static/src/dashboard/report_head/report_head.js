import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { formatTimestamp } from "../format";

/** On paper: whose figures these are, of which days, and as of when. */
export class ReportHead extends Component {
    static template = "sale_dashboard.ReportHead";
    static props = {
        payload: Object,
        /** the period, and which orders where not all */
        title: String,
    };

    get companies() {
        const names = new Map(user.allowedCompanies.map(({ id, name }) => [id, name]));
        return this.props.payload.company_ids.map((id) => names.get(id)).join(", ");
    }

    get provenance() {
        const { generated_at, measure, timezone } = this.props.payload;
        return _t("%(measure)s, days of %(timezone)s, as of %(time)s", {
            measure: measure === "total" ? _t("With taxes") : _t("Without taxes"),
            timezone,
            time: formatTimestamp(generated_at, timezone),
        });
    }
}
