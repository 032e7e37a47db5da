"""Facts about features: as many rows as there are distinct entities, told from other frames."""

import polars as pl


def variants_not_of_one_product(
    product_features: pl.DataFrame,
    *,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
) -> pl.DataFrame:
    """Variants of files and orders that don't stand in exactly one product's row.

    Returns:
        ``key``: the variant's id; no rows where all is well.
    """
    held = product_features.get_column("variant_ids").explode().drop_nulls()
    ids = [frame.lazy().select("variant_id") for frame in (order_lines, variants, catalog)]
    known = pl.concat(ids).drop_nulls().unique().collect(engine="streaming")
    return rows_unlike_entities(held, known.to_series())


def customers_unlike_orders(customer_features: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Known customers of orders that don't have exactly one row, as ``key``."""
    known = orders.get_column("customer_key").drop_nulls()
    return rows_unlike_entities(customer_features.get_column("customer_key"), known)


def pairs_unlike_rules(pair_features: pl.DataFrame, pair_rules: pl.DataFrame) -> pl.DataFrame:
    """Pairs of rules, whichever direction, that don't have exactly one row, as ``key``."""
    rows = pair_features.select(pl.concat_str("first_id", "second_id", separator=" + "))
    sides = ("antecedent_id", "consequent_id")
    known = pair_rules.select(
        pl.concat_str(pl.min_horizontal(sides), pl.max_horizontal(sides), separator=" + ")
    )
    return rows_unlike_entities(rows.to_series(), known.to_series())


def categories_unlike_products(
    category_features: pl.DataFrame, product_features: pl.DataFrame
) -> pl.DataFrame:
    """Categories of products that don't have exactly one row, as ``key``."""
    known = product_features.get_column("product_type").drop_nulls()
    return rows_unlike_entities(category_features.get_column("product_type"), known)


def products_unlike_events(
    product_event_features: pl.DataFrame, events: pl.DataFrame
) -> pl.DataFrame:
    """Products of the counted events that don't have exactly one row, as ``key``."""
    rows = product_event_features.get_column("product_id")
    return rows_unlike_entities(rows, events.get_column("product_id"))


def pairs_unlike_views(pair_event_features: pl.DataFrame, viewed: pl.DataFrame) -> pl.DataFrame:
    """Pairs that repeat, or with a product that nobody viewed, as ``key``.

    Args:
        pair_event_features: ``PairEventFeatures``.
        viewed: ``product_id`` of every viewed product.
    """
    sides = ("first_product_id", "second_product_id")
    pairs = pair_event_features.select(*sides, key=pl.concat_str(*sides, separator=" + "))
    is_viewed = (pl.col(side).is_in(viewed.get_column("product_id").implode()) for side in sides)
    is_right = pl.all_horizontal(*is_viewed, pl.col("key").is_first_distinct())
    return pairs.filter(~is_right).select("key").sort("key")


def rows_unlike_entities(rows: pl.Series, entities: pl.Series) -> pl.DataFrame:
    """Entities without a row, rows without an entity, and rows that repeat.

    Args:
        rows: Keys of a frame.
        entities: Keys that there should be; repeats count once.

    Returns:
        ``key``, sorted; no rows where rows and distinct entities are the same.
    """
    found = rows.alias("key").to_frame()
    there = entities.unique().alias("key").to_frame()
    if rows.sort().equals(there.get_column("key").sort(), null_equal=False):
        return found.clear()
    missing = there.join(found, on="key", how="anti")
    extra = found.join(there, on="key", how="anti")
    repeated = found.filter(~pl.col("key").is_first_distinct())
    return pl.concat([missing, extra, repeated]).sort("key")
