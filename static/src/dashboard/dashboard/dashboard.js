import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Breakdown } from "../breakdown/breakdown";
import { Bridge } from "../bridge/bridge";
import { getFigureLabel, makeCards } from "../cards";
import { ChoiceMenu } from "../choice_menu/choice_menu";
import { ComparisonNote } from "../comparison_note/comparison_note";
import { CustomerTypes } from "../customer_types/customer_types";
import { DashboardModel, GRANULARITIES } from "../dashboard_model";
import { DataHealth } from "../data_health/data_health";
import { EmptyState } from "../empty_state/empty_state";
import { getErrorSentence } from "../errors";
import { Failure } from "../failure/failure";
import {
    formatAmount,
    formatBucket,
    formatComparison,
    formatCount,
    formatDayRange,
    formatTimestamp,
} from "../format";
import { useLiveRefresh } from "../live_refresh";
import { MetricCard } from "../metric_card/metric_card";
import { PeriodPicker } from "../period_picker/period_picker";
import { countDays } from "../periods";
import { Quotations } from "../quotations/quotations";
import { ReconcileDialog } from "../reconcile_dialog/reconcile_dialog";
import { ReportHead } from "../report_head/report_head";
import { RevenueChart } from "../revenue_chart/revenue_chart";
import { Segments } from "../segments/segments";
import { Skeleton } from "../skeleton/skeleton";
import { StatusStrip } from "../status_strip/status_strip";
import { Targets } from "../targets/targets";
import { isDarkTheme } from "../theme";
import { TopCustomers } from "../top_customers/top_customers";

const GRANULARITY_LABELS = {
    auto: _t("Auto"),
    daily: _t("Day"),
    weekly: _t("Week"),
    monthly: _t("Month"),
};
const COMPARISONS = [
    { id: "none", label: _t("No comparison") },
    { id: "previous_period", label: _t("vs previous period") },
    {
        id: "same_weekdays",
        label: _t("vs same weekdays"),
        hint: _t("364 days earlier, so that Monday meets Monday"),
    },
    { id: "previous_year", label: _t("vs previous year") },
];
const MEASURES = [
    { id: "untaxed", label: _t("Untaxed") },
    { id: "total", label: _t("With taxes") },
];
const WIDER_PRESET = "last_90_days";
/** The views of what is opened, where they are not those of an order. */
const VIEWS = {
    "sale.order.line": ["list", "form"],
    "sale.report": ["list", "pivot", "graph"],
};
const DEFAULT_VIEWS = ["list", "kanban", "form"];

export class SaleDashboard extends Component {
    static template = "sale_dashboard.SaleDashboard";
    static components = {
        Breakdown,
        Bridge,
        ChoiceMenu,
        ComparisonNote,
        CustomerTypes,
        DataHealth,
        EmptyState,
        Failure,
        Layout,
        MetricCard,
        PeriodPicker,
        Quotations,
        ReportHead,
        RevenueChart,
        Segments,
        Skeleton,
        StatusStrip,
        Targets,
        TopCustomers,
    };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.rootRef = useRef("root");
        this.isDark = isDarkTheme();
        this.model = useState(
            new DashboardModel({ orm: useService("orm"), ...this.props.state?.dashboard })
        );
        this.isOpening = false;

        useLiveRefresh({
            refresh: () => this.reread(),
            onConnection: (isConnected) => this.model.setConnected(isConnected),
        });
        useSetupAction({
            rootRef: this.rootRef,
            getLocalState: () => ({ dashboard: this.model.exportState() }),
        });
        onWillStart(() => {
            // Neither is waited for: the skeleton shows at once, and the chart's library
            // comes while the server computes.
            loadBundle("web.chartjs_lib");
            this.model.load({ silent: Boolean(this.model.answer) });
        });
        // Once the first figures are painted: they do not wait for the targets.
        useEffect(
            (status) => {
                if (status !== "loading") {
                    this.model.targets.load();
                }
            },
            () => [this.model.status]
        );
    }

    //--------------------------------------------------------------------------
    // What is shown
    //--------------------------------------------------------------------------

    get menuClass() {
        return this.isDark ? "o_sd_palette o_sd_dark" : "o_sd_palette";
    }

    get granularities() {
        return GRANULARITIES.map((id) => ({
            id,
            label: GRANULARITY_LABELS[id].toString(),
            isDisabled: !this.model.isPossible(id),
            hint: this.model.isPossible(id) ? "" : _t("The period is too long for that"),
        }));
    }

    get comparisons() {
        return COMPARISONS.map(({ hint, id, label }) => ({
            id,
            label: label.toString(),
            hint: hint ? hint.toString() : "",
        }));
    }

    get measures() {
        return MEASURES.map(({ id, label }) => ({ id, label: label.toString() }));
    }

    get asOf() {
        const { payload } = this.model;
        return payload ? formatTimestamp(payload.generated_at, payload.timezone) : "";
    }

    get shownPeriod() {
        return formatDayRange(this.model.shownRange);
    }

    get cards() {
        const { changed, payload } = this.model;
        return makeCards(payload, (figure) => this.model.getFigureError(figure)).map((card) => ({
            ...card,
            isChanged: changed.figures.includes(card.name),
            onOpen: () => this.openFigure(card),
            onRetry: () => this.refresh(),
        }));
    }

    get chartSentence() {
        const { comparison, currency_id, overview, timezone } = this.model.payload;
        const days = countDays(this.model.shownRange);
        const values = {
            revenue: formatAmount(overview.total_revenue, currency_id),
            days: formatCount(days),
            period: this.shownPeriod,
        };
        const sentence =
            days === 1
                ? _t("%(revenue)s on %(period)s", values)
                : _t("%(revenue)s in %(days)s days, %(period)s", values);
        if (!comparison || !overview.previous) {
            return _t("%s.", sentence);
        }
        const difference = overview.total_revenue - overview.previous.total_revenue;
        const compared = {
            sentence,
            difference: formatAmount(Math.abs(difference), currency_id),
            comparison: formatComparison(comparison, timezone),
        };
        if (!difference) {
            return _t("%(sentence)s: the same as %(comparison)s (dashed).", compared);
        }
        return difference > 0
            ? _t("%(sentence)s: %(difference)s more than %(comparison)s (dashed).", compared)
            : _t("%(sentence)s: %(difference)s less than %(comparison)s (dashed).", compared);
    }

    get hiddenCustomers() {
        const { hidden_customers } = this.model.payload;
        return hidden_customers.order_count > 0 ? hidden_customers : null;
    }

    get breakdown() {
        const { breakdown: dimension } = this.model.choice;
        return { dimension, ...this.model.getBreakdown(dimension) };
    }

    get staleSentence() {
        return _t("The figures below are of %(period)s, as of %(time)s.", {
            period: this.shownPeriod,
            time: this.asOf,
        });
    }

    get canWiden() {
        return countDays(this.model.shownRange) < 90;
    }

    //--------------------------------------------------------------------------
    // Actions
    //--------------------------------------------------------------------------

    async refresh() {
        await this.model.load({ refresh: true });
        await this.model.targets.load({ silent: true });
    }

    /**
     * After a change: nobody asked, so nothing shows that it is being read.
     *
     * @returns {Promise<number>} the milliseconds that the server needed
     */
    async reread() {
        const duration = await this.model.load({ refresh: true, silent: true });
        const start = performance.now();
        await this.model.targets.load({ silent: true });
        return duration + performance.now() - start;
    }

    retry() {
        return this.model.load();
    }

    /** A leaderboard is of its own request, or of all the figures'. */
    async retryBreakdown() {
        const part = this.model.lines[this.model.choice.breakdown];
        await (part ? part.load() : this.refresh());
    }

    choosePeriod(period) {
        return this.model.choose({ period });
    }

    widen() {
        return this.choosePeriod({ preset: WIDER_PRESET });
    }

    createQuotation() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            views: [[false, "form"]],
        });
    }

    /**
     * Opens exactly the records that a figure was made of.
     *
     * @param {string} title
     * @param {string} metric
     * @param {string | number} [key]
     * @param {"current" | "previous"} [side]
     */
    openRecords(title, metric, key, side) {
        return this.open(title, () => this.model.getRecords(metric, key, side));
    }

    /**
     * @param {string} title
     * @param {() => Promise<{ model: string, domain: Array, context: Object }>} getRecords
     */
    async open(title, getRecords) {
        if (this.isOpening) {
            return;
        }
        this.isOpening = true;
        try {
            const { model, domain, context } = await getRecords();
            await this.action.doAction({
                type: "ir.actions.act_window",
                name: title,
                res_model: model,
                domain,
                context,
                views: (VIEWS[model] || DEFAULT_VIEWS).map((view) => [false, view]),
            });
        } catch (error) {
            const sentence = getErrorSentence(error);
            if (sentence === null) {
                throw error;
            }
            this.notification.add(sentence, { type: "danger" });
        } finally {
            this.isOpening = false;
        }
    }

    /**
     * @param {string} label what the figures shown are of
     */
    getTitle(label) {
        return `${label} (${this.shownPeriod})`;
    }

    openBucket(bucket) {
        const label = formatBucket(bucket, this.model.payload.period_type);
        return this.openRecords(label, "total_revenue", bucket.period);
    }

    openCustomer(row) {
        return this.openRecords(this.getTitle(row.name), "total_revenue", row.id);
    }

    openHiddenCustomers() {
        const title = this.getTitle(_t("Customers you may not see"));
        return this.openRecords(title, "total_revenue", "hidden");
    }

    openSegment(row) {
        return this.openRecords(this.getTitle(row.label), "total_revenue", row.key);
    }

    /**
     * @param {string} dimension
     * @param {{ key: string }} row of the breakdown
     * @param {string} label
     */
    openBreakdown(dimension, row, label) {
        // Quotations are those of now, whatever the period.
        const title = dimension === "quotation" ? label : this.getTitle(label);
        return this.openRecords(title, "total_revenue", `${dimension}:${row.key}`);
    }

    openBridgeTotal(side) {
        const { comparison } = this.model.payload;
        const period = side === "previous" ? formatDayRange(comparison) : this.shownPeriod;
        return this.openRecords(
            `${getFigureLabel("total_revenue")} (${period})`,
            "total_revenue",
            undefined,
            side
        );
    }

    openFigure(card) {
        return this.openRecords(this.getTitle(card.label), card.name);
    }

    openWarning(warning) {
        return this.open(_t("Data health"), async () => ({
            model: warning.model,
            domain: warning.domain,
            context: this.model.recordContext,
        }));
    }

    openTarget(target, label) {
        return this.open(label, () => this.model.getTargetRecords(target.id));
    }

    setTargets() {
        return this.action.doAction("sale_dashboard.action_sale_dashboard_target");
    }

    openReconciliation() {
        const { reconciliation } = this.model;
        reconciliation.load();
        this.dialog.add(ReconcileDialog, {
            contentClass: this.menuClass,
            onOpen: (cause) => this.open(cause.label, async () => cause.drill_down),
            onRetry: () => reconciliation.load(),
            reconciliation,
        });
    }
}

registry.category("lazy_components").add("SaleDashboard", SaleDashboard);
