import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { getCall, writeSamples } from "@sale_dashboard/dashboard/code_sample/samples";
import { mockDashboard, openDashboard, setupDashboardTests } from "../helpers/dashboard";
import { makeFailedPayload, makePayload, makeTargets } from "../helpers/payload";

setupDashboardTests();

const SERVER = { origin: "https://odoo.example.com", database: "o'db", login: "me@example.com" };

/** What is shown, of the orders of a domain. */
function show(values = {}, domain = []) {
    return { payload: makePayload(values), domain, targets: makeTargets() };
}

/** The code of each client. */
function write(call) {
    return Object.fromEntries(writeSamples(call, SERVER).map(({ id, code }) => [id, code]));
}

test("each tile has the method and the place of its figures", () => {
    const calls = {
        conversion_rate: ["get_sales_overview", ["conversion_rate"]],
        sales_by_period: ["get_sales_by_period", []],
        top_customers: ["get_top_customers", []],
        customer_segments: ["get_customer_segments", []],
        customer_type: ["generate_dashboard_data", ["breakdowns", "customer_type"]],
        bridge: ["generate_dashboard_data", ["breakdowns", "bridge"]],
        user: ["generate_dashboard_data", ["breakdowns", "user"]],
        warnings: ["generate_dashboard_data", ["warnings"]],
        metrics: ["generate_dashboard_data", ["metrics"]],
        targets: ["get_targets", ["targets"]],
        dashboard: ["generate_dashboard_data", []],
        category: ["generate", []],
    };
    for (const [tile, expected] of Object.entries(calls)) {
        const { method, path } = getCall(tile, show());
        expect([method, path]).toEqual(expected, { message: tile });
    }
    expect(getCall("category", show()).then).toEqual({
        method: "load_breakdown",
        kwargs: { dimension: "category" },
    });
});

test("it asks for what is shown: period, comparison, measure, zone, filters, companies", () => {
    const shown = show(
        {
            comparison: false,
            measure: "total",
            period_type: "weekly",
            timezone: "Asia/Tokyo",
            company_ids: [3, 1],
        },
        [["user_id", "=", false]]
    );
    const { context, kwargs } = getCall("total_revenue", shown);
    expect(kwargs).toEqual({
        date_from: "2026-10-24",
        date_to: "2026-11-22",
        period_type: "weekly",
        compare: "none",
        measure: "total",
        timezone: "Asia/Tokyo",
        filters: { domain: [["user_id", "=", false]] },
    });
    // The first is the current one: it decides the currency.
    expect(context).toEqual({ allowed_company_ids: [3, 1] });
    expect(getCall("targets", shown).kwargs).toEqual({
        month: "2026-11",
        timezone: "Europe/Paris",
    });
});

test("a program of zenoo-rpc: Python's words, the port, no secret", () => {
    const { zenoo } = write(
        getCall("total_revenue", show({}, ["|", ["name", "ilike", 'a"b'], ["active", "=", true]]))
    );
    expect(zenoo).toBe(`\
${["asyncio", "json", "os"].map((name) => "import " + name).join("\n")}

from zenoo_rpc import ZenooClient


async def main():
    async with ZenooClient("https://odoo.example.com:443") as client:
        await client.login(
            "o'db", "me@example.com", os.environ["ODOO_API_KEY"]
        )
        answer = await client.execute_kw(
            "sale.dashboard",
            "get_sales_overview",
            [],
            {
                "date_from": "2026-10-24",
                "date_to": "2026-11-22",
                "period_type": "daily",
                "compare": "previous_period",
                "measure": "untaxed",
                "timezone": "Europe/Paris",
                "filters": {
                    "domain": [
                        "|",
                        ["name", "ilike", "a\\"b"],
                        ["active", "=", True],
                    ],
                },
            },
            context={"allowed_company_ids": [1]},
        )
    print(json.dumps(answer["total_revenue"], indent=2, ensure_ascii=False))


asyncio.run(main())
`);
});

test("a call of curl: what the shell would change is quoted", () => {
    const { curl } = write(getCall("total_orders", show({}, [["name", "=", "O'Neil $HOME"]])));
    expect(curl).toBe(`\
curl --silent --show-error --fail 'https://odoo.example.com/json/2/sale.dashboard/get_sales_overview' \\
  --header "Authorization: bearer $ODOO_API_KEY" \\
  --header 'X-Odoo-Database: o'\\''db' \\
  --header 'Content-Type: application/json' \\
  --data '{
    "date_from": "2026-10-24",
    "date_to": "2026-11-22",
    "period_type": "daily",
    "compare": "previous_period",
    "measure": "untaxed",
    "timezone": "Europe/Paris",
    "filters": {"domain": [["name", "=", "O'\\''Neil $HOME"]]},
    "context": {"allowed_company_ids": [1]}
}'
`);
});

test("what is read of stored figures: first they are made, then read", () => {
    const { curl, json2, zenoo } = write(getCall("product", show()));
    expect(curl).toMatch(/^dashboard_id=\$\(curl .*\/generate'/);
    expect(curl).toInclude(
        `\
  --data '{
    "ids": ['"$dashboard_id"'],
    "dimension": "product",
    "context": {"allowed_company_ids": [1]}
}'`
    );
    expect(json2).toInclude(`\
answer = call(
    "load_breakdown",
    ids=[dashboard_id],
    dimension="product",
    context={"allowed_company_ids": [1]},
)`);
    expect(zenoo).toInclude(`            [[dashboard_id]],
            {"dimension": "product"},`);
});

test("every tile offers its code, in a dialog with a tab for each client", async () => {
    patchWithCleanup(browser.navigator.clipboard, {
        writeText: (text) => expect.step(text),
    });
    mockDashboard(makePayload({ warnings: [] }));
    await openDashboard();
    await waitFor(".o_sd_projection");
    expect(".o_sd_card_frame > .o_sd_code_button").toHaveCount(5);
    expect(".o_sd_panel > .o_sd_panel_head .o_sd_code_button").toHaveCount(
        document.querySelectorAll(".o_sd_panel").length
    );
    await contains("[data-metric=total_orders] + .o_sd_code_button").click();
    expect(".modal-title").toHaveText("Code that reads “Orders”");
    expect(".modal").toHaveAttribute("aria-label", "Code that reads “Orders”");
    expect(queryAllTexts(".modal [role=tab]")).toEqual(["zenoo-rpc", "JSON-2", "curl"]);
    expect(".o_sd_code").toHaveText(/answer\["total_orders"\]/);
    expect(queryOne(".o_sd_code").textContent.startsWith("import asyncio\n")).toBe(true);
    expect(".o_sd_code_where").toHaveCount(0);
    queryOne("[data-sample=zenoo]").focus();
    await press("End");
    await animationFrame();
    expect("[data-sample=curl]").toBeFocused();
    expect("[data-sample=curl]").toHaveAttribute("aria-selected", "true");
    expect(".o_sd_code_where").toHaveText("In the answer: total_orders");
    await contains(".o_sd_copy_code").click();
    expect(".o_sd_code_copied").toHaveText("Copied");
    expect.verifySteps([queryOne(".o_sd_code").textContent]);
    await advanceTime(3000);
    await animationFrame();
    expect(".o_sd_code_copied").toHaveText("");
});

test("a browser that lets nothing be copied: says what to do", async () => {
    patchWithCleanup(browser.navigator.clipboard, {
        writeText: () => Promise.reject(new Error("not allowed")),
    });
    mockDashboard();
    await openDashboard();
    await waitFor(".o_sd_projection");
    await contains(".o_sd_segments .o_sd_code_button").click();
    await contains(".o_sd_copy_code").click();
    expect(".o_sd_code_copied").toHaveText(/copy it yourself/);
});

test("a failed section has no code: it has no figures", async () => {
    mockDashboard(makeFailedPayload("It could not be computed."));
    await openDashboard();
    await waitFor(".o_sd_projection");
    expect(".o_sd_card_failed + .o_sd_code_button").toHaveCount(0);
    expect(".o_sd_panel:has(.o_sd_panel_failed) .o_sd_code_button").toHaveCount(0);
});

test("all of it: an action of the menu", async () => {
    mockDashboard();
    await openDashboard();
    await waitFor(".o_sd_projection");
    await contains(".o_sd_actions").click();
    await contains("[data-action=code]").click();
    expect(".o_sd_code").toHaveText(/"generate_dashboard_data"/);
    expect(".o_sd_code").toHaveText(/json\.dumps\(answer, /);
});
