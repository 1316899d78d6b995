import json
import logging
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, config

from ..tools import count_changes, drop_expired, store_uncompressed

_logger = logging.getLogger(__name__)

PATIENCE_MS = 10_000  # how long to wait for who computes the same already
PRUNED_AT_ONCE = 20
# For those who follow an open dashboard, what is the same for all of them is computed
# at most every so many times of what it takes, and at most every so many seconds.
SPACING_PER_DURATION = 20
MIN_SPACING = 2.0
# What has expired is still there for who follows, until somebody has computed it anew:
# what he looks at is no younger.
KEPT_FOR_FOLLOWERS = timedelta(minutes=10)


class Last(NamedTuple):
    """What was computed for a key last, but for the answer."""

    token: str
    concern: str | None
    generated_at: datetime
    expires_at: datetime
    ready_at: datetime
    spacing: float

    def is_right(self, token, concern):
        """Whether there is nothing newer.

        :param token: change token of what is seen
        :param concern: result of :meth:`sale.dashboard._get_concern`
        """
        return self.expires_at > fields.Datetime.now() and (
            count_changes(self.token) > count_changes(token)
            or self.token == token
            or (concern is not None and self.concern == concern)
        )


def get_instant():
    """Now, in UTC without a zone, to the microsecond."""
    return datetime.now(UTC).replace(tzinfo=None)


def get_spacing(duration_ms, minimum):
    """Seconds from one computation for those who follow to the next but one."""
    return max(minimum, SPACING_PER_DURATION * duration_ms / 1000)


def get_oldest_for_followers():
    """What expired before this instant nobody is given any more."""
    return fields.Datetime.now() - KEPT_FOR_FOLLOWERS


def get_slots():
    """How many may compute at once for those who follow: half of the workers.

    The others are left to people who wait for an answer.
    """
    return max(1, (config["workers"] or 0) // 2)


def pack(answer):
    """An answer (values of a ``sale.dashboard``) as JSON text."""

    def to_text(value):
        # As Odoo writes them, but in a fraction of the time of strftime.
        if isinstance(value, datetime):
            return value.isoformat(" ", "seconds")
        if isinstance(value, date):
            return value.isoformat()
        raise TypeError(f"{value!r} has no JSON form")

    return json.dumps(answer, default=to_text)


def unpack(text):
    """The answer that :func:`pack` was given; days and instants stay text."""
    answer = json.loads(text)
    answer["generated_at"] = fields.Datetime.to_datetime(answer["generated_at"])
    return answer


class SaleDashboardComputation(models.Model):
    """What was computed for one user, for all whose answer is the same.

    The key says whose that is: it holds the request and everything that decides what a
    user may see (see :meth:`sale.dashboard._make_key`); the caller's is made anew for
    each call. Each caller gets a record of his own made from it. Private: no one has
    access over RPC, and :meth:`_read` is the only reader.
    """

    _name = "sale.dashboard.computation"
    _description = "Sales Dashboard Computation"
    _log_access = False

    key = fields.Char(required=True)
    change_token = fields.Char(required=True)
    concern = fields.Char(help="Of the changes of the token, those that concern it.")
    generated_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True, index=True)
    answer = fields.Text(required=True)
    ready_at = fields.Datetime(
        help="From when it is computed anew for those who only follow."
    )
    spacing = fields.Float(help="Seconds that it holds those up who only follow.")

    _unique_key = models.UniqueIndex("(key)")

    def init(self):
        store_uncompressed(self.env.cr, self._table, "answer")

    @api.model
    def _find(self, key, token, youngest=None, cr=None):
        """What was computed for a key and is still right.

        :param token: change token it must have ...
        :param youngest: ... unless it was generated after this instant
        :param cr: cursor to read with, if not this transaction's
        :return: ``(answer, token)`` or None
        """
        return self._read(
            SQL(
                "expires_at > %s AND (change_token = %s OR generated_at > %s)",
                fields.Datetime.now(),
                token,
                youngest or datetime.max,
            ),
            key,
            cr,
        )

    @api.model
    def _find_for_followers(self, key):
        """As :meth:`_find`, what was computed for a key last, if it is not too old."""
        oldest = get_oldest_for_followers()
        return self._read(SQL("expires_at > %s", oldest), key)

    @api.model
    def _read(self, condition, key, cr=None):
        cr = cr or self.env.cr
        cr.execute(
            SQL(
                """
                SELECT answer, change_token FROM sale_dashboard_computation
                WHERE key = %s AND %s
                """,
                key,
                condition,
            )
        )
        row = cr.fetchone()
        return row and (unpack(row[0]), row[1])

    @api.model
    def _find_last(self, key, cr=None):
        """How old what was computed for a key is, right or not.

        :param cr: as for :meth:`_find`
        :rtype: Last or None
        """
        cr = cr or self.env.cr
        cr.execute(
            SQL(
                """
                SELECT change_token, concern, generated_at, expires_at,
                    ready_at, spacing
                FROM sale_dashboard_computation
                WHERE key = %s AND expires_at > %s AND ready_at IS NOT NULL
                """,
                key,
                get_oldest_for_followers(),
            )
        )
        row = cr.fetchone()
        return row and Last(*row)

    @api.model
    @contextmanager
    def _alone(self, name):
        """Be the only one of all workers who computes what ``name`` stands for.

        Waits for who does already. The lock is PostgreSQL's own, on a connection of its
        own: it ends with that, whatever happens; nobody who waits for it holds another;
        and what the other has committed is seen, as this connection is READ COMMITTED.

        :return: context manager of a cursor to find and keep the answer with, or of
            None: then compute for yourself
        """
        with self._own_cursor() as cr:
            yield cr if cr and self._lock(cr, name) else None

    @api.model
    @contextmanager
    def _if_free(self, names):
        """As :meth:`_alone`, for who need not have an answer: waits for nobody.

        :param names: all that it stands for
        :return: context manager of a cursor, or of None: then somebody else computes
            it, or so many compute already that the others should be left to those who
            wait
        """
        with self._own_cursor() as cr:
            yield cr if cr and self._try_lock(cr, names) else None

    @api.model
    @contextmanager
    def _own_cursor(self):
        """A cursor on a connection of its own, or None if there is none left."""
        try:
            cr = self.env.registry.cursor()
        except psycopg2.Error:  # the answer matters, not the lock
            _logger.warning("No connection to lock a computation with", exc_info=True)
            yield None
            return
        with cr:  # commits
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            yield cr

    @api.model
    def _try_lock(self, cr, names):
        cr.execute(
            SQL(
                """
                SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(name, 0)))
                FROM unnest(%s) AS name
                """,
                names,
            )
        )
        if not cr.fetchone()[0]:
            return False
        cr.execute(
            SQL(
                """
                SELECT FROM generate_series(1, %s) AS slot
                WHERE pg_try_advisory_xact_lock(hashtextextended(%s, slot)) LIMIT 1
                """,
                get_slots(),
                self._name,
            )
        )
        return bool(cr.rowcount)

    @api.model
    def _lock(self, cr, name):
        cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", f"{PATIENCE_MS}"))
        try:
            cr.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", name),
                log_exceptions=False,
            )
        except psycopg2.errors.LockNotAvailable:
            return False
        return True

    @api.model
    def _keep(self, cr, key, token, answer, expires_at, spacing, concern=None):
        """Keep an answer for others, from the end of :meth:`_alone` on.

        :param spacing: seconds; see :func:`get_spacing`
        :param concern: result of :meth:`sale.dashboard._get_concern` at that token
        """
        cr.execute(
            SQL(
                """
                INSERT INTO sale_dashboard_computation AS kept (
                    key, change_token, concern, generated_at, expires_at, answer,
                    ready_at, spacing
                )
                VALUES (
                    %(key)s, %(token)s, %(concern)s, %(generated_at)s, %(expires_at)s,
                    %(answer)s, %(ready_at)s, %(spacing)s
                )
                ON CONFLICT (key) DO UPDATE SET
                    change_token = excluded.change_token,
                    concern = excluded.concern,
                    generated_at = excluded.generated_at,
                    expires_at = excluded.expires_at,
                    answer = excluded.answer,
                    -- After a quiet time at once, so that a lone change is seen soon;
                    -- from then on, spaced.
                    ready_at = GREATEST(excluded.ready_at, LEAST(
                        kept.ready_at + kept.spacing * INTERVAL '1 second',
                        excluded.ready_at + excluded.spacing * INTERVAL '1 second'
                    )),
                    spacing = excluded.spacing
                -- Nothing older takes the place of what was faster.
                WHERE (
                    split_part(kept.change_token, '-', 1)::numeric,
                    kept.generated_at
                ) <= (
                    split_part(excluded.change_token, '-', 1)::numeric,
                    excluded.generated_at
                )
                """,
                key=key,
                token=token,
                concern=concern,
                generated_at=answer["generated_at"],
                expires_at=expires_at,
                answer=pack(answer),
                ready_at=get_instant(),
                spacing=spacing,
            )
        )
        drop_expired(cr, self._table, get_oldest_for_followers(), PRUNED_AT_ONCE)

    @api.autovacuum
    def _gc_expired(self):
        an_hour_ago = fields.Datetime.now() - timedelta(hours=1)
        drop_expired(self.env.cr, self._table, an_hour_ago)
