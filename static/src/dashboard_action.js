import { Component, xml } from "@odoo/owl";
import { loadBundle, LazyComponent } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * Everything the web client loads for users who never open the dashboard: the
 * dashboard itself is a bundle of its own.
 */
const BUNDLE = "sale_dashboard.assets";
const NAME = "SaleDashboard";

export class SaleDashboardLoader extends Component {
    static template = xml`
        <LazyComponent bundle="'${BUNDLE}'" Component="'${NAME}'" props="props"/>
    `;
    static components = { LazyComponent };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Sales Dashboard");
}

registry.category("actions").add("sale_dashboard", SaleDashboardLoader);

/**
 * Who has it in the menu gets it while the browser has nothing else to do. What the bundle
 * then brings to open it sooner is kept here, by its own names.
 */
registry.category("services").add("sale_dashboard.warm_up", {
    dependencies: ["menu"],
    start(env, { menu }) {
        const whenIdle = window.requestIdleCallback || ((run) => browser.setTimeout(run, 1000));
        const kept = {};
        const warmUp = async () => {
            const item = menu
                .getAll()
                .find(({ xmlid }) => xmlid === "sale_dashboard.menu_sale_dashboard");
            if (item && !browser.navigator.connection?.saveData) {
                await loadBundle(BUNDLE);
                await registry.category("lazy_components").get(NAME).warmUp(env, item, kept);
            }
        };
        const start = () => whenIdle(() => warmUp().catch(() => {})); // opening it will tell
        env.bus.addEventListener("WEB_CLIENT_READY", start, { once: true });
        return kept;
    },
});
