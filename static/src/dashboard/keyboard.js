import { useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * The keys of the dashboard: single ones, since Odoo's own are all with Alt or Control.
 *
 * @type {{ id: string, hotkey?: string, key: string, label: string }[]} hotkey as Odoo's
 *  service knows it, where it does; key as it is shown
 */
export const KEYS = [
    { id: "before", hotkey: "arrowleft", key: "\u2190", label: _t("Period before") },
    { id: "after", hotkey: "arrowright", key: "\u2192", label: _t("Period after") },
    { id: "period", hotkey: "p", key: "P", label: _t("Choose a period") },
    { id: "compare", hotkey: "c", key: "C", label: _t("Next comparison") },
    { id: "granularity", hotkey: "g", key: "G", label: _t("Next granularity") },
    { id: "measure", hotkey: "m", key: "M", label: _t("With or without taxes") },
    { id: "search", key: "/", label: _t("Search and filter") },
    { id: "export", hotkey: "e", key: "E", label: _t("Export or print") },
    { id: "refresh", hotkey: "r", key: "R", label: _t("Refresh") },
    { id: "share", hotkey: "s", key: "S", label: _t("Copy the address of this view") },
    { id: "wall", hotkey: "w", key: "W", label: _t("Wall mode, Escape leaves it") },
    { id: "help", key: "?", label: _t("This help") },
];

/** Where one types or walks through a menu. */
const TYPING = "input, textarea, select, [contenteditable=true], .o-dropdown--menu, .o_popover";
/** What arrows have a meaning of its own for. */
const WALKING = "[role=slider], [role=tablist], [role=listbox], [role=grid]";

/** Speech input and shaky hands press keys nobody meant: every reader can switch them off. */
const STORAGE_KEY = "sale_dashboard.keys";

/**
 * @returns {boolean} whether keys do anything on this browser
 */
export function areKeysOn() {
    return browser.localStorage.getItem(STORAGE_KEY) !== "off";
}

/**
 * @param {boolean} isOn
 */
export function setKeysOn(isOn) {
    browser.localStorage.setItem(STORAGE_KEY, isOn ? "on" : "off");
}

function isFree(target, hotkey = "") {
    const taken = hotkey.startsWith("arrow") ? `${TYPING}, ${WALKING}` : TYPING;
    return areKeysOn() && !target?.closest?.(taken);
}

/**
 * The period before is where its arrow points to.
 *
 * @param {string} id of a key
 */
function mirror(id) {
    if (localization.direction === "rtl") {
        return { before: "after", after: "before" }[id] || id;
    }
    return id;
}

/**
 * @param {{ [id: string]: () => void }} actions by the id of their key
 */
export function useKeyboard(actions) {
    const ui = useService("ui");
    for (const { hotkey, id } of KEYS) {
        if (hotkey) {
            useHotkey(hotkey, () => actions[mirror(id)](), {
                isAvailable: (target) => isFree(target, hotkey),
            });
        }
    }
    // Odoo's service knows no punctuation; otherwise these follow its rules.
    const punctuation = new Map(KEYS.filter(({ hotkey }) => !hotkey).map((key) => [key.key, key]));
    const isOurs = (ev) =>
        punctuation.has(ev.key) &&
        !ev.altKey &&
        !ev.ctrlKey &&
        !ev.metaKey &&
        !ev.defaultPrevented &&
        !ui.isBlocked &&
        ui.activeElement === document &&
        isFree(ev.target);
    useExternalListener(window, "keydown", (ev) => {
        if (isOurs(ev)) {
            ev.preventDefault();
            actions[punctuation.get(ev.key).id]();
        }
    });
}
