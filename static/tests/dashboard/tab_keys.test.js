import { expect, test } from "@odoo/hoot";
import { press, queryAll } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, useState, xml } from "@odoo/owl";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { localization } from "@web/core/l10n/localization";
import { onTabListKeydown } from "@sale_dashboard/dashboard/tab_keys";
import { setupDashboardTests } from "../helpers/dashboard";

setupDashboardTests();

const IDS = ["one", "two", "three"];

class Tabs extends Component {
    static template = xml`
        <div role="tablist" t-on-keydown="onKeydown">
            <button
                t-foreach="ids"
                t-as="id"
                t-key="id"
                role="tab"
                t-att-aria-selected="id === state.id ? 'true' : 'false'"
                t-out="id"
            />
        </div>`;
    static props = {};

    setup() {
        this.ids = IDS;
        this.state = useState({ id: "one" });
    }

    onKeydown(ev) {
        onTabListKeydown(ev, {
            ids: IDS,
            selected: this.state.id,
            select: (id) => (this.state.id = id),
        });
    }
}

/** Each key, and the tab that has the focus and is selected after it. */
async function walk(steps, direction = "ltr") {
    await mountWithCleanup(Tabs);
    patchWithCleanup(localization, { direction });
    queryAll("[role=tab]")[0].focus();
    for (const [key, id] of steps) {
        await press(key);
        await animationFrame();
        expect(document.activeElement).toHaveText(id);
        expect(document.activeElement).toHaveAttribute("aria-selected", "true");
    }
}

test("arrow keys go round, Home and End to the ends", () =>
    walk([
        ["ArrowRight", "two"],
        ["ArrowRight", "three"],
        ["ArrowRight", "one"],
        ["ArrowLeft", "three"],
        ["Home", "one"],
        ["End", "three"],
        ["ArrowDown", "three"],
    ]));

test("from right to left they go where they point to", () =>
    walk(
        [
            ["ArrowLeft", "two"],
            ["ArrowRight", "one"],
            ["ArrowRight", "three"],
        ],
        "rtl"
    ));
