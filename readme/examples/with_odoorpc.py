import os
import sys
from urllib.parse import urlsplit

import odoorpc

url = urlsplit(os.environ["ODOO_URL"])
protocol = "jsonrpc+ssl" if url.scheme == "https" else "jsonrpc"
odoo = odoorpc.ODOO(url.hostname, protocol, url.port)
odoo.login(
    os.environ["ODOO_DATABASE"], os.environ["ODOO_LOGIN"], os.environ["ODOO_PASSWORD"]
)

# The figures are kept in a record, which is read like any other.
dashboards = odoo.env["sale.dashboard"]
dashboard_id = dashboards.generate(date_from=sys.argv[1], date_to=sys.argv[2])
dashboard = dashboards.browse(dashboard_id)
print(dashboard.total_revenue, dashboard.currency_id.name)
for customer in dashboard.top_customer_ids:
    print(customer.total_revenue, customer.name)
