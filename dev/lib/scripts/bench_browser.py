"""From the click on a menu to the last figure painted: our dashboard, and Odoo's own.

    bench_browser.py URL --database D --login L --rounds N [--forget COMMAND]

Both in one browser, in turn, each on a page that was loaded anew and has come to rest.
The last figure is the last text with a digit in it that had not been there before,
whether it is painted on a canvas or written into the document. Prints one JSON object:
`samples` (milliseconds), `shift` (cumulative layout shift), `long_tasks` (milliseconds
of those over 50), `bundles` (bytes), `errors` (of the console).
"""

import argparse
import gzip
import json
import os
import shlex
import subprocess
import sys
import time
import urllib.request

from browser import Browser, chromium, find_program, log_in

PATIENCE = 120
#: milliseconds without a new figure or a request under way: nothing more comes
QUIET = 2500
WIDTH, HEIGHT = 1400, 1150
MENUS = {
    "ours": "sale_dashboard.menu_sale_dashboard",
    "odoo": "spreadsheet_dashboard.spreadsheet_dashboard_menu_root",
}

# Runs before anything of the page: notes when figures appear, what is under way, what
# shifts and what takes long.
WATCH = """
(() => {
    const watch = (window.benchWatch = {
        start: 0, seen: new Set(), last: 0, open: 0, restless: 0, shift: 0, tasks: [],
    });
    const note = (text) => {
        text = String(text).trim();
        if (!/\\d/.test(text) || watch.seen.has(text)) {
            return;
        }
        watch.seen.add(text);
        // Painted with the next frame.
        requestAnimationFrame(() => setTimeout(() => (watch.last = performance.now())));
    };
    const fillText = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        note(text);
        return fillText.call(this, text, ...rest);
    };
    const observe = () =>
        new MutationObserver((mutations) => {
            for (const { type, target, addedNodes } of mutations) {
                for (const node of type === "characterData" ? [target] : addedNodes) {
                    note(node.textContent);
                }
            }
        }).observe(document, { characterData: true, childList: true, subtree: true });
    observe();
    const busy = (step) => {
        watch.open += step;
        watch.restless = performance.now();
    };
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...args) {
        busy(1);
        this.addEventListener("loadend", () => busy(-1));
        return send.apply(this, args);
    };
    const fetch = window.fetch;
    window.fetch = (...args) => {
        busy(1);
        return fetch(...args).finally(() => busy(-1));
    };
    // Scripts and styles of a bundle come without either.
    new PerformanceObserver(() => busy(0)).observe({ type: "resource" });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            watch.shift += entry.startTime >= watch.start ? entry.value : 0;
        }
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.startTime + entry.duration >= watch.start) {
                watch.tasks.push(entry.duration);
            }
        }
    }).observe({ type: "longtask", buffered: true });
})();
"""
IS_READY = """
Boolean(window.odoo && odoo.__WOWL_DEBUG__ && document.querySelector(".o_navbar"))
"""
AT_REST = f"""
benchWatch.open === 0
&& performance.now() - Math.max(benchWatch.last, benchWatch.restless) > {QUIET}
"""
CLICK = """
(() => {
    const { menu } = odoo.__WOWL_DEBUG__.root.env.services;
    const item = menu.getAll().find((one) => one.xmlid === %s);
    Object.assign(benchWatch, {
        start: performance.now(), last: 0, shift: 0, tasks: [], seen: new Set(),
        restless: performance.now(),
    });
    menu.selectMenu(item);
})()
"""
RESULT = """
JSON.stringify({
    took: benchWatch.last - benchWatch.start, shift: benchWatch.shift,
    tasks: benchWatch.tasks, figures: benchWatch.seen.size,
})
"""
ASSETS = """
JSON.stringify(performance.getEntriesByType("resource").map((entry) => entry.name)
    .filter((name) => name.includes("/web/assets/")))
"""


def wait_for(browser: Browser, expression: str, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not browser.evaluate(expression):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: waited in vain")
        time.sleep(0.05)


def open_page(browser: Browser, url: str) -> None:
    browser.call("Page.navigate", url=f"{url}/odoo/apps?debug=0")
    time.sleep(0.5)  # the former page is gone
    wait_for(browser, IS_READY, "the web client")
    wait_for(browser, AT_REST, "rest before the click")


def click(browser: Browser, side: str) -> dict:
    browser.evaluate(CLICK % json.dumps(MENUS[side]))
    time.sleep(QUIET / 1000)
    wait_for(browser, f"benchWatch.last && {AT_REST}", f"the last figure of {side}")
    return json.loads(browser.evaluate(RESULT))


def sizes(browser: Browser, opener: urllib.request.OpenerDirector, cookie: str) -> dict:
    """Bytes of what is loaded lazily, and of our part of what all pages load."""

    def get(url: str) -> bytes:
        request = urllib.request.Request(url, headers={"Cookie": cookie})
        with opener.open(request) as answer:
            return answer.read()

    found = {}
    for url in dict.fromkeys(json.loads(browser.evaluate(ASSETS))):
        name = url.rpartition("/")[2]
        if name.startswith("sale_dashboard.assets"):
            content = get(url)
            found[f"lazy_{name.rpartition('.')[2]}"] = len(content)
            found[f"lazy_{name.rpartition('.')[2]}_gzip"] = len(gzip.compress(content))
        elif name.startswith("web.assets_web.") and name.endswith(".js"):
            # Each file of a bundle begins with a comment that names it.
            parts = get(url).split(b"\n/* ")
            ours = [part for part in parts if part.startswith(b"/sale_dashboard/")]
            found["eager_js"] = sum(map(len, ours))
        elif name.startswith("web.assets_web.") and name.endswith(".css"):
            found["eager_css"] = get(url).count(b"/sale_dashboard/")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--forget", help="run before ours: nothing stored is of use")
    options = parser.parse_args()
    session = log_in(
        options.url, options.database, options.login, os.environ["ODOO_PASSWORD"]
    )
    samples: dict[str, list[float]] = {"ours": [], "odoo": [], "cached": []}
    shifts: dict[str, float] = {side: 0.0 for side in samples}
    tasks: dict[str, list[float]] = {side: [] for side in samples}
    with chromium(find_program(), WIDTH, HEIGHT) as browser:
        browser.set_cookies(options.url, session_id=session, tz="Europe/Paris")
        browser.resize(WIDTH, HEIGHT)
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        for number in range(-1, options.rounds):
            for series in samples:
                side = "odoo" if series == "odoo" else "ours"
                open_page(browser, options.url)
                if series == "ours" and options.forget:
                    subprocess.run(shlex.split(options.forget), check=True)
                seen = click(browser, side)
                if seen["took"] <= 0:
                    raise RuntimeError(f"{side} painted no figure: {seen}")
                if number >= 0:
                    samples[series].append(seen["took"])
                    shifts[series] = max(shifts[series], seen["shift"])
                    tasks[series] += seen["tasks"]
                if series == "cached":
                    opener = urllib.request.build_opener(
                        urllib.request.ProxyHandler({})
                    )
                    bundles = sizes(browser, opener, f"session_id={session}")
            print(f"progress: {number + 1}/{options.rounds} rounds", flush=True)
        errors = browser.errors
    answer = {"samples": samples, "shift": shifts, "bundles": bundles, "errors": errors}
    answer["long_tasks"] = {
        side: sorted(map(round, found), reverse=True) for side, found in tasks.items()
    }
    print("answer: " + json.dumps(answer))
    return 0


sys.exit(main())
