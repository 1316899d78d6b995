import { beforeEach, expect, test } from "@odoo/hoot";
import {
    hover,
    leave,
    manuallyDispatchProgrammaticEvent,
    queryFirst,
    waitFor,
    waitUntil,
} from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred, tick } from "@odoo/hoot-mock";
import {
    contains,
    defineActions,
    defineMenus,
    getService,
    makeServerError,
    MockServer,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { assets } from "@web/core/assets";
import { WebClient } from "@web/webclient/webclient";
import { mockDashboard, setupDashboardTests } from "../helpers/dashboard";
import { makePayload } from "../helpers/payload";

setupDashboardTests();

const ACTION = {
    id: 5,
    name: "Sales Dashboard",
    tag: "sale_dashboard",
    type: "ir.actions.client",
    xml_id: "sale_dashboard.action_sale_dashboard",
};
const MENU = {
    id: 3,
    actionID: 5,
    appID: 3,
    name: "Sales Dashboard",
    xmlid: "sale_dashboard.menu_sale_dashboard",
};
const ENTRY = `[data-menu-xmlid="${MENU.xmlid}"]`;
const CARDS = ".o_sd_page[aria-busy=false] .o_sd_card[data-metric]";
const ORDERS = "[data-metric=total_orders] .o_sd_card_value";
const PATIENCE = { timeout: 5000 };
const TOKEN = "412-00000000000000ab";

beforeEach(() => {
    defineActions([ACTION]);
    defineMenus([MENU]);
    patchWithCleanup(window, { requestIdleCallback: (run) => tick().then(run) });
    patchWithCleanup(assets, { loadBundle: async () => {} });
});

function answerWith(getOverview = () => ({})) {
    mockDashboard(({ filters }) => {
        expect.step(filters ? filters.domain : "figures");
        return makePayload({ change_token: TOKEN, overview: getOverview() });
    });
}

/** The web client at rest, with the menu open that holds the entry. */
async function openMenu() {
    await mountWithCleanup(WebClient);
    await getService("bus_service").start();
    await waitUntil(() => getService("bus_service").workerState === "CONNECTED", PATIENCE);
    await waitUntil(() => getService("sale_dashboard.warm_up").ahead, PATIENCE);
    await contains(".o_navbar_apps_menu button").click();
    await waitFor(ENTRY, PATIENCE);
}

async function rest() {
    await hover(ENTRY);
    await advanceTime(60);
    // Through Odoo's own caches.
    for (let i = 0; i < 5; i++) {
        await animationFrame();
    }
}

async function open() {
    await contains(ENTRY).click();
    await waitFor(CARDS, PATIENCE);
    await animationFrame();
}

test.tags("desktop");
test("what somebody is about to open is asked for ahead, once", async () => {
    answerWith();
    await openMenu();
    expect.verifySteps([]);
    await rest();
    expect.verifySteps(["figures"]);
    await contains(ENTRY).click();
    await waitFor(".o_sale_dashboard", PATIENCE);
    expect(".o_sd_skeleton").toHaveCount(0, { message: "the figures are there" });
    await waitFor(CARDS, PATIENCE);
    await animationFrame();
    expect.verifySteps([]);
    expect("[aria-live=polite]").toHaveText(/Figures loaded/, { visible: false });
});

test.tags("desktop");
test("who only passes over the entry asks for nothing", async () => {
    answerWith();
    await openMenu();
    await hover(ENTRY);
    await advanceTime(30);
    await leave();
    await hover(".o_menu_systray");
    await advanceTime(1000);
    expect.verifySteps([]);
});

test.tags("desktop");
test("the keyboard asks ahead, too", async () => {
    answerWith();
    await openMenu();
    await advanceTime(60);
    expect.verifySteps([]);
    await manuallyDispatchProgrammaticEvent(queryFirst(ENTRY), "focusin");
    await advanceTime(60);
    await expect.waitForSteps(["figures"]);
});

test.tags("desktop");
test("the menu does not go with the focus in it", async () => {
    answerWith();
    await openMenu();
    queryFirst(ENTRY).focus();
    expect(ENTRY).toBeFocused();
    let isFocused = true;
    queryFirst(ENTRY).addEventListener("click", () => {
        isFocused = document.activeElement === queryFirst(ENTRY);
    });
    await open();
    expect(isFocused).toBe(false);
    expect.verifySteps(["figures"]);
});

test.tags("desktop");
test("who opens before the answer is there waits for that one", async () => {
    const answer = new Deferred();
    answerWith();
    onRpc("sale.dashboard", "generate_dashboard_data", async () => {
        expect.step("asked");
        return answer;
    });
    await openMenu();
    await rest();
    await contains(ENTRY).click();
    await waitFor(".o_sd_skeleton", PATIENCE);
    answer.resolve(makePayload());
    await waitFor(CARDS, PATIENCE);
    expect.verifySteps(["asked"]);
});

test.tags("desktop");
test("an answer that is no longer true is not shown", async () => {
    let orders = 412;
    answerWith(() => ({ total_orders: orders }));
    await openMenu();
    await rest();
    expect.verifySteps(["figures"]);
    orders = 413;
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, "sale_dashboard/changed", {
        token: "413-00000000000000ab",
    });
    await advanceTime(100);
    await open();
    expect(ORDERS).toHaveText("413");
    expect.verifySteps(["figures"]);
});

test.tags("desktop");
test("where nobody would tell of a change, nothing is asked ahead", async () => {
    answerWith();
    await openMenu();
    getService("bus_service").workerState = "DISCONNECTED";
    await rest();
    expect.verifySteps([]);
});

test.tags("desktop");
test("however often somebody comes back, it is asked now and then", async () => {
    answerWith();
    await openMenu();
    for (let i = 0; i < 3; i++) {
        await rest();
        await hover(".o_menu_systray");
        await advanceTime(1000);
    }
    expect.verifySteps(["figures"]);
    // It was not opened: the answer is forgotten, the next one is new.
    await advanceTime(10000);
    await rest();
    expect.verifySteps(["figures"]);
    await advanceTime(11000);
    await open();
    expect.verifySteps(["figures"]);
});

test.tags("desktop");
test("a default favorite is asked for ahead", async () => {
    answerWith();
    onRpc("sale.order", "get_views", ({ parent }) => {
        const views = parent();
        views.views.search.filters = [
            {
                id: 1,
                name: "S01",
                context: "{}",
                domain: "[('name', '=', 'S01')]",
                is_default: true,
                model_id: "sale.order",
                sort: "[]",
                user_ids: [serverState.userId],
            },
        ];
        return views;
    });
    await openMenu();
    await rest();
    expect.verifySteps([[["name", "=", "S01"]]]);
    await open();
    expect.verifySteps([]);
});

test.tags("desktop");
test("a failure ahead is nobody's yet", async () => {
    let isDown = true;
    answerWith();
    onRpc("sale.dashboard", "generate_dashboard_data", () => {
        if (isDown) {
            throw makeServerError({ type: "UserError", message: "Not today" });
        }
    });
    await openMenu();
    await rest();
    isDown = false;
    expect(".o_dialog, .o_notification").toHaveCount(0);
    await open();
    expect.verifySteps(["figures"]);
});
