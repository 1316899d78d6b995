from collections import Counter, defaultdict
from datetime import timezone

from odoo import models
from odoo.fields import Domain

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

    def _read_reached(self, scope, company_ids):
        """Revenue of the period by company, and in it by team and by salesperson.

        :return: ``(company id, field, record id)`` -> units; ``field`` is ``team_id``
            or ``user_id``, or False (as the record id) for the whole company
        """
        orders = self.env["sale.order"].with_context(sale_dashboard_raw=True)
        orders.check_access("read")
        companies, *others = orders._read_grouping_sets(
            self._get_sales_domain(scope, scope.current)
            & Domain("company_id", "in", list(company_ids)),
            [["company_id"], ["company_id", "team_id"], ["company_id", "user_id"]],
            [f"{self._get_revenue_field(scope)}:sum"],
        )
        reached = {(company_id, False, False): units for company_id, units in companies}
        for field, rows in zip(("team_id", "user_id"), others, strict=True):
            for company_id, record_id, units in rows:
                reached[company_id, field, record_id or False] = units
        return reached

    def _read_daily_revenue(self, scope, fields=()):
        """Revenue of every day with an order, in one pass.

        The scope's buckets must be days.

        :param fields: ``team_id``, ``user_id``: for each of their records as well
        :return: key -> (day -> units); keys as in :meth:`_read_reached`, and None for
            all companies together
        """
        span = scope.current
        orders = self.env["sale.order"].with_context(
            sale_dashboard_bounds=span.bounds, sale_dashboard_raw=True
        )
        orders.check_access("read")
        companies, *others = orders._read_grouping_sets(
            self._get_sales_domain(scope, span),
            [
                ["company_id", "dashboard_bucket"],
                *(["company_id", field, "dashboard_bucket"] for field in fields),
            ],
            [f"{self._get_revenue_field(scope)}:sum"],
        )
        days = [bucket.date_from for bucket in span.buckets]
        daily = defaultdict(Counter)
        for company_id, bucket, units in companies:
            day = days[bucket - 1]
            daily[company_id, False, False][day] = units
            daily[None][day] += units
        for field, rows in zip(fields, others, strict=True):
            for company_id, record_id, bucket, units in rows:
                daily[company_id, field, record_id or False][days[bucket - 1]] = units
        return daily

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
