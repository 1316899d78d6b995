"""The seed's program over zenoo-rpc, mended only as far as it must be to run.

The seed reads all orders of the period and adds them up in Python, four times, since
its four parts begin with an empty cache. As written it does not run: its cache, dates
and models are refused. Mended are the connection, the models, the dates (text) and
the cache (a dict, as empty at the start as the seed's); added is the selection of
companies. What it reads and how it adds up is the seed's.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, get_args

from pydantic import model_validator
from zenoo_rpc import ZenooClient
from zenoo_rpc.models.base import OdooModel
from zenoo_rpc.query.filters import Q

STATES = ["sale", "done"]


async def connect(url, database, login, password):
    client = ZenooClient(url, timeout=600.0)
    await client.login(database, login, password)
    # zenoo-rpc loads it with a wrong password.
    client._session._context = await client.execute_kw("res.users", "context_get", [])
    client._session._context["tz"] = "UTC"
    return client


class MendedModel(OdooModel):
    """Takes Odoo's False as None, and `[id, name]` as the id."""

    @model_validator(mode="before")
    @classmethod
    def convert_odoo_values(cls, data):
        if not isinstance(data, dict):
            return data
        mended = {}
        for name, value in data.items():
            field = cls.model_fields.get(name)
            types = (get_args(field.annotation) or (field.annotation,)) if field else ()
            if field and value is False and bool not in types:
                mended[name] = None
            elif field and isinstance(value, list) and len(value) == 2:
                mended[name] = value[0]
            else:
                mended[name] = value
        return mended


class SaleOrder(MendedModel):
    odoo_name: ClassVar[str] = "sale.order"
    state: str | None = None
    partner_id: int | None = None
    date_order: datetime | None = None
    amount_total: Decimal | None = None


class ResPartner(MendedModel):
    odoo_name: ClassVar[str] = "res.partner"
    name: str | None = None
    email: str | None = None
    is_company: bool | None = None


@dataclass
class SalesMetrics:
    total_revenue: Decimal
    total_orders: int
    average_order_value: Decimal
    new_customers: int
    conversion_rate: float
    period_start: date
    period_end: date


class SalesDashboard:
    """The seed's service."""

    def __init__(self, client, company_ids):
        self.client = client
        self.company_ids = company_ids
        self.cache = {}

    def _orders(self, start_date, end_date, confirmed=True):
        condition = (
            Q(date_order__gte=start_date.isoformat())
            & Q(date_order__lte=end_date.isoformat())
            & Q(company_id__in=self.company_ids)
        )
        if confirmed:
            condition = condition & Q(state__in=STATES)
        return self.client.model(SaleOrder).filter(condition)

    async def get_sales_overview(self, start_date, end_date):
        orders = await (
            self._orders(start_date, end_date)
            .only("amount_total", "partner_id", "date_order", "state")
            .all()
        )
        total_revenue = sum(order.amount_total for order in orders)
        total_orders = len(orders)
        return SalesMetrics(
            total_revenue=total_revenue,
            total_orders=total_orders,
            average_order_value=total_revenue / total_orders
            if total_orders > 0
            else Decimal("0"),
            new_customers=await self._get_new_customers_count(start_date, end_date),
            conversion_rate=await self._calculate_conversion_rate(start_date, end_date),
            period_start=start_date,
            period_end=end_date,
        )

    async def get_top_customers(self, start_date, end_date, limit=10):
        key = f"top_customers_{start_date}_{end_date}_{limit}"
        if self.cache.get(key):
            return self.cache[key]
        orders = await (
            self._orders(start_date, end_date).only("partner_id", "amount_total").all()
        )
        revenue = {}
        for order in orders:
            revenue.setdefault(order.partner_id, Decimal("0"))
            revenue[order.partner_id] += order.amount_total
        ids = sorted(revenue, key=lambda one: revenue[one], reverse=True)[:limit]
        top = []
        if ids:
            customers = await (
                self.client.model(ResPartner)
                .filter(Q(id__in=ids))
                .only("name", "email", "is_company")
                .all()
            )
            by_id = {customer.id: customer for customer in customers}
            # The seed counts a customer's orders by looking through all of them.
            for customer_id in ids:
                customer = by_id.get(customer_id)
                if customer:
                    top.append(
                        {
                            "id": customer_id,
                            "name": customer.name,
                            "email": customer.email,
                            "is_company": customer.is_company,
                            "total_revenue": float(revenue[customer_id]),
                            "order_count": len(
                                [one for one in orders if one.partner_id == customer_id]
                            ),
                        }
                    )
        self.cache[key] = top
        return top

    async def get_sales_by_period(self, start_date, end_date):
        orders = await (
            self._orders(start_date, end_date)
            .only("date_order", "amount_total")
            .order_by("date_order")
            .all()
        )
        periods = {}
        for order in orders:
            key = order.date_order.date().strftime("%Y-%m-%d")
            period = periods.setdefault(
                key, {"period": key, "revenue": Decimal("0"), "order_count": 0}
            )
            period["revenue"] += order.amount_total
            period["order_count"] += 1
        result = sorted(periods.values(), key=lambda one: one["period"])
        for one in result:
            one["revenue"] = float(one["revenue"])
        return result

    async def get_customer_segments(self, start_date, end_date):
        top = await self.get_top_customers(start_date, end_date, limit=1000)
        if not top:
            return []
        revenues = sorted((one["total_revenue"] for one in top), reverse=True)
        total = len(revenues)
        high = revenues[int(total * 0.1)] if total > 10 else revenues[0]
        medium = revenues[int(total * 0.3)] if total > 3 else revenues[-1]
        segments = {"High Value": [], "Medium Value": [], "Low Value": []}
        for customer in top:
            if customer["total_revenue"] >= high:
                segments["High Value"].append(customer)
            elif customer["total_revenue"] >= medium:
                segments["Medium Value"].append(customer)
            else:
                segments["Low Value"].append(customer)
        return [
            {
                "segment_name": name,
                "customer_count": len(customers),
                "total_revenue": sum(one["total_revenue"] for one in customers),
                "top_customers": customers[:3],
            }
            for name, customers in segments.items()
            if customers
        ]

    async def generate_dashboard_data(self, start_date, end_date):
        overview, top, periods, segments = await asyncio.gather(
            self.get_sales_overview(start_date, end_date),
            self.get_top_customers(start_date, end_date, limit=10),
            self.get_sales_by_period(start_date, end_date),
            self.get_customer_segments(start_date, end_date),
        )
        return {
            "overview": overview,
            "top_customers": top,
            "sales_by_period": periods,
            "customer_segments": segments,
        }

    async def _get_new_customers_count(self, start_date, end_date):
        return await (
            self.client.model(ResPartner)
            .filter(
                Q(create_date__gte=start_date.isoformat())
                & Q(create_date__lte=end_date.isoformat())
                & Q(customer_rank__gt=0)
            )
            .count()
        )

    async def _calculate_conversion_rate(self, start_date, end_date):
        total = await self._orders(start_date, end_date, confirmed=False).count()
        confirmed = await self._orders(start_date, end_date).count()
        return confirmed / total * 100 if total > 0 else 0.0
