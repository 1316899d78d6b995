import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatComparison } from "../format";

/** What the figures are compared with, to the minute; and the way to the proof of them. */
export class ComparisonNote extends Component {
    static template = "sale_dashboard.ComparisonNote";
    static props = {
        comparison: [Object, { value: false }],
        onReconcile: { type: Function, optional: true },
        onVerify: { type: Function, optional: true },
        timezone: String,
    };

    get text() {
        const { comparison, timezone } = this.props;
        return comparison
            ? _t("Compared with %s", formatComparison(comparison, timezone))
            : _t("Not compared");
    }
}
