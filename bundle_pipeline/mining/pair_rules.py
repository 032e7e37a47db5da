"""Pairs bought together more often than chance, with all that is known about how sure that is."""

import logging
import math

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.association import with_association
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
from bundle_pipeline.mining.lift_spread import lift_interval, lift_spread
from bundle_pipeline.mining.multiplicity import benjamini_hochberg
from bundle_pipeline.mining.null_model import size_classes
from bundle_pipeline.mining.pair_chance import expected_pair_counts
from bundle_pipeline.mining.pair_counts import variant_counts
from bundle_pipeline.mining.pair_tests import pair_tests
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import PairRules

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


def mine_pair_rules(baskets: EncodedBaskets, params: MiningParams) -> dy.DataFrame[PairRules]:
    """Pairs of variants bought together more often than chance, one row per direction.

    Chance is judged among baskets of about the same size, see
    :mod:`~bundle_pipeline.mining.null_model` (or, by setting, in all baskets, see
    :mod:`~bundle_pipeline.mining.degree_null`). ``p_value`` is the exact Poisson upper tail, in
    shops with wholesale orders that of two tests; of pairs that plain independence explains it is
    that of independence, see :mod:`~bundle_pipeline.mining.pair_tests`.
    ``q_value`` is Benjamini-Hochberg over all possible pairs of the shop's variants, of which those
    below ``min_basket_count`` count as p = 1.

    Args:
        baskets: Counted baskets of the shop.
        params: Thresholds.

    Returns:
        Pairs with ``adjusted_lift > 1`` and ``p_value <= max_p_value``.
    """
    tests = pair_tests(baskets, params)
    pairs, count, expected, p_values = tests.pairs, tests.count, tests.expected, tests.p_values
    family = math.comb(baskets.variant_count, 2)
    q_values = benjamini_hochberg(p_values, family_size=family)
    stored = (count > expected) & (p_values <= params.max_p_value)
    interval, backing = _backed(baskets, pairs[stored], count[stored], params)
    found = evidence_frame(
        count[stored], expected[stored], p_values[stored], q_values[stored], interval=interval
    )
    found = pl.concat(
        [_named(baskets, pairs[stored]), found, backing], how="horizontal"
    ).with_columns(is_significant=pl.col("q_value") <= params.max_q)
    rules = with_association(_both_directions(found), baskets.basket_count)
    logger.info(
        "mine_pair_rules: %d baskets in; %d of %d possible pairs tested, %d significant; "
        "%d rows out",
        baskets.basket_count,
        len(pairs),
        family,
        found.get_column("is_significant").sum(),
        rules.height,
    )
    return declared(PairRules, rules.sort("antecedent_id", "consequent_id"))


def _backed(
    encoded: EncodedBaskets, pairs: Codes, count: Codes, params: MiningParams
) -> tuple[tuple[Floats, Floats], pl.DataFrame]:
    """Interval of each pair's mean count; its customers, and whether the newest baskets show it."""
    split = split_position(encoded, params.held_out_share)
    classes = size_classes(encoded)
    # Baskets of one variant, which are of no class, hold no pair.
    labels = held_out_labels(encoded, split) * classes.class_count + classes.of_basket
    tally = tally_itemsets(
        encoded, pairs, labels, label_count=2 * classes.class_count, params=params
    )
    by_part = tally.baskets.reshape(len(pairs), 2, classes.class_count)
    interval = lift_interval(count, lift_spread(classes, pairs, by_part.sum(axis=1)))
    if split is None:
        verdicts = untested(len(pairs))
    else:
        older, newest = (
            Evidence(
                count=by_part[:, label].sum(axis=1),
                expected=expected_pair_counts(part, pairs, params.null_model),
            )
            for label, part in enumerate(split_at(encoded, split))
        )
        verdicts = held_out_verdicts(older, newest)
    return interval, pl.concat([customer_counts(tally, encoded), verdicts], how="horizontal")


def _named(encoded: EncodedBaskets, pairs: Codes) -> pl.DataFrame:
    counts = variant_counts(encoded)
    return pl.DataFrame(
        {
            "antecedent_id": encoded.variant_ids.gather(pairs[:, 0]),
            "consequent_id": encoded.variant_ids.gather(pairs[:, 1]),
            "antecedent_basket_count": counts[pairs[:, 0]],
            "consequent_basket_count": counts[pairs[:, 1]],
        }
    )


def _both_directions(pairs: pl.DataFrame) -> pl.DataFrame:
    reverse = pairs.rename(
        {
            "antecedent_id": "consequent_id",
            "consequent_id": "antecedent_id",
            "antecedent_basket_count": "consequent_basket_count",
            "consequent_basket_count": "antecedent_basket_count",
        }
    ).select(pairs.columns)
    return pl.concat([pairs, reverse])
