import { localization } from "@web/core/l10n/localization";

/**
 * Arrow keys move between tabs, as everywhere: to the one they point to, from the last to
 * the first. Home and End go to the ends. The tab that is reached gets the focus.
 *
 * @param {KeyboardEvent} ev on an element with the role of a tab list
 * @param {Object} params
 * @param {string[]} params.ids of the tabs, in their order
 * @param {string} params.selected
 * @param {(id: string) => void} params.select
 */
export function onTabListKeydown(ev, { ids, selected, select }) {
    const index = ids.indexOf(selected);
    const step = localization.direction === "rtl" ? -1 : 1;
    const targets = {
        ArrowLeft: index - step,
        ArrowRight: index + step,
        Home: 0,
        End: ids.length - 1,
    };
    if (ev.key in targets) {
        ev.preventDefault();
        const target = (targets[ev.key] + ids.length) % ids.length;
        ev.currentTarget.querySelectorAll("[role=tab]")[target].focus();
        select(ids[target]);
    }
}
