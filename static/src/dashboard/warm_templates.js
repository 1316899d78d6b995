import { onMounted, onWillDestroy, useComponent } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

const OWN = "sale_dashboard.";

/**
 * @param {Object} components
 * @param {Set<string>} [found]
 * @returns {Set<string>} our templates of these components, and of their components
 */
export function listTemplates(components, found = new Set()) {
    for (const { template, components: own = {} } of Object.values(components)) {
        if (template.startsWith(OWN) && !found.has(template)) {
            found.add(template);
            listTemplates(own, found);
        }
    }
    return found;
}

/**
 * Has templates compiled while the server computes. Owl compiles each when it is first
 * rendered: those of a whole page at once hold it up when its figures are there.
 *
 * @param {Object} components whose templates, and whose components' templates
 * @param {string[]} [called] templates that are called by name
 */
export function useWarmTemplates(components, called = []) {
    const { app } = useComponent().__owl__;
    const names = [...listTemplates(components), ...called];
    let timer;
    // One at a time: in between the page answers to whoever uses it.
    const compileNext = () => {
        if (names.length) {
            app.getTemplate(names.pop());
            timer = browser.setTimeout(compileNext);
        }
    };
    onMounted(compileNext);
    onWillDestroy(() => browser.clearTimeout(timer));
}
