import { expect, test } from "@odoo/hoot";
import { click, press, queryAll, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { ChoiceMenu } from "@sale_dashboard/dashboard/choice_menu/choice_menu";
import { EmptyState } from "@sale_dashboard/dashboard/empty_state/empty_state";
import { Failure } from "@sale_dashboard/dashboard/failure/failure";
import { MetricCard } from "@sale_dashboard/dashboard/metric_card/metric_card";
import { Segments } from "@sale_dashboard/dashboard/segments/segments";
import { Skeleton } from "@sale_dashboard/dashboard/skeleton/skeleton";
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
    expect(".o_sd_card_value").toHaveAttribute("title", "$ 248,310.25");
    expect(".o_sd_card_value").toHaveClass("o_sd_changed");
    expect("button.o_sd_card").toHaveAttribute("data-tooltip", "Confirmed orders.");
    await click("button.o_sd_card");
    queryFirst("button.o_sd_card").focus();
    await press("Enter");
    expect.verifySteps(["open", "open"]);
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
    expect(queryAllTexts("tbody tr:first td")).toEqual(["Lumber Inc", "$ 31,240", "18", "12.6%"]);
    expect("tbody tr:first .o_sd_bar").toHaveStyle({ width: "100%" }, { inline: true });
    expect("tbody tr:first img").toHaveAttribute("data-src", "/web/image/res.partner/7/avatar_128");
    expect("[data-customer='8'] .o_sd_changed").toHaveCount(1);
    expect(".o_sd_changed").toHaveCount(1);
    await click("[data-customer='8'] .o_sd_number:first");
    await click("[data-customer='9'] button");
    expect.verifySteps([8, 9]);
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

test("Segments: one bar, and its words", async () => {
    await mountWithCleanup(Segments, {
        props: {
            rows: makePayload().customer_segments,
            changed: ["Low Value"],
            currencyId: 1,
            onOpen: (row) => expect.step(row.segment_name),
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
    ]);
    expect("[data-segment='Low Value'] .o_sd_changed").toHaveCount(1);
    await click("[data-segment='High Value'] button");
    await click("[data-segment='Low Value']");
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
    expect("[data-segment='High Value'] .o_sd_muted").toHaveText("1 customer");
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
    expect(".o_sd_panel").toHaveCount(3);
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
