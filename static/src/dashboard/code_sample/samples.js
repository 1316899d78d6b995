/**
 * The calls by which a program reads what a tile shows, and how they are written for
 * several clients. Pure functions of what is shown: nothing here knows of components.
 *
 * @typedef Call a method of `sale.dashboard`, and where its answer has what is shown
 * @property {string} method
 * @property {Object} kwargs
 * @property {Object} context
 * @property {string[]} path keys to what the tile shows; none: all of the answer
 * @property {{ method: string, kwargs: Object }} [then] called on the dashboard of which
 *  the first call answers the id
 *
 * @typedef Server
 * @property {string} origin with protocol, host and, where it is not the usual one, port
 * @property {string} database
 * @property {string} login
 *
 * @typedef {{ id: string, label: string, code: string }} Sample
 */

// No template literal stands in another one here: Odoo's minifier takes the inner one's
// words for code, and drops their spaces.

const MODEL = "sale.dashboard";
const ROUTE = "/json/2/sale.dashboard/";
/** Parts of the answer that have a method of their own. */
const PARTS = {
    sales_by_period: "get_sales_by_period",
    top_customers: "get_top_customers",
    customer_segments: "get_customer_segments",
};
const OVERVIEW = [
    "total_revenue",
    "total_orders",
    "average_order_value",
    "new_customers",
    "conversion_rate",
];
/** Read from order lines, of stored figures. */
const LINE_BREAKDOWNS = ["product", "category"];
const MAX_WIDTH = 72;
const KEY = "ODOO_API_KEY";
/** Stands for the id of a dashboard until that is known. */
const ID = "dashboard_id";

//------------------------------------------------------------------------------
// Which call
//------------------------------------------------------------------------------

/**
 * The keyword arguments that ask for the figures of a payload again: what was answered,
 * whatever has been chosen since.
 *
 * @param {Object} payload
 * @param {Array} domain which orders they are of
 */
function getRequest({ comparison, measure, overview, period_type, timezone }, domain) {
    return {
        date_from: overview.period_start,
        date_to: overview.period_end,
        period_type,
        compare: comparison ? comparison.compare : "none",
        measure,
        timezone,
        ...(domain.length && { filters: { domain } }),
    };
}

/**
 * @param {string} tile a figure, a part of the payload, a breakdown, `metrics`, `targets`,
 *  or `dashboard`
 * @param {Object} shown
 * @param {Object} shown.payload
 * @param {Array} shown.domain which orders it is of
 * @param {Object | null} [shown.targets] the answer of `get_targets`
 * @returns {Call}
 */
export function getCall(tile, { payload, domain, targets }) {
    const context = { allowed_company_ids: payload.company_ids };
    if (tile === "targets") {
        const { month, timezone } = targets;
        return { method: "get_targets", kwargs: { month, timezone }, context, path: ["targets"] };
    }
    const kwargs = getRequest(payload, domain);
    if (OVERVIEW.includes(tile)) {
        return { method: "get_sales_overview", kwargs, context, path: [tile] };
    }
    if (tile in PARTS) {
        return { method: PARTS[tile], kwargs, context, path: [] };
    }
    if (LINE_BREAKDOWNS.includes(tile)) {
        const then = { method: "load_breakdown", kwargs: { dimension: tile } };
        return { method: "generate", kwargs, context, path: [], then };
    }
    const paths = { dashboard: [], metrics: ["metrics"], warnings: ["warnings"] };
    const path = paths[tile] || ["breakdowns", tile];
    return { method: "generate_dashboard_data", kwargs, context, path };
}

//------------------------------------------------------------------------------
// How it is written
//------------------------------------------------------------------------------

const PYTHON_WORDS = new Map([
    [true, "True"],
    [false, "False"],
    [null, "None"],
]);

/**
 * JSON, or the Python that means the same; on one line where that is short.
 *
 * @param {any} value
 * @param {{ isPython?: boolean, depth?: number }} [options]
 */
function write(value, { isPython = false, depth = 0 } = {}) {
    if (!value || typeof value !== "object") {
        return (isPython && PYTHON_WORDS.get(value)) || JSON.stringify(value);
    }
    const [open, close] = Array.isArray(value) ? "[]" : "{}";
    const writeItems = (depth) =>
        Object.entries(value).map(([key, item]) => {
            const text = write(item, { isPython, depth });
            return Array.isArray(value) ? text : `${JSON.stringify(key)}: ${text}`;
        });
    const line = open + writeItems(0).join(", ") + close;
    if (!line.includes("\n") && line.length + 4 * depth <= MAX_WIDTH) {
        return line;
    }
    const [inner, outer] = [depth + 1, depth].map((depth) => "    ".repeat(depth));
    const items = writeItems(depth + 1).map((item) => `\n${inner}${item}`);
    return `${open}${items.join(",")}${isPython ? "," : ""}\n${outer}${close}`;
}

function writePython(value, depth = 0) {
    return write(value, { isPython: true, depth });
}

/** How the answer of a call is printed in Python. */
function writePrint({ path }) {
    const value = ["answer", ...path.map((key) => `["${key}"]`)].join("");
    return `print(json.dumps(${value}, indent=2, ensure_ascii=False))`;
}

/** In no line of ours: Odoo would take one that begins so for an import of this module. */
function writeImports(...names) {
    return names.map((name) => `import ${name}\n`).join("");
}

/** zenoo-rpc takes another port than the protocol's where none is named. */
function withPort(origin) {
    const { hostname, port, protocol } = new URL(origin);
    return `${protocol}//${hostname}:${port || { "http:": 80, "https:": 443 }[protocol]}`;
}

function writeZenoo({ context, kwargs, method, path, then }, { database, login, origin }) {
    const [address, base, user] = [withPort(origin), database, login].map((text) => write(text));
    const named = writePython(context, 3);
    const call = (name, { method, kwargs }, ids) => `\
        ${name} = await client.execute_kw(
            "${MODEL}",
            "${method}",
            ${ids},
            ${writePython(kwargs, 3)},
            context=${named},
        )\n`;
    const onRecord = `[[${ID}]]`;
    const calls = then
        ? call(ID, { method, kwargs }, "[]") + call("answer", then, onRecord)
        : call("answer", { method, kwargs }, "[]");
    return `\
${writeImports("asyncio", "json", "os")}
from zenoo_rpc import ZenooClient


async def main():
    async with ZenooClient(${address}) as client:
        await client.login(
            ${base}, ${user}, os.environ["${KEY}"]
        )
${calls}    ${writePrint({ path })}


asyncio.run(main())
`;
}

function writeJson2({ context, kwargs, method, path, then }, { database, origin }) {
    const [address, base] = [origin + ROUTE, database].map((text) => write(text));
    const call = (name, { method, kwargs }, ids = "") => {
        const items = Object.entries({ ...kwargs, context })
            .map(([key, value]) => `    ${key}=${writePython(value, 1)},\n`)
            .join("");
        return `${name} = call(\n    "${method}",\n${ids}${items})\n`;
    };
    const onRecord = `    ids=[${ID}],\n`;
    const calls = then
        ? call(ID, { method, kwargs }) + call("answer", then, onRecord)
        : call("answer", { method, kwargs });
    return `\
${writeImports("json", "os")}from urllib.request import Request, urlopen


def call(method, **arguments):
    request = Request(
        ${address} + method,
        data=json.dumps(arguments).encode(),
        headers={
            "Authorization": "bearer " + os.environ["${KEY}"],
            "Content-Type": "application/json",
            "X-Odoo-Database": ${base},
        },
    )
    with urlopen(request) as response:
        return json.load(response)


${calls}${writePrint({ path })}
`;
}

/** One word of a shell, whatever is in it. */
const quote = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

function writeCurl({ context, kwargs, method, then }, { database, origin }) {
    const header = quote("X-Odoo-Database: " + database);
    const call = (method, body) => {
        const address = quote(origin + ROUTE + method);
        return `\
curl --silent --show-error --fail ${address} \\
  --header "Authorization: bearer $${KEY}" \\
  --header ${header} \\
  --header 'Content-Type: application/json' \\
  --data ${body}`;
    };
    const first = call(method, quote(write({ ...kwargs, context })));
    if (!then) {
        return first + "\n";
    }
    const body = quote(write({ ids: [ID], ...then.kwargs, context }));
    // The shell puts the id in the place of its name.
    const second = call(then.method, body.replace(`"${ID}"`, `'"$${ID}"'`));
    return `${ID}=$(${first})\n${second}\n`;
}

/**
 * The same call for several clients: complete programs, which read the API key from the
 * environment.
 *
 * @param {Call} call
 * @param {Server} server
 * @returns {Sample[]}
 */
export function writeSamples(call, server) {
    return [
        { id: "zenoo", label: "zenoo-rpc", code: writeZenoo(call, server) },
        { id: "json2", label: "JSON-2", code: writeJson2(call, server) },
        { id: "curl", label: "curl", code: writeCurl(call, server) },
    ];
}
