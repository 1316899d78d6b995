from collections import Counter, defaultdict
from datetime import date, timezone

from odoo import models
from odoo.fields import Domain

from ..engine.parts import Parts
from ..engine.periods import get_zone, is_zone, period_bounds
from ..engine.targets import working_days


class SaleDashboardSource(models.AbstractModel):
    """What targets, pace and projection read."""

    _inherit = "sale.dashboard.source"

    def _get_target_domain(self, scope, target):
        """The orders of the period that count for a target."""
        company_id, field, record_id = target._get_key()
        domain = self._get_sales_domain(scope, scope.current)
        domain &= Domain("company_id", "=", company_id)
        return domain & Domain(field, "=", record_id) if field else domain

    def _read_reached(self, scope, company_ids, parts=None):
        """Revenue of the period by company, and in it by team and by salesperson.

        :param Parts parts: what is kept of the days that are over
        :return: ``(company id, field, record id)`` -> units; ``field`` is ``team_id``
            or ``user_id``, or False (as the record id) for the whole company
        """

        def read(span):
            orders = self.env["sale.order"].with_context(sale_dashboard_raw=True)
            companies, *others = orders._read_grouping_sets(
                self._get_sales_domain(scope, span)
                & Domain("company_id", "in", list(company_ids)),
                [["company_id"], ["company_id", "team_id"], ["company_id", "user_id"]],
                [f"{self._get_revenue_field(scope)}:sum"],
            )
            yield from (
                (company_id, False, False, *row) for company_id, *row in companies
            )
            for field, rows in zip(("team_id", "user_id"), others, strict=True):
                for company_id, record_id, units in rows:
                    yield company_id, field, record_id or False, units

        ids = ",".join(map(str, sorted(company_ids)))
        return self._add_up_parts(scope.current, parts, f"reached {ids}", read)

    def _read_daily_revenue(self, scope, fields=(), parts=None):
        """Revenue of every day with an order, in one pass.

        The scope's buckets must be days.

        :param fields: ``team_id``, ``user_id``: for each of their records as well
        :param Parts parts: as for :meth:`_read_reached`
        :return: key -> (day -> units); keys as in :meth:`_read_reached`, and None for
            all companies together
        """
        days = [str(bucket.date_from) for bucket in scope.current.buckets]

        def read(span):
            orders = self.env["sale.order"].with_context(
                sale_dashboard_bounds=span.bounds, sale_dashboard_raw=True
            )
            companies, *others = orders._read_grouping_sets(
                self._get_sales_domain(scope, span),
                [
                    ["company_id", "dashboard_bucket"],
                    *(["company_id", field, "dashboard_bucket"] for field in fields),
                ],
                [f"{self._get_revenue_field(scope)}:sum"],
            )
            for company_id, bucket, units in companies:
                yield company_id, False, False, days[bucket - 1], units
            for field, rows in zip(fields, others, strict=True):
                for company_id, record_id, bucket, units in rows:
                    yield company_id, field, record_id or False, days[bucket - 1], units

        name = " ".join(["daily", *fields])
        found = self._add_up_parts(scope.current, parts, name, read)
        daily = defaultdict(Counter)
        for (company_id, field, record_id, day), units in found.items():
            day = date.fromisoformat(day)
            daily[company_id, field, record_id][day] = units
            if not field:
                daily[None][day] += units
        return daily

    def _add_up_parts(self, span, parts, name, read):
        """The sums of a span, of which what is over is kept.

        :param Parts parts: None: nothing is
        :param name: under which it is
        :param read: function of a span that gives ``(*key, units)`` rows in JSON types
        :return: Counter of keys
        """
        self.env["sale.order"].check_access("read")
        sums = Counter()
        for rows in (parts or Parts()).collect(name, span, lambda one: list(read(one))):
            for *key, units in rows:
                sums[tuple(key)] += units
        return sums

    # ------------------------------------------------------------------
    # Working days
    # ------------------------------------------------------------------

    def _read_working_days(self, company, first, last):
        """A company's working days from ``first`` to ``last``, both included.

        Those of its own working hours, without its general time off; Monday to Friday
        where it has no fixed hours.

        :rtype: list[datetime.date]
        """
        calendar = company.resource_calendar_id
        zone = get_zone(calendar.tz if is_zone(calendar.tz) else "UTC")
        return working_days(
            first,
            last,
            self._read_working_hours(calendar),
            self._read_time_off(company, first, last, zone),
        )

    def _read_working_hours(self, calendar):
        """When each weekday opens and closes; see :func:`engine.targets.working_days`.

        Empty for flexible hours: they say how much is worked, not when.
        """
        if calendar.flexible_hours:
            return {}
        hours = {}
        for attendance in calendar.attendance_ids:
            if not attendance._is_work_period():
                continue
            alternates = calendar.two_weeks_calendar and attendance.week_type
            for week in [int(attendance.week_type)] if alternates else (0, 1):
                key = (week, int(attendance.dayofweek))
                opens, closes = hours.get(key, (24.0, 0.0))
                hours[key] = (
                    min(opens, attendance.hour_from),
                    max(closes, attendance.hour_to),
                )
        return hours

    def _read_time_off(self, company, first, last, zone):
        """General time off of a company, as local times.

        Time off of one employee or machine leaves the company at work.

        :return: ``(start, end)`` naive datetimes in ``zone``
        """
        start, end = period_bounds(first, last, zone)
        leaves = self.env["resource.calendar.leaves"].search_fetch(
            [
                ("resource_id", "=", False),
                ("time_type", "=", "leave"),
                ("company_id", "in", [False, company.id]),
                ("calendar_id", "in", [False, company.resource_calendar_id.id]),
                ("date_from", "<", end),
                ("date_to", ">", start),
            ],
            ["date_from", "date_to"],
        )

        def to_local(instant):
            aware = instant.replace(tzinfo=timezone.utc).astimezone(zone)
            return aware.replace(tzinfo=None)

        return [
            (to_local(leave.date_from), to_local(leave.date_to)) for leave in leaves
        ]
