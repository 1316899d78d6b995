"""Out of a mail by its link: one click, no login, and nothing else."""

from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import hash_sign, hmac

from odoo.addons.sale_dashboard.models.sale_dashboard_unsubscribe import SCOPE

from .common import DashboardCase

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@tagged("post_install", "-at_install")
class TestUnsubscribe(DashboardCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_user("dashboard_other", "sales_team.group_sale_salesman")
        cls.partner = cls.env["res.partner"].create(
            {"name": "Auditor", "email": "auditor@example.com"}
        )
        values = {
            "user_id": cls.viewer.id,
            "user_ids": [Command.set((cls.viewer | cls.other).ids)],
            "partner_ids": [Command.set(cls.partner.ids)],
            "company_id": cls.company.id,
            "company_ids": [Command.set(cls.company.ids)],
        }
        subscriptions = cls.env["sale.dashboard.subscription"].sudo()
        cls.subscription, cls.another = subscriptions.create(
            [{"name": "Morning figures", **values}, {"name": "Another", **values}]
        )

    def setUp(self):
        super().setUp()
        self.token = self.subscription._make_unsubscribe_token(self.other)

    def path(self, token=None):
        return f"/sale_dashboard/unsubscribe/{token or self.token}"

    def post(self, token=None, **options):
        options = options or {"data": ONE_CLICK}
        return self.url_open(self.path(token), timeout=60, **options)

    def result(self, response):
        page = html.document_fromstring(response.content)
        [result] = page.xpath("//main/@data-result")
        return result

    def assertAnswer(self, response, status, result):
        self.assertEqual(response.status_code, status)
        self.assertEqual(self.result(response), result)

    def assertUnchanged(self):
        for subscription in self.subscription | self.another:
            subscription.invalidate_recordset()
            self.assertEqual(subscription.user_ids, self.viewer | self.other)
            self.assertEqual(subscription.partner_ids, self.partner)

    def test_one_click_without_login(self):
        messages = self.subscription.message_ids
        response = self.post()
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.subscription.invalidate_recordset()
        self.assertEqual(self.subscription.user_ids, self.viewer)
        self.assertEqual(self.subscription.partner_ids, self.partner)
        self.assertEqual(self.another.user_ids, self.viewer | self.other)
        # The owner is told, once.
        [told] = self.subscription.message_ids - messages
        self.assertIn(self.other.name, told.body)
        self.assertEqual(told.author_id, self.other.partner_id)
        self.assertIn(self.viewer.partner_id, told.notified_partner_ids)

    def test_one_click_as_mail_programs_may_send_it(self):
        """RFC 8058: as a form or as multipart, without cookies."""
        response = self.post(files={"List-Unsubscribe": (None, "One-Click")})
        self.assertEqual(response.status_code, 200)
        self.assertNotIn(self.other, self.subscription.user_ids)

    def test_an_external_reader_leaves_too(self):
        token = self.subscription._make_unsubscribe_token(self.partner)
        self.assertEqual(self.post(token).status_code, 200)
        self.subscription.invalidate_recordset()
        self.assertFalse(self.subscription.partner_ids)
        self.assertEqual(self.subscription.user_ids, self.viewer | self.other)

    def test_a_visit_only_asks(self):
        for method in ("GET", "HEAD"):
            response = self.url_open(self.path(), method=method)
            self.assertEqual(response.status_code, 200)
        response = self.url_open(self.path())
        self.assertEqual(self.result(response), "valid")
        self.assertIn("Morning figures", response.text)
        self.assertUnchanged()
        # Nor does a form that says nothing.
        self.assertEqual(self.result(self.post(data={"x": "1"})), "valid")
        self.assertUnchanged()

    def test_the_button_of_the_page(self):
        page = html.document_fromstring(self.url_open(self.path()).content)
        [form] = page.forms
        self.assertEqual(form.method, "POST")
        response = self.url_open(form.action, data=dict(form.form_values()))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.result(response), "done")
        self.subscription.invalidate_recordset()
        self.assertEqual(self.subscription.user_ids, self.viewer)

    def test_again_is_friendly_and_does_nothing(self):
        self.post()
        messages = self.subscription.message_ids
        self.assertEqual(self.post().status_code, 200)
        response = self.post(data={"confirm": "1"})
        self.assertAnswer(response, 200, "already")
        response = self.url_open(self.path())
        self.assertAnswer(response, 200, "already")
        self.assertEqual(self.subscription.message_ids, messages)

    def test_what_is_no_longer_there_is_left_already(self):
        self.subscription.unlink()
        response = self.url_open(self.path())
        self.assertAnswer(response, 200, "already")
        self.assertEqual(self.post().status_code, 200)

    def test_tampered(self):
        half = len(self.token) // 2
        last = {"A": "B"}.get(self.token[-1], "A")
        elsewhere = self.token[half].swapcase()
        if elsewhere == self.token[half]:
            elsewhere = "x" if self.token[half] != "x" else "y"
        for token in (
            self.token[:-1],
            self.token[:-1] + last,
            self.token + "A",
            self.token + "=",
            self.token[:half] + elsewhere + self.token[half + 1 :],
            self.token[:half] + "." + self.token[half:],
            self.token[::-1],
            "A" * 100,
            "x",
            "%C3%A9" * 70,
        ):
            with self.subTest(token=token):
                response = self.post(token)
                self.assertEqual(response.status_code, 403)
                response = self.url_open(self.path(token))
                self.assertAnswer(response, 403, "invalid")
        self.assertUnchanged()

    def test_expired(self):
        with freeze_time(fields.Datetime.now() - timedelta(days=181)):
            token = self.subscription._make_unsubscribe_token(self.other)
        self.assertEqual(self.post(token).status_code, 410)
        response = self.url_open(self.path(token))
        self.assertAnswer(response, 410, "expired")
        self.assertIn("latest of these mails", response.text)
        self.assertUnchanged()
        with freeze_time(fields.Datetime.now() - timedelta(days=179)):
            token = self.subscription._make_unsubscribe_token(self.other)
        self.assertEqual(self.post(token).status_code, 200)

    def test_signed_for_something_else(self):
        env = self.env(su=True)
        values = [self.subscription.id, "res.users", self.other.id, 4_000_000_000]
        for token in (
            hash_sign(env, "digest-unsubscribe", values),
            hash_sign(env, SCOPE + "-x", values),
            hmac(env, SCOPE, str(values)),
            self.subscription._make_unsubscribe_token(self.other).replace("_", "-")
            + "-",
        ):
            with self.subTest(token=token):
                self.assertEqual(self.post(token).status_code, 403)
        self.assertUnchanged()
        self.assertEqual(self.post(hash_sign(env, SCOPE, values)).status_code, 200)

    def test_it_is_no_way_in(self):
        """The token opens nothing, not even for a moment."""
        self.post()
        for address in ("/odoo/sales-dashboard", "/sale_dashboard/view"):
            self.assertIn("/web/login", self.url_open(address).url)
        response = self.url_open(
            "/sale_dashboard/api/v1/dashboard?start_date=2025-06-01&end_date=2025-06-30",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        self.assertEqual(response.status_code, 401)

    def test_other_methods_are_refused(self):
        for method in ("PUT", "DELETE"):
            response = self.url_open(self.path(), method=method)
            self.assertEqual(response.status_code, 405)
        self.assertUnchanged()

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("ar_001")
        self.other.lang = "ar_001"
        page = html.document_fromstring(self.url_open(self.path()).content)
        self.assertEqual((page.get("lang"), page.get("dir")), ("ar", "rtl"))

    def test_names_are_text(self):
        self.subscription.name = '<script>alert("x")</script>'
        response = self.url_open(self.path())
        self.assertNotIn("<script", response.text)

    def test_headers(self):
        headers = self.subscription._get_unsubscribe_headers(self.other)
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        base = self.subscription.get_base_url()
        self.assertRegex(
            headers["List-Unsubscribe"],
            rf"^<{base}/sale_dashboard/unsubscribe/[A-Za-z0-9_-]+>$",
        )
