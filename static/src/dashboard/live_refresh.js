import { onMounted, onWillDestroy, useExternalListener } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";

export const CHANGED_NOTIFICATION = "sale_dashboard/changed";

/** A lone change is read within two seconds; the spread keeps open dashboards apart. */
const LONE_CHANGE_SPREAD = 600;
const MIN_INTERVAL = 2000;
const INTERVAL_PER_DURATION = 20;
const INTERVAL_SPREAD = 0.25;

/**
 * Decides when to re-read after a change: at once when changes are rare, at most every
 * max(2 s, 20 x the last computation) under load, and never while nobody looks.
 */
export class LiveRefresh {
    /**
     * @param {Object} params
     * @param {() => Promise<number>} params.refresh resolves to the milliseconds that the
     *  server needed
     * @param {boolean} [params.isVisible]
     */
    constructor({ refresh, isVisible = true }) {
        this.refresh = refresh;
        this.isVisible = isVisible;
        this.isPending = false;
        this.isRunning = false;
        this.isStopped = false;
        this.nextAllowed = 0;
        this.timer = null;
    }

    notify() {
        this.isPending = true;
        this._schedule();
    }

    /**
     * @param {boolean} isVisible
     */
    setVisible(isVisible) {
        this.isVisible = isVisible;
        this._schedule();
    }

    stop() {
        this.isStopped = true;
        browser.clearTimeout(this.timer);
    }

    /**
     * @private
     */
    _schedule() {
        const isIdle = !this.timer && !this.isRunning && !this.isStopped;
        if (isIdle && this.isPending && this.isVisible) {
            const wait = Math.max(
                Math.random() * LONE_CHANGE_SPREAD,
                this.nextAllowed - Date.now()
            );
            this.timer = browser.setTimeout(() => this._run(), wait);
        }
    }

    /**
     * @private
     */
    async _run() {
        this.timer = null;
        if (!this.isVisible) {
            return;
        }
        this.isPending = false;
        this.isRunning = true;
        let duration = 0;
        try {
            duration = await this.refresh();
        } finally {
            const interval = Math.max(MIN_INTERVAL, INTERVAL_PER_DURATION * duration);
            this.nextAllowed = Date.now() + interval * (1 + Math.random() * INTERVAL_SPREAD);
            this.isRunning = false;
            this._schedule();
        }
    }
}

/**
 * Re-reads whenever the server says that something changed, and after a lost
 * connection, during which changes may have been missed.
 *
 * @param {Object} params
 * @param {() => Promise<number>} params.refresh
 * @param {(isConnected: boolean) => void} params.onConnection
 */
export function useLiveRefresh({ refresh, onConnection }) {
    const busService = useService("bus_service");
    const isVisible = () => document.visibilityState !== "hidden";
    const live = new LiveRefresh({ refresh, isVisible: isVisible() });

    const onChanged = () => live.notify();
    const onConnected = () => onConnection(true);
    const onDisconnected = () => onConnection(false);
    const onReconnected = () => {
        onConnection(true);
        live.notify();
    };
    const busEvents = {
        "BUS:CONNECT": onConnected,
        "BUS:RECONNECT": onReconnected,
        "BUS:DISCONNECT": onDisconnected,
        "BUS:RECONNECTING": onDisconnected,
    };

    useExternalListener(document, "visibilitychange", () => live.setVisible(isVisible()));
    onMounted(() => {
        busService.subscribe(CHANGED_NOTIFICATION, onChanged);
        for (const [name, listener] of Object.entries(busEvents)) {
            busService.addEventListener(name, listener);
        }
        busService.start();
    });
    onWillDestroy(() => {
        live.stop();
        busService.unsubscribe(CHANGED_NOTIFICATION, onChanged);
        for (const [name, listener] of Object.entries(busEvents)) {
            busService.removeEventListener(name, listener);
        }
    });
}
