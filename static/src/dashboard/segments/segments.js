import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatAmount, formatCount, formatExactAmount, formatPercent } from "../format";
import { Section } from "../section/section";

/** The names are keys of the figures; what is shown is their translation. */
const SEGMENTS = {
    "High Value": { label: _t("High Value"), class: "o_sd_segment_high" },
    "Medium Value": { label: _t("Medium Value"), class: "o_sd_segment_medium" },
    "Low Value": { label: _t("Low Value"), class: "o_sd_segment_low" },
};
/** A narrower part of the bar has no room for its percentage. */
const MIN_LABELLED_SHARE = 9;

export class Segments extends Component {
    static template = "sale_dashboard.Segments";
    static components = { Section };
    static props = {
        changed: { type: Array, optional: true },
        currencyId: Number,
        error: { type: [String, { value: null }], optional: true },
        onOpen: Function,
        onRetry: Function,
        rows: Array,
    };
    static defaultProps = { changed: [] };

    get total() {
        return this.props.rows.reduce((sum, row) => sum + Math.max(0, row.total_revenue), 0);
    }

    get sentence() {
        const [best] = this.props.rows;
        if (!best) {
            return "";
        }
        const customers = this.props.rows.reduce((sum, row) => sum + row.customer_count, 0);
        return _t("%(customers)s of customers bring %(revenue)s of revenue", {
            customers: formatPercent((best.customer_count / customers) * 100),
            revenue: formatPercent(this.getShare(best)),
        });
    }

    get rows() {
        const { changed, currencyId } = this.props;
        return this.props.rows.map((row) => {
            const share = this.getShare(row);
            return {
                ...row,
                ...SEGMENTS[row.segment_name],
                customers:
                    row.customer_count === 1
                        ? _t("1 customer")
                        : _t("%s customers", formatCount(row.customer_count)),
                exact: formatExactAmount(row.total_revenue, currencyId),
                isChanged: changed.includes(row.segment_name),
                revenue: formatAmount(row.total_revenue, currencyId),
                share,
                shareText: share >= MIN_LABELLED_SHARE ? formatPercent(share) : "",
            };
        });
    }

    getShare(row) {
        return this.total ? (Math.max(0, row.total_revenue) / this.total) * 100 : 0;
    }
}
