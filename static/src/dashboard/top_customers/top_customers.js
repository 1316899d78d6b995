import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatAmount, formatCount, formatExactAmount, formatPercent } from "../format";
import { Section } from "../section/section";

export class TopCustomers extends Component {
    static template = "sale_dashboard.TopCustomers";
    static components = { Section };
    static props = {
        changed: { type: Array, optional: true },
        currencyId: Number,
        /** of all customers in the period, the listed ones included */
        customerCount: [Number, { value: false }],
        error: { type: [String, { value: null }], optional: true },
        onOpen: Function,
        onRetry: Function,
        rows: Array,
    };
    static defaultProps = { changed: [] };

    get sentence() {
        const { customerCount, rows } = this.props;
        const share = rows.reduce((sum, row) => sum + row.share, 0);
        const values = {
            count: formatCount(rows.length),
            total: formatCount(customerCount),
            share: formatPercent(share),
        };
        if (rows.length === 1) {
            return customerCount > 1
                ? _t("The best of %(total)s, %(share)s of revenue", values)
                : _t("One customer brings all the revenue", values);
        }
        return customerCount > rows.length
            ? _t("%(count)s of %(total)s, together %(share)s of revenue", values)
            : _t("All %(count)s customers of the period", values);
    }

    get rows() {
        const { changed, currencyId, rows } = this.props;
        const largest = Math.max(...rows.map((row) => row.total_revenue), 0);
        return rows.map((row) => ({
            ...row,
            avatar: `/web/image/res.partner/${row.id}/avatar_128`,
            bar: largest ? Math.max(0, row.total_revenue / largest) * 100 : 0,
            exact: formatExactAmount(row.total_revenue, currencyId),
            isChanged: changed.includes(row.id),
            orders: formatCount(row.order_count),
            revenue: formatAmount(row.total_revenue, currencyId),
            shareText: formatPercent(row.share),
        }));
    }
}
