import { expect, test } from "@odoo/hoot";
import { click, press, queryAll, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, useState, xml } from "@odoo/owl";
import { getService, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { Breakdown } from "@sale_dashboard/dashboard/breakdown/breakdown";
import { Bridge } from "@sale_dashboard/dashboard/bridge/bridge";
import { ComparisonNote } from "@sale_dashboard/dashboard/comparison_note/comparison_note";
import { CustomerTypes } from "@sale_dashboard/dashboard/customer_types/customer_types";
import { DataHealth } from "@sale_dashboard/dashboard/data_health/data_health";
import { Part } from "@sale_dashboard/dashboard/part";
import { Quotations } from "@sale_dashboard/dashboard/quotations/quotations";
import { ReconcileDialog } from "@sale_dashboard/dashboard/reconcile_dialog/reconcile_dialog";
import { ReportHead } from "@sale_dashboard/dashboard/report_head/report_head";
import { Targets } from "@sale_dashboard/dashboard/targets/targets";
import { setupDashboardTests } from "../helpers/dashboard";
import {
    makePayload,
    makeProducts,
    makeReconciliation,
    makeRow,
    makeTarget,
    makeTargets,
} from "../helpers/payload";

setupDashboardTests();

const step = (name) => () => expect.step(name);

test("ComparisonNote: the days compared, or that none are", async () => {
    await mountWithCleanup(ComparisonNote, {
        props: {
            comparison: makePayload().comparison,
            timezone: "Europe/Paris",
            onReconcile: step("reconcile"),
        },
    });
    expect(".o_sd_compared").toHaveText(/Compared with Sep 24\s–\sOct 23, 2026, up to 11:42/);
    await click(".o_sd_reconcile");
    expect.verifySteps(["reconcile"]);
});

test("ReportHead: on paper, whose figures these are, and of when", async () => {
    await mountWithCleanup(ReportHead, {
        props: { payload: makePayload(), title: "Last 30 days" },
    });
    expect(queryAllTexts(".o_sd_report_head span", { displayed: false })).toEqual([
        "Last 30 days",
        "Hermit",
        "Without taxes, days of Europe/Paris, as of 11:42:07",
    ]);
});

test("ComparisonNote: not compared, nothing to reconcile", async () => {
    await mountWithCleanup(ComparisonNote, {
        props: { comparison: false, timezone: "Europe/Paris" },
    });
    expect(".o_sd_compared").toHaveText("Not compared");
    expect(".o_sd_reconcile").toHaveCount(0);
});

test("CustomerTypes: new and returning, each with its change", async () => {
    await mountWithCleanup(CustomerTypes, {
        props: {
            rows: makePayload().breakdowns.customer_type,
            changed: ["customer_type:new", "bridge:returning"],
            currencyId: 1,
            isCompared: true,
            onOpen: (row) => expect.step(row.key),
            onRetry: step("retry"),
        },
    });
    expect(".o_sd_sentence").toHaveText("New customers bring 20.1% of revenue");
    expect(queryAllTexts(".o_sd_legend li:first > *")).toEqual([
        "",
        "New",
        "38 customers",
        "$ 50,000",
        "▼−50%",
    ]);
    expect(".o_sd_changed").toHaveCount(1);
    expect("[data-key=new] .o_sd_changed").toHaveCount(1);
    await click("[data-key=returning] button");
    expect.verifySteps(["returning"]);
});

test("CustomerTypes: a failed section says so in its place", async () => {
    await mountWithCleanup(CustomerTypes, {
        props: {
            rows: [],
            currencyId: 1,
            error: "Nobody is known.",
            onOpen: step("open"),
            onRetry: step("retry"),
        },
    });
    expect("[role=alert]").toHaveText(/Nobody is known\./);
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});

function makeBreakdownProps(props) {
    return {
        rows: makePayload().breakdowns.user,
        currencyId: 1,
        dimension: "user",
        isCompared: true,
        status: "ready",
        onOpen: (row, label) => expect.step([row.key, label]),
        onRetry: step("retry"),
        onSelect: (dimension) => expect.step(dimension),
        ...props,
    };
}

test("Breakdown: a leaderboard, whose rows open their orders", async () => {
    await mountWithCleanup(Breakdown, { props: makeBreakdownProps({ changed: ["user:5"] }) });
    expect(".o_sd_sentence").toHaveText("Marc Demo: 48.3% of revenue");
    expect(queryAllTexts("thead th")).toEqual([
        "Salesperson",
        "Revenue",
        "Orders",
        "Share",
        "Change",
    ]);
    expect(queryAllTexts("tbody tr td:first-child")).toEqual([
        "Marc Demo",
        "Not visible to you",
        "No salesperson",
    ]);
    expect(queryAllTexts(".o_sd_change")).toEqual(["▲+20%", "new", "▼−61.7%"]);
    expect("tbody tr:first .o_sd_bar").toHaveStyle({ width: "100%" }, { inline: true });
    expect("[data-key='user:5'] .o_sd_changed").toHaveCount(1);
    await click("[data-key='user:5'] .o_sd_number");
    await click("[data-key='user:'] button");
    expect.verifySteps([
        ["5", "Marc Demo"],
        ["", "No salesperson"],
    ]);
});

test("Breakdown: tabs by click and by arrow keys", async () => {
    await mountWithCleanup(Breakdown, { props: makeBreakdownProps() });
    expect("[role=tab]").toHaveCount(6);
    expect("[role=tab][aria-selected=true]").toHaveText("Salespeople");
    expect("[role=tab][tabindex='0']").toHaveCount(1);
    await click("[data-dimension=country]");
    queryFirst("[data-dimension=user]").focus();
    await press("ArrowRight");
    expect("[data-dimension=team]").toBeFocused();
    queryFirst("[data-dimension=user]").focus();
    await press("ArrowLeft");
    await press("Home");
    expect.verifySteps(["country", "team", "rfm_group", "user"]);
});

test("Breakdown: sorted by any column; what is left of the revenue stays last", async () => {
    class Parent extends Component {
        static template = xml`<Breakdown t-props="getProps()"/>`;
        static components = { Breakdown };
        static props = {};
        setup() {
            Parent.state = this.state = useState({ dimension: "product" });
        }
        getProps() {
            const { dimension } = this.state;
            const rows = dimension === "user" ? makePayload().breakdowns.user : makeProducts();
            return makeBreakdownProps({ dimension, rows });
        }
    }
    await mountWithCleanup(Parent);
    const names = () => queryAllTexts("tbody td:first-child");
    expect(names()).toEqual(["Large Cabinet", "No product", "Everything else"]);
    expect("th[aria-sort=descending]").toHaveText("Revenue");
    await click("[data-sort=count]");
    await click("[data-sort=count]");
    await animationFrame();
    expect("th[aria-sort=ascending]").toHaveText("Quantity");
    expect(names()).toEqual(["No product", "Large Cabinet", "Everything else"]);
    Parent.state.dimension = "user";
    await animationFrame();
    await animationFrame();
    expect("th[aria-sort=descending]").toHaveText("Revenue");
    expect(names()).toEqual(["Marc Demo", "Not visible to you", "No salesperson"]);
});

test("Breakdown: a row filters the dashboard by its field", async () => {
    const filterBy = (filter) => expect.step(filter);
    await mountWithCleanup(Breakdown, { props: makeBreakdownProps() });
    expect(".o_sd_filter").toHaveCount(0);
    await mountWithCleanup(Breakdown, { props: makeBreakdownProps({ filterBy }) });
    // Nobody can tell a colleague whom he may not see.
    expect("[data-key='user:6'] .o_sd_filter").toHaveCount(0);
    await click("[data-key='user:5'] .o_sd_filter");
    await click("[data-key='user:'] .o_sd_filter");
    await mountWithCleanup(Breakdown, {
        props: makeBreakdownProps({ filterBy, rows: makeProducts(), dimension: "product" }),
    });
    expect("[data-key='product:other'] .o_sd_filter").toHaveCount(0);
    await click("[data-key='product:31'] .o_sd_filter");
    await mountWithCleanup(Breakdown, {
        props: makeBreakdownProps({
            filterBy,
            rows: makePayload().breakdowns.rfm_group,
            dimension: "rfm_group",
        }),
    });
    await click("[data-key='rfm_group:champion'] .o_sd_filter");
    expect.verifySteps([
        { field: "user_id", ids: [5], label: "Marc Demo" },
        { field: "user_id", ids: [false], label: "No salesperson" },
        { field: "order_line.product_id", ids: [31], label: "Large Cabinet" },
        { field: "dashboard_rfm_group", operator: "=", value: "champion", label: "Champion" },
    ]);
});

test("Breakdown: products have a quantity; the rest of the revenue opens nothing", async () => {
    await mountWithCleanup(Breakdown, {
        props: makeBreakdownProps({ rows: makeProducts(), dimension: "product" }),
    });
    expect(queryAllTexts("thead th")[2]).toBe("Quantity");
    expect(queryAllTexts("tbody tr:first td")).toEqual([
        "Large Cabinet",
        "$ 99,000",
        "120.5",
        "44",
        "39.9%",
        "▲+10%",
    ]);
    expect(queryAllTexts("tbody tr td:first-child")).toEqual([
        "Large Cabinet",
        "No product",
        "Everything else",
    ]);
    await click("[data-key='product:other']");
    expect.verifySteps([]);
});

test("Breakdown: groups of customers have no change", async () => {
    await mountWithCleanup(Breakdown, {
        props: makeBreakdownProps({
            rows: makePayload().breakdowns.rfm_group,
            dimension: "rfm_group",
        }),
    });
    expect(queryAllTexts("tbody tr:first td")).toEqual([
        "Champion",
        "$ 150,000",
        "40",
        "250",
        "60.4%",
    ]);
});

test("Breakdown: loading, failed, nothing", async () => {
    await mountWithCleanup(Breakdown, {
        props: makeBreakdownProps({ rows: [], dimension: "product", status: "loading" }),
    });
    expect("[role=tabpanel]").toHaveAttribute("aria-busy", "true");
    expect(".o_sd_sentence").toHaveText("Reading the order lines…");
    expect(".o_sd_ghost_row").toHaveCount(8);
    await mountWithCleanup(Breakdown, {
        props: makeBreakdownProps({ rows: [], status: "failed", error: "No lines." }),
    });
    expect("[role=alert]").toHaveText(/No lines\./);
    await click(".o_sd_retry");
    await mountWithCleanup(Breakdown, { props: makeBreakdownProps({ rows: [] }) });
    expect(".o_sd_nothing").toHaveText("Nothing in this period.");
    expect.verifySteps(["retry"]);
});

test("Breakdown: many rows are shown on demand", async () => {
    const rows = Array.from({ length: 23 }, (_, i) =>
        makeRow(String(i + 1), { name: `Person ${i}`, revenue: 100 - i, order_count: 1 })
    );
    await mountWithCleanup(Breakdown, { props: makeBreakdownProps({ rows }) });
    expect("tbody tr").toHaveCount(10);
    expect(".o_sd_more").toHaveText("Show all 23");
    await click(".o_sd_more");
    await animationFrame();
    expect("tbody tr").toHaveCount(23);
    expect(".o_sd_more").toHaveCount(0);
});

function makeBridgeProps(props) {
    const payload = makePayload();
    return {
        change: 15.886,
        comparison: payload.comparison,
        constantCurrency: payload.constant_currency,
        currencyId: 1,
        previousRevenue: 214270,
        range: { date_from: "2026-10-24", date_to: "2026-11-22" },
        revenue: 248310.25,
        rows: payload.breakdowns.bridge,
        onOpen: (row, label) => expect.step([row.key, label]),
        onOpenTotal: (side) => expect.step(side),
        onRetry: step("retry"),
        ...props,
    };
}

test("Bridge: from one total to the other, each part opens its orders", async () => {
    await mountWithCleanup(Bridge, { props: makeBridgeProps() });
    expect("h2").toHaveText("Why revenue changed: +$ 34,040");
    expect(".o_sd_sentence").toHaveText(
        "Most was gained by customers who came back (+$ 31,000), most was lost by customers who did not order again (−$ 25,000)."
    );
    expect(queryAllTexts(".o_sd_bridge_amount")).toEqual([
        "$ 214,270",
        "+$ 22,000",
        "+$ 31,000",
        "−$ 25,000",
        "−$ 2,960",
        "+$ 9,000",
        "$ 248,310",
    ]);
    expect(queryAllTexts(".o_sd_bridge_label").slice(1, -1)).toEqual([
        "New customers",
        "Came back",
        "Not ordering",
        "Fewer orders",
        "Bigger orders",
    ]);
    expect(queryAll(".o_sd_bridge_column").map((el) => el.dataset.type)).toEqual([
        "before",
        "gain",
        "gain",
        "loss",
        "loss",
        "gain",
        "after",
    ]);
    expect(".o_sd_constant").toHaveCount(0);
    await click("[data-part=volume] button");
    await click("[data-part=previous] button");
    await click("[data-part=current] button");
    expect.verifySteps([["volume", "Fewer orders"], "previous", "current"]);
});

test("Bridge: the columns stand on each other", async () => {
    const component = await mountWithCleanup(Bridge, { props: makeBridgeProps() });
    const columns = component.columns;
    for (let i = 1; i < columns.length - 1; i++) {
        expect(columns[i].start).toBe(columns[i - 1].end);
    }
    expect(columns.at(-2).end).toBeCloseTo(columns.at(-1).end, { margin: 0.01 });
});

test("Bridge: its twin table", async () => {
    await mountWithCleanup(Bridge, { props: makeBridgeProps() });
    await click(".o_sd_table_toggle");
    await animationFrame();
    expect(".o_sd_bridge_columns").toHaveCount(0);
    expect("tbody tr").toHaveCount(7);
    expect("tbody tr:eq(2) .o_sd_number").toHaveText("+$ 31,000.25");
    await click("tbody tr:eq(2) button");
    expect.verifySteps([["returning", "Came back"]]);
});

test("Bridge: exchange rates, where they matter", async () => {
    const rows = [
        ...makePayload().breakdowns.bridge.slice(0, 5),
        makeRow("currency", { revenue: -3000 }),
    ];
    await mountWithCleanup(Bridge, {
        props: makeBridgeProps({
            rows,
            constantCurrency: { revenue: 251310.25, change: 17.3, currency_effect: -3000 },
        }),
    });
    expect("[data-part=currency] .o_sd_bridge_amount").toHaveText("−$ 3,000");
    expect(queryAllTexts(".o_sd_constant .o_sd_change")).toEqual(["▲+15.9%", "▲+17.3%"]);
    expect(".o_sd_constant").toHaveText(/Exchange rates made\s+−\$\s3,000\.00/);
});

test("Bridge: only gains, only losses, nothing", async () => {
    const sentences = [
        [[["new", 10]], "Most was gained by new customers (+$ 10.00)."],
        [[["lost", -10]], "Most was lost by customers who did not order again (−$ 10.00)."],
        [[["new", 0]], "Nothing changed."],
    ];
    for (const [parts] of sentences) {
        const rows = parts.map(([key, revenue]) => makeRow(key, { revenue }));
        await mountWithCleanup(Bridge, {
            props: makeBridgeProps({ rows, previousRevenue: 0, revenue: parts[0][1] }),
        });
    }
    expect(queryAllTexts(".o_sd_sentence")).toEqual(sentences.map(([, text]) => text));
});

test("Bridge: a failed section says so in its place", async () => {
    await mountWithCleanup(Bridge, {
        props: makeBridgeProps({ rows: [], error: "No bridge.", constantCurrency: false }),
    });
    expect("h2").toHaveText("Why revenue changed");
    expect("[role=alert]").toHaveText(/No bridge\./);
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});

test("Quotations: open, expiring and expired", async () => {
    await mountWithCleanup(Quotations, {
        props: {
            rows: makePayload().breakdowns.quotation,
            changed: ["quotation:open"],
            currencyId: 1,
            onOpen: (row, label) => expect.step([row.key, label]),
            onRetry: step("retry"),
        },
    });
    expect(".o_sd_sentence").toHaveText("12 quotations worth $ 45,000 wait for an answer");
    expect(queryAllTexts("tbody td:not(:first-child)")).toEqual([
        "12",
        "$ 45,000",
        "3",
        "$ 8,000",
        "0",
        "$ 0.00",
    ]);
    expect("[data-quotation=expiring]").toHaveClass("o_sd_urgent");
    expect("[data-quotation=open] .o_sd_changed").toHaveCount(1);
    await click("[data-quotation=expired] button");
    expect.verifySteps([["expired", "Expired"]]);
});

test("Quotations: none, one, failed", async () => {
    const props = { currencyId: 1, onOpen: () => {}, onRetry: step("retry") };
    const row = makeRow("open", { revenue: 5, order_count: 1 });
    await mountWithCleanup(Quotations, {
        props: { ...props, rows: [{ ...row, order_count: 0 }] },
    });
    await mountWithCleanup(Quotations, { props: { ...props, rows: [row] } });
    expect(queryAllTexts(".o_sd_sentence")).toEqual([
        "No open quotation at the moment",
        "One quotation of $ 5.00 waits for an answer",
    ]);
    await mountWithCleanup(Quotations, { props: { ...props, rows: [], error: "It failed." } });
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});

test("DataHealth: each warning with its money and its records", async () => {
    await mountWithCleanup(DataHealth, {
        props: {
            currencyId: 1,
            warnings: [
                {
                    code: "no_product_line",
                    message: "Orders without a product line.",
                    order_count: 1,
                    revenue: 1930,
                    model: "sale.order",
                    domain: [["id", "=", 1]],
                },
                {
                    code: "no_timezone",
                    message: "You have no time zone.",
                    order_count: 0,
                    revenue: 0,
                    model: "sale.order",
                    domain: [],
                },
            ],
            onOpen: (warning) => expect.step(warning.code),
            onRetry: step("retry"),
        },
    });
    expect(".o_sd_sentence").toHaveText("2 things to know about these figures");
    expect(queryAllTexts(".o_sd_touched")).toEqual(["1 order, $ 1,930"]);
    expect(".o_sd_show_them").toHaveCount(1);
    await click(".o_sd_show_them");
    expect.verifySteps(["no_product_line"]);
});

test("DataHealth: nothing where all is well, its failure where it failed", async () => {
    const props = { currencyId: 1, warnings: [], onOpen: () => {}, onRetry: step("retry") };
    await mountWithCleanup(DataHealth, { props });
    expect(".o_sd_panel").toHaveCount(0);
    await mountWithCleanup(DataHealth, { props: { ...props, error: "It failed." } });
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});

async function mountDialog(data) {
    const reconciliation = new Part(async () => data);
    await reconciliation.load();
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(ReconcileDialog, {
        reconciliation,
        onOpen: (cause) => expect.step(cause.cause),
        onRetry: step("retry"),
    });
    await animationFrame();
}

test("ReconcileDialog: all explained, cause by cause", async () => {
    await mountDialog(makeReconciliation());
    expect("[role=dialog]").toHaveAttribute("aria-label", "Reconcile with Sales Analysis");
    expect("[data-verdict=explained]").toHaveText(
        "$ 0.00 unexplained: every difference has a name below."
    );
    expect(queryAllTexts("[data-total=ours] td")).toEqual([
        "This dashboard",
        "412",
        "$ 248,310.25",
    ]);
    expect("[data-total=plain_sum]").toHaveCount(1);
    expect("tfoot .o_sd_number").toHaveText("+$ 200.01");
    expect("[data-cause=no_product_line] .o_sd_cause_amount").toHaveText("+$ 200.00");
    expect("[data-cause=currency_rounding] button").toHaveAttribute(
        "title",
        "Not all of them fit in one list."
    );
    await click("[data-cause=currency_rounding] button");
    expect.verifySteps(["currency_rounding"]);
    await animationFrame();
    expect(".o_sd_reconciliation").toHaveCount(0);
});

test("ReconcileDialog: all agree", async () => {
    const { totals } = makeReconciliation();
    await mountDialog(
        makeReconciliation({
            causes: [],
            difference: 0,
            totals: { ...totals, sales_analysis: totals.ours, plain_sum: totals.ours },
        })
    );
    expect(".o_sd_verdict").toHaveText("$ 0.00 unexplained: all three agree to the cent.");
    expect(".o_sd_causes").toHaveCount(0);
    expect("[data-total=plain_sum]").toHaveCount(0);
});

test("ReconcileDialog: unexplained, and out of date", async () => {
    await mountDialog(makeReconciliation({ unexplained: 12.5 }));
    expect("[data-verdict=open]").toHaveText("$ 12.50 unexplained");
    await mountDialog(makeReconciliation({ unexplained: 12.5, stale: true }));
    expect("[data-verdict=open]:last").toHaveText(/refresh the dashboard/);
});

function makeTargetsProps(props) {
    return {
        data: { ...makeTargets({ targets: [makeTarget()] }), canSet: false },
        status: "ready",
        onOpen: (target, label) => expect.step([target.id, label]),
        onRetry: step("retry"),
        onSet: step("set"),
        ...props,
    };
}

test("Targets: progress, pace by shape and word, what is needed, projection", async () => {
    await mountWithCleanup(Targets, { props: makeTargetsProps() });
    expect("h2").toHaveText("Targets of November 2026");
    expect(".o_sd_sentence").toHaveText("15 of 21 working days are over");
    expect(".o_sd_projection").toHaveText(
        "May end at $ 250,000 ($ 230,000 to $ 280,000). In 12 past months this was wrong by 6.3% on average."
    );
    expect(".o_sd_target_status").toHaveText("▼Behind");
    expect(".o_sd_progress").toHaveAttribute("aria-valuenow", "62");
    expect(".o_sd_progress_bar").toHaveStyle({ width: "62%" }, { inline: true });
    expect(".o_sd_progress_mark").toHaveCount(1);
    expect(queryAllTexts(".o_sd_target_reached span")).toEqual([
        "62%: $ 62,000 of $ 100,000",
        "71.4% expected by now",
    ]);
    expect(".o_sd_pace").toHaveText(
        /\$ 6,333 a day needed on the 6 working days left\.\s+No projection\./
    );
    expect(".o_sd_pace").toHaveAttribute(
        "data-tooltip",
        "No projection: not enough history, 3 of 6 past months can be used."
    );
    expect(".o_sd_set_targets").toHaveCount(0);
    await click("[data-target='1'] button");
    expect.verifySteps([[1, "Europe"]]);
});

test("Targets: a target filters the dashboard by whose it is", async () => {
    const targets = [
        makeTarget(),
        makeTarget({ id: 2, kind: "user", res_id: 5, name: "Marc Demo" }),
        makeTarget({ id: 3, kind: "company", res_id: 1, name: "My Company" }),
        makeTarget({ id: 4, kind: "user", res_id: 6, name: "" }),
    ];
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({
            data: { ...makeTargets({ targets }), canSet: false },
            filterBy: (filter) => expect.step(filter),
        }),
    });
    expect(".o_sd_filter").toHaveCount(2);
    await click("[data-target='1'] .o_sd_filter");
    await click("[data-target='2'] .o_sd_filter");
    expect.verifySteps([
        { field: "team_id", ids: [1], label: "Europe" },
        { field: "user_id", ids: [5], label: "Marc Demo" },
    ]);
});

test("Targets: reached, partly seen, on track, without working days", async () => {
    const targets = [
        makeTarget({ status: "ahead", share: 130, remaining: 0, needed_per_day: 0 }),
        makeTarget({
            id: 2,
            status: false,
            partial: true,
            remaining: false,
            needed_per_day: false,
            projection: false,
        }),
        makeTarget({
            id: 3,
            status: "on_track",
            working_days: { total: 21, gone: 20, remaining: 1 },
        }),
        makeTarget({
            id: 4,
            status: false,
            expected_share: false,
            needed_per_day: false,
            working_days: { total: 0, gone: 0, remaining: 0 },
        }),
    ];
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({ data: { ...makeTargets({ targets }), canSet: true } }),
    });
    expect(queryAllTexts(".o_sd_target_status")).toEqual(["▲Ahead", "=On track"]);
    expect("[data-target='1'] .o_sd_progress").toHaveAttribute("aria-valuenow", "100");
    expect(".o_sd_progress_mark").toHaveCount(3);
    const paces = queryAll("[data-target]").map((el) =>
        el.querySelector(".o_sd_pace").textContent.trim()
    );
    expect(paces[0]).toMatch(/^Reached\./);
    expect(paces[1]).toBe("You see only a part of the orders that count here.");
    expect(paces[2]).toMatch(/needed on the last working day/);
    expect(paces[3]).toMatch(/no working day is left/);
    await click(".o_sd_set_targets");
    expect.verifySteps(["set"]);
});

test("Targets: projections where they differ; many targets on demand", async () => {
    const { projection } = makeTargets();
    const targets = Array.from({ length: 8 }, (_, i) =>
        makeTarget({ id: i + 1, projection: i ? { ...projection, expected: 90000 } : projection })
    );
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({ data: { ...makeTargets({ targets }), canSet: false } }),
    });
    expect("[data-target]").toHaveCount(6);
    expect("[data-target='1'] .o_sd_pace").not.toHaveText(/May end/);
    expect("[data-target='2'] .o_sd_pace").toHaveText(
        /May end at \$ 90,000 \(\$ 230,000 to \$ 280,000\), usually 6.3% off\./
    );
    await click(".o_sd_more");
    await animationFrame();
    expect("[data-target]").toHaveCount(8);
});

test("Targets: without any a hint for those who may set them, nothing for others", async () => {
    const none = makeTargets({
        projection: {
            status: "not_enough_history",
            reason: "too_few_months",
            months: 2,
            months_needed: 6,
        },
        suggestions: [{ team_id: 1 }, { team_id: 2 }],
    });
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({ data: { ...none, canSet: false } }),
    });
    expect(".o_sd_panel").toHaveCount(0);
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({ data: { ...none, canSet: true } }),
    });
    expect(".o_sd_no_targets").toHaveText(
        /No target is set for this month\.\s*2 teams have an invoicing target/
    );
    expect(".o_sd_set_targets").toHaveCount(1);
    expect(".o_sd_projection").toHaveText(/not enough history, 2 of 6/);
});

test("Targets: loading and failed", async () => {
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({ data: null, status: "loading" }),
    });
    expect("[role=status]").toHaveText(/Loading the targets…/);
    await mountWithCleanup(Targets, {
        props: makeTargetsProps({ data: null, status: "failed", error: "No targets." }),
    });
    expect("[role=alert]").toHaveText(/No targets\./);
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});
