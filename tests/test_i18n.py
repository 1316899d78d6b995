"""The exported translation template names nothing but this addon's own terms."""

import io
import re
from pathlib import Path

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

MODULE = "sale_dashboard"


@tagged("post_install", "-at_install")
class TestTranslationTemplate(TransactionCase):
    def test_every_reference_lies_in_the_addon(self):
        """Source references are files of the addon, the others its own records.

        A checkout has more beside the addon (`.odoo`, with Odoo's own tree in it). If
        Odoo found the addon through one link to the checkout's root, the export would
        walk into that.
        """
        with io.BytesIO() as buffer:
            trans_export(False, [MODULE], buffer, "po", self.env)
            template = buffer.getvalue().decode()
        references = re.findall(r"^#: (.+)$", template, re.MULTILINE)
        self.assertTrue(references)
        folder = Path(get_module_path(MODULE))
        source = re.compile(rf"code:addons/{MODULE}/([^.][^:]*):\d+")
        record = re.compile(rf"model(?:_terms)?:[\w.]+(?:,\w+)?:{MODULE}\.\w+")
        for reference in references:
            with self.subTest(reference=reference):
                found = source.fullmatch(reference)
                if found:
                    self.assertNotEqual(found[1].partition("/")[0], "dev")
                    self.assertTrue((folder / found[1]).is_file())
                else:
                    self.assertRegex(reference, record)
