"""Subscriptions: when they are due, who may see and change them, previews."""

from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DashboardCase

NOW = "2025-06-11 12:00:00"  # a Wednesday; 14:00 in Paris


class SubscriptionCase(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.make_user(
            "dashboard_own", "sales_team.group_sale_salesman"
        )
        cls.colleague = cls.make_user(
            "dashboard_colleague", "sales_team.group_sale_salesman"
        )
        for user in (cls.viewer, cls.salesperson, cls.colleague):
            user.email = f"{user.login}@example.com"
        cls.external = cls.env["res.partner"].create(
            {"name": "Bank", "email": "bank@example.com"}
        )

    @classmethod
    def subscribe(cls, owner=None, **values):
        """A subscription as its owner makes it; he is the recipient if nobody is."""
        owner = owner or cls.viewer
        return (
            cls.env["sale.dashboard.subscription"]
            .with_user(owner)
            .with_context(
                allowed_company_ids=owner.company_ids.ids, tracking_disable=False
            )
            .create({"name": "Sales", "timezone": "Europe/Paris", **values})
        )

    def log(self, subscription):
        return "\n".join(subscription.sudo().message_ids.mapped("body"))


@tagged("post_install", "-at_install")
class TestSubscription(SubscriptionCase):
    def test_next_run_is_local_time(self):
        with freeze_time(NOW):
            subscription = self.subscribe(schedule="daily", hour=8.5)
            self.assertEqual(subscription.next_run, datetime(2025, 6, 12, 6, 30))
            self.assertIn("8:30", subscription.next_run_local)
            subscription.timezone = "America/New_York"
            self.assertEqual(subscription.next_run, datetime(2025, 6, 11, 12, 30))
            subscription.write({"schedule": "weekly", "weekday": "0"})
            self.assertEqual(subscription.next_run, datetime(2025, 6, 16, 12, 30))
            subscription.write({"schedule": "monthly", "day_of_month": 31})
            self.assertEqual(subscription.next_run, datetime(2025, 6, 30, 12, 30))
            subscription.action_archive()
            self.assertFalse(subscription.next_run)
            subscription.action_unarchive()
            self.assertTrue(subscription.next_run)

    def test_last_working_day_is_the_companys(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2025-06-29 22:00:00",
                "date_to": "2025-06-30 21:59:59",
            }
        )
        with freeze_time(NOW):
            subscription = self.subscribe(schedule="monthly_last_working_day")
            self.assertEqual(subscription.next_run, datetime(2025, 6, 27, 6, 0))

    def test_who_sees_what(self):
        own = self.subscribe(
            self.salesperson, user_ids=[Command.set(self.colleague.ids)]
        )
        run = self.env["sale.dashboard.run"]._start(own, datetime(2025, 6, 12))

        def sees(user, record):
            records = record.with_user(user).with_context(
                allowed_company_ids=self.company.ids
            )
            return bool(records.search([("id", "=", record.id)]))

        other = self.make_user("dashboard_other", "sales_team.group_sale_salesman")
        elsewhere = self.make_user(
            "dashboard_elsewhere",
            "sales_team.group_sale_manager",
            companies=self.make_company("Second Inc", self.usd),
        )
        for user, sees_subscription, sees_run in (
            (self.salesperson, True, True),
            (self.viewer, True, True),
            (self.colleague, True, False),
            (other, False, False),
        ):
            self.assertEqual(sees(user, own), sees_subscription, user.login)
            self.assertEqual(sees(user, run), sees_run, user.login)
            self.assertEqual(sees(user, run.delivery_ids[0]), sees_run, user.login)
        subscriptions = self.env["sale.dashboard.subscription"].with_user(elsewhere)
        self.assertFalse(subscriptions.search([]))
        for login, groups in (
            ("dashboard_portal", "base.group_portal"),
            ("dashboard_public", "base.group_public"),
            ("dashboard_internal", "base.group_user"),
        ):
            stranger = new_test_user(self.env, login, groups)
            for record in (own, run, run.delivery_ids):
                with self.assertRaises(AccessError):
                    record.with_user(stranger).search([])

    def test_who_changes_what(self):
        own = self.subscribe(
            self.salesperson, user_ids=[Command.set(self.colleague.ids)]
        )
        for field, value in (("name", "Mine now"), ("user_ids", [Command.clear()])):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models"):
                own.with_user(self.colleague).write({field: value})
        with self.assertRaises(AccessError):
            own.with_user(self.colleague).action_send_now()
        with self.assertRaises(AccessError):
            own.with_user(self.salesperson).user_id = self.colleague
        with self.assertRaises(AccessError):
            self.subscribe(self.salesperson, user_id=self.colleague.id)
        run = self.env["sale.dashboard.run"]._start(own, datetime(2025, 6, 12))
        for record in (run, run.delivery_ids):
            for method in ("write", "copy", "unlink"):
                with self.assertRaises(AccessError):
                    call = getattr(record.with_user(self.viewer), method)
                    call(*([{"id": 1}] if method == "write" else []))
        own.with_user(self.viewer).name = "Managed"

    def test_a_recipient_leaves(self):
        own = self.subscribe(
            self.salesperson,
            user_ids=[Command.set((self.colleague | self.viewer).ids)],
        )
        self.assertTrue(own.with_user(self.colleague).is_recipient)
        own.with_user(self.colleague).action_leave()
        self.assertEqual(own.user_ids, self.viewer)
        self.assertIn("dashboard_colleague", self.log(own))
        with self.assertRaises(AccessError):
            own.with_user(self.colleague).action_leave()

    def test_who_became_somebody_else_keeps_nobody_in(self):
        own = self.subscribe(
            self.salesperson,
            user_ids=[Command.set((self.colleague | self.viewer).ids)],
        )
        portal = [Command.set(self.env.ref("base.group_portal").ids)]
        for user in (self.salesperson, self.viewer):
            user.write({"group_ids": portal})
        own.with_user(self.colleague).action_leave()
        # sudo: its owner may not read it any more.
        self.assertNotIn(self.colleague, own.sudo().user_ids)
        with self.assertRaises(ValidationError):
            own.sudo().user_id = self.viewer

    def test_external_recipients_are_a_managers_logged_choice(self):
        external = [Command.set(self.external.ids)]
        with self.assertRaises(AccessError):
            self.subscribe(self.salesperson, partner_ids=external)
        own = self.subscribe(self.salesperson)
        with self.assertRaises(AccessError):
            own.partner_ids = self.external
        own.with_user(self.viewer).partner_ids = self.external
        self.assertIn("Bank", self.log(own))
        self.assertIn("dashboard_own", self.log(own))
        # What was decided is not changed behind the manager's back ...
        for values in (
            {"period_rule": "last_month"},
            {"filters": {"domain": [("amount_total", ">", 1)]}},
            {"attach_xlsx": True},
        ):
            with self.assertRaises(AccessError):
                own.write(values)
        # ... but may be ended, and moved to another time, by the owner.
        own.hour = 9
        own.partner_ids = False
        self.assertIn("removed", self.log(own))

    def test_external_recipients_of_a_company_that_is_not_the_managers(self):
        second = self.make_company("Second Inc", self.usd)
        both = self.make_user(
            "dashboard_both",
            "sales_team.group_sale_salesman",
            companies=self.company | second,
        )
        own = self.subscribe(both)
        self.assertEqual(own.company_ids, self.company | second)
        with self.assertRaises(AccessError):
            own.with_user(self.viewer).partner_ids = self.external

    def test_a_user_is_no_external_recipient(self):
        with self.assertRaisesRegex(ValidationError, "choose the user"):
            self.subscribe(partner_ids=[Command.set(self.colleague.partner_id.ids)])
        portal = new_test_user(self.env, "dashboard_portal", "base.group_portal")
        with self.assertRaisesRegex(ValidationError, "internal"):
            self.subscribe(user_ids=[Command.set(portal.ids)])

    def test_companies_are_the_owners(self):
        second = self.make_company("Second Inc", self.usd)
        both = self.make_user(
            "dashboard_both",
            "sales_team.group_sale_manager",
            companies=self.company | second,
        )
        own = self.subscribe(both, user_ids=[Command.set(self.viewer.ids)])
        with self.assertRaisesRegex(ValidationError, "access to all"):
            own.user_id = self.viewer
        with self.assertRaisesRegex(ValidationError, "one of the companies"):
            own.company_ids = second

    def test_a_copy_is_the_copiers_own(self):
        own = self.subscribe(partner_ids=[Command.set(self.external.ids)])
        self.env["sale.dashboard.run"]._start(own, datetime(2025, 6, 12))
        received = self.subscribe(user_ids=[Command.set(self.salesperson.ids)])
        copy = received.with_user(self.salesperson).copy()
        self.assertEqual(copy.user_id, self.salesperson)
        self.assertEqual(copy.name, "Sales (copy)")
        copy = own.copy()
        self.assertFalse(copy.partner_ids)
        self.assertFalse(copy.run_ids)

    def test_mail_me_this(self):
        subscriptions = self.env["sale.dashboard.subscription"].with_user(
            self.salesperson
        )
        values = {
            "name": "Mine",
            "period_rule": "last_week",
            "period_type": "daily",
            "compare": "same_weekdays",
            "measure": "total",
            "filters": {"domain": [["partner_id", "=", self.customer.id]]},
            "schedule": "weekly",
            "weekday": "0",
            "hour": 7.25,
            "attach_xlsx": True,
        }
        subscription = subscriptions.browse(subscriptions.subscribe_view(values))
        self.assertEqual(subscription.user_id, self.salesperson)
        self.assertEqual(subscription.user_ids, self.salesperson)
        self.assertEqual(subscription.timezone, "Europe/Paris")
        for name, value in values.items():
            self.assertEqual(subscription[name], value, name)
        for refused in (
            {"partner_ids": [Command.set(self.external.ids)]},
            {"user_id": self.viewer.id},
            {"filters": {"domain": [("no_such_field", "=", 1)]}},
            {"filters": {"team_ids": [0]}},
            {"hour": 24},
        ):
            with (
                self.subTest(refused),
                self.assertRaises(Exception) as caught,
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                subscriptions.subscribe_view(refused)
            self.assertIn(
                type(caught.exception).__name__, ("ValidationError", "CheckViolation")
            )

    def test_the_form(self):
        with Form(
            self.env["sale.dashboard.subscription"]
            .with_user(self.viewer)
            .with_context(allowed_company_ids=self.company.ids)
        ) as form:
            form.name = "By form"
            form.hour = 9
            form.filter_partner_ids.add(self.customer)
            form.filter_domain = "[('amount_total', '>', 10)]"
        subscription = form.record
        self.assertEqual(subscription.filters["partner_ids"], self.customer.ids)
        self.assertEqual(
            [tuple(one) for one in subscription.filters["domain"]],
            [("amount_total", ">", 10)],
        )
        self.assertEqual(subscription.filter_partner_ids, self.customer)

    def test_send_now_as_a_server_action(self):
        own = self.subscribe(self.salesperson)
        action = self.env.ref("sale_dashboard.action_server_send_subscription")
        cron = self.env.ref("sale_dashboard.ir_cron_send_due")
        before = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        context = {
            "active_model": own._name,
            "active_id": own.id,
            "active_ids": own.ids,
        }
        with freeze_time(NOW):
            action.with_user(self.salesperson).with_context(**context).run()
            # A second click in the same second is the same mail.
            action.with_user(self.salesperson).with_context(**context).run()
        [delivery] = own.run_ids.delivery_ids
        self.assertEqual(delivery.user_id, self.salesperson)
        self.assertEqual(own.run_ids.kind, "manual")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(triggers - before)
        with self.assertRaises(AccessError):
            action.with_user(self.colleague).with_context(**context).run()


@tagged("post_install", "-at_install")
class TestPreview(SubscriptionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = datetime.now().replace(microsecond=0)
        for user, amount in ((cls.salesperson, 111), (cls.colleague, 2222)):
            cls.make_order(amount, at=str(today), user_id=user.id)
        cls.everybody = cls.viewer | cls.salesperson | cls.colleague

    def preview(self, subscription, viewer, user):
        return (
            self.env["sale.dashboard.preview"]
            .with_user(viewer)
            .with_context(allowed_company_ids=viewer.company_ids.ids)
            .create({"subscription_id": subscription.id, "user_id": user.id})
        )

    def test_of_somebody_elses_mail(self):
        own = self.subscribe(self.salesperson, user_ids=[Command.set(self.viewer.ids)])
        with self.assertRaises(AccessError):
            self.preview(own, self.colleague, self.colleague)
        shown = self.preview(own, self.salesperson, self.salesperson)
        self.assertEqual(shown.recipient_ids, self.viewer)

    def test_what_is_ones_own_anyway(self):
        own = self.subscribe(
            self.salesperson,
            user_ids=[Command.set(self.everybody.ids)],
            period_rule="month_to_date",
        )
        shown = self.preview(own, self.salesperson, self.salesperson)
        self.assertFalse(shown.refusal)
        self.assertIn("111", shown.body)
        self.assertNotIn("2,222", shown.body)
        self.assertNotIn("cid:", shown.body)
        # A manager sees all orders: also what a salesperson sees of them.
        shown = self.preview(own, self.viewer, self.salesperson)
        self.assertIn("111", shown.body)
        self.assertNotIn("2,333", shown.body)
        # Another's orders are not to be seen by way of a preview.
        for user in (self.colleague, self.viewer):
            refused = self.preview(own, self.salesperson, user)
            self.assertIn("may see what you may not", refused.refusal)
            self.assertFalse(refused.body)
        self.assertEqual(
            own.with_user(self.salesperson).action_preview()["context"][
                "default_user_id"
            ],
            self.salesperson.id,
        )

    def test_whom_nothing_is_proved_for(self):
        second = self.make_company("Second Inc", self.usd)
        richer = self.make_user(
            "dashboard_richer",
            "sales_team.group_sale_salesman",
            companies=self.company | second,
        )
        own = self.subscribe(
            richer, user_ids=[Command.set((richer | self.salesperson).ids)]
        )
        may = own.with_user(self.viewer)._may_see_as
        self.assertTrue(may(self.salesperson))
        # In a company that is not the viewer's.
        self.assertFalse(may(richer))
        # In a group that the viewer is not in.
        self.salesperson.group_ids += self.env.ref("base.group_partner_manager")
        self.viewer.group_ids -= self.env.ref("base.group_partner_manager")
        self.assertFalse(own.with_user(self.viewer)._may_see_as(self.salesperson))

    def test_a_rule_that_narrows_the_viewer(self):
        own = self.subscribe(user_ids=[Command.set(self.everybody.ids)])
        self.assertTrue(own._may_see_as(self.salesperson))
        self.env["ir.rule"].create(
            {
                "name": "Narrow",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', user.id == {self.viewer.id} and 1)]",
            }
        )
        self.assertFalse(own._may_see_as(self.salesperson))

    def test_no_recipient(self):
        own = self.subscribe(user_ids=[Command.set(self.viewer.ids)])
        refused = self.preview(own, self.viewer, self.salesperson)
        self.assertIn("recipients only", refused.refusal)
