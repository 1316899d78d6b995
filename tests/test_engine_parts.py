"""What is over and what is added to it: arithmetic and form, without a database."""

import json
from datetime import date, datetime, timedelta
from unittest import TestCase
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.sale_dashboard.engine.assembly import CoreRows, Sum
from odoo.addons.sale_dashboard.engine.parts import (
    Parts,
    add_lifetimes,
    add_pairs,
    pack_effects,
    pack_lifetimes,
    pack_rows,
    unpack_effects,
    unpack_lifetimes,
    unpack_rows,
)
from odoo.addons.sale_dashboard.engine.request import parse_request
from odoo.addons.sale_dashboard.engine.scope import make_scope

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2025, 6, 18, 10)
IDS = st.integers(1, 2**31 - 1)
UNITS = st.integers(-(2**53), 2**53)
SUM = st.builds(Sum, UNITS, st.integers(0, 2**31 - 1))
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1))
LIFETIMES = st.dictionaries(
    st.integers(1, 5), st.tuples(SUM, INSTANTS, INSTANTS), max_size=4
)


@st.composite
def core_rows(draw):
    customers = draw(st.dictionaries(IDS, SUM, max_size=5))

    def of_customers(values):
        return {one: draw(values) for one in customers}

    keys = IDS | st.just(False)
    return CoreRows(
        total=draw(SUM),
        hidden=draw(SUM),
        points=draw(st.dictionaries(st.integers(0, 40), SUM, max_size=3)),
        customers=customers,
        users=draw(st.dictionaries(keys, SUM, max_size=3)),
        teams=draw(st.dictionaries(keys, SUM, max_size=3)),
        countries=draw(st.dictionaries(keys, SUM, max_size=3)),
        pairs=draw(st.dictionaries(st.tuples(IDS, IDS), SUM, max_size=3)),
        first_points=of_customers(st.integers(0, 40)),
        last_orders=of_customers(INSTANTS),
        effects=draw(st.dictionaries(keys, UNITS.filter(bool), max_size=3)),
    )


def split(date_from, date_to, now=NOON, **options):
    """The closed and the open part of both sides, by their bounds."""
    request = parse_request(date_from=date_from, date_to=date_to, **options)
    scope = make_scope(request, "Europe/Paris", [1], now)
    parts = Parts(scope.zone, scope.today)
    found = []
    for span in (scope.current, scope.comparison):
        closed, pending = parts.split(span)
        pieces = [piece for piece in (closed, pending) if piece]
        # Together they are the whole, and each counts in the same buckets.
        assert pieces[0].start == span.start and pieces[-1].end == span.end
        assert all(piece.bounds == span.bounds for piece in pieces)
        assert len(pieces) == 1 or closed.end == pending.start
        found.append(
            (
                closed and (closed.start, closed.end),
                pending and (pending.start, pending.end),
            )
        )
    return found


class TestEngineSplit(TestCase):
    def test_until_today(self):
        (over, rest), (over_before, rest_before) = split("2025-06-01", "2025-06-18")
        midnight = datetime(2025, 6, 17, 22)
        self.assertEqual(over, (datetime(2025, 5, 31, 22), midnight))
        self.assertEqual(rest, (midnight, midnight + timedelta(days=1)))
        # Its last day ends at the same time of day, so it still grows.
        self.assertEqual(
            over_before, (datetime(2025, 4, 30, 22), datetime(2025, 5, 17, 22))
        )
        self.assertEqual(
            rest_before, (datetime(2025, 5, 17, 22), NOON.replace(month=5))
        )

    def test_all_over(self):
        for _over, rest in split("2025-05-01", "2025-05-31"):
            self.assertIsNone(rest)

    def test_today_alone(self):
        [(over, _rest), (over_before, _rest_before)] = split("2025-06-18", "2025-06-18")
        self.assertIsNone(over)
        self.assertIsNone(over_before)

    def test_in_the_future(self):
        [(over, rest), (over_before, _rest)] = split("2025-06-18", "2025-06-27")
        self.assertIsNone(over)
        self.assertEqual(rest[1], datetime(2025, 6, 27, 22))
        self.assertTrue(over_before)

    def test_when_the_clocks_change(self):
        """The day that the clocks go back has 25 hours, all of them today."""
        [(over, rest), _before] = split(
            "2025-10-01", "2025-10-26", now=datetime(2025, 10, 26, 20)
        )
        self.assertEqual(over[1], datetime(2025, 10, 25, 22))
        self.assertEqual(rest, (datetime(2025, 10, 25, 22), datetime(2025, 10, 26, 23)))

    def test_nothing_kept(self):
        request = parse_request(date_from="2025-06-01", date_to="2025-06-18")
        span = make_scope(request, "Europe/Paris", [1], NOON).current
        self.assertEqual(Parts().split(span), (None, span))
        self.assertEqual(Parts().split(None), (None, None))

    def test_found_for_the_same_end_only(self):
        request = parse_request(date_from="2025-06-01", date_to="2025-06-18")
        scope = make_scope(request, "Europe/Paris", [1], NOON)
        until = datetime(2025, 6, 17, 22)
        parts = Parts(PARIS, date(2025, 6, 18), {"rates": (until, [1])})
        closed, pending = parts.split(scope.current)
        self.assertEqual(parts.find("rates", closed), [1])
        self.assertIsNone(parts.find("rates", pending))
        self.assertIsNone(parts.find("rates", None))
        self.assertIsNone(parts.find("effects", closed))
        parts.keep("effects", closed, {})
        parts.keep("created", closed, [], by_creation=True)
        self.assertEqual(
            parts.added,
            {"effects": (until, {}, False), "created": (until, [], True)},
        )

    def test_only_what_is_not_kept_is_read(self):
        def read(span):
            spans.append(span)
            return [str(span.start)]

        request = parse_request(date_from="2025-06-01", date_to="2025-06-18")
        span = make_scope(request, "Europe/Paris", [1], NOON).current
        parts = Parts(PARIS, date(2025, 6, 18))
        closed, pending = parts.split(span)
        spans = []
        first = parts.collect("rates", span, read)
        self.assertEqual(spans, [closed, pending])
        self.assertEqual(parts.added, {"rates": (closed.end, first[0], False)})
        spans = []
        again = Parts(PARIS, date(2025, 6, 18), {"rates": (closed.end, first[0])})
        self.assertEqual(again.collect("rates", span, read), first)
        self.assertEqual(spans, [pending])
        self.assertEqual(again.added, {})
        self.assertEqual(Parts().collect("rates", span, read), [[str(span.start)]])
        # None stands for nothing kept; what is empty is kept all the same.
        empty = Parts(PARIS, date(2025, 6, 18), {"rates": (closed.end, [])})
        self.assertEqual(empty.collect("rates", span, read), [[], first[1]])

    def test_what_cannot_move_any_more(self):
        """Up to the day of an instant, and not today's."""
        parts = Parts(PARIS, date(2025, 6, 18))
        today = datetime(2025, 6, 17, 22)
        self.assertEqual(parts.closed_end(), today)
        self.assertEqual(
            parts.closed_end(datetime(2025, 5, 19, 10)), datetime(2025, 5, 18, 22)
        )
        self.assertEqual(
            parts.closed_end(datetime(2025, 5, 19, 23)), datetime(2025, 5, 19, 22)
        )
        self.assertEqual(parts.closed_end(NOON), today)
        self.assertEqual(parts.closed_end(NOON + timedelta(days=2)), today)


class TestEngineKept(TestCase):
    @FEW
    @given(core_rows())
    def test_rows(self, rows):
        kept = unpack_rows(json.loads(json.dumps(pack_rows(rows))))
        effects = unpack_effects(json.loads(json.dumps(pack_effects(rows.effects, []))))
        self.assertEqual(kept + CoreRows(Sum(), {}, {}, Sum(), effects=effects), rows)

    @FEW
    @given(LIFETIMES, LIFETIMES)
    def test_lifetimes(self, one, other):
        kept = unpack_lifetimes(json.loads(json.dumps(pack_lifetimes(one))))
        self.assertEqual(kept, one)
        both = add_lifetimes(one, other)
        self.assertEqual(both.keys(), {*one, *other})
        for customer_id, (figures, first, last) in both.items():
            found = [part[customer_id] for part in (one, other) if customer_id in part]
            self.assertEqual(figures, sum((row[0] for row in found), Sum()))
            self.assertEqual(first, min(row[1] for row in found))
            self.assertEqual(last, max(row[2] for row in found))

    @FEW
    @given(core_rows(), core_rows())
    def test_added(self, over, rest):
        both = over + rest
        self.assertEqual(both.total, over.total + rest.total)
        for name in ("points", "customers", "users", "teams", "countries", "pairs"):
            one, other, sums = (getattr(rows, name) for rows in (over, rest, both))
            self.assertEqual(
                sums,
                {
                    key: one.get(key, Sum()) + other.get(key, Sum())
                    for key in {*one, *other}
                },
            )
        for one in both.customers:
            places = [rows.first_points.get(one, 99) for rows in (over, rest)]
            self.assertEqual(both.first_points[one], min(places))
            lasts = [rows.last_orders.get(one, datetime.min) for rows in (over, rest)]
            self.assertEqual(both.last_orders[one], max(lasts))

    def test_exact_sums(self):
        """As one sum would be, however it was cut: 0.1 + 0.2 is 0.3."""
        rows = add_pairs(
            [[1, 2, "0.1", "1e20"]], [[1, 2, "0.2", "1"], [1, 1, "5", "6"]]
        )
        self.assertEqual(rows, [[1, 1, 5.0, 6.0], [1, 2, 0.3, 1e20 + 1]])
        self.assertEqual(add_pairs([], []), [])
