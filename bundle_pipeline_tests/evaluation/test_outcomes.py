"""Lists of bundles on held-out orders."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.evaluation.outcomes import COLUMNS, try_bundles
from bundle_pipeline_tests.support.frames import baskets_frame


def bundles(*variant_ids: str, confidence: float | None = 0.5) -> pl.DataFrame:
    """Bundles by rank, a letter for each variant."""
    return pl.DataFrame(
        {
            "variant_ids": [list(held) for held in variant_ids],
            "confidence": [confidence] * len(variant_ids),
            "rank": range(1, len(variant_ids) + 1),
        },
        schema={"variant_ids": pl.List(pl.String), "confidence": pl.Float64, "rank": pl.Int64},
    )


def orders(*held: str) -> EncodedBaskets:
    return encode_baskets(baskets_frame(*held))


def sums(found: np.ndarray) -> dict[str, float]:
    return dict(zip(COLUMNS, found.sum(axis=0).tolist(), strict=True))


def test_outcomes_worked_out_by_hand() -> None:
    # Pages: a shows b, then c; b shows a; c shows a.
    tried = try_bundles(bundles("ab", "ac"), orders("ab", "acd", "bc", "a", "x"))
    second, third = 1 / math.log2(3), 1 / math.log2(4)
    # ab: a hits b at place 1, b hits a; acd: a hits c at place 2, c hits a; bc: nothing is right.
    assert sums(tried.outcomes) == {
        "order": 3,
        "hit": 2,
        "shown": (2 + 1) + (2 + 1) + (1 + 1),
        "right": 2 + 2 + 0,
        "others": 2 + 6 + 2,
        "gain": pytest.approx(1 + 1 + second + 1),
        "best_gain": pytest.approx(2 + 3 * (1 + second) + 2),
    }
    assert tried.variant_count == 3
    assert third < second


def test_confidence_is_kept_or_not() -> None:
    # a is in three orders of several: both bundles promise one and a half each; two are kept.
    tried = try_bundles(bundles("ab", "ac"), orders("ab", "ac", "ad", "bd"))
    assert tried.calibration == pytest.approx(2 / 3)
    assert try_bundles(bundles("ab", confidence=None), orders("ab")).calibration is None


def test_bundles_of_variants_that_nobody_bought_hit_nothing() -> None:
    tried = try_bundles(bundles("az", "abz"), orders("ab", "bc"))
    found = sums(tried.outcomes)
    assert found["hit"] == 0
    # Of the triple a and b are still shown beside each other.
    assert (found["shown"], found["right"]) == (3, 2)


def test_no_bundles_and_no_orders_are_nothing() -> None:
    assert sums(try_bundles(bundles(), orders("ab")).outcomes)["hit"] == 0
    assert try_bundles(bundles("ab"), orders("a")).outcomes.shape == (0, len(COLUMNS))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text("abcdef", min_size=1, max_size=5), min_size=1, max_size=12),
    st.lists(
        st.text("abcdefg", min_size=2, max_size=3).filter(lambda t: len(set(t)) == len(t)),
        max_size=6,
    ),
)
def test_outcomes_are_those_of_counting_by_hand(held: list[str], sets: list[str]) -> None:
    found = sums(try_bundles(bundles(*sets), orders(*held)).outcomes)
    several = [set(order) for order in held if len(set(order)) > 1]
    shows: dict[str, list[str]] = {}
    for bundle in sets:
        sold = [v for v in bundle if any(v in order for order in held)]
        for page in sold:
            beside = shows.setdefault(page, [])
            beside += [v for v in sold if v != page and v not in beside]
    assert found["order"] == len(several)
    assert found["hit"] == sum(any(order >= set(one) for one in sets) for order in several)
    pages = [(order, shows.get(page, [])) for order in several for page in order]
    assert found["shown"] == sum(len(beside) for _, beside in pages)
    assert found["right"] == sum(len(order & set(beside)) for order, beside in pages)
    gain = sum(
        1 / math.log2(place + 1)
        for order, beside in pages
        for place, other in enumerate(beside, start=1)
        if other in order
    )
    assert found["gain"] == pytest.approx(gain)
    assert found["gain"] <= found["best_gain"] + 1e-9
