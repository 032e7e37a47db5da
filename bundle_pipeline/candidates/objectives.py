"""Objectives that a bundle's own items settle; others need features of products."""

import polars as pl

# By fit: an objective that asks more of the items says more about the bundle. Known costs with a
# rich margin are rarer than a shared category, and any two items make a larger basket.
_BY_FIT = ("margin_guard", "category_bundle", "increase_aov")


def bundle_objectives(*, min_margin_rate: float) -> pl.Expr:
    """Aggregate the rows of one bundle's items to its ``objectives``, best fit first.

    Reads ``product_type``, ``quantity``, ``unit_price_minor`` and ``unit_cost_minor``.

    - ``margin_guard``: every price and cost is known, and of the list total at least
      ``min_margin_rate`` is margin.
    - ``category_bundle``: all items have the same known product type.
    - ``increase_aov``: always.

    Args:
        min_margin_rate: Share of the list total, 0..1.
    """
    holds = {
        "margin_guard": _is_rich(min_margin_rate),
        "category_bundle": _is_one_category(),
        "increase_aov": pl.lit(value=True),
    }
    named = [pl.when(holds[objective]).then(pl.lit(objective)) for objective in _BY_FIT]
    return pl.concat_list(named).list.drop_nulls()


def _is_rich(min_margin_rate: float) -> pl.Expr:
    price, cost = pl.col("unit_price_minor"), pl.col("unit_cost_minor")
    is_known = (price.is_not_null() & cost.is_not_null()).all()
    list_total = (pl.col("quantity") * price).sum()
    cost_total = (pl.col("quantity") * cost).sum()
    is_enough = list_total - cost_total >= min_margin_rate * list_total
    return is_known & (list_total > 0) & is_enough


def _is_one_category() -> pl.Expr:
    product_type = pl.col("product_type")
    return product_type.is_not_null().all() & (product_type.n_unique() == 1)
