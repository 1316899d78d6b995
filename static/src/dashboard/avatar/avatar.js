import { Component } from "@odoo/owl";
import { useIsAtRest } from "../stages";

/** A picture of whom a row is about. The server has figures to give first. */
export class Avatar extends Component {
    static template = "sale_dashboard.Avatar";
    static props = { src: String };

    setup() {
        this.isAtRest = useIsAtRest();
    }
}
