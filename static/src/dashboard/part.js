import { markRaw } from "@odoo/owl";
import { Reactive } from "@web/core/utils/reactive";
import { getErrorSentence } from "./errors";

export const PartStatus = Object.freeze({
    IDLE: "idle",
    LOADING: "loading",
    READY: "ready",
    FAILED: "failed",
});

/**
 * What is read apart from the figures, because the first paint must not wait for it:
 * has its own loading state, its own failure and its own retry.
 */
export class Part extends Reactive {
    /**
     * @param {(options: { follows: boolean }) => Promise<any>} fetch
     */
    constructor(fetch) {
        super();
        this.fetch = fetch;
        this.status = PartStatus.IDLE;
        this.data = null;
        /** @type {string | null} */
        this.error = null;
        this._lastLoad = 0;
    }

    get isRequested() {
        return this.status !== PartStatus.IDLE;
    }

    /**
     * Of several requests only the latest counts.
     *
     * @param {Object} [options]
     * @param {boolean} [options.silent] what is there stays until the answer comes, and
     *  when none comes
     * @param {boolean} [options.follows] it may be older, if the server has much to do
     */
    async load({ silent = false, follows = false } = {}) {
        const loadId = ++this._lastLoad;
        const isKept = silent && this.status === PartStatus.READY;
        if (!isKept) {
            this.status = PartStatus.LOADING;
            this.error = null;
        }
        let data;
        try {
            data = await this.fetch({ follows });
        } catch (error) {
            const sentence = getErrorSentence(error);
            if (loadId === this._lastLoad && !isKept) {
                this.status = PartStatus.FAILED;
                this.error = sentence;
            }
            if (sentence === null) {
                throw error;
            }
            return;
        }
        if (loadId === this._lastLoad) {
            this.show(data);
        }
    }

    /**
     * @param {any} data an answer that came another way
     */
    show(data) {
        this._lastLoad++;
        this.data = data && typeof data === "object" ? markRaw(data) : data;
        this.status = PartStatus.READY;
        this.error = null;
    }

    /** Back to the beginning: what is there answers another question. */
    clear() {
        this._lastLoad++;
        this.status = PartStatus.IDLE;
        this.data = null;
        this.error = null;
    }
}
