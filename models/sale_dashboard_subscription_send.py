from email.message import EmailMessage

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang, get_lang

from ..engine.periods import get_zone, is_zone, local_today
from ..engine.schedule import period_days
from ..engine.targets import BEHIND
from .sale_dashboard_mailed import FIGURES
from .sale_dashboard_rights import READ_MODELS


class SaleDashboardSubscription(models.Model):
    """How a subscription is sent: when it is due, as whom it is read, what it says."""

    _inherit = "sale.dashboard.subscription"

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    @api.model
    def _cron_send_due(self):
        """Send what is due: make the runs, then send their mails one by one.

        Committed at every step: killed at any point and run again, it goes on where it
        was. Any number of workers may do it at once.
        """
        deliveries = self.env["sale.dashboard.delivery"]
        self._plan_due()
        deliveries._settle_interrupted()
        self.env["ir.cron"]._commit_progress(0, remaining=deliveries._count_due())
        deliveries._send_pending()
        self.env["sale.dashboard.run"]._finish_done()

    @api.model
    def _plan_due(self):
        """Make the runs of the subscriptions that are due.

        Where nights were missed, one run for the latest of them: nobody wants to read
        last week's mails one after the other.
        """
        while subscription := self._claim_due():
            now = fields.Datetime.now()
            schedule = subscription._get_schedule()
            subscription.env["sale.dashboard.run"]._start(
                subscription, schedule.latest_until(now)
            )
            subscription.next_run = schedule.next_after(now)
            self.env["ir.cron"]._commit_progress(0)

    @api.model
    def _claim_due(self):
        """Lock a subscription that is due; empty where there is none left."""
        cr = self.env.cr
        self.flush_model(["active", "next_run"])
        while True:
            try:
                cr.execute(
                    SQL(
                        """
                        SELECT id FROM sale_dashboard_subscription
                        WHERE active AND next_run <= %s
                        ORDER BY next_run, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
                        """,
                        fields.Datetime.now(),
                    ),
                    log_exceptions=False,
                )
            except psycopg2.errors.SerializationFailure:
                # Another worker has just planned that one: look again.
                cr.rollback()
                self.env.invalidate_all()
                continue
            subscription = self.browse(cr.fetchone() or ())
            subscription.invalidate_recordset()
            return subscription

    def action_send_now(self):
        """Have the mails sent as soon as possible, whatever the schedule says.

        For a button, and for server actions in automation rules.
        """
        self.check_access("write")
        now = fields.Datetime.now()
        for subscription in self:
            # sudo: runs are made by the scheduler alone.
            self.env["sale.dashboard.run"].sudo()._start(
                subscription.sudo(), now, kind="manual"
            )
        # sudo: whoever may send may wake the scheduler, and nothing more.
        self.env.ref("sale_dashboard.ir_cron_send_due").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The mails are being sent."),
            },
        }

    # ------------------------------------------------------------------
    # As whom
    # ------------------------------------------------------------------

    def _get_reader_companies(self, user):
        """Those of the subscription's companies that are the user's, his first first.

        :return: ids, the one that sets the currency first
        """
        # sudo: a user's companies are read to give him no more than these.
        companies = self.sudo().company_ids & user.sudo().company_ids
        first = next(
            (
                company
                for company in (self.sudo().company_id, user.sudo().company_id)
                if company in companies
            ),
            companies[:1],
        )
        return [*first.ids, *(companies - first).sorted("id").ids]

    def _get_dashboards(self, user, partner=None):
        """The model ``sale.dashboard`` as its reader sees it."""
        zone = user.tz if is_zone(user.tz) else self.timezone
        # A language that was chosen may be no longer there.
        lang = get_lang(self.env, self.lang or (partner or user).lang).code
        return (
            self.env["sale.dashboard"]
            .with_user(user)
            .with_context(
                allowed_company_ids=self._get_reader_companies(user),
                lang=lang,
                tz=zone,
            )
        )

    def _can_read(self, user):
        """Whether there is anything that a user could be mailed."""
        if not (user.active and user._is_internal()):
            return False
        if not self._get_reader_companies(user):
            return False
        dashboards = self._get_dashboards(user)
        return dashboards.has_access("read") and dashboards.env[
            "sale.order"
        ].has_access("read")

    def _read_as(self, user, due_at, partner=None):
        """The dashboard of this subscription as a user, seen from an instant.

        :param user: whose rights, companies, zone and language count
        :param due_at: naive UTC
        :param partner: an external reader, who gets the user's figures in his language
        :rtype: sale.dashboard record, in the user's environment
        :raise UserError: where there are no figures: a mail of zeros would be a lie
        """
        dashboards = self._get_dashboards(user, partner)
        zone = dashboards.env.context["tz"]
        first, last = period_days(
            self.period_rule, local_today(due_at, get_zone(zone)), self.custom_days
        )
        dashboard = dashboards._generate(
            False,
            date_from=first,
            date_to=last,
            timezone=zone,
            **self._get_view_values(),
        )
        if "core" in (dashboard.errors or {}):
            raise UserError(dashboard.errors["core"])
        return dashboard

    # ------------------------------------------------------------------
    # Whether
    # ------------------------------------------------------------------

    def _get_obstacle(self, user, partner):
        """Why a recipient gets no mail any more; empty where he does."""
        if not self.active:
            return self.env._("Archived meanwhile.")
        recipients = self.with_context(active_test=False)
        if user and user not in recipients.user_ids:
            return self.env._("No recipient any more.")
        if partner and partner not in recipients.partner_ids:
            return self.env._("No recipient any more.")
        return ""

    def _get_unmet_condition(self, dashboard, last, restatements):
        """Why a reader's figures are no reason for a mail; empty where they are.

        :param dashboard: his record
        :param last: the newest ``sale.dashboard.mailed`` of the same view, if any
        :param restatements: earlier figures that have changed
        """
        if self.condition == "changed":
            now = {name: dashboard[name] for name in FIGURES}
            if last and not restatements and last.figures == now:
                return self.env._("Nothing has changed since the last mail.")
        elif self.condition == "figure":
            return self._get_unmet_limit(dashboard)
        elif self.condition in ("behind_target", "behind_pace"):
            return self._get_unmet_target(dashboard)
        return ""

    def _get_unmet_limit(self, dashboard):
        figure, operator = self.condition_figure, self.condition_operator
        limit = self.condition_limit
        words = dict(self._fields["condition_figure"]._description_selection(self.env))
        is_change = operator in ("up_more", "down_more")
        if is_change:
            if not dashboard[f"{figure}_comparable"]:
                return self.env._(
                    "%(figure)s: there is nothing to compare with.",
                    figure=words[figure],
                )
            value = dashboard[f"{figure}_change"]
        else:
            value = dashboard[figure]
        met = {
            "below": value < limit,
            "above": value > limit,
            "up_more": value > limit,
            "down_more": value < -limit,
        }[operator]
        if met:
            return ""
        # No figure in it: the reason is read by the owner, the figure is the reader's.
        operators = dict(
            self._fields["condition_operator"]._description_selection(self.env)
        )
        return self.env._(
            "It is not so that: %(figure)s %(operator)s %(limit)s.",
            figure=words[figure],
            operator=operators[operator],
            limit=formatLang(self.env, limit),
        )

    def _get_unmet_target(self, dashboard):
        """Of the targets of the month that the period ends in, those of this view."""
        targets = self._read_targets(dashboard)
        if not targets:
            return self.env._("There is no target to compare with.")
        if self.condition == "behind_target":
            if any(target["share"] < 100 for target in targets):
                return ""
            return self.env._("Every target is reached.")
        if any(target["status"] == BEHIND for target in targets):
            return ""
        return self.env._("No target is behind its pace.")

    def _read_targets(self, dashboard):
        """Targets whose orders the reader knows all; with filters, those they name."""
        filters = dashboard._get_filters()
        wanted = {"team": filters["team_ids"], "user": filters["user_ids"]}
        is_filtered = any(wanted.values())
        targets = dashboard.browse().get_targets(
            month=f"{dashboard.date_to:%Y-%m}", timezone=dashboard.timezone
        )["targets"]
        return [
            target
            for target in targets
            if not target["partial"]
            and (not is_filtered or target["res_id"] in wanted.get(target["kind"], ()))
        ]

    # ------------------------------------------------------------------
    # The mail
    # ------------------------------------------------------------------

    def _make_message(self, dashboard, user, partner, restatements, message_id):
        """The mail as it is sent.

        :param dashboard: the record, in the environment of whose figures they are
        :rtype: EmailMessage
        """
        recipient = user or partner
        parts = self._render_mail(
            dashboard,
            user,
            partner,
            restatements,
            self._get_unsubscribe_url(recipient),
        )
        company = self.company_id
        sender = company.partner_id.email_formatted or self.user_id.email_formatted
        message = self.env["ir.mail_server"]._build_email__(
            email_from=sender or self.env.ref("base.user_root").email_formatted,
            email_to=[recipient.email_formatted],
            subject=parts["subject"],
            body=parts["html"],
            body_alternative=parts["text"],
            subtype="html",
            subtype_alternative="plain",
            reply_to=self.user_id.email_formatted or sender,
            message_id=message_id,
            attachments=[
                (name, content, content_type)
                for name, content_type, content in self._export_files(dashboard)
            ],
            headers={
                **(
                    {"Return-Path": company.bounce_email}
                    if company.bounce_email
                    else {}
                ),
                **self._get_unsubscribe_headers(recipient),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "OOF",
            },
        )
        add_images(message, parts["images"])
        return message

    def _render_mail(self, dashboard, user, partner, restatements, unsubscribe_url):
        """Subject, page, text, images; without figures where only files are wanted."""
        mail = self.env["sale.dashboard.mail"].with_env(dashboard.env)
        link = dashboard._get_address() if user else None
        sender_note = None
        if partner:
            sender_note = mail._get_sender_note(self.user_id)
        parts = mail._render(
            dashboard,
            link=link,
            unsubscribe_url=unsubscribe_url,
            restatements=restatements,
            sender_note=sender_note,
        )
        if self.in_body:
            return parts
        lines = [
            mail.env._("The figures are in the files of this mail."),
            *([sender_note] if sender_note else []),
            *restatements,
        ]
        links = [
            (mail.env._("Open the dashboard"), link),
            (mail.env._("Unsubscribe"), unsubscribe_url),
        ]
        page = Markup("").join(Markup("<p>%s</p>") % line for line in lines)
        page += Markup("").join(
            Markup('<p><a href="%s">%s</a></p>') % (url, words)
            for words, url in links
            if url
        )
        text = [*lines, *(f"{words}: {url}" for words, url in links if url)]
        return {**parts, "html": page, "text": "\n\n".join(text), "images": []}

    def _export_files(self, dashboard):
        """``(file name, content type, bytes)`` of each file that is wanted."""
        wanted = (("xlsx", self.attach_xlsx), ("pdf", self.attach_pdf))
        return [dashboard._export(name) for name, is_wanted in wanted if is_wanted]

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    def _preview(self, user):
        """What a recipient would get now, for who may see that.

        :return: as :meth:`sale.dashboard.mail._render`
        :raise AccessError: if the viewer might see what is not his
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: who its recipients are and what it asks for; the figures are read as the
        # recipient.
        subscription = self.sudo()
        if user not in subscription.user_ids:
            raise AccessError(self.env._("There is a preview for recipients only."))
        if not subscription._can_read(user):
            raise UserError(subscription._say_without_access(user))
        if not self._may_see_as(user):
            raise AccessError(
                self.env._(
                    "%(name)s may see what you may not: only he or she can preview this"
                    " mail.",
                    name=user.name,
                )
            )
        dashboard = subscription._read_as(user, fields.Datetime.now())
        # What was mailed before is the recipient's own: it may be from times when he
        # saw more. So no restatements.
        return subscription._render_mail(dashboard, user, None, [], None)

    def _may_see_as(self, user):
        """Whether a viewer may see all that a user sees in this subscription.

        A preview is computed as the recipient. An owner must not see another's orders
        by that, so it is refused unless it is proved that there is nothing in it that
        the viewer could not read himself: he has the recipient's companies and groups,
        and of every model that a dashboard reads, each condition that the access rules
        set the viewer is one that they set the recipient, too. Then every record that
        the recipient may read is one that the viewer may read. A rule that names its
        user ("own documents") is never that of another.
        """
        viewer = self.env.user
        if user == viewer:
            return True
        companies = self._get_reader_companies(user)
        # sudo: only compared, never shown.
        viewers, users = viewer.sudo(), user.sudo()
        if not set(companies) <= set(viewers.company_ids.ids):
            return False
        if not set(users._get_group_ids()) <= set(viewers._get_group_ids()):
            return False
        return all(
            self._covers(viewer, user, companies, model) for model in READ_MODELS
        )

    def _covers(self, viewer, user, companies, model):
        """Whether all records of a model that a user may read are the viewer's too."""

        def read_rules(reader):
            records = self.env[model].with_user(reader)
            rules = records.with_context(allowed_company_ids=companies).env["ir.rule"]
            domain = Domain(rules._compute_domain(model, "read"))
            is_and = getattr(domain, "OPERATOR", None) == "&"
            parts = domain.children if is_and else [domain]
            return records.has_access("read"), {
                repr(list(part)) for part in parts if not part.is_true()
            }

        viewer_may, viewer_rules = read_rules(viewer)
        user_may, user_rules = read_rules(user)
        return not user_may or (viewer_may and viewer_rules <= user_rules)

    # ------------------------------------------------------------------
    # Telling the owner
    # ------------------------------------------------------------------

    def _in_owners_language(self):
        """Itself, so that what is said is said in the words of its owner."""
        return self.with_context(lang=self.user_id.lang or "en_US")

    def _say_no_recipients(self):
        return self.env._("There are no recipients.")

    def _say_without_access(self, user):
        return self.env._(
            "%(name)s may no longer read sales in any of the companies of this mail.",
            name=user.name,
        )

    def _say_uncertain(self):
        return self.env._(
            "Interrupted while it was handed to the mail server: it may have arrived."
            " Not sent again, so that nobody gets it twice."
        )

    def _tell_unserved(self, user):
        """Tell the owner, once, that a recipient gets nothing any more."""
        if user in self.with_context(active_test=False).unserved_user_ids:
            return
        self.unserved_user_ids |= user
        self._tell_owner(self._in_owners_language()._say_without_access(user))

    def _welcome_back(self, user):
        if user in self.with_context(active_test=False).unserved_user_ids:
            self.unserved_user_ids -= user

    def _tell_failures(self, run):
        subscription = self._in_owners_language()
        self._tell_owner(
            subscription.env._(
                "%(failed)s of %(total)s mails could not be sent: %(reasons)s",
                failed=run.failed_count,
                total=run.recipient_count,
                reasons=run.note or "",
            )
        )

    def _tell_owner(self, sentence):
        # To his inbox or by mail, as he likes it; queued, not sent from here.
        self.with_context(mail_notify_force_send=False).message_post(
            body=sentence,
            partner_ids=self.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )


def add_images(message: EmailMessage, images):
    """Make images part of a message's page, which names them by their content id."""
    page = message.get_body(("html",))
    for content_id, name, content_type, content in images:
        main_type, sub_type = content_type.split("/")
        page.add_related(
            content,
            main_type,
            sub_type,
            cid=f"<{content_id}>",
            filename=name,
            disposition="inline",
        )
