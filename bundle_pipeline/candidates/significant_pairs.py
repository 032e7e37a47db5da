"""Bundles that significant pairs suggest."""

import polars as pl

from bundle_pipeline.candidates.evidence import EVIDENCE_FIELDS
from bundle_pipeline.candidates.suggestions import frequently_bought

PROVENANCE = "significant_pair"


def suggested_by_pairs(pair_rules: pl.DataFrame) -> pl.DataFrame:
    """One suggestion per significant unordered pair.

    The anchor is the antecedent of the direction with the higher confidence: on its page the
    add-on is bought most often. Equal confidences go to the smaller variant id.

    Args:
        pair_rules: ``PairRules``, both directions of each pair.

    Returns:
        Suggestions of kind FBT, proven, in no set order.
    """
    reverse_confidence = pl.col("basket_count") / pl.col("consequent_basket_count")
    return (
        pair_rules.filter(pl.col("is_significant"))
        .pipe(_better_direction)
        .with_columns(reverse_confidence=reverse_confidence)
        .select(
            anchor_id="antecedent_id",
            add_on_ids=pl.concat_list("consequent_id"),
            evidence=pl.struct(EVIDENCE_FIELDS),
        )
        .pipe(frequently_bought, PROVENANCE, backing="proven")
    )


def _better_direction(rules: pl.DataFrame) -> pl.DataFrame:
    is_sorted = pl.col("antecedent_id") < pl.col("consequent_id")
    return (
        rules.with_columns(
            first_id=pl.when(is_sorted).then("antecedent_id").otherwise("consequent_id"),
            second_id=pl.when(is_sorted).then("consequent_id").otherwise("antecedent_id"),
        )
        .sort("confidence", "antecedent_id", descending=[True, False])
        .unique(["first_id", "second_id"], keep="first", maintain_order=True)
    )
