import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Avatar } from "../avatar/avatar";
import { Change } from "../change/change";
import { Failure } from "../failure/failure";
import { FilterButton } from "../filter_button/filter_button";
import {
    formatAmount,
    formatCount,
    formatExactAmount,
    formatNumber,
    formatPercent,
    formatShortDay,
} from "../format";
import { RFM_GROUPS } from "../rfm_groups";
import { Section } from "../section/section";
import { sortProps, useSort } from "../sort";
import { SortHeader } from "../sort_header/sort_header";

const COLUMNS = {
    name: (row) => row.name,
    revenue: (row) => row.total_revenue,
    orders: (row) => row.order_count,
    share: (row) => row.share,
    change: (row) => row.change ?? false,
    lifetime: (row) => row.lifetime && row.lifetime.revenue,
    // From the best to the worst, as they are named.
    group: (row) => row.rfm && Object.keys(RFM_GROUPS).indexOf(row.rfm.group),
};

export class TopCustomers extends Component {
    static template = "sale_dashboard.TopCustomers";
    static components = { Avatar, Change, Failure, FilterButton, Section, SortHeader };
    static props = {
        changed: { type: Array, optional: true },
        currencyId: Number,
        /** of all customers in the period, the listed ones included */
        customerCount: [Number, { value: false }],
        error: { type: [String, { value: null }], optional: true },
        /** narrows the dashboard to one customer */
        filterBy: { type: Function, optional: true },
        /** what is known of customers the viewer may not see, where there are any */
        hidden: { type: [Object, { value: null }], optional: true },
        isCompared: { type: Boolean, optional: true },
        lifetimeError: { type: [String, { value: null }], optional: true },
        onOpen: Function,
        onOpenHidden: { type: Function, optional: true },
        onRetry: Function,
        rfmError: { type: [String, { value: null }], optional: true },
        rows: Array,
        ...sortProps,
    };
    static defaultProps = { changed: [], isCompared: false };

    setup() {
        this.sort = useSort();
    }

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

    /** Failures of columns: the table stands without them. */
    get columnErrors() {
        const { error, lifetimeError, rfmError } = this.props;
        if (error) {
            return [];
        }
        return [
            { name: "lifetime", label: _t("Lifetime:"), error: lifetimeError },
            { name: "rfm", label: _t("Customer groups:"), error: rfmError },
        ]
            .filter((column) => column.error)
            .map((column) => ({ name: column.name, error: `${column.label} ${column.error}` }));
    }

    get rows() {
        const { changed, currencyId, rows } = this.props;
        const largest = Math.max(...rows.map((row) => row.total_revenue), 0);
        return this.sort.apply(rows, COLUMNS).map((row) => ({
            ...row,
            avatar: `/web/image/res.partner/${row.id}/avatar_128`,
            bar: largest ? Math.max(0, row.total_revenue / largest) * 100 : 0,
            changeProps: {
                change: row.change ?? false,
                ...this.getUndefinedChange(row),
            },
            exact: formatExactAmount(row.total_revenue, currencyId),
            group: this.getGroup(row),
            isChanged: changed.includes(row.id),
            lifetimeText: row.lifetime ? formatAmount(row.lifetime.revenue, currencyId) : "–",
            lifetimeHint: this.getLifetimeHint(row),
            orders: formatCount(row.order_count),
            revenue: formatAmount(row.total_revenue, currencyId),
            shareText: formatPercent(row.share),
        }));
    }

    filter(row) {
        this.props.filterBy({ field: "partner_id", ids: [row.id], label: row.name });
    }

    get hiddenRow() {
        const { currencyId, hidden } = this.props;
        return {
            exact: formatExactAmount(hidden.total_revenue, currencyId),
            orders: formatCount(hidden.order_count),
            revenue: formatAmount(hidden.total_revenue, currencyId),
        };
    }

    /**
     * A customer without an order in the comparison: new, or back after a while.
     */
    getUndefinedChange({ lifetime, order_count, previous }) {
        if (!previous || previous.order_count) {
            return {
                title: previous
                    ? _t(
                          "Before: %s",
                          formatExactAmount(previous.total_revenue, this.props.currencyId)
                      )
                    : "",
            };
        }
        const title = _t("No order in the period compared with");
        if (!lifetime) {
            return { title };
        }
        const isNew = lifetime.order_count === order_count;
        return { title, undefinedText: (isNew ? _t("new") : _t("back")).toString() };
    }

    getGroup({ rfm }) {
        if (!rfm) {
            return null;
        }
        return {
            name: rfm.group,
            label: (RFM_GROUPS[rfm.group] || rfm.group).toString(),
            hint: _t(
                "In this period: recency %(recency)s, frequency %(frequency)s, revenue %(monetary)s (5 is the best)",
                rfm
            ),
        };
    }

    getLifetimeHint({ lifetime }) {
        if (!lifetime) {
            return "";
        }
        const values = {
            revenue: formatExactAmount(lifetime.revenue, this.props.currencyId),
            orders: formatCount(lifetime.order_count),
            first: formatShortDay(lifetime.first_order_date),
            last: formatShortDay(lifetime.last_order_date),
        };
        if (lifetime.average_gap_days === false) {
            return _t("%(revenue)s in one order on %(last)s", values);
        }
        return _t(
            "%(revenue)s in %(orders)s orders from %(first)s to %(last)s, every %(gap)s days on average",
            { ...values, gap: formatNumber(lifetime.average_gap_days) }
        );
    }
}
