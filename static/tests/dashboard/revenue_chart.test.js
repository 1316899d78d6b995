import { expect, test } from "@odoo/hoot";
import { click, keyDown, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, useState, xml } from "@odoo/owl";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
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

function getChart() {
    return Chart.getChart(queryFirst("canvas"));
}

test("says what it shows: title, sentence, table", async () => {
    await mountWithCleanup(RevenueChart, { props: makeProps() });
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

test("draws a bar per bucket, those that are not whole apart", async () => {
    await mountWithCleanup(RevenueChart, { props: makeProps() });
    const { data } = getChart();
    expect(data.datasets[0].data).toHaveLength(30);
    expect(data.labels.at(-1)).toBe("Nov 22");
    const component = await mountWithCleanup(RevenueChart, { props: makeProps() });
    expect(component.isIncomplete(28)).toBe(false);
    expect(component.isIncomplete(29)).toBe(true);
});

test("the tooltip tells the day, the exact revenue, the orders, and what is missing", async () => {
    const component = await mountWithCleanup(RevenueChart, { props: makeProps() });
    const { title, label, footer } = component.getTooltipOptions({}, false).callbacks;
    const item = { dataIndex: 29, datasetIndex: 0 };
    expect(title([item])).toBe("Sun, Nov 22, 2026");
    expect(label(item).map(String)).toEqual(["Revenue: $\u00a08,290.00 (+14.3%)", "Orders: 12"]);
    expect(label({ dataIndex: 0, datasetIndex: 0 }).map(String)).toEqual([
        "Revenue: $\u00a08,000.00",
        "Orders: 10",
    ]);
    expect(label({ dataIndex: 29, datasetIndex: 1 }).map(String)).toEqual([
        "",
        "Fri, Oct 23, 2026",
        "Revenue: $\u00a07,290.00",
        "Orders: 9",
    ]);
    expect(footer([item]).toString()).toBe("Not over yet");
});

test("the comparison is a quiet dashed line, and columns of the table", async () => {
    const buckets = makePayload().sales_by_period;
    buckets[1].previous = false;
    await mountWithCleanup(RevenueChart, { props: makeProps({ buckets, isCompared: true }) });
    const [bars, line] = getChart().data.datasets;
    expect(bars.type).toBe(undefined);
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
    await mountWithCleanup(RevenueChart, { props: makeProps() });
    expect(getChart().data.datasets).toHaveLength(1);
    expect("thead th").toHaveCount(3);
});

test("buckets are reached and opened by keyboard", async () => {
    await mountWithCleanup(RevenueChart, { props: makeProps() });
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
    const component = await mountWithCleanup(RevenueChart, { props: makeProps() });
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
    await mountWithCleanup(RevenueChart, { props: makeProps() });
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
    await mountWithCleanup(RevenueChart, {
        props: makeProps({ buckets: [bucket], periodType: "weekly" }),
    });
    expect("h2").toHaveText("Revenue by week");
    expect(".o_sd_sentence").toHaveText("$ 248,310 in 30 days.");
    expect(".o_sd_note").toHaveText("Cut by the chosen period");
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
    await mountWithCleanup(Parent);
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
    await mountWithCleanup(RevenueChart, {
        props: makeProps({ buckets: [], error: "The core failed." }),
    });
    expect("canvas").toHaveCount(0);
    expect("[role=alert]").toHaveText(/The core failed\./);
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});
