"""Is a count concentrated in some months of the year, against what it is compared with?

The months are scanned with every window of one, two or three neighbouring ones, December being
beside January. Given the sum n of the counts, those in a window are binomial with the window's
share of the reference, if the months are alike: an exact test. The window whose excess is the most
telling is the peak, and its p-value is multiplied by the number of windows (Bonferroni), which
bounds the error whatever the choice.

Why not chi-squared over all months? With a handful of orders a month its tail is far from the
distribution's, and it says only that the months differ, not which ones stand out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy import special  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import Codes

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_MONTHS = 12
# Longest peak. A pair sold in more than a quarter of the year hardly waits for its season.
_LONGEST_MONTHS = 3
# A peak counts as seen in a year at this level.
_LEVEL = 0.05


@dataclass(frozen=True)
class Seasons:
    """The peak of each row, whether or not it is beyond chance."""

    p_value: Floats
    """Of the peak, in 0 to 1, over all windows."""
    peak: Codes
    """Position of its window."""
    share: Floats
    """Share of the count in it."""
    even_share: Floats
    """Share that months alike would give it, by the first reference."""
    years: Codes
    """Years in which it was seen."""


@dataclass(frozen=True)
class Windows:
    """Stretches of neighbouring months of the year."""

    months: list[list[int]]
    """Months of each window, 1 to 12, in their order."""
    of_period: Flags
    """Whether a period is in a window, shape (periods, windows)."""
    year: Codes
    """Year in which the window of a period began, same shape; 0 outside of it."""


def windows_of(starts: Sequence[date]) -> Windows:
    """All windows over the months in which periods begin.

    Args:
        starts: First day of each period; of quarters four months of the year are first ones.
    """
    month = np.array([start.month for start in starts])
    year = np.array([start.year for start in starts])
    cycle: list[int] = np.unique(month).tolist()
    longest = max(_LONGEST_MONTHS * len(cycle) // _MONTHS, 1)
    months = [
        [cycle[(first + k) % len(cycle)] for k in range(length)]
        for length in range(1, longest + 1)
        for first in range(len(cycle))
    ]
    of_period = np.column_stack([np.isin(month, window) for window in months])
    begun = np.column_stack([year - (month < window[0]) for window in months])
    return Windows(months, of_period, np.where(of_period, begun, 0))


def seasons(count: Codes, references: Sequence[Floats], windows: Windows) -> Seasons:
    """The peak of each row.

    Args:
        count: Per row and period, each row with at least one.
        references: What it is compared with, at least 0 and not all 0: the peak has to stand out
            against each of them, which keeps the test right if one of them explains the count.
        windows: Of the periods.
    """
    total = count.sum(axis=1)
    inside = count @ windows.of_period
    shares = [_window_shares(reference, windows) for reference in references]
    excess = np.minimum.reduce([_excess(inside, total, share) for share in shares])
    peak = excess.argmax(axis=1)
    row = np.arange(len(count))
    tails = [_upper_tail(inside[row, peak], total, share[row, peak]) for share in shares]
    return Seasons(
        p_value=np.minimum(np.maximum.reduce(tails) * len(windows.months), 1.0),
        peak=peak,
        share=inside[row, peak] / total,
        even_share=shares[0][row, peak],
        years=_years_seen(count, references, windows, peak),
    )


def _years_seen(count: Codes, references: Sequence[Floats], windows: Windows, peak: Codes) -> Codes:
    """Years in which the count in the window is beyond chance against each reference."""
    year = windows.year.T[peak]
    total = count.sum(axis=1)
    seen = np.zeros(len(count), dtype=np.int64)
    for one in np.unique(windows.year[windows.year > 0]).tolist():
        held = year == one
        inside = (count * held).sum(axis=1)
        tails = [
            _upper_tail(inside, total, np.minimum((r * held).sum(axis=1) / r.sum(axis=1), 1.0))
            for r in references
        ]
        seen += np.maximum.reduce(tails) <= _LEVEL
    return seen


def _window_shares(reference: Floats, windows: Windows) -> Floats:
    share = reference @ windows.of_period / reference.sum(axis=1, keepdims=True)
    return np.minimum(share, 1.0)


def _excess(inside: Codes, total: Codes, share: Floats) -> Floats:
    """How telling it is that more is in a window than expected: half its Poisson deviance, or 0."""
    expected = total[:, None] * share
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = inside * np.log(inside / expected) - (inside - expected)
    return np.where(inside > expected, deviance, 0.0)


def _upper_tail(inside: Codes, total: Codes, share: Floats) -> Floats:
    """``P(Binomial(total, share) >= inside)``."""
    tail = cast("Floats", special.betainc(np.maximum(inside, 1), total - inside + 1, share))
    return np.where(inside == 0, 1.0, tail)
