import logging
import threading
import time
from datetime import date, datetime

import psycopg2

from odoo import fields
from odoo.fields import Domain
from odoo.sql_db import db_connect
from odoo.tools import SQL, OrderedSet

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

_logger = logging.getLogger(__name__)

WRITE_INTERVAL = 60  # seconds


def to_json_domain(domain, members=()):
    """A domain in JSON types; instants become Odoo's UTC strings.

    :param members: ids of the customers that a condition written in SQL stands for,
        as ``sale.dashboard.source`` writes that of the customer groups
    """

    def to_json(value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        if isinstance(value, list | tuple | set | frozenset | OrderedSet):
            return [to_json(one) for one in value]
        if isinstance(value, Domain):  # what does not come apart is SQL of its own
            return ["commercial_partner_id", "in", list(members)]
        return value

    return [to_json(item) for item in domain]


def translated(env, text):
    """A text declared by ``_lt``, in an environment's language.

    Odoo's own lint refuses ``env._`` of anything but the text itself, lest nobody
    exports it; these are exported where they are declared.
    """
    translate = env._
    return translate(text)


def count_changes(token):
    """How many changes a change token stands for: of two, the older has fewer."""
    return int(token.partition("-")[0])


def store_uncompressed(cr, table, column):
    """Have a column's long texts stored as they are.

    What lives for minutes is not worth compressing: that takes longer than to write
    and read it. What is in the column already stays as it is.
    """
    cr.execute(
        SQL(
            "ALTER TABLE %s ALTER COLUMN %s SET STORAGE EXTERNAL",
            SQL.identifier(table),
            SQL.identifier(column),
        )
    )


def drop_expired(cr, table, before, limit=None):
    """Drop rows that expired until an instant.

    :param limit: at most so many, and none that somebody else drops already
    """
    some = SQL("LIMIT %s FOR UPDATE SKIP LOCKED", limit) if limit else SQL()
    cr.execute(
        SQL(
            """
            DELETE FROM %(table)s WHERE id IN (
                SELECT id FROM %(table)s WHERE expires_at <= %(before)s %(some)s
            )
            """,
            table=SQL.identifier(table),
            before=before,
            some=some,
        )
    )


def is_cron_time_left(env):
    """Whether the running scheduled job may begin something more.

    Odoo calls a job that has something left to do up to ten times, however long it
    took: one that does one thing each time may take ten times as long as it should.
    Outside a job there is always time.
    """
    return time.monotonic() < env.context.get("cron_end_time", float("inf"))


def is_uninstalling(env):
    """Whether addons are just being uninstalled, this one perhaps among them.

    Their tables and columns go one after the other. The context says so, but any RPC
    client can say that, too: the database knows.
    """
    if not env.context.get(MODULE_UNINSTALL_FLAG):
        return False
    # Past the ORM: this may be asked in the middle of a flush.
    env.cr.execute("SELECT FROM ir_module_module WHERE state = 'to remove' LIMIT 1")
    return bool(env.cr.rowcount)


class Pending:
    """What this worker has noted of each database and not written yet.

    The first note starts a timer, and what has come together until then is written at
    once, on a connection of its own: a request never waits for it. A worker that is
    killed loses at most what it noted since.
    """

    def __init__(self, interval=WRITE_INTERVAL):
        self._interval = interval
        self._lock = threading.Lock()
        self._noted = {}

    def _make_empty(self):
        """What holds the notes of a database; false while there are none."""
        raise NotImplementedError

    def _write(self, cr, noted):
        """Write notes."""
        raise NotImplementedError

    def _note(self, dbname, note):
        """Add to the notes.

        :param note: function that is given them
        """
        with self._lock:
            noted = self._noted.setdefault(dbname, self._make_empty())
            if not noted:
                timer = threading.Timer(self._interval, self.save, [dbname])
                timer.daemon = True
                timer.start()
            note(noted)

    def save(self, dbname, cr=None):
        """Write what is pending, and forget it.

        :param cr: cursor to write with, if not one on a connection of its own
        """
        with self._lock:
            noted = self._noted.pop(dbname, None)
        if not noted:
            return
        if cr:
            self._write(cr, noted)
            return
        try:
            # Not the registry's: below a test, that would be the test's own cursor.
            with db_connect(dbname).cursor() as own:
                # Who writes the same row at the same time is no conflict then.
                own.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                self._write(own, noted)
        except psycopg2.Error:  # the database or the addon may be gone by now
            _logger.info("%s were not written", noted, exc_info=True)
