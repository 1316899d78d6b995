import logging
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, exception_to_unicode
from odoo.tools.mail import generate_tracking_message_id

from .sale_dashboard_delivery import FAILED, PENDING, SENDING, SENT, SKIPPED, UNCERTAIN

_logger = logging.getLogger(__name__)

# After which wait a mail that failed is tried again; then it has failed for good.
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=30))
# How long mails wait for a mail server that does not answer at all.
SERVER_PATIENCE = timedelta(hours=24)
SERVER_RETRY = timedelta(minutes=5)
# Far longer than a mail server may take: who is this old has died.
SENDING_PATIENCE = timedelta(minutes=15)


class Letter(NamedTuple):
    """What a delivery comes to: a mail, or why there is none."""

    message: EmailMessage | None = None
    memory: dict | None = None  # values for sale.dashboard.mailed
    restated: tuple = ()  # (id of a sale.dashboard.mailed, its figures by now)
    reason: str = ""
    unserved: bool = False  # the recipient has lost his access


class ServerUnavailable(Exception):
    """No connection to the mail server: no recipient's fault."""


class Postman:
    """One session with the mail server for many mails, as long as it lasts.

    :param servers: the model ``ir.mail_server``
    """

    def __init__(self, servers):
        self._servers = servers
        self._sessions = {}
        # What readers of the same view read alike: computed once per pass.
        self.memo = {}

    def connect(self, sender):
        """A session for mails from ``sender``.

        :raise ServerUnavailable: where none can be had
        """
        session = self._sessions.get(sender)
        if session and self._is_alive(session):
            return session
        try:
            session = self._servers._connect__(smtp_from=sender)
        except (OSError, smtplib.SMTPException, UserError) as error:
            raise ServerUnavailable(exception_to_unicode(error)) from error
        self._sessions[sender] = session
        return session

    def _is_alive(self, session):
        try:
            return session.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def close(self):
        sessions, self._sessions = self._sessions, {}
        for session in filter(None, sessions.values()):
            # Closed, not quit: after an error there may be nobody to say goodbye to.
            session.close()


class SaleDashboardDelivery(models.Model):
    """Claim, send, mark.

    A mail server cannot take part in a transaction, so the order of the steps decides
    what a worker that is killed leaves behind:

    1. *Claim.* The row is locked (others skip it) and stays ``pending``. The mail is
       computed, rendered and built meanwhile, on a connection of its own. Killed here,
       the lock ends with the connection: the next run begins this mail anew.
    2. ``sending`` is committed. From here on nobody touches the row.
    3. The mail is handed to the server, under the Message-ID the row has.
    4. *Mark*: ``sent``, with the memory of what was mailed, is committed.

    Only between 2 and 4, some milliseconds, nobody can know afterwards whether the
    server took the mail. Such a row is never sent by itself again, so that nobody gets
    a mail twice: it becomes ``uncertain``, the owner is told, and may send it once
    more. Where the worker lives and the server fails or breaks off without having
    answered 250, the mail was not taken (RFC 5321, 4.2.5): it is tried again, under the
    same Message-ID, a bounded number of times.
    """

    _inherit = "sale.dashboard.delivery"

    @api.model
    def _send_pending(self):
        """Send what waits, one by one, for as long as there is time."""
        postman = Postman(self.env["ir.mail_server"])
        crons = self.env["ir.cron"]
        try:
            while delivery := self._claim():
                try:
                    delivery._deliver(postman)
                except ServerUnavailable as error:
                    crons._commit_progress(0)  # ends the claim, begins a new snapshot
                    self._wait_for_server(error)
                    crons._commit_progress(0, remaining=0)
                    return
                if not crons._commit_progress(1, remaining=self._count_due()):
                    return
        finally:
            postman.close()

    @api.model
    def _count_due(self):
        return self.search_count(
            [
                ("state", "=", PENDING),
                "|",
                ("retry_at", "=", False),
                ("retry_at", "<=", fields.Datetime.now()),
            ]
        )

    @api.model
    def _claim(self):
        """Lock a mail that waits; empty where there is none."""
        cr = self.env.cr
        while True:
            try:
                cr.execute(
                    SQL(
                        """
                        SELECT id FROM sale_dashboard_delivery
                        WHERE state = %s AND (retry_at IS NULL OR retry_at <= %s)
                        ORDER BY retry_at NULLS FIRST, id
                        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
                        """,
                        PENDING,
                        fields.Datetime.now(),
                    ),
                    log_exceptions=False,
                )
            except psycopg2.errors.SerializationFailure:
                # Another worker has just done that one: look again.
                cr.rollback()
                self.env.invalidate_all()
                continue
            row = cr.fetchone()
            delivery = self.browse(row or ())
            delivery.invalidate_recordset()
            return delivery

    def _deliver(self, postman):
        """Bring a mail that is claimed to its end, or to its next attempt.

        :raise ServerUnavailable: the mail still waits
        """
        self.ensure_one()
        try:
            # A transaction of its own: what is computed there is shared with the other
            # readers of the same view, and an error leaves the claim as it is.
            with self.env.registry.cursor() as cr:
                letter = self.with_env(self.env(cr=cr))._compose(postman.memo)
        except Exception as error:  # noqa: BLE001 - whatever it is stops nobody else
            _logger.info("A mail of %s was not made", self.run_id, exc_info=True)
            self._fail(error)
            return
        if not letter.message:
            self.write({"state": SKIPPED, "note": letter.reason})
            if letter.unserved:
                self.subscription_id._tell_unserved(self.user_id)
            return
        sender = str(letter.message["From"])
        session = postman.connect(sender)
        self.write(
            {
                "state": SENDING,
                "sending_at": fields.Datetime.now(),
                "message_id": letter.message["Message-Id"],
            }
        )
        self.env["ir.cron"]._commit_progress(0)
        try:
            self.env["ir.mail_server"].send_email(letter.message, smtp_session=session)
        except Exception as error:  # noqa: BLE001 - whatever it is stops nobody else
            _logger.info("A mail of %s was not sent", self.run_id, exc_info=True)
            postman.close()
            self._fail(error)
            return
        self.write({"state": SENT, "sent_at": fields.Datetime.now(), "note": False})
        self._remember(letter)

    def _remember(self, letter):
        """Keep what was mailed; where that fails, it was mailed all the same."""
        try:
            with self.env.cr.savepoint():
                self.env["sale.dashboard.mailed"]._remember(
                    letter.memory, letter.restated
                )
                self.subscription_id._welcome_back(self.user_id)
        except psycopg2.Error:
            _logger.warning("What %s said is not remembered", self, exc_info=True)

    def _fail(self, error):
        """Note a failed attempt; after the last one it has failed for good."""
        attempts = self.attempts + 1
        again = attempts <= len(RETRY_AFTER)
        self.write(
            {
                "state": PENDING if again else FAILED,
                "attempts": attempts,
                "retry_at": again and fields.Datetime.now() + RETRY_AFTER[attempts - 1],
                "note": describe(error),
            }
        )

    @api.model
    def _wait_for_server(self, error):
        """Leave all mails waiting; those that have waited long enough have failed."""
        now = fields.Datetime.now()
        note = describe(error.__cause__ or error)
        # Another worker has some, and finds out for himself.
        waiting = self.search([("state", "=", PENDING)]).try_lock_for_update()
        late = waiting.filtered(
            lambda one: one.run_id.started_at <= now - SERVER_PATIENCE
        )
        late.write({"state": FAILED, "note": note})
        (waiting - late).write({"retry_at": now + SERVER_RETRY, "note": note})

    @api.model
    def _settle_interrupted(self):
        """Give up on mails whose worker died while it handed them over."""
        died = self.search(
            [
                ("state", "=", SENDING),
                ("sending_at", "<", fields.Datetime.now() - SENDING_PATIENCE),
            ]
        )
        for delivery in died:
            subscription = delivery.subscription_id._in_owners_language()
            delivery.write({"state": UNCERTAIN, "note": subscription._say_uncertain()})

    # ------------------------------------------------------------------
    # The mail
    # ------------------------------------------------------------------

    def _compose(self, memo):
        """The mail of this delivery, or why there is none.

        :param dict memo: kept for the next ones
        :rtype: Letter
        """
        self.ensure_one()
        subscription = self.subscription_id._in_owners_language()
        reader = self.user_id or subscription.user_id
        reason = subscription._get_obstacle(self.user_id, self.partner_id)
        if reason:
            return Letter(reason=reason)
        if not subscription._can_read(reader):
            return Letter(
                reason=subscription._say_without_access(reader),
                unserved=bool(self.user_id),
            )
        view = subscription._read_as(reader, self.run_id.due_at, self.partner_id)
        memory = self.env["sale.dashboard.mailed"]
        earlier = memory._find_earlier(
            subscription, view, self.user_id, self.partner_id
        )
        restatements = memory._find_restated(earlier, view)
        reason = subscription._get_unmet_condition(view, earlier[:1], restatements)
        if reason:
            return Letter(reason=reason)
        message = subscription._make_message(
            view,
            self.user_id,
            self.partner_id,
            [one.sentence for one in restatements],
            self.message_id
            or generate_tracking_message_id(f"{self.id}-sale.dashboard.delivery"),
        )
        return Letter(
            message=message,
            memory=memory._describe(
                subscription, view, self.user_id, self.partner_id, memo
            ),
            restated=tuple((one.mailed_id, one.values) for one in restatements),
        )


def describe(error):
    """An error as a person may read it."""
    if isinstance(error, UserError | smtplib.SMTPException | OSError):
        return exception_to_unicode(error)[:500]
    # Others say more to the log than to an owner.
    return f"{type(error).__name__}: {exception_to_unicode(error)}"[:500]
