import { Component, onWillStart } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CallbackRecorder } from "@web/search/action_hook";
import { WithSearch } from "@web/search/with_search/with_search";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getInitialParams, readAddress } from "../address";
import { Ahead, watchMenuEntry } from "../ahead";
import { followCompanies } from "../companies";
import { CALLED_TEMPLATES, SaleDashboard } from "../dashboard/dashboard";
import { DashboardModel } from "../dashboard_model";
import { getErrorSentence } from "../errors";
import { DashboardSearchModel } from "../search_model";
import { listTemplates } from "../warm_templates";
import { warmUp } from "../warm_up";

const RES_MODEL = "sale.order";
const SEARCH_VIEW = "sale_dashboard.sale_order_view_search";

function loadSearchView(viewService, context, actionId) {
    return viewService.loadViews(
        {
            context: { ...context, search_view_ref: SEARCH_VIEW },
            resModel: RES_MODEL,
            views: [[false, "search"]],
        },
        { actionId, loadIrFilters: true }
    );
}

/**
 * @param {Object} view as the view service describes the search view
 * @param {Object} context of the action
 * @param {Object[] | null} facets to begin with; null for the reader's defaults
 * @returns {Object} props of `WithSearch`
 */
function getSearchProps({ fields, views }, context, facets) {
    return {
        context,
        irFilters: views.search.irFilters,
        resModel: RES_MODEL,
        SearchModel: DashboardSearchModel,
        searchMenuTypes: ["filter", "favorite"],
        searchModelArgs: { facets },
        searchViewArch: views.search.arch,
        searchViewFields: fields,
        searchViewId: views.search.id,
    };
}

/**
 * The model of what the entry of the menu opens: the reader's defaults.
 *
 * @param {Object} env of the web client
 * @param {number} actionId
 * @returns {Promise<DashboardModel>}
 */
async function makeDefaultModel(env, actionId) {
    const { action: actionService, tree_processor: treeProcessor, ...services } = env.services;
    const { context, id } = await actionService.loadAction(actionId);
    const view = await loadSearchView(services.view, context, id);
    const { searchModelArgs, ...config } = getSearchProps(view, context, null);
    const searchEnv = Object.assign(Object.create(env), {
        __getContext__: new CallbackRecorder(),
        __getOrderBy__: new CallbackRecorder(),
        config: { actionId: id },
    });
    const search = new DashboardSearchModel(
        searchEnv,
        { ...services, treeProcessor },
        searchModelArgs
    );
    await search.load(config);
    const choice = { ...search.favoriteSettings, domain: search.domain };
    return new DashboardModel({ orm: services.orm, choice });
}

/**
 * The dashboard in Odoo's own search: what it is asked to show first is decided here, from
 * an earlier visit, the address, or the reader's defaults.
 */
export class DashboardFrame extends Component {
    static template = "sale_dashboard.DashboardFrame";
    static components = { SaleDashboard, WithSearch };
    static props = { ...standardActionServiceProps };

    /**
     * @param {Object} env of the web client
     * @param {{ actionID: number, xmlid: string }} entry of the menu
     * @param {{ ahead?: Ahead }} kept for the dashboard that opens
     */
    static async warmUp(env, { actionID, xmlid }, kept) {
        const { action: actionService, bus_service: busService, view } = env.services;
        const templates = listTemplates({ DashboardFrame });
        await warmUp(env, {
            templates: [...templates, ...CALLED_TEMPLATES],
            loadSearch: async () => {
                const action = await actionService.loadAction(actionID);
                await loadSearchView(view, action.context, action.id);
            },
        });
        kept.ahead = new Ahead(busService);
        watchMenuEntry(xmlid, () => kept.ahead.ask(() => makeDefaultModel(env, actionID)));
    }

    setup() {
        this.viewService = useService("view");
        const visit = this.props.state?.dashboard;
        this.start = visit
            ? { ...visit, unreadable: [] }
            : readAddress(getInitialParams(this.props));
        onWillStart(async () => {
            if (!visit && this.start.companies.length) {
                const { isReloading, missing } = followCompanies(this.start.companies);
                if (isReloading) {
                    // Of the page that is being left nothing is to be seen.
                    await new Promise(() => {});
                }
                if (missing.length) {
                    this.start.unreadable.push(`companies=${missing.join("-")}`);
                }
            }
            // Not waited for: it comes while the server computes. If it does not, the curve
            // tells, which needs it.
            loadBundle("web.chartjs_lib").catch(() => {});
            this.searchProps = await this.loadSearch();
        });
    }

    async loadSearch() {
        const { context } = this.props.action;
        try {
            const { actionId } = this.env.config;
            const view = await loadSearchView(this.viewService, context, actionId);
            return getSearchProps(view, context, this.start.facets);
        } catch (error) {
            if (getErrorSentence(error) === null) {
                throw error;
            }
            // Who may not read orders is told so in the place of the figures.
            return {
                context,
                resModel: RES_MODEL,
                SearchModel: DashboardSearchModel,
                searchMenuTypes: [],
                searchModelArgs: { facets: [] },
            };
        }
    }
}

registry.category("lazy_components").add("SaleDashboard", DashboardFrame);
