from odoo import api, fields, models

PENDING = "pending"
SENDING = "sending"
SENT = "sent"
SKIPPED = "skipped"
FAILED = "failed"
UNCERTAIN = "uncertain"


class SaleDashboardDelivery(models.Model):
    """One mail to one recipient: claimed, then sent, then marked.

    Who sends it and in which order states change is told in
    ``sale_dashboard_delivery_send.py``.
    """

    _name = "sale.dashboard.delivery"
    _description = "Sales Dashboard Mail"
    _order = "id"

    run_id = fields.Many2one(
        comodel_name="sale.dashboard.run", required=True, index=True, ondelete="cascade"
    )
    subscription_id = fields.Many2one(related="run_id.subscription_id")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Recipient", index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="External Recipient",
        index="btree_not_null",
        ondelete="cascade",
    )
    state = fields.Selection(
        selection=[
            (PENDING, "Waiting"),
            (SENDING, "Being sent"),
            (SENT, "Sent"),
            (SKIPPED, "Skipped"),
            (FAILED, "Failed"),
            (UNCERTAIN, "Interrupted"),
        ],
        required=True,
        default=PENDING,
        index=True,
    )
    attempts = fields.Integer()
    retry_at = fields.Datetime(string="Next Attempt")
    sending_at = fields.Datetime(help="When it was handed to the mail server.")
    sent_at = fields.Datetime(string="Sent")
    message_id = fields.Char(string="Message-ID")
    note = fields.Char(string="Reason", help="Why it was skipped or failed.")

    # The claim: nobody is in a run twice.
    _unique_user = models.UniqueIndex("(run_id, user_id) WHERE user_id IS NOT NULL")
    _unique_partner = models.UniqueIndex(
        "(run_id, partner_id) WHERE partner_id IS NOT NULL"
    )
    _check_recipient = models.Constraint(
        "CHECK((user_id IS NULL) <> (partner_id IS NULL))",
        "A mail goes to a user or to an external recipient.",
    )

    @api.depends("user_id", "partner_id")
    def _compute_display_name(self):
        for delivery in self:
            who = delivery.user_id or delivery.partner_id
            delivery.display_name = who.display_name

    def action_send_again(self):
        """Send again what failed or was interrupted; as the owner of it all."""
        self.subscription_id.check_access("write")
        # sudo: nobody may write mails himself, or he could mark them as sent.
        again = self.sudo().filtered(lambda one: one.state in (FAILED, UNCERTAIN))
        again.write({"state": PENDING, "attempts": 0, "retry_at": False, "note": False})
        again.run_id.write(
            {"finished_at": False, "result": False, "started_at": fields.Datetime.now()}
        )
        # sudo: whoever may send may wake the scheduler, and nothing more.
        self.env.ref("sale_dashboard.ir_cron_send_due").sudo()._trigger()
        return True  # XML-RPC carries no None
