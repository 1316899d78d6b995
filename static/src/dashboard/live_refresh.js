import { onWillDestroy, useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";

export const CHANGED_NOTIFICATION = "sale_dashboard/changed";

/**
 * A lone change is read within two seconds; the spread keeps open dashboards apart. Where very
 * many are open, the server asks for more.
 */
const LONE_CHANGE_SPREAD = 600;
/** After a restart of the server all dashboards come back at once. */
const RECONNECTION_SPREAD = 2000;
const MIN_INTERVAL = 2000;
const INTERVAL_PER_DURATION = 20;
/**
 * Waiting for the answer counts as well: the server may have more to do than it can. Up to a
 * few times of what it takes to answer all, as the server says with each change.
 */
const MAX_INTERVAL_OF_WAIT = 20000;
const MAX_INTERVAL_PER_SPREAD = 6;
/** Where it says when to ask again: only if saying so takes long, later. */
const REREAD_INTERVAL_PER_WAIT = 10;
const INTERVAL_SPREAD = 0.25;
/**
 * What no message tells (the turn of the day, a change past Odoo, a message lost with its
 * process) is found by looking: the server answers from its cache where nothing changed.
 */
const CHECK_INTERVAL = 5 * 60 * 1000;

/**
 * @typedef Reread
 * @property {number} duration milliseconds that the server needed to compute what it gave
 * @property {number} waited milliseconds until it did
 * @property {number} [nextAfter] the milliseconds after which there may be newer figures, as
 *  the server says
 * @property {number} [rereadAfter] where the server knows changes that it was not yet ready to
 *  compute: the milliseconds after which it may be
 * @property {number} [lookAfter] the same of anything that was read; what was not told any
 *  more is then read all the same
 */

/**
 * @param {Reread} reread
 * @param {number} spread milliseconds that the server needs to answer all, as it said last
 * @returns {number} milliseconds until the next one
 */
function getInterval({ duration, waited, nextAfter, rereadAfter }, spread) {
    const most = Math.max(MAX_INTERVAL_OF_WAIT, MAX_INTERVAL_PER_SPREAD * spread);
    const getIntervalOfWait = (perWait) => Math.min(most, perWait * waited);
    if (rereadAfter !== undefined) {
        return Math.max(rereadAfter, getIntervalOfWait(REREAD_INTERVAL_PER_WAIT));
    }
    if (nextAfter !== undefined) {
        return Math.max(MIN_INTERVAL, nextAfter, getIntervalOfWait(REREAD_INTERVAL_PER_WAIT));
    }
    return Math.max(
        MIN_INTERVAL,
        INTERVAL_PER_DURATION * duration,
        getIntervalOfWait(INTERVAL_PER_DURATION)
    );
}

/**
 * Decides when to re-read after a change: at once when changes are rare; under load at most
 * every two seconds, later if the server says so or, where it does not, every 20 x the last
 * computation; and never while nobody looks. What the server had no time for is read again
 * when it says so.
 */
export class LiveRefresh {
    /**
     * @param {Object} params
     * @param {() => Promise<Reread>} params.refresh
     * @param {(token: string) => boolean} [params.isKnown] whether the figures shown already
     *  have the change of that token
     * @param {boolean} [params.isVisible]
     */
    constructor({ refresh, isKnown = () => false, isVisible = true }) {
        this.refresh = refresh;
        this.isKnown = isKnown;
        this.isVisible = isVisible;
        /** @type {{ token: string | null } | null} what was told last and is not yet read */
        this.pending = null;
        this.isRunning = false;
        this.isStopped = false;
        this.nextAllowed = 0;
        this.spread = 0;
        this.timer = null;
        this.checkTimer = null;
        this._scheduleCheck();
    }

    /**
     * Orders changed.
     *
     * @param {string} token of the change
     * @param {number} [spread] milliseconds over which the server would have all dashboards
     *  read it
     */
    notify(token, spread = 0) {
        // What is to be read whatever the token stays so.
        if (!this.pending || this.pending.token !== null) {
            this.pending = { token };
        }
        this.spread = spread;
        this._schedule(Math.max(LONE_CHANGE_SPREAD, spread));
    }

    /**
     * Orders may have changed without a word.
     *
     * @param {number} [spread] milliseconds
     */
    notifyUntold(spread = LONE_CHANGE_SPREAD) {
        this.pending = { token: null };
        this._schedule(spread);
    }

    /**
     * @param {boolean} isVisible
     */
    setVisible(isVisible) {
        this.isVisible = isVisible;
        this._schedule(0);
    }

    stop() {
        this.isStopped = true;
        browser.clearTimeout(this.timer);
        browser.clearTimeout(this.checkTimer);
    }

    /**
     * @private
     */
    _dropIfKnown() {
        // Only now: while a read is under way nobody knows what it will bring.
        if (this.pending && this.pending.token !== null && this.isKnown(this.pending.token)) {
            this.pending = null;
        }
    }

    /**
     * @private
     */
    _schedule(spread) {
        const isIdle = !this.timer && !this.isRunning && !this.isStopped;
        if (!isIdle || !this.isVisible) {
            return;
        }
        this._dropIfKnown();
        if (this.pending) {
            const wait = Math.max(Math.random() * spread, this.nextAllowed - Date.now());
            this.timer = browser.setTimeout(() => this._run(), wait);
        }
    }

    /**
     * @private
     */
    _scheduleCheck(after = CHECK_INTERVAL) {
        browser.clearTimeout(this.checkTimer);
        this.checkTimer = browser.setTimeout(
            () => this.notifyUntold(),
            after * (1 + Math.random() * INTERVAL_SPREAD)
        );
    }

    /**
     * @private
     */
    async _run() {
        this.timer = null;
        this._dropIfKnown();
        if (!this.isVisible || !this.pending) {
            return;
        }
        this.pending = null;
        this.isRunning = true;
        let answer = { duration: 0, waited: 0 };
        try {
            answer = await this.refresh();
        } finally {
            const interval = getInterval(answer, this.spread);
            this.nextAllowed = Date.now() + interval * (1 + Math.random() * INTERVAL_SPREAD);
            this.isRunning = false;
            if (!this.isStopped) {
                this._scheduleCheck(answer.lookAfter);
                this._schedule(LONE_CHANGE_SPREAD);
            }
        }
    }
}

/**
 * Re-reads whenever the server says that something changed, and after a lost
 * connection, during which changes may have been missed.
 *
 * @param {Object} params
 * @param {() => Promise<Reread>} params.refresh
 * @param {(token: string) => boolean} params.isKnown
 * @param {(marks: string[] | undefined) => boolean} params.isConcerned whether a change of
 *  the orders of these salespeople may move the figures shown
 * @param {(isConnected: boolean) => void} params.onConnection
 * @returns {LiveRefresh}
 */
export function useLiveRefresh({ refresh, isKnown, isConcerned, onConnection }) {
    const busService = useService("bus_service");
    const isVisible = () => document.visibilityState !== "hidden";
    const live = new LiveRefresh({ refresh, isKnown, isVisible: isVisible() });
    let isConnected = busService.workerState !== "DISCONNECTED";

    const onChanged = ({ token, spread_ms, concerns }) => {
        if (isConcerned(concerns)) {
            live.notify(token, spread_ms);
        }
    };
    const onConnected = () => {
        // Odoo calls it a reconnection only if the connection broke, not if the network was
        // off: what was missed is the same.
        if (!isConnected) {
            live.notifyUntold(RECONNECTION_SPREAD);
        }
        isConnected = true;
        onConnection(true);
    };
    const onDisconnected = () => {
        isConnected = false;
        onConnection(false);
    };
    const busEvents = {
        "BUS:CONNECT": onConnected,
        "BUS:RECONNECT": onConnected,
        "BUS:DISCONNECT": onDisconnected,
        "BUS:RECONNECTING": onDisconnected,
    };

    useExternalListener(document, "visibilitychange", () => live.setVisible(isVisible()));
    // At once, not when mounted: a change after the first read must not be missed.
    onConnection(isConnected);
    busService.subscribe(CHANGED_NOTIFICATION, onChanged);
    for (const [name, listener] of Object.entries(busEvents)) {
        busService.addEventListener(name, listener);
    }
    busService.start();
    onWillDestroy(() => {
        live.stop();
        busService.unsubscribe(CHANGED_NOTIFICATION, onChanged);
        for (const [name, listener] of Object.entries(busEvents)) {
            busService.removeEventListener(name, listener);
        }
    });
    return live;
}
