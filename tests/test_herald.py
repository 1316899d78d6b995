"""Messages to open dashboards: sent outside of the transaction, at most one a second.

With real commits on connections of their own, and two heralds where two processes would
be: the advisory lock between them is the database's.
"""

import threading
import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, modules
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase, tagged

from ..models.sale_dashboard_herald import INTERVAL, Herald, herald
from .common import list_messages


@tagged("post_install", "-at_install")
class TestHerald(TransactionCase):
    def setUp(self):
        super().setUp()
        self.dbname = self.env.cr.dbname
        self.heralds = [Herald(), Herald()]
        with self.committed() as env:
            self.last_id = env["bus.bus"]._bus_last_id()
            self.last_change = env["sale.dashboard.change"].search(
                [], order="id desc", limit=1
            )
        self.addCleanup(self.clean_up)
        # Odoo's runner holds it for the whole run: other threads would wait for ever.
        self.patch(Registry, "_lock", DummyRLock())
        # A test's own transaction sends its message at once; these are real ones.
        self.patch(modules.module, "current_test", None)

    def clean_up(self):
        """Nothing of what was committed stays."""
        self.wait()
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM bus_bus WHERE id > %s", [self.last_id])
            cr.execute(
                "DELETE FROM sale_dashboard_change WHERE id > %s",
                [self.last_change.id or 0],
            )

    @contextmanager
    def committed(self):
        """A transaction of its own, outside of the test's."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def change(self, herald):
        """Commit a change, as the process of that herald would."""
        with self.committed() as env:
            env["sale.dashboard.change"]._note()
            env.cr.flush()
            env.cr.postcommit.clear()
        herald.announce(self.dbname)

    def wait(self):
        for one in self.heralds:
            for thread in list(one._threads.values()):
                thread.join(20)
                self.assertFalse(thread.is_alive())

    def sent(self):
        """Instants and payloads of the messages sent, in their order."""
        with self.committed() as env:
            return list_messages(env, self.last_id)

    def token(self):
        with self.committed() as env:
            return env["sale.dashboard.change"]._get_token()

    def test_a_lone_change(self):
        self.change(self.heralds[0])
        self.wait()
        [(_sent, payload)] = self.sent()
        self.assertEqual(payload["token"], self.token())

    def test_a_transaction_announces_once_committed(self):
        with self.committed() as env, self.announced() as announced:
            env["sale.dashboard.change"]._note()
            env.cr.flush()
            env["sale.dashboard.change"]._note()
            env.cr.flush()
            self.assertEqual(announced, [])
            env.cr.commit()
            self.assertEqual(announced, [self.dbname])
            env["sale.dashboard.change"]._note()
            env.cr.commit()
            self.assertEqual(announced, [self.dbname] * 2)

    def test_a_transaction_rolled_back_announces_nothing(self):
        with self.committed() as env, self.announced() as announced:
            env["sale.dashboard.change"]._note()
            env.cr.flush()
            env.cr.rollback()
            env.cr.commit()
            self.assertEqual(announced, [])

    @contextmanager
    def announced(self):
        """The databases that this process would tell of a change."""
        announced = []
        with patch.object(herald, "announce", announced.append):
            yield announced

    def test_a_burst_in_two_processes(self):
        threads = [
            threading.Thread(target=self.burst, args=(herald,))
            for herald in self.heralds
        ]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        self.wait()
        sent = self.sent()
        # One at once, one a second, one that ends it; the last knows everything.
        self.assertLessEqual(len(sent), took / INTERVAL + 2)
        self.assertEqual(sent[-1][1]["token"], self.token())

    def burst(self, herald):
        for _index in range(20):
            self.change(herald)
            time.sleep(0.05)

    def test_who_told_is_killed(self):
        """Its lock goes with its connection; the next change tells of both."""
        killed = self.registry.cursor()
        env = api.Environment(killed, SUPERUSER_ID, {})
        self.assertTrue(env["sale.dashboard.herald"]._lock())
        self.change(self.heralds[0])
        self.wait()
        # It would have looked once more after letting go.
        self.assertFalse(self.sent())
        killed._cnx.close()
        self.change(self.heralds[1])
        self.wait()
        [(_sent, payload)] = self.sent()
        self.assertEqual(payload["token"], self.token())

    def test_a_thread_that_a_fork_left_behind(self):
        herald = self.heralds[0]
        herald._threads[self.dbname] = threading.Thread(target=print)
        self.change(herald)
        self.wait()
        self.assertEqual(len(self.sent()), 1)

    def test_a_database_that_is_gone(self):
        with self.assertLogs("odoo.addons.sale_dashboard", "WARNING"):
            self.heralds[0].announce("sale_dashboard_no_such_database")
            self.wait()
        self.assertFalse(self.heralds[0]._threads)
