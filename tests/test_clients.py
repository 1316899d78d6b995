"""What programs read: the same over every protocol, with the clients people use."""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from xmlrpc.client import Fault, ServerProxy

import requests

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import DashboardCase
from .test_bad_input import BAD

EXAMPLES = Path(__file__).parents[1] / "readme" / "examples"
PASSWORD = "a-secret-of-the-tests"
JUNE = {"date_from": "2025-06-01", "date_to": "2025-06-30"}
PROTOCOLS = ("jsonrpc", "xmlrpc", "json2")
#: 100.10 + 33.33 + 0.01 + 50 EUR at 0.9
REVENUE = Decimal("189.00")
#: What each protocol calls what went wrong.
KINDS = {
    "refused": ("odoo.exceptions.ValidationError", 2, 422),
    "forbidden": ("odoo.exceptions.AccessError", 4, 403),
    "denied": ("odoo.exceptions.AccessDenied", 3, 401),
    "no method": ("builtins.AttributeError", 1, 404),
    "wrong call": ("builtins.TypeError", 1, 422),
}
#: Of test_bad_input.BAD, what a protocol has no words for: JSON has no infinity, XML no
#: character of the number 0.
UNSPEAKABLE = {
    "jsonrpc": "not finite",
    "xmlrpc": "no text can have",
    "json2": "not finite",
}
# Odoo calls both protocols deprecated, at each call.
mute_rpc = mute_logger(
    "odoo.addons.rpc.controllers.jsonrpc", "odoo.addons.rpc.controllers.xmlrpc"
)
# Errors that a test provokes on the server.
mute_errors = mute_logger(
    "odoo.http",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.res_users",
)


class Refused(Exception):
    """The server answered with an error.

    :param kind: its name over JSON-RPC, fault code over XML-RPC, status over JSON-2
    """

    def __init__(self, kind, sentence):
        super().__init__(sentence)
        self.kind = kind


class ClientsCase(DashboardCase, HttpCase):
    """Three customers with orders in two currencies, and ways to read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_rate(cls.eur, "2025-01-01", 0.9)
        second, third = cls.env["res.partner"].create(
            [{"name": "Büro & Söhne"}, {"name": "Chez <Paul>"}]
        )
        cls.make_order(100.10)
        cls.make_order(33.33, at="2025-06-11 10:00:00", partner=second)
        cls.make_order(0.01, at="2025-06-12 10:00:00", partner=second)
        cls.make_order(50, at="2025-06-13 10:00:00", partner=third, currency=cls.eur)
        cls.make_order(70, at="2025-05-13 10:00:00", partner=third)
        cls.viewer.password = PASSWORD
        cls.viewer.group_ids += cls.env.ref("base.group_allow_export")
        cls.key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.viewer)
            ._generate("rpc", "clients", fields.Datetime.now() + timedelta(days=1))
        )

    def setUp(self):
        super().setUp()
        self.enterContext(self.allow_requests(all_requests=True))
        self.enterContext(mute_rpc)
        self.http = self.enterContext(requests.Session())
        self.http.trust_env = False  # no proxy to this machine
        self.env.flush_all()
        self.env.cr.clear()

    # ------------------------------------------------------------------
    # The protocols
    # ------------------------------------------------------------------

    def call(self, protocol, model, method, ids=None, secret=None, **arguments):
        """Call a method over a protocol; see :class:`Refused` for errors."""
        secret = secret or self.key
        call = getattr(self, f"_call_{protocol}")
        return call(secret, model, method, ids, arguments)

    def _call_jsonrpc(self, secret, model, method, ids, arguments):
        args = [] if ids is None else [ids]
        params = {
            "service": "object",
            "method": "execute_kw",
            "args": [
                *(get_db_name(), self.viewer.id, secret, model, method),
                *(args, arguments),
            ],
        }
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        response = self.http.post(f"{self.base_url()}/jsonrpc", json=body, timeout=60)
        answer = response.json()
        if "error" in answer:
            data = answer["error"]["data"]
            raise Refused(data["name"], data["message"])
        return answer["result"]

    def _call_xmlrpc(self, secret, model, method, ids, arguments):
        server = ServerProxy(f"{self.base_url()}/xmlrpc/2/object", allow_none=True)
        args = [] if ids is None else [ids]
        try:
            return server.execute_kw(
                *(get_db_name(), self.viewer.id, secret, model, method),
                *(args, arguments),
            )
        except Fault as fault:
            raise Refused(fault.faultCode, fault.faultString) from fault

    def _call_json2(self, secret, model, method, ids, arguments):
        response = self.http.post(
            f"{self.base_url()}/json/2/{model}/{method}",
            json=arguments if ids is None else {"ids": ids, **arguments},
            headers={
                "Authorization": f"bearer {secret}",
                "X-Odoo-Database": get_db_name(),
            },
            timeout=60,
        )
        answer = response.json()
        if not response.ok:
            raise Refused(response.status_code, answer["message"])
        return answer

    def assertRefused(self, protocol, kind, method, ids=None, secret=None, **arguments):
        """Assert which kind of error a call ends in; return its sentence."""
        with self.assertRaises(Refused) as caught:
            self.call(protocol, "sale.dashboard", method, ids, secret, **arguments)
        expected = KINDS[kind][PROTOCOLS.index(protocol)]
        self.assertEqual(caught.exception.kind, expected, caught.exception)
        return str(caught.exception)

    # ------------------------------------------------------------------
    # The clients
    # ------------------------------------------------------------------

    def run_example(self, name, *days, **secrets):
        """Run a program of the documentation, as it stands.

        :param secrets: what of the environment is secret, if not only the password
        """
        program = {
            ".py": sys.executable,
            ".js": shutil.which("node"),
            ".sh": shutil.which("sh"),
        }[Path(name).suffix]
        return subprocess.run(
            [program, str(EXAMPLES / name), *(days or JUNE.values())],
            env={
                **os.environ,
                "NO_PROXY": "*",
                "PYTHONIOENCODING": "utf-8",
                "ODOO_URL": self.base_url(),
                "ODOO_DATABASE": get_db_name(),
                "ODOO_LOGIN": self.viewer.login,
                **(secrets or {"ODOO_PASSWORD": PASSWORD}),
            },
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def read_example(self, name, **secrets):
        """What an example reads: the revenue, and that of each customer by name."""
        done = self.run_example(name, **secrets)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        if name.endswith(".sh"):
            payload = json.loads(done.stdout, parse_float=Decimal)
            customers = payload["top_customers"]
            return payload["overview"]["total_revenue"], {
                customer["name"]: customer["total_revenue"] for customer in customers
            }
        lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
        lines = lines[[line[-1] for line in lines].index("USD") :]
        (revenue, _currency), *customers = lines
        return Decimal(revenue), {name: Decimal(amount) for amount, name in customers}


@tagged("post_install", "-at_install")
class TestClients(ClientsCase):
    """Real clients, each from its registry, each a process of its own."""

    def assertReads(self, example, **secrets):
        """Assert that an example reads the figures, given a password or a key."""
        revenue, customers = self.read_example(example, **secrets)
        self.assertEqual(revenue, REVENUE)
        self.assertEqual(
            customers,
            {
                "Azure": Decimal("100.1"),
                "Chez <Paul>": Decimal("55.56"),
                "Büro & Söhne": Decimal("33.34"),
            },
        )

    def assertRefuses(self, example, sentence="is not a date", **secrets):
        """Assert that bad input ends an example, with the server's sentence."""
        stored = self.env["sale.dashboard"].search_count([])
        with mute_errors:
            done = self.run_example(example, "yesterday", JUNE["date_to"], **secrets)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(sentence, done.stdout + done.stderr)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), stored)

    def assertTakesBoth(self, example, sentence="is not a date"):
        """Assert that an example takes the password, and an API key in its place."""
        self.assertReads(example, ODOO_PASSWORD=PASSWORD)
        self.assertReads(example, ODOO_PASSWORD=self.key)
        self.assertRefuses(example, sentence)

    def test_curl(self):
        self.assertReads("with_curl.sh", ODOO_API_KEY=self.key)
        self.assertRefuses("with_curl.sh", ODOO_API_KEY=self.key)

    @mute_errors
    def test_zenoo_rpc(self):
        # Of an error it says no more than its kind.
        self.assertTakesBoth("with_zenoo_rpc.py", "ValidationError")

    def test_odoorpc(self):
        self.assertTakesBoth("with_odoorpc.py")

    @mute_errors
    def test_odooly(self):
        # With a key it asks for Odoo's pages about its methods, which few may read.
        self.assertReads("with_odooly.py", ODOO_PASSWORD=PASSWORD)
        self.assertReads("with_odooly.py", ODOO_API_KEY=self.key)
        self.assertRefuses("with_odooly.py", ODOO_API_KEY=self.key)

    def test_odoo_await(self):
        self.assertTakesBoth("with_odoo_await.js")

    def test_xmlrpc(self):
        self.assertTakesBoth("with_xmlrpc.py")

    def test_every_example_is_shown_and_run(self):
        """The page shows each program once, and each has a test here."""
        page = (EXAMPLES.parent / "CLIENTS.rst").read_text("utf-8")
        for path in sorted(EXAMPLES.iterdir()):
            self.assertEqual(page.count(f"include:: examples/{path.name}\n"), 1)
            name = path.stem.removeprefix("with_")
            self.assertTrue(hasattr(self, f"test_{name}"), path)


@tagged("post_install", "-at_install")
class TestContract(ClientsCase):
    """The contract, over all three protocols alike."""

    MOVING = ("cache_info",)
    COMPARED = (
        *("total_revenue", "total_orders", "average_order_value"),
        *("new_customers", "conversion_rate"),
    )
    #: The keys of each part of the payload, sorted; a list of rows is under ``[]``.
    KEYS = {
        "": (
            *("breakdowns", "cache_info", "change_token", "company_id", "company_ids"),
            *("comparison", "constant_currency", "currency", "currency_factors"),
            *("currency_id", "currency_rounding", "customer_segments", "duration_ms"),
            *("errors", "expires_at", "generated_at", "hidden_customers", "id"),
            *("measure", "metrics", "overview", "period_type", "sales_by_period"),
            *("schema_version", "timezone", "top_customers", "warnings"),
        ),
        "overview": (
            *(*COMPARED, "customer_count", "period_start", "period_end"),
            *("previous", "change"),
        ),
        "overview.previous": COMPARED,
        "overview.change": COMPARED,
        "top_customers[]": (
            *("id", "name", "email", "is_company", "total_revenue", "order_count"),
            *("rank", "share", "previous", "change", "lifetime", "rfm"),
        ),
        "top_customers[].previous": ("total_revenue", "order_count"),
        "top_customers[].lifetime": (
            *("revenue", "order_count", "first_order_date", "last_order_date"),
            "average_gap_days",
        ),
        "top_customers[].rfm": ("recency", "frequency", "monetary", "group"),
        "sales_by_period[]": (
            *("period", "date_from", "date_to", "revenue", "order_count", "partial"),
            *("running", "previous", "change"),
        ),
        "sales_by_period[].previous": (
            *("date_from", "date_to", "revenue", "order_count"),
        ),
        "customer_segments[]": (
            *("segment_name", "customer_count", "total_revenue"),
            *("average_revenue_per_customer", "top_customers", "previous", "change"),
        ),
        "customer_segments[].top_customers[]": (
            *("id", "name", "email", "is_company", "total_revenue", "order_count"),
        ),
        "customer_segments[].previous": ("customer_count", "total_revenue"),
        "hidden_customers": ("total_revenue", "order_count"),
        "constant_currency": ("revenue", "change", "currency_effect", "rates"),
        "comparison": ("compare", "date_from", "date_to", "start", "end"),
        "cache_info": ("hit_ratio", "hits", "misses", "size"),
    }

    def fetch(self, protocol, method="generate_dashboard_data", **options):
        arguments = {**JUNE, **options}
        return self.call(protocol, "sale.dashboard", method, **arguments)

    def test_the_same_payload(self):
        """With password and API key, over each protocol, from the one record."""
        payloads = [
            self.fetch(protocol, secret=secret)
            for protocol, secret in (
                *(("jsonrpc", PASSWORD), ("jsonrpc", self.key)),
                *(("xmlrpc", PASSWORD), ("xmlrpc", self.key), ("json2", self.key)),
            )
        ]
        for payload in payloads:
            for name in self.MOVING:
                payload.pop(name)
            self.assertEqual(payload, payloads[0])
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 1)

    def test_stable_keys(self):
        """Schema version 1 is these keys; new ones may come, none may go."""
        for protocol in PROTOCOLS:
            payload = self.fetch(protocol)
            self.assertEqual(payload["schema_version"], 1)
            for path, keys in self.KEYS.items():
                found = list(self._follow(payload, path))
                self.assertTrue(found, path)
                for part in found:
                    self.assertLessEqual(set(keys), set(part), path)
            for rows in payload["breakdowns"].values():
                for row in rows:
                    self.assertLessEqual(
                        {"key", "id", "name", "revenue", "order_count", "rank"},
                        set(row),
                    )

    def _follow(self, part, path):
        """The objects under a path of keys."""
        if not path:
            yield part
            return
        head, _dot, rest = path.partition(".")
        found = part[head.removesuffix("[]")]
        for one in found if head.endswith("[]") else [found]:
            if one is not False:
                yield from self._follow(one, rest)

    def test_json_types(self):
        """Text, numbers, lists and objects; what is undefined is False, never null."""

        def check(value, path):
            if isinstance(value, dict):
                for key, one in value.items():
                    self.assertIs(type(key), str, path)
                    check(one, f"{path}.{key}")
            elif isinstance(value, list):
                for one in value:
                    check(one, path)
            else:
                self.assertIn(type(value), (str, int, float, bool), path)

        for protocol in PROTOCOLS:
            check(self.fetch(protocol), protocol)

    def test_parts(self):
        """The methods of a part answer that part of the whole."""
        whole = self.fetch("jsonrpc")
        for method, part in (
            ("get_sales_overview", "overview"),
            ("get_top_customers", "top_customers"),
            ("get_sales_by_period", "sales_by_period"),
            ("get_customer_segments", "customer_segments"),
        ):
            for protocol in PROTOCOLS:
                self.assertEqual(self.fetch(protocol, method), whole[part])

    def test_options(self):
        """Every keyword argument, and the companies of the context."""
        second = self.make_company("Second SA", self.eur)
        self.viewer.company_ids += second
        options = {
            "period_type": "weekly",
            "compare": "previous_year",
            "measure": "total",
            "top_limit": 1,
            "timezone": "Asia/Tokyo",
            "filters": {"domain": [["amount_total", ">", 1]]},
            "refresh": True,
            "context": {"allowed_company_ids": [second.id, self.company.id]},
        }
        for protocol in PROTOCOLS:
            payload = self.fetch(protocol, **options)
            self.assertEqual(payload["overview"]["total_orders"], 3)
            self.assertEqual(payload["company_ids"], [second.id, self.company.id])
            self.assertEqual(payload["currency"], "EUR")
            self.assertEqual(payload["timezone"], "Asia/Tokyo")
            self.assertEqual(len(payload["top_customers"]), 1)
            self.assertEqual(payload["comparison"]["compare"], "previous_year")
            self.assertEqual(payload["sales_by_period"][0]["period"], "2025-05-26")

    def test_stored_records(self):
        """Records are read, searched and exported as any of Odoo's."""
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol):
                self._check_stored_record(protocol)

    def _check_stored_record(self, protocol):
        def call(method, ids=None, **arguments):
            return self.call(protocol, "sale.dashboard", method, ids, **arguments)

        id_ = call("generate", **JUNE)
        names = ["total_revenue", "currency_id", "date_from", "top_customer_ids"]
        [read] = call("read", [id_], fields=names)
        self.assertEqual(read["total_revenue"], float(REVENUE))
        self.assertEqual(read["currency_id"], [self.usd.id, "USD"])
        self.assertEqual(read["date_from"], JUNE["date_from"])
        self.assertEqual(len(read["top_customer_ids"]), 3)
        # All fields: none has a value that a protocol cannot carry.
        self.assertGreater(len(call("read", [id_])[0]), 60)
        [found] = call(
            "search_read",
            domain=[["date_from", "=", JUNE["date_from"]], ["total_orders", "=", 4]],
            fields=names,
        )
        self.assertEqual(found, read)
        [web] = call(
            "web_read",
            [id_],
            specification={
                "total_revenue": {},
                "currency_id": {"fields": {"name": {}}},
                "top_customer_ids": {
                    "fields": {"name": {}, "total_revenue": {}},
                    "order": "rank",
                },
            },
        )
        self.assertEqual(web["total_revenue"], float(REVENUE))
        self.assertEqual(web["currency_id"]["name"], "USD")
        self.assertEqual(
            [line["name"] for line in web["top_customer_ids"]],
            ["Azure", "Chez <Paul>", "Büro & Söhne"],
        )
        columns = ["total_revenue", "top_customer_ids/name"]
        exported = call("export_data", [id_], fields_to_export=columns)["datas"]
        self.assertEqual(exported[0][0], float(REVENUE))
        self.assertEqual(
            sorted(row[1] for row in exported),
            ["Azure", "Büro & Söhne", "Chez <Paul>"],
        )

    @mute_errors
    def test_bad_input(self):
        """Each entrance refuses with the sentence, and nothing is stored."""
        for protocol in PROTOCOLS:
            for bad, words in BAD:
                if words == UNSPEAKABLE[protocol]:
                    continue
                with self.subTest(protocol=protocol, bad=bad):
                    sentence = self.assertRefused(
                        protocol,
                        "refused",
                        "generate_dashboard_data",
                        **{**JUNE, **bad},
                    )
                    self.assertIn(words, sentence)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)

    @mute_errors
    def test_wrong_calls(self):
        """No such option, no dates, no such method, a private one."""
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol):
                name = "generate_dashboard_data"
                self.assertRefused(protocol, "wrong call", name, **JUNE, colour="red")
                self.assertRefused(protocol, "wrong call", name)
                self.assertRefused(protocol, "no method", "guess_dashboard", **JUNE)
                self.assertRefused(protocol, "forbidden", "_generate", **JUNE)
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 0)

    @mute_errors
    def test_rights(self):
        """No key, no password in place of a key, no rights, no forged figures."""
        stored = self.fetch("jsonrpc")["id"]
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol):
                name = "generate_dashboard_data"
                self.assertRefused(protocol, "denied", name, secret="no-key", **JUNE)
                vals = {"total_revenue": 1.0}
                self.assertRefused(protocol, "forbidden", "write", [stored], vals=vals)
                self.assertRefused(protocol, "forbidden", "unlink", [stored])
                self.assertRefused(
                    protocol, "forbidden", "create", vals_list=[{**JUNE, **vals}]
                )
        self.assertRefused("json2", "denied", name, secret=PASSWORD, **JUNE)
        self.viewer.group_ids = self.env.ref("base.group_user")
        for protocol in PROTOCOLS:
            for method in (name, "generate", "get_top_customers"):
                self.assertRefused(protocol, "forbidden", method, **JUNE)
            self.assertRefused(protocol, "forbidden", "read", [stored])
        self.assertEqual(self.env["sale.dashboard"].search_count([]), 1)
