from bisect import bisect_left
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.assembly import Conversion, CoreRows, Sum, add_up, make_sums
from ..engine.money import to_units
from ..engine.parts import (
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
from ..engine.periods import days_before, local_today
from ..engine.request import MAX_BUCKETS

CUSTOMER = "partner_id.commercial_partner_id"
EXPIRING_DAYS = 7
# How far two spans may be apart to be read in one pass: where the period ends today,
# the comparison ends at the same time of day; a day may have 25 hours.
LARGEST_GAP = timedelta(hours=25)
WORK_MEMORY = "256MB"
# Dimension of a breakdown -> what its lines are grouped by.
LINE_GROUPS = {"product": "product_id", "category": "product_id.categ_id"}
SALES = Domain("state", "=", "sale")


class SaleDashboardSource(models.AbstractModel):
    """The one place that queries orders for figures, under the viewer's rights.

    Every method takes a :class:`~..engine.scope.Scope` (and one of its spans) and must
    be called with the scope's companies and zone in the context (see
    ``sale.dashboard``). Nothing here uses ``sudo()``.
    """

    _name = "sale.dashboard.source"
    _description = "Sales Dashboard Source"

    # ------------------------------------------------------------------
    # Which orders
    # ------------------------------------------------------------------

    def _get_confirmed_domain(self):
        """Which orders are sales. Override to count other states as well."""
        return SALES

    def _get_quotation_domain(self):
        """Which orders are open quotations."""
        return Domain("state", "in", ["draft", "sent"])

    def _get_company_domain(self, scope):
        return Domain("company_id", "in", list(scope.company_ids))

    def _get_filter_domain(self, scope):
        """Companies and filters of the request; no dates, no state."""
        filters = scope.request.filters
        domain = self._get_company_domain(scope)
        if filters.team_ids:
            domain &= Domain("team_id", "in", list(filters.team_ids))
        if filters.user_ids:
            domain &= Domain("user_id", "in", list(filters.user_ids))
        if filters.partner_ids:
            # A customer filter means the whole commercial entity.
            partners = self.env["res.partner"].browse(filters.partner_ids)
            domain &= Domain(CUSTOMER, "in", partners.commercial_partner_id.ids)
        if filters.customer_groups:
            members = self._get_ids_domain("commercial_partner_id", scope.members)
            domain &= Domain("partner_id", "any", members)
        return domain & Domain(filters.domain)

    def _get_interval_domain(self, interval, field="date_order"):
        """``field`` within a span's or a bucket's bounds."""
        return Domain(field, ">=", interval.start) & Domain(field, "<", interval.end)

    def _get_sales_domain(self, scope, interval):
        """The confirmed orders behind the revenue of a span or a bucket."""
        return (
            self._get_filter_domain(scope)
            & self._get_confirmed_domain()
            & self._get_interval_domain(interval)
        )

    def _get_created_domain(self, scope, interval):
        """The orders created in a span or a bucket, in any state: conversion's base."""
        return self._get_filter_domain(scope) & self._get_interval_domain(
            interval, "create_date"
        )

    def _get_converted_domain(self, scope, span, interval):
        """Those of a span's or its bucket's that count as converted.

        Conversion needs time to mature: the comparison counts only orders confirmed
        before now minus the distance between the two periods, so that both sides had
        equally long.
        """
        domain = self._get_created_domain(scope, interval)
        domain &= self._get_confirmed_domain()
        if span is scope.comparison:
            domain &= Domain("date_order", "<", self._get_matured(scope))
        return domain

    def _get_matured(self, scope):
        """Before when an order of the comparison must be confirmed to be converted."""
        return scope.now - (scope.current.start - scope.comparison.start)

    def _get_open_quotation_domain(self, scope):
        return self._get_filter_domain(scope) & self._get_quotation_domain()

    def _get_quotation_key_domain(self, scope, key):
        """Which open quotations a row of the quotations counts.

        expired: valid until before today; open: all others; expiring: of these the
        ones valid for at most :data:`EXPIRING_DAYS` days more.
        """
        if key == "expired":
            return Domain("validity_date", "<", scope.today)
        if key == "expiring":
            return Domain("validity_date", ">=", scope.today) & Domain(
                "validity_date", "<=", scope.today + timedelta(days=EXPIRING_DAYS)
            )
        return Domain("validity_date", "=", False) | Domain(
            "validity_date", ">=", scope.today
        )

    def _get_revenue_field(self, scope):
        return f"dashboard_amount_{scope.request.measure}"

    # ------------------------------------------------------------------
    # The core pass
    # ------------------------------------------------------------------

    def _read_cores(self, scope, rates=(), parts=None):
        """What the period and its comparison are made of, if possible in one pass.

        :param rates: result of :meth:`_read_comparison_rates`
        :param Parts parts: what is kept of the days that are over
        :return: :class:`CoreRows` of the period, and of the comparison (None: nothing
            is compared)
        """
        parts = parts or Parts()
        rates = list(rates)
        spans = {"previous": scope.comparison, "current": scope.current}
        closed, pending = {}, {}
        for side, span in spans.items():
            closed[side], pending[side] = parts.split(span)
            kept = parts.find(f"sales {side}", closed[side])
            if kept:
                parts.closed[side] = unpack_rows(kept)
        unknown = {
            side: span for side, span in closed.items() if side not in parts.closed
        }
        read = self._read_rows(scope, unknown, rates)
        for side, rows in read.items():
            parts.closed[side] = rows
            parts.keep(f"sales {side}", closed[side], pack_rows(rows))
        later = self._read_rows(scope, pending, rates)
        self._add_effects(scope, closed["current"], rates, parts, "current" in read)
        cores = []
        for side in ("current", "previous"):
            over, rest = parts.closed.get(side), later.get(side)
            cores.append(over + rest if over and rest else over or rest)
        return cores

    def _read_rows(self, scope, spans, rates):
        """The rows of both sides' spans, the comparison first, or of their parts.

        :param dict spans: side -> Span or None
        :return: side -> :class:`CoreRows`, for each that is there
        """
        sides = [side for side, span in spans.items() if span]
        tables = [
            table
            for some in self._list_passes([spans[side] for side in sides])
            for table in self._read_tables(scope, some, rates)
        ]
        customers = {row[0] for table in tables for row in table.customers}
        countries_of = self._read_visible_customers(customers - {None})
        return {
            side: self._make_core(table, countries_of)
            for side, table in zip(sides, tables, strict=True)
        }

    def _add_effects(self, scope, span, rates, parts, read):
        """Give the period's closed rows their currency effects.

        They are at the comparison's rates, which move with every foreign order that
        counts in it: then they are read anew, the rest is not.

        :param span: the closed part of the period
        :param read: whether the rows were read with these rates just now
        """
        if not span:
            return
        rows = parts.closed["current"]
        kept = parts.find("effects", span)
        if read:
            effects = rows.effects
        elif kept and kept["rates"] == rates:
            effects = unpack_effects(kept)
        else:
            effects = self._read_effects(scope, span, rates, rows)
        parts.closed["current"] = replace(rows, effects=effects)
        if not kept or kept["rates"] != rates:
            parts.keep("effects", span, pack_effects(effects, rates))

    def _read_effects(self, scope, span, rates, rows):
        """By how much each customer's revenue exceeds that at other rates.

        :param CoreRows rows: of the span
        :return: see ``CoreRows.effects``
        """
        if not rates:
            return {}
        orders = self.env["sale.order"].with_context(
            sale_dashboard_rates=rates, sale_dashboard_raw=True
        )
        groups = orders._read_group(
            self._get_sales_domain(scope, span) & self._get_foreign_domain(),
            [CUSTOMER],
            [f"dashboard_effect_{scope.request.measure}:sum"],
            order="__count",  # else by the groups, for which it would sort orders
        )
        effects = defaultdict(int)
        for customer_id, units in groups:
            if units:
                visible = customer_id in rows.customers
                effects[customer_id if visible else False] += units
        return dict(effects)

    def _list_passes(self, spans):
        """Spans as they are read together.

        :param spans: one, or two of which the second is later, or none
        :return: tuples of spans
        """
        if len(spans) == 2:
            before, current = spans
            if (
                current.start - LARGEST_GAP <= before.end <= current.start
                and len(before.bounds) + len(current.bounds) <= MAX_BUCKETS
            ):
                return [(before, current)]
        return [(span,) for span in spans]

    def _get_spans_domain(self, spans, field="date_order"):
        """``field`` within one of the spans of a pass."""
        domain = Domain(field, ">=", spans[0].start) & Domain(field, "<", spans[-1].end)
        for span, following in pairwise(spans):
            if span.end < following.start:
                domain &= Domain(field, "<", span.end) | Domain(
                    field, ">=", following.start
                )
        return domain

    def _read_tables(self, scope, spans, rates):
        """The grouped rows of one span, or of two of which the second is later.

        :rtype: list[_Table]
        """
        orders = self.env["sale.order"].with_context(
            sale_dashboard_bounds=[bound for span in spans for bound in span.bounds],
            sale_dashboard_split=spans[-1].start,
            sale_dashboard_rates=rates,
            sale_dashboard_raw=True,
        )
        orders.check_access("read")
        domain = (
            self._get_filter_domain(scope)
            & self._get_confirmed_domain()
            & self._get_spans_domain(spans)
        )
        side = "dashboard_after_split"
        measure = scope.request.measure
        with self._room_for_groups():
            points, *by_side = orders._read_grouping_sets(
                domain,
                [
                    ["dashboard_bucket"],
                    [side, CUSTOMER],
                    # Together: each set costs a lookup for every order, and there are
                    # few of these.
                    [side, "user_id", "team_id", "company_id", "currency_id"],
                ],
                [
                    f"dashboard_amount_{measure}:sum",
                    "__count",
                    f"dashboard_effect_{measure}:sum",
                    "date_order:max",
                    "dashboard_bucket:min",
                ],
                order=side,  # else by every column
            )
        tables = []
        first = 0
        for span in spans:
            last = first + len(span.bounds)
            tables.append(
                _Table(
                    first + 1,
                    [
                        (number - 1 - first, *figures)
                        for number, *figures in points
                        if first < number <= last
                    ],
                    *(
                        [row[1:] for row in rows if row[0] == (span is spans[-1])]
                        for rows in by_side
                    ),
                )
            )
            first = last
        return tables

    @contextmanager
    def _room_for_groups(self):
        """Let the database add up in memory what it believes to be many groups.

        It cannot know how few buckets there are and takes each order for one of its
        own: it would sort all orders instead. The groups there really are take a few
        megabytes.
        """
        [[before, _now]] = self.env.execute_query(
            SQL(
                "SELECT current_setting('work_mem'), set_config('work_mem', %s, true)",
                WORK_MEMORY,
            )
        )
        yield
        # After an error the savepoint's end does it.
        self.env.execute_query(SQL("SELECT set_config('work_mem', %s, true)", before))

    def _make_core(self, table, countries_of):
        """:class:`CoreRows` of one span's rows.

        :param countries_of: result of :meth:`_read_visible_customers`
        """
        rows = [row for row in table.customers if row[0] in countries_of]
        hidden = [row for row in table.customers if row[0] not in countries_of]
        # By id, as the ranking and the bridge need them: what is in order already is
        # sorted in no time.
        rows.sort(key=itemgetter(0))
        ids, units, counts, effects, last_orders, buckets = (
            zip(*rows, strict=True) if rows else [()] * 6
        )
        customers = dict(zip(ids, make_sums(units, counts), strict=True))
        hidden_sums = [Sum(*row[1:3]) for row in hidden]
        countries = defaultdict(list)
        for customer_id, figures in customers.items():
            countries[countries_of[customer_id]].append(figures)
        if hidden:
            countries[False] += hidden_sums
        effects = {one: units for one, units in zip(ids, effects, strict=True) if units}
        hidden_effect = sum(row[3] or 0 for row in hidden)
        if hidden_effect:
            effects[False] = hidden_effect
        total = _Total()
        users, teams, pairs = (defaultdict(_Total) for _kind in range(3))
        for user, team, company, currency, units, count, *_rest in table.kinds:
            total.add(units, count)
            users[user or False].add(units, count)
            teams[team or False].add(units, count)
            pairs[company, currency].add(units, count)
        return CoreRows(
            total=total.sum(),
            points={index: Sum(*figures[:2]) for index, *figures in table.points},
            customers=customers,
            hidden=add_up(hidden_sums),
            users={one: figures.sum() for one, figures in users.items()},
            teams={one: figures.sum() for one, figures in teams.items()},
            countries={one: add_up(sums) for one, sums in countries.items()},
            pairs={one: figures.sum() for one, figures in pairs.items()},
            first_points={
                one: bucket - table.first_bucket
                for one, bucket in zip(ids, buckets, strict=True)
            },
            last_orders=dict(zip(ids, last_orders, strict=True)),
            effects=effects,
        )

    def _read_visible_customers(self, customer_ids):
        """Which of these customers the viewer may read, archived ones included.

        :return: customer id -> id of its country, or False
        """
        if not customer_ids:
            return {}
        partners = self.env["res.partner"].with_context(active_test=False)
        groups = partners._read_group(
            self._get_ids_domain("id", customer_ids), ["country_id"], ["id:array_agg"]
        )
        countries_of = {}
        for country, ids in groups:
            countries_of.update(dict.fromkeys(ids, country.id))
        return countries_of

    def _get_ids_domain(self, field, ids):
        """``field`` is one of thousands of ids: written once, as one value."""
        array = f"{{{','.join(map(str, ids))}}}"
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(%s::int[])", model._field_to_sql(alias, field, query), array
            )
        )

    def _read_names(self, model, ids, fields):
        """Fields of the records the viewer may read, archived ones included.

        :return: id -> dict of the fields' values
        """
        records = self.env[model].with_context(active_test=False)
        found = records.search_fetch([("id", "in", list(ids))], fields)
        return {
            record.id: {name: record[name] or "" for name in fields} for record in found
        }

    # ------------------------------------------------------------------
    # Further figures
    # ------------------------------------------------------------------

    def _read_new_customers(self, scope, side, customer_ids, parts=None):
        """Which of a span's customers have no earlier confirmed order.

        Earlier orders count whatever the request filters, as long as the viewer may
        see them in the request's companies.

        :param side: ``current`` or ``previous``
        :param set customer_ids: customers with an order in the span
        :param Parts parts: what is kept of the days that are over
        :return: sorted ids
        :rtype: list[int]
        """
        parts = parts or Parts()
        span = scope.span(side)
        closed, _pending = parts.split(span)
        if not closed:
            return self._find_new_customers(scope, span, customer_ids)
        over = parts.closed[side].customers.keys()
        new = parts.find(f"new {side}", closed)
        if new is None:
            new = self._find_new_customers(scope, span, customer_ids & over)
            parts.keep(f"new {side}", closed, new)
        new = customer_ids & set(new)
        new.update(self._find_new_customers(scope, span, customer_ids - over))
        return sorted(new)

    def _find_new_customers(self, scope, span, customer_ids):
        """As :meth:`_read_new_customers`, of any customers."""
        if not customer_ids:
            return []
        earlier = (
            self._get_company_domain(scope)
            & self._get_confirmed_domain()
            & Domain("date_order", "<", span.start)
        )
        # From the customers to their orders: the first one found ends the search, so
        # the cost is that of the customers, not that of the history. Most have
        # ordered themselves; only of the others all contacts are looked at.
        partners = self.env["res.partner"]
        unknown = set(customer_ids)
        for field in ("id", "commercial_partner_id"):
            if unknown:
                [[known]] = partners._read_group(
                    self._get_ids_domain(field, unknown)
                    & Domain("sale_order_ids", "any", earlier),
                    [],
                    [f"{field}:array_agg_distinct"],
                )
                unknown.difference_update(known or ())
        return sorted(unknown)

    def _read_conversion(self, scope, parts=None):
        """Orders created in both spans, and how many of them count as converted.

        :param Parts parts: what is kept of the days that are over
        :return: of the period, and of the comparison (None: nothing is compared):
            index of a bound of the span, from 0 -> Conversion; sparse
        """
        parts = parts or Parts()
        dashboards = self.env["sale.dashboard"]
        if parts.closed_end() and dashboards._reads_more_of_orders(
            scope, progress=True
        ):
            parts = Parts()
        spans = {"previous": scope.comparison, "current": scope.current}
        limits = {"previous": scope.comparison and self._get_matured(scope)}
        closed, pending = {}, {}
        for side, span in spans.items():
            closed[side], pending[side] = parts.split(span)
        found = self._read_created(scope, pending, limits)
        for side, points in self._read_closed_conversion(
            scope, closed, limits, parts
        ).items():
            for place, point in points.items():
                found[side][place] += point
        return found["current"], found["previous"] if scope.comparison else None

    def _read_closed_conversion(self, scope, closed, limits, parts):
        """What :meth:`_read_conversion` says, of orders created on days that are over.

        They may be confirmed any time later. So two things are kept: how many were
        created, which those who come and go change, and how many were confirmed on the
        days that are over, which sales of these days change.

        :param dict closed: side -> Span or None
        :param dict limits: side -> before when an order must be confirmed to count
        :return: side -> index of a bound -> Conversion
        """
        over, found, unknown, ends = {}, {}, {}, {}
        for side, span in closed.items():
            if span:
                ends[side] = parts.closed_end(limits.get(side))
                over[side] = replace(span, end=ends[side])
                counts = (
                    parts.find(f"created {side}", span),
                    parts.find(f"converted {side}", over[side]),
                )
                if None in counts:
                    unknown[side] = span
                found[side] = counts
        read = self._read_created(scope, unknown, ends)
        for side, span in unknown.items():
            created = [(place, one.created) for place, one in read[side].items()]
            converted = [(place, one.converted) for place, one in read[side].items()]
            parts.keep(f"created {side}", span, created, by_creation=True)
            parts.keep(f"converted {side}", over[side], converted)
            found[side] = created, converted
        points = {}
        for side, (created, converted) in found.items():
            points[side] = sums = defaultdict(Conversion)
            for place, count in created:
                sums[place] += Conversion(0, count)
            late = self._read_converted_late(
                scope, closed[side], ends[side], limits.get(side)
            )
            for place, count in (*converted, *late):
                sums[place] += Conversion(count, 0)
        return points

    def _read_converted_late(self, scope, span, start, end):
        """How many orders created in a span were confirmed from one instant to another.

        :param start: naive UTC
        :param end: naive UTC, None: up to now
        :return: rows ``(index of a bound of the span, count)``
        """
        if end and end <= start:
            return []
        domain = (
            self._get_filter_domain(scope)
            & self._get_interval_domain(span, "create_date")
            & self._get_confirmed_domain()
            & Domain("date_order", ">=", start)
        )
        if end:
            domain &= Domain("date_order", "<", end)
        rows = (
            self.env["sale.order"]
            .with_context(sale_dashboard_bounds=span.bounds, sale_dashboard_raw=True)
            ._read_group(
                domain, ["dashboard_created_bucket"], ["__count"], order="__count"
            )
        )
        return [(number - 1, count) for number, count in rows]

    def _read_created(self, scope, spans, limits):
        """The orders created in both sides' spans, and those of them converted.

        :param dict spans: side -> Span or None
        :param dict limits: side -> before when an order must be confirmed to count, if
            there is such a limit; that of the comparison is the earlier one
        :return: side -> index of a bound of the span -> Conversion; sparse
        """
        found = defaultdict(lambda: defaultdict(Conversion))
        sides = [side for side, span in spans.items() if span]
        for some in self._list_passes([spans[side] for side in sides]):
            of_pass = sides[: len(some)]
            sides = sides[len(some) :]
            maturity = [limits.get(side) for side in of_pass]
            orders = self.env["sale.order"].with_context(
                sale_dashboard_bounds=[bound for span in some for bound in span.bounds],
                sale_dashboard_maturity=any(maturity)
                and [some[0].end, *filter(None, maturity)],
                sale_dashboard_raw=True,
            )
            with self._room_for_groups():
                rows = orders._read_group(
                    self._get_filter_domain(scope)
                    & self._get_spans_domain(some, "create_date"),
                    ["dashboard_created_bucket", "dashboard_converted"],
                    ["__count"],
                    # Else by the groups, for which it would sort orders.
                    order="__count",
                )
            ends = list(accumulate(len(span.bounds) for span in some))
            for number, converted, count in rows:
                place = bisect_left(ends, number)
                first = ends[place - 1] if place else 0
                points = found[of_pass[place]]
                points[number - 1 - first] += Conversion(count * converted, count)
        return found

    def _read_last_orders(self, scope, core, customer_ids):
        """How many days before the period's end each customer last ordered.

        :param CoreRows core: of the period
        :param customer_ids: list of customers of the period
        :return: list of days, parallel to it
        """
        request = scope.request
        last_orders = map(core.last_orders.__getitem__, customer_ids)
        return days_before(last_orders, request.date_to, request.date_from, scope.zone)

    def _read_lifetimes(self, scope, customer_ids, parts=None):
        """What customers have ordered up to the end of the period, whatever the filter.

        :param Parts parts: what is kept of the days that are over
        :return: customer id -> ``(Sum, first local order day, last)``
        """
        if not customer_ids:
            return {}
        end = scope.current.end
        until = parts and parts.closed_end()
        if not until:
            lifetimes = self._read_sums_of(customer_ids, scope, end=end)
        else:
            span = replace(scope.current, end=min(until, end))
            kept = parts.find("lifetimes", span)
            if kept and set(kept["ids"]).issuperset(customer_ids):
                lifetimes = unpack_lifetimes(kept["rows"])
            else:
                lifetimes = self._read_sums_of(customer_ids, scope, end=span.end)
                rows = pack_lifetimes(lifetimes)
                parts.keep("lifetimes", span, {"ids": customer_ids, "rows": rows})
            if span.end < end:
                later = self._read_sums_of(customer_ids, scope, span.end, end)
                lifetimes = add_lifetimes(lifetimes, later)
        return {
            customer_id: (
                figures,
                local_today(first, scope.zone),
                local_today(last, scope.zone),
            )
            for customer_id, (figures, first, last) in lifetimes.items()
        }

    def _read_sums_of(self, customer_ids, scope, start=None, end=None):
        """The confirmed orders of customers from one instant to another.

        :param start: naive UTC, None: from the first
        :return: customer id -> ``(Sum, first instant, last)``, of those who ordered
        """
        # By contact, as the index has them; joined to each of thousands of orders, the
        # contacts would cost several times as much.
        contacts = self.env["res.partner"].search_fetch(
            Domain("commercial_partner_id", "in", list(customer_ids)),
            ["commercial_partner_id"],
        )
        customer_of = {one.id: one.commercial_partner_id.id for one in contacts}
        domain = (
            self._get_company_domain(scope)
            & self._get_confirmed_domain()
            & Domain("date_order", "<", end)
            & Domain("partner_id", "in", list(customer_of))
        )
        if start:
            domain &= Domain("date_order", ">=", start)
        rows = (
            self.env["sale.order"]
            .with_context(sale_dashboard_raw=True)
            ._read_group(
                domain,
                ["partner_id"],
                [
                    f"{self._get_revenue_field(scope)}:sum",
                    "__count",
                    "date_order:min",
                    "date_order:max",
                ],
            )
        )
        return add_lifetimes(
            *(
                {customer_of[contact_id]: (Sum(units, count), first, last)}
                for contact_id, units, count, first, last in rows
            )
        )

    def _read_quotations(self, scope):
        """Open quotations, and those that are valid no longer.

        Each part is a range of the index by their last day: who has many that nobody
        ever closed pays for adding them up, not for telling them apart.

        :return: row of the quotations (see :meth:`_get_quotation_key_domain`) -> Sum
        """
        limit = scope.today + timedelta(days=EXPIRING_DAYS)
        expired, expiring, later, unlimited = (
            self._read_sum(scope, self._get_open_quotation_domain(scope) & domain)
            for domain in (
                self._get_quotation_key_domain(scope, "expired"),
                self._get_quotation_key_domain(scope, "expiring"),
                Domain("validity_date", ">", limit),
                Domain("validity_date", "=", False),
            )
        )
        return {
            "open": expiring + later + unlimited,
            "expiring": expiring,
            "expired": expired,
        }

    def _read_sum(self, scope, domain):
        """Revenue and number of the orders of a domain.

        :rtype: Sum
        """
        [[revenue, count]] = self.env["sale.order"]._read_group(
            domain, [], [f"{self._get_revenue_field(scope)}:sum", "__count"]
        )
        return Sum(to_units(revenue, self.env.company.currency_id.rounding), count)

    # ------------------------------------------------------------------
    # Products
    # ------------------------------------------------------------------

    def _get_line_domain(self, scope, span):
        """The lines with an amount of a span's confirmed orders."""
        return Domain("order_id", "any", self._get_sales_domain(scope, span)) & Domain(
            "display_type", "=", False
        )

    def _get_line_group_domain(self, groupby, ids):
        """The lines of some products or categories; False among them: of none."""
        domain = Domain(groupby, "in", [one for one in ids if one])
        if False in ids:
            # Not "= False": of a path, that leaves out lines without any product.
            domain |= ~Domain(groupby, "!=", False)
        return domain

    def _read_lines(self, scope, span, groupby, ids=None, limit=None):
        """Revenue, orders and quantity of lines by product or category.

        :param str groupby: :data:`LINE_GROUPS` value
        :param ids: only these records (False: lines without one)
        :param limit: only the best so many
        :return: record id (False: none) -> ``(Sum, quantity)``, the best first, ties
            by id
        """
        revenue = f"{self._get_revenue_field(scope)}:sum"
        domain = self._get_line_domain(scope, span)
        if ids is not None:
            domain &= self._get_line_group_domain(groupby, ids)
        rows = self.env["sale.order.line"]._read_group(
            domain,
            [groupby],
            [revenue, "order_id:count_distinct", "product_uom_qty:sum"],
        )
        rounding = self.env.company.currency_id.rounding
        figures = {
            record.id: (Sum(to_units(amount, rounding), orders), quantity)
            for record, amount, orders, quantity in rows
        }
        # Not in SQL: ordered by product, Odoo breaks ties by the product's own order
        # (favourites, reference, name in the viewer's language).
        best = sorted(figures, key=lambda one: (-figures[one][0].units, one or 0))
        return {one: figures[one] for one in best[:limit]}

    # ------------------------------------------------------------------
    # Metrics of other addons
    # ------------------------------------------------------------------

    def _get_metrics(self):
        """Further figures; override and add :class:`~..engine.metrics.Metric` specs."""
        return []

    def _get_metric_domain(self, scope, span, metric):
        """The orders behind a metric's figure."""
        domain = self._get_filter_domain(scope) & Domain(metric.domain)
        if metric.confirmed:
            domain &= self._get_confirmed_domain()
        return domain & self._get_interval_domain(span, metric.date_field)

    def _get_metric_aggregate(self, scope, metric):
        """The metric's aggregate as ``_read_group`` takes it."""
        if metric.aggregate == "revenue":
            return f"{self._get_revenue_field(scope)}:sum"
        return metric.aggregate

    def _read_metric(self, scope, span, metric):
        """A metric's figure: units if monetary, else a number."""
        [[value]] = self.env["sale.order"]._read_group(
            self._get_metric_domain(scope, span, metric),
            [],
            [self._get_metric_aggregate(scope, metric)],
        )
        if metric.kind == "monetary":
            return to_units(value, self.env.company.currency_id.rounding)
        return value or 0

    # ------------------------------------------------------------------
    # Data health
    # ------------------------------------------------------------------

    def _get_no_product_domain(self):
        """Orders Sales Analysis leaves out: it reports product lines only."""
        return Domain("order_line", "not any", [("display_type", "=", False)])

    def _read_no_product(self, scope, parts):
        """Revenue and number of the period's orders without a product line.

        :param Parts parts: what is kept of the days that are over
        :rtype: Sum
        """
        found = parts.collect(
            "no product",
            scope.current,
            lambda span: self._read_no_product_of(scope, span),
        )
        return sum((Sum(*figures) for figures in found), Sum())

    def _read_no_product_of(self, scope, span):
        domain = self._get_sales_domain(scope, span) & self._get_no_product_domain()
        return self._read_sum(scope, domain)

    def _list_pairs_without_rate(self, scope, core):
        """Currencies of the period's orders that their company has no rate for.

        :param CoreRows core: of the period
        :return: ``(company, currency, domain, Sum)`` rows
        """
        sales = self._get_sales_domain(scope, scope.current)
        companies, currencies = self.env["res.company"], self.env["res.currency"]
        foreign = []
        for (company_id, currency_id), figures in sorted(core.pairs.items()):
            company = companies.browse(company_id)
            currency = currencies.browse(currency_id)
            if currency != company.currency_id:
                foreign.append((company, currency, figures))
                companies |= company
                currencies |= currency | company.currency_id
        if not foreign:
            return []
        rated = companies._get_dashboard_rated(currencies)
        return [
            (
                company,
                currency,
                sales
                & Domain("company_id", "=", company.id)
                & Domain("currency_id", "=", currency.id),
                figures,
            )
            for company, currency, figures in foreign
            # Either has one: the other may be the currency that rates are given in.
            if not {
                (company.id, currency.id),
                (company.id, company.currency_id.id),
            }
            & rated
        ]

    # ------------------------------------------------------------------
    # Constant currency
    # ------------------------------------------------------------------

    def _get_foreign_domain(self):
        """Orders in another currency than their company's: all a rate can move."""
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("currency_id", "!=", company.currency_id.id)
            for company in self.env.companies
        )

    def _read_comparison_rates(self, scope, parts=None):
        """The comparison's mean rate of every (company, currency) pair in it.

        The rate is the sum of the orders' amounts divided by the sum of the same
        amounts in company currency at the orders' own rates. Pairs whose orders net
        to nothing have none.

        :param Parts parts: what is kept of the days that are over
        :return: ``[company_id, currency_id, amount, company_amount]`` rows
        """
        found = (parts or Parts()).collect(
            "rates",
            scope.comparison,
            lambda span: self._read_foreign_sums(scope, span),
        )
        return [
            [company_id, currency_id, amount, company_amount]
            for company_id, currency_id, amount, company_amount in add_pairs(*found)
            if amount and company_amount and (amount > 0) == (company_amount > 0)
        ]

    def _read_foreign_sums(self, scope, span):
        """What orders in another currency than their company's add up to.

        :return: ``[company_id, currency_id, amount, company_amount]`` rows, amounts as
            decimal text, with all digits
        """
        orders = self.env["sale.order"].with_context(
            sale_dashboard_raw=True, sale_dashboard_exact=True
        )
        rows = orders._read_group(
            self._get_sales_domain(scope, span) & self._get_foreign_domain(),
            ["company_id", "currency_id"],
            [
                f"amount_{scope.request.measure}:sum",
                f"dashboard_company_{scope.request.measure}:sum",
            ],
        )
        return [list(row) for row in rows]


class _Table(NamedTuple):
    """The rows of one span as the query gives them.

    Each row: what it is grouped by, units, orders, currency effect in units or None,
    the instant of the last order, and the number of the bucket of the first.
    ``kinds`` are grouped by salesperson, team, company and currency.
    """

    first_bucket: int
    points: list
    customers: list
    kinds: list


class _Total:
    """A :class:`Sum` in the making."""

    __slots__ = ("order_count", "units")

    def __init__(self):
        self.units = self.order_count = 0

    def add(self, units, order_count):
        self.units += units
        self.order_count += order_count

    def sum(self):
        return Sum(self.units, self.order_count)
