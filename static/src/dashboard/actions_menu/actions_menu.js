import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useMenuRole } from "../menu_role";

/**
 * What can be done with the view that is shown. Parts of the dashboard and other addons
 * add to it:
 *
 *     registry.category("sale_dashboard.actions").add("export_xlsx", {
 *         icon: "fa-file-excel-o",
 *         label: _t("Export to Excel"),
 *         run: ({ env, model }) => download(env, model.request),
 *     }, { sequence: 10 });
 *
 * @typedef View what an action is given
 * @property {Object} env of the dashboard, with the services
 * @property {import("../dashboard_model").DashboardModel} model what is asked and answered
 * @property {string} contentClass of dialogs, so that they have the dashboard's colours
 *
 * @typedef DashboardAction
 * @property {string} icon class of Font Awesome
 * @property {string} label
 * @property {(view: View) => boolean} [isShown] whether it means anything here
 * @property {(view: View) => any} run
 */
export const actionRegistry = registry.category("sale_dashboard.actions");

/** The menu of the control panel with what can be done with the view. */
export class ActionsMenu extends Component {
    static template = "sale_dashboard.ActionsMenu";
    static components = { Dropdown, DropdownItem };
    static props = {
        contentClass: { type: String, optional: true },
        model: Object,
    };
    static defaultProps = { contentClass: "" };

    setup() {
        // What is shown of it may depend on what was answered.
        this.model = useState(this.props.model);
        this.menuRole = useMenuRole("listbox", () => this.label);
    }

    get label() {
        return _t("Actions");
    }

    get view() {
        return { contentClass: this.props.contentClass, env: this.env, model: this.model };
    }

    get actions() {
        return actionRegistry
            .getEntries()
            .filter(([, { isShown }]) => !isShown || isShown(this.view))
            .map(([id, { icon, label, run }]) => ({ icon, id, label: label.toString(), run }));
    }
}
