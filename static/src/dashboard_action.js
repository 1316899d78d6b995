import { Component, xml } from "@odoo/owl";
import { LazyComponent } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * Everything the web client loads for users who never open the dashboard: the
 * dashboard itself is a bundle of its own.
 */
export class SaleDashboardLoader extends Component {
    static template = xml`
        <LazyComponent bundle="'sale_dashboard.assets'" Component="'SaleDashboard'" props="props"/>
    `;
    static components = { LazyComponent };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Sales Dashboard");
}

registry.category("actions").add("sale_dashboard", SaleDashboardLoader);
