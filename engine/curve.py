"""The curve as a picture, for readers that run no script: mails.

The picture holds no letter and no digit. What it says is written beside it in the mail,
in the reader's own fonts: so that every script is shown as its readers expect, nothing
is too small on a phone, and a screen reader reads it. Its background is transparent and
its colours have a contrast of 3 : 1 and more on white as well as on the dark
backgrounds of mail programs, which turn colours of text round but not of pictures.

Everything here works on objects of its own: safe in any number of threads.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 496, 176  # as shown, in CSS pixels
DENSITY = 2  # for screens with small pixels
SMOOTHING = 2  # drawn larger and reduced: Pillow draws without smoothing
MARGIN = 3
BAR_COLOR = (151, 104, 143, 255)  # Odoo's brand, lightened until dark suits it too
SOFT_BAR_COLOR = (151, 104, 143, 105)
LINE_COLOR = (13, 138, 145, 255)
GRID_COLOR = (128, 134, 150, 90)
ZERO_COLOR = (128, 134, 150, 255)
CLEAR = (0, 0, 0, 0)
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
NARROWEST_BAR = 2.5  # CSS pixels; more buckets are an area
DASH, GAP = 6, 4


@dataclass(frozen=True)
class Point:
    """One bucket: its revenue, what it is compared with, and whether it is whole."""

    value: float
    previous: float | None = None
    is_cut: bool = False


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, both multiples of a round step, as is the middle."""

    low: float
    high: float

    @property
    def middle(self):
        return (self.low + self.high) / 2

    def part(self, value):
        """Where a value is: 0 at the bottom, 1 at the top."""
        return (value - self.low) / (self.high - self.low)


def make_axis(points):
    """The axis on which all points fit, zero included.

    It has steps below zero and above it, an even number together, so that its middle
    can be labelled as its ends are.
    """
    values = [0.0, *(point.value for point in points)]
    values += [point.previous for point in points if point.previous is not None]
    smallest, largest = min(values), max(values)
    axes = []
    for below, above in ((0, 2), (1, 3), (1, 1), (3, 1), (2, 0)):
        if (smallest < 0 and not below) or (largest > 0 and not above):
            continue
        step = _round_up(max(largest / (above or 1), -smallest / (below or 1)))
        axes.append(Axis(-below * step, above * step))
    return min(axes, key=lambda axis: axis.high - axis.low)


def _round_up(size):
    """The next round number."""
    if not size:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(size))
    # A size of 3 steps of 0.1 is a bit more than 0.3.
    return next(
        step * magnitude for step in STEPS if step * magnitude >= size * (1 - 1e-9)
    )


@lru_cache(maxsize=64)
def draw(points):
    """The picture of points, in their order.

    :param tuple points: :class:`Point`; at least one
    :return: a PNG, ``DENSITY`` times as large as it is to be shown
    :rtype: bytes
    """
    drawing = _Drawing(make_axis(points), len(points))
    drawing.grid()
    if drawing.slot >= NARROWEST_BAR:
        for index, point in enumerate(points):
            drawing.bar(index, point)
    else:
        drawing.area([point.value for point in points])
    drawing.line([point.previous for point in points])
    return drawing.finish()


class _Drawing:
    def __init__(self, axis, count):
        self.scale = DENSITY * SMOOTHING
        size = (WIDTH * self.scale, HEIGHT * self.scale)
        self.image = Image.new("RGBA", size, CLEAR)
        self.pen = ImageDraw.Draw(self.image)
        self.axis = axis
        self.slot = WIDTH / count

    def x(self, index):
        """The middle of a bucket."""
        return (index + 0.5) * self.slot * self.scale

    def y(self, value):
        inner = HEIGHT - 2 * MARGIN
        return (MARGIN + (1 - self.axis.part(value)) * inner) * self.scale

    def grid(self):
        for value in (self.axis.low, self.axis.middle, self.axis.high):
            self._rule(value, GRID_COLOR)
        self._rule(0, ZERO_COLOR)

    def _rule(self, value, color):
        y = self.y(value)
        half = self.scale / 2
        self.pen.rectangle((0, y - half, WIDTH * self.scale, y + half - 1), fill=color)

    def bar(self, index, point):
        width = min(self.slot * 0.72, 40) * self.scale
        zero, end = self.y(0), self.y(point.value)
        if abs(zero - end) < 1:
            return
        box = (
            self.x(index) - width / 2,
            min(zero, end),
            self.x(index) + width / 2,
            max(zero, end),
        )
        up = point.value > 0
        self.pen.rounded_rectangle(
            box,
            radius=min(3 * self.scale, width / 3, abs(zero - end)),
            corners=(up, up, not up, not up),
            fill=SOFT_BAR_COLOR if point.is_cut else BAR_COLOR,
            outline=BAR_COLOR,
            width=self.scale if point.is_cut else 0,
        )

    def area(self, values):
        line = [(self.x(index), self.y(value)) for index, value in enumerate(values)]
        zero = self.y(0)
        outline = [(line[0][0], zero), *line, (line[-1][0], zero)]
        self.pen.polygon(outline, fill=SOFT_BAR_COLOR)
        self.pen.line(line, fill=BAR_COLOR, width=2 * self.scale, joint="curve")

    def line(self, values):
        """Dashed; cut out of what is under it, so that it shows on bars as well."""
        runs, run = [], []
        for index, value in enumerate([*values, None]):
            if value is not None:
                run.append((self.x(index), self.y(value)))
            elif run:
                runs.append(run)
                run = []
        for run in runs:
            if len(run) == 1:
                half = self.slot * self.scale / 3
                ((x, y),) = run
                run = [(x - half, y), (x + half, y)]
            dashes = list(_dash(run, DASH * self.scale, GAP * self.scale))
            for color, width in ((CLEAR, 6), (LINE_COLOR, 3)):
                for dash in dashes:
                    self._stroke(dash, color, round(width * self.scale))

    def _stroke(self, points, color, width):
        self.pen.line(points, fill=color, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            half = width / 2
            self.pen.ellipse((x - half, y - half, x + half, y + half), fill=color)

    def finish(self):
        size = (WIDTH * DENSITY, HEIGHT * DENSITY)
        picture = self.image.resize(size, Image.Resampling.BOX)
        # 64 colours are more than there are, shades included: a third of the bytes.
        picture = picture.quantize(64, method=Image.Quantize.FASTOCTREE)
        with BytesIO() as buffer:
            picture.save(buffer, "PNG", optimize=True)
            return buffer.getvalue()


def _dash(points, dash, gap):
    """The pieces of a polyline that are drawn, each a polyline itself."""
    is_drawn, left = True, dash
    piece = [points[0]]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        length = math.hypot(x1 - x0, y1 - y0)
        done = 0.0
        while length - done > left:
            done += left
            at = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if is_drawn:
                yield [*piece, at]
            piece = [at]
            is_drawn = not is_drawn
            left = dash if is_drawn else gap
        left -= length - done
        piece.append((x1, y1))
    if is_drawn and len(piece) > 1:
        yield piece
