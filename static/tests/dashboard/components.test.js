import { expect, test } from "@odoo/hoot";
import { click, hover, press, queryAll, queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { Change } from "@sale_dashboard/dashboard/change/change";
import { ChoiceMenu } from "@sale_dashboard/dashboard/choice_menu/choice_menu";
import { EmptyState } from "@sale_dashboard/dashboard/empty_state/empty_state";
import { Failure } from "@sale_dashboard/dashboard/failure/failure";
import { MetricCard } from "@sale_dashboard/dashboard/metric_card/metric_card";
import { Segments } from "@sale_dashboard/dashboard/segments/segments";
import { Skeleton } from "@sale_dashboard/dashboard/skeleton/skeleton";
import { Sparkline } from "@sale_dashboard/dashboard/sparkline/sparkline";
import { StatusStrip } from "@sale_dashboard/dashboard/status_strip/status_strip";
import { TopCustomers } from "@sale_dashboard/dashboard/top_customers/top_customers";
import { setupDashboardTests } from "../helpers/dashboard";
import { makePayload, makeSegment } from "../helpers/payload";

setupDashboardTests();

const step = (name) => () => expect.step(name);

test("ChoiceMenu: shows the choice, selects another, not an impossible one", async () => {
    await mountWithCleanup(ChoiceMenu, {
        props: {
            label: "Granularity",
            options: [
                { id: "auto", label: "Auto" },
                { id: "daily", label: "Day", isDisabled: true, hint: "Too long" },
                { id: "weekly", label: "Week" },
            ],
            value: "auto",
            onSelect: (id) => expect.step(id),
        },
    });
    expect("button").toHaveText("Auto");
    expect("button").toHaveAttribute("aria-label", "Granularity: Auto");
    await click("button");
    await animationFrame();
    expect(queryAllTexts("[role=option]")).toEqual(["Auto", "Day", "Week"]);
    expect("[data-value=auto]").toHaveAttribute("aria-checked", "true");
    expect("[data-value=daily]").toHaveAttribute("aria-disabled", "true");
    expect("[data-value=daily]").toHaveAttribute("data-tooltip", "Too long");
    await click("[data-value=weekly]");
    await animationFrame();
    await click("button");
    await animationFrame();
    await click("[data-value=daily]");
    await animationFrame();
    expect.verifySteps(["weekly"]);
});

test("ChoiceMenu: by keyboard", async () => {
    await mountWithCleanup(ChoiceMenu, {
        props: {
            label: "Amounts",
            options: [
                { id: "untaxed", label: "Untaxed" },
                { id: "total", label: "With taxes" },
            ],
            value: "untaxed",
            onSelect: (id) => expect.step(id),
        },
    });
    queryFirst("button").focus();
    await press("Enter");
    await animationFrame();
    await press("ArrowDown");
    await press("ArrowDown");
    await animationFrame();
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["total"]);
    expect("[role=option]").toHaveCount(0);
    expect("button").toBeFocused();
});

test("MetricCard: a figure opens its records, by click and by key", async () => {
    await mountWithCleanup(MetricCard, {
        props: {
            name: "total_revenue",
            label: "Revenue",
            value: "$ 248,310",
            exactValue: "$ 248,310.25",
            definition: "Confirmed orders.",
            isChanged: true,
            onOpen: step("open"),
            onRetry: step("retry"),
        },
    });
    expect(".o_sd_card_label").toHaveText("Revenue");
    expect(".o_sd_card_value").toHaveText("$ 248,310");
    expect(".o_sd_card_value").toHaveClass("o_sd_changed");
    await click("button.o_sd_card");
    queryFirst("button.o_sd_card").focus();
    await press("Enter");
    expect.verifySteps(["open", "open"]);
});

function makeCardProps(props) {
    return {
        name: "total_revenue",
        label: "Revenue",
        value: "$ 248,310",
        exactValue: "$ 248,310.25",
        definition: "Confirmed orders.",
        comparison: {
            change: 15.9,
            text: "more than $ 214,270",
            exactText: "Before: $ 214,270.50",
        },
        onOpen: step("open"),
        onRetry: step("retry"),
        ...props,
    };
}

test.tags("desktop");
test("MetricCard: the tooltip tells the exact figures and the definition", async () => {
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(MetricCard, { props: makeCardProps() });
    await hover("button.o_sd_card");
    await advanceTime(600);
    await animationFrame();
    expect(queryAllTexts(".o-tooltip .o_sd_card_tooltip > *")).toEqual([
        "$ 248,310.25",
        "Before: $ 214,270.50",
        "Confirmed orders.",
    ]);
});

test("MetricCard: the keyboard gets the tooltip too, and closes it with Escape", async () => {
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(MetricCard, {
        props: makeCardProps({ comparison: undefined, exactValue: undefined }),
    });
    await press("Tab");
    await waitFor(".o-tooltip");
    expect("button.o_sd_card").toBeFocused();
    expect(queryAllTexts(".o-tooltip .o_sd_card_tooltip > *")).toEqual(["Confirmed orders."]);
    await press("Escape");
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
    expect("button.o_sd_card").toBeFocused();
    queryFirst("button.o_sd_card").blur();
    queryFirst("button.o_sd_card").focus();
    await waitFor(".o-tooltip");
    await press("Enter");
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
    expect.verifySteps(["open"]);
});

test("MetricCard: a change by sign, shape and word, and the shape over time", async () => {
    const cards = [
        [{ change: 15.886, text: "more than $ 214,270" }, "▲+15.9%more than $ 214,270", "up"],
        [{ change: -9.5, text: "fewer than 42" }, "▼−9.5%fewer than 42", "down"],
        [{ change: 0, text: "same as 42" }, "=0%same as 42", "same"],
        [{ change: 2.1, unit: "points", text: "better than 59%" }, "▲+2.1 ptbetter than 59%", "up"],
        [
            { change: false, undefinedText: "new", text: "nothing before" },
            "newnothing before",
            "undefined",
        ],
    ];
    for (const [comparison] of cards) {
        await mountWithCleanup(MetricCard, {
            props: {
                name: "x",
                label: "Revenue",
                value: "1",
                definition: "",
                comparison,
                sparkline: { values: [1, 3, null, 2], isRunning: true },
                onOpen: () => {},
                onRetry: () => {},
            },
        });
    }
    expect(queryAllTexts(".o_sd_card_change")).toEqual(cards.map(([, text]) => text));
    expect(queryAll(".o_sd_change").map((el) => el.dataset.direction)).toEqual(
        cards.map(([, , direction]) => direction)
    );
    expect(".o_sd_sparkline:first polyline").toHaveCount(2);
    expect(".o_sd_sparkline:first polyline.o_sd_running").toHaveCount(1);
});

test("Sparkline: two values are no shape, equal ones a level line", async () => {
    await mountWithCleanup(Sparkline, { props: { values: [1, 2] } });
    await mountWithCleanup(Sparkline, { props: { values: [0, 0, 0] } });
    expect("polyline").toHaveCount(0);
    await mountWithCleanup(Sparkline, { props: { values: [5, 5, 5] } });
    expect("polyline").toHaveAttribute("points", "3.0,15.0 42.0,15.0 81.0,15.0");
});

test("Change: not judged where nobody knows whether more is better", async () => {
    await mountWithCleanup(Change, { props: { change: 5, isJudged: false } });
    expect(".o_sd_change").not.toHaveClass("o_sd_judged");
    expect(".o_sd_change").toHaveText("▲+5%");
});

test("MetricCard: a failed figure is no zero and can be tried again", async () => {
    await mountWithCleanup(MetricCard, {
        props: {
            name: "conversion_rate",
            label: "Conversion",
            definition: "Share.",
            error: "Conversion failed.",
            onOpen: step("open"),
            onRetry: step("retry"),
        },
    });
    expect(".o_sd_card_value").toHaveCount(0);
    expect(".o_sd_card_failed").toHaveAttribute("aria-label", "Conversion");
    expect(".o_sd_card_error").toHaveText("Conversion failed.");
    await click(".o_sd_card_failed");
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});

function makeCustomerProps(props) {
    return {
        rows: makePayload().top_customers,
        currencyId: 1,
        customerCount: 206,
        onOpen: (row) => expect.step(row.id),
        onRetry: step("retry"),
        ...props,
    };
}

test("TopCustomers: rows with avatar, bar, orders and share; each opens its orders", async () => {
    await mountWithCleanup(TopCustomers, { props: makeCustomerProps({ changed: [8] }) });
    expect(".o_sd_sentence").toHaveText("3 of 206, together 30.3% of revenue");
    expect(queryAllTexts("tbody tr:first td")).toEqual([
        "Lumber Inc",
        "$ 31,240",
        "18",
        "12.6%",
        "$ 93,720",
        "Champion",
    ]);
    expect("tbody tr:first .o_sd_lifetime").toHaveAttribute(
        "data-tooltip",
        "$\u00a093,720.00 in 54 orders from Mar 5, 2024 to Nov 20, 2026, every 18.25 days on average"
    );
    expect("tbody tr:first .o_sd_tag").toHaveAttribute(
        "data-tooltip",
        "In this period: recency 5, frequency 4, revenue 3 (5 is the best)"
    );
    expect("tbody tr:first .o_sd_bar").toHaveStyle({ width: "100%" }, { inline: true });
    expect("tbody tr:first img").toHaveAttribute("data-src", "/web/image/res.partner/7/avatar_128");
    expect("[data-customer='8'] .o_sd_changed").toHaveCount(1);
    expect(".o_sd_changed").toHaveCount(1);
    await click("[data-customer='8'] .o_sd_number:first");
    await click("[data-customer='9'] button");
    expect.verifySteps([8, 9]);
});

test("TopCustomers: compared, with who is new and who is back", async () => {
    const rows = makePayload().top_customers;
    rows.push({ ...rows[2], id: 10, lifetime: { ...rows[2].lifetime, order_count: 12 } });
    await mountWithCleanup(TopCustomers, { props: makeCustomerProps({ rows, isCompared: true }) });
    expect(queryAllTexts(".o_sd_change")).toEqual(["▲+22%", "▼−8%", "back", "new"]);
    expect("tbody tr:first .o_sd_change").toHaveAttribute("title", "Before: $\u00a025,606.00");
});

test("TopCustomers: customers the viewer may not see are one row", async () => {
    await mountWithCleanup(TopCustomers, {
        props: makeCustomerProps({
            hidden: { total_revenue: 1200, order_count: 3 },
            onOpenHidden: step("hidden"),
        }),
    });
    expect(queryAllTexts(".o_sd_hidden_customers td").slice(0, 3)).toEqual([
        "Customers you may not see",
        "$ 1,200",
        "3",
    ]);
    await click(".o_sd_hidden_customers button");
    expect.verifySteps(["hidden"]);
});

test("TopCustomers: a failed column fails in its place", async () => {
    const rows = makePayload().top_customers.map((row) => ({
        ...row,
        lifetime: false,
        rfm: false,
    }));
    await mountWithCleanup(TopCustomers, {
        props: makeCustomerProps({
            rows,
            lifetimeError: "No lifetimes.",
            rfmError: "No groups.",
        }),
    });
    expect(queryAllTexts("[role=alert] b")).toEqual([
        "Lifetime: No lifetimes.",
        "Customer groups: No groups.",
    ]);
    expect("tbody tr").toHaveCount(3);
    expect("tbody tr:first .o_sd_lifetime").toHaveText("–");
    expect(".o_sd_tag").toHaveCount(0);
    await click(".o_sd_retry:first");
    expect.verifySteps(["retry"]);
});

test("TopCustomers: one customer, all customers, negative revenue", async () => {
    const [row] = makePayload().top_customers;
    const component = await mountWithCleanup(TopCustomers, {
        props: makeCustomerProps({
            rows: [{ ...row, total_revenue: -30, share: 100 }],
            customerCount: 1,
        }),
    });
    expect(".o_sd_sentence").toHaveText("One customer brings all the revenue");
    expect(".o_sd_bar").toHaveStyle({ width: "0%" }, { inline: true });
    expect(".o_sd_bar_text").toHaveText("$ -30.00");
    component.props.customerCount = 3;
    component.props.rows = makePayload().top_customers;
    expect(component.sentence.toString()).toBe("All 3 customers of the period");
});

test("TopCustomers: a failed section says so in its place", async () => {
    await mountWithCleanup(TopCustomers, {
        props: makeCustomerProps({ rows: [], customerCount: false, error: "It failed." }),
    });
    expect("h2").toHaveText("Top customers");
    expect("[role=alert]").toHaveText(/It failed\./);
    expect("table").toHaveCount(0);
    await click(".o_sd_retry");
    expect.verifySteps(["retry"]);
});

test("TopCustomers: sorted by any column, what has no value last", async () => {
    const rows = makePayload().top_customers;
    rows[1].rfm = false;
    await mountWithCleanup(TopCustomers, { props: makeCustomerProps({ rows, isCompared: true }) });
    const names = () => queryAllTexts("tbody .o_sd_row_button");
    const sorted = () =>
        queryAll("th[aria-sort]").map((th) => [th.textContent.trim(), th.ariaSort]);
    expect(names()).toEqual(["Lumber Inc", "Azure Interior", "Deco Addict"]);
    expect(sorted()).toEqual([["Revenue", "descending"]]);
    await click("[data-sort=revenue]");
    await animationFrame();
    expect(names()).toEqual(["Deco Addict", "Azure Interior", "Lumber Inc"]);
    expect(sorted()).toEqual([["Revenue", "ascending"]]);
    await click("[data-sort=orders]");
    await animationFrame();
    expect(names()).toEqual(["Azure Interior", "Lumber Inc", "Deco Addict"]);
    await click("[data-sort=name]");
    await animationFrame();
    expect(names()).toEqual(["Azure Interior", "Deco Addict", "Lumber Inc"]);
    expect(sorted()).toEqual([["Customer", "ascending"]]);
    await click("[data-sort=change]");
    await animationFrame();
    expect(names()).toEqual(["Lumber Inc", "Azure Interior", "Deco Addict"]);
    await click("[data-sort=change]");
    await animationFrame();
    expect(names()).toEqual(["Azure Interior", "Lumber Inc", "Deco Addict"]);
    await click("[data-sort=group]");
    await animationFrame();
    expect(names()).toEqual(["Lumber Inc", "Deco Addict", "Azure Interior"]);
    queryFirst("[data-sort=lifetime]").focus();
    await press("Enter");
    await animationFrame();
    expect(names()).toEqual(["Lumber Inc", "Azure Interior", "Deco Addict"]);
    expect("[data-sort=lifetime]").toBeFocused();
});

test("TopCustomers: one customer filters the dashboard, where that is possible", async () => {
    await mountWithCleanup(TopCustomers, { props: makeCustomerProps() });
    expect(".o_sd_filter").toHaveCount(0);
    await mountWithCleanup(TopCustomers, {
        props: makeCustomerProps({
            filterBy: (filter) => expect.step(filter),
            hidden: { total_revenue: 1200, order_count: 3 },
            onOpenHidden: step("hidden"),
        }),
    });
    expect(".o_sd_filter").toHaveCount(3);
    expect(".o_sd_filter:first").toHaveAttribute("aria-label", "Show only Lumber Inc");
    await click("[data-customer='8'] .o_sd_filter");
    expect.verifySteps([{ field: "partner_id", ids: [8], label: "Azure Interior" }]);
});

test("Segments: one bar, and its words", async () => {
    await mountWithCleanup(Segments, {
        props: {
            rows: makePayload().customer_segments,
            changed: ["Low Value"],
            currencyId: 1,
            isCompared: true,
            onOpen: (row) => expect.step(row.key),
            onRetry: step("retry"),
        },
    });
    expect(".o_sd_sentence").toHaveText("10.2% of customers bring 58% of revenue");
    expect(queryAllTexts(".o_sd_stack_part")).toEqual(["58%", "27%", "15%"]);
    expect(queryAllTexts(".o_sd_legend li:first > *")).toEqual([
        "",
        "High Value",
        "21 customers",
        "$ 144,020",
        "▲+22%",
    ]);
    expect("[data-key='Low Value'] .o_sd_change").toHaveText("–");
    expect("[data-key='Low Value'] .o_sd_changed").toHaveCount(1);
    await click("[data-key='High Value'] button");
    await click("[data-key='Low Value']");
    expect.verifySteps(["High Value", "Low Value"]);
});

test("Segments: a narrow part has no label, a single customer is one", async () => {
    await mountWithCleanup(Segments, {
        props: {
            rows: [makeSegment("High Value", 1, 9500), makeSegment("Low Value", 3, 500)],
            currencyId: 1,
            onOpen: () => {},
            onRetry: () => {},
        },
    });
    expect(queryAllTexts(".o_sd_stack_part")).toEqual(["95%", ""]);
    expect("[data-key='High Value'] .o_sd_muted").toHaveText("1 customer");
    expect(".o_sd_change").toHaveCount(0);
});

test("StatusStrip: live, loading, offline, failed", async () => {
    const states = [
        [{}, "live", "Live"],
        [{ isLoading: true }, "loading", "Updating…"],
        [{ isLoading: true, asOf: "" }, "loading", "Updating…"],
        [{ asOf: "" }, "none", ""],
        [{ isConnected: false }, "offline", "Not live"],
        [{ error: "No." }, "failed", "Not updated"],
    ];
    for (const [props] of states) {
        await mountWithCleanup(StatusStrip, {
            props: {
                asOf: "10:42:07",
                isConnected: true,
                isLoading: false,
                onRefresh: step("refresh"),
                ...props,
            },
        });
    }
    const strips = queryAll(".o_sd_status");
    expect(strips.map((strip) => strip.dataset.status)).toEqual(states.map(([, name]) => name));
    expect(queryAllTexts(".o_sd_status_word")).toEqual(states.map(([, , word]) => word));
    expect(".o_sd_status_time").toHaveCount(4);
    expect(".o_sd_status_time:first").toHaveText("as of 10:42:07");
    await click(".o_sd_refresh:first");
    expect(".o_sd_refresh:eq(1)").not.toBeEnabled();
    expect.verifySteps(["refresh"]);
});

test("Skeleton: the final shape, said to be loading", async () => {
    await mountWithCleanup(Skeleton);
    expect("[role=status]").toHaveText(/Loading the figures…/);
    expect(".o_sd_cards .o_sd_card").toHaveCount(5);
    expect(".o_sd_panel").toHaveCount(4);
    expect(".o_sd_ghost_change").toHaveCount(5);
    await mountWithCleanup(Skeleton, { props: { isCompared: false } });
    expect(".o_sd_ghost_change").toHaveCount(5);
});

test("EmptyState: what to do next", async () => {
    await mountWithCleanup(EmptyState, {
        props: {
            canWiden: true,
            range: { date_from: "2026-11-22", date_to: "2026-11-22" },
            onCreate: step("create"),
            onWiden: step("widen"),
        },
    });
    expect(".o_sd_empty").toHaveText(/Nov 22, 2026/);
    await click(".o_sd_widen");
    await click(".o_sd_create");
    expect.verifySteps(["widen", "create"]);
});

test("EmptyState: no wider period where it is wide already", async () => {
    await mountWithCleanup(EmptyState, {
        props: {
            canWiden: false,
            range: { date_from: "2025-11-22", date_to: "2026-11-22" },
            onCreate: () => {},
            onWiden: () => {},
        },
    });
    expect(".o_sd_widen").toHaveCount(0);
});

test("Failure: instead of the figures, and above the former ones", async () => {
    await mountWithCleanup(Failure, { props: { error: "No server.", onRetry: step("page") } });
    expect(".o_sd_failure[role=alert]").toHaveText(/No server\./);
    await click(".o_sd_failure .o_sd_retry");
    await mountWithCleanup(Failure, {
        props: {
            error: "No server.",
            consequence: "These are old.",
            isStrip: true,
            onRetry: step("strip"),
        },
    });
    expect(".o_sd_strip[role=alert]").toHaveText(/No server\.\s*These are old\./);
    await click(".o_sd_strip .o_sd_retry");
    expect.verifySteps(["page", "strip"]);
});
