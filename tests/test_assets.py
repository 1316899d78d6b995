"""The bundle that is loaded when the dashboard is opened."""

import re
from pathlib import Path

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged

BUNDLE = "sale_dashboard.assets"
FOLDER = Path(get_module_path("sale_dashboard"), "static", "src", "dashboard")


@tagged("post_install", "-at_install")
class TestAssets(TransactionCase):
    def test_styles_of_every_file(self):
        """An error of Sass drops the whole sheet, and only the page would tell."""
        bundle = self.env["ir.qweb"]._get_asset_bundle(BUNDLE, js=False)
        css = bundle.preprocess_css()
        self.assertEqual(bundle.css_errors, [])
        files = sorted(FOLDER.glob("**/*.scss"))
        self.assertTrue(files)
        for file in files:
            with self.subTest(file=file.name):
                # The first class that a line of its own gives rules to.
                [name] = re.findall(r"^\s*\.(o_sd_\w+)", file.read_text(), re.M)[:1]
                self.assertRegex(css, rf"\.{name}\b")

    def test_templates_of_every_file(self):
        """A template that cannot be read is an error of the script, in the page."""
        script = self.env["ir.qweb"]._get_asset_bundle(BUNDLE, css=False)
        templates = script.generate_xml_bundle()
        for file in FOLDER.glob("**/*.xml"):
            for name in re.findall(r't-name="([^"]+)"', file.read_text()):
                with self.subTest(template=name):
                    self.assertIn(f'"{name}"', templates)
