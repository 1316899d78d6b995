from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import to_json_domain
from .sale_dashboard_payload import SECTION_OF
from .sale_dashboard_source import CUSTOMER, LINE_GROUPS


class SaleDashboard(models.TransientModel):
    """Every figure down to its records: the domain that makes it."""

    _inherit = "sale.dashboard"

    def get_metric_domain(self, metric, key=None, side="current"):
        """What a figure is made of, so that it can be opened or recomputed.

        The figure equals ``formatted_read_group(domain, [], [aggregate])`` on
        ``model`` with ``context``. A rate gives ``numerator`` and ``denominator`` of
        that form instead.

        :param str metric: a figure of the overview, or a metric another addon adds
        :param key: narrows revenue and orders to one row: a bucket's ``period``, a
            customer's ``id`` (``hidden`` for those the viewer may not see), a
            segment's ``segment_name``, or ``dimension:key`` of a breakdown row; new
            customers and the conversion rate to a bucket
        :param str side: ``current``, or ``previous`` for what it is compared with
        :rtype: dict
        :raise ValidationError: if there is no such figure, row or side
        """
        self.ensure_one()
        self.check_access("read")
        scope = self._get_scope()
        source = self._get_source(scope)
        # Names are looked up; what is none is not found.
        metric, side = str(metric), str(side)
        span = scope.span(side)
        if not span:
            raise ValidationError(
                self.env._("There is nothing on the side “%(side)s”.", side=side)
            )
        if metric in SECTION_OF:
            bucket = self._find_bucket(span, key)
            if metric == "conversion_rate":
                return self._describe_conversion(source, scope, span, bucket)
            customers = self._get_new_customers(side, span, bucket)
            return self._describe_customers(scope, customers)
        if isinstance(key, str) and key.partition(":")[0] in LINE_GROUPS:
            return self._get_line_metric_domain(source, scope, span, metric, key)
        orders = self._get_row_domain(source, scope, span, key)
        revenue = self._describe(
            scope, orders, f"{source._get_revenue_field(scope)}:sum"
        )
        count = self._describe(scope, orders, "__count")
        if metric == "total_revenue":
            return revenue
        if metric == "total_orders":
            return count
        if metric == "average_order_value":
            return {"numerator": revenue, "denominator": count}
        if metric == "customer_count":
            return self._describe_customers(scope, self._get_customers(metric, side))
        for spec in source._get_metrics():
            if spec.name == metric:
                return self._describe(
                    scope,
                    source._get_metric_domain(scope, span, spec),
                    source._get_metric_aggregate(scope, spec),
                )
        raise ValidationError(
            self.env._("There is no figure “%(metric)s”.", metric=metric)
        )

    def _find_bucket(self, span, key):
        """The bucket of a figure that has rows of no other kind; None without a key."""
        if key is None or key is False:
            return None
        for bucket in span.buckets:
            if bucket and bucket.key == key:
                return bucket
        raise ValidationError(self.env._("There is no row “%(key)s”.", key=key))

    def _describe_conversion(self, source, scope, span, bucket):
        interval = bucket or span
        return {
            name: self._describe(scope, domain, "__count")
            for name, domain in (
                ("numerator", source._get_converted_domain(scope, span, interval)),
                ("denominator", source._get_created_domain(scope, interval)),
            )
        }

    def _describe_customers(self, scope, customer_ids):
        return self._describe(
            scope, Domain("id", "in", customer_ids), "__count", "res.partner"
        )

    def _get_new_customers(self, side, span, bucket):
        """Ids of the new customers of a side, or of a bucket of it."""
        ids = self._get_customers("new_customers", side)
        if not bucket:
            return ids
        # They are kept bucket by bucket.
        figure = "new_customers" if side == "current" else "previous_new_customers"
        place = span.buckets.index(bucket)
        first = sum(self.period_ids[:place].mapped(figure))
        return ids[first : first + self.period_ids[place][figure]]

    def _get_line_metric_domain(self, source, scope, span, metric, key):
        """Lines behind the revenue of a product or category; orders behind a count."""
        dimension, _colon, record_id = key.partition(":")
        row = self.breakdown_ids.filtered(
            lambda one: one.dimension == dimension and one.key == record_id
        )
        if not row or record_id == "other":
            raise ValidationError(self.env._("There is no row “%(key)s”.", key=key))
        lines = source._get_line_domain(scope, span) & source._get_line_group_domain(
            LINE_GROUPS[dimension], [row.res_id or False]
        )
        if metric == "total_orders":
            orders = Domain("order_line", "any", lines)
            return self._describe(scope, orders, "__count")
        revenue = f"{source._get_revenue_field(scope)}:sum"
        return self._describe(scope, lines, revenue, "sale.order.line")

    def _describe(self, scope, domain, aggregate, model="sale.order"):
        """One drill-down, in JSON types."""
        return {
            "model": model,
            "domain": to_json_domain(domain, scope.members),
            "context": self._get_scope_context(scope),
            "aggregate": aggregate,
        }

    def _get_customers(self, metric, side):
        """Ids of the customers a customer figure counts."""
        if metric == "new_customers":
            ids = self.new_customer_ids
            return (ids if side == "current" else self.previous_new_customer_ids) or []
        field = "customer_ids" if side == "current" else "previous_customer_ids"
        return [one for segment in self.segment_ids for one in segment[field] or []]

    def _get_row_domain(self, source, scope, span, key):
        """The orders of one row of a span; of the whole span without a key."""
        sales = source._get_sales_domain(scope, span)
        if key is None or key is False:
            return sales
        for bucket in span.buckets:
            if bucket and bucket.key == key:
                return source._get_sales_domain(scope, bucket)
        for customer in self.top_customer_ids:
            if customer.partner_id.id == key:
                return sales & Domain(CUSTOMER, "=", key)
        if key == "hidden":
            return sales & self._get_customers_domain([False], span, scope)
        for segment in self.segment_ids:
            if segment.segment_name == key:
                current = span is scope.current
                field = "customer_ids" if current else "previous_customer_ids"
                return sales & Domain(CUSTOMER, "in", segment[field] or [])
        for row in self.breakdown_ids:
            if f"{row.dimension}:{row.key}" == key:
                return self._get_breakdown_domain(source, scope, span, sales, row)
        raise ValidationError(self.env._("There is no row “%(key)s”.", key=key))

    def _get_breakdown_domain(self, source, scope, span, sales, row):
        if row.dimension in ("user", "team"):
            return sales & Domain(f"{row.dimension}_id", "=", row.res_id or False)
        if row.dimension == "country":
            if row.res_id:
                return sales & Domain(f"{CUSTOMER}.country_id", "=", row.res_id)
            # Customers without a country, and those the viewer may not see.
            return sales & ~Domain(f"{CUSTOMER}.country_id", "!=", False)
        if row.dimension == "quotation":
            return source._get_open_quotation_domain(
                scope
            ) & source._get_quotation_key_domain(scope, row.key)
        if row.dimension == "bridge":
            if row.key == "currency":
                return (
                    source._get_sales_domain(scope, scope.current)
                    & source._get_foreign_domain()
                )
            side = scope.comparison if row.key == "lost" else scope.current
            return source._get_sales_domain(scope, side) & self._get_customers_domain(
                row.customer_ids, side, scope
            )
        if row.key == "returning":
            # Not "not in": that would leave out customers the viewer may not see.
            return sales & ~self._get_new_domain(span, scope)
        if row.key == "new":
            return sales & self._get_new_domain(span, scope)
        return sales & Domain(CUSTOMER, "in", row.customer_ids or [])

    def _get_new_domain(self, span, scope):
        side = "current" if span is scope.current else "previous"
        return Domain(CUSTOMER, "in", self._get_customers("new_customers", side))

    def _get_customers_domain(self, ids, span, scope):
        """Orders of these customers; False among them means all hidden ones."""
        domain = Domain(CUSTOMER, "in", [one for one in ids if one])
        if False in ids:
            side = "current" if span is scope.current else "previous"
            visible = self._get_customers("customer_count", side)
            domain |= ~Domain(CUSTOMER, "in", visible)
        return domain
