"""Thousands of ids as one text."""

from unittest import TestCase

from odoo.addons.sale_dashboard.engine.id_list import pack, unpack


class TestEngineIdList(TestCase):
    def test_as_given(self):
        """Order, repetition, the largest id and "no record" survive."""
        ids = [7, 3, False, 2**31 - 1, 3, 1]
        self.assertEqual(unpack(pack(ids)), ids)
        self.assertIs(unpack(pack(ids))[2], False)
        self.assertEqual(unpack(pack([])), [])

    def test_same_everywhere(self):
        """The text does not depend on the machine: 1 is 01 00 00 00."""
        self.assertEqual(pack([1]), "AQAAAA==")

    def test_too_large(self):
        with self.assertRaises(OverflowError):
            pack([2**31])
