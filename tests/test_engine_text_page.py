"""Plain text in columns."""

from unittest import TestCase

from odoo.addons.sale_dashboard.engine.text_page import TextPage, display_width


class TestEngineTextPage(TestCase):
    def test_a_page(self):
        page = TextPage()
        page.heading("Sales")
        page.paragraph("One.", "", "Two.")
        page.table([["Revenue", "1,234.00", "+8%"], ["Orders", "42"]])
        page.items(["first", "second"])
        page.table([])
        page.paragraph("")
        self.assertEqual(
            page.finish(),
            "Sales\n=====\n\n"
            "One.\nTwo.\n\n"
            "Revenue  1,234.00  +8%\n"
            "Orders         42\n\n"
            "- first\n- second\n",
        )

    def test_wide_letters_take_two_columns(self):
        self.assertEqual(display_width("売上"), 4)
        page = TextPage()
        page.table([["売上", "1"], ["abcdef", "10"]])
        self.assertEqual(page.finish(), "売上     1\nabcdef  10\n")

    def test_marks_of_direction_take_none(self):
        self.assertEqual(display_width("\u2066+1\u2069"), 2)

    def test_long_names_go_on_below(self):
        page = TextPage()
        page.table([["Trading Company of the Far and the Near East", "5.00"]])
        self.assertEqual(
            page.finish(),
            "Trading Company of the Far and the  5.00\n  Near East\n",
        )

    def test_long_lines_are_wrapped_but_addresses(self):
        page = TextPage()
        address = "https://example.com/" + 100 * "x"
        page.paragraph("word " * 30, address)
        lines = page.finish().splitlines()
        self.assertIn(address, lines)
        self.assertTrue(all(len(line) <= 76 for line in lines if line != address))
