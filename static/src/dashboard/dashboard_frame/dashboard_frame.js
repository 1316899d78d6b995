import { Component, onWillStart } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { WithSearch } from "@web/search/with_search/with_search";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getInitialParams, readAddress } from "../address";
import { followCompanies } from "../companies";
import { CALLED_TEMPLATES, SaleDashboard } from "../dashboard/dashboard";
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
 * The dashboard in Odoo's own search: what it is asked to show first is decided here, from
 * an earlier visit, the address, or the reader's defaults.
 */
export class DashboardFrame extends Component {
    static template = "sale_dashboard.DashboardFrame";
    static components = { SaleDashboard, WithSearch };
    static props = { ...standardActionServiceProps };

    /**
     * @param {Object} env of the web client
     * @param {number} actionId
     */
    static async warmUp(env, actionId) {
        const { action: actionService, view } = env.services;
        const templates = listTemplates({ DashboardFrame });
        await warmUp(env, {
            templates: [...templates, ...CALLED_TEMPLATES],
            loadSearch: async () => {
                const action = await actionService.loadAction(actionId);
                await loadSearchView(view, action.context, action.id);
            },
        });
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
            // Not waited for: it comes while the server computes.
            loadBundle("web.chartjs_lib");
            this.searchProps = await this.loadSearch();
        });
    }

    async loadSearch() {
        const { context } = this.props.action;
        const props = {
            context,
            resModel: RES_MODEL,
            SearchModel: DashboardSearchModel,
            searchModelArgs: { facets: this.start.facets },
        };
        let views;
        try {
            const { actionId } = this.env.config;
            views = await loadSearchView(this.viewService, context, actionId);
        } catch (error) {
            if (getErrorSentence(error) === null) {
                throw error;
            }
            // Who may not read orders is told so in the place of the figures.
            return {
                ...props,
                searchModelArgs: { facets: [] },
                searchMenuTypes: [],
            };
        }
        return {
            ...props,
            irFilters: views.views.search.irFilters,
            searchMenuTypes: ["filter", "favorite"],
            searchViewArch: views.views.search.arch,
            searchViewFields: views.fields,
            searchViewId: views.views.search.id,
        };
    }
}

registry.category("lazy_components").add("SaleDashboard", DashboardFrame);
