import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";
import { actionRegistry } from "@sale_dashboard/dashboard/actions_menu/actions_menu";
import { mockDashboard, openDashboard, setupDashboardTests } from "../helpers/dashboard";
import { makePayload } from "../helpers/payload";

setupDashboardTests();

beforeEach(() => {
    for (const [id] of actionRegistry.getEntries()) {
        actionRegistry.remove(id);
    }
});

test("what addons add is in the menu, in its order, and is told what is shown", async () => {
    actionRegistry
        .add("second", { icon: "fa-file", label: "Second", run: () => {} }, { sequence: 20 })
        .add(
            "first",
            {
                icon: "fa-file",
                label: "First",
                run: ({ contentClass, env, model }) =>
                    expect.step([
                        contentClass,
                        Object.keys(env.services).includes("dialog"),
                        model.request,
                        model.payload.id,
                    ]),
            },
            { sequence: 10 }
        )
        .add("hidden", {
            icon: "fa-file",
            label: "Hidden",
            isShown: ({ model }) => !model.payload,
            run: () => {},
        });
    mockDashboard();
    await openDashboard();
    await waitFor(".o_sd_page[aria-busy=false] .o_sd_card");
    await contains(".o_sd_actions").click();
    expect(".o_sd_menu").toHaveAttribute("role", "listbox");
    expect(queryAllTexts(".o_sd_menu [data-action]")).toEqual(["First", "Second"]);
    await contains(".o_sd_menu [data-action=first]").click();
    expect.verifySteps([
        [
            "o_sd_palette",
            true,
            {
                date_from: "2026-10-24",
                date_to: "2026-11-22",
                period_type: "daily",
                compare: "previous_period",
                measure: "untaxed",
                top_limit: 10,
            },
            12,
        ],
    ]);
    await press("a");
    await animationFrame();
    expect(".o_sd_menu [data-action]").toHaveCount(2);
});

test("without anything to do there is no menu", async () => {
    mockDashboard();
    await openDashboard();
    await waitFor(".o_sd_page[aria-busy=false] .o_sd_card");
    expect(".o_sd_actions").toHaveCount(0);
});

test("its place is kept while the figures load: nothing beside it moves", async () => {
    const answer = new Deferred();
    actionRegistry.add("late", {
        icon: "fa-file",
        label: "Late",
        isShown: ({ model }) => Boolean(model.payload),
        run: () => {},
    });
    mockDashboard(() => answer);
    await openDashboard();
    expect("button.o_sd_actions").toHaveCount(0);
    expect(".o_sd_tools button[aria-label=Actions]:disabled").toHaveCount(1);
    answer.resolve(makePayload());
    await waitFor("button.o_sd_actions:enabled");
    expect(".o_sd_tools button[aria-label=Actions]").toHaveCount(1);
});
