"""The pure half of the HTTP API: parameters, negotiation, tags and its document."""

import json
from unittest import TestCase

from odoo.addons.sale_dashboard.engine import openapi, query
from odoo.addons.sale_dashboard.engine.addresses import ADDRESSES
from odoo.addons.sale_dashboard.engine.entity_tag import (
    check_token,
    make_tag,
    matches,
    newest_token,
)
from odoo.addons.sale_dashboard.engine.errors import InvalidRequest
from odoo.addons.sale_dashboard.engine.negotiation import (
    CONTENT_TYPES,
    choose_format,
    split_ending,
)
from odoo.addons.sale_dashboard.engine.request import parse_request

JUNE = [("start_date", "2025-06-01"), ("end_date", "2025-06-30")]
OLD, NEW = "9-00000000000000aa", "10-00000000000000bb"


class TestEngineQuery(TestCase):
    def parse(self, *arguments):
        return query.parse_query(query.DASHBOARD, [*JUNE, *arguments])

    def assertRefused(self, parameter, code, *arguments, parameters=query.DASHBOARD):
        with self.assertRaises(InvalidRequest) as caught:
            query.parse_query(parameters, arguments)
        self.assertEqual(
            (caught.exception.parameter, caught.exception.code), (parameter, code)
        )

    def test_what_is_asked(self):
        days = {"date_from": "2025-06-01", "date_to": "2025-06-30"}
        self.assertEqual(self.parse(), days)
        self.assertEqual(
            self.parse(
                ("top_limit", "3"),
                ("company_ids", "7,2,7"),
                ("team_ids", "1"),
                ("domain", '[["state", "=", "sale"]]'),
                ("refresh", "true"),
            ),
            days
            | {
                "top_limit": 3,
                "company_ids": [7, 2],
                "filters": {"team_ids": [1], "domain": [["state", "=", "sale"]]},
                "refresh": True,
            },
        )

    def test_refusals_name_the_parameter(self):
        for code, name, text in (
            ("unknown_parameter", "colour", "red"),
            ("repeated_parameter", "start_date", "2025-06-01"),
            ("missing_parameter", "measure", ""),
            ("not_a_number", "top_limit", "ten"),
            ("not_a_number", "top_limit", "1_0"),
            ("not_a_number", "top_limit", "١"),
            ("not_a_number", "top_limit", "9" * 5000),
            ("not_a_list_of_ids", "company_ids", "1,"),
            ("not_a_list_of_ids", "user_ids", "0"),
            ("not_a_list_of_ids", "team_ids", "1 2"),
            ("not_a_list_of_ids", "partner_ids", "-1"),
            ("not_a_boolean", "refresh", "yes"),
            ("not_json", "domain", "[("),
            ("not_json", "domain", "[NaN]"),
            ("not_json", "domain", "[" * 20000),
        ):
            with self.subTest(name=name, text=text[:10]):
                self.assertRefused(name, code, *JUNE, (name, text))
        self.assertRefused("end_date", "missing_parameter", JUNE[0])

    def test_refusals_of_the_method_behind_it(self):
        for parameter, values, expected in (
            ("date_to", {}, "end_date"),
            ("top_limit", {}, "top_limit"),
            ("filters", {"name": "team_ids"}, "team_ids"),
            ("filters", {}, "domain"),
        ):
            found = query.find_parameter(query.DASHBOARD, parameter, values)
            self.assertEqual(found, expected)
        self.assertEqual(query.find_parameter(query.CHANGES, "token", {}), "since")

    def test_values_no_query_can_carry(self):
        for code, value in (
            ("not_text", "a\0b"),
            ("not_text", "\ud800"),
            ("not_finite", float("inf")),
        ):
            domain = ["|", ["name", "=", "a"], ["name", "in", ["b", value]]]
            with self.subTest(value=value), self.assertRaises(InvalidRequest) as caught:
                parse_request("2025-06-01", "2025-06-30", filters={"domain": domain})
            self.assertEqual(caught.exception.code, code)


class TestEngineNegotiation(TestCase):
    def test_endings(self):
        for address, expected in (
            ("teams", ("teams", None)),
            ("teams.csv", ("teams", "csv")),
            ("teams.CSV", ("teams.CSV", None)),
            ("teams.html", ("teams.html", None)),
            ("a.b.json", ("a.b", "json")),
            (".csv", ("", "csv")),
        ):
            self.assertEqual(split_ending(address), expected)

    def test_what_is_liked_best(self):
        offered = ("json", "csv", "xlsx")
        xlsx = CONTENT_TYPES["xlsx"]
        for accept, expected in (
            (None, "json"),
            ("", "json"),
            ("*/*", "json"),
            ("application/json", "json"),
            ("Text/CSV", "csv"),
            ("text/csv; charset=utf-8", "csv"),
            ("text/*", "csv"),
            ("application/*", "json"),
            (f"{xlsx}, application/json;q=0.9", "xlsx"),
            ("application/json;q=0.5, text/csv;q=0.501", "csv"),
            ("text/csv, application/json", "json"),
            ("*/*, application/json;q=0", "csv"),
            ("text/*;q=0, */*;q=0.1", "json"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),
            ("text/html", None),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("nonsense", "json"),
            ("*/csv", "json"),
            ("text/csv;q=2", "json"),
            ("text/csv;q=2, text/html", None),
        ):
            with self.subTest(accept=accept):
                self.assertEqual(choose_format(accept, offered), expected)


class TestEngineEntityTag(TestCase):
    def test_what_a_tag_says(self):
        tag = make_tag(NEW, "key", {"a": 1})
        self.assertRegex(tag, rf'^"{NEW}\.[0-9a-f]{{32}}"$')
        self.assertEqual(tag, make_tag(NEW, "key", {"a": 1}))
        self.assertNotEqual(tag, make_tag(OLD, "key", {"a": 1}))
        self.assertNotEqual(tag, make_tag(NEW, "key", {"a": 2}))
        self.assertNotEqual(make_tag(NEW, "a", "b"), make_tag(NEW, "ab", ""))

    def test_if_none_match(self):
        tag = make_tag(NEW, "key")
        for header in (tag, f"W/{tag}", f'"x", {tag}', "*", f' W/"y",W/{tag}'):
            self.assertTrue(matches(header, tag), header)
        for header in (None, "", '"x"', tag.strip('"'), tag[:-2] + '"'):
            self.assertFalse(matches(header, tag), header)

    def test_the_newest_token(self):
        tags = f'{make_tag(OLD)}, W/{make_tag(NEW)}, "7", "x.y"'
        self.assertEqual(newest_token(tags), NEW)
        for header in (None, "", "*", '"nonsense"'):
            self.assertIsNone(newest_token(header))

    def test_tokens(self):
        self.assertEqual(check_token(NEW), NEW)
        for value in (None, 5, "", "10", f"{NEW} ", "-1-00000000000000bb", "١-" + NEW):
            with self.assertRaises(InvalidRequest):
                check_token(value)


class TestEngineOpenapi(TestCase):
    def setUp(self):
        super().setUp()
        self.document = openapi.make_document()

    def test_every_address_in_every_form(self):
        paths = set(self.document["paths"])
        for name, address in ADDRESSES.items():
            self.assertLessEqual(
                {f"/{name}", *(f"/{name}.{form}" for form in address.formats)}, paths
            )
        operations = [
            operation
            for path in self.document["paths"].values()
            for operation in path.values()
        ]
        names = [operation["operationId"] for operation in operations]
        self.assertEqual(len(names), len(set(names)))

    def test_every_parameter(self):
        described = self.document["paths"]["/dashboard"]["get"]["parameters"]
        names = [one["$ref"].rpartition("/")[2] for one in described]
        self.assertEqual(
            names, [*(one.name for one in query.DASHBOARD), "If-None-Match"]
        )
        parameters = self.document["components"]["parameters"]
        required = [name for name in names if parameters[name].get("required")]
        self.assertEqual(required, ["start_date", "end_date"])

    def test_every_reference_leads_somewhere(self):
        pending, found = [self.document], 0
        while pending:
            node = pending.pop()
            if isinstance(node, dict):
                pending.extend(node.values())
                if "$ref" in node:
                    target = self.document
                    for name in node["$ref"].removeprefix("#/").split("/"):
                        target = target[name]
                    found += 1
            elif isinstance(node, list):
                pending.extend(node)
        self.assertGreater(found, 100)

    def test_it_is_json(self):
        self.assertEqual(json.loads(json.dumps(self.document)), self.document)
