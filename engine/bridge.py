"""Why revenue changed: an additive bridge between two periods, to the cent.

DEFINITIONS, section 6. All but the last part are at constant currency, that is at the
comparison's exchange rates. Money is in units (see :mod:`.money`).
"""

from collections import defaultdict
from fractions import Fraction
from math import floor
from operator import itemgetter

NEW = "new"
RETURNING = "returning"
LOST = "lost"
VOLUME = "volume"
SIZE = "size"
CURRENCY = "currency"
PARTS = (NEW, RETURNING, LOST, VOLUME, SIZE, CURRENCY)

_units = itemgetter(0)


def bridge_members(current, previous, new_ids):
    """Whose orders each part is made of; volume and size share theirs.

    :param dict current: customers of the period
    :param dict previous: customers of the comparison
    :param new_ids: customers without any order before the period
    :return: part -> ascending ids; the currency part has none of its own
    :rtype: dict[str, list[int]]
    """
    ids = sorted(current)
    only_now = [one for one in ids if one not in previous]
    common = [one for one in ids if one in previous]
    new_ids = set(new_ids)
    return {
        NEW: [one for one in only_now if one in new_ids],
        RETURNING: [one for one in only_now if one not in new_ids],
        LOST: [one for one in sorted(previous) if one not in current],
        VOLUME: common,
        SIZE: common,
    }


def bridge(current, previous, members, effects):
    """The parts of the change from ``previous`` to ``current``.

    new: revenue of customers without an order in the comparison and none before the
    period; returning: without one in the comparison but with one before; lost: minus
    the comparison revenue of those without one now. Of customers in both, volume is
    ``(n1 - n0) r0 / n0`` and size the rest. A residual unit of rounding goes to the
    largest part.

    :param dict current: customer -> ``(units as booked, order_count)``
    :param dict previous: customer -> ``(units, order_count)``
    :param dict members: result of :func:`bridge_members` of the two
    :param dict effects: customer of ``current`` -> units as booked minus units at
        constant currency; sparse
    :return: part -> units, in the order of :data:`PARTS`
    :rtype: dict[str, int]
    """
    effect = sum(effects.values())
    new, returning = (
        sum(current[one][0] - effects.get(one, 0) for one in members[part])
        for part in (NEW, RETURNING)
    )
    lost = -sum(previous[one][0] for one in members[LOST])
    # What customers in both have more: all there is but what the others have.
    total = sum(map(_units, current.values())) - effect
    common = total - sum(map(_units, previous.values())) - new - returning - lost
    volume = _volume(current, previous, members[VOLUME])
    parts = {
        NEW: new,
        RETURNING: returning,
        LOST: lost,
        VOLUME: _round_half_away(volume),
        SIZE: _round_half_away(common - volume),
        CURRENCY: effect,
    }
    residual = common - parts[VOLUME] - parts[SIZE]
    if residual:
        largest = max(PARTS, key=lambda part: abs(parts[part]))
        parts[largest] += residual
    return parts


def _volume(current, previous, common):
    """The exact sum of ``(n1 - n0) r0 / n0`` over the customers in both.

    :rtype: Fraction
    """
    # By denominator: there are few distinct ones, and no tower of them.
    by_count = defaultdict(int)
    for one in common:
        units, before = previous[one]
        count = current[one][1]
        if count != before:
            by_count[before] += (count - before) * units
    return sum(
        (Fraction(total, count) for count, total in by_count.items()), Fraction(0)
    )


def _round_half_away(number):
    magnitude = floor(abs(number) + Fraction(1, 2))
    return magnitude if number >= 0 else -magnitude
