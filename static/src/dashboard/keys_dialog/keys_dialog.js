import { Component, useState } from "@odoo/owl";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useDialogName } from "../dialog_name";
import { areKeysOn, KEYS, setKeysOn } from "../keyboard";

/** What can be done by key, and where to find what the figures mean. */
export class KeysDialog extends Component {
    static template = "sale_dashboard.KeysDialog";
    static components = { CheckBox, Dialog };
    static props = {
        close: Function,
        contentClass: { type: String, optional: true },
    };
    static defaultProps = { contentClass: "" };

    setup() {
        this.keys = KEYS;
        this.state = useState({ areKeysOn: areKeysOn() });
        this.modalRef = useDialogName(() => this.title);
    }

    get title() {
        return _t("Keys and help");
    }

    get contentClass() {
        return `o_sd_dialog ${this.props.contentClass}`;
    }

    setKeysOn(isOn) {
        setKeysOn(isOn);
        this.state.areKeysOn = isOn;
    }
}
