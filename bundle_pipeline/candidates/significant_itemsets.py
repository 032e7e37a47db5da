"""Bundles that stored itemsets suggest, and the k-item forms of the pair measures."""

import polars as pl

from bundle_pipeline.candidates.evidence import EVIDENCE_FIELDS
from bundle_pipeline.candidates.suggestions import frequently_bought
from bundle_pipeline.statistics.shares import wilson_low

PROVENANCE = "significant_itemset"


def suggested_by_itemsets(
    itemsets: pl.DataFrame, *, pair_rules: pl.DataFrame, item_counts: pl.DataFrame
) -> pl.DataFrame:
    """One suggestion per stored itemset; mining stores only those that add to their best pair.

    The anchor is the variant with the highest ``P(others | variant)``. That is the one in the
    fewest baskets, for the baskets with all of them are the same; ties go to the smaller id.

    Args:
        itemsets: ``Itemsets``.
        pair_rules: ``PairRules``; the baskets with both add-ons are looked up here.
        item_counts: ``ItemCounts`` of every variant in an itemset.

    Returns:
        Suggestions of kind FBT, proven, in no set order.
    """
    return (
        itemsets.join(_members(itemsets, item_counts), on="itemset_id", validate="1:1")
        .pipe(_with_add_on_basket_count, pair_rules)
        .with_columns(basket_total=pl.lit(_basket_total(item_counts), pl.Int64))
        .pipe(_with_measures)
        .select("anchor_id", "add_on_ids", evidence=pl.struct(EVIDENCE_FIELDS))
        .pipe(frequently_bought, PROVENANCE, backing="proven")
    )


def _members(itemsets: pl.DataFrame, item_counts: pl.DataFrame) -> pl.DataFrame:
    """Per itemset: anchor, add-ons, their smallest basket count, and the product of all supports.

    Members are ordered first, so the float product has the same bytes whatever the row order.
    """
    counts = item_counts.select("variant_id", item_basket_count="basket_count", share="support")
    return (
        itemsets.select("itemset_id", variant_id="variant_ids")
        .explode("variant_id")
        .join(counts, on="variant_id", how="left", validate="m:1")
        .sort("itemset_id", "item_basket_count", "variant_id")
        .group_by("itemset_id", maintain_order=True)
        .agg(
            anchor_id=pl.col("variant_id").first(),
            anchor_basket_count=pl.col("item_basket_count").first(),
            add_on_ids=pl.col("variant_id").slice(1).sort(),
            rarest_add_on_count=pl.col("item_basket_count").get(1),
            independent_support=pl.col("share").product(),
        )
    )


def _with_add_on_basket_count(suggestions: pl.DataFrame, pair_rules: pl.DataFrame) -> pl.DataFrame:
    """Add ``add_on_basket_count``: counted baskets with all add-ons.

    Two add-ons are a pair, and ``pair_rules`` has its exact count. Where the pair isn't stored, the
    baskets of the rarer add-on stand in: an upper bound, so that ``reverse_confidence`` and
    ``conviction`` can only come out too low, never too high.
    """
    pair_counts = pair_rules.select(
        first_add_on_id="antecedent_id",
        second_add_on_id="consequent_id",
        add_on_pair_count="basket_count",
    )
    is_pair = pl.col("add_on_ids").list.len() == 2  # noqa: PLR2004 - a pair is two
    return (
        suggestions.with_columns(
            first_add_on_id=pl.when(is_pair).then(pl.col("add_on_ids").list.first()),
            second_add_on_id=pl.when(is_pair).then(pl.col("add_on_ids").list.last()),
        )
        .join(
            pair_counts,
            on=["first_add_on_id", "second_add_on_id"],
            how="left",
            validate="m:1",
        )
        .with_columns(add_on_basket_count=pl.coalesce("add_on_pair_count", "rarest_add_on_count"))
    )


def _with_measures(suggestions: pl.DataFrame) -> pl.DataFrame:
    """Add the literature's measures of ``anchor -> add-ons`` and of the k items together.

    - ``confidence`` and ``reverse_confidence``: ``P(add-ons | anchor)``, ``P(anchor | add-ons)``.
    - ``lift = P(all) / product of P(item)``: the interest of an itemset (Brin, Motwani and
      Silverstein, SIGMOD 1997).
    - ``leverage = P(all) - product of P(item)`` (Piatetsky-Shapiro 1991, over k items).
    - ``conviction = (1 - P(add-ons)) / (1 - confidence)`` (Brin et al., SIGMOD 1997); null where
      confidence is 1.
    - ``npmi = ln(lift) / ((k - 1) * -ln P(all))``: total correlation per event (Van de Cruys,
      DiSCo 2011), scaled so that 1 means never apart, as in Bouma 2009 for two; 0 where every
      basket holds all items.
    """
    support, independent = pl.col("support"), pl.col("independent_support")
    joint, confidence = pl.col("basket_count"), pl.col("confidence")
    add_on_support = pl.col("add_on_basket_count") / pl.col("basket_total")
    log_room = pl.col("add_on_ids").list.len().cast(pl.Float64) * -support.log()
    return suggestions.with_columns(
        confidence=joint / pl.col("anchor_basket_count"),
        confidence_low=wilson_low(joint, pl.col("anchor_basket_count")),
        reverse_confidence=joint / pl.col("add_on_basket_count"),
        lift=support / independent,
        leverage=support - independent,
        npmi=pl.when(log_room > 0)
        .then(((support / independent).log() / log_room).clip(-1.0, 1.0))
        .otherwise(0.0),
    ).with_columns(
        conviction=pl.when(confidence < 1).then((1 - add_on_support) / (1 - confidence)),
    )


def _basket_total(item_counts: pl.DataFrame) -> int | None:
    """Counted baskets of the shop: every row's ``basket_count / support``; None without rows.

    The division is off by a few units in the last place only, so rounding makes it exact.
    """
    totals = item_counts.select(total=(pl.col("basket_count") / pl.col("support")).round())
    total: float | None = totals.get_column("total").max()  # pyright: ignore[reportAssignmentType]
    return None if total is None else int(total)
