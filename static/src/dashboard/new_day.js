import { onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

const INTERVAL = 30 * 1000;

/**
 * A dashboard stays open over midnight: "today" is then another day, though nothing else
 * has changed. Waits for somebody to look, if nobody does.
 *
 * @param {() => boolean} isNewDay since it was last asked what to show
 * @param {() => void} onNewDay
 */
export function useNewDay(isNewDay, onNewDay) {
    let timer;
    onMounted(() => {
        timer = browser.setInterval(() => {
            if (isNewDay() && document.visibilityState !== "hidden") {
                onNewDay();
            }
        }, INTERVAL);
    });
    onWillUnmount(() => browser.clearInterval(timer));
}
