"""A page of plain text: headings, paragraphs, lists, and tables in columns."""

import textwrap
import unicodedata

WIDTH = 76  # what mail programs show without wrapping, quoted once
MAX_NAME = 34


class TextPage:
    """Text that is laid out as it is added."""

    def __init__(self):
        self._blocks = []

    def heading(self, text):
        self._add([text, "=" * display_width(text)])

    def paragraph(self, *lines):
        """Lines of their own, each wrapped; addresses stay whole."""
        self._add([wrapped for line in lines if line for wrapped in _wrap(line)])

    def items(self, texts):
        self._add(
            [
                wrapped
                for text in texts
                for wrapped in _wrap(text, initial="- ", further="  ")
            ]
        )

    def table(self, rows):
        """Rows of columns: names to the left, the figures after them to the right.

        :param rows: lists of strings of any length; the first is the name, the second
            the figure
        """
        rows = [list(row) for row in rows]
        widths = {}
        for row in rows:
            row[0] = _wrap(row[0], width=MAX_NAME) or [""]
            cells = [max(map(display_width, row[0])), *map(display_width, row[1:])]
            for column, width in enumerate(cells):
                widths[column] = max(widths.get(column, 0), width)
        lines = []
        for (first, *more), *cells in rows:
            padded = [_pad(first, widths[0])]
            for column, cell in enumerate(cells, start=1):
                padded.append(_pad(cell, widths[column], is_number=column == 1))
            lines.append("  ".join(padded).rstrip())
            lines += [f"  {line}" for line in more]
        self._add(lines)

    def rule(self):
        self._add(["-" * WIDTH])

    def finish(self):
        return "\n\n".join(self._blocks) + "\n"

    def _add(self, lines):
        if lines:
            self._blocks.append("\n".join(lines))


def display_width(text):
    """How many columns a text takes where all letters are equally wide.

    >>> display_width("Umsatz"), display_width("売上"), display_width("\u2066+1\u2069")
    (6, 4, 2)
    """
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def _wrap(text, width=WIDTH, initial="", further=""):
    return textwrap.wrap(
        text,
        width,
        initial_indent=initial,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _pad(text, width, is_number=False):
    space = " " * (width - display_width(text))
    return space + text if is_number else text + space
