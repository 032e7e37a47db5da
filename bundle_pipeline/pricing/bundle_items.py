"""What there is to price: bundles as rows, their items, and the category of each variant.

A tier of a VOLUME bundle is priced as a bundle of so many units, and a MIX_MATCH bundle as its
cheapest pick.
"""

import polars as pl

# No more than a hundred times as many orders are ever expected.
LEAST_CONFIDENCE = 0.01

_LIST = pl.col("quantity") * pl.col("unit_price_minor")
_COST = pl.col("quantity") * pl.col("unit_cost_minor")


def totals_of(scored: pl.DataFrame) -> pl.DataFrame:
    """One row per bundle with known prices, or per tier of one; its totals at list prices.

    Args:
        scored: ``ScoredBundles``.

    Returns:
        By ``bundle_id`` and ``tier`` (from 0), numbered from 0 as ``bundle``: ``kind``,
        ``backing``, ``currency``, ``objective`` (the first), ``tier_count``, ``least_units`` (of a
        tier, else null), ``pick_count``, ``confidence`` and ``most_confidence`` (of either
        direction, 0.01 to 1; both null where nothing says), and ``items``, each with its
        ``quantity`` in this row (0 where the cheapest pick leaves it out). Further ``list_values``
        (of each item), ``list_total_minor``, and ``cost_total_minor`` and ``margin_total_minor``
        (null where a cost is unknown). A discount comes off ``discounted_units`` units of
        ``discounted_price_minor`` each, the same amount off each: those of a tier, those of a
        reward, else one of the list total. Nothing comes off on top (``on_top_minor``).
    """
    tiers = _tiers(scored)
    sums = (
        _placed(tiers)
        .group_by("bundle", maintain_order=True)
        .agg(
            items=pl.struct(
                "variant_id", "quantity", "role", "unit_price_minor", "unit_cost_minor"
            ),
            list_values=_LIST,
            list_total_minor=_sum_if_all_known(_LIST, pl.col("unit_price_minor")),
            cost_total_minor=_sum_if_all_known(_COST, pl.col("unit_cost_minor")),
            reward_units=pl.col("quantity").filter(pl.col("role") == "reward").sum(),
            reward_price_minor=pl.col("unit_price_minor")
            .filter(pl.col("role") == "reward")
            .first(),
            item_price_minor=pl.col("unit_price_minor").first(),
        )
    )
    is_tier, is_reward = pl.col("kind") == "VOLUME", pl.col("kind") == "BXGY"
    units = pl.when(is_tier).then("least_units").when(is_reward).then("reward_units").otherwise(1)
    price = (
        pl.when(is_tier)
        .then("item_price_minor")
        .when(is_reward)
        .then("reward_price_minor")
        .otherwise("list_total_minor")
    )
    return (
        tiers.drop("items")
        .join(sums, on="bundle", validate="1:1", maintain_order="left")
        .filter(pl.col("list_total_minor").is_not_null())
        .with_columns(
            margin_total_minor=pl.col("list_total_minor") - pl.col("cost_total_minor"),
            discounted_units=units.cast(pl.Int64),
            discounted_price_minor=price,
            on_top_minor=pl.lit(0, pl.Int64),
        )
        .drop("reward_units", "reward_price_minor", "item_price_minor", "bundle")
        .with_row_index("bundle")
    )


def _tiers(scored: pl.DataFrame) -> pl.DataFrame:
    """One row per bundle or tier, numbered as ``bundle``."""
    evidence, uptake = pl.col("evidence").struct, pl.col("uptake").struct
    confidence = pl.coalesce(evidence.field("confidence"), uptake.field("rate"))
    most = pl.max_horizontal(confidence, evidence.field("reverse_confidence"))
    tier = pl.col("quantity_tiers").struct.field("min_quantity")
    return (
        scored.sort("bundle_id")
        .select(
            "bundle_id",
            "kind",
            "backing",
            "currency",
            "items",
            "pick_count",
            "quantity_tiers",
            objective=pl.col("objectives").list.first(),
            confidence=confidence,
            most_confidence=most.clip(LEAST_CONFIDENCE, 1.0),
        )
        .explode("quantity_tiers")
        .with_columns(
            least_units=tier,
            tier=pl.int_range(pl.len()).over("bundle_id"),
            tier_count=pl.len().over("bundle_id").cast(pl.Int64),
        )
        .drop("quantity_tiers")
        .with_row_index("bundle")
    )


def _placed(tiers: pl.DataFrame) -> pl.DataFrame:
    """One row per item of each row, in order, with the quantity that it has there."""
    rows = tiers.select("bundle", "kind", "least_units", "pick_count", "items").explode("items")
    by_price = pl.struct("unit_price_minor", "variant_id").rank("ordinal").over("bundle")
    is_picked = pl.col("pick_count").is_null() | (by_price <= pl.col("pick_count"))
    return rows.unnest("items").with_columns(
        quantity=pl.when(is_picked)
        .then(pl.coalesce("least_units", "quantity"))
        .otherwise(pl.lit(0, pl.Int64))
    )


def items_of(totals: pl.DataFrame) -> pl.DataFrame:
    """One row per variant of each row, in order: a variant that stands in it twice counts once.

    Args:
        totals: Of :func:`totals_of`.

    Returns:
        ``bundle``, ``variant_id``, ``unit_price_minor``, ``least_units`` (that an order must hold),
        ``quantity`` (units in it, Float64; of options to pick all the same share) and ``needed``
        (how many of its variants an order must hold).
    """
    item = pl.col("items").struct
    option_count = pl.len().over("bundle")
    return (
        totals.select("bundle", "pick_count", "items")
        .explode("items")
        .select(
            "bundle",
            "pick_count",
            *(item.field(name) for name in ("variant_id", "quantity", "unit_price_minor")),
        )
        .group_by("bundle", "variant_id", "pick_count", maintain_order=True)
        .agg(pl.col("quantity").sum(), pl.col("unit_price_minor").first())
        .select(
            "bundle",
            "variant_id",
            "unit_price_minor",
            least_units=pl.col("quantity").clip(1),
            quantity=pl.when(pl.col("pick_count").is_null())
            .then(pl.col("quantity").cast(pl.Float64))
            .otherwise(pl.col("pick_count") / option_count),
            needed=pl.coalesce("pick_count", option_count).cast(pl.Int64),
        )
    )


def variant_categories(
    variants: pl.DataFrame, catalog: pl.DataFrame, *variant_ids: pl.Series
) -> pl.DataFrame:
    """``variant_id`` and ``category`` (product type, null: unknown) of all variants, by id.

    Args:
        variants: ``Variants``, which are believed first.
        catalog: ``Catalog``.
        *variant_ids: Variants that may stand in neither of them.
    """
    columns = ("variant_id", "product_type")
    unstated = [
        ids.to_frame("variant_id").with_columns(product_type=pl.lit(None, pl.String))
        for ids in variant_ids
    ]
    stated = pl.concat([variants.select(columns), catalog.select(columns), *unstated])
    return (
        stated.group_by("variant_id")
        .agg(category=pl.col("product_type").drop_nulls().first())
        .sort("variant_id")
    )


def _sum_if_all_known(amount: pl.Expr, known: pl.Expr) -> pl.Expr:
    return pl.when(known.is_not_null().all()).then(amount.sum())
