import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SaleDashboardPreview(models.TransientModel):
    """A look at what a recipient of a subscription would get now.

    Nothing of it is stored: what may be shown is decided each time it is read, see
    :meth:`sale.dashboard.subscription._may_see_as`.
    """

    _name = "sale.dashboard.preview"
    _description = "Preview of a Sales Dashboard Mail"

    subscription_id = fields.Many2one(
        comodel_name="sale.dashboard.subscription", required=True, ondelete="cascade"
    )
    recipient_ids = fields.Many2many(
        related="subscription_id.user_ids", related_sudo=False
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="As",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', recipient_ids)]",
    )
    subject = fields.Char(compute="_compute_mail", compute_sudo=False)
    refusal = fields.Char(compute="_compute_mail", compute_sudo=False)
    body = fields.Html(compute="_compute_mail", compute_sudo=False, sanitize=False)

    @api.constrains("subscription_id")
    def _check_subscription(self):
        """Of somebody else's mail, its name and recipients are nobody's business."""
        # Odoo runs this as the superuser.
        self.sudo(False).subscription_id.check_access("read")

    @api.depends("subscription_id", "user_id")
    @api.depends_context("uid")
    def _compute_mail(self):
        for preview in self:
            preview.subject = preview.refusal = preview.body = False
            if not (preview.subscription_id and preview.user_id):
                continue
            subscription = preview.subscription_id._origin
            try:
                parts = subscription._preview(preview.user_id._origin)
            except (AccessError, UserError) as error:
                preview.refusal = str(error)
                continue
            page = parts["html"]
            for content_id, _name, content_type, content in parts["images"]:
                # A browser knows no parts of a mail.
                data = base64.b64encode(content).decode()
                page = page.replace(
                    f"cid:{content_id}", f"data:{content_type};base64,{data}"
                )
            preview.subject = parts["subject"]
            preview.body = page
