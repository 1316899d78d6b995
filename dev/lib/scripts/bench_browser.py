"""From the click on a menu to the last figure painted: our dashboard, and Odoo's own.

    bench_browser.py URL --database D --login L --rounds N [--forget COMMAND]

Both in one browser, in turn, each on the list of quotations that was loaded anew and
has come to rest. Both are opened as a person does: the pointer goes to the menu, opens
it, goes to the entry, rests on it and presses it; both ways take the same time.
Measured is from the click (the button of the mouse comes up on the entry) to the paint
of the last figure: the last text with a digit in it that had not been there before and
is within the window, painted on a canvas or written into the document, unless it is
there for screen readers only. What is below the window Odoo does not paint at all; ours
is in the document, and counts in `all`.
`called` is ours, opened without a pointer by the menu's own method: nothing is known
ahead.

Prints one JSON object: `samples` (milliseconds), `shift` (cumulative layout shift),
`long_tasks` (milliseconds of those over 50), `bundles` (bytes), `errors` (of the
console).
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
ENTRY = '[data-menu-xmlid="%s"]'
#: the menu that is opened, and the entry in it
MENUS = {
    "ours": (
        ENTRY % "sale.menu_sale_report",
        ENTRY % "sale_dashboard.menu_sale_dashboard",
    ),
    "odoo": (
        ".o_navbar_apps_menu button",
        ENTRY % "spreadsheet_dashboard.spreadsheet_dashboard_menu_root",
    ),
}
#: seconds that a hand needs: from one place to the other, before it presses, to press
MOVE, REST, PRESS = 0.25, 0.15, 0.08
STEPS = 10

# Runs before anything of the page: notes when figures appear, what is under way, what
# shifts and what takes long. A figure that comes in a frame is painted with it; else
# with the next one. Where it stands is looked up only at the end: doing so costs time.
WATCH = """
(() => {
    const watch = (window.benchWatch = {
        start: 0, found: [], seen: new Set(), last: 0, open: 0, restless: 0, shift: 0,
        tasks: [], isArmed: false,
    });
    // Nodes whose figure is not painted yet; and, frame by frame, those being painted.
    let fresh = null;
    let isInFrame = false;
    const frames = [];
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
        watch.last = performance.now();
        watch.found.push(...frames.shift().map((node) => [watch.last, node]));
    };
    const paint = () => {
        if (fresh) {
            frames.push(fresh);
            fresh = null;
            painted.port2.postMessage(null); // a task after this frame
        }
    };
    const animate = window.requestAnimationFrame.bind(window);
    const inFrame = (run) => (time) => {
        isInFrame = true;
        paint();
        run(time);
        queueMicrotask(() => {
            isInFrame = false;
            paint();
        });
    };
    window.requestAnimationFrame = (run) => animate(inFrame(run));
    const note = (text, node) => {
        text = String(text).trim();
        if (!/\\d/.test(text) || watch.seen.has(text)) {
            return;
        }
        watch.seen.add(text);
        if (!fresh) {
            fresh = [];
            if (!isInFrame) {
                animate(inFrame(() => {}));
            }
        }
        fresh.push(node);
    };
    const walk = (node) => {
        if (node.nodeType === Node.TEXT_NODE) {
            note(node.data, node);
        } else {
            node.childNodes.forEach(walk);
        }
    };
    const fillText = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        note(text, this.canvas);
        return fillText.call(this, text, ...rest);
    };
    window.addEventListener("click", (ev) => {
        if (watch.isArmed) {
            Object.assign(watch, {
                isArmed: false, start: ev.timeStamp, last: 0, shift: 0, tasks: [],
                found: [], seen: new Set(), restless: performance.now(),
            });
        }
    }, { capture: true });
    const observe = () =>
        new MutationObserver((mutations) => {
            for (const { type, target, addedNodes } of mutations) {
                (type === "characterData" ? [target] : addedNodes).forEach(walk);
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
PLACE = """
(() => {
    const { x, y, width, height } = document.querySelector(%s).getBoundingClientRect();
    return [x + width / 2, y + height / 2];
})()
"""
ARM = "benchWatch.isArmed = true"
CALL = """
(() => {
    const { menu } = odoo.__WOWL_DEBUG__.root.env.services;
    const item = menu.getAll().find((one) => one.xmlid === "%s");
    Object.assign(benchWatch, {
        start: performance.now(), last: 0, shift: 0, tasks: [], found: [],
        seen: new Set(), restless: performance.now(),
    });
    menu.selectMenu(item);
})()
"""
RESULT = """
(() => {
    const { found, shift, start, tasks } = benchWatch;
    const range = document.createRange();
    const isPainted = (node) =>
        !(node.parentElement || document.body).closest(".visually-hidden");
    const isVisible = (node) => {
        range.selectNodeContents(node);
        const box = node.nodeType === Node.TEXT_NODE ? range : node;
        const { bottom, height, left, right, top, width } = box.getBoundingClientRect();
        return (
            node.isConnected && width && height &&
            bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
        );
    };
    const painted = found.filter(([, node]) => isPainted(node));
    const visible = painted.filter(([, node]) => isVisible(node));
    const getLast = (list) => Math.max(0, ...list.map(([time]) => time)) - start;
    return JSON.stringify({
        took: getLast(visible), all: getLast(painted), shift, tasks,
        figures: visible.length,
    });
})()
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
    browser.call("Page.navigate", url=f"{url}/odoo/orders?debug=0")
    time.sleep(0.5)  # the former page is gone
    wait_for(browser, IS_READY, "the web client")
    wait_for(browser, AT_REST, "rest before the click")


def place(browser: Browser, selector: str) -> tuple[float, float]:
    browser.wait_for(selector)
    x, y = browser.evaluate(PLACE % json.dumps(selector))
    return x, y


def mouse(browser: Browser, kind: str, at: tuple[float, float], **more: object) -> None:
    browser.call("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], **more)


def press(
    browser: Browser, start: tuple[float, float], selector: str
) -> tuple[float, float]:
    """The pointer goes somewhere, rests there, and presses; where it is then."""
    end = place(browser, selector)
    for step in range(1, STEPS + 1):
        x, y = (
            start[axis] + (end[axis] - start[axis]) * step / STEPS for axis in (0, 1)
        )
        mouse(browser, "mouseMoved", (x, y))
        time.sleep(MOVE / STEPS)
    time.sleep(REST)
    mouse(browser, "mousePressed", end, button="left", clickCount=1)
    time.sleep(PRESS)
    mouse(browser, "mouseReleased", end, button="left", clickCount=1)
    return end


def click(browser: Browser, series: str) -> dict:
    """Open a dashboard; what was seen once it is at rest."""
    menu, entry = MENUS["odoo" if series == "odoo" else "ours"]
    if series == "called":
        browser.evaluate(CALL % "sale_dashboard.menu_sale_dashboard")
    else:
        at = press(browser, (WIDTH / 2, HEIGHT / 2), menu)
        browser.wait_for(entry)
        browser.evaluate(ARM)
        press(browser, at, entry)
    time.sleep(QUIET / 1000)
    wait_for(browser, f"benchWatch.last && {AT_REST}", f"the last figure of {series}")
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
    samples: dict[str, list[float]] = {
        series: [] for series in ("ours", "odoo", "cached", "called")
    }
    below: dict[str, list[float]] = {series: [] for series in samples}
    shifts: dict[str, float] = {side: 0.0 for side in samples}
    tasks: dict[str, list[float]] = {side: [] for side in samples}
    with chromium(find_program(), WIDTH, HEIGHT) as browser:
        browser.set_cookies(options.url, session_id=session, tz="Europe/Paris")
        browser.resize(WIDTH, HEIGHT)
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        for number in range(-1, options.rounds):
            for series in samples:
                open_page(browser, options.url)
                if series in ("ours", "called") and options.forget:
                    subprocess.run(shlex.split(options.forget), check=True)
                seen = click(browser, series)
                if seen["took"] <= 0:
                    raise RuntimeError(f"{series} painted no figure: {seen}")
                if number >= 0:
                    samples[series].append(seen["took"])
                    below[series].append(seen["all"])
                    shifts[series] = max(shifts[series], seen["shift"])
                    tasks[series] += seen["tasks"]
                if series == "cached":
                    opener = urllib.request.build_opener(
                        urllib.request.ProxyHandler({})
                    )
                    bundles = sizes(browser, opener, f"session_id={session}")
            print(f"progress: {number + 1}/{options.rounds} rounds", flush=True)
        errors = browser.errors
    samples["all"] = below["ours"]
    answer = {"samples": samples, "shift": shifts, "bundles": bundles, "errors": errors}
    answer["long_tasks"] = {
        side: sorted(map(round, found), reverse=True) for side, found in tasks.items()
    }
    print("answer: " + json.dumps(answer))
    return 0


sys.exit(main())
