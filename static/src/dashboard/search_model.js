import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { ERROR_INACCESSIBLE_OR_MISSING } from "@web/core/name_service";
import { SearchModel } from "@web/search/search_model";

/** Where a favorite keeps what is chosen beside the filters: a key of its context. */
export const FAVORITE_KEY = "sale_dashboard";

/** The field of the search view by which a path of an order is searched for. */
const SEARCH_FIELDS = {
    partner_id: "dashboard_customer_id",
    "partner_id.country_id": "dashboard_country_id",
    "order_line.product_id": "dashboard_product_id",
    "order_line.product_id.categ_id": "dashboard_category_id",
};

const RELATIONAL_TYPES = ["many2one", "many2many", "one2many"];

/**
 * @typedef {{ favorite: number, domain: string }
 *  | { filter: string }
 *  | { field: string, operator: string, value: any }
 *  | { domain: string }} AddressFacet one filter that is on, so that it can be told by an
 *  address: a favorite with its domain (for readers who do not have it), a filter of the
 *  view, a value of a field of the view, or a domain of its own. Without any name of a
 *  record: what it is called, and whether that may be known, is the reader's.
 */

/**
 * @param {any[]} path of a condition
 * @returns {boolean}
 */
function isCondition(path) {
    return Array.isArray(path) && typeof path[0] === "string";
}

/** Odoo's search model; its filters can be written into an address and read from it. */
export class DashboardSearchModel extends SearchModel {
    /**
     * @param {Object} services
     * @param {Object} args
     * @param {AddressFacet[] | null} args.facets the filters to begin with; null for the
     *  default ones
     */
    setup(services, { facets }) {
        super.setup(...arguments);
        this.nameService = services.name;
        this.initialFacets = facets;
        /** Filters of the address that mean nothing here. */
        this.unusableFacets = [];
    }

    async load(config) {
        await super.load(config);
        if (this.initialFacets) {
            this.unusableFacets = await this.setFacets(this.initialFacets);
        }
    }

    /** The favorite that is on. */
    get favorite() {
        const items = this.query.map(({ searchItemId }) => this.searchItems[searchItemId]);
        return items.find((item) => item.type === "favorite") || null;
    }

    /** What the favorite says of the dashboard beside its filters. */
    get favoriteSettings() {
        return this.favorite?.context[FAVORITE_KEY] || {};
    }

    //--------------------------------------------------------------------------
    // Cross-filter
    //--------------------------------------------------------------------------

    /**
     * Adds a filter, unless it is on already.
     *
     * @param {Object} params
     * @param {string} params.field path from an order; values of one that the search view
     *  knows are alternatives to each other
     * @param {(number | false)[]} [params.ids] of the records; otherwise:
     * @param {string} [params.operator]
     * @param {any} [params.value]
     * @param {string} params.label what the value is called
     */
    async filterBy({ field: path, ids, operator, value, label }) {
        const field = this._findItem({ type: "field", fieldName: SEARCH_FIELDS[path] })
            ? SEARCH_FIELDS[path]
            : path;
        if (ids) {
            operator = ids.length === 1 ? "=" : "in";
            value = ids.length === 1 ? ids[0] : ids;
        }
        const item = this._findItem({ type: "field", fieldName: field });
        const facet = item
            ? { field, operator, value }
            : { domain: new Domain([[field, operator, value]]).toString() };
        const key = JSON.stringify(facet);
        if (this.exportFacets().some((active) => JSON.stringify(active) === key)) {
            return;
        }
        if (item) {
            this.addAutoCompletionValues(item.id, { label, operator, value });
        } else {
            await this.splitAndAddDomain(facet.domain);
        }
    }

    //--------------------------------------------------------------------------
    // Address
    //--------------------------------------------------------------------------

    /**
     * @returns {AddressFacet[]}
     */
    exportFacets() {
        return this._getGroups()
            .flatMap(({ activeItems }) => activeItems)
            .flatMap((activeItem) => this._exportItem(activeItem));
    }

    /**
     * Takes these filters in the place of those that are on.
     *
     * @param {AddressFacet[]} facets
     * @returns {Promise<any[]>} those that mean nothing here
     */
    async setFacets(facets) {
        const found = await Promise.all(facets.map((facet) => this._importFacet(facet)));
        this.query = found.flatMap((elements) => elements || []);
        await this._notify();
        return facets.filter((_facet, i) => !found[i]);
    }

    /**
     * @private
     */
    _findItem(values) {
        return Object.values(this.searchItems).find((item) =>
            Object.entries(values).every(([name, value]) => item[name] === value)
        );
    }

    /**
     * @private
     * @returns {AddressFacet[]}
     */
    _exportItem(activeItem) {
        const item = this.searchItems[activeItem.searchItemId];
        const domain = this._getSearchItemDomain(activeItem);
        switch (item.type) {
            case "groupBy":
            case "dateGroupBy":
                return [];
            case "favorite":
                return [{ favorite: item.serverSideId, domain: item.domain }];
            case "field":
                return activeItem.autocompleteValues.map(({ operator, value }) => ({
                    field: item.fieldName,
                    operator,
                    value,
                }));
            case "filter":
                return [item.name ? { filter: item.name } : { domain: domain.toString() }];
        }
        return [{ domain: domain.toString() }];
    }

    /**
     * @private
     * @param {any} facet anything: an address is written by anybody
     * @returns {Promise<Object[] | null>} elements of the query; null where it means nothing
     */
    async _importFacet(facet) {
        if (facet?.favorite) {
            const item = this._findItem({ type: "favorite", serverSideId: facet.favorite });
            return item ? [{ searchItemId: item.id }] : this._importDomain(facet.domain);
        }
        if (facet?.filter) {
            const item = this._findItem({ type: "filter", name: facet.filter });
            return item ? [{ searchItemId: item.id }] : null;
        }
        if (facet?.field) {
            return this._importValue(facet);
        }
        return this._importDomain(facet?.domain);
    }

    /**
     * @private
     */
    async _importValue({ field, operator, value }) {
        const item = this._findItem({ type: "field", fieldName: field });
        const isUsable = ["string", "number", "boolean"].includes(typeof value);
        if (!item || typeof operator !== "string" || !(isUsable || Array.isArray(value))) {
            return null;
        }
        const label = await this._getValueLabel(this.searchViewFields[field], value);
        return [{ searchItemId: item.id, autocompleteValue: { label, operator, value } }];
    }

    /**
     * @private
     */
    async _getValueLabel({ type, relation, selection }, value) {
        if (type === "selection") {
            return selection.find(([name]) => name === value)?.[1] || String(value);
        }
        if (typeof value === "boolean") {
            return type === "boolean" && value ? _t("Yes").toString() : _t("None").toString();
        }
        if (!RELATIONAL_TYPES.includes(type) || typeof value === "string") {
            return String(value);
        }
        const ids = (Array.isArray(value) ? value : [value]).filter(
            (id) => Number.isInteger(id) && id > 0
        );
        const names = await this.nameService.loadDisplayNames(relation, ids);
        return ids
            .map((id) =>
                names[id] === ERROR_INACCESSIBLE_OR_MISSING
                    ? _t("not there, or not yours to see (%s)", id)
                    : names[id]
            )
            .join(_t(" or "));
    }

    /**
     * @private
     */
    async _importDomain(domain) {
        if (typeof domain !== "string" || !(await this._isUsable(domain))) {
            return null;
        }
        if (!new Domain(domain).toList(this.domainEvalContext).length) {
            return [];
        }
        const known = this._findItem({ type: "filter", name: undefined, domain });
        if (known) {
            return [{ searchItemId: known.id }];
        }
        const tree = await this.treeProcessor.treeFromDomain(
            this.resModel,
            domain,
            !this.isDebugMode
        );
        const [description, tooltip] = await Promise.all([
            this.treeProcessor.getDomainTreeDescription(this.resModel, tree),
            this.treeProcessor.getDomainTreeTooltip(this.resModel, tree),
        ]);
        const id = this.nextId++;
        this.searchItems[id] = {
            description,
            domain,
            groupId: this.nextGroupId++,
            groupNumber: this.nextGroupNumber++,
            id,
            invisible: "True",
            tooltip,
            type: "filter",
        };
        return [{ searchItemId: id }];
    }

    /**
     * Whether a domain can be read, and names fields that there are. Whether the reader
     * may search by them is for the server to say.
     *
     * @private
     */
    async _isUsable(domain) {
        let conditions;
        try {
            conditions = new Domain(domain).toList(this.domainEvalContext).filter(isCondition);
        } catch {
            return false;
        }
        const paths = await Promise.all(
            conditions.map(([path]) => this.fieldService.loadPath(this.resModel, path))
        );
        return paths.every(({ isInvalid }) => !isInvalid);
    }
}
