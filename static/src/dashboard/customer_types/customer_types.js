import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatCustomers, formatPercent } from "../format";
import { Section } from "../section/section";
import { ShareList } from "../share_list/share_list";

const TYPES = {
    new: { label: _t("New"), class: "o_sd_segment_high" },
    returning: { label: _t("Returning"), class: "o_sd_segment_low" },
};

/** Revenue of customers who ordered for the first time, and of those who came back. */
export class CustomerTypes extends Component {
    static template = "sale_dashboard.CustomerTypes";
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
    static defaultProps = { changed: [] };

    /** What a row does to the whole dashboard, if it may. */
    get filterRow() {
        const { filterBy } = this.props;
        return (
            filterBy &&
            (({ key: value, label }) =>
                filterBy({ field: "dashboard_customer_type", operator: "=", value, label }))
        );
    }

    get sentence() {
        const row = this.props.rows.find((row) => row.key === "new");
        return row ? _t("New customers bring %s of revenue", formatPercent(row.share)) : "";
    }

    get changed() {
        return Object.keys(TYPES).filter((key) =>
            this.props.changed.includes(`customer_type:${key}`)
        );
    }

    get rows() {
        return this.props.rows.map((row) => ({
            key: row.key,
            label: TYPES[row.key].label.toString(),
            class: TYPES[row.key].class,
            count: formatCustomers(row.customer_count),
            revenue: row.revenue,
            change: row.change,
        }));
    }
}
