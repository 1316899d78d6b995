import { browser } from "@web/core/browser/browser";
import { CHANGED_NOTIFICATION } from "./live_refresh";

/** Milliseconds: who rests on the entry mostly opens it, who only passes over it does not. */
const REST = 50;
/** However often the entry is come back to. */
const INTERVAL = 5000;
/** How long an answer waits for its reader. */
const LIFE = 10000;

/**
 * Asks for the figures while somebody is about to open them, and keeps them for a moment.
 * From then on it hears what every open dashboard hears: an answer that is no longer true
 * is not handed over.
 */
export class Ahead {
    /**
     * @param {Object} busService
     */
    constructor(busService) {
        this.busService = busService;
        /** @type {{ model: Object, loading: Promise<void>, tokens: string[] } | null} */
        this.asked = null;
        this.nextAllowed = 0;
        this.timer = null;
        this._onChanged = ({ token }) => this.asked.tokens.push(token);
    }

    /**
     * @param {() => Promise<Object>} makeModel of the view that would open
     */
    async ask(makeModel) {
        // Where nobody would tell what changes meanwhile, nothing is known ahead.
        if (this.asked || Date.now() < this.nextAllowed || !this._isTold()) {
            return;
        }
        this.nextAllowed = Date.now() + INTERVAL;
        const asked = { model: null, loading: null, tokens: [] };
        this.asked = asked;
        this.busService.subscribe(CHANGED_NOTIFICATION, this._onChanged);
        this.timer = browser.setTimeout(() => this.forget(), LIFE);
        try {
            const model = await makeModel();
            if (this.asked === asked) {
                asked.model = model;
                asked.loading = model.open();
                await asked.loading;
            }
        } catch {
            // Whoever opens it is told why: it is asked again.
            if (this.asked === asked) {
                this.forget();
            }
        }
    }

    /**
     * @param {Object} model of the view that opens
     * @returns {{ model: Object, loading: Promise<void>, tokens: string[] } | null} the same
     *  asked ahead, and the changes told since
     */
    take(model) {
        const { asked } = this;
        this.forget();
        const isUsable =
            asked?.model &&
            asked.model.error === null &&
            asked.model.isLike(model) &&
            this._isTold() &&
            // What is on its way may have them.
            (!asked.model.answer || asked.tokens.every((token) => asked.model.hasChange(token)));
        return isUsable ? asked : null;
    }

    forget() {
        if (this.asked) {
            browser.clearTimeout(this.timer);
            this.busService.unsubscribe(CHANGED_NOTIFICATION, this._onChanged);
            this.asked = null;
        }
    }

    /**
     * @private
     */
    _isTold() {
        return this.busService.workerState === "CONNECTED";
    }
}

/**
 * Tells who is about to open an entry of the menu: a pointer or the focus rests on it, or it
 * is being pressed.
 *
 * @param {string} xmlid of the entry
 * @param {() => void} onNear
 */
export function watchMenuEntry(xmlid, onNear) {
    const selector = `[data-menu-xmlid="${xmlid}"]`;
    let timer = null;
    const onEvent = ({ target, type }) => {
        browser.clearTimeout(timer);
        if (!target.closest?.(selector)) {
            return;
        }
        if (type === "pointerdown") {
            onNear();
        } else {
            timer = browser.setTimeout(onNear, REST);
        }
    };
    for (const type of ["pointerover", "focusin", "pointerdown"]) {
        browser.addEventListener(type, onEvent);
    }
    // The menu goes with its entry, and the focus with both. A browser that finds the focus
    // in what is taken away first styles the whole page anew, the one that is being left.
    const onClick = ({ target }) => target.closest?.(selector)?.blur();
    browser.addEventListener("click", onClick, { capture: true });
}
