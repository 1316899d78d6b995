"""A table as CSV (RFC 4180), for programs.

UTF-8 without a byte order mark, as RFC 8259 wants it of JSON: most programs would read
the mark as a part of the first column's name. Who opens tables by hand has XLSX.
"""

import csv
import io
import re
from decimal import Decimal

from .table import AMOUNT, BOOLEAN, TEXT

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
#: Where sheets take a text for a formula, also behind white space, also in the wide
#: characters that East Asian ones take for the narrow.
_SIGN = r"\s*[=+\-@＝＋－＠]"
FORMULA = re.compile(rf"[\t\r\n]|{_SIGN}")
#: Where a sheet begins a new cell that takes semicolons for what is between cells, as
#: in most of Europe; quotes keep a text together only where all of a cell is in them.
BREAK = re.compile(rf"[;\t\r\n](?=\"*{_SIGN})")
ERROR = "error"


def make_csv(table, decimals):
    """The table as bytes: a header with the columns' names, then the rows.

    The last column, ``error``, says why cells of a row are empty that should not be; a
    table that could not be computed at all is one row with nothing else.

    :param Table table:
    :param int decimals: of the currency
    :rtype: bytes
    """
    with io.StringIO(newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([*(column.name for column in table.columns), ERROR])
        if table.error:
            writer.writerow([*("" for _column in table.columns), guard(table.error)])
        for row in table.rows:
            cells = [
                _format(row.values.get(column.name), row.get_kind(column), decimals)
                for column in table.columns
            ]
            writer.writerow([*cells, guard(row.error)])
        return file.getvalue().encode()


def guard(text):
    """A text that no sheet takes for a formula: with an apostrophe before it.

    Nor any part of it, wherever the sheet may take it apart.
    """
    text = BREAK.sub(r"\g<0>'", text)
    return f"'{text}" if FORMULA.match(text) else text


def _format(value, kind, decimals):
    if value is None:
        return ""
    if kind == BOOLEAN:
        return "true" if value else "false"
    if kind == AMOUNT:
        return f"{Decimal(repr(value)):.{decimals}f}"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return guard(value) if kind == TEXT else str(value)
