"""Tables as an Excel workbook, with numbers as numbers and charts of its own."""

import io
import re
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

from ..engine.periods import get_zone
from .table import (
    AMOUNT,
    BOOLEAN,
    CHANGE,
    DATE,
    INSTANT,
    INTEGER,
    NUMBER,
    POINTS,
    RATE,
    SHEET,
    TEXT,
)

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_TEXT = 32767  # characters of a cell; xlsxwriter leaves out what is longer
MAX_SHEET_NAME = 31
MIN_WIDTH, MAX_WIDTH = 8, 60  # of a column, in characters
DAY_FORMAT = 14  # Excel's own "short date": as the reader's system writes it
INSTANT_FORMAT = 22
FIRST_DAY = "1900-01-01"  # Excel knows none before
ACCENT, MUTED, DANGER = "#714B67", "#6C757D", "#B3261E"
CHART_SIZE = {"width": 760, "height": 300}
CHARTED_CUSTOMERS = 10


@dataclass(frozen=True)
class Look:
    """What the workbook says and shows besides its tables."""

    title: str
    #: below the title: whose figures these are, of which days, as of when
    subtitle: tuple
    #: in the place of a figure that could not be computed
    failed: str
    #: that of a table without a row
    nothing: str
    symbol: str
    symbol_after: bool
    decimals: int
    timezone: str
    right_to_left: bool
    #: in UTC; the same figures make the same file
    created: datetime

    def get_amount_format(self, decimals=None):
        """Excel's number format for amounts of the currency."""
        decimals = self.decimals if decimals is None else decimals
        number = "#,##0" + ("." + "0" * decimals if decimals else "")
        symbol = '"' + self.symbol.replace('"', "") + '"'
        amount = f"{number} {symbol}" if self.symbol_after else f"{symbol} {number}"
        return f"{amount};-{amount}"


def make_workbook(tables, look):
    """The tables as a workbook: a sheet each, the overview with charts of the others.

    :param tables: :class:`Table`
    :param Look look:
    :rtype: bytes
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        _Writer(workbook, look).fill(tables)
    return buffer.getvalue()


def make_sheet_name(title, taken):
    """A name that Excel accepts and that no sheet has yet.

    :param set taken: lower-case names; the new one is added
    """
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip("' ")
    name = name[:MAX_SHEET_NAME].strip("' ") or "-"
    number, base = 1, name
    while name.lower() in taken | {"history"}:
        number += 1
        suffix = f" {number}"
        name = base[: MAX_SHEET_NAME - len(suffix)] + suffix
    taken.add(name.lower())
    return name


class _Writer:
    def __init__(self, workbook, look):
        self.workbook = workbook
        self.look = look
        self.zone = get_zone(look.timezone)
        text = {"valign": "top"}
        numbers = {
            AMOUNT: look.get_amount_format(),
            INTEGER: "#,##0",
            NUMBER: "General",
            RATE: "0.0%",
            CHANGE: "+0.0%;-0.0%;0.0%",
            POINTS: '+0.0" pt";-0.0" pt";0.0" pt"',
            DATE: DAY_FORMAT,
            INSTANT: INSTANT_FORMAT,
        }
        self.formats = {
            kind: workbook.add_format({**text, "num_format": number})
            for kind, number in numbers.items()
        }
        self.formats[TEXT] = workbook.add_format({**text, "text_wrap": True})
        self.formats[BOOLEAN] = workbook.add_format(text)
        header = {"bold": True, "bottom": 1, "bottom_color": ACCENT, "text_wrap": True}
        self.header = workbook.add_format({**header, "valign": "top"})
        self.number_header = workbook.add_format(
            {**header, "valign": "top", "align": "right"}
        )
        self.title = workbook.add_format(
            {"bold": True, "font_size": 16, "font_color": ACCENT}
        )
        self.subtitle = workbook.add_format({"font_color": MUTED})
        self.failure = workbook.add_format({"font_color": DANGER, "valign": "top"})
        #: name of a table -> (sheet name, row of its header, its columns)
        self.places = {}

    def fill(self, tables):
        self.workbook.set_properties(
            {"title": self.look.title, "created": self.look.created}
        )
        taken = set()
        sheets = []
        for table in tables:
            name = make_sheet_name(table.title, taken)
            sheet = self.workbook.add_worksheet(name)
            if self.look.right_to_left:
                sheet.right_to_left()
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
            sheets.append(sheet)
            first = self._write_head(sheet) if table.name == "overview" else 0
            self._write_table(sheet, table, first)
            self.places[table.name] = name, first, table.list_columns(SHEET)
        for table, sheet in zip(tables, sheets, strict=True):
            if table.name == "overview":
                first = self.places[table.name][1]
                self._add_charts(
                    sheet,
                    first + len(table.rows) + 3,
                    {one.name: one for one in tables},
                )

    def _write_head(self, sheet):
        """The title above the overview; returns the row after it."""
        sheet.write_string(0, 0, self.look.title[:MAX_TEXT], self.title)
        for row, line in enumerate(self.look.subtitle, start=1):
            sheet.write_string(row, 0, line[:MAX_TEXT], self.subtitle)
        return len(self.look.subtitle) + 2

    def _write_table(self, sheet, table, first):
        columns = table.list_columns(SHEET)
        widths = [MIN_WIDTH] * len(columns)

        def note_width(index, text):
            longest = max(map(len, text.splitlines()), default=0)
            widths[index] = min(max(widths[index], longest + 2), MAX_WIDTH)

        for index, column in enumerate(columns):
            is_numeric = table.is_numeric(column)
            style = self.number_header if is_numeric else self.header
            sheet.write_string(first, index, column.label, style)
            note_width(index, column.label)
        for number, row in enumerate(table.rows, start=first + 1):
            for index, column in enumerate(columns):
                note_width(index, self._write_cell(sheet, number, index, row, column))
            if row.error:
                sheet.write_string(
                    number, len(columns), row.error[:MAX_TEXT], self.failure
                )
        if table.error:
            sheet.write_string(first + 1, 0, table.error[:MAX_TEXT], self.failure)
        elif not table.rows:
            sheet.write_string(first + 1, 0, self.look.nothing, self.subtitle)
        for index, width in enumerate(widths):
            sheet.set_column(index, index, width)
        if not first:
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)
            if table.rows:
                sheet.autofilter(0, 0, len(table.rows), len(columns) - 1)

    def _write_cell(self, sheet, number, index, row, column):
        """Write one value; returns about what will be seen of it."""
        if column.name in row.failed:
            sheet.write_string(number, index, self.look.failed, self.failure)
            return self.look.failed
        value = row.values.get(column.name)
        if value is None:
            return ""
        kind = row.get_kind(column)
        style = self.formats[kind]
        if kind == TEXT or (kind == DATE and value < FIRST_DAY):
            # Never `write`: it takes a text that begins with = for a formula.
            sheet.write_string(number, index, value[:MAX_TEXT], self.formats[TEXT])
            return value
        if kind == BOOLEAN:
            sheet.write_boolean(number, index, value, style)
            return ""
        if kind == DATE:
            sheet.write_datetime(number, index, date.fromisoformat(value), style)
            return value
        if kind == INSTANT:
            local = datetime.fromisoformat(value.replace("Z", "+00:00"))
            local = local.astimezone(self.zone).replace(tzinfo=None)
            sheet.write_datetime(number, index, local, style)
            return value
        if kind in (RATE, CHANGE):
            value /= 100  # what Excel's percent formats want
        sheet.write_number(number, index, value, style)
        if kind == AMOUNT:
            return f"{value:,.{self.look.decimals}f} {self.look.symbol}"
        return f"{value:,.1f}"

    # ------------------------------------------------------------------
    # Charts
    # ------------------------------------------------------------------

    def _add_charts(self, sheet, row, tables):
        charts = (
            ("sales_by_period", "line", "date_from", "revenue", "previous_revenue"),
            ("top_customers", "bar", "name", "total_revenue", None),
            ("customer_segments", "column", "segment_label", "total_revenue", None),
        )
        for name, kind, category, value, previous in charts:
            table = tables.get(name)
            if not table or not table.rows:
                continue  # failed or empty: its sheet says so
            last = len(table.rows)
            if kind == "bar":
                last = min(last, CHARTED_CUSTOMERS)
            chart = self.workbook.add_chart({"type": kind})
            chart.add_series(self._get_series(name, category, value, last))
            if previous and table.is_compared:
                dashed = {"color": MUTED, "width": 1.5, "dash_type": "dash"}
                series = self._get_series(name, category, previous, last)
                chart.add_series({**series, "line": dashed})
            self._dress(chart, kind, table)
            sheet.insert_chart(row, 0, chart, {"description": table.title})
            row += CHART_SIZE["height"] // 20 + 1  # rows are 20 pixels high

    def _get_series(self, name, category, value, last):
        sheet_name, first, columns = self.places[name]
        indices = {column.name: index for index, column in enumerate(columns)}

        def cells(column):
            index = indices[column]
            return [sheet_name, first + 1, index, first + last, index]

        colour = {"color": ACCENT}
        return {
            "name": [sheet_name, first, indices[value]],
            "categories": cells(category),
            "values": cells(value),
            "line": {**colour, "width": 2.25},
            "fill": colour,
        }

    def _dress(self, chart, kind, table):
        chart.set_title({"name": table.title, "name_font": {"size": 12}})
        chart.set_size(CHART_SIZE)
        money = {
            "num_format": self.look.get_amount_format(decimals=0),
            "major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}},
        }
        if kind == "bar":
            chart.set_x_axis(money)
            chart.set_y_axis({"reverse": True})  # the best at the top
        else:
            chart.set_y_axis(money)
        if kind == "line":
            chart.set_x_axis({"date_axis": True, "num_format": "d mmm"})
            chart.set_legend({"position": "bottom"})
        else:
            chart.set_legend({"none": True})
