"""Draws cost against the number of orders: `bench_plot.py TARGET < sizes.json`.

`sizes.json`: number of orders -> name of a series -> median in milliseconds.
"""

import json
import sys

from matplotlib import pyplot
from matplotlib.ticker import FuncFormatter, LogLocator

#: series: label, colour, style
LINES = {
    "ours_365d": ("dashboard, 365 days", "#714b67", "-"),
    "sql_365d": ("SQL by hand, 365 days", "#714b67", ":"),
    "ours_30d": ("dashboard, 30 days", "#017e84", "-"),
    "sql_30d": ("SQL by hand, 30 days", "#017e84", ":"),
    "cached_30d": ("dashboard from its cache", "#8f8f8f", "-"),
}


def human(number, _position=None):
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:g} {unit}"
    return f"{number:g}"


def main(target):
    sizes = {int(orders): series for orders, series in json.load(sys.stdin).items()}
    orders = sorted(sizes)
    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    for name, (label, colour, style) in LINES.items():
        points = [(one, sizes[one][name]) for one in orders if name in sizes[one]]
        axes.plot(
            *zip(*points, strict=True),
            style,
            marker="o",
            markersize=4,
            color=colour,
            label=label,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(orders)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(FuncFormatter(human))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda ms, _position: f"{ms:g} ms"))
    axes.set_xlabel("orders in the database")
    axes.set_ylabel("median of the server's time")
    axes.grid(visible=True, axis="y", color="#e0e0e0")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(target, dpi=150)


if __name__ == "__main__":
    main(*sys.argv[1:])
