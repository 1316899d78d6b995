const { DateTime } = luxon;

export const PAYLOAD_DAY = "2026-11-22";

/** Name, revenue, orders; the same in the comparison, the change; the group. */
const CUSTOMERS = [
    ["Lumber Inc", 31240, 18, 25606, 15, 22, "champion"],
    ["Azure Interior", 24115, 31, 26212, 33, -8, "at_risk"],
    ["Deco Addict", 19880, 12, 0, 0, false, "promising"],
];

/**
 * An answer of `sale.dashboard.generate_dashboard_data`: thirty days up to today, of which
 * the last is not over.
 *
 * @param {Object} [values] replace whole keys
 * @param {Object} [values.overview] is merged into the figures
 * @returns {Object}
 */
export function makePayload({ overview = {}, ...values } = {}) {
    const last = DateTime.fromISO(PAYLOAD_DAY, { zone: "utc" });
    const periods = Array.from({ length: 30 }, (_, i) => {
        const day = last.minus({ days: 29 - i }).toISODate();
        return {
            period: day,
            date_from: day,
            date_to: day,
            revenue: 8000 + i * 10,
            order_count: 10 + (i % 3),
            new_customers: i % 4,
            created_orders: 15,
            converted_orders: 8 + (i % 5),
            conversion_rate: (100 * (8 + (i % 5))) / 15,
            partial: false,
            running: day === PAYLOAD_DAY,
            previous: {
                date_from: last.minus({ days: 59 - i }).toISODate(),
                date_to: last.minus({ days: 59 - i }).toISODate(),
                revenue: i ? 7000 + i * 10 : 0,
                order_count: i ? 9 : 0,
                new_customers: i ? 1 : 0,
                created_orders: i ? 14 : 0,
                converted_orders: i ? 7 : 0,
                conversion_rate: i ? 50 : 0,
            },
            change: i ? 14.3 : false,
        };
    });
    return {
        schema_version: 1,
        id: 12,
        overview: {
            total_revenue: 248310.25,
            total_orders: 412,
            average_order_value: 602.69,
            new_customers: 38,
            conversion_rate: 61.4,
            customer_count: 206,
            period_start: periods[0].period,
            period_end: PAYLOAD_DAY,
            previous: {
                total_revenue: 214270,
                total_orders: 383,
                average_order_value: 559.45,
                new_customers: 42,
                conversion_rate: 59.3,
            },
            change: {
                total_revenue: 15.886,
                total_orders: 7.572,
                average_order_value: 7.729,
                new_customers: -9.524,
                conversion_rate: 2.1,
            },
            ...overview,
        },
        top_customers: CUSTOMERS.map(([name, total_revenue, order_count, ...more], i) => ({
            id: i + 7,
            name,
            email: `${i}@example.com`,
            is_company: true,
            total_revenue,
            order_count,
            rank: i + 1,
            share: Math.round((total_revenue / 248310.25) * 1000) / 10,
            previous: { total_revenue: more[0], order_count: more[1] },
            change: more[2],
            lifetime: {
                revenue: total_revenue * 3,
                order_count: order_count * 3,
                first_order_date: "2024-03-05",
                last_order_date: "2026-11-20",
                average_gap_days: 18.25,
            },
            rfm: { recency: 5, frequency: 4, monetary: 3, group: more[3] },
        })),
        sales_by_period: periods,
        customer_segments: [
            makeSegment("High Value", 21, 144020, 22),
            makeSegment("Medium Value", 42, 67043, -3.5),
            makeSegment("Low Value", 143, 37247.25, false),
        ],
        hidden_customers: { total_revenue: 0, order_count: 0 },
        breakdowns: makeBreakdowns(),
        constant_currency: {
            revenue: 248310.25,
            change: 15.886,
            currency_effect: 0,
            rates: [],
        },
        metrics: [],
        comparison: {
            compare: "previous_period",
            date_from: "2026-09-24",
            date_to: "2026-10-23",
            start: "2026-09-23T22:00:00Z",
            end: "2026-10-23T09:42:07Z",
        },
        currency: "USD",
        currency_id: 1,
        company_id: 1,
        company_ids: [1],
        timezone: "Europe/Paris",
        period_type: "daily",
        measure: "untaxed",
        currency_factors: {},
        currency_rounding: 0.01,
        generated_at: `${PAYLOAD_DAY}T10:42:07Z`,
        expires_at: `${PAYLOAD_DAY}T10:47:07Z`,
        duration_ms: 12,
        cache_info: { hit_ratio: 0, size: 1, hits: 0, misses: 1 },
        warnings: [],
        errors: {},
        ...values,
    };
}

/**
 * A row of a breakdown.
 *
 * @param {string} key
 * @param {Object} values
 */
export function makeRow(key, values) {
    return {
        key,
        id: Number(key) || false,
        name: "",
        revenue: 0,
        order_count: 0,
        customer_count: 0,
        quantity: 0,
        share: 0,
        rank: 1,
        previous: false,
        change: false,
        ...values,
    };
}

/** What `load_breakdown` answers for products. */
export function makeProducts() {
    const previous = { revenue: 90000, order_count: 40 };
    return [
        makeRow("31", {
            name: "Large Cabinet",
            revenue: 99000,
            order_count: 44,
            quantity: 120.5,
            share: 39.9,
            previous,
            change: 10,
        }),
        makeRow("", {
            revenue: 1000,
            order_count: 2,
            quantity: 2,
            share: 0.4,
            previous,
            change: -98.9,
        }),
        makeRow("other", { revenue: 148310.25, share: 59.7 }),
    ];
}

function makeBreakdowns() {
    const previous = { revenue: 100000, order_count: 150 };
    const nothing = { revenue: 0, order_count: 0 };
    return {
        user: [
            makeRow("5", {
                name: "Marc Demo",
                revenue: 120000,
                order_count: 200,
                share: 48.3,
                previous,
                change: 20,
            }),
            makeRow("6", { revenue: 90000, order_count: 150, share: 36.2, previous: nothing }),
            makeRow("", {
                revenue: 38310.25,
                order_count: 62,
                share: 15.4,
                previous,
                change: -61.7,
            }),
        ],
        team: [
            makeRow("1", {
                name: "Europe",
                revenue: 248310.25,
                order_count: 412,
                share: 100,
                previous,
                change: 148.3,
            }),
        ],
        country: [],
        customer_type: [
            makeRow("new", {
                revenue: 50000,
                order_count: 60,
                customer_count: 38,
                share: 20.1,
                previous,
                change: -50,
            }),
            makeRow("returning", {
                revenue: 198310.25,
                order_count: 352,
                customer_count: 168,
                share: 79.9,
                previous,
                change: 98.3,
            }),
        ],
        rfm_group: [
            makeRow("champion", {
                revenue: 150000,
                order_count: 250,
                customer_count: 40,
                share: 60.4,
            }),
        ],
        quotation: [
            makeRow("open", { revenue: 45000, order_count: 12 }),
            makeRow("expiring", { revenue: 8000, order_count: 3 }),
            makeRow("expired", { revenue: 0, order_count: 0 }),
        ],
        bridge: [
            makeRow("new", { revenue: 22000 }),
            makeRow("returning", { revenue: 31000.25 }),
            makeRow("lost", { revenue: -25000 }),
            makeRow("volume", { revenue: -2960 }),
            makeRow("size", { revenue: 9000 }),
            makeRow("currency", { revenue: 0 }),
        ],
    };
}

/** What a payload holds where nothing is compared. */
export function makePayloadWithoutComparison() {
    const payload = makePayload({
        overview: { previous: false, change: false },
        comparison: false,
        constant_currency: false,
    });
    delete payload.breakdowns.bridge;
    const rows = [
        ...payload.sales_by_period,
        ...payload.top_customers,
        ...payload.customer_segments,
        ...Object.values(payload.breakdowns).flat(),
    ];
    for (const row of rows) {
        Object.assign(row, { previous: false, change: false });
    }
    return payload;
}

/** What `get_targets` answers. */
export function makeTargets(values) {
    const days = { total: 21, gone: 15, remaining: 6 };
    return {
        month: "2026-11",
        status: "running",
        date_from: "2026-11-01",
        date_to: PAYLOAD_DAY,
        currency: "USD",
        currency_id: 1,
        timezone: "Europe/Paris",
        partial: false,
        working_days: days,
        targets: [],
        projection: {
            status: "projected",
            expected: 250000,
            low: 230000,
            high: 280000,
            base: 200000,
            as_of: "2026-11-20",
            error: 6.25,
            covered: 10,
            tested: 12,
            months: 12,
        },
        suggestions: [],
        ...values,
    };
}

/**
 * @param {Object} [values]
 */
export function makeTarget(values) {
    return {
        id: 1,
        kind: "team",
        res_id: 1,
        name: "Europe",
        company_id: 1,
        amount: 100000,
        reached: 62000,
        share: 62,
        expected_share: 71.4,
        status: "behind",
        remaining: 38000,
        needed_per_day: 6333.33,
        working_days: { total: 21, gone: 15, remaining: 6 },
        partial: false,
        projection: {
            status: "not_enough_history",
            reason: "too_few_months",
            months: 3,
            months_needed: 6,
        },
        ...values,
    };
}

/** What `reconcile` answers. */
export function makeReconciliation(values) {
    const drill_down = { model: "sale.order", domain: [["id", "in", [1]]], context: {} };
    return {
        date_from: "2026-10-24",
        date_to: PAYLOAD_DAY,
        timezone: "Europe/Paris",
        measure: "untaxed",
        currency: "USD",
        currency_id: 1,
        currency_rounding: 0.01,
        company_ids: [1],
        totals: {
            ours: 248310.25,
            order_list: 248310.25,
            sales_analysis: 248110.24,
            plain_sum: 251000,
            plain_sum_currency: 249000,
        },
        counts: { ours: 412, order_list: 412, sales_analysis: 411 },
        difference: 200.01,
        unexplained: 0,
        stale: false,
        causes: [
            {
                cause: "no_product_line",
                label: "No product line",
                help: "Sales Analysis reports product lines only.",
                amount: 200,
                order_count: 1,
                drill_down: { ...drill_down, complete: true },
            },
            {
                cause: "currency_rounding",
                label: "Currency rounding",
                help: "Sales Analysis does not round.",
                amount: 0.01,
                order_count: 7,
                drill_down: { ...drill_down, complete: false },
            },
        ],
        orders: [],
        order_count: 8,
        limit: 0,
        notes: ["Sales Analysis: “Untaxed Total”."],
        ...values,
    };
}

/**
 * @param {string} segment_name
 * @param {number} customer_count
 * @param {number} total_revenue
 * @param {number | false} [change]
 */
export function makeSegment(segment_name, customer_count, total_revenue, change = false) {
    return {
        segment_name,
        customer_count,
        total_revenue,
        average_revenue_per_customer: total_revenue / customer_count,
        top_customers: [],
        previous: { customer_count, total_revenue },
        change,
    };
}

/** The answer where nothing was sold. */
export function makeEmptyPayload() {
    const payload = makePayload({
        overview: {
            total_revenue: 0,
            total_orders: 0,
            average_order_value: 0,
            new_customers: 0,
            conversion_rate: 0,
            customer_count: 0,
        },
        top_customers: [],
        customer_segments: [],
    });
    const { quotation } = payload.breakdowns;
    payload.breakdowns = { quotation };
    for (const bucket of payload.sales_by_period) {
        Object.assign(bucket, {
            revenue: 0,
            order_count: 0,
            new_customers: 0,
            created_orders: 0,
            converted_orders: 0,
            conversion_rate: 0,
        });
    }
    return payload;
}

/** The answer where the core section failed, which shares one pass. */
export function makeFailedPayload(sentence) {
    return makePayload({
        overview: {
            total_revenue: false,
            total_orders: false,
            average_order_value: false,
            new_customers: false,
            customer_count: false,
            previous: {
                total_revenue: false,
                total_orders: false,
                average_order_value: false,
                new_customers: false,
                conversion_rate: 59.3,
            },
        },
        top_customers: [],
        sales_by_period: [],
        customer_segments: [],
        breakdowns: { quotation: makeBreakdowns().quotation },
        errors: Object.fromEntries(
            ["core", "new_customers", "lifetime", "rfm", "bridge", "health"].map((section) => [
                section,
                sentence,
            ])
        ),
    });
}
