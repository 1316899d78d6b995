"""One computation for all whose answer is the same, and for nobody else."""

import re
import threading
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import sale_dashboard_computation
from ..models.base import WATCHED
from ..models.sale_dashboard_computation import PRUNED_AT_ONCE
from ..models.sale_dashboard_rights import READ_MODELS
from ..tools import drop_expired
from .common import CommittedCase, DashboardCase, listed_statements

JUNE = ("2025-06-01", "2025-06-30")
# Tables that say who may see what, or how: part of the key, or kept by Odoo for as long
# as the evaluated rules are.
ABOUT_RIGHTS = re.compile(
    r"ir_(rule|model|model_access|model_data|model_fields|config_parameter|default)"
    r"|rule_group_rel|res_(groups|lang)\w*|res_company_users_rel|decimal_precision"
)
OWN = re.compile(r"sale_dashboard\w*")


@tagged("post_install", "-at_install")
class TestKey(DashboardCase):
    """Who gets the same key, and whether everything it depends on is noted."""

    def key(self, user=None, companies=None, filters=None, **context):
        dashboards = self.dashboards(user, companies).with_context(**context)
        with self.capture() as scopes:
            dashboards.generate(*JUNE, filters=filters)
        return dashboards.with_context(**context)._make_key(scopes[0])

    @contextmanager
    def capture(self):
        """The scopes that are answered in the body."""
        scopes = []
        answer = type(self.env["sale.dashboard"])._answer

        def listen(dashboards, scope, *args):
            scopes.append(scope)
            return answer(dashboards, scope, *args)

        with patch.object(self.registry["sale.dashboard"], "_answer", listen):
            yield scopes

    def assertTraced(self, domain):
        self.assertTrue(self.key(filters={"domain": domain})[1], domain)

    def assertUntraced(self, domain):
        self.assertFalse(self.key(filters={"domain": domain})[1], domain)

    def test_two_managers_have_one(self):
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        self.assertEqual(self.key(), self.key(other))
        self.assertTrue(self.key()[1])

    def test_own_documents_are_nobody_elses(self):
        one, two = (
            self.make_user(login, "sales_team.group_sale_salesman")
            for login in ("dashboard_one", "dashboard_two")
        )
        self.assertNotEqual(self.key(one)[0], self.key(two)[0])
        self.assertTrue(self.key(one)[1])
        for user in (one, two):
            user.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.assertEqual(self.key(one), self.key(two))

    def test_what_makes_another(self):
        second = self.make_company("Second Inc", self.usd)
        both = self.company | second
        user = self.make_user(
            "dashboard_both", "sales_team.group_sale_manager", companies=both
        )
        self.env["res.lang"]._activate_lang("fr_FR")
        keys = [
            self.key(user, both),
            self.key(user, second | self.company),
            self.key(user, self.company),
            self.key(user, both, lang="fr_FR"),
        ]
        user.tz = "Asia/Tokyo"
        keys.append(self.key(user, both))
        user.tz = "Europe/Paris"
        user.group_ids += self.env["res.groups"].create({"name": "G"})
        keys.append(self.key(user, both))
        self.assertEqual(len({key for key, _traced in keys}), len(keys))

    def test_who_has_no_zone_is_warned_alone(self):
        utc = self.make_user("dashboard_utc", "sales_team.group_sale_manager", tz="UTC")
        none = self.make_user("dashboard_none", "sales_team.group_sale_manager", tz="")
        self.assertNotEqual(self.key(utc)[0], self.key(none)[0])

    def test_rules_and_access(self):
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        model = self.env.ref("sale.model_sale_order")
        keys = [self.key()[0]]
        rule = self.env["ir.rule"].create(
            {
                "name": "R",
                "model_id": model.id,
                "domain_force": "[('amount_total', '<', 1000)]",
            }
        )
        keys.append(self.key()[0])
        self.assertEqual(self.key(), self.key(other))
        rule.domain_force = "[('create_uid', '!=', user.id)]"
        keys.append(self.key()[0])
        self.assertNotEqual(self.key()[0], self.key(other)[0])
        rule.model_id = self.env.ref("base.model_res_partner")
        keys.append(self.key()[0])
        self.assertNotEqual(self.key()[0], self.key(other)[0])
        rule.unlink()
        self.assertEqual(self.key()[0], keys[0])
        self.env["ir.model.access"].search(
            [("model_id", "=", self.env.ref("sales_team.model_crm_team").id)]
        ).perm_read = False
        keys.append(self.key()[0])
        self.assertEqual(len(set(keys)), len(keys))

    def test_the_context_of_a_client_decides_nothing(self):
        self.make_order(100)
        answer = self.dashboards().with_context(
            active_test=True, sale_dashboard_rates=[[1, 1, 1.0, 2.0]], bin_size=True
        )
        payload = answer.generate_dashboard_data(*JUNE)
        self.assertEqual(payload["overview"]["total_revenue"], 100.0)
        self.assertEqual(self.dashboards().generate(*JUNE), payload["id"])

    def test_filters_whose_changes_are_noted(self):
        for domain in (
            [("tag_ids", "in", [1])],
            [("tag_ids.name", "=", "Big")],
            [("team_id.user_id", "=", 2)],
            [("partner_id.country_id.code", "=", "FR")],
            [("partner_id", "child_of", [1])],
            [("order_line.product_id.categ_id", "child_of", [1])],
            [("order_line", "any", [("product_uom_qty", ">", 1)])],
            [("order_line.salesman_id", "=", 2)],
            [("date_order", ">", "2025-06-03")],
            [("amount_total", ">", 10), "|", ("state", "=", "sale"), ("id", ">", 0)],
        ):
            self.assertTraced(domain)

    def test_filters_whose_changes_are_not(self):
        for domain in (
            [("note", "ilike", "x")],
            [("client_order_ref", "=", "PO 1")],
            [("date_order", ">", "today -7d")],
            [("partner_id", "ilike", "Azure")],
            [("partner_id.phone", "=", "1")],
            [("order_line.qty_delivered", ">", 1)],
            [("activity_ids", "!=", False)],
            [("campaign_id", "=", 1)],
            [("invoice_ids", "any", [("state", "=", "posted")])],
            [("dashboard_amount_untaxed", ">", 10)],
        ):
            self.assertUntraced(domain)

    def test_what_is_not_noted_is_never_used_again(self):
        order = self.make_order(100)
        ask = {"filters": {"domain": [("client_order_ref", "=", "PO 1")]}}
        first = self.dashboards().generate_dashboard_data(*JUNE, **ask)
        self.assertEqual(first["overview"]["total_orders"], 0)
        order.client_order_ref = "PO 1"
        second = self.dashboards().generate_dashboard_data(*JUNE, **ask)
        self.assertEqual(second["overview"]["total_orders"], 1)

    def test_a_rule_that_is_not_noted(self):
        self.env["ir.rule"].create(
            {
                "name": "R",
                "model_id": self.env.ref("sale.model_sale_order").id,
                "domain_force": "[('campaign_id.name', '!=', 'X')]",
            }
        )
        self.assertFalse(self.key()[1])

    def test_every_model_that_is_read_is_in_the_key_and_watched(self):
        second = self.make_company("Second Inc", self.eur)
        both = self.company | second
        user = self.make_user(
            "dashboard_both", "sales_team.group_sale_salesman", companies=both
        )
        self.make_rate(self.eur, "2024-01-01", 0.5)
        team = self.env["crm.team"].create({"name": "T", "company_id": False})
        self.make_order(100, team_id=team.id, user_id=user.id, currency=self.eur)
        self.make_order(50, company=second, at="2025-05-10 10:00:00")
        self.env.cr.flush()
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        dashboards = self.dashboards(user, both)
        # Keeps the zone; on the way Odoo reads its languages and their flags.
        dashboards.env["res.users"].context_get()
        self.env.invalidate_all()
        with listed_statements() as statements:
            dashboard = dashboards.browse(dashboards.generate(*JUNE))
            dashboard.load_breakdown("product")
            dashboard.load_breakdown("category")
        self.assertFalse(dashboard.errors)
        tables = {
            table
            for statement in statements
            if not re.match(r"\s*(INSERT|UPDATE|DELETE)", statement)
            for table in re.findall(
                r'\b(?:FROM|JOIN)\s+"?([a-z]\w+)"?', statement, re.IGNORECASE
            )
            if not ABOUT_RIGHTS.fullmatch(table) and not OWN.fullmatch(table)
        }
        known = {self.env[model]._table for model in READ_MODELS}
        known.add("product_variant_combination")  # product.product, many2many
        self.assertIn("sale_order", tables)
        self.assertFalse(tables - known)
        self.assertLessEqual(set(READ_MODELS), set(WATCHED))


@tagged("post_install", "-at_install")
class TestRecord(DashboardCase):
    """What is kept of an answer."""

    def test_the_payload_is_what_the_record_says(self):
        team = self.env["crm.team"].create({"name": "T", "company_id": False})
        for amount in (100.1, 33.33, 7):
            self.make_order(amount, team_id=team.id, user_id=self.viewer.id)
        self.make_order(10, at="2025-05-10 10:00:00")
        dashboards = self.dashboards()
        dashboard = dashboards.browse(dashboards.generate(*JUNE))
        for dimension in (None, "product", "category"):
            if dimension:
                dashboard.load_breakdown(dimension)
            kept = dashboard._get_payload()
            self.env.flush_all()
            self.env.invalidate_all()
            dashboard.sudo().payload = dashboard._make_payload()
            again = dashboard._get_payload()
            self.assertEqual(again, kept)
        self.assertLessEqual({"product", "category"}, set(kept["breakdowns"]))

    def test_a_hit_costs_few_statements(self):
        self.make_order(100)
        dashboards = self.dashboards()
        first = dashboards.generate_dashboard_data(*JUNE)
        self.env.invalidate_all()
        with listed_statements() as statements:
            again = dashboards.generate_dashboard_data(*JUNE)
        self.assertEqual(again["id"], first["id"])
        self.assertFalse([one for one in statements if '"sale_order"' in one])
        # The user and his zone; the token, the record, the counts.
        self.assertLessEqual(len(statements), 5, statements)


@tagged("post_install", "-at_install")
class TestSharing(CommittedCase):
    def setUp(self):
        super().setUp()
        with self.cursor() as env:
            self.confirm(env, 0)

    def ask_and_list(self, user=None, **options):
        """``(revenue, id)``, and whether orders were read for it."""
        with listed_statements() as statements:
            answer = self.ask(user, **options)
        return answer, any('"sale_order"' in one for one in statements)

    def computations(self):
        with self.cursor() as env:
            env.cr.execute("SELECT COUNT(*) FROM sale_dashboard_computation")
            return env.cr.fetchone()[0]

    def test_two_managers_share_one(self):
        other = self.make_user("dashboard_other")
        (revenue, first), read = self.ask_and_list()
        self.assertEqual((revenue, read), (1.0, True))
        (revenue, second), read = self.ask_and_list(other)
        self.assertEqual((revenue, read), (1.0, False))
        self.assertNotEqual(first, second)
        with self.cursor() as env:
            records = env["sale.dashboard"].browse([first, second])
            self.assertEqual(
                [record.create_uid.id for record in records], [self.viewer, other]
            )
            payloads = [record._get_payload() for record in records]
            for payload in payloads:
                del payload["id"], payload["cache_info"]
            self.assertEqual(*payloads)
            self.assertEqual(records[0].generated_at, records[1].generated_at)
        with self.cursor(other) as env:
            self.assertFalse(env["sale.dashboard"].search([("id", "=", first)]))
        self.assertEqual(self.ask_and_list(other), ((1.0, second), False))

    def test_own_documents_are_not_shared(self):
        salesmen = [
            self.make_user(login, "sales_team.group_sale_salesman")
            for login in ("dashboard_one", "dashboard_two")
        ]
        with self.cursor() as env:
            env["sale.order"].browse(self.orders[0]).user_id = salesmen[0]
        answers = [self.ask_and_list(user) for user in salesmen]
        self.assertEqual([answer[0][0] for answer in answers], [1.0, 0.0])
        self.assertEqual([read for _answer, read in answers], [True, True])

    def test_what_changed_is_not_shared(self):
        other = self.make_user("dashboard_other")
        self.ask()
        with self.cursor() as env:
            self.confirm(env, 1)
        self.assertEqual(self.ask_and_list(other)[0][0], 11.0)

    def test_it_expires_for_all(self):
        other = self.make_user("dashboard_other")
        now = fields.Datetime.now()
        self.ask()
        with freeze_time(now + timedelta(seconds=301)):
            self.assertTrue(self.ask_and_list(other)[1])
        with freeze_time(now + timedelta(seconds=902)), self.cursor() as env:
            now = fields.Datetime.now()
            drop_expired(env.cr, "sale_dashboard_computation", now, PRUNED_AT_ONCE)
        self.assertEqual(self.computations(), 0)

    def test_what_is_not_committed_is_not_shared(self):
        other = self.make_user("dashboard_other")
        with self.cursor(self.viewer) as env:
            self.confirm(env(su=True), 1)
            payload = self.ask_in(env)
            self.assertEqual(payload["overview"]["total_revenue"], 11.0)
            self.assertEqual(self.computations(), 0)
            self.assertEqual(self.ask(other)[0], 1.0)
            env.cr.rollback()
        self.assertEqual(self.ask()[0], 1.0)

    @mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder")
    def test_an_answer_with_errors_is_not_shared(self):
        def fail(*_args):
            raise ZeroDivisionError

        source = self.registry["sale.dashboard.source"]
        with patch.object(source, "_read_quotations", fail):
            self.ask()
        self.assertEqual(self.computations(), 0)
        self.assertTrue(self.ask_and_list()[1])
        self.assertEqual(self.computations(), 1)

    def test_a_minimum_age(self):
        other = self.make_user("dashboard_other")
        now = fields.Datetime.now()
        with self.cursor() as env:
            parameters = env["ir.config_parameter"]
            parameters.set_param("sale_dashboard.minimum_age", "30")
        self.addCleanup(self.set_minimum_age, "0")
        with freeze_time(now):
            _revenue, first = self.ask()
        with self.cursor() as env:
            self.confirm(env, 1)
        with freeze_time(now + timedelta(seconds=29)):
            self.assertEqual(self.ask(), (1.0, first))
            self.assertEqual(self.ask(other)[0], 1.0)
        with freeze_time(now + timedelta(seconds=31)):
            self.assertEqual(self.ask()[0], 11.0)
            self.assertEqual(self.ask(other)[0], 11.0)

    def set_minimum_age(self, value):
        with self.cursor() as env:
            env["ir.config_parameter"].set_param("sale_dashboard.minimum_age", value)

    # ------------------------------------------------------------------
    # At the same time
    # ------------------------------------------------------------------

    def start(self, users):
        """Threads that ask at once; their answers, once they are joined."""
        answers = []

        def run(user):
            answers.append(self.ask_and_list(user))

        threads = [threading.Thread(target=run, args=[user]) for user in users]
        for thread in threads:
            thread.start()
        return threads, answers

    def wait_for_waiters(self, count):
        """Until so many connections wait for the lock."""
        with self.registry.cursor() as cr:
            for _turn in range(600):
                cr.execute(
                    "SELECT COUNT(*), pg_sleep(0.05) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND NOT granted"
                    " AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())"
                )
                if cr.fetchone()[0] == count:
                    return
        self.fail("nobody waits")

    @contextmanager
    def locked(self):
        """Hold the lock that the next who ask will want."""
        with self.cursor(self.viewer) as env:
            dashboards = env["sale.dashboard"]
            names = []
            computations = self.registry["sale.dashboard.computation"]
            with patch.object(
                computations, "_alone", lambda _self, name: names.append(name)
            ):
                self.assertRaises(TypeError, self.ask_in, env)
            with dashboards.env["sale.dashboard.computation"]._alone(*names) as cr:
                self.assertTrue(cr)
                yield

    def test_at_once_is_computed_once(self):
        users = [self.make_user(f"dashboard_{number}") for number in range(5)]
        with self.locked():
            threads, answers = self.start([*users, users[0]])
            self.wait_for_waiters(6)
        for thread in threads:
            thread.join()
        self.assertEqual({revenue for (revenue, _id), _read in answers}, {1.0})
        self.assertEqual(sum(read for _answer, read in answers), 1)
        self.assertEqual(len({record for (_revenue, record), _read in answers}), 6)

    def test_who_computes_and_dies_leaves_no_lock(self):
        with self.assertRaises(ZeroDivisionError), self.locked():
            threads, answers = self.start([self.viewer])
            self.wait_for_waiters(1)
            raise ZeroDivisionError
        threads[0].join()
        self.assertEqual(answers[0][0][0], 1.0)

    def test_nobody_waits_for_ever(self):
        with (
            patch.object(sale_dashboard_computation, "PATIENCE_MS", 50),
            self.locked(),
        ):
            self.assertEqual(self.ask()[0], 1.0)

    def test_at_different_tokens_nobody_waits(self):
        with self.locked():
            with self.cursor() as env:
                self.confirm(env, 1)
            self.assertEqual(self.ask()[0], 11.0)
