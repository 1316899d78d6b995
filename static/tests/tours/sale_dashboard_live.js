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
 * a reload. Needs a user who may confirm orders, and a product to sell.
 */
registry.category("web_tour.tours").add("sale_dashboard_live", {
    url: "/odoo/sales-dashboard",
    steps: () => [
        {
            content: "The dashboard is live",
            trigger: `.o_sale_dashboard:has(.o_sd_status[data-status=live]) ${ORDERS}`,
            async run() {
                before = queryFirst(ORDERS).textContent;
                const saleable = [["sale_ok", "=", true]];
                const [product] = await call("product.product", "search", [saleable], {
                    limit: 1,
                });
                const [order] = await call("sale.order", "create", [
                    [
                        {
                            partner_id: user.partnerId,
                            order_line: [[0, 0, { product_id: product, price_unit: 123.45 }]],
                        },
                    ],
                ]);
                await call("sale.order", "action_confirm", [[order]]);
            },
        },
        {
            content: "The figure changes by itself, and is marked",
            trigger: `${ORDERS}.o_sd_changed`,
            run() {
                const after = queryFirst(ORDERS).textContent;
                if (after === before) {
                    throw new Error(`Expected another number of orders than ${before}`);
                }
            },
        },
    ],
});
