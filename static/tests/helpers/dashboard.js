import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach } from "@odoo/hoot";
import { mockDate, tick } from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { assets } from "@web/core/assets";
import { user } from "@web/core/user";
import { objectToUrlEncodedString, redirect } from "@web/core/utils/urls";
import { WebClient } from "@web/webclient/webclient";
import { makePayload, makeTargets, PAYLOAD_DAY } from "./payload";

export class CrmTeam extends models.Model {
    _name = "crm.team";

    name = fields.Char();

    _records = [
        { id: 1, name: "Europe" },
        { id: 2, name: "Asia" },
    ];
}

export class SaleOrder extends models.Model {
    _name = "sale.order";

    name = fields.Char();
    team_id = fields.Many2one({ relation: "crm.team", string: "Sales Team" });
    user_id = fields.Many2one({ relation: "res.users", string: "Salesperson" });
    dashboard_segment = fields.Selection({
        selection: [
            ["High Value", "High Value"],
            ["Low Value", "Low Value"],
        ],
        string: "Customer Segment",
    });
    dashboard_rfm_group = fields.Selection({
        selection: [["champion", "Champion"]],
        string: "RFM Group",
    });
    dashboard_customer_type = fields.Selection({
        selection: [
            ["new", "New"],
            ["returning", "Returning"],
        ],
        string: "New or Returning Customer",
    });

    _views = {
        "search,sale_dashboard.sale_order_view_search": `
            <search>
                <field name="user_id"/>
                <field name="team_id"/>
                <field name="name" string="Order"/>
                <field name="dashboard_segment" string="Segment"/>
                <field name="dashboard_rfm_group" string="Customer Group"/>
                <field name="dashboard_customer_type" string="New or Returning"/>
                <filter name="my_orders" string="My Orders" domain="[('user_id', '=', uid)]"/>
                <filter name="unassigned" string="Unassigned" domain="[('user_id', '=', False)]"/>
            </search>`,
    };
}

/**
 * To be called once per file: the day of the payloads is today, and Chart.js is there.
 */
export function setupDashboardTests() {
    defineMailModels();
    defineModels([CrmTeam, SaleOrder]);
    preloadBundle("web.chartjs_lib");
    beforeEach(() => {
        mockDate(`${PAYLOAD_DAY} 12:00:00`);
        // However much the machine has to do.
        patchWithCleanup(window, { requestIdleCallback: (run) => tick().then(run) });
    });
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

function skipBundle() {
    patchWithCleanup(assets, {
        loadBundle(name) {
            return name === "sale_dashboard.assets" ? Promise.resolve() : super.loadBundle(name);
        },
    });
}

/**
 * Loads the page at an address of the dashboard.
 *
 * @param {Object} params of the address
 */
export async function openAddress(params) {
    skipBundle();
    redirect(`/odoo/sale_dashboard?${objectToUrlEncodedString(params)}`);
    await mountWithCleanup(WebClient);
}

/**
 * Opens the client action as the menu does; its bundle is already part of the tests'.
 *
 * @param {Object} [options] of `doAction`
 */
export async function openDashboard(options) {
    skipBundle();
    await mountWithCleanup(WebClient);
    await getService("action").doAction(
        { type: "ir.actions.client", tag: "sale_dashboard", name: "Sales Dashboard" },
        options
    );
}
