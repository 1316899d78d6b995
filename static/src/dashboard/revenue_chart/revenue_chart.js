import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { Change } from "../change/change";
import {
    formatAmount,
    formatAxisAmount,
    formatBucket,
    formatBucketTick,
    formatChange,
    formatCount,
    formatExactAmount,
} from "../format";
import { Section } from "../section/section";
import { prefersReducedMotion } from "../theme";

const TITLES = {
    daily: _t("Revenue by day"),
    weekly: _t("Revenue by week"),
    monthly: _t("Revenue by month"),
};
const RUNNING_SENTENCES = {
    daily: _t("Today is not over."),
    weekly: _t("This week is not over."),
    monthly: _t("This month is not over."),
};
const BAR_RADIUS = 3;
const BAR_MAX_WIDTH = 48;
const Y_TICKS = 6;

/**
 * Revenue per bucket as bars, what it is compared with as a quiet line. What the canvas shows is said in a sentence above it and in
 * a table behind it, which can be brought to the front; the buckets are reached with the
 * arrow keys.
 */
export class RevenueChart extends Component {
    static template = "sale_dashboard.RevenueChart";
    static components = { Change, Section };
    static props = {
        buckets: Array,
        currencyId: Number,
        error: { type: [String, { value: null }], optional: true },
        isCompared: { type: Boolean, optional: true },
        isDark: { type: Boolean, optional: true },
        onOpen: Function,
        onRetry: Function,
        periodType: String,
        sentence: String,
    };

    static defaultProps = { isCompared: false };

    setup() {
        this.canvasRef = useRef("canvas");
        this.chart = null;
        this.touchedIndex = null;
        this.state = useState({ activeIndex: this.props.buckets.length - 1, isTable: false });
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas) => {
                if (canvas) {
                    this.chart = new Chart(canvas, this.getChartConfig());
                    return () => {
                        this.chart.destroy();
                        this.chart = null;
                    };
                }
            },
            () => [this.canvasRef.el, this.props.periodType, this.props.isDark]
        );
        useEffect(
            () => this.updateChart(),
            () => [this.props.buckets, this.props.currencyId, this.props.isCompared]
        );
    }

    get title() {
        return TITLES[this.props.periodType].toString();
    }

    get sentence() {
        const { buckets, periodType, sentence } = this.props;
        const isRunning = buckets.some((bucket) => bucket.running);
        return isRunning ? `${sentence} ${RUNNING_SENTENCES[periodType]}` : sentence;
    }

    get rows() {
        const { buckets, currencyId, periodType } = this.props;
        return buckets.map((bucket) => ({
            bucket,
            label: formatBucket(bucket, periodType),
            exact: formatExactAmount(bucket.revenue, currencyId),
            revenue: formatAmount(bucket.revenue, currencyId),
            orders: formatCount(bucket.order_count),
            note: this.getNote(bucket),
            change: bucket.change ?? false,
            previous: this.describePrevious(bucket),
        }));
    }

    /**
     * @returns {Object | null} the bucket's counterpart; null beyond the comparison's end
     */
    describePrevious({ previous }) {
        if (!previous) {
            return null;
        }
        const { currencyId, periodType } = this.props;
        // Its days name it: it may begin in the middle of a week or month.
        const bucket = { ...previous, period: previous.date_from, partial: true };
        return {
            label: formatBucket(bucket, periodType),
            exact: formatExactAmount(previous.revenue, currencyId),
            revenue: formatAmount(previous.revenue, currencyId),
            orders: formatCount(previous.order_count),
        };
    }

    /** The bucket the keyboard is on; the buckets may have become fewer. */
    get activeIndex() {
        return Math.min(this.state.activeIndex, this.props.buckets.length - 1);
    }

    get activeText() {
        const { label, exact, orders, note, previous } = this.rows[this.activeIndex];
        let text = _t("%(period)s: %(revenue)s, orders %(orders)s", {
            period: label,
            revenue: exact,
            orders,
        });
        if (previous) {
            text = _t("%(text)s; compared with %(period)s: %(revenue)s, orders %(orders)s", {
                text,
                period: previous.label,
                revenue: previous.exact,
                orders: previous.orders,
            });
        }
        return note ? `${text}. ${note}` : text;
    }

    /**
     * @returns {string} why the bucket holds less than a whole one
     */
    getNote(bucket) {
        if (bucket.running) {
            return _t("Not over yet");
        }
        return bucket.partial ? _t("Cut by the chosen period") : "";
    }

    toggleTable() {
        this.state.isTable = !this.state.isTable;
    }

    //--------------------------------------------------------------------------
    // Keyboard
    //--------------------------------------------------------------------------

    onFocus() {
        this.activate(this.activeIndex);
    }

    onBlur() {
        this.chart?.setActiveElements([]);
        this.chart?.tooltip.setActiveElements([], { x: 0, y: 0 });
        this.chart?.update("none");
    }

    /**
     * @param {KeyboardEvent} ev
     */
    onKeydown(ev) {
        const last = this.props.buckets.length - 1;
        const step = localization.direction === "rtl" ? -1 : 1;
        const targets = {
            ArrowLeft: this.activeIndex - step,
            ArrowRight: this.activeIndex + step,
            ArrowDown: this.activeIndex - 1,
            ArrowUp: this.activeIndex + 1,
            Home: 0,
            End: last,
        };
        if (ev.key in targets) {
            ev.preventDefault();
            this.activate(Math.max(0, Math.min(last, targets[ev.key])));
        } else if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.open(this.activeIndex);
        }
    }

    activate(index) {
        this.state.activeIndex = index;
        const element = this.chart?.getDatasetMeta(0).data[index];
        if (element) {
            const active = this.chart.data.datasets.map((_dataset, datasetIndex) => ({
                datasetIndex,
                index,
            }));
            this.chart.setActiveElements(active);
            this.chart.tooltip.setActiveElements(active, element.getCenterPoint());
            this.chart.update("none");
        }
    }

    open(index) {
        this.props.onOpen(this.props.buckets[index]);
    }

    //--------------------------------------------------------------------------
    // Chart
    //--------------------------------------------------------------------------

    /**
     * In place, so that an open tooltip stays open.
     */
    updateChart() {
        if (this.chart) {
            this.chart.data = this.getChartData();
            this.chart.update("none");
        }
    }

    getColor(name) {
        return getComputedStyle(this.canvasRef.el).getPropertyValue(`--sd-${name}`).trim();
    }

    isIncomplete(index) {
        const bucket = this.props.buckets[index];
        return Boolean(bucket) && (bucket.running || bucket.partial);
    }

    getChartData() {
        const { buckets, periodType } = this.props;
        const whole = this.getColor("accent");
        const incomplete = this.getColor("accent-soft");
        const wholeHover = this.getColor("accent-strong");
        const colors = buckets.map((bucket, i) => (this.isIncomplete(i) ? incomplete : whole));
        const datasets = [
            {
                order: 1,
                data: buckets.map((bucket) => bucket.revenue),
                backgroundColor: colors,
                hoverBackgroundColor: colors.map((color) =>
                    color === whole ? wholeHover : incomplete
                ),
                borderRadius: BAR_RADIUS,
                maxBarThickness: BAR_MAX_WIDTH,
                categoryPercentage: 0.85,
                barPercentage: 0.85,
            },
        ];
        if (this.props.isCompared) {
            const quiet = this.getColor("previous");
            datasets.push({
                type: "line",
                order: 0,
                data: buckets.map(({ previous }) => (previous ? previous.revenue : null)),
                borderColor: quiet,
                borderDash: [5, 4],
                borderWidth: 2,
                // A line of one bucket would be none.
                pointRadius: buckets.length > 1 ? 0 : 4,
                pointHoverRadius: 4,
                pointHitRadius: 0,
                pointBackgroundColor: quiet,
                pointHoverBackgroundColor: quiet,
                tension: 0,
            });
        }
        return { labels: buckets.map((bucket) => formatBucketTick(bucket, periodType)), datasets };
    }

    getChartConfig() {
        const isRtl = localization.direction === "rtl";
        const muted = this.getColor("muted");
        const line = this.getColor("line");
        const { fontFamily } = getComputedStyle(this.canvasRef.el);
        const font = { family: fontFamily, size: 12 };
        return {
            type: "bar",
            data: this.getChartData(),
            plugins: [
                { id: "incomplete", afterDatasetsDraw: (chart) => this.drawIncomplete(chart) },
            ],
            options: {
                responsive: true,
                maintainAspectRatio: false,
                animation: prefersReducedMotion() ? false : { duration: 300 },
                interaction: { mode: "index", intersect: false },
                onClick: (ev) => this.onChartClick(ev),
                layout: { padding: { top: 4 } },
                scales: {
                    x: {
                        reverse: isRtl,
                        grid: { display: false },
                        border: { color: line },
                        ticks: {
                            color: muted,
                            font,
                            maxRotation: 0,
                            autoSkipPadding: 20,
                        },
                    },
                    y: {
                        position: isRtl ? "right" : "left",
                        beginAtZero: true,
                        border: { display: false },
                        grid: { color: line },
                        ticks: {
                            color: muted,
                            font,
                            maxTicksLimit: Y_TICKS,
                            callback: (value) => formatAxisAmount(value, this.props.currencyId),
                        },
                    },
                },
                plugins: {
                    legend: { display: false },
                    tooltip: this.getTooltipOptions(font, isRtl),
                },
            },
        };
    }

    getTooltipOptions(font, isRtl) {
        return {
            rtl: isRtl,
            textDirection: localization.direction,
            backgroundColor: this.getColor("tooltip"),
            titleColor: this.getColor("tooltip-ink"),
            bodyColor: this.getColor("tooltip-ink"),
            footerColor: this.getColor("tooltip-ink"),
            titleFont: { ...font, size: 13 },
            bodyFont: { ...font, size: 13 },
            footerFont: { ...font, weight: "normal" },
            displayColors: false,
            // The line is drawn above the bars, but told below them.
            itemSort: (one, other) => one.datasetIndex - other.datasetIndex,
            padding: 10,
            caretPadding: 6,
            callbacks: {
                title: ([item]) => this.rows[item.dataIndex].label,
                label: (item) => this.getTooltipLines(item),
                footer: ([item]) => this.rows[item.dataIndex].note,
            },
        };
    }

    /**
     * @param {{ dataIndex: number, datasetIndex: number }} item
     * @returns {string[]} of the bucket, or of its counterpart under its own date
     */
    getTooltipLines({ dataIndex, datasetIndex }) {
        const { change, exact, orders, previous } = this.rows[dataIndex];
        if (!datasetIndex) {
            const lines = [_t("Revenue: %s", exact), _t("Orders: %s", orders)];
            return change === false
                ? lines
                : [
                      _t("%(revenue)s (%(change)s)", {
                          revenue: lines[0],
                          change: formatChange(change),
                      }),
                      lines[1],
                  ];
        }
        return previous
            ? [
                  "",
                  previous.label,
                  _t("Revenue: %s", previous.exact),
                  _t("Orders: %s", previous.orders),
              ]
            : [];
    }

    /**
     * Chart.js knows no dashed bars: a bar that is not whole gets its outline here.
     */
    drawIncomplete(chart) {
        const { ctx } = chart;
        ctx.save();
        ctx.strokeStyle = this.getColor("accent");
        ctx.lineWidth = 1;
        ctx.setLineDash([3, 2]);
        chart.getDatasetMeta(0).data.forEach((bar, index) => {
            const { x, y, base, width } = bar.getProps(["x", "y", "base", "width"]);
            if (this.isIncomplete(index) && y !== base) {
                ctx.strokeRect(x - width / 2, Math.min(y, base), width, Math.abs(base - y));
            }
        });
        ctx.restore();
    }

    onChartClick(ev) {
        const [element] = this.chart.getElementsAtEventForMode(
            ev,
            "index",
            { intersect: false },
            true
        );
        if (!element) {
            return;
        }
        // A finger cannot hover: its first tap shows the tooltip, its second one opens.
        const isTouch = ev.native.pointerType === "touch";
        if (isTouch && this.touchedIndex !== element.index) {
            this.touchedIndex = element.index;
            return;
        }
        this.state.activeIndex = element.index;
        this.open(element.index);
    }
}
