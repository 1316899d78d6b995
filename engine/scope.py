"""One request with everything that decides its answer made explicit."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from .comparison import comparison_days, comparison_end
from .groups import split_last
from .periods import (
    ONE_DAY,
    Bucket,
    buckets,
    day_start,
    get_zone,
    local_today,
    period_bounds,
)
from .request import Request


@dataclass(frozen=True)
class Span:
    """One side of the dashboard: the period itself, or what it is compared with.

    Days are both included; ``start`` and ``end`` are naive UTC, half open.
    ``buckets`` runs parallel to the request's buckets: on the comparison's side an
    entry is None where a bucket has no counterpart. ``bounds`` are the instants at
    which intervals begin, ascending: one for each bucket there is, and one more
    where days are left over that are no bucket's counterpart.
    """

    date_from: date
    date_to: date
    start: datetime
    end: datetime
    buckets: tuple
    bounds: tuple


@dataclass(frozen=True)
class Scope:
    """A request, the zone and companies it means, and its bounds.

    ``today`` is the day in the zone, ``now`` the instant (naive UTC) it was resolved
    at; ``company_ids`` begins with the current company. ``members`` are the ids of the
    customers in the request's groups, once they are known. The spans are made when they
    are asked for: what the cache answers needs none.
    """

    request: Request
    zone: ZoneInfo
    company_ids: tuple
    now: datetime
    today: date
    members: tuple | None = None

    @cached_property
    def current(self):
        """The period itself."""
        return _make_current(self.request, self.zone, self.today)

    @cached_property
    def comparison(self):
        """What it is compared with; None where nothing is."""
        return _make_comparison(
            self.request, self.current, self.zone, self.today, self.now
        )

    @property
    def timezone(self):
        """IANA name of the zone."""
        return self.zone.key

    def span(self, side):
        """The span of ``current`` or ``previous``; None where there is none."""
        return {"current": self.current, "previous": self.comparison}.get(side)

    def without_last_group(self):
        """The same without the last dimension of the request's customer groups.

        :return: ``(scope, dimension, keys)``
        """
        filters = self.request.filters
        rest, dimension, keys = split_last(filters.customer_groups)
        request = replace(self.request, filters=replace(filters, customer_groups=rest))
        return replace(self, request=request), dimension, keys

    def key(self, **circumstances):
        """Digest of everything that decides the answer, beside the orders themselves.

        :param circumstances: what the caller adds: language, rights, ... (JSON types)
        :rtype: str
        """
        request = self.request
        parts = {
            "date_from": str(request.date_from),
            "date_to": str(request.date_to),
            "period_type": request.period_type,
            "compare": request.compare,
            "measure": request.measure,
            "top_limit": request.top_limit,
            "team_ids": request.filters.team_ids,
            "user_ids": request.filters.user_ids,
            "partner_ids": request.filters.partner_ids,
            "customer_groups": request.filters.customer_groups,
            "domain": request.filters.domain,
            "timezone": self.timezone,
            "company_ids": self.company_ids,
            # The turn of the day moves what is over and what is compared.
            "today": str(self.today),
            # Company factors are those of the UTC day.
            "utc_day": str(self.now.date()),
            **circumstances,
        }
        text = json.dumps(parts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def make_scope(request, timezone, company_ids, now, members=None):
    """Resolve ``request`` in a zone at an instant.

    :param Request request: checked request
    :param str timezone: IANA name, used where the request names none
    :param company_ids: ids, the current company first
    :param datetime now: naive UTC
    :param members: see :class:`Scope`
    :rtype: Scope
    """
    zone = get_zone(request.timezone or timezone)
    return Scope(
        request=request,
        zone=zone,
        company_ids=tuple(company_ids),
        now=now,
        today=local_today(now, zone),
        members=None if members is None else tuple(members),
    )


def _make_current(request, zone, today):
    start, end = period_bounds(request.date_from, request.date_to, zone)
    parts = buckets(
        request.date_from, request.date_to, request.period_type, zone, today
    )
    return Span(
        date_from=request.date_from,
        date_to=request.date_to,
        start=start,
        end=end,
        buckets=tuple(parts),
        bounds=tuple(bucket.start for bucket in parts),
    )


def _make_comparison(request, current, zone, today, now):
    days = comparison_days(request.date_from, request.date_to, request.compare, today)
    if days is None:
        return None
    first, last = days
    end = comparison_end(last, request.date_to, now, zone)
    parts = tuple(
        _counterpart(bucket, first - request.date_from, last, end, zone)
        for bucket in current.buckets
    )
    present = [part for part in parts if part]
    bounds = [part.start for part in present]
    if present[-1].date_to < last:
        bounds.append(present[-1].end)
    return Span(
        date_from=first,
        date_to=last,
        start=bounds[0],
        end=end,
        buckets=parts,
        bounds=tuple(bounds),
    )


def _counterpart(bucket, offset, last, end, zone):
    """The comparison's days at the same offsets as a bucket's; None beyond its end."""
    day_from = bucket.date_from + offset
    day_to = min(bucket.date_to + offset, last)
    if day_from > last:
        return None
    following = day_start(day_to + ONE_DAY, zone)
    return Bucket(
        key=bucket.key,
        date_from=day_from,
        date_to=day_to,
        start=day_start(day_from, zone),
        end=min(following, end) if day_to == last else following,
        partial=day_to - day_from < bucket.date_to - bucket.date_from,
        running=False,
    )
