import re
from collections.abc import Iterable

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import ormcache

from ..engine.salespeople import find_salespeople
from .base import WATCHED

# Every model a dashboard reads, its product breakdown included.
READ_MODELS = (
    "sale.order",
    "sale.order.line",
    "res.partner",
    "res.country",
    "res.users",
    "res.company",
    "res.currency",
    "res.currency.rate",
    "crm.team",
    "product.product",
    "product.template",
    "product.category",
    "product.attribute",
    "product.attribute.value",
    "product.template.attribute.line",
    "product.template.attribute.value",
)
# The ways from an order to its own lines and back; every other way to an order or a
# line leads to those of others.
OWN_LINES = {("sale.order", "order_line"), ("sale.order.line", "order_id")}
SUBDOMAIN = ("any", "not any", "any!", "not any!")
HIERARCHY = ("child_of", "parent_of")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class SaleDashboard(models.TransientModel):
    """For whom an answer is right: the key of the cache."""

    _inherit = "sale.dashboard"

    @api.model
    def _make_key(self, scope):
        """Key of everything that decides the answer, but the orders themselves.

        Whoever has the same key gets the same answer: the request, companies in their
        order, zone and language, the groups, and for every model that is read whether
        the caller may and the domain of his access rules. A rule that names the user is
        never another's.

        :return: ``(key, traceable)``; where not traceable, the filter or a rule depends
            on something that can change unnoticed, and the answer is never used again
        """
        user = self.env.user
        domain = Domain(scope.request.filters.domain)
        rights, traceable = self._get_rights()
        if not domain.is_true():
            reads = {}
            traceable = (
                self._trace(self.env["sale.order"], domain, reads)
                and traceable
                and self._trace_rules(reads)
            )
            rights = (rights, self._describe_rights(reads))
        key = scope.key(
            lang=self.env.lang or "en_US",
            superuser=self.env.su,
            groups=sorted(user._get_group_ids()),
            rights=rights,
            # They are warned about it.
            without_timezone=not self._get_user_timezone(),
        )
        return key, traceable

    @api.model
    @ormcache(
        "self.env.uid",
        "self.env.su",
        "tuple(self.env.context.get('allowed_company_ids') or ())",
    )
    def _get_rights(self):
        """The caller's rights on what is read, and whether they are traceable.

        Kept as long as Odoo keeps the evaluated rules themselves.
        """
        reads = dict.fromkeys(READ_MODELS)
        traceable = self._trace_rules(reads)
        return self._describe_rights(reads), traceable

    @api.model
    @ormcache(
        "self.env.uid",
        "self.env.su",
        "tuple(self.env.context.get('allowed_company_ids') or ())",
    )
    def _get_salespeople(self):
        """Whose orders alone decide about what the caller sees of orders.

        :return: frozenset of ids of users, and of 0 for orders without a salesperson;
            None: it may be anybody's
        """
        _rights, traceable = self._get_rights()
        if not traceable or self._have_rules_with_more(progress=False):
            return None
        rules = self.env["ir.rule"]._compute_domain("sale.order", "read")
        salespeople = find_salespeople(list(Domain(rules)))
        return None if salespeople is None else frozenset(salespeople)

    @api.model
    def _describe_rights(self, models):
        Rule = self.env["ir.rule"]
        return repr(
            [
                (
                    model,
                    self.env[model].has_access("read"),
                    list(Rule._compute_domain(model, "read")),
                )
                for model in models
            ]
        )

    @api.model
    def _reads_more_of_orders(self, scope, progress=False):
        """Whether more decides if a sale counts than itself, on the day it became one.

        That is where the filter or a rule asks for other orders, or for what becomes of
        a sale.

        :param Scope scope: of a traceable answer
        :param progress: whether more decides if an order counts than itself, on the day
            it was created: there, too, where its progress is asked for
        """
        domain = Domain(scope.request.filters.domain)
        reads = {}
        self._trace(self.env["sale.order"], domain, reads)
        self._trace_rules(reads)
        return (
            self._have_rules_with_more(progress)
            or self._asks_for_more(self.env["sale.order"], domain, progress)
            or any(
                self._has_rule_with_more(self.env[model], progress) for model in reads
            )
        )

    @api.model
    @ormcache(
        "self.env.uid",
        "self.env.su",
        "tuple(self.env.context.get('allowed_company_ids') or ())",
        "progress",
    )
    def _have_rules_with_more(self, progress):
        """The same of the rules on everything that is read."""
        reads = dict.fromkeys(READ_MODELS)
        self._trace_rules(reads)
        return any(
            self._has_rule_with_more(self.env[model], progress) for model in reads
        )

    @api.model
    def _has_rule_with_more(self, model, progress):
        rules = self.env["ir.rule"]._compute_domain(model._name, "read")
        return self._asks_for_more(model, Domain(rules), progress)

    @api.model
    def _asks_for_more(self, model, domain, progress):
        """Whether a domain on a model asks for other orders, or for a sale's status.

        :param progress: or for an order's progress
        """
        for condition in domain.iter_conditions():
            place = model
            names = condition.field_expr.split(".")
            while names:
                name = names.pop(0)
                field = place._fields[name]
                if self._is_status(place, name, progress):
                    return True
                if field.related:
                    names[:0] = field.related.split(".")
                    continue
                if not field.relational:
                    break
                if (
                    field.comodel_name in ("sale.order", "sale.order.line")
                    and (place._name, name) not in OWN_LINES
                ):
                    return True
                place = self.env[field.comodel_name]
            if condition.operator in SUBDOMAIN and self._asks_for_more(
                place, Domain(condition.value), progress
            ):
                return True
        return False

    @api.model
    def _is_status(self, model, name, progress):
        """Whether a field is written while all else stays; see ``base``."""
        watch = WATCHED.get(model._name)
        if not watch or not watch.status | watch.progress:
            return False
        names = watch.status | {"write_date", "write_uid"}
        return name in (names | watch.progress if progress else names)

    # ------------------------------------------------------------------
    # What a domain depends on
    # ------------------------------------------------------------------

    @api.model
    def _trace_rules(self, reads):
        """Trace the access rules of models, and of those that they lead to.

        :param dict reads: its keys are the models; the further ones are added
        """
        pending, traceable = list(reads), True
        while pending:
            model = self.env[pending.pop()]
            rules = self.env["ir.rule"]._compute_domain(model._name, "read")
            before = set(reads)
            traceable = self._trace(model, rules, reads) and traceable
            pending.extend(set(reads) - before)
        return traceable

    @api.model
    def _trace(self, model, domain, reads):
        """Whether every change of what a domain finds is noted.

        :param dict reads: gets the models as keys that are read on the way
        """
        domain = Domain(domain)
        # Conditions iterate as tuples; what does not is SQL of its own.
        traceable = not any(isinstance(item, Domain) for item in domain)
        for condition in domain.iter_conditions():
            traceable = self._trace_condition(model, condition, reads) and traceable
        return traceable

    @api.model
    def _trace_condition(self, model, condition, reads):
        operator, value = condition.operator, condition.value
        field = None
        for name in condition.field_expr.split("."):
            if field is not None and field.type in ("date", "datetime"):
                break  # a part of it, as the month
            if field is not None and not field.relational:
                return False
            if field is not None:
                model = self.env[field.comodel_name]
                reads[model._name] = None
            field = model._fields.get(name)
            if field is None or not self._is_noted(model, field):
                return False
        if operator in SUBDOMAIN:
            comodel = self.env[field.comodel_name]
            reads[comodel._name] = None
            return isinstance(value, Domain | list) and self._trace(
                comodel, value, reads
            )
        if operator in HIERARCHY:
            tree = self.env[field.comodel_name] if field.relational else model
            parent = tree._fields.get(tree._parent_name)
            if not parent or not self._is_noted(tree, parent):
                return False
        is_many = isinstance(value, Iterable) and not isinstance(value, str)
        values = value if is_many else [value]
        if field.type in ("date", "datetime"):
            # "today -7d" moves by itself.
            return all(not isinstance(one, str) or ISO.match(one) for one in values)
        # A word for a record is looked up by name, reference, ...
        return not (field.relational and any(isinstance(one, str) for one in values))

    @api.model
    def _is_noted(self, model, field):
        """Whether every change of a field's values is noted; see ``base``."""
        if field.name == "id":
            return model._name in WATCHED
        if field.related:
            for name in field.related.split("."):
                part = model._fields[name]
                if not self._is_noted(model, part):
                    return False
                if part.relational:
                    model = self.env[part.comodel_name]
            return True
        watch = WATCHED.get(model._name)
        if not watch or not field.store or not watch.covers(field):
            return False
        if field.type == "many2one":
            # Deleting the record must be noted, or impossible.
            return field.comodel_name in WATCHED or field.ondelete == "restrict"
        if field.type == "one2many":
            comodel = self.env[field.comodel_name]
            inverse = comodel._fields.get(field.inverse_name)
            other = WATCHED.get(comodel._name)
            return bool(other and other.creation and inverse) and self._is_noted(
                comodel, inverse
            )
        if field.type == "many2many":
            other = WATCHED.get(field.comodel_name)
            # What is computed is written past write(), and has no column.
            return bool(other) and other.fields is None and not field.compute
        return field.type not in ("reference", "many2one_reference")
