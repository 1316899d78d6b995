"""One request with everything that decides its answer made explicit."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .periods import buckets, get_zone, local_today, period_bounds
from .request import Request


@dataclass(frozen=True)
class Scope:
    """A request, the zone and companies it means, and its bounds.

    ``start`` and ``end`` are naive UTC, half open; ``today`` is the day in the zone;
    ``company_ids`` begins with the current company.
    """

    request: Request
    zone: ZoneInfo
    company_ids: tuple
    today: date
    start: datetime
    end: datetime
    buckets: tuple

    @property
    def timezone(self):
        """IANA name of the zone."""
        return self.zone.key

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
            "domain": request.filters.domain,
            "timezone": self.timezone,
            "company_ids": self.company_ids,
            # The turn of the day moves what is over and what is compared.
            "today": str(self.today),
            **circumstances,
        }
        text = json.dumps(parts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def make_scope(request, timezone, company_ids, now):
    """Resolve ``request`` in a zone at an instant.

    :param Request request: checked request
    :param str timezone: IANA name, used where the request names none
    :param company_ids: ids, the current company first
    :param datetime now: naive UTC
    :rtype: Scope
    """
    zone = get_zone(request.timezone or timezone)
    today = local_today(now, zone)
    start, end = period_bounds(request.date_from, request.date_to, zone)
    return Scope(
        request=request,
        zone=zone,
        company_ids=tuple(company_ids),
        today=today,
        start=start,
        end=end,
        buckets=tuple(
            buckets(
                request.date_from, request.date_to, request.period_type, zone, today
            )
        ),
    )
