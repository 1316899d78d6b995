import logging
import time
from collections import Counter

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import LazyTranslate

from ..engine import rfm
from ..engine.assembly import (
    NOTHING,
    Conversion,
    Sum,
    add_up,
    assemble_core,
    percentage,
)
from ..engine.bridge import bridge, bridge_members
from ..engine.comparison import change
from ..engine.customers import SEGMENT_NAMES
from ..engine.id_list import pack
from ..engine.money import from_units
from ..engine.parts import Parts
from ..tools import to_json_domain, translated

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

SECTION_FAILED = _lt(
    "This could not be computed. Try again; if it stays so, tell your administrator:"
    " the server's log has the details."
)


class SaleDashboardBuilder(models.AbstractModel):
    """Turns a scope into an answer: the values of a ``sale.dashboard`` record.

    Queries are ``sale.dashboard.source``'s, arithmetic is ``engine``'s; what is left
    is the order of things. The core of both periods fails as one; every further
    section stands for itself. A section that fails leaves its figures empty and a
    sentence in ``errors``.
    """

    _name = "sale.dashboard.builder"
    _description = "Sales Dashboard Builder"

    def _build(self, source, scope, parts=None):
        """Every figure of the scope as values for ``create``; stores nothing.

        :param source: ``sale.dashboard.source`` in the scope's companies and zone
        :param Parts parts: what is kept of the days that are over
        :rtype: dict
        """
        started = time.monotonic()
        source.env.companies.fetch(["currency_id", "parent_path"])
        source = source.env.companies._with_dashboard_factors(source)
        build = self._start(source, scope, parts)
        build.values["generated_at"] = scope.now
        if scope.members is not None:
            build.values["member_ids"] = list(scope.members)
        for section, method in self._get_sections():
            self._run_section(build, section, method)
        build.breakdown.sort(key=lambda row: (row["dimension"], row["rank"]))
        build.values["breakdown_ids"] = [Command.create(row) for row in build.breakdown]
        build.values["duration_ms"] = round(1000 * (time.monotonic() - started))
        return build.values

    def _start(self, source, scope, parts=None):
        """An empty build of a scope."""
        rounding = source.env.company.currency_id.rounding
        return _Build(source, scope, rounding, parts or Parts())

    def _get_sections(self):
        """``(name, method)`` of every step of a section, in order; override to add one.

        A method takes the build and adds to its ``values``, ``breakdown`` or
        ``warnings``. Steps after ``core`` run only if that succeeded, unless they are
        in :meth:`_get_independent_sections`; none runs once its section has failed.
        """
        return [
            ("bridge", self._build_rates),
            ("core", self._build_core),
            ("new_customers", self._build_new_customers),
            ("conversion", self._build_conversion),
            ("lifetime", self._build_lifetimes),
            ("rfm", self._build_rfm),
            ("quotations", self._build_quotations),
            ("bridge", self._build_bridge),
            ("metrics", self._build_metrics),
            ("health", self._build_health),
        ]

    def _get_independent_sections(self):
        """Sections that do not need the core's rows."""
        return {"core", "conversion", "quotations", "metrics"}

    def _run_section(self, build, section, method):
        """Run one section in its own savepoint; a failure becomes a sentence."""
        errors = build.values["errors"]
        if section in errors:
            return
        if "core" in errors and section not in self._get_independent_sections():
            errors[section] = errors["core"]
            return
        try:
            with self.env.cr.savepoint(flush=False):
                method(build)
        except (
            psycopg2.OperationalError,  # serialization, lost connection: Odoo retries
            psycopg2.InterfaceError,
            psycopg2.errors.ReadOnlySqlTransaction,  # Odoo runs it again read-write
        ):
            raise
        except UserError as error:
            _logger.info("Section %s refused: %s", section, error)
            errors[section] = str(error)
        except Exception:
            _logger.exception("Section %s of the sales dashboard failed", section)
            errors[section] = translated(self.env, SECTION_FAILED)

    # ------------------------------------------------------------------
    # Core
    # ------------------------------------------------------------------

    def _build_rates(self, build):
        """What the core pass needs to tell the currency effect of each customer."""
        if build.scope.comparison:
            build.rates = build.source._read_comparison_rates(build.scope, build.parts)

    def _build_core(self, build):
        source, scope = build.source, build.scope
        rows, before = source._read_cores(scope, build.rates, build.parts)
        core = assemble_core(rows, scope.current.buckets)
        previous = before and assemble_core(before, scope.comparison.buckets)
        names = self._read_customer_names(source, scope, core)
        build.values.update(
            build.compare(
                "total_revenue", core.total.units, previous and previous.total.units
            )
            | build.compare(
                "average_order_value",
                core.average_units,
                previous and previous.average_units,
            )
            | build.compare_numbers(
                "total_orders",
                core.total.order_count,
                previous and previous.total.order_count,
            ),
            customer_count=core.customer_count,
            hidden_revenue=build.amount(core.rows.hidden.units),
            hidden_order_count=core.rows.hidden.order_count,
            period_ids=self._list_periods(build, core, previous),
            top_customer_ids=self._list_customers(build, core, previous, names),
            segment_ids=self._list_segments(build, core, previous, names),
            currency_factors=self._describe_factors(source),
        )
        self._add_leaderboards(build, core, previous)
        # Only what is complete is handed on.
        build.core, build.previous = core, previous

    def _read_customer_names(self, source, scope, core):
        wanted = set(core.ranking.ids[: scope.request.top_limit])
        for segment in core.segments:
            wanted.update(segment.top_customer_ids)
        return source._read_names(
            "res.partner", wanted, ["name", "email", "is_company"]
        )

    def _list_periods(self, build, core, previous):
        rows = []
        counterparts = (
            zip(build.scope.comparison.buckets, previous.points, strict=True)
            if previous
            else ((None, None) for _point in core.points)
        )
        for bucket, point, (other, before) in zip(
            build.scope.current.buckets, core.points, counterparts, strict=True
        ):
            rows.append(
                Command.create(
                    {
                        "period": bucket.key,
                        "date_from": bucket.date_from,
                        "date_to": bucket.date_to,
                        "partial": bucket.partial,
                        "running": bucket.running,
                        "previous_date_from": other and other.date_from,
                        "previous_date_to": other and other.date_to,
                        **build.compare_sums(point, before),
                    }
                )
            )
        return rows

    def _list_customers(self, build, core, previous, names):
        rows = []
        top = core.ranking.ids[: build.scope.request.top_limit]
        for rank, customer_id in enumerate(top, start=1):
            figures = core.rows.customers[customer_id]
            before = previous and previous.rows.customers.get(customer_id, NOTHING)
            details = names[customer_id]
            rows.append(
                Command.create(
                    {
                        "rank": rank,
                        "partner_id": customer_id,
                        "name": details["name"],
                        "email": details["email"],
                        "is_company": bool(details["is_company"]),
                        "share": percentage(figures.units, core.total.units),
                        **build.compare_sums(figures, before, revenue="total_revenue"),
                    }
                )
            )
        return rows

    def _list_segments(self, build, core, previous, names):
        before = {
            segment.name: segment for segment in (previous.segments if previous else ())
        }
        customers = core.rows.customers
        rows = []
        for segment in core.segments:
            other = before.get(segment.name)
            other_units = (other.units if other else 0) if previous else None
            rows.append(
                Command.create(
                    {
                        "sequence": SEGMENT_NAMES.index(segment.name),
                        "segment_name": segment.name,
                        "customer_count": len(segment.customer_ids),
                        "previous_customer_count": len(other.customer_ids)
                        if other
                        else 0,
                        "average_revenue_per_customer": build.amount(
                            segment.average_units
                        ),
                        **build.compare("total_revenue", segment.units, other_units),
                        "top_customers": [
                            {
                                "id": customer_id,
                                "name": names[customer_id]["name"],
                                "email": names[customer_id]["email"],
                                "is_company": bool(names[customer_id]["is_company"]),
                                "total_revenue": build.amount(
                                    customers[customer_id].units
                                ),
                                "order_count": customers[customer_id].order_count,
                            }
                            for customer_id in segment.top_customer_ids
                        ],
                        "customer_ids": pack(segment.customer_ids),
                        "previous_customer_ids": pack(
                            other.customer_ids if other else ()
                        ),
                    }
                )
            )
        return rows

    def _describe_factors(self, source):
        """The company factors used, in JSON types."""
        factors = source.env.companies._get_dashboard_factors()
        return {
            str(company_id): {
                "numerator": numerator,
                "denominator": denominator,
                "date": fields.Date.to_string(day) if day else False,
            }
            for company_id, (numerator, denominator, day) in factors.items()
        }

    def _add_leaderboards(self, build, core, previous):
        for dimension, model, rows in (
            ("user", "res.users", "users"),
            ("team", "crm.team", "teams"),
            ("country", "res.country", "countries"),
        ):
            current = getattr(core.rows, rows)
            before = getattr(previous.rows, rows) if previous else {}
            ids = {*current, *before}
            names = build.source._read_names(model, ids - {False}, ["name"])
            ordered = sorted(
                ids, key=lambda one: (-current.get(one, Sum()).units, one or 0)
            )
            for rank, record_id in enumerate(ordered, start=1):
                build.add_row(
                    dimension,
                    str(record_id or ""),
                    current.get(record_id, Sum()),
                    before.get(record_id, Sum()) if previous else None,
                    res_id=record_id,
                    name=names.get(record_id, {}).get("name", ""),
                    rank=rank,
                    share=percentage(
                        current.get(record_id, Sum()).units, core.total.units
                    ),
                )

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    def _build_new_customers(self, build):
        scope = build.scope
        before_ids, before = [], (None, None)
        candidates = build.core.rows.customers.keys()
        if build.previous:
            known = build.previous.rows.customers.keys()
            before_ids, before = self._split_customers(
                build, "previous", build.previous, known
            )
            if scope.comparison.end <= scope.current.start:
                # Who ordered in the comparison had ordered before.
                candidates -= known
        new_ids, sums = self._split_customers(build, "current", build.core, candidates)
        build.values.update(
            build.compare_numbers(
                "new_customers",
                len(new_ids),
                len(before_ids) if build.previous else None,
            ),
            new_customer_ids=pack(new_ids),
            previous_new_customer_ids=pack(before_ids),
        )
        self._add_new_customers(build, build.core, scope.current, new_ids)
        if build.previous:
            self._add_new_customers(
                build, build.previous, scope.comparison, before_ids, "previous_"
            )
        for rank, (key, current, other, count) in enumerate(
            zip(
                ("new", "returning"),
                sums,
                before,
                (len(new_ids), build.core.customer_count - len(new_ids)),
                strict=True,
            ),
            start=1,
        ):
            build.add_row(
                "customer_type",
                key,
                current,
                other,
                rank=rank,
                customer_count=count,
                share=percentage(current.units, build.core.total.units),
            )
        build.new_ids = new_ids

    def _split_customers(self, build, side, core, candidates):
        """New customers, and the sums of new and of all other orders.

        :param side: ``current`` or ``previous``
        :param candidates: the customers of the span that may be new
        :return: ids by the bucket of the first order, then by id; two sums
        """
        new_ids = build.source._read_new_customers(
            build.scope, side, candidates, build.parts
        )
        # A stable sort of sorted ids.
        new_ids.sort(key=core.rows.first_points.__getitem__)
        new = add_up([core.rows.customers[one] for one in new_ids])
        total = core.total
        rest = Sum(total.units - new.units, total.order_count - new.order_count)
        return new_ids, (new, rest)

    def _add_new_customers(self, build, core, span, new_ids, prefix=""):
        """Say of each bucket how many new customers' first order is in it."""
        counts = Counter(map(core.rows.first_points.__getitem__, new_ids))
        build.add_to_buckets(
            span, lambda place: {f"{prefix}new_customers": counts[place]}
        )

    def _build_lifetimes(self, build):
        top = [command[2] for command in build.values["top_customer_ids"]]
        lifetimes = build.source._read_lifetimes(
            build.scope, [row["partner_id"] for row in top], build.parts
        )
        for row in top:
            figures, first, last = lifetimes[row["partner_id"]]
            orders = figures.order_count
            row.update(
                lifetime_revenue=build.amount(figures.units),
                lifetime_orders=orders,
                first_order_date=first,
                last_order_date=last,
                average_gap_days=(last - first).days / (orders - 1)
                if orders > 1
                else 0.0,
            )

    def _build_rfm(self, build):
        ids, units = build.core.ranking
        customers = build.core.rows.customers
        order_counts = [customers[one][1] for one in ids]
        days = build.source._read_last_orders(build.scope, build.core.rows, ids)
        scores = rfm.score(days, order_counts, units)
        # Group -> places in the ranking.
        members = {group: [] for group, *_limits in rfm.GROUPS}
        for place, group in enumerate(map(rfm.group_of, scores)):
            members[group].append(place)
        for rank, (group, places) in enumerate(members.items(), start=1):
            if places:
                figures = Sum(
                    sum(units[place] for place in places),
                    sum(order_counts[place] for place in places),
                )
                build.add_row(
                    "rfm_group",
                    group,
                    figures,
                    None,
                    rank=rank,
                    customer_count=len(places),
                    customer_ids=pack([ids[place] for place in places]),
                    share=percentage(figures.units, build.core.total.units),
                )
        for command in build.values["top_customer_ids"]:
            row = command[2]
            row_scores = scores[row["rank"] - 1]
            row.update(
                rfm_recency=row_scores.recency,
                rfm_frequency=row_scores.frequency,
                rfm_monetary=row_scores.monetary,
                rfm_group=rfm.group_of(row_scores),
            )

    # ------------------------------------------------------------------
    # Conversion and quotations
    # ------------------------------------------------------------------

    def _build_conversion(self, build):
        scope = build.scope
        points, points_before = build.source._read_conversion(scope, build.parts)
        rate = sum(points.values(), Conversion()).rate
        values = {"conversion_rate": rate}
        self._add_conversion(build, scope.current, points)
        if scope.comparison:
            before = sum(points_before.values(), Conversion())
            values.update(
                previous_conversion_rate=before.rate,
                # Percentage points: defined as soon as there was anything to convert.
                conversion_rate_change=rate - before.rate if before.created else 0.0,
                conversion_rate_comparable=bool(before.created),
            )
            self._add_conversion(build, scope.comparison, points_before, "previous_")
        build.values.update(values)

    def _add_conversion(self, build, span, points, prefix=""):
        """Say of each bucket what became of the orders created in it."""

        def describe(place):
            point = points.get(place, Conversion())
            return {
                f"{prefix}created_orders": point.created,
                f"{prefix}converted_orders": point.converted,
                f"{prefix}conversion_rate": point.rate,
            }

        build.add_to_buckets(span, describe)

    def _build_quotations(self, build):
        sums = build.source._read_quotations(build.scope)
        for rank, (key, figures) in enumerate(sums.items(), start=1):
            build.add_row("quotation", key, figures, None, rank=rank)

    # ------------------------------------------------------------------
    # Why it changed
    # ------------------------------------------------------------------

    def _build_bridge(self, build):
        if not build.previous:
            return
        errors = build.values["errors"]
        if "new_customers" in errors:
            # Without them there are no parts: failed as well, not zero.
            errors["bridge"] = errors["new_customers"]
            return
        rows, before = build.core.rows, build.previous.rows
        current, previous = rows.customers, before.customers
        # Customers the viewer may not see are one row, as everywhere.
        if rows.hidden.order_count:
            current = {**current, False: rows.hidden}
        if before.hidden.order_count:
            previous = {**previous, False: before.hidden}
        members = bridge_members(current, previous, build.new_ids)
        parts = bridge(current, previous, members, rows.effects)
        effect = sum(rows.effects.values())
        for rank, (key, units) in enumerate(parts.items(), start=1):
            build.add_row(
                "bridge",
                key,
                Sum(units, 0),
                None,
                rank=rank,
                customer_ids=pack(sorted(members.get(key, ()))),
            )
        constant = build.core.total.units - effect
        build.values.update(
            build.compare("constant_revenue", constant, build.previous.total.units),
            currency_effect=build.amount(effect),
            comparison_rates=build.rates,
        )

    # ------------------------------------------------------------------
    # Metrics of other addons
    # ------------------------------------------------------------------

    def _build_metrics(self, build):
        source, scope = build.source, build.scope
        rows = []
        for metric in source._get_metrics():
            current = source._read_metric(scope, scope.current, metric)
            before = scope.comparison and source._read_metric(
                scope, scope.comparison, metric
            )
            row = {
                "name": metric.name,
                "label": translated(self.env, metric.label),
                "help": translated(self.env, metric.help),
                "kind": metric.kind,
            }
            if metric.kind == "monetary":
                values = build.compare("value", current, before)
            else:
                values = build.compare_numbers("value", current, before)
            rows.append(row | values)
        build.values["metrics"] = rows

    # ------------------------------------------------------------------
    # Data health
    # ------------------------------------------------------------------

    def _build_health(self, build):
        source, scope = build.source, build.scope
        warnings = []

        def warn(code, message, domain=None, figures=NOTHING, model="sale.order"):
            warnings.append(
                {
                    "code": code,
                    "message": message,
                    "order_count": figures.order_count,
                    "revenue": build.amount(figures.units),
                    "model": model,
                    "domain": []
                    if domain is None
                    else to_json_domain(domain, scope.members),
                }
            )

        self._warn_of_rates(build, warn)
        sales = source._get_sales_domain(scope, scope.current)
        without_product = sales & source._get_no_product_domain()
        figures = source._read_no_product(scope, build.parts)
        if figures.order_count:
            warn(
                "no_product_line",
                self.env._(
                    "Confirmed orders without a product line count here, but not in"
                    " Odoo's Sales Analysis."
                ),
                without_product,
                figures,
            )
        in_future = (
            source._get_filter_domain(scope)
            & source._get_confirmed_domain()
            & Domain("date_order", ">", scope.now)
        )
        figures = source._read_sum(scope, in_future)
        if figures.order_count:
            warn(
                "future_order",
                self.env._("Confirmed orders are dated in the future."),
                in_future,
                figures,
            )
        hidden = build.core.rows.hidden
        if hidden.order_count:
            warn(
                "hidden_customers",
                self.env._(
                    "Orders of customers you may not see are in revenue and orders, but"
                    " in no ranking and no segment."
                ),
                figures=hidden,
            )
        if not self.env["sale.dashboard"]._get_user_timezone():
            warn(
                "no_timezone",
                self.env._(
                    "You have no time zone in your preferences: days are those of"
                    " %(zone)s.",
                    zone=scope.timezone,
                ),
            )
        build.values["warnings"] = warnings

    def _warn_of_rates(self, build, warn):
        source, scope = build.source, build.scope
        factors = source.env.companies._get_dashboard_factors()
        for company in source.env.companies.filtered(lambda one: one.id in factors):
            if not factors[company.id][2]:
                domain = source._get_sales_domain(scope, scope.current) & Domain(
                    "company_id", "=", company.id
                )
                warn(
                    "company_without_rate",
                    self.env._(
                        "%(company)s has no exchange rate for %(currency)s: the orders"
                        " of %(other)s are added as if one %(currency)s were one"
                        " %(display)s.",
                        company=source.env.company.name,
                        currency=company.currency_id.name,
                        other=company.name,
                        display=source.env.company.currency_id.name,
                    ),
                    domain,
                    source._read_sum(scope, domain),
                )
        for company, currency, domain, figures in source._list_pairs_without_rate(
            scope, build.core.rows
        ):
            warn(
                "currency_without_rate",
                self.env._(
                    "%(company)s has no exchange rate for %(currency)s: these orders"
                    " count as if one %(currency)s were one %(display)s.",
                    company=company.name,
                    currency=currency.name,
                    display=company.currency_id.name,
                ),
                domain,
                figures,
            )


class _Build:
    """What one build has gathered so far.

    ``values`` become the record, ``breakdown`` its breakdown lines; ``core`` and
    ``previous`` are the two cores once there are any.
    """

    def __init__(self, source, scope, rounding, parts):
        self.source = source
        self.scope = scope
        self.rounding = rounding
        self.parts = parts
        self.values = {"errors": {}, "warnings": [], "metrics": []}
        self.breakdown = []
        self.core = self.previous = None
        self.new_ids = []
        self.rates = []
        if scope.comparison:
            self.values.update(
                compare_from=scope.comparison.date_from,
                compare_to=scope.comparison.date_to,
                compare_start=scope.comparison.start,
                compare_end=scope.comparison.end,
            )

    def amount(self, units):
        """Units as an amount of the display currency."""
        return from_units(units, self.rounding)

    def compare(self, name, units, before):
        """Values of a monetary figure and its counterpart (None: not compared)."""
        return self._compare(name, units, before, self.amount)

    def compare_numbers(self, name, number, before):
        """Values of a plain figure and its counterpart (None: not compared)."""
        return self._compare(name, number, before, lambda value: value)

    def _compare(self, name, current, before, present):
        if before is None:
            return {name: present(current)}
        moved = change(current, before)
        return {
            name: present(current),
            f"previous_{name}": present(before),
            f"{name}_change": moved or 0.0,
            f"{name}_comparable": moved is not None,
        }

    def compare_sums(self, current, before, revenue="revenue"):
        """Values of revenue and orders and their counterparts."""
        values = self.compare(revenue, current.units, before and before.units)
        values["order_count"] = current.order_count
        if before:
            values["previous_order_count"] = before.order_count
        return values

    def add_to_buckets(self, span, describe):
        """Add figures to the lines of the buckets that a span has.

        :param describe: index of a bucket -> values
        """
        # Without the core, there are no lines.
        for place, command in enumerate(self.values.get("period_ids", ())):
            if span.buckets[place]:
                command[2].update(describe(place))

    def add_row(self, dimension, key, current, before, **values):
        """Add a breakdown line; see ``sale.dashboard.breakdown``."""
        self.breakdown.append(
            {
                "dimension": dimension,
                "key": key,
                "has_previous": before is not None,
                **self.compare_sums(current, before),
                **values,
            }
        )
