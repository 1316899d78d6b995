import logging
import sys
from contextlib import closing
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL, config

from ..engine.parts import Parts
from ..tools import count_changes
from .res_config_settings import MAX_MINIMUM_AGE, MAX_TTL
from .sale_dashboard_computation import MIN_SPACING, get_spacing, pack

_logger = logging.getLogger(__name__)

DEFAULT_TTL = 300  # seconds, as in the seed
# In a database with fewer orders, reading all of a period takes no longer.
DEFAULT_PARTS_FROM_ORDERS = 20_000
RECORDS_KEPT_PER_REQUEST = 2
LINES = ("period_ids", "top_customer_ids", "segment_ids", "breakdown_ids")


class SaleDashboard(models.TransientModel):
    """The stored record is the cache: when it is used again, and how it is made.

    In this order: the caller's own record; what was computed for somebody else with
    the same key; a new computation, on a replica where there is one.
    """

    _inherit = "sale.dashboard"

    # ------------------------------------------------------------------
    # Settings
    # ------------------------------------------------------------------

    @api.model
    def _get_cache_ttl(self):
        """Seconds for which a record is used again; 0 never."""
        return self._get_number("sale_dashboard.cache_ttl", DEFAULT_TTL, MAX_TTL)

    @api.model
    def _get_minimum_age(self):
        """Seconds for which a record is used again although orders have changed."""
        return self._get_number("sale_dashboard.minimum_age", 0, MAX_MINIMUM_AGE)

    @api.model
    def _get_parts_from_orders(self):
        """With how many orders in the database the days that are over are kept."""
        return self._get_number(
            "sale_dashboard.parts_from_orders", DEFAULT_PARTS_FROM_ORDERS, sys.maxsize
        )

    @api.model
    def _get_number(self, name, default, maximum):
        # sudo: the parameter is a setting, users may not read the table of them.
        value = self.env["ir.config_parameter"].sudo().get_param(name, default)
        try:
            return min(max(0, int(value)), maximum)
        except ValueError:
            return default

    # ------------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------------

    @api.model
    def _answer(self, scope, refresh=False, requested_at=None):
        """The caller's record for a scope.

        :param refresh: compute anew, whatever there is
        :param requested_at: when a person asked for it, if not now
        """
        lookups = self.env["sale.dashboard.lookup"]
        key, traceable = self._make_key(scope)
        token, written = self.env["sale.dashboard.change"]._read_state()
        dashboard = self.browse() if refresh else self._find_fresh(key, token)
        if dashboard:
            lookups._note(hit=True)
            return dashboard
        seen_token, requested_at = token, requested_at or scope.now
        if traceable and not written:
            answer, token, hit = self._share(scope, key, token, refresh)
        else:
            # What this transaction alone can see is for nobody else.
            answer, token, _keep = self._compute(scope, token, written, refresh)
            hit = False
        lookups._note(hit=hit)
        lifetime = self._get_lifetime(answer) if traceable else 0
        if hit:
            read_at = answer["generated_at"]
            expires_at = read_at + timedelta(seconds=lifetime)
            copy = self._copy_stored(
                key, token, read_at, expires_at, seen_token, requested_at
            )
            if copy:
                return copy
        return self._keep(scope, key, token, answer, lifetime, requested_at)

    @api.model
    def _find_fresh(self, key, token):
        """The caller's own record that is still right; with its payload in cache."""
        now = fields.Datetime.now()
        domain = [
            ("create_uid", "=", self.env.uid),
            ("request_key", "=", key),
            ("expires_at", ">", now),
        ]
        minimum_age = self._get_minimum_age()
        if minimum_age:
            youngest = now - timedelta(seconds=minimum_age)
            domain += [
                "|",
                ("change_token", "=", token),
                ("generated_at", ">", youngest),
            ]
        else:
            domain.append(("change_token", "=", token))
        return self.search_fetch(domain, ["payload"], limit=1)

    @api.model
    def _share(self, scope, key, token, refresh):
        """The answer for a key: what there is, or computed once for all who wait.

        :return: ``(answer, token, hit)``
        """
        computations = self.env["sale.dashboard.computation"]
        if not refresh and (found := self._find_shared(key, token)):
            return *found, True
        with computations._alone(self._get_lock_name(key, token)) as cr:
            if cr and not refresh and (found := self._find_shared(key, token, cr)):
                return *found, True
            return *self._compute_for_all(scope, key, token, cr, refresh), False

    @api.model
    def _compute_for_all(self, scope, key, token, cr, refresh=False):
        """Compute an answer, and keep it for whoever has the same key.

        :param cr: cursor to keep it with, if there is one
        :param refresh: see :meth:`_compute`
        :return: ``(answer, token)``
        """
        seen_token = token
        answer, token, keep_parts = self._compute(
            scope, token, refresh=refresh, key=key if cr else None
        )
        lifetime = self._get_lifetime(answer)
        if cr and lifetime:
            expires_at = answer["generated_at"] + timedelta(seconds=lifetime)
            # What was read for the first time is not read again for the next answer:
            # that one takes far less.
            is_first = keep_parts and answer["read_at"] == answer["generated_at"]
            spacing = get_spacing(0 if is_first else answer["duration_ms"], MIN_SPACING)
            # A replica may be ahead of what is seen here.
            concern = self._get_concern(scope) if token == seen_token else None
            self.env["sale.dashboard.computation"]._keep(
                cr, key, token, answer, expires_at, spacing, concern
            )
            if keep_parts:
                keep_parts(cr)
        return answer, token

    @api.model
    def _get_lock_name(self, key, token):
        # At different tokens nobody waits for the other, unless either would do.
        return key if self._get_minimum_age() else f"{key} {token}"

    @api.model
    def _find_shared(self, key, token, cr=None):
        """An answer for this key that this transaction can keep.

        :return: ``(answer, token)`` or None
        """
        minimum_age = self._get_minimum_age()
        found = self.env["sale.dashboard.computation"]._find(
            key,
            token,
            fields.Datetime.now() - timedelta(seconds=minimum_age)
            if minimum_age
            else None,
            cr,
        )
        return found if found and self._can_keep(*found, token) else None

    @api.model
    def _can_keep(self, answer, answer_token, token):
        """Whether the customers of an answer exist in this snapshot as well."""
        if answer_token == token:
            return True
        return self._have_all(
            [values["partner_id"] for _c, _i, values in answer["top_customer_ids"]]
        )

    @api.model
    def _have_all(self, customer_ids):
        customers = self.env["res.partner"].browse(customer_ids)
        return len(customers.exists()) == len(customer_ids)

    @api.model
    def _get_lifetime(self, answer):
        """Seconds for which an answer is used again: with errors, never.

        Counted from when the oldest of its orders were read: what changes unnoticed is
        seen in time whatever part of it was kept.
        """
        if answer["errors"]:
            return 0
        read_at = fields.Datetime.to_datetime(answer["read_at"])
        age = (answer["generated_at"] - read_at).total_seconds()
        return max(0, self._get_cache_ttl() - age)

    # ------------------------------------------------------------------
    # Computing
    # ------------------------------------------------------------------

    @api.model
    def _compute(self, scope, token, written=False, refresh=False, key=None):
        """An answer, and the token of the snapshot it was read in.

        :param token: that of this transaction
        :param written: whether this transaction has written anything, which nobody
            else can see
        :param refresh: compute anew who is in the customer groups, too, and use
            nothing that was kept
        :param key: of the answer, where parts of it may be kept
        :return: ``(answer, token, function that keeps its parts with a cursor, or
            None)``
        """
        scope = self._with_members(scope, refresh)
        if key and not self._can_keep_parts(scope):
            key = None
        # A replica may be ahead of where the members were read.
        here = written or scope.members is not None
        found = None if here else self._compute_on_replica(scope, token, refresh, key)
        if found:
            return found
        answer, keep_parts = self._compute_in_parts(scope, refresh, key)
        return answer, token, keep_parts

    @api.model
    def _compute_on_replica(self, scope, token, refresh, key):
        """As :meth:`_compute`, on a read replica that is as far as this transaction.

        :return: None if there is no replica, if it lags, or if it fails
        """
        if not config["db_replica_host"]:
            return None
        try:
            with closing(self.env.registry.cursor(readonly=True)) as cr:
                # Without a replica, Odoo gives a cursor on the primary.
                if not cr.readonly:
                    return None
                replica = self.with_env(self.env(cr=cr))
                found, _written = replica.env["sale.dashboard.change"]._read_state()
                if count_changes(found) < count_changes(token):
                    return None
                answer, keep_parts = replica._compute_in_parts(scope, refresh, key)
        except psycopg2.Error:
            # Only the replica's cursor was used: this transaction is whole.
            _logger.warning(
                "No answer from the replica, asking the primary", exc_info=True
            )
            return None
        if not self._can_keep(answer, found, token):
            return None
        return answer, found, keep_parts

    @api.model
    def _compute_in_parts(self, scope, refresh, key):
        """An answer from what is kept of the days that are over and from later orders.

        :param refresh: use nothing that was kept
        :param key: of the answer; None: read everything, and have nothing kept
        :return: ``(answer, function that keeps its parts with a cursor, or None)``
        """
        if not key:
            answer = self._compute_answer(scope)
            answer["read_at"] = answer["generated_at"]
            return answer, None
        model = self.env["sale.dashboard.part"]
        seen = model._list_seen()
        parts, read_at = Parts(scope.zone, scope.today), None
        if not refresh:
            parts, read_at = model._find(key, scope)
        answer = self._compute_answer(scope, parts)
        now = answer["generated_at"]
        answer["read_at"] = read_at or now
        ttl = self._get_cache_ttl()

        def keep(cr):
            # This environment's own cursor, a replica's, may be closed by then.
            model._keep(cr, key, parts, seen, now, ttl)

        return answer, keep

    @api.model
    def _can_keep_parts(self, scope):
        """Whether what was read of the days that are over can be used again.

        Not where an order counts because of another one, or of what became of it.
        """
        return (
            self._get_cache_ttl() > 0
            and scope.members is None
            and not self._reads_more_of_orders(scope)
            and self.env["sale.dashboard.part"]._count_orders()
            >= self._get_parts_from_orders()
        )

    # ------------------------------------------------------------------
    # Storing
    # ------------------------------------------------------------------

    @api.model
    def _keep(self, scope, key, token, answer, lifetime, requested_at=None):
        """Keep an answer as a record of the caller, and drop his older ones."""
        request = scope.request
        company = self.env["res.company"].browse(scope.company_ids[0])
        return self.browse()._store(
            {
                **answer,
                "date_from": request.date_from,
                "date_to": request.date_to,
                "timezone": scope.timezone,
                "period_type": request.period_type,
                "compare": request.compare,
                "measure": request.measure,
                "top_limit": request.top_limit,
                "company_id": company.id,
                "company_ids": [Command.set(scope.company_ids)],
                "company_order": list(scope.company_ids),
                "currency_id": company.currency_id.id,
                "team_ids": [Command.set(request.filters.team_ids)],
                "user_ids": [Command.set(request.filters.user_ids)],
                "partner_ids": [Command.set(request.filters.partner_ids)],
                "customer_groups": list(request.filters.customer_groups) or False,
                "filter_domain": repr(request.filters.domain)
                if request.filters.domain
                else False,
                "request_key": key,
                "change_token": token,
                "requested_at": requested_at or scope.now,
                "expires_at": answer["generated_at"] + timedelta(seconds=lifetime),
            }
        )

    def _store(self, values):
        """Write computed values to this record, or to a new one of the caller.

        This is the only place that writes dashboards, and with them their payload, so
        that the two never differ. A new record takes the place of the caller's older
        ones for the same request, but for the last: somebody may still be looking at
        it.
        """
        lines = {name: values[name] for name in LINES if name in values}
        values = {name: value for name, value in values.items() if name not in lines}
        # sudo: users have read access only, or anyone could forge his own figures.
        # create_uid stays the caller.
        dashboard = self.sudo()
        if self:
            dashboard.write(values)
        else:
            dashboard = dashboard.create(values)
            self.env.flush_all()
            self._drop_older(dashboard.request_key)
        for name, commands in lines.items():
            added = dashboard._insert_lines(
                name, [row for _create, _id, row in commands]
            )
            if self:
                dashboard.invalidate_recordset([name])
            else:
                dashboard._fields[name]._update_cache(dashboard, added._ids)
        dashboard.payload = dashboard._make_payload()
        return dashboard.with_env(self.env)

    def _insert_lines(self, name, rows):
        """Add lines past ``create``, whose many steps cost more than the figures do.

        What is written is in cache afterwards: the payload is made of it.

        :param name: one2many field
        :param rows: dicts of stored values, in the lines' own order; the line models
            have neither defaults nor computed columns
        :return: the lines
        """
        self.env.flush_all()
        model = self.env[self._fields[name].comodel_name]
        common = {
            "dashboard_id": self.id,
            "create_uid": self.env.uid,
            "create_date": self.env.cr.now(),
        }
        columns = [
            field
            for field in model._fields.values()
            if field.store and field.column_type and field.name != "id"
        ]
        given = set(common).union(*rows)
        used = [field for field in columns if field.name in given]
        # In the cache's form: what reading them would give.
        values = [
            {
                field.name: field.convert_to_cache(
                    row.get(field.name), model, validate=False
                )
                for field in used
            }
            for row in (row | common for row in rows)
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (%(columns)s)
                SELECT %(columns)s
                FROM json_populate_recordset(NULL::%(table)s, %(records)s)
                RETURNING id
                """,
                table=SQL.identifier(model._table),
                columns=SQL(", ").join(SQL.identifier(field.name) for field in used),
                records=pack(values),
            )
        )
        lines = model.browse(line_id for [line_id] in self.env.cr.fetchall())
        for field in columns:
            field._insert_cache(lines, [row.get(field.name) for row in values])
        return lines

    @api.model
    def _drop_older(self, key):
        """Drop the caller's older records for the same request, but for the last.

        One that another transaction of his adds meanwhile, this one cannot see: what is
        too many then, the later of them drops once it is committed.
        """
        owner_id = self.env.uid
        self._drop_all_but_last(self.env.cr, owner_id, key)
        self.env.cr.postcommit.add(lambda: self._drop_older_apart(owner_id, key))

    @api.model
    def _drop_older_apart(self, owner_id, key):
        try:
            with self.env.registry.cursor() as cr:
                # Who drops the same just now is no conflict then.
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                self._drop_all_but_last(cr, owner_id, key)
        except psycopg2.Error:  # the next one does it
            _logger.warning("Older dashboards were not dropped", exc_info=True)

    @api.model
    def _drop_all_but_last(self, cr, owner_id, key):
        cr.execute(
            SQL(
                """
                DELETE FROM sale_dashboard WHERE id IN (
                    SELECT id FROM sale_dashboard
                    WHERE create_uid = %s AND request_key = %s
                    ORDER BY id DESC OFFSET %s
                )
                """,
                owner_id,
                key,
                RECORDS_KEPT_PER_REQUEST,
            )
        )

    # ------------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------------

    @api.model
    def _get_cache_info(self):
        """Hits and misses of all workers, and how many of the caller's are not old."""
        return self.env["sale.dashboard.lookup"]._get_info()
