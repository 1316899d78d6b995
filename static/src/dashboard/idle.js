import { browser } from "@web/core/browser/browser";

/**
 * @param {number} [timeout] milliseconds after which it is done in any case
 * @returns {Promise<void>} when the browser has nothing else to do
 */
export function waitForIdle(timeout) {
    return new Promise((resolve) =>
        window.requestIdleCallback
            ? window.requestIdleCallback(resolve, timeout ? { timeout } : undefined)
            : browser.setTimeout(resolve, 50)
    );
}
