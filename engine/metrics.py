"""How another addon adds a figure: one spec."""

from dataclasses import dataclass, field

KINDS = ("monetary", "integer", "float")


@dataclass(frozen=True)
class Metric:
    """A further figure of the overview, computed for both periods.

    Return one from ``sale.dashboard.source._get_metrics`` and it is in the record, in
    the payload, on the page, can be opened down to its orders, and is verified.

    :param str name: key of the payload, e.g. ``big_orders``
    :param label: what people read; may be a lazy translation
    :param help: its definition in one sentence; may be a lazy translation
    :param str kind: one of :data:`KINDS`
    :param str aggregate: ``revenue``, ``__count`` or an aggregate of ``_read_group``
        on ``sale.order`` such as ``amount_untaxed:max``
    :param list domain: further conditions on ``sale.order``
    :param str date_field: the instant that places an order in a period
    :param bool confirmed: only confirmed orders
    """

    name: str
    label: str
    help: str
    kind: str = "integer"
    aggregate: str = "__count"
    domain: list = field(default_factory=list)
    date_field: str = "date_order"
    confirmed: bool = True
