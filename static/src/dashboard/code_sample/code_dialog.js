import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useDialogName } from "../dialog_name";
import { onTabListKeydown } from "../tab_keys";

/** How long a copy is confirmed. */
const CONFIRMED = 2500;

/** The calls that reproduce a tile, one tab for each client. */
export class CodeDialog extends Component {
    static template = "sale_dashboard.CodeDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        contentClass: { type: String, optional: true },
        /** what the tile is called */
        label: String,
        /** where the answer has what is shown; empty: all of it */
        path: Array,
        /** see `writeSamples` */
        samples: Array,
    };
    static defaultProps = { contentClass: "" };

    setup() {
        this.modalRef = useDialogName(() => this.title);
        this.state = useState({ id: this.props.samples[0].id, copied: "" });
    }

    get title() {
        return _t("Code that reads “%s”", this.props.label);
    }

    get contentClass() {
        return `o_sd_dialog ${this.props.contentClass}`;
    }

    get shown() {
        return this.props.samples.find(({ id }) => id === this.state.id);
    }

    /** curl answers with everything; the programs print what is asked. */
    get where() {
        const { path } = this.props;
        return path.length && this.state.id === "curl"
            ? _t("In the answer: %s", path.join(" › "))
            : "";
    }

    select(id) {
        this.state.id = id;
        this.state.copied = "";
    }

    /**
     * @param {KeyboardEvent} ev
     */
    onTabKeydown(ev) {
        onTabListKeydown(ev, {
            ids: this.props.samples.map(({ id }) => id),
            selected: this.state.id,
            select: (id) => this.select(id),
        });
    }

    async copy() {
        let copied = _t("Copied");
        try {
            await browser.navigator.clipboard.writeText(this.shown.code);
        } catch {
            copied = _t("The browser does not let it be copied: select it and copy it yourself.");
        }
        this.state.copied = copied.toString();
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => (this.state.copied = ""), CONFIRMED);
    }
}
