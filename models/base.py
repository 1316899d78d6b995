from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from odoo import api, models
from odoo.models import LOG_ACCESS_COLUMNS

from ..tools import is_uninstalling

LOG_COLUMNS = frozenset(LOG_ACCESS_COLUMNS)


@dataclass(frozen=True)
class Watch:
    """Which changes of a model's records may move a figure. Deleting always does.

    ``fields`` are the only stored fields that count, None for all but ``ignored``;
    ``derived`` are computed from what counts, so that they need no watching;
    ``status`` are what becomes of a sale: only what asks for them is moved by them;
    ``progress`` are how far an order has come and what it is worth: which orders were
    created, those who do not ask for them need not ask again;
    ``creation`` says whether a new record can count before an order refers to it.
    """

    fields: frozenset | None = None
    ignored: frozenset = frozenset()
    derived: frozenset = frozenset()
    status: frozenset = frozenset()
    progress: frozenset = frozenset()
    creation: bool = False

    def covers(self, field):
        """Whether every change of a stored field's values is noted."""
        if self.fields is None:
            return field.name not in self.ignored
        return field.name in self.fields | self.derived

    def is_moved_by(self, names):
        """Whether writing these columns counts."""
        if self.fields is not None:
            return not self.fields.isdisjoint(names)
        changed = names - LOG_COLUMNS
        # Many2many fields have no column: written alone, they leave the log columns.
        return not changed or not changed <= self.ignored

    def moves(self, names):
        """Whether writing these columns changes more than what became of a sale."""
        return not self.status or not names <= LOG_COLUMNS | self.ignored | self.status

    def touches(self, names):
        """Whether writing these columns changes more than the progress of an order."""
        changed = names - LOG_COLUMNS - self.ignored - self.status - self.progress
        return bool(changed if self.fields is None else changed & self.fields)


ALL = Watch()
ALL_AND_NEW = Watch(creation=True)

# Every model that figures, their names or their access rules are read from. A filter
# or a rule may name any field of an order, so all of them count but the few that are
# written often and never move a figure. An answer to a filter or under a rule that
# names something else is never used again (see sale.dashboard._make_key).
WATCHED = {
    "sale.order": Watch(
        ignored=frozenset({"access_token", "client_order_ref", "note"}),
        status=frozenset(
            {
                "delivery_status",
                "effective_date",
                "invoice_status",
                "message_main_attachment_id",
            }
        ),
        progress=frozenset(
            {
                "amount_tax",
                "amount_total",
                "amount_untaxed",
                "currency_rate",
                "date_order",
                "locked",
                "state",
            }
        ),
        creation=True,
    ),
    "sale.order.line": Watch(
        fields=frozenset(
            {
                "display_type",
                "is_downpayment",
                "order_id",
                "price_subtotal",
                "price_total",
                "product_id",
                "product_uom_qty",
            }
        ),
        # The order's own.
        derived=frozenset({"company_id", "currency_id", "state"}),
        progress=frozenset({"price_subtotal", "price_total", "product_uom_qty"}),
        creation=True,
    ),
    "sale.dashboard.target": ALL_AND_NEW,
    "res.partner": Watch(
        fields=frozenset(
            {
                "active",
                "city",
                "company_id",
                "country_id",
                "email",
                "is_company",
                "name",
                "parent_id",
                "ref",
                "user_id",
                "vat",
                "zip",
            }
        ),
        # From parent_id and is_company; from the users.
        derived=frozenset({"commercial_partner_id", "partner_share"}),
    ),
    "res.country": Watch(fields=frozenset({"name", "code"})),
    "res.users": ALL,
    "res.company": ALL,
    "res.currency": ALL,
    "res.currency.rate": ALL_AND_NEW,
    "crm.team": ALL,
    "crm.team.member": ALL_AND_NEW,
    "crm.tag": ALL,
    "product.product": Watch(
        fields=frozenset(
            {"active", "combination_indices", "default_code", "product_tmpl_id"}
        )
    ),
    "product.template": Watch(
        fields=frozenset({"active", "categ_id", "company_id", "default_code", "name"})
    ),
    "product.category": Watch(
        fields=frozenset({"complete_name", "name", "parent_id", "parent_path"})
    ),
    # The name of a variant.
    "product.attribute": ALL,
    "product.attribute.value": ALL,
    "product.template.attribute.line": ALL_AND_NEW,
    "product.template.attribute.value": ALL_AND_NEW,
    # Rights are part of a record's key; watched as open dashboards should re-read.
    "ir.rule": ALL_AND_NEW,
    "ir.model.access": ALL_AND_NEW,
    "res.groups": ALL,
}


class _Kind(NamedTuple):
    """What writing some columns of a model does; see :class:`Watch`."""

    counts: bool
    moves: bool
    touches: bool


@lru_cache(maxsize=1000)
def _judge(model, names):
    """The kind of a change; asked for every record written, and always of the same.

    :param frozenset names: of the columns
    :rtype: _Kind
    """
    watch = WATCHED[model]
    return _Kind(watch.is_moved_by(names), watch.moves(names), watch.touches(names))


class Base(models.AbstractModel):
    """Changes that may move a figure are noted, wherever they come from.

    Below ``write()``: editing an order line changes the order's totals without ever
    calling ``sale.order.write()``; they are recomputed and flushed through here.
    """

    _inherit = "base"

    @api.model
    def _create(self, data_list):
        records = super()._create(data_list)
        watch = WATCHED.get(self._name)
        if watch and watch.creation:
            records._note_dashboard_change()
        return records

    def _write_multi(self, vals_list):
        result = super()._write_multi(vals_list)
        if self and self._name in WATCHED:
            kinds = [_judge(self._name, frozenset(vals)) for vals in vals_list]
            if any(kind.counts for kind in kinds):
                moved = self._filter_dashboard([kind.moves for kind in kinds])
                touched = self._filter_dashboard([kind.touches for kind in kinds])
                moved._note_dashboard_change(touched)
                # What else has changed is of some salesperson, too.
                if moved is not self:
                    self.env["sale.dashboard.change"]._note_of_all()
        return result

    def _filter_dashboard(self, picks):
        """The records whose entry in a list says so."""
        return self if all(picks) else self.browse(compress(self._ids, picks))

    def unlink(self):
        result = super().unlink()
        if self and self._name in WATCHED:
            self._note_dashboard_change()
        return result

    def _update_field_translations(self, field_name, translations, *args, **options):
        result = super()._update_field_translations(
            field_name, translations, *args, **options
        )
        if self._name in WATCHED:
            self._note_dashboard_change()
        return result

    def _note_dashboard_change(self, touched=None):
        if not is_uninstalling(self.env):
            self.env["sale.dashboard.change"]._note(self, touched)
