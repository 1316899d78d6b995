"""Medians, and how far the samples lie around them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def summary(samples: Sequence[float]) -> dict[str, float]:
    """Median, least, greatest and quartile spread of samples, in their own unit."""
    ordered = sorted(samples)
    quarters = (
        statistics.quantiles(ordered, n=4, method="inclusive")
        if len(ordered) > 1
        else [ordered[0]] * 3
    )
    return {
        "median": statistics.median(ordered),
        "min": ordered[0],
        "max": ordered[-1],
        "spread": quarters[2] - quarters[0],
        "count": len(ordered),
    }


def ratio(samples: Sequence[float], others: Sequence[float]) -> float:
    """How many times the median of `others` the median of `samples` is."""
    return statistics.median(samples) / statistics.median(others)
