import { describe, expect, test } from "@odoo/hoot";
import { readAddress, writeAddress } from "@sale_dashboard/dashboard/address";
import { DEFAULT_CHOICE } from "@sale_dashboard/dashboard/dashboard_model";

describe.current.tags("headless");

function write(view) {
    return writeAddress({
        companies: [],
        facets: [],
        isWall: false,
        ...view,
        choice: { ...DEFAULT_CHOICE, ...view.choice },
    });
}

test("the period is told always, of the rest what is not the default", () => {
    expect(write({})).toEqual({ period: "last_30_days" });
    expect(
        write({
            choice: { compare: "previous_year", measure: "total", breakdown: "team" },
            isWall: true,
        })
    ).toEqual({
        period: "last_30_days",
        compare: "previous_year",
        measure: "total",
        breakdown: "team",
        wall: 1,
    });
});

test("what is written is what is read", () => {
    const views = [
        {
            choice: { period: { preset: "this_quarter" }, granularity: "weekly" },
            facets: [{ filter: "my_orders" }, { field: "team_id", operator: "=", value: 5 }],
            isWall: true,
        },
        {
            choice: {
                period: { preset: "custom", date_from: "2026-01-01", date_to: "2026-01-31" },
                compare: "none",
            },
            facets: [{ favorite: 7, domain: "[]" }],
            isWall: false,
        },
        {
            choice: {
                period: { preset: "today" },
                chart: "line",
                orders: "shown",
                table: "shown",
                sort_customers: "-lifetime",
                sort_breakdown: "name",
            },
            companies: [3, 1],
            facets: [],
            isWall: false,
        },
        {
            choice: {
                period: {
                    preset: "custom",
                    date_from: "2026-09-01",
                    date_to: "2026-09-30",
                    unit: "month",
                },
            },
            facets: [],
            isWall: false,
        },
    ];
    for (const view of views) {
        expect(readAddress(write(view))).toEqual({ companies: [], ...view, unreadable: [] });
    }
});

test("an address that says nothing leaves everything to the defaults", () => {
    expect(readAddress({})).toEqual({
        choice: {},
        companies: [],
        facets: null,
        isWall: false,
        unreadable: [],
    });
    expect(readAddress({ period: "today" }).facets).toEqual([], {
        message: "one that says anything says that there is no filter too",
    });
});

test("what cannot be read is named, and the rest is read", () => {
    const { choice, facets, unreadable } = readAddress({
        period: "custom",
        from: "2026-13-01",
        to: "2026-W05",
        compare: "best_year",
        granularity: "weekly",
        measure: 7,
        breakdown: "team",
        filters: "[{",
        sort_customers: "moon",
        companies: "1-x",
        wall: "yes",
    });
    expect(choice).toEqual({ granularity: "weekly", breakdown: "team" });
    expect(facets).toEqual([]);
    expect(unreadable).toEqual([
        "period=custom&from=2026-13-01&to=2026-W05",
        "compare=best_year",
        "measure=7",
        "sort_customers=moon",
        "filters=[{",
        "companies=1-x",
    ]);
});

test("garbage in a period is no period", () => {
    for (const params of [
        { period: "last_century" },
        { period: "custom" },
        { period: "custom", from: "2026-02-01", to: "2026-01-01" },
        { period: "custom", from: "20260101", to: "20260131" },
        { period: "custom", from: "2026-01-01", to: "2026-01-31", step: "decade" },
        { period: 5 },
        { from: "2026-01-01", to: "2026-01-31" },
    ]) {
        const { choice, unreadable } = readAddress(params);
        expect(choice).toEqual({});
        expect(unreadable).toHaveLength(1);
    }
});
