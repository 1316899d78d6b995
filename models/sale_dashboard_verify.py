import asyncio
import time
from contextlib import closing
from datetime import date, datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import config

from ..scripts import verify_rpc
from ..scripts.verify_rpc import CheckError, RefusedError
from .sale_dashboard_source import LINE_GROUPS

EQUAL, DIFFERENT, UNCHECKED = "equal", "different", "unchecked"
VERDICTS = [
    (EQUAL, "Equal"),
    (DIFFERENT, "Different"),
    (UNCHECKED, "Not Checked"),
]
MAX_DIFFERENCES = 200
# Of the time a worker may take for one request, so that it is never killed for it.
SHARE_OF_TIME = 0.5
MAX_SECONDS = 300


class TooManyOrders(CheckError):
    """There was no time to read them all."""


class LocalServer(verify_rpc.Server):
    """The verifier's server, answered by the ORM instead of over RPC.

    Every call is made as the user of ``env``, under his access rules. What a call has
    read leaves the cache with it, so that memory is bounded by the verifier's pages and
    not by the number of orders.
    """

    def __init__(self, env, seconds):
        super().__init__(None, env.uid, verify_rpc.Meter())
        self._env = env
        self._deadline = time.monotonic() + seconds
        self.user = {
            "company_id": env.company.id,
            "tz": env["sale.dashboard"]._get_user_timezone(),
            "lang": env.lang,
        }
        self.context = {"lang": env.lang}

    async def call(self, model, method, arguments=None, ids=None, **context):
        if time.monotonic() > self._deadline:
            raise TooManyOrders("there are too many orders")
        records = self._env[model].with_context(**{**self.context, **context})
        if ids is not None:
            records = records.browse(ids)
        try:
            answer = getattr(records, method)(**(arguments or {}))
        except AccessError as error:
            raise RefusedError(f"{model}.{method}: {error}") from error
        except (UserError, ValueError, KeyError) as error:
            raise CheckError(f"{model}.{method}: {error}") from error
        records.invalidate_model()
        return [*map(to_json, answer)] if isinstance(answer, list) else answer


def to_json(row):
    """A row as it would come over RPC: days and instants are text."""

    def to_text(value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, date):
            return fields.Date.to_string(value)
        return value

    return {name: to_text(value) for name, value in row.items()}


class SaleDashboard(models.TransientModel):
    """Whether a record is right: every figure of it recomputed from the raw orders.

    By the code of the verifier (``scripts/verify_rpc.py``), which shares nothing with
    what computes the figures: it reads orders page by page, and does all arithmetic
    with decimals.
    """

    _inherit = "sale.dashboard"

    verified_at = fields.Datetime(
        help="When the figures were last recomputed from the raw orders, in UTC."
    )
    verdict = fields.Selection(
        selection=VERDICTS,
        help="Not checked: why is in the reason. What is added to a record later is not"
        " covered by it.",
    )
    verdict_reason = fields.Char(help="Why the figures could not be checked.")
    verdict_differences = fields.Json(
        help="The figures that differ: figure, stored, recomputed."
    )

    def action_verify(self):
        """Recompute every figure of this record, and keep the verdict with it.

        :return: JSON types::

            {"verdict": "equal", "different" or "unchecked", "reason": sentence or "",
             "verified_at": "...Z", "figure_count": number of figures compared,
             "differences": [{"figure", "stored", "recomputed"}], "difference_count"}

        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        verdict = self._verify()
        self._keep_verdict(verdict)
        return verdict | {"verified_at": self._format_instant(self.verified_at)}

    def _verify(self):
        """The verdict; see :meth:`action_verify`. Keeps nothing.

        All is read in the one snapshot of this transaction, so nothing that others
        commit meanwhile can come between the figures. What was committed between the
        snapshot of the figures and this one explains a difference: see
        :meth:`_is_newest`.

        :rtype: dict
        """
        self.ensure_one()
        try:
            dashboard = self._as_owner()
            report = dashboard._recount()
            if report.differing and not dashboard._is_newest():
                report = dashboard._recount_anew()
                if not report.differing:
                    return self._make_verdict(
                        UNCHECKED,
                        report,
                        self.env._(
                            "Orders, or what you may see of them, changed since these"
                            " figures were read. Refresh the dashboard, and verify"
                            " again."
                        ),
                    )
        except TooManyOrders:
            return self._make_verdict(
                UNCHECKED,
                reason=self.env._(
                    "There are too many orders to read while you wait. Verify a shorter"
                    " period, or use scripts/verify_rpc.py."
                ),
            )
        except (CheckError, AccessError) as error:
            return self._make_verdict(
                UNCHECKED,
                reason=self.env._("This could not be checked: %s", error),
            )
        if report.differing:
            return self._make_verdict(DIFFERENT, report)
        missing = [*report.answer.errors.values(), *report.unchecked]
        return self._make_verdict(
            UNCHECKED if missing else EQUAL, report, " ".join(dict.fromkeys(missing))
        )

    @api.model
    def _make_verdict(self, verdict, report=None, reason=""):
        rows = report.differing if report and verdict == DIFFERENT else []
        return {
            "verdict": verdict,
            "reason": reason,
            "figure_count": len(report.rows) + len(report.payload_rows)
            if report
            else 0,
            "differences": [
                {
                    "figure": row.name,
                    "stored": verify_rpc.printable(row.stored),
                    "recomputed": verify_rpc.printable(row.recomputed),
                }
                for row in rows[:MAX_DIFFERENCES]
            ],
            "difference_count": len(rows),
        }

    def _keep_verdict(self, verdict):
        # sudo: as in _store, users have read access only, or anyone could forge a
        # verdict. Not by _store, which makes the payload anew: what a verdict is about
        # stays as it was found.
        self.sudo().write(
            {
                "verified_at": fields.Datetime.now(),
                "verdict": verdict["verdict"],
                "verdict_reason": verdict["reason"],
                "verdict_differences": verdict["differences"],
            }
        )

    # ------------------------------------------------------------------
    # Recomputing
    # ------------------------------------------------------------------

    def _as_owner(self):
        """This record as its owner asked for it: his companies, zone and language."""
        owner = self.create_uid
        context = {"allowed_company_ids": self.company_order, "tz": self.timezone}
        languages = dict.fromkeys((self.env.lang or "en_US", owner.lang, "en_US"))
        candidates = [
            self.with_env(
                self.env(user=owner.id, context={**context, "lang": lang}, su=False)
            )
            for lang in languages
            if lang
        ]
        # The record does not say its language, but its key does.
        return next(
            (one for one in candidates if one._get_key() == self.request_key),
            candidates[0],
        )

    def _get_key(self):
        """The key that this record's request has now."""
        return self._make_key(self._get_scope())[0]

    def _is_newest(self):
        """Whether nothing that decides the figures has changed since they were read."""
        key, traceable = self._make_key(self._get_scope())
        token, _written = self.env["sale.dashboard.change"]._read_state()
        return traceable and key == self.request_key and token == self.change_token

    def _recount(self):
        """Recompute this record's figures.

        :rtype: verify_rpc.Report
        """
        self.env.flush_all()
        limits = [config["limit_time_real"], config["limit_time_real_cron"]]
        seconds = [SHARE_OF_TIME * limit for limit in limits if limit and limit > 0]
        server = LocalServer(self.env, min([*seconds, MAX_SECONDS]))
        return asyncio.run(self._inspect(server))

    async def _inspect(self, server):
        answer = await verify_rpc.read_answer(server, self.id)
        answer.payload = self._get_payload()
        request = answer.request()
        server.context.update(
            allowed_company_ids=list(request.company_ids), tz=request.timezone
        )
        return await verify_rpc.inspect(server, answer, None)

    def _recount_anew(self):
        """As :meth:`_recount`, of the same request computed now; keeps nothing."""
        loaded = LINE_GROUPS.keys() & self.breakdown_ids.mapped("dimension")
        with closing(self.env.cr.savepoint()):  # rolls back
            dashboard = self._generate(
                refresh=True, requested_at=self.requested_at, **self._get_parameters()
            )
            for dimension in loaded:
                dashboard.load_breakdown(dimension)
            return dashboard._recount()

    def _get_parameters(self):
        """This record's request as :meth:`generate` takes it."""
        return {
            "date_from": self.date_from,
            "date_to": self.date_to,
            "period_type": self.period_type,
            "compare": self.compare,
            "measure": self.measure,
            "top_limit": self.top_limit,
            "timezone": self.timezone,
            "filters": self._get_filters(),
        }
