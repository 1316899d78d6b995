"""The stored record is the cache: when it is reused and when it is not."""

import subprocess
import sys
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import config

from ..models import sale_dashboard_lookup
from ..models.sale_dashboard_lookup import Lookups
from .common import CommittedCase, DashboardCase

JUNE = ("2025-06-01", "2025-06-30")
# Another worker: asks as often as a line says, then says how many hits it knows of.
WORKER = """
import sys
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

dbname, user, *arguments = sys.argv[1:]
config.parse_config(["-d", dbname, *arguments], setup_logging=False)
registry = Registry(dbname)
from odoo.addons.sale_dashboard.models.sale_dashboard_lookup import lookups

lookups._interval = 0.2
for turns in sys.stdin:
    for _turn in range(int(turns)):
        with registry.cursor() as cr:
            dashboards = api.Environment(cr, int(user), {})["sale.dashboard"]
            dashboards.generate("2025-06-01", "2025-06-30")
    with registry.cursor() as cr:
        model = api.Environment(cr, int(user), {})["sale.dashboard.lookup"]
        print(model._get_info()["hits"], flush=True)
"""


@tagged("post_install", "-at_install")
class TestCache(DashboardCase):
    def test_the_same_request_is_a_hit(self):
        # Not written to the database in between, which this transaction cannot see.
        self.patch(sale_dashboard_lookup, "lookups", Lookups(interval=3600))
        dashboards = self.dashboards()
        first = dashboards.generate(*JUNE)
        before = dashboards._get_cache_info()
        self.assertEqual(dashboards.generate(*JUNE), first)
        self.assertEqual(dashboards.generate(*JUNE, timezone="Europe/Paris"), first)
        after = dashboards._get_cache_info()
        self.assertEqual(after["hits"] - before["hits"], 2)
        self.assertEqual(after["misses"], before["misses"])
        self.assertEqual(after["size"], 1)
        self.assertAlmostEqual(
            after["hit_ratio"], after["hits"] / (after["hits"] + after["misses"])
        )

    def test_every_part_reads_the_same_record(self):
        dashboards = self.dashboards()
        payload = dashboards.generate_dashboard_data(*JUNE)
        for method, part in (
            ("get_sales_overview", "overview"),
            ("get_top_customers", "top_customers"),
            ("get_sales_by_period", "sales_by_period"),
            ("get_customer_segments", "customer_segments"),
        ):
            self.assertEqual(getattr(dashboards, method)(*JUNE), payload[part])
        self.assertEqual(dashboards.search_count([]), 1)

    def test_another_request_is_a_miss(self):
        second = self.make_company("Second Inc", self.usd)
        both = self.company | second
        user = self.make_user(
            "dashboard_both", "sales_team.group_sale_manager", companies=both
        )
        dashboards = self.dashboards(user, both)
        team = self.env["crm.team"].create({"name": "T"})
        self.env["res.lang"]._activate_lang("fr_FR")
        ids = [
            dashboards.generate(*JUNE),
            dashboards.generate("2025-06-02", "2025-06-30"),
            dashboards.generate(*JUNE, period_type="weekly"),
            dashboards.generate(*JUNE, measure="total"),
            dashboards.generate(*JUNE, top_limit=11),
            dashboards.generate(*JUNE, timezone="UTC"),
            dashboards.generate(*JUNE, filters={"team_ids": team.ids}),
            self.dashboards(user, second | self.company).generate(*JUNE),
            self.dashboards(user, self.company).generate(*JUNE),
            dashboards.with_context(lang="fr_FR").generate(*JUNE),
        ]
        self.assertEqual(len(set(ids)), len(ids))

    def test_refresh_computes_anew(self):
        dashboards = self.dashboards()
        order = self.make_order(100)
        first = dashboards.generate_dashboard_data(*JUNE)
        # Written past Odoo: no one is told.
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 70 WHERE id = %s", [order.id]
        )
        self.assertEqual(dashboards.generate(*JUNE), first["id"])
        fresh = dashboards.generate_dashboard_data(*JUNE, refresh=True)
        self.assertEqual(fresh["overview"]["total_revenue"], 70.0)
        self.assertNotEqual(fresh["id"], first["id"])

    def test_it_expires(self):
        dashboards = self.dashboards()
        now = fields.Datetime.now()
        with freeze_time(now):
            first = dashboards.generate(*JUNE)
        with freeze_time(now + timedelta(seconds=299)):
            self.assertEqual(dashboards.generate(*JUNE), first)
        with freeze_time(now + timedelta(seconds=300)):
            self.assertNotEqual(dashboards.generate(*JUNE), first)

    def test_the_lifetime_is_a_setting(self):
        parameters = self.env["ir.config_parameter"].sudo()
        for value, seconds in (("60", 60), ("-5", 0), ("soon", 300), ("", 300)):
            parameters.set_param("sale_dashboard.cache_ttl", value)
            self.assertEqual(self.env["sale.dashboard"]._get_cache_ttl(), seconds)
        parameters.set_param("sale_dashboard.cache_ttl", "0")
        dashboards = self.dashboards()
        self.assertNotEqual(dashboards.generate(*JUNE), dashboards.generate(*JUNE))

    def test_the_settings(self):
        dashboards = self.env["sale.dashboard"]
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.sale_dashboard_cache_ttl, 300)
        self.assertEqual(settings.sale_dashboard_minimum_age, 0)
        for ttl, age in ((0, 0), (60, 60), (24 * 3600, 3600)):
            self.env["res.config.settings"].create(
                {"sale_dashboard_cache_ttl": ttl, "sale_dashboard_minimum_age": age}
            ).execute()
            self.assertEqual(dashboards._get_cache_ttl(), ttl)
            self.assertEqual(dashboards._get_minimum_age(), age)
            again = self.env["res.config.settings"].create({})
            self.assertEqual(again.sale_dashboard_cache_ttl, ttl)
        for ttl, age in ((-1, 0), (24 * 3600 + 1, 0), (60, 61), (7200, 3601)):
            with self.assertRaises(ValidationError):
                self.env["res.config.settings"].create(
                    {"sale_dashboard_cache_ttl": ttl, "sale_dashboard_minimum_age": age}
                )

    def test_a_minimum_age(self):
        self.env["ir.config_parameter"].set_param("sale_dashboard.minimum_age", "10")
        dashboards = self.dashboards()
        now = fields.Datetime.now()
        with freeze_time(now):
            first = dashboards.generate(*JUNE)
        self.make_order(100)
        with freeze_time(now + timedelta(seconds=9)):
            self.assertEqual(dashboards.generate(*JUNE), first)
        with freeze_time(now + timedelta(seconds=10)):
            self.assertNotEqual(dashboards.generate(*JUNE), first)

    def test_the_turn_of_the_utc_day(self):
        # Company factors are those of the UTC day.
        dashboards = self.dashboards()
        with freeze_time("2025-06-30 23:59:50"):
            before = dashboards.generate(*JUNE)
        with freeze_time("2025-07-01 00:00:10"):
            self.assertNotEqual(dashboards.generate(*JUNE), before)

    def test_the_turn_of_the_day_in_the_viewers_zone(self):
        dashboards = self.dashboards()
        with freeze_time("2025-06-30 21:59:50"):
            before = dashboards.generate(*JUNE)
            self.assertTrue(dashboards.browse(before).period_ids[-1].running)
        with freeze_time("2025-06-30 22:00:10"):
            after = dashboards.generate(*JUNE)
            self.assertNotEqual(after, before)
            self.assertFalse(dashboards.browse(after).period_ids[-1].running)

    def test_two_records_are_kept(self):
        dashboards = self.dashboards()
        ids = [dashboards.generate(*JUNE, refresh=True) for _turn in range(4)]
        other = dashboards.generate("2025-06-02", "2025-06-30")
        self.assertEqual(dashboards.search([], order="id").ids, [*ids[-2:], other])
        lines = self.env["sale.dashboard.period"].search([])
        self.assertEqual(set(lines.dashboard_id.ids), {*ids[-2:], other})


@tagged("post_install", "-at_install")
class TestLookups(CommittedCase):
    """Hits and misses of several workers."""

    def count(self):
        with self.cursor() as env:
            info = env["sale.dashboard.lookup"]._get_info()
        return {name: info[name] for name in ("hits", "misses")}

    def test_workers_add_up(self):
        self.patch(sale_dashboard_lookup, "lookups", Lookups(interval=3600))
        before = self.count()
        workers = [Lookups(interval=3600) for _number in range(2)]
        dbname = self.registry.db_name
        for worker, hits in zip(workers, (3, 4), strict=True):
            for _turn in range(hits):
                worker.count(dbname, hit=True)
        workers[0].count(dbname, hit=False)
        self.assertEqual(self.count(), before)
        for worker in workers:
            worker.save(dbname)
            self.assertFalse(worker.pending(dbname))
        added = {name: count - before[name] for name, count in self.count().items()}
        self.assertEqual(added, {"hits": 7, "misses": 1})
        with self.cursor() as env:
            env["sale.dashboard.lookup"]._compact_apart()
        self.assertEqual(self.count()["hits"], before["hits"] + 7)

    def test_they_are_written_by_themselves(self):
        self.patch(sale_dashboard_lookup, "lookups", Lookups(interval=0.05))
        before = self.count()["hits"]
        self.ask()
        self.ask()
        for _turn in range(200):
            with self.cursor() as env:
                env.cr.execute(
                    "SELECT SUM(hits), pg_sleep(0.05) FROM sale_dashboard_lookup"
                )
                written = env.cr.fetchone()[0]
            if written == before + 1:
                return
        self.fail("nothing was written")

    def test_two_processes(self):
        self.patch(sale_dashboard_lookup, "lookups", Lookups(interval=0.2))
        with self.cursor(self.viewer) as env:
            env["sale.dashboard"].generate(*JUNE)
        command = [
            *(sys.executable, "-c", WORKER, self.registry.db_name, str(self.viewer)),
            *("-c", config["config"]),
            f"--addons-path={','.join(config['addons_path'])}",
        ]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as worker:

            def ask(turns):
                worker.stdin.write(f"{turns}\n")
                worker.stdin.flush()
                return int(worker.stdout.readline())

            before = ask(0)
            self.wait_for_hits(before)
            # The other's own are counted at once, and seen here soon ...
            self.assertEqual(ask(3), before + 3)
            self.wait_for_hits(before + 3)
            # ... as ours are there.
            for _turn in range(4):
                with self.cursor(self.viewer) as env:
                    env["sale.dashboard"].generate(*JUNE)
            self.assertEqual(self.count()["hits"], before + 7)
            for _turn in range(200):
                if ask(0) == before + 7:
                    break
                self.wait()
            else:
                self.fail("the other process does not see our hits")

    def wait_for_hits(self, count):
        for _turn in range(200):
            if self.count()["hits"] == count:
                return
            self.wait()
        self.fail(f"there are not {count} hits")

    def wait(self):
        with self.cursor() as env:
            env.cr.execute("SELECT pg_sleep(0.05)")
