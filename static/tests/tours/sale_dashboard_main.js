import { queryAllTexts } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

const CARD = ".o_sd_card[data-metric]";
const FIGURES = [
    "total_revenue",
    "total_orders",
    "average_order_value",
    "new_customers",
    "conversion_rate",
];

/** Once the figures shown are of the period chosen last. */
function settled(content) {
    return {
        content,
        trigger: ".o_sd_page[aria-busy=false] .o_sd_figures:not(.o_sd_waiting)",
    };
}

function choosePreset(preset, label) {
    return [
        {
            content: "Open the periods",
            trigger: ".o_sd_period_button",
            run: "click",
        },
        {
            content: `Choose ${label}`,
            trigger: `.o_sd_period_menu [data-value=${preset}]`,
            run: "click",
        },
        {
            content: `${label} is chosen`,
            trigger: `.o_sd_period_preset:contains(${label})`,
        },
        settled(`The figures of ${label} are shown`),
    ];
}

/**
 * The whole dashboard in a database with orders in the last thirty days: figures, curve,
 * customers, segments, periods, and the orders behind a figure.
 */
registry.category("web_tour.tours").add("sale_dashboard_main", {
    url: "/odoo/sales-dashboard",
    steps: () => [
        {
            content: "Five figures, none of them empty or zero",
            trigger: `${CARD} .o_sd_card_value`,
            run() {
                // Other addons may add cards of their own.
                const figures = FIGURES.flatMap((name) =>
                    queryAllTexts(`.o_sd_card[data-metric=${name}] .o_sd_card_value`)
                );
                const empty = figures.filter((figure) => !/[1-9]/.test(figure));
                if (figures.length !== 5 || empty.length) {
                    throw new Error(`Expected five figures, got ${JSON.stringify(figures)}`);
                }
            },
        },
        {
            content: "Its own styles are loaded",
            trigger: ".o_sale_dashboard .o_sd_cards",
            run() {
                // Five cards in a row, each a grid's; without the sheet they are inline.
                const { display, gridTemplateColumns } = getComputedStyle(this.anchor);
                if (display !== "grid" || gridTemplateColumns.split(" ").length < 2) {
                    throw new Error(`The cards are laid out as ${display}`);
                }
            },
        },
        {
            content: "The curve is drawn",
            trigger: ".o_sd_revenue_chart canvas",
        },
        {
            content: "The customers are listed",
            trigger: ".o_sd_top_customers tbody tr",
        },
        {
            content: "The segments are listed",
            trigger: ".o_sd_segments [data-key='High Value']",
        },
        {
            content: "The figures are live",
            trigger: ".o_sd_status[data-status=live]",
        },
        {
            content: "The revenue is compared: by sign and shape",
            trigger: `${CARD}[data-metric=total_revenue] .o_sd_change[data-direction=up]:contains(+)`,
        },
        {
            content: "The reader is told with what",
            trigger: ".o_sd_compared:contains(Compared with)",
        },
        {
            content: "Why the revenue changed: from the one period to the other",
            trigger: ".o_sd_bridge:has([data-part=previous]):has([data-part=current])",
        },
        {
            content: "Open the comparisons",
            trigger: ".o_sd_chip:contains(vs previous period)",
            run: "click",
        },
        {
            content: "Compare with nothing",
            trigger: ".o_sd_menu [data-value=none]",
            run: "click",
        },
        {
            content: "Nothing is compared",
            trigger: ".o_sd_figures:not(:has(.o_sd_change)):not(:has(.o_sd_bridge))",
        },
        settled("The figures without a comparison are shown"),
        {
            content: "Open the comparisons again",
            trigger: ".o_sd_chip:contains(No comparison)",
            run: "click",
        },
        {
            content: "Compare with the previous period again",
            trigger: ".o_sd_menu [data-value=previous_period]",
            run: "click",
        },
        {
            content: "It is compared again",
            trigger: ".o_sd_figures:has(.o_sd_bridge)",
        },
        settled("The compared figures are shown"),
        {
            content: "Ask for the products",
            trigger: ".o_sd_tab[data-dimension=product]",
            run: "click",
        },
        {
            content: "They are read",
            trigger: ".o_sd_breakdown tr[data-key^='product:']",
        },
        {
            content: "Back to the salespeople",
            trigger: ".o_sd_tab[data-dimension=user]",
            run: "click",
        },
        {
            content: "Open the orders of the best",
            trigger: ".o_sd_breakdown tr[data-key^='user:']:first .o_sd_row_button",
            run: "click",
        },
        {
            content: "They are listed",
            trigger: ".o_list_view .o_data_row",
        },
        {
            content: "Come back from them",
            trigger: ".o_back_button, .breadcrumb-item:contains(Sales Dashboard) a",
            run: "click",
        },
        {
            content: "The salespeople are still there",
            trigger: ".o_sd_tab[data-dimension=user][aria-selected=true]",
        },
        {
            content: "The quotations are there",
            trigger: ".o_sd_quotations",
        },
        ...choosePreset("last_90_days", "Last 90 days"),
        {
            content: "Ninety days are shown by week",
            trigger: ".o_sd_revenue_chart h2:contains(Revenue by week)",
        },
        {
            content: "Step to the ninety days before",
            trigger: ".o_sd_period_previous",
            run: "click",
        },
        {
            content: "They have no name",
            trigger: ".o_sd_period_button:not(:has(.o_sd_period_preset))",
        },
        settled("The figures before are shown"),
        {
            content: "Step back",
            trigger: ".o_sd_period_next:enabled",
            run: "click",
        },
        {
            content: "The ninety days are chosen again",
            trigger: ".o_sd_period_preset:contains(Last 90 days)",
        },
        settled("The ninety days are shown again"),
        ...choosePreset("this_year", "This year"),
        {
            content: "Open the periods for a custom range",
            trigger: ".o_sd_period_button",
            run: "click",
        },
        {
            content: "Its first day",
            trigger: ".o_sd_date_from",
            run() {
                this.anchor.value = luxon.DateTime.now().minus({ days: 20 }).toFormat("MM/dd/yyyy");
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            content: "Take it",
            trigger: ".o_sd_apply_range",
            run: "click",
        },
        {
            content: "The custom range is chosen",
            trigger: ".o_sd_period_button:not(:has(.o_sd_period_preset))",
        },
        settled("The figures of the range are shown"),
        {
            content: "Choose months",
            trigger: ".o_sd_chip:contains(Auto)",
            run: "click",
        },
        {
            content: "By month",
            trigger: ".o_sd_menu [data-value=monthly]",
            run: "click",
        },
        {
            content: "The curve is by month",
            trigger: ".o_sd_revenue_chart h2:contains(Revenue by month)",
        },
        {
            content: "Refresh",
            trigger: ".o_sd_refresh:enabled",
            run: "click",
        },
        settled("The figures are shown anew"),
        {
            content: "Open the orders behind the revenue",
            trigger: `${CARD}[data-metric=total_revenue]`,
            run: "click",
        },
        {
            content: "They are listed",
            trigger: ".o_list_view .o_data_row",
        },
        {
            content: "Come back",
            trigger: ".o_back_button, .breadcrumb-item:contains(Sales Dashboard) a",
            run: "click",
        },
        {
            content: "The choice is still there",
            trigger: ".o_sd_revenue_chart h2:contains(Revenue by month)",
        },
        {
            content: "So are the figures",
            trigger: `${CARD} .o_sd_card_value`,
        },
    ],
});
