"""What may be asked, and how a refusal names its parameter."""

from datetime import date, datetime
from unittest import TestCase

from odoo.addons.sale_dashboard.engine.errors import InvalidRequest
from odoo.addons.sale_dashboard.engine.groups import (
    ALL,
    make_conditions,
    parse_groups,
    split_domain,
)
from odoo.addons.sale_dashboard.engine.request import parse_request
from odoo.addons.sale_dashboard.engine.scope import make_scope

GOOD = {"date_from": "2026-01-01", "date_to": "2026-01-31"}


class TestEngineRequest(TestCase):
    def assertRefused(self, parameter, code, **parameters):
        with self.assertRaises(InvalidRequest) as caught:
            parse_request(**{**GOOD, **parameters})
        self.assertEqual(caught.exception.parameter, parameter)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def test_defaults(self):
        request = parse_request(**GOOD)
        self.assertEqual(request.date_from, date(2026, 1, 1))
        self.assertEqual(
            (request.period_type, request.compare, request.measure, request.top_limit),
            ("daily", "previous_period", "untaxed", 10),
        )
        self.assertIsNone(request.timezone)
        self.assertEqual(request.filters.domain, [])

    def test_dates(self):
        self.assertRefused("date_from", "reversed", date_from="2026-02-01")
        for bad in ("2026-02-30", "20260101", "2026-W01-1", "", None, 5, "1.1.2026"):
            self.assertRefused("date_from", "not_a_day", date_from=bad)
        self.assertRefused("date_to", "not_a_day", date_to=datetime(2026, 1, 31))
        self.assertRefused("date_from", "out_of_calendar", date_from="1800-01-01")
        self.assertRefused("date_to", "out_of_calendar", date_to="9999-12-31")

    def test_twenty_years_and_not_a_day_more(self):
        span = {"date_from": "2004-02-29", "period_type": "monthly"}
        self.assertTrue(parse_request(**span, date_to="2024-02-28"))
        self.assertRefused("date_to", "too_long", **span, date_to="2024-02-29")

    def test_choices(self):
        for parameter in ("period_type", "compare", "measure"):
            for bad in ("hourly", "", None, ["daily"], 1):
                self.assertRefused(parameter, "unknown_choice", **{parameter: bad})

    def test_top_limit(self):
        for bad in (0, 1001, -1, "10", 1.5, None, True):
            self.assertRefused("top_limit", "out_of_range", top_limit=bad)
        self.assertEqual(parse_request(**GOOD, top_limit=1000).top_limit, 1000)

    def test_too_many_buckets_names_the_wider_type(self):
        error = self.assertRefused(
            "period_type", "too_many_buckets", date_from="2020-01-01"
        )
        self.assertEqual(error.values["wider"], "weekly")
        request = parse_request("2006-02-01", "2026-01-31", "weekly")
        self.assertEqual(request.period_type, "weekly")

    def test_timezone(self):
        for bad in ("Mars/Olympus", "europe/paris", 3, "../etc/passwd"):
            self.assertRefused("timezone", "unknown_zone", timezone=bad)
        self.assertEqual(parse_request(**GOOD, timezone="UTC").timezone, "UTC")

    def test_filters(self):
        for bad in ([], "x", 5):
            self.assertRefused("filters", "not_an_object", filters=bad)
        self.assertRefused("filters", "unknown_filter", filters={"teams": [1]})
        for bad in (["1"], [True], [0], [-1], [2**31], 5, {"a": 1}):
            self.assertRefused("filters", "not_ids", filters={"team_ids": bad})
        self.assertRefused("filters", "not_a_domain", filters={"domain": "[]"})
        request = parse_request(**GOOD, filters={"user_ids": [3, 1, 3]})
        self.assertEqual(request.filters.user_ids, (1, 3))

    def test_customer_groups(self):
        def ask(domain=(), groups=()):
            filters = {"domain": list(domain), "customer_groups": list(groups)}
            return parse_request(**GOOD, filters=filters).filters

        for bad in ("segment:High Value", 5, {"segment": "High Value"}):
            filters = {"customer_groups": bad}
            self.assertRefused("filters", "not_groups", filters=filters)
        for bad in ("segment:", "High Value", "user:1", 5, None, ["segment"]):
            filters = {"customer_groups": [bad]}
            error = self.assertRefused("filters", "unknown_group", filters=filters)
            self.assertIn("rfm_group:champion", error.values["choices"])
        # One dimension after the other; within one, their order means nothing.
        names = ("customer_type:new", "segment:Low Value", "segment:High Value")
        expected = ("customer_type:new", "segment:High Value", "segment:Low Value")
        self.assertEqual(ask(groups=names + names).customer_groups, expected)

        high = ["dashboard_segment", "=", "High Value"]
        low = ["dashboard_segment", "=", "Low Value"]
        new = ("dashboard_customer_type", "in", ["new"])
        large = ["amount_total", ">", 5]
        team = ["team_id", "=", 1]
        for domain, rest, groups in (
            ([high], [], ["segment:High Value"]),
            ([new, high], [], ["customer_type:new", "segment:High Value"]),
            (["&", high, large], [large], ["segment:High Value"]),
            (
                ["&", "&", "|", large, team, "|", low, high, new],
                ["|", large, team],
                [*expected[1:], "customer_type:new"],
            ),
            (["!", team, high], ["!", team], ["segment:High Value"]),
            ([large, "&", team, high], [large, team], ["segment:High Value"]),
        ):
            with self.subTest(domain=domain):
                filters = ask(domain)
                self.assertEqual(filters.domain, rest)
                self.assertEqual(list(filters.customer_groups), groups)
        for domain in (
            ["|", high, large],
            ["|", high, new],
            ["!", high],
            [["dashboard_segment", "!=", "High Value"]],
            [["dashboard_segment", "in", "High Value"]],
            ["|", "&", high, large, team],
        ):
            with self.subTest(domain=domain):
                filters = {"domain": domain}
                self.assertRefused("filters", "misplaced_group", filters=filters)
        for domain in (["&", high, "|", large], ["|", high]):
            filters = {"domain": domain}
            self.assertRefused("filters", "not_a_domain", filters=filters)
        unknown = [["dashboard_segment", "=", False]]
        self.assertRefused("filters", "unknown_group", filters={"domain": unknown})

    def test_groups_as_conditions_are_the_same_groups(self):
        for count in range(len(ALL) + 1):
            groups = parse_groups(ALL[count:] + ALL[:count])
            self.assertEqual(
                parse_groups(split_domain(make_conditions(groups))[1]), groups
            )


class TestEngineScope(TestCase):
    def scope(
        self, company_ids=(1, 2), now=datetime(2026, 1, 31, 23, 30), **parameters
    ):
        request = parse_request(**{**GOOD, **parameters})
        return make_scope(request, "Europe/Paris", company_ids, now)

    def test_bounds_in_the_zone(self):
        scope = self.scope()
        self.assertEqual(scope.current.start, datetime(2025, 12, 31, 23))
        self.assertEqual(scope.current.end, datetime(2026, 1, 31, 23))
        self.assertEqual(scope.today, date(2026, 2, 1))
        self.assertEqual(self.scope(timezone="UTC").current.end, datetime(2026, 2, 1))

    def test_key_tells_requests_apart(self):
        scopes = [
            self.scope(),
            self.scope(company_ids=(2, 1)),
            self.scope(timezone="UTC"),
            self.scope(measure="total"),
            self.scope(top_limit=11),
            self.scope(filters={"team_ids": [1]}),
            self.scope(filters={"user_ids": [1]}),
            self.scope(filters={"customer_groups": ["segment:High Value"]}),
            self.scope(filters={"domain": [["id", ">", 1]]}),
            self.scope(date_from="2026-01-02"),
            self.scope(now=datetime(2026, 2, 1, 23, 30)),
        ]
        keys = {scope.key(lang="en_US") for scope in scopes}
        keys.add(scopes[0].key(lang="fr_FR"))
        self.assertEqual(len(keys), len(scopes) + 1)

    def test_key_is_stable(self):
        self.assertEqual(self.scope().key(), self.scope(timezone="Europe/Paris").key())
