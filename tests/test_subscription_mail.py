"""The mails of subscriptions, as a real mail server on loopback gets them."""

import os
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report
from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .inbox import Inbox, page_of, text_of
from .test_subscription import SubscriptionCase

# A Wednesday, eight o'clock in Paris, and five minutes earlier.
EIGHT = datetime(2025, 6, 11, 6, 0)
BEFORE = EIGHT - timedelta(minutes=5)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestSubscriptionMail(SubscriptionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("sale_dashboard.ir_cron_send_due")
        cls.company.email = "sales@example.com"
        cls.inbox = Inbox()
        cls.enterClassContext(cls.inbox)
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.inbox.port,
                "smtp_encryption": "none",
            }
        )

    def setUp(self):
        super().setUp()
        # Odoo sends nothing in tests; this mail server is ours.
        self.startPatcher(patch.object(IrMail_Server, "_disable_send", lambda _: False))
        self.inbox.reset()

    def subscribe(self, *args, **values):
        with freeze_time(BEFORE):
            subscription = super().subscribe(
                *args, **{"schedule": "daily", "hour": 8, **values}
            )
            subscription.flush_recordset()  # it is due after that time
        return subscription

    def run_cron(self, at=EIGHT):
        """Whom mails arrived for."""
        before = len(self.inbox.mails)
        self.env.cr.flush()  # the job has a cursor of its own: as if committed
        with self.enter_registry_test_mode(), freeze_time(at):
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
        return sorted(address for address, _mail in self.inbox.mails[before:])

    def delivery(self, subscription, user=None):
        deliveries = subscription.sudo().run_ids.delivery_ids
        if user:
            deliveries = deliveries.filtered(lambda one: one.user_id == user)
        return deliveries.sorted("id")[-1:]

    def make_two_orders(self):
        """Yesterday's: 111 of the salesperson, 2222 of his colleague."""
        return [
            self.make_order(amount, at="2025-06-10 10:00:00", user_id=user.id)
            for user, amount in ((self.salesperson, 111), (self.colleague, 2222))
        ]

    def cancel(self, order):
        order.with_context(tracking_disable=False)._action_cancel()
        self.env.flush_all()
        self.env.cr.precommit.run()  # its log

    # ------------------------------------------------------------------
    # Right for each reader
    # ------------------------------------------------------------------

    def test_each_reads_his_own(self):
        self.make_two_orders()
        own = self.subscribe(
            user_ids=[
                Command.set((self.viewer | self.salesperson | self.colleague).ids)
            ]
        )
        self.assertEqual(self.run_cron(BEFORE), [])
        self.assertEqual(
            self.run_cron(),
            [
                "dashboard_colleague@example.com",
                "dashboard_own@example.com",
                "dashboard_viewer@example.com",
            ],
        )
        self.assertEqual(self.run_cron(), [])
        for user, sees, sees_not in (
            (self.salesperson, "111.00", ("2,222.00", "2,333.00")),
            (self.colleague, "2,222.00", ("$ 111.00", "2,333.00")),
            (self.viewer, "2,333.00", ()),
        ):
            mail = self.inbox.only(user.email)
            for part in (text_of(mail), page_of(mail)):
                self.assertIn(sees, part.replace("\xa0", " "))
                for hidden in sees_not:
                    self.assertNotIn(hidden, part.replace("\xa0", " "))
            record = self.env["sale.dashboard"].search(
                [("create_uid", "=", user.id)], limit=1
            )
            self.assertIn(f"{record.total_revenue:,.2f}", text_of(mail))
            memory = self.env["sale.dashboard.mailed"].with_user(user).search([])
            self.assertEqual(memory.user_id, user)
            self.assertEqual(memory.total_revenue, record.total_revenue)
        [run] = own.run_ids
        self.assertEqual(
            (run.result, run.sent_count, run.recipient_count, run.due_at),
            ("sent", 3, 3, EIGHT),
        )
        self.assertEqual(own.last_result, "sent")

    def test_what_a_mail_is_made_of(self):
        self.make_two_orders()
        own = self.subscribe(filters={"partner_ids": self.customer.ids})
        self.run_cron()
        mail = self.inbox.only(self.viewer.email)
        self.assertIn("<dashboard_viewer@example.com>", mail["To"])
        self.assertIn("sales@example.com", mail["From"])
        self.assertIn(self.viewer.email, mail["Reply-To"])
        self.assertEqual(mail["Message-Id"], self.delivery(own).message_id)
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn("/sale_dashboard/unsubscribe", mail["List-Unsubscribe"])
        record = self.env["sale.dashboard"].search(
            [("create_uid", "=", self.viewer.id)], limit=1
        )
        self.assertIn(record._get_address(), text_of(mail).replace("\n", ""))
        self.assertEqual(record.partner_ids, self.customer)
        self.assertEqual(str(record.date_from), "2025-06-10")
        images = [
            part for part in mail.walk() if part.get_content_maintype() == "image"
        ]
        for image in images:
            self.assertIn(f"cid:{image['Content-ID'].strip('<>')}", page_of(mail))
        self.assertEqual(len(images), page_of(mail).count('src="cid:'))

    def test_zone_language_and_currency_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        second = self.make_company("Second Inc", self.eur)
        tokyo = self.make_user(
            "dashboard_tokyo",
            "sales_team.group_sale_manager",
            companies=second,
            tz="Asia/Tokyo",
        )
        tokyo.write({"email": "tokyo@example.com", "lang": "fr_FR"})
        both = self.make_user(
            "dashboard_both",
            "sales_team.group_sale_manager",
            companies=self.company | second,
        )
        # 16:00 UTC is the next day in Tokyo: the 11th, which is not over there.
        self.make_order(7000, at="2025-06-10 16:00:00", company=second)
        self.make_order(500, at="2025-06-10 14:00:00", company=second)
        self.subscribe(
            both,
            user_ids=[Command.set(tokyo.ids)],
            company_ids=[Command.set((self.company | second).ids)],
        )
        self.assertEqual(self.run_cron(), ["tokyo@example.com"])
        record = self.env["sale.dashboard"].search(
            [("create_uid", "=", tokyo.id)], limit=1
        )
        self.assertEqual(record.timezone, "Asia/Tokyo")
        self.assertEqual(record.company_ids, second)
        self.assertEqual(record.currency_id, self.eur)
        self.assertEqual(str(record.date_from), "2025-06-10")
        self.assertEqual(record.total_revenue, 500)
        text = text_of(self.inbox.only("tokyo@example.com"))
        self.assertIn("500,00", text)
        self.assertIn("€", text)

    def test_eight_in_los_angeles_is_another_day(self):
        # 8:00 in Paris is 23:00 of the day before in Los Angeles.
        self.salesperson.tz = "America/Los_Angeles"
        self.subscribe(user_ids=[Command.set(self.salesperson.ids)])
        self.run_cron()
        memory = self.env["sale.dashboard.mailed"].with_user(self.salesperson)
        self.assertEqual(str(memory.search([]).date_to), "2025-06-09")

    def test_external_recipients(self):
        self.make_two_orders()
        own = self.subscribe(
            user_ids=[Command.clear()], partner_ids=[Command.set(self.external.ids)]
        )
        self.assertEqual(self.run_cron(), ["bank@example.com"])
        mail = self.inbox.only("bank@example.com")
        for part in (text_of(mail), page_of(mail)):
            self.assertIn("2,333.00", part.replace("\xa0", " "))
            self.assertIn("dashboard_viewer", part)
            self.assertNotIn("/sale_dashboard/view", part)
            self.assertNotIn("/odoo/", part)
        self.assertIn("/sale_dashboard/unsubscribe", mail["List-Unsubscribe"])
        # What they were mailed, nobody reads.
        memories = self.env["sale.dashboard.mailed"]
        self.assertTrue(memories.search([("partner_id", "=", self.external.id)]))
        self.assertFalse(memories.with_user(self.viewer).search([]))
        # Without an owner who may see them, there are no figures.
        self.viewer.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertEqual(self.run_cron(EIGHT + DAY), [])
        self.assertEqual(self.delivery(own).state, "skipped")

    def test_who_lost_his_rights_gets_nothing_and_the_owner_knows(self):
        second = self.make_company("Second Inc", self.usd)
        moved, left, demoted = (
            self.make_user(f"dashboard_{name}", "sales_team.group_sale_salesman")
            for name in ("moved", "left", "demoted")
        )
        own = self.subscribe(
            user_ids=[Command.set((moved | left | demoted | self.viewer).ids)]
        )
        moved.write({"company_ids": [Command.set(second.ids)], "company_id": second.id})
        left.active = False
        demoted.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertEqual(self.run_cron(), [self.viewer.email])
        for user in (moved, left, demoted):
            self.assertEqual(self.delivery(own, user).state, "skipped")
            self.assertEqual(self.log(own).count(f"{user.name} may no longer"), 1)
        told = own.message_ids.filtered(lambda one: "may no longer" in one.body)
        self.assertEqual(told.notified_partner_ids, self.viewer.partner_id)
        self.assertEqual(own.run_ids.result, "sent")
        self.assertEqual(own.run_ids.skipped_count, 3)
        # Told once; and the mails begin again by themselves.
        self.assertEqual(self.run_cron(EIGHT + DAY), [self.viewer.email])
        self.assertEqual(self.log(own).count("may no longer"), 3)
        moved.write({"company_ids": [Command.link(self.company.id)]})
        moved.email = "moved@example.com"
        self.assertEqual(
            self.run_cron(EIGHT + 2 * DAY), [self.viewer.email, "moved@example.com"]
        )
        self.assertEqual(
            own.with_context(active_test=False).unserved_user_ids, left | demoted
        )

    def test_who_left_meanwhile_gets_nothing(self):
        own = self.subscribe(
            user_ids=[Command.set((self.viewer | self.salesperson).ids)]
        )
        with freeze_time(EIGHT):
            own.action_send_now()
        own.user_ids -= self.salesperson
        self.assertEqual(self.run_cron(), [self.viewer.email])
        own.action_archive()
        self.assertEqual(self.run_cron(EIGHT + DAY), [])

    def test_files(self):
        self.make_two_orders()
        self.subscribe(in_body=False, attach_xlsx=True)
        self.run_cron()
        mail = self.inbox.only(self.viewer.email)
        [file] = mail.iter_attachments()
        self.assertTrue(file.get_filename().endswith(".xlsx"))
        self.assertTrue(file.get_content().startswith(b"PK"))
        self.assertNotIn("2,333", text_of(mail))
        self.assertIn("/sale_dashboard/view", text_of(mail))

    def test_a_server_that_makes_no_pdf_files(self):
        """Its reader gets no half a mail, and the owner reads what to do."""
        self.make_two_orders()
        own = self.subscribe(attach_pdf=True)
        self.addCleanup(ir_actions_report._wkhtml.cache_clear)
        ir_actions_report._wkhtml.cache_clear()
        with patch.dict(os.environ, PATH=""):
            for minutes in (0, 6, 40):
                self.assertEqual(self.run_cron(EIGHT + timedelta(minutes=minutes)), [])
        self.assertEqual(self.delivery(own).state, "failed")
        self.assertIn("wkhtmltopdf", own.last_run_id.note)

    # ------------------------------------------------------------------
    # Conditions
    # ------------------------------------------------------------------

    def test_only_if_something_changed(self):
        own = self.subscribe(condition="changed", period_rule="last_month")
        self.make_order(100, at="2025-05-10 10:00:00")
        self.assertEqual(len(self.run_cron()), 1)
        self.assertEqual(self.run_cron(EIGHT + DAY), [])
        delivery = self.delivery(own)
        self.assertEqual(delivery.state, "skipped")
        self.assertIn("Nothing has changed", delivery.note)
        self.assertEqual(own.last_result, "skipped")
        self.assertIn("Nothing has changed", own.last_run_id.note)
        self.make_order(50, at="2025-05-11 10:00:00")
        self.assertEqual(len(self.run_cron(EIGHT + 2 * DAY)), 1)

    def test_a_figure_beyond_a_limit(self):
        self.make_two_orders()
        self.make_order(1000, at="2025-06-09 10:00:00", user_id=self.salesperson.id)
        self.make_order(1000, at="2025-06-09 10:00:00", user_id=self.colleague.id)
        everybody = self.viewer | self.salesperson | self.colleague
        for figure, operator, limit, users in (
            ("total_revenue", "below", 112, self.salesperson),
            ("total_revenue", "above", 2222, self.viewer),
            ("total_orders", "above", 1, self.viewer),
            # From 1000 to 111, to 2222; from 2000 to 2333.
            ("total_revenue", "up_more", 16.6, self.viewer | self.colleague),
            ("total_revenue", "up_more", 16.7, self.colleague),
            ("total_revenue", "down_more", 88, self.salesperson),
            ("total_revenue", "down_more", 89, self.env["res.users"]),
        ):
            with self.subTest(figure=figure, operator=operator, limit=limit):
                own = self.subscribe(
                    user_ids=[Command.set(everybody.ids)],
                    condition="figure",
                    condition_figure=figure,
                    condition_operator=operator,
                    condition_limit=limit,
                )
                self.assertEqual(self.run_cron(), sorted(users.mapped("email")))
                notes = own.run_ids.delivery_ids.mapped("note")
                self.assertEqual(len([note for note in notes if note]), 3 - len(users))
                # The owner reads the reason: no figure of another's is in it.
                self.assertNotIn("111", own.run_ids.note or "")
                own.action_archive()

    def test_nothing_to_compare_with(self):
        own = self.subscribe(condition="figure", condition_operator="up_more")
        self.make_two_orders()
        self.assertEqual(self.run_cron(), [])
        self.assertIn("nothing to compare", own.run_ids.note)

    def test_behind_target_and_pace(self):
        targets = self.env["sale.dashboard.target"]
        own_target = targets.create(
            {
                "month": "2025-06-01",
                "company_id": self.company.id,
                "user_id": self.salesperson.id,
                "amount": 100,
            }
        )
        self.make_two_orders()
        users = [Command.set(self.salesperson.ids)]
        pace = self.subscribe(condition="behind_pace", user_ids=users)
        target = self.subscribe(condition="behind_target", user_ids=users)
        self.assertEqual(self.run_cron(), [])
        self.assertIn("No target is behind", pace.run_ids.note)
        self.assertIn("Every target is reached", target.run_ids.note)
        own_target.amount = 120  # 92 percent on the 12th
        self.assertEqual(len(self.run_cron(EIGHT + DAY)), 1)
        self.assertEqual(target.last_result, "sent")
        own_target.amount = 5000
        self.assertEqual(len(self.run_cron(EIGHT + 2 * DAY)), 2)
        own_target.unlink()
        self.assertEqual(self.run_cron(EIGHT + 3 * DAY), [])
        self.assertIn("no target", pace.last_run_id.note)

    # ------------------------------------------------------------------
    # What goes wrong
    # ------------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_one_refused_stops_nobody_and_ends(self):
        self.inbox.refused = {self.salesperson.email}
        own = self.subscribe(
            user_ids=[
                Command.set((self.salesperson | self.colleague | self.viewer).ids)
            ]
        )
        self.assertEqual(
            self.run_cron(), sorted([self.colleague.email, self.viewer.email])
        )
        delivery = self.delivery(own, self.salesperson)
        self.assertEqual((delivery.state, delivery.attempts), ("pending", 1))
        self.assertFalse(own.last_result)
        # Not before its time; and no more than two times more.
        self.assertEqual(self.run_cron(EIGHT + timedelta(minutes=4)), [])
        self.assertEqual(delivery.attempts, 1)
        for minutes in (6, 40, 80):
            self.assertEqual(self.run_cron(EIGHT + timedelta(minutes=minutes)), [])
        self.assertEqual((delivery.state, delivery.attempts), ("failed", 3))
        self.assertEqual(own.last_result, "partial")
        self.assertIn("550", own.last_run_id.note)
        self.assertEqual(self.log(own).count("1 of 3 mails could not be sent"), 1)
        # By hand, once it is known to work.
        self.inbox.refused = set()
        delivery.with_user(self.viewer).action_send_again()
        self.assertEqual(
            self.run_cron(EIGHT + timedelta(minutes=90)), [self.salesperson.email]
        )
        self.assertEqual(own.last_result, "sent")

    def test_a_bad_address_stops_nobody(self):
        self.salesperson.email = "nobody at all"
        own = self.subscribe(
            user_ids=[Command.set((self.salesperson | self.viewer).ids)]
        )
        self.assertEqual(self.run_cron(), [self.viewer.email])
        self.assertEqual(self.delivery(own, self.salesperson).state, "pending")

    def test_a_view_that_one_cannot_be_read_stops_nobody(self):
        team = self.env["crm.team"].create(
            {"name": "Hidden", "company_id": self.company.id}
        )
        own = self.subscribe(
            filters={"team_ids": team.ids},
            user_ids=[Command.set((self.salesperson | self.viewer).ids)],
        )
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("crm.team"),
                "domain_force": f"[('id', '!=', {team.id} if user.id =="
                f" {self.salesperson.id} else 0)]",
            }
        )
        self.assertEqual(self.run_cron(), [self.viewer.email])
        self.assertIn("team_ids", self.delivery(own, self.salesperson).note)

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_a_server_that_breaks_off_gets_it_again(self):
        self.inbox.dying = 1
        own = self.subscribe(
            user_ids=[Command.set((self.salesperson | self.viewer).ids)]
        )
        self.assertEqual(len(self.run_cron()), 1)
        [waiting] = own.run_ids.delivery_ids.filtered(
            lambda one: one.state == "pending"
        )
        before = waiting.message_id
        self.assertEqual(len(self.run_cron(EIGHT + timedelta(minutes=6))), 1)
        self.assertEqual(
            self.inbox.addresses, sorted([self.salesperson.email, self.viewer.email])
        )
        # The same mail, whatever the server made of the first half.
        mail = self.inbox.only(waiting.user_id.email)
        self.assertEqual(mail["Message-Id"], before)
        self.assertEqual(own.last_result, "sent")

    def test_no_server(self):
        server = self.env["ir.mail_server"].search([("smtp_host", "=", "127.0.0.1")])
        server.smtp_port = 1
        own = self.subscribe(
            user_ids=[Command.set((self.salesperson | self.viewer).ids)]
        )
        for hours in (0, 1, 2, 3, 4):
            self.assertEqual(self.run_cron(EIGHT + timedelta(hours=hours)), [])
        self.assertEqual(set(own.run_ids.delivery_ids.mapped("state")), {"pending"})
        server.smtp_port = self.inbox.port
        self.assertEqual(len(self.run_cron(EIGHT + timedelta(hours=5))), 2)
        # A day later it is over: the next mail is due.
        server.smtp_port = 1
        self.run_cron(EIGHT + DAY)
        self.run_cron(EIGHT + 2 * DAY + timedelta(hours=1))
        waiting, over, _sent = own.run_ids
        self.assertEqual((over.result, waiting.result), ("failed", False))
        self.assertIn("2 of 2 mails could not be sent", self.log(own))

    def test_interrupted_while_it_was_handed_over(self):
        own = self.subscribe(
            user_ids=[Command.set((self.salesperson | self.viewer).ids)]
        )
        with freeze_time(EIGHT):
            own.action_send_now()
        # What a worker leaves that was killed between the two commits.
        interrupted = self.delivery(own, self.salesperson)
        interrupted.sudo().write({"state": "sending", "sending_at": EIGHT})
        self.assertEqual(
            self.run_cron(EIGHT + timedelta(minutes=5)), [self.viewer.email]
        )
        self.assertEqual(interrupted.state, "sending")
        self.assertEqual(self.run_cron(EIGHT + timedelta(minutes=16)), [])
        self.assertEqual(interrupted.state, "uncertain")
        self.assertEqual(own.last_result, "partial")
        self.assertIn("may have arrived", self.log(own))

    def test_missed_nights_are_one_mail(self):
        own = self.subscribe()
        self.assertEqual(len(self.run_cron(EIGHT + 5 * DAY + timedelta(hours=3))), 1)
        [run] = own.run_ids
        self.assertEqual(run.due_at, EIGHT + 5 * DAY)
        self.assertEqual(own.next_run, EIGHT + 6 * DAY)
        memory = self.env["sale.dashboard.mailed"].with_user(self.viewer).search([])
        self.assertEqual(str(memory.date_from), "2025-06-15")
        # Down over midnight: the mail that was due yesterday is about the day before.
        self.assertEqual(len(self.run_cron(EIGHT + 7 * DAY - timedelta(hours=5))), 1)
        memory = self.env["sale.dashboard.mailed"].with_user(self.viewer).search([])
        self.assertEqual(str(memory[0].date_from), "2025-06-16")

    # ------------------------------------------------------------------
    # Restatements
    # ------------------------------------------------------------------

    def test_earlier_figures_that_have_changed(self):
        own_order, others_order = self.make_two_orders()
        everybody = self.viewer | self.salesperson | self.colleague
        self.subscribe(user_ids=[Command.set(everybody.ids)])
        self.run_cron()
        with freeze_time(EIGHT + timedelta(hours=4)):
            self.cancel(others_order)
        added = self.make_order(
            20, at="2025-06-10 11:00:00", user_id=self.salesperson.id
        )
        self.run_cron(EIGHT + DAY)

        def latest(user):
            return text_of(self.inbox.of(user.email)[-1]).replace("\xa0", " ")

        cancelled = f"{others_order.name} cancelled on 11 June"
        for user, change, told in (
            (self.viewer, "-$ 2,202.00", [cancelled, f"{added.name} added"]),
            (self.colleague, "-$ 2,222.00", [cancelled]),
            (self.salesperson, "+$ 20.00", [f"{added.name} added"]),
        ):
            text = " ".join(latest(user).split())
            self.assertIn(change, text)
            for sentence in told:
                self.assertIn(sentence, text)
            for order in (own_order, others_order, added):
                if not any(order.name in sentence for sentence in told):
                    self.assertNotIn(order.name, text)
        # Told once.
        self.run_cron(EIGHT + 2 * DAY)
        self.assertNotIn(others_order.name, latest(self.viewer))
        self.assertEqual(
            self.env["sale.dashboard.mailed"]
            .with_user(self.viewer)
            .search([("date_to", "=", "2025-06-10")])
            .total_revenue,
            131,
        )

    def test_a_month(self):
        order = self.make_order(1240, at="2025-05-10 10:00:00")
        self.subscribe(schedule="monthly", day_of_month=11, period_rule="last_month")
        self.run_cron()
        with freeze_time("2025-07-03 10:00:00"):
            self.cancel(order)
        self.run_cron(datetime(2025, 7, 11, 6))
        text = text_of(self.inbox.of(self.viewer.email)[-1]).replace("\xa0", " ")
        text = " ".join(text.split())
        self.assertIn("May 2025 -$ 1,240.00", text)
        self.assertIn(f"{order.name} cancelled on 3 July", text)

    def test_who_sees_more_by_now_is_not_told_of_a_change(self):
        self.make_two_orders()
        self.subscribe(user_ids=[Command.set(self.salesperson.ids)])
        self.run_cron()
        self.salesperson.group_ids += self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        self.run_cron(EIGHT + DAY)
        text = text_of(self.inbox.of(self.salesperson.email)[-1])
        self.assertNotIn("mailed", text)

    def test_month_to_date_grows_by_itself(self):
        self.make_two_orders()
        self.subscribe(period_rule="month_to_date")
        self.run_cron()
        self.make_order(20, at="2025-06-10 11:00:00")
        self.run_cron(EIGHT + DAY)
        text = text_of(self.inbox.of(self.viewer.email)[-1])
        self.assertNotIn("added on", text)

    def test_memory_is_kept_once_for_all_who_were_told_the_same(self):
        second = self.make_user("dashboard_second", "sales_team.group_sale_manager")
        second.email = "second@example.com"
        self.make_two_orders()
        self.subscribe(user_ids=[Command.set((self.viewer | second).ids)])
        self.run_cron()
        memories = self.env["sale.dashboard.mailed"].search([])
        self.assertEqual(len(memories), 2)
        self.assertEqual(len(memories.orders_id), 1)
        memories.unlink()
        self.env["sale.dashboard.mailed.orders"]._drop_unused()
        self.assertFalse(self.env["sale.dashboard.mailed.orders"].search([]))
