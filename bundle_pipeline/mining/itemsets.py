"""Triples bought together more often than their best pair and the third variant explain."""

import hashlib
import logging
import math

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.counting import tally_itemsets
from bundle_pipeline.mining.evidence import customer_counts, evidence_frame
from bundle_pipeline.mining.held_out import (
    Evidence,
    held_out_labels,
    held_out_verdicts,
    split_at,
    split_position,
    untested,
)
from bundle_pipeline.mining.multiplicity import benjamini_hochberg
from bundle_pipeline.mining.null_model import expected_triple_counts, size_classes
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.mining.triple_counts import Grown, frequent_triples, pairs_to_grow
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import Itemsets
from bundle_pipeline.statistics.poisson import mean_interval, upper_tail

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

_ID_DIGITS = 16


def mine_itemsets(
    baskets: EncodedBaskets, pair_rules: pl.DataFrame, params: MiningParams
) -> dy.DataFrame[Itemsets]:
    """Three variants bought together more often than their best pair explains.

    Looked at are the triples that at least two significant pairs connect: a triple with fewer holds
    a variant that isn't known to go with any of the others. ``q_value`` is Benjamini-Hochberg over
    all possible triples of the shop's variants; those that weren't looked at count as p = 1.

    Args:
        baskets: Counted baskets of the shop.
        pair_rules: Rules mined from the same baskets.
        params: Thresholds, and the limit on what is looked at.

    Returns:
        Significant triples (``q_value <= max_q``) with ``adjusted_lift > 1``.
    """
    grown = grown_pairs(baskets, pair_rules, params)
    triples, count = frequent_triples(baskets, grown.pairs, params)
    pairs, splits = _split(triples, baskets.variant_count)
    expected = _expected(baskets, triples, pairs, splits, params)
    p_values = upper_tail(count, expected)
    family = math.comb(baskets.variant_count, 3)
    q_values = benjamini_hochberg(p_values, family_size=family)
    kept = (count > expected) & (q_values <= params.max_q)
    itemsets = pl.concat(
        [
            _named(baskets, triples[kept]),
            evidence_frame(
                count[kept],
                expected[kept],
                p_values[kept],
                q_values[kept],
                interval=mean_interval(count[kept]),
            ),
            _backing(baskets, triples[kept], params),
        ],
        how="horizontal",
    ).with_columns(support=pl.col("basket_count") / baskets.basket_count)
    logger.info(
        "mine_itemsets: %d significant pairs in (%d more left out); %d candidates, %d tested; "
        "%d rows out",
        len(grown.pairs),
        grown.left_out_count,
        grown.candidate_count,
        len(triples),
        itemsets.height,
    )
    return declared(Itemsets, itemsets.sort("itemset_id"))


def grown_pairs(encoded: EncodedBaskets, pair_rules: pl.DataFrame, params: MiningParams) -> Grown:
    """Significant pairs that triples are grown from, as many as the limit allows."""
    code = pl.DataFrame({"id": encoded.variant_ids}).with_row_index("code")
    pairs = (
        pair_rules.filter("is_significant", pl.col("antecedent_id") < pl.col("consequent_id"))
        .sort("p_value", "antecedent_id", "consequent_id")
        .join(code, left_on="antecedent_id", right_on="id", validate="m:1", maintain_order="left")
        .join(code, left_on="consequent_id", right_on="id", validate="m:1", maintain_order="left")
        .select(pl.col("code", "code_right").cast(pl.Int64))
        .to_numpy()
    )
    return pairs_to_grow(pairs, encoded.variant_count, max_candidates=params.max_triple_candidates)


def _split(triples: Codes, width: int) -> tuple[Codes, Codes]:
    """The distinct pairs of the triples, and per triple the pair without each of its variants."""
    first, second, third = triples.T
    without = np.concatenate(
        [second * width + third, first * width + third, first * width + second]
    )
    keys, place = np.unique(without, return_inverse=True)
    pairs = np.column_stack([keys // max(width, 1), keys % max(width, 1)])
    return pairs, place.reshape(3, len(triples)).T


def _expected(
    part: EncodedBaskets, triples: Codes, pairs: Codes, splits: Codes, params: MiningParams
) -> Floats:
    classes = size_classes(part)
    tally = tally_itemsets(
        part, pairs, classes.of_basket, label_count=classes.class_count, params=params
    )
    return expected_triple_counts(
        classes,
        triples,
        pair_counts=tally.baskets.astype(np.float64),
        pair_rooms=tally.rooms.astype(np.float64),
        splits=splits,
    )


def _backing(encoded: EncodedBaskets, triples: Codes, params: MiningParams) -> pl.DataFrame:
    """Customers behind each triple, and whether the newest baskets show it again."""
    split = split_position(encoded, params.held_out_share)
    tally = tally_itemsets(
        encoded, triples, held_out_labels(encoded, split), label_count=2, params=params
    )
    customers = customer_counts(tally, encoded)
    if split is None:
        return pl.concat([customers, untested(len(triples))], how="horizontal")
    pairs, splits = _split(triples, encoded.variant_count)
    older, newest = (
        Evidence(
            count=tally.baskets[:, label], expected=_expected(part, triples, pairs, splits, params)
        )
        for label, part in enumerate(split_at(encoded, split))
    )
    return pl.concat([customers, held_out_verdicts(older, newest)], how="horizontal")


def _named(encoded: EncodedBaskets, triples: Codes) -> pl.DataFrame:
    names = [encoded.variant_ids.gather(triples[:, place]) for place in range(3)]
    frame = pl.DataFrame(dict(zip(("a", "b", "c"), names, strict=True)))
    # Ids may hold any character; JSON keeps ["a,b", "c"] apart from ["a", "b,c"].
    return frame.select(variant_ids=pl.concat_list("a", "b", "c")).with_columns(
        itemset_id=_hashed(frame)
    )


def _hashed(names: pl.DataFrame) -> pl.Series:
    written = names.select(pl.concat_list("a", "b", "c").alias("ids")).write_ndjson()
    digests = [
        hashlib.sha256(line.encode()).hexdigest()[:_ID_DIGITS] for line in written.splitlines()
    ]
    return pl.Series(digests, dtype=pl.String)
