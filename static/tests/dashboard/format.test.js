import { expect, test } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { makeMockEnv, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import {
    formatAmount,
    formatAxisAmount,
    formatBucket,
    formatBucketTick,
    formatChange,
    formatComparison,
    formatCount,
    formatDayRange,
    formatExactAmount,
    formatMonth,
    formatPercent,
    formatSignedAmount,
    formatTimestamp,
} from "@sale_dashboard/dashboard/format";

defineMailModels();

const USD = 1;
const EUR = 2;

test("amounts show cents only while they matter", async () => {
    await makeMockEnv();
    expect(formatAmount(602.69, USD)).toBe("$\u00a0602.69");
    expect(formatAmount(-12.5, EUR)).toBe("-12.50\u00a0€");
    expect(formatAmount(248310.25, USD)).toBe("$\u00a0248,310");
    expect(formatAmount(1234567890, USD)).toBe("$\u00a01.23G");
    expect(formatExactAmount(248310.25, EUR)).toBe("248,310.25\u00a0€");
});

test("amounts on an axis are short and true", async () => {
    await makeMockEnv();
    expect([0, 500, 1500, 12000, -2500000].map((value) => formatAxisAmount(value, USD))).toEqual([
        "$\u00a00",
        "$\u00a0500",
        "$\u00a01.5k",
        "$\u00a012k",
        "$\u00a0-2.5M",
    ]);
    expect(formatAxisAmount(12000, EUR)).toBe("12k\u00a0€");
    expect(formatAxisAmount(12000, 99)).toBe("12k");
});

test("counts and percentages", async () => {
    await makeMockEnv();
    expect(formatCount(12345)).toBe("12,345");
    expect(formatPercent(61.4321)).toBe("61.4%");
    expect(formatPercent(0)).toBe("0%");
});

test("ranges of days are written as the language does", async () => {
    await makeMockEnv();
    const range = { date_from: "2026-10-24", date_to: "2026-11-22" };
    expect(formatDayRange(range)).toMatch(/^Oct 24\s–\sNov 22, 2026$/);
    expect(formatDayRange({ date_from: "2026-10-24", date_to: "2026-10-24" })).toBe("Oct 24, 2026");
    serverState.lang = "fr_FR";
    expect(formatDayRange(range)).toMatch(/^Oct 24|24 oct/);
});

test("buckets are named by the days in them", async () => {
    await makeMockEnv();
    const day = { period: "2026-11-22", date_from: "2026-11-22", date_to: "2026-11-22" };
    const month = {
        period: "2026-11",
        date_from: "2026-11-01",
        date_to: "2026-11-30",
        partial: false,
    };
    expect(formatBucket(day, "daily")).toBe("Sun, Nov 22, 2026");
    expect(formatBucketTick(day, "daily")).toBe("Nov 22");
    expect(formatBucket(month, "monthly")).toBe("November 2026");
    expect(formatBucketTick(month, "monthly")).toBe("Nov 26");
    const cut = { ...month, date_to: "2026-11-22", partial: true };
    expect(formatBucket(cut, "monthly")).toMatch(/^Nov 1\s–\s22, 2026$/);
});

test("the time of an answer is in its zone, with the day where it is another", async () => {
    mockDate("2026-11-22 12:00:00", 0);
    await makeMockEnv();
    expect(formatTimestamp("2026-11-22T10:42:07Z", "Europe/Paris")).toBe("11:42:07");
    expect(formatTimestamp("2026-11-21T10:42:07Z", "Europe/Paris")).toBe("Nov 21 11:42:07");
    expect(formatTimestamp("2026-11-22T10:42:07Z", "no/zone")).toMatch(/42:07$/);
});

test("changes have a sign, and more decimals the smaller they are", async () => {
    await makeMockEnv();
    expect(formatChange(15.886)).toBe("+15.9%");
    expect(formatChange(-9.524)).toBe("\u22129.5%");
    expect(formatChange(0)).toBe("0%");
    expect(formatChange(0.04)).toBe("+0.04%");
    expect(formatChange(1234.5)).toBe("+1,235%");
    expect(formatChange(49000000)).toBe(">+9,999%");
    expect(formatChange(-123456)).toBe("<\u22129,999%");
    expect(formatChange(2.1, "points").toString()).toBe("+2.1 pt");
    expect(formatSignedAmount(-12.5, USD)).toBe("\u2212$\u00a012.50");
    expect(formatSignedAmount(34040.15, USD)).toBe("+$\u00a034,040");
    expect(formatSignedAmount(0, USD)).toBe("$\u00a00.00");
});

test("a comparison says its days, and its hour where the last day is not a whole one", async () => {
    await makeMockEnv();
    const days = { date_from: "2026-09-24", date_to: "2026-10-23" };
    const shown = formatDayRange(days);
    expect(formatComparison({ ...days, end: "2026-10-23T22:00:00Z" }, "Europe/Paris")).toBe(shown);
    expect(
        formatComparison({ ...days, end: "2026-10-23T08:42:07Z" }, "Europe/Paris").toString()
    ).toBe(`${shown}, up to 10:42`);
    expect(formatMonth("2026-11")).toBe("November 2026");
});

test("from right to left a sign stays before its number, a currency where it is without", async () => {
    await makeMockEnv();
    patchWithCleanup(localization, { direction: "rtl" });
    expect(formatChange(-9.5)).toBe("\u2066\u22129.5%\u2069");
    expect(formatSignedAmount(12.5, USD)).toBe("$\u00a0\u2066+12.50\u2069");
    expect(formatAmount(-12.5, EUR)).toBe("\u2066-12.50\u2069\u00a0€");
    expect(formatAmount(12.5, EUR)).toBe("12.50\u00a0€");
    expect(formatChange(99999)).toMatch(/^\u2066>\u2066\+9,?999%\u2069\u2069$/);
});
