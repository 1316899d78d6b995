import { registry } from "@web/core/registry";

/**
 * A manager who doubts the revenue: Sales Analysis beside it, to the cent, and back.
 */
registry.category("web_tour.tours").add("sale_dashboard_proof", {
    url: "/odoo/sales-dashboard",
    steps: () => [
        {
            content: "Ask for the proof",
            trigger: ".o_sd_reconcile",
            run: "click",
        },
        {
            content: "Nothing is unexplained",
            trigger: ".o_sd_verdict[data-verdict=explained]:contains(0.00 unexplained)",
        },
        {
            content: "The totals stand side by side",
            trigger: ".o_sd_totals:has([data-total=ours]):has([data-total=sales_analysis])",
        },
        {
            content: "Close it",
            trigger: ".o_sd_dialog .btn-close",
            run: "click",
        },
        {
            content: "The dashboard is there",
            trigger: ".o_sale_dashboard:not(:has(.o_sd_reconciliation)) .o_sd_card[data-metric]",
        },
    ],
});
