"""Objectives that a bundle's own items settle; others need features of products."""

import polars as pl

# By fit: an objective that asks more of the items says more about the bundle. Known costs with a
# rich margin are rarer than a shared category, and any two items make a larger basket.
_BY_FIT = ("margin_guard", "category_bundle", "increase_aov")


def bundle_objectives(*, min_margin_rate: float) -> tuple[pl.Expr, pl.Expr]:
    """Aggregate the rows of one bundle's items to ``objectives`` and ``objective_fit``.

    Reads ``product_type``, ``quantity``, ``unit_price_minor`` and ``unit_cost_minor``.

    - ``margin_guard``: every price and cost is known, and of the list total at least
      ``min_margin_rate`` is margin; its fit is that share.
    - ``category_bundle``: all items have the same known product type; 1.
    - ``increase_aov``: always; its fit is the share of units that aren't the first item's first.

    Args:
        min_margin_rate: Share of the list total, 0..1.
    """
    holds = {
        "margin_guard": _margin_rate() >= min_margin_rate,
        "category_bundle": _is_one_category(),
        "increase_aov": pl.lit(value=True),
    }
    fits = {
        "margin_guard": _margin_rate(),
        "category_bundle": pl.lit(1.0),
        "increase_aov": 1 - 1 / pl.col("quantity").sum(),
    }
    named = [pl.when(holds[objective]).then(pl.lit(objective)) for objective in _BY_FIT]
    fitting = [pl.when(holds[objective]).then(fits[objective]) for objective in _BY_FIT]
    return pl.concat_list(named).list.drop_nulls(), pl.concat_list(fitting).list.drop_nulls()


def _margin_rate() -> pl.Expr:
    """Margin as a share of the list total, null unless every price and cost is known."""
    price, cost = pl.col("unit_price_minor"), pl.col("unit_cost_minor")
    is_known = (price.is_not_null() & cost.is_not_null()).all()
    list_total = (pl.col("quantity") * price).sum()
    cost_total = (pl.col("quantity") * cost).sum()
    return pl.when(is_known & (list_total > 0)).then((list_total - cost_total) / list_total)


def _is_one_category() -> pl.Expr:
    product_type = pl.col("product_type")
    return product_type.is_not_null().all() & (product_type.n_unique() == 1)
