import { expect, test } from "@odoo/hoot";
import { animationFrame, tick } from "@odoo/hoot-mock";
import {
    defineActions,
    defineMenus,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { assets } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { WebClient } from "@web/webclient/webclient";
import { setupDashboardTests } from "../helpers/dashboard";

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

/** The web client comes to rest, and is idle whenever asked. */
async function openWebClient(menus) {
    defineActions([ACTION]);
    defineMenus(menus);
    patchWithCleanup(window, { requestIdleCallback: (run) => tick().then(run) });
    patchWithCleanup(assets, {
        loadBundle: async (name) => expect.step(name),
    });
    patchWithCleanup(user, {
        hasGroup: async (group) => expect.step(group),
    });
    onRpc("sale.order", "get_views", ({ kwargs }) => {
        expect.step(kwargs.context.search_view_ref);
    });
    onRpc("sale.dashboard", "*", ({ method }) => expect.step(method));
    await mountWithCleanup(WebClient);
    for (let i = 0; i < 100; i++) {
        await tick();
    }
    await animationFrame();
    await animationFrame();
}

test("who has it in the menu gets it while the browser is idle, but no figure", async () => {
    await openWebClient([MENU]);
    expect.verifySteps([
        "sale_dashboard.assets",
        "web.chartjs_lib",
        "sale_dashboard.sale_order_view_search",
        "sales_team.group_sale_manager",
    ]);
});

test("who has it not gets nothing", async () => {
    await openWebClient([{ ...MENU, xmlid: "sale.menu_sale_order" }]);
    expect.verifySteps([]);
});

test("who saves data gets nothing beforehand", async () => {
    patchWithCleanup(browser.navigator, { connection: { saveData: true } });
    await openWebClient([MENU]);
    expect.verifySteps([]);
});
