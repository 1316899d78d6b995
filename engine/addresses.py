"""The addresses of the HTTP API, version 1: what each answers, in which forms.

The controller serves this table and the API's document describes it.
"""

from dataclasses import dataclass

from . import query, schemas
from .negotiation import JSON

API = "/sale_dashboard/api"
ROOT = f"{API}/v1"

TABLE = (JSON, "csv", "xlsx")
# Dimensions of breakdowns that are read from order lines.
ON_DEMAND = {"product", "category"}


@dataclass(frozen=True)
class Address:
    """What is found at ``/sale_dashboard/api/v1/<name>``.

    :param str summary: for people, in English
    :param dict schema: JSON Schema of the answer
    :param tuple parameters: its :class:`.query.Parameter`
    :param tuple formats: see :mod:`.negotiation`, the usual one first
    :param str part: the part of the payload, None for all of it; only for addresses
        that answer from a stored dashboard
    :param str dimension: of a breakdown
    :param bool stored: whether it answers from a stored dashboard, and so has a tag
    """

    name: str
    summary: str
    schema: dict
    parameters: tuple = query.DASHBOARD
    formats: tuple = TABLE
    part: str | None = None
    dimension: str | None = None
    stored: bool = True

    def on_demand(self, form):
        """The breakdowns an answer needs that are read only when asked for."""
        if self.part:
            return {self.dimension} & ON_DEMAND
        return set() if form == JSON else ON_DEMAND


def _part(name, summary, **options):
    return Address(name, summary, schemas.section(name), part=name, **options)


def _breakdown(name, dimension, summary):
    schema = schemas.section("breakdowns", dimension)
    return Address(name, summary, schema, part="breakdowns", dimension=dimension)


_ADDRESSES = (
    Address(
        "dashboard",
        "The whole dashboard of a period.",
        schemas.DASHBOARD,
        formats=(JSON, "xlsx", "pdf"),
    ),
    _part("overview", "The main figures, beside their comparison."),
    _part("top_customers", "The best customers."),
    _part("sales_by_period", "The curve: revenue and orders by day, week or month."),
    _part("customer_segments", "Customers by what they spend."),
    _part("metrics", "Figures that other addons add.", formats=(JSON,)),
    _breakdown("salespeople", "user", "Revenue by salesperson."),
    _breakdown("teams", "team", "Revenue by sales team."),
    _breakdown("countries", "country", "Revenue by the customers' country."),
    _breakdown("customer_types", "customer_type", "New and returning customers."),
    _breakdown("rfm_groups", "rfm_group", "Customers by recency, frequency and money."),
    _breakdown("quotations", "quotation", "Open, expiring and expired quotations."),
    _breakdown("bridge", "bridge", "Why the revenue changed, part by part."),
    _breakdown("products", "product", "The best products."),
    _breakdown("categories", "category", "The best product categories."),
    Address(
        "targets",
        "The targets of a month, how far they are, and where the month may end."
        " Computed at each call.",
        schemas.TARGETS,
        query.TARGETS,
        (JSON,),
        stored=False,
    ),
    Address(
        "changes",
        "Whether anything may have moved since a change token: one cheap query.",
        schemas.CHANGES,
        query.CHANGES,
        (JSON,),
        stored=False,
    ),
    Address(
        "cache_info",
        "How often the cache had the answer, all workers together, to within a minute.",
        schemas.CACHE_INFO,
        (),
        (JSON,),
        stored=False,
    ),
)
ADDRESSES = {address.name: address for address in _ADDRESSES}
