"""What dashboards that follow are given: never another's, and at last the latest."""

import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..models import sale_dashboard_cache
from ..models.sale_dashboard_computation import SPACING_PER_DURATION
from ..models.sale_dashboard_herald import ANSWERING_MS
from ..models.sale_dashboard_reread import FOLLOWS
from .common import CommittedCase, listed_statements

FOLLOWING = {FOLLOWS: True}


@tagged("post_install", "-at_install")
class TestReread(CommittedCase):
    """At a fixed time: what is computed takes none, so spacing is the minimum."""

    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            self.confirm(env, 0)
        self.other = self.make_user("dashboard_other")
        self.frozen = freeze_time(fields.Datetime.now())
        self.clock = self.frozen.start()
        self.addCleanup(self.frozen.stop)

    def follow(self, user=None, **options):
        """``(revenue, milliseconds after which to ask again)``."""
        with self.cursor(user or self.viewer, **FOLLOWING) as env:
            payload = self.ask_in(env, **options)
        return payload["overview"]["total_revenue"], payload.get("reread_after_ms")

    def change(self, price):
        """Have the second order cost something else."""
        with self.cursor() as env:
            order = env["sale.order"].browse(self.orders[1])
            order.order_line.price_unit = price
            if order.state != "sale":
                order.action_confirm()

    def pass_by(self, seconds):
        self.clock.tick(timedelta(seconds=seconds))

    def make_busy(self):
        """Compute twice: the next that follow are given what there is."""
        self.ask()
        self.change(20)
        self.assertEqual(self.follow(), (21.0, None))

    # ------------------------------------------------------------------
    # How old
    # ------------------------------------------------------------------

    def test_a_lone_change_is_computed_at_once(self):
        self.ask()
        self.change(10)
        self.assertEqual(self.follow(), (11.0, None))
        self.assertEqual(self.follow(self.other), (11.0, None))

    def test_what_comes_next_is_spaced_and_nothing_is_lost(self):
        self.ask()
        for price in (10, 20):
            self.change(price)
            revenue, wait = self.follow()
        self.assertEqual((revenue, wait), (11.0, 2000))
        self.pass_by(1.5)
        self.assertEqual(self.follow(), (11.0, 500))
        self.assertEqual(self.follow(self.other), (11.0, 500))
        self.pass_by(0.5)
        self.assertEqual(self.follow(), (21.0, None))
        self.assertEqual(self.follow(self.other), (21.0, None))
        self.change(30)
        self.assertEqual(self.follow(), (21.0, 2000))
        self.pass_by(10)
        # Quiet again.
        for price in (40, 50):
            self.change(price)
            self.assertEqual(self.follow(), (1.0 + price, None))

    def test_it_is_spaced_by_what_it_costs(self):
        def slow(_duration_ms, minimum):
            return get_spacing(500, minimum)

        get_spacing = sale_dashboard_cache.get_spacing
        self.patch(sale_dashboard_cache, "get_spacing", slow)
        self.ask()
        for price in (10, 20):
            self.change(price)
            revenue, wait = self.follow()
        self.assertEqual((revenue, wait), (11.0, 500 * SPACING_PER_DURATION))

    def test_what_is_read_only_once_holds_nobody_up(self):
        """The days that are over: the next computation has them."""

        def list_durations(duration_ms, minimum):
            durations.append(duration_ms)
            return minimum

        def slow(model, scope, parts=None):
            return {**compute(model, scope, parts), "duration_ms": 500}

        durations = []
        with self.cursor() as env:
            env.cr.execute("ANALYZE sale_order")  # else nobody knows how many there are
        self.patch(sale_dashboard_cache, "get_spacing", list_durations)
        self.set_parameter("sale_dashboard.parts_from_orders", "0")
        compute = self.registry["sale.dashboard"]._compute_answer
        with patch.object(self.registry["sale.dashboard"], "_compute_answer", slow):
            self.ask()
            for price in (10, 20):
                self.pass_by(5)
                self.change(price)
                self.assertEqual(self.follow(), (1.0 + price, None))
        self.assertEqual(durations, [0, 500, 500])

    def test_everybody_is_told_when_there_may_be_newer_figures(self):
        def told(user, follows):
            with self.cursor(user, **{FOLLOWS: follows}) as env:
                return self.ask_in(env)["next_reread_ms"]

        with self.cursor(self.viewer, **{FOLLOWS: False}) as env:
            # His is the first: how long it took counts.
            self.assertNotIn("next_reread_ms", self.ask_in(env))
        self.assertEqual(told(self.viewer, True), 0)
        self.make_busy()
        self.pass_by(0.5)
        for user in (self.viewer, self.other):
            for follows in (False, True):
                self.assertEqual(told(user, follows), 1500)
        self.pass_by(5)
        self.assertEqual(told(self.other, True), 0)
        with self.cursor(self.viewer) as env:
            self.assertNotIn("next_reread_ms", self.ask_in(env))

    def test_computing_much_holds_nobody_up_for_long(self):
        for price in (10, 20, 30, 40):
            self.change(price)
            self.ask(refresh=True)
        self.change(50)
        self.assertEqual(self.follow(), (41.0, 2000))

    def test_older_figures_are_told_as_such(self):
        self.make_busy()
        with self.cursor(self.viewer) as env:
            before = self.ask_in(env)
        self.change(30)
        self.pass_by(1)
        with self.cursor(self.other, **FOLLOWING) as env:
            payload = self.ask_in(env)
        for name in ("change_token", "generated_at", "overview"):
            self.assertEqual(payload[name], before[name])
        self.assertEqual(payload["cache_info"]["size"], 1)

    def test_what_is_older_costs_no_new_record(self):
        self.make_busy()
        self.change(30)
        with self.cursor(self.viewer) as env:
            count = env["sale.dashboard"].search_count([])
        with listed_statements() as statements:
            self.assertEqual(self.follow(), (21.0, 2000))
        self.assertFalse([one for one in statements if '"sale_order"' in one])
        self.assertFalse([one for one in statements if one.startswith("INSERT")])
        with self.cursor(self.viewer) as env:
            self.assertEqual(env["sale.dashboard"].search_count([]), count)

    # ------------------------------------------------------------------
    # For whom
    # ------------------------------------------------------------------

    def test_who_asks_gets_the_latest(self):
        self.make_busy()
        self.change(30)
        self.assertEqual(self.ask()[0], 31.0)
        self.change(40)
        with self.cursor(self.viewer) as env:
            dashboards = env["sale.dashboard"]
            today = dashboards._make_day_scope().today
            overview = dashboards.get_sales_overview(
                str(today.replace(day=1)),
                str(today),
                filters={"partner_ids": [self.customer]},
            )
        self.assertEqual(overview["total_revenue"], 41.0)

    def test_who_refreshes_gets_the_latest(self):
        self.make_busy()
        self.change(30)
        self.assertEqual(self.follow(refresh=True), (31.0, None))

    def test_another_s_rights_are_another_answer(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        with self.cursor() as env:
            env["sale.order"].browse(self.orders).user_id = self.viewer
        self.make_busy()
        self.change(30)
        self.assertEqual(self.follow(salesman), (0.0, None))

    def test_rights_that_changed_are_another_answer(self):
        self.make_busy()
        with self.cursor() as env:
            rule = env["ir.rule"].create(
                {
                    "name": "Nothing",
                    "model_id": env.ref("sale.model_sale_order").id,
                    "domain_force": "[('amount_total', '<', 5)]",
                }
            )
        self.addCleanup(self.remove_records, rule)
        self.assertEqual(self.follow(), (1.0, None))

    def remove_records(self, records):
        with self.cursor() as env:
            records.with_env(env).unlink()

    def test_a_filter_that_cannot_be_traced_is_computed(self):
        for price in (10, 20, 30):
            self.change(price)
            found = self.follow(
                filters={
                    "partner_ids": [self.customer],
                    "domain": [("client_order_ref", "=", False)],
                }
            )
            self.assertEqual(found, (1.0 + price, None))

    def test_nothing_is_kept_nothing_is_older(self):
        self.set_parameter("sale_dashboard.cache_ttl", "0")
        for price in (10, 20, 30):
            self.change(price)
            self.assertEqual(self.follow(), (1.0 + price, None))

    def set_parameter(self, name, value):
        """Until the end of the test."""

        def set_value(value):
            with self.cursor() as env:
                env["ir.config_parameter"].set_param(name, value)

        set_value(value)
        self.addCleanup(set_value, False)

    def test_what_expired_is_not_given(self):
        self.make_busy()
        self.change(30)
        self.pass_by(301)
        self.assertEqual(self.follow(), (31.0, None))

    def test_own_changes_are_seen(self):
        self.make_busy()
        with self.cursor(self.viewer, **FOLLOWING) as env:
            order = env(su=True)["sale.order"].browse(self.orders[1])
            order.order_line.price_unit = 30
            payload = self.ask_in(env)
            self.assertEqual(payload["overview"]["total_revenue"], 31.0)
            env.cr.rollback()

    # ------------------------------------------------------------------
    # At the same time
    # ------------------------------------------------------------------

    @contextmanager
    def computing(self):
        """Somebody computes for those who follow all the while."""
        began, end = threading.Event(), threading.Event()
        dashboards = self.registry["sale.dashboard"]
        compute = dashboards._compute_answer

        def wait(model, scope, parts=None):
            answer = compute(model, scope, parts)
            if not began.is_set():
                began.set()
                end.wait(60)
            return answer

        found = []
        thread = threading.Thread(target=lambda: found.append(self.follow()))
        with patch.object(dashboards, "_compute_answer", wait):
            thread.start()
            self.assertTrue(began.wait(60))
            try:
                yield found
            finally:
                end.set()
                thread.join()

    def test_who_follows_does_not_wait_for_who_computes(self):
        self.ask()
        self.change(10)
        with self.computing() as found:
            revenue, wait = self.follow(self.other)
            self.assertEqual((revenue, found), (1.0, []))
        self.assertGreaterEqual(wait, 200)
        self.assertEqual(found, [(11.0, None)])
        self.assertEqual(self.follow(self.other), (11.0, None))

    def test_who_follows_does_not_wait_where_all_has_expired(self):
        """Else each of a hundred would hold a worker, until one has computed."""
        self.set_parameter("sale_dashboard.parts_from_orders", "0")
        self.make_busy()
        self.follow(self.other)
        third = self.make_user("dashboard_third")
        self.pass_by(301)
        with self.computing() as found:
            for user in (self.other, third):
                revenue, wait = self.follow(user)
                self.assertEqual(revenue, 21.0)
                self.assertGreaterEqual(wait, 200)
            self.assertEqual(found, [])
            # Who asks gets the latest: what has expired may be wrong.
            self.change(30)
            self.assertEqual(self.ask(third)[0], 31.0)
        self.pass_by(5)
        for user in (self.other, third):
            self.assertEqual(self.follow(user), (31.0, None))

    def test_what_expired_long_ago_nobody_is_given(self):
        self.make_busy()
        self.pass_by(301 + 600)
        with self.cursor(self.other, **FOLLOWING) as env:
            computations = env["sale.dashboard.computation"]
            with patch.object(type(computations), "_if_free") as if_free:
                self.ask_in(env)
            if_free.assert_not_called()

    def test_expired_targets_are_given_until_they_are_computed_anew(self):
        self.make_target(1000)
        before = self.targets()
        self.change(10)
        self.pass_by(301)
        with self.taken_slots():
            given = self.targets(self.other)
        self.assertGreaterEqual(given.pop("reread_after_ms"), 200)
        self.assertEqual(given, before)
        self.assertNotEqual(self.targets(self.other)["targets"], before["targets"])

    def test_who_asks_is_not_kept_by_who_follows(self):
        self.ask()
        self.change(10)
        with self.computing():
            self.change(20)
            self.assertEqual(self.ask(self.other)[0], 21.0)
        # What was slow and is older does not take its place.
        self.assertEqual(self.follow(self.other), (21.0, None))

    def test_two_tabs_of_one_user_leave_two_records(self):
        """Neither transaction sees the record of the other."""
        _revenue, first = self.ask()
        self.change(10)
        with self.cursor(self.viewer) as one, self.cursor(self.viewer) as other:
            added = {self.ask_in(env, refresh=True)["id"] for env in (one, other)}
        self.assertEqual(len(added), 2)
        with self.cursor() as env:
            left = env["sale.dashboard"].search([("create_uid", "=", self.viewer)])
            self.assertEqual(set(left.ids), added)
        self.assertNotIn(first, added)

    def test_the_first_that_follow_compute_once(self):
        with self.cursor() as env:
            env.cr.execute("DELETE FROM sale_dashboard_computation")
        with self.computing() as found, listed_statements() as statements:
            thread = threading.Thread(target=lambda: found.append(self.follow()))
            thread.start()
        thread.join()
        self.assertEqual(found, [(1.0, None)] * 2)
        self.assertFalse([one for one in statements if '"sale_order"' in one])

    def test_only_so_many_compute(self):
        keys = [{"top_limit": limit} for limit in (1, 2)]
        for options in keys:
            self.ask(**options)
        self.change(10)
        with ExitStack() as stack:
            stack.enter_context(self.taken_slots())
            for options in keys:
                revenue, wait = self.follow(**options)
                self.assertEqual(revenue, 1.0)
                self.assertGreaterEqual(wait, 200)
            # Who asks is not held up.
            self.assertEqual(self.ask(**keys[0])[0], 11.0)
        self.assertEqual(self.follow(**keys[1]), (11.0, None))

    @contextmanager
    def taken_slots(self):
        with self.cursor() as env:
            computations = env["sale.dashboard.computation"]
            with computations._if_free(["another"]) as cr:
                self.assertTrue(cr)
                yield

    def test_open_dashboards_are_told_to_spread(self):
        def spread():
            with self.cursor() as env:
                return env["sale.dashboard.herald"]._get_spread()

        self.pass_by(3600)  # what other tests left is no open dashboard any more
        self.assertEqual(spread(), 0)
        self.ask()
        self.assertGreaterEqual(one := spread(), ANSWERING_MS)
        # The same figures are computed once for both, but either is answered.
        self.ask(self.other)
        self.assertEqual(spread(), one + ANSWERING_MS)
        self.ask(self.other, top_limit=1)
        self.assertGreaterEqual(spread(), one + 2 * ANSWERING_MS)
        self.pass_by(600)
        self.assertEqual(spread(), 0)

    # ------------------------------------------------------------------
    # Targets
    # ------------------------------------------------------------------

    def targets(self, user=None, follows=True):
        with self.cursor(user or self.viewer, **{FOLLOWS: follows}) as env:
            return env["sale.dashboard"].get_targets()

    def make_target(self, amount, **values):
        with self.cursor() as env:
            target = env["sale.dashboard.target"].create(
                {
                    "month": fields.Date.today().replace(day=1),
                    "amount": amount,
                    **values,
                }
            )
        self.addCleanup(self.remove_records, target)
        return target

    def test_targets_are_computed_once_for_who_follows(self):
        self.make_target(1000)
        exact = self.targets(follows=False)
        # That was kept as well, but only who follows is given it.
        with listed_statements() as statements:
            self.assertEqual(self.targets(follows=False), exact)
        self.assertTrue([one for one in statements if '"sale_order"' in one])
        with listed_statements() as statements:
            self.assertEqual(self.targets(self.other), exact)
            self.assertEqual(self.targets(), exact)
        self.assertFalse([one for one in statements if '"sale_order"' in one])

    def test_targets_are_spaced_and_nothing_is_lost(self):
        self.make_target(1000)
        self.targets()
        found = []
        for price in (10, 20):
            self.change(price)
            found.append(self.targets())
        self.assertNotIn("reread_after_ms", found[0])
        self.assertEqual(found[1], {**found[0], "reread_after_ms": 30000})
        exact = self.targets(follows=False)
        self.assertNotEqual(exact["targets"], found[1]["targets"])
        self.pass_by(30)
        self.assertEqual(self.targets(self.other), exact)

    def test_targets_of_others_rights_are_others(self):
        salesmen = [
            self.make_user(login, "sales_team.group_sale_salesman")
            for login in ("dashboard_one", "dashboard_two")
        ]
        self.make_target(100, kind="user", user_id=salesmen[0])
        for user in (self.viewer, *salesmen):
            self.targets(user)
        for user in (self.viewer, *salesmen):
            self.assertEqual(self.targets(user), self.targets(user, follows=False))
