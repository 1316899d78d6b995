import { describe, expect, test } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import {
    canShiftForward,
    countDays,
    getDay,
    isGranularityPossible,
    isValidPeriod,
    makeCustomPeriod,
    PRESETS,
    resolveGranularity,
    resolvePeriod,
    shiftPeriod,
} from "@sale_dashboard/dashboard/periods";

describe.current.tags("headless");

const TODAY = "2026-11-22"; // a Sunday

function resolve(preset, today = TODAY) {
    const { date_from, date_to } = resolvePeriod({ preset }, today);
    return [date_from, date_to];
}

test("presets are days up to today, or whole units", () => {
    const ranges = Object.fromEntries(PRESETS.map(({ id }) => [id, resolve(id)]));
    expect(ranges).toEqual({
        today: [TODAY, TODAY],
        yesterday: ["2026-11-21", "2026-11-21"],
        last_7_days: ["2026-11-16", TODAY],
        last_30_days: ["2026-10-24", TODAY],
        last_90_days: ["2026-08-25", TODAY],
        this_week: ["2026-11-16", TODAY],
        last_week: ["2026-11-09", "2026-11-15"],
        this_month: ["2026-11-01", TODAY],
        last_month: ["2026-10-01", "2026-10-31"],
        this_quarter: ["2026-10-01", TODAY],
        last_quarter: ["2026-07-01", "2026-09-30"],
        this_year: ["2026-01-01", TODAY],
        last_year: ["2025-01-01", "2025-12-31"],
    });
});

test("units before the turn of the year and in leap years", () => {
    expect(resolve("last_month", "2026-01-05")).toEqual(["2025-12-01", "2025-12-31"]);
    expect(resolve("last_quarter", "2026-02-01")).toEqual(["2025-10-01", "2025-12-31"]);
    expect(resolve("last_month", "2028-03-31")).toEqual(["2028-02-01", "2028-02-29"]);
    expect(resolve("this_week", "2027-01-01")).toEqual(["2026-12-28", "2027-01-01"]);
});

test("a day is the viewer's, not the browser's", () => {
    mockDate("2026-11-22 23:30:00", 0);
    expect(getDay(Date.now(), "Asia/Tokyo")).toBe("2026-11-23");
    expect(getDay(Date.now(), "America/New_York")).toBe("2026-11-22");
    expect(getDay(Date.now(), "no/zone")).toBe("2026-11-22");
    expect(getDay(Date.now() - 24 * 3600 * 1000, "Asia/Tokyo")).toBe("2026-11-22");
});

test("days are counted across changes of the clocks", () => {
    expect(countDays({ date_from: "2026-03-28", date_to: "2026-03-30" })).toBe(3);
    expect(countDays({ date_from: "2026-10-24", date_to: "2026-10-26" })).toBe(3);
    expect(countDays({ date_from: TODAY, date_to: TODAY })).toBe(1);
});

test("arrows step by the unit of the preset and find its neighbours' names", () => {
    const back = (period) => shiftPeriod(period, -1, TODAY);
    const forth = (period) => shiftPeriod(period, 1, TODAY);
    expect(back({ preset: "this_month" })).toEqual({ preset: "last_month" });
    expect(forth({ preset: "last_month" })).toEqual({ preset: "this_month" });
    expect(back({ preset: "today" })).toEqual({ preset: "yesterday" });
    expect(forth({ preset: "last_year" })).toEqual({ preset: "this_year" });
    expect(back({ preset: "last_quarter" })).toEqual({
        preset: "custom",
        date_from: "2026-04-01",
        date_to: "2026-06-30",
        unit: "quarter",
    });
});

test("arrows step by as many days where the period is no unit", () => {
    const before = shiftPeriod({ preset: "last_30_days" }, -1, TODAY);
    expect(before).toEqual({
        preset: "custom",
        date_from: "2026-09-24",
        date_to: "2026-10-23",
        unit: "days",
    });
    expect(shiftPeriod(before, 1, TODAY)).toEqual({ preset: "last_30_days" });
});

test("a range of the same days as a unit keeps stepping by days", () => {
    // 30 days before October are the whole of September.
    const period = {
        preset: "custom",
        date_from: "2026-10-01",
        date_to: "2026-10-30",
        unit: "days",
    };
    const before = shiftPeriod(period, -1, TODAY);
    expect(before.date_from).toBe("2026-09-01");
    expect(before.date_to).toBe("2026-09-30");
    expect(shiftPeriod(before, -1, TODAY).date_from).toBe("2026-08-02");
});

test("a custom range that is a unit steps by it", () => {
    const march = makeCustomPeriod("2026-03-31", "2026-03-01");
    const february = shiftPeriod(march, -1, TODAY);
    expect([february.date_from, february.date_to]).toEqual(["2026-02-01", "2026-02-28"]);
});

test("no arrow leads beyond today", () => {
    expect(canShiftForward({ preset: "last_30_days" }, TODAY)).toBe(false);
    expect(canShiftForward({ preset: "last_week" }, TODAY)).toBe(true);
    const period = makeCustomPeriod("2026-11-01", "2026-11-20");
    expect(shiftPeriod(period, 1, TODAY)).toEqual({
        preset: "custom",
        date_from: "2026-11-03",
        date_to: TODAY,
        unit: "days",
    });
});

test("granularity follows the length of the period", () => {
    const days = (count) => ({
        date_from: "2020-01-01",
        date_to: luxon.DateTime.fromISO("2020-01-01", { zone: "utc" })
            .plus({ days: count - 1 })
            .toISODate(),
    });
    expect(resolveGranularity("auto", days(62))).toBe("daily");
    expect(resolveGranularity("auto", days(63))).toBe("weekly");
    expect(resolveGranularity("auto", days(400))).toBe("weekly");
    expect(resolveGranularity("auto", days(401))).toBe("monthly");
    expect(resolveGranularity("weekly", days(7))).toBe("weekly");
    expect(isGranularityPossible("daily", days(1100))).toBe(true);
    expect(isGranularityPossible("daily", days(1101))).toBe(false);
    expect(resolveGranularity("daily", days(1101))).toBe("monthly");
});

test("only a whole period is valid", () => {
    expect(isValidPeriod({ preset: "this_year" })).toBe(true);
    expect(isValidPeriod(makeCustomPeriod("2026-01-02", "2026-01-01"))).toBe(true);
    expect(isValidPeriod(undefined)).toBe(false);
    expect(isValidPeriod({ preset: "next_year" })).toBe(false);
    expect(isValidPeriod({ preset: "custom", date_from: "2026-01-02" })).toBe(false);
    expect(
        isValidPeriod({ preset: "custom", date_from: "2026-01-02", date_to: "2026-01-01" })
    ).toBe(false);
});
