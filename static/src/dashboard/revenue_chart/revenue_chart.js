import {
    Component,
    onWillUpdateProps,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { Failure } from "../failure/failure";
import {
    formatAxisAmount,
    formatBucketTick,
    formatChange,
    formatCount,
    formatDayRange,
} from "../format";
import { Section } from "../section/section";
import { BucketTable } from "./bucket_table";
import { describeBucket } from "./bucket_text";

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
const HATCH_SIZE = 6;
const SEAM_BLUR = 5;
/** More points than that would hide the line. */
const MAX_POINTS = 62;
/** A pointer that moved less, in pixels, was meant to click. */
const MIN_DRAG = 8;
/** A longer table would fill page after page. */
const MAX_PRINTED_ROWS = 62;

/** @param {Object} [look] words of an address */
function readLook({ chart, orders, table } = {}) {
    return {
        hasOrders: orders === "shown",
        isLine: chart === "line",
        isTable: table === "shown",
    };
}

/**
 * Revenue per bucket as bars or as a line, what it is compared with as a quiet line, the
 * orders on demand. What the canvas shows is said in a sentence above it and in a table
 * behind it, which can be brought to the front. The buckets are reached with the arrow
 * keys; several of them, dragged over or marked with Shift, become the period.
 */
export class RevenueChart extends Component {
    static template = "sale_dashboard.RevenueChart";
    static components = { BucketTable, Failure, Section };
    static props = {
        buckets: Array,
        currencyId: Number,
        error: { type: [String, { value: null }], optional: true },
        /** whether what is only there for who cannot see the curve may be rendered */
        isAtRest: { type: Boolean, optional: true },
        isCompared: { type: Boolean, optional: true },
        isDark: { type: Boolean, optional: true },
        /** how it is drawn: see the looks of a choice */
        look: { type: Object, optional: true },
        /** told when it is drawn otherwise */
        onLook: { type: Function, optional: true },
        onOpen: Function,
        onRetry: Function,
        periodType: String,
        /** makes a range of days the period, both included */
        selectRange: { type: Function, optional: true },
        sentence: String,
    };
    static defaultProps = { isAtRest: true, isCompared: false };

    setup() {
        this.canvasRef = useRef("canvas");
        this.chart = null;
        this.touchedIndex = null;
        /** @type {{ index: number, x: number } | null} where a pointer went down */
        this.pressed = null;
        this.isPrinting = false;
        this.state = useState({
            activeIndex: this.props.buckets.length - 1,
            ...readLook(this.props.look),
            isLibraryMissing: false,
            /** @type {{ anchor: number, index: number } | null} */
            selection: null,
        });
        onWillUpdateProps(({ look }) => Object.assign(this.state, look && readLook(look)));
        // Before it is drawn: what has just been drawn needs no update.
        useEffect(
            () => this.updateChart(),
            () => [
                this.props.buckets,
                this.props.currencyId,
                this.props.isCompared,
                this.state.hasOrders,
                this.state.isLine,
            ]
        );
        useEffect(
            (canvas) => {
                if (canvas) {
                    // What can be read does not wait for the library, nor the curve for a
                    // frame of its own where the library is there.
                    if (window.Chart) {
                        this.drawChart();
                    } else {
                        this.loadLibrary();
                    }
                    const observer = new ResizeObserver(() => this.fitChart());
                    observer.observe(canvas.parentElement);
                    return () => {
                        observer.disconnect();
                        this.destroyChart();
                    };
                }
            },
            () => [this.canvasRef.el, this.props.periodType, this.props.isDark]
        );
        useEffect(
            () => this.clearSelection(),
            () => [this.props.buckets[0]?.period, this.props.buckets.length]
        );
        useExternalListener(window, "beforeprint", () => this.redraw(true));
        useExternalListener(window, "afterprint", () => this.redraw(false));
    }

    get title() {
        return TITLES[this.props.periodType].toString();
    }

    get sentence() {
        const { buckets, periodType, sentence } = this.props;
        const isRunning = buckets.some((bucket) => bucket.running);
        return isRunning ? `${sentence} ${RUNNING_SENTENCES[periodType]}` : sentence;
    }

    /** What stands for what, once there is more than one thing to see. */
    get legend() {
        const { buckets, isCompared } = this.props;
        const items = [];
        if (isCompared) {
            items.push({ id: "previous", label: _t("Comparison") });
        }
        if (this.state.hasOrders) {
            items.push({ id: "orders", label: _t("Orders (other axis)") });
        }
        if (buckets.some((_bucket, index) => this.isIncomplete(index))) {
            const isRunning = buckets.some((bucket) => bucket.running);
            items.push({
                id: "incomplete",
                label: isRunning ? _t("Not over yet") : _t("Cut by the chosen period"),
            });
        }
        return items.length ? [{ id: "revenue", label: _t("Revenue") }, ...items] : [];
    }

    get isTablePrinted() {
        return this.props.buckets.length <= MAX_PRINTED_ROWS;
    }

    get isTableThere() {
        return this.props.isAtRest || this.state.isTable;
    }

    describe(index) {
        const { buckets, currencyId, periodType } = this.props;
        return describeBucket(buckets[index], { currencyId, periodType });
    }

    /** The bucket the keyboard is on; the buckets may have become fewer. */
    get activeIndex() {
        return Math.min(this.state.activeIndex, this.props.buckets.length - 1);
    }

    get activeText() {
        if (this.state.selection) {
            return _t(
                "Selected: %s. Enter shows only these days, Escape gives up.",
                this.selectionText
            );
        }
        const { label, exact, orders, note, previous } = this.describe(this.activeIndex);
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

    get isCurveShown() {
        return !this.state.isTable && !this.state.isLibraryMissing;
    }

    get keyHint() {
        return this.props.selectRange
            ? _t(
                  "Arrow keys go from bar to bar, Enter opens the orders, Shift with arrow keys selects days."
              )
            : _t("Arrow keys go from bar to bar, Enter opens the orders.");
    }

    /**
     * @param {{ hasOrders?: boolean, isLine?: boolean, isTable?: boolean }} change
     */
    draw(change) {
        Object.assign(this.state, change);
        const { hasOrders, isLine, isTable } = this.state;
        this.props.onLook?.({
            chart: isLine ? "line" : "bars",
            orders: hasOrders ? "shown" : "hidden",
            table: isTable ? "shown" : "hidden",
        });
    }

    //--------------------------------------------------------------------------
    // Selection
    //--------------------------------------------------------------------------

    /** The days selected, both included. */
    get selectedRange() {
        const { anchor, index } = this.state.selection;
        return {
            date_from: this.props.buckets[Math.min(anchor, index)].date_from,
            date_to: this.props.buckets[Math.max(anchor, index)].date_to,
        };
    }

    get selectionText() {
        return formatDayRange(this.selectedRange);
    }

    /** Where the selected buckets are drawn. */
    get selectionStyle() {
        const { x } = this.chart.scales;
        const { bottom, top } = this.chart.chartArea;
        const { anchor, index } = this.state.selection;
        const edges = [anchor, index].map((index) => x.getPixelForValue(index));
        const width = x.width / this.props.buckets.length;
        const left = Math.min(...edges) - width / 2;
        const right = Math.max(...edges) + width / 2;
        return `left: ${left}px; width: ${right - left}px; top: ${top}px; height: ${bottom - top}px`;
    }

    clearSelection() {
        this.pressed = null;
        this.state.selection = null;
    }

    confirmSelection() {
        const { date_from, date_to } = this.selectedRange;
        this.clearSelection();
        this.props.selectRange(date_from, date_to);
    }

    getIndexAt(clientX) {
        const { left } = this.chart.canvas.getBoundingClientRect();
        const index = this.chart.scales.x.getValueForPixel(clientX - left);
        return Math.max(0, Math.min(this.props.buckets.length - 1, index));
    }

    /**
     * @param {PointerEvent} ev
     */
    onPointerDown(ev) {
        this.isDragged = false;
        if (this.props.selectRange && this.chart && ev.isPrimary && ev.button === 0) {
            this.clearSelection();
            this.pressed = { index: this.getIndexAt(ev.clientX), x: ev.clientX };
        }
    }

    /**
     * @param {PointerEvent} ev
     */
    onPointerMove(ev) {
        if (!this.pressed) {
            return;
        }
        if (!this.isDragged && Math.abs(ev.clientX - this.pressed.x) >= MIN_DRAG) {
            this.isDragged = true;
            ev.currentTarget.setPointerCapture(ev.pointerId);
        }
        if (this.isDragged) {
            this.state.selection = {
                anchor: this.pressed.index,
                index: this.getIndexAt(ev.clientX),
            };
        }
    }

    onPointerUp() {
        if (this.state.selection && this.isDragged) {
            this.confirmSelection();
        }
        this.pressed = null;
    }

    //--------------------------------------------------------------------------
    // Keyboard
    //--------------------------------------------------------------------------

    onFocus() {
        this.activate(this.activeIndex);
    }

    onBlur() {
        this.clearSelection();
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
            ev.stopPropagation();
            this.moveTo(Math.max(0, Math.min(last, targets[ev.key])), ev.shiftKey);
        } else if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            if (this.state.selection) {
                this.confirmSelection();
            } else {
                this.open(this.activeIndex);
            }
        } else if (ev.key === "Escape" && this.state.selection) {
            ev.stopPropagation();
            this.clearSelection();
        }
    }

    moveTo(index, isSelecting) {
        if (isSelecting && this.props.selectRange) {
            const anchor = this.state.selection ? this.state.selection.anchor : this.activeIndex;
            this.state.selection = { anchor, index };
        } else {
            this.clearSelection();
        }
        this.activate(index);
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

    async loadLibrary() {
        const canvas = this.canvasRef.el;
        this.state.isLibraryMissing = false;
        try {
            await loadBundle("web.chartjs_lib");
        } catch {
            this.state.isLibraryMissing = true;
            return;
        }
        // Another one draws, or nobody any more, when this one is not there any more.
        if (this.canvasRef.el === canvas && !this.chart) {
            this.drawChart();
        }
    }

    drawChart() {
        const canvas = this.canvasRef.el;
        this.state.isLibraryMissing = false;
        [canvas.width, canvas.height] = this.room;
        this.chart = new Chart(canvas, this.getChartConfig());
    }

    /** Pixels of the page that the chart can fill. */
    get room() {
        const { clientHeight, clientWidth } = this.canvasRef.el.parentElement;
        return [clientWidth, clientHeight];
    }

    fitChart() {
        const [width, height] = this.room;
        const isShown = width > 0 && height > 0;
        if (this.chart && isShown && (this.chart.width !== width || this.chart.height !== height)) {
            this.chart.resize(width, height);
        }
    }

    destroyChart() {
        this.chart?.destroy();
        this.chart = null;
    }

    /**
     * On paper it is light, whatever the screen is.
     */
    redraw(isPrinting) {
        if (this.isPrinting !== isPrinting && this.chart) {
            this.isPrinting = isPrinting;
            this.canvasRef.el.classList.toggle("o_sd_paper", isPrinting);
            this.destroyChart();
            this.drawChart();
        }
    }

    /**
     * In place, so that an open tooltip stays open.
     */
    updateChart() {
        if (this.chart) {
            this.chart.data = this.getChartData();
            this.chart.options.scales.orders.display = this.state.hasOrders;
            this.chart.update("none");
        }
    }

    getColor(name) {
        return getComputedStyle(this.canvasRef.el).getPropertyValue(`--sd-${name}`).trim();
    }

    /** Stripes: what is not whole looks so without its colour too. */
    getHatch(color) {
        const tile = document.createElement("canvas");
        tile.width = tile.height = HATCH_SIZE;
        const ctx = tile.getContext("2d");
        ctx.strokeStyle = color;
        ctx.lineWidth = 1.5;
        for (const offset of [-HATCH_SIZE, 0, HATCH_SIZE]) {
            ctx.moveTo(offset, HATCH_SIZE);
            ctx.lineTo(offset + HATCH_SIZE, 0);
        }
        ctx.stroke();
        return this.canvasRef.el.getContext("2d").createPattern(tile, "repeat");
    }

    isIncomplete(index) {
        const bucket = this.props.buckets[index];
        return Boolean(bucket) && (bucket.running || bucket.partial);
    }

    getChartData() {
        const { buckets, isCompared, periodType } = this.props;
        const datasets = [this.state.isLine ? this.getLineDataset() : this.getBarDataset()];
        if (isCompared) {
            datasets.push(this.getPreviousDataset());
        }
        if (this.state.hasOrders) {
            datasets.push(this.getOrdersDataset());
        }
        return { labels: buckets.map((bucket) => formatBucketTick(bucket, periodType)), datasets };
    }

    getBarDataset() {
        const whole = this.getColor("accent");
        const incomplete = this.getHatch(whole);
        const hover = this.getColor("accent-strong");
        const choose = (color) =>
            this.props.buckets.map((_bucket, i) => (this.isIncomplete(i) ? incomplete : color));
        return {
            key: "revenue",
            type: "bar",
            order: 2,
            data: this.props.buckets.map((bucket) => bucket.revenue),
            backgroundColor: choose(whole),
            hoverBackgroundColor: choose(hover),
            borderRadius: BAR_RADIUS,
            maxBarThickness: BAR_MAX_WIDTH,
            categoryPercentage: 0.85,
            barPercentage: 0.85,
        };
    }

    getLineDataset() {
        const { buckets } = this.props;
        const color = this.getColor("accent");
        const surface = this.getColor("surface");
        return {
            key: "revenue",
            type: "line",
            order: 2,
            data: buckets.map((bucket) => bucket.revenue),
            borderColor: color,
            borderWidth: 2,
            backgroundColor: this.getColor("accent-wash"),
            fill: "origin",
            // What is not whole: hollow, and reached by a dashed line.
            pointRadius: buckets.map((_bucket, index) =>
                this.isIncomplete(index) ? 4 : buckets.length > MAX_POINTS ? 0 : 2
            ),
            pointHoverRadius: 5,
            pointBackgroundColor: buckets.map((_bucket, index) =>
                this.isIncomplete(index) ? surface : color
            ),
            segment: {
                borderDash: ({ p0DataIndex, p1DataIndex }) =>
                    this.isIncomplete(p0DataIndex) || this.isIncomplete(p1DataIndex)
                        ? [3, 3]
                        : undefined,
            },
            tension: 0,
        };
    }

    getPreviousDataset() {
        const { buckets } = this.props;
        const color = this.getColor("previous");
        return {
            key: "previous",
            type: "line",
            order: 1,
            data: buckets.map(({ previous }) => (previous ? previous.revenue : null)),
            borderColor: color,
            borderDash: [5, 4],
            borderWidth: 2,
            // A line of one bucket would be none.
            pointRadius: buckets.length > 1 ? 0 : 4,
            pointHoverRadius: 4,
            pointHitRadius: 0,
            pointBackgroundColor: color,
            pointHoverBackgroundColor: color,
            tension: 0,
        };
    }

    getOrdersDataset() {
        const { buckets } = this.props;
        const color = this.getColor("orders");
        return {
            key: "orders",
            type: "line",
            order: 0,
            yAxisID: "orders",
            data: buckets.map((bucket) => bucket.order_count),
            borderColor: color,
            borderWidth: 1.5,
            pointStyle: "rectRot",
            pointRadius: buckets.length > MAX_POINTS ? 0 : 4,
            pointHoverRadius: 5,
            pointBackgroundColor: color,
            tension: 0,
        };
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
                this.getSeamPlugin(),
            ],
            options: {
                // We tell it its size. It would measure it time and again, and write it into
                // the style of its canvas: some rules of Odoo's (`:has([style*=…])`) have the
                // whole page styled anew with each such change.
                responsive: false,
                maintainAspectRatio: false,
                // Whoever opens it wants to read, and what changes is drawn in place.
                animation: false,
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
                    orders: {
                        display: this.state.hasOrders,
                        position: isRtl ? "left" : "right",
                        beginAtZero: true,
                        border: { display: false },
                        grid: { display: false },
                        ticks: {
                            color: this.getColor("orders"),
                            font,
                            maxTicksLimit: Y_TICKS,
                            precision: 0,
                            callback: (value) => formatCount(value),
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
            // The orders are told with the revenue.
            filter: ({ dataset }) => dataset.key !== "orders",
            // The line is drawn above the bars, but told below them.
            itemSort: (one, other) => one.datasetIndex - other.datasetIndex,
            padding: 10,
            caretPadding: 6,
            callbacks: {
                title: ([item]) => this.describe(item.dataIndex).label,
                label: (item) => this.getTooltipLines(item),
                footer: ([item]) => this.describe(item.dataIndex).note,
            },
        };
    }

    /**
     * @param {{ dataIndex: number, dataset: { key: string } }} item
     * @returns {string[]} of the bucket, or of its counterpart under its own date
     */
    getTooltipLines({ dataIndex, dataset }) {
        const { change, exact, orders, previous } = this.describe(dataIndex);
        if (dataset.key === "revenue") {
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
                  _t("Compared with %s", previous.label),
                  _t("Revenue: %s", previous.exact),
                  _t("Orders: %s", previous.orders),
              ]
            : [];
    }

    /** What is compared with runs over the bars: a seam of the surface sets it off. */
    getSeamPlugin() {
        const isPrevious = (chart, { index }) => chart.data.datasets[index].key === "previous";
        return {
            id: "seam",
            beforeDatasetDraw: (chart, args) => {
                if (isPrevious(chart, args)) {
                    chart.ctx.save();
                    chart.ctx.shadowColor = this.getColor("surface");
                    chart.ctx.shadowBlur = SEAM_BLUR;
                }
            },
            afterDatasetDraw: (chart, args) => {
                if (isPrevious(chart, args)) {
                    chart.ctx.restore();
                }
            },
        };
    }

    /**
     * Chart.js knows no dashed bars: a bar that is not whole gets its outline here.
     */
    drawIncomplete(chart) {
        if (this.state.isLine) {
            return;
        }
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
        if (this.isDragged) {
            return;
        }
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
