"""The items of bundles as rows, with the category of each variant."""

import polars as pl

# No more than a hundred times as many orders are ever expected.
_LEAST_CONFIDENCE = 0.01


def totals_of(scored: pl.DataFrame) -> pl.DataFrame:
    """One row per bundle that can be priced, by ``bundle_id``: its totals at list prices and costs.

    Those of kind FBT with evidence and known prices; no rule prices others yet.

    Args:
        scored: ``ScoredBundles``.

    Returns:
        ``bundle`` (numbered from 0), ``bundle_id``, ``currency``, ``objective`` (the first),
        ``confidence``, ``most_confidence`` (of either direction, 0.01 to 1), ``items``,
        ``list_values`` (price of each item), ``list_total_minor``, and
        ``cost_total_minor`` and ``margin_total_minor`` (null where a cost is unknown).
    """
    item, evidence = pl.element().struct, pl.col("evidence").struct
    quantity = item.field("quantity")
    list_values = pl.col("items").list.eval(quantity * item.field("unit_price_minor"))
    costs = pl.col("items").list.eval(quantity * item.field("unit_cost_minor"))
    return (
        scored.filter((pl.col("kind") == "FBT") & pl.col("evidence").is_not_null())
        .select(
            "bundle_id",
            "currency",
            "items",
            objective=pl.col("objectives").list.first(),
            confidence=evidence.field("confidence"),
            most_confidence=pl.max_horizontal(
                evidence.field("confidence"), evidence.field("reverse_confidence")
            ).clip(_LEAST_CONFIDENCE, 1.0),
            list_values=list_values,
            list_total_minor=_sum_if_all_known(list_values),
            cost_total_minor=_sum_if_all_known(costs),
        )
        .filter(pl.col("list_total_minor").is_not_null())
        .sort("bundle_id")
        .with_row_index("bundle")
        .with_columns(margin_total_minor=pl.col("list_total_minor") - pl.col("cost_total_minor"))
    )


def items_of(totals: pl.DataFrame) -> pl.DataFrame:
    """One row per item of each bundle, in order.

    Args:
        totals: Of :func:`totals_of`.

    Returns:
        ``bundle``, ``variant_id``, ``quantity`` and ``unit_price_minor``.
    """
    fields = ("variant_id", "quantity", "unit_price_minor")
    rows = totals.select("bundle", "items").explode("items")
    return rows.select("bundle", *(pl.col("items").struct.field(name) for name in fields))


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


def _sum_if_all_known(amounts: pl.Expr) -> pl.Expr:
    is_known = amounts.list.eval(pl.element().is_not_null()).list.all()
    return pl.when(is_known).then(amounts.list.sum())
