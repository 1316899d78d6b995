"""Errors of the HTTP API as ``application/problem+json`` (RFC 9457), never a page."""

import json
import logging

from werkzeug.exceptions import HTTPException

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.http import HttpDispatcher, SessionExpiredException

_logger = logging.getLogger(__name__)

UNAUTHORIZED = ("WWW-Authenticate", 'Bearer realm="Odoo"')


class Problem(HTTPException):
    """An answer that is an error.

    :param int status: HTTP status
    :param str title: its name
    :param str detail: what to do about it
    :param headers: ``(name, value)`` of further headers
    :param more: further members of the problem
    """

    def __init__(self, status, title, detail, headers=(), **more):
        super().__init__(detail)
        self.code = status
        self.headers = headers
        self.body = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            **more,
        }


class ProblemDispatcher(HttpDispatcher):
    """Routes whose parameters are in the query string, and whose errors are problems.

    ``request.dispatcher`` is chosen by the route's type, so this stays ours alone.
    """

    routing_type = "sale_dashboard_api"

    def dispatch(self, endpoint, args):
        # The controller reads the query string itself: Odoo's way of reading it keeps
        # the last of repeated parameters, and mixes it with a form in the body.
        self.request.params = dict(args)
        if self.request.db:
            return self.request.registry["ir.http"]._dispatch(endpoint)
        return endpoint(**self.request.params)

    def handle_error(self, exc):
        problem = exc if isinstance(exc, Problem) else self._to_problem(exc)
        response = self.request.make_response(
            json.dumps(problem.body, ensure_ascii=False),
            [
                ("Content-Type", "application/problem+json"),
                ("Cache-Control", "no-store"),
                *problem.headers,
            ],
            status=problem.code,
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _to_problem(self, exc):
        if isinstance(exc, AccessDenied | SessionExpiredException):
            detail = "The credentials are not valid."
            return Problem(401, "Unauthorized", detail, [UNAUTHORIZED])
        if isinstance(exc, AccessError):
            return Problem(403, "Forbidden", str(exc))
        if isinstance(exc, UserError):
            return Problem(400, "Bad Request", str(exc))
        if isinstance(exc, HTTPException) and exc.code:
            headers = [UNAUTHORIZED] if exc.code == 401 else []
            return Problem(exc.code, exc.name, exc.description, headers)
        _logger.exception("The sales dashboard API failed", exc_info=exc)
        return Problem(
            500, "Internal Server Error", "The server's log has the details."
        )
