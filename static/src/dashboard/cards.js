import { _t } from "@web/core/l10n/translation";
import { FIGURES } from "./dashboard_model";
import {
    formatAmount,
    formatCount,
    formatDayRange,
    formatExactAmount,
    formatNumber,
    formatPercent,
} from "./format";

/**
 * How each figure is called, shown and compared.
 *
 * kind: monetary, integer, float or rate; the words that follow a change: more and fewer of
 * what is counted, better and worse for a rate.
 */
const LABELS = {
    total_revenue: _t("Revenue"),
    total_orders: _t("Orders"),
    average_order_value: _t("Average order"),
    new_customers: _t("New customers"),
    conversion_rate: _t("Conversion"),
};
const KINDS = {
    total_revenue: "monetary",
    total_orders: "integer",
    average_order_value: "monetary",
    new_customers: "integer",
    conversion_rate: "rate",
};
const WORDS = {
    monetary: {
        more: (previous) => _t("more than %s", previous),
        less: (previous) => _t("less than %s", previous),
    },
    integer: {
        more: (previous) => _t("more than %s", previous),
        less: (previous) => _t("fewer than %s", previous),
    },
    float: {
        more: (previous) => _t("more than %s", previous),
        less: (previous) => _t("less than %s", previous),
    },
    rate: {
        more: (previous) => _t("better than %s", previous),
        less: (previous) => _t("worse than %s", previous),
    },
};
/** A figure by bucket; null where there is nothing to have a share or a mean of. */
const SPARKLINES = {
    total_revenue: ({ revenue }) => revenue,
    total_orders: ({ order_count }) => order_count,
    average_order_value: ({ order_count, revenue }) => (order_count ? revenue / order_count : null),
    new_customers: ({ new_customers }) => new_customers,
    conversion_rate: ({ conversion_rate, created_orders }) =>
        created_orders ? conversion_rate : null,
};

/**
 * @param {string} figure
 * @returns {string}
 */
export function getFigureLabel(figure) {
    return LABELS[figure].toString();
}

/**
 * @param {number} value
 * @param {"monetary" | "integer" | "float" | "rate"} kind
 * @param {number} currencyId
 * @returns {{ value: string, exactValue?: string }}
 */
function formatValue(value, kind, currencyId) {
    switch (kind) {
        case "monetary":
            return {
                value: formatAmount(value, currencyId),
                exactValue: formatExactAmount(value, currencyId),
            };
        case "rate":
            return { value: formatPercent(value) };
        case "float":
            return { value: formatNumber(value) };
        default:
            return { value: formatCount(value) };
    }
}

/**
 * A change, and in words what it is a change of. Without a base there is none: neither
 * 0 % nor infinity.
 */
function describeComparison({ change, isJudged, kind, previous, value }, currencyId) {
    const before = formatValue(previous, kind, currencyId);
    const comparison = {
        change,
        exactText: before.exactValue && _t("Before: %s", before.exactValue),
        isJudged,
        unit: kind === "rate" ? "points" : "percent",
    };
    if (change === false) {
        const isNew = value > 0 && kind !== "rate";
        return {
            ...comparison,
            undefinedText: isNew ? _t("new").toString() : "",
            text: isNew ? _t("nothing before") : _t("nothing to compare with"),
        };
    }
    if (!change) {
        return { ...comparison, text: _t("same as %s", before.value) };
    }
    return { ...comparison, text: WORDS[kind][change > 0 ? "more" : "less"](before.value) };
}

function getDefinition(figure, payload) {
    const bounds = {
        period: formatDayRange({
            date_from: payload.overview.period_start,
            date_to: payload.overview.period_end,
        }),
        timezone: payload.timezone,
    };
    switch (figure) {
        case "total_revenue":
            return payload.measure === "total"
                ? _t(
                      "Confirmed orders with taxes, each at its own exchange rate. %(period)s, days of %(timezone)s.",
                      bounds
                  )
                : _t(
                      "Confirmed orders without taxes, each at its own exchange rate. %(period)s, days of %(timezone)s.",
                      bounds
                  );
        case "total_orders":
            return _t(
                "Confirmed orders by their order date. %(period)s, days of %(timezone)s.",
                bounds
            );
        case "average_order_value":
            return _t("Revenue divided by orders. %(period)s, days of %(timezone)s.", bounds);
        case "new_customers":
            return _t(
                "Customers whose first confirmed order is in the period. %(period)s, days of %(timezone)s.",
                bounds
            );
        default:
            return _t(
                "Share of the orders created in the period that are confirmed by now. %(period)s, days of %(timezone)s.",
                bounds
            );
    }
}

function getSparkline(figure, buckets) {
    return {
        values: buckets.map(SPARKLINES[figure]),
        isRunning: buckets.at(-1)?.running,
    };
}

/**
 * Every figure of a payload as props of its card: ours, then those of other addons.
 *
 * @param {Object} payload
 * @param {(figure: string) => string | null} getError
 * @returns {Object[]}
 */
export function makeCards(payload, getError) {
    const { currency_id, overview } = payload;
    const cards = FIGURES.map((name) => {
        const card = {
            name,
            label: getFigureLabel(name),
            definition: getDefinition(name, payload),
            tile: name,
            error: getError(name),
        };
        if (card.error) {
            return card;
        }
        const value = overview[name];
        const kind = KINDS[name];
        return {
            ...card,
            ...formatValue(value, kind, currency_id),
            sparkline: getSparkline(name, payload.sales_by_period),
            comparison:
                overview.previous && overview.previous[name] !== false
                    ? describeComparison(
                          {
                              change: overview.change[name],
                              isJudged: true,
                              kind,
                              previous: overview.previous[name],
                              value,
                          },
                          currency_id
                      )
                    : undefined,
        };
    });
    const further = payload.metrics.map((metric) => ({
        name: metric.name,
        label: metric.label,
        definition: metric.help || metric.label,
        tile: "metrics",
        error: null,
        ...formatValue(metric.value, metric.kind, currency_id),
        comparison:
            metric.previous === false
                ? undefined
                : // Nobody has told whether more of it is better.
                  describeComparison({ ...metric, isJudged: false }, currency_id),
    }));
    return [...cards, ...further];
}
