import asyncio
import os
import sys

from zenoo_rpc import ZenooClient


async def main(date_from, date_to):
    async with ZenooClient(os.environ["ODOO_URL"]) as client:
        await client.login(
            os.environ["ODOO_DATABASE"],
            os.environ["ODOO_LOGIN"],
            os.environ["ODOO_PASSWORD"],
        )
        data = await client.execute_kw(
            "sale.dashboard",
            "generate_dashboard_data",
            [],
            {"date_from": date_from, "date_to": date_to},
        )
    print(data["overview"]["total_revenue"], data["currency"])
    for customer in data["top_customers"]:
        print(customer["total_revenue"], customer["name"])


asyncio.run(main(*sys.argv[1:]))
