import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, mockDate, tick } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { makeMockEnv, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ConnectionLostError, makeErrorFromResponse } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { DashboardModel, Status } from "@sale_dashboard/dashboard/dashboard_model";
import {
    makeEmptyPayload,
    makeFailedPayload,
    makePayload,
    makePayloadWithoutComparison,
    makeProducts,
    makeReconciliation,
    makeTargets,
    PAYLOAD_DAY,
} from "../helpers/payload";

describe.current.tags("headless");
defineMailModels();

beforeEach(async () => {
    mockDate(`${PAYLOAD_DAY} 12:00:00`);
    await makeMockEnv();
});

/**
 * @param {Function} call
 * @param {Object} [params]
 */
function makeModel(call, params) {
    const orm = { call, silent: { call } };
    return new DashboardModel({ orm, ...params });
}

function makeServerError(message, name = "odoo.exceptions.ValidationError") {
    return makeErrorFromResponse({
        code: 0,
        message: "Odoo Server Error",
        data: { name, message },
    });
}

test("asks for the chosen period, in the granularity that fits", async () => {
    const model = makeModel(async (...args) => {
        expect.step(args);
        return makePayload();
    });
    expect(model.status).toBe(Status.LOADING);
    await model.load();
    expect(model.status).toBe(Status.READY);
    await model.choose({ period: { preset: "this_year" }, measure: "total" });
    expect.verifySteps([
        [
            "sale.dashboard",
            "generate_dashboard_data",
            [],
            {
                date_from: "2026-10-24",
                date_to: "2026-11-22",
                period_type: "daily",
                compare: "previous_period",
                measure: "untaxed",
                top_limit: 10,
                refresh: false,
                context: {
                    sale_dashboard_view: { period: "last_30_days", granularity: "auto" },
                    sale_dashboard_follows: false,
                },
            },
        ],
        [
            "sale.dashboard",
            "generate_dashboard_data",
            [],
            {
                date_from: "2026-01-01",
                date_to: "2026-11-22",
                period_type: "weekly",
                compare: "previous_period",
                measure: "total",
                top_limit: 10,
                refresh: false,
                context: {
                    sale_dashboard_view: { period: "this_year", granularity: "auto" },
                    sale_dashboard_follows: false,
                },
            },
        ],
    ]);
});

test("targets that would be the same are not asked for again", async () => {
    patchWithCleanup(user, { hasGroup: async () => false });
    const old = { reread_after_ms: 30000 };
    const model = makeModel(async (_model, method, _args, { context }) => {
        if (method !== "get_targets") {
            return makePayload();
        }
        expect.step(context ? "followed" : "asked");
        return { ...makeTargets(), ...(context && old) };
    });
    await model.open();
    expect.verifySteps(["asked"]);
    expect((await model.follow()).lookAfter).toBeWithin(29900, 30000);
    expect.verifySteps(["followed"]);
    await advanceTime(29000);
    expect((await model.follow()).lookAfter).toBeWithin(900, 1000);
    expect.verifySteps([]);
    await advanceTime(1000);
    delete old.reread_after_ms;
    expect((await model.follow()).lookAfter).toBe(undefined);
    expect((await model.follow()).lookAfter).toBe(undefined);
    expect.verifySteps(["followed", "followed"]);
    // Who asks is given what there is.
    old.reread_after_ms = 30000;
    await model.follow();
    await model.targets.load();
    await model.follow();
    expect.verifySteps(["followed", "asked", "followed"]);
});

test("a message concerns who sees orders of those it names", async () => {
    const concerned_by = ["mine", "nobody's"];
    const model = makeModel(async () => makePayload({ concerned_by }));
    expect(model.isConcernedBy(["another's"])).toBe(true);
    await model.load();
    expect(model.isConcernedBy(undefined)).toBe(true);
    expect(model.isConcernedBy(["another's", "mine"])).toBe(true);
    expect(model.isConcernedBy(["another's"])).toBe(false);
    expect(model.isConcernedBy([])).toBe(false);
    // Another question is not judged by the last answer.
    const choosing = model.choose({ measure: "total" });
    expect(model.isConcernedBy(["another's"])).toBe(true);
    await choosing;
    expect(model.isConcernedBy(["another's"])).toBe(false);
});

test("a new day is one of the targets, too", async () => {
    patchWithCleanup(user, { hasGroup: async () => false });
    mockDate("2026-11-22 12:00:00", 0);
    const model = makeModel(async (_model, method) =>
        method === "get_targets" ? makeTargets() : makePayload()
    );
    await model.load();
    await model.targets.load();
    mockDate("2026-11-23 12:00:00", 0);
    await model.choose({ period: { preset: "last_7_days" } });
    expect(model.isOfAnotherDay).toBe(true);
    await model.targets.load();
    expect(model.isOfAnotherDay).toBe(false);
});

describe("a viewer without a time zone", () => {
    const ZONES = [
        // Still the 22nd for the browser, already the 23rd for the company; and the other way.
        ["Asia/Tokyo", "2026-11-22 16:00:00", 0, "2026-11-22", "2026-11-23"],
        ["America/New_York", "2026-11-23 02:00:00", 0, "2026-11-23", "2026-11-22"],
    ];

    /** @returns {DashboardModel} it says which days it asks for */
    function makeZonedModel(timezone, params) {
        const model = makeModel(async (_model, _method, _args, { date_from, date_to }) => {
            expect.step(`${date_from} ${date_to}`);
            return makePayload({ id: date_to, timezone });
        }, params);
        return model;
    }

    beforeEach(() => patchWithCleanup(user, { tz: false }));

    for (const [timezone, now, offset, day, companyDay] of ZONES) {
        test(`has the company's day: ${timezone}`, async () => {
            mockDate(now, offset);
            const model = makeZonedModel(timezone, { choice: { period: { preset: "today" } } });
            await model.load();
            expect.verifySteps([`${day} ${day}`, `${companyDay} ${companyDay}`]);
            expect(model.payload.id).toBe(companyDay);
            expect(model.today).toBe(companyDay);
            expect(model.isOfAnotherDay).toBe(false);
            await model.choose({ period: { preset: "last_7_days" } });
            const [from] = companyDay === "2026-11-23" ? ["2026-11-17"] : ["2026-11-16"];
            expect.verifySteps([`${from} ${companyDay}`], { message: "from now on it is known" });
        });
    }

    test("never sees the wrong day", async () => {
        mockDate("2026-11-22 16:00:00", 0);
        const answers = [new Deferred(), new Deferred()];
        let calls = 0;
        const model = makeModel(() => answers[calls++]);
        const loading = model.load();
        answers[0].resolve(makePayload({ timezone: "Asia/Tokyo" }));
        await tick();
        expect(calls).toBe(2);
        expect(model.status).toBe(Status.LOADING);
        expect(model.isLoading).toBe(true);
        answers[1].resolve(makePayload({ id: 13, timezone: "Asia/Tokyo" }));
        await loading;
        expect(model.payload.id).toBe(13);
    });

    test("is not asked twice where both have the same day", async () => {
        mockDate("2026-11-22 12:00:00", 0);
        const model = makeZonedModel("Asia/Tokyo");
        await model.load();
        expect.verifySteps(["2026-10-24 2026-11-22"]);
    });

    test("chose days of his own: they are not asked for twice, nor on a new day", async () => {
        mockDate("2026-11-22 16:00:00", 0);
        const period = { preset: "custom", date_from: "2026-11-02", date_to: "2026-11-05" };
        const model = makeZonedModel("Asia/Tokyo", { choice: { period } });
        await model.load();
        expect.verifySteps(["2026-11-02 2026-11-05"]);
        expect(model.today).toBe("2026-11-23");
        expect(model.isOfAnotherDay).toBe(false, { message: "it was the same day when asked" });
        mockDate("2026-11-23 16:00:00", 0);
        expect(model.isOfAnotherDay).toBe(true);
    });

    test("is told a failure of the second request, not the wrong day", async () => {
        mockDate("2026-11-22 16:00:00", 0);
        let calls = 0;
        const model = makeModel(async () => {
            if (calls++) {
                throw makeServerError("Too late.");
            }
            return makePayload({ timezone: "Asia/Tokyo" });
        });
        await model.load();
        expect(calls).toBe(2);
        expect(model.status).toBe(Status.FAILED);
        expect(model.error).toBe("Too late.");
    });

    test("whoever has one keeps it, whatever the answer says", async () => {
        patchWithCleanup(user, { tz: "Europe/Paris" });
        mockDate("2026-11-22 16:00:00", 0);
        const model = makeZonedModel("Asia/Tokyo");
        await model.load();
        expect.verifySteps(["2026-10-24 2026-11-22"]);
        expect(model.today).toBe("2026-11-22");
    });
});

test("what is not valid is not chosen", async () => {
    const choice = {
        period: { preset: "x" },
        granularity: "hourly",
        compare: "best_year",
        measure: "margin",
        breakdown: "moon",
        chart: "cake",
        sort_customers: "-moon",
    };
    const model = makeModel(async () => makePayload(), { choice });
    expect(model.choice).toEqual({
        period: { preset: "last_30_days" },
        granularity: "auto",
        compare: "previous_period",
        measure: "untaxed",
        breakdown: "user",
        domain: [],
        chart: "bars",
        orders: "hidden",
        table: "hidden",
        sort_customers: "-revenue",
        sort_breakdown: "-revenue",
    });
});

test("of several requests only the latest counts", async () => {
    const answers = [new Deferred(), new Deferred()];
    let calls = 0;
    const model = makeModel(() => answers[calls++]);
    const first = model.choose({ period: { preset: "this_year" } });
    const second = model.choose({ period: { preset: "today" } });
    answers[1].resolve(makePayload({ id: 2 }));
    await second;
    answers[0].resolve(makePayload({ id: 1 }));
    await first;
    expect(model.payload.id).toBe(2);
    expect(model.isCurrent).toBe(true);
    expect(model.isLoading).toBe(false);
});

test("a failure without figures", async () => {
    const model = makeModel(() => Promise.reject(makeServerError("The dates are reversed.")));
    await model.load();
    expect(model.status).toBe(Status.FAILED);
    expect(model.error).toBe("The dates are reversed.");
});

test("technical errors do not show their insides", async () => {
    const model = makeModel(() => Promise.reject(makeServerError("'x'", "builtins.KeyError")));
    await model.load();
    expect(model.error).toBe("The server could not compute these figures. Its log says why.");
});

test("a lost connection is said", async () => {
    const model = makeModel(() => Promise.reject(new ConnectionLostError("/web")));
    await model.load();
    expect(model.error).toMatch(/cannot be reached/);
});

test("a mistake of our own is not swallowed", async () => {
    const model = makeModel(() => Promise.reject(new TypeError("oops")));
    await expect(model.load()).rejects.toThrow("oops");
});

test("a failed request keeps the former figures and says that they are not the answer", async () => {
    let fail = false;
    const model = makeModel(async () => {
        if (fail) {
            throw makeServerError("No.");
        }
        return makePayload();
    });
    await model.load();
    fail = true;
    await model.choose({ period: { preset: "today" } });
    expect(model.status).toBe(Status.READY);
    expect(model.error).toBe("No.");
    expect(model.isFailureShown).toBe(true);
    expect(model.isCurrent).toBe(false);
    await model.load({ silent: true });
    expect(model.isFailureShown).toBe(true, { message: "they still are another period's" });
    expect(model.shownRange).toEqual({ date_from: "2026-10-24", date_to: "2026-11-22" });
    fail = false;
    await model.load();
    expect(model.error).toBe(null);
    expect(model.isCurrent).toBe(true);
});

test("a re-read marks what changed, for a while, and announces it", async () => {
    let payload = makePayload();
    const model = makeModel(async () => payload);
    await model.load();
    expect(model.changed.figures).toEqual([]);
    payload = makePayload({ overview: { total_revenue: 250000, total_orders: 413 } });
    payload.top_customers[1].total_revenue += 10;
    payload.breakdowns.user[0].revenue += 10;
    payload.breakdowns.quotation[0].order_count -= 1;
    await model.load({ refresh: true, silent: true });
    expect(model.changed.figures).toEqual(["total_revenue", "total_orders"]);
    expect(model.changed.customers).toEqual([8]);
    expect(model.changed.segments).toEqual([]);
    expect(model.changed.breakdowns).toEqual(["user:5", "quotation:open"]);
    expect(model.announcement).toMatch(/^Figures updated, .*250,000, orders 413$/);
    await advanceTime(3000);
    expect(model.changed.figures).toEqual([]);
});

test("a silent re-read does not show as loading, and fails quietly", async () => {
    const answers = [makePayload(), new Deferred()];
    const model = makeModel(async () => answers.shift());
    await model.load();
    const [answer] = answers;
    const load = model.load({ silent: true });
    await tick();
    expect(model.isLoading).toBe(false);
    answer.reject(makeServerError("No."));
    await load;
    expect(model.error).toBe("No.");
    expect(model.isFailureShown).toBe(false);
});

test("failed sections have their sentence, figures their section's", async () => {
    let model = makeModel(async () => makeFailedPayload("The core failed."));
    await model.load();
    expect(model.getSectionError("core")).toBe("The core failed.");
    expect(model.getFigureError("total_revenue")).toBe("The core failed.");
    expect(model.getFigureError("conversion_rate")).toBe(null);
    expect(model.isEmpty).toBe(false);
    model = makeModel(async () =>
        makePayload({ overview: { conversion_rate: false }, errors: { conversion: "No rate." } })
    );
    await model.load();
    expect(model.getFigureError("conversion_rate")).toBe("No rate.");
    expect(model.getFigureError("total_revenue")).toBe(null);
    expect(model.getSectionError("core")).toBe(null);
});

test("zero is a figure", async () => {
    const model = makeModel(async () => makeEmptyPayload());
    await model.load();
    expect(model.isEmpty).toBe(true);
    expect(model.getFigureError("total_revenue")).toBe(null);
});

test("records behind figures and rows, of a rate the base", async () => {
    const model = makeModel(async (_model, method, args, kwargs) => {
        if (method === "generate_dashboard_data") {
            return makePayload();
        }
        expect.step([args, kwargs]);
        const numerator = { model: "sale.order", domain: [["state", "=", "sale"]], context: {} };
        const denominator = { model: "sale.order", domain: [], context: {} };
        return args[1] === "conversion_rate" ? { numerator, denominator } : numerator;
    });
    await model.load();
    expect((await model.getRecords("total_revenue", "2026-11-22")).domain).toHaveLength(1);
    expect((await model.getRecords("conversion_rate")).domain).toHaveLength(0);
    await model.getRecords("total_revenue", undefined, "previous");
    expect.verifySteps([
        [[[12], "total_revenue"], { key: "2026-11-22" }],
        [[[12], "conversion_rate"], {}],
        [[[12], "total_revenue"], { side: "previous" }],
    ]);
});

test("figures that were cleaned away are stored anew before they are opened", async () => {
    let id = 12;
    const model = makeModel(async (_model, method, args) => {
        if (method === "generate_dashboard_data") {
            return makePayload({ id: id++ });
        }
        expect.step(args[0][0]);
        if (args[0][0] === 12) {
            throw makeServerError("Gone.", "odoo.exceptions.MissingError");
        }
        return { model: "sale.order", domain: [], context: {} };
    });
    await model.load();
    await model.getRecords("total_orders");
    expect.verifySteps([12, 13]);
});

test("a later visit starts from what was exported", async () => {
    const model = makeModel(async () => makePayload());
    await model.choose({
        period: { preset: "this_week" },
        granularity: "weekly",
        compare: "previous_year",
    });
    await model.choose({ chart: "line", sort_customers: "name", sort_breakdown: "name" });
    await model.chooseBreakdown("team");
    const visit = makeModel(async () => makePayload(), model.exportState());
    expect(visit.status).toBe(Status.READY);
    expect(visit.choice).toEqual({
        period: { preset: "this_week" },
        granularity: "weekly",
        compare: "previous_year",
        measure: "untaxed",
        breakdown: "team",
        domain: [],
        chart: "line",
        orders: "hidden",
        table: "hidden",
        sort_customers: "name",
        sort_breakdown: "-revenue",
    });
});

test("breakdowns are there with the figures; products are read when asked for", async () => {
    const products = new Deferred();
    const model = makeModel(async (_model, method, args) => {
        if (method === "generate_dashboard_data") {
            return makePayload();
        }
        expect.step([method, args]);
        return products;
    });
    await model.load();
    expect(model.getBreakdown("user").rows).toHaveLength(3);
    expect(model.getBreakdown("country")).toEqual({ status: "ready", rows: [], error: null });
    expect(model.getBreakdown("product").status).toBe("idle");
    const choosing = model.chooseBreakdown("product");
    expect(model.getBreakdown("product").status).toBe("loading");
    expect(model.isLoading).toBe(false);
    expect(model.isCurrent).toBe(true);
    products.resolve(makeProducts());
    await choosing;
    expect(model.getBreakdown("product").rows).toHaveLength(3);
    await model.chooseBreakdown("team");
    await model.chooseBreakdown("product");
    expect.verifySteps([["load_breakdown", [[12], "product"]]]);
});

test("products of former figures are read again: at once where they are shown", async () => {
    let rows = makeProducts();
    const model = makeModel(async (_model, method, args) => {
        if (method === "generate_dashboard_data") {
            return makePayload();
        }
        expect.step(args[1]);
        return rows;
    });
    await model.load();
    await model.chooseBreakdown("category");
    await model.chooseBreakdown("product");
    rows = makeProducts().slice(1);
    await model.load({ refresh: true, silent: true });
    expect(model.getBreakdown("product").status).toBe("ready", { message: "they stay meanwhile" });
    await tick();
    expect(model.getBreakdown("product").rows).toHaveLength(2);
    expect(model.getBreakdown("category").status).toBe("idle");
    expect.verifySteps(["category", "product", "product"]);
    await model.choose({ period: { preset: "today" } });
    expect(model.getBreakdown("product").status).not.toBe("idle");
    await tick();
    expect.verifySteps(["product"]);
});

test("products that the stored figures have already are not asked for", async () => {
    const payload = makePayload();
    payload.breakdowns.product = makeProducts();
    const model = makeModel(async (_model, method) => {
        expect.step(method);
        return payload;
    });
    await model.load();
    await model.chooseBreakdown("product");
    expect(model.getBreakdown("product").rows).toHaveLength(3);
    expect.verifySteps(["generate_dashboard_data"]);
});

test("products that cannot be read fail alone, and can be tried again", async () => {
    let fails = true;
    const model = makeModel(async (_model, method) => {
        if (method === "generate_dashboard_data") {
            return makePayload();
        }
        if (fails) {
            throw makeServerError("No lines.", "odoo.exceptions.UserError");
        }
        return makeProducts();
    });
    await model.load();
    await model.chooseBreakdown("product");
    expect(model.getBreakdown("product")).toEqual({
        status: "failed",
        rows: [],
        error: "No lines.",
    });
    expect(model.error).toBe(null);
    fails = false;
    await model.lines.product.load();
    expect(model.getBreakdown("product").status).toBe("ready");
});

test("targets and the proof are apart: their failure is theirs", async () => {
    patchWithCleanup(user, { hasGroup: async () => true });
    let fails = false;
    const model = makeModel(async (_model, method, args, kwargs) => {
        if (method === "generate_dashboard_data") {
            return makePayload();
        }
        expect.step([method, args, kwargs]);
        if (fails) {
            throw makeServerError("Not now.");
        }
        return method === "reconcile" ? makeReconciliation() : makeTargets();
    });
    await model.load();
    expect(model.targets.status).toBe("idle");
    await model.targets.load();
    expect(model.targets.data.canSet).toBe(true);
    await model.reconciliation.load();
    expect(model.reconciliation.data.unexplained).toBe(0);
    expect.verifySteps([
        ["get_targets", [], {}],
        ["reconcile", [[12]], { limit: 0 }],
    ]);
    fails = true;
    await model.targets.load({ silent: true });
    expect(model.targets.status).toBe("ready", { message: "what is there stays" });
    await model.targets.load();
    expect(model.targets.error).toBe("Not now.");
    expect(model.status).toBe(Status.READY);
    expect.verifySteps([
        ["get_targets", [], {}],
        ["get_targets", [], {}],
    ]);
});

test("what is compared, and what stands for itself when it fails", async () => {
    let payload = makePayload({ errors: { lifetime: "No lifetimes.", new_customers: "No." } });
    const model = makeModel(async () => payload);
    await model.load();
    expect(model.isCompared).toBe(true);
    expect(model.getOwnError("lifetime")).toBe("No lifetimes.");
    expect(model.bridgeError).toBe("No.", { message: "it needs to know who is new" });
    expect(model.getBreakdown("customer_type").error).toBe("No.");
    payload = makeFailedPayload("The core failed.");
    await model.load();
    expect(model.getOwnError("lifetime")).toBe(null);
    expect(model.getBreakdown("user").error).toBe("The core failed.");
    payload = makePayloadWithoutComparison();
    await model.load();
    expect(model.isCompared).toBe(false);
});
