import math
from datetime import datetime

from odoo import api, models
from odoo.tools import LazyTranslate
from odoo.tools.misc import get_lang

from ..engine import curve
from ..engine.text_page import TextPage
from ..formats import Formats, clean
from ..tools import translated

_lt = LazyTranslate(__name__)

CURVE_ID = "sale-dashboard-curve"
BUTTON_COLOR, BUTTON_INK = "#875A7B", "#FFFFFF"  # of a company that chose none
MAX_CUSTOMERS = 10
MAX_BUCKET_ROWS = 31  # of the curve as text
# Figure -> what it is called, and how it is written and compared.
FIGURES = {
    "total_revenue": (_lt("Revenue"), "monetary"),
    "total_orders": (_lt("Orders"), "integer"),
    "average_order_value": (_lt("Average order"), "monetary"),
    "new_customers": (_lt("New customers"), "integer"),
    "conversion_rate": (_lt("Conversion"), "rate"),
}
WORDS = {
    "monetary": (_lt("more than %s"), _lt("less than %s")),
    "integer": (_lt("more than %s"), _lt("fewer than %s")),
    "float": (_lt("more than %s"), _lt("less than %s")),
    "rate": (_lt("better than %s"), _lt("worse than %s")),
}
SHAPES = {"up": "▲", "down": "▼", "same": "=", "none": ""}
CURVE_TITLES = {
    "daily": _lt("Revenue by day"),
    "weekly": _lt("Revenue by week"),
    "monthly": _lt("Revenue by month"),
}
# Part of the bridge -> what it is called where it adds, and where it takes.
BRIDGE_PARTS = {
    "new": (_lt("New customers"), _lt("New customers")),
    "returning": (_lt("Customers who came back"), _lt("Customers who came back")),
    "lost": (
        _lt("Customers who did not order again"),
        _lt("Customers who did not order again"),
    ),
    "volume": (_lt("More orders per customer"), _lt("Fewer orders per customer")),
    "size": (_lt("Bigger orders"), _lt("Smaller orders")),
    "currency": (_lt("Exchange rates"), _lt("Exchange rates")),
}
# Section of the figures -> what its failure is told of.
SECTIONS = {
    "core": _lt("Revenue, orders and customers"),
    "new_customers": _lt("New customers"),
    "conversion": _lt("Conversion"),
    "lifetime": _lt("History of the top customers"),
    "rfm": _lt("RFM groups"),
    "quotations": _lt("Open quotations"),
    "bridge": _lt("Why revenue changed"),
    "metrics": _lt("Further figures"),
    "health": _lt("Data health"),
}
# Longest value and its size in pixels: none is wider than its card on a phone.
HEAD_SIZES = ((16, 30), (22, 24), (math.inf, 19))
SIZES = ((11, 20), (14, 17), (math.inf, 14))


class SaleDashboardMail(models.AbstractModel):
    """A dashboard as a mail: what its record says, and nothing that it does not.

    Everything a mail says is first put into words and numbers of the reader's language
    (:meth:`_make_letter`), once; the page of the mail (QWeb) and its text part only lay
    it out.
    """

    _name = "sale.dashboard.mail"
    _description = "Sales Dashboard Mail"

    @api.model
    def _render(
        self,
        dashboard,
        link=None,
        unsubscribe_url=None,
        notes=(),
        restatements=(),
        sender_note=None,
        lang=None,
    ):
        """A dashboard as the parts of a mail.

        Read as the user of the dashboard's environment: nobody can have the figures of
        somebody else rendered.

        :param dashboard: a ``sale.dashboard`` record
        :param str link: absolute address of this view, for readers who may open it
        :param str unsubscribe_url: address that ends these mails for the reader
        :param notes: sentences the reader has to know first
        :param restatements: sentences on figures mailed earlier that have changed since
        :param str sender_note: whose figures these are, for a reader whose own they are
            not (see :meth:`_get_sender_note`)
        :param str lang: code of an installed language; that of the environment if not
            given
        :return: ``subject``, ``html`` and ``text`` (str) and ``images``, a list of
            ``(content id, file name, MIME type, bytes)`` that the page refers to
        :rtype: dict
        """
        dashboard.ensure_one()
        env = dashboard.env
        mail = self.with_env(env).with_context(lang=lang or env.lang)
        mail = mail.with_context(lang=get_lang(mail.env).code)
        letter = mail._make_letter(dashboard.with_env(mail.env))
        letter.update(
            link=link,
            link_label=mail.env._("Open this view"),
            unsubscribe_url=unsubscribe_url,
            unsubscribe_label=mail.env._("Unsubscribe from these mails"),
            notes=[clean(note) for note in notes],
            restatements=[clean(sentence) for sentence in restatements],
            sender_note=clean(sender_note),
        )
        html = mail.env["ir.qweb"]._render(
            "sale_dashboard.mail_layout",
            {"letter": letter, "shapes": SHAPES},
            minimal_qcontext=True,
            preserve_comments=True,
        )
        chart = letter["curve"]
        return {
            "subject": letter["subject"],
            "html": "<!DOCTYPE html>\n" + str(html).strip(),
            "text": mail._make_text(letter),
            "images": [(CURVE_ID, "revenue.png", "image/png", chart["picture"])]
            if chart
            else [],
        }

    @api.model
    def _get_sender_note(self, owner):
        """What a mail says to a reader who gets somebody else's figures."""
        return self.env._(
            "These are the figures that %(owner)s sees, sent to you on his or her"
            " behalf.",
            owner=owner.name,
        )

    # ------------------------------------------------------------------
    # What is said
    # ------------------------------------------------------------------

    def _make_letter(self, dashboard):
        """Everything the mail says, in the reader's language and already written out.

        :return: strings, and lists and dicts of them; what is empty is not there
        :rtype: dict
        """
        payload = dashboard._get_payload(undefined=None)
        currency = self.env["res.currency"].browse(payload["currency_id"])
        formats = Formats(self.env, currency, payload["timezone"])
        companies = self.env["res.company"].browse(payload["company_ids"])
        writer = _Writer(self.env, payload, formats)
        overview = payload["overview"]
        period = formats.day_range(overview["period_start"], overview["period_end"])
        cards = writer.list_cards()
        title = self.env._("Sales, %(period)s", period=period)
        return {
            "lang": get_lang(self.env).iso_code.replace("_", "-"),
            "direction": formats.direction,
            "company_name": clean(companies[:1].name),
            "button_color": companies[:1].email_secondary_color or BUTTON_COLOR,
            "button_ink": companies[:1].email_primary_color or BUTTON_INK,
            "title": title,
            "subject": writer.make_subject(title, cards[0]),
            "preview": writer.make_preview(cards),
            "comparison": writer.get_comparison(),
            "cards": cards,
            "is_empty": overview["total_orders"] == 0,
            "curve": writer.make_curve(),
            "curve_id": CURVE_ID,
            "bridge": writer.make_bridge(),
            "customers": writer.make_customers(),
            "segments": writer.list_segments(),
            "warnings": writer.list_warnings(),
            "failures": writer.list_failures(),
            "facts": writer.list_facts(
                companies, any(dashboard._get_filters().values())
            ),
        }

    # ------------------------------------------------------------------
    # As text
    # ------------------------------------------------------------------

    def _make_text(self, letter):
        """The mail for readers of plain text: nothing of the page is left out."""
        text = TextPage()
        text.heading(letter["title"])
        text.paragraph(letter["comparison"])
        for sentence in (letter["sender_note"], *letter["notes"]):
            text.paragraph(sentence)
        if letter["restatements"]:
            text.heading(self.env._("Changed since an earlier mail"))
            text.items(letter["restatements"])
        text.table(
            [card["label"], card["value"], *self._get_change_texts(card)]
            for card in letter["cards"]
        )
        if letter["is_empty"]:
            text.paragraph(self.env._("No order was confirmed in this period."))
        if letter["curve"]:
            text.heading(letter["curve"]["title"])
            text.paragraph(letter["curve"]["description"])
            text.table(letter["curve"]["rows"])
        self._add_bridge_text(text, letter["bridge"])
        self._add_ranking_texts(text, letter)
        if letter["warnings"]:
            text.heading(self.env._("What to know about these figures"))
            text.items(letter["warnings"])
        if letter["failures"]:
            text.heading(self.env._("What could not be computed"))
            text.items(
                f"{failure['label']}: {failure['sentence']}"
                for failure in letter["failures"]
            )
        if letter["link"]:
            text.paragraph(f"{letter['link_label']}:", letter["link"])
        text.rule()
        for fact in letter["facts"]:
            text.paragraph(fact)
        if letter["unsubscribe_url"]:
            text.paragraph(f"{letter['unsubscribe_label']}:", letter["unsubscribe_url"])
        return text.finish()

    def _add_bridge_text(self, text, bridge):
        if not bridge:
            return
        text.heading(bridge["title"])
        text.table(
            [
                [bridge["before"]["label"], bridge["before"]["amount"]],
                *([part["label"], part["amount"]] for part in bridge["parts"]),
                [bridge["after"]["label"], bridge["after"]["amount"]],
            ]
        )

    def _add_ranking_texts(self, text, letter):
        for title, rows, more in (
            (
                self.env._("Top customers"),
                letter["customers"]["rows"],
                letter["customers"]["more"],
            ),
            (self.env._("Customer segments"), letter["segments"], ""),
        ):
            if rows:
                text.heading(title)
                text.table(
                    [row["name"], row["amount"], *self._get_change_texts(row)]
                    + [row["detail"]]
                    for row in rows
                )
                text.paragraph(more)

    def _get_change_texts(self, row):
        change = row["change"]
        if not change:
            return ["", ""] if "detail" not in row else [""]
        if "detail" in row:
            return [change["sign"]]
        return [change["sign"], change["words"]]


class _Writer:
    """Puts a payload into the words and numbers of a reader.

    :param dict payload: with None for what is undefined
    :param Formats formats: of its currency and zone
    """

    def __init__(self, env, payload, formats):
        self.env = env
        self.payload = payload
        self.formats = formats
        self.overview = payload["overview"]
        self.errors = payload["errors"]

    # ---- figures ----

    def list_cards(self):
        """The figures of the overview, then those of other addons."""
        overview = self.overview
        previous, change = overview["previous"] or {}, overview["change"] or {}
        cards = [
            self.make_card(
                name,
                translated(self.env, label),
                kind,
                overview[name],
                previous.get(name),
                change.get(name),
            )
            for name, (label, kind) in FIGURES.items()
        ]
        cards += [
            self.make_card(
                metric["name"],
                clean(metric["label"]),
                metric["kind"],
                metric["value"],
                metric["previous"],
                metric["change"],
            )
            # Nobody has told whether more of it is better.
            | {"is_judged": False}
            for metric in self.payload["metrics"]
        ]
        for card, sizes in zip(
            cards, [HEAD_SIZES, *[SIZES] * len(cards)], strict=False
        ):
            card["size"] = next(
                size for length, size in sizes if len(card["value"]) <= length
            )
        return cards

    def make_card(self, name, label, kind, value, previous, change):
        """One figure; undefined ones failed."""
        is_failed = value is None
        return {
            "name": name,
            "label": label,
            "is_judged": True,
            "is_failed": is_failed,
            "value": self.env._("could not be computed")
            if is_failed
            else self.format(value, kind),
            "change": None
            if is_failed or previous is None
            else self.compare(value, previous, change, kind),
        }

    def format(self, value, kind):
        formats = self.formats
        writers = {
            "monetary": formats.amount,
            "integer": formats.count,
            "rate": formats.percent,
        }
        return writers.get(kind, formats.number)(value)

    def compare(self, value, previous, moved, kind):
        """How far a figure moved: a direction, a sign, and words."""
        before = self.format(previous, kind)
        if moved is None:
            if value > 0 and kind != "rate":
                return self._change(
                    "up", self.env._("new"), self.env._("nothing before")
                )
            return self._change("none", "", self.env._("nothing to compare with"))
        unit = "points" if kind == "rate" else "percent"
        sign = self.formats.change(moved, unit)
        if not moved:
            return self._change("same", sign, self.env._("same as %s", before))
        more, less = map(self.env._, WORDS[kind])
        if moved > 0:
            return self._change("up", sign, more % before)
        return self._change("down", sign, less % before)

    def _change(self, direction, sign, words):
        return {"direction": direction, "sign": sign, "words": words}

    def compare_row(self, row):
        """The change of a row of a ranking: there is room for its sign only."""
        if row["previous"] is None:
            return None
        if row["change"] is None:
            is_new = row["total_revenue"] > 0
            return self._change("up", self.env._("new"), "") if is_new else None
        direction = (
            "up" if row["change"] > 0 else "down" if row["change"] < 0 else "same"
        )
        return self._change(direction, self.formats.change(row["change"]), "")

    # ---- head ----

    def make_subject(self, title, revenue):
        if revenue["is_failed"]:
            return self.env._("%(title)s: could not be computed", title=title)
        values = {"title": title, "revenue": revenue["value"]}
        change = revenue["change"]
        if change and change["sign"]:
            return self.env._(
                "%(title)s: %(revenue)s (%(change)s)", change=change["sign"], **values
            )
        return self.env._("%(title)s: %(revenue)s", **values)

    def make_preview(self, cards):
        """What programs show beside the subject."""
        parts = []
        for card in cards:
            change = card["change"]
            tail = f" ({change['sign']})" if change and change["sign"] else ""
            parts.append(f"{card['label']} {card['value']}{tail}")
        return " · ".join(parts)

    def get_comparison(self):
        comparison = self.payload["comparison"]
        if not comparison:
            return ""
        days = self._get_comparison_days()
        # A period that runs is compared up to the same time of day.
        end = self._local(comparison["end"])
        if end.date().isoformat() <= comparison["date_to"]:
            days = self.env._(
                "%(days)s, up to %(time)s", days=days, time=self.formats.time(end)
            )
        return self.env._("Compared with %s", days)

    def _get_comparison_days(self):
        comparison = self.payload["comparison"]
        return self.formats.day_range(comparison["date_from"], comparison["date_to"])

    def _local(self, instant):
        return self.formats.localize(_parse_instant(instant))

    # ---- curve ----

    def make_curve(self):
        """The curve in words and as a picture; None where there is nothing to draw."""
        buckets = self.payload["sales_by_period"]
        if (
            len(buckets) < 2
            or "core" in self.errors
            or not any(bucket["revenue"] or self._before(bucket) for bucket in buckets)
        ):
            return None
        points = tuple(
            curve.Point(
                bucket["revenue"],
                bucket["previous"] and bucket["previous"]["revenue"],
                bool(bucket["partial"] or bucket["running"]),
            )
            for bucket in buckets
        )
        axis = curve.make_axis(points)
        first, middle, last = buckets[0], buckets[(len(buckets) - 1) // 2], buckets[-1]
        is_compared = any(point.previous is not None for point in points)
        legend = [("revenue", self.env._("Revenue"))]
        if is_compared:
            label = self.env._("Comparison: %s", self._get_comparison_days())
            legend.append(("previous", label))
        if any(point.is_cut for point in points):
            is_running = any(bucket["running"] for bucket in buckets)
            label = (
                self.env._("Not over yet") if is_running else self.env._("Not whole")
            )
            legend.append(("cut", label))
        title = translated(self.env, CURVE_TITLES[self.payload["period_type"]])
        description = self._describe_curve(buckets)
        return {
            "title": title,
            "description": description,
            "picture": curve.draw(points),
            "width": curve.WIDTH,
            "height": curve.HEIGHT,
            "alt": f"{title}. {description}",
            "ticks": [
                self.formats.compact(value)
                for value in (axis.high, axis.middle, axis.low)
            ],
            "labels": [self._name(bucket) for bucket in (first, middle, last)]
            if len(buckets) > 2
            else [self._name(first), "", self._name(last)],
            "legend": legend,
            "rows": self._list_bucket_rows(buckets),
        }

    def _describe_curve(self, buckets):
        """What there is to see, for who does not see it."""
        best = max(buckets, key=lambda bucket: bucket["revenue"])
        worst = min(buckets, key=lambda bucket: bucket["revenue"])
        return self.env._(
            "From %(first)s to %(last)s; most: %(best)s, %(most)s; least: %(worst)s,"
            " %(least)s",
            first=self._name(buckets[0]),
            last=self._name(buckets[-1]),
            best=self._name(best),
            most=self.formats.amount(best["revenue"]),
            worst=self._name(worst),
            least=self.formats.amount(worst["revenue"]),
        )

    def _list_bucket_rows(self, buckets):
        """The curve as a table, where it is short enough to be read as one."""
        if len(buckets) > MAX_BUCKET_ROWS:
            return []
        rows = []
        for bucket in buckets:
            row = [self._name(bucket), self.formats.amount(bucket["revenue"])]
            if self.payload["comparison"]:
                previous = bucket["previous"]
                before = previous and self.formats.amount(previous["revenue"])
                row.append(self.env._("before: %s", before) if before else "")
            rows.append(row)
        return rows

    def _before(self, bucket):
        return bucket["previous"] and bucket["previous"]["revenue"]

    def _name(self, bucket):
        if self.payload["period_type"] == "monthly":
            return self.formats.month(bucket["date_from"])
        return self.formats.short_day(bucket["date_from"])

    # ---- why ----

    def make_bridge(self):
        """From the revenue of the comparison to that of the period, part by part."""
        rows = self.payload["breakdowns"].get("bridge")
        previous = self.overview["previous"]
        if not rows or not previous or previous["total_revenue"] is None:
            return None
        before, after = previous["total_revenue"], self.overview["total_revenue"]
        parts = []
        for row in rows:
            more, less = BRIDGE_PARTS[row["key"]]
            if row["revenue"]:
                parts.append(
                    {
                        "key": row["key"],
                        "label": translated(
                            self.env, less if row["revenue"] < 0 else more
                        ),
                        "amount": self.formats.signed_amount(row["revenue"]),
                        "direction": "up" if row["revenue"] > 0 else "down",
                    }
                )
        return {
            "title": self.env._(
                "Why revenue changed: %s", self.formats.signed_amount(after - before)
            ),
            "before": {
                "label": self._get_comparison_days(),
                "amount": self.formats.amount(before),
            },
            "parts": parts,
            "after": {
                "label": self.formats.day_range(
                    self.overview["period_start"], self.overview["period_end"]
                ),
                "amount": self.formats.amount(after),
            },
        }

    # ---- customers ----

    def make_customers(self):
        rows = [
            {
                "name": clean(row["name"]) or self.env._("Without a name"),
                "detail": self._describe_share(row["order_count"], row["share"]),
                "amount": self.formats.amount(row["total_revenue"]),
                "change": self.compare_row(row),
            }
            for row in self.payload["top_customers"][:MAX_CUSTOMERS]
        ]
        hidden = self.payload["hidden_customers"]
        if hidden["order_count"]:
            rows.append(
                {
                    "name": self.env._("Customers you may not see"),
                    "detail": self._count_orders(hidden["order_count"]),
                    "amount": self.formats.amount(hidden["total_revenue"]),
                    "change": None,
                }
            )
        total = self.overview["customer_count"] or 0
        left = total - min(len(self.payload["top_customers"]), MAX_CUSTOMERS)
        more = ""
        if rows and left > 0:
            more = (
                self.env._("and one further customer")
                if left == 1
                else self.env._("and %s further customers", self.formats.count(left))
            )
        return {"rows": rows, "more": more}

    def list_segments(self):
        segments = self.env["sale.dashboard.segment"]
        names = dict(segments._fields["segment_name"]._description_selection(self.env))
        rows = self.payload["customer_segments"]
        total = sum(max(row["total_revenue"], 0) for row in rows)
        return [
            {
                "name": names[row["segment_name"]],
                "detail": self._count_customers(row["customer_count"]),
                "amount": self.formats.amount(row["total_revenue"]),
                "change": self.compare_row(row),
                "part": round(100 * max(row["total_revenue"], 0) / total)
                if total
                else 0,
            }
            for row in rows
        ]

    def _describe_share(self, order_count, share):
        return self.env._(
            "%(orders)s · %(share)s of revenue",
            orders=self._count_orders(order_count),
            share=self.formats.percent(share),
        )

    def _count_orders(self, count):
        if count == 1:
            return self.env._("1 order")
        return self.env._("%s orders", self.formats.count(count))

    def _count_customers(self, count):
        if count == 1:
            return self.env._("1 customer")
        return self.env._("%s customers", self.formats.count(count))

    # ---- what to know ----

    def list_warnings(self):
        sentences = []
        for warning in self.payload["warnings"]:
            sentence = clean(warning["message"])
            if warning["order_count"]:
                sentence = self.env._(
                    "%(warning)s (%(orders)s, %(amount)s)",
                    warning=sentence,
                    orders=self._count_orders(warning["order_count"]),
                    amount=self.formats.amount(warning["revenue"]),
                )
            sentences.append(sentence)
        return sentences

    def list_failures(self):
        """Failed sections; those that only lack what another failed to give are it."""
        core = self.errors.get("core")
        return [
            {
                "label": translated(self.env, SECTIONS[section]),
                "sentence": clean(sentence),
            }
            for section, sentence in self.errors.items()
            if section in SECTIONS and (section == "core" or sentence != core)
        ]

    def list_facts(self, companies, is_filtered):
        """What the figures are of, so that they can be found again."""
        payload = self.payload
        facts = [
            self.env._(
                "Confirmed orders with taxes, each at its own exchange rate."
                " Days of %(timezone)s.",
                timezone=payload["timezone"],
            )
            if payload["measure"] == "total"
            else self.env._(
                "Confirmed orders without taxes, each at its own exchange rate."
                " Days of %(timezone)s.",
                timezone=payload["timezone"],
            )
        ]
        if len(companies) > 1:
            names = ", ".join(clean(company.name) for company in companies)
            facts.append(self.env._("Companies: %s", names))
        if is_filtered:
            facts.append(
                self.env._("Only the orders that the filters of this view let by.")
            )
        generated = _parse_instant(payload["generated_at"])
        facts.append(self.env._("As of %s.", self.formats.instant(generated)))
        return facts


def _parse_instant(text):
    """An instant of the payload as naive UTC."""
    return datetime.fromisoformat(text.removesuffix("Z"))
