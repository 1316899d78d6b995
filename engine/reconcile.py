"""Why our revenue is not what Odoo's Sales Analysis shows, order by order.

Sales Analysis (``sale/report/sale_report.py``) adds up the LINES of confirmed orders,
each divided by its order's rate and multiplied by a company factor, without rounding.
The dashboard takes each order's own TOTAL, converts it and rounds it once. All that can
lie between the two is named here; what cannot be named is :data:`UNEXPLAINED`.

Amounts of this module are whole multiples of :data:`PARTS_PER_UNIT`'s inverse of the
display currency's rounding ("parts"), so that sums are exact although Sales Analysis
does not round.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, localcontext
from heapq import nsmallest
from typing import NamedTuple

from .money import divide_half_away, round_half_away

CURRENCY_ROUNDING = "currency_rounding"
CURRENCY_TABLE = "currency_table"
TAX_ROUNDING = "tax_rounding"
EARLY_PAYMENT = "early_payment"
ORDER_TOTAL = "order_total"
DOWN_PAYMENT = "down_payment"
NO_PRODUCT_LINE = "no_product_line"
STATE = "state"
ACCESS_RULES = "access_rules"
POINT_OF_SALE = "point_of_sale"
UNEXPLAINED = "unexplained"
CAUSES = (
    CURRENCY_ROUNDING,
    CURRENCY_TABLE,
    TAX_ROUNDING,
    EARLY_PAYMENT,
    ORDER_TOTAL,
    DOWN_PAYMENT,
    NO_PRODUCT_LINE,
    STATE,
    ACCESS_RULES,
    POINT_OF_SALE,
    UNEXPLAINED,
)

PARTS_PER_UNIT = 10**30
DIGITS = 60  # enough for every product and quotient here
# More than what cutting off the parts of a million orders adds up to, and far less than
# two sums lie apart: a sum this near to half a unit IS half a unit.
SETTLED_PARTS = PARTS_PER_UNIT // 10**20
# What the database's own division (16 significant digits) and a float may lose.
NOISE_PARTS = PARTS_PER_UNIT // 10**4
NOISE_RATIO = Decimal("1e-12")
# Rounding a line moves it by half a unit per tax and for the base; four of them are
# more than any order shows, and far less than a mistake.
ROUNDING_UNITS_PER_LINE = 2


class Lines(NamedTuple):
    """The lines of an order that are no section and no note, in its own currency.

    ``without_product`` are down payments: Sales Analysis lists them with an amount
    of 0.
    """

    amount: Decimal = Decimal(0)
    count: int = 0
    amount_without_product: Decimal = Decimal(0)
    count_without_product: int = 0


@dataclass(frozen=True)
class OrderFacts:
    """What is known of one confirmed order of ours.

    :param int units: our revenue, in units of the display currency's rounding
    :param Decimal amount: the order's own total, in its own currency
    :param Decimal rate: its stored rate; 0 counts as 1
    :param tuple factor: ``(numerator, denominator)`` to the display currency
    :param Decimal table_rate: the factor that Sales Analysis uses
    :param Decimal analysis: what Sales Analysis says; None where it has no row
    :param Decimal rounding: rounding of the order's own currency
    :param str absent: the cause, where Sales Analysis could not have the order
    :param bool early_payment: its taxes are computed on a discount for early payment
    """

    units: int
    amount: Decimal
    rate: Decimal
    factor: tuple
    table_rate: Decimal
    analysis: Decimal | None
    rounding: Decimal
    absent: str = ""
    early_payment: bool = False


class Explained(NamedTuple):
    """One order of either side: parts of ours, of the analysis', and of each cause."""

    key: tuple
    ours: int
    analysis: int
    causes: dict

    @property
    def difference(self):
        return self.ours - self.analysis


def needs_lines(facts, rounding):
    """Whether the order's total alone does not explain what Sales Analysis says.

    :param Decimal rounding: the display currency's
    """
    if facts.analysis is None:
        return not facts.absent
    with localcontext() as context:
        context.prec = DIGITS
        expected = facts.amount / (facts.rate or 1) * facts.table_rate
        return not _is_noise(
            _parts(expected - facts.analysis, rounding), facts.analysis, rounding
        )


def explain(key, facts, lines, rounding):
    """Name every part of the difference of one order.

    :param tuple key: what the order is known by
    :param OrderFacts facts: see there
    :param Lines lines: its lines; None where :func:`needs_lines` says no
    :param Decimal rounding: the display currency's
    :rtype: Explained
    """
    analysis = facts.analysis or Decimal(0)
    with localcontext() as context:
        context.prec = DIGITS
        to_company = 1 / (facts.rate or Decimal(1))
        factor = facts.factor[0] / facts.factor[1]
        drift = factor - facts.table_rate
        if abs(drift) <= abs(factor) * NOISE_RATIO:
            drift = 0
        absent = facts.absent
        if facts.analysis is None and lines is not None and _has_product(lines):
            absent = ACCESS_RULES
        # One division: an amount of exactly half a unit stays one.
        exact = facts.amount * facts.factor[0] / ((facts.rate or 1) * facts.factor[1])
        amounts = Counter()
        amounts[CURRENCY_ROUNDING] = (
            round_half_away(exact / rounding) * rounding - exact
        )
        if absent:
            amounts[absent] = exact
        else:
            taken = facts.amount
            if lines is not None:
                taken = lines.amount - lines.amount_without_product
                amounts[DOWN_PAYMENT] = (
                    lines.amount_without_product * to_company * factor
                )
                amounts[_total_cause(facts, lines)] = (
                    (facts.amount - lines.amount) * to_company * factor
                )
            amounts[CURRENCY_TABLE] = taken * to_company * drift
        causes = {cause: _parts(amount, rounding) for cause, amount in amounts.items()}
    causes = {cause: parts for cause, parts in causes.items() if parts}
    ours = facts.units * PARTS_PER_UNIT
    shown = _parts(analysis, rounding)
    rest = ours - shown - sum(causes.values())
    whole = _to_units(rest) * PARTS_PER_UNIT
    if _is_noise(rest - whole, analysis, rounding):
        shown += rest - whole  # what it would be without the noise
        rest = whole
    if rest:
        causes[UNEXPLAINED] = rest
    return Explained(key, ours, shown, causes)


def only_in_analysis(key, analysis, cause, rounding):
    """An order that Sales Analysis has and we have not, for one cause.

    :rtype: Explained
    """
    parts = _parts(analysis, rounding)
    return Explained(key, 0, parts, {cause: -parts} if parts else {})


def _total_cause(facts, lines):
    """Why the order's total is not the sum of its lines."""
    if not _has_product(lines):
        return NO_PRODUCT_LINE
    if facts.early_payment:
        return EARLY_PAYMENT
    limit = facts.rounding * ROUNDING_UNITS_PER_LINE * lines.count
    if abs(facts.amount - lines.amount) <= limit:
        return TAX_ROUNDING
    return ORDER_TOTAL


def _has_product(lines):
    return lines.count > lines.count_without_product


def _parts(amount, rounding):
    with localcontext() as context:
        context.prec = DIGITS
        return round_half_away(amount * PARTS_PER_UNIT / rounding)


def _is_noise(parts, amount, rounding):
    return abs(parts) <= NOISE_PARTS + abs(_parts(amount * NOISE_RATIO, rounding))


@dataclass(frozen=True)
class Cause:
    """One cause over all orders. ``keys``: its orders, the largest amounts first."""

    name: str
    units: int
    order_count: int
    keys: tuple


@dataclass(frozen=True)
class Reconciliation:
    """Both totals and all that lies between them.

    ``analysis_units`` and the causes' units are rounded once, at the very end; what
    this rounding leaves goes to the currency rounding, so that
    ``ours_units == analysis_units + sum of the causes' units``.
    ``unexplained_parts`` is the last cause's amount before rounding.
    """

    ours_units: int
    analysis_units: int
    causes: tuple
    unexplained_parts: int
    rows: tuple
    difference_count: int

    @property
    def difference_units(self):
        return self.ours_units - self.analysis_units


def reconcile(ours_units, explained, limit, max_keys):
    """Add up the explained orders.

    :param int ours_units: our figure as it was stored: what the orders do not add up
        to is unexplained
    :param list[Explained] explained: every order of either side
    :param int limit: number of rows, the largest differences first
    :param int max_keys: at most so many orders of each cause are named
    :rtype: Reconciliation
    """
    unexplained = ours_units * PARTS_PER_UNIT - sum(one.ours for one in explained)
    analysis = sum(one.analysis for one in explained)
    members = {cause: [] for cause in CAUSES}
    for one in explained:
        for cause in one.causes:
            members[cause].append(one)
    sums = {
        cause: sum(one.causes[cause] for one in orders)
        for cause, orders in members.items()
    }
    sums[UNEXPLAINED] += unexplained
    analysis_units = _to_units(analysis)
    units = {cause: _to_units(parts) for cause, parts in sums.items()}
    units[CURRENCY_ROUNDING] += ours_units - analysis_units - sum(units.values())
    differing = [one for one in explained if one.difference or one.causes]
    return Reconciliation(
        ours_units=ours_units,
        analysis_units=analysis_units,
        causes=tuple(
            Cause(
                name=cause,
                units=units[cause],
                order_count=len(members[cause]),
                keys=_largest(members[cause], cause, max_keys),
            )
            for cause in CAUSES
            if members[cause] or sums[cause] or units[cause]
        ),
        unexplained_parts=sums[UNEXPLAINED],
        rows=tuple(
            nsmallest(limit, differing, key=lambda one: (-abs(one.difference), one.key))
        ),
        difference_count=len(differing),
    )


def from_parts(parts, rounding):
    """The amount that ``parts`` are, as the float nearest to it."""
    with localcontext() as context:
        context.prec = DIGITS
        return float(Decimal(parts) * rounding / PARTS_PER_UNIT)


def _largest(orders, cause, count):
    largest = nsmallest(
        count, orders, key=lambda one: (-abs(one.causes[cause]), one.key)
    )
    return tuple(one.key for one in largest)


def _to_units(parts):
    settled = divide_half_away(parts, SETTLED_PARTS)
    return divide_half_away(settled, PARTS_PER_UNIT // SETTLED_PARTS)
