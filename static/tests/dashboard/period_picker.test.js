import { expect, test } from "@odoo/hoot";
import { click, edit, press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { CustomRange } from "@sale_dashboard/dashboard/custom_range/custom_range";
import { PeriodPicker } from "@sale_dashboard/dashboard/period_picker/period_picker";
import { setupDashboardTests } from "../helpers/dashboard";
import { PAYLOAD_DAY } from "../helpers/payload";

setupDashboardTests();

async function mountPicker(period = { preset: "last_30_days" }) {
    await mountWithCleanup(PeriodPicker, {
        props: { period, today: PAYLOAD_DAY, onSelect: (period) => expect.step(period) },
    });
}

test("shows the name and the days of the period", async () => {
    await mountPicker();
    expect(".o_sd_period_preset").toHaveText("Last 30 days");
    expect(".o_sd_period_range").toHaveText(/^Oct 24\s–\sNov 22, 2026$/);
    expect(".o_sd_period_next").not.toBeEnabled();
});

test("a custom period has only its days", async () => {
    await mountPicker({ preset: "custom", date_from: "2026-01-05", date_to: "2026-01-06" });
    expect(".o_sd_period_preset").toHaveCount(0);
    expect(".o_sd_period_range").toHaveText(/^Jan 5\s–\s6, 2026$/);
    expect(".o_sd_period_next").toBeEnabled();
});

test("presets are chosen from the menu", async () => {
    await mountPicker();
    await click(".o_sd_period_button");
    await animationFrame();
    expect("[role=option]").toHaveCount(13);
    expect(queryAllTexts("[aria-checked=true]")).toEqual(["Last 30 days"]);
    await click("[data-value=this_quarter]");
    await animationFrame();
    expect("[role=option]").toHaveCount(0);
    expect.verifySteps([{ preset: "this_quarter" }]);
});

test("arrows step", async () => {
    await mountPicker({ preset: "last_month" });
    await click(".o_sd_period_previous");
    await click(".o_sd_period_next");
    expect.verifySteps([
        { preset: "custom", date_from: "2026-09-01", date_to: "2026-09-30", unit: "month" },
        { preset: "this_month" },
    ]);
});

test("a custom range is typed or picked", async () => {
    await mountPicker();
    await click(".o_sd_period_button");
    await animationFrame();
    expect(".o_sd_date_from").toHaveValue("10/24/2026");
    expect(".o_sd_date_to").toHaveValue("11/22/2026");
    await click(".o_sd_date_from");
    await edit("03/01/2026");
    await animationFrame();
    await click(".o_sd_date_to");
    await edit("03/31/2026");
    await press("Enter");
    await animationFrame();
    await contains(".o_sd_apply_range").click();
    expect(".o_sd_custom_range").toHaveCount(0);
    expect.verifySteps([{ preset: "custom", date_from: "2026-03-01", date_to: "2026-03-31" }]);
});

test("the menu is walked through by keyboard, down to the days", async () => {
    await mountPicker();
    queryFirst(".o_sd_period_button").focus();
    await press("Enter");
    await animationFrame();
    expect(".o_sd_period_menu").toHaveAttribute("role", "dialog");
    await press("Tab");
    expect("[data-value=today]").toBeFocused();
    await press("ArrowDown");
    expect("[data-value=yesterday]").toBeFocused();
    await press("Enter");
    await animationFrame();
    expect.verifySteps([{ preset: "yesterday" }]);
    expect(".o_sd_period_button").toBeFocused();
    await press("Enter");
    await animationFrame();
    await press("Tab");
    for (let i = 0; i < 13; i++) {
        await press("Tab");
    }
    expect(".o_sd_date_from").toBeFocused();
    await press("Tab");
    await press("Tab");
    expect(".o_sd_apply_range").toBeFocused();
    await press("Escape");
    await animationFrame();
    expect(".o_sd_period_menu").toHaveCount(0);
});

test("CustomRange: reversed days are put in order", async () => {
    await mountWithCleanup(CustomRange, {
        props: {
            range: { date_from: "2026-03-01", date_to: "2026-03-31" },
            onApply: (period) => expect.step(period),
        },
    });
    await click(".o_sd_date_from");
    await edit("04/15/2026");
    await press("Enter");
    await animationFrame();
    await contains(".o_sd_apply_range").click();
    expect.verifySteps([{ preset: "custom", date_from: "2026-03-31", date_to: "2026-04-15" }]);
});

test("CustomRange: days are picked in Odoo's calendar", async () => {
    await mountWithCleanup(CustomRange, {
        props: {
            range: { date_from: "2026-03-01", date_to: "2026-03-31" },
            onApply: (period) => expect.step(period),
        },
    });
    await contains(".o_sd_date_from").click();
    expect(".o_datetime_picker").toHaveCount(1);
    await contains(".o_date_item_cell:not(.o_out_of_range):contains(10)").click();
    await contains(".o_date_item_cell:not(.o_out_of_range):contains(20)").click();
    await contains(".o_sd_apply_range").click();
    await animationFrame();
    expect.verifySteps([{ preset: "custom", date_from: "2026-03-10", date_to: "2026-03-20" }]);
});
