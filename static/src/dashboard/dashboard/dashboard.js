import {
    Component,
    markRaw,
    onMounted,
    onWillDestroy,
    onWillStart,
    useEffect,
    useRef,
    useState,
    useSubEnv,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { pick } from "@web/core/utils/objects";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { session } from "@web/session";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ActionsMenu } from "../actions_menu/actions_menu";
import { Announcer } from "../announcer/announcer";
import { readAddress, useAddress, writeAddress } from "../address";
import { Breakdown, DIMENSIONS } from "../breakdown/breakdown";
import { Bridge } from "../bridge/bridge";
import { getFigureLabel, makeCards } from "../cards";
import { ChoiceMenu } from "../choice_menu/choice_menu";
import { followCompanies, forgetCompanies, getAddressCompanies, noteCompanies } from "../companies";
import { CodeDialog } from "../code_sample/code_dialog";
import { getCall, writeSamples } from "../code_sample/samples";
import { ComparisonNote } from "../comparison_note/comparison_note";
import { CustomerTypes } from "../customer_types/customer_types";
import { DashboardModel, DEFAULT_CHOICE, GRANULARITIES, MEASURES } from "../dashboard_model";
import { DataHealth } from "../data_health/data_health";
import { EmptyState } from "../empty_state/empty_state";
import { getErrorSentence } from "../errors";
import { ExportMenu } from "../export_menu/export_menu";
import { Failure } from "../failure/failure";
import {
    formatAmount,
    formatBucket,
    formatComparison,
    formatCount,
    formatDayRange,
    formatTimestamp,
} from "../format";
import { useKeyboard } from "../keyboard";
import { KeysDialog } from "../keys_dialog/keys_dialog";
import { keepLast } from "../keep_last";
import { useKeyboardTooltip } from "../keyboard_tooltip";
import { useLiveRefresh } from "../live_refresh";
import { MailMeDialog } from "../mail_me/mail_me_dialog";
import { MetricCard } from "../metric_card/metric_card";
import { useNewDay } from "../new_day";
import { PeriodPicker } from "../period_picker/period_picker";
import { canShiftForward, countDays, getPreset, makeCustomPeriod, shiftPeriod } from "../periods";
import { Quotations } from "../quotations/quotations";
import { ReconcileDialog } from "../reconcile_dialog/reconcile_dialog";
import { ReportHead } from "../report_head/report_head";
import { RevenueChart } from "../revenue_chart/revenue_chart";
import { FAVORITE_KEY } from "../search_model";
import { Segments } from "../segments/segments";
import { Skeleton } from "../skeleton/skeleton";
import { useStages } from "../stages";
import { StatusStrip } from "../status_strip/status_strip";
import { Targets } from "../targets/targets";
import { useDarkTheme } from "../theme";
import { TopCustomers } from "../top_customers/top_customers";
import { VerifyDialog } from "../verify_dialog/verify_dialog";
import { useWarmTemplates } from "../warm_templates";
import { useWall } from "../wall";

const GRANULARITY_LABELS = {
    auto: _t("Auto"),
    daily: _t("Day"),
    weekly: _t("Week"),
    monthly: _t("Month"),
};
const COMPARISONS = [
    { id: "none", label: _t("No comparison") },
    { id: "previous_period", label: _t("vs previous period") },
    {
        id: "same_weekdays",
        label: _t("vs same weekdays"),
        hint: _t("364 days earlier, so that Monday meets Monday"),
    },
    { id: "previous_year", label: _t("vs previous year") },
];
const MEASURE_LABELS = {
    untaxed: _t("Untaxed"),
    total: _t("With taxes"),
};
/** Parts of the template that are called by name. */
export const CALLED_TEMPLATES = ["Sections", "Chart", "Customers", "Ahead"].map(
    (part) => `sale_dashboard.SaleDashboard.${part}`
);
/** First what is in sight, then what is below, then what is not to be seen. */
const BELOW = 2;
const LAST_STAGE = 3;
const WIDER_PRESET = "last_90_days";
/** The views of what is opened, where they are not those of an order. */
const VIEWS = {
    "sale.order.line": ["list", "form"],
    "sale.report": ["list", "pivot", "graph"],
};
const DEFAULT_VIEWS = ["list", "kanban", "form"];

export class SaleDashboard extends Component {
    static template = "sale_dashboard.SaleDashboard";
    static components = {
        ActionsMenu,
        Announcer,
        Breakdown,
        Bridge,
        ChoiceMenu,
        ComparisonNote,
        CustomerTypes,
        DataHealth,
        EmptyState,
        ExportMenu,
        Failure,
        Layout,
        MetricCard,
        PeriodPicker,
        Quotations,
        ReportHead,
        RevenueChart,
        SearchBar,
        Segments,
        Skeleton,
        StatusStrip,
        Targets,
        TopCustomers,
    };
    static props = {
        ...standardActionServiceProps,
        /** what to begin with: see `address.js`; and the answer of an earlier visit */
        start: Object,
    };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.rootRef = useRef("root");
        useSubEnv({ showCode: (tile, label) => this.showCode(tile, label) });
        useKeyboardTooltip(this.rootRef);
        this.isDark = useDarkTheme();
        this.search = this.env.searchModel;
        this.isOpening = false;
        this.isNavigating = false;

        const { answer, choice, facets, isWall } = this.props.start;
        const { favorite, favoriteSettings } = this.search;
        this.favoriteId = favorite?.serverSideId;
        const orm = useService("orm");
        const model = new DashboardModel({
            orm,
            choice: {
                // Of a default favorite; an address says for itself.
                ...(!facets && favoriteSettings),
                ...choice,
                domain: this.search.domain,
            },
            answer,
        });
        const { ahead } = useService("sale_dashboard.warm_up");
        const asked = answer ? null : ahead?.take(model);
        this.model = useState(asked ? asked.model : model);
        // The same at every rendering: what gets it is not rendered anew for it.
        this.onFilter = (params) => this.filterBy(params);
        this.getCards = keepLast((payload, changed) => this.makeCards(payload, changed));
        this.getLook = keepLast((choice) => pick(choice, "chart", "orders", "table"));
        this.model.orm = markRaw(orm);
        // Told once there is a page to tell it.
        const isThere = Boolean(asked?.model.answer);
        this.model.announcement = "";
        this.state = useState({
            facets: markRaw(this.search.exportFacets()),
            isExporting: false,
            isSearchOpen: false,
        });
        this.wall = useWall(isWall);
        this.stages = useStages({
            areAllAtOnce: Boolean(answer),
            isReady: () => this.model.status === "ready",
            last: LAST_STAGE,
        });

        const live = useLiveRefresh({
            refresh: () => this.model.follow(),
            isKnown: (token) => this.model.hasChange(token),
            isConcerned: (marks) => this.model.isConcernedBy(marks),
            onConnection: (isConnected) => this.model.setConnected(isConnected),
        });
        useWarmTemplates(SaleDashboard.components, CALLED_TEMPLATES);
        useNewDay(
            () => this.model.isOfAnotherDay,
            () => this.reread()
        );
        useBus(this.search, "update", () => this.onSearchUpdate());
        const { beforeLeave, getGlobalState } = useAddress(this.props, {
            getParams: () => this.addressParams,
            onNavigate: (params) => this.navigate(params),
        });
        useSetupAction({
            rootRef: this.rootRef,
            beforeLeave,
            getContext: () => ({ [FAVORITE_KEY]: this.favoriteSettings }),
            getGlobalState,
            getLocalState: () => ({
                dashboard: {
                    ...this.model.exportState(),
                    facets: this.state.facets,
                    isWall: this.wall.isOn,
                },
            }),
        });
        useKeyboard({
            before: () => this.shiftPeriod(-1),
            after: () => this.shiftPeriod(1),
            period: () => this.rootRef.el.querySelector(".o_sd_period_button")?.click(),
            compare: () => this.chooseNext("compare", this.comparisons),
            granularity: () => this.chooseNext("granularity", this.granularities),
            measure: () => this.chooseNext("measure", this.measures),
            search: () => this.openSearch(),
            export: () => this.rootRef.el.querySelector(".o_sd_export")?.click(),
            refresh: () => this.refresh(),
            share: () => this.share(),
            wall: () => this.wall.toggle(),
            actions: () => this.rootRef.el.querySelector(".o_sd_actions")?.click(),
            help: () => this.openHelp(),
        });
        onWillStart(() => {
            // Not waited for: the skeleton shows at once.
            if (asked) {
                asked.tokens.forEach((token) => live.notify(token));
                asked.loading.then(); // an unexpected failure is one of this page, too
            } else {
                this.model.open({ silent: Boolean(answer) });
            }
        });
        onMounted(() => {
            noteCompanies(getAddressCompanies());
            this.explainAddress(this.props.start.unreadable);
            if (isThere) {
                this.model.announceLoaded();
            }
        });
        onWillDestroy(() => forgetCompanies());
        useEffect(
            (isOpen) => {
                if (isOpen) {
                    this.search.trigger("focus-search");
                }
            },
            () => [this.state.isSearchOpen]
        );
        // The button that leads to the wall is not there on it: back from it, it has the
        // focus again.
        useEffect(
            (isOn) => {
                if (isOn) {
                    return () => this.rootRef.el?.querySelector(".o_sd_toggle_wall")?.focus();
                }
            },
            () => [this.wall.isOn]
        );
    }

    //--------------------------------------------------------------------------
    // What is shown
    //--------------------------------------------------------------------------

    get isBelowThere() {
        return this.stages.reached >= BELOW;
    }

    /** Whether what nobody sees may be rendered, too. */
    get isAtRest() {
        return this.stages.reached >= LAST_STAGE;
    }

    /** While anything is still to come: asked of the server, or not rendered yet. */
    get isBusy() {
        const { isLoading, status } = this.model;
        return isLoading || (status === "ready" && !this.isAtRest);
    }

    get menuClass() {
        return this.isDark ? "o_sd_palette o_sd_dark" : "o_sd_palette";
    }

    get contentClass() {
        return this.model.status === "loading" ? "o_sd_content o_sd_loading" : "o_sd_content";
    }

    get granularities() {
        return GRANULARITIES.map((id) => ({
            id,
            label: GRANULARITY_LABELS[id].toString(),
            isDisabled: !this.model.isPossible(id),
            hint: this.model.isPossible(id) ? "" : _t("The period is too long for that"),
        }));
    }

    get comparisons() {
        return COMPARISONS.map(({ hint, id, label }) => ({
            id,
            label: label.toString(),
            hint: hint ? hint.toString() : "",
        }));
    }

    get measures() {
        return MEASURES.map((id) => ({ id, label: MEASURE_LABELS[id].toString() }));
    }

    get addressParams() {
        return writeAddress({
            choice: this.model.choice,
            companies: getAddressCompanies(),
            facets: this.state.facets,
            isWall: this.wall.isOn,
        });
    }

    /** How the curve is drawn. */
    get chartLook() {
        return this.getLook(this.model.choice);
    }

    /** What a favorite keeps beside the filters. */
    get favoriteSettings() {
        const { compare, granularity, measure, period } = this.model.choice;
        return { compare, granularity, measure, period };
    }

    get isSearchShown() {
        return !this.env.isSmall || this.state.isSearchOpen || this.state.facets.length > 0;
    }

    get asOf() {
        const { payload } = this.model;
        return payload ? formatTimestamp(payload.generated_at, payload.timezone) : "";
    }

    get shownPeriod() {
        return formatDayRange(this.model.shownRange);
    }

    /** What the wall is about: the period, and which orders where not all. */
    get wallTitle() {
        const { choice, payload, range } = this.model;
        const days = formatDayRange(payload ? this.model.shownRange : range);
        const name = getPreset(choice.period.preset)?.label.toString();
        const filters = this.search.facets.flatMap(({ values }) => values.join(_t(" or ")));
        return [name, days, ...filters].filter(Boolean).join(" · ");
    }

    get cards() {
        const { changed, payload } = this.model;
        return this.getCards(payload, changed);
    }

    /**
     * @param {Object} payload
     * @param {Object} changed see `DashboardModel`
     * @returns {Object[]} props of the cards
     */
    makeCards(payload, changed) {
        return makeCards(payload, (figure) => this.model.getFigureError(figure)).map((card) => ({
            ...card,
            isChanged: changed.figures.includes(card.name),
            onOpen: () => this.openFigure(card),
            onRetry: () => this.refresh(),
        }));
    }

    get chartSentence() {
        const { comparison, currency_id, overview, timezone } = this.model.payload;
        const days = countDays(this.model.shownRange);
        const values = {
            revenue: formatAmount(overview.total_revenue, currency_id),
            days: formatCount(days),
            period: this.shownPeriod,
        };
        const sentence =
            days === 1
                ? _t("%(revenue)s on %(period)s", values)
                : _t("%(revenue)s in %(days)s days, %(period)s", values);
        if (!comparison || !overview.previous) {
            return _t("%s.", sentence);
        }
        const difference = overview.total_revenue - overview.previous.total_revenue;
        const compared = {
            sentence,
            difference: formatAmount(Math.abs(difference), currency_id),
            comparison: formatComparison(comparison, timezone),
        };
        if (!difference) {
            return _t("%(sentence)s: the same as %(comparison)s (dashed).", compared);
        }
        return difference > 0
            ? _t("%(sentence)s: %(difference)s more than %(comparison)s (dashed).", compared)
            : _t("%(sentence)s: %(difference)s less than %(comparison)s (dashed).", compared);
    }

    get hiddenCustomers() {
        const { hidden_customers } = this.model.payload;
        return hidden_customers.order_count > 0 ? hidden_customers : null;
    }

    get breakdown() {
        const { breakdown: dimension } = this.model.choice;
        const { group } = DIMENSIONS[dimension];
        return {
            dimension,
            filterBy: group ? this.getGroupFilter(group) : this.onFilter,
            ...this.model.getBreakdown(dimension),
        };
    }

    get staleSentence() {
        return _t("The figures below are of %(period)s, as of %(time)s.", {
            period: this.shownPeriod,
            time: this.asOf,
        });
    }

    get canWiden() {
        return countDays(this.model.shownRange) < 90;
    }

    //--------------------------------------------------------------------------
    // Actions
    //--------------------------------------------------------------------------

    async refresh() {
        await this.model.load({ refresh: true });
        await this.model.targets.load({ silent: true });
    }

    /** Nobody asked, so nothing shows that it is being read. */
    async reread() {
        await Promise.all([
            this.model.load({ silent: true }),
            this.model.targets.load({ silent: true }),
        ]);
    }

    retry() {
        return this.model.load();
    }

    /** A leaderboard is of its own request, or of all the figures'. */
    async retryBreakdown() {
        const part = this.model.lines[this.model.choice.breakdown];
        await (part ? part.load() : this.refresh());
    }

    choosePeriod(period) {
        return this.model.choose({ period });
    }

    /**
     * @param {1 | -1} direction
     */
    shiftPeriod(direction) {
        const { choice, today } = this.model;
        if (direction < 0 || canShiftForward(choice.period, today)) {
            this.choosePeriod(shiftPeriod(choice.period, direction, today));
        }
    }

    /**
     * @param {string} from a day
     * @param {string} to a day, included
     */
    selectRange(from, to) {
        return this.choosePeriod(makeCustomPeriod(from, to));
    }

    /**
     * The next of a menu's options, after the last the first.
     *
     * @param {"compare" | "granularity" | "measure"} name
     * @param {{ id: string, isDisabled?: boolean }[]} options
     */
    chooseNext(name, options) {
        const possible = options.filter(({ isDisabled }) => !isDisabled).map(({ id }) => id);
        const index = possible.indexOf(this.model.choice[name]);
        return this.model.choose({ [name]: possible[(index + 1) % possible.length] });
    }

    //--------------------------------------------------------------------------
    // Filters and address
    //--------------------------------------------------------------------------

    /**
     * Cross-filter: adds a filter that the reader can remove from the search bar.
     *
     * @param {Object} params see `DashboardSearchModel.filterBy`
     */
    filterBy(params) {
        return this.search.filterBy(params);
    }

    /**
     * What filters by the groups of one kind. They are those of the figures without such a
     * filter: once there is one, the rows shown are groups of its customers, others than
     * those of the same names.
     *
     * @param {string} field that stands for the groups
     */
    getGroupFilter(field) {
        return this.model.isFilteredBy(field) ? undefined : this.onFilter;
    }

    clearFilters() {
        this.search.clearQuery();
    }

    /** A favorite that is newly on brings its period and the like. */
    onSearchUpdate() {
        if (this.isNavigating) {
            return;
        }
        const { favorite, favoriteSettings } = this.search;
        const isNew = favorite && favorite.serverSideId !== this.favoriteId;
        this.showFilters(isNew ? favoriteSettings : {});
    }

    /**
     * @param {Object} choice made along with the filters
     */
    showFilters(choice) {
        this.favoriteId = this.search.favorite?.serverSideId;
        this.state.facets = markRaw(this.search.exportFacets());
        return this.model.choose({ ...choice, domain: this.search.domain });
    }

    /**
     * Shows what an address says, in place.
     *
     * @param {Object} params
     */
    async navigate(params) {
        const view = readAddress(params);
        // Not by a reload: this is where its reader wants to go.
        forgetCompanies();
        if (view.companies.length && followCompanies(view.companies).isReloading) {
            return;
        }
        noteCompanies(getAddressCompanies());
        this.isNavigating = true;
        try {
            // All at once: half of it would be an address of its own.
            await this.search.setFacets(view.facets || []);
        } finally {
            this.isNavigating = false;
        }
        this.wall.set(view.isWall);
        const { breakdown } = { ...DEFAULT_CHOICE, ...view.choice };
        await this.showFilters({ ...DEFAULT_CHOICE, ...view.choice, breakdown });
    }

    /**
     * @param {string[]} unreadable parameters of the address
     */
    explainAddress(unreadable) {
        const parts = [
            ...unreadable,
            ...this.search.unusableFacets.map((facet) => JSON.stringify(facet)),
        ];
        if (parts.length) {
            this.notification.add(
                _t(
                    "A part of this address means nothing here and was left out: %s",
                    parts.join(", ")
                ),
                { type: "warning" }
            );
        }
    }

    openSearch() {
        if (this.isSearchShown) {
            this.search.trigger("focus-search");
        } else {
            this.toggleSearch();
        }
    }

    toggleSearch() {
        this.state.isSearchOpen = !this.state.isSearchOpen;
    }

    async share() {
        try {
            await browser.navigator.clipboard.writeText(browser.location.href);
        } catch {
            this.notification.add(
                _t("The browser does not let the address be copied: %s", browser.location.href),
                { type: "warning", sticky: true }
            );
            return;
        }
        this.notification.add(
            _t("Address copied. Whoever opens it sees this view with their own rights."),
            { type: "success" }
        );
    }

    /** By mail, on a schedule, what is chosen now. */
    openMailMe() {
        const { choice, today } = this.model;
        const filters = this.search.facets.map(({ values }) => values.join(_t(" or ")));
        const named = (options, id) => options.find((option) => option.id === id).label;
        this.dialog.add(MailMeDialog, {
            choice,
            contentClass: this.menuClass,
            name: [_t("Sales").toString(), ...filters].join(" · "),
            summary: [
                named(this.comparisons, choice.compare),
                named(this.measures, choice.measure),
                ...filters,
            ].join(" · "),
            today,
        });
    }

    /**
     * Downloads the figures shown, to the last one: not what they may have become since.
     *
     * @param {"csv" | "pdf" | "xlsx"} format
     * @param {string} [table] of which a CSV file is
     */
    async export(format, table) {
        this.state.isExporting = true;
        try {
            await this.model.export(format, table);
        } catch (error) {
            const sentence = getErrorSentence(error);
            if (sentence === null) {
                throw error;
            }
            this.notification.add(sentence, { type: "danger" });
        } finally {
            this.state.isExporting = false;
        }
    }

    openHelp() {
        this.dialog.add(KeysDialog, { contentClass: this.menuClass });
    }

    /**
     * By which calls a program reads what a tile shows.
     *
     * @param {string} tile see `getCall`
     * @param {string} label what it is called
     */
    showCode(tile, label) {
        const { answer, targets } = this.model;
        const { choice, payload } = answer;
        const shown = { payload, domain: choice.domain, targets: targets.data };
        const call = getCall(tile, shown);
        const server = {
            origin: browser.location.origin,
            database: session.db,
            login: user.login,
        };
        this.dialog.add(CodeDialog, {
            contentClass: this.menuClass,
            label,
            path: call.path,
            samples: writeSamples(call, server),
        });
    }

    widen() {
        return this.choosePeriod({ preset: WIDER_PRESET });
    }

    createQuotation() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            views: [[false, "form"]],
        });
    }

    /**
     * Opens exactly the records that a figure was made of.
     *
     * @param {string} title
     * @param {string} metric
     * @param {string | number} [key]
     * @param {"current" | "previous"} [side]
     */
    openRecords(title, metric, key, side) {
        return this.open(title, () => this.model.getRecords(metric, key, side));
    }

    /**
     * @param {string} title
     * @param {() => Promise<{ model: string, domain: Array, context: Object }>} getRecords
     */
    async open(title, getRecords) {
        if (this.isOpening) {
            return;
        }
        this.isOpening = true;
        try {
            const { model, domain, context } = await getRecords();
            await this.action.doAction({
                type: "ir.actions.act_window",
                name: title,
                res_model: model,
                domain,
                context,
                views: (VIEWS[model] || DEFAULT_VIEWS).map((view) => [false, view]),
            });
        } catch (error) {
            const sentence = getErrorSentence(error);
            if (sentence === null) {
                throw error;
            }
            this.notification.add(sentence, { type: "danger" });
        } finally {
            this.isOpening = false;
        }
    }

    /**
     * @param {string} label what the figures shown are of
     */
    getTitle(label) {
        return `${label} (${this.shownPeriod})`;
    }

    openBucket(bucket) {
        const label = formatBucket(bucket, this.model.payload.period_type);
        return this.openRecords(label, "total_revenue", bucket.period);
    }

    openCustomer(row) {
        return this.openRecords(this.getTitle(row.name), "total_revenue", row.id);
    }

    openHiddenCustomers() {
        const title = this.getTitle(_t("Customers you may not see"));
        return this.openRecords(title, "total_revenue", "hidden");
    }

    openSegment(row) {
        return this.openRecords(this.getTitle(row.label), "total_revenue", row.key);
    }

    /**
     * @param {string} dimension
     * @param {{ key: string }} row of the breakdown
     * @param {string} label
     */
    openBreakdown(dimension, row, label) {
        // Quotations are those of now, whatever the period.
        const title = dimension === "quotation" ? label : this.getTitle(label);
        return this.openRecords(title, "total_revenue", `${dimension}:${row.key}`);
    }

    openBridgeTotal(side) {
        const { comparison } = this.model.payload;
        const period = side === "previous" ? formatDayRange(comparison) : this.shownPeriod;
        return this.openRecords(
            `${getFigureLabel("total_revenue")} (${period})`,
            "total_revenue",
            undefined,
            side
        );
    }

    openFigure(card) {
        return this.openRecords(this.getTitle(card.label), card.name);
    }

    openWarning(warning) {
        return this.open(_t("Data health"), async () => ({
            model: warning.model,
            domain: warning.domain,
            context: this.model.recordContext,
        }));
    }

    openTarget(target, label) {
        return this.open(label, () => this.model.getTargetRecords(target.id));
    }

    setTargets() {
        return this.action.doAction("sale_dashboard.action_sale_dashboard_target");
    }

    openReconciliation() {
        const { reconciliation } = this.model;
        reconciliation.load();
        this.dialog.add(ReconcileDialog, {
            contentClass: this.menuClass,
            onOpen: (cause) => this.open(cause.label, async () => cause.drill_down),
            onRetry: () => reconciliation.load(),
            reconciliation,
        });
    }

    openVerification() {
        const { verification } = this.model;
        verification.load();
        this.dialog.add(VerifyDialog, {
            contentClass: this.menuClass,
            onRetry: () => verification.load(),
            verification,
        });
    }
}
