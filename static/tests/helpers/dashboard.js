import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import {
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { assets } from "@web/core/assets";
import { WebClient } from "@web/webclient/webclient";
import { makePayload, PAYLOAD_DAY } from "./payload";

/**
 * To be called once per file: the day of the payloads is today, and Chart.js is there.
 */
export function setupDashboardTests() {
    defineMailModels();
    preloadBundle("web.chartjs_lib");
    beforeEach(() => mockDate(`${PAYLOAD_DAY} 12:00:00`));
}

/**
 * Answers the dashboard's requests.
 *
 * @param {Function | Object} answer a payload, or a function of the keyword arguments that
 *  returns one
 */
export function mockDashboard(answer = makePayload()) {
    onRpc("sale.dashboard", "generate_dashboard_data", ({ kwargs }) =>
        typeof answer === "function" ? answer(kwargs) : answer
    );
}

/**
 * Opens the client action as the menu does; its bundle is already part of the tests'.
 *
 * @param {Object} [options] of `doAction`
 */
export async function openDashboard(options) {
    patchWithCleanup(assets, {
        loadBundle(name) {
            return name === "sale_dashboard.assets" ? Promise.resolve() : super.loadBundle(name);
        },
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction(
        { type: "ir.actions.client", tag: "sale_dashboard", name: "Sales Dashboard" },
        options
    );
}
