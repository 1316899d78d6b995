import { markRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { user } from "@web/core/user";
import { Reactive } from "@web/core/utils/reactive";
import { getErrorSentence, isRefusal } from "./errors";
import { formatAmount, formatCount, formatDayRange } from "./format";
import { Part } from "./part";
import {
    DEFAULT_PERIOD,
    getDay,
    isGranularityPossible,
    isValidPeriod,
    resolveGranularity,
    resolvePeriod,
} from "./periods";
import { BREAKDOWN_SORTS, CUSTOMER_SORTS, DEFAULT_SORT } from "./sort";

/**
 * @typedef {import("./periods").Period} Period
 * @typedef {import("./periods").Granularity} Granularity
 *
 * @typedef Choice everything the user chose; plain data, so that it can be stored,
 *  restored and put into an address as it is
 * @property {Period} period
 * @property {Granularity} granularity
 * @property {"none" | "previous_period" | "same_weekdays" | "previous_year"} compare
 * @property {"untaxed" | "total"} measure
 * @property {string} breakdown the dimension of the leaderboard that is shown
 * @property {Array} domain which orders, as the search says
 * @property {"bars" | "line"} chart how revenue is drawn; this and what follows is of the
 *  looks alone
 * @property {"hidden" | "shown"} orders on the chart
 * @property {"hidden" | "shown"} table in the place of the chart
 * @property {string} sort_customers see `sort.js`
 * @property {string} sort_breakdown
 *
 * @typedef {{ payload: Object, choice: Choice }} Answer
 */

export const Status = Object.freeze({
    LOADING: "loading",
    READY: "ready",
    FAILED: "failed",
});

export const GRANULARITIES = ["auto", "daily", "weekly", "monthly"];
export const COMPARISONS = ["none", "previous_period", "same_weekdays", "previous_year"];
export const MEASURES = ["untaxed", "total"];
/** Read when asked for: the first paint does not wait for them. */
export const LINE_BREAKDOWNS = ["product", "category"];
export const BREAKDOWNS = ["user", "team", "country", ...LINE_BREAKDOWNS, "rfm_group"];
const VISIBILITIES = ["hidden", "shown"];
/** What changes how figures are shown, not which. */
export const LOOKS = {
    chart: ["bars", "line"],
    orders: VISIBILITIES,
    table: VISIBILITIES,
    sort_customers: CUSTOMER_SORTS,
    sort_breakdown: BREAKDOWN_SORTS,
};
export const DEFAULT_CHOICE = Object.freeze({
    period: DEFAULT_PERIOD,
    granularity: "auto",
    compare: "previous_period",
    measure: "untaxed",
    breakdown: "user",
    domain: [],
    chart: "bars",
    orders: "hidden",
    table: "hidden",
    sort_customers: DEFAULT_SORT,
    sort_breakdown: DEFAULT_SORT,
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
/**
 * Context of an open dashboard: it is told which messages concern it. A re-read may be
 * answered with older figures.
 */
const getLiveContext = (follows) => ({ sale_dashboard_follows: follows });
/** How long a changed digit stays marked. */
const MARK_DURATION = 2500;
/** Changes may come faster than a screen reader can say them. */
const ANNOUNCEMENT_INTERVAL = 15000;
const NOTHING_CHANGED = markRaw({ figures: [], customers: [], segments: [], breakdowns: [] });
/** The section that computes each breakdown, where it is not the core. */
const BREAKDOWN_SECTIONS = {
    bridge: "bridge",
    customer_type: "new_customers",
    quotation: "quotations",
    rfm_group: "rfm",
};

/** Two choices that ask the server for the same. */
function isSameRequest(one, other) {
    return ["period", "granularity", "compare", "measure", "domain"].every(
        (name) => JSON.stringify(one[name]) === JSON.stringify(other[name])
    );
}

function isSameRange(one, other) {
    return one.date_from === other.date_from && one.date_to === other.date_to;
}

/** Rows of all breakdowns, each under the key by which its records are opened. */
function listBreakdownRows(payload) {
    return Object.entries(payload.breakdowns).flatMap(([dimension, rows]) =>
        rows.map((row) => ({ ...row, key: `${dimension}:${row.key}` }))
    );
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

const countChanges = (token) => Number(token.split("-")[0]);

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
        /** Whether the same request would fail again. */
        this.isRefused = false;
        this.isConnected = true;
        /** @type {string | null} the zone of the server's days, once an answer has told it */
        this.zone = answer ? answer.payload.timezone : null;
        /** @type {number | null} when the figures were last asked for: see `Date.now` */
        this.askedAt = null;
        /** @type {number | null} the same of the targets */
        this.targetsAskedAt = null;
        /** @type {number | null} when the server has newer ones, where those shown are old */
        this.targetsReadyAt = null;
        /** Products and categories: by dimension. */
        this.lines = Object.fromEntries(
            LINE_BREAKDOWNS.map((dimension) => [
                dimension,
                new Part(() => this._callRecord("load_breakdown", [dimension])),
            ])
        );
        this.targets = new Part((options) => this._fetchTargets(options));
        this.reconciliation = new Part(() => this._callRecord("reconcile", [], { limit: 0 }));
        this.verification = new Part(() => this._callRecord("action_verify", []));
        this.changed = NOTHING_CHANGED;
        /** What a screen reader is told after a change. */
        this.announcement = "";
        this._lastLoad = 0;
        this._markTimer = null;
        this._nextAnnouncement = 0;
        this._announcementTimer = null;
    }

    //--------------------------------------------------------------------------
    // What is asked
    //--------------------------------------------------------------------------

    /**
     * The viewer's today, which is the server's: a dashboard may stay open over midnight. Whose
     * preferences name no zone has the company's.
     */
    get today() {
        return this._getDay(Date.now());
    }

    /** Whether it was another day when the figures or the targets were asked for. */
    get isOfAnotherDay() {
        return this._isPast(this.askedAt) || this._isPast(this.targetsAskedAt);
    }

    get range() {
        return resolvePeriod(this.choice.period, this.today);
    }

    get periodType() {
        return resolveGranularity(this.choice.granularity, this.range);
    }

    /** What is asked, as the keyword arguments of `sale.dashboard.generate`. */
    get request() {
        return {
            ...this.range,
            period_type: this.periodType,
            compare: this.choice.compare,
            measure: this.choice.measure,
            top_limit: TOP_LIMIT,
            ...(this.isFiltered && { filters: { domain: this.choice.domain } }),
        };
    }

    /**
     * @param {Granularity} granularity
     */
    isPossible(granularity) {
        return isGranularityPossible(granularity, this.range);
    }

    /**
     * @param {DashboardModel} other
     * @returns {boolean} whether what was asked here is what the other one would ask
     */
    isLike(other) {
        return (
            !this._isPast(this.askedAt) &&
            JSON.stringify(this.choice) === JSON.stringify(other.choice)
        );
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
        return Boolean(this.answer) && isSameRequest(this.answer.choice, this.choice);
    }

    /** Whether not all orders are asked for. */
    get isFiltered() {
        return this.choice.domain.length > 0;
    }

    /**
     * @param {string} field of an order
     * @returns {boolean} whether one of the filters is by it
     */
    isFilteredBy(field) {
        return this.choice.domain.some((item) => Array.isArray(item) && item[0] === field);
    }

    /** Whether a failure has to be explained beside the figures, not only hinted at. */
    get isFailureShown() {
        return Boolean(this.error) && (!this.isErrorQuiet || !this.isCurrent);
    }

    /**
     * @param {string} token of a change; it begins with how many changes there were
     * @returns {boolean} whether the figures shown already have it, or a later one: a
     *  message may come after the answer that has what it tells
     */
    hasChange(token) {
        const shown = this.payload?.change_token;
        if (!token || !shown) {
            return false;
        }
        return token === shown || countChanges(token) < countChanges(shown);
    }

    /**
     * @param {string[]} [marks] of the salespeople whose orders alone have changed
     * @returns {boolean} whether that may move what is asked: who sees no order of theirs is
     *  told so with what he re-reads
     */
    isConcernedBy(marks) {
        const own = this.isCurrent && this.payload.concerned_by;
        return !marks || !own || marks.some((mark) => own.includes(mark));
    }

    get isEmpty() {
        return this.payload.overview.total_orders === 0;
    }

    /** The days the figures shown are of, whatever has been asked since. */
    get shownRange() {
        const { period_start, period_end } = this.payload.overview;
        return { date_from: period_start, date_to: period_end };
    }

    get isCompared() {
        return Boolean(this.payload.comparison);
    }

    /**
     * @param {string} section
     * @returns {string | null} why it failed
     */
    getSectionError(section) {
        return this.payload.errors[section] || null;
    }

    /** The failure of a section that stands for itself, not the one of the core. */
    getOwnError(section) {
        const error = this.getSectionError(section);
        return error === this.getSectionError("core") ? null : error;
    }

    /**
     * The rows of a breakdown, and how true they are.
     *
     * @param {string} dimension
     * @returns {{ status: string, rows: Object[], error: string | null }}
     */
    getBreakdown(dimension) {
        const part = this.lines[dimension];
        if (part) {
            return { status: part.status, rows: part.data || [], error: part.error };
        }
        const error = this.getSectionError(BREAKDOWN_SECTIONS[dimension] || "core");
        return {
            status: error ? Status.FAILED : Status.READY,
            rows: this.payload.breakdowns[dimension] || [],
            error,
        };
    }

    /** Why the bridge is not known: it needs to know who is new. */
    get bridgeError() {
        return this.getSectionError("bridge") || this.getSectionError("new_customers");
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
        const before = this.choice;
        this._acceptChoice(choice);
        if (isSameRequest(before, this.choice)) {
            await this._loadLines();
        } else {
            await this.load();
        }
    }

    /**
     * Shows another leaderboard; nothing else is asked anew.
     *
     * @param {string} breakdown
     */
    async chooseBreakdown(breakdown) {
        // Its columns are others.
        this._acceptChoice({ breakdown, sort_breakdown: DEFAULT_SORT });
        await this._loadLines();
    }

    /**
     * Asks for all that is shown: first for what is seen first.
     *
     * @param {Object} [options] see `load`
     */
    async open(options) {
        try {
            await this.load(options);
        } finally {
            await this.targets.load();
        }
    }

    /**
     * Asks the server. Of several requests only the latest counts; when it fails, the
     * figures that are there stay.
     *
     * @param {Object} [options]
     * @param {boolean} [options.refresh] compute anew, whatever is stored
     * @param {boolean} [options.silent] a re-read nobody asked for
     * @param {boolean} [options.follows] figures may be older than the orders, if the server
     *  has much to do
     * @returns {Promise<{ duration: number, nextAfter?: number, rereadAfter?: number }>} the
     *  milliseconds that the server needed; if it says so, those after which there may be newer
     *  figures; and, if it has changes that the figures do not have, those after which to ask
     *  again
     */
    async load({ refresh = false, silent = false, follows = false } = {}) {
        const loadId = ++this._lastLoad;
        const { choice, range } = this;
        if (!silent) {
            this.isLoading = true;
        }
        let payload;
        try {
            payload = await this._fetch({ refresh, follows });
            this.zone = payload.timezone;
            // The period may have been of other days than it is by that zone.
            if (loadId === this._lastLoad && !isSameRange(range, this.range)) {
                payload = await this._fetch({ refresh, follows });
            }
        } catch (error) {
            if (loadId === this._lastLoad) {
                this.isLoading = false;
                this.error = getErrorSentence(error);
                this.isErrorQuiet = silent;
                this.isRefused = isRefusal(error);
            }
            if (getErrorSentence(error) === null) {
                throw error;
            }
            return { duration: 0 };
        }
        if (loadId === this._lastLoad) {
            this._show({ payload, choice }, { isUpdate: silent });
        }
        return {
            duration: payload.duration_ms,
            nextAfter: payload.next_reread_ms,
            rereadAfter: payload.reread_after_ms,
        };
    }

    /**
     * Re-reads everything because something changed, as late as the server would have it.
     *
     * @returns {Promise<import("./live_refresh").Reread>}
     */
    async follow() {
        const start = performance.now();
        const answer = await this.load({ silent: true, follows: true });
        const { rereadAfter } = answer;
        if (!this._areTargetsOld()) {
            await this.targets.load({ silent: true, follows: true });
        }
        return {
            ...answer,
            waited: performance.now() - start,
            lookAfter:
                rereadAfter ??
                (this._areTargetsOld() ? this.targetsReadyAt - Date.now() : undefined),
        };
    }

    /**
     * The records behind a figure.
     *
     * @param {string} metric
     * @param {string | number} [key] a bucket, the id of a customer, the name of a segment,
     *  `dimension:key` of a breakdown
     * @param {"current" | "previous"} [side]
     * @returns {Promise<{ model: string, domain: Array, context: Object }>}
     */
    async getRecords(metric, key, side) {
        const kwargs = {};
        if (key !== undefined) {
            kwargs.key = key;
        }
        if (side) {
            kwargs.side = side;
        }
        const answer = await this._callRecord("get_metric_domain", [metric], kwargs);
        return answer.denominator || answer;
    }

    /**
     * The orders that count for a target.
     *
     * @param {number} targetId
     */
    getTargetRecords(targetId) {
        return this.orm.call("sale.dashboard", "get_target_domain", [targetId]);
    }

    /**
     * Downloads the figures shown.
     *
     * @param {"csv" | "pdf" | "xlsx"} format
     * @param {string} [table] the server's name of one
     */
    export(format, table) {
        const data = { file_format: format, ...(table && { table }) };
        return this._withRecord((id) => download({ url: `/sale_dashboard/export/${id}`, data }));
    }

    /** The context in which the figures were computed, for records named by a domain. */
    get recordContext() {
        const { company_ids, timezone } = this.payload;
        return { allowed_company_ids: company_ids, tz: timezone, active_test: false };
    }

    /**
     * @param {boolean} isConnected whether changes would be told
     */
    setConnected(isConnected) {
        this.isConnected = isConnected;
    }

    /** A screen reader hears of figures that were there before the page. */
    announceLoaded() {
        this._announce(_t("Figures loaded"));
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
    _acceptChoice({ domain, period, ...names }) {
        const choice = { ...this.choice };
        if (isValidPeriod(period)) {
            choice.period = period;
        }
        if (Array.isArray(domain)) {
            choice.domain = domain;
        }
        for (const [name, values] of Object.entries({
            granularity: GRANULARITIES,
            compare: COMPARISONS,
            measure: MEASURES,
            breakdown: BREAKDOWNS,
            ...LOOKS,
        })) {
            if (values.includes(names[name])) {
                choice[name] = names[name];
            }
        }
        this.choice = markRaw(choice);
    }

    /**
     * @private
     * @param {number | null} moment milliseconds
     * @returns {boolean} whether its day is over
     */
    _isPast(moment) {
        return moment !== null && this._getDay(moment) !== this.today;
    }

    /**
     * @private
     * @param {number} moment milliseconds
     */
    _getDay(moment) {
        return getDay(moment, user.tz || this.zone);
    }

    /**
     * @private
     */
    _fetch({ refresh, follows }) {
        this.askedAt = Date.now();
        // Without Odoo's own sign of loading: the dashboard has one in its place.
        return this.orm.silent.call("sale.dashboard", "generate_dashboard_data", [], {
            ...this.request,
            refresh,
            // The same period moves with the days: tomorrow's is made ready.
            context: {
                sale_dashboard_view: {
                    period: this.choice.period.preset,
                    granularity: this.choice.granularity,
                },
                ...getLiveContext(follows),
            },
        });
    }

    /**
     * Calls a method of the stored figures.
     *
     * @private
     */
    _callRecord(method, args, kwargs = {}) {
        return this._withRecord((id) =>
            this.orm.silent.call("sale.dashboard", method, [[id], ...args], kwargs)
        );
    }

    /**
     * @private
     * @template T
     * @param {(id: number) => Promise<T>} use what is done with the stored figures
     * @returns {Promise<T>}
     */
    async _withRecord(use) {
        const call = () => use(this.payload.id);
        try {
            return await call();
        } catch (error) {
            // Stored figures are cleaned away after a while: have them stored anew.
            if (error.exceptionName !== "odoo.exceptions.MissingError") {
                throw error;
            }
            await this.load({ silent: true });
            return call();
        }
    }

    /**
     * Whether the targets shown are old, and the server would give the same.
     *
     * @private
     */
    _areTargetsOld() {
        return this.targetsReadyAt !== null && Date.now() < this.targetsReadyAt;
    }

    /**
     * @private
     */
    async _fetchTargets({ follows }) {
        this.targetsAskedAt = Date.now();
        const [targets, canSet] = await Promise.all([
            this.orm.silent.call("sale.dashboard", "get_targets", [], {
                ...(follows && { context: getLiveContext(follows) }),
            }),
            user.hasGroup("sales_team.group_sale_manager"),
        ]);
        const after = targets.reread_after_ms;
        this.targetsReadyAt = after === undefined ? null : Date.now() + after;
        return { ...targets, canSet };
    }

    /**
     * Reads the leaderboard that is shown, where it is one that is read when asked for.
     *
     * @private
     */
    async _loadLines({ silent = false } = {}) {
        const part = this.lines[this.choice.breakdown];
        if (part && this.answer && (silent || !part.isRequested)) {
            await part.load({ silent });
        }
    }

    /**
     * @private
     */
    _show(answer, { isUpdate }) {
        const before = this.payload;
        this.answer = markRaw(answer);
        this.isLoading = false;
        this.error = null;
        this._showLines({ isUpdate });
        if (isUpdate && before) {
            this._markChanges(before, answer.payload);
        } else {
            this._clearMarks();
            this.announceLoaded();
        }
    }

    /**
     * The lines of former figures are no longer true: shown are those that came with the
     * new ones, else they are read again once they are looked at.
     *
     * @private
     */
    _showLines({ isUpdate }) {
        for (const [dimension, part] of Object.entries(this.lines)) {
            const isShown = dimension === this.choice.breakdown;
            const rows = this.payload.breakdowns[dimension];
            if (rows) {
                part.show(rows);
            } else if (!isUpdate || !isShown) {
                part.clear();
            }
            if (!rows && isShown) {
                this._loadLines({ silent: isUpdate });
            }
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
            breakdowns: getChangedKeys(listBreakdownRows(before), listBreakdownRows(after), "key", [
                "revenue",
                "order_count",
            ]),
        };
        if (Object.values(changed).every((keys) => !keys.length)) {
            return;
        }
        this.changed = markRaw(changed);
        browser.clearTimeout(this._markTimer);
        this._markTimer = browser.setTimeout(() => this._clearMarks(), MARK_DURATION);
        this._announceUpdate();
    }

    /**
     * @private
     */
    _clearMarks() {
        browser.clearTimeout(this._markTimer);
        this.changed = NOTHING_CHANGED;
    }

    /**
     * Tells what there is now, at once or as soon as it may.
     *
     * @private
     */
    _announceUpdate() {
        browser.clearTimeout(this._announcementTimer);
        const wait = this._nextAnnouncement - Date.now();
        if (wait > 0) {
            this._announcementTimer = browser.setTimeout(() => this._announceUpdate(), wait);
            return;
        }
        this._nextAnnouncement = Date.now() + ANNOUNCEMENT_INTERVAL;
        this._announce(_t("Figures updated"));
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
