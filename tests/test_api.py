"""The HTTP API over real requests: what it answers, in which form, and to whom."""

import csv
import io
import json
import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import openpyxl

from odoo import fields
from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.test_cursor import TestCursor
from odoo.tools import mute_logger

from ..engine.addresses import ADDRESSES, ROOT
from ..engine.schemas import PROVENANCE
from ..models.sale_dashboard import SaleDashboard
from .common import DashboardCase

DASHBOARD = f"{ROOT}/dashboard"
JUNE = "start_date=2025-06-01&end_date=2025-06-30"
UNALIKE = ("id", "generated_at", "expires_at", "duration_ms")

READS_ORDERS = re.compile(r"\bsale_order(_line)?\b").search

mute = mute_logger("odoo.http", "odoo.addons.base.models.ir_model")


class ApiCase(DashboardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_order(100, user_id=cls.viewer.id)
        cls.make_order(50, at="2025-05-10 10:00:00")
        cls.make_order(10, confirm=False)

    def get(self, query=JUNE, user=None, address="dashboard", method="GET", **headers):
        """A request of a user with an API key; without one, anonymous."""
        key = self.make_key(user) if user else None
        return self.get_with_key(query, key, address, method, **headers)

    def get_with_key(self, query, key, address="dashboard", method="GET", **headers):
        if not address.startswith("/"):
            address = f"{ROOT}/{address}"
        if key:
            headers["Authorization"] = f"Bearer {key}"
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        self.env.flush_all()
        # The client's own default would say that it accepts anything.
        headers.setdefault("Accept", None)
        return self.url_open(
            f"{address}?{query}",
            headers=headers,
            method=method,
            allow_redirects=False,
            timeout=60,
        )

    def make_key(self, user):
        if user not in self.keys:
            self.keys[user] = (
                self.env["res.users.apikeys"]
                .with_user(user)
                ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
            )
        return self.keys[user]

    def setUp(self):
        super().setUp()
        self.keys = {}

    def assertProblem(self, response, status, parameter=None):
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        problem = response.json()
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"] and problem["detail"])
        self.assertEqual(problem.get("parameter"), parameter)
        self.assertNotIn("Traceback", response.text)
        self.assertEqual("WWW-Authenticate" in response.headers, status == 401)
        return problem

    @staticmethod
    def watch(target, name, note):
        """Call ``note`` with the arguments of every call of a method."""
        original = getattr(target, name)

        def method(*arguments, **options):
            note(*arguments, **options)
            return original(*arguments, **options)

        return patch.object(target, name, method)

    def listing_queries(self, queries):
        """Every statement that the server's threads run goes to the list."""

        def note(_cursor, query, *_arguments, **_options):
            queries.append(query if isinstance(query, str) else query.code)

        self.env.flush_all()
        return self.watch(Cursor, "execute", note)

    def listing_computations(self, computations):
        return self.watch(
            SaleDashboard,
            "_compute_answer",
            lambda dashboards, _scope: computations.append(dashboards.env.uid),
        )


@tagged("post_install", "-at_install")
class TestApi(ApiCase):
    """What is answered."""

    def test_a_session_and_a_key_get_the_same(self):
        self.viewer.password = "dashboard_viewer"
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        response = self.get()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/json")
        self.assertNotIn("Set-Cookie", response.headers)
        payload = response.json()
        self.assertEqual(payload["overview"]["total_revenue"], 100.0)
        self.logout()
        self.opener.cookies.clear()
        again = self.get(user=self.viewer)
        self.assertEqual(again.content, response.content)
        self.assertEqual(again.headers["ETag"], response.headers["ETag"])

    def test_it_is_what_rpc_answers(self):
        payload = self.get(user=self.viewer).json()
        over_rpc = self.dashboards().browse(payload["id"])._get_payload(undefined=None)
        del over_rpc["cache_info"]
        self.assertEqual(payload, json.loads(json.dumps(over_rpc)))

    def test_every_parameter_is_obeyed(self):
        team = self.env["crm.team"].create({"name": "T"})
        partner = self.env["res.partner"].create({"name": "P"})
        self.make_order(7, team_id=team.id, partner=partner)
        ids = {"team_ids": team.id, "partner_ids": partner.id}
        for name, record_id in ids.items():
            payload = self.get(f"{JUNE}&{name}={record_id}", self.viewer).json()
            self.assertEqual(payload["overview"]["total_revenue"], 7.0, name)
        query = f"{JUNE}&user_ids={self.viewer.id}"
        payload = self.get(query, self.viewer).json()
        self.assertEqual(payload["overview"]["total_revenue"], 100.0)
        query = f'{JUNE}&domain=[["amount_untaxed","<",50]]&compare=none'
        payload = self.get(query, self.viewer).json()
        self.assertEqual(payload["overview"]["total_revenue"], 7.0)
        self.assertIsNone(payload["comparison"])
        query = (
            f"{JUNE}&period_type=monthly&measure=total&top_limit=1&timezone=Asia/Tokyo"
        )
        payload = self.get(query, self.viewer).json()
        self.assertEqual(
            [one["period"] for one in payload["sales_by_period"]], ["2025-06"]
        )
        self.assertEqual(payload["measure"], "total")
        self.assertEqual(len(payload["top_customers"]), 1)
        self.assertEqual(payload["timezone"], "Asia/Tokyo")

    def test_refresh_computes_anew(self):
        first = self.get(user=self.viewer).json()
        self.assertEqual(self.get(user=self.viewer).json(), first)
        again = self.get(f"{JUNE}&refresh=true", self.viewer).json()
        self.assertGreater(again["id"], first["id"])

    def test_every_section_is_a_part_of_the_whole(self):
        whole = self.get(user=self.viewer).json()
        for name, address in ADDRESSES.items():
            if not address.part:
                continue
            with self.subTest(address=name):
                part = self.get(user=self.viewer, address=name).json()
                self.assertEqual(set(part), {address.part, *PROVENANCE})
                content = whole[address.part]
                if address.dimension and not address.on_demand("json"):
                    content = {
                        address.dimension: content.get(address.dimension, []),
                    }
                if address.on_demand("json"):
                    [[row]] = part["breakdowns"].values()
                    self.assertEqual(row["revenue"], 100.0)
                else:
                    self.assertEqual(part[address.part], content)
                self.assertEqual(part["id"], whole["id"])
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 1)

    def test_companies(self):
        second = self.make_company("Second SA", self.eur)
        self.viewer.company_ids += second
        query = f"{JUNE}&company_ids={second.id},{self.company.id}"
        payload = self.get(query, self.viewer).json()
        self.assertEqual(payload["company_ids"], [second.id, self.company.id])
        self.assertEqual(payload["currency"], "EUR")
        payload = self.get(user=self.viewer).json()
        self.assertEqual(payload["company_ids"], self.company.ids)
        third = self.make_company("Third SA", self.eur)
        for bad in (f"{third.id}", "one", "", f"{second.id},", "999999999"):
            response = self.get(f"{JUNE}&company_ids={bad}", self.viewer)
            self.assertProblem(response, 400, "company_ids")

    def test_texts_are_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["sale_dashboard"], ["fr_FR"])
        self.viewer.lang = "fr_FR"
        # Without a time zone, there is a warning.
        self.viewer.tz = False
        answers = [
            self.get(user=self.viewer, Accept_Language=language).content
            for language in ("de-DE", "en")
        ]
        self.assertEqual(*answers)
        self.assertIn(
            "fuseau horaire", json.loads(answers[0])["warnings"][0]["message"]
        )

    def test_targets(self):
        self.env["sale.dashboard.target"].create(
            {"company_id": self.company.id, "month": "2025-06-01", "amount": 400}
        )
        response = self.get("month=2025-06", self.viewer, "targets")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("ETag", response.headers)
        [target] = response.json()["targets"]
        self.assertEqual((target["reached"], target["share"]), (100.0, 25.0))
        over_rpc = self.dashboards()._get_targets("2025-06", undefined=None)
        self.assertEqual(response.json(), json.loads(json.dumps(over_rpc)))
        with mute:
            for query, parameter in (
                ("month=June", "month"),
                ("month=2025-06&timezone=Mars", "timezone"),
                ("start_date=2025-06-01", "start_date"),
            ):
                response = self.get(query, self.viewer, "targets")
                self.assertProblem(response, 400, parameter)

    def test_cache_info(self):
        before = self.get("", self.viewer, "cache_info").json()
        self.get(user=self.viewer)
        self.get(user=self.viewer)
        after = self.get("", self.viewer, "cache_info").json()
        self.assertEqual(after["hits"] - before["hits"], 1)
        self.assertEqual(after["misses"] - before["misses"], 1)

    @mute
    def test_domains_beyond_measure(self):
        leaf = '["id","=",1]'
        for domain in (
            f"[{'%22!%22,' * 3000}{leaf}]",
            f"[{'%22|%22,%22%26%22,' * 300}{','.join([leaf] * 601)}]",
        ):
            response = self.get(f"{JUNE}&domain={domain}", self.viewer)
            self.assertIn(response.status_code, (200, 400))
            if response.status_code == 400:
                self.assertProblem(response, 400, "domain")

    @mute
    def test_bad_input_names_the_parameter(self):
        second = self.make_company("Second Inc", self.usd)
        foreign = self.env["crm.team"].create({"name": "T", "company_id": second.id})
        for query, parameter in (
            ("", "start_date"),
            ("start_date=2025-06-01", "end_date"),
            ("start_date=&end_date=2025-06-30", "start_date"),
            ("start_date=June&end_date=2025-06-30", "start_date"),
            ("start_date=%FF%00&end_date=2025-06-30", "start_date"),
            ("start_date=2025-07-01&end_date=2025-06-30", "start_date"),
            ("start_date=2025-06-01&end_date=2025-06-31", "end_date"),
            (f"{JUNE}&start_date=2025-06-01", "start_date"),
            (f"{JUNE}&period_type=hourly", "period_type"),
            (f"{JUNE}&compare=last_decade", "compare"),
            (f"{JUNE}&measure=margin", "measure"),
            (f"{JUNE}&top_limit=ten", "top_limit"),
            (f"{JUNE}&top_limit=1001", "top_limit"),
            (f"{JUNE}&timezone=Mars", "timezone"),
            (f"{JUNE}&refresh=maybe", "refresh"),
            (f"{JUNE}&team_ids=1,x", "team_ids"),
            (f"{JUNE}&team_ids={foreign.id}", "team_ids"),
            (f"{JUNE}&user_ids=987654321", "user_ids"),
            (f"{JUNE}&partner_ids=9999999999", "partner_ids"),
            (f"{JUNE}&domain=state", "domain"),
            (f"{JUNE}&domain=5", "domain"),
            (f'{JUNE}&domain=[["no_such_field","=",1]]', "domain"),
            (f'{JUNE}&domain=[["name","=","%5Cu0000"]]', "domain"),
            (f"{JUNE}&domain={'[' * 900}{']' * 900}", "domain"),
            (f'{JUNE}&domain=[["amount_untaxed","=","ten"]]', "domain"),
            (f"{JUNE}&colour=red", "colour"),
            (f"{JUNE}&date_from=2025-06-01", "date_from"),
        ):
            with self.subTest(query=query[:80]):
                self.assertProblem(self.get(query, self.viewer), 400, parameter)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)


@tagged("post_install", "-at_install")
class TestApiForms(ApiCase):
    """In which form, and with which headers."""

    def test_tables_by_ending_and_by_accept(self):
        payload = self.get(user=self.viewer, address="top_customers").json()
        [customer] = payload["top_customers"]
        by_ending = self.get(user=self.viewer, address="top_customers.csv")
        by_accept = self.get(
            user=self.viewer,
            address="top_customers",
            Accept="text/csv, application/json;q=0.5",
        )
        self.assertEqual(by_ending.content, by_accept.content)
        self.assertIn("Accept,", by_accept.headers["Vary"])
        self.assertNotIn("Accept,", by_ending.headers["Vary"])
        for response in (by_ending, by_accept):
            self.assertTrue(response.headers["Content-Type"].startswith("text/csv"))
            self.assertIn(".csv", response.headers["Content-Disposition"])
        rows = list(csv.reader(io.StringIO(by_ending.content.decode("utf-8-sig"))))
        self.assertIn(customer["name"], rows[1])

    def test_every_table_in_every_form(self):
        for name, address in ADDRESSES.items():
            for form in set(address.formats) - {"pdf"}:
                if not address.stored:
                    continue
                with self.subTest(address=name, form=form):
                    response = self.get(user=self.viewer, address=f"{name}.{form}")
                    self.assertEqual(response.status_code, 200)
                    self.assertTrue(response.content)
                    again = self.get(
                        user=self.viewer,
                        address=f"{name}.{form}",
                        If_None_Match=response.headers["ETag"],
                    )
                    self.assertEqual(again.status_code, 304)

    def test_equal_tags_equal_bytes(self):
        for address in ("dashboard.json", "teams.csv", "dashboard.xlsx"):
            first, second = (
                self.get(user=self.viewer, address=address) for _turn in range(2)
            )
            self.assertEqual(first.headers["ETag"], second.headers["ETag"])
            self.assertEqual(first.content, second.content, address)

    def test_a_workbook(self):
        response = self.get(user=self.viewer, address="dashboard.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        values = {
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row
        }
        self.assertIn(100, values)

    @mute
    def test_a_server_that_makes_no_pdf(self):
        reports = self.registry["ir.actions.report"]
        with patch.object(reports, "get_wkhtmltopdf_state", lambda _reports: "install"):
            response = self.get(user=self.viewer, address="dashboard.pdf")
        problem = self.assertProblem(response, 501)
        self.assertIn("wkhtmltopdf", problem["detail"])

    @mute
    def test_what_is_not_there(self):
        for address in (
            "nothing",
            "dashboard.csv",
            "targets.xlsx",
            "teams.html",
            "teams.CSV",
            "teams/1",
            "overview.json.json",
            "/sale_dashboard/api",
            "/sale_dashboard/api/",
            "/sale_dashboard/api/v2/dashboard",
            "/sale_dashboard/api//v1//nothing",
            "/sale_dashboard/api/v1/../nothing",
        ):
            with self.subTest(address=address):
                response = self.get(user=self.viewer, address=address)
                self.assertProblem(response, 404)

    def test_slashes(self):
        for address in (f"{ROOT}/overview/", f"{ROOT}//overview"):
            response = self.get(user=self.viewer, address=address)
            self.assertEqual(response.status_code, 200)

    @mute
    def test_not_acceptable(self):
        for address, accept in (
            ("dashboard", "text/csv"),
            ("teams", "text/html"),
            ("teams", "application/json;q=0"),
            ("changes", "application/pdf"),
        ):
            response = self.get(user=self.viewer, address=address, Accept=accept)
            problem = self.assertProblem(response, 406)
            self.assertIn("application/json", problem["available"])

    @mute
    def test_methods(self):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            for address in ("dashboard", "openapi.json"):
                response = self.get(user=self.viewer, address=address, method=method)
                self.assertProblem(response, 405)
                self.assertEqual(response.headers["Allow"], "GET, HEAD")
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)

    def test_head(self):
        for address in ("dashboard", "teams.csv", "targets", "openapi.json"):
            query = JUNE if ADDRESSES.get(address.partition(".")[0]) else ""
            query = "" if address == "targets" else query
            got = self.get(query, self.viewer, address)
            head = self.get(query, self.viewer, address, method="HEAD")
            self.assertEqual(head.status_code, 200)
            self.assertFalse(head.content)
            for name in set(got.headers) - {"Date"}:
                self.assertEqual(head.headers.get(name), got.headers[name], name)

    def test_headers_of_an_answer(self):
        response = self.get(user=self.viewer)
        self.assertEqual(response.headers["Cache-Control"], "private, no-cache")
        self.assertEqual(
            response.headers["Vary"], "Accept, Authorization, Cookie, X-Odoo-Database"
        )
        self.assertRegex(
            response.headers["ETag"], r'^"\d+-[0-9a-f]{16}\.[0-9a-f]{32}"$'
        )
        self.assertIn(response.json()["change_token"], response.headers["ETag"])


@tagged("post_install", "-at_install")
class TestApiFreshness(ApiCase):
    """Tags, tokens and cursors."""

    def test_an_unchanged_answer_reads_no_order(self):
        filtered = (
            f"{JUNE}&team_ids={self.env['crm.team'].search([], limit=1).id}"
            f"&partner_ids={self.customer.id}"
            '&domain=[["amount_untaxed","<",500]]'
        )
        for address, query in (
            ("dashboard", JUNE),
            ("dashboard", filtered),
            ("overview", JUNE),
            ("products", JUNE),
            ("top_customers.csv", JUNE),
        ):
            with self.subTest(address=address):
                tag = self.get(query, self.viewer, address).headers["ETag"]
                queries = []
                with self.listing_queries(queries):
                    response = self.get(query, self.viewer, address, If_None_Match=tag)
                self.assertEqual(response.status_code, 304)
                self.assertFalse(response.content)
                self.assertEqual(response.headers["ETag"], tag)
                self.assertIn("Vary", response.headers)
                self.assertEqual(list(filter(READS_ORDERS, queries)), [])
                self.assertTrue(any("sale_dashboard_change" in one for one in queries))

    def test_a_change_makes_another_tag(self):
        tag = self.get(user=self.viewer).headers["ETag"]
        self.make_order(1)
        response = self.get(user=self.viewer, If_None_Match=tag)
        self.assertEqual(response.status_code, 200)
        self.assertNotEqual(response.headers["ETag"], tag)
        self.assertEqual(response.json()["overview"]["total_revenue"], 101.0)
        for known in (f"W/{response.headers['ETag']}", "*"):
            again = self.get(user=self.viewer, If_None_Match=known)
            self.assertEqual(again.status_code, 304)

    def test_a_tag_is_of_one_request_and_one_reader(self):
        second = self.make_company("Second SA", self.eur)
        self.viewer.company_ids += second
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        self.env["res.lang"]._activate_lang("fr_FR")
        tags = [
            self.get(*arguments, address=address).headers["ETag"]
            for *arguments, address in (
                (JUNE, self.viewer, "dashboard"),
                (JUNE, self.viewer, "overview"),
                (JUNE, self.viewer, "overview.csv"),
                (JUNE, self.viewer, "overview.xlsx"),
                (JUNE, other, "dashboard"),
                (f"{JUNE}&measure=total", self.viewer, "dashboard"),
                (f"{JUNE}&timezone=UTC", self.viewer, "dashboard"),
                (f"{JUNE}&company_ids={second.id}", self.viewer, "dashboard"),
                (
                    f"{JUNE}&company_ids={self.company.id},{second.id}",
                    self.viewer,
                    "dashboard",
                ),
                (
                    f"{JUNE}&company_ids={second.id},{self.company.id}",
                    self.viewer,
                    "dashboard",
                ),
            )
        ]
        self.viewer.lang = "fr_FR"
        tags.append(self.get(user=self.viewer).headers["ETag"])
        self.viewer.group_ids -= self.env.ref("sales_team.group_sale_manager")
        self.viewer.group_ids += self.env.ref("sales_team.group_sale_salesman")
        tags.append(self.get(user=self.viewer).headers["ETag"])
        # The figures of one day are not those of the next.
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        with patch.object(fields.Datetime, "now", lambda: tomorrow):
            tags.append(self.get(user=self.viewer).headers["ETag"])
        self.assertEqual(len(set(tags)), len(tags))
        known = ", ".join(tags)
        response = self.get(user=other, If_None_Match=known)
        self.assertEqual(response.status_code, 200)
        known += f", {response.headers['ETag']}"
        response = self.get(user=other, If_None_Match=known)
        self.assertEqual(response.status_code, 304)

    def test_a_fresh_answer_is_only_read(self):
        self.get(user=self.viewer, address="products")
        for address in ("dashboard", "teams", "products", "overview.csv"):
            with self.subTest(address=address), self.watching_cursors() as cursors:
                computations = []
                with self.listing_computations(computations):
                    response = self.get(user=self.viewer, address=address)
                self.assertEqual(response.status_code, 200)
                self.assertEqual(set(cursors), {"read-only"})
                self.assertEqual(computations, [])

    def test_a_stale_answer_is_computed_once(self):
        for address in ("dashboard", "products"):
            self.make_order(1)
            with self.subTest(address=address), self.watching_cursors() as cursors:
                computations = []
                with self.listing_computations(computations):
                    response = self.get(user=self.viewer, address=address)
                self.assertEqual(response.status_code, 200)
                self.assertEqual(computations, [self.viewer.id])
                self.assertEqual(cursors, ["read-only", "writable"])

    @contextmanager
    def watching_cursors(self):
        """The kinds of cursor that the server opens in the body, in their order."""
        cursors = []

        def note(_cursor, _real, _lock, readonly):
            cursors.append("read-only" if readonly else "writable")

        with self.watch(TestCursor, "__init__", note):
            yield cursors

    def test_a_replica_that_is_behind_is_not_asked(self):
        tag = self.get(user=self.viewer).headers["ETag"]
        count, rest = tag.strip('"').split("-", 1)
        newer = f'"{int(count) + 1}-{rest}"'
        dashboards = self.dashboards().with_context(tz=self.viewer.tz, lang="en_US")
        request = {"date_from": "2025-06-01", "date_to": "2025-06-30"}
        self.assertTrue(dashboards._find_answer(**request))
        token = newer.strip('"').rpartition(".")[0]
        self.assertFalse(dashboards._find_answer(token, **request))
        with self.watching_cursors() as cursors:
            response = self.get(user=self.viewer, If_None_Match=newer)
        self.assertEqual(response.status_code, 200)
        self.assertIn("writable", cursors)

    def test_changes(self):
        token = self.get(user=self.viewer).json()["change_token"]
        unchanged = {"changed": False, "change_token": token}
        self.assertEqual(self.changes(token).json(), unchanged)
        self.assertEqual(self.dashboards().changed_since(token), unchanged)
        self.make_order(1)
        answer = self.changes(token).json()
        self.assertTrue(answer["changed"])
        self.assertNotEqual(answer["change_token"], token)
        self.assertFalse(self.changes(answer["change_token"]).json()["changed"])
        self.assertEqual(self.changes(token).headers["Cache-Control"], "no-store")

    def changes(self, token, user=None):
        return self.get(f"since={token}", user or self.viewer, "changes")

    def test_changes_are_one_query(self):
        token = self.get(user=self.viewer).json()["change_token"]
        dashboards = self.dashboards()
        dashboards.changed_since(token)
        with self.assertQueryCount(1):
            dashboards.changed_since(token)
        queries = [[], []]
        for listed in queries:
            self.changes(token)
            with self.listing_queries(listed), self.watching_cursors() as cursors:
                self.assertEqual(self.changes(token).status_code, 200)
            self.assertEqual(cursors, ["read-only"])
            self.assertFalse(list(filter(READS_ORDERS, listed)))
            for _number in range(5):
                self.make_order(1)
        self.assertEqual(*map(len, queries))

    @mute
    def test_bad_tokens(self):
        for token in ("", "5", "x-y", "1-00", "1-00000000000000aa%20", "-1-0"):
            self.assertProblem(self.changes(token), 400, "since")
        self.assertProblem(self.get("", self.viewer, "changes"), 400, "since")


@tagged("post_install", "-at_install")
class TestApiRights(ApiCase):
    """Attempts to break in, one by one."""

    def setUp(self):
        super().setUp()
        self.viewer.password = "dashboard_viewer"
        self.start = self.env["sale.dashboard"].search_count([])

    def tearDown(self):
        self.assertEqual(self.env["sale.dashboard"].search_count([]), self.start)
        super().tearDown()

    def assertRefused(self, status, **options):
        """Wherever something is, it is refused."""
        for address, query in (
            ("dashboard", JUNE),
            ("teams.csv", JUNE),
            ("dashboard.xlsx", JUNE),
            ("targets", ""),
            ("changes", "since=1-00000000000000aa"),
            ("cache_info", ""),
        ):
            with self.subTest(address=address):
                response = self.get_with_key(query, address=address, **options)
                self.assertProblem(response, status)

    @mute
    def test_anonymous(self):
        self.assertRefused(401, key=None)
        self.assertRefused(401, key="not-a-key")
        self.assertRefused(401, key=None, Authorization="Basic YWRtaW46YWRtaW4=")
        self.assertRefused(401, key=None, Authorization="Bearer")
        response = self.get("", address="nothing")
        self.assertProblem(response, 401)

    @mute
    def test_a_bad_key_beside_a_good_session(self):
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        self.assertRefused(401, key="not-a-key")
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        self.assertRefused(401, key=self.make_key(other))

    @mute
    def test_keys_that_are_no_more(self):
        key = self.make_key(self.viewer)
        keys = self.env["res.users.apikeys"].search([("user_id", "=", self.viewer.id)])
        self.assertEqual(self.get_with_key("", key, "cache_info").status_code, 200)
        keys.sudo().expiration_date = fields.Datetime.now() - timedelta(days=1)
        self.env.flush_all()
        self.assertRefused(401, key=key)
        keys.sudo().expiration_date = fields.Datetime.now() + timedelta(days=1)
        self.viewer.active = False
        self.env.flush_all()
        self.assertRefused(401, key=key)
        self.viewer.active = True
        keys.with_user(self.viewer)._remove()
        self.assertRefused(401, key=key)

    @mute
    def test_a_session_that_is_no_more(self):
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        self.assertEqual(self.get("", address="cache_info").status_code, 200)
        self.viewer.password = "another"
        self.env.flush_all()
        self.assertRefused(401, key=None)

    @mute
    def test_outsiders(self):
        for login, group in (
            ("dashboard_portal", "base.group_portal"),
            ("dashboard_employee", "base.group_user"),
        ):
            user = new_test_user(
                self.env,
                login=login,
                groups=group,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            if group == "base.group_user":
                self.assertRefused(403, key=self.make_key(user))
            self.authenticate(login, login)
            self.assertRefused(403, key=None)
            # Nothing is told of what is wrong with the request, either.
            response = self.get("colour=red")
            self.assertProblem(response, 403)
            self.logout()
            self.opener.cookies.pop("session_id", None)

    @mute
    def test_companies_of_others(self):
        other = self.make_company("Other Inc", self.usd)
        user = self.make_user(
            "dashboard_other", "sales_team.group_sale_manager", companies=other
        )
        for query in (
            f"{JUNE}&company_ids={self.company.id}",
            f"{JUNE}&company_ids={other.id},{self.company.id}",
        ):
            self.assertProblem(self.get(query, user), 400, "company_ids")
        # A cookie of Odoo's page does not widen it.
        key = self.make_key(user)
        self.opener.cookies.set("cids", str(self.company.id))
        payload = self.get_with_key(JUNE, key).json()
        self.assertEqual(payload["company_ids"], other.ids)
        self.assertEqual(payload["overview"]["total_orders"], 0)
        self.start += 1

    @mute
    def test_what_may_not_be_searched_for(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        query = f'{JUNE}&domain=[["create_uid.totp_secret","!=",false]]'
        self.assertProblem(self.get(query, salesman), 403)

    def test_each_reads_his_own(self):
        salesman = self.make_user("dashboard_own", "sales_team.group_sale_salesman")
        revenues = {}
        for user in (self.viewer, salesman):
            for _turn in range(2):
                payload = self.get(user=user).json()
            revenues[user] = payload["overview"]["total_revenue"]
            dashboard = self.env["sale.dashboard"].browse(payload["id"])
            self.assertEqual(dashboard.create_uid, user)
        self.assertEqual(list(revenues.values()), [100.0, 0.0])
        self.start += 2

    @mute_logger("odoo.http", "odoo.addons.sale_dashboard.controllers.problem")
    def test_nothing_is_told_of_a_failure(self):
        def fail(*_arguments, **_options):
            raise RuntimeError("the reason")

        with patch.object(SaleDashboard, "_compute_answer", fail):
            response = self.get(user=self.viewer)
        self.assertProblem(response, 500)
        self.assertNotIn("reason", response.text)
