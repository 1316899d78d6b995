import { Component } from "@odoo/owl";

/** One figure: what it is, how much, and the way to its records. */
export class MetricCard extends Component {
    static template = "sale_dashboard.MetricCard";
    static props = {
        definition: String,
        error: { type: [String, { value: null }], optional: true },
        exactValue: { type: String, optional: true },
        isChanged: { type: Boolean, optional: true },
        label: String,
        name: String,
        onOpen: Function,
        onRetry: Function,
        value: { type: String, optional: true },
    };
}
