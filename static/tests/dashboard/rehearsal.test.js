import { expect, test } from "@odoo/hoot";
import { makeMockEnv, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";
import {
    formatBucket,
    formatBucketTick,
    formatComparison,
    formatDayRange,
} from "@sale_dashboard/dashboard/format";
import { rehearseChart, rehearseFormats } from "@sale_dashboard/dashboard/rehearsal";
import { setupDashboardTests } from "../helpers/dashboard";

const { Settings } = luxon;

setupDashboardTests();

test("what formats the days of a page is made beforehand", async () => {
    await makeMockEnv();
    const made = [];
    patchWithCleanup(Intl, {
        DateTimeFormat: new Proxy(Intl.DateTimeFormat, {
            construct(target, args) {
                // Without a language it is only asked for the browser's zone.
                if (args.length) {
                    made.push(args);
                }
                return new target(...args);
            },
        }),
    });
    Settings.resetCaches();
    rehearseFormats();
    expect(made).not.toHaveLength(0);
    made.length = 0;
    const range = { date_from: "2026-09-24", date_to: "2026-10-23" };
    const bucket = { ...range, period: "2026-09-24", partial: false };
    formatDayRange(range);
    formatComparison({ ...range, end: "2026-10-23T10:00:00Z" }, user.tz);
    formatBucket(bucket, "daily");
    formatBucketTick(bucket, "daily");
    expect(made).toEqual([]);
});

test("a curve is drawn beforehand, and leaves nothing behind", () => {
    const before = Object.keys(Chart.instances);
    const drawn = [];
    patchWithCleanup(window.CanvasRenderingContext2D.prototype, {
        fillText(text) {
            drawn.push(text);
            return super.fillText(...arguments);
        },
    });
    rehearseChart();
    expect(drawn).not.toHaveLength(0);
    expect(Object.keys(Chart.instances)).toEqual(before);
});
