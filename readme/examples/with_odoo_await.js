const Odoo = require("odoo-await");

const [dateFrom, dateTo] = process.argv.slice(2);
const odoo = new Odoo({
    baseUrl: process.env.ODOO_URL,
    db: process.env.ODOO_DATABASE,
    username: process.env.ODOO_LOGIN,
    password: process.env.ODOO_PASSWORD,
});

async function main() {
    await odoo.connect();
    const data = await odoo.execute_kw("sale.dashboard", "generate_dashboard_data", [
        [],
        { date_from: dateFrom, date_to: dateTo },
    ]);
    console.log(data.overview.total_revenue, data.currency);
    for (const customer of data.top_customers) {
        console.log(customer.total_revenue, customer.name);
    }
}

main();
