import { registry } from "@web/core/registry";

/** Once the figures shown are of what was chosen last. */
const SETTLED = {
    content: "The figures are shown",
    trigger: ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)",
};
const facet = (label) => ({
    content: `Filtered by ${label}`,
    trigger: `.o_searchview_facet:contains(${label})`,
});
const NO_FACET = {
    content: "Not filtered",
    trigger: ".o_searchview:not(:has(.o_searchview_facet))",
};
const period = (label) => ({
    content: `The period is ${label}`,
    trigger: `.o_sd_period_preset:contains(${label})`,
});

function choosePeriod(preset, label) {
    return [
        { content: "Open the periods", trigger: ".o_sd_period_button", run: "click" },
        {
            content: `Choose ${label}`,
            trigger: `.o_sd_period_menu [data-value=${preset}]`,
            run: "click",
        },
        period(label),
        SETTLED,
    ];
}

function openFilters() {
    return {
        content: "Open the filters",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    };
}

function removeFacet() {
    return {
        content: "Remove the filter",
        trigger: ".o_facet_remove",
        run: "click",
    };
}

/** From the row of a group of customers to its facet, over a reload, and back. */
function filterByGroup(row, label, pattern) {
    return [
        { content: `Filter by ${label}`, trigger: `${row} .o_sd_filter`, run: "click" },
        facet(label),
        address(pattern),
        {
            content: "Its rows are of the filter",
            trigger: `${row.split(" ")[0]}:not(:has(.o_sd_filter))`,
        },
        SETTLED,
        {
            content: "Load the page again",
            trigger: "body",
            run: () => location.reload(),
            expectUnloadPage: true,
        },
        SETTLED,
        facet(label),
        removeFacet(),
        NO_FACET,
        SETTLED,
    ];
}

/** That the address says this, decoded. */
function address(pattern) {
    return {
        content: `The address says ${pattern}`,
        trigger: "body",
        async run() {
            for (let i = 0; i < 50; i++) {
                if (pattern.test(decodeURIComponent(location.search))) {
                    return;
                }
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            throw new Error(`The address is ${decodeURIComponent(location.search)}`);
        },
    };
}

/**
 * Filters, favorites and the address, in a database with orders of "Customer 4" and others
 * in the last thirty days and no favorite.
 */
registry.category("web_tour.tours").add("sale_dashboard_frame", {
    url: "/odoo/sales-dashboard",
    steps: () => [
        SETTLED,
        NO_FACET,
        address(/^\?period=last_30_days$/),
        {
            content: "Filter by a customer, from its row",
            trigger: ".o_sd_top_customers tr:contains(Customer 4) .o_sd_filter",
            run: "click",
        },
        facet("Customer 4"),
        SETTLED,
        {
            content: "Only that customer is left",
            trigger: ".o_sd_top_customers tbody:not(:has(tr:nth-child(2)))",
        },
        address(/"dashboard_customer_id","operator":"=","value":\d+/),
        removeFacet(),
        NO_FACET,
        SETTLED,
        ...filterByGroup(
            ".o_sd_segments [data-key='High Value']",
            "High Value",
            /"dashboard_segment","operator":"=","value":"High Value"/
        ),
        { content: "The customer groups", trigger: "[data-dimension=rfm_group]", run: "click" },
        ...filterByGroup(
            ".o_sd_breakdown [data-key^='rfm_group']:first",
            "Customer Group",
            /"dashboard_rfm_group","operator":"=","value":"/
        ),
        ...filterByGroup(
            ".o_sd_customer_types [data-key=new]",
            "New",
            /"dashboard_customer_type","operator":"=","value":"new"/
        ),
        { content: "The salespeople", trigger: "[data-dimension=user]", run: "click" },
        openFilters(),
        {
            content: "A filter of the view",
            trigger: ".o_search_bar_menu .o-dropdown-item:contains(Without Salesperson)",
            run: "click",
        },
        facet("Without Salesperson"),
        ...choosePeriod("last_90_days", "Last 90 days"),
        openFilters(),
        { content: "Save it", trigger: ".o_add_favorite", run: "click" },
        {
            content: "Name it",
            trigger: ".o_favorite_menu input[type=text]",
            run: "edit Ninety days",
        },
        { content: "Save it", trigger: ".o_save_favorite", run: "click" },
        facet("Ninety days"),
        {
            content: "Close the menu",
            trigger: ".o_control_panel_breadcrumbs",
            run: "click",
        },
        SETTLED,
        removeFacet(),
        NO_FACET,
        ...choosePeriod("this_year", "This year"),
        openFilters(),
        {
            content: "Choose the favorite",
            trigger: ".o_favorite_item:contains(Ninety days)",
            run: "click",
        },
        facet("Ninety days"),
        period("Last 90 days"),
        SETTLED,
        address(/^\?period=last_90_days&.*"favorite":\d+/),
        {
            content: "Load the page again",
            trigger: "body",
            run: () => location.reload(),
            expectUnloadPage: true,
        },
        SETTLED,
        facet("Ninety days"),
        period("Last 90 days"),
        { content: "Go back", trigger: "body", run: () => history.back() },
        period("This year"),
        NO_FACET,
        SETTLED,
        { content: "Go forward", trigger: "body", run: () => history.forward() },
        period("Last 90 days"),
        facet("Ninety days"),
        SETTLED,
        {
            content: "Open the orders behind the revenue",
            trigger: ".o_sd_card[data-metric=total_revenue]",
            run: "click",
        },
        { content: "They are listed", trigger: ".o_list_view .o_data_row" },
        { content: "Go back", trigger: "body", run: () => history.back() },
        period("Last 90 days"),
        facet("Ninety days"),
        SETTLED,
        address(/^\?period=last_90_days&.*"favorite":\d+/),
        { content: "Wall mode", trigger: ".o_sd_toggle_wall", run: "click" },
        { content: "The wall", trigger: ".o_sd_wall .o_sd_wall_head:contains(Ninety days)" },
        address(/wall=1/),
        { content: "Leave it", trigger: ".o_sd_leave_wall", run: "click" },
        { content: "The frame is back", trigger: ".o_sd_toolbar" },
        {
            content: "A link with garbage",
            trigger: "body",
            run: () =>
                location.assign("/odoo/sales-dashboard?period=never&measure=total&filters=[1]"),
            expectUnloadPage: true,
        },
        {
            content: "What was left out is said",
            trigger: ".o_notification:contains(period=never)",
        },
        period("Last 30 days"),
        { content: "What can be read is", trigger: ".o_sd_toolbar:contains(With taxes)" },
        SETTLED,
        {
            content: "The keys are shown",
            trigger: ".o_sd_help",
            run: "click",
        },
        { content: "They are", trigger: ".modal .o_sd_key_map" },
    ],
});
