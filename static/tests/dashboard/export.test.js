import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { contains, makeServerError, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";
import { mockDashboard, openDashboard, setupDashboardTests } from "../helpers/dashboard";
import { makePayload, makePayloadWithoutComparison } from "../helpers/payload";

setupDashboardTests();

const MENU = ".o_sd_export_menu";

async function open(payload = makePayload()) {
    mockDashboard(payload);
    await openDashboard();
    await waitFor(".o_sd_card[data-metric]");
    await animationFrame();
    return payload;
}

/** Writes down what is downloaded. */
function mockDownload(answer = () => {}) {
    patchWithCleanup(download, {
        _download: async ({ data, url }) => {
            expect.step([url, data]);
            return answer();
        },
    });
}

async function choose(value) {
    await contains(".o_sd_export").click();
    await contains(`${MENU} [data-value='${value}']`).click();
    await animationFrame();
}

test("the figures shown are downloaded, whole or one table of them", async () => {
    mockDownload();
    const { id } = await open();
    await choose("xlsx");
    await choose("pdf");
    await choose("csv:top_customers");
    const url = `/sale_dashboard/export/${id}`;
    expect.verifySteps([
        [url, { file_format: "xlsx" }],
        [url, { file_format: "pdf" }],
        [url, { file_format: "csv", table: "top_customers" }],
    ]);
});

for (const isCompared of [true, false]) {
    test(`why revenue changed is a table where it is compared: ${isCompared}`, async () => {
        await open(isCompared ? makePayload() : makePayloadWithoutComparison());
        await contains(".o_sd_export").click();
        expect(`${MENU} [data-value='csv:bridge']`).toHaveCount(isCompared ? 1 : 0);
    });
}

test("by keyboard: E opens the menu, arrows and Enter choose", async () => {
    mockDownload();
    const { id } = await open();
    await press("e");
    await waitFor(MENU);
    expect(queryFirst(MENU)).toHaveAttribute("role", "listbox");
    await animationFrame();
    await press("ArrowDown");
    await press("Enter");
    await animationFrame();
    expect.verifySteps([[`/sale_dashboard/export/${id}`, { file_format: "xlsx" }]]);
});

test("one file at a time; the button says that it is being made", async () => {
    const made = new Deferred();
    mockDownload(() => made);
    const { id } = await open();
    await choose("xlsx");
    expect(".o_sd_export").toHaveAttribute("aria-busy", "true");
    await contains(".o_sd_export").click();
    expect(MENU).toHaveCount(0);
    made.resolve();
    await animationFrame();
    expect(".o_sd_export").toHaveAttribute("aria-busy", "false");
    expect.verifySteps([[`/sale_dashboard/export/${id}`, { file_format: "xlsx" }]]);
});

test("why there is no file is told", async () => {
    mockDownload(() => {
        throw makeServerError({ type: "UserError", message: "No wkhtmltopdf here." });
    });
    const { id } = await open();
    await choose("pdf");
    expect.verifySteps([[`/sale_dashboard/export/${id}`, { file_format: "pdf" }]]);
    expect(queryAllTexts(".o_notification_content")).toEqual(["No wkhtmltopdf here."]);
});

test("figures that were cleaned away are stored anew, and then downloaded", async () => {
    let count = 0;
    mockDownload(() => {
        if (!count++) {
            throw makeServerError({ errorName: "odoo.exceptions.MissingError" });
        }
    });
    let id = 1;
    await open(() => ({ ...makePayload(), id: id++ }));
    await choose("xlsx");
    await animationFrame();
    expect.verifySteps([
        ["/sale_dashboard/export/1", { file_format: "xlsx" }],
        ["/sale_dashboard/export/2", { file_format: "xlsx" }],
    ]);
    expect(".o_notification").toHaveCount(0);
});

test("printing is the browser's", async () => {
    patchWithCleanup(window, { print: () => expect.step("print") });
    await open();
    await choose("print");
    expect.verifySteps(["print"]);
});
