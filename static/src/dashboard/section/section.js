import { Component } from "@odoo/owl";
import { CodeButton } from "../code_sample/code_button";

let lastId = 0;

/** The frame of a block: its title, the sentence that says what it shows, its failure. */
export class Section extends Component {
    static template = "sale_dashboard.Section";
    static components = { CodeButton };
    static props = {
        class: { type: String, optional: true },
        error: { type: [String, { value: null }], optional: true },
        onRetry: { type: Function, optional: true },
        sentence: { type: String, optional: true },
        slots: Object,
        /** by what name a program reads the same: see `getCall` */
        tile: { type: String, optional: true },
        title: String,
    };

    setup() {
        this.titleId = `o_sd_section_${++lastId}`;
    }
}
