"""The verifier, run as its users run it: a process of its own, over the network."""

import ast
import contextlib
import importlib.util
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.tests import BaseCase, HttpCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.sale_dashboard.engine.assembly import Sum
from odoo.addons.sale_dashboard.engine.metrics import Metric

SCRIPT = Path(__file__).parents[1] / "scripts" / "verify_rpc.py"
PASSWORD = "a-secret-of-the-tests"
EQUAL, DIFFERS, UNCHECKED = 0, 1, 2

# Logs a warning per call over /jsonrpc, which is how zenoo-rpc talks.
mute_rpc = mute_logger("odoo.addons.rpc.controllers.jsonrpc")
# Errors that a test provokes on the server.
mute_errors = mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")


def load_script():
    """Import the script as a module, for its pure functions."""
    spec = importlib.util.spec_from_file_location("verify_rpc", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name
    with patch.dict(sys.modules, {"verify_rpc": module}):
        spec.loader.exec_module(module)
    return module


def run_process(arguments, environment):
    """Run the script in a process of its own."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def run_main(arguments, environment, **constants):
    """Run the script in this process: its start takes longer than all it does.

    :param constants: of the script, to be changed
    """
    script = load_script()
    vars(script).update(constants)
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _number in range(2)]
    with (
        patch.dict(os.environ, environment),
        contextlib.redirect_stdout(streams[0]),
        contextlib.redirect_stderr(streams[1]),
    ):
        try:
            status = script.main(arguments)
        except SystemExit as stop:
            status = stop.code
    written = []
    for stream in streams:
        stream.flush()
        written.append(stream.buffer.getvalue().decode())
    return subprocess.CompletedProcess(arguments, status, *written)


@tagged("post_install", "-at_install")
class TestVerifyRpc(HttpCase):
    """The script against the live server.

    The server's threads work on the cursor of the test while requests are allowed, so
    the script sees the uncommitted orders, and the test the records it had stored.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd, cls.eur, cls.gbp = (
            cls.env.ref(f"base.{name}") for name in ("USD", "EUR", "GBP")
        )
        (cls.usd + cls.eur + cls.gbp).active = True
        cls.company, cls.other_company = cls.env["res.company"].create(
            [
                {"name": "Verified Inc.", "currency_id": cls.usd.id},
                {"name": "Verified SE", "currency_id": cls.eur.id},
            ]
        )
        both = cls.company + cls.other_company
        cls.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "currency_id": currency.id,
                    "company_id": company.id,
                    "rate": rate,
                }
                for day, currency, company, rate in (
                    ("2024-01-01", cls.eur, cls.company, 0.9),
                    ("2025-06-01", cls.eur, cls.company, 0.8765),
                    ("2024-01-01", cls.gbp, cls.company, 0.7531),
                    ("2024-01-01", cls.usd, cls.other_company, 1.1234567),
                    ("2024-01-01", cls.gbp, cls.other_company, 0.85),
                )
            ]
        )
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.write(
            {
                "password": PASSWORD,
                "company_ids": [fields.Command.link(company.id) for company in both],
                "tz": "Europe/Paris",
            }
        )
        cls.salesman = new_test_user(
            cls.env,
            login="verify_salesman",
            password=PASSWORD,
            groups="sales_team.group_sale_salesman",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
            tz="Australia/Lord_Howe",
        )
        cls.manager = new_test_user(
            cls.env,
            login="verify_manager",
            password=PASSWORD,
            groups="sales_team.group_sale_manager",
            company_id=cls.other_company.id,
            company_ids=[fields.Command.set(both.ids)],
            tz="Asia/Kathmandu",
        )
        cls.stranger = new_test_user(
            cls.env, login="verify_stranger", password=PASSWORD
        )
        categories = cls.env["product.category"].create(
            [{"name": name} for name in ("Labour", "Goods")]
        )
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    # the reverse order of the ids, which break ties
                    "default_code": f"V{9 - number}",
                    "type": "service",
                    "categ_id": categories[number % 2].id,
                    "taxes_id": False,
                }
                for number, name in enumerate(("Hour", "Käse", "Day"))
            ]
        )
        cls.team = cls.env["crm.team"].create({"name": "Verified", "company_id": False})
        cls.partners = cls._make_partners()
        cls._make_orders()

    @classmethod
    def _make_partners(cls):
        """Companies with contacts, persons, and an archived one."""
        Partner = cls.env["res.partner"]
        countries = (cls.env.ref("base.fr").id, cls.env.ref("base.be").id, False)
        partners = Partner.create(
            [
                {
                    "name": f"Käufer {number}",
                    "is_company": number % 2 == 0,
                    "email": f"buyer{number}@example.com" if number % 3 else False,
                    "country_id": countries[number % 3],
                }
                for number in range(14)
            ]
        )
        partners += Partner.create(
            [
                {"name": f"Contact {company.id}", "parent_id": company.id}
                for company in partners[:6]
                if company.is_company
            ]
        )
        partners[3].active = False
        return partners

    @classmethod
    def _make_orders(cls):
        """A year of orders, and some right on the edges of days."""
        edges = [
            # the clocks changed in these nights, in Paris and on Lord Howe Island
            datetime(2025, 3, 29, 22, 59, 59),
            datetime(2025, 3, 29, 23, 0, 0),
            datetime(2025, 3, 30, 21, 59, 59),
            datetime(2025, 3, 30, 22, 0, 0),
            datetime(2025, 10, 25, 22, 0, 0),
            datetime(2025, 10, 26, 22, 59, 59),
            datetime(2025, 10, 26, 23, 0, 0),
            datetime(2025, 10, 4, 13, 29, 59),
            datetime(2025, 10, 4, 13, 30, 0),
            datetime(2025, 10, 5, 13, 0, 0),
        ]
        start = datetime(2025, 1, 1, 11, 0, 0)
        days = [start + timedelta(days=7 * week, hours=week) for week in range(50)]
        start = datetime(2024, 2, 12, 9, 0, 0)
        days += [start + timedelta(days=11 * number) for number in range(27)]
        now = fields.Datetime.now()
        days += [*edges, *(now - timedelta(days=ago) for ago in (-3, 0, 1, 12, 31, 40))]
        amounts = (100.0, 0.01, 19.99, 33.33, 1234.56, -25.0, 0.0, 999.99)
        users = (cls.salesman, cls.admin, cls.env["res.users"])
        states = ("sale", "sale", "sale", "draft", "cancel")
        orders = cls.env["sale.order"]
        for number, day in enumerate(days):
            company = (cls.company, cls.company, cls.other_company)[number % 3]
            amount = amounts[number % len(amounts)]
            orders += cls._make_order(
                company,
                cls.partners[number % len(cls.partners)],
                amount,
                day,
                currency=(cls.usd, cls.eur, cls.gbp)[number % 7 % 3],
                user=users[number % 4 % 3],
                state=states[number % len(states)],
                lines=zip(cls.products, (amount, amount, 7.77), strict=True),
                team_id=cls.team.id if number % 3 == 1 else False,
                validity_date=now.date() + timedelta(days=number % 20 - 6)
                if number % 4
                else False,
            )
        # Moved to the other company later: who has only the first may not read it.
        foreign = cls.env["res.partner"].create({"name": "Foreign"})
        cls._make_order(cls.company, foreign, 70.0, datetime(2025, 3, 15, 12))
        foreign.company_id = cls.other_company
        cls.env.flush_all()
        # What imports and old versions leave behind.
        for rate, found in ((0, orders[5:50:9]), (None, orders[6:50:9])):
            cls.env.cr.execute(
                "UPDATE sale_order SET currency_rate = %s WHERE id IN %s",
                [rate, found._ids],
            )
        cls.env.cr.execute(
            "UPDATE sale_order SET amount_total = round(amount_untaxed * 1.2, 2)"
            " WHERE id IN %s",
            [orders[::2]._ids],
        )
        # A down payment needs no product; an order may be without any line.
        cls.env.cr.execute(
            "UPDATE sale_order_line SET product_id = NULL, is_downpayment = true"
            " WHERE order_id IN %s",
            [orders[4::12]._ids],
        )
        cls.env.cr.execute(
            "DELETE FROM sale_order_line WHERE order_id IN %s", [orders[3::17]._ids]
        )
        cls.env.invalidate_all()

    @classmethod
    def _make_order(
        cls,
        company,
        partner,
        amount,
        day,
        currency=None,
        user=None,
        state="sale",
        lines=None,
        **values,
    ):
        """An order of a price, or of lines ``(product, price)``."""
        order = (
            cls.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "user_id": user.id if user else False,
                    "date_order": day,
                    "state": state,
                    "order_line": [
                        fields.Command.create(
                            {"product_id": product.id, "price_unit": price}
                        )
                        for product, price in lines or [(cls.products[0], amount)]
                    ],
                    **values,
                }
            )
        )
        # Creating an order takes the currency of its pricelist.
        order.currency_id = currency or company.currency_id
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE sale_order SET create_date = %s WHERE id = %s",
            [day - timedelta(days=1), order.id],
        )
        return order

    def run_script(
        self, user, *arguments, secret=PASSWORD, url=None, process=False, **constants
    ):
        """Run the script; ``user`` is a record or a login.

        :param process: in a process of its own, as its users do, which takes longer
        :param constants: of the script, to be changed
        :rtype: subprocess.CompletedProcess
        """
        login = user if isinstance(user, str) else user.login
        command = [
            f"--url={url or self.base_url()}",
            f"--database={get_db_name()}",
            f"--login={login}",
            *arguments,
        ]
        self.env.flush_all()
        self.env.cr.clear()
        run = run_process if process else run_main
        environment = {"NO_PROXY": "*", "ODOO_PASSWORD": secret, "COLUMNS": "100"}
        with self.allow_requests(all_requests=True), mute_rpc:
            done = run(command, environment, **constants)
        self.env.invalidate_all()
        return done

    def make_key(self, user):
        """An API key of a user."""
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(user)
        return keys._generate("rpc", "verifier", tomorrow)

    def assertExit(self, done, status):
        """Assert the exit status, showing what was printed if it is another."""
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)

    def assertFigure(self, done, name, stored, recomputed=None):
        """Assert a printed figure."""
        recomputed = stored if recomputed is None else recomputed
        verdict = "ok" if stored == recomputed else "DIFFERS"
        cells = (name, stored, recomputed, verdict)
        line = r" +\| ".join(re.escape(cell) for cell in cells)
        self.assertRegex(done.stdout, rf"(?m)^{line}$")

    def dashboard_of(self, user):
        """The newest stored dashboard of a user."""
        return self.env["sale.dashboard"].search(
            [("create_uid", "=", user.id)], order="id desc", limit=1
        )

    def make_dashboard(self, user, company, **request):
        """Have a dashboard of March 2025 stored for a user."""
        request = {"date_from": "2025-03-01", "date_to": "2025-03-31", **request}
        dashboards = self.env["sale.dashboard"].with_user(user)
        return dashboards.browse(
            dashboards.with_context(allowed_company_ids=company.ids).generate(**request)
        )

    # ------------------------------------------------------------------
    # Equal
    # ------------------------------------------------------------------

    def test_equal_for_users_periods_and_measures(self):
        """Every kind of user, several periods, both measures, three period types."""
        one, other = self.company.id, self.other_company.id
        spring = ("--date-from=2025-03-01", "--date-to=2025-03-31")
        autumn = ("--date-from=2025-09-29", "--date-to=2025-10-26")
        night = ("--date-from=2025-03-30", "--date-to=2025-03-30")
        year = ("--date-from=2025-01-01", "--date-to=2025-12-31")
        month, products = "--compare=previous_period", "--products"
        years, weekdays = "--compare=previous_year", "--compare=same_weekdays"
        recently = ()
        for user, companies, period, period_type, measure, more in (
            (self.admin, f"{one}", recently, "daily", "untaxed", (month, products)),
            (self.admin, f"{one}", night, "daily", "total", (weekdays,)),
            (self.admin, f"{one},{other}", year, "weekly", "untaxed", (weekdays,)),
            (self.admin, f"{other},{one}", year, "monthly", "total", (years, products)),
            (self.salesman, None, spring, "daily", "untaxed", (month,)),
            (self.salesman, None, autumn, "weekly", "total", (years, products)),
            (self.salesman, f"{one}", year, "monthly", "untaxed", ("--top-limit=3",)),
            (self.manager, None, recently, "daily", "total", (years,)),
            (self.manager, f"{one},{other}", autumn, "daily", "untaxed", ()),
            (
                self.manager,
                f"{other},{one}",
                spring,
                "weekly",
                "total",
                ("--compare=none", products),
            ),
            (self.manager, f"{one}", year, "monthly", "untaxed", (years,)),
        ):
            arguments = [
                *period,
                f"--period-type={period_type}",
                f"--measure={measure}",
                *more,
            ]
            if companies:
                arguments.append(f"--company-ids={companies}")
            with self.subTest(user=user.login, arguments=arguments):
                done = self.run_script(user, *arguments)
                self.assertExit(done, EQUAL)
                self.assertRegex(done.stdout, r"\d+ figures compared, 0 differ\n$")
                stored = self.dashboard_of(user)
                self.assertEqual(stored.period_type, period_type)
                self.assertEqual(stored.timezone, user.tz)
                self.assertEqual("--compare=none" in more, not stored.compare_from)
                self.assertPrinted(done, stored)
                if period is year:
                    self.assertGreater(stored.total_orders, 5)
                    self.assertGreater(stored.previous_total_orders, 3)

    def assertPrinted(self, done, stored):
        """Assert that the figures of a record and its lines are in the table."""
        figures = {
            "total_revenue": stored.total_revenue,
            "previous total_revenue": stored.previous_total_revenue,
            "constant_currency currency_effect": stored.currency_effect,
        }
        for line in stored.period_ids:
            name = f"period {line.period}"
            figures[f"{name} revenue"] = line.revenue
            figures[f"{name} previous revenue"] = line.previous_revenue
        for line in stored.top_customer_ids:
            name = f"top customer {line.rank}"
            figures[f"{name} total_revenue"] = line.total_revenue
            figures[f"{name} lifetime revenue"] = line.lifetime_revenue
        for line in stored.breakdown_ids:
            by_rank = ("user", "team", "country", "product", "category")
            key = line.rank if line.dimension in by_rank else line.key
            figures[f"{line.dimension} {key} revenue"] = line.revenue
        for name, figure in figures.items():
            is_compared = "previous" in name or name.startswith("constant")
            if stored.compare_from or not is_compared:
                beyond = "previous revenue" in name and f"{name} |" not in done.stdout
                if not beyond:
                    self.assertFigure(done, name, f"{figure:.2f}")
        self.assertFigure(done, "total_orders", str(stored.total_orders))

    def test_known_figures(self):
        """100 USD and 100 EUR at a stored rate of 0.5 are 300 USD."""
        day = datetime(2023, 5, 10, 12)
        orders = self._make_order(self.company, self.partners[0], 100.0, day)
        orders += self._make_order(
            self.company, self.partners[1], 100.0, day, currency=self.eur
        )
        orders[1].currency_rate = 0.5
        done = self.run_script(
            self.admin,
            "--date-from=2023-05-08",
            "--date-to=2023-05-14",
            "--period-type=weekly",
            f"--company-ids={self.company.id}",
            "--timezone=America/St_Johns",
            process=True,
        )
        self.assertExit(done, EQUAL)
        self.assertFigure(done, "total_revenue", "300.00")
        self.assertFigure(done, "total_orders", "2")
        self.assertFigure(done, "average_order_value", "150.00")
        self.assertFigure(done, "new_customers", "2")
        self.assertFigure(done, "conversion_rate", "100.000000")
        self.assertFigure(done, "period 2023-05-08 revenue", "300.00")
        self.assertFigure(done, "top customer 1 share", "66.666667")
        self.assertFigure(done, "segment High Value total_revenue", "200.00")
        self.assertFigure(done, "segment Medium Value total_revenue", "100.00")

    def test_known_comparison(self):
        """May and June 2023: worked out by hand, down to the bridge."""
        back, lost, both, fresh = self.partners[:7:2]
        for partner, amount, month, currency, rate in (
            (back, 100.0, 1, self.usd, 1.0),
            (lost, 60.0, 5, self.usd, 1.0),
            (both, 100.0, 5, self.eur, 0.5),
            (both, 200.0, 6, self.eur, 0.8),
            (both, 40.0, 6, self.usd, 1.0),
            (back, 7.0, 6, self.usd, 1.0),
            (fresh, 11.0, 6, self.usd, 1.0),
        ):
            day = datetime(2023, month, 10, 12)
            order = self._make_order(
                self.company, partner, amount, day, currency=currency
            )
            order.currency_rate = rate
        # The last of May has no counterpart in June.
        self._make_order(self.company, lost, 5.0, datetime(2023, 5, 31, 12))
        done = self.run_script(
            self.admin,
            "--date-from=2023-06-01",
            "--date-to=2023-06-30",
            f"--company-ids={self.company.id}",
        )
        self.assertExit(done, EQUAL)
        bounds = "2023-04-30 22:00:00 .. 2023-05-31 22:00:00"
        for name, figure in (
            ("comparison days", "2023-05-01 .. 2023-05-31"),
            ("comparison bounds", bounds),
            ("total_revenue", "308.00"),
            ("previous total_revenue", "265.00"),
            ("change total_revenue", "16.226415"),
            ("change new_customers", "-50.000000"),
            ("period 2023-06-10 previous revenue", "260.00"),
            ("period 2023-06-10 change", "18.461538"),
            ("period 2023-06-30 previous revenue", "0.00"),
            ("period 2023-06-30 change", "-"),
            ("top customer 1 previous total_revenue", "200.00"),
            ("top customer 1 change", "45.000000"),
            ("top customer 3 change", "-"),
            ("top customer 3 lifetime revenue", "107.00"),
            ("top customer 3 lifetime average_gap_days", "151.000000"),
            ("customer_type new revenue", "11.00"),
            ("customer_type returning previous revenue", "0.00"),
            ("bridge new revenue", "11.00"),
            ("bridge returning revenue", "7.00"),
            ("bridge lost revenue", "-65.00"),
            ("bridge volume revenue", "200.00"),
            ("bridge size revenue", "40.00"),
            ("bridge currency revenue", "-150.00"),
            ("constant_currency revenue", "458.00"),
            ("constant_currency currency_effect", "-150.00"),
        ):
            self.assertFigure(done, name, figure)

    def test_equal_at_a_time_of_day(self):
        """Where the period ends today, the comparison ends at the same local time."""
        now = fields.Datetime.now()
        for ago in (timedelta(hours=23), timedelta(hours=25)):
            self._make_order(self.company, self.partners[0], 10.0, now - ago)
        today = datetime.now(ZoneInfo(self.salesman.tz)).date()
        for compare in ("previous_period", "previous_year"):
            done = self.run_script(
                self.salesman, f"--date-from={today}", f"--compare={compare}"
            )
            self.assertExit(done, EQUAL)
            stored = self.dashboard_of(self.salesman)
            ends = stored.compare_end.replace(tzinfo=ZoneInfo("UTC"))
            made = stored.generated_at.replace(tzinfo=ZoneInfo("UTC"))
            zone = ZoneInfo(self.salesman.tz)
            self.assertEqual(ends.astimezone(zone).time(), made.astimezone(zone).time())

    def test_empty_period(self):
        """Zeros everywhere, products included, and no change from nothing."""
        done = self.run_script(
            self.admin,
            "--date-from=1999-03-01",
            "--date-to=1999-03-31",
            "--products",
            f"--company-ids={self.company.id}",
        )
        self.assertExit(done, EQUAL)
        self.assertFigure(done, "change total_revenue", "-")
        self.assertNotIn("product 1", done.stdout)

    def test_warnings(self):
        """What the health section counts is counted anew."""
        self.env["res.currency.rate"].search(
            [("company_id", "=", self.other_company.id)]
        ).unlink()
        gone = self.env["res.currency.rate"].search(
            [
                ("company_id", "in", (False, self.company.id)),
                ("currency_id", "in", (self.eur + self.usd).ids),
            ]
        )
        gone.unlink()
        self.admin.tz = False
        done = self.run_script(
            self.admin,
            "--date-from=2025-01-01",
            "--date-to=2025-12-31",
            "--period-type=monthly",
            f"--company-ids={self.company.id},{self.other_company.id}",
        )
        self.assertExit(done, EQUAL)
        for name in (
            "company_without_rate",
            "currency_without_rate",
            "no_product_line",
            "future_order",
            "no_timezone",
        ):
            self.assertRegex(done.stdout, rf"(?m)^warning {name} 1 order_count +\| \d")

    def test_a_zone_that_is_none_any_more(self):
        """The server goes by the next best then, and so does the script."""
        partners = self.admin.partner_id + self.company.partner_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'US/Pacific-New' WHERE id = ANY(%s)",
            [partners.ids],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        done = self.run_script(
            self.admin,
            "--date-from=2025-03-15",
            "--date-to=2025-03-15",
            f"--company-ids={self.company.id}",
        )
        self.assertExit(done, EQUAL)
        self.assertIn("warning no_timezone", done.stdout)

    def test_hidden_customer_is_in_the_totals_only(self):
        """An order of a customer the user may not read is revenue, no customer."""
        arguments = ("--date-from=2025-03-15", "--date-to=2025-03-15")
        done = self.run_script(self.salesman, *arguments)
        self.assertExit(done, EQUAL)
        self.assertFigure(done, "total_revenue", "70.00")
        self.assertFigure(done, "customer_count", "0")
        self.assertFigure(done, "hidden_customers total_revenue", "70.00")
        self.assertFigure(done, "customer_type returning revenue", "70.00")
        self.assertFigure(done, "warning hidden_customers 1 order_count", "1")
        self.assertNotIn("top customer", done.stdout)

    def test_stored_record_with_filters(self):
        """A stored dashboard is checked as it was asked, filters included."""
        stored = self.make_dashboard(
            self.admin,
            self.company + self.other_company,
            date_from="2025-01-01",
            date_to="2025-12-31",
            period_type="monthly",
            filters={
                # archived, and the contact of a company
                "partner_ids": [self.partners[3].id, self.partners[-1].id],
                "domain": ["|", ("amount_total", ">", 5), ("amount_total", "<", 0)],
            },
        )
        self.assertTrue(stored.total_orders)
        done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, EQUAL)
        self.assertFigure(done, "total_orders", str(stored.total_orders))

    def test_api_key_in_a_file(self):
        """An API key takes the password's place; a file that of the environment."""
        key = self.make_key(self.manager)
        with tempfile.NamedTemporaryFile("w", suffix=".key") as file:
            file.write(f"{key}\n")
            file.flush()
            done = self.run_script(
                self.manager,
                f"--password-file={file.name}",
                "--date-from=2025-03-01",
                "--date-to=2025-03-31",
                secret="",
                process=True,
            )
        self.assertExit(done, EQUAL)
        self.assertNotIn(key, done.stdout + done.stderr)

    def test_filters(self):
        """Teams, salespeople, customers and a domain narrow down what is checked."""
        customers = self.partners[3] + self.partners[-1] + self.partners[4]
        year = ("--date-from=2025-01-01", "--date-to=2025-12-31")
        for filters, arguments in (
            ({"team_ids": self.team.ids}, (f"--team-ids={self.team.id}",)),
            (
                {
                    "user_ids": (self.salesman + self.admin).ids,
                    "domain": [["amount_total", ">", 5], ["state", "!=", "draft"]],
                },
                (
                    f"--user-ids={self.salesman.id},{self.admin.id}",
                    '--domain=[["amount_total", ">", 5], ["state", "!=", "draft"]]',
                ),
            ),
            (
                # archived, the contact of a company, and a company with a contact
                {"partner_ids": customers.ids},
                (f"--partner-ids={','.join(map(str, customers.ids))}",),
            ),
            *(
                (
                    {"customer_groups": groups},
                    (f"--customer-groups={','.join(groups)}",),
                )
                for groups in (
                    ["segment:High Value", "segment:Medium Value"],
                    ["customer_type:new", "rfm_group:champion"],
                    ["rfm_group:champion", "customer_type:returning"],
                )
            ),
        ):
            with self.subTest(filters=filters):
                done = self.run_script(
                    self.admin,
                    *(*year, *arguments, "--period-type=monthly"),
                    f"--company-ids={self.company.id}",
                )
                self.assertExit(done, EQUAL)
                stored = self.dashboard_of(self.admin)
                self.assertTrue(stored.total_orders)
                self.assertPrinted(done, stored)
                for name, value in filters.items():
                    by_id = name.endswith("_ids")
                    asked = sorted(value) if by_id else value
                    self.assertFigure(done, name, str(asked))

    def test_many_pages(self):
        """However few rows come at a time, the figures are the same."""
        done = self.run_script(
            self.manager,
            *("--date-from=2025-01-01", "--date-to=2025-12-31", "--products"),
            *("--period-type=monthly", "--compare=previous_year"),
            PAGE_SIZE=3,
            CHUNK_SIZE=2,
            CONCURRENCY=2,
        )
        self.assertExit(done, EQUAL)

    # ------------------------------------------------------------------
    # JSON-2
    # ------------------------------------------------------------------

    def test_json2(self):
        """The same check over the other protocol: the same figures, digit by digit."""
        key = self.make_key(self.admin)
        both = f"--company-ids={self.other_company.id},{self.company.id}"
        with self.with_metrics(
            Metric("big", "Big", "", domain=[("amount_untaxed", ">=", 30)])
        ):
            tables = [
                self.run_script(
                    self.admin,
                    *("--date-from=2025-03-01", "--date-to=2025-03-31", "--products"),
                    *(both, f"--team-ids={self.team.id}", f"--transport={transport}"),
                    secret=secret,
                )
                for transport, secret in (("jsonrpc", PASSWORD), ("json2", key))
            ]
        for done in tables:
            self.assertExit(done, EQUAL)
            self.assertNotIn(key, done.stdout + done.stderr)
        self.assertEqual(tables[0].stdout, tables[1].stdout)

    def test_json2_differs(self):
        """A tampered record is found over JSON-2 as well."""
        key = self.make_key(self.salesman)
        stored = self.make_dashboard(self.salesman, self.company)
        arguments = (f"--dashboard-id={stored.id}", "--transport=json2")
        done = self.run_script(self.salesman, *arguments, secret=key)
        self.assertExit(done, EQUAL)
        stored.sudo().total_revenue += 0.01
        done = self.run_script(self.salesman, *arguments, secret=key)
        self.assertExit(done, DIFFERS)
        self.assertNamed(done, ["total_revenue"])

    @mute_errors
    def test_json2_refused(self):
        """A password, the key of another, bad input, no rights: exit status 2."""
        json2 = "--transport=json2"
        done = self.run_script(self.admin, json2)
        self.assertUnchecked(done, "login: Unauthorized: ")
        key = self.make_key(self.stranger)
        done = self.run_script(self.admin, json2, secret=key)
        self.assertUnchecked(done, "login: AuthenticationError: the API key is not one")
        done = self.run_script(self.stranger, json2, secret=key)
        self.assertUnchecked(done, "not allowed to access 'Sales Dashboard'")
        key = self.make_key(self.salesman)
        done = self.run_script(self.salesman, json2, "--top-limit=0", secret=key)
        self.assertUnchecked(done, "Ask for a whole number from 1 to 1000")
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            done = self.run_script(self.admin, json2, url=url)
        self.assertUnchecked(done, "Failed to connect")

    # ------------------------------------------------------------------
    # For machines
    # ------------------------------------------------------------------

    def test_json(self):
        """One object, whatever the verdict; each key is documented."""
        stored = self.make_dashboard(self.admin, self.company)
        arguments = (
            *("--json", "--date-from=2025-03-01", "--date-to=2025-03-31"),
            f"--company-ids={self.company.id}",
        )
        done = self.run_script(self.admin, *arguments)
        self.assertExit(done, EQUAL)
        self.assertEqual(done.stderr, "")
        answer = json.loads(done.stdout)
        documented = load_script().__doc__
        self.assertEqual(
            set(re.findall(r"``(\w+)``", documented.partition("``verdict``\n")[2]))
            & set(answer),
            set(answer) - {"schema_version", "verdict"},
        )
        self.assertEqual(answer["schema_version"], 1)
        self.assertEqual(answer["verdict"], "equal")
        self.assertEqual(answer["dashboard_id"], stored.id)
        self.assertEqual(answer["currency"], "USD")
        self.assertEqual(answer["request"]["company_ids"], self.company.ids)
        self.assertEqual(answer["errors"], {})
        figures = {row["name"]: row for row in answer["figures"]}
        revenue = f"{stored.total_revenue:.2f}"
        self.assertEqual(
            figures["total_revenue"],
            {
                "name": "total_revenue",
                "stored": revenue,
                "recomputed": revenue,
                "verdict": "equal",
            },
        )
        self.assertEqual(figures["total_orders"]["stored"], stored.total_orders)
        self.assertIsNone(figures["period 2025-03-02 change"]["stored"])
        payload = {row["name"]: row["verdict"] for row in answer["payload"]}
        self.assertEqual(payload["payload: total_revenue"], "equal")

        stored.sudo().total_orders += 1
        done = self.run_script(self.admin, "--json", f"--dashboard-id={stored.id}")
        self.assertExit(done, DIFFERS)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], "different")
        different = [
            row["name"] for row in answer["figures"] if row["verdict"] == "different"
        ]
        self.assertEqual(different, ["total_orders"])

    @mute_errors
    def test_json_unchecked(self):
        """Where nothing could be checked, the object says why, as standard error."""
        done = self.run_script(self.admin, "--json", "--top-limit=0")
        self.assertExit(done, UNCHECKED)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], "unchecked")
        self.assertIn("Ask for a whole number", answer["error"])
        self.assertIn(answer["error"], done.stderr)
        with self.with_metrics(
            Metric("sellers", "Sellers", "Of them", aggregate="user_id:count_distinct")
        ):
            done = self.run_script(
                self.admin, "--json", "--date-from=2025-03-01", "--date-to=2025-03-31"
            )
        self.assertExit(done, UNCHECKED)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["verdict"], "unchecked")
        verdicts = {row["name"]: row["verdict"] for row in answer["figures"]}
        self.assertEqual(verdicts["metric sellers"], "unchecked")
        self.assertEqual(verdicts["total_revenue"], "equal")

    # ------------------------------------------------------------------
    # For people
    # ------------------------------------------------------------------

    def run_on_terminal(self, user, *arguments, environment=None):
        """Run the script in a terminal of 60 columns; return what that shows."""
        controller, terminal = os.openpty()
        self.env.flush_all()
        self.env.cr.clear()
        command = [
            *(sys.executable, str(SCRIPT), f"--url={self.base_url()}"),
            *(f"--database={get_db_name()}", f"--login={user.login}", *arguments),
        ]
        inherited = {
            name: value for name, value in os.environ.items() if name != "NO_COLOR"
        }
        shown = b""
        with self.allow_requests(all_requests=True), mute_rpc:
            process = subprocess.Popen(
                command,
                env={
                    **inherited,
                    **{"NO_PROXY": "*", "ODOO_PASSWORD": PASSWORD, "COLUMNS": "60"},
                    **{"PYTHONIOENCODING": "utf-8", "TERM": "xterm-256color"},
                    **(environment or {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=terminal,
            )
            os.close(terminal)
            # Reading ends in an error when nobody can write any more.
            with contextlib.suppress(OSError):
                while some := os.read(controller, 4096):
                    shown += some
            process.wait(60)
        os.close(controller)
        self.env.invalidate_all()
        self.assertEqual(process.returncode, EQUAL, shown)
        return shown.decode()

    def test_progress(self):
        """A bar on a terminal says how many orders are read, and is taken away."""
        shown = self.run_on_terminal(
            self.admin, "--date-from=2025-03-01", "--date-to=2025-03-31"
        )
        self.assertRegex(shown, r"Reading orders .* of \d+")
        self.assertIn("figures compared, 0 differ", shown)

    def test_show(self):
        """The dashboard in figures and words, plain where it is no terminal."""
        stored = self.make_dashboard(self.admin, self.company, compare="previous_year")
        done = self.run_script(
            self.admin,
            *("show", "--date-from=2025-03-01", "--date-to=2025-03-31", "--products"),
            *(f"--company-ids={self.company.id}", "--compare=previous_year"),
        )
        self.assertExit(done, EQUAL)
        self.assertNotIn("\x1b", done.stdout)
        text = done.stdout
        self.assertIn("Sales Dashboard  2025-03-01 .. 2025-03-31", text)
        self.assertIn("compared with 2024-03-01 .. 2024-03-31", text)
        self.assertRegex(
            text,
            rf"Revenue +{stored.total_revenue:,.2f} USD"
            rf" +{stored.previous_total_revenue:,.2f} USD"
            rf" +\{stored.total_revenue_change:+,.1f} %",
        )
        self.assertRegex(text, rf"Orders +{stored.total_orders}\b")
        self.assertRegex(text, r"(?m)^  [▁▂▃▄▅▆▇█]{31}$")
        best = stored.top_customer_ids[0]
        self.assertRegex(
            text, rf"1  {best.name} +{best.total_revenue:,.2f} USD +{best.share:.1f} %"
        )
        for segment in stored.segment_ids:
            self.assertRegex(
                text,
                rf"{segment.segment_name} +{segment.customer_count}"
                rf" +{segment.total_revenue:,.2f} USD",
            )
        self.assertIn("Products", text)
        self.assertRegex(text, r"Käse +[\d,.]+ USD")
        self.assertRegex(text, r"Cache: [\d.]+% of [\d,]+ requests answered from it")
        kept = self.run_script(self.admin, "show", f"--dashboard-id={stored.id}")
        self.assertExit(kept, EQUAL)
        self.assertIn(f"{stored.total_revenue:,.2f} USD", kept.stdout)

    def test_show_on_a_terminal(self):
        """Coloured, unless NO_COLOR is set, and never wider than the terminal."""
        self.partners[0].name = "A very long name [bold]of a customer[/bold]" * 2
        self._make_order(
            self.company, self.partners[0], 9999.0, datetime(2025, 3, 10, 12)
        )
        arguments = (
            *("show", "--date-from=2025-03-01", "--date-to=2025-03-31"),
            f"--company-ids={self.company.id}",
        )
        coloured = self.run_on_terminal(self.admin, *arguments)
        self.assertIn("\x1b[32m", coloured)
        plain = self.run_on_terminal(
            self.admin, *arguments, environment={"NO_COLOR": "1"}
        )
        self.assertNotRegex(plain, "\x1b\\[3[0-9]m")
        for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", plain).splitlines():
            self.assertLessEqual(len(line), 60, line)
        self.assertIn("A very long", plain)

    def test_show_json(self):
        """For machines it is the payload itself."""
        done = self.run_script(
            self.admin, *("show", "--json"), f"--company-ids={self.company.id}"
        )
        self.assertExit(done, EQUAL)
        payload = json.loads(done.stdout)
        self.assertEqual(payload["company_ids"], self.company.ids)
        self.assertIn("hits", payload["cache_info"])

    @mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder")
    def test_show_failed_section(self):
        """What failed is shown as failed, never as zero; the exit status is 2."""
        source = self.registry["sale.dashboard.source"]
        with patch.object(source, "_read_new_customers", side_effect=ValueError):
            done = self.run_script(
                self.admin, "show", f"--company-ids={self.company.id}"
            )
        self.assertExit(done, UNCHECKED)
        self.assertRegex(done.stdout, r"New customers +FAILED +FAILED +-")
        self.assertIn("FAILED: new_customers: ", done.stdout)

    # ------------------------------------------------------------------
    # Changes while it reads
    # ------------------------------------------------------------------

    def test_stale_answer_is_asked_anew(self):
        """Orders changed behind a reused record: the server is asked to look again."""
        stored = self.make_dashboard(
            self.admin, self.company, compare="previous_year", timezone="UTC"
        )
        self.env.cr.execute(
            """
            UPDATE sale_order SET amount_untaxed = amount_untaxed + 7
            WHERE company_id = %s AND state = 'sale'
              AND date_order >= '2025-03-01' AND date_order < '2025-04-01'
            """,
            [self.company.id],
        )
        self.env.invalidate_all()
        checked = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(checked, DIFFERS)
        done = self.run_script(
            self.admin,
            "--date-from=2025-03-01",
            "--date-to=2025-03-31",
            "--timezone=UTC",
            "--compare=previous_year",
            f"--company-ids={self.company.id}",
        )
        self.assertExit(done, EQUAL)
        self.assertNotEqual(
            self.dashboard_of(self.admin).total_revenue, stored.total_revenue
        )

    def changing_orders(self, times):
        """Have an order grow each time that figures were read, this often."""
        source = self.registry["sale.dashboard.source"]
        original = source._read_cores
        order = self.env["sale.order"].search(
            [("company_id", "=", self.company.id), ("state", "=", "sale")]
            + [("date_order", ">=", "2025-03-05"), ("date_order", "<", "2025-03-25")],
            limit=1,
        )
        left = [times]

        def read_and_change(records, *args):
            rows = original(records, *args)
            if left[0]:
                left[0] -= 1
                records.env.cr.execute(
                    "UPDATE sale_order SET amount_untaxed = amount_untaxed + 1"
                    " WHERE id = %s",
                    [order.id],
                )
            return rows

        return patch.object(source, "_read_cores", read_and_change)

    def test_change_between_the_readings(self):
        """A difference that a change explains is none; endless change is no verdict."""
        march = ("--date-from=2025-03-01", "--date-to=2025-03-31")
        march += (f"--company-ids={self.company.id}",)
        with self.changing_orders(1):
            done = self.run_script(self.admin, *march, "--timezone=UTC")
        self.assertExit(done, EQUAL)
        with self.changing_orders(1000):
            done = self.run_script(self.admin, *march, "--timezone=Europe/Kyiv")
        self.assertUnchecked(done, "orders kept changing while they were read")

    def with_metrics(self, *metrics):
        """Have another addon add these."""
        source = self.registry["sale.dashboard.source"]
        return patch.object(source, "_get_metrics", lambda _self: list(metrics))

    def test_metrics_of_other_addons(self):
        """Counted and added up from the records that the server names."""
        big = [("amount_untaxed", ">=", 30)]
        arguments = (
            "--date-from=2025-03-01",
            "--date-to=2025-03-31",
            "--compare=previous_year",
            f"--company-ids={self.company.id},{self.other_company.id}",
        )
        with self.with_metrics(
            Metric("big_orders", "Big", "Big orders", domain=big),
            Metric("big_money", "Money", "Their revenue", "monetary", "revenue", big),
            Metric("largest", "Largest", "Amount", "float", "amount_untaxed:max"),
            Metric(
                "made", "Made", "Created", date_field="create_date", confirmed=False
            ),
        ):
            done = self.run_script(self.admin, *arguments)
            self.assertExit(done, EQUAL)
            stored = self.dashboard_of(self.admin)
            rows = {row["name"]: row for row in stored.metrics}
            self.assertTrue(rows["big_orders"]["value"])
            self.assertTrue(rows["big_money"]["previous_value"])
            for name, text in (("big_orders", "{:d}"), ("big_money", "{:.2f}")):
                row = rows[name]
                self.assertFigure(done, f"metric {name}", text.format(row["value"]))
                previous = text.format(row["previous_value"])
                self.assertFigure(done, f"metric {name} previous", previous)
            rows["big_orders"]["value"] += 1
            rows["big_money"]["previous_value"] -= 0.01
            stored.sudo().metrics = list(rows.values())
            done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, DIFFERS)
        named = re.findall(r"(?m)^DIFFERS: (.*?): stored", done.stdout)
        self.assertEqual(named, ["metric big_orders", "metric big_money previous"])

    def test_metric_that_cannot_be_recomputed(self):
        """It is said, the rest is checked, and the exit status is 2."""
        with self.with_metrics(
            Metric("sellers", "Sellers", "Of them", aggregate="user_id:count_distinct")
        ):
            done = self.run_script(
                self.admin, "--date-from=2025-03-01", "--date-to=2025-03-31"
            )
        self.assertExit(done, UNCHECKED)
        self.assertIn("NOT CHECKED: metric sellers: not recomputable", done.stdout)
        self.assertRegex(done.stdout, r"total_revenue .*\| ok")

    # ------------------------------------------------------------------
    # Different
    # ------------------------------------------------------------------

    def test_tampered_record(self):
        """Any stored figure that is changed is named, and the exit status is 1."""
        stored = self.make_dashboard(
            self.admin, self.company + self.other_company, compare="previous_year"
        )
        line = stored.period_ids.filtered("order_count")[0]
        best = stored.top_customer_ids[0]
        segment = stored.segment_ids[0]
        customer = {**segment.top_customers[0], "order_count": 99}
        factors = {
            str(self.other_company.id): {
                "numerator": 2.0,
                "denominator": 1.0,
                "date": "2025-06-01",
            }
        }
        # Each group is tampered with at once; the names come as the table has them.
        for group in (
            [(stored, {"total_revenue": stored.total_revenue + 0.01}, "total_revenue")],
            [(line, {"revenue": line.revenue - 0.01}, f"period {line.period} revenue")],
            [(best, {"total_revenue": 0.01}, "top customer 1 total_revenue")],
            [
                (
                    stored,
                    {"currency_factors": factors},
                    f"currency_factors of company {self.other_company.id}",
                ),
                (stored, {"total_orders": 99}, "total_orders"),
                (stored, {"average_order_value": 1.0}, "average_order_value"),
                (stored, {"new_customers": 99}, "new_customers"),
                (stored, {"conversion_rate": 12.5}, "conversion_rate"),
                (stored, {"customer_count": 99}, "customer_count"),
                (line, {"partial": True}, f"period {line.period} days"),
                (line, {"order_count": 99}, f"period {line.period} order_count"),
                (best, {"name": "Somebody"}, "top customer 1 is"),
                (best, {"order_count": 99}, "top customer 1 order_count"),
                (best, {"share": 99.0}, "top customer 1 share"),
                (
                    segment,
                    {"customer_count": 99},
                    f"segment {segment.segment_name} customer_count",
                ),
                (
                    segment,
                    {"total_revenue": 0.01},
                    f"segment {segment.segment_name} total_revenue",
                ),
                (
                    segment,
                    {"average_revenue_per_customer": 0.01},
                    f"segment {segment.segment_name} average_revenue_per_customer",
                ),
                (
                    segment,
                    {"top_customers": [customer, *segment.top_customers[1:]]},
                    f"segment {segment.segment_name} top 1",
                ),
            ],
        ):
            names = [name for _record, _values, name in group]
            with self.subTest(figures=names):
                before = [
                    (record, record.sudo().read(list(values), load="")[0])
                    for record, values, _name in group
                ]
                for record, values, _name in group:
                    record.sudo().write(values)
                done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
                self.assertExit(done, DIFFERS)
                self.assertNamed(done, names)
                for record, values in before:
                    values.pop("id")
                    record.sudo().write(values)
        done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, EQUAL)

    def assertNamed(self, done, names):
        """Assert which figures differ, in the order of the table."""
        named = re.findall(r"(?m)^DIFFERS: (.*?): stored", done.stdout)
        self.assertEqual(named, names)
        self.assertIn(f" figures compared, {len(names)} differ", done.stdout)

    def test_tampered_comparison_and_breakdowns(self):
        """What goes beyond the seed is named in the same way."""
        stored = self.make_dashboard(
            self.admin,
            self.company + self.other_company,
            date_from="2025-01-01",
            date_to="2025-12-31",
            period_type="monthly",
            compare="previous_year",
        )
        for dimension in ("product", "category"):
            stored.load_breakdown(dimension)
        line = stored.period_ids.filtered("previous_order_count")[0]
        best, second = stored.top_customer_ids[:2]
        segment = stored.segment_ids[0]
        rows = {(row.dimension, row.key): row for row in stored.breakdown_ids}
        (company, currency, amount, _company_amount), *rates = stored.comparison_rates
        [lacking] = [row for row in stored.warnings if row["code"] == "no_product_line"]
        product = rows["product", str(self.products[0].id)]
        group = f"segment {segment.segment_name}"
        later = stored.compare_end + timedelta(seconds=1)
        cent = {"revenue": 0.01}
        changes = [
            (stored, {"compare_end": later}, "comparison bounds"),
            (stored, {"previous_total_revenue": 0.01}, "previous total_revenue"),
            (stored, {"total_revenue_change": 0.01}, "change total_revenue"),
            (stored, {"previous_new_customers": 99}, "previous new_customers"),
            (stored, {"conversion_rate_comparable": False}, "change conversion_rate"),
            (line, {"new_customers": 99}, f"period {line.period} new_customers"),
            (line, {"converted_orders": 99}, f"period {line.period} converted_orders"),
            (
                line,
                {"previous_date_to": date(2024, 1, 1)},
                f"period {line.period} previous days",
            ),
            (
                line,
                {"previous_revenue": 0.01},
                f"period {line.period} previous revenue",
            ),
            *(
                (
                    line,
                    {f"previous_{name}": 99},
                    f"period {line.period} previous {name}",
                )
                for name in ("created_orders", "conversion_rate")
            ),
            (line, {"revenue_change": 0.01}, f"period {line.period} change"),
            (
                best,
                {"previous_order_count": 99},
                "top customer 1 previous order_count",
            ),
            (best, {"lifetime_revenue": 0.01}, "top customer 1 lifetime revenue"),
            (
                best,
                {"first_order_date": date(2020, 1, 1)},
                "top customer 1 lifetime first_order_date",
            ),
            (
                best,
                {"average_gap_days": 0.1},
                "top customer 1 lifetime average_gap_days",
            ),
            (second, {"rfm_group": "at_risk"}, "top customer 2 rfm"),
            (
                segment,
                {"previous_customer_count": 99},
                f"{group} previous customer_count",
            ),
            (stored, {"hidden_revenue": 1.0}, "hidden_customers total_revenue"),
            (rows["user", str(self.admin.id)], {"name": "X"}, None),
            (rows["team", str(self.team.id)], {"previous_revenue": 0.01}, None),
            (rows["country", ""], cent, None),
            (rows["customer_type", "new"], {"customer_count": 99}, None),
            (rows["rfm_group", "champion"], cent, None),
            (rows["quotation", "expiring"], cent, None),
            (rows["bridge", "volume"], cent, None),
            (product, {"quantity": 0.5}, None),
            (rows["category", "other"], cent, None),
            (
                stored,
                {"comparison_rates": [[company, currency, amount, 1.0], *rates]},
                f"comparison rate of company {company} currency {currency}",
            ),
            (stored, {"currency_effect": 0.01}, "constant_currency currency_effect"),
            (
                stored,
                {"warnings": [{**lacking, "order_count": 99}]},
                "warning no_product_line 1 order_count",
            ),
        ]
        by_rank = ("user", "team", "country", "product", "category")
        names = []
        for record, values, name in changes:
            if name is None:
                row = f"{record.dimension} {record.key}"
                if record.dimension in by_rank:
                    row = f"{record.dimension} {record.rank}"
                [column] = values
                column = column.replace("previous_", "previous ")
                name = f"{row} {'is' if column == 'name' else column}"
            names.append(name)
            record.sudo().write(values)
        # Warnings that are gone differ as well.
        done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, DIFFERS)
        named = re.findall(r"(?m)^DIFFERS: (.*?): stored", done.stdout)
        gone = {name for name in named if name.startswith("warning future_order")}
        self.assertEqual([name for name in named if name not in gone], names)

    def test_missing_and_surplus_lines(self):
        """A line that is gone differs, and so does one that is there twice."""
        stored = self.make_dashboard(self.admin, self.company)
        line = stored.period_ids.filtered("order_count")[0]
        twin = line.sudo().copy()
        done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, DIFFERS)
        name = f"period {line.period} revenue again"
        self.assertIn(f"DIFFERS: {name}: stored {line.revenue:.2f}", done.stdout)
        (line + twin).sudo().unlink()
        done = self.run_script(self.admin, f"--dashboard-id={stored.id}")
        self.assertExit(done, DIFFERS)
        self.assertRegex(done.stdout, r"DIFFERS: period \S+ revenue: stored -,")

    def test_wrong_server_is_found(self):
        """A server that computes wrongly differs even when asked again."""
        source = self.registry["sale.dashboard.source"]
        original = source._read_cores

        def wrong(*args):
            rows, before = original(*args)
            return replace(rows, total=rows.total + Sum(1, 0)), before

        for arguments in (
            ("--date-from=2025-03-01", "--date-to=2025-03-31"),
            # what is compared moves with the clock
            ("--compare=previous_year",),
        ):
            with patch.object(source, "_read_cores", wrong):
                done = self.run_script(
                    self.admin, *arguments, f"--company-ids={self.company.id}"
                )
            self.assertExit(done, DIFFERS)
            self.assertIn("DIFFERS: total_revenue: stored", done.stdout)

    def test_wrong_payload_is_found(self):
        """The payload must say what the record says."""
        dashboard = self.registry["sale.dashboard"]
        original = dashboard._get_payload

        def wrong(records, *args, **kwargs):
            payload = original(records, *args, **kwargs)
            payload["sales_by_period"][3]["order_count"] += 1
            payload["overview"]["previous"]["total_orders"] += 1
            payload["breakdowns"]["bridge"][2]["revenue"] += 1
            return payload

        with patch.object(dashboard, "_get_payload", wrong):
            done = self.run_script(
                self.admin,
                "--date-from=2025-03-01",
                "--date-to=2025-03-31",
                f"--company-ids={self.company.id}",
            )
        self.assertExit(done, DIFFERS)
        self.assertNamed(
            done,
            [
                "payload: previous total_orders",
                "payload: period 2025-03-04 order_count",
                "payload: bridge lost revenue",
            ],
        )

    # ------------------------------------------------------------------
    # Not checked
    # ------------------------------------------------------------------

    def assertUnchecked(self, done, text):
        """Assert exit status 2 and one clear line."""
        self.assertExit(done, UNCHECKED)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("verify_rpc: could not check: ", done.stderr)
        self.assertIn(text, done.stderr)

    @mute_errors
    def test_wrong_login(self):
        """A wrong password is refused and not repeated."""
        secret = "no-such-password"
        for user, given in ((self.admin, secret), ("nobody", secret)):
            done = self.run_script(user, secret=given)
            self.assertUnchecked(done, "login: ")
            self.assertNotIn(secret, done.stderr)

    def test_no_secret(self):
        """Without a password nothing is tried."""
        done = self.run_script(self.admin, secret="")
        self.assertUnchecked(done, "ODOO_PASSWORD is empty")
        done = self.run_script(self.admin, "--password-file=/no/such/file")
        self.assertUnchecked(done, "cannot read the password file")

    def test_unreachable_server(self):
        """No server, and a server that is none of Odoo's."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        done = self.run_script(self.admin, url=url, process=True)
        self.assertUnchecked(done, "Failed to connect")

    @mute_errors
    def test_missing_rights(self):
        """The server's own sentence is passed on."""
        done = self.run_script(self.stranger)
        self.assertUnchecked(done, "sale.dashboard.generate: ")
        self.assertIn("not allowed to access 'Sales Dashboard'", done.stderr)
        stored = self.make_dashboard(self.admin, self.company)
        done = self.run_script(self.salesman, f"--dashboard-id={stored.id}")
        self.assertUnchecked(done, "sale.dashboard.read: ")

    @mute_errors
    def test_refused_request(self):
        """Bad input is refused by the server, with its sentence."""
        done = self.run_script(
            self.admin, "--date-from=2025-03-31", "--date-to=2025-03-01"
        )
        self.assertUnchecked(done, "The period ends (2025-03-01) before it begins")
        done = self.run_script(self.admin, "--top-limit=0")
        self.assertUnchecked(done, "Ask for a whole number from 1 to 1000")

    def test_missing_record(self):
        """A record that is gone is no verdict."""
        done = self.run_script(self.admin, "--dashboard-id=2147483647")
        self.assertUnchecked(done, "no record 2147483647")

    @mute_logger("odoo.addons.sale_dashboard.models.sale_dashboard_builder")
    def test_failed_section(self):
        """What the server could not compute is said; the rest is checked."""
        source = self.registry["sale.dashboard.source"]
        arguments = (
            "--date-from=2025-03-01",
            "--date-to=2025-03-31",
            f"--company-ids={self.company.id}",
        )
        failing = {
            "_read_conversion": ("conversion_rate", "conversion"),
            "_read_new_customers": ("new_customers", "new_customers"),
            "_read_lifetimes": ("top customer 1 lifetime revenue", "lifetime"),
            "_read_last_orders": ("top customer 1 rfm", "rfm"),
            "_read_quotations": ("quotation open revenue", "quotations"),
            "_read_comparison_rates": ("bridge size revenue", "bridge"),
            "_get_no_product_domain": ("warning future_order 1 revenue", "health"),
        }
        with contextlib.ExitStack() as patches:
            for method in failing:
                patches.enter_context(
                    patch.object(source, method, side_effect=ValueError)
                )
            done = self.run_script(self.admin, *arguments)
        self.assertExit(done, UNCHECKED)
        for figure, section in failing.values():
            self.assertRegex(done.stdout, rf"(?m)^{figure} +\| -  .*\| FAILED$")
            self.assertIn(f"FAILED on the server: {section}: ", done.stdout)
        self.assertRegex(done.stdout, r"total_revenue .*\| ok")
        self.assertIn(" figures compared, 0 differ", done.stdout)
        with patch.object(source, "_read_cores", side_effect=ValueError):
            done = self.run_script(self.admin, *arguments, "--timezone=UTC")
        self.assertUnchecked(done, "the server could not compute it: ")

    def test_usage(self):
        """Wrong arguments are exit status 2, too."""
        for argument in (
            "--period-type=hourly",
            "--measure=gross",
            "--compare=yesterday",
            "--date-from=2025-02-30",
            "--company-ids=one",
            "--top-limit=many",
            "--domain=5",
            f"--domain={'[' * 10_000}",
            "--unknown",
            f"--password={PASSWORD}",
        ):
            with self.subTest(argument=argument):
                done = self.run_script(self.admin, argument)
                self.assertExit(done, UNCHECKED)
                self.assertIn("error: ", done.stderr)
        for url in ("localhost:8069", "https://host/odoo", f"http://me:{PASSWORD}@h"):
            with self.subTest(url=url):
                done = self.run_script(self.admin, url=url)
                self.assertExit(done, UNCHECKED)
                self.assertIn("give the address as", done.stderr)
        done = self.run_script(self.admin, "--timezone=Mars/Olympus")
        self.assertUnchecked(done, "unknown time zone 'Mars/Olympus'")


@tagged("post_install", "-at_install")
class TestVerifyRpcFunctions(BaseCase):
    """The pure half of the script, on cases worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = load_script()

    def test_independent(self):
        """The script is a client: it imports nothing of the addon, nor of Odoo."""
        tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
        imported = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                self.assertEqual(node.level, 0)
                imported.add(node.module.partition(".")[0])
        self.assertEqual(
            imported - set(sys.stdlib_module_names), {"httpx", "rich", "zenoo_rpc"}
        )

    def test_day_start(self):
        """Midnights that are missing, double, or come twice a night apart."""
        for zone, day, expected in (
            ("UTC", "2025-06-01", "2025-06-01 00:00:00"),
            ("Europe/Paris", "2025-06-02", "2025-06-01 22:00:00"),
            ("Asia/Kathmandu", "2025-06-02", "2025-06-01 18:15:00"),
            ("America/St_Johns", "2025-06-02", "2025-06-02 02:30:00"),
            # half an hour forward at 02:00
            ("Australia/Lord_Howe", "2025-10-05", "2025-10-04 13:30:00"),
            ("Australia/Lord_Howe", "2025-10-06", "2025-10-05 13:00:00"),
            # 00:00 -> 01:00: the first instant after the gap
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00:00"),
            ("Asia/Beirut", "2025-03-30", "2025-03-29 22:00:00"),
            # 23:30 -> 00:30: midnight lies inside the gap
            ("America/Toronto", "1919-03-31", "1919-03-31 04:30:00"),
            # 01:00 -> 00:00: the earlier midnight
            ("America/Havana", "2025-11-02", "2025-11-02 04:00:00"),
            # 00:01 -> 23:01 of the day before: the earlier midnight
            ("America/St_Johns", "2010-11-07", "2010-11-07 02:30:00"),
            # a day that was left out begins, and ends, with the next
            ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00:00"),
            ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00:00"),
        ):
            with self.subTest(zone=zone, day=day):
                start = self.script.day_start(date.fromisoformat(day), ZoneInfo(zone))
                self.assertEqual(self.script.utc_text(start), expected)

    def test_buckets(self):
        """Dense, ISO weeks, cut at both ends."""
        made = self.script.make_buckets(date(2024, 12, 31), date(2025, 1, 13), "weekly")
        self.assertEqual(
            [(b.period, str(b.date_from), str(b.date_to), b.partial) for b in made],
            [
                ("2024-12-30", "2024-12-31", "2025-01-05", True),
                ("2025-01-06", "2025-01-06", "2025-01-12", False),
                ("2025-01-13", "2025-01-13", "2025-01-13", True),
            ],
        )
        made = self.script.make_buckets(date(2024, 2, 1), date(2024, 4, 1), "monthly")
        self.assertEqual(
            [(b.period, str(b.date_to), b.partial) for b in made],
            [
                ("2024-02", "2024-02-29", False),
                ("2024-03", "2024-03-31", False),
                ("2024-04", "2024-04-01", True),
            ],
        )
        made = self.script.make_buckets(date(2024, 2, 28), date(2024, 3, 1), "daily")
        self.assertEqual(
            [b.period for b in made], ["2024-02-28", "2024-02-29", "2024-03-01"]
        )

    def test_rounding(self):
        """Half away from zero, once, to any rounding."""
        for amount, step, expected in (
            ("0.005", "0.01", "0.01"),
            ("-0.005", "0.01", "-0.01"),
            ("0.0049999999999999999999", "0.01", "0.00"),
            ("2.5", "1", "3"),
            ("-2.5", "1", "-3"),
            ("0.02", "0.05", "0.00"),
            ("0.025", "0.05", "0.05"),
        ):
            rounded = self.script.round_half_away(Fraction(amount), Decimal(step))
            self.assertEqual(str(rounded), expected)

    def test_order_revenue(self):
        """The order's own rate, then the company factor, then one rounding."""
        cent = Decimal("0.01")
        factor = self.script.Factor(Decimal("2"), Decimal("3"), "2025-01-01")
        for amount, rate, used, expected in (
            ("100", "0.5", self.script.Factor(), "200.00"),
            ("100", "0", self.script.Factor(), "100.00"),
            ("1", "3", self.script.Factor(), "0.33"),
            ("-1", "3", self.script.Factor(), "-0.33"),
            ("1", "1", factor, "0.67"),
            ("0.01", "1.3333333333333333", factor, "0.01"),
        ):
            revenue = self.script.order_revenue(
                Decimal(amount), Decimal(rate), used, cent
            )
            self.assertEqual(str(revenue), expected)

    def test_instants(self):
        """A time of day that is missing, or comes twice."""
        for zone, local, expected in (
            ("Europe/Paris", "2025-06-01 10:30:15", "2025-06-01 08:30:15"),
            # 02:00 -> 03:00: the first instant after the gap
            ("Europe/Paris", "2025-03-30 02:30:00", "2025-03-30 01:00:00"),
            # 03:00 -> 02:00: the earlier of the two
            ("Europe/Paris", "2025-10-26 02:30:00", "2025-10-26 00:30:00"),
            ("Australia/Lord_Howe", "2025-10-05 02:10:00", "2025-10-04 15:30:00"),
        ):
            instant = self.script.instant_of(
                datetime.fromisoformat(local), ZoneInfo(zone)
            )
            self.assertEqual(self.script.utc_text(instant), expected)

    def test_comparison_days(self):
        """The first rule that fits wins."""
        today = "2025-05-31"
        for compare, first, last, expected in (
            ("none", "2025-05-01", "2025-05-31", None),
            # whole months, quarters and years
            ("previous_period", "2025-03-01", "2025-03-31", "2025-02-01 2025-02-28"),
            ("previous_period", "2025-05-01", today, "2025-04-01 2025-04-30"),
            ("previous_period", "2025-01-01", "2025-03-31", "2024-10-01 2024-12-31"),
            ("previous_period", "2024-01-01", "2024-12-31", "2023-01-01 2023-12-31"),
            # running ones
            ("previous_period", "2025-04-01", today, "2025-01-01 2025-02-28"),
            ("previous_period", "2025-01-01", today, "2024-01-01 2024-05-31"),
            # neither: as many days
            ("previous_period", "2025-04-01", "2025-05-30", "2025-01-31 2025-03-31"),
            ("previous_period", "2025-03-01", today, "2024-11-29 2025-02-28"),
            ("previous_period", "2025-05-31", today, "2025-05-30 2025-05-30"),
            ("previous_year", "2024-02-29", "2024-02-29", "2023-02-28 2023-02-28"),
            ("same_weekdays", "2025-03-01", "2025-03-02", "2024-03-02 2024-03-03"),
        ):
            days = self.script.comparison_days(
                *map(date.fromisoformat, (first, last)),
                compare,
                date.fromisoformat(today),
            )
            found = " ".join(map(str, days)) if days else None
            self.assertEqual(found, expected, (compare, first, last))

    def test_rfm(self):
        """Scores by how many are strictly better; the groups leave none out."""
        customers = [
            self.script.Customer(number, Decimal(revenue), orders)
            for number, (revenue, orders) in enumerate(
                ((50, 5), (40, 5), (30, 2), (30, 1), (10, 1))
            )
        ]
        days = {0: 0, 1: 9, 2: 0, 3: 20, 4: 30}
        scores = self.script.rfm_scores(customers, days)
        self.assertEqual(
            [tuple(scores[number]) for number in range(5)],
            [(5, 5, 5), (3, 5, 4), (5, 3, 3), (2, 2, 3), (1, 2, 1)],
        )
        self.assertEqual(
            [scores[number].group for number in range(5)],
            ["champion", "loyal", "loyal", "hibernating", "hibernating"],
        )
        for numbers in product(range(1, 6), repeat=3):
            self.assertTrue(self.script.Scores(*numbers).group)

    def test_bridge(self):
        """The parts add up; a cent that is over goes to the largest."""
        found = self.script.ContactSum

        def orders(revenue, count, constant=None):
            constant = revenue if constant is None else constant
            return found(Decimal(revenue), count, Decimal(constant))

        parts = self.script.bridge(
            {1: orders("1.00", 3), 2: orders("5", 1, "6"), 3: orders("7", 1)},
            {1: orders("0.01", 2), 4: orders("3", 1)},
            {2},
            Decimal("0.01"),
        )
        # Volume and size, both half a cent more, are rounded up.
        self.assertEqual(
            {name: float(part) for name, part in parts.items()},
            {
                "new": 6.0,
                "returning": 6.99,
                "lost": -3.0,
                "volume": 0.01,
                "size": 0.99,
                "currency": -1.0,
            },
        )
        self.assertEqual(self.script.bridge({}, {}, set(), Decimal(1))["size"], 0)

    def test_changes(self):
        """Of the absolute base; undefined on zero."""
        for current, previous, expected in (
            (150, 100, 50),
            (0, 100, -100),
            (50, -100, 150),
            (-100, -50, -100),
            (1, 0, None),
        ):
            moved = self.script.change(Decimal(current), Decimal(previous))
            self.assertEqual(moved, expected)

    def test_segments(self):
        """Thresholds at a tenth and three tenths; ties go up; no empty ones."""

        def cut(*revenues):
            customers = [
                self.script.Customer(number, Decimal(revenue), 1)
                for number, revenue in enumerate(revenues)
            ]
            return {
                name: [int(customer.revenue) for customer in members]
                for name, members in self.script.segments(customers)
            }

        self.assertEqual(cut(), {})
        self.assertEqual(cut(5), {"High Value": [5]})
        self.assertEqual(cut(5, 5, 5), {"High Value": [5, 5, 5]})
        self.assertEqual(cut(9, 5), {"High Value": [9], "Medium Value": [5]})
        self.assertEqual(
            cut(9, 5, 3, -1),
            {"High Value": [9], "Medium Value": [5], "Low Value": [3, -1]},
        )
        eleven = cut(*range(30, 8, -2))
        self.assertEqual(eleven["High Value"], [30, 28])
        self.assertEqual(eleven["Medium Value"], [26, 24])
        self.assertEqual(len(eleven["Low Value"]), 7)

    def test_secret_is_masked(self):
        """Even an unexpected error does not show the secret."""
        with (
            patch.dict(os.environ, ODOO_PASSWORD=PASSWORD),
            patch.object(
                self.script, "verify", side_effect=RuntimeError(f"<{PASSWORD}>")
            ),
            patch.object(sys, "stdout"),
            patch.object(sys, "stderr") as stderr,
        ):
            status = self.script.main(
                ["--url=http://localhost:1", "--database=d", "--login=l"]
            )
        self.assertEqual(status, UNCHECKED)
        printed = "".join(str(call.args[0]) for call in stderr.write.call_args_list)
        self.assertIn("RuntimeError: <***>", printed)
        self.assertNotIn(PASSWORD, printed)

    def test_sparkline(self):
        """From zero, or the lowest, to the highest; the means where room is short."""
        ramp = "01234567"
        for values, width, expected in (
            ([0, 1, 2, 7], 80, "0127"),
            ([5, 5], 80, "77"),
            ([0, 0, 0], 80, "000"),
            ([-7, 0], 80, "07"),
            ([0, 0, 2, 4, 7, 7], 3, "037"),
            ([1, 3, 7], 2, "17"),
        ):
            found = self.script.sparkline(values, ramp, width)
            self.assertEqual(found, expected, values)

    def test_names_are_printed_safely(self):
        """A customer's name cannot steer the reader's terminal."""
        self.assertEqual(self.script.printable("a\x1b[31m\nb"), r"a\u001b[31m\u000ab")
