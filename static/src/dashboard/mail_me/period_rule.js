import { _t } from "@web/core/l10n/translation";
import { countDays, resolvePeriod } from "../periods";

const { DateTime } = luxon;

/**
 * Which days a mail is about, as the server knows it: seen from the day of each mail.
 *
 * @typedef {{ id: string, label: string, preset?: string, schedule: string }} PeriodRule
 *  preset: the period of the screen that means the same; schedule: what suits it
 *
 * @typedef {import("../periods").Period} Period
 */

export const LAST_DAYS = "custom";

/** @type {PeriodRule[]} */
export const PERIOD_RULES = [
    { id: "yesterday", label: _t("Yesterday"), preset: "yesterday", schedule: "weekdays" },
    { id: "last_7_days", label: _t("Last 7 days"), preset: "last_7_days", schedule: "weekdays" },
    { id: "last_week", label: _t("Last week"), preset: "last_week", schedule: "weekly" },
    { id: "month_to_date", label: _t("This month"), preset: "this_month", schedule: "weekdays" },
    { id: "last_month", label: _t("Last month"), preset: "last_month", schedule: "monthly" },
    { id: LAST_DAYS, label: _t("A number of last days"), schedule: "weekdays" },
];
/** Periods that count days back from today. */
const COUNTING_PRESETS = ["today", "last_30_days", "last_90_days"];

export function getRule(id) {
    return PERIOD_RULES.find((rule) => rule.id === id);
}

/**
 * The rule by which a mail is about what the screen shows. A period that stands still, or
 * that no rule knows, becomes as many last days.
 *
 * @param {Period} period
 * @param {string} today
 * @returns {{ rule: string, days: number, isSame: boolean }} whether it means the same
 */
export function getPeriodRule(period, today) {
    const days = countDays(resolvePeriod(period, today));
    const rule = PERIOD_RULES.find(({ preset }) => preset && preset === period.preset);
    return {
        rule: rule ? rule.id : LAST_DAYS,
        days,
        isSame: Boolean(rule) || COUNTING_PRESETS.includes(period.preset),
    };
}

/**
 * @param {string} id of a rule
 * @param {number} days for a number of last days
 * @param {string} today
 * @returns {{ date_from: string, date_to: string }} what a mail of today would be about
 */
export function getRuleRange(id, days, today) {
    const { preset } = getRule(id);
    if (preset) {
        return resolvePeriod({ preset }, today);
    }
    const first = DateTime.fromISO(today, { zone: "utc" }).minus({ days: days - 1 });
    return { date_from: first.toISODate(), date_to: today };
}
