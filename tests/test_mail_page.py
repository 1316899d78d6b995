"""A dashboard as a mail: the page, its text part and its picture."""

import email
import email.policy
import json
import re
from ast import literal_eval
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from lxml import html
from PIL import Image

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DashboardCase

BUILDER = "odoo.addons.sale_dashboard.models.sale_dashboard_builder"
EVIL = (
    '<script>alert("1")</script><img src=x onerror=alert(2)>&amp;"\'{{7*7}}'
    "\r\nBcc: a@b.c"
)


def plain(text):
    """With the spaces that everybody types; lines stay lines."""
    return re.sub(r"[\u2009\u202f\xa0]", " ", text)


def read_number(text):
    """An amount as English writes it, whatever stands around it."""
    [found] = re.findall(r"[−-]?[^\d−-]*\d[\d,]*(?:\.\d+)?", text)
    number = Decimal(re.sub(r"[^\d.]", "", found))
    return -number if re.search(r"[−-]", found) else number


class MailCase(DashboardCase):
    """Mails of June 2025, read as a mail program reads them."""

    def generate(self, date_from="2025-06-01", date_to="2025-06-30", **options):
        dashboards = self.dashboards(options.pop("user", None))
        return dashboards.browse(dashboards.generate(date_from, date_to, **options))

    def render(self, dashboard=None, **options):
        dashboard = dashboard or self.generate()
        return self.env["sale.dashboard.mail"]._render(dashboard, **options)

    def open_page(self, mail):
        """The page as a tree, checked for what no mail program shows or allows."""
        page = html.document_fromstring(mail["html"])
        self.assertFalse(page.xpath("//script|//link|//iframe|//form"))
        addresses = page.xpath("//@src")
        self.assertEqual(
            addresses, [f"cid:{content_id}" for content_id, *_rest in mail["images"]]
        )
        self.assertNotIn("url(", mail["html"])
        return page

    def figures(self, page):
        """Name of every figure -> what its card says, line by line."""
        return {
            card.get("data-figure"): [
                " ".join(line.text_content().split())
                for line in card.xpath("./p|./span")
            ]
            for card in page.xpath("//*[@data-figure]")
        }

    def section(self, page, heading):
        """Rows of the table below a heading, as lists of texts."""
        [table] = (
            one.getnext()
            for one in page.xpath("//h2")
            if plain(one.text_content()).strip() == heading
        )
        return [
            [
                " ".join(" ".join(cell.itertext()).split())
                for cell in row.xpath("./th|./td")
            ]
            for row in table.xpath("./tr|./tbody/tr")
        ]

    def make_customer(self, name):
        return self.env["res.partner"].create({"name": name})

    def make_sales(self):
        """Two customers, one of them new; less than the month before."""
        self.make_order(1234.56, at="2025-06-03 10:00:00")
        self.make_order(
            65.44, at="2025-06-20 10:00:00", partner=self.make_customer("Bo")
        )
        self.make_order(2000, at="2025-05-10 10:00:00")


@tagged("post_install", "-at_install")
class TestMailPage(MailCase):
    def stored(self, dashboard, name):
        if name in dashboard:
            return dashboard[name]
        [value] = [row["value"] for row in dashboard.metrics if row["name"] == name]
        return value

    def test_figures_are_those_of_the_record_to_the_cent(self):
        self.make_sales()
        dashboard = self.generate()
        mail = self.render(dashboard)
        figures = self.figures(self.open_page(mail))
        # Other addons may add more of them.
        self.assertEqual(
            list(figures)[:5],
            [
                "total_revenue",
                "total_orders",
                "average_order_value",
                "new_customers",
                "conversion_rate",
            ],
        )
        for name, (_label, value, *_change) in figures.items():
            with self.subTest(name=name):
                self.assertEqual(
                    float(read_number(value)), self.stored(dashboard, name)
                )
        self.assertEqual(
            figures["total_revenue"],
            ["Revenue", "$ 1,300.00", "▼ −35% less than $ 2,000.00"],
        )
        self.assertEqual(
            figures["total_orders"], ["Orders", "2", "▲ +100% more than 1"]
        )
        self.assertEqual(
            figures["conversion_rate"],
            ["Conversion", "100.0%", "= 0 pt same as 100.0%"],
        )

    def test_rows_are_those_of_the_record(self):
        self.make_sales()
        dashboard = self.generate()
        page = self.open_page(self.render(dashboard))
        rows = self.section(page, "Top customers")
        self.assertEqual(
            rows,
            [
                ["Azure 1 order · 95.0% of revenue", "$ 1,234.56 ▼ −38.3%"],
                ["Bo 1 order · 5.0% of revenue", "$ 65.44 ▲ new"],
            ],
        )
        segments = self.section(page, "Customer segments")
        self.assertEqual(
            [
                read_number(amount.split(" ▲")[0].split(" ▼")[0])
                for _n, amount in segments
            ],
            [Decimal(str(row.total_revenue)) for row in dashboard.segment_ids],
        )
        bridge = self.section(page, "Why revenue changed: −$ 700.00")
        self.assertEqual(
            bridge,
            [
                ["May 1 – 31, 2025", "$ 2,000.00"],
                ["New customers", "+$ 65.44"],
                ["Smaller orders", "−$ 765.44"],
                ["Jun 1 – 30, 2025", "$ 1,300.00"],
            ],
        )
        before, *parts, after = (read_number(amount) for _label, amount in bridge)
        self.assertEqual(before + sum(parts), after)

    def test_the_text_part_says_the_same(self):
        self.make_sales()
        dashboard = self.generate()
        mail = self.render(
            dashboard,
            link="https://x.example/view",
            unsubscribe_url="https://x.example/u",
        )
        text = plain(mail["text"])
        for line in (
            "Sales, Jun 1 – 30, 2025",
            "Compared with May 1 – 31, 2025",
            r"Revenue +\$ 1,300\.00 +−35% +less than \$ 2,000\.00",
            r"Orders +2 +\+100% +more than 1",
            r"Azure +\$ 1,234\.56 +−38\.3% +1 order · 95\.0% of revenue",
            r"New customers +\+\$ 65\.44",
            r"Jun 3 +\$ 1,234\.56 +before: \$ 0\.00",
            "https://x.example/view",
            "https://x.example/u",
        ):
            with self.subTest(line=line):
                self.assertRegex(text, rf"(?m)^{line}$")
        self.assertNotRegex(text, r"<\w|&\w+;|\[\d+\]", "a page turned into text")
        self.assertTrue(all(len(line) < 90 for line in text.splitlines()))

    def test_subject(self):
        self.make_sales()
        subject = plain(self.render()["subject"])
        self.assertEqual(subject, "Sales, Jun 1 – 30, 2025: $ 1,300.00 (−35%)")
        subject = self.render(self.generate(compare="none"))["subject"]
        self.assertTrue(subject.endswith("1,300.00"), subject)

    def test_picture_and_its_words(self):
        self.make_sales()
        mail = self.render()
        page = self.open_page(mail)
        [(_content_id, name, mimetype, content)] = mail["images"]
        self.assertEqual((name, mimetype), ("revenue.png", "image/png"))
        self.assertEqual(Image.open(BytesIO(content)).size, (992, 352))
        [alt] = page.xpath("//img/@alt")
        self.assertEqual(
            plain(alt),
            "Revenue by day. From Jun 1 to Jun 30; most: Jun 3, $ 1,234.56;"
            " least: Jun 1, $ 0.00",
        )
        texts = " ".join(page.text_content().split())
        self.assertIn("2k", texts)
        self.assertIn("Comparison: May 1 – 31, 2025", texts)

    def test_one_bucket_is_no_curve(self):
        self.make_order(10, at="2025-06-03 10:00:00")
        mail = self.render(self.generate("2025-06-03", "2025-06-03"))
        self.assertEqual(mail["images"], [])
        self.assertFalse(self.open_page(mail).xpath("//img"))
        self.assertNotIn("Revenue by day", mail["text"])

    def test_months(self):
        self.make_order(10, at="2025-06-03 10:00:00")
        dashboard = self.generate("2025-01-01", "2025-06-30", period_type="monthly")
        text = self.render(dashboard)["text"]
        self.assertIn("Revenue by month", text)
        self.assertRegex(text, r"(?m)^Jun 2025 +\$")

    def test_without_comparison(self):
        self.make_sales()
        mail = self.render(self.generate(compare="none"))
        page = self.open_page(mail)
        self.assertEqual(self.figures(page)["total_revenue"], ["Revenue", "$ 1,300.00"])
        self.assertNotIn("Why revenue changed", mail["html"])
        self.assertNotIn("Compared with", mail["html"])

    def test_empty_period(self):
        mail = self.render()
        page = self.open_page(mail)
        for content in (mail["text"], mail["html"]):
            self.assertIn("No order was confirmed in this period.", content)
            self.assertNotIn("Top customers", content)
        self.assertEqual(
            self.figures(page)["total_revenue"],
            ["Revenue", "$ 0.00", "nothing to compare with"],
        )
        self.assertEqual(mail["images"], [])

    def test_negative_and_huge_amounts(self):
        self.make_order(-1240.5, at="2025-06-03 10:00:00")
        page = self.open_page(self.render())
        self.assertEqual(self.figures(page)["total_revenue"][1], "−$ 1,240.50")
        self.make_order(987_654_321_098.76, at="2025-06-04 10:00:00")
        mail = self.render(self.generate(refresh=True))
        page = self.open_page(mail)
        self.assertEqual(self.figures(page)["total_revenue"][1], "$ 987,654,319,858.26")
        self.assertIn("1.2T", page.text_content())
        self.assertIn("987,654,319,858.26", mail["subject"])

    def test_names_cannot_steer_the_mail(self):
        evil = self.make_customer("Evil")
        evil.name = EVIL
        turned = self.make_customer("\u202egro.live\u2069\n\nList-Unsubscribe: x")
        self.make_order(100, partner=evil, at="2025-06-03 10:00:00")
        self.make_order(50, partner=turned, at="2025-06-03 10:00:00")
        self.company.name = EVIL
        mail = self.render(
            notes=[EVIL],
            restatements=[EVIL],
            sender_note=EVIL,
            link="https://x/?a=1&b=2",
        )
        page = self.open_page(mail)
        self.assertFalse(page.xpath("//*[@onerror]"))
        self.assertEqual(page.xpath("//a/@href"), ["https://x/?a=1&b=2"])
        names = [row[0] for row in self.section(page, "Top customers")]
        self.assertTrue(names[0].startswith('<script>alert("1")</script><img src=x'))
        self.assertIn("{{7*7}}", names[0])
        self.assertTrue(names[1].startswith("gro.live List-Unsubscribe: x"))
        self.assertNotRegex(mail["text"], r"(?m)^(Bcc|List-Unsubscribe)")
        for part in ("subject", "html", "text"):
            self.assertNotIn("\u202e", mail[part])
        self.assertNotIn("\n", mail["subject"])
        self.assertNotIn("\r", mail["text"])

    def test_failed_sections_are_said_as_failed(self):
        self.make_sales()
        source = self.env.registry["sale.dashboard.source"]
        with (
            patch.object(source, "_read_conversion", side_effect=ZeroDivisionError),
            mute_logger(BUILDER),
        ):
            dashboard = self.generate()
        mail = self.render(dashboard)
        page = self.open_page(mail)
        self.assertEqual(
            self.figures(page)["conversion_rate"],
            ["Conversion", "could not be computed"],
        )
        for content in (mail["text"], page.text_content()):
            content = " ".join(content.split())
            self.assertIn("What could not be computed", content)
            self.assertIn("Conversion: This could not be computed.", content)
        self.assertIn("$ 1,300.00", self.figures(page)["total_revenue"])

    def test_a_failed_core_is_no_zero(self):
        self.make_sales()
        source = self.env.registry["sale.dashboard.source"]
        with (
            patch.object(source, "_read_cores", side_effect=ZeroDivisionError),
            mute_logger(BUILDER),
        ):
            dashboard = self.generate()
        mail = self.render(dashboard)
        self.assertEqual(
            plain(mail["subject"]), "Sales, Jun 1 – 30, 2025: could not be computed"
        )
        page = self.open_page(mail)
        self.assertNotIn("$ 0.00", page.text_content())
        self.assertNotIn("No order was confirmed", mail["text"])
        self.assertEqual(mail["text"].count("This could not be computed"), 1)

    def test_warnings(self):
        self.make_order(100, at="2095-06-03 10:00:00")
        mail = self.render()
        for content in (mail["text"], mail["html"]):
            content = " ".join(content.split())
            self.assertIn("What to know about these figures", content)
            self.assertIn("Confirmed orders are dated in the future.", content)
            self.assertIn("(1 order, $ 100.00)", content)

    def test_what_the_sender_adds(self):
        self.make_sales()
        mails = self.env["sale.dashboard.mail"]
        mail = self.render(
            notes=["Yesterday's mail could not be sent."],
            restatements=["June −1,240.00: S00123 cancelled on 3 July"],
            sender_note=mails._get_sender_note(self.viewer),
        )
        for content in (mail["text"], self.open_page(mail).text_content()):
            content = " ".join(content.split())
            self.assertIn("Yesterday's mail could not be sent.", content)
            self.assertIn("Changed since an earlier mail", content)
            self.assertIn("S00123 cancelled on 3 July", content)
            self.assertIn(f"the figures that {self.viewer.name} sees", content)
            self.assertNotIn("Open this view", content)
            self.assertNotIn("nsubscribe", content)

    def test_of_what_the_figures_are(self):
        self.make_sales()
        dashboard = self.generate(
            measure="total", filters={"domain": [("amount_total", ">", 1)]}
        )
        text = " ".join(self.render(dashboard)["text"].split())
        self.assertIn("Confirmed orders with taxes", text)
        self.assertIn("Days of Europe/Paris.", text)
        self.assertIn("Only the orders that the filters", text)
        self.assertNotIn("Companies:", text)

    def test_nobody_renders_the_figures_of_another(self):
        self.make_sales()
        dashboard = self.generate()
        other = self.make_user("dashboard_other", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.render(dashboard.with_user(other))

    def test_what_mail_programs_ask_for(self):
        """Tables as frames, colours as attributes too, dark colours as an addition."""
        self.make_sales()
        mail = self.render(link="https://x.example/")
        page = self.open_page(mail)
        self.assertTrue(mail["html"].startswith("<!DOCTYPE html>"))
        self.assertEqual(
            page.xpath("//meta[@name='color-scheme']/@content"), ["light dark"]
        )
        self.assertIn("prefers-color-scheme: dark", page.xpath("string(//style)"))
        self.assertIn("<!--[if mso]>", mail["html"])
        frames = page.xpath("//table[.//table or .//img or .//a]")
        self.assertTrue(frames)
        for table in frames:
            self.assertEqual(table.get("role"), "presentation")
        for colored in page.xpath("//*[contains(@style, 'background-color')]"):
            self.assertIn(colored.get("bgcolor"), colored.get("style"))
        for text in page.xpath("//p|//h1|//h2|//span[@class]"):
            self.assertIn("color", text.get("style") or "")
        # Gmail cuts longer ones off.
        self.assertLess(len(mail["html"].encode()), 102_000)

    def test_a_long_mail_is_short_enough_for_gmail(self):
        for index in range(12):
            partner = self.make_customer(f"{'Long name ' * 12}{index}")
            self.make_order(1000 + index, partner=partner, at="2025-06-03 10:00:00")
        mail = self.render(unsubscribe_url="https://x.example/" + "y" * 300)
        self.assertLess(len(mail["html"].encode()), 102_000)
        self.assertIn("and 2 further customers", mail["text"])


@tagged("post_install", "-at_install")
class TestMailLanguages(MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("de_DE", "fr_FR", "ar_001"):
            cls.env["res.lang"]._activate_lang(code)

    def render_in(self, lang):
        self.make_sales()
        mail = self.render(lang=lang)
        return mail, self.open_page(mail)

    def test_german(self):
        mail, page = self.render_in("de_DE")
        self.assertEqual(page.get("lang"), "de")
        self.assertIn("1.–30. Juni 2025", mail["subject"])
        self.assertIn("$ 1.300,00", " ".join(mail["subject"].split()))
        self.assertIn("$ 1.300,00", self.figures(page)["total_revenue"])
        self.assertIn("$ 1.234,56", " ".join(mail["text"].split()))
        self.assertIn("1.–31. Mai 2025", mail["text"])

    def test_french(self):
        mail, page = self.render_in("fr_FR")
        self.assertIn("1–30 juin 2025", mail["subject"])
        [amount] = re.findall(r"\$.1.300,00", self.figures(page)["total_revenue"][1])
        self.assertTrue(amount)

    def test_arabic(self):
        mail, page = self.render_in("ar_001")
        self.assertEqual(page.get("dir"), "rtl")
        self.assertEqual(page.get("lang"), "ar")
        # The sign stays before its number; time runs as in the picture.
        self.assertIn("\u2066−35%\u2069", self.figures(page)["total_revenue"][2])
        [chart] = page.xpath("//img/ancestor::table[1]")
        self.assertEqual(chart.get("dir"), "ltr")
        self.assertIn("يونيو", mail["subject"])

    def test_the_readers_own_language(self):
        self.viewer.lang = "de_DE"
        self.make_sales()
        dashboards = self.dashboards().with_context(lang="de_DE")
        dashboard = dashboards.browse(dashboards.generate("2025-06-01", "2025-06-30"))
        self.assertIn("Juni", self.render(dashboard)["subject"])
        # A language that is not installed is no reason to send nothing.
        self.assertIn("Jun", self.render(dashboard, lang="xx_XX")["subject"])


@tagged("post_install", "-at_install")
class TestMailAddress(MailCase):
    def read_address(self, dashboard):
        address = urlsplit(dashboard._get_address())
        self.assertEqual(address.path, "/sale_dashboard/view")
        return {name: value for name, [value] in parse_qs(address.query).items()}

    def test_days_and_choices(self):
        self.assertEqual(
            self.read_address(self.generate()),
            {
                "companies": str(self.company.id),
                "period": "custom",
                "from": "2025-06-01",
                "to": "2025-06-30",
                "granularity": "daily",
            },
        )
        found = self.read_address(
            self.generate(compare="none", measure="total", period_type="weekly")
        )
        self.assertEqual(
            (found["compare"], found["measure"], found["granularity"]),
            ("none", "total", "weekly"),
        )

    def test_filters_let_by_the_same_orders(self):
        team = self.env["crm.team"].create({"name": "Europe"})
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customer.id}
        )
        self.make_order(100, team_id=team.id, user_id=self.viewer.id)
        self.make_order(10, team_id=team.id, user_id=self.viewer.id, partner=contact)
        self.make_order(1, team_id=team.id)
        dashboard = self.generate(
            filters={
                "team_ids": team.ids,
                "user_ids": self.viewer.ids,
                "partner_ids": contact.ids,
                "domain": [["amount_untaxed", ">", 0]],
            }
        )
        self.assertEqual(dashboard.total_revenue, 110.0)
        [facet] = json.loads(self.read_address(dashboard)["filters"])
        found = self.generate(filters={"domain": literal_eval(facet["domain"])})
        self.assertEqual(found.total_revenue, 110.0)


@tagged("post_install", "-at_install")
class TestMailAddressOpened(MailCase, HttpCase):
    def open(self, companies):
        self.viewer.password = "dashboard_viewer"
        self.authenticate("dashboard_viewer", "dashboard_viewer")
        return self.url_open(
            f"/sale_dashboard/view?companies={companies}&period=custom"
            "&from=2025-06-01&to=2025-06-30&filters=%5B%5D",
            allow_redirects=False,
        )

    def test_it_leads_to_the_page_in_the_companies_of_the_mail(self):
        second = self.make_company("Second Inc", self.eur)
        foreign = self.make_company("Foreign Inc", self.eur)
        self.viewer.company_ids += second
        response = self.open(f"{second.id}-{self.company.id}-{foreign.id}-x")
        self.assertEqual(response.status_code, 303)
        target = urlsplit(response.headers["Location"])
        self.assertEqual(target.path, "/odoo/sales-dashboard")
        self.assertEqual(
            parse_qs(target.query),
            {
                "period": ["custom"],
                "from": ["2025-06-01"],
                "to": ["2025-06-30"],
                "filters": ["[]"],
            },
        )
        self.assertEqual(response.cookies["cids"], f"{second.id}-{self.company.id}")

    def test_without_any_company_of_his_the_reader_keeps_his_own(self):
        response = self.open("999999")
        self.assertEqual(response.status_code, 303)
        self.assertNotIn("cids", response.cookies)

    def test_who_is_not_logged_in_is_asked_to(self):
        # A number that is no id is nobody's company, however long it is.
        response = self.url_open(f"/sale_dashboard/view?companies={'9' * 5000}")
        self.assertEqual(response.status_code, 200)
        response = self.url_open("/sale_dashboard/view?period=yesterday")
        self.assertIn("/web/login", response.url)


@tagged("post_install", "-at_install")
class TestMailMessage(MailCase):
    """The mail as it leaves, read back from its bytes."""

    def make_message(self, **values):
        subscription = self.env["sale.dashboard.subscription"].create(
            {
                "name": "Morning figures",
                "user_id": self.viewer.id,
                "user_ids": [Command.set(self.viewer.ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                **values,
            }
        )
        self.viewer.email = "viewer@example.com"
        message = subscription._make_message(
            self.generate(), self.viewer, None, [], "<1@example.com>"
        )
        return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)

    def test_parts(self):
        self.make_sales()
        message = self.make_message()
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        # The last that a program can show is the best one (RFC 2046).
        text, related = message.iter_parts()
        self.assertEqual(text.get_content_type(), "text/plain")
        self.assertEqual(related.get_content_type(), "multipart/related")
        page, image = related.iter_parts()
        self.assertEqual(page.get_content_type(), "text/html")
        self.assertEqual(image.get_content_type(), "image/png")
        self.assertEqual(image.get_content_disposition(), "inline")
        [source] = html.document_fromstring(page.get_content()).xpath("//img/@src")
        self.assertEqual(f"<{source.removeprefix('cid:')}>", image["Content-ID"])
        self.assertTrue(image.get_content().startswith(b"\x89PNG"))
        for part in (plain(text.get_content()), plain(page.get_content())):
            self.assertIn("$ 1,300.00", part)
            self.assertIn("$ 1,234.56", part)
        # Some servers refuse longer lines (RFC 5321, 4.5.3.1.6).
        self.assertLess(max(map(len, message.as_bytes().splitlines())), 999)

    def test_both_ways_out_are_the_same(self):
        self.make_sales()
        message = self.make_message()
        [address] = re.fullmatch(r"<(.+)>", message["List-Unsubscribe"]).groups()
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        page = html.document_fromstring(message.get_body(("html",)).get_content())
        route = urlsplit(address).path.rpartition("/")[0]
        self.assertTrue([one for one in page.xpath("//a/@href") if route in one])
        self.assertIn(route, message.get_body(("plain",)).get_content())

    def test_names_do_not_become_headers(self):
        self.make_sales()
        self.company.name = EVIL
        message = self.make_message(name=EVIL)
        self.assertNotIn("Bcc", message)
