import { expect, test } from "@odoo/hoot";
import { click, edit, press, queryFirst, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    makeServerError,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { getPeriodRule, getRuleRange } from "@sale_dashboard/dashboard/mail_me/period_rule";
import { makeCustomPeriod, PRESETS } from "@sale_dashboard/dashboard/periods";
import {
    mockDashboard,
    openAddress,
    openDashboard,
    setupDashboardTests,
} from "../helpers/dashboard";

setupDashboardTests();

const TODAY = "2026-11-22";
const DIALOG = ".o_sd_mail_me_form";

/** Writes down what the server is asked to subscribe to. */
function stepSubscriptions() {
    onRpc("sale.dashboard.subscription", "subscribe_view", ({ args }) => {
        expect.step(args[0]);
        return 5;
    });
    onRpc("sale.dashboard.subscription", "read", () => [
        { id: 5, next_run_local: "Nov 23, 8:00 (Europe/Paris)" },
    ]);
}

async function openDialog(open = openDashboard) {
    mockDashboard();
    await open();
    await waitFor(".o_sd_card");
    await contains(".o_sd_mail_me").click();
    await waitFor(DIALOG);
}

test("two clicks: the view on the screen, by mail", async () => {
    stepSubscriptions();
    await openDialog();
    expect(`${DIALOG} #o_sd_mail_name`).toHaveValue("Sales");
    expect(".o_sd_mail_days").toHaveValue(30);
    expect("#o_sd_mail_period_hint").toHaveText(
        "A mail of today would be about Oct 24 – Nov 22, 2026."
    );
    await contains(".o_sd_subscribe").click();
    expect.verifySteps([
        {
            name: "Sales",
            period_rule: "custom",
            custom_days: 30,
            period_type: "daily",
            compare: "previous_period",
            measure: "untaxed",
            filters: { domain: [] },
            schedule: "weekdays",
            hour: 8,
            in_body: true,
            attach_xlsx: false,
            attach_pdf: false,
        },
    ]);
    await waitFor(".o_notification");
    expect(".o_notification").toHaveText(/The first mail: Nov 23, 8:00 \(Europe\/Paris\)\./);
    expect(DIALOG).toHaveCount(0);
});

test("filters, comparison and a relative period are kept as they are", async () => {
    stepSubscriptions();
    await openDialog(() =>
        openAddress({
            period: "last_month",
            compare: "previous_year",
            measure: "total",
            filters: '[{"filter":"my_orders"}]',
        })
    );
    expect("#o_sd_mail_name").toHaveValue("Sales · My Orders");
    expect("#o_sd_mail_rule").toHaveValue("last_month");
    expect(".o_sd_mail_days").toHaveCount(0);
    expect(".o_sd_mail_summary").toHaveText("vs previous year · With taxes · My Orders");
    await contains(".o_sd_subscribe").click();
    expect.verifySteps([
        {
            name: "Sales · My Orders",
            period_rule: "last_month",
            period_type: "daily",
            compare: "previous_year",
            measure: "total",
            filters: { domain: [["user_id", "=", 7]] },
            schedule: "monthly",
            day_of_month: 1,
            hour: 8,
            in_body: true,
            attach_xlsx: false,
            attach_pdf: false,
        },
    ]);
});

test("everything can be chosen, by keyboard too", async () => {
    stepSubscriptions();
    await openDialog();
    await click("#o_sd_mail_name");
    await edit("Monday");
    await contains("#o_sd_mail_rule").select("last_week");
    expect("#o_sd_mail_schedule").toHaveValue("weekly", { message: "what suits a week" });
    await contains(".o_sd_mail_weekday").select("4");
    await contains(".o_sd_mail_time").edit("16:30", { confirm: false });
    await contains(".o_sd_mail_attach_xlsx input").click();
    await contains(".o_sd_mail_in_body input").click();
    await click("#o_sd_mail_name");
    await press("Enter");
    await animationFrame();
    expect.verifySteps([
        {
            name: "Monday",
            period_rule: "last_week",
            period_type: "daily",
            compare: "previous_period",
            measure: "untaxed",
            filters: { domain: [] },
            schedule: "weekly",
            weekday: "4",
            hour: 16.5,
            in_body: false,
            attach_xlsx: true,
            attach_pdf: false,
        },
    ]);
});

test("what the server refuses is said, and nothing is lost", async () => {
    onRpc("sale.dashboard.subscription", "subscribe_view", () => {
        throw makeServerError({ type: "ValidationError", message: "Choose at least one format" });
    });
    await openDialog();
    await contains("#o_sd_mail_name").edit("Mine", { confirm: false });
    await contains(".o_sd_subscribe").click();
    await waitFor(".o_sd_mail_error");
    expect(".o_sd_mail_error").toHaveText("Choose at least one format");
    expect("#o_sd_mail_name").toHaveValue("Mine");
    expect(queryFirst(".o_sd_subscribe").disabled).toBe(false);
});

test("the way to the subscription", async () => {
    stepSubscriptions();
    onRpc("sale.dashboard.subscription", "subscribe_view", () => 5);
    mockDashboard();
    await openDashboard();
    await waitFor(".o_sd_card");
    patchWithCleanup(getService("action"), {
        doAction: ({ res_id, res_model }) => expect.step([res_model, res_id]),
    });
    await contains(".o_sd_mail_me").click();
    await contains(".o_sd_subscribe").click();
    await contains(".o_notification_buttons button:contains(Change it)").click();
    expect.verifySteps([["sale.dashboard.subscription", 5]]);
});

test("a period that no mail can be about becomes as many last days, and says so", async () => {
    await openDialog(() => openAddress({ period: "custom", from: "2026-01-01", to: "2026-01-10" }));
    expect(".o_sd_mail_days").toHaveValue(10);
    expect("#o_sd_mail_period_hint").toHaveText(/the period on the screen does not/);
});

test("which rule a period is", () => {
    const rules = Object.fromEntries(
        PRESETS.map(({ id }) => {
            const { days, isSame, rule } = getPeriodRule({ preset: id }, TODAY);
            return [id, [rule, rule === "custom" ? days : null, isSame]];
        })
    );
    expect(rules).toEqual({
        today: ["custom", 1, true],
        yesterday: ["yesterday", null, true],
        last_7_days: ["last_7_days", null, true],
        last_30_days: ["custom", 30, true],
        last_90_days: ["custom", 90, true],
        this_week: ["custom", 7, false],
        this_month: ["month_to_date", null, true],
        this_quarter: ["custom", 53, false],
        this_year: ["custom", 326, false],
        last_week: ["last_week", null, true],
        last_month: ["last_month", null, true],
        last_quarter: ["custom", 92, false],
        last_year: ["custom", 365, false],
    });
    const fixed = makeCustomPeriod("2026-11-01", "2026-11-22");
    expect(getPeriodRule(fixed, TODAY)).toEqual({ rule: "custom", days: 22, isSame: false });
});

test("which days a rule means, seen from today", () => {
    expect(getRuleRange("custom", 30, TODAY)).toEqual({ date_from: "2026-10-24", date_to: TODAY });
    expect(getRuleRange("custom", 1, TODAY)).toEqual({ date_from: TODAY, date_to: TODAY });
    expect(getRuleRange("last_week", 99, TODAY)).toEqual({
        date_from: "2026-11-09",
        date_to: "2026-11-15",
    });
});
