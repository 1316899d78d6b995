import hashlib
import json
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, format_date
from odoo.tools.misc import formatLang

from ..engine.money import from_units, to_units
from ..engine.request import parse_request
from ..engine.targets import month_end

REMEMBERED = timedelta(days=400)
MAX_EARLIER = 62
# A mailed figure of more orders than this is remembered without them.
MAX_ORDERS = 2000
MAX_NAMED = 5
INTERN_ATTEMPTS = 3
FIGURES = (
    "total_revenue",
    "total_orders",
    "average_order_value",
    "new_customers",
    "conversion_rate",
)


class Restatement(NamedTuple):
    """An earlier mailed figure that has changed since."""

    mailed_id: int
    values: dict  # what to remember instead, once it has been told
    sentence: str  # in the reader's language


class SaleDashboardMailed(models.Model):
    """What a reader has been told by mail, so that he can be told when it changes.

    Only figures of periods that were over count: "month to date" grows by itself. Read
    by nobody but him who got the mail; of external recipients, by nobody.
    """

    _name = "sale.dashboard.mailed"
    _description = "Mailed Sales Figures"
    _order = "mailed_at desc, id desc"

    subscription_id = fields.Many2one(
        comodel_name="sale.dashboard.subscription",
        required=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Reader", index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="External Reader",
        index="btree_not_null",
        ondelete="cascade",
    )
    view = fields.Char(
        required=True, help="Digest of everything of the view but its days."
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    is_complete = fields.Boolean(help="The period was over when it was mailed.")
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, ondelete="cascade"
    )
    generated_at = fields.Datetime(required=True)
    mailed_at = fields.Datetime(required=True, index=True)
    total_revenue = fields.Monetary(string="Revenue")
    total_orders = fields.Integer(string="Orders")
    figures = fields.Json(help="All figures that were mailed.")
    orders_id = fields.Many2one(
        comodel_name="sale.dashboard.mailed.orders",
        string="Orders behind It",
        index=True,
        ondelete="restrict",
    )

    @api.model
    def _get_view_key(self, dashboard):
        """What two mails must have in common for their figures to be comparable.

        The reader's rights too: what he may see since or no longer is no change of the
        orders, and what he saw in other times is not to be told.
        """
        rights, _traceable = dashboard.browse()._get_rights()
        parts = {
            "rights": rights,
            "companies": dashboard.company_order,
            "currency": dashboard.currency_id.id,
            "timezone": dashboard.timezone,
            "measure": dashboard.measure,
            "filters": dashboard._get_filters(),
        }
        text = json.dumps(parts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _find_earlier(self, subscription, dashboard, user, partner):
        """What this reader was mailed of this view, newest first."""
        return self.search(
            [
                ("subscription_id", "=", subscription.id),
                ("user_id", "=", user.id),
                ("partner_id", "=", partner.id),
                ("view", "=", self._get_view_key(dashboard)),
            ],
            limit=MAX_EARLIER,
        )

    # ------------------------------------------------------------------
    # Remembering
    # ------------------------------------------------------------------

    @api.model
    def _describe(self, subscription, dashboard, user, partner, memo):
        """What is to be remembered of a mail; JSON types and ids, for any cursor."""
        today = dashboard._get_scope().today
        # Who is in a customer group moves with any order: no earlier figure can be
        # held against a later one.
        is_complete = dashboard.date_to < today and not dashboard.customer_groups
        orders = None
        if is_complete and dashboard.total_orders <= MAX_ORDERS:
            # The key says who gets the same answer, the token which orders it had.
            key = (dashboard.request_key, dashboard.change_token)
            if key not in memo:
                memo[key] = self._read_orders(
                    dashboard, dashboard.date_from, dashboard.date_to
                )
            orders = memo[key]
            # Read a moment later than the figures: of use only if they are the same.
            rounding = dashboard.currency_id.rounding
            if sum(orders.values()) != to_units(dashboard.total_revenue, rounding):
                orders = None
        return {
            "subscription_id": subscription.id,
            "user_id": user.id,
            "partner_id": partner.id,
            "view": self._get_view_key(dashboard),
            "date_from": dashboard.date_from,
            "date_to": dashboard.date_to,
            "is_complete": is_complete,
            "currency_id": dashboard.currency_id.id,
            "generated_at": dashboard.generated_at,
            "total_revenue": dashboard.total_revenue,
            "total_orders": dashboard.total_orders,
            "figures": {name: dashboard[name] for name in FIGURES},
            "orders_id": self.env["sale.dashboard.mailed.orders"]._intern(orders),
        }

    @api.model
    def _remember(self, values, restated=()):
        """Keep what :meth:`_describe` gave, and what was told to have changed."""
        now = fields.Datetime.now()
        for mailed_id, changes in restated:
            self.browse(mailed_id).write(changes)
        same = self.search(
            [
                (name, "=", values[name])
                for name in (
                    "subscription_id",
                    "user_id",
                    "partner_id",
                    "view",
                    "date_from",
                    "date_to",
                )
            ]
        )
        values = {**values, "mailed_at": now}
        if same:
            same.write(values)
        else:
            self.create(values)

    @api.model
    def _read_orders(self, dashboard, date_from, date_to):
        """The orders behind a revenue, as the dashboard's reader: id -> units."""
        dashboards = dashboard.browse()
        scope = dashboards._make_scope(
            parse_request(
                date_from,
                date_to,
                compare="none",
                period_type="monthly",
                measure=dashboard.measure,
                timezone=dashboard.timezone,
                filters=dashboard._get_filters(),
            )
        )
        source = dashboards._get_source(scope)
        rounding = dashboard.currency_id.rounding
        rows = source.env["sale.order"]._read_group(
            source._get_sales_domain(scope, scope.current),
            ["id"],
            [f"{source._get_revenue_field(scope)}:sum"],
        )
        return {order.id: to_units(revenue, rounding) for order, revenue in rows}

    @api.autovacuum
    def _gc_old(self):
        oldest = fields.Datetime.now() - REMEMBERED
        self.search([("mailed_at", "<", oldest)], limit=10_000).unlink()
        self.env["sale.dashboard.mailed.orders"]._drop_unused()

    # ------------------------------------------------------------------
    # What has changed since
    # ------------------------------------------------------------------

    @api.model
    def _find_restated(self, earlier, dashboard):
        """Which earlier mailed figures are others by now, as the dashboard's reader.

        One dashboard over all of those days, by day, says what they are now: it is
        computed once for all who see the same.

        :rtype: list[Restatement]
        """
        today = dashboard._get_scope().today
        oldest = today - REMEMBERED
        earlier = earlier.filtered(
            lambda mailed: mailed.is_complete and mailed.date_from >= oldest
        )
        if not earlier:
            return []
        days = dashboard.browse()._generate(
            False,
            date_from=min(earlier.mapped("date_from")),
            date_to=max(earlier.mapped("date_to")),
            compare="none",
            measure=dashboard.measure,
            timezone=dashboard.timezone,
            filters=dashboard._get_filters(),
        )
        if "core" in (days.errors or {}):
            return []
        rounding = dashboard.currency_id.rounding
        units, counts = {}, {}
        for day in days.period_ids:
            units[day.date_from] = to_units(day.revenue, rounding)
            counts[day.date_from] = day.order_count
        found = []
        for mailed in earlier.sorted("date_from"):

            def total(by_day, mailed=mailed):
                return sum(
                    value
                    for day, value in by_day.items()
                    if mailed.date_from <= day <= mailed.date_to
                )

            before = to_units(mailed.total_revenue, rounding)
            now, count = total(units), total(counts)
            if (now, count) != (before, mailed.total_orders):
                found.append(
                    self._restate(mailed, dashboard, days, now - before, now, count)
                )
        return found

    @api.model
    def _restate(self, mailed, dashboard, days, change, now, count):
        rounding = dashboard.currency_id.rounding
        orders = None
        if count <= MAX_ORDERS:
            orders = self._read_orders(dashboard, mailed.date_from, mailed.date_to)
        # sudo: which orders they were is kept for all readers of the same view; what
        # is said of them is what this reader may see.
        before = mailed.sudo().orders_id.amounts
        reasons = []
        if orders is not None and before is not None:
            before = dict(before)
            reasons = self._explain(mailed, dashboard, before, orders)
        env = dashboard.env
        amount = formatLang(
            env, from_units(abs(change), rounding), currency_obj=dashboard.currency_id
        )
        values = {
            "period": self._name_period(env, mailed.date_from, mailed.date_to),
            "change": f"{'-' if change < 0 else '+'}{amount}",
            "before": formatLang(
                env, mailed.total_revenue, currency_obj=dashboard.currency_id
            ),
            "now": formatLang(
                env, from_units(now, rounding), currency_obj=dashboard.currency_id
            ),
            "reasons": "; ".join(reasons),
        }
        if reasons:
            sentence = env._(
                "%(period)s %(change)s (mailed %(before)s, now %(now)s): %(reasons)s",
                **values,
            )
        else:
            sentence = env._(
                "%(period)s %(change)s (mailed %(before)s, now %(now)s)", **values
            )
        return Restatement(
            mailed.id,
            {
                "total_revenue": from_units(now, rounding),
                "total_orders": count,
                "generated_at": days.generated_at,
                "orders_id": self.env["sale.dashboard.mailed.orders"]._intern(orders),
            },
            sentence,
        )

    @api.model
    def _name_period(self, env, date_from, date_to):
        if date_from.day == 1 and date_to == month_end(date_from):
            return format_date(env, date_from, date_format="LLLL yyyy")
        first = format_date(env, date_from)
        if date_from == date_to:
            return first
        return f"{first} – {format_date(env, date_to)}"

    @api.model
    def _explain(self, mailed, dashboard, before, now):
        """What happened to the orders that make the difference, the largest first.

        :param dict before: order id -> units, then
        :param dict now: order id -> units, as the reader sees it now
        :return: parts of a sentence in the reader's language
        """
        env = dashboard.env
        change = {
            order_id: now.get(order_id, 0) - before.get(order_id, 0)
            for order_id in before.keys() | now.keys()
            if now.get(order_id) != before.get(order_id)
        }
        largest = sorted(
            change, key=lambda order_id: (-abs(change[order_id]), order_id)
        )
        named = (
            env["sale.order"]
            .with_context(active_test=False)
            .search_fetch(
                [("id", "in", largest[:MAX_NAMED])], ["name", "state", "date_order"]
            )
        )
        since = self._read_days(named, mailed, dashboard)
        reasons, unnamed = [], len(change)
        for order in named.sorted(lambda order: largest.index(order.id)):
            values = {"order": order.name, "day": since[order.id]}
            unnamed -= 1
            if order.id in now and order.id in before:
                sentence = env._("%(order)s changed on %(day)s")
            elif order.id in now:
                sentence = env._("%(order)s added on %(day)s")
            elif order.state == "cancel":
                sentence = env._("%(order)s cancelled on %(day)s")
            elif order.state in ("draft", "sent"):
                sentence = env._("%(order)s back to quotation on %(day)s")
            else:
                sentence = env._("%(order)s no longer counted since %(day)s")
            reasons.append(sentence % values)
        if unnamed:
            # Those beyond the first, and those the reader may not see (any more).
            reasons.append(env._("%(count)s more", count=unnamed))
        return reasons

    @api.model
    def _read_days(self, orders, mailed, dashboard):
        """On which day each order last changed: order id -> words.

        By the order's log where its state or amount was logged since the mail, else by
        when it was last written.
        """
        # sudo: the log of orders that the reader may read.
        messages = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", "sale.order"),
                    ("res_id", "in", orders.ids),
                    ("date", ">=", mailed.generated_at),
                    (
                        "tracking_value_ids.field_id.name",
                        "in",
                        ["state", "amount_untaxed", "amount_total"],
                    ),
                ],
                ["res_id", "date"],
                order="date, id",
            )
        )
        logged = {message.res_id: message.date for message in messages}
        zoned = orders.with_context(tz=dashboard.timezone)
        return {
            order.id: format_date(
                dashboard.env,
                fields.Datetime.context_timestamp(
                    zoned, logged.get(order.id) or order.write_date
                ).date(),
                date_format="d MMMM",
            )
            for order in orders
        }


class SaleDashboardMailedOrders(models.Model):
    """The orders behind a mailed revenue, once for all who were mailed the same.

    Private: no one has access over RPC.
    """

    _name = "sale.dashboard.mailed.orders"
    _description = "Orders of Mailed Sales Figures"
    _log_access = False

    digest = fields.Char(required=True)
    amounts = fields.Json(required=True, help="[order id, units] of every order.")

    _unique_digest = models.UniqueIndex("(digest)")

    @api.model
    def _intern(self, orders):
        """The record of these orders, at once for all workers.

        On a connection of its own: another worker may be adding the same ones, which
        no transaction survives that began before.

        :param dict orders: id -> units; None: there is nothing to keep
        :return: id, or False
        """
        if orders is None:
            return False
        amounts = json.dumps(sorted(orders.items()))
        digest = hashlib.sha256(amounts.encode()).hexdigest()
        for _attempt in range(INTERN_ATTEMPTS):
            try:
                with self.env.registry.cursor() as cr:
                    cr.execute(
                        SQL(
                            """
                            INSERT INTO sale_dashboard_mailed_orders (digest, amounts)
                            VALUES (%s, %s::jsonb) ON CONFLICT (digest) DO NOTHING
                            """,
                            digest,
                            amounts,
                        ),
                        log_exceptions=False,
                    )
                    cr.execute(
                        SQL(
                            "SELECT id FROM sale_dashboard_mailed_orders"
                            " WHERE digest = %s",
                            digest,
                        )
                    )
                    return cr.fetchone()[0]
            except psycopg2.errors.SerializationFailure:
                continue  # it has just been added
        return False

    @api.model
    def _drop_unused(self):
        mailed = self.env["sale.dashboard.mailed"]
        used = mailed._search([("orders_id", "!=", False)]).subselect("orders_id")
        self.search([("id", "not in", used)], limit=10_000).unlink()
