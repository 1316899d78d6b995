import { Component } from "@odoo/owl";
import { formatDayRange } from "../format";

/** No order in the period: why that may be, and what to do next. */
export class EmptyState extends Component {
    static template = "sale_dashboard.EmptyState";
    static props = {
        canWiden: Boolean,
        isFiltered: { type: Boolean, optional: true },
        onClearFilters: { type: Function, optional: true },
        onCreate: Function,
        onWiden: Function,
        range: Object,
    };

    get rangeLabel() {
        return formatDayRange(this.props.range);
    }
}
