import os
import sys

import odooly

client = odooly.Client(
    os.environ["ODOO_URL"],
    os.environ["ODOO_DATABASE"],
    os.environ["ODOO_LOGIN"],
    password=os.environ.get("ODOO_PASSWORD"),
    api_key=os.environ.get("ODOO_API_KEY"),
)
data = client.env.execute(
    "sale.dashboard",
    "generate_dashboard_data",
    date_from=sys.argv[1],
    date_to=sys.argv[2],
)
print(data["overview"]["total_revenue"], data["currency"])
for customer in data["top_customers"]:
    print(customer["total_revenue"], customer["name"])
