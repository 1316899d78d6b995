import { onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

const INTERVAL = 30 * 1000;

/**
 * A dashboard stays open over midnight: "today" is then another day, though nothing else
 * has changed. Waits for somebody to look, if nobody does.
 *
 * @param {() => string} getToday
 * @param {() => void} onNewDay
 */
export function useNewDay(getToday, onNewDay) {
    let day = getToday();
    let timer;
    onMounted(() => {
        timer = browser.setInterval(() => {
            const today = getToday();
            if (today !== day && document.visibilityState !== "hidden") {
                day = today;
                onNewDay();
            }
        }, INTERVAL);
    });
    onWillUnmount(() => browser.clearInterval(timer));
}
