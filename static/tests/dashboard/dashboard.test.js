import { expect, test } from "@odoo/hoot";
import { click, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    getService,
    makeServerError,
    MockServer,
    mockService,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { cookie } from "@web/core/browser/cookie";
import { mockDashboard, openDashboard, setupDashboardTests } from "../helpers/dashboard";
import { makeEmptyPayload, makeFailedPayload, makePayload } from "../helpers/payload";

setupDashboardTests();

const CARDS = ".o_sd_card[data-metric]";

function mockActions() {
    const actions = [];
    const doAction = getService("action").doAction;
    patchWithCleanup(getService("action"), {
        doAction(action, options) {
            if (action.type === "ir.actions.act_window") {
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

test("the server refuses: its sentence, and another try", async () => {
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
    expect(".o_sd_panel_failed").toHaveCount(3);
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
        makePayload({ warnings: [{ code: "x", message: "My Company has no rate for CHF." }] })
    );
    await openDashboard();
    await waitFor(".o_sd_warnings");
    expect(".o_sd_warnings").toHaveText(/My Company has no rate for CHF\./);
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
        "[data-segment='Low Value']",
    ]) {
        await click(target);
        await animationFrame();
    }
    await click(".o_sd_table_toggle");
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

test("a change elsewhere shows by itself, is marked and announced", async () => {
    let payload = makePayload();
    mockDashboard((kwargs) => {
        expect.step(kwargs.refresh);
        return payload;
    });
    await openDashboard();
    await waitFor(CARDS);
    payload = makePayload({ overview: { total_orders: 413 } });
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, "sale_dashboard/changed", {});
    await waitFor("[data-metric=total_orders] .o_sd_changed", { timeout: 2000 });
    expect("[data-metric=total_orders] .o_sd_card_value").toHaveText("413");
    expect(".o_sd_changed").toHaveCount(1);
    expect("[aria-live=polite]").toHaveText(/Figures updated.*orders 413/);
    await advanceTime(3000);
    await animationFrame();
    expect(".o_sd_changed").toHaveCount(0);
    expect.verifySteps([false, true]);
});

test("a lost connection is said; once it is back, the figures are read again", async () => {
    mockDashboard((kwargs) => {
        expect.step(kwargs.refresh);
        return makePayload();
    });
    await openDashboard();
    await waitFor("[data-status=live]");
    getService("bus_service").trigger("BUS:DISCONNECT");
    await animationFrame();
    expect("[data-status=offline]").toHaveCount(1);
    getService("bus_service").trigger("BUS:RECONNECT");
    await animationFrame();
    expect("[data-status=live]").toHaveCount(1);
    await advanceTime(1000);
    expect.verifySteps([false, true]);
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

test("nothing is read after the dashboard was left", async () => {
    mockDashboard((kwargs) => {
        expect.step(kwargs.refresh);
        return makePayload();
    });
    await openDashboard();
    await waitFor(CARDS);
    await getService("action").doAction(
        { type: "ir.actions.client", tag: "sale_dashboard", name: "Another" },
        { clearBreadcrumbs: true }
    );
    await waitFor(CARDS);
    expect.verifySteps([false, false]);
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, "sale_dashboard/changed", {});
    await expect.waitForSteps([true], { timeout: 2000 });
    await advanceTime(1000);
    expect.verifySteps([]);
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
