import { _t } from "@web/core/l10n/translation";
import { formatAmount, formatBucket, formatCount, formatExactAmount } from "../format";

/**
 * @param {Object} bucket
 * @returns {string} why the bucket holds less than a whole one
 */
function getNote(bucket) {
    if (bucket.running) {
        return _t("Not over yet");
    }
    return bucket.partial ? _t("Cut by the chosen period") : "";
}

/**
 * @returns {Object | null} the bucket's counterpart; null beyond the comparison's end
 */
function describePrevious({ previous }, { currencyId, periodType }) {
    if (!previous) {
        return null;
    }
    // Its days name it: it may begin in the middle of a week or month.
    const bucket = { ...previous, period: previous.date_from, partial: true };
    return {
        label: formatBucket(bucket, periodType),
        // Most are never asked for.
        get exact() {
            return formatExactAmount(previous.revenue, currencyId);
        },
        revenue: formatAmount(previous.revenue, currencyId),
        orders: formatCount(previous.order_count),
    };
}

/**
 * A bucket in words and numbers, for the tooltip, the keyboard and the table.
 *
 * @param {Object} bucket
 * @param {{ currencyId: number, periodType: "daily" | "weekly" | "monthly" }} options
 * @returns {Object}
 */
export function describeBucket(bucket, options) {
    const { currencyId, periodType } = options;
    return {
        bucket,
        label: formatBucket(bucket, periodType),
        get exact() {
            return formatExactAmount(bucket.revenue, currencyId);
        },
        revenue: formatAmount(bucket.revenue, currencyId),
        orders: formatCount(bucket.order_count),
        note: getNote(bucket),
        change: bucket.change ?? false,
        previous: describePrevious(bucket, options),
    };
}
