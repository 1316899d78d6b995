import { user } from "@web/core/user";
import {
    formatAxisAmount,
    formatBucket,
    formatBucketTick,
    formatChange,
    formatComparison,
    formatDayRange,
    formatExactAmount,
    formatPercent,
    formatTimestamp,
} from "./format";
import { getDay } from "./periods";

const { DateTime } = luxon;

/**
 * Formats a day of every kind. What formats days for a language is made at its first use,
 * and that takes longer than all the days of a page together.
 */
export function rehearseFormats() {
    const now = DateTime.now();
    const zone = user.tz || now.zoneName;
    const today = getDay(now.toMillis(), zone);
    const range = { date_from: now.minus({ days: 40 }).toISODate(), date_to: today };
    const bucket = { ...range, period: today, partial: false };
    formatDayRange(range);
    formatComparison({ ...range, end: now.toUTC().toISO() }, zone);
    formatTimestamp(now.toUTC().toISO(), zone);
    formatBucket(bucket, "daily");
    formatBucketTick(bucket, "daily");
    const { currency_id } = user.activeCompany;
    formatExactAmount(-1234.5, currency_id);
    formatAxisAmount(1234.5, currency_id);
    formatChange(12.3);
    formatPercent(12.3);
}

/**
 * Draws bars and a line where nobody sees them: Chart.js is compiled by its first drawing.
 */
export function rehearseChart() {
    const canvas = document.createElement("canvas");
    const data = [1, 2];
    new Chart(canvas, {
        type: "bar",
        data: {
            labels: data,
            datasets: [
                { type: "bar", data, borderRadius: 3 },
                { type: "line", data, borderDash: [5, 4] },
            ],
        },
        options: {
            animation: false,
            responsive: false,
            scales: { y: { beginAtZero: true } },
            plugins: { legend: { display: false } },
        },
    }).destroy();
}
