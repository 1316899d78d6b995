import { expect, test } from "@odoo/hoot";
import { click, press, queryAllTexts, queryFirst, waitFor, waitUntil } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { onWillRender } from "@odoo/owl";
import {
    getService,
    makeServerError,
    mockService,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { cookie } from "@web/core/browser/cookie";
import { CustomerTypes } from "@sale_dashboard/dashboard/customer_types/customer_types";
import { MetricCard } from "@sale_dashboard/dashboard/metric_card/metric_card";
import { RevenueChart } from "@sale_dashboard/dashboard/revenue_chart/revenue_chart";
import { Segments } from "@sale_dashboard/dashboard/segments/segments";
import { TopCustomers } from "@sale_dashboard/dashboard/top_customers/top_customers";
import {
    mockDashboard,
    mockTargets,
    openDashboard,
    setupDashboardTests,
} from "../helpers/dashboard";
import {
    makeEmptyPayload,
    makeFailedPayload,
    makePayload,
    makePayloadWithoutComparison,
    makeProducts,
    makeReconciliation,
    makeTarget,
    makeTargets,
} from "../helpers/payload";

setupDashboardTests();

const CARDS = ".o_sd_page[aria-busy=false] .o_sd_card[data-metric]";

function mockActions() {
    const actions = [];
    const doAction = getService("action").doAction;
    patchWithCleanup(getService("action"), {
        doAction(action, options) {
            if (typeof action === "string" || action.type === "ir.actions.act_window") {
                actions.push(action);
                return Promise.resolve();
            }
            return doAction(action, options);
        },
    });
    return actions;
}

test("shows the five figures, the curve, the customers and the segments", async () => {
    mockDashboard();
    await openDashboard();
    await waitFor(CARDS);
    expect(queryAllTexts(".o_sd_card_label")).toEqual([
        "Revenue",
        "Orders",
        "Average order",
        "New customers",
        "Conversion",
    ]);
    expect(queryAllTexts(".o_sd_card_value")).toEqual([
        "$ 248,310",
        "412",
        "$ 602.69",
        "38",
        "61.4%",
    ]);
    expect(".o_sd_revenue_chart canvas").toHaveCount(1);
    expect(".o_sd_top_customers tbody tr").toHaveCount(3);
    expect(".o_sd_segments li").toHaveCount(3);
    expect(queryAllTexts(".o_sd_card_change")).toEqual([
        "▲+15.9%more than $ 214,270",
        "▲+7.6%more than 383",
        "▲+7.7%more than $ 559.45",
        "▼−9.5%fewer than 42",
        "▲+2.1 ptbetter than 59.3%",
    ]);
    expect(".o_sd_card .o_sd_sparkline").toHaveCount(5);
    expect("[data-status=live] .o_sd_status_time").toHaveText(/11:42:07/);
    expect(".o_sd_warnings").toHaveCount(0);
});

test("shows its final shape while loading", async () => {
    const answer = new Deferred();
    mockDashboard(() => answer);
    await openDashboard();
    expect(".o_sd_skeleton").toHaveCount(1);
    expect(".o_sd_page").toHaveAttribute("aria-busy", "true");
    expect("[data-status=loading]").toHaveCount(1);
    answer.resolve(makePayload());
    await waitFor(CARDS);
    expect(".o_sd_skeleton").toHaveCount(0);
    expect(".o_sd_page").toHaveAttribute("aria-busy", "false");
});

test("what is seen is painted in two steps; what is not waits until all else is done", async () => {
    const idle = [];
    patchWithCleanup(window, { requestIdleCallback: (run) => idle.push(run) });
    const seen = [];
    patchWithCleanup(RevenueChart.prototype, {
        drawChart() {
            super.drawChart();
            // Right before the first paint.
            const names = ["top_customers", "bridge", "quotations"];
            seen.push(...names.filter((name) => queryFirst(`.o_sd_${name}`)));
        },
    });
    mockDashboard();
    await openDashboard();
    await waitFor(".o_sd_quotations");
    await waitFor("[role=status]:contains('Figures loaded')", { visible: false });
    expect(seen).toEqual(["top_customers"]);
    expect(".o_sd_bridge").toHaveCount(1);
    expect(".o_sd_page").toHaveAttribute("aria-busy", "true");
    expect(".o_sd_revenue_chart tbody tr").toHaveCount(0);
    await waitUntil(() => {
        idle.splice(0).forEach((run) => run());
        return queryFirst(CARDS);
    });
    expect(".o_sd_revenue_chart tbody tr").toHaveCount(30);
});

test("pictures are asked for after all figures are shown", async () => {
    mockDashboard();
    const idle = new Deferred();
    patchWithCleanup(window, { requestIdleCallback: (run) => idle.then(run) });
    await openDashboard();
    await waitFor(".o_sd_quotations");
    expect(".o_sd_top_customers img").toHaveCount(3);
    expect("img.o_sd_avatar[data-src]").toHaveCount(0);
    idle.resolve();
    await waitFor(CARDS);
    expect(".o_sd_top_customers img:first").toHaveAttribute(
        "data-src",
        "/web/image/res.partner/7/avatar_128"
    );
});

test("what is shown already is not rendered anew for what comes below", async () => {
    const renderings = new Map();
    for (const component of [MetricCard, TopCustomers, Segments, CustomerTypes]) {
        patchWithCleanup(component.prototype, {
            setup() {
                super.setup();
                onWillRender(() => renderings.set(this, (renderings.get(this) || 0) + 1));
            },
        });
    }
    mockDashboard();
    await openDashboard();
    await waitFor(CARDS);
    expect(new Set([...renderings.keys()].map(({ constructor }) => constructor.name)).size).toBe(4);
    expect(Math.max(...renderings.values())).toBe(1);
});

test("asks for what is chosen, and keeps the former figures meanwhile", async () => {
    const answers = [makePayload(), new Deferred()];
    mockDashboard((kwargs) => {
        expect.step([kwargs.date_from, kwargs.date_to, kwargs.period_type, kwargs.measure]);
        return answers.shift() || makePayload();
    });
    await openDashboard();
    await waitFor(CARDS);
    const [answer] = answers;
    await click(".o_sd_period_button");
    await animationFrame();
    await click("[data-value=this_year]");
    await animationFrame();
    expect(".o_sd_waiting .o_sd_card").toHaveCount(5);
    answer.resolve(makePayload());
    await animationFrame();
    expect(".o_sd_waiting").toHaveCount(0);
    await click(".o_sd_chip:contains(Auto)");
    await animationFrame();
    await click("[data-value=monthly]");
    await animationFrame();
    await click(".o_sd_chip:contains(Untaxed)");
    await animationFrame();
    await click("[data-value=total]");
    await animationFrame();
    expect.verifySteps([
        ["2026-10-24", "2026-11-22", "daily", "untaxed"],
        ["2026-01-01", "2026-11-22", "weekly", "untaxed"],
        ["2026-01-01", "2026-11-22", "monthly", "untaxed"],
        ["2026-01-01", "2026-11-22", "monthly", "total"],
    ]);
});

test("nothing sold: the zeros, and what to do next", async () => {
    let isEmpty = true;
    mockDashboard(() => (isEmpty ? makeEmptyPayload() : makePayload()));
    await openDashboard();
    await waitFor(".o_sd_empty");
    expect(queryAllTexts(".o_sd_card_value")[1]).toBe("0");
    expect(".o_sd_revenue_chart").toHaveCount(0);
    isEmpty = false;
    await click(".o_sd_widen");
    await waitFor(".o_sd_revenue_chart");
    expect(".o_sd_period_preset").toHaveText("Last 90 days");
});

test("nothing sold: what is to come shows all the same", async () => {
    mockDashboard(makeEmptyPayload());
    await openDashboard();
    await waitFor(CARDS);
    expect(".o_sd_empty").toHaveCount(1);
    expect(".o_sd_quotations").toHaveCount(1);
    expect(".o_sd_targets").toHaveCount(1);
    expect(".o_sd_bridge").toHaveCount(0);
    expect(".o_sd_breakdown").toHaveCount(0);
});

test("another comparison is asked for; without one nothing is compared", async () => {
    mockDashboard((kwargs) => {
        expect.step(kwargs.compare);
        return kwargs.compare === "none" ? makePayloadWithoutComparison() : makePayload();
    });
    await openDashboard();
    await waitFor(".o_sd_bridge");
    expect(".o_sd_compared:first").toHaveText(/Compared with Sep 24\s–\sOct 23, 2026, up to 11:42/);
    expect(".o_sd_revenue_chart .o_sd_sentence").toHaveText(
        /\$\s34,040 more than Sep 24\s–\sOct 23, 2026, up to 11:42 \(dashed\)/
    );
    await click(".o_sd_chip:contains(vs previous period)");
    await animationFrame();
    await click("[data-value=same_weekdays]");
    await animationFrame();
    await click(".o_sd_chip:contains(vs same weekdays)");
    await animationFrame();
    await click("[data-value=none]");
    await animationFrame();
    expect(".o_sd_bridge").toHaveCount(0);
    expect(".o_sd_change").toHaveCount(0);
    expect(".o_sd_compared:first").toHaveText("Not compared");
    expect(".o_sd_revenue_chart .o_sd_sentence").not.toHaveText(/dashed/);
    expect.verifySteps(["previous_period", "same_weekdays", "none"]);
});

test("a base of zero has no change, neither 0 % nor infinity", async () => {
    const { overview } = makePayload();
    mockDashboard(
        makePayload({
            overview: {
                previous: { ...overview.previous, total_orders: 0, conversion_rate: 0 },
                change: { ...overview.change, total_orders: false, conversion_rate: false },
            },
        })
    );
    await openDashboard();
    await waitFor(CARDS);
    expect("[data-metric=total_orders] .o_sd_card_change").toHaveText(/^new\s*nothing before$/);
    expect("[data-metric=conversion_rate] .o_sd_card_change").toHaveText("nothing to compare with");
});

test("figures of other addons have their cards", async () => {
    mockDashboard(
        makePayload({
            metrics: [
                {
                    name: "big_revenue",
                    label: "Revenue of big orders",
                    help: "What they bring.",
                    kind: "monetary",
                    value: 12000,
                    previous: 10000,
                    change: 20,
                },
                {
                    name: "big_orders",
                    label: "Big orders",
                    help: "",
                    kind: "integer",
                    value: 8,
                    previous: false,
                    change: false,
                },
            ],
        })
    );
    onRpc("sale.dashboard", "get_metric_domain", ({ args }) => {
        expect.step(args[1]);
        return { model: "sale.order", domain: [], context: {} };
    });
    await openDashboard();
    await waitFor(CARDS);
    expect(CARDS).toHaveCount(7);
    expect("[data-metric=big_revenue] .o_sd_card_value").toHaveText("$ 12,000");
    expect("[data-metric=big_revenue] .o_sd_change").not.toHaveClass("o_sd_judged");
    expect("[data-metric=big_orders] .o_sd_card_change").toHaveCount(0);
    mockActions();
    await click("[data-metric=big_orders]");
    await animationFrame();
    expect.verifySteps(["big_orders"]);
});

test("products are read when their tab is opened, and their lines opened", async () => {
    const products = new Deferred();
    mockDashboard();
    onRpc("sale.dashboard", "load_breakdown", ({ args }) => {
        expect.step(args[1]);
        return products;
    });
    onRpc("sale.dashboard", "get_metric_domain", ({ args, kwargs }) => {
        expect.step([args[1], kwargs.key]);
        return { model: "sale.order.line", domain: [], context: {} };
    });
    await openDashboard();
    await waitFor(".o_sd_breakdown tbody tr");
    expect.verifySteps([]);
    await click("[data-dimension=product]");
    await animationFrame();
    expect("#o_sd_tab_panel").toHaveAttribute("aria-busy", "true");
    expect(".o_sd_waiting").toHaveCount(0);
    products.resolve(makeProducts());
    await waitFor("[data-key='product:31']");
    const actions = mockActions();
    await click("[data-key='product:31'] button");
    await animationFrame();
    await click("[data-key='product:other']");
    await animationFrame();
    expect(actions).toHaveLength(1);
    expect(actions[0].views).toEqual([
        [false, "list"],
        [false, "form"],
    ]);
    expect.verifySteps(["product", ["total_revenue", "product:31"]]);
});

test("products that cannot be read fail in their place", async () => {
    mockDashboard();
    let fails = true;
    onRpc("sale.dashboard", "load_breakdown", () => {
        if (fails) {
            throw makeServerError({ type: "UserError", message: "No lines." });
        }
        return makeProducts();
    });
    await openDashboard();
    await waitFor(".o_sd_breakdown tbody tr");
    await click("[data-dimension=category]");
    await waitFor(".o_sd_breakdown [role=alert]");
    expect(".o_sd_breakdown [role=alert]").toHaveText(/No lines\./);
    expect("[data-dimension=team]").toHaveCount(1);
    fails = false;
    await click(".o_sd_breakdown .o_sd_retry");
    await waitFor("[data-key='category:31']");
});

test("rows of breakdowns, parts of the bridge and quotations open their orders", async () => {
    mockDashboard(makePayload({ hidden_customers: { total_revenue: 5, order_count: 1 } }));
    onRpc("sale.dashboard", "get_metric_domain", ({ kwargs: { key, side } }) => {
        expect.step(key || side);
        return { model: "sale.order", domain: [], context: {} };
    });
    await openDashboard();
    await waitFor(CARDS);
    const actions = mockActions();
    for (const target of [
        "[data-key='user:5']",
        "[data-key=new]",
        "[data-quotation=expiring]",
        "[data-part=lost] button",
        "[data-part=previous] button",
        ".o_sd_hidden_customers",
    ]) {
        await click(target);
        await animationFrame();
    }
    expect.verifySteps([
        "user:5",
        "customer_type:new",
        "quotation:expiring",
        "bridge:lost",
        "previous",
        "hidden",
    ]);
    expect(actions.map((action) => action.name.split(" (")[0])).toEqual([
        "Marc Demo",
        "New",
        "Expiring within 7 days",
        "Not ordering",
        "Revenue",
        "Customers you may not see",
    ]);
});

test("the proof: read when asked for, its causes opened", async () => {
    mockDashboard();
    const answers = [new Deferred(), new Deferred()];
    onRpc("sale.dashboard", "reconcile", ({ args }) => {
        expect.step(args[0]);
        return answers.shift();
    });
    await openDashboard();
    await waitFor(CARDS);
    const [first, second] = answers;
    await click(".o_sd_reconcile");
    await waitFor(".o_sd_reconciliation [role=status]");
    expect(".o_sd_reconciliation").toHaveAttribute("aria-busy", "true");
    first.reject(makeServerError({ type: "UserError", message: "Refresh first." }));
    await waitFor(".o_sd_reconciliation [role=alert]");
    expect(".o_sd_reconciliation [role=alert]").toHaveText(/Refresh first\./);
    await click(".o_sd_reconciliation .o_sd_retry");
    second.resolve(makeReconciliation());
    await waitFor(".o_sd_verdict");
    const actions = mockActions();
    await click("[data-cause=no_product_line] button");
    await animationFrame();
    expect(actions[0]).toMatchObject({ name: "No product line", domain: [["id", "in", [1]]] });
    expect(".o_sd_reconciliation").toHaveCount(0);
    expect.verifySteps([[12], [12]]);
});

test("figures are verified when asked for, and the verdict is said in words", async () => {
    mockDashboard();
    const answers = [new Deferred(), new Deferred()];
    const [first, second] = answers;
    onRpc("sale.dashboard", "action_verify", ({ args }) => {
        expect.step(args[0]);
        return answers.shift();
    });
    await openDashboard();
    await waitFor(CARDS);
    await click(".o_sd_verify");
    await waitFor(".o_sd_verification [role=status]");
    expect(".o_sd_verification").toHaveAttribute("aria-busy", "true");
    expect(".o_sd_verification [role=status]").toHaveText(/Recomputing every figure/);
    first.reject(makeServerError({ type: "UserError", message: "Not now." }));
    await waitFor(".o_sd_verification [role=alert]");
    await click(".o_sd_verification .o_sd_retry");
    second.resolve({
        verdict: "equal",
        reason: "",
        figure_count: 214,
        differences: [],
        difference_count: 0,
    });
    await waitFor(".o_sd_verdict[data-verdict=explained]");
    expect(".o_sd_verification [role=status]").toHaveText(/All 214 figures are equal/);
    expect(".o_sd_differences").toHaveCount(0);
    expect.verifySteps([[12], [12]]);
});

test("figures that differ are named, shown beside recomputed", async () => {
    mockDashboard();
    onRpc("sale.dashboard", "action_verify", () => ({
        verdict: "different",
        reason: "",
        figure_count: 214,
        differences: [{ figure: "total_revenue", stored: "10.01", recomputed: "10.00" }],
        difference_count: 3,
    }));
    await openDashboard();
    await waitFor(CARDS);
    await click(".o_sd_verify");
    await waitFor(".o_sd_differences");
    expect(".o_sd_verdict").toHaveAttribute("data-verdict", "open");
    expect(".o_sd_verification [role=status]").toHaveText(/3 of 214 figures differ/);
    expect(queryAllTexts(".o_sd_differences td")).toEqual(["total_revenue", "10.01", "10.00"]);
    expect(".o_sd_verification").toHaveText(/2 more/);
});

test("figures that could not be verified: the reason is said", async () => {
    mockDashboard();
    onRpc("sale.dashboard", "action_verify", () => ({
        verdict: "unchecked",
        reason: "Orders changed.",
        figure_count: 0,
        differences: [],
        difference_count: 0,
    }));
    await openDashboard();
    await waitFor(CARDS);
    await click(".o_sd_verify");
    await waitFor(".o_sd_verdict[data-verdict=open]");
    expect(".o_sd_verification [role=status]").toHaveText(/could not be verified/);
    expect(".o_sd_verification [role=status]").toHaveText(/Orders changed\./);
});

test("targets come after the figures, and are re-read with them", async () => {
    const targets = new Deferred();
    const answers = [targets, makeTargets({ targets: [makeTarget({ name: "Asia" })] })];
    mockDashboard();
    mockTargets(() => {
        expect.step("targets");
        return answers.shift();
    });
    await openDashboard();
    await waitFor(CARDS);
    expect(".o_sd_targets [role=status]").toHaveCount(1);
    targets.resolve(makeTargets({ targets: [makeTarget()] }));
    await waitFor("[data-target='1']");
    await click(".o_sd_refresh");
    await waitFor(".o_sd_target_head:contains(Asia)");
    expect.verifySteps(["targets", "targets"]);
});

test("a target opens its orders; who may sets targets", async () => {
    mockDashboard();
    mockTargets(makeTargets({ targets: [makeTarget()] }), { canSet: true });
    onRpc("sale.dashboard", "get_target_domain", ({ args }) => {
        expect.step(args);
        return { model: "sale.order", domain: [], context: {} };
    });
    await openDashboard();
    await waitFor("[data-target='1']");
    const actions = mockActions();
    await click(".o_sd_set_targets");
    await animationFrame();
    await click("[data-target='1'] button");
    await animationFrame();
    expect.verifySteps([[1]]);
    expect(actions).toHaveLength(2);
    expect(actions[0]).toBe("sale_dashboard.action_sale_dashboard_target");
    expect(actions[1].name).toBe("Europe");
});

test("the server refuses what it is asked: its sentence, and nothing to try again", async () => {
    let fails = true;
    mockDashboard(() => {
        if (fails) {
            throw makeServerError({ type: "ValidationError", message: "Too many years." });
        }
        return makePayload();
    });
    await openDashboard();
    await waitFor(".o_sd_failure");
    expect(".o_sd_failure").toHaveText(/Too many years\./);
    expect(".o_sd_retry").toHaveCount(0);
    fails = false;
    // Something else is asked.
    await press("m");
    await waitFor(CARDS);
    expect(".o_sd_failure").toHaveCount(0);
    fails = true;
    await press("m");
    await waitFor(".o_sd_strip");
    expect(".o_sd_retry").toHaveCount(0);
});

test("the server fails: its sentence, and another try", async () => {
    let fails = true;
    mockDashboard(() => {
        if (fails) {
            throw makeServerError({ type: "UserError", message: "Come back later." });
        }
        return makePayload();
    });
    await openDashboard();
    await waitFor(".o_sd_failure");
    expect(".o_sd_failure").toHaveText(/Come back later\./);
    expect(".o_error_dialog").toHaveCount(0);
    fails = false;
    await click(".o_sd_failure .o_sd_retry");
    await waitFor(CARDS);
    expect(".o_sd_failure").toHaveCount(0);
});

test("a failed re-read keeps the figures and says which they are", async () => {
    let fails = false;
    mockDashboard(() => {
        if (fails) {
            throw makeServerError({ type: "UserError", message: "Not now." });
        }
        return makePayload();
    });
    await openDashboard();
    await waitFor(CARDS);
    fails = true;
    await click(".o_sd_refresh");
    await waitFor(".o_sd_strip");
    expect(".o_sd_strip").toHaveText(/Not now\.[^]*Oct 24\s–\sNov 22, 2026/);
    expect("[data-status=failed]").toHaveCount(1);
    expect(CARDS).toHaveCount(5);
    fails = false;
    await click(".o_sd_strip .o_sd_retry");
    await waitFor("[data-status=live]");
    expect(".o_sd_strip").toHaveCount(0);
});

test("a failed section fails in its place while the rest stands", async () => {
    mockDashboard(makeFailedPayload("The core failed."));
    await openDashboard();
    await waitFor(CARDS);
    expect(".o_sd_card_failed").toHaveCount(4);
    expect("[data-metric=conversion_rate] .o_sd_card_value").toHaveText("61.4%");
    // Curve, customers, segments, new and returning, bridge, leaderboard.
    expect(".o_sd_panel_failed").toHaveCount(6);
    expect(".o_sd_quotations tbody tr").toHaveCount(3);
    expect(".o_sd_reconcile").toHaveCount(0);
    expect(".o_sd_empty").toHaveCount(0);
});

test("one failed figure is tried again, computed anew", async () => {
    let payload = makePayload({
        overview: { conversion_rate: false },
        errors: { conversion: "No rate." },
    });
    mockDashboard((kwargs) => {
        expect.step(kwargs.refresh);
        return payload;
    });
    await openDashboard();
    await waitFor(CARDS);
    expect("[data-metric=conversion_rate] .o_sd_card_error").toHaveText("No rate.");
    expect(".o_sd_panel_failed").toHaveCount(0);
    payload = makePayload();
    await click("[data-metric=conversion_rate] .o_sd_retry");
    await animationFrame();
    expect(".o_sd_card_failed").toHaveCount(0);
    expect.verifySteps([false, true]);
});

test("warnings show where they are", async () => {
    mockDashboard(
        makePayload({
            warnings: [
                {
                    code: "currency_without_rate",
                    message: "My Company has no rate for CHF.",
                    order_count: 2,
                    revenue: 1930,
                    model: "sale.order",
                    domain: [["id", "=", 1]],
                },
            ],
        })
    );
    await openDashboard();
    await waitFor(".o_sd_warnings");
    expect(".o_sd_warnings").toHaveText(/My Company has no rate for CHF\./);
    const actions = mockActions();
    await click(".o_sd_show_them");
    await animationFrame();
    expect(actions).toHaveLength(1);
    expect(actions[0]).toMatchObject({
        res_model: "sale.order",
        domain: [["id", "=", 1]],
        context: { allowed_company_ids: [1], tz: "Europe/Paris", active_test: false },
    });
});

test("every figure and row opens its records", async () => {
    mockDashboard();
    onRpc("sale.dashboard", "get_metric_domain", ({ args, kwargs }) => {
        expect.step([args[1], kwargs.key]);
        return { model: "sale.order", domain: [["id", "=", 1]], context: { tz: "Europe/Paris" } };
    });
    await openDashboard();
    await waitFor(CARDS);
    const actions = mockActions();
    for (const target of [
        "[data-metric=new_customers]",
        "[data-customer='8']",
        "[data-key='Low Value']",
    ]) {
        await click(target);
        await animationFrame();
    }
    await click(".o_sd_revenue_chart .o_sd_table_toggle");
    await animationFrame();
    await click("[data-period='2026-11-20']");
    await animationFrame();
    expect.verifySteps([
        ["new_customers", undefined],
        ["total_revenue", 8],
        ["total_revenue", "Low Value"],
        ["total_revenue", "2026-11-20"],
    ]);
    expect(actions).toHaveLength(4);
    expect(actions[0]).toMatchObject({
        res_model: "sale.order",
        domain: [["id", "=", 1]],
        context: { tz: "Europe/Paris" },
    });
    expect(actions[1].name).toMatch(/^Azure Interior \(Oct 24/);
    expect(actions[3].name).toBe("Fri, Nov 20, 2026");
});

test("records that cannot be opened are said, not crashed on", async () => {
    mockDashboard();
    onRpc("sale.dashboard", "get_metric_domain", () => {
        throw makeServerError({ type: "AccessError", message: "Not yours." });
    });
    mockService("notification", {
        add(message, { type }) {
            expect.step([message, type]);
        },
    });
    await openDashboard();
    await waitFor(CARDS);
    await click("[data-metric=total_orders]");
    await animationFrame();
    expect.verifySteps([["Not yours.", "danger"]]);
});

test("coming back finds the choice and the figures again", async () => {
    mockDashboard((kwargs) => {
        expect.step(kwargs.period_type);
        return makePayload();
    });
    await openDashboard();
    await waitFor(CARDS);
    await click(".o_sd_chip:contains(Auto)");
    await animationFrame();
    await click("[data-value=weekly]");
    await animationFrame();
    const action = { type: "ir.actions.client", tag: "sale_dashboard", name: "Another" };
    await getService("action").doAction(action);
    await waitFor(".o_sd_chip:contains(Auto)");
    await click(".o_back_button");
    await waitFor(".o_sd_chip:contains(Week)");
    expect(CARDS).toHaveCount(5);
    expect(".o_sd_skeleton").toHaveCount(0);
    await animationFrame();
    expect.verifySteps(["daily", "weekly", "daily", "weekly"]);
});

test("the keyboard gets the tooltips too, and closes them with Escape", async () => {
    mockDashboard();
    await openDashboard();
    await waitFor(CARDS);
    const card = "[data-metric=new_customers]";
    queryFirst(card).focus();
    await waitFor(".o-tooltip");
    expect(queryAllTexts(".o-tooltip .o_sd_card_tooltip > *")).toHaveLength(1);
    expect(".o-tooltip").toHaveText(/^Customers whose first confirmed order/);
    await press("Escape");
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
    expect(card).toBeFocused();
    queryFirst("[data-metric=total_revenue]").focus();
    await waitFor(".o-tooltip:contains(Before: $)");
    queryFirst("[data-part=lost] button").focus();
    await waitFor(".o-tooltip:contains(What customers ordered in the comparison)");
    expect(".o-tooltip").toHaveCount(1);
    queryFirst("[data-part=lost] button").blur();
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
});

test("on the curve the arrow keys are the curve's; days selected there become the period", async () => {
    mockDashboard(({ date_from, date_to }) => {
        expect.step([date_from, date_to]);
        return makePayload();
    });
    await openDashboard();
    await waitFor(CARDS);
    queryFirst(".o_sd_chart").focus();
    await press("ArrowLeft");
    await press(["Shift", "ArrowLeft"]);
    await press("Enter");
    await animationFrame();
    expect.verifySteps([
        ["2026-10-24", "2026-11-22"],
        ["2026-11-20", "2026-11-21"],
    ]);
});

test("follows Odoo's dark mode", async () => {
    cookie.set("color_scheme", "dark");
    mockDashboard();
    await openDashboard();
    await waitFor(CARDS);
    expect(".o_sale_dashboard").toHaveClass("o_sd_dark");
    await click(".o_sd_period_button");
    await animationFrame();
    expect(".o_sd_period_menu").toHaveClass("o_sd_dark");
});
