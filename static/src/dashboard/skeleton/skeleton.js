import { Component } from "@odoo/owl";

/** The final shape without its figures, so that nothing moves when they come. */
export class Skeleton extends Component {
    static template = "sale_dashboard.Skeleton";
    static props = { isCompared: { type: Boolean, optional: true } };
    static defaultProps = { isCompared: true };

    setup() {
        this.cards = [1, 2, 3, 4, 5];
        this.bars = [55, 70, 62, 40, 78, 90, 66, 35, 48, 72, 84, 95, 60, 44, 80, 68];
        this.rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        this.lists = [3, 2].map((rows) => Array.from({ length: rows }, (_, i) => i));
    }
}
