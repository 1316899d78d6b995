import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useDialogName } from "../dialog_name";
import {
    formatCount,
    formatDayRange,
    formatExactAmount,
    formatOrders,
    formatSigned,
} from "../format";
import { Part } from "../part";

/**
 * The same revenue by Sales Analysis, the order list and the dashboard, with a name and the
 * orders for every cent in between.
 */
export class ReconcileDialog extends Component {
    static template = "sale_dashboard.ReconcileDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        contentClass: { type: String, optional: true },
        /** opens what a cause is made of */
        onOpen: Function,
        onRetry: Function,
        reconciliation: Part,
    };
    static defaultProps = { contentClass: "" };

    setup() {
        this.reconciliation = useState(this.props.reconciliation);
        this.modalRef = useDialogName(() => this.title);
        this.ghosts = [1, 2, 3, 4, 5, 6];
    }

    get title() {
        return _t("Reconcile with Sales Analysis");
    }

    get data() {
        return this.reconciliation.data;
    }

    get contentClass() {
        return `o_sd_dialog ${this.props.contentClass}`;
    }

    get period() {
        const measure = this.data.measure === "total" ? _t("with taxes") : _t("without taxes");
        return _t("%(period)s, %(measure)s, days of %(timezone)s", {
            period: formatDayRange(this.data),
            measure,
            timezone: this.data.timezone,
        });
    }

    get isExplained() {
        return !this.data.unexplained && !this.data.stale;
    }

    get verdict() {
        const { difference, stale, unexplained } = this.data;
        if (stale) {
            return _t("Orders changed since these figures were read: refresh the dashboard.");
        }
        const amount = this.format(unexplained);
        if (unexplained) {
            return _t("%s unexplained", amount);
        }
        return difference
            ? _t("%s unexplained: every difference has a name below.", amount)
            : _t("%s unexplained: all three agree to the cent.", amount);
    }

    get totals() {
        const { counts, totals } = this.data;
        const row = (id, label) => ({
            id,
            label: label.toString(),
            orders: id in counts ? formatCount(counts[id]) : "",
            amount: this.format(totals[id]),
        });
        const rows = [
            row("ours", _t("This dashboard")),
            row("order_list", _t("List of orders, converted the same way")),
            row("sales_analysis", _t("Sales Analysis")),
        ];
        // Where all is in one currency these say nothing new.
        if (totals.plain_sum !== totals.order_list) {
            rows.push(row("plain_sum", _t("List of orders, added whatever their currency")));
        }
        return rows;
    }

    get causes() {
        return this.data.causes.map((cause) => ({
            ...cause,
            amountText: this.formatSigned(cause.amount),
            orders: formatOrders(cause.order_count),
            canOpen: cause.order_count > 0 && cause.cause !== "unexplained",
            openHint: cause.drill_down.complete ? "" : _t("Not all of them fit in one list."),
        }));
    }

    get difference() {
        return this.formatSigned(this.data.difference);
    }

    format(value) {
        return formatExactAmount(value, this.data.currency_id);
    }

    formatSigned(value) {
        return formatSigned(value, (size) => this.format(size));
    }

    open(cause) {
        this.props.close();
        this.props.onOpen(cause);
    }
}
