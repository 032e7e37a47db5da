"""Do the intervals of the adjusted lift hold the truth as often as they say?

Two protocols. *Counts*: what was seen is a Poisson count of a known mean; coverage is then a sum,
exact, averaged over the means of a band. *Shops*: the same shop is generated again and again, with
planted pairs and others; a pair's true lift is its mean count by its mean expected count over all
of them, and its interval in each either holds that or not. The second includes that expected counts
are estimated from the same orders, and that counts aren't quite Poisson. Pairs are chosen before
anything is seen: those chosen because they are significant overstate themselves, whatever the
interval.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import special

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.lift_spread import lift_interval, lift_spread
from bundle_pipeline.mining.null_model import size_classes
from bundle_pipeline.mining.occurrences import tallied
from bundle_pipeline.mining.pair_chance import expected_pair_counts
from bundle_pipeline.statistics.poisson import exact_interval, mean_interval
from bundle_pipeline_tests.support.generators import Noise, Pairs, planted_shop

Floats = npt.NDArray[np.float64]

BANDS = ((0.5, 1), (1, 2), (2, 5), (5, 10), (10, 20), (20, 50), (50, 200), (200, 1000))
_MEANS_PER_BAND = 400
_SHOP = Noise(order_count=4000, variant_count=300, mean_size=4)
_PLANTED_PAIRS, _PLANTED_SHARE = 60, 0.3
_POPULAR = 60


@dataclass(frozen=True)
class Covered:
    """How often intervals held the truth, for true means of a band."""

    what: str
    """Counts, or which pairs."""
    band: tuple[float, float]
    intervals: int
    """Intervals that were looked at; 0 where coverage is a sum."""
    coverage: float
    exact_coverage: float
    """The same for the exact interval of a Poisson mean, which counts what was seen in full."""


def coverage_of_counts() -> Iterator[Covered]:
    """Coverage by mean, if counts are Poisson: exact."""
    counts = np.arange(2 * int(BANDS[-1][1]))
    for band in BANDS:
        means = np.geomspace(*band, _MEANS_PER_BAND)[:, None]
        chance = np.exp(special.xlogy(counts, means) - means - special.gammaln(counts + 1))
        ours, exact = (
            float((chance * ((low <= means) & (means <= high))).sum(axis=1).mean())
            for low, high in (mean_interval(counts), exact_interval(counts))
        )
        yield Covered("counts", band, 0, ours, exact)


def coverage_of_shops(replicates: int) -> Iterator[Covered]:
    """Coverage by mean count over replicates of a shop: of planted pairs, then of popular pairs."""
    counts, expected, ours = _replicated(replicates)
    true_lift = counts.mean(axis=0) / expected.mean(axis=0)
    low, high = exact_interval(counts)
    exact = (low / expected <= true_lift) & (true_lift <= high / expected)
    held = (ours[0] <= true_lift) & (true_lift <= ours[1])
    mean = counts.mean(axis=0)
    chosen = _planted()
    planted = np.array([pair in chosen for pair in _members()])
    for what, which in (("planted", planted), ("popular", ~planted)):
        for band in (*BANDS, (BANDS[0][0], BANDS[-1][1])):
            inside = which & (mean >= band[0]) & (mean < band[1])
            if inside.any():
                coverage = (float(each[:, inside].mean()) for each in (held, exact))
                yield Covered(what, band, int(inside.sum()) * replicates, *coverage)


def _replicated(replicates: int) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """Counts, expected counts and interval ends, each of shape (replicates, pairs)."""
    rows: list[Floats] = []
    members = _members()
    for seed in range(replicates):
        baskets, _ = planted_shop(
            _SHOP,
            pair_count=_PLANTED_PAIRS,
            planted_share=_PLANTED_SHARE,
            seed=seed,
            pair_seed=0,
        )
        encoded = encode_baskets(baskets)
        code = {variant_id: number for number, variant_id in enumerate(encoded.variant_ids)}
        pairs = np.array([[code[a], code[b]] for a, b in members])
        classes = size_classes(encoded)
        by_class = tallied(encoded, pairs, classes.of_basket, label_count=classes.class_count)
        counts = by_class.baskets.sum(axis=1)
        expected = expected_pair_counts(encoded, pairs, "size_classes")
        low, high = lift_interval(counts, lift_spread(classes, pairs, by_class.baskets))
        rows.append(np.stack([counts, expected, low / expected, high / expected]))
    counts, expected, low, high = np.stack(rows, axis=1)
    return counts, expected, (low, high)


def _members() -> list[tuple[str, str]]:
    """The planted pairs, and all pairs of the most popular variants; sorted."""
    popular = [f"v{code:06}" for code in range(_POPULAR)]
    return sorted(_planted() | set(combinations(popular, 2)))


def _planted() -> Pairs:
    return planted_shop(
        _SHOP, pair_count=_PLANTED_PAIRS, planted_share=_PLANTED_SHARE, seed=0, pair_seed=0
    )[1]
