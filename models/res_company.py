from odoo import fields, models
from odoo.tools import ormcache

from ..engine.periods import is_zone


class Factors(dict):
    """Company factors read once for a whole computation, given on in the context.

    A class of its own, which no RPC client can put there.
    """


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.env.registry.clear_cache()  # of _get_dashboard_timezone
        return result

    @ormcache("self.id")
    def _get_dashboard_timezone(self):
        """The zone of a company whose users have none; costs no query.

        Forgotten where a contact's zone is written.
        """
        # sudo: kept for all, so it must not depend on who asks first; in which zone a
        # company lies is no secret.
        zone = self.sudo().partner_id.tz
        return zone if is_zone(zone) else "UTC"

    def _with_dashboard_factors(self, records):
        """``records`` in a context where these companies' factors are not read again.

        :param records: in the environment of the current company; of any model
        """
        factors = Factors(self._get_dashboard_factors())
        return records.with_context(sale_dashboard_factors=factors)

    def _get_dashboard_factors(self):
        """Factors from these companies' currencies to the current company's.

        The rule is Sales Analysis' own (``account/models/res_currency.py``,
        ``_create_currency_table``): the rate of the current company's currency (its
        own, else shared, else the earliest, else 1), divided by the newest rate of
        the other currency that the current company's ROOT itself has, up to today
        (UTC). A shared rate of the other currency does not count there; without one
        the factor is 1.

        :return: company id -> ``(numerator, denominator, day)`` for the companies
            whose currency is not the current one's; ``day`` is that of the rate used,
            or False where there is none
        :rtype: dict[int, tuple[float, float, datetime.date | False]]
        """
        given = self.env.context.get("sale_dashboard_factors")
        if isinstance(given, Factors):
            return {one: given[one] for one in self.ids if one in given}
        current = self.env.company
        currency = current.currency_id
        foreign = self.filtered(lambda company: company.currency_id != currency)
        if not foreign:
            return {}
        today = fields.Date.today()
        numerator = float(currency._get_rates(current, today)[currency.id])
        # sudo: a branch's user may lack its root among his companies, yet Sales
        # Analysis converts him with the root's rates; and a rate is no one's secret
        # (every user may read res.currency.rate).
        Rate = self.env["res.currency.rate"].sudo()
        factors = {}
        for other in foreign.currency_id:
            rate = Rate.search(
                [
                    ("currency_id", "=", other.id),
                    ("company_id", "=", current.root_id.id),
                    ("name", "<=", today),
                ],
                order="name desc",
                limit=1,
            )
            # Stored NULL or zero rates are no rates.
            usable = bool(rate.rate)
            factor = (numerator, rate.rate, rate.name) if usable else (1.0, 1.0, False)
            for company in foreign:
                if company.currency_id == other:
                    factors[company.id] = factor
        return factors

    def _get_dashboard_rated(self, currencies):
        """Which of these currencies these companies can convert from or to.

        As ``res.currency._get_rates`` looks for rates: the company's root's or shared.

        :return: ``(company id, currency id)`` pairs
        :rtype: set[tuple[int, int]]
        """
        # sudo: see _get_dashboard_factors.
        groups = (
            self.env["res.currency.rate"]
            .sudo()
            ._read_group(
                [
                    ("currency_id", "in", currencies.ids),
                    ("company_id", "in", [False, *self.root_id.ids]),
                ],
                ["company_id", "currency_id"],
            )
        )
        return {
            (company.id, currency.id)
            for root, currency in groups
            for company in self
            if not root or root == company.root_id
        }
