import hashlib
import random
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import count_changes
from .sale_dashboard_computation import SPACING_PER_DURATION, get_instant

# Key of the context: an open dashboard asks, and (true) only re-reads.
FOLLOWS = "sale_dashboard_follows"
REREAD = "sale_dashboard_reread_after_ms"  # key of an answer's context
REREAD_AFTER = "reread_after_ms"  # key of what is answered
CONCERNED = "sale_dashboard_concerned_by"  # the same of the marks of messages
CONCERNED_BY = "concerned_by"
MIN_REREAD = 0.2  # seconds
MIN_SPACING_OF_TARGETS = 30.0  # a month is long
TARGET_MODELS = (
    "sale.dashboard.target",
    "resource.calendar",
    "resource.calendar.attendance",
)


def to_ms(seconds):
    return round(1000 * seconds)


class SaleDashboard(models.TransientModel):
    """What an open dashboard is answered that re-reads because something changed.

    Whoever asks gets the latest figures, whatever that takes. Dashboards that follow
    ask at every change, all of them: under load that is more than there are workers
    for. So who says that he follows may be given older figures, the newest there are
    for his key, and is told when to ask again: where they were computed only a short
    time ago (a multiple of what that took), while somebody computes the same, and while
    as many compute as may at once. Nobody of them waits for another.

    Every open dashboard is told which messages concern it, if not all do: whoever sees
    the orders of certain salespeople only need not ask because of others'.
    """

    _inherit = "sale.dashboard"

    @api.model
    def _get_clean_context(self):
        context = super()._get_clean_context()
        if FOLLOWS in self.env.context:
            context[FOLLOWS] = bool(self.env.context[FOLLOWS])
        return context

    @api.model
    def _answer(self, scope, refresh=False, requested_at=None):
        follows = self.env.context.get(FOLLOWS)
        if follows is None:
            return super()._answer(scope, refresh, requested_at)
        dashboards = self.with_context(**{FOLLOWS: None})
        follows = follows and not refresh and requested_at is None
        found = dashboards._follow(scope) if follows else None
        answer = found or dashboards._answer(scope, refresh, requested_at)
        return answer.with_context(**{CONCERNED: dashboards._get_marks(scope)})

    @api.model
    def _get_marks(self, scope):
        """The marks of messages that concern the caller's dashboard; None: all do."""
        salespeople = self._get_salespeople()
        domain = Domain(scope.request.filters.domain)
        if (
            salespeople is None
            or not self._trace(self.env["sale.order"], domain, {})
            or self._reads_more_of_orders(scope)
        ):
            return None
        return self.env["sale.dashboard.herald"]._get_marks(salespeople)

    @api.model
    def _follow(self, scope):
        """A record for who follows.

        :return: none where he is to be answered as anybody; where there are changes
            that its figures do not have, the key ``REREAD`` of its context says in how
            many milliseconds to ask again
        """
        key, traceable = self._make_key(scope)
        token, written = self.env["sale.dashboard.change"]._read_state()
        if written or not traceable:
            return self.browse()
        last = self.env["sale.dashboard.computation"]._find_last(key)
        if last is None or last.token == token:
            return self.browse()
        with self._turn(key, token, last) as (cr, wait):
            if cr:
                answer, token = self._compute_for_all(scope, key, token, cr)
                dashboard = self._keep_given(scope, key, token, answer)
            else:
                dashboard = self._find_newest(scope, key, token, last)
        if not dashboard:
            return dashboard
        self.env["sale.dashboard.lookup"]._note(hit=not cr)
        given = dashboard.change_token
        if given == token or count_changes(given) > count_changes(token):
            return dashboard
        return dashboard.with_context(**{REREAD: to_ms(wait or MIN_REREAD)})

    @api.model
    @contextmanager
    def _turn(self, key, token, last):
        """Whether to compute now for all who follow.

        :param last: what is there for them
        :return: context manager of ``(cursor to keep it with, None)``, or of ``(None,
            seconds after which to ask again)``: no seconds, where what is there is
            newer than this transaction
        """
        if count_changes(last.token) > count_changes(token):
            yield None, None
            return
        wait = (last.ready_at - get_instant()).total_seconds()
        if wait > 0:
            yield None, max(wait, MIN_REREAD)
            return
        computations = self.env["sale.dashboard.computation"]
        names = sorted({key, self._get_lock_name(key, token)})
        with computations._if_free(names) as cr:
            if cr and computations._find_last(key, cr) == last:
                yield cr, None
                return
        # Not all at once again.
        spread = self.env["sale.dashboard.herald"]._get_spread() / 1000
        wait = random.uniform(0.5, 1) * spread
        yield None, max(wait, last.spacing / SPACING_PER_DURATION, MIN_REREAD)

    @api.model
    def _find_newest(self, scope, key, token, last):
        """The caller's record of the newest figures that were computed.

        :param last: what there is for all
        """
        own = self.search_fetch(
            [
                ("create_uid", "=", self.env.uid),
                ("request_key", "=", key),
                ("expires_at", ">", fields.Datetime.now()),
            ],
            ["payload", "change_token"],
            limit=1,
        )
        if own and (
            own.change_token == last.token
            or count_changes(own.change_token) > count_changes(last.token)
        ):
            return own
        found = self.env["sale.dashboard.computation"]._find(key, token, datetime.min)
        if not found or not self._can_keep(*found, token):
            return self.browse()
        answer, found_token = found
        return self._keep_given(scope, key, found_token, answer)

    @api.model
    def _keep_given(self, scope, key, token, answer):
        return self._keep(scope, key, token, answer, self._get_lifetime(answer))

    def _get_payload(self, undefined=False):
        payload = super()._get_payload(undefined)
        for name, key in ((REREAD, REREAD_AFTER), (CONCERNED, CONCERNED_BY)):
            value = self.env.context.get(name)
            if value is not None:
                payload[key] = value
        return payload

    # ------------------------------------------------------------------
    # Targets
    # ------------------------------------------------------------------

    @api.model
    def _make_targets(self, scope, undefined):
        if not self.env.context.get(FOLLOWS):
            return super()._make_targets(scope, undefined)
        dashboards = self.with_context(**{FOLLOWS: None})
        return dashboards._follow_targets(scope, undefined)

    @api.model
    def _follow_targets(self, scope, undefined):
        """As :meth:`_make_targets`, computed once for all who follow.

        Working hours change without a word: that shows when the answer expires, or to
        who asks without following.
        """
        key, traceable = self._make_key(scope)
        token, written = self.env["sale.dashboard.change"]._read_state()
        if written or not traceable:
            return self._make_targets(scope, undefined)
        key = self._make_targets_key(key, undefined)
        computations = self.env["sale.dashboard.computation"]
        wait = None
        last = computations._find_last(key)
        if last is None:
            with computations._alone(key) as cr:
                found = cr and computations._find(key, token, datetime.min, cr)
                if not found:
                    return self._make_targets_for_all(scope, undefined, key, token, cr)
        else:
            if last.token != token:
                with self._turn(key, token, last) as (cr, wait):
                    if cr:
                        return self._make_targets_for_all(
                            scope, undefined, key, token, cr
                        )
            found = computations._find(key, token, datetime.min)
            if not found:  # it has just expired
                return self._make_targets(scope, undefined)
        payload = found[0]["payload"]
        return payload if wait is None else payload | {REREAD_AFTER: to_ms(wait)}

    @api.model
    def _make_targets_key(self, key, undefined):
        """Of a dashboard's key, that of the targets."""
        # Whose own the target is matters where one does not see all orders.
        user = None if self._sees_all_orders() else self.env.uid
        # Odoo's rule of time off names the user, but not for what is everybody's.
        time_off = self.env["resource.calendar.leaves"].search_fetch(
            [("resource_id", "=", False)], ["write_date"], order="id"
        )
        parts = (
            *(key, undefined, user, self._describe_rights(TARGET_MODELS)),
            [(one.id, str(one.write_date)) for one in time_off],
        )
        return f"targets {hashlib.sha256(repr(parts).encode()).hexdigest()}"

    @api.model
    def _make_targets_for_all(self, scope, undefined, key, token, cr):
        """Compute targets, and keep them for whoever has the same key and follows."""
        now, began = fields.Datetime.now(), time.perf_counter()
        payload = self._make_targets(scope, undefined)
        ttl = self._get_cache_ttl()
        if cr and ttl:
            answer = {
                "generated_at": now,
                "duration_ms": round(1000 * (time.perf_counter() - began)),
                "payload": payload,
            }
            self.env["sale.dashboard.computation"]._keep(
                cr,
                key,
                token,
                answer,
                now + timedelta(seconds=ttl),
                min_spacing=MIN_SPACING_OF_TARGETS,
            )
        return payload
