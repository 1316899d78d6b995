import { _t } from "@web/core/l10n/translation";

const { DateTime, IANAZone } = luxon;

/**
 * Days are exchanged as `yyyy-MM-dd` strings and computed in UTC: a calendar day
 * has no hour, so no clock change may move it.
 *
 * @typedef {string} Day
 *
 * @typedef {{ date_from: Day, date_to: Day }} DayRange both days included
 *
 * @typedef {"day" | "week" | "month" | "quarter" | "year"} CalendarUnit
 *
 * @typedef Period what the user chose
 * @property {string} preset the id of a preset, or "custom"
 * @property {Day} [date_from] of a custom period
 * @property {Day} [date_to] of a custom period
 * @property {CalendarUnit | "days"} [unit] what the arrows step by
 *
 * @typedef {"auto" | "daily" | "weekly" | "monthly"} Granularity
 */

/** The server refuses more buckets than this. */
export const MAX_BUCKETS = 1100;
const AUTO_DAILY_DAYS = 62;
const AUTO_WEEKLY_DAYS = 400;
/** The shortest of each, for an upper bound. */
const DAYS_PER_BUCKET = { daily: 1, weekly: 7, monthly: 28 };

export const CUSTOM = "custom";
export const STEP_UNITS = ["day", "week", "month", "quarter", "year", "days"];
const DAY_LENGTH = 24 * 3600 * 1000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const DEFAULT_PERIOD = Object.freeze({ preset: "last_30_days" });

const parse = (day) => DateTime.fromISO(day, { zone: "utc" });
const startOf = (day, unit) => parse(day).startOf(unit);

/** From the start of the unit until today: the days to come hold no sales yet. */
const unitToDate = (unit) => (today) => [startOf(today, unit), parse(today)];
const unitBefore = (unit) => (today) => {
    const start = startOf(today, unit).minus({ [unit]: 1 });
    return [start, start.endOf(unit)];
};
const lastDays = (count) => (today) => [parse(today).minus({ days: count - 1 }), parse(today)];

/**
 * Weeks are ISO weeks (from Monday) whatever the language, as in the figures.
 *
 * @type {{
 *  id: string,
 *  label: string,
 *  unit: CalendarUnit | "days",
 *  getRange: (today: Day) => [luxon.DateTime, luxon.DateTime],
 * }[][]}
 */
export const PRESET_GROUPS = [
    [
        { id: "today", label: _t("Today"), unit: "day", getRange: unitToDate("day") },
        { id: "yesterday", label: _t("Yesterday"), unit: "day", getRange: unitBefore("day") },
        { id: "last_7_days", label: _t("Last 7 days"), unit: "days", getRange: lastDays(7) },
        { id: "last_30_days", label: _t("Last 30 days"), unit: "days", getRange: lastDays(30) },
        { id: "last_90_days", label: _t("Last 90 days"), unit: "days", getRange: lastDays(90) },
    ],
    [
        { id: "this_week", label: _t("This week"), unit: "week" },
        { id: "this_month", label: _t("This month"), unit: "month" },
        { id: "this_quarter", label: _t("This quarter"), unit: "quarter" },
        { id: "this_year", label: _t("This year"), unit: "year" },
    ].map((preset) => ({ ...preset, getRange: unitToDate(preset.unit) })),
    [
        { id: "last_week", label: _t("Last week"), unit: "week" },
        { id: "last_month", label: _t("Last month"), unit: "month" },
        { id: "last_quarter", label: _t("Last quarter"), unit: "quarter" },
        { id: "last_year", label: _t("Last year"), unit: "year" },
    ].map((preset) => ({ ...preset, getRange: unitBefore(preset.unit) })),
];
export const PRESETS = PRESET_GROUPS.flat();

/**
 * @param {number} moment milliseconds
 * @param {string} [zone] IANA name; an unknown one means the browser's
 * @returns {Day}
 */
export function getDay(moment, zone) {
    const time = DateTime.fromMillis(moment);
    return (IANAZone.create(zone).isValid ? time.setZone(zone) : time).toISODate();
}

/**
 * @param {DayRange} range
 * @returns {number} both ends counted
 */
export function countDays({ date_from, date_to }) {
    return (Date.parse(date_to) - Date.parse(date_from)) / DAY_LENGTH + 1;
}

/**
 * @param {string} id
 */
export function getPreset(id) {
    return PRESETS.find((preset) => preset.id === id);
}

function getPresetRange(preset, today) {
    const [start, end] = preset.getRange(today);
    return { date_from: start.toISODate(), date_to: end.toISODate() };
}

/**
 * @param {Period} period
 * @param {Day} today in the viewer's zone
 * @returns {DayRange}
 */
export function resolvePeriod(period, today) {
    const preset = getPreset(period.preset);
    if (preset) {
        return getPresetRange(preset, today);
    }
    return { date_from: period.date_from, date_to: period.date_to };
}

/**
 * @param {any} period anything, as it may come from a stored state
 * @returns {boolean}
 */
export function isValidPeriod(period) {
    if (getPreset(period?.preset)) {
        return true;
    }
    if (period?.preset !== CUSTOM || ![undefined, ...STEP_UNITS].includes(period.unit)) {
        return false;
    }
    const days = [String(period.date_from), String(period.date_to)];
    const [start, end] = days.map(parse);
    // Luxon reads other forms of a day too, which the server does not.
    return days.every((day) => DAY.test(day)) && start.isValid && end.isValid && start <= end;
}

/**
 * A custom period of the given days, in the right order.
 *
 * @param {Day} first
 * @param {Day} second
 * @returns {Period}
 */
export function makeCustomPeriod(first, second) {
    const [date_from, date_to] = [first, second].sort();
    return { preset: CUSTOM, date_from, date_to };
}

/**
 * @param {DayRange} range
 * @returns {CalendarUnit | null} the unit of which the range is one whole
 */
function getWholeUnit({ date_from, date_to }) {
    for (const unit of ["day", "week", "month", "quarter", "year"]) {
        const start = startOf(date_from, unit);
        if (start.toISODate() === date_from && start.endOf(unit).toISODate() === date_to) {
            return unit;
        }
    }
    return null;
}

function getStepUnit(period, range) {
    return getPreset(period.preset)?.unit || period.unit || getWholeUnit(range) || "days";
}

/**
 * Gives the range its name back where it has one, so that "last month" and the
 * month before the current one are the same choice.
 */
function namePeriod(range, unit, today) {
    const isSame = (preset) => {
        const { date_from, date_to } = getPresetRange(preset, today);
        return date_from === range.date_from && date_to === range.date_to;
    };
    const preset = PRESETS.find((preset) => preset.unit === unit && isSame(preset));
    return preset ? { preset: preset.id } : { preset: CUSTOM, ...range, unit };
}

/**
 * @param {Period} period
 * @param {Day} today
 * @returns {boolean} whether anything of the next period has begun
 */
export function canShiftForward(period, today) {
    return resolvePeriod(period, today).date_to < today;
}

/**
 * The period before or after: the whole calendar unit where the period is one (or
 * the running part of one), else as many days. Never beyond today.
 *
 * @param {Period} period
 * @param {1 | -1} direction
 * @param {Day} today
 * @returns {Period}
 */
export function shiftPeriod(period, direction, today) {
    const range = resolvePeriod(period, today);
    const unit = getStepUnit(period, range);
    let start, end;
    if (unit === "days") {
        const days = countDays(range) * direction;
        start = parse(range.date_from).plus({ days });
        end = parse(range.date_to).plus({ days });
        if (direction > 0 && end > parse(today)) {
            start = parse(today).minus({ days: countDays(range) - 1 });
            end = parse(today);
        }
    } else {
        start = startOf(range.date_from, unit).plus({ [unit]: direction });
        end = start.endOf(unit);
        if (direction > 0 && end > parse(today)) {
            end = parse(today);
        }
    }
    return namePeriod({ date_from: start.toISODate(), date_to: end.toISODate() }, unit, today);
}

function countBuckets(granularity, range) {
    // The first and the last bucket may both be cut.
    return Math.ceil((countDays(range) - 1) / DAYS_PER_BUCKET[granularity]) + 1;
}

/**
 * @param {Granularity} granularity
 * @param {DayRange} range
 * @returns {boolean} whether the server accepts this granularity for that range
 */
export function isGranularityPossible(granularity, range) {
    return granularity === "auto" || countBuckets(granularity, range) <= MAX_BUCKETS;
}

/**
 * @param {Granularity} granularity what the user chose
 * @param {DayRange} range
 * @returns {"daily" | "weekly" | "monthly"} what is asked from the server
 */
export function resolveGranularity(granularity, range) {
    if (granularity !== "auto" && isGranularityPossible(granularity, range)) {
        return granularity;
    }
    const days = countDays(range);
    if (days <= AUTO_DAILY_DAYS) {
        return "daily";
    }
    return days <= AUTO_WEEKLY_DAYS ? "weekly" : "monthly";
}
