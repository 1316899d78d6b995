import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.periods import day_start, get_zone, local_time, local_today
from ..engine.rules import (
    choose_period_type,
    find_rule,
    is_near_in_the_day,
    resolve,
)
from ..tools import Pending

KEPT = timedelta(days=90)
KEPT_PER_USER = 10
RECENTLY_USED = timedelta(hours=1)
AROUND_OPENING = timedelta(hours=1)
READY_AGAIN_AFTER = timedelta(minutes=5)
VIEW = "sale_dashboard_view"  # key of the context: how the page chose the period


class Requests(Pending):
    """What the users of this worker asked for and is not in the database yet."""

    def _make_empty(self):
        return {}

    def _write(self, cr, noted):
        rows = [
            {"user_id": user_id, "key": key, **values}
            # In one order, so that no two workers wait for each other.
            for (user_id, key), values in sorted(noted.items())
        ]
        cr.execute(
            SQL(
                """
                WITH noted AS (
                    SELECT * FROM jsonb_to_recordset(%s) AS noted (
                        user_id int, key text, request text, timezone text,
                        requested_at timestamp, opened_at timestamp, day_start timestamp
                    )
                )
                INSERT INTO sale_dashboard_request AS kept
                    (user_id, key, request, timezone, requested_at, opened_at)
                SELECT user_id, key, request, timezone, requested_at, opened_at
                FROM noted
                WHERE EXISTS (SELECT FROM res_users WHERE id = noted.user_id)
                ON CONFLICT (user_id, key) DO UPDATE SET
                    timezone = excluded.timezone,
                    requested_at = GREATEST(kept.requested_at, excluded.requested_at),
                    opened_at = CASE
                        WHEN kept.opened_at < (
                            SELECT day_start FROM noted
                            WHERE noted.user_id = kept.user_id
                                AND noted.key = kept.key
                        )
                        THEN excluded.opened_at ELSE kept.opened_at
                    END
                """,
                json.dumps(rows),
            ),
            log_exceptions=False,
        )

    def remember(self, dbname, user_id, request, timezone, now):
        """Remember that somebody asked for something.

        :param dict request: JSON types that say what, on any day
        :param str timezone: IANA name of the zone in which his days begin
        :param now: naive UTC
        """
        text = json.dumps(request, sort_keys=True, default=str)
        key = (user_id, hashlib.sha256(text.encode()).hexdigest())
        # Not left to PostgreSQL, which may not know every zone that Odoo does.
        zone = get_zone(timezone)
        day = day_start(local_today(now, zone), zone)
        now = fields.Datetime.to_string(now)
        values = {
            "request": text,
            "timezone": timezone,
            "opened_at": now,
            "day_start": fields.Datetime.to_string(day),
        }

        def note(noted):
            noted.setdefault(key, values)["requested_at"] = now

        self._note(dbname, note)


requests = Requests()


class SaleDashboardRequest(models.Model):
    """What each user asked for lately, so that it can be ready when he asks again.

    Dashboards are transient and go after an hour; this is what is left of them for
    ninety days: no figure, only the question, and that with its period as it moves with
    the days. Private: no one has access over RPC.
    """

    _name = "sale.dashboard.request"
    _description = "Sales Dashboard Request"
    _log_access = False
    _order = "requested_at desc, id desc"

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(required=True, help="Digest of the request.")
    request = fields.Text(
        required=True, help="JSON: parameters, companies, language, rule of the period."
    )
    timezone = fields.Char(required=True)
    requested_at = fields.Datetime(required=True, index=True, help="The last time.")
    opened_at = fields.Datetime(
        required=True, help="The first time on the last day it was asked for."
    )
    refreshed_at = fields.Datetime(
        help="When the schedule last began to have it ready; before it is done, so that"
        " one that cannot be computed does not keep the others waiting."
    )

    _unique_key = models.UniqueIndex("(user_id, key)")

    @api.model
    def _remember(self, parameters):
        """The user of this environment asks for something.

        :param dict parameters: of :meth:`sale.dashboard.generate`, already checked
        """
        parameters = dict(parameters)
        company = self.env.company
        # As sale.dashboard resolves it.
        timezone = (
            parameters.get("timezone")
            or self.env["sale.dashboard"]._get_user_timezone()
            or company._get_dashboard_timezone()
        )
        now = fields.Datetime.now()
        days = [
            fields.Date.to_date(parameters.pop(name))
            for name in ("date_from", "date_to")
        ]
        view = self.env.context.get(VIEW)
        view = view if isinstance(view, dict) else {}
        preset = view.get("period")
        parameters["rule"] = find_rule(
            *days,
            local_today(now, get_zone(timezone)),
            preset if isinstance(preset, str) else None,
        )
        if view.get("granularity") == "auto" and (
            parameters.get("period_type") == choose_period_type(*days)
        ):
            parameters["period_type"] = "auto"
        parameters["company_ids"] = (company | self.env.companies).ids
        parameters["lang"] = self.env.lang
        requests.remember(self.env.cr.dbname, self.env.uid, parameters, timezone, now)

    # ------------------------------------------------------------------
    # Having it ready
    # ------------------------------------------------------------------

    @api.model
    def _get_due(self):
        """What should be made ready now, what was used last first."""
        now = fields.Datetime.now()
        waited = now - READY_AGAIN_AFTER
        return self.search(
            [
                ("requested_at", ">", now - KEPT),
                ("requested_at", "<=", waited),
                "|",
                ("refreshed_at", "=", False),
                ("refreshed_at", "<=", waited),
            ]
        ).filtered(lambda request: request._is_wanted(now))

    def _is_wanted(self, now):
        """Whether its user is likely to look at it soon.

        He did within the last hour; or he has not yet today, and it is about the time
        at which he began to on the last day he did.
        """
        self.ensure_one()
        if self.requested_at > now - RECENTLY_USED:
            return True
        zone = get_zone(self.timezone)
        opened, local = local_time(self.opened_at, zone), local_time(now, zone)
        return opened.date() < local.date() and is_near_in_the_day(
            opened, local, AROUND_OPENING
        )

    def _get_environment(self):
        """The environment its user asked in, or None if he may not any more."""
        self.ensure_one()
        values = json.loads(self.request)
        user = self.user_id
        if not user.active or not set(values["company_ids"]) <= set(
            user.company_ids.ids
        ):
            return None
        context = {
            "allowed_company_ids": values["company_ids"],
            "lang": values["lang"],
            "tz": self.timezone,
        }
        return self.env(user=user.id, context=context, su=False)

    def _get_parameters(self):
        """The request of :meth:`sale.dashboard.generate` that it is today."""
        self.ensure_one()
        values = json.loads(self.request)
        today = local_today(fields.Datetime.now(), get_zone(self.timezone))
        date_from, date_to = resolve(values.pop("rule"), today)
        if values.get("period_type") == "auto":
            values["period_type"] = choose_period_type(date_from, date_to)
        del values["company_ids"], values["lang"]
        return {"date_from": date_from, "date_to": date_to, **values}

    # ------------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_old(self):
        """Forget what is old, and of each user all but the last so many."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sale_dashboard_request WHERE id IN (
                    SELECT id FROM (
                        SELECT id, requested_at, ROW_NUMBER() OVER (
                            PARTITION BY user_id ORDER BY requested_at DESC, id DESC
                        ) AS number
                        FROM sale_dashboard_request
                    ) AS numbered
                    WHERE number > %s OR requested_at <= %s
                )
                """,
                KEPT_PER_USER,
                fields.Datetime.now() - KEPT,
            )
        )
