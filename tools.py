from datetime import date, datetime

from odoo import fields
from odoo.fields import Domain
from odoo.tools import OrderedSet


def to_json_domain(domain):
    """A domain in JSON types; instants become Odoo's UTC strings."""

    def to_json(value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        if isinstance(value, list | tuple | set | frozenset | OrderedSet):
            return [to_json(one) for one in value]
        if isinstance(value, Domain):
            return to_json_domain(value)
        return value

    return [to_json(item) for item in domain]


def count_changes(token):
    """How many changes a change token stands for: of two, the older has fewer."""
    return int(token.partition("-")[0])
