import { getCurrency } from "@web/core/currency";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { nbsp } from "@web/core/utils/strings";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

const { DateTime, IANAZone, Interval } = luxon;

const WHOLE_AMOUNTS_FROM = 1e3;
const HUMAN_AMOUNTS_FROM = 1e8;
const LARGEST_CHANGE = 9999;
const MINUS = "\u2212";

/**
 * In a line from right to left a sign would end up on the wrong side of its number. A
 * currency stays where it stands without any sign.
 *
 * @param {string} text with a number
 * @param {string} [sign] that goes before it
 */
function setSign(text, sign = "") {
    return localization.direction === "rtl"
        ? text.replace(/\S*\d\S*/, (number) => `\u2066${sign}${number}\u2069`)
        : sign + text;
}

/** In UTC: a zone has its offset looked up for every day, which takes longer. */
const parseDay = (day) => DateTime.fromISO(day, { zone: "utc" });

/** Luxon keeps what it makes: to ask it each time whether it knows a zone takes longer. */
const getKnownZone = (zone) => (IANAZone.create(zone).isValid ? zone : DateTime.local().zoneName);

function formatCurrency(value, options) {
    const amount = formatMonetary(value, options);
    return value < 0 ? setSign(amount) : amount;
}

/**
 * An amount as it is booked, to the last cent.
 *
 * @param {number} value
 * @param {number} currencyId
 * @returns {string}
 */
export function formatExactAmount(value, currencyId) {
    return formatCurrency(value, { currencyId });
}

/**
 * An amount to be read at a glance: cents only while they matter, never wider than
 * a card on a phone. The exact amount belongs beside it, in a tooltip.
 *
 * @param {number} value
 * @param {number} currencyId
 * @returns {string}
 */
export function formatAmount(value, currencyId) {
    const size = Math.abs(value);
    if (size >= HUMAN_AMOUNTS_FROM) {
        return formatCurrency(value, { currencyId, digits: [16, 2], humanReadable: true });
    }
    if (size >= WHOLE_AMOUNTS_FROM) {
        return formatCurrency(value, { currencyId, digits: [16, 0] });
    }
    return formatExactAmount(value, currencyId);
}

/**
 * An amount on an axis: "1.5k", with as few decimals as keep it true. Odoo's own
 * `humanNumber` gives every tick the same number of decimals ("0.0k").
 *
 * @param {number} value
 * @param {number} currencyId
 * @returns {string}
 */
export function formatAxisAmount(value, currencyId) {
    const symbols = ["", ..._t("kMGTPE").toString()];
    let power = 0;
    while (power < symbols.length - 1 && Math.abs(value) >= 1000 ** (power + 1)) {
        power++;
    }
    const short = value / 1000 ** power;
    const number = formatFloat(short, { digits: [16, 2], trailingZeros: false }) + symbols[power];
    const currency = getCurrency(currencyId);
    if (!currency) {
        return number;
    }
    return (
        currency.position === "after" ? [number, currency.symbol] : [currency.symbol, number]
    ).join(nbsp);
}

/**
 * @param {number} value
 * @returns {string}
 */
export function formatCount(value) {
    return formatInteger(value);
}

/**
 * @param {number} count
 * @returns {string}
 */
export function formatCustomers(count) {
    return count === 1 ? _t("1 customer") : _t("%s customers", formatCount(count));
}

/**
 * @param {number} count
 * @returns {string}
 */
export function formatOrders(count) {
    return count === 1 ? _t("1 order") : _t("%s orders", formatCount(count));
}

/**
 * @param {number} value in percent, 0 to 100
 * @returns {string}
 */
export function formatPercent(value) {
    return formatPercentage(value / 100, { digits: [16, 1] });
}

/**
 * @param {number} value
 * @returns {string} with as many decimals as it has, at most two
 */
export function formatNumber(value) {
    return formatFloat(value, { digits: [16, 2], trailingZeros: false });
}

/**
 * @param {number} value
 * @param {(size: number) => string} format of the number without its sign
 * @returns {string} with its sign, a plus too
 */
export function formatSigned(value, format) {
    const sign = value > 0 ? "+" : value < 0 ? MINUS : "";
    return setSign(format(Math.abs(value)), sign);
}

/**
 * @param {number} value
 * @param {number} currencyId
 * @returns {string} with its sign, to be read at a glance
 */
export function formatSignedAmount(value, currencyId) {
    return formatSigned(value, (size) => formatAmount(size, currencyId));
}

/**
 * A change, with its sign: with more decimals the smaller it is, and cut where it says
 * nothing any more but that the base was tiny.
 *
 * @param {number} change in percent, or in percentage points
 * @param {"percent" | "points"} [unit]
 * @returns {string}
 */
export function formatChange(change, unit = "percent") {
    const size = Math.abs(change);
    const decimals = size >= 100 ? 0 : size >= 0.1 || !size ? 1 : 2;
    const format = (size) => {
        const number = formatFloat(size, { digits: [16, decimals], trailingZeros: false });
        return unit === "points" ? _t("%s pt", number) : `${number}%`;
    };
    if (size > LARGEST_CHANGE) {
        const largest = formatSigned(Math.sign(change) * LARGEST_CHANGE, format);
        return setSign(largest, change > 0 ? ">" : "<");
    }
    return formatSigned(change, format);
}

/**
 * @param {string} day
 * @returns {string} with its weekday
 */
export function formatDay(day) {
    return parseDay(day).toLocaleString({
        weekday: "short",
        day: "numeric",
        month: "short",
        year: "numeric",
    });
}

/**
 * @param {string} day
 * @returns {string}
 */
export function formatShortDay(day) {
    return parseDay(day).toLocaleString({ day: "numeric", month: "short", year: "numeric" });
}

/**
 * @param {string} month `yyyy-MM`
 * @returns {string}
 */
export function formatMonth(month) {
    return parseDay(`${month}-01`).toLocaleString({ month: "long", year: "numeric" });
}

/**
 * What a period is compared with: its days, and the time of day at which the comparison
 * ends where its last day is not compared as a whole.
 *
 * @param {{ date_from: string, date_to: string, end: string }} comparison
 * @param {string} zone IANA name; an unknown one means the browser's
 * @returns {string}
 */
export function formatComparison(comparison, zone) {
    const days = formatDayRange(comparison);
    const shown = getKnownZone(zone);
    const end = DateTime.fromISO(comparison.end, { zone: shown });
    if (end.toISODate() > comparison.date_to) {
        return days;
    }
    const time = end.toFormat(localization.timeFormat.replace(":ss", ""));
    return _t("%(days)s, up to %(time)s", { days, time });
}

/**
 * Both days included, in the language's own manner: "Oct 24 – Nov 22, 2026".
 *
 * @param {{ date_from: string, date_to: string }} range
 * @returns {string}
 */
export function formatDayRange({ date_from, date_to }) {
    const format = { day: "numeric", month: "short", year: "numeric" };
    if (date_from === date_to) {
        return parseDay(date_from).toLocaleString(format);
    }
    return Interval.fromDateTimes(parseDay(date_from), parseDay(date_to)).toLocaleString(format);
}

/**
 * @param {{ period: string }} bucket
 * @param {"daily" | "weekly" | "monthly"} periodType
 * @returns {string} short, for an axis
 */
export function formatBucketTick(bucket, periodType) {
    if (periodType === "monthly") {
        return parseDay(`${bucket.period}-01`).toLocaleString({ month: "short", year: "2-digit" });
    }
    return parseDay(bucket.period).toLocaleString({ day: "numeric", month: "short" });
}

/**
 * @param {{ period: string, date_from: string, date_to: string, partial: boolean }} bucket
 * @param {"daily" | "weekly" | "monthly"} periodType
 * @returns {string} in full, for tooltips and tables: the days that are really in it
 */
export function formatBucket(bucket, periodType) {
    if (periodType === "daily") {
        return formatDay(bucket.period);
    }
    if (periodType === "monthly" && !bucket.partial) {
        return parseDay(bucket.date_from).toLocaleString({ month: "long", year: "numeric" });
    }
    return formatDayRange(bucket);
}

/**
 * @param {string} timestamp ISO, UTC
 * @param {string} zone IANA name; an unknown one means the browser's
 * @returns {string} the time of day; with its date where that is not today
 */
export function formatTimestamp(timestamp, zone) {
    const shown = getKnownZone(zone);
    const moment = DateTime.fromISO(timestamp, { zone: shown });
    const time = moment.toFormat(localization.timeFormat);
    if (moment.hasSame(DateTime.now().setZone(shown), "day")) {
        return time;
    }
    return `${moment.toLocaleString({ day: "numeric", month: "short" })} ${time}`;
}
