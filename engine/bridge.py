"""Why revenue changed: an additive bridge between two periods, to the cent.

DEFINITIONS, section 6. All but the last part are at constant currency, that is at the
comparison's exchange rates. Money is in units (see :mod:`.money`).
"""

from collections import Counter
from fractions import Fraction
from math import floor

NEW = "new"
RETURNING = "returning"
LOST = "lost"
VOLUME = "volume"
SIZE = "size"
CURRENCY = "currency"
PARTS = (NEW, RETURNING, LOST, VOLUME, SIZE, CURRENCY)


def bridge(current, previous, new_ids, currency_effect):
    """The parts of the change from ``previous`` to ``current``.

    new: revenue of customers without an order in the comparison and none before the
    period; returning: without one in the comparison but with one before; lost: minus
    the comparison revenue of those without one now. Of customers in both, volume is
    ``(n1 - n0) r0 / n0`` and size the rest. A residual unit of rounding goes to the
    largest part.

    :param dict current: customer -> ``(units at constant currency, order_count)``
    :param dict previous: customer -> ``(units, order_count)``
    :param new_ids: customers without any order before the period
    :param int currency_effect: units booked minus units at constant currency
    :return: part -> units, in the order of :data:`PARTS`
    :rtype: dict[str, int]
    """
    parts = dict.fromkeys(PARTS, 0)
    # Exact sums of (n1 - n0) r0 by denominator: few distinct ones, no tower of them.
    volume_by_count = Counter()
    common = 0
    for customer, (units, count) in current.items():
        if customer in previous:
            before_units, before_count = previous[customer]
            common += units - before_units
            volume_by_count[before_count] += (count - before_count) * before_units
        elif customer in new_ids:
            parts[NEW] += units
        else:
            parts[RETURNING] += units
    parts[LOST] = -sum(
        units
        for customer, (units, _count) in previous.items()
        if customer not in current
    )
    volume = sum(
        (Fraction(total, count) for count, total in volume_by_count.items()),
        Fraction(0),
    )
    parts[VOLUME] = _round_half_away(volume)
    parts[SIZE] = _round_half_away(common - volume)
    parts[CURRENCY] = currency_effect
    residual = common - parts[VOLUME] - parts[SIZE]
    if residual:
        largest = max(PARTS, key=lambda part: abs(parts[part]))
        parts[largest] += residual
    return parts


def bridge_members(current, previous, new_ids):
    """Whose orders each part is made of; volume and size share theirs.

    :return: part -> set of customers; the currency part has none of its own
    """
    only_now = current.keys() - previous.keys()
    common = current.keys() & previous.keys()
    return {
        NEW: only_now & new_ids,
        RETURNING: only_now - new_ids,
        LOST: previous.keys() - current.keys(),
        VOLUME: common,
        SIZE: common,
    }


def _round_half_away(number):
    magnitude = floor(abs(number) + Fraction(1, 2))
    return magnitude if number >= 0 else -magnitude
