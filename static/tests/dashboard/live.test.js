import { expect, test } from "@odoo/hoot";
import { hover, queryAllTexts, queryFirst, queryRect, waitFor, waitUntil } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    getService,
    MockServer,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { mockDashboard, openDashboard, setupDashboardTests } from "../helpers/dashboard";
import { makePayload } from "../helpers/payload";

setupDashboardTests();

const CARDS = ".o_sd_page[aria-busy=false] .o_sd_card[data-metric]";
const ORDERS = "[data-metric=total_orders] .o_sd_card_value";

/** The token of a state: the number of changes up to it, and a stamp. */
const makeToken = (count) => `${count}-00000000000000ab`;

/** What the server tells all who may see a dashboard. */
function tellChange(token, message = {}) {
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, "sale_dashboard/changed", {
        token,
        ...message,
    });
}

/**
 * A dashboard whose server counts one order more with each token.
 */
async function openLiveDashboard() {
    const server = { orders: 412 };
    mockDashboard((kwargs) => {
        expect.step(kwargs.refresh ? "compute" : "read");
        return makePayload({
            change_token: makeToken(server.orders),
            overview: { total_orders: server.orders },
        });
    });
    await openDashboard();
    await waitFor(CARDS, { timeout: 5000 });
    expect.verifySteps(["read"]);
    return server;
}

async function change(server) {
    server.orders++;
    tellChange(makeToken(server.orders));
    await waitFor(`${ORDERS}:contains(${server.orders})`, { timeout: 5000 });
    expect.verifySteps(["read"]);
}

function setVisibility(visibilityState) {
    patchWithCleanup(document, { visibilityState });
    document.dispatchEvent(new Event("visibilitychange"));
}

test("a change elsewhere shows by itself, is marked and announced", async () => {
    const server = await openLiveDashboard();
    await change(server);
    expect(ORDERS).toHaveText("413");
    expect(ORDERS).toHaveClass("o_sd_changed");
    expect(".o_sd_changed").toHaveCount(1);
    expect("[aria-live=polite]").toHaveText(/Figures updated.*orders 413/);
    await advanceTime(3000);
    await animationFrame();
    expect(".o_sd_changed").toHaveCount(0);
});

test("given older figures, it reads again by itself until it has the last change", async () => {
    const busy = [true, true, false];
    mockDashboard(({ context }) => {
        if (!context.sale_dashboard_follows) {
            expect.step("read");
            return makePayload({ change_token: makeToken(412) });
        }
        const isBusy = busy.shift();
        expect.step(isBusy ? "given older" : "given all");
        return makePayload({
            change_token: makeToken(isBusy ? 412 : 413),
            overview: { total_orders: isBusy ? 412 : 413 },
            ...(isBusy && { reread_after_ms: 3000 }),
        });
    });
    await openDashboard();
    await waitFor(CARDS, { timeout: 5000 });
    expect.verifySteps(["read"]);
    tellChange(makeToken(413));
    await expect.waitForSteps(["given older"], { timeout: 5000 });
    // No further message comes.
    await advanceTime(2500);
    expect.verifySteps([]);
    for (const given of ["given older", "given all"]) {
        await advanceTime(3800);
        await advanceTime(700);
        await expect.waitForSteps([given], { timeout: 5000 });
    }
    await waitFor(`${ORDERS}:contains(413)`, { timeout: 5000 });
    await advanceTime(60000);
    expect.verifySteps([]);
});

test("under load a screen reader is told now and then, and of the last state", async () => {
    const server = await openLiveDashboard();
    await change(server);
    expect("[aria-live=polite]").toHaveText(/orders 413/);
    for (let i = 0; i < 2; i++) {
        await advanceTime(3000);
        await change(server);
    }
    expect("[aria-live=polite]").toHaveText(/orders 413/);
    await advanceTime(15000);
    await animationFrame();
    expect("[aria-live=polite]").toHaveText(/Figures updated.*orders 415/);
});

test("a message of what is shown already reads nothing", async () => {
    await openLiveDashboard();
    tellChange(makeToken(412));
    await advanceTime(3000);
    expect.verifySteps([]);
});

test("a change of orders that the viewer cannot see reads nothing", async () => {
    const server = { orders: 412, concernedBy: ["mine", "nobody's"] };
    mockDashboard(({ context }) => {
        expect.step(context.sale_dashboard_follows ? "re-read" : "read");
        return makePayload({
            change_token: makeToken(server.orders),
            overview: { total_orders: server.orders },
            ...(server.concernedBy && { concerned_by: server.concernedBy }),
        });
    });
    await openDashboard();
    await waitFor(CARDS, { timeout: 5000 });
    expect.verifySteps(["read"]);
    async function tell(message, isRead) {
        server.orders++;
        tellChange(makeToken(server.orders), message);
        await advanceTime(3000);
        await expect.waitForSteps(isRead ? ["re-read"] : [], { timeout: 5000 });
    }
    await tell({ concerns: ["another's"] }, false);
    await tell({ concerns: ["another's", "mine"] }, true);
    await waitFor(`${ORDERS}:contains(414)`, { timeout: 5000 });
    await tell({ concerns: [] }, false);
    // Whoever's it is, as where rights changed; from now on all concern the viewer.
    server.concernedBy = null;
    await tell({}, true);
    await waitFor(`${ORDERS}:contains(416)`, { timeout: 5000 });
    await tell({ concerns: ["another's"] }, true);
});

test("an update leaves place, focus and tooltip where they are", async () => {
    const server = await openLiveDashboard();
    const scroller = queryFirst(".o_sd_content");
    scroller.scrollTop = 120;
    const card = queryFirst("[data-metric=total_orders]");
    card.focus();
    await hover("[data-metric=total_revenue]");
    await advanceTime(700);
    await waitFor(".o-tooltip", { timeout: 5000 });
    const before = {
        scroll: scroller.scrollTop,
        card: queryRect(card),
        customers: queryRect(".o_sd_top_customers"),
        // of the card with the focus and, where there is a mouse, of the one under it
        tooltips: queryAllTexts(".o-tooltip"),
    };
    await change(server);
    expect(scroller.scrollTop).toBe(before.scroll);
    expect(queryFirst("[data-metric=total_orders]")).toBe(card);
    expect(document.activeElement).toBe(card);
    expect(queryRect(card)).toEqual(before.card);
    expect(queryRect(".o_sd_top_customers")).toEqual(before.customers);
    expect(queryAllTexts(".o-tooltip")).toEqual(before.tooltips);
});

test("a message that comes after what it tells was read reads nothing", async () => {
    const server = await openLiveDashboard();
    await change(server);
    getService("bus_service").subscribe("sale_dashboard/changed", ({ token }) =>
        expect.step(token)
    );
    tellChange(makeToken(412));
    await expect.waitForSteps([makeToken(412)], { timeout: 5000 });
    await advanceTime(5000);
    expect.verifySteps([]);
    // Another state after as many changes is another one.
    const another = "413-00000000000000cd";
    tellChange(another);
    await expect.waitForSteps([another, "read"], { timeout: 5000 });
});

test("a lost connection is said; once it is back, the figures are read again", async () => {
    await openLiveDashboard();
    // Or the first connection could come after it is said to be lost.
    await waitUntil(() => getService("bus_service").workerState === "CONNECTED");
    await advanceTime(1000); // its state is told before its event
    expect("[data-status=live]").toHaveCount(1);
    getService("bus_service").trigger("BUS:DISCONNECT");
    await animationFrame();
    expect("[data-status=offline]").toHaveCount(1);
    getService("bus_service").trigger("BUS:RECONNECT");
    await animationFrame();
    expect("[data-status=live]").toHaveCount(1);
    await advanceTime(2000);
    expect.verifySteps(["read"]);
});

test("the network was off and is back: Odoo calls that a first connection", async () => {
    await openLiveDashboard();
    getService("bus_service").trigger("BUS:CONNECT");
    await advanceTime(2000);
    expect.verifySteps([]);
    getService("bus_service").trigger("BUS:DISCONNECT");
    getService("bus_service").trigger("BUS:CONNECT");
    await advanceTime(2000);
    expect.verifySteps(["read"]);
});

test("opened while the connection is lost, it says so", async () => {
    await openLiveDashboard();
    // Or the first connection could come after it is said to be lost.
    await waitUntil(() => getService("bus_service").workerState === "CONNECTED");
    getService("bus_service").workerState = "DISCONNECTED";
    await getService("action").doAction(
        { type: "ir.actions.client", tag: "sale_dashboard", name: "Another" },
        { clearBreadcrumbs: true }
    );
    await waitFor("[data-status=offline]", { timeout: 5000 });
    expect.verifySteps(["read"]);
});

test("a tab in the background reads nothing, and once when it is shown", async () => {
    const server = await openLiveDashboard();
    setVisibility("hidden");
    for (let i = 0; i < 5; i++) {
        server.orders++;
        tellChange(makeToken(server.orders));
        await advanceTime(3000);
    }
    await advanceTime(15 * 60 * 1000);
    expect.verifySteps([]);
    setVisibility("visible");
    await waitFor(`${ORDERS}:contains(417)`, { timeout: 5000 });
    await advanceTime(5000);
    expect.verifySteps(["read"]);
});

test("nothing is read after the dashboard was left", async () => {
    const server = await openLiveDashboard();
    await getService("action").doAction(
        { type: "ir.actions.client", tag: "sale_dashboard", name: "Another" },
        { clearBreadcrumbs: true }
    );
    await waitFor(CARDS, { timeout: 5000 });
    expect.verifySteps(["read"]);
    await change(server);
    await advanceTime(1000);
    expect.verifySteps([]);
});
