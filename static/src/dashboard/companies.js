import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { shallowEqual } from "@web/core/utils/objects";

/** Where a tab keeps which companies it has last written into its address. */
const WRITTEN = "sale_dashboard.companies";

const getActiveIds = () => user.activeCompanies.map(({ id }) => id);

/**
 * @returns {number[]} the companies that an address has to tell, the current one first;
 *  none for who has no choice
 */
export function getAddressCompanies() {
    return user.allowedCompanies.length > 1 ? getActiveIds() : [];
}

/**
 * The address of this tab tells these companies; a reload with others means that its
 * reader has switched to them.
 *
 * @param {number[]} ids
 */
export function noteCompanies(ids) {
    browser.sessionStorage.setItem(WRITTEN, ids.join("-"));
}

export function forgetCompanies() {
    browser.sessionStorage.removeItem(WRITTEN);
}

/**
 * Switches to the companies of an address, as far as the reader may.
 *
 * @param {number[]} ids the current one first
 * @returns {{ isReloading: boolean, missing: number[] }} whether the page is loaded anew,
 *  as Odoo does for other companies; those that are not the reader's
 */
export function followCompanies(ids) {
    const mine = ids.filter((id) => user.allowedCompanies.some((company) => company.id === id));
    const missing = ids.filter((id) => !mine.includes(id));
    const isSwitched = browser.sessionStorage.getItem(WRITTEN) === ids.join("-");
    if (!mine.length || isSwitched || shallowEqual(mine, getActiveIds())) {
        return { isReloading: false, missing };
    }
    // None besides those the address tells.
    user.activateCompanies(mine, { includeChildCompanies: false, reload: true });
    return { isReloading: true, missing };
}
