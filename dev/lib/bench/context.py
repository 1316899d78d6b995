"""Where a measurement takes place, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from ..database import Databases
from ..server import LOGIN, PASSWORD, Served
from ..setup import Workshop

#: what a dashboard covers at most: 20 years, less what leap years add
LONGEST_DAYS = 20 * 365


@dataclass(frozen=True)
class Period:
    """Calendar days to measure, both included."""

    name: str
    date_from: date
    date_to: date
    period_type: str

    @property
    def days(self) -> int:
        return (self.date_to - self.date_from).days + 1

    def moved(self, last: date) -> Period:
        """As many days that end on another one."""
        by = last - self.date_to
        return replace(self, date_from=self.date_from + by, date_to=last)


@dataclass(frozen=True)
class Context:
    """What a measuring module works with.

    :param database: holds `orders` orders; measured modules may write to it, and leave
        no order behind or changed
    :param rounds: how often each thing is repeated at least, after one warm-up
    :param periods: what the figures are asked for, the shortest first
    :param served: the Odoo that serves it, one threaded process
    """

    workshop: Workshop
    databases: Databases
    database: str
    orders: int
    rounds: int
    periods: tuple[Period, ...]
    served: Served | None = None
    login: str = LOGIN
    password: str = PASSWORD

    def period(self, name: str) -> Period:
        return next(period for period in self.periods if period.name == name)


@dataclass
class Measured:
    """What a module has measured.

    :param samples: name of a series -> milliseconds, one for each repetition
    :param facts: everything else worth keeping: bytes, counts, plans (JSON types)
    :param ratios: name -> ratio of two medians
    """

    samples: dict[str, list[float]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)

    def add(self, series: str, milliseconds: float) -> None:
        self.samples.setdefault(series, []).append(milliseconds)

    def update(self, other: Measured) -> None:
        self.samples.update(other.samples)
        self.facts.update(other.facts)
        self.ratios.update(other.ratios)


def make_periods(today: date, oldest: date) -> tuple[Period, ...]:
    """The last 1, 30, 90 and 365 days and all time, in the buckets the screen takes.

    All time, but at most as much as one dashboard covers.
    """
    chosen = [("1d", 1, "daily"), ("30d", 30, "daily"), ("90d", 90, "daily")]
    chosen.append(("365d", 365, "weekly"))
    periods = [
        Period(name, today - timedelta(days=days - 1), today, period_type)
        for name, days, period_type in chosen
    ]
    longest = today - timedelta(days=LONGEST_DAYS)
    return (*periods, Period("all", max(oldest, longest), today, "monthly"))
