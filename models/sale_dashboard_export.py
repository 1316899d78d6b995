import base64
import json
import logging

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate, format_date, format_datetime

from ..report import csv_file, workbook
from ..report.table import (
    AMOUNT,
    BOOLEAN,
    CHANGE,
    DATA,
    DATE,
    FIGURE,
    FIGURE_CHANGE,
    INSTANT,
    INTEGER,
    NUMBER,
    PAPER,
    RATE,
    SHEET,
    TEXT,
    Column,
    Row,
    Table,
    flatten,
)
from ..tools import translated
from .sale_dashboard_builder import SECTION_FAILED
from .sale_dashboard_payload import BUCKET_FIGURES, OVERVIEW, SECTION_OF

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

FORMATS = ("csv", "xlsx", "pdf")
PDF_TYPE = "application/pdf"
REPORT = "sale_dashboard.action_report_sale_dashboard"

# Name of a table -> its title, in the order of the workbook.
TABLES = {
    "overview": _lt("Overview"),
    "sales_by_period": _lt("Revenue over time"),
    "top_customers": _lt("Top customers"),
    "customer_segments": _lt("Customer segments"),
    "customer_types": _lt("New and returning customers"),
    "rfm_groups": _lt("Customer groups"),
    "salespeople": _lt("Salespeople"),
    "teams": _lt("Teams"),
    "countries": _lt("Countries"),
    "products": _lt("Products"),
    "categories": _lt("Categories"),
    "bridge": _lt("Why revenue changed"),
    "quotations": _lt("Open quotations"),
    "warnings": _lt("Data health"),
    "about": _lt("About these figures"),
}
# Tables of the payload's breakdowns -> dimension, section, label of its column, what a
# row is called that is no record.
BREAKDOWNS = {
    "customer_types": ("customer_type", "new_customers", _lt("Customers"), None),
    "rfm_groups": ("rfm_group", "rfm", _lt("Group"), None),
    "salespeople": ("user", "core", _lt("Salesperson"), _lt("No salesperson")),
    "teams": ("team", "core", _lt("Sales team"), _lt("No sales team")),
    "countries": ("country", "core", _lt("Country"), _lt("No country")),
    "products": ("product", "product", _lt("Product"), _lt("No product")),
    "categories": ("category", "category", _lt("Category"), _lt("No category")),
    "bridge": ("bridge", "bridge", _lt("Cause"), None),
    "quotations": ("quotation", "quotations", _lt("Quotations"), None),
}
# Read from order lines, when somebody asks.
LINE_TABLES = {"products": "product", "categories": "category"}
# Figures a breakdown has of its rows, beside revenue and orders.
COUNTED = ("customer_types", "rfm_groups")
COMPARED = ("customer_types", "salespeople", "teams", "countries", *LINE_TABLES)
WITHOUT_ORDERS = ("bridge", *LINE_TABLES)
WITHOUT_SHARE = ("bridge", "quotations")
# Key of a row -> what it is called.
KEY_LABELS = {
    "new": _lt("New"),
    "returning": _lt("Returning"),
    "champion": _lt("Champion"),
    "loyal": _lt("Loyal"),
    "promising": _lt("Promising"),
    "needs_attention": _lt("Needs attention"),
    "at_risk": _lt("At risk"),
    "hibernating": _lt("Hibernating"),
    "open": _lt("Open"),
    "expiring": _lt("Expiring within 7 days"),
    "expired": _lt("Expired"),
    "other": _lt("Everything else"),
}
# Not together with the others: "new" is another word here.
BRIDGE_LABELS = {
    "new": _lt("New customers"),
    "returning": _lt("Came back"),
    "lost": _lt("Not ordering"),
    "volume": _lt("Number of orders"),
    "size": _lt("Size of orders"),
    "currency": _lt("Exchange rates"),
}
SEGMENT_LABELS = {
    "High Value": _lt("High Value"),
    "Medium Value": _lt("Medium Value"),
    "Low Value": _lt("Low Value"),
}
METRIC = ("name", "label", "kind", "value", "previous", "change")
# Figure -> its kind and label.
FIGURES = {
    "total_revenue": (AMOUNT, _lt("Revenue")),
    "total_orders": (INTEGER, _lt("Orders")),
    "average_order_value": (AMOUNT, _lt("Average order")),
    "customer_count": (INTEGER, _lt("Customers")),
    "new_customers": (INTEGER, _lt("New customers")),
    "conversion_rate": (RATE, _lt("Conversion")),
    "constant_revenue": (AMOUNT, _lt("Revenue at the comparison's exchange rates")),
    "currency_effect": (AMOUNT, _lt("Effect of exchange rates")),
    "hidden_revenue": (AMOUNT, _lt("Revenue of customers you may not see")),
    "hidden_order_count": (INTEGER, _lt("Orders of customers you may not see")),
}
MEASURES = {
    "untaxed": _lt("Confirmed orders without taxes, each at its own exchange rate."),
    "total": _lt("Confirmed orders with taxes, each at its own exchange rate."),
}
# What the figures mean, besides revenue: key, label, definition.
DEFINITIONS = (
    (
        "total_orders",
        _lt("Orders"),
        _lt("Confirmed orders by their order date."),
    ),
    (
        "average_order_value",
        _lt("Average order"),
        _lt("Revenue divided by orders."),
    ),
    (
        "customer_count",
        _lt("Customers"),
        _lt(
            "Customers with a confirmed order in the period; the contacts of a company"
            " are one customer."
        ),
    ),
    (
        "new_customers",
        _lt("New customers"),
        _lt("Customers whose first confirmed order is in the period."),
    ),
    (
        "conversion_rate",
        _lt("Conversion"),
        _lt(
            "Share of the orders created in the period that are confirmed by now, in"
            " percent; it changes by percentage points."
        ),
    ),
    (
        "change",
        _lt("Change"),
        _lt(
            "In percent of the figure of the comparison; empty where there is nothing"
            " to compare with."
        ),
    ),
    (
        "customer_segments",
        _lt("Customer segments"),
        _lt(
            "Customers by their revenue in the period: High Value the best tenth,"
            " Medium Value up to the best three tenths, Low Value the others."
        ),
    ),
    (
        "rfm_groups",
        _lt("Customer groups"),
        _lt(
            "By how recently, how often and for how much customers ordered in the"
            " period, each scored from 1 to 5 among them."
        ),
    ),
    (
        "lifetime",
        _lt("Lifetime"),
        _lt("All confirmed orders of the customer up to the end of the period."),
    ),
    (
        "products",
        _lt("Products and categories"),
        _lt(
            "From order lines; “Everything else” is what is left of the revenue, so"
            " that the rows add up to it."
        ),
    ),
    (
        "bridge",
        _lt("Why revenue changed"),
        _lt(
            "What each cause added to the revenue of the comparison, at its exchange"
            " rates; the rows add up to the difference."
        ),
    ),
    (
        "quotations",
        _lt("Open quotations"),
        _lt("Quotations as of now, whatever the period; expiring ones are open too."),
    ),
)


class SaleDashboard(models.TransientModel):
    """The record as files: what is in them is the payload, and nothing else."""

    _inherit = "sale.dashboard"

    # ------------------------------------------------------------------
    # Public methods
    # ------------------------------------------------------------------

    @api.model
    def export(self, date_from, date_to, file_format, table=None, **options):
        """A dashboard as a file; options as in :meth:`generate`.

        :param str file_format: ``csv``, ``xlsx`` or ``pdf``
        :param str table: name of one table; ``csv`` needs one, of ``xlsx`` it makes a
            workbook of that table alone, ``pdf`` has none
        :return: ``{"filename", "content_type", "content"}``, the content in base64
        :rtype: dict
        :raise ValidationError: on a request that cannot be answered, an unknown format
            or table
        :raise UserError: if the server cannot make PDF files
        :raise AccessError: if the caller may not read dashboards
        """
        self.check_access("read")
        self._check_export(file_format, table)
        dashboard = self.browse(self.generate(date_from, date_to, **options))
        filename, content_type, content = dashboard._export(file_format, table)
        return {
            "filename": filename,
            "content_type": content_type,
            "content": base64.b64encode(content).decode(),
        }

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def _export(self, file_format, table=None):
        """The record as a file; parameters as in :meth:`export`.

        :return: ``(filename, content_type, content)``
        :rtype: tuple(str, str, bytes)
        """
        self.ensure_one()
        self.check_access("read")
        self._check_export(file_format, table)
        parts = ["sales-dashboard", *([table] if table else [])]
        parts += [str(self.date_from), str(self.date_to)]
        filename = f"{'_'.join(parts)}.{file_format}"
        if file_format == "pdf":
            return filename, PDF_TYPE, self._make_pdf()
        if file_format == "csv":
            [table] = self._list_tables([table])
            decimals = self.currency_id.decimal_places
            return filename, csv_file.CONTENT_TYPE, csv_file.make_csv(table, decimals)
        tables = self._list_tables(dict.fromkeys([table, "about"]) if table else None)
        content = workbook.make_workbook(tables, self._get_look())
        return filename, workbook.CONTENT_TYPE, content

    @api.model
    def _check_export(self, file_format, table):
        """Refuse what cannot be exported, naming what can.

        :raise ValidationError: with the parameter's name as ``parameter``
        """

        def refuse(parameter, sentence):
            refusal = ValidationError(sentence)
            refusal.parameter = parameter
            raise refusal

        if file_format not in FORMATS:
            refuse(
                "file_format",
                self.env._(
                    "“%(value)s” is not one of: %(choices)s.",
                    value=file_format,
                    choices=", ".join(FORMATS),
                ),
            )
        if table and table not in list(TABLES):
            refuse(
                "table",
                self.env._(
                    "“%(value)s” is not one of: %(choices)s.",
                    value=table,
                    choices=", ".join(TABLES),
                ),
            )
        if file_format == "csv" and not table:
            refuse(
                "table",
                self.env._(
                    "A CSV file holds one table. Choose one of: %(choices)s.",
                    choices=", ".join(TABLES),
                ),
            )
        if file_format == "pdf" and table:
            refuse("table", self.env._("A PDF file holds all tables: do not name one."))

    def _make_pdf(self):
        """The report as a PDF file.

        :raise UserError: if there is no usable wkhtmltopdf
        """
        # Odoo has a word for it only where the program is missing altogether.
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        if state != "ok":
            raise UserError(self._explain_no_pdf(state))
        # The flag: in a test, Odoo would give HTML in the place of the PDF.
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        content, _type = reports._render_qweb_pdf(REPORT, self.ids)
        return content

    @api.model
    def _explain_no_pdf(self, state):
        remedies = {
            "install": self.env._("Install it on the server (version 0.12.6)"),
            "upgrade": self.env._(
                "The server's one is too old: install version 0.12.6"
            ),
            "broken": self.env._("The server's one does not start: install it anew"),
            "workers": self.env._("Odoo needs at least two workers for it"),
        }
        return self.env._(
            "PDF files are made by the program wkhtmltopdf. %(remedy)s; or export to"
            " XLSX, or print the dashboard from the browser.",
            remedy=remedies.get(state, remedies["broken"]),
        )

    def _get_look(self):
        """What a workbook shows besides its tables."""
        currency = self.currency_id
        return workbook.Look(
            title=self.env._("Sales Dashboard"),
            subtitle=self._get_subtitle(),
            failed=self.env._("Failed"),
            nothing=self.env._("Nothing in this period."),
            symbol=currency.symbol or currency.name,
            symbol_after=currency.position == "after",
            decimals=currency.decimal_places,
            timezone=self.timezone,
            right_to_left=self._is_right_to_left(),
            created=self.generated_at,
        )

    @api.model
    def _is_right_to_left(self):
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return lang.direction == "rtl"

    def _get_subtitle(self):
        """Whose figures these are, of which days, and as of when: a line each."""

        def format_days(first, last):
            first, last = format_date(self.env, first), format_date(self.env, last)
            return first if first == last else f"{first} – {last}"

        days = format_days(self.date_from, self.date_to)
        if self.compare_from:
            days = self.env._(
                "%(days)s, compared with %(others)s",
                days=days,
                others=format_days(self.compare_from, self.compare_to),
            )
        return (
            days,
            ", ".join(self._list_company_names()),
            self.env._(
                "%(measure)s, days of %(timezone)s, as of %(time)s",
                measure=self.env._("With taxes")
                if self.measure == "total"
                else self.env._("Without taxes"),
                timezone=self.timezone,
                time=format_datetime(self.env, self.generated_at, self.timezone),
            ),
        )

    def _list_company_names(self):
        """Names of the companies, the current one first."""
        companies = self.env["res.company"].browse(self.company_order)
        return companies.with_context(allowed_company_ids=companies.ids).mapped("name")

    # ------------------------------------------------------------------
    # Tables
    # ------------------------------------------------------------------

    def _list_tables(self, names=None):
        """Tables of the record, in the reader's language.

        :param names: of :data:`TABLES`, in order; without them all that there are
        :return: :class:`..report.table.Table`, in that order
        :rtype: list
        """
        self.ensure_one()
        self.check_access("read")
        wanted = names or [
            name for name in TABLES if name != "bridge" or self.compare_from
        ]
        failures = {
            LINE_TABLES[name]: sentence
            for name in wanted
            if name in LINE_TABLES and (sentence := self._load_lines(LINE_TABLES[name]))
        }
        payload = self._get_payload(undefined=None)
        errors = payload["errors"] | failures
        tables = []
        for name in wanted:
            error = self._get_table_error(name, errors)
            if name in BREAKDOWNS:
                columns, rows = self._tabulate_breakdown(name, payload)
            else:
                columns, rows = getattr(self, f"_tabulate_{name}")(payload, errors)
            if any(column.kind == AMOUNT for column in columns):
                columns.append(Column("currency", self.env._("Currency"), TEXT, DATA))
                for row in rows:
                    row.values["currency"] = payload["currency"]
            tables.append(
                Table(
                    name=name,
                    title=translated(self.env, TABLES[name]),
                    columns=tuple(columns),
                    rows=() if error else tuple(rows),
                    error=error,
                    is_compared=bool(payload["comparison"]),
                )
            )
        return tables

    def _load_lines(self, dimension):
        """Have a breakdown by products or categories in the record.

        :return: why it could not be computed; empty if it could
        """
        try:
            with self.env.cr.savepoint():
                self.load_breakdown(dimension)
        except (
            psycopg2.OperationalError,  # Odoo tries again
            psycopg2.InterfaceError,
            psycopg2.errors.ReadOnlySqlTransaction,  # Odoo runs it again read-write
        ):
            raise
        except UserError as error:
            return str(error)
        except Exception:
            _logger.exception("The sales dashboard by %s failed", dimension)
            return translated(self.env, SECTION_FAILED)
        return ""

    @api.model
    def _get_table_error(self, name, errors):
        """Why a table has no rows, if that is not because there are none."""
        if name in BREAKDOWNS:
            return errors.get(BREAKDOWNS[name][1], "")
        if name in ("sales_by_period", "top_customers", "customer_segments"):
            return errors.get("core", "")
        return errors.get("health", "") if name == "warnings" else ""

    def _tabulate_overview(self, payload, errors):
        columns = [
            Column("figure", self.env._("Name"), TEXT, DATA),
            Column("label", self.env._("Figure"), TEXT),
            Column("kind", self.env._("Kind"), TEXT, DATA),
            Column("value", self.env._("Value"), FIGURE),
            Column("previous", self.env._("Before"), FIGURE, comparison=True),
            Column("change", self.env._("Change"), FIGURE_CHANGE, comparison=True),
            # Of the amounts among them.
            Column("currency", self.env._("Currency"), TEXT, DATA),
        ]

        def make_row(name, label, kind, value, previous=None, change=None, error=""):
            return Row(
                {
                    "figure": name,
                    "label": label,
                    "kind": kind,
                    "value": value,
                    "previous": previous,
                    "change": change,
                    "currency": payload["currency"] if kind == AMOUNT else None,
                },
                kind=kind,
                failed=frozenset({"value", "previous", "change"} if error else ()),
                error=error,
            )

        overview = payload["overview"]
        previous, change = overview["previous"] or {}, overview["change"] or {}

        def make_figure(name, *values, section):
            kind, label = FIGURES[name]
            error = errors.get(section, "")
            values = () if error else values
            return make_row(
                name,
                translated(self.env, label),
                kind,
                *(values or [None]),
                error=error,
            )

        rows = [
            make_figure(
                name,
                overview[name],
                previous.get(name),
                change.get(name),
                section=SECTION_OF.get(name, "core"),
            )
            for name in OVERVIEW
        ]
        if payload["comparison"]:
            constant = payload["constant_currency"] or {}
            rows += [
                make_figure(
                    "constant_revenue",
                    constant.get("revenue"),
                    previous.get("total_revenue"),
                    constant.get("change"),
                    section="bridge",
                ),
                make_figure(
                    "currency_effect", constant.get("currency_effect"), section="bridge"
                ),
            ]
        hidden = payload["hidden_customers"]
        if hidden["order_count"]:
            rows += [
                make_figure("hidden_revenue", hidden["total_revenue"], section="core"),
                make_figure(
                    "hidden_order_count", hidden["order_count"], section="core"
                ),
            ]
        rows += [
            make_row(*(metric[key] for key in METRIC)) for metric in payload["metrics"]
        ]
        if "metrics" in errors:
            rows.append(
                make_row(
                    "metrics",
                    self.env._("Further figures"),
                    NUMBER,
                    None,
                    error=errors["metrics"],
                )
            )
        return columns, rows

    def _tabulate_sales_by_period(self, payload, errors):
        def figure(name, label, kind=INTEGER, comparison=False):
            section = BUCKET_FIGURES[name.removeprefix("previous_")]
            return Column(name, label, kind, SHEET, comparison, section)

        columns = [
            Column("period", self.env._("Period"), TEXT, SHEET),
            Column("date_from", self.env._("From"), DATE),
            Column(
                "date_to",
                self.env._("To"),
                DATE,
                SHEET if payload["period_type"] == "daily" else PAPER,
            ),
            Column("revenue", self.env._("Revenue"), AMOUNT),
            Column("order_count", self.env._("Orders"), INTEGER),
            figure("new_customers", self.env._("New customers")),
            figure("created_orders", self.env._("Orders created")),
            figure("converted_orders", self.env._("Confirmed of them")),
            figure("conversion_rate", self.env._("Conversion"), RATE),
            Column("partial", self.env._("Cut by the period"), BOOLEAN, SHEET),
            Column("running", self.env._("Still running"), BOOLEAN, SHEET),
            Column("previous_date_from", self.env._("Before: from"), DATE, SHEET, True),
            Column("previous_date_to", self.env._("Before: to"), DATE, SHEET, True),
            Column(
                "previous_revenue",
                self.env._("Revenue before"),
                AMOUNT,
                comparison=True,
            ),
            Column(
                "previous_order_count",
                self.env._("Orders before"),
                INTEGER,
                comparison=True,
            ),
            figure(
                "previous_new_customers",
                self.env._("New customers before"),
                comparison=True,
            ),
            figure(
                "previous_created_orders",
                self.env._("Orders created before"),
                comparison=True,
            ),
            figure(
                "previous_converted_orders",
                self.env._("Confirmed of them before"),
                comparison=True,
            ),
            figure(
                "previous_conversion_rate",
                self.env._("Conversion before"),
                RATE,
                comparison=True,
            ),
            Column("change", self.env._("Change"), CHANGE, comparison=True),
        ]
        failed, error = self._find_failed(columns, errors)
        return columns, [
            Row(flatten(row), failed=failed, error=error)
            for row in payload["sales_by_period"]
        ]

    @api.model
    def _find_failed(self, columns, errors):
        """Names of the columns whose own section failed, and each reason once."""
        failed = frozenset(
            column.name for column in columns if column.section in errors
        )
        sections = dict.fromkeys(column.section for column in columns)
        reasons = dict.fromkeys(errors[one] for one in sections if one in errors)
        return failed, " ".join(reasons)

    def _tabulate_top_customers(self, payload, errors):
        def lifetime(name, label, kind):
            return Column(f"lifetime_{name}", label, kind, SHEET, section="lifetime")

        def rfm(name, label, kind=INTEGER, where=SHEET):
            return Column(f"rfm_{name}", label, kind, where, section="rfm")

        columns = [
            Column("rank", self.env._("Rank"), INTEGER),
            Column("id", self.env._("ID"), INTEGER, DATA),
            Column("name", self.env._("Customer"), TEXT),
            Column("email", self.env._("Email"), TEXT, SHEET),
            Column("is_company", self.env._("Company"), BOOLEAN, SHEET),
            Column("total_revenue", self.env._("Revenue"), AMOUNT),
            Column("order_count", self.env._("Orders"), INTEGER),
            Column("share", self.env._("Share of revenue"), RATE),
            Column(
                "previous_total_revenue",
                self.env._("Revenue before"),
                AMOUNT,
                comparison=True,
            ),
            Column(
                "previous_order_count",
                self.env._("Orders before"),
                INTEGER,
                SHEET,
                True,
            ),
            Column("change", self.env._("Change"), CHANGE, comparison=True),
            lifetime("revenue", self.env._("Lifetime revenue"), AMOUNT),
            lifetime("order_count", self.env._("Lifetime orders"), INTEGER),
            lifetime("first_order_date", self.env._("First order"), DATE),
            lifetime("last_order_date", self.env._("Last order"), DATE),
            lifetime("average_gap_days", self.env._("Days between orders"), NUMBER),
            rfm("recency", self.env._("Recency (1-5)")),
            rfm("frequency", self.env._("Frequency (1-5)")),
            rfm("monetary", self.env._("Revenue (1-5)")),
            rfm("group", self.env._("Group"), TEXT, DATA),
            rfm("group_label", self.env._("Customer group"), TEXT, SHEET),
        ]
        failed, error = self._find_failed(columns, errors)
        rows = []
        for customer in payload["top_customers"]:
            values = flatten(customer)
            if "rfm_group" in values:
                label = KEY_LABELS.get(values["rfm_group"])
                values["rfm_group_label"] = label and translated(self.env, label)
            rows.append(Row(values, failed=failed, error=error))
        return columns, rows

    def _tabulate_customer_segments(self, payload, _errors):
        columns = [
            Column("segment_name", self.env._("Name"), TEXT, DATA),
            Column("segment_label", self.env._("Segment"), TEXT),
            Column("customer_count", self.env._("Customers"), INTEGER),
            Column("total_revenue", self.env._("Revenue"), AMOUNT),
            Column(
                "average_revenue_per_customer",
                self.env._("Average per customer"),
                AMOUNT,
            ),
            Column(
                "previous_customer_count",
                self.env._("Customers before"),
                INTEGER,
                PAPER,
                True,
            ),
            Column(
                "previous_total_revenue",
                self.env._("Revenue before"),
                AMOUNT,
                PAPER,
                True,
            ),
            Column("change", self.env._("Change"), CHANGE, comparison=True),
            Column("top_customers", self.env._("Best customers"), TEXT, SHEET),
        ]
        rows = [
            Row(
                flatten(segment)
                | {
                    "segment_label": translated(
                        self.env, SEGMENT_LABELS[segment["segment_name"]]
                    ),
                    "top_customers": "; ".join(
                        customer["name"] for customer in segment["top_customers"]
                    ),
                }
            )
            for segment in payload["customer_segments"]
        ]
        return columns, rows

    def _tabulate_breakdown(self, name, payload):
        dimension, _section, label, _nothing = BREAKDOWNS[name]
        columns = [
            Column("rank", self.env._("Rank"), INTEGER, DATA),
            Column("key", self.env._("Key"), TEXT, DATA),
            Column("id", self.env._("ID"), INTEGER, DATA),
            Column("name", translated(self.env, label), TEXT),
            Column("revenue", self.env._("Revenue"), AMOUNT),
        ]
        if name not in WITHOUT_ORDERS:
            columns.append(Column("order_count", self.env._("Orders"), INTEGER))
        if name in COUNTED:
            columns.append(Column("customer_count", self.env._("Customers"), INTEGER))
        if name in LINE_TABLES:
            columns.append(Column("quantity", self.env._("Quantity"), NUMBER))
        if name not in WITHOUT_SHARE:
            columns.append(Column("share", self.env._("Share of revenue"), RATE))
        if name in COMPARED:
            columns.append(
                Column(
                    "previous_revenue",
                    self.env._("Revenue before"),
                    AMOUNT,
                    comparison=True,
                )
            )
            if name not in WITHOUT_ORDERS:
                columns.append(
                    Column(
                        "previous_order_count",
                        self.env._("Orders before"),
                        INTEGER,
                        PAPER,
                        True,
                    )
                )
            columns.append(
                Column("change", self.env._("Change"), CHANGE, comparison=True)
            )
        rows = [
            Row(flatten(row) | {"name": self._get_row_name(name, row)})
            for row in payload["breakdowns"].get(dimension, [])
        ]
        return columns, rows

    @api.model
    def _list_group_names(self, groups):
        """What some customer groups are called."""
        keys = [name.partition(":")[2] for name in groups]
        labels = SEGMENT_LABELS | KEY_LABELS
        return [translated(self.env, labels[key]) for key in keys]

    @api.model
    def _get_row_name(self, name, row):
        """What a row of a breakdown is called."""
        labels = BRIDGE_LABELS if name == "bridge" else KEY_LABELS
        if not row["id"] and row["key"] in labels:
            return translated(self.env, labels[row["key"]])
        if not row["key"]:
            return translated(self.env, BREAKDOWNS[name][3])
        return row["name"] or self.env._("Not visible to you")

    def _tabulate_warnings(self, payload, _errors):
        columns = [
            Column("code", self.env._("Code"), TEXT, DATA),
            Column("message", self.env._("What to know"), TEXT),
            Column("order_count", self.env._("Orders"), INTEGER),
            Column("revenue", self.env._("Revenue"), AMOUNT),
        ]
        return columns, [Row(flatten(warning)) for warning in payload["warnings"]]

    def _tabulate_about(self, payload, errors):
        columns = [
            Column("part", self.env._("Part"), TEXT, DATA),
            Column("key", self.env._("Key"), TEXT, DATA),
            Column("label", self.env._("What"), TEXT),
            Column("value", self.env._("Value"), FIGURE),
        ]
        titles = {
            section: translated(self.env, TABLES[name])
            for name, (_dimension, section, _label, _nothing) in BREAKDOWNS.items()
        } | {
            "core": self.env._("Revenue, orders and customers"),
            "new_customers": self.env._("New customers"),
            "conversion": self.env._("Conversion"),
            "lifetime": self.env._("Lifetime"),
            "metrics": self.env._("Further figures"),
            "health": self.env._("Data health"),
        }
        parts = {
            "bounds": self._list_bounds(payload),
            "definition": [
                (
                    "total_revenue",
                    self.env._("Revenue"),
                    translated(self.env, MEASURES[payload["measure"]]),
                ),
                *(
                    (key, translated(self.env, label), translated(self.env, text))
                    for key, label, text in DEFINITIONS
                ),
                *(
                    (row["name"], row["label"], row["help"])
                    for row in payload["metrics"]
                    if row["help"]
                ),
            ],
            "warning": [
                (warning["code"], self.env._("Warning"), warning["message"])
                for warning in payload["warnings"]
            ],
            "error": [
                (
                    section,
                    self.env._("Failed: %s", titles.get(section, section)),
                    sentence,
                )
                for section, sentence in errors.items()
            ],
        }
        rows = [
            Row(
                {"part": part, "key": key, "label": label, "value": value},
                kind=kind[0] if kind else TEXT,
            )
            for part, entries in parts.items()
            for key, label, value, *kind in entries
        ]
        return columns, rows

    def _list_bounds(self, payload):
        """What the figures are of: ``(key, label, value[, kind])``."""

        def choice(field):
            selection = self._fields[field]._description_selection(self.env)
            return dict(selection)[self[field]]

        dashboard = self.with_context(active_test=False)
        bounds = [
            (
                "period_start",
                self.env._("From"),
                payload["overview"]["period_start"],
                DATE,
            ),
            ("period_end", self.env._("To"), payload["overview"]["period_end"], DATE),
            ("timezone", self.env._("Time zone"), self.timezone),
            ("period_type", self.env._("Granularity"), choice("period_type")),
            ("compare", self.env._("Comparison"), choice("compare")),
        ]
        comparison = payload["comparison"]
        if comparison:
            bounds += [
                (
                    "compare_from",
                    self.env._("Compared from"),
                    comparison["date_from"],
                    DATE,
                ),
                ("compare_to", self.env._("Compared to"), comparison["date_to"], DATE),
                (
                    "compare_end",
                    self.env._("The comparison ends before"),
                    comparison["end"],
                    INSTANT,
                ),
            ]
        bounds += [
            ("measure", self.env._("Amounts"), choice("measure")),
            ("currency", self.env._("Currency"), self.currency_id.name),
            (
                "companies",
                self.env._("Companies"),
                "; ".join(self._list_company_names()),
            ),
        ]
        for field, label in (
            ("team_ids", self.env._("Sales teams")),
            ("user_ids", self.env._("Salespeople")),
            ("partner_ids", self.env._("Customers")),
        ):
            if dashboard[field]:
                names = "; ".join(dashboard[field].mapped("display_name"))
                bounds.append((field, label, names))
        if self.customer_groups:
            names = "; ".join(self._list_group_names(self.customer_groups))
            bounds.append(("customer_groups", self.env._("Customer groups"), names))
        domain = self._get_filters()["domain"]
        if domain:
            text = json.dumps(domain, ensure_ascii=False, default=str)
            bounds.append(("domain", self.env._("Filter"), text))
        for company_id, factor in payload["currency_factors"].items():
            company = self.env["res.company"].browse(int(company_id))
            label = self.env._(
                "1 %(currency)s in %(display)s",
                currency=company.currency_id.name,
                display=self.currency_id.name,
            )
            value = factor["numerator"] / factor["denominator"]
            bounds.append((f"currency_factor_{company_id}", label, value, NUMBER))
        return [
            *bounds,
            ("top_limit", self.env._("Top customers asked"), self.top_limit, INTEGER),
            ("generated_at", self.env._("As of"), payload["generated_at"], INSTANT),
            (
                "generated_for",
                self.env._("As seen by"),
                self.create_uid.display_name,
            ),
        ]
