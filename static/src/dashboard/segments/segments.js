import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatCustomers, formatPercent } from "../format";
import { Section } from "../section/section";
import { ShareList } from "../share_list/share_list";

/** The names are keys of the figures; what is shown is their translation. */
const SEGMENTS = {
    "High Value": { label: _t("High Value"), class: "o_sd_segment_high" },
    "Medium Value": { label: _t("Medium Value"), class: "o_sd_segment_medium" },
    "Low Value": { label: _t("Low Value"), class: "o_sd_segment_low" },
};

export class Segments extends Component {
    static template = "sale_dashboard.Segments";
    static components = { Section, ShareList };
    static props = {
        changed: { type: Array, optional: true },
        currencyId: Number,
        error: { type: [String, { value: null }], optional: true },
        filterBy: { type: Function, optional: true },
        isCompared: { type: Boolean, optional: true },
        onOpen: Function,
        onRetry: Function,
        rows: Array,
    };

    /** What a row does to the whole dashboard, if it may. */
    get filterRow() {
        const { filterBy } = this.props;
        return (
            filterBy &&
            (({ key: value, label }) =>
                filterBy({ field: "dashboard_segment", operator: "=", value, label }))
        );
    }

    get sentence() {
        const { rows } = this.props;
        const [best] = rows;
        if (!best) {
            return "";
        }
        const sum = (field) => rows.reduce((sum, row) => sum + Math.max(0, row[field]), 0);
        const share = (field) => {
            const total = sum(field);
            return formatPercent(total ? (Math.max(0, best[field]) / total) * 100 : 0);
        };
        return _t("%(customers)s of customers bring %(revenue)s of revenue", {
            customers: share("customer_count"),
            revenue: share("total_revenue"),
        });
    }

    get rows() {
        return this.props.rows.map((row) => ({
            key: row.segment_name,
            label: SEGMENTS[row.segment_name].label.toString(),
            class: SEGMENTS[row.segment_name].class,
            count: formatCustomers(row.customer_count),
            revenue: row.total_revenue,
            change: row.change,
        }));
    }
}
