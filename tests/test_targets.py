"""Targets, their pace and the projection, in a database (DEFINITIONS, section 6)."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DashboardCase

NOON = "2025-06-16 10:00:00"  # a Monday; 10 of June's 21 working days are gone


@tagged("post_install", "-at_install")
class TestTargets(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Europe/Paris"
        cls.team = cls.make_team("Europe")
        cls.salesman = cls.make_user(
            "target_salesman", "sales_team.group_sale_salesman"
        )

    @classmethod
    def make_team(cls, name, company=None, **values):
        company = company or cls.company
        return cls.env["crm.team"].create(
            {"name": name, "company_id": company.id, **values}
        )

    @classmethod
    def make_target(cls, amount=2100.0, month="2025-06-01", company=None, **values):
        company = company or cls.company
        return cls.env["sale.dashboard.target"].create(
            {"amount": amount, "month": month, "company_id": company.id, **values}
        )

    def get(self, month="2025-06", at=NOON, user=None, companies=None, **options):
        with freeze_time(at):
            return self.dashboards(user, companies).get_targets(month=month, **options)

    def get_one(self, **options):
        [target] = self.get(**options)["targets"]
        return target

    def see(self, target, at=NOON, user=None, companies=None):
        """The record's own figures, as someone sees them."""
        companies = companies or self.company
        with freeze_time(at):
            seen = (
                self.env["sale.dashboard.target"]
                .with_user(user or self.viewer)
                .with_context(allowed_company_ids=companies.ids)
                .browse(target.id)
            )
            seen.invalidate_recordset()
            names = ["reached", "share", "expected_share", "status", "remaining"]
            names += ["needed_per_day", "working_days_total", "working_days_gone"]
            return {name: seen[name] for name in [*names, "is_partial"]}

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_a_target_of_each_kind(self):
        self.make_order(100, team_id=self.team.id, user_id=self.viewer.id)
        self.make_order(20, team_id=self.team.id)
        self.make_order(3, user_id=self.viewer.id)
        self.make_order(1000, confirm=False, team_id=self.team.id)
        company = self.make_target(4200)
        team = self.make_target(2100, team_id=self.team.id)
        user = self.make_target(1000, user_id=self.viewer.id)
        payload = self.get()
        self.assertEqual(
            [
                (one["id"], one["kind"], one["res_id"], one["name"], one["reached"])
                for one in payload["targets"]
            ],
            [
                (company.id, "company", self.company.id, "Dashboard Inc", 123.0),
                (team.id, "team", self.team.id, "Europe", 120.0),
                (user.id, "user", self.viewer.id, self.viewer.name, 103.0),
            ],
        )
        shown = payload["targets"][1]
        self.assertEqual(shown["amount"], 2100.0)
        self.assertEqual(shown["share"], 100 * 120 / 2100)
        self.assertEqual(shown["expected_share"], 100 * 10 / 21)
        self.assertEqual(shown["status"], "behind")
        self.assertEqual(shown["remaining"], 1980.0)
        self.assertEqual(shown["needed_per_day"], 180.0)
        self.assertEqual(
            shown["working_days"], {"total": 21, "gone": 10, "remaining": 11}
        )
        self.assertFalse(shown["partial"])
        for key, value in {
            "month": "2025-06",
            "status": "running",
            "date_from": "2025-06-01",
            "date_to": "2025-06-16",
            "currency": "USD",
            "currency_id": self.usd.id,
            "timezone": "Europe/Paris",
            "partial": False,
            "working_days": {"total": 21, "gone": 10, "remaining": 11},
        }.items():
            self.assertEqual(payload[key], value, key)
        # The record says the same.
        seen = self.see(team)
        for name in ("reached", "share", "expected_share", "status", "remaining"):
            self.assertEqual(seen[name], shown[name], name)
        self.assertEqual(seen["needed_per_day"], 180.0)
        self.assertEqual(seen["working_days_total"], 21)
        self.assertEqual(seen["working_days_gone"], 10)

    def test_figures_are_the_dashboards_own(self):
        for index, at in enumerate(
            ("2025-05-31 21:59:59", "2025-05-31 22:00:00", "2025-06-16 21:59:59")
            + ("2025-06-16 22:00:00", "2025-06-05 08:00:00")
        ):
            self.make_order(10.01 * 3**index, at=at, team_id=self.team.id)
            self.make_order(7.77 * 2**index, at=at, user_id=self.viewer.id)
        self.make_order(33.33, currency=self.eur, team_id=self.team.id)
        self.make_target(team_id=self.team.id)
        self.make_target(user_id=self.viewer.id)
        self.make_target()
        shown = self.get()["targets"]
        with freeze_time(NOON):
            for target, filters in zip(
                shown,
                (None, {"team_ids": self.team.ids}, {"user_ids": self.viewer.ids}),
                strict=True,
            ):
                revenue = self.figure(
                    "total_revenue", date_to="2025-06-16", filters=filters
                )
                self.assertTrue(revenue)
                self.assertEqual(target["reached"], revenue)

    def test_what_is_reached_opens_its_orders(self):
        other = self.make_user("target_other", "sales_team.group_sale_salesman")
        second, both, user = self.make_second()
        team = self.env["crm.team"].create({"name": "World", "company_id": False})
        for index, (company, person) in enumerate(
            (company, person)
            for company in both
            for person in (self.salesman, other, self.env["res.users"])
        ):
            # Salespeople of one company only: the others' orders are made for them.
            person_id = person.id if company == self.company else False
            for at in (NOON, "2025-06-18 10:00:00", "2025-05-31 21:59:59"):
                self.make_order(
                    3.33 * 2**index,
                    at=at,
                    company=company,
                    team_id=team.id,
                    user_id=person_id,
                )
        for company in both:
            self.make_target(company=company)
            self.make_target(company=company, team_id=team.id)
        self.make_target(user_id=self.salesman.id)
        self.make_target(user_id=other.id)
        for viewer, companies, number in (
            (self.viewer, self.company, 4),
            (self.salesman, self.company, 2),
            (user, both, 6),
            (user, second | self.company, 6),
        ):
            for at in (NOON, "2025-07-01 10:00:00", "2025-05-31 10:00:00"):
                shown = self.get(at=at, user=viewer, companies=companies)["targets"]
                self.assertEqual(len(shown), number)
                for target in shown:
                    with freeze_time(at):
                        opened = self.dashboards(viewer, companies).get_target_domain(
                            target_id=target["id"]
                        )
                    orders = self.env[opened["model"]].with_user(viewer)
                    orders = orders.with_context(**opened["context"])
                    [row] = orders.formatted_read_group(
                        opened["domain"], [], [opened["aggregate"]]
                    )
                    revenue = row[opened["aggregate"]] or 0.0
                    self.assertAlmostEqual(revenue, target["reached"], places=9)
        foreign = self.make_target(company=second, month="2025-01-01")
        for missing in (foreign.id, 0, "1", None):
            with self.subTest(missing=missing), self.assertRaises(ValidationError):
                self.dashboards().get_target_domain(target_id=missing)

    def test_edges_of_the_month_are_the_zones(self):
        self.make_target()
        self.make_target(month="2025-07-01")
        self.make_order(1, at="2025-06-30 21:59:59")
        self.make_order(10, at="2025-06-30 22:00:00")
        late = "2025-06-30 22:30:00"  # 1 July in Paris, still June in London
        shown = self.get(month=None, at=late)
        self.assertEqual((shown["month"], shown["date_to"]), ("2025-07", "2025-07-01"))
        self.assertEqual(shown["targets"][0]["reached"], 10.0)
        shown = self.get(month=None, at=late, timezone="UTC")
        self.assertEqual((shown["month"], shown["date_to"]), ("2025-06", "2025-06-30"))
        self.assertEqual(shown["targets"][0]["reached"], 11.0)
        self.assertEqual(shown["working_days"]["remaining"], 1)
        june = self.get(at=late)
        self.assertEqual(june["status"], "over")
        self.assertEqual(june["targets"][0]["reached"], 1.0)
        self.viewer.tz = "America/New_York"
        self.assertEqual(self.get(month=None, at=late)["month"], "2025-06")
        self.viewer.tz = False
        self.company.partner_id.tz = "Asia/Tokyo"
        shown = self.get(month=None, at="2025-06-30 15:00:00")
        self.assertEqual(shown["month"], "2025-07")

    def test_months_over_and_to_come(self):
        target = self.make_target(100)
        self.make_order(99.99, at="2025-06-30 10:00:00")
        over = self.get_one(at="2025-08-01 10:00:00")
        self.assertEqual((over["status"], over["expected_share"]), ("behind", 100.0))
        self.assertEqual((over["remaining"], over["needed_per_day"]), (0.01, False))
        self.make_order(0.01, at="2025-06-30 10:00:00")
        over = self.get_one(at="2025-08-01 10:00:00")
        self.assertEqual((over["status"], over["needed_per_day"]), ("ahead", 0.0))
        self.assertEqual(self.see(target, at="2025-08-01 10:00:00")["status"], "ahead")
        # Orders dated ahead are not reached yet.
        ahead = self.get(at="2025-05-02 10:00:00")
        self.assertEqual(ahead["status"], "not_begun")
        self.assertEqual(ahead["projection"], {"status": "not_begun"})
        [shown] = ahead["targets"]
        self.assertEqual((shown["reached"], shown["status"]), (0.0, False))
        self.assertEqual(shown["working_days"]["remaining"], 21)
        running = self.get_one(at="2025-06-29 10:00:00")
        self.assertEqual(running["reached"], 0.0)

    def test_a_month_without_targets(self):
        payload = self.get()
        self.assertEqual(payload["targets"], [])
        self.assertEqual(
            payload["projection"],
            {
                "status": "not_enough_history",
                "reason": "too_few_months",
                "months": 0,
                "months_needed": 6,
            },
        )

    def test_bad_months_and_zones(self):
        for bad in ("2025-13", "junk", "2025-06-01", 202506, ["2025-06"], "0001-01"):
            with self.subTest(bad=bad), self.assertRaises(ValidationError) as caught:
                self.get(month=bad)
            self.assertIn("YYYY-MM", str(caught.exception))
        with self.assertRaises(ValidationError):
            self.get(timezone="Mars/Olympus")
        for edge in ("1910-01", "8999-12"):
            self.assertEqual(self.get(month=edge)["month"], edge)

    def test_json_types_only(self):
        self.make_target()
        self.make_target(team_id=self.team.id)

        def check(value, path=""):
            if isinstance(value, dict):
                for key, one in value.items():
                    self.assertIs(type(key), str, path)
                    check(one, f"{path}.{key}")
            elif isinstance(value, list):
                for one in value:
                    check(one, path)
            else:
                self.assertIn(type(value), (str, int, float, bool), path)

        for at in (NOON, "2025-08-01 10:00:00", "2025-01-01 10:00:00"):
            check(self.get(at=at))
            check(self.get(at=at, user=self.salesman))

    # ------------------------------------------------------------------
    # Working days
    # ------------------------------------------------------------------

    def make_time_off(self, start, end, company=None, **values):
        company = company or self.company
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "date_from": start,
                "date_to": end,
                "calendar_id": company.resource_calendar_id.id,
                **values,
            }
        )

    def test_general_time_off_is_no_working_day(self):
        # Whit Monday, in Paris time, and the afternoon after it.
        self.make_time_off("2025-06-08 22:00:00", "2025-06-09 21:59:59")
        self.make_time_off("2025-06-10 10:00:00", "2025-06-10 21:59:59")
        days = self.get()["working_days"]
        self.assertEqual(days, {"total": 20, "gone": 9, "remaining": 11})

    def test_time_off_of_one_is_no_closing_day(self):
        resource = self.env["resource.resource"].create(
            {"name": "Someone", "company_id": self.company.id}
        )
        self.make_time_off(
            "2025-06-08 22:00:00", "2025-06-09 21:59:59", resource_id=resource.id
        )
        self.make_time_off(
            "2025-06-10 22:00:00", "2025-06-11 21:59:59", time_type="other"
        )
        second = self.make_company("Second Inc", self.usd)
        self.make_time_off("2025-06-11 22:00:00", "2025-06-12 21:59:59", company=second)
        self.assertEqual(self.get()["working_days"]["total"], 21)

    def set_hours(self, *attendances, **values):
        calendar = self.company.resource_calendar_id
        calendar.write(
            {
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Work",
                                "dayofweek": str(day),
                                "hour_from": 8.0,
                                "hour_to": 12.0,
                                "day_period": "morning",
                                **more,
                            }
                        )
                        for day, more in attendances
                    ),
                ],
                **values,
            }
        )

    def test_half_a_week(self):
        self.set_hours((0, {}), (1, {}), (2, {}))
        days = self.get()["working_days"]
        self.assertEqual(days, {"total": 13, "gone": 6, "remaining": 7})
        self.make_target(1300)
        shown = self.get_one()
        self.assertEqual(shown["expected_share"], 100 * 6 / 13)
        self.assertEqual(shown["needed_per_day"], 185.71)

    def test_alternating_weeks(self):
        parity = str((date(2025, 6, 2).toordinal() - 1) // 7 % 2)
        Attendance = self.env["resource.calendar.attendance"]
        self.assertEqual(str(Attendance.get_week_type(date(2025, 6, 2))), parity)
        other = "1" if parity == "0" else "0"
        calendar = self.company.resource_calendar_id
        calendar.switch_calendar_type()
        calendar.attendance_ids.filtered(
            lambda one: not one.display_type and one.week_type == other
        ).unlink()
        self.assertEqual(self.get()["working_days"]["total"], 5 + 5 + 1)

    def test_without_fixed_hours_monday_to_friday(self):
        self.set_hours()
        self.assertEqual(self.get()["working_days"]["total"], 21)
        self.set_hours((5, {}))
        self.assertEqual(self.get()["working_days"]["total"], 4)
        self.company.resource_calendar_id.schedule_type = "flexible"
        self.assertEqual(self.get()["working_days"]["total"], 21)
        self.company.resource_calendar_id = False
        self.assertEqual(self.get()["working_days"]["total"], 21)
        self.make_target()
        self.assertEqual(self.get_one()["working_days"]["total"], 21)

    # ------------------------------------------------------------------
    # Companies and currencies
    # ------------------------------------------------------------------

    def make_second(self):
        """A company in EUR at 0.5 EUR for a USD, and a manager of both."""
        second = self.make_company("Second Inc", self.eur)
        self.make_rate(self.eur, "2025-01-01", 0.5)
        both = self.company | second
        user = self.make_user(
            "target_both", "sales_team.group_sale_manager", companies=both
        )
        return second, both, user

    def test_two_currencies(self):
        second, both, user = self.make_second()
        self.make_rate(self.usd, "2025-01-01", 2.0, company=second)
        target = self.make_target(100, company=second)
        self.make_target(1000)
        self.make_order(40, company=second)
        self.make_order(7)
        first, other = self.get(user=user, companies=both)["targets"]
        self.assertEqual((first["amount"], first["reached"]), (1000.0, 7.0))
        self.assertEqual((other["amount"], other["reached"]), (200.0, 80.0))
        self.assertEqual((other["share"], other["remaining"]), (40.0, 120.0))
        with freeze_time(NOON):
            revenue = self.figure(
                "total_revenue",
                date_to="2025-06-16",
                user=user,
                companies=both,
                filters={"domain": [["company_id", "=", second.id]]},
            )
        self.assertEqual(other["reached"], revenue)
        # Seen from the other company, and on the record, in its own currency.
        payload = self.get(user=user, companies=second | self.company)
        self.assertEqual(payload["currency"], "EUR")
        by_id = {one["id"]: one for one in payload["targets"]}
        self.assertEqual(by_id[target.id]["amount"], 100.0)
        self.assertEqual(by_id[target.id]["reached"], 40.0)
        for companies in (both, second):
            seen = self.see(target, user=user, companies=companies)
            self.assertEqual((seen["reached"], seen["share"]), (40.0, 40.0))

    def test_each_company_works_its_own_days(self):
        second, both, user = self.make_second()
        second.resource_calendar_id.tz = "Europe/Paris"
        self.make_time_off("2025-06-08 22:00:00", "2025-06-13 21:59:59", company=second)
        self.make_target()
        self.make_target(company=second)
        payload = self.get(user=user, companies=both)
        self.assertEqual(payload["working_days"]["total"], 21)
        self.assertEqual(
            [one["working_days"]["total"] for one in payload["targets"]], [21, 16]
        )

    def test_a_team_without_company_has_a_target_in_each(self):
        second, both, user = self.make_second()
        team = self.env["crm.team"].create({"name": "World", "company_id": False})
        for company in both:
            self.make_target(100, company=company, team_id=team.id)
        self.make_order(10, team_id=team.id)
        self.make_order(30, team_id=team.id, company=second)
        shown = self.get(user=user, companies=both)["targets"]
        self.assertEqual(
            {one["company_id"]: one["reached"] for one in shown},
            {self.company.id: 10.0, second.id: 60.0},
        )

    def test_only_the_companies_of_the_request(self):
        second, both, user = self.make_second()
        self.make_target()
        target = self.make_target(company=second)
        self.assertEqual(
            [one["company_id"] for one in self.get(user=user)["targets"]],
            self.company.ids,
        )
        self.assertEqual(len(self.get(user=user, companies=both)["targets"]), 2)
        with self.assertRaises(AccessError):
            self.get(companies=both)
        with self.assertRaises(AccessError):
            target.with_user(self.viewer).read(["amount"])
        with self.assertRaises(UserError):
            self.make_target(company=second, team_id=self.team.id)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_a_salesperson_sees_own_teams_and_company(self):
        other = self.make_user("target_other", "sales_team.group_sale_salesman")
        led = self.make_team("Led", user_id=self.salesman.id)
        joined = self.make_team("Joined")
        self.env["crm.team.member"].create(
            {"crm_team_id": joined.id, "user_id": self.salesman.id}
        )
        mine = (
            self.make_target()
            | self.make_target(user_id=self.salesman.id)
            | self.make_target(team_id=led.id)
            | self.make_target(team_id=joined.id)
        )
        self.make_target(team_id=self.team.id)
        theirs = self.make_target(user_id=other.id)
        shown = self.get(user=self.salesman)["targets"]
        self.assertEqual({one["id"] for one in shown}, set(mine.ids))
        self.assertEqual(len(self.get()["targets"]), 6)
        with self.assertRaises(AccessError):
            theirs.with_user(self.salesman).read(["amount"])
        everyone = self.make_user(
            "target_all", "sales_team.group_sale_salesman_all_leads"
        )
        self.assertEqual(len(self.get(user=everyone)["targets"]), 6)

    def test_own_documents_say_nothing_of_others_pace(self):
        other = self.make_user("target_other", "sales_team.group_sale_salesman")
        self.make_order(100, user_id=other.id)
        self.make_order(10, user_id=self.salesman.id)
        company = self.make_target(1000)
        own = self.make_target(100, user_id=self.salesman.id)
        payload = self.get(user=self.salesman)
        self.assertTrue(payload["partial"])
        first, second = payload["targets"]
        self.assertEqual((first["reached"], first["share"]), (10.0, 1.0))
        self.assertTrue(first["partial"])
        for key in ("status", "remaining", "needed_per_day", "projection"):
            self.assertIs(first[key], False, key)
        self.assertFalse(second["partial"])
        self.assertEqual((second["reached"], second["remaining"]), (10.0, 90.0))
        self.assertEqual(second["status"], "behind")
        seen = self.see(company, user=self.salesman)
        self.assertEqual((seen["reached"], seen["status"]), (10.0, False))
        self.assertTrue(seen["is_partial"])
        self.assertFalse(self.see(own, user=self.salesman)["is_partial"])
        seen = self.see(company)
        self.assertEqual((seen["reached"], seen["is_partial"]), (110.0, False))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_outsiders_and_who_may_write(self):
        target = self.make_target()
        for login, groups in (
            ("target_portal", "base.group_portal"),
            ("target_public", "base.group_public"),
            ("target_employee", "base.group_user"),
        ):
            user = new_test_user(
                self.env,
                login=login,
                groups=groups,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            with self.subTest(login=login):
                with self.assertRaises(AccessError):
                    self.get(user=user)
                with self.assertRaises(AccessError):
                    self.dashboards(user).get_target_domain(target_id=target.id)
                with self.assertRaises(AccessError):
                    target.with_user(user).read(["amount"])
                with self.assertRaises(AccessError):
                    target.with_user(user).action_repeat_next_month()
        own = target.with_user(self.salesman)
        for attempt in (
            lambda: own.write({"amount": 1}),
            own.unlink,
            own.copy,
            own.action_repeat_next_month,
        ):
            with self.assertRaises(AccessError):
                attempt()
        target.with_user(self.viewer).write({"amount": 1})
        self.assertEqual(self.get_one()["amount"], 1.0)
        target.with_user(self.viewer).unlink()
        self.assertEqual(self.get()["targets"], [])

    # ------------------------------------------------------------------
    # The model
    # ------------------------------------------------------------------

    def test_the_first_day_is_kept(self):
        target = self.make_target(month="2025-06-17")
        self.assertEqual(target.month, date(2025, 6, 1))
        target.month = "2024-02-29"
        self.assertEqual(target.month, date(2024, 2, 1))
        self.assertEqual(target.display_name, "Dashboard Inc – February 2024")
        with self.assertRaises(ValidationError):
            target.month = "0205-06-01"

    @mute_logger("odoo.sql_db")
    def test_constraints(self):
        target = self.make_target(team_id=self.team.id)
        for values in (
            {"amount": 0},
            {"amount": -1},
            {"team_id": self.team.id, "user_id": self.viewer.id},
            {"team_id": self.team.id},
            {"team_id": self.team.id, "month": "2025-06-30"},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.make_target(**values)
        for values in (
            {},
            {"user_id": self.viewer.id},
            {"team_id": self.team.id, "month": "2025-07-01"},
        ):
            self.make_target(**values)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_target()  # the company's, with neither team nor salesperson
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            target.team_id = False
            target.flush_recordset()

    def test_a_teams_invoicing_target_is_offered(self):
        self.team.invoiced_target = 5000
        self.make_team("Without")
        [offer] = self.get()["suggestions"]
        self.assertIn("paid invoices", offer.pop("label"))
        self.assertEqual(
            offer,
            {
                "team_id": self.team.id,
                "name": "Europe",
                "company_id": self.company.id,
                "currency": "USD",
                "currency_id": self.usd.id,
                "amount": 5000.0,
                "basis": "paid_invoices",
            },
        )
        self.assertEqual(self.get(user=self.salesman)["suggestions"], [])
        targets = self.env["sale.dashboard.target"].with_user(self.viewer)
        with Form(targets) as form:
            form.month = "2025-06-01"
            form.user_id = self.viewer
            form.team_id = self.team
            self.assertEqual(form.amount, 5000)
            self.assertEqual(form.team_invoiced_target, 5000)
            self.assertFalse(form.user_id)
        self.assertEqual(form.record.team_id, self.team)
        self.assertEqual(self.get()["suggestions"], [])
        self.assertEqual(len(self.get(month="2025-07")["suggestions"]), 1)

    def test_the_form_knows_how_far_it_is(self):
        self.make_order(50)
        targets = self.env["sale.dashboard.target"].with_user(self.viewer)
        with freeze_time(NOON), Form(targets) as form:
            form.month = "2025-06-20"
            self.assertEqual(str(form.month), "2025-06-01")
            form.amount = 200
            self.assertEqual((form.reached, form.share), (50, 25))
            form.amount = 500
            self.assertEqual((form.reached, form.share), (50, 10))
            form.month = "0205-01-01"
            self.assertEqual(form.reached, 0)
            form.month = "2025-06-01"

    def test_repeat_for_next_month(self):
        june = self.make_target(100, team_id=self.team.id) | self.make_target(50)
        kept = self.make_target(70, month="2025-07-01")
        december = self.make_target(9, month="2025-12-01")
        action = (june | december).with_user(self.viewer).action_repeat_next_month()
        shown = self.env["sale.dashboard.target"].search(action["domain"])
        self.assertEqual(
            [(str(one.month), one.team_id, one.amount) for one in shown],
            [
                ("2026-01-01", self.env["crm.team"], 9.0),
                ("2025-07-01", self.team, 100.0),
                ("2025-07-01", self.env["crm.team"], 70.0),
            ],
        )
        self.assertIn(kept, shown)
        action = (june | december).with_user(self.viewer).action_repeat_next_month()
        again = self.env["sale.dashboard.target"].search(action["domain"])
        self.assertEqual(again, shown)
        # Two months in a row: the second has its target, the third gets one.
        (june | shown).action_repeat_next_month()
        months = self.env["sale.dashboard.target"].search(
            [("team_id", "=", self.team.id)], order="month"
        )
        self.assertEqual([one.month.month for one in months], [6, 7, 8])

    def test_the_menu_is_for_managers(self):
        menu = self.env.ref("sale_dashboard.menu_sale_dashboard_target")
        menus = self.env["ir.ui.menu"]
        self.assertIn(menu.id, menus.with_user(self.viewer)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(self.salesman)._visible_menu_ids())

    # ------------------------------------------------------------------
    # Projection
    # ------------------------------------------------------------------

    def make_history(self, months=8, **values):
        """100 on every Monday of so many months before June, and one of 2 June."""
        first = date(2025, 6 - months, 1) if months < 6 else date(2024, 18 - months, 1)
        day = first
        while day < date(2025, 6, 1):
            if day.weekday() == 0 or day == first:
                at = datetime(day.year, day.month, day.day, 10)
                self.make_order(100, at=str(at), **values)
            day += timedelta(days=1)
        self.make_order(100, at="2025-06-02 10:00:00", **values)

    def test_projection(self):
        self.make_history(months=7, team_id=self.team.id)
        self.make_order(30, at=NOON)
        self.make_target(team_id=self.team.id)
        self.make_target(user_id=self.viewer.id)
        payload = self.get(at="2025-06-16 12:00:00")
        projected = payload["projection"]
        self.assertEqual(
            set(projected),
            {"status", "expected", "low", "high", "base", "as_of", "error"}
            | {"covered", "tested", "months"},
        )
        self.assertEqual(projected["status"], "projected")
        self.assertEqual((projected["base"], projected["as_of"]), (100.0, "2025-06-13"))
        self.assertEqual((projected["months"], projected["tested"]), (7, 7))
        self.assertLessEqual(130.0, projected["low"])
        self.assertLessEqual(projected["low"], projected["expected"])
        self.assertLessEqual(projected["expected"], projected["high"])
        self.assertGreater(projected["error"], 0)
        team, user = payload["targets"]
        # The 30 of today are no team's: they only raise the whole's lower bound.
        low = team["projection"]["low"]
        self.assertLessEqual(100.0, low)
        self.assertEqual(team["projection"], projected | {"low": low})
        self.assertEqual(user["projection"]["reason"], "too_few_months")
        # Orders of other teams and companies play no part for the team.
        second = self.make_company("Second Inc", self.usd)
        self.make_order(5000, at="2025-02-03 10:00:00", company=second)
        self.make_order(5000, at="2025-02-03 10:00:00")
        again = self.get(at="2025-06-16 12:00:00")
        self.assertEqual(again["targets"][0]["projection"], team["projection"])
        self.assertNotEqual(again["projection"], projected)

    def test_not_enough_history(self):
        self.make_history(months=5)
        projected = self.get()["projection"]
        self.assertEqual(projected["reason"], "too_few_months")
        self.assertEqual((projected["months"], projected["months_needed"]), (5, 6))
        self.make_order(1, at="2024-11-20 10:00:00")
        self.make_order(1, at="2024-12-20 10:00:00")
        self.assertEqual(self.get()["projection"]["months"], 6)
        self.assertEqual(self.get()["projection"]["status"], "projected")
        early = self.get(at="2025-06-02 10:00:00")["projection"]
        self.assertEqual((early["reason"], early["months"]), ("too_early", 6))
        self.assertEqual(self.get(month="2025-05")["projection"], {"status": "over"})

    def test_a_projection_is_of_the_orders_one_may_see(self):
        other = self.make_user("target_other", "sales_team.group_sale_salesman")
        self.make_history(months=7, user_id=other.id)
        self.assertEqual(self.get()["projection"]["status"], "projected")
        payload = self.get(user=self.salesman)
        self.assertTrue(payload["partial"])
        self.assertEqual(payload["projection"]["status"], "not_enough_history")
        self.make_target(user_id=other.id)
        shown = self.get_one(user=other)
        self.assertEqual(shown["projection"]["status"], "projected")
        self.assertEqual(shown["projection"], self.get()["projection"])


@tagged("post_install", "-at_install")
class TestTargetsRpc(DashboardCase, HttpCase):
    """As a client reads them: over HTTP, on a cursor that cannot write."""

    def call(self, model, method, *args, **options):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": options},
        )

    def test_over_rpc(self):
        self.viewer.password = "dashboard_viewer"
        self.make_order(50)
        target = self.env["sale.dashboard.target"].create(
            {"amount": 100, "month": "2025-06-01", "company_id": self.company.id}
        )
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        payload = self.call("sale.dashboard", "get_targets", month="2025-06")
        self.assertEqual(payload["targets"][0]["reached"], 50.0)
        self.assertEqual(payload, self.dashboards().get_targets(month="2025-06"))
        opened = self.call("sale.dashboard", "get_target_domain", target_id=target.id)
        rows = self.call(
            opened["model"],
            "formatted_read_group",
            opened["domain"],
            [],
            [opened["aggregate"]],
            context=opened["context"],
        )
        self.assertEqual(rows[0][opened["aggregate"]], 50.0)
        [row] = self.call(
            "sale.dashboard.target",
            "web_search_read",
            [],
            {"display_name": {}, "reached": {}, "share": {}, "status": {}, "kind": {}},
        )["records"]
        self.assertEqual((row["reached"], row["share"]), (50.0, 50.0))
        self.assertEqual((row["status"], row["kind"]), ("behind", "company"))
