"""What a client with a valid login sends that no client of ours ever would."""

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytz

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..engine.request import MAX_DEPTH
from ..models import sale_dashboard_request
from .common import DashboardCase

JUNE = ("2025-06-01", "2025-06-30")
VALIDATION_ERROR = "odoo.exceptions.ValidationError"
# Of our own context keys, what no client has any business with.
FORGED_CONTEXTS = (
    {"sale_dashboard_raw": True},
    {"sale_dashboard_exact": True},
    {"sale_dashboard_factors": {"1": [2, 1, False]}},
    {"sale_dashboard_bounds": ["2000-01-01"]},
    {"sale_dashboard_maturity": ["2000-01-01", "2000-01-01"]},
    {"active_test": True, "tz": "Asia/Tokyo"},
)


def nest(depth):
    """A domain with so many lists within each other."""
    domain = [["name", "!=", "x"]]
    for _number in range((depth - 2) // 2):
        domain = [["order_line", "any", [["order_id", "any", domain]]]]
    return domain


@contextmanager
def zone_of_pytz(name):
    """A zone that pytz has files for, and nobody else: Paris by another name."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, name)
        place.parent.mkdir()
        with pytz.open_resource("Europe/Paris") as source, place.open("wb") as target:
            shutil.copyfileobj(source, target)
        with (
            patch.dict("os.environ", {"PYTZ_TZDATADIR": folder}),
            patch.object(pytz, "all_timezones_set", {*pytz.all_timezones_set, name}),
        ):
            yield


class HostileCase(DashboardCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.viewer.password = "dashboard_viewer"
        self.authenticate("dashboard_viewer", "dashboard_viewer")

    def ask(self, model, method, *args, context=None, **options):
        """``(answer, error)`` over JSON-RPC; NaN and such are sent as Python does."""
        self.env.flush_all()
        context = {"allowed_company_ids": self.company.ids, **(context or {})}
        params = {"model": model, "method": method, "args": args}
        params["kwargs"] = {**options, "context": context}
        with mute_logger("odoo.http", "odoo.sql_db"):
            response = self.opener.post(
                f"{self.base_url()}/web/dataset/call_kw/{model}/{method}",
                data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
                headers={"Content-Type": "application/json"},
                timeout=60,
            )
        body = response.json()
        return body.get("result"), body.get("error", {}).get("data")

    def answer(self, *args, **options):
        answer, error = self.ask(*args, **options)
        self.assertIsNone(error)
        return answer

    def assertRefused(self, words, *args, **options):
        """It is refused in words that a person understands."""
        _answer, error = self.ask(*args, **options)
        self.assertTrue(error, "was not refused")
        self.assertEqual(error["name"], VALIDATION_ERROR, error["debug"])
        self.assertIn(words, error["message"])


@tagged("post_install", "-at_install")
class TestHostileClient(HostileCase):
    def test_no_context_keeps_a_change_from_being_noted(self):
        """Not the one by which Odoo uninstalls addons either."""
        context = {"_force_unlink": True, "tracking_disable": True}
        order = self.make_order(100, at="2025-05-05 10:00:00")
        quotation = self.make_order(50, confirm=False, created="2025-04-04 10:00:00")
        known = len(self.list_changes())
        self.answer("sale.order", "unlink", quotation.ids, context=context)
        values = {"date_order": "2025-06-10 10:00:00"}
        self.answer("sale.order", "write", order.ids, values, context=context)
        deleted, moved = self.list_changes()[known:]
        self.assertEqual(deleted[1], self.at("2025-04-04 10:00:00"))
        # Since when sales are no longer what they were.
        self.assertEqual(moved[0], self.at("2025-05-05 10:00:00"))

    def list_changes(self):
        self.env.flush_all()
        self.env["sale.dashboard.change"]._write_pending()
        self.env.cr.execute(
            "SELECT since, created_since FROM sale_dashboard_change ORDER BY id"
        )
        return self.env.cr.fetchall()

    def test_no_context_decides_what_is_kept(self):
        """With any of ours, what is read and stored is what is without."""
        self.make_order(100)

        def read(context):
            dashboard = self.answer(
                "sale.dashboard", "generate", *JUNE, refresh=True, context=context
            )
            return [
                *(
                    self.answer(
                        "sale.dashboard",
                        "load_breakdown",
                        [dashboard],
                        dimension,
                        context=context,
                    )
                    for dimension in ("product", "category")
                ),
                self.answer(
                    "sale.dashboard", "reconcile", [dashboard], context=context
                ),
            ]

        plain = read({})
        self.assertEqual([row["share"] for row in plain[0]], [100.0])
        for context in FORGED_CONTEXTS:
            with self.subTest(context=context):
                self.assertEqual(read(context), plain)

    def test_filters_nobody_can_keep(self):
        """A dashboard and a subscription refuse them alike."""
        path = ".".join(["partner_id", *["parent_id"] * 100, "name"])
        for domain, words in (
            (nest(100), "too deep"),
            (nest(400), "too deep"),
            ([[path, "=", "x"]], "too deep"),
            ([["name", "=", "a\0"]], "no text can have"),
            ([["amount_untaxed", ">", float("nan")]], "not finite"),
            ([["id", 5, 5]], "cannot be used on orders"),
            ([["id", None, 5]], "cannot be used on orders"),
        ):
            with self.subTest(domain=json.dumps(domain)[:60]):
                filters = {"domain": domain}
                self.assertRefused(
                    words, "sale.dashboard", "generate", *JUNE, filters=filters
                )
                self.assertRefused(
                    words,
                    "sale.dashboard.subscription",
                    "create",
                    [{"name": "x", "timezone": "UTC", "filters": filters}],
                )
        # What is deep enough for anybody.
        filters = {"domain": nest(MAX_DEPTH // 2)}
        self.answer("sale.dashboard", "generate", *JUNE, filters=filters)

    def test_texts_of_a_filter_that_are_none(self):
        plain = "list of plain conditions"
        for text, words in (
            ("[{[1]: 2}]", plain),
            ("[{1}]", plain),
            ("[b'x']", plain),
            ("[" * 1000, plain),
            ("-" * 100_000 + "1", plain),
            ("[('id', '=', 0x" + "f" * 6000 + ")]", plain),
            ("a\0b", plain),
            ("{1: 2}", "list of conditions"),
            ("[" * 100 + "]" * 100, "too deep"),
            ("[('name', '=', '\\0')]", "no text can have"),
            ("[('amount_untaxed', '>', 1e999)]", "not finite"),
        ):
            with self.subTest(text=text[:40]):
                self.assertRefused(
                    words,
                    "sale.dashboard.subscription",
                    "create",
                    [{"name": "x", "timezone": "UTC", "filter_domain": text}],
                )

    def test_values_of_a_subscription_that_are_none(self):
        hour, limit = "from 00:00 to 23:59", "must be a number"
        for values, words in (
            ({"hour": float("inf")}, hour),
            ({"hour": float("-inf")}, hour),
            ({"hour": float("nan")}, hour),
            ({"timezone": "Mars/Olympus"}, "not a time zone"),
            ({"filters": "x"}, "must be an object"),
            ({"condition_limit": float("nan")}, limit),
            ({"condition_limit": float("inf")}, limit),
        ):
            with self.subTest(values=values):
                self.assertRefused(
                    words, "sale.dashboard.subscription", "subscribe_view", values
                )
        for values in (None, 5, "name", [], [["name", "x"]]):
            with self.subTest(values=values):
                self.assertRefused(
                    "Give an object",
                    "sale.dashboard.subscription",
                    "subscribe_view",
                    values,
                )

    def test_a_target_beyond_all_measure(self):
        """It would be refused by everybody's arithmetic, each time it is read."""
        values = {"month": "2025-06-01", "company_id": self.company.id}
        self.assertRefused(
            "cannot be greater",
            "sale.dashboard.target",
            "create",
            [{**values, "amount": 1e300}],
        )
        self.answer("sale.dashboard.target", "create", [{**values, "amount": 1e12}])
        [target] = self.answer("sale.dashboard", "get_targets", month="2025-06")[
            "targets"
        ]
        self.assertEqual(target["amount"], 1e12)

    def test_digits_of_other_scripts(self):
        """Python takes them for numbers; nobody else does."""
        self.assertRefused(
            "not a month", "sale.dashboard", "get_targets", month="٢٠٢٥-٠٦"
        )
        self.assertRefused(
            "YYYY-MM-DD", "sale.dashboard", "generate", "٢٠٢٥-٠٦-٠١", "2025-06-30"
        )
        for companies, cookie in ((str(self.company.id), True), ("２", False)):
            response = self.url_open(
                f"/sale_dashboard/view?companies={companies}", allow_redirects=False
            )
            self.assertEqual(response.status_code, 303)
            self.assertEqual("cids" in response.cookies, cookie)

    def test_instants_of_a_context_that_are_none(self):
        orders = self.env["sale.order"]
        self.make_order(100)
        for context, field in (
            ({"sale_dashboard_bounds": [""]}, "dashboard_bucket"),
            ({"sale_dashboard_maturity": ["", ""]}, "dashboard_converted"),
            ({"sale_dashboard_split": ""}, "dashboard_after_split"),
        ):
            with self.subTest(context=context), self.assertRaises(ValueError):
                orders.with_context(**context)._read_group([], [field], ["__count"])

    # Odoo calls the protocol deprecated, at each call.
    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")
    def test_what_does_something_answers_over_xml_rpc(self):
        """It carries no None: a client would hear of a failure that was none."""
        subscription = (
            self.env["sale.dashboard.subscription"]
            .with_user(self.viewer)
            .with_context(allowed_company_ids=self.company.ids)
            .create({"name": "Sales", "timezone": "UTC"})
        )
        run = self.env["sale.dashboard.run"]._start(
            subscription, self.at("2025-06-12 06:00:00")
        )
        self.env.flush_all()
        for model, method, ids in (
            ("sale.dashboard", "action_refresh_recent", None),
            ("sale.dashboard.verification", "action_verify_yesterday", None),
            ("sale.dashboard.verification", "action_verify_again", []),
            ("sale.dashboard.delivery", "action_send_again", run.delivery_ids.ids),
            ("sale.dashboard.subscription", "action_leave", subscription.ids),
        ):
            with self.subTest(method=method):
                answer = self.xmlrpc_object.execute_kw(
                    self.env.cr.dbname,
                    self.viewer.id,
                    "dashboard_viewer",
                    model,
                    method,
                    [] if ids is None else [ids],
                )
                self.assertIs(answer, True)


@tagged("post_install", "-at_install")
class TestStrangeZones(HostileCase):
    """Zones that not all know who have to, and such that are none any more."""

    def test_a_zone_that_only_pytz_knows(self):
        """What was asked meanwhile in other zones is not lost with it."""
        requests = self.env["sale.dashboard.request"]
        self.env.cr.execute("DELETE FROM sale_dashboard_request")
        pending = self.patch_requests()
        with zone_of_pytz("Europe/Lummerland"):
            self.make_order(100, at="2025-06-10 22:30:00")
            for timezone in ("Europe/Lummerland", "Europe/Paris"):
                payload = self.answer(
                    "sale.dashboard",
                    "generate_dashboard_data",
                    "2025-06-11",
                    "2025-06-11",
                    timezone=timezone,
                )
                self.assertEqual(payload["timezone"], timezone)
                self.assertEqual(payload["overview"]["total_orders"], 1)
            pending.save(self.env.cr.dbname, self.env.cr)
            for _time in range(2):  # asked again
                self.answer(
                    "sale.dashboard", "generate", *JUNE, timezone="Europe/Lummerland"
                )
                pending.save(self.env.cr.dbname, self.env.cr)
        self.assertEqual(
            sorted(requests.search([]).mapped("timezone")),
            ["Europe/Lummerland", "Europe/Lummerland", "Europe/Paris"],
        )

    def patch_requests(self):
        """What this test's server remembers; written when it says so."""
        pending = sale_dashboard_request.Requests(interval=3600)
        self.patch(sale_dashboard_request, "requests", pending)
        return pending

    def set_zone(self, record, name):
        """A zone that was one when it was chosen, and was given up since."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET tz = %s WHERE id = %s",
                SQL.identifier(record._table),
                name,
                record.id,
            )
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def test_a_zone_that_is_none_any_more(self):
        """Odoo goes by UTC then: so do we, and say so."""
        self.set_zone(self.viewer.partner_id, "US/Pacific-New")
        self.set_zone(self.company.partner_id, "US/Pacific-New")
        self.set_zone(self.company.resource_calendar_id, "US/Pacific-New")
        payload = self.answer("sale.dashboard", "generate_dashboard_data", *JUNE)
        self.assertEqual(payload["timezone"], "UTC")
        self.assertIn("no_timezone", [one["code"] for one in payload["warnings"]])
        verdict = self.answer("sale.dashboard", "action_verify", [payload["id"]])
        self.assertEqual(verdict["verdict"], "equal", verdict)
        targets = self.answer("sale.dashboard", "get_targets", month="2025-06")
        self.assertEqual(targets["working_days"]["total"], 21)
        # The schedule of all companies.
        due = self.env["sale.dashboard.verification"]._list_due()
        self.assertIn(self.company, [company for company, _day in due])

    def test_a_mail_to_who_has_strange_preferences(self):
        user = new_test_user(
            self.env,
            "dashboard_strange",
            "base.group_user,sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.set_zone(user.partner_id, "US/Pacific-New")
        self.make_order(100, at="2025-06-10 22:30:00")
        subscription = self.env["sale.dashboard.subscription"].create(
            {
                "name": "Sales",
                "timezone": "Europe/Paris",
                "lang": "fr_FR",
                "user_id": self.viewer.id,
                "user_ids": [(6, 0, user.ids)],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        self.assertFalse(self.env["res.lang"]._lang_get("fr_FR"))
        dashboard = subscription._read_as(user, self.at("2025-06-12 06:00:00"))
        self.assertEqual(dashboard.timezone, "Europe/Paris")
        self.assertEqual(dashboard.total_orders, 1)
        self.assertEqual(dashboard.env.lang, "en_US")
