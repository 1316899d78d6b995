"""Read by `odoo shell`: uses the addon, so that it leaves all the traces it can.

Prints `addon: used` when all is committed.
"""

from datetime import date

from odoo.fields import Command

partner = env["res.partner"].create({"name": "Customer"})  # noqa: F821
product = env["product.product"].create({"name": "Product", "list_price": 10})  # noqa: F821
order = env["sale.order"].create(  # noqa: F821
    {
        "partner_id": partner.id,
        "order_line": [Command.create({"product_id": product.id})],
    }
)
order.action_confirm()
today = date.today()
env["sale.dashboard"].generate(str(today), str(today))  # noqa: F821
env["sale.dashboard"].action_refresh_recent()  # noqa: F821
env["sale.dashboard.target"].create(  # noqa: F821
    {"month": today.replace(day=1), "amount": 1000}
)
verifications = env["sale.dashboard.verification"]  # noqa: F821
verifications._cron_verify_yesterday()
verification = verifications.search([], limit=1)
# As where a figure differs: the sales manager is told.
verification.write(
    {
        "verdict": "different",
        "differences": [{"figure": "total_orders", "stored": "1", "recomputed": "2"}],
    }
)
verification._report()
subscription = env["sale.dashboard.subscription"].create({"name": "Mail"})  # noqa: F821
subscription.message_subscribe(partner.ids)
subscription.activity_schedule("mail.mail_activity_data_todo")
subscription.action_send_now()
env["ir.config_parameter"].set_param("sale_dashboard.of_an_administrator", "1")  # noqa: F821
bundle = env["ir.qweb"]._get_asset_bundle("sale_dashboard.assets")  # noqa: F821
bundle.js()
bundle.css()
env.cr.commit()  # noqa: F821
print("addon: used")
