"""The document of the HTTP API is the truth about it."""

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import openapi_spec_validator

from odoo.tests import tagged

from ..engine.addresses import ADDRESSES, ROOT
from .test_api import JUNE, ApiCase, mute

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# What every answer of Odoo's has, whoever made it.
COMMON_HEADERS = {
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "Server",
    "X-Content-Type-Options",
}


def close(schema):
    """A copy in which no object has a key that is not described."""
    schema = copy.deepcopy(schema)
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if "properties" in node:
                node.setdefault("additionalProperties", False)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return schema


@tagged("post_install", "-at_install")
class TestApiDocument(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As much as there can be: another currency, hidden customers, a target.
        cls.make_order(30, currency=cls.eur)
        cls.make_order(20, currency=cls.eur, at="2025-05-20 10:00:00")
        second = cls.make_company("Second SA", cls.eur)
        cls.viewer.company_ids += second
        cls.make_order(5, company=second)
        cls.companies = cls.company + second
        month = "2025-06-01"
        cls.env["sale.dashboard.target"].create(
            {"company_id": cls.company.id, "month": month, "amount": 400}
        )

    def setUp(self):
        super().setUp()
        response = self.get("", address="openapi.json")
        self.assertEqual(response.headers["Content-Type"], "application/json")
        self.document = response.json()

    def describe(self, path, response):
        """The document's words for an answer."""
        described = self.document["paths"][path]["get"]["responses"]
        described = described[str(response.status_code)]
        return self.resolve(described)

    def resolve(self, node):
        while "$ref" in node:
            node_at = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                node_at = node_at[name]
            node = node_at
        return node

    def assertDescribed(self, path, response):
        described = self.describe(path, response)
        headers = described.get("headers", {})
        self.assertLessEqual(set(response.headers) - COMMON_HEADERS, set(headers))
        for name, header in headers.items():
            if self.resolve(header)["required"]:
                self.assertIn(name, response.headers)
        if response.status_code == 304:
            return
        kind = response.headers["Content-Type"].partition(";")[0]
        schema = described["content"][kind].get("schema")
        if kind.endswith("json"):
            schema = close(self.resolve(schema))
            jsonschema.Draft202012Validator.check_schema(schema)
            jsonschema.validate(response.json(), schema)

    def test_it_has_a_tag(self):
        tag = self.get("", address="openapi.json").headers["ETag"]
        response = self.get("", address="openapi.json", If_None_Match=tag)
        self.assertEqual(response.status_code, 304)
        self.assertDescribed("/openapi.json", response)

    @mute
    def test_every_answer_is_described(self):
        ids = ",".join(map(str, self.companies.ids))
        queries = {
            "dashboard": [
                JUNE,
                f"{JUNE}&compare=none",
                f"{JUNE}&company_ids={ids}&period_type=weekly",
                "start_date=1999-01-01&end_date=1999-01-02",
            ],
            "targets": ["", "month=2025-06", "month=2999-01"],
            "changes": ["since=1-00000000000000aa"],
            "cache_info": [""],
        }
        for name, address in ADDRESSES.items():
            for query in queries.get(name, [JUNE]):
                with self.subTest(address=name, query=query):
                    response = self.get(query, self.viewer, name)
                    self.assertEqual(response.status_code, 200)
                    self.assertDescribed(f"/{name}", response)
            for form in set(address.formats) - {"json", "pdf"}:
                with self.subTest(address=name, form=form):
                    response = self.get(JUNE, self.viewer, f"{name}.{form}")
                    self.assertEqual(response.status_code, 200)
                    self.assertDescribed(f"/{name}.{form}", response)

    @mute
    def test_every_problem_is_described(self):
        for name in ADDRESSES:
            bad = self.get("colour=red", self.viewer, name)
            anonymous = self.get("", None, name)
            strange = self.get("", self.viewer, name, Accept="text/html")
            deleted = self.get("", self.viewer, name, method="DELETE")
            for response in (bad, anonymous, strange, deleted):
                with self.subTest(address=name, status=response.status_code):
                    self.assertGreaterEqual(response.status_code, 400)
                    self.assertDescribed(f"/{name}", response)

    def test_it_is_openapi(self):
        openapi_spec_validator.validate(
            self.document, cls=openapi_spec_validator.OpenAPIV31SpecValidator
        )

    @mute
    def test_schemathesis(self):
        """Hundreds of good and bad requests: no answer but those described."""
        key = self.make_key(self.viewer)
        self.env.flush_all()
        self.env.cr.clear()
        with self.allow_requests(all_requests=True):
            done = subprocess.run(
                [
                    Path(sys.executable).with_name("schemathesis"),
                    f"--config-file={CONFIGURATION}",
                    *("run", f"{self.base_url()}{ROOT}/openapi.json"),
                    *("--header", f"Authorization: Bearer {key}"),
                    *("--max-examples", "10", "--seed", "1", "--continue-on-failure"),
                    *("--generation-database", "none", "--warnings", "off"),
                ],
                env={**os.environ, "NO_PROXY": "*", "PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                encoding="utf-8",
                timeout=300,
                check=False,
            )
        self.http_request_allow_all = False
        self.assertEqual(done.returncode, 0, done.stdout[-8000:] + done.stderr[-2000:])
        cases = int(re.search(r"(\d+) generated, \1 passed", done.stdout)[1])
        self.assertGreater(cases, 400)
