import { markRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { Reactive } from "@web/core/utils/reactive";
import { formatAmount, formatCount, formatDayRange } from "./format";
import {
    DEFAULT_PERIOD,
    getToday,
    isGranularityPossible,
    isValidPeriod,
    resolveGranularity,
    resolvePeriod,
} from "./periods";

/**
 * @typedef {import("./periods").Period} Period
 * @typedef {import("./periods").Granularity} Granularity
 *
 * @typedef Choice everything the user chose; plain data, so that it can be stored,
 *  restored and put into an address as it is
 * @property {Period} period
 * @property {Granularity} granularity
 * @property {"untaxed" | "total"} measure
 *
 * @typedef {{ payload: Object, choice: Choice }} Answer
 */

export const Status = Object.freeze({
    LOADING: "loading",
    READY: "ready",
    FAILED: "failed",
});

export const GRANULARITIES = ["auto", "daily", "weekly", "monthly"];
export const MEASURES = ["untaxed", "total"];
export const DEFAULT_CHOICE = Object.freeze({
    period: DEFAULT_PERIOD,
    granularity: "auto",
    measure: "untaxed",
});

/** The section that computes each figure: `payload.errors` names the failed ones. */
const SECTIONS = {
    total_revenue: "core",
    total_orders: "core",
    average_order_value: "core",
    new_customers: "new_customers",
    conversion_rate: "conversion",
};
export const FIGURES = Object.keys(SECTIONS);

const TOP_LIMIT = 10;
/** How long a changed digit stays marked. */
const MARK_DURATION = 2500;
const USER_ERRORS = [
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
];

const NOTHING_CHANGED = Object.freeze({ figures: [], customers: [], segments: [] });

/**
 * What went wrong, for the person in front of the screen.
 *
 * @param {Error} error
 * @returns {string | null} null for what is no answer of the server, but our own mistake
 */
export function getErrorSentence(error) {
    if (error instanceof ConnectionLostError) {
        return _t("The server cannot be reached. Check your connection and try again.");
    }
    if (error instanceof RPCError) {
        return USER_ERRORS.includes(error.exceptionName) && error.data?.message
            ? error.data.message
            : _t("The server could not compute these figures. Its log says why.");
    }
    return null;
}

/**
 * Keys of the rows whose figures differ between two payloads.
 */
function getChangedKeys(before, after, key, fields) {
    const rows = new Map(before.map((row) => [row[key], row]));
    return after
        .filter((row) => fields.some((field) => rows.get(row[key])?.[field] !== row[field]))
        .map((row) => row[key]);
}

/**
 * The whole state of one open dashboard: what is asked, what was answered, and how
 * true that still is. Knows nothing of components.
 */
export class DashboardModel extends Reactive {
    /**
     * @param {Object} params
     * @param {Object} params.orm the orm service
     * @param {Partial<Choice>} [params.choice]
     * @param {Answer} [params.answer] of an earlier visit, shown until the new one comes
     */
    constructor(params) {
        super();
        this.setup(params);
    }

    setup({ orm, choice, answer }) {
        this.orm = markRaw(orm);
        /** @type {Choice} */
        this.choice = { ...DEFAULT_CHOICE };
        this._acceptChoice(choice || {});
        /** @type {Answer | null} */
        this.answer = answer ? markRaw(answer) : null;
        this.isLoading = false;
        /** @type {string | null} why the last request failed */
        this.error = null;
        /** Whether that was a request nobody asked for. */
        this.isErrorQuiet = false;
        this.isConnected = true;
        this.changed = NOTHING_CHANGED;
        /** What a screen reader is told after a change. */
        this.announcement = "";
        this._lastLoad = 0;
        this._markTimer = null;
    }

    //--------------------------------------------------------------------------
    // What is asked
    //--------------------------------------------------------------------------

    /** The viewer's today: a dashboard may stay open over midnight. */
    get today() {
        return getToday(user.tz);
    }

    get range() {
        return resolvePeriod(this.choice.period, this.today);
    }

    get periodType() {
        return resolveGranularity(this.choice.granularity, this.range);
    }

    /**
     * @param {Granularity} granularity
     */
    isPossible(granularity) {
        return isGranularityPossible(granularity, this.range);
    }

    //--------------------------------------------------------------------------
    // What was answered
    //--------------------------------------------------------------------------

    get payload() {
        return this.answer && this.answer.payload;
    }

    get status() {
        if (this.answer) {
            return Status.READY;
        }
        return this.error ? Status.FAILED : Status.LOADING;
    }

    /** Whether the figures shown answer what is asked now. */
    get isCurrent() {
        return Boolean(this.answer) && this.answer.choice === this.choice;
    }

    /** Whether a failure has to be explained beside the figures, not only hinted at. */
    get isFailureShown() {
        return Boolean(this.error) && (!this.isErrorQuiet || !this.isCurrent);
    }

    get isEmpty() {
        return this.payload.overview.total_orders === 0;
    }

    /** The days the figures shown are of, whatever has been asked since. */
    get shownRange() {
        const { period_start, period_end } = this.payload.overview;
        return { date_from: period_start, date_to: period_end };
    }

    /**
     * @param {"core" | "new_customers" | "conversion"} section
     * @returns {string | null} why it failed
     */
    getSectionError(section) {
        return this.payload.errors[section] || null;
    }

    /**
     * @param {string} figure
     * @returns {string | null} why it is not known
     */
    getFigureError(figure) {
        if (this.payload.overview[figure] !== false) {
            return null;
        }
        return this.getSectionError(SECTIONS[figure]) || _t("This figure could not be computed.");
    }

    //--------------------------------------------------------------------------
    // Actions
    //--------------------------------------------------------------------------

    /**
     * @param {Partial<Choice>} choice
     */
    async choose(choice) {
        this._acceptChoice(choice);
        await this.load();
    }

    /**
     * Asks the server. Of several requests only the latest counts; when it fails, the
     * figures that are there stay.
     *
     * @param {Object} [options]
     * @param {boolean} [options.refresh] compute anew, whatever is stored
     * @param {boolean} [options.silent] a re-read nobody asked for
     * @returns {Promise<number>} the milliseconds that the server needed
     */
    async load({ refresh = false, silent = false } = {}) {
        const loadId = ++this._lastLoad;
        const choice = this.choice;
        if (!silent) {
            this.isLoading = true;
        }
        let payload;
        try {
            payload = await this._fetch(refresh);
        } catch (error) {
            if (loadId === this._lastLoad) {
                this.isLoading = false;
                this.error = getErrorSentence(error);
                this.isErrorQuiet = silent;
            }
            if (getErrorSentence(error) === null) {
                throw error;
            }
            return 0;
        }
        if (loadId === this._lastLoad) {
            this._show({ payload, choice }, { isUpdate: silent });
        }
        return payload.duration_ms;
    }

    /**
     * The records behind a figure.
     *
     * @param {string} metric
     * @param {string | number} [key] a bucket, the id of a customer, the name of a segment
     * @returns {Promise<{ model: string, domain: Array, context: Object }>}
     */
    async getRecords(metric, key) {
        let answer;
        try {
            answer = await this._fetchDomain(metric, key);
        } catch (error) {
            // Stored figures are cleaned away after a while: have them stored anew.
            if (error.exceptionName !== "odoo.exceptions.MissingError") {
                throw error;
            }
            await this.load({ silent: true });
            answer = await this._fetchDomain(metric, key);
        }
        return answer.denominator || answer;
    }

    /**
     * @param {boolean} isConnected whether changes would be told
     */
    setConnected(isConnected) {
        this.isConnected = isConnected;
    }

    /**
     * @returns {{ choice: Choice, answer: Answer | null }} what a later visit starts from
     */
    exportState() {
        return { choice: this.choice, answer: this.answer };
    }

    //--------------------------------------------------------------------------
    // Private
    //--------------------------------------------------------------------------

    /**
     * Takes over what is valid: a stored choice may come from anywhere.
     *
     * @private
     */
    _acceptChoice({ period, granularity, measure }) {
        // Always a new object: by its identity an answer knows what it answers.
        this.choice = markRaw({
            period: isValidPeriod(period) ? period : this.choice.period,
            granularity: GRANULARITIES.includes(granularity)
                ? granularity
                : this.choice.granularity,
            measure: MEASURES.includes(measure) ? measure : this.choice.measure,
        });
    }

    /**
     * @private
     */
    _fetch(refresh) {
        // Without Odoo's own sign of loading: the dashboard has one in its place.
        return this.orm.silent.call("sale.dashboard", "generate_dashboard_data", [], {
            ...this.range,
            period_type: this.periodType,
            measure: this.choice.measure,
            top_limit: TOP_LIMIT,
            refresh,
        });
    }

    /**
     * @private
     */
    _fetchDomain(metric, key) {
        const kwargs = key === undefined ? {} : { key };
        return this.orm.call(
            "sale.dashboard",
            "get_metric_domain",
            [[this.payload.id], metric],
            kwargs
        );
    }

    /**
     * @private
     */
    _show(answer, { isUpdate }) {
        const before = this.payload;
        this.answer = markRaw(answer);
        this.isLoading = false;
        this.error = null;
        if (isUpdate && before) {
            this._markChanges(before, answer.payload);
        } else {
            this._clearMarks();
            this._announce(_t("Figures loaded"));
        }
    }

    /**
     * @private
     */
    _markChanges(before, after) {
        const changed = {
            figures: FIGURES.filter((name) => before.overview[name] !== after.overview[name]),
            customers: getChangedKeys(before.top_customers, after.top_customers, "id", [
                "total_revenue",
                "order_count",
            ]),
            segments: getChangedKeys(
                before.customer_segments,
                after.customer_segments,
                "segment_name",
                ["total_revenue", "customer_count"]
            ),
        };
        if (Object.values(changed).every((keys) => !keys.length)) {
            return;
        }
        this.changed = changed;
        browser.clearTimeout(this._markTimer);
        this._markTimer = browser.setTimeout(() => this._clearMarks(), MARK_DURATION);
        this._announce(_t("Figures updated"));
    }

    /**
     * @private
     */
    _clearMarks() {
        browser.clearTimeout(this._markTimer);
        this.changed = NOTHING_CHANGED;
    }

    /**
     * @private
     */
    _announce(event) {
        const { overview, currency_id } = this.payload;
        if (overview.total_orders === false) {
            this.announcement = event;
            return;
        }
        this.announcement = _t("%(event)s, %(period)s: revenue %(revenue)s, orders %(orders)s", {
            event,
            period: formatDayRange(this.shownRange),
            revenue: formatAmount(overview.total_revenue, currency_id),
            orders: formatCount(overview.total_orders),
        });
    }
}
