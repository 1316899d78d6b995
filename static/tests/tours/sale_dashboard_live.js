import { queryFirst } from "@odoo/hoot-dom";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const ORDERS = "[data-metric=total_orders] .o_sd_card_value";

let before;

function call(model, method, args, kwargs = {}) {
    return rpc(`/web/dataset/call_kw/${model}/${method}`, {
        model,
        method,
        args,
        kwargs: { context: user.context, ...kwargs },
    });
}

/**
 * An order is confirmed behind the back of the open dashboard: its figure changes without
 * a reload. Needs a user who may confirm it, and a quotation with that customer reference:
 * a lone change is read at once, a second one soon after would have to wait its turn.
 */
registry.category("web_tour.tours").add("sale_dashboard_live", {
    url: "/odoo/sales-dashboard",
    steps: () => [
        {
            content: "The dashboard is live",
            trigger: `.o_sale_dashboard:has(.o_sd_status[data-status=live]) ${ORDERS}`,
            async run() {
                before = queryFirst(ORDERS).textContent;
                const waiting = [["client_order_ref", "=", "Confirmed behind the dashboard"]];
                const orders = await call("sale.order", "search", [waiting]);
                await call("sale.order", "action_confirm", [orders]);
            },
        },
        {
            content: "The figure changes by itself, and is marked",
            trigger: `${ORDERS}.o_sd_changed`,
            // Twenty times its last computation, where that took long on a busy machine.
            timeout: 60000,
            run() {
                const after = queryFirst(ORDERS).textContent;
                if (after === before) {
                    throw new Error(`Expected another number of orders than ${before}`);
                }
            },
        },
    ],
});
