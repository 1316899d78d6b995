import os
import sys

import odooly

client = odooly.Client(
    os.environ["ODOO_URL"],
    os.environ["ODOO_DATABASE"],
    os.environ["ODOO_LOGIN"],
    os.environ["ODOO_PASSWORD"],
)
data = client.env["sale.dashboard"].generate_dashboard_data(
    date_from=sys.argv[1], date_to=sys.argv[2]
)
print(data["overview"]["total_revenue"], data["currency"])
for customer in data["top_customers"]:
    print(customer["total_revenue"], customer["name"])
