import { Component, useState } from "@odoo/owl";

/** What a screen reader is told: of its own, so that telling renders nothing else anew. */
export class Announcer extends Component {
    static template = "sale_dashboard.Announcer";
    static props = { model: Object };

    setup() {
        this.model = useState(this.props.model);
    }
}
