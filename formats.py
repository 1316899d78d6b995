"""Numbers, money and days in the language of a reader, by Odoo's own formatters.

What the page says with ``static/src/dashboard/format.js``, mails say with this: the
same signs, the same number of decimals, the same cut where a change says nothing any
more.
"""

import unicodedata
from datetime import date, timezone
from zoneinfo import ZoneInfo

from babel.dates import format_interval, format_skeleton, format_time

from odoo.tools.misc import babel_locale_parse, format_amount, format_datetime, get_lang

LARGEST_CHANGE = 9999
MINUS = "\N{MINUS SIGN}"
COMPACT_FROM = 1000.0
NBSP = "\N{NO-BREAK SPACE}"
# In a line from right to left a sign would end up on the wrong side of its number, and
# the words around a day between its parts.
LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"
BY_ITSELF = "\N{FIRST STRONG ISOLATE}%s\N{POP DIRECTIONAL ISOLATE}"


def clean(text):
    """A name that people chose, as one line without characters that steer others.

    Line breaks would make lines of their own in a text, or headers in a mail; marks of
    direction would turn round what stands beside the name.
    """
    kept = (
        " " if unicodedata.category(character) == "Cc" else character
        for character in text or ""
        if unicodedata.category(character) != "Cf" or character in "\u200c\u200d"
    )
    return " ".join("".join(kept).split())


class Formats:
    """How the reader of an environment writes what a dashboard says.

    :param env: its language decides
    :param currency: ``res.currency`` of the amounts
    :param str timezone: IANA name of the zone of instants
    """

    def __init__(self, env, currency, timezone):
        self.env = env
        self.currency = currency
        self.timezone = timezone
        data = get_lang(env)
        self.lang = env["res.lang"].browse(data.id)
        self.locale = babel_locale_parse(data.code)
        self.direction = data.direction

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    def amount(self, value):
        """Money to the last cent."""
        if self.currency.is_zero(value):
            value = 0.0
        return self._sign(MINUS if value < 0 else "", self._size(value))

    def signed_amount(self, value):
        """Money to the last cent with its sign, a plus too."""
        if self.currency.is_zero(value):
            return self._size(0.0)
        return self._sign("+" if value > 0 else MINUS, self._size(value))

    def compact(self, value):
        """A number on an axis: ``1.5k``, without its currency."""
        symbols = ("", *str(self.env._("kMGTPE")))
        power = 0
        while power < len(symbols) - 1 and abs(value) >= COMPACT_FROM ** (power + 1):
            power += 1
        size = self._trim(abs(value) / COMPACT_FROM**power, 2) + symbols[power]
        return self._sign(MINUS if value < 0 else "", size)

    def count(self, value):
        return self._sign(
            MINUS if value < 0 else "", self.lang.format("%d", abs(value), True)
        )

    def number(self, value):
        """With as many decimals as it has, at most two."""
        return self._sign(MINUS if value < 0 else "", self._trim(abs(value), 2))

    def percent(self, value):
        """A share in percent, 0 to 100, with one decimal."""
        return self._sign(
            MINUS if value < 0 else "", self.lang.format("%.1f", abs(value), True) + "%"
        )

    def change(self, value, unit="percent"):
        """A change with its sign, in percent or percentage ``points``."""
        size = abs(value)
        decimals = 0 if size >= 100 else 1 if size >= 0.1 or not size else 2
        text = self._trim(min(size, LARGEST_CHANGE), decimals)
        text = self.env._("%s pt", text) if unit == "points" else f"{text}%"
        sign = "+" if value > 0 else MINUS if value < 0 else ""
        if size > LARGEST_CHANGE:
            sign = (">" if value > 0 else "<") + sign
        return self._sign(sign, text)

    def _size(self, value):
        # Odoo's formatter writes a hyphen between symbol and number where negative.
        return format_amount(self.env, abs(value), self.currency)

    def _trim(self, value, decimals):
        text = self.lang.format(f"%.{decimals}f", value, True)
        if decimals:
            text = text.rstrip("0").removesuffix(self.lang.decimal_point)
        return text

    def _sign(self, sign, text):
        if sign and self.direction == "rtl":
            # A symbol after the number stays where it is without a sign.
            number, space, symbol = text.partition(NBSP)
            if number[-1:].isdigit():
                return LEFT_TO_RIGHT % (sign + number) + space + symbol
            return LEFT_TO_RIGHT % (sign + text)
        return sign + text

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def day(self, day):
        """One day with its year: ``Jun 1, 2025``."""
        return self._isolate(
            format_skeleton("yMMMd", _as_date(day), locale=self.locale)
        )

    def short_day(self, day):
        """One day without its year."""
        return self._isolate(format_skeleton("MMMd", _as_date(day), locale=self.locale))

    def month(self, day):
        """The month of a day, with its year."""
        return self._isolate(format_skeleton("yMMM", _as_date(day), locale=self.locale))

    def day_range(self, date_from, date_to):
        """Both days included, in the language's own manner: ``Jun 1 – 30, 2025``."""
        if date_from == date_to:
            return self.day(date_from)
        return self._isolate(
            format_interval(
                _as_date(date_from), _as_date(date_to), "yMMMd", locale=self.locale
            )
        )

    def instant(self, instant):
        """An instant, naive UTC, in the zone of the figures."""
        return format_datetime(self.env, instant, tz=self.timezone)

    def _isolate(self, text):
        return BY_ITSELF % text if self.direction == "rtl" else text

    def localize(self, instant):
        """An instant, naive UTC, on the clocks of that zone."""
        zone = ZoneInfo(self.timezone)
        return instant.replace(tzinfo=timezone.utc).astimezone(zone)

    def time(self, moment):
        """The time of day, to the minute."""
        return format_time(moment, format="short", locale=self.locale)


def _as_date(day):
    return date.fromisoformat(day) if isinstance(day, str) else day
