import hashlib
import random
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import count_changes
from .sale_dashboard_computation import (
    SPACING_PER_DURATION,
    get_instant,
    get_oldest_for_followers,
    get_spacing,
)

# Key of the context: an open dashboard asks, and (true) only re-reads.
FOLLOWS = "sale_dashboard_follows"
REREAD = "sale_dashboard_reread_after_ms"  # key of an answer's context
REREAD_AFTER = "reread_after_ms"  # key of what is answered
NEXT = "sale_dashboard_next_reread_ms"  # the same: when there may be newer figures
NEXT_REREAD = "next_reread_ms"
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


def get_next(last):
    """Milliseconds after which there may be newer figures than what there is."""
    return to_ms(max(0.0, (last.ready_at - get_instant()).total_seconds()))


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

    salespeople = fields.Char(
        string="Salespeople It Depends On",
        help="Ids of the users whose orders alone decide about these figures, 0 for"
        " orders without a salesperson; empty: it may be anybody's.",
    )

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
        if not found:
            found = dashboards._answer(scope, refresh, requested_at)
            found = found.with_context(**dashboards._get_told(scope))
        return found.with_context(**{CONCERNED: dashboards._get_marks(scope)})

    @api.model
    def _get_told(self, scope):
        """What who opens a dashboard is told of when to read it again."""
        key, traceable = self._make_key(scope)
        last = traceable and self.env["sale.dashboard.computation"]._find_last(key)
        return {NEXT: get_next(last)} if last else {}

    @api.model
    def _get_marks(self, scope):
        """The marks of messages that concern the caller's dashboard; None: all do."""
        salespeople = self._get_concerned(scope)
        if salespeople is None:
            return None
        return self.env["sale.dashboard.herald"]._get_marks(salespeople)

    @api.model
    def _get_concerned(self, scope):
        """Whose orders alone decide about the caller's dashboard; None: anybody's.

        :return: as :meth:`_get_salespeople`
        """
        salespeople = self._get_salespeople()
        domain = Domain(scope.request.filters.domain)
        if (
            salespeople is None
            or not self._trace(self.env["sale.order"], domain, {})
            or self._reads_more_of_orders(scope)
        ):
            return None
        return salespeople

    @api.model
    def _get_concern(self, scope):
        """What stands for the changes that concern the caller's dashboard.

        As a change token, of those alone: equal ones mean that others' orders at most
        have changed in between. None: all changes concern it.
        """
        salespeople = self._get_concerned(scope)
        if salespeople is None:
            return None
        shares = self.env["sale.dashboard.change"]._read_shares()
        return " ".join(
            f"{one}:{shares.get(one, 0)}" for one in (None, *sorted(salespeople))
        )

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
        computations = self.env["sale.dashboard.computation"]
        last = computations._find_last(key)
        if last is None:
            return self.browse()
        concern = self._get_concern(scope)
        with self._turn(key, token, concern, last) as (cr, wait):
            if cr:
                answer, token = self._compute_for_all(scope, key, token, cr)
                dashboard = self._keep_given(scope, key, token, answer)
                last = computations._find_last(key, cr) or last
            else:
                dashboard = self._find_newest(scope, key, token, last)
        if not dashboard:
            return dashboard
        self.env["sale.dashboard.lookup"]._note(hit=not cr)
        told = {NEXT: get_next(last)}
        given = dashboard.change_token
        if wait and not (
            (given == token or count_changes(given) > count_changes(token))
            and dashboard.expires_at > fields.Datetime.now()
        ):
            told[REREAD] = to_ms(wait)
        return dashboard.with_context(**told)

    @api.model
    @contextmanager
    def _turn(self, key, token, concern, last):
        """Whether to compute now for all who follow.

        :param token: change token of this transaction ...
        :param concern: ... and result of :meth:`_get_concern`
        :param last: what is there for them
        :return: context manager of ``(cursor to keep it with, None)``, or of ``(None,
            seconds after which to ask again)``: no seconds, where there is nothing
            newer than what is there
        """
        computations = self.env["sale.dashboard.computation"]
        if last.is_right(token, concern):
            yield None, None
            return
        wait = (last.ready_at - get_instant()).total_seconds()
        if wait > 0:
            yield None, max(wait, MIN_REREAD)
            return
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
        oldest = get_oldest_for_followers()
        own = self.search_fetch(
            [
                ("create_uid", "=", self.env.uid),
                ("request_key", "=", key),
                ("expires_at", ">", oldest),
            ],
            ["change_token", "generated_at", "expires_at"],
            limit=1,
        )
        if own and (
            (own.change_token, own.generated_at) == (last.token, last.generated_at)
            or count_changes(own.change_token) > count_changes(last.token)
        ):
            return own
        copy = self._copy_stored(
            key, last.token, last.generated_at, last.expires_at, token, scope.now
        )
        if copy:
            return copy
        found = self.env["sale.dashboard.computation"]._find_for_followers(key)
        if not found or not self._can_keep(*found, token):
            return self.browse()
        answer, found_token = found
        return self._keep_given(scope, key, found_token, answer)

    @api.model
    def _keep(self, scope, key, token, answer, *args, **kwargs):
        salespeople = self._get_concerned(scope)
        if salespeople is not None:
            answer = answer | {"salespeople": " ".join(map(str, sorted(salespeople)))}
        return super()._keep(scope, key, token, answer, *args, **kwargs)

    @api.model
    def _keep_given(self, scope, key, token, answer):
        return self._keep(scope, key, token, answer, self._get_lifetime(answer))

    def _get_payload(self, undefined=False):
        payload = super()._get_payload(undefined)
        for name, key in (
            (REREAD, REREAD_AFTER),
            (NEXT, NEXT_REREAD),
            (CONCERNED, CONCERNED_BY),
        ):
            value = self.env.context.get(name)
            if value is not None:
                payload[key] = value
        return payload

    # ------------------------------------------------------------------
    # Targets
    # ------------------------------------------------------------------

    @api.model
    def _make_targets(self, scope, undefined):
        follows = self.env.context.get(FOLLOWS)
        if follows is None:
            return super()._make_targets(scope, undefined)
        dashboards = self.with_context(**{FOLLOWS: None})
        return dashboards._share_targets(scope, undefined, follows)

    @api.model
    def _share_targets(self, scope, undefined, follows):
        """As :meth:`_make_targets`, computed once for all who follow.

        Working hours change without a word: that shows when the answer expires, or to
        who asks without following.

        :param follows: False: computed anew, and kept for those who do
        """
        key, traceable = self._make_key(scope)
        token, written = self.env["sale.dashboard.change"]._read_state()
        if written or not traceable:
            return self._make_targets(scope, undefined)
        key = self._make_targets_key(key, undefined)
        computations = self.env["sale.dashboard.computation"]
        if not follows:
            with computations._own_cursor() as cr:
                return self._make_targets_for_all(scope, undefined, key, token, cr)
        wait = None
        last = computations._find_last(key)
        if last is None:
            with computations._alone(key) as cr:
                found = cr and computations._find(key, token, datetime.min, cr)
                if not found:
                    return self._make_targets_for_all(scope, undefined, key, token, cr)
        else:
            concern = self._get_concern(scope)
            with self._turn(key, token, concern, last) as (cr, wait):
                if cr:
                    return self._make_targets_for_all(scope, undefined, key, token, cr)
            found = computations._find_for_followers(key)
            if not found:  # it has just gone
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
        payload, read_at = self._read_targets(scope, undefined)
        ttl = self._get_cache_ttl()
        if cr and ttl:
            duration_ms = to_ms(time.perf_counter() - began)
            self.env["sale.dashboard.computation"]._keep(
                *(cr, key, token),
                {"generated_at": now, "payload": payload},
                read_at + timedelta(seconds=ttl),
                get_spacing(duration_ms, MIN_SPACING_OF_TARGETS),
                self._get_concern(scope),
            )
        return payload
