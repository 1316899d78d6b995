import os
import sys
from xmlrpc.client import ServerProxy

url, database, login, password = (
    os.environ[name]
    for name in ("ODOO_URL", "ODOO_DATABASE", "ODOO_LOGIN", "ODOO_PASSWORD")
)
uid = ServerProxy(f"{url}/xmlrpc/2/common").authenticate(database, login, password, {})
data = ServerProxy(f"{url}/xmlrpc/2/object").execute_kw(
    database,
    uid,
    password,
    "sale.dashboard",
    "generate_dashboard_data",
    [],
    {"date_from": sys.argv[1], "date_to": sys.argv[2]},
)
print(data["overview"]["total_revenue"], data["currency"])
for customer in data["top_customers"]:
    print(customer["total_revenue"], customer["name"])
