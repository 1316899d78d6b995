import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Avatar } from "../avatar/avatar";
import { Change } from "../change/change";
import { FilterButton } from "../filter_button/filter_button";
import {
    formatAmount,
    formatCount,
    formatExactAmount,
    formatNumber,
    formatPercent,
} from "../format";
import { RFM_GROUPS } from "../rfm_groups";
import { Section } from "../section/section";
import { sortProps, useSort } from "../sort";
import { SortHeader } from "../sort_header/sort_header";
import { onTabListKeydown } from "../tab_keys";

/**
 * What the rows are, what a row without a record is called, and the field of orders that
 * holds the record, or that stands for a group of customers.
 */
export const DIMENSIONS = {
    user: {
        label: _t("Salespeople"),
        column: _t("Salesperson"),
        nothing: _t("No salesperson"),
        field: "user_id",
    },
    team: {
        label: _t("Teams"),
        column: _t("Sales team"),
        nothing: _t("No sales team"),
        field: "team_id",
    },
    country: {
        label: _t("Countries"),
        column: _t("Country"),
        nothing: _t("No country"),
        field: "partner_id.country_id",
    },
    product: {
        label: _t("Products"),
        column: _t("Product"),
        nothing: _t("No product"),
        field: "order_line.product_id",
    },
    category: {
        label: _t("Categories"),
        column: _t("Category"),
        nothing: _t("No category"),
        field: "order_line.product_id.categ_id",
    },
    rfm_group: {
        label: _t("Customer groups"),
        column: _t("Group"),
        nothing: "",
        group: "dashboard_rfm_group",
    },
};
const QUANTIFIED = ["product", "category"];
const REST = "other";
const ROWS_SHOWN = 10;

/**
 * @param {string} dimension
 * @param {{ key: string, id: number | false, name: string }} row of a breakdown
 * @returns {string}
 */
export function getRowLabel(dimension, row) {
    if (dimension === "rfm_group") {
        return (RFM_GROUPS[row.key] || row.key).toString();
    }
    if (row.key === REST) {
        return _t("Everything else");
    }
    if (!row.id) {
        return DIMENSIONS[dimension].nothing.toString();
    }
    return row.name || _t("Not visible to you");
}

/** Who and what brings the revenue: one leaderboard at a time, behind tabs. */
export class Breakdown extends Component {
    static template = "sale_dashboard.Breakdown";
    static components = { Avatar, Change, FilterButton, Section, SortHeader };
    static props = {
        changed: { type: Array, optional: true },
        currencyId: Number,
        dimension: String,
        error: { type: [String, { value: null }], optional: true },
        /** narrows the dashboard to what one row stands for */
        filterBy: { type: Function, optional: true },
        isCompared: { type: Boolean, optional: true },
        onOpen: Function,
        onRetry: Function,
        onSelect: Function,
        rows: Array,
        status: String,
        ...sortProps,
    };
    static defaultProps = { changed: [], isCompared: false };

    setup() {
        this.ghosts = [1, 2, 3, 4, 5, 6, 7, 8];
        this.sort = useSort();
        this.state = useState({ isAll: false });
        onWillUpdateProps(({ dimension, sortedBy }) => {
            if (dimension !== this.props.dimension) {
                this.sort.show(sortedBy);
                this.state.isAll = false;
            }
        });
    }

    get tabs() {
        return Object.entries(DIMENSIONS).map(([id, { label }]) => ({
            id,
            label: label.toString(),
            isSelected: id === this.props.dimension,
        }));
    }

    get isReady() {
        return this.props.status === "ready";
    }

    get sentence() {
        const { dimension, rows, status } = this.props;
        if (status === "loading" || status === "idle") {
            return _t("Reading the order lines…");
        }
        const [best] = rows.filter((row) => row.key !== REST);
        if (!best || this.props.error) {
            return "";
        }
        return _t("%(name)s: %(share)s of revenue", {
            name: getRowLabel(dimension, best),
            share: formatPercent(best.share),
        });
    }

    get column() {
        return DIMENSIONS[this.props.dimension].column.toString();
    }

    get hasChange() {
        return this.props.isCompared && this.props.dimension !== "rfm_group";
    }

    /** The column that only some breakdowns have. */
    get countColumn() {
        if (this.props.dimension === "rfm_group") {
            return _t("Customers");
        }
        return QUANTIFIED.includes(this.props.dimension) ? _t("Quantity") : "";
    }

    get hiddenCount() {
        return this.state.isAll ? 0 : Math.max(0, this.props.rows.length - ROWS_SHOWN - 1);
    }

    get moreLabel() {
        return _t("Show all %s", formatCount(this.props.rows.length));
    }

    get rows() {
        const { changed, currencyId, dimension, rows } = this.props;
        const largest = Math.max(...rows.map((row) => row.revenue), 0);
        const sorted = this.sortRows(rows);
        const shown = this.hiddenCount ? sorted.slice(0, ROWS_SHOWN) : sorted;
        return shown.map((row) => {
            const isRest = row.key === REST;
            return {
                row,
                key: `${dimension}:${row.key}`,
                bar: largest ? Math.max(0, row.revenue / largest) * 100 : 0,
                changeProps: this.getChangeProps(row),
                count: isRest ? "" : this.getCount(row),
                exact: formatExactAmount(row.revenue, currencyId),
                isChanged: changed.includes(`${dimension}:${row.key}`),
                avatar: this.getAvatar(row),
                canFilter: this.canFilter(row),
                isRest,
                label: getRowLabel(dimension, row),
                orders: isRest ? "" : formatCount(row.order_count),
                revenue: formatAmount(row.revenue, currencyId),
                share: formatPercent(row.share),
            };
        });
    }

    /** What is left of the revenue stays at the end. */
    sortRows(rows) {
        const { dimension } = this.props;
        const sorted = this.sort.apply(
            rows.filter((row) => row.key !== REST),
            {
                name: (row) => getRowLabel(dimension, row).toString(),
                revenue: (row) => row.revenue,
                count: (row) => (dimension === "rfm_group" ? row.customer_count : row.quantity),
                orders: (row) => row.order_count,
                share: (row) => row.share,
                change: (row) => row.change,
            }
        );
        return [...sorted, ...rows.filter((row) => row.key === REST)];
    }

    getAvatar({ id }) {
        return this.props.dimension === "user" && id ? `/web/image/res.users/${id}/avatar_128` : "";
    }

    /** A row stands for records of one field; what the viewer may not see has no name to show. */
    canFilter({ id, key, name }) {
        const { dimension, filterBy } = this.props;
        const { field, group } = DIMENSIONS[dimension];
        return Boolean(filterBy && (group || (field && key !== REST && (name || !id))));
    }

    filter({ label, row }) {
        const { field, group } = DIMENSIONS[this.props.dimension];
        this.props.filterBy(
            group
                ? { field: group, operator: "=", value: row.key, label }
                : { field, ids: [row.id], label }
        );
    }

    getCount(row) {
        return this.props.dimension === "rfm_group"
            ? formatCount(row.customer_count)
            : formatNumber(row.quantity);
    }

    getChangeProps({ change, previous }) {
        if (!previous) {
            return { change: false, undefinedText: "" };
        }
        const title = _t("Before: %s", formatExactAmount(previous.revenue, this.props.currencyId));
        return previous.order_count || previous.revenue
            ? { change, title }
            : { change: false, title, undefinedText: _t("new").toString() };
    }

    open(row) {
        if (!row.isRest) {
            this.props.onOpen(row.row, row.label);
        }
    }

    select(dimension) {
        this.props.onSelect(dimension);
    }

    /**
     * @param {KeyboardEvent} ev
     */
    onTabKeydown(ev) {
        onTabListKeydown(ev, {
            ids: Object.keys(DIMENSIONS),
            selected: this.props.dimension,
            select: (dimension) => this.select(dimension),
        });
    }
}
