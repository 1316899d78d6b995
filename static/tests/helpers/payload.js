const { DateTime } = luxon;

export const PAYLOAD_DAY = "2026-11-22";

const CUSTOMERS = [
    ["Lumber Inc", 31240, 18],
    ["Azure Interior", 24115, 31],
    ["Deco Addict", 19880, 12],
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
            partial: false,
            running: day === PAYLOAD_DAY,
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
            ...overview,
        },
        top_customers: CUSTOMERS.map(([name, total_revenue, order_count], i) => ({
            id: i + 7,
            name,
            email: `${i}@example.com`,
            is_company: true,
            total_revenue,
            order_count,
            rank: i + 1,
            share: Math.round((total_revenue / 248310.25) * 1000) / 10,
        })),
        sales_by_period: periods,
        customer_segments: [
            makeSegment("High Value", 21, 144020),
            makeSegment("Medium Value", 42, 67043),
            makeSegment("Low Value", 143, 37247.25),
        ],
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
 * @param {string} segment_name
 * @param {number} customer_count
 * @param {number} total_revenue
 */
export function makeSegment(segment_name, customer_count, total_revenue) {
    return {
        segment_name,
        customer_count,
        total_revenue,
        average_revenue_per_customer: total_revenue / customer_count,
        top_customers: [],
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
    for (const bucket of payload.sales_by_period) {
        Object.assign(bucket, { revenue: 0, order_count: 0 });
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
        },
        top_customers: [],
        sales_by_period: [],
        customer_segments: [],
        errors: { core: sentence },
    });
}
