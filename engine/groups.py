"""Customer groups as a filter: which there are, and how a request names them.

A group is a row of the dashboard that stands for customers: ``segment:High Value``,
``rfm_group:champion``, ``customer_type:new``. A list of them is read dimension by
dimension, in their order: the customers in any group of the first dimension, by the
request without any group; of these the ones in any group of the second, by the request
with the first alone; and so on. So what a row shows is what a filter by it finds.
"""

from .customers import SEGMENT_NAMES
from .errors import InvalidRequest
from .rfm import GROUPS as RFM_GROUPS

CUSTOMER_TYPES = ("new", "returning")
# Dimension -> its groups.
DIMENSIONS = {
    "segment": SEGMENT_NAMES,
    "rfm_group": tuple(group for group, *_limits in RFM_GROUPS),
    "customer_type": CUSTOMER_TYPES,
}
# Field of an order that stands for a dimension in a filter domain -> the dimension.
FIELDS = {
    "dashboard_segment": "segment",
    "dashboard_rfm_group": "rfm_group",
    "dashboard_customer_type": "customer_type",
}
ALL = tuple(
    f"{dimension}:{key}" for dimension, keys in DIMENSIONS.items() for key in keys
)


def parse_groups(names):
    """Check names of groups.

    :return: the names, each once, those of one dimension together and in its order
    :rtype: tuple[str, ...]
    :raise InvalidRequest: if there is no such group
    """
    for name in names:
        if not isinstance(name, str) or name not in ALL:
            raise InvalidRequest(
                "filters",
                "unknown_group",
                name="customer_groups",
                value=str(name)[:40],
                choices=ALL,
            )
    dimensions = dict.fromkeys(name.partition(":")[0] for name in names)
    return tuple(
        name
        for dimension in dimensions
        for name in ALL
        if name in names and name.startswith(f"{dimension}:")
    )


def split_last(groups):
    """The last dimension apart.

    :param groups: result of :func:`parse_groups`, not empty
    :return: ``(the other groups, dimension, its keys)``
    """
    dimension = groups[-1].partition(":")[0]
    rest = tuple(one for one in groups if not one.startswith(f"{dimension}:"))
    return rest, dimension, [one.partition(":")[2] for one in groups[len(rest) :]]


def make_conditions(groups):
    """The conditions of a filter domain that mean the same as some groups."""
    conditions = []
    while groups:
        groups, dimension, keys = split_last(groups)
        field = next(name for name, one in FIELDS.items() if one == dimension)
        conditions.insert(0, (field, "in", keys))
    return conditions


# ----------------------------------------------------------------------
# Within a domain
# ----------------------------------------------------------------------


def split_domain(domain):
    """Take the groups out of a filter domain.

    The screen, favourites and addresses know all filters as one domain on orders. In
    it a group is a condition such as ``("dashboard_segment", "=", "High Value")``,
    joined to the others by "and".

    :param list domain: in Odoo's prefix form
    :return: ``(domain without them, names of the groups)``
    :raise InvalidRequest: if a group is joined otherwise, or not simply chosen
    """
    if not any(map(_is_group, domain)):
        return domain, []
    rest, names = [], []
    for part in _list_parts(domain):
        if not any(map(_is_group, part)):
            rest.extend(part)
            continue
        conditions = [one for one in part if one != "|"]
        fields = {one[0] for one in conditions}
        if not all(map(_is_choice, conditions)) or len(fields) > 1:
            raise InvalidRequest("filters", "misplaced_group", name="domain")
        names.extend(
            f"{FIELDS[field]}:{key}"
            for field, operator, value in conditions
            for key in ([value] if operator == "=" else value)
        )
    return rest, names


def _is_condition(item):
    return isinstance(item, list | tuple) and len(item) == 3


def _is_group(item):
    return _is_condition(item) and isinstance(item[0], str) and item[0] in FIELDS


def _is_choice(item):
    """Whether an item of a domain chooses groups."""
    return _is_group(item) and (
        item[1] == "=" or (item[1] == "in" and isinstance(item[2], list | tuple))
    )


def _list_parts(domain):
    """The parts that a domain joins by "and", each in prefix form.

    :raise InvalidRequest: if an operator lacks an operand
    """
    pending, parts = list(domain), []
    while pending:
        if pending[0] == "&":
            del pending[0]
            continue
        length = _measure(pending)
        parts.append(pending[:length])
        del pending[:length]
    return parts


def _measure(items):
    """How many items the first expression in prefix form has."""
    wanted = 1
    for length, item in enumerate(items, start=1):
        wanted += {"&": 1, "|": 1, "!": 0}.get(item, -1) if type(item) is str else -1
        if not wanted:
            return length
    raise InvalidRequest("filters", "not_a_domain")
