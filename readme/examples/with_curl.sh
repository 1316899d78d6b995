curl --silent --show-error --fail-with-body \
  --header "Authorization: bearer $ODOO_API_KEY" \
  --header "X-Odoo-Database: $ODOO_DATABASE" \
  --json "{\"date_from\": \"$1\", \"date_to\": \"$2\"}" \
  "$ODOO_URL/json/2/sale.dashboard/generate_dashboard_data"
