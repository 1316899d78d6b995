import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatAmount, formatCount, formatExactAmount } from "../format";
import { Section } from "../section/section";

const STATES = {
    open: { label: _t("Open"), icon: "fa-file-text-o" },
    expiring: { label: _t("Expiring within 7 days"), icon: "fa-clock-o" },
    expired: { label: _t("Expired"), icon: "fa-calendar-times-o" },
};

/** Quotations that wait for an answer: not of the period, but as they stand now. */
export class Quotations extends Component {
    static template = "sale_dashboard.Quotations";
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

    get sentence() {
        const open = this.props.rows.find((row) => row.key === "open");
        if (!open?.order_count) {
            return _t("No open quotation at the moment");
        }
        const values = {
            count: formatCount(open.order_count),
            amount: formatAmount(open.revenue, this.props.currencyId),
        };
        return open.order_count === 1
            ? _t("One quotation of %(amount)s waits for an answer", values)
            : _t("%(count)s quotations worth %(amount)s wait for an answer", values);
    }

    get rows() {
        const { changed, currencyId, rows } = this.props;
        return rows.map((row) => ({
            row,
            key: row.key,
            label: STATES[row.key].label.toString(),
            icon: STATES[row.key].icon,
            count: formatCount(row.order_count),
            amount: formatAmount(row.revenue, currencyId),
            exact: formatExactAmount(row.revenue, currencyId),
            isChanged: changed.includes(`quotation:${row.key}`),
            isUrgent: row.key === "expiring" && row.order_count > 0,
        }));
    }
}
