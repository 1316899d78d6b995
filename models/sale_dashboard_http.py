from odoo import api, models

from ..engine.entity_tag import check_token, make_tag
from ..engine.errors import InvalidRequest
from ..engine.schemas import PROVENANCE
from ..tools import count_changes


class SaleDashboard(models.TransientModel):
    """What the HTTP API and those who poll ask for: cheap, and writing nothing."""

    _inherit = "sale.dashboard"

    @api.model
    @api.readonly
    def changed_since(self, token):
        """Whether anything may have moved since a change token.

        One query, whatever there is. Figures also move at the turn of the day, which
        no token tells.

        :param str token: ``change_token`` of any answer
        :return: ``changed`` (bool) and the present ``change_token``
        :rtype: dict
        :raise ValidationError: if it is no token
        :raise AccessError: if the caller may not read dashboards
        """
        self.check_access("read")
        try:
            check_token(token)
        except InvalidRequest as error:
            raise self._refuse(error) from None
        present, _written = self.env["sale.dashboard.change"]._read_state()
        if self.env.cr.readonly and count_changes(present) < count_changes(token):
            # A replica that is behind: it knows of nothing newer than the caller.
            present = token
        return {"changed": present != token, "change_token": present}

    @api.model
    def _find_answer(self, known_token=None, **parameters):
        """The caller's own fresh record for a request: as ``_generate``, but only read.

        :param known_token: change token of what the caller has; nothing older is found
        :return: a record, or none if it has to be computed
        """
        dashboards, scope = self._check_request(parameters)
        key, _traceable = dashboards._make_key(scope)
        token, _written = self.env["sale.dashboard.change"]._read_state()
        if known_token and count_changes(token) < count_changes(known_token):
            return self.browse()  # a replica that is behind
        dashboard = dashboards._find_fresh(key, token)
        if dashboard:
            self.env["sale.dashboard.lookup"]._note(hit=True)
        return dashboard

    def _has_breakdowns(self, dimensions):
        """Whether the rows of all these breakdowns are stored."""
        self.ensure_one()
        return not dimensions or dimensions <= {
            row.dimension for row in self.breakdown_ids
        }

    def _get_entity_tag(self, *representation):
        """The tag of a representation of this record: equal tags, equal bytes.

        The key says who asked for what: request, companies, rights, language, zone
        and day; the payload is all that a representation is made from.

        :param representation: what it is made into (JSON types)
        """
        self.ensure_one()
        return make_tag(
            self.change_token, self.request_key, self.payload, *representation
        )

    def _get_http_payload(self, part=None, dimension=None):
        """The payload for HTTP, whole or with one part only.

        It says nothing of the cache, which moves with every call: equal records must
        give equal bytes.

        :param part: key of the payload
        :param dimension: of ``breakdowns``
        """
        payload = self._get_payload(undefined=None)
        payload.pop("cache_info")
        if not part:
            return payload
        content = payload[part]
        if dimension:
            content = {dimension: content.get(dimension, [])}
        return {part: content} | {name: payload[name] for name in PROVENANCE}
