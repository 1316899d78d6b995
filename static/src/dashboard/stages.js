import { useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

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
                // Effects run right before the page is painted: a new task comes after.
                const timer = browser.setTimeout(() => stages.reached++);
                return () => browser.clearTimeout(timer);
            }
        },
        () => [isReady(), stages.reached]
    );
    return stages;
}
