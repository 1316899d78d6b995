import { expect, test } from "@odoo/hoot";
import { click, drag, keyDown, press, queryAllTexts, queryFirst, waitUntil } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, useState, xml } from "@odoo/owl";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { assets, AssetsLoadingError } from "@web/core/assets";
import { RevenueChart } from "@sale_dashboard/dashboard/revenue_chart/revenue_chart";
import { setupDashboardTests } from "../helpers/dashboard";
import { makePayload } from "../helpers/payload";

setupDashboardTests();

function makeProps(props) {
    return {
        buckets: makePayload().sales_by_period,
        currencyId: 1,
        periodType: "daily",
        sentence: "$ 248,310 in 30 days.",
        onOpen: (bucket) => expect.step(bucket.period),
        onRetry: () => expect.step("retry"),
        ...props,
    };
}

/** With its canvas drawn, which comes after what can be read. */
async function mountChart(options, Root = RevenueChart) {
    const component = await mountWithCleanup(Root, options);
    await waitUntil(() => !queryFirst("canvas") || getChart());
    await animationFrame();
    return component;
}

function getChart() {
    return Chart.getChart(queryFirst("canvas"));
}

test("says what it shows: title, sentence, table", async () => {
    await mountChart({ props: makeProps() });
    expect("h2").toHaveText("Revenue by day");
    expect(".o_sd_sentence").toHaveText("$ 248,310 in 30 days. Today is not over.");
    expect("canvas").toHaveCount(1);
    expect("tbody tr").toHaveCount(30);
    expect(queryAllTexts("tbody tr:first td", { displayed: false })).toEqual([
        "Sat, Oct 24, 2026",
        "$ 8,000",
        "10",
    ]);
    expect("[data-period='2026-11-22'] .o_sd_note").toHaveText("Not over yet");
});

test("what it is compared with is set off from the bars it runs over", async () => {
    const dashed = new Set();
    const { stroke } = window.CanvasRenderingContext2D.prototype;
    patchWithCleanup(window.CanvasRenderingContext2D.prototype, {
        stroke() {
            if (this.getLineDash().join() === "5,4") {
                dashed.add(this.shadowBlur);
            }
            return stroke.apply(this, arguments);
        },
    });
    const buckets = makePayload().sales_by_period.map((bucket) => ({
        ...bucket,
        change: 1,
        previous: bucket,
    }));
    await mountChart({ props: makeProps({ buckets, isCompared: true }) });
    expect([...dashed]).toEqual([5]);
    expect(queryFirst("canvas").getContext("2d").shadowBlur).toBe(0);
});

test("draws a bar per bucket, those that are not whole apart", async () => {
    await mountChart({ props: makeProps() });
    const { data } = getChart();
    expect(data.datasets[0].data).toHaveLength(30);
    expect(data.labels.at(-1)).toBe("Nov 22");
    const colors = data.datasets[0].backgroundColor;
    expect(new Set(colors.slice(0, 29)).size).toBe(1);
    expect(typeof colors[0]).toBe("string");
    expect(colors[29]).toBeInstanceOf(window.CanvasPattern);
    expect(queryAllTexts(".o_sd_chart_legend li")).toEqual(["Revenue", "Not over yet"]);
});

test("as a line: what is not whole is hollow, and reached by a dashed line", async () => {
    await mountChart({ props: makeProps({ isCompared: true }) });
    expect(".o_sd_as_bars").toHaveAttribute("aria-pressed", "true");
    await click(".o_sd_as_line");
    await animationFrame();
    expect(".o_sd_as_line").toHaveAttribute("aria-pressed", "true");
    const [line] = getChart().data.datasets;
    expect(line.type).toBe("line");
    expect(line.data).toHaveLength(30);
    expect(line.segment.borderDash({ p0DataIndex: 27, p1DataIndex: 28 })).toBe(undefined);
    expect(line.segment.borderDash({ p0DataIndex: 28, p1DataIndex: 29 })).toEqual([3, 3]);
    expect(line.pointRadius.slice(28)).toEqual([2, 4]);
    await click(".o_sd_as_bars");
    await animationFrame();
    expect(getChart().data.datasets[0].type).toBe("bar");
});

test("the orders come on demand, with an axis of their own", async () => {
    await mountChart({ props: makeProps({ isCompared: true }) });
    expect(getChart().data.datasets).toHaveLength(2);
    expect(getChart().scales.orders.options.display).toBe(false);
    await click(".o_sd_orders_toggle");
    await animationFrame();
    const orders = getChart().data.datasets[2];
    expect(orders.yAxisID).toBe("orders");
    expect(orders.data.slice(0, 3)).toEqual([10, 11, 12]);
    expect(getChart().scales.orders.options.display).toBe(true);
    expect(queryAllTexts(".o_sd_chart_legend li")).toEqual([
        "Revenue",
        "Comparison",
        "Orders (other axis)",
        "Not over yet",
    ]);
    await click(".o_sd_orders_toggle");
    await animationFrame();
    expect(getChart().data.datasets).toHaveLength(2);
});

/** In the middle of a bucket. */
function getPosition(index) {
    const { chartArea, scales } = getChart();
    return { x: scales.x.getPixelForValue(index), y: (chartArea.top + chartArea.bottom) / 2 };
}

test("dragging over buckets makes their days the period, and opens nothing", async () => {
    await mountChart({
        props: makeProps({ selectRange: (from, to) => expect.step([from, to]) }),
    });
    const { drop, moveTo } = await drag("canvas", { position: getPosition(20), relative: true });
    await moveTo("canvas", { position: getPosition(12), relative: true });
    await animationFrame();
    expect(".o_sd_selection_label").toHaveText(/Nov 5\s–\s13, 2026/);
    await drop();
    await animationFrame();
    expect(".o_sd_selection").toHaveCount(0);
    expect.verifySteps([["2026-11-05", "2026-11-13"]]);
});

test("without a way to choose a period nothing is selected", async () => {
    await mountChart({ props: makeProps() });
    expect(".o_sd_chart").not.toHaveClass("o_sd_selectable");
    const { drop, moveTo } = await drag("canvas", { position: getPosition(20), relative: true });
    await moveTo("canvas", { position: getPosition(12), relative: true });
    await animationFrame();
    expect(".o_sd_selection").toHaveCount(0);
    await drop();
});

test("Shift with arrow keys selects days; Enter shows them, Escape gives up", async () => {
    await mountChart({
        props: makeProps({ selectRange: (from, to) => expect.step([from, to]) }),
    });
    const slider = "[role=slider]";
    queryFirst(slider).focus();
    await press(["Shift", "ArrowLeft"]);
    await press(["Shift", "ArrowLeft"]);
    await animationFrame();
    expect(".o_sd_selection_label").toHaveText(/Nov 20\s–\s22, 2026/);
    expect(queryFirst(slider).ariaValueText).toMatch(/^Selected: Nov 20.*Enter/);
    await press("Escape");
    await animationFrame();
    expect(".o_sd_selection").toHaveCount(0);
    await press(["Shift", "ArrowRight"]);
    await press("ArrowLeft");
    await animationFrame();
    expect(".o_sd_selection").toHaveCount(0);
    await press(["Shift", "ArrowLeft"]);
    await press("Enter");
    await animationFrame();
    expect(".o_sd_selection").toHaveCount(0);
    expect.verifySteps([["2026-11-19", "2026-11-20"]]);
});

test("on paper it is drawn in light colours, afterwards as before", async () => {
    await mountChart({ props: makeProps({ isDark: true }) });
    const chart = getChart();
    window.dispatchEvent(new Event("beforeprint"));
    expect("canvas").toHaveClass("o_sd_paper");
    expect(getChart() === chart).toBe(false);
    expect(getChart().options.animation).toBe(false);
    window.dispatchEvent(new Event("afterprint"));
    expect("canvas").not.toHaveClass("o_sd_paper");
    expect("tbody tr").toHaveCount(30);
    expect(".o_sd_printed").toHaveCount(1);
});

test("ten years of days: no points, no table on paper", async () => {
    const [bucket] = makePayload().sales_by_period;
    const buckets = Array.from({ length: 1000 }, (_, i) => {
        const day = luxon.DateTime.fromISO("2024-01-01").plus({ days: i }).toISODate();
        return { ...bucket, period: day, date_from: day, date_to: day };
    });
    await mountChart({ props: makeProps({ buckets }) });
    await click(".o_sd_as_line");
    await animationFrame();
    expect(new Set(getChart().data.datasets[0].pointRadius)).toEqual(new Set([0]));
    expect(".o_sd_printed").toHaveCount(0);
    expect(".o_sd_chart_legend").toHaveCount(0);
});

test("the tooltip tells the day, the exact revenue, the orders, and what is missing", async () => {
    const component = await mountChart({ props: makeProps() });
    const { callbacks, filter } = component.getTooltipOptions({}, false);
    const { title, label, footer } = callbacks;
    const of = (key, dataIndex) => ({ dataIndex, dataset: { key } });
    const item = of("revenue", 29);
    expect(title([item])).toBe("Sun, Nov 22, 2026");
    expect(label(item).map(String)).toEqual(["Revenue: $\u00a08,290.00 (+14.3%)", "Orders: 12"]);
    expect(label(of("revenue", 0)).map(String)).toEqual(["Revenue: $\u00a08,000.00", "Orders: 10"]);
    expect(label(of("previous", 29)).map(String)).toEqual([
        "",
        "Compared with Fri, Oct 23, 2026",
        "Revenue: $\u00a07,290.00",
        "Orders: 9",
    ]);
    expect(footer([item]).toString()).toBe("Not over yet");
    // Their orders are told with the revenue already.
    expect([item, of("previous", 29), of("orders", 29)].filter(filter)).toHaveLength(2);
});

test("the comparison is a quiet dashed line, and columns of the table", async () => {
    const buckets = makePayload().sales_by_period;
    buckets[1].previous = false;
    await mountChart({ props: makeProps({ buckets, isCompared: true }) });
    const [bars, line] = getChart().data.datasets;
    expect(bars.type).toBe("bar");
    expect(line.type).toBe("line");
    expect(line.borderDash).toEqual([5, 4]);
    expect(line.data.slice(0, 3)).toEqual([0, null, 7020]);
    expect("thead th").toHaveCount(7);
    expect(queryAllTexts("tbody tr:eq(2) td", { displayed: false })).toEqual([
        "Mon, Oct 26, 2026",
        "$ 8,020",
        "12",
        "▲+14.3%",
        "Sat, Sep 26, 2026",
        "$ 7,020",
        "9",
    ]);
    expect("tbody tr:eq(0) .o_sd_change").toHaveText("–");
    expect("tbody tr:eq(1) .o_sd_before").toHaveText("");
});

test("without a comparison there is one series", async () => {
    await mountChart({ props: makeProps() });
    expect(getChart().data.datasets).toHaveLength(1);
    expect("thead th").toHaveCount(3);
});

test("buckets are reached and opened by keyboard", async () => {
    await mountChart({ props: makeProps() });
    const slider = "[role=slider]";
    queryFirst(slider).focus();
    await animationFrame();
    expect(slider).toHaveAttribute("aria-valuenow", "30");
    expect(slider).toHaveAttribute(
        "aria-valuetext",
        "Sun, Nov 22, 2026: $\u00a08,290.00, orders 12; compared with Fri, Oct 23, 2026: $\u00a07,290.00, orders 9. Not over yet"
    );
    await keyDown("ArrowLeft");
    await animationFrame();
    expect(slider).toHaveAttribute("aria-valuenow", "29");
    await keyDown("Enter");
    await keyDown("Home");
    await keyDown("ArrowLeft");
    await animationFrame();
    expect(slider).toHaveAttribute("aria-valuenow", "1");
    await keyDown("Enter");
    await keyDown("End");
    await keyDown("Enter");
    expect.verifySteps(["2026-11-21", "2026-10-24", "2026-11-22"]);
});

test("a click on a bucket opens its orders; a first tap only shows its tooltip", async () => {
    const component = await mountChart({ props: makeProps() });
    component.chart.getElementsAtEventForMode = () => [{ index: 3 }];
    component.onChartClick({ native: { pointerType: "mouse" } });
    expect.verifySteps(["2026-10-27"]);
    component.onChartClick({ native: { pointerType: "touch" } });
    expect.verifySteps([]);
    component.onChartClick({ native: { pointerType: "touch" } });
    expect.verifySteps(["2026-10-27"]);
    component.chart.getElementsAtEventForMode = () => [];
    component.onChartClick({ native: { pointerType: "mouse" } });
    expect.verifySteps([]);
});

test("the table can be brought to the front, and its rows opened", async () => {
    await mountChart({ props: makeProps() });
    expect("tbody button").toHaveCount(0);
    await click(".o_sd_table_toggle");
    await animationFrame();
    expect(".o_sd_table_toggle").toHaveAttribute("aria-pressed", "true");
    expect("[role=slider]").toHaveClass("d-none");
    await click("[data-period='2026-10-25'] button");
    expect.verifySteps(["2026-10-25"]);
});

test("weeks and months that are cut by the period say so", async () => {
    const bucket = {
        period: "2026-10-19",
        date_from: "2026-10-24",
        date_to: "2026-10-25",
        revenue: 10,
        order_count: 1,
        partial: true,
        running: false,
    };
    await mountChart({
        props: makeProps({ buckets: [bucket], periodType: "weekly" }),
    });
    expect("h2").toHaveText("Revenue by week");
    expect(".o_sd_sentence").toHaveText("$ 248,310 in 30 days.");
    expect(".o_sd_note").toHaveText("Cut by the chosen period");
});

test("it is drawn with what can be read, once, and its size costs the page no style", async () => {
    const drawn = [];
    patchWithCleanup(Chart.prototype, {
        update() {
            drawn.push("update");
            return super.update(...arguments);
        },
    });
    await mountWithCleanup(RevenueChart, { props: makeProps() });
    const canvas = queryFirst("canvas");
    expect(getChart() === undefined).toBe(false);
    expect(drawn).toHaveLength(1);
    expect(canvas).toHaveAttribute(
        "style",
        "display: block; box-sizing: border-box; width: 100%; height: 100%"
    );
    const { clientHeight, clientWidth } = canvas.parentElement;
    expect([getChart().width, getChart().height]).toEqual([clientWidth, clientHeight]);
});

test("what draws it may not have come: it says so, and tries again", async () => {
    const { Chart } = window;
    patchWithCleanup(window, { Chart: undefined });
    let isOnline = false;
    patchWithCleanup(assets, {
        async loadBundle(name) {
            expect.step(name);
            if (!isOnline) {
                throw new AssetsLoadingError("offline");
            }
            window.Chart = Chart;
        },
    });
    await mountWithCleanup(RevenueChart, { props: makeProps() });
    await animationFrame();
    expect.verifySteps(["web.chartjs_lib"]);
    expect("[role='alert']").toHaveText(/^The curve cannot be drawn/);
    expect("[role='slider']").toHaveClass("d-none");
    expect("tbody tr").toHaveCount(30);
    // What stands in the table needs no curve.
    await click(".o_sd_table_toggle");
    await animationFrame();
    expect("[role='alert']").toHaveCount(0);
    expect("tbody").toBeVisible();
    await click(".o_sd_table_toggle");
    await animationFrame();
    isOnline = true;
    await click(".o_sd_retry");
    await animationFrame();
    expect.verifySteps(["web.chartjs_lib"]);
    expect("[role='alert']").toHaveCount(0);
    expect("[role='slider']").not.toHaveClass("d-none");
    expect(getChart().data.datasets[0].data).toHaveLength(30);
});

test("it fills the room that it has, when it is shown too", async () => {
    const component = await mountChart({ props: makeProps({ look: { table: "shown" } }) });
    expect(getChart().width).toBe(0);
    const { style } = queryFirst("canvas").parentElement;
    Object.assign(style, { height: "150px", width: "400px" });
    component.draw({ isTable: false });
    await waitUntil(() => getChart().width === 400, { timeout: 2000 });
    expect(getChart().height).toBe(150);
    style.width = "200px";
    await waitUntil(() => getChart().width === 200, { timeout: 2000 });
    expect(queryFirst("canvas").getBoundingClientRect().width).toBe(200);
});

test("a table that nobody sees waits; one that is looked at does not", async () => {
    const component = await mountChart({ props: makeProps({ isAtRest: false }) });
    expect("canvas").toHaveCount(1);
    expect("tbody tr").toHaveCount(0);
    component.draw({ isTable: true });
    await animationFrame();
    expect("tbody tr").toHaveCount(30);
});

test("new figures change the bars in place", async () => {
    const state = { buckets: makePayload().sales_by_period };
    class Parent extends Component {
        static template = xml`<RevenueChart t-props="getProps()"/>`;
        static components = { RevenueChart };
        static props = {};
        setup() {
            this.state = useState(state);
            Parent.state = this.state;
        }
        getProps() {
            return makeProps({ buckets: this.state.buckets });
        }
    }
    await mountChart({}, Parent);
    const chart = getChart();
    Parent.state.buckets = makePayload().sales_by_period.map((bucket) => ({
        ...bucket,
        revenue: 5,
    }));
    await animationFrame();
    await animationFrame();
    expect(getChart() === chart).toBe(true);
    expect(chart.data.datasets[0].data[0]).toBe(5);
});

test("a failed section shows its sentence instead", async () => {
    await mountChart({
        props: makeProps({ buckets: [], error: "The core failed." }),
    });
    expect("canvas").toHaveCount(0);
    expect("[role=alert]").toHaveText(/The core failed\./);
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});
