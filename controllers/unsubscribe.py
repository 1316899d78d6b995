"""Out of a mail, for readers who are not logged in."""

from odoo import http
from odoo.http import request
from odoo.tools.misc import get_lang

from ..models.sale_dashboard_unsubscribe import (
    ALREADY,
    EXPIRED,
    INVALID,
    UNSUBSCRIBE_ROUTE,
    VALID,
)

STATUSES = {EXPIRED: 410, INVALID: 403}
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class SaleDashboardUnsubscribe(http.Controller):
    # A mail program has neither a session nor a page of ours to take a token from, so
    # there is no CSRF token: the signed one in the address is the right to do this, and
    # whoever could forge the request would have to know it.
    @http.route(
        f"{UNSUBSCRIBE_ROUTE}/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def unsubscribe(self, token, confirm=None, **form):
        """Ask on GET, which programs that check links do as well; act on POST."""
        subscriptions = request.env["sale.dashboard.subscription"]
        is_post = request.httprequest.method == "POST"
        is_one_click = form.get("List-Unsubscribe") == "One-Click"
        if is_post and (is_one_click or confirm):
            result = subscriptions._unsubscribe(token)
            if is_one_click:
                return self._answer_program(result)
            return self._show(result, token)
        state, subscription, recipient = subscriptions._read_unsubscribe_token(token)
        if state == VALID and not (
            recipient and subscription._has_recipient(recipient)
        ):
            state = ALREADY
        return self._show(state, token)

    def _answer_program(self, result):
        """Nobody reads it: a status, and a word for a log."""
        return request.make_response(
            result,
            [("Content-Type", "text/plain; charset=utf-8"), *PRIVATE.items()],
            status=STATUSES.get(result, 200),
        )

    def _show(self, result, token):
        """A page of its own: it needs no session, no script and no style sheet."""
        subscriptions = request.env["sale.dashboard.subscription"]
        _state, subscription, recipient = subscriptions._read_unsubscribe_token(token)
        language = get_lang(request.env, recipient and recipient.lang)
        subscription = subscription.with_context(lang=language.code)
        response = request.render(
            "sale_dashboard.unsubscribe_page",
            {
                "result": result,
                **subscription._describe_unsubscription(result),
                "address": request.httprequest.path,
                "lang_code": language.iso_code.replace("_", "-"),
                "direction": language.direction,
            },
            status=STATUSES.get(result, 200),
        )
        response.headers.update(PRIVATE)
        return response
