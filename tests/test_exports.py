"""Exports: what is in a file is the payload, to the cent, whoever the customers are."""

import base64
import csv
import io
import os
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from unittest.mock import patch

import lxml.html
import openpyxl

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report

from ..models.sale_dashboard_export import TABLES
from ..report.csv_file import guard, make_csv
from ..report.table import AMOUNT, CHANGE, RATE, SHEET, TEXT, Column, Row, Table
from ..report.workbook import Look, make_sheet_name, make_workbook
from .common import DashboardCase

DIMENSIONS = {
    "customer_types": "customer_type",
    "rfm_groups": "rfm_group",
    "salespeople": "user",
    "teams": "team",
    "countries": "country",
    "products": "product",
    "categories": "category",
    "bridge": "bridge",
    "quotations": "quotation",
}
LISTS = ("sales_by_period", "top_customers", "customer_segments", "warnings")
#: what sheets would compute, if they took it for a formula
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1+1", '=HYPERLINK("http://x";"y")')
REPORT = "sale_dashboard.report_sale_dashboard"
REFUSED = (
    ("docx", None, "csv, xlsx, pdf"),
    (False, None, "csv, xlsx, pdf"),
    ("csv", None, "top_customers"),
    ("csv", "margins", "top_customers"),
    ("csv", ["overview"], "top_customers"),
    ("xlsx", "margins", "top_customers"),
    ("pdf", "overview", "all tables"),
)


def list_rows(payload, table):
    """The rows of a table as the payload has them, nested names joined."""
    rows = (
        payload[table]
        if table in LISTS
        else payload["breakdowns"].get(DIMENSIONS[table], [])
    )
    flat = []
    for row in rows:
        values = {}
        for name, value in row.items():
            nested = value if isinstance(value, dict) else {None: value}
            for key, one in nested.items():
                values[f"{name}_{key}" if key else name] = one
        flat.append(values)
    return flat


def list_figures(payload):
    """Figure -> ``(value, previous, change)``."""
    overview = payload["overview"]
    figures = {
        name: tuple(
            (side or {}).get(name)
            for side in (overview, overview["previous"], overview["change"])
        )
        for name in overview
        if name not in ("previous", "change", "period_start", "period_end")
    }
    constant = payload["constant_currency"]
    if constant:
        figures["constant_revenue"] = (
            constant["revenue"],
            overview["previous"]["total_revenue"],
            constant["change"],
        )
        figures["currency_effect"] = (constant["currency_effect"], None, None)
    for metric in payload["metrics"]:
        figures[metric["name"]] = tuple(
            metric[key] for key in ("value", "previous", "change")
        )
    return figures


class ExportCase(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.env["res.partner"].create(
            [{"name": name, "email": f"{name}@example.com"} for name in FORMULAS]
        )
        for index, partner in enumerate(cls.people):
            cls.make_order(1234.56 + 1000 * index, partner=partner)
        cls.make_order(-70.01, partner=cls.people[0], at="2025-06-20 10:00:00")
        cls.make_order(99.99, partner=cls.people[1], at="2025-05-20 10:00:00")
        cls.make_order(10, user_id=cls.viewer.id, at="2025-06-02 10:00:00")
        cls.make_order(5, confirm=False)

    def record(self, **options):
        dashboards = self.dashboards(options.get("user"), options.get("companies"))
        return dashboards.browse(self.compute(**options)["id"])

    def read_csv(self, dashboard, table):
        content = dashboard._export("csv", table)[2]
        return list(csv.DictReader(io.StringIO(content.decode(), newline="")))

    def read_xlsx(self, dashboard, table=None):
        content = dashboard._export("xlsx", table)[2]
        return openpyxl.load_workbook(io.BytesIO(content))

    def break_section(self, method, **how):
        source = type(self.env["sale.dashboard.source"])
        return patch.object(source, method, **how)


@tagged("post_install", "-at_install")
class TestExports(ExportCase):
    # ------------------------------------------------------------------
    # CSV
    # ------------------------------------------------------------------

    def assertCell(self, text, value):
        """A cell of a CSV file holds this value of the payload."""
        if value is None:
            self.assertEqual(text, "")
        elif isinstance(value, bool):
            self.assertEqual(text, str(value).lower())
        elif isinstance(value, int | float):
            self.assertRegex(text, r"^-?\d+(\.\d+)?$")
            self.assertEqual(Decimal(text), Decimal(repr(value)))
        else:
            self.assertEqual(text, guard(value))

    def test_every_csv_has_the_rows_of_the_payload(self):
        for options in ({}, {"compare": "none"}, {"period_type": "weekly"}):
            dashboard = self.record(**options)
            files = {
                table: self.read_csv(dashboard, table)
                for table in (*LISTS, *DIMENSIONS)
            }
            payload = dashboard._get_payload(undefined=None)
            for table, rows in files.items():
                expected = list_rows(payload, table)
                self.assertEqual(len(rows), len(expected), table)
                for row, values in zip(rows, expected, strict=True):
                    self.assertEqual(row["error"], "")
                    self.assertEqual(row["currency"], "USD")
                    for name in row.keys() & values.keys():
                        if name in ("name", "top_customers") and table != LISTS[1]:
                            continue  # what keys are called; names of a list
                        with self.subTest(table=table, name=name, **options):
                            self.assertCell(row[name], values[name])
            self.assertTrue(files["top_customers"] and files["products"])
            self.assertEqual(bool(files["bridge"]), "compare" not in options)

    def test_no_key_of_a_row_is_left_out(self):
        dashboard = self.record()
        payload = dashboard._get_payload(undefined=None)
        for table in ("sales_by_period", "top_customers", "customer_segments"):
            with self.subTest(table=table):
                [row, *_rest] = self.read_csv(dashboard, table)
                [values, *_rest] = list_rows(payload, table)
                self.assertLessEqual(values.keys(), row.keys())

    def test_the_overview_as_csv(self):
        dashboard = self.record()
        rows = {row["figure"]: row for row in self.read_csv(dashboard, "overview")}
        figures = list_figures(dashboard._get_payload(undefined=None))
        self.assertEqual(rows.keys(), figures.keys())
        for name, values in figures.items():
            for column, value in zip(
                ("value", "previous", "change"), values, strict=True
            ):
                with self.subTest(name=name, column=column):
                    self.assertCell(rows[name][column], value)
        self.assertEqual(rows["total_revenue"]["currency"], "USD")
        self.assertEqual(rows["total_orders"]["currency"], "")
        self.assertEqual(rows["conversion_rate"]["kind"], "rate")

    def test_csv_is_rfc_4180_in_utf_8(self):
        self.people[0].name = 'Ärzte "Nord", Süd\nund West'
        dashboard = self.record()
        name, content_type, content = dashboard._export("csv", "top_customers")
        self.assertEqual(
            name, "sales-dashboard_top_customers_2025-06-01_2025-06-30.csv"
        )
        self.assertEqual(content_type, "text/csv; charset=utf-8; header=present")
        self.assertFalse(content.startswith(b"\xef\xbb\xbf"))
        text = content.decode()
        self.assertIn('"Ärzte ""Nord"", Süd\nund West"', text)
        self.assertTrue(text.endswith("\r\n"))
        lengths = {len(row) for row in csv.reader(io.StringIO(text, newline=""))}
        self.assertEqual(len(lengths), 1)

    def test_no_text_of_a_csv_is_a_formula(self):
        dashboard = self.record()
        names = {
            row["name"]: row["total_revenue"]
            for row in self.read_csv(dashboard, "top_customers")
        }
        self.assertLessEqual(
            {f"'{partner.name}" for partner in self.people}, set(names)
        )
        # A number stays one, below zero too.
        [day] = [
            row
            for row in self.read_csv(dashboard, "sales_by_period")
            if row["period"] == "2025-06-20"
        ]
        self.assertEqual(day["revenue"], "-70.01")

    def test_what_is_taken_for_a_formula(self):
        for text in (*FORMULAS, "\tx", "\rx", "\nx", "\u00a0=1", "＝1", "-", "+49 30"):
            self.assertEqual(guard(text), f"'{text}")
        for text in ("", "Azure", "A=1", "1-2", "'=1", "info@example.com", "½", "名"):
            self.assertEqual(guard(text), text)

    def test_a_formula_behind_a_semicolon(self):
        """Much of Europe's sheets take it for what is between cells; quotes or not."""
        for text, guarded in (
            ("Azure; =1+1", "Azure;' =1+1"),
            ("Azure;+1;-1", "Azure;'+1;'-1"),
            ('a;"=1', "a;'\"=1"),
            ("a\n@SUM(A1)", "a\n'@SUM(A1)"),
            ("=1;=2", "'=1;'=2"),
            ("Azure; Deco; A=1; 1-2", "Azure; Deco; A=1; 1-2"),
        ):
            self.assertEqual(guard(text), guarded)
        dashboard = self.record()
        cells = [
            cell.strip()
            for row in self.read_csv(dashboard, "customer_segments")
            for cell in row["top_customers"].split(";")
        ]
        self.assertFalse([cell for cell in cells if cell[:1] in tuple("=+-@")])
        self.assertTrue([cell for cell in cells if cell[:2] == "'="])

    # ------------------------------------------------------------------
    # XLSX
    # ------------------------------------------------------------------

    def test_every_sheet_has_the_rows_of_the_payload(self):
        for options in ({}, {"compare": "none", "period_type": "monthly"}):
            dashboard = self.record(**options)
            book = self.read_xlsx(dashboard)
            payload = dashboard._get_payload(undefined=None)
            tables = dashboard._list_tables()
            self.assertEqual(len(book.worksheets), len(tables))
            for sheet, table in zip(book.worksheets, tables, strict=True):
                if table.name in ("overview", "about"):
                    continue
                self.assertEqual(sheet.freeze_panes, "A2")
                columns = table.list_columns(SHEET)
                header = [cell.value for cell in sheet[1]]
                self.assertEqual(header, [column.label for column in columns])
                rows = list(sheet.iter_rows(min_row=2))
                expected = list_rows(payload, table.name)
                if not expected:
                    self.assertIn("Nothing", rows[0][0].value)
                    continue
                for cells, values in zip(rows, expected, strict=True):
                    for cell, column in zip(cells, columns, strict=True):
                        if column.name in values and (
                            column.name not in ("name", "top_customers")
                        ):
                            with self.subTest(table=table.name, name=column.name):
                                self.assertExcelCell(cell, values, column)
            self.assertEqual("Why revenue changed" in book.sheetnames, not options)

    def assertExcelCell(self, cell, values, column):
        value = values[column.name]
        if value is None:
            self.assertIsNone(cell.value)
        elif isinstance(value, bool):
            self.assertIs(cell.value, value)
        elif isinstance(value, str):
            found = cell.value.date() if cell.is_date else cell.value
            self.assertEqual(str(found or ""), value)
        else:
            self.assertEqual(cell.data_type, "n")
            if column.kind in (RATE, CHANGE):
                self.assertEqual(cell.value, self.to_excel(value / 100))
                self.assertTrue(cell.number_format.endswith("%"))
            else:
                self.assertEqual(cell.value, value)
            if column.kind == AMOUNT:
                self.assertEqual(cell.number_format, '"$" #,##0.00;-"$" #,##0.00')

    def to_excel(self, value):
        """A number in the 16 digits that sheets keep of it."""
        return float(f"{value:.16G}")

    def test_the_overview_as_a_sheet(self):
        dashboard = self.record()
        sheet = self.read_xlsx(dashboard).worksheets[0]
        self.assertEqual(sheet.title, "Overview")
        self.assertEqual(sheet["A1"].value, "Sales Dashboard")
        self.assertIn("06/01/2025", sheet["A2"].value)
        self.assertEqual(sheet["A3"].value, "Dashboard Inc")
        cells = {row[0].value: row for row in sheet.iter_rows(min_row=5)}
        overview = dashboard._get_payload(undefined=None)["overview"]
        revenue, rate = cells["Revenue"], cells["Conversion"]
        self.assertEqual(revenue[1].value, overview["total_revenue"])
        self.assertEqual(revenue[2].value, overview["previous"]["total_revenue"])
        change = overview["change"]["total_revenue"]
        self.assertEqual(revenue[3].value, self.to_excel(change / 100))
        self.assertEqual(
            rate[1].value, self.to_excel(overview["conversion_rate"] / 100)
        )
        # Percentage points are no percent.
        change = overview["change"]["conversion_rate"]
        self.assertEqual(rate[3].value, self.to_excel(change))
        self.assertIn("pt", rate[3].number_format)

    def test_names_are_text_in_a_sheet(self):
        sheet = self.read_xlsx(self.record(), "top_customers").worksheets[0]
        names = {}
        for row in sheet.iter_rows(min_row=2):
            names[row[1].value] = row[1].data_type
        self.assertLessEqual({partner.name for partner in self.people}, set(names))
        self.assertEqual(set(names.values()), {"s"})
        content = self.record()._export("xlsx")[2]
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for part in parts.namelist():
                if part.startswith("xl/worksheets/"):
                    text = parts.read(part).decode()
                    self.assertNotIn("<f>", text)
                    self.assertNotIn("<hyperlink", text)

    def test_a_workbook_has_native_charts_of_its_own_cells(self):
        content = self.record()._export("xlsx")[2]
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            charts = [
                parts.read(name).decode()
                for name in sorted(parts.namelist())
                if re.fullmatch(r"xl/charts/chart\d\.xml", name)
            ]
        curve, customers, segments = charts
        self.assertIn("<c:lineChart>", curve)
        self.assertIn("'Revenue over time'!$B$2:$B$31", curve)
        self.assertIn('<a:prstDash val="dash"/>', curve)
        self.assertIn("<c:barChart>", customers)
        self.assertIn("'Top customers'!$B$2:$B$8", customers)
        self.assertIn("'Customer segments'!$A$2:$A$", segments)

    def test_the_same_figures_make_the_same_file(self):
        dashboard = self.record()
        for file_format, table in (("xlsx", None), ("csv", "overview")):
            files = {dashboard._export(file_format, table) for _time in range(2)}
            self.assertEqual(len(files), 1)

    def test_one_table_comes_with_its_bounds(self):
        name, _type, _content = self.record()._export("xlsx", "teams")
        self.assertEqual(name, "sales-dashboard_teams_2025-06-01_2025-06-30.xlsx")
        book = self.read_xlsx(self.record(), "teams")
        self.assertEqual(book.sheetnames, ["Teams", "About these figures"])
        book = self.read_xlsx(self.record(), "about")
        self.assertEqual(book.sheetnames, ["About these figures"])

    def test_what_the_figures_are_is_said(self):
        team = self.env["crm.team"].create({"name": "Team North"})
        dashboard = self.record(
            filters={"team_ids": team.ids, "domain": [["amount_total", ">", 1]]},
            measure="total",
        )
        rows = {
            (row["part"], row["key"]): row["value"]
            for row in self.read_csv(dashboard, "about")
        }
        payload = dashboard._get_payload(undefined=None)
        expected = {
            "period_start": "2025-06-01",
            "period_end": "2025-06-30",
            "timezone": "Europe/Paris",
            "compare_from": "2025-05-01",
            "measure": "With taxes",
            "currency": "USD",
            "companies": "Dashboard Inc",
            "team_ids": "Team North",
            "domain": '[["amount_total", ">", 1]]',
            "generated_at": payload["generated_at"],
            "generated_for": self.viewer.name,
        }
        for key, value in expected.items():
            self.assertEqual(rows["bounds", key], value)
        self.assertIn("with taxes", rows["definition", "total_revenue"])
        self.assertIn(("definition", "bridge"), rows)

    def test_rates_between_companies_and_warnings_are_said(self):
        second = self.make_company("Second SA", self.eur)
        self.make_rate(self.eur, "2020-01-01", 0.8)
        self.viewer.company_ids += second
        self.viewer.tz = False
        self.make_order(100, company=second)
        dashboard = self.record(
            companies=self.company | second, timezone="Europe/Paris"
        )
        rows = {
            (row["part"], row["key"]): row for row in self.read_csv(dashboard, "about")
        }
        rate = rows["bounds", f"currency_factor_{second.id}"]
        self.assertEqual(rate["label"], "1 EUR in USD")
        self.assertEqual(Decimal(rate["value"]), Decimal("1.25"))
        self.assertEqual(
            rows["bounds", "companies"]["value"], "Dashboard Inc; Second SA"
        )
        self.assertIn("no time zone", rows["warning", "no_timezone"]["value"])

    def test_from_right_to_left(self):
        self.env["res.lang"]._activate_lang("ar_001")
        dashboard = self.record().with_context(lang="ar_001")
        for sheet in self.read_xlsx(dashboard).worksheets:
            self.assertTrue(sheet.sheet_view.rightToLeft)
        html = self.render(dashboard)
        self.assertEqual(html.find(".//body").get("dir"), "rtl")
        for sheet in self.read_xlsx(dashboard.with_context(lang="en_US")).worksheets:
            self.assertFalse(sheet.sheet_view.rightToLeft)

    def test_a_currency_without_decimals(self):
        yen = self.env.ref("base.JPY")
        yen.write({"active": True, "position": "after"})
        company = self.make_company("Tokyo KK", yen)
        self.viewer.company_ids += company
        self.make_order(1234, company=company)
        dashboard = self.record(companies=company)
        sheet = self.read_xlsx(dashboard, "salespeople").worksheets[0]
        self.assertEqual(sheet["B2"].value, 1234)
        self.assertEqual(sheet["B2"].number_format, '#,##0 "¥";-#,##0 "¥"')
        [row] = self.read_csv(dashboard, "salespeople")
        self.assertEqual(row["revenue"], "1234")
        self.assertIn(
            "1,234 ¥", self.render(dashboard).text_content().replace("\xa0", " ")
        )

    # ------------------------------------------------------------------
    # Report
    # ------------------------------------------------------------------

    def render(self, dashboard):
        reports = dashboard.env["ir.actions.report"]
        html, kind = reports._render_qweb_html(REPORT, dashboard.ids)
        self.assertEqual(kind, "html")
        return lxml.html.fromstring(html)

    def test_the_report_has_the_figures_of_the_payload(self):
        dashboard = self.record()
        html = self.render(dashboard)
        payload = dashboard._get_payload(undefined=None)
        self.assertIn("Dashboard Inc", html.text_content())

        def read(table):
            return [
                {cell.get("data-column"): cell.text_content().strip() for cell in row}
                for row in html.xpath(f"//div[@data-table='{table}']//tbody/tr")
            ]

        def to_number(text):
            return Decimal(re.sub(r"[^\d.\-]", "", text)) if text else None

        for table in (*LISTS[:3], *DIMENSIONS):
            rows, expected = read(table), list_rows(payload, table)
            self.assertEqual(len(rows), len(expected), table)
            for row, values in zip(rows, expected, strict=True):
                for name in row.keys() & values.keys():
                    if name.endswith("revenue") or name.endswith("order_count"):
                        with self.subTest(table=table, name=name):
                            value = values[name]
                            self.assertEqual(
                                to_number(row[name]),
                                None if value is None else Decimal(repr(value)),
                            )
        names = [row["name"] for row in read("top_customers")]
        self.assertEqual(
            names, [row["name"].strip() for row in payload["top_customers"]]
        )
        rows = {row["label"]: row for row in read("overview")}
        overview = payload["overview"]
        self.assertEqual(
            rows["Revenue"]["value"].replace("\xa0", " "),
            f"$ {overview['total_revenue']:,.2f}",
        )
        self.assertEqual(
            rows["Conversion"]["value"], f"{overview['conversion_rate']:.1f}%"
        )
        [curve] = html.xpath("//svg")
        self.assertEqual(len(curve.xpath("polyline")), 2)

    def test_the_report_is_no_page_of_its_own_making(self):
        """Odoo's layout is around it, and its action names its records' model."""
        html = self.render(self.record())
        self.assertTrue(html.xpath("//div[contains(@class, 'header')]"))
        self.assertTrue(html.xpath("//div[contains(@class, 'footer')]"))
        action = self.env.ref("sale_dashboard.action_report_sale_dashboard")
        self.assertEqual(action.model, "sale.dashboard")
        self.assertEqual(action.report_type, "qweb-pdf")

    def test_without_wkhtmltopdf_there_is_a_way_out(self):
        self.addCleanup(ir_actions_report._wkhtml.cache_clear)
        ir_actions_report._wkhtml.cache_clear()
        with (
            patch.dict(os.environ, PATH=""),
            self.assertRaises(UserError) as caught,
        ):
            self.record()._export("pdf")
        for word in ("wkhtmltopdf", "Install", "XLSX", "browser"):
            self.assertIn(word, str(caught.exception))

    # ------------------------------------------------------------------
    # Nothing, failures, long names
    # ------------------------------------------------------------------

    def test_an_empty_period(self):
        dashboard = self.record(date_from="2024-01-01", date_to="2024-01-02")
        for table in TABLES:
            self.read_csv(dashboard, table)
        rows = {row["figure"]: row for row in self.read_csv(dashboard, "overview")}
        self.assertEqual(rows["total_revenue"]["value"], "0.00")
        self.assertEqual(rows["total_revenue"]["change"], "")
        self.assertEqual(self.read_csv(dashboard, "top_customers"), [])
        book = self.read_xlsx(dashboard)
        self.assertEqual(book["Top customers"]["A2"].value, "Nothing in this period.")
        self.assertEqual(book["Revenue over time"].max_row, 3)
        self.assertIn("Nothing in this period.", self.render(dashboard).text_content())

    @mute_logger(
        "odoo.addons.sale_dashboard.models.sale_dashboard_builder",
        "odoo.addons.sale_dashboard.models.sale_dashboard_export",
    )
    def test_what_failed_is_never_zero(self):
        with (
            self.break_section("_read_conversion", side_effect=KeyError("broken")),
            self.break_section("_read_lifetimes", side_effect=KeyError("broken")),
            self.break_section("_read_lines", side_effect=KeyError("broken")),
        ):
            dashboard = self.record()
            files = {table: self.read_csv(dashboard, table) for table in TABLES}
            book = self.read_xlsx(dashboard)
            html = self.render(dashboard)
        rows = {row["figure"]: row for row in files["overview"]}
        self.assertEqual(rows["conversion_rate"]["value"], "")
        self.assertIn("could not be computed", rows["conversion_rate"]["error"])
        self.assertEqual(rows["total_revenue"]["error"], "")
        for row in files["top_customers"]:
            self.assertEqual(row["lifetime_revenue"], "")
            self.assertEqual(row["lifetime_last_order_date"], "")
            self.assertIn("could not be computed", row["error"])
            self.assertTrue(row["total_revenue"])
        [row] = files["products"]
        self.assertIn("could not be computed", row.pop("error"))
        self.assertEqual(set(row.values()), {""})
        failed = {row["key"] for row in files["about"] if row["part"] == "error"}
        self.assertEqual(failed, {"conversion", "lifetime"})
        self.assertIn("could not be computed", book["Products"]["A2"].value)
        header = [cell.value for cell in book["Top customers"][1]]
        index = header.index("Lifetime revenue") + 1
        self.assertEqual(book["Top customers"].cell(2, index).value, "Failed")
        about = [row[0].value for row in book["About these figures"].iter_rows()]
        for title in ("Conversion", "Lifetime", "Products", "Categories"):
            self.assertIn(f"Failed: {title}", about)
        [products] = html.xpath("//div[@data-table='products']")
        self.assertIn("could not be computed", products.text_content())
        self.assertFalse(products.xpath(".//tbody"))

    @mute_logger(
        "odoo.addons.sale_dashboard.models.sale_dashboard_builder",
        "odoo.addons.sale_dashboard.models.sale_dashboard_export",
    )
    def test_a_failed_core_is_said_everywhere(self):
        with self.break_section("_read_cores", side_effect=KeyError("broken")):
            dashboard = self.record()
        for table in ("sales_by_period", "top_customers", "salespeople", "bridge"):
            [row] = self.read_csv(dashboard, table)
            self.assertIn("could not be computed", row.pop("error"))
            self.assertEqual(set(row.values()), {""})
        standing = {
            "conversion_rate",
            *(one["name"] for one in dashboard.metrics or []),
        }
        for row in self.read_csv(dashboard, "overview"):
            self.assertEqual(bool(row["value"]), row["figure"] in standing)
            self.assertEqual(bool(row["error"]), row["figure"] not in standing)
        content = dashboard._export("xlsx")[2]
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            self.assertFalse([name for name in parts.namelist() if "chart" in name])
        self.assertFalse(self.render(dashboard).xpath("//svg"))

    def make_look(self, symbol="$"):
        return Look(
            title="Dashboard",
            subtitle=("June",),
            failed="Failed",
            nothing="Nothing",
            symbol=symbol,
            symbol_after=True,
            decimals=2,
            timezone="UTC",
            right_to_left=False,
            created=datetime(2025, 7, 1),
        )

    def test_very_long_names(self):
        name = "Gesellschaft " * 4000
        columns = (Column("name", name, TEXT), Column("revenue", "Revenue", AMOUNT))
        table = Table("long", name, columns, (Row({"name": name, "revenue": 1.5}),))
        look = self.make_look(symbol='"')
        book = openpyxl.load_workbook(io.BytesIO(make_workbook([table, table], look)))
        self.assertEqual(len(book.sheetnames), 2)
        for sheet in book.worksheets:
            self.assertLessEqual(len(sheet.title), 31)
            self.assertEqual(sheet["A2"].value, name[:32767])
            self.assertEqual(sheet["B2"].value, 1.5)
        [_header, row] = csv.reader(
            io.StringIO(make_csv(table, 2).decode(), newline="")
        )
        self.assertEqual(row, [name, "1.50", ""])

    def test_names_of_sheets(self):
        taken = set()
        names = [
            make_sheet_name(title, taken)
            for title in (
                "A/B: [C]*?",
                "a b   c",
                "History",
                "''",
                "",
                "x" * 40,
                "X" * 40,
            )
        ]
        self.assertEqual(len({name.lower() for name in names}), len(names))
        for name in names:
            self.assertRegex(name, r"^[^\[\]:*?/\\']{1,31}$")
            self.assertNotEqual(name.lower(), "history")

    def test_days_that_excel_does_not_know(self):
        columns = (Column("day", "Day", "date"),)
        rows = tuple(Row({"day": day}) for day in ("1899-12-31", "2025-06-01"))
        look = self.make_look()
        content = make_workbook([Table("days", "Days", columns, rows)], look)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        self.assertEqual(sheet["A2"].value, "1899-12-31")
        self.assertEqual(sheet["A3"].value.date(), date(2025, 6, 1))

    # ------------------------------------------------------------------
    # Requests
    # ------------------------------------------------------------------

    def test_over_rpc(self):
        answer = self.dashboards().export(
            "2025-06-01", "2025-06-30", "csv", "sales_by_period", period_type="monthly"
        )
        self.assertEqual(answer.keys(), {"filename", "content_type", "content"})
        content = base64.b64decode(answer["content"]).decode()
        [row] = csv.DictReader(io.StringIO(content, newline=""))
        payload = self.compute(period_type="monthly")
        self.assertEqual(
            Decimal(row["revenue"]), Decimal(repr(payload["overview"]["total_revenue"]))
        )

    def test_what_there_is_not_is_named(self):
        dashboard = self.record()
        before = dashboard.search_count([])
        for file_format, table, words in REFUSED:
            for ask in (
                lambda *args: dashboard._export(*args),
                lambda *args: self.dashboards().export(
                    "2025-01-01", "2025-01-31", *args
                ),
            ):
                with self.subTest(file_format=file_format, table=table):
                    with self.assertRaises(ValidationError) as caught:
                        ask(file_format, table)
                    self.assertIs(type(caught.exception), ValidationError)
                    self.assertIn(words, str(caught.exception))
        with self.assertRaises(ValidationError):
            self.dashboards().export("2025-06-30", "2025-06-01", "xlsx")
        self.assertEqual(dashboard.search_count([]), before)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_exports_anothers_figures(self):
        dashboard = self.record()
        users = [self.make_user("export_spy", "sales_team.group_sale_manager")]
        users += [
            new_test_user(self.env, login, groups)
            for login, groups in (
                ("export_portal", "base.group_portal"),
                ("export_employee", "base.group_user"),
            )
        ]
        for user in users:
            spied = dashboard.with_user(user)
            for file_format, table in (("csv", "overview"), ("xlsx", None)):
                with self.assertRaises(AccessError):
                    spied._export(file_format, table)
            with self.assertRaises(AccessError):
                self.render(spied)
            with self.assertRaises(AccessError):
                spied._export("pdf")
        for user in users[1:]:
            with self.assertRaises(AccessError):
                dashboard.with_user(user).export("2025-06-01", "2025-06-30", "xlsx")


@tagged("post_install", "-at_install")
class TestDownloads(ExportCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer.password = "dashboard_viewer"

    def download(self, dashboard_id, **data):
        return self.url_open(
            f"/sale_dashboard/export/{dashboard_id}",
            data={"csrf_token": http.Request.csrf_token(self), **data},
            allow_redirects=False,
        )

    def log_in(self, login):
        self.authenticate(login, login)

    def test_the_screens_record_is_downloaded(self):
        dashboard = self.record()
        self.log_in("dashboard_viewer")
        response = self.download(dashboard.id, file_format="csv", table="top_customers")
        self.assertEqual(response.status_code, 200)
        name, content_type, content = dashboard._export("csv", "top_customers")
        self.assertEqual(response.headers["Content-Type"], content_type)
        self.assertIn(name, response.headers["Content-Disposition"])
        self.assertEqual(response.content, content)
        book = openpyxl.load_workbook(
            io.BytesIO(self.download(dashboard.id, file_format="xlsx").content)
        )
        self.assertEqual(book.sheetnames[0], "Overview")

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_what_cannot_be_downloaded(self):
        dashboard = self.record()
        spy = self.make_user("export_spy", "sales_team.group_sale_manager")
        spy.password = "export_spy"
        self.log_in("dashboard_viewer")
        for data, words in (
            ({"file_format": "docx"}, "csv, xlsx, pdf"),
            ({"file_format": "csv"}, "top_customers"),
            ({}, "csv, xlsx, pdf"),
        ):
            response = self.download(dashboard.id, **data)
            self.assertEqual(response.status_code, 422)
            self.assertIn(words, lxml.html.fromstring(response.text).text_content())
            self.assertNotIn("Traceback", response.text)
        response = self.download(dashboard.id + 1000, file_format="xlsx")
        self.assertEqual(response.status_code, 422)
        self.assertIn("MissingError", response.text)
        self.log_in("export_spy")
        response = self.download(dashboard.id, file_format="xlsx")
        self.assertEqual(response.status_code, 403)
        self.assertIn("AccessError", response.text)

    @mute_logger("odoo.http")
    def test_nobody_downloads_without_a_login_or_a_token(self):
        dashboard = self.record()
        address = f"/sale_dashboard/export/{dashboard.id}"
        self.authenticate(None, None)
        response = self.download(dashboard.id, file_format="xlsx")
        self.assertNotEqual(response.status_code, 200)
        self.log_in("dashboard_viewer")
        self.assertEqual(self.url_open(address).status_code, 405)
        response = self.url_open(address, data={"file_format": "xlsx"})
        self.assertEqual(response.status_code, 400)
