import logging
import threading
from datetime import timedelta
from typing import NamedTuple

from odoo import SUPERUSER_ID, api, models, modules
from odoo.modules.registry import Registry
from odoo.service.server import CommonServer
from odoo.tools import SQL
from odoo.tools.misc import hmac

from .sale_dashboard_computation import get_instant, get_slots

_logger = logging.getLogger(__name__)

CHANGED_NOTIFICATION = "sale_dashboard/changed"
INTERVAL = 1.0  # seconds between two messages of a database
# An open dashboard looks by itself at least that often, told or not.
OPEN_FOR = timedelta(minutes=7)
ANSWERING_MS = 20  # of a re-read, beside computing
MARK_LENGTH = 16


class State(NamedTuple):
    """What is committed: its change token, and of each salesperson his share in it."""

    token: str
    shares: dict


class Herald:
    """Tells dashboards what this process changed, outside of the transaction.

    One short-lived thread per database, started on demand: that works alike in a
    threaded server, a forked worker and under gevent. It is no daemon, so that a
    process which ends in order first tells what it changed last.

    Of all processes one at a time tells, the holder of an advisory lock. The others
    need not wait for it, because it looks once more after letting the lock go: a change
    whose process found the lock taken was committed before that look. So a lone change
    is told at once, messages of a database are ``INTERVAL`` apart, and the last one of
    a burst has the last token.

    Whose orders have changed is told since this process told last: what others have
    told meanwhile is told once more.
    """

    def __init__(self):
        self._guard = threading.Lock()
        self._due = set()
        self._threads = {}
        self._told = {}  # database -> State
        self._stopping = threading.Event()

    def announce(self, dbname):
        """Have what was committed in the database told; returns at once."""
        with self._guard:
            self._due.add(dbname)
            thread = self._threads.get(dbname)
            # Not alive: left behind by the process that this one was forked from.
            if thread is None or not thread.is_alive():
                thread = threading.Thread(
                    target=self._run, args=(dbname,), name=f"{__name__}.{dbname}"
                )
                self._threads[dbname] = thread
                thread.start()

    def stop(self):
        """Wait no more: tell what is left."""
        self._stopping.set()

    def _run(self, dbname):
        while self._take(dbname):
            try:
                self._tell(dbname)
            except Exception:
                # The next change is told with what was not; and dashboards look by
                # themselves after a while.
                _logger.exception("A change was not told")

    def _take(self, dbname):
        with self._guard:
            if dbname in self._due:
                self._due.remove(dbname)
                return True
            del self._threads[dbname]
            return False

    def _tell(self, dbname):
        """Send messages until the last one has the token of what is committed."""
        with Registry(dbname).cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            if "sale.dashboard.herald" not in env:
                return  # uninstalled meanwhile
            herald = env["sale.dashboard.herald"]
            told = self._told.get(dbname)
            while not _is_of(told, herald._get_state()) and herald._lock():
                try:
                    while not _is_of(told, state := herald._get_state()):
                        herald._tell(state.token, _compare(told, state))
                        # A cursor of our own; each look needs its own snapshot.
                        cursor.commit()
                        told = self._told[dbname] = state
                        self._stopping.wait(INTERVAL)
                finally:
                    cursor.rollback()
                    herald._unlock()
                    cursor.commit()


def _is_of(told, state):
    """Whether what was told last is all there is."""
    return told is not None and told.token == state.token


def _compare(told, state):
    """The salespeople of whose orders some have changed from one state to a later one.

    :return: set of ids of users; None, where it may be more than that
    """
    if told is None:
        return None
    salespeople = {one for one, _share in told.shares.items() ^ state.shares.items()}
    return None if None in salespeople else salespeople


herald = Herald()
CommonServer.on_stop(herald.stop)


class SaleDashboardHerald(models.AbstractModel):
    """Says to open dashboards that orders changed: a token, never a figure."""

    _name = "sale.dashboard.herald"
    _description = "Herald of Sales Dashboards"

    @api.model
    def _announce(self):
        """Have open dashboards told that figures may have moved, once it is committed.

        Costs the transaction no statement. A process killed before it told leaves open
        dashboards to learn of it by the next change, by reconnecting, or by looking
        themselves, which they do every few minutes.
        """
        if modules.module.current_test:
            # The transaction of a test is never committed. Sent inside of it, Odoo's
            # browser tests deliver the message at once.
            if not self.env.cr.precommit.data.get("sale_dashboard.announced"):
                self.env.cr.precommit.data["sale_dashboard.announced"] = True
                self._tell(self._get_token())
        elif not self.env.cr.postcommit.data.get("sale_dashboard.announced"):
            self.env.cr.postcommit.data["sale_dashboard.announced"] = True
            dbname = self.env.cr.dbname
            self.env.cr.postcommit.add(lambda: herald.announce(dbname))

    @api.model
    def _get_token(self):
        """The change token of what this transaction sees."""
        return self.env["sale.dashboard.change"]._read_token()[1]

    @api.model
    def _get_state(self):
        """What this transaction sees.

        :rtype: State
        """
        return State(
            self._get_token(), self.env["sale.dashboard.change"]._read_shares()
        )

    @api.model
    def _tell(self, token, salespeople=None):
        """Send a message to all who may see a dashboard, on commit.

        Each client then reads under its own rights; who sees none of these
        salespeople's orders need not.

        :param set salespeople: whose orders alone have changed; None: it is more
        """
        group = self.env.ref("sales_team.group_sale_salesman", raise_if_not_found=False)
        if not group:
            return
        message = {"token": token, "spread_ms": self._get_spread(salespeople)}
        if salespeople is not None:
            message["concerns"] = self._get_marks(salespeople)
        group._bus_send(CHANGED_NOTIFICATION, message)

    @api.model
    def _get_marks(self, salespeople):
        """What stands for salespeople outside: it tells nobody who it is.

        :param salespeople: ids of users, or :data:`NOBODY`
        :rtype: list[str]
        """
        # sudo: the database's secret, of which nothing can be told by the marks.
        env = self.env(su=True)
        return sorted(hmac(env, self._name, one)[:MARK_LENGTH] for one in salespeople)

    @api.model
    def _get_spread(self, salespeople=None):
        """Milliseconds over which open dashboards spread what they read because of it.

        As long as it takes to answer all of them, as many at a time as may compute: if
        they asked at the same moment, those who confirm orders would queue behind them.

        :param salespeople: as for :meth:`_tell`
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT create_uid, request_key,
                    -- Of the last two: what was read of the days that are over, the
                    -- next one has.
                    MIN(duration_ms),
                    MAX(salespeople)
                FROM sale_dashboard
                WHERE requested_at > %s AND create_uid IS NOT NULL
                GROUP BY create_uid, request_key
                """,
                get_instant() - OPEN_FOR,
            )
        )
        computing, answering = {}, 0
        for _user_id, key, duration_ms, own in rows:
            if (
                salespeople is None
                or own is None
                or not salespeople.isdisjoint(map(int, own.split()))
            ):
                computing[key] = max(duration_ms, computing.get(key, 0))
                answering += ANSWERING_MS
        return (sum(computing.values()) + answering) // get_slots()

    @api.model
    def _lock(self):
        """Try to become the one who tells; True if so. For the session: see Herald."""
        [[is_locked]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(hashtext(%s))", self._name)
        )
        return is_locked

    @api.model
    def _unlock(self):
        self.env.execute_query(
            SQL("SELECT pg_advisory_unlock(hashtext(%s))", self._name)
        )
