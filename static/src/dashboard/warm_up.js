import { App } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { user } from "@web/core/user";
import { waitForIdle } from "./idle";
import { rehearseChart, rehearseFormats } from "./rehearsal";

/**
 * Does beforehand, whenever the browser has nothing else to do, what the opening of the
 * dashboard would have to wait for. No figure is asked for: nobody has yet.
 *
 * @param {Object} env
 * @param {Object} params
 * @param {Iterable<string>} params.templates
 * @param {() => Promise<any>} params.loadSearch
 */
export async function warmUp(env, { templates, loadSearch }) {
    const app = [...App.apps].find(({ env: { services } }) => services === env.services);
    for (const name of templates) {
        await waitForIdle();
        app.getTemplate(name);
    }
    await waitForIdle();
    await loadBundle("web.chartjs_lib");
    // Kept by Odoo's own caches.
    await loadSearch();
    await user.hasGroup("sales_team.group_sale_manager");
    for (const rehearse of [rehearseFormats, rehearseChart]) {
        await waitForIdle();
        rehearse();
    }
}
