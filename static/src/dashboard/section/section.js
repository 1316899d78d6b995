import { Component } from "@odoo/owl";

let lastId = 0;

/** The frame of a block: its title, the sentence that says what it shows, its failure. */
export class Section extends Component {
    static template = "sale_dashboard.Section";
    static props = {
        class: { type: String, optional: true },
        error: { type: [String, { value: null }], optional: true },
        onRetry: { type: Function, optional: true },
        sentence: { type: String, optional: true },
        slots: Object,
        title: String,
    };

    setup() {
        this.titleId = `o_sd_section_${++lastId}`;
    }
}
