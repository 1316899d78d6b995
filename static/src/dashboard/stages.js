import { useEffect, useEnv, useState, useSubEnv } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { waitForIdle } from "./idle";

/** Milliseconds: however busy the page is, by then it goes on. */
const PATIENCE = 200;

/**
 * Renders a page in stages, each in a task of its own: what comes first is painted first,
 * and in between the page answers to whoever uses it. What is seen does not wait for more
 * than that; the last stage, which nobody sees, comes when there is nothing else to do.
 *
 * @param {Object} params
 * @param {boolean} params.areAllAtOnce from the beginning: what is scrolled back to has to
 *  be there
 * @param {() => boolean} params.isReady whether there is anything to render
 * @param {number} params.last
 * @returns {{ last: number, reached: number }} the stage up to which is rendered, from 1
 */
export function useStages({ areAllAtOnce, isReady, last }) {
    const stages = useState({ last, reached: areAllAtOnce ? last : 1 });
    useSubEnv({ stages });
    useEffect(
        (isReady, reached) => {
            if (isReady && reached < last) {
                // Effects run right before the page is painted, a task of its own after it.
                let isLeft = false;
                const timer = browser.setTimeout(async () => {
                    if (reached + 1 === last) {
                        await waitForIdle(PATIENCE);
                    }
                    if (!isLeft) {
                        stages.reached++;
                    }
                });
                return () => {
                    isLeft = true;
                    browser.clearTimeout(timer);
                };
            }
        },
        () => [isReady(), stages.reached]
    );
    return stages;
}

/**
 * @returns {() => boolean} whether the page around has its last stage; who is told so is
 *  rendered anew for it, and nobody else
 */
export function useIsAtRest() {
    const { stages } = useEnv();
    const shown = stages && useState(stages);
    return () => !shown || shown.reached === shown.last;
}
