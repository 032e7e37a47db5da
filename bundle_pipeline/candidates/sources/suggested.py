"""What the ladder finds, as suggestions beside those of significant pairs and itemsets."""

import polars as pl

from bundle_pipeline.candidates.sources.ladder import POOLED, Descent
from bundle_pipeline.candidates.suggestions import Backing, frequently_bought, no_suggestions


def proven_variants(pair_rules: pl.DataFrame, itemsets: pl.DataFrame) -> pl.Series:
    """Variants in a candidate of significant pairs and itemsets; sorted.

    Args:
        pair_rules: ``PairRules``.
        itemsets: ``Itemsets``.
    """
    of_pairs = pair_rules.filter("is_significant").select(variant_id="antecedent_id")
    of_itemsets = itemsets.select(variant_id="variant_ids").explode("variant_id")
    return pl.concat([of_pairs, of_itemsets]).get_column("variant_id").unique().sort()


def suggested_by_ladder(descent: Descent) -> pl.DataFrame:
    """Suggestions of kind FBT without evidence: nothing below significance is dressed as one.

    Args:
        descent: What was found.

    Returns:
        In the order of the ladder, each with its source as provenance: ``pooled`` where the pair
        was bought together and its categories are, ``unproven`` where not.
    """
    parts = [no_suggestions()]
    for rung in filter(lambda rung: rung.is_asked, descent.rungs):
        pairs = descent.pairs.filter(pl.col("source") == rung.source).select(
            "anchor_id", add_on_ids=pl.concat_list("add_on_id")
        )
        backing: Backing = "pooled" if rung.source == POOLED else "unproven"
        parts.append(frequently_bought(pairs, rung.source, backing=backing))
    return pl.concat(parts)
