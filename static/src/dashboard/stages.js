import { useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { waitForIdle } from "./idle";

/** Milliseconds: however busy the page is, by then it goes on. */
const PATIENCE = 200;

/**
 * Renders a page in stages, each in a task of its own: what comes first is painted first,
 * and in between the page answers to whoever uses it.
 *
 * @param {Object} params
 * @param {boolean} params.areAllAtOnce from the beginning: what is scrolled back to has to
 *  be there
 * @param {() => boolean} params.isReady whether there is anything to render
 * @param {number} params.last
 * @returns {{ reached: number }} the stage up to which is rendered, from 1
 */
export function useStages({ areAllAtOnce, isReady, last }) {
    const stages = useState({ reached: areAllAtOnce ? last : 1 });
    useEffect(
        (isReady, reached) => {
            if (isReady && reached < last) {
                // Effects run right before the page is painted. What they change in turn is
                // painted with the next frame; then comes who uses it, then what is below.
                let isLeft = false;
                const frame = browser.requestAnimationFrame(async () => {
                    await waitForIdle(PATIENCE);
                    if (!isLeft) {
                        stages.reached++;
                    }
                });
                return () => {
                    isLeft = true;
                    browser.cancelAnimationFrame(frame);
                };
            }
        },
        () => [isReady(), stages.reached]
    );
    return stages;
}
