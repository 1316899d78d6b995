import re
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import consteq, hash_sign, verify_hash_signed

UNSUBSCRIBE_ROUTE = "/sale_dashboard/unsubscribe"
# What the signature is for: the same values signed for anything else are refused here.
SCOPE = "sale-dashboard-unsubscribe"
VALIDITY = timedelta(days=180)
RECIPIENT_FIELDS = {"res.users": "user_ids", "res.partner": "partner_ids"}
TOKEN = re.compile(r"[A-Za-z0-9_-]{60,400}")
# What a token turned out to be.
VALID, EXPIRED, INVALID = "valid", "expired", "invalid"
# What following it led to.
DONE, ALREADY = "done", "already"


class SaleDashboardSubscription(models.Model):
    """The way out of a mail, for readers who are not logged in (RFC 8058).

    A token says which recipient of which subscription, until when, and is signed with
    the database's secret for this purpose alone. Whoever has it can take that recipient
    off that subscription, and nothing else. Nothing is stored for it.
    """

    _inherit = "sale.dashboard.subscription"

    # ------------------------------------------------------------------
    # Into the mail
    # ------------------------------------------------------------------

    def _get_unsubscribe_url(self, recipient):
        """The absolute address by which a recipient leaves.

        :param recipient: the ``res.users`` or external ``res.partner`` it is mailed to
        """
        token = self._make_unsubscribe_token(recipient)
        return f"{self.get_base_url()}{UNSUBSCRIBE_ROUTE}/{token}"

    def _get_unsubscribe_headers(self, recipient):
        """Headers by which mail programs show a button to unsubscribe (RFC 8058)."""
        return {
            "List-Unsubscribe": f"<{self._get_unsubscribe_url(recipient)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def _make_unsubscribe_token(self, recipient):
        """A token for one recipient of this subscription; see the class.

        :param recipient: one ``res.users`` or ``res.partner``
        :return: letters that need no quoting in an address
        :rtype: str
        """
        self.ensure_one()
        recipient.ensure_one()
        expires = fields.Datetime.now() + VALIDITY
        return self._sign_unsubscription(
            [
                self.id,
                recipient._name,
                recipient.id,
                int(expires.replace(tzinfo=timezone.utc).timestamp()),
            ]
        )

    @api.model
    def _sign_unsubscription(self, values):
        # sudo: the database's secret, which nobody may read himself
        return hash_sign(self.sudo().env, SCOPE, values)

    # ------------------------------------------------------------------
    # Back from it
    # ------------------------------------------------------------------

    @api.model
    def _read_unsubscribe_token(self, token):
        """What a token says.

        :return: state of the token, the subscription (as superuser, empty where it is
            no longer there) and the recipient; both empty where it is invalid
        """
        nothing = self.sudo().browse(), None
        if not TOKEN.fullmatch(token):
            return INVALID, *nothing
        try:
            # sudo: see above
            values = verify_hash_signed(self.sudo().env, SCOPE, token)
        except ValueError:
            return INVALID, *nothing
        # Base64 writes the same in several ways; ours is one of them.
        if not values or not consteq(self._sign_unsubscription(values), token):
            return INVALID, *nothing
        subscription_id, model, recipient_id, expires = values
        # sudo: who follows the link is not logged in; the signature is his right
        subscription = self.sudo().browse(subscription_id).exists()
        recipient = self.sudo().env[model].browse(recipient_id).exists()
        until = datetime.fromtimestamp(expires, tz=timezone.utc).replace(tzinfo=None)
        state = VALID if fields.Datetime.now() < until else EXPIRED
        return state, subscription, recipient

    def _has_recipient(self, recipient):
        """Whether a user or partner gets this mail; nobody does where it is gone."""
        everybody = self.with_context(active_test=False)
        return recipient in everybody[RECIPIENT_FIELDS[recipient._name]]

    @api.model
    def _unsubscribe(self, token):
        """Take the recipient that a token names off its subscription.

        :return: ``done``, ``already`` where nothing is mailed to him any more, or
            ``expired`` or ``invalid``
        :rtype: str
        """
        state, subscription, recipient = self._read_unsubscribe_token(token)
        if state != VALID:
            return state
        if not recipient or not subscription._has_recipient(recipient):
            return ALREADY
        subscription.write(
            {RECIPIENT_FIELDS[recipient._name]: [Command.unlink(recipient.id)]}
        )
        subscription._tell_unsubscription(recipient)
        return DONE

    def _describe_unsubscription(self, result):
        """What the page of an unsubscription says to its reader.

        :param str result: of :meth:`_unsubscribe`, or ``valid`` where it is to be asked
        :return: ``title``, ``sentence`` and ``button``, in the language of the
            environment; the button is empty where there is nothing to press
        :rtype: dict
        """
        name, owner = self.name, self.user_id.name
        if result == VALID:
            return {
                "title": self.env._("Unsubscribe from “%s”?", name),
                "sentence": self.env._(
                    "You would get no more of these mails. %s, who set them up, is"
                    " told.",
                    owner,
                ),
                "button": self.env._("Unsubscribe"),
            }
        if result in (DONE, ALREADY):
            title = self.env._("You are unsubscribed")
            sentence = (
                self.env._(
                    "You get no more of the mails “%(name)s”. If that was a mistake,"
                    " ask %(owner)s to add you again.",
                    name=name,
                    owner=owner,
                )
                if self
                else self.env._("These mails are no longer sent to anybody.")
            )
        elif result == EXPIRED:
            title = self.env._("This link has expired")
            sentence = self.env._(
                "Nothing has changed. Use the link at the end of the latest of these"
                " mails, or ask whoever sends them to take you off."
            )
        else:
            title = self.env._("This link does not work")
            sentence = self.env._(
                "Nothing has changed. The link may have been cut in two on its way:"
                " open it from the mail once more, or ask whoever sends these mails to"
                " take you off."
            )
        return {"title": title, "sentence": sentence, "button": ""}

    def _tell_unsubscription(self, recipient):
        """Tell the owner who has left."""
        owner = self.user_id
        partner = recipient.partner_id if recipient._name == "res.users" else recipient
        subscription = self.with_context(lang=owner.lang)
        subscription.message_post(
            body=subscription.env._(
                "%(name)s unsubscribed from this mail, by the link in it.",
                name=recipient.name,
            ),
            author_id=partner.id,
            partner_ids=owner.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )
