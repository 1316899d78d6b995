"""A table of the dashboard, as every export reads it: what it holds, not how it looks.

Pure Python: the texts in it are those of the reader's language already.
"""

from dataclasses import dataclass

# What a column holds. FIGURE and FIGURE_CHANGE: each row says by its own kind.
TEXT = "text"
DATE = "date"  # ISO string
INSTANT = "instant"  # ISO string in UTC, ending in Z
INTEGER = "integer"
AMOUNT = "monetary"
NUMBER = "float"
RATE = "rate"  # percent, 0 to 100
CHANGE = "change"  # percent, signed
POINTS = "points"  # percentage points, signed
BOOLEAN = "boolean"
FIGURE = "figure"
FIGURE_CHANGE = "figure_change"

NUMERIC = (AMOUNT, CHANGE, INTEGER, NUMBER, POINTS, RATE)

# Where a column is shown: data files have all, sheets most, paper the least.
PAPER = 1
SHEET = 2
DATA = 3


@dataclass(frozen=True)
class Column:
    """``name`` is the payload's key, nested ones joined by an underscore."""

    name: str
    label: str
    kind: str
    where: int = PAPER
    #: left out of sheets and paper where nothing is compared
    comparison: bool = False
    #: whose failure leaves it empty, where that is not the whole table's
    section: str = ""


@dataclass(frozen=True)
class Row:
    """``values`` by the name of their column; what is undefined is None."""

    values: dict
    #: of what FIGURE columns hold
    kind: str = ""
    #: names of the columns that could not be computed, and why
    failed: frozenset = frozenset()
    error: str = ""

    def get_kind(self, column):
        """What this row holds in a column."""
        if column.kind == FIGURE:
            return self.kind
        if column.kind == FIGURE_CHANGE:
            return POINTS if self.kind == RATE else CHANGE
        return column.kind


@dataclass(frozen=True)
class Table:
    """``error``: why there are no rows at all, where that is not because of none."""

    name: str
    title: str
    columns: tuple
    rows: tuple
    error: str = ""
    is_compared: bool = False

    def is_numeric(self, column):
        """Whether all that a column holds are numbers: those end at its right."""
        kinds = {row.get_kind(column) for row in self.rows} or {column.kind}
        return kinds <= set(NUMERIC)

    def list_columns(self, where):
        """The columns to show on :data:`PAPER` or in a :data:`SHEET`."""
        return [
            column
            for column in self.columns
            if column.where <= where and (self.is_compared or not column.comparison)
        ]


def flatten(values):
    """``{"previous": {"revenue": 1}}`` -> ``{"previous_revenue": 1}``, one level."""
    flat = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update({f"{name}_{key}": one for key, one in value.items()})
        else:
            flat[name] = value
    return flat
