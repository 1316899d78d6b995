"""HTTP API of the dashboard: thin calls into ``sale.dashboard``."""

import json
from contextlib import contextmanager

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import content_disposition, request

from ..engine import openapi
from ..engine.addresses import ADDRESSES, API, ROOT
from ..engine.entity_tag import make_tag, matches, newest_token
from ..engine.errors import InvalidRequest
from ..engine.negotiation import CONTENT_TYPES, JSON, choose_format, split_ending
from ..engine.query import find_parameter, parse_query
from .problem import Problem

METHODS = ("GET", "HEAD")
ROUTE = {
    "type": "sale_dashboard_api",
    "save_session": False,
    "csrf": False,
    # A route that writes opens a cursor of its own for it: see _writable.
    "readonly": True,
}
REVALIDATE = "private, no-cache"


class SaleDashboardApi(http.Controller):
    @http.route(f"{ROOT}/<string:address>", auth="sale_dashboard", **ROUTE)
    def answer(self, address):
        """What an address of :mod:`..engine.addresses` has, in the form asked for."""
        _check_method()
        name, ending = split_ending(address)
        found = ADDRESSES.get(name)
        if not found or (ending and ending not in found.formats):
            raise NotFound(f"There is nothing at {ROOT}/{address}.")
        form = ending or _negotiate(found.formats)
        dashboards = _get_dashboards()
        with _naming_parameters(dashboards, found.parameters):
            values = parse_query(
                found.parameters, request.httprequest.args.items(multi=True)
            )
            dashboards = _in_companies(dashboards, values.pop("company_ids", None))
            vary = ["Authorization", "Cookie", "X-Odoo-Database"]
            headers = [("Vary", ", ".join(vary if ending else ["Accept", *vary]))]
            if found.stored:
                return self._answer_stored(dashboards, found, form, values, headers)
            content = getattr(self, f"_get_{name}")(dashboards, **values)
        return _respond(
            CONTENT_TYPES[JSON],
            json.dumps(content, ensure_ascii=False),
            [*headers, ("Cache-Control", "no-store")],
        )

    @http.route(f"{ROOT}/openapi.json", auth="none", **ROUTE)
    def document(self):
        """The OpenAPI document of all this."""
        _check_method()
        body = json.dumps(openapi.make_document(), ensure_ascii=False)
        tag = make_tag("0", body)
        headers = [("Cache-Control", "public, no-cache"), ("ETag", tag)]
        if matches(request.httprequest.headers.get("If-None-Match"), tag):
            return request.make_response("", headers, status=304)
        return _respond(CONTENT_TYPES[JSON], body, headers)

    @http.route([API, f"{API}/<path:address>"], auth="none", **ROUTE)
    def unknown(self, address=""):
        """Unknown addresses are problems too, not pages.

        Without a database only such routes without authentication are there, and only
        where the addon is loaded server-wide.
        """
        if not request.db:
            raise Problem(
                400,
                "Bad Request",
                "No database was chosen, or it is not there: name one in the header"
                " X-Odoo-Database.",
            )
        raise NotFound(f"There is nothing at {API}/{address}.")

    # ------------------------------------------------------------------
    # Answers from a stored dashboard
    # ------------------------------------------------------------------

    def _answer_stored(self, dashboards, address, form, values, headers):
        """An answer from the caller's record: found if there is one, else computed.

        Where the route's cursor is read-only, all that is needed to find a fresh
        record is read with it; computing needs another one.
        """
        known = request.httprequest.headers.get("If-None-Match")
        refresh = values.pop("refresh", False)
        # Rendering a PDF may have to write: Odoo keeps the style sheets it makes.
        if dashboards.env.cr.readonly and not refresh and form != "pdf":
            dashboard = dashboards._find_answer(newest_token(known), **values)
            if dashboard and dashboard._has_breakdowns(address.on_demand(form)):
                return _represent(dashboard, address, form, known, headers)
        with _writable(dashboards) as dashboards:
            dashboard = dashboards._generate(refresh, **values)
            # First, as they are a part of what the tag is made from.
            for dimension in sorted(address.on_demand(form)):
                dashboard.load_breakdown(dimension)
            return _represent(dashboard, address, form, known, headers)

    # ------------------------------------------------------------------
    # Other answers
    # ------------------------------------------------------------------

    def _get_targets(self, dashboards, **values):
        return dashboards._get_targets(undefined=None, **values)

    def _get_changes(self, dashboards, token):
        return dashboards.changed_since(token)

    def _get_cache_info(self, dashboards):
        return dashboards._get_cache_info()


def _check_method():
    if request.httprequest.method not in METHODS:
        raise Problem(
            405,
            "Method Not Allowed",
            "The API is for reading.",
            [("Allow", ", ".join(METHODS))],
        )


def _negotiate(formats):
    form = choose_format(request.httprequest.headers.get("Accept"), formats)
    if not form:
        raise Problem(
            406,
            "Not Acceptable",
            "None of the content types in Accept is available.",
            available=[CONTENT_TYPES[one] for one in formats],
        )
    return form


def _get_dashboards():
    """The model as the caller sees it: in his own language, however he came."""
    preferences = request.env["res.users"].context_get()
    context = {name: preferences[name] for name in ("lang", "tz")}
    dashboards = request.env(context=context)["sale.dashboard"]
    dashboards.check_access("read")
    return dashboards


def _in_companies(dashboards, companies):
    """The model in companies, the first one current; by default the user's own."""
    user = dashboards.env.user
    if companies and not set(companies) <= set(user._get_company_ids()):
        raise InvalidRequest("company_ids", "foreign_company")
    return dashboards.with_context(allowed_company_ids=companies or user.company_id.ids)


@contextmanager
def _naming_parameters(dashboards, parameters):
    """Refusals become problems that name the query parameter at fault."""
    try:
        yield
    except InvalidRequest as error:
        name, refusal = error.parameter, dashboards._refuse(error)
    except ValidationError as error:
        if not hasattr(error, "parameter"):
            raise
        values = getattr(error, "values", {})
        name, refusal = find_parameter(parameters, error.parameter, values), error
    else:
        return
    raise Problem(400, "Bad Request", f"{name}: {refusal}", parameter=name)


@contextmanager
def _writable(dashboards):
    """The model on a cursor that may write.

    Not Odoo's own way out of a read-only route, which runs all of it a second time
    after a failed attempt to write. Who fails here is tried again as any request.
    """
    env = dashboards.env
    if not env.cr.readonly:
        yield dashboards
        return
    # What was read so far may be of a replica, and is not needed any more.
    env.cr.rollback()
    with env.registry.cursor() as cr:
        yield dashboards.with_env(env(cr=cr))


def _represent(dashboard, address, form, known, headers):
    tag = dashboard._get_entity_tag(address.name, form)
    if form == "pdf":
        tag = f"W/{tag}"  # it tells when it was rendered
    headers = [*headers, ("Cache-Control", REVALIDATE), ("ETag", tag)]
    if matches(known, tag.removeprefix("W/")):
        return request.make_response("", headers, status=304)
    if form == JSON:
        payload = dashboard._get_http_payload(address.part, address.dimension)
        body = json.dumps(payload, ensure_ascii=False)
        return _respond(CONTENT_TYPES[JSON], body, headers)
    table = address.name if address.part else None
    try:
        filename, content_type, body = dashboard._export(form, table)
    except UserError as error:
        if form != "pdf" or isinstance(error, ValidationError | AccessError):
            raise
        # Odoo's words for a server that has no program to make PDF files with.
        raise Problem(501, "Not Implemented", str(error)) from None
    disposition = ("Content-Disposition", content_disposition(filename))
    return _respond(content_type, body, [*headers, disposition])


def _respond(content_type, body, headers):
    return request.make_response(body, [("Content-Type", content_type), *headers])
