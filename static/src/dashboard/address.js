import { useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { PATH_KEYS, router, routerBus } from "@web/core/browser/router";
import { useBus } from "@web/core/utils/hooks";
import { pick, shallowEqual } from "@web/core/utils/objects";
import {
    BREAKDOWNS,
    COMPARISONS,
    DEFAULT_CHOICE,
    GRANULARITIES,
    LOOKS,
    MEASURES,
} from "./dashboard_model";
import { CUSTOM, isValidPeriod } from "./periods";

/**
 * The state of the dashboard as parameters of its address, in words a reader
 * understands: `?period=last_30_days&compare=previous_year`. The period is always told,
 * so that an address stays what it is whatever anybody's defaults are; of the rest, what
 * is not the default.
 *
 * @typedef {import("./dashboard_model").Choice} Choice
 * @typedef {import("./search_model").AddressFacet} AddressFacet
 *
 * @typedef View
 * @property {Partial<Choice>} choice
 * @property {AddressFacet[] | null} facets null where the address says nothing at all
 * @property {number[]} companies the current one first; none where nothing is told
 * @property {boolean} isWall
 * @property {string[]} unreadable parameters that mean nothing, as they are written
 */

const CHOICES = {
    compare: COMPARISONS,
    granularity: GRANULARITIES,
    measure: MEASURES,
    breakdown: BREAKDOWNS,
    ...LOOKS,
};
const PERIOD_KEYS = ["period", "from", "to", "step"];
export const ADDRESS_KEYS = [
    ...PERIOD_KEYS,
    ...Object.keys(CHOICES),
    "filters",
    "companies",
    "wall",
];
/** Where Odoo's action service keeps what it does not show in the address. */
const STATE_KEY = "saleDashboard";

/**
 * @param {Omit<View, "unreadable">} view with all of a choice
 * @returns {{ [key: string]: string | number }}
 */
export function writeAddress({ choice, companies, facets, isWall }) {
    const { date_from, date_to, preset, unit } = choice.period;
    const params = { period: preset };
    if (preset === CUSTOM) {
        Object.assign(params, { from: date_from, to: date_to }, unit && { step: unit });
    }
    for (const name of Object.keys(CHOICES)) {
        if (choice[name] !== DEFAULT_CHOICE[name]) {
            params[name] = choice[name];
        }
    }
    if (facets.length) {
        params.filters = JSON.stringify(facets);
    }
    if (companies.length) {
        params.companies = companies.join("-");
    }
    if (isWall) {
        params.wall = 1;
    }
    return params;
}

function readPeriod({ period, from, to, step }) {
    if (String(period) !== CUSTOM) {
        return { preset: String(period) };
    }
    const custom = { preset: CUSTOM, date_from: String(from), date_to: String(to) };
    return step === undefined ? custom : { ...custom, unit: String(step) };
}

function readFacets(text) {
    try {
        const facets = JSON.parse(text);
        return Array.isArray(facets) ? facets : null;
    } catch {
        return null;
    }
}

/**
 * @param {Object} params of an address, from anywhere
 * @returns {View} what of it can be understood
 */
export function readAddress(params) {
    const isTold = (name) => params[name] !== undefined;
    const view = { choice: {}, companies: [], facets: null, isWall: false, unreadable: [] };
    const refuse = (...names) =>
        view.unreadable.push(
            names
                .filter(isTold)
                .map((name) => `${name}=${params[name]}`)
                .join("&")
        );
    if (PERIOD_KEYS.some(isTold)) {
        const period = readPeriod(params);
        if (isValidPeriod(period)) {
            view.choice.period = period;
        } else {
            refuse(...PERIOD_KEYS);
        }
    }
    for (const [name, values] of Object.entries(CHOICES)) {
        if (values.includes(params[name])) {
            view.choice[name] = params[name];
        } else if (isTold(name)) {
            refuse(name);
        }
    }
    if (ADDRESS_KEYS.some(isTold)) {
        view.facets = [];
    }
    if (isTold("filters")) {
        const facets = readFacets(params.filters);
        if (facets) {
            view.facets = facets;
        } else {
            refuse("filters");
        }
    }
    if (isTold("companies")) {
        if (/^\d{1,9}(-\d{1,9})*$/.test(params.companies)) {
            view.companies = String(params.companies).split("-").map(Number);
        } else {
            refuse("companies");
        }
    }
    view.isWall = String(params.wall) === "1";
    return view;
}

/** Whether two states of the router are the same actions on top of each other. */
function isSamePage(one, other) {
    const getPath = ({ actionStack = [] }) =>
        JSON.stringify(actionStack.map((action) => pick(action, ...PATH_KEYS)));
    return getPath(one) === getPath(other);
}

function isAt(action) {
    return [action.path, action.id, action.tag].filter(Boolean).includes(router.current.action);
}

/** Whether the browser's address is the one the router is at; not after a click on a link. */
function isAddressCurrent() {
    const url = new URL(router.stateToUrl(router.current), browser.location.origin);
    return url.pathname === browser.location.pathname;
}

/**
 * The parameters with which the action was opened: those of the address, unless the
 * action was opened anew from a menu while the address is still that of the former page.
 *
 * @param {Object} props of a client action
 * @returns {Object}
 */
export function getInitialParams({ action, globalState }) {
    if (globalState?.[STATE_KEY]) {
        return globalState[STATE_KEY];
    }
    const params = pick(router.current, ...ADDRESS_KEYS);
    // What the action service has just been told by the page that is being left.
    const left = router.current.globalState?.[STATE_KEY];
    return isAt(action) && !(left && shallowEqual(left, params)) ? params : {};
}

/**
 * Keeps the address and what is shown the same: every choice is a step of the browser's
 * history, and going to one (back, forward, by a link) shows it in place: the page is not
 * left and built anew.
 *
 * @param {Object} props of a client action
 * @param {Object} callbacks
 * @param {() => Object} callbacks.getParams
 * @param {(params: Object) => void} callbacks.onNavigate
 * @returns {{ beforeLeave: Function, getGlobalState: Function }} for `useSetupAction`
 */
export function useAddress(props, { getParams, onNavigate }) {
    const nothing = Object.fromEntries(ADDRESS_KEYS.map((key) => [key, undefined]));
    const getGlobalState = () => ({ [STATE_KEY]: getParams() });
    let isOpening = true;
    /** Whether it is the router that asks for another page, and not somebody's click. */
    let isRouted = false;

    useEffect(
        () => {
            const isBare = ADDRESS_KEYS.every((key) => router.current[key] === undefined);
            if (isOpening && isBare && isAt(props.action) && isAddressCurrent()) {
                // In the place of the bare address: going back must not lead to it.
                router.replaceState(getParams(), { sync: true });
            }
            isOpening = false;
            props.updateActionState?.({
                ...nothing,
                ...getParams(),
                globalState: getGlobalState(),
            });
        },
        () => [JSON.stringify(getParams())]
    );
    useBus(routerBus, "ROUTE_CHANGE", () => {
        isRouted = true;
    });

    function beforeLeave() {
        const shown = JSON.parse(browser.sessionStorage.getItem("current_state") || "{}");
        const isHere = isRouted && isSamePage(router.current, shown);
        isRouted = false;
        if (!isHere) {
            return true;
        }
        const params = pick(router.current, ...ADDRESS_KEYS);
        if (!shallowEqual(params, getParams())) {
            onNavigate(params);
        }
        return false;
    }

    return { beforeLeave, getGlobalState };
}
