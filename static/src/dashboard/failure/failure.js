import { Component } from "@odoo/owl";

/** Why there are no (new) figures: alone on the page, or as a strip above the former ones. */
export class Failure extends Component {
    static template = "sale_dashboard.Failure";
    static props = {
        /** whether trying again may help */
        canRetry: { type: Boolean, optional: true },
        /** what is shown instead, where something is */
        consequence: { type: String, optional: true },
        error: String,
        isStrip: { type: Boolean, optional: true },
        isFiltered: { type: Boolean, optional: true },
        onClearFilters: { type: Function, optional: true },
        onRetry: Function,
    };
    static defaultProps = { canRetry: true };
}
