"""Money as whole units of a currency's rounding, and the one rounding rule.

The rule (DEFINITIONS, Money): an order's amount is brought to the display currency
and rounded there, half away from zero, once per order; every figure is an exact sum
of these. The database does the same per row (``sale.order._field_to_sql``); this
module is its twin for single records and the arithmetic on the sums.
"""

from decimal import ROUND_HALF_UP, Decimal


def to_decimal(number):
    """The decimal number a float was written as (``0.1`` -> ``Decimal("0.1")``)."""
    return number if isinstance(number, Decimal) else Decimal(repr(number))


def to_units(amount, rounding):
    """Whole units of ``rounding`` nearest to ``amount``.

    :param amount: float or Decimal, already a multiple of ``rounding`` up to the
        error of a float
    :param rounding: the currency's rounding, e.g. ``0.01``
    :rtype: int
    """
    return round_half_away(to_decimal(amount or 0) / to_decimal(rounding))


def from_units(units, rounding):
    """The amount that ``units`` are, as the float nearest to it."""
    return float(units * to_decimal(rounding))


def round_half_away(number):
    """``number`` rounded to an integer, halves away from zero."""
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def divide_half_away(numerator, denominator):
    """Exact ``numerator / denominator`` of integers, halves away from zero.

    :raise ZeroDivisionError: if ``denominator`` is zero
    """
    quotient, remainder = divmod(abs(numerator), abs(denominator))
    if 2 * remainder >= abs(denominator):
        quotient += 1
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def revenue_units(amount, currency_rate, factor, rounding):
    """One order's revenue in units of the display currency's rounding.

    :param amount: the order's amount in its own currency
    :param currency_rate: the order's stored ``currency_rate``; 0 or None counts as 1
    :param tuple factor: (numerator, denominator) from the order's company currency to
        the display currency
    :param rounding: the display currency's rounding
    :rtype: int
    """
    numerator, denominator = map(to_decimal, factor)
    rate = to_decimal(currency_rate) if currency_rate else Decimal(1)
    return round_half_away(
        to_decimal(amount) * numerator / (rate * denominator * to_decimal(rounding))
    )
