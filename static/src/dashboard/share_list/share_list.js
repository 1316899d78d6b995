import { Component } from "@odoo/owl";
import { Change } from "../change/change";
import { FilterButton } from "../filter_button/filter_button";
import { formatAmount, formatExactAmount, formatPercent } from "../format";

/** A narrower part of the bar has no room for its percentage. */
const MIN_LABELLED_SHARE = 9;

/** Parts of a whole: one bar, and a list that says the same in words. */
export class ShareList extends Component {
    static template = "sale_dashboard.ShareList";
    static components = { Change, FilterButton };
    static props = {
        changed: { type: Array, optional: true },
        currencyId: Number,
        /** narrows the dashboard to the customers of a row; without it no row offers that */
        filterBy: { type: Function, optional: true },
        isCompared: { type: Boolean, optional: true },
        onOpen: Function,
        rows: {
            type: Array,
            element: {
                type: Object,
                shape: {
                    key: String,
                    label: String,
                    class: String,
                    count: String,
                    revenue: Number,
                    change: { type: [Number, { value: false }], optional: true },
                    "*": true,
                },
            },
        },
    };
    static defaultProps = { changed: [], isCompared: false };

    get rows() {
        const { changed, currencyId, rows } = this.props;
        const total = rows.reduce((sum, row) => sum + Math.max(0, row.revenue), 0);
        return rows.map((row) => {
            const share = total ? (Math.max(0, row.revenue) / total) * 100 : 0;
            return {
                ...row,
                exact: formatExactAmount(row.revenue, currencyId),
                isChanged: changed.includes(row.key),
                revenueText: formatAmount(row.revenue, currencyId),
                share,
                shareText: share >= MIN_LABELLED_SHARE ? formatPercent(share) : "",
            };
        });
    }

    open(row) {
        this.props.onOpen(this.props.rows.find((one) => one.key === row.key));
    }
}
