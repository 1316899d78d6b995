import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useDialogName } from "../dialog_name";
import { formatCount } from "../format";
import { Part } from "../part";

/** Every figure beside its recomputation from the raw orders: whether all are equal. */
export class VerifyDialog extends Component {
    static template = "sale_dashboard.VerifyDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        contentClass: { type: String, optional: true },
        onRetry: Function,
        verification: Part,
    };
    static defaultProps = { contentClass: "" };

    setup() {
        this.verification = useState(this.props.verification);
        this.modalRef = useDialogName(() => this.title);
    }

    get title() {
        return _t("Verify these figures");
    }

    get contentClass() {
        return `o_sd_dialog ${this.props.contentClass}`;
    }

    get data() {
        return this.verification.data;
    }

    get isEqual() {
        return this.data.verdict === "equal";
    }

    get sentence() {
        const { difference_count: differing, figure_count, verdict } = this.data;
        const count = formatCount(figure_count);
        if (verdict === "equal") {
            return _t("All %s figures are equal to the cent.", count);
        }
        if (verdict === "unchecked") {
            return _t("The figures could not be verified.");
        }
        return differing === 1
            ? _t("One of %s figures differs.", count)
            : _t("%(differing)s of %(count)s figures differ.", {
                  differing: formatCount(differing),
                  count,
              });
    }

    get explanation() {
        if (this.data.verdict === "unchecked") {
            return this.data.reason;
        }
        return this.isEqual
            ? _t("Each was recomputed from the orders you may see, apart from the dashboard.")
            : _t("Refresh the dashboard and verify again. If it stays, report it.");
    }

    get hidden() {
        const count = this.data.difference_count - this.data.differences.length;
        return count > 0 ? _t("%s more", formatCount(count)) : "";
    }
}
