import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** Narrows the whole dashboard to what a row stands for. */
export class FilterButton extends Component {
    static template = "sale_dashboard.FilterButton";
    static props = {
        /** what the row stands for, in words */
        label: String,
        onFilter: Function,
    };

    get hint() {
        return _t("Show only %s", this.props.label);
    }
}
