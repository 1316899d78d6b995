import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useDialogName } from "../dialog_name";
import { KEYS } from "../keyboard";

/** What can be done by key, and where to find what the figures mean. */
export class KeysDialog extends Component {
    static template = "sale_dashboard.KeysDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        contentClass: { type: String, optional: true },
    };
    static defaultProps = { contentClass: "" };

    setup() {
        this.keys = KEYS;
        this.modalRef = useDialogName(() => this.title);
    }

    get title() {
        return _t("Keys and help");
    }

    get contentClass() {
        return `o_sd_dialog ${this.props.contentClass}`;
    }
}
