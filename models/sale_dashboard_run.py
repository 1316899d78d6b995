from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(days=400)
SENT, PARTIAL, SKIPPED, FAILED = "sent", "partial", "skipped", "failed"
RESULTS = [
    (SENT, "Sent"),
    (PARTIAL, "Partly sent"),
    (SKIPPED, "Skipped"),
    (FAILED, "Failed"),
]


class SaleDashboardRun(models.Model):
    """One mailing of a subscription: when it was due, who got it, and what went wrong.

    Made by the scheduled action only; whoever owns the subscription reads it.
    """

    _name = "sale.dashboard.run"
    _description = "Sales Dashboard Mailing"
    _order = "due_at desc, id desc"
    _rec_name = "due_at"

    subscription_id = fields.Many2one(
        comodel_name="sale.dashboard.subscription",
        required=True,
        index=True,
        ondelete="cascade",
    )
    due_at = fields.Datetime(
        string="Due", required=True, help="The mail is about the days seen from then."
    )
    kind = fields.Selection(
        selection=[("scheduled", "Scheduled"), ("manual", "Sent by hand")],
        required=True,
        default="scheduled",
    )
    started_at = fields.Datetime(string="Started", required=True)
    finished_at = fields.Datetime(
        string="Finished", index=True, help="Empty while mails wait to be sent."
    )
    duration = fields.Float(
        string="Duration (s)", compute="_compute_duration", digits=(16, 1)
    )
    result = fields.Selection(
        selection=RESULTS,
        help="Empty while mails wait to be sent.",
    )
    note = fields.Text(help="Why mails were skipped or failed, each reason once.")
    delivery_ids = fields.One2many(
        comodel_name="sale.dashboard.delivery", inverse_name="run_id"
    )
    recipient_count = fields.Integer(string="Recipients", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")

    # A claim on the period: of two workers, one makes the run.
    _unique_due = models.UniqueIndex("(subscription_id, due_at)")

    @api.depends("started_at", "finished_at")
    def _compute_duration(self):
        for run in self:
            end = run.finished_at or run.started_at
            run.duration = (end - run.started_at).total_seconds() if end else 0.0

    @api.depends("delivery_ids.state")
    def _compute_counts(self):
        counts = {
            (run.id, state): count
            for run, state, count in self.env["sale.dashboard.delivery"]._read_group(
                [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
            )
        }
        for run in self:
            of_run = {
                state: n for (run_id, state), n in counts.items() if run_id == run.id
            }
            run.recipient_count = sum(of_run.values())
            run.sent_count = of_run.get("sent", 0)
            run.skipped_count = of_run.get("skipped", 0)
            run.failed_count = of_run.get("failed", 0) + of_run.get("uncertain", 0)

    @api.model
    def _start(self, subscription, due_at, kind="scheduled"):
        """Make the run of a subscription and claim a mail for each recipient.

        :return: the run; empty where another worker made it meanwhile
        """
        found = self.search(
            [("subscription_id", "=", subscription.id), ("due_at", "=", due_at)]
        )
        if found:
            return self.browse()
        everybody = subscription.with_context(active_test=False)
        run = self.create(
            {
                "subscription_id": subscription.id,
                "due_at": due_at,
                "kind": kind,
                "started_at": fields.Datetime.now(),
            }
        )
        self.env["sale.dashboard.delivery"].create(
            [
                *({"run_id": run.id, "user_id": one.id} for one in everybody.user_ids),
                *(
                    {"run_id": run.id, "partner_id": one.id}
                    for one in everybody.partner_ids
                ),
            ]
        )
        return run

    @api.model
    def _finish_done(self):
        """Conclude runs of which no mail waits any more; tell owners of failures."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM sale_dashboard_run AS run
                WHERE finished_at IS NULL AND NOT EXISTS (
                    SELECT FROM sale_dashboard_delivery
                    WHERE run_id = run.id AND state IN ('pending', 'sending')
                )
                ORDER BY id FOR UPDATE SKIP LOCKED
                """
            )
        )
        for run in self.browse(run_id for [run_id] in rows):
            run._finish()

    def _finish(self):
        self.ensure_one()
        if self.failed_count:
            result = PARTIAL if self.sent_count else FAILED
        else:
            result = SENT if self.sent_count else SKIPPED
        # Each reason once: five hundred skipped for one reason make one line.
        notes = dict.fromkeys(filter(None, self.delivery_ids.mapped("note")))
        if not self.delivery_ids:
            notes = [self.subscription_id._in_owners_language()._say_no_recipients()]
        self.write(
            {
                "finished_at": fields.Datetime.now(),
                "result": result,
                "note": "\n".join(notes),
            }
        )
        if self.failed_count:
            self.subscription_id._tell_failures(self)

    @api.autovacuum
    def _gc_old(self):
        self.search(
            [("started_at", "<", fields.Datetime.now() - KEPT)], limit=1000
        ).unlink()
