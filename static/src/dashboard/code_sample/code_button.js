import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** Shows by which calls a program reads the same; there where the dashboard can tell. */
export class CodeButton extends Component {
    static template = "sale_dashboard.CodeButton";
    static props = {
        /** what the tile is called */
        label: String,
        /** see `getCall` */
        tile: String,
    };

    get hint() {
        return _t("Code that reads “%s”", this.props.label);
    }

    show() {
        this.env.showCode(this.props.tile, this.props.label);
    }
}
