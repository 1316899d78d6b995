import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ChoiceMenu } from "../choice_menu/choice_menu";
import { DashboardModel, FIGURES, getErrorSentence, GRANULARITIES } from "../dashboard_model";
import { EmptyState } from "../empty_state/empty_state";
import { Failure } from "../failure/failure";
import {
    formatAmount,
    formatBucket,
    formatCount,
    formatDayRange,
    formatExactAmount,
    formatPercent,
    formatTimestamp,
} from "../format";
import { useLiveRefresh } from "../live_refresh";
import { MetricCard } from "../metric_card/metric_card";
import { PeriodPicker } from "../period_picker/period_picker";
import { countDays } from "../periods";
import { RevenueChart } from "../revenue_chart/revenue_chart";
import { Segments } from "../segments/segments";
import { Skeleton } from "../skeleton/skeleton";
import { StatusStrip } from "../status_strip/status_strip";
import { isDarkTheme } from "../theme";
import { TopCustomers } from "../top_customers/top_customers";

const FIGURE_LABELS = {
    total_revenue: _t("Revenue"),
    total_orders: _t("Orders"),
    average_order_value: _t("Average order"),
    new_customers: _t("New customers"),
    conversion_rate: _t("Conversion"),
};
const GRANULARITY_LABELS = {
    auto: _t("Auto"),
    daily: _t("Day"),
    weekly: _t("Week"),
    monthly: _t("Month"),
};
const MEASURES = [
    { id: "untaxed", label: _t("Untaxed") },
    { id: "total", label: _t("With taxes") },
];
const WIDER_PRESET = "last_90_days";
const MONETARY_FIGURES = ["total_revenue", "average_order_value"];

export class SaleDashboard extends Component {
    static template = "sale_dashboard.SaleDashboard";
    static components = {
        ChoiceMenu,
        EmptyState,
        Failure,
        Layout,
        MetricCard,
        PeriodPicker,
        RevenueChart,
        Segments,
        Skeleton,
        StatusStrip,
        TopCustomers,
    };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.rootRef = useRef("root");
        this.isDark = isDarkTheme();
        this.model = useState(
            new DashboardModel({ orm: useService("orm"), ...this.props.state?.dashboard })
        );
        this.isOpening = false;

        useLiveRefresh({
            refresh: () => this.model.load({ refresh: true, silent: true }),
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
        return FIGURES.map((name) => {
            const value = payload.overview[name];
            const error = this.model.getFigureError(name);
            return {
                name,
                label: FIGURE_LABELS[name].toString(),
                definition: this.getDefinition(name),
                error,
                isChanged: changed.figures.includes(name),
                onOpen: () => this.openFigure(name),
                onRetry: () => this.refresh(),
                ...(error ? {} : this.formatFigure(name, value)),
            };
        });
    }

    get chartSentence() {
        const { total_revenue } = this.model.payload.overview;
        const days = countDays(this.model.shownRange);
        const values = {
            revenue: formatAmount(total_revenue, this.model.payload.currency_id),
            days: formatCount(days),
            period: this.shownPeriod,
        };
        return days === 1
            ? _t("%(revenue)s on %(period)s.", values)
            : _t("%(revenue)s in %(days)s days, %(period)s.", values);
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

    formatFigure(name, value) {
        const { currency_id } = this.model.payload;
        if (MONETARY_FIGURES.includes(name)) {
            return {
                value: formatAmount(value, currency_id),
                exactValue: formatExactAmount(value, currency_id),
            };
        }
        return { value: name === "conversion_rate" ? formatPercent(value) : formatCount(value) };
    }

    getDefinition(name) {
        const { measure, timezone } = this.model.payload;
        const bounds = { period: this.shownPeriod, timezone };
        switch (name) {
            case "total_revenue":
                return measure === "total"
                    ? _t(
                          "Confirmed orders with taxes, each at its own exchange rate. %(period)s, days of %(timezone)s.",
                          bounds
                      )
                    : _t(
                          "Confirmed orders without taxes, each at its own exchange rate. %(period)s, days of %(timezone)s.",
                          bounds
                      );
            case "total_orders":
                return _t(
                    "Confirmed orders by their order date. %(period)s, days of %(timezone)s.",
                    bounds
                );
            case "average_order_value":
                return _t("Revenue divided by orders. %(period)s, days of %(timezone)s.", bounds);
            case "new_customers":
                return _t(
                    "Customers whose first confirmed order is in the period. %(period)s, days of %(timezone)s.",
                    bounds
                );
            default:
                return _t(
                    "Share of the orders created in the period that are confirmed by now. %(period)s, days of %(timezone)s.",
                    bounds
                );
        }
    }

    //--------------------------------------------------------------------------
    // Actions
    //--------------------------------------------------------------------------

    refresh() {
        return this.model.load({ refresh: true });
    }

    retry() {
        return this.model.load();
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
     */
    async openRecords(title, metric, key) {
        if (this.isOpening) {
            return;
        }
        this.isOpening = true;
        try {
            const { model, domain, context } = await this.model.getRecords(metric, key);
            await this.action.doAction({
                type: "ir.actions.act_window",
                name: title,
                res_model: model,
                domain,
                context,
                views: [
                    [false, "list"],
                    [false, "kanban"],
                    [false, "form"],
                ],
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

    openBucket(bucket) {
        const label = formatBucket(bucket, this.model.payload.period_type);
        return this.openRecords(label, "total_revenue", bucket.period);
    }

    openCustomer(row) {
        const title = `${row.name} (${this.shownPeriod})`;
        return this.openRecords(title, "total_revenue", row.id);
    }

    openSegment(row) {
        const title = `${row.label} (${this.shownPeriod})`;
        return this.openRecords(title, "total_revenue", row.segment_name);
    }

    openFigure(name) {
        return this.openRecords(`${FIGURE_LABELS[name]} (${this.shownPeriod})`, name);
    }
}

registry.category("lazy_components").add("SaleDashboard", SaleDashboard);
