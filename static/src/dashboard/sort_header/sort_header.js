import { Component, useState } from "@odoo/owl";

const ICONS = { ascending: "fa-caret-up", descending: "fa-caret-down" };

/** The head of a column by which a table can be sorted. */
export class SortHeader extends Component {
    static template = "sale_dashboard.SortHeader";
    static props = {
        class: { type: String, optional: true },
        /** of words, not of numbers */
        isText: { type: Boolean, optional: true },
        label: String,
        name: String,
        /** see useSort */
        sort: Object,
    };
    static defaultProps = { class: "", isText: false };

    setup() {
        this.sort = useState(this.props.sort);
    }

    get direction() {
        return this.sort.getDirection(this.props.name);
    }

    get icon() {
        return ICONS[this.direction] || "fa-sort";
    }

    get classes() {
        return this.props.isText ? this.props.class : `o_sd_number ${this.props.class}`;
    }

    select() {
        this.sort.select(this.props.name, this.props.isText);
    }
}
