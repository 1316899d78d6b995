"""The picture of a curve, read back pixel by pixel."""

from io import BytesIO
from unittest import TestCase

from PIL import Image

from odoo.addons.sale_dashboard.engine import curve
from odoo.addons.sale_dashboard.engine.curve import Point


def luminance(color):
    channels = [channel / 255 for channel in color[:3]]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestEngineCurve(TestCase):
    def draw(self, *points):
        picture = Image.open(BytesIO(curve.draw(points)))
        self.assertEqual(picture.format, "PNG")
        self.assertEqual(
            picture.size, (curve.WIDTH * curve.DENSITY, curve.HEIGHT * curve.DENSITY)
        )
        return picture.convert("RGBA")

    def color_at(self, picture, across, up):
        """The colour of a pixel, told by parts of the width and of the height."""
        width, height = picture.size
        inner = height - 2 * curve.MARGIN * curve.DENSITY
        y = curve.MARGIN * curve.DENSITY + (1 - up) * inner
        return picture.getpixel((round(across * width), round(y)))

    def assertNear(self, one, other):
        self.assertLess(max(abs(a - b) for a, b in zip(one, other, strict=True)), 12)

    def test_axis(self):
        for values, expected in (
            ([0], (0, 2)),
            ([1, 2.9], (0, 3)),
            ([999.99], (0, 1000)),
            ([1000.01], (0, 1200)),
            ([0.3, 0.1], (0, 0.3)),
            ([-5, -950], (-1000, 0)),
            ([100, -100], (-100, 100)),
            ([3000, -40], (-1000, 3000)),
            ([40, -3000], (-3000, 1000)),
            ([987_654_321_098.76], (0, 1e12)),
        ):
            with self.subTest(values=values):
                axis = curve.make_axis([Point(value) for value in values])
                self.assertAlmostEqual(axis.low, expected[0])
                self.assertAlmostEqual(axis.high, expected[1])

    def test_the_comparison_is_on_the_axis(self):
        axis = curve.make_axis([Point(10, 900), Point(20, -300), Point(5, None)])
        self.assertEqual((axis.low, axis.high), (-300, 900))

    def test_bars_are_as_high_as_their_values(self):
        picture = self.draw(Point(1000), Point(250), Point(0), Point(1000, is_cut=True))
        for across, up, expected in (
            (0.125, 0.95, curve.BAR_COLOR),
            (0.375, 0.2, curve.BAR_COLOR),
            (0.375, 0.3, curve.CLEAR),
            (0.625, 0.1, curve.CLEAR),
            (0.875, 0.9, curve.SOFT_BAR_COLOR),
            (0.25, 0.3, curve.CLEAR),
        ):
            with self.subTest(across=across, up=up):
                found = self.color_at(picture, across, up)
                if expected == curve.CLEAR:
                    self.assertEqual(found[3], 0)
                else:
                    self.assertNear(found, expected)

    def test_losses_hang_from_zero(self):
        picture = self.draw(Point(-100), Point(100))
        self.assertNear(self.color_at(picture, 0.25, 0.2), curve.BAR_COLOR)
        self.assertEqual(self.color_at(picture, 0.25, 0.7)[3], 0)
        self.assertNear(self.color_at(picture, 0.75, 0.7), curve.BAR_COLOR)

    def test_the_comparison_shows_on_bars_too(self):
        picture = self.draw(Point(1000, 500), Point(1000, 500))
        width, height = picture.size
        row = [picture.getpixel((x, height // 2)) for x in range(width)]
        for left, right in ((0.2, 0.3), (0.45, 0.55)):
            part = row[round(left * width) : round(right * width)]
            line = [
                color for color in part if color[1] > color[0] + 60 and color[3] > 200
            ]
            self.assertTrue(line)
            self.assertLess(len(line), len(part), "dashed")

    def test_many_buckets_are_an_area(self):
        picture = self.draw(*(Point(1000) for _day in range(1100)))
        self.assertNear(self.color_at(picture, 0.5, 0.45), curve.SOFT_BAR_COLOR)
        self.assertLess(
            len(curve.draw(tuple(Point(1000) for _day in range(1100)))), 40_000
        )

    def test_it_is_seen_on_white_and_on_dark(self):
        for color in (curve.BAR_COLOR, curve.LINE_COLOR):
            for background in ((255, 255, 255), (31, 34, 43), (20, 22, 29)):
                self.assertGreaterEqual(contrast(color, background), 3)
        picture = self.draw(Point(1), Point(2))
        self.assertEqual(picture.getpixel((5, 20))[3], 0, "a background of its own")
