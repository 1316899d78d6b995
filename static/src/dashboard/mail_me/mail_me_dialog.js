import { Component, useState } from "@odoo/owl";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useDialogName } from "../dialog_name";
import { getErrorSentence } from "../errors";
import { formatDayRange } from "../format";
import { MAX_BUCKETS, resolveGranularity } from "../periods";
import { getPeriodRule, getRule, getRuleRange, LAST_DAYS, PERIOD_RULES } from "./period_rule";

const { Info } = luxon;

const SCHEDULES = [
    { id: "daily", label: _t("Every day") },
    { id: "weekdays", label: _t("Monday to Friday") },
    { id: "weekly", label: _t("Every week") },
    { id: "monthly", label: _t("Every month") },
    { id: "monthly_last_working_day", label: _t("Last working day of the month") },
];
const FORMATS = [
    { id: "in_body", label: _t("Figures in the mail") },
    { id: "attach_xlsx", label: _t("Excel file") },
    { id: "attach_pdf", label: _t("PDF") },
];
const MODEL = "sale.dashboard.subscription";

/** "Mail me this": the view on the screen, by mail, on a schedule. */
export class MailMeDialog extends Component {
    static template = "sale_dashboard.MailMeDialog";
    static components = { CheckBox, Dialog };
    static props = {
        close: Function,
        contentClass: { type: String, optional: true },
        /** what the figures shown were asked with */
        choice: Object,
        name: String,
        /** what of the view goes into every mail, in words */
        summary: String,
        today: String,
    };
    static defaultProps = { contentClass: "" };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.modalRef = useDialogName(() => this.title);
        this.schedules = SCHEDULES;
        this.formats = FORMATS;
        this.rules = PERIOD_RULES;
        this.weekdays = Info.weekdays("long").map((label, i) => ({ id: String(i), label }));
        this.maxDays = MAX_BUCKETS;
        const { days, isSame, rule } = getPeriodRule(this.props.choice.period, this.props.today);
        this.isSame = isSame;
        this.state = useState({
            name: this.props.name,
            rule,
            days: Math.min(days, MAX_BUCKETS),
            schedule: getRule(rule).schedule,
            weekday: "0",
            dayOfMonth: 1,
            time: "08:00",
            in_body: true,
            attach_xlsx: false,
            attach_pdf: false,
            error: "",
            isSaving: false,
        });
    }

    get title() {
        return _t("Mail me this");
    }

    get contentClass() {
        return `o_sd_dialog ${this.props.contentClass}`;
    }

    get hasDays() {
        return this.state.rule === LAST_DAYS;
    }

    /** The days that a mail of today would be about. */
    get range() {
        const { days, rule } = this.state;
        return getRuleRange(rule, this.hasDays && days ? days : 1, this.props.today);
    }

    get periodHint() {
        const example = _t("A mail of today would be about %s.", formatDayRange(this.range));
        return this.isSame
            ? example
            : _t(
                  "Every mail counts its days from the day it is sent; the period on the screen does not. %s",
                  example
              );
    }

    get values() {
        const { choice } = this.props;
        const { state } = this;
        const [hours, minutes] = state.time.split(":").map(Number);
        return {
            name: state.name.trim(),
            period_rule: state.rule,
            ...(this.hasDays && { custom_days: state.days }),
            period_type: resolveGranularity(choice.granularity, this.range),
            compare: choice.compare,
            measure: choice.measure,
            filters: { domain: choice.domain },
            schedule: state.schedule,
            ...(state.schedule === "weekly" && { weekday: state.weekday }),
            ...(state.schedule === "monthly" && { day_of_month: state.dayOfMonth }),
            hour: hours + minutes / 60,
            in_body: state.in_body,
            attach_xlsx: state.attach_xlsx,
            attach_pdf: state.attach_pdf,
        };
    }

    chooseRule(id) {
        Object.assign(this.state, { rule: id, schedule: getRule(id).schedule });
    }

    async subscribe() {
        if (this.state.isSaving) {
            return;
        }
        this.state.isSaving = true;
        this.state.error = "";
        try {
            const id = await this.orm.call(MODEL, "subscribe_view", [this.values]);
            const [record] = await this.orm.read(MODEL, [id], ["next_run_local"]);
            this.notify(id, record.next_run_local);
        } catch (error) {
            this.state.error = getErrorSentence(error);
            if (this.state.error === null) {
                throw error;
            }
            return;
        } finally {
            this.state.isSaving = false;
        }
        this.props.close();
    }

    notify(id, nextRun) {
        this.notification.add(_t("You are subscribed. The first mail: %s.", nextRun), {
            type: "success",
            buttons: [
                {
                    name: _t("Change it"),
                    onClick: () =>
                        this.action.doAction({
                            type: "ir.actions.act_window",
                            res_model: MODEL,
                            res_id: id,
                            views: [[false, "form"]],
                        }),
                },
            ],
        });
    }
}
