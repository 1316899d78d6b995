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
import { user } from "@web/core/user";
import { WebClient } from "@web/webclient/webclient";
import { makePayload, makeTargets, PAYLOAD_DAY } from "./payload";

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
 * The targets too: see mockTargets.
 * @param {Function | Object} answer a payload, or a function of the keyword arguments that
 *  returns one
 */
export function mockDashboard(answer = makePayload()) {
    onRpc("sale.dashboard", "generate_dashboard_data", ({ kwargs }) =>
        typeof answer === "function" ? answer(kwargs) : answer
    );
    mockTargets();
}

/**
 * Answers what is asked after the first paint.
 *
 * @param {Function | Object} [answer] the targets, or a function that returns them
 * @param {Object} [options]
 * @param {boolean} [options.canSet] whether the viewer may set targets
 */
export function mockTargets(answer = makeTargets(), { canSet = false } = {}) {
    patchWithCleanup(user, { hasGroup: () => Promise.resolve(canSet) });
    onRpc("sale.dashboard", "get_targets", () =>
        typeof answer === "function" ? answer() : answer
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
