import { expect, test } from "@odoo/hoot";
import { click, edit, press, queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    editFavoriteName,
    getService,
    makeServerError,
    MockServer,
    mockService,
    onRpc,
    patchWithCleanup,
    saveFavorite,
    serverState,
    toggleSaveFavorite,
    toggleSearchBarMenu,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { KEYS } from "@sale_dashboard/dashboard/keyboard";
import { DashboardSearchModel } from "@sale_dashboard/dashboard/search_model";
import {
    mockDashboard,
    openAddress,
    openDashboard,
    SaleOrder,
    setupDashboardTests,
} from "../helpers/dashboard";
import { makeEmptyPayload, makePayload } from "../helpers/payload";

setupDashboardTests();

const CARDS = ".o_sd_page[aria-busy=false] .o_sd_card[data-metric]";

function getParams() {
    return Object.fromEntries(new URL(browser.location.href).searchParams);
}

/** Opens the dashboard and writes down what the server is asked for. */
async function openAndStep(open = openDashboard) {
    mockDashboard(({ date_from, compare, filters, measure, period_type }) => {
        expect.step([date_from, period_type, compare, measure, filters?.domain || []]);
        return makePayload();
    });
    await open();
    await waitFor(CARDS);
    await animationFrame();
}

async function choose(menu, value) {
    await contains(`.o_sd_toolbar .o_sd_chip:contains(${menu})`).click();
    await contains(`.o_sd_menu [data-value=${value}]`).click();
    await animationFrame();
    await advanceTime(1000);
}

async function toggleFilter(name) {
    await contains(".o_searchview_dropdown_toggler").click();
    await contains(`.o_search_bar_menu .o-dropdown-item:contains(${name})`).click();
    await animationFrame();
    await advanceTime(1000);
}

/** The search bar where it is not shown at first. */
async function showSearch() {
    if (document.querySelector(".o_sd_toggle_search")) {
        await contains(".o_sd_toggle_search").click();
    }
}

const ASKED = ["2026-10-24", "daily", "previous_period", "untaxed", []];
const ask = (changes = {}) => {
    const names = ["date_from", "period_type", "compare", "measure", "domain"];
    return ASKED.map((value, i) => (names[i] in changes ? changes[names[i]] : value));
};

test("a filter of the search bar is one of the figures, and of the address", async () => {
    await openAndStep();
    expect(".o_facet_value").toHaveCount(0);
    await showSearch();
    await toggleFilter("My Orders");
    expect(queryAllTexts(".o_facet_value")).toEqual(["My Orders"]);
    expect(getParams()).toEqual({
        period: "last_30_days",
        filters: '[{"filter":"my_orders"}]',
    });
    await contains(".o_facet_remove").click();
    await advanceTime(1000);
    expect(getParams()).toEqual({ period: "last_30_days" });
    expect.verifySteps([ask(), ask({ domain: [["user_id", "=", 7]] }), ask()]);
});

test("what is searched for by keyboard is suggested, and filters", async () => {
    await openAndStep();
    await showSearch();
    await contains(".o_searchview_input").click();
    await edit("S01");
    await animationFrame();
    expect(queryAllTexts(".o_searchview_autocomplete .o-dropdown-item").slice(0, 3)).toEqual([
        "Search Salesperson for: S01",
        "Search Sales Team for: S01",
        "Search Order for: S01",
    ]);
    await press("ArrowDown");
    await press("ArrowDown");
    await press("Enter");
    await animationFrame();
    expect.verifySteps([ask(), ask({ domain: [["name", "ilike", "S01"]] })]);
});

test("rows and days of the parts: a filter of the row, a period of the days", async () => {
    await openAndStep();
    await contains(".o_sd_breakdown [data-key='user:5'] .o_sd_filter").click();
    await animationFrame();
    expect(queryAllTexts(".o_facet_value")).toEqual(["Marc Demo"]);
    await contains("[data-dimension=team]").click();
    expect.verifySteps([ask(), ask({ domain: [["user_id", "=", 5]] })]);
});

test("neither group-bys nor date filters: the period is chosen beside", async () => {
    await openAndStep();
    await showSearch();
    await contains(".o_searchview_dropdown_toggler").click();
    expect(".o_filter_menu").toHaveCount(1);
    expect(".o_favorite_menu").toHaveCount(1);
    expect(".o_group_by_menu").toHaveCount(0);
    expect.verifySteps([ask()]);
});

test("a cross-filter adds a facet, once, and its values are alternatives", async () => {
    let search;
    patchWithCleanup(DashboardSearchModel.prototype, {
        setup() {
            super.setup(...arguments);
            search = this;
        },
    });
    await openAndStep();
    await search.filterBy({ field: "team_id", ids: [1], label: "Europe" });
    await search.filterBy({ field: "team_id", ids: [1], label: "Europe" });
    await animationFrame();
    expect(queryAllTexts(".o_facet_value")).toEqual(["Europe"]);
    await search.filterBy({ field: "team_id", ids: [2], label: "Asia" });
    await animationFrame();
    expect(queryAllTexts(".o_facet_value")).toEqual(["Europe", "Asia"]);
    await search.filterBy({ field: "user_id", ids: [false], label: "None" });
    await animationFrame();
    await advanceTime(1000);
    expect(queryAllTexts(".o_searchview_facet_label")).toEqual(["Sales Team", "Salesperson"]);
    expect(JSON.parse(getParams().filters)).toEqual([
        { field: "team_id", operator: "=", value: 1 },
        { field: "team_id", operator: "=", value: 2 },
        { field: "user_id", operator: "=", value: false },
    ]);
    await contains(".o_searchview_facet:last-child .o_facet_remove, .o_facet_remove:last").click();
    const teams = ["|", ["team_id", "=", 1], ["team_id", "=", 2]];
    expect.verifySteps([
        ask(),
        ask({ domain: [["team_id", "=", 1]] }),
        ask({ domain: teams }),
        ask({ domain: ["&", ...teams, ["user_id", "=", false]] }),
        ask({ domain: teams }),
    ]);
});

const GROUP_FILTERS = [
    [".o_sd_segments [data-key='High Value']", "dashboard_segment", "High Value", "Segment"],
    [
        ".o_sd_breakdown [data-key='rfm_group:champion']",
        "dashboard_rfm_group",
        "champion",
        "Customer Group",
    ],
    [".o_sd_customer_types [data-key=new]", "dashboard_customer_type", "new", "New or Returning"],
];

for (const [row, field, value, label] of GROUP_FILTERS) {
    test(`a group of customers is a filter like any other: ${label}`, async () => {
        const steps = [ask(), ask({ domain: [[field, "=", value]] }), ask()];
        await openAndStep();
        await contains("[data-dimension=rfm_group]").click();
        await contains(`${row} .o_sd_filter`).click();
        await animationFrame();
        await advanceTime(1000);
        expect(".o_searchview_facet_label").toHaveText(label);
        expect(JSON.parse(getParams().filters)).toEqual([{ field, operator: "=", value }]);
        // What the row stands for now is another group than the one of that name.
        expect(`${row} .o_sd_filter`).toHaveCount(0);
        expect(".o_sd_segments .o_sd_filter").toHaveCount(field === "dashboard_segment" ? 0 : 3);
        await contains(".o_facet_remove").click();
        await animationFrame();
        await advanceTime(1000);
        expect(".o_searchview_facet").toHaveCount(0);
        expect(getParams().filters).toBe(undefined);
        expect(`${row} .o_sd_filter`).toHaveCount(1);
        expect.verifySteps(steps);
    });
}

test("a link brings the group of customers back, in the reader's words", async () => {
    await openAndStep(() =>
        openAddress({
            period: "last_30_days",
            filters: JSON.stringify([
                { field: "dashboard_customer_type", operator: "=", value: "returning" },
            ]),
        })
    );
    await showSearch();
    expect(".o_facet_value").toHaveText("Returning");
    expect.verifySteps([ask({ domain: [["dashboard_customer_type", "=", "returning"]] })]);
});

test("a cross-filter by what the search bar does not know is a custom filter, once", async () => {
    let search;
    patchWithCleanup(DashboardSearchModel.prototype, {
        setup() {
            super.setup(...arguments);
            search = this;
        },
    });
    await openAndStep();
    const condition = { field: "id", operator: ">", value: 5, label: "Newer" };
    await search.filterBy(condition);
    await search.filterBy(condition);
    await animationFrame();
    expect(".o_searchview_facet").toHaveCount(1);
    expect.verifySteps([ask(), ask({ domain: [["id", ">", 5]] })]);
});

test("every choice is in the address, and a step of the history", async () => {
    await openAndStep();
    await advanceTime(1000);
    expect(getParams()).toEqual({ period: "last_30_days" });
    await contains(".o_sd_period_previous").click();
    await advanceTime(1000);
    // By key: on touch screens Odoo's menus are steps of the history of their own.
    await press("c");
    await animationFrame();
    await advanceTime(1000);
    expect(getParams()).toEqual({
        period: "custom",
        from: "2026-09-24",
        to: "2026-10-23",
        step: "days",
        compare: "same_weekdays",
    });
    browser.history.back();
    await advanceTime(1000);
    await animationFrame();
    expect(".o_sd_toolbar .o_sd_chip:contains(vs previous period)").toHaveCount(1);
    expect(getParams().compare).toBe(undefined);
    expect(".o_sd_skeleton").toHaveCount(0, { message: "in place: nothing is built anew" });
    browser.history.back();
    await advanceTime(1000);
    await animationFrame();
    expect(".o_sd_period_preset").toHaveText("Last 30 days");
    browser.history.forward();
    await advanceTime(1000);
    await animationFrame();
    expect(".o_sd_period_preset").toHaveCount(0);
    expect(getParams().from).toBe("2026-09-24");
    const before = { date_from: "2026-09-24" };
    expect.verifySteps([
        ask(),
        ask(before),
        ask({ ...before, compare: "same_weekdays" }),
        ask(before),
        ask(),
        ask(before),
    ]);
});

test("how it is drawn and sorted is in the address: nothing is asked anew", async () => {
    await openAndStep();
    await contains(".o_sd_as_line").click();
    await contains(".o_sd_orders_toggle").click();
    await contains(".o_sd_top_customers th:contains(Orders) button").click();
    await contains(".o_sd_breakdown th:contains(Salesperson) button").click();
    await advanceTime(1000);
    expect(getParams()).toEqual({
        period: "last_30_days",
        chart: "line",
        orders: "shown",
        sort_customers: "-orders",
        sort_breakdown: "name",
    });
    browser.history.back();
    await advanceTime(1000);
    await animationFrame();
    expect(".o_sd_breakdown th[aria-sort=descending]").toHaveText("Revenue");
    expect(".o_sd_top_customers th[aria-sort=descending]").toHaveText("Orders");
    browser.history.go(-2);
    await advanceTime(1000);
    await animationFrame();
    expect(".o_sd_as_line").toHaveAttribute("aria-pressed", "true");
    expect(".o_sd_orders_toggle").toHaveAttribute("aria-pressed", "false");
    expect(".o_sd_top_customers th[aria-sort=descending]").toHaveText("Revenue");
    expect.verifySteps([ask()]);
});

test("an address draws and sorts as it says", async () => {
    await openAndStep(() =>
        openAddress({
            period: "last_30_days",
            orders: "shown",
            table: "shown",
            sort_customers: "name",
            sort_breakdown: "-orders",
            breakdown: "team",
        })
    );
    expect(".o_sd_revenue_chart .o_sd_table_toggle").toHaveAttribute("aria-pressed", "true");
    expect(queryAllTexts(".o_sd_top_customers tbody .o_sd_row_button")).toEqual([
        "Azure Interior",
        "Deco Addict",
        "Lumber Inc",
    ]);
    expect(".o_sd_breakdown th[aria-sort=descending]").toHaveText("Orders");
    // The columns of another leaderboard are others.
    await contains("[data-dimension=user]").click();
    await advanceTime(1000);
    expect(getParams().sort_breakdown).toBe(undefined);
    expect(".o_sd_breakdown th[aria-sort=descending]").toHaveText("Revenue");
    expect.verifySteps([ask()]);
});

/** The reader may see three companies, and sees the first. */
function defineCompanies() {
    serverState.companies = [1, 2, 3].map((id) => ({
        id,
        name: `Company ${id}`,
        sequence: id,
        parent_id: false,
        child_ids: [],
    }));
    patchWithCleanup(user, {
        activateCompanies: (ids, options) => expect.step([ids, options]),
    });
}

const SWITCH = { includeChildCompanies: false, reload: true };

test("who has several companies has those shown in the address", async () => {
    defineCompanies();
    await openAndStep();
    await advanceTime(1000);
    expect(getParams()).toEqual({ period: "last_30_days", companies: "1" });
    expect.verifySteps([ask()]);
});

test("the companies of an address are switched to, as far as they are the reader's", async () => {
    defineCompanies();
    mockDashboard(() => expect.step("asked"));
    await openAddress({ period: "last_30_days", companies: "2-9-1" });
    await animationFrame();
    expect(".o_sale_dashboard").toHaveCount(0);
    expect.verifySteps([[[2, 1], SWITCH]]);
});

test("none of the companies is the reader's: says so, and shows his own", async () => {
    defineCompanies();
    mockService("notification", { add: (message) => expect.step(message) });
    await openAndStep(() => openAddress({ period: "last_30_days", companies: "9" }));
    expect.verifySteps([
        ask(),
        "A part of this address means nothing here and was left out: companies=9",
    ]);
});

test("who switches companies himself stays with them", async () => {
    defineCompanies();
    browser.sessionStorage.setItem("sale_dashboard.companies", "2-1");
    await openAndStep(() => openAddress({ period: "last_30_days", companies: "2-1" }));
    await advanceTime(1000);
    expect(getParams().companies).toBe("1");
    expect.verifySteps([ask()]);
});

test("an address opens what it says, under the reader's own names", async () => {
    await openAndStep(() =>
        openAddress({
            period: "this_year",
            compare: "previous_year",
            granularity: "monthly",
            measure: "total",
            breakdown: "team",
            filters: JSON.stringify([
                { filter: "my_orders" },
                { field: "team_id", operator: "=", value: 2 },
                { field: "team_id", operator: "=", value: 99 },
                { field: "name", operator: "ilike", value: "S01" },
            ]),
        })
    );
    expect(".o_sd_period_preset").toHaveText("This year");
    expect(".o_sd_tab[aria-selected=true]").toHaveText("Teams");
    expect(queryAllTexts(".o_facet_value")).toEqual([
        "My Orders",
        "Asia",
        "not there, or not yours to see (99)",
        "S01",
    ]);
    expect(".o_notification").toHaveCount(0);
    expect.verifySteps([
        [
            "2026-01-01",
            "monthly",
            "previous_year",
            "total",
            [
                "&",
                ["user_id", "=", 7],
                "&",
                "|",
                ["team_id", "=", 2],
                ["team_id", "=", 99],
                ["name", "ilike", "S01"],
            ],
        ],
    ]);
});

test("a custom filter of an address is described anew", async () => {
    await openAndStep(() =>
        openAddress({
            period: "last_7_days",
            filters: JSON.stringify([{ domain: '[("name", "ilike", "S01")]' }]),
        })
    );
    expect(queryAllTexts(".o_facet_value")).toEqual(["Name contains S01"]);
    expect.verifySteps([ask({ date_from: "2026-11-16", domain: [["name", "ilike", "S01"]] })]);
});

test("garbage in the address: the defaults, and what was left out is said", async () => {
    mockService("notification", {
        add(message, { type }) {
            expect.step([message, type]);
        },
    });
    await openAndStep(() =>
        openAddress({
            period: "last_century",
            measure: "total",
            filters: JSON.stringify([
                { filter: "unknown" },
                { field: "moon", operator: "=", value: 1 },
                { domain: "[(" },
                { domain: '[("moon", "=", 1)]' },
                5,
            ]),
        })
    );
    expect(".o_sd_period_preset").toHaveText("Last 30 days");
    expect(".o_searchview_facet").toHaveCount(0);
    await advanceTime(1000);
    expect(getParams()).toEqual({ period: "last_30_days", measure: "total" });
    expect.verifySteps([
        ask({ measure: "total" }),
        [
            'A part of this address means nothing here and was left out: period=last_century, {"filter":"unknown"}, {"field":"moon","operator":"=","value":1}, {"domain":"[("}, {"domain":"[(\\"moon\\", \\"=\\", 1)]"}, 5',
            "warning",
        ],
    ]);
});

test("a favorite keeps the period and the like, and brings them back", async () => {
    await openAndStep();
    onRpc("ir.filters", "create_filter", ({ args: [filter] }) => {
        expect(filter.context.sale_dashboard).toEqual({
            compare: "previous_year",
            granularity: "auto",
            measure: "untaxed",
            period: { preset: "last_30_days" },
        });
        expect(filter.domain).toBe('[("user_id", "=", uid)]');
        return [12];
    });
    await showSearch();
    await toggleFilter("My Orders");
    await choose("vs previous period", "previous_year");
    await toggleSearchBarMenu();
    await toggleSaveFavorite();
    await editFavoriteName("Mine");
    await saveFavorite();
    await advanceTime(1000);
    expect(queryAllTexts(".o_facet_value")).toEqual(["Mine"]);
    expect(JSON.parse(getParams().filters)).toEqual([
        { favorite: 12, domain: '[("user_id", "=", uid)]' },
    ]);
    await contains(".o_facet_remove").click();
    await choose("vs previous year", "none");
    await toggleFilter("Mine");
    expect(".o_sd_toolbar .o_sd_chip:contains(vs previous year)").toHaveCount(1);
    const mine = { domain: [["user_id", "=", 7]] };
    expect.verifySteps([
        ask(),
        ask(mine),
        ask({ ...mine, compare: "previous_year" }),
        ask({ compare: "previous_year" }),
        ask({ compare: "none" }),
        ask({ ...mine, compare: "previous_year" }),
    ]);
});

test("a favorite keeps the group of customers", async () => {
    await openAndStep();
    onRpc("ir.filters", "create_filter", ({ args: [filter] }) => {
        expect(filter.domain).toBe('[("dashboard_segment", "=", "High Value")]');
        return [12];
    });
    await contains(".o_sd_segments [data-key='High Value'] .o_sd_filter").click();
    await animationFrame();
    await toggleSearchBarMenu();
    await toggleSaveFavorite();
    await editFavoriteName("Best");
    await saveFavorite();
    await advanceTime(1000);
    expect(queryAllTexts(".o_facet_value")).toEqual(["Best"]);
    expect(".o_sd_segments .o_sd_filter").toHaveCount(0);
    expect.verifySteps([ask(), ask({ domain: [["dashboard_segment", "=", "High Value"]] })]);
});

function addFavorite(values) {
    SaleOrder._filters = [
        {
            id: 7,
            name: "Quarter",
            user_ids: [],
            sort: "[]",
            domain: "[('team_id', '=', 1)]",
            context:
                "{'group_by': [], 'sale_dashboard': {'period': {'preset': 'this_quarter'}, 'measure': 'total'}}",
            is_default: true,
            ...values,
        },
    ];
}

const QUARTER = {
    date_from: "2026-10-01",
    measure: "total",
    domain: [["team_id", "=", 1]],
};

test("a default favorite is what a bare address shows", async () => {
    addFavorite();
    await openAndStep();
    expect(".o_sd_period_preset").toHaveText("This quarter");
    expect(queryAllTexts(".o_facet_value")).toEqual(["Quarter"]);
    expect.verifySteps([ask(QUARTER)]);
});

test("an address is what it says, whatever the defaults are", async () => {
    addFavorite();
    await openAndStep(() => openAddress({ period: "today" }));
    expect(".o_sd_period_preset").toHaveText("Today");
    expect(".o_facet_value").toHaveCount(0);
    expect.verifySteps([ask({ date_from: "2026-11-22" })]);
});

test("a favorite in the address, with what was chosen since", async () => {
    addFavorite({ is_default: false });
    await openAndStep(() =>
        openAddress({ period: "today", filters: '[{"favorite":7,"domain":"[]"}]' })
    );
    expect(".o_sd_period_preset").toHaveText("Today");
    expect(queryAllTexts(".o_facet_value")).toEqual(["Quarter"]);
    expect.verifySteps([ask({ date_from: "2026-11-22", domain: QUARTER.domain })]);
});

test("a colleague's private favorite still filters", async () => {
    await openAndStep(() =>
        openAddress({
            period: "last_30_days",
            filters: JSON.stringify([{ favorite: 8, domain: '[("user_id", "=", uid)]' }]),
        })
    );
    expect(".o_searchview_facet").toHaveCount(1);
    expect.verifySteps([ask({ domain: [["user_id", "=", 7]] })]);
});

test("coming back from the orders finds the filters again", async () => {
    await openAndStep();
    await showSearch();
    await toggleFilter("My Orders");
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "sale_dashboard",
        name: "Another",
    });
    await waitFor(CARDS);
    expect(".o_facet_value").toHaveCount(0, { message: "opened anew" });
    await contains(".o_back_button, .o_breadcrumb a").click();
    await waitFor(".o_facet_value");
    expect(queryAllTexts(".o_facet_value")).toEqual(["My Orders"]);
    const mine = { domain: [["user_id", "=", 7]] };
    await animationFrame();
    expect.verifySteps([ask(), ask(mine), ask(), ask(mine)]);
});

test("nothing sold under the filters: they can be removed", async () => {
    mockDashboard(({ filters }) => (filters ? makeEmptyPayload() : makePayload()));
    await openAddress({ period: "last_30_days", filters: '[{"filter":"my_orders"}]' });
    await waitFor(".o_sd_empty");
    expect(".o_sd_empty h2").toHaveText("No confirmed order in this period with these filters");
    await click(".o_sd_clear_filters");
    await waitFor(".o_sd_revenue_chart");
    expect(".o_facet_value").toHaveCount(0);
});

test("a filter that the server refuses can be removed", async () => {
    mockDashboard(({ filters }) => {
        if (filters) {
            throw makeServerError({ type: "ValidationError", message: "Cannot be used." });
        }
        return makePayload();
    });
    await openAddress({ period: "last_30_days", filters: '[{"filter":"my_orders"}]' });
    await waitFor(".o_sd_failure");
    expect(".o_sd_failure").toHaveText(/Cannot be used\./);
    expect(".o_sd_toolbar").toHaveCount(1);
    await click(".o_sd_clear_filters");
    await waitFor(CARDS);
});

test("who may not read orders is told so in the frame", async () => {
    const refuse = () => {
        throw makeServerError({ type: "AccessError", message: "Not yours to read." });
    };
    onRpc("sale.order", "get_views", refuse);
    mockDashboard(refuse);
    await openDashboard();
    await waitFor(".o_sd_failure");
    expect(".o_sd_failure").toHaveText(/Not yours to read\./);
    expect(".o_sd_toolbar .o_sd_period_picker").toHaveCount(1);
    expect(".o_error_dialog").toHaveCount(0);
});

test("keys: periods, comparison, granularity, measure, refresh", async () => {
    await openAndStep();
    await press("ArrowLeft");
    await animationFrame();
    await press("ArrowRight");
    await animationFrame();
    await press("ArrowRight");
    await animationFrame();
    expect(".o_sd_period_preset").toHaveText("Last 30 days", { message: "never beyond today" });
    await press("c");
    await animationFrame();
    await press("g");
    await animationFrame();
    await press("m");
    await animationFrame();
    await press("r");
    await animationFrame();
    const compare = "same_weekdays";
    expect.verifySteps([
        ask(),
        ask({ date_from: "2026-09-24" }),
        ask(),
        ask({ compare }),
        ask({ compare }),
        ask({ compare, measure: "total" }),
        ask({ compare, measure: "total" }),
    ]);
    expect("[aria-label='Granularity: Day']").toHaveCount(1);
    await press("p");
    await animationFrame();
    expect(".o_sd_period_menu").toHaveCount(1);
});

test("keys are letters where one types, and nothing under a dialog", async () => {
    await openAndStep();
    await press("/");
    await advanceTime(1000);
    await animationFrame();
    expect(".o_searchview_input").toBeFocused();
    await press("r");
    await press("?");
    await press("ArrowLeft");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    queryFirst(".o_sd_refresh").focus();
    await press("?");
    await animationFrame();
    expect(".modal .o_sd_key_map dt").toHaveCount(KEYS.length);
    await press("c");
    await press("ArrowLeft");
    await animationFrame();
    expect.verifySteps([ask()]);
    await press("Escape");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(".o_sd_refresh").toBeFocused();
});

test("keys can be switched off in this browser; help is a button too", async () => {
    await openAndStep();
    await click(".o_sd_help");
    await animationFrame();
    await contains(".o_sd_keys_on input").click();
    await press("Escape");
    await animationFrame();
    await press("c");
    await press("?");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    await click(".o_sd_help");
    await animationFrame();
    expect(".o_sd_keys_on input").not.toBeChecked();
    await contains(".o_sd_keys_on input").click();
    await press("Escape");
    await animationFrame();
    await press("c");
    await animationFrame();
    expect.verifySteps([ask(), ask({ compare: "same_weekdays" })]);
});

test("arrows are the curve's where it has the focus, letters are not", async () => {
    await openAndStep();
    queryFirst(".o_sd_revenue_chart [role=slider]").focus();
    await press("ArrowLeft");
    await animationFrame();
    await press("c");
    await animationFrame();
    expect.verifySteps([ask(), ask({ compare: "same_weekdays" })]);
});

test("after midnight a relative period is of the new day", async () => {
    await openAndStep();
    mockDate("2026-11-23 00:00:10");
    await advanceTime(30 * 1000);
    await animationFrame();
    expect(".o_sd_skeleton").toHaveCount(0);
    await advanceTime(60 * 1000);
    expect.verifySteps([ask(), ask({ date_from: "2026-10-25" })]);
});

test("where the company's day has begun already, its figures are asked for, once", async () => {
    patchWithCleanup(user, { tz: false });
    mockDate("2026-11-22 20:00:00", 0);
    mockDashboard(({ date_from }) => {
        expect.step(date_from);
        return makePayload({ timezone: "Asia/Tokyo" });
    });
    await openDashboard();
    await waitFor(CARDS);
    await advanceTime(30 * 1000);
    expect.verifySteps(["2026-10-24", "2026-10-25"]);
    // Midnight in Tokyo.
    mockDate("2026-11-23 15:00:10", 0);
    await advanceTime(90 * 1000);
    expect.verifySteps(["2026-10-26"]);
});

test("the address is copied, or said", async () => {
    let isAllowed = true;
    patchWithCleanup(browser.navigator.clipboard, {
        writeText(text) {
            if (!isAllowed) {
                throw new Error("not allowed");
            }
            expect.step(text === browser.location.href);
        },
    });
    mockDashboard();
    await openDashboard();
    await waitFor(CARDS);
    await click(".o_sd_share");
    await animationFrame();
    expect(".o_notification:contains(Address copied)").toHaveCount(1);
    isAllowed = false;
    await press("s");
    await animationFrame();
    expect(".o_notification:contains(period=last_30_days)").toHaveCount(1);
    expect.verifySteps([true]);
});

test("wall mode: figures only; Escape leaves it", async () => {
    mockDashboard();
    await openDashboard();
    await waitFor(CARDS);
    await press("w");
    await animationFrame();
    expect(".o_sd_wall").toHaveCount(1);
    expect(".o_control_panel").toHaveCount(0);
    expect(".o_sd_toolbar").toHaveCount(0);
    expect(".o_sd_wall_head h1").toHaveText(/^Last 30 days · Oct 24/);
    expect(CARDS).toHaveCount(5);
    await advanceTime(1000);
    expect(getParams()).toEqual({ period: "last_30_days", wall: "1" });
    await press("Escape");
    await animationFrame();
    expect(".o_sd_wall").toHaveCount(0);
    expect(".o_control_panel").toHaveCount(1);
    if (queryFirst(".o_sd_toggle_wall")) {
        expect(".o_sd_toggle_wall").toBeFocused();
    }
    await advanceTime(1000);
    expect(getParams()).toEqual({ period: "last_30_days" });
});

test("wall mode by its address, live", async () => {
    let payload = makePayload();
    mockDashboard(() => payload);
    await openAddress({ period: "today", wall: "1", filters: '[{"filter":"my_orders"}]' });
    await waitFor(`.o_sd_wall ${CARDS}`);
    expect(".o_sd_wall_head h1").toHaveText(/My Orders$/);
    payload = makePayload({ overview: { total_orders: 413 } });
    MockServer.env["bus.bus"]._sendone(serverState.partnerId, "sale_dashboard/changed", {});
    await waitFor("[data-metric=total_orders] .o_sd_changed", { timeout: 2000 });
    await click(".o_sd_leave_wall");
    await animationFrame();
    expect(".o_sd_wall").toHaveCount(0);
});
