"""HTTP API of the dashboard: thin calls into ``sale.dashboard``, errors as problems."""

import logging

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from odoo import http
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.http import HttpDispatcher, SessionExpiredException, request

_logger = logging.getLogger(__name__)

API = "/sale_dashboard/api"

# Query parameter -> parameter of sale.dashboard's public methods.
PARAMETERS = {
    "start_date": "date_from",
    "end_date": "date_to",
    "period_type": "period_type",
    "compare": "compare",
    "measure": "measure",
    "top_limit": "top_limit",
    "timezone": "timezone",
}


class Problem(HTTPException):
    """An error to be answered as ``application/problem+json`` (RFC 9457)."""

    def __init__(self, status, title, detail, **extra):
        super().__init__(detail)
        self.code = status
        self.body = {"type": "about:blank", "title": title, "status": status}
        self.body.update(detail=detail, **extra)


class ProblemDispatcher(HttpDispatcher):
    """Routes whose errors are ``application/problem+json``, never a page.

    ``request.dispatcher`` is chosen by the route's type, so this stays ours alone.
    """

    routing_type = "sale_dashboard_api"

    def handle_error(self, exc):
        # A 405 says what is allowed, a 401 how to authenticate: keep such headers.
        headers = exc.get_headers()[1:] if isinstance(exc, HTTPException) else []
        problem = exc if isinstance(exc, Problem) else self._to_problem(exc)
        response = self.request.make_json_response(
            problem.body, headers=headers, status=problem.code
        )
        response.headers["Content-Type"] = "application/problem+json"
        return response

    def _to_problem(self, exc):
        if isinstance(exc, AccessDenied | SessionExpiredException):
            return Problem(401, "Unauthorized", "The credentials are not valid.")
        if isinstance(exc, AccessError):
            return Problem(403, "Forbidden", str(exc))
        if isinstance(exc, UserError):
            parameter = getattr(exc, "parameter", None)
            names = {name: query for query, name in PARAMETERS.items()}
            extra = {"parameter": names.get(parameter, parameter)} if parameter else {}
            return Problem(400, "Bad Request", str(exc), **extra)
        if isinstance(exc, HTTPException) and exc.code:
            return Problem(exc.code, exc.name, exc.description)
        _logger.exception("The sales dashboard API failed", exc_info=exc)
        return Problem(
            500, "Internal Server Error", "The server's log has the details."
        )


class SaleDashboardApi(http.Controller):
    @http.route(
        f"{API}/v1/dashboard",
        type="sale_dashboard_api",
        auth="sale_dashboard",
        save_session=False,
        csrf=False,
    )
    def dashboard(self, **query):
        """The payload for a period; the query parameters are the seed's and ours."""
        if request.httprequest.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(valid_methods=["GET", "HEAD"])
        companies = self._parse_companies(query.pop("company_ids", None))
        dashboards = request.env["sale.dashboard"].with_context(
            allowed_company_ids=companies
        )
        dashboard = dashboards._generate(refresh=False, **self._parse_query(query))
        payload = dashboard._get_payload(undefined=None)
        return request.make_json_response(payload)

    @http.route(
        f"{API}/<path:address>",
        type="sale_dashboard_api",
        auth="sale_dashboard",
        save_session=False,
        csrf=False,
    )
    def unknown(self, address, **_query):
        """Unknown addresses are problems too, not pages."""
        raise NotFound(f"There is nothing at {API}/{address}.")

    def _parse_query(self, query):
        """Query parameters as parameters of the public methods.

        :raise Problem: 400 on an unknown or missing parameter or a malformed number
        """
        for name in query:
            if name not in PARAMETERS:
                raise self._bad_parameter(name, "This parameter is unknown.")
        for name in ("start_date", "end_date"):
            if not query.get(name):
                raise self._bad_parameter(name, "This parameter is required.")
        parameters = {PARAMETERS[name]: value for name, value in query.items()}
        if "top_limit" in parameters:
            parameters["top_limit"] = self._parse_integer("top_limit", query)
        return parameters

    def _parse_companies(self, value):
        """Company ids, the current one first; the user's default company if absent."""
        user = request.env.user
        if value is None:
            return user.company_id.ids
        companies = [
            self._parse_integer("company_ids", {"company_ids": one})
            for one in value.split(",")
        ]
        if not set(companies) <= set(user.company_ids.ids):
            raise self._bad_parameter(
                "company_ids", "You have no access to one of these companies."
            )
        return companies

    def _parse_integer(self, name, query):
        try:
            return int(query[name])
        except ValueError:
            raise self._bad_parameter(name, "Give a whole number.") from None

    def _bad_parameter(self, name, detail):
        return Problem(400, "Bad Request", f"{name}: {detail}", parameter=name)
