"""Order lines to baskets: the distinct variants of each order, giant baskets marked."""

import logging
from dataclasses import dataclass

import dataframely as dy
import polars as pl
from pydantic import Field

from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.settings.layers import Params

logger = logging.getLogger(__name__)

# Below this size no basket is a giant, however small the shop's other baskets are.
_SMALLEST_DEFAULT_LIMIT = 100
# One basket in a thousand: wholesale orders. On a gift shop with wholesale customers the 0.55 % of
# orders with more than 200 variants made 62 % of its frequent pairs.
_LIMIT_QUANTILE = 0.999


class BasketParams(Params):
    """What counts as a basket."""

    max_basket_size: int | None = Field(default=None, ge=2)
    """Most distinct variants that a counted basket holds; larger ones are left out of mining and of
    the number of baskets, never truncated. None: 100, or the shop's 99.9th percentile if larger."""


@dataclass(frozen=True)
class BasketSummary:
    """Numbers of a shop's baskets that would worry somebody if they jumped."""

    basket_count: int
    """Orders with at least one resolved variant."""
    counted_basket_count: int
    """Those within the size limit."""
    capped_basket_count: int
    """Those above it."""
    capped_line_count: int
    """Distinct variants of the baskets above it, added up."""
    size_limit: int
    """Most distinct variants of a counted basket."""


def build_baskets(
    orders: pl.DataFrame, order_lines: pl.DataFrame, params: BasketParams
) -> dy.DataFrame[Baskets]:
    """The distinct variants of each order, long.

    Lines whose variant isn't resolved, lines of orders that don't count as a sale and components of
    bundles already sold are left out (those go together because a bundle says so); an order that
    keeps no line has no basket.

    Args:
        orders: Orders that count as a sale.
        order_lines: Their lines.
        params: The size limit.

    Returns:
        One row per order and variant; ``is_counted`` is false where the basket is above the limit.
    """
    chosen = order_lines.filter(~pl.col("is_bundle_component"))
    resolved = chosen.select("order_id", "variant_id").drop_nulls("variant_id")
    of_sales = resolved.join(
        orders.select("order_id", "ordered_at", "customer_key"), on="order_id", validate="m:1"
    )
    distinct = of_sales.unique(["order_id", "variant_id"]).with_columns(
        basket_size=pl.len().over("order_id").cast(pl.Int64)
    )
    limit = basket_size_limit(_sizes(distinct), params)
    baskets = distinct.with_columns(is_counted=pl.col("basket_size") <= limit)
    logger.info(
        "build_baskets: %d order lines in; %d components of bundles, %d without a variant, %d of "
        "other orders, %d repeats of a variant left out; %d rows out, %d of them in baskets of "
        "more than %d variants",
        order_lines.height,
        order_lines.height - chosen.height,
        chosen.height - resolved.height,
        resolved.height - of_sales.height,
        of_sales.height - distinct.height,
        baskets.height,
        baskets.filter(~pl.col("is_counted")).height,
        limit,
    )
    return declared(Baskets, baskets.sort("order_id", "variant_id"))


def basket_size_limit(basket_sizes: pl.Series, params: BasketParams) -> int:
    """Most distinct variants that a counted basket holds.

    Args:
        basket_sizes: Distinct variants of each basket, one entry per basket.
        params: The limit, or None for ``max(100, 99.9th percentile)``.
    """
    if params.max_basket_size is not None:
        return params.max_basket_size
    percentile = basket_sizes.quantile(_LIMIT_QUANTILE, interpolation="higher")
    return max(_SMALLEST_DEFAULT_LIMIT, int(percentile or 0))


def summarize_baskets(baskets: pl.DataFrame, params: BasketParams) -> BasketSummary:
    """How many baskets count, and what the size limit leaves out."""
    per_basket = baskets.unique("order_id").select("basket_size", "is_counted")
    capped = per_basket.filter(~pl.col("is_counted"))
    return BasketSummary(
        basket_count=per_basket.height,
        counted_basket_count=per_basket.height - capped.height,
        capped_basket_count=capped.height,
        capped_line_count=int(capped.get_column("basket_size").sum()),
        size_limit=basket_size_limit(per_basket.get_column("basket_size"), params),
    )


def _sizes(distinct: pl.DataFrame) -> pl.Series:
    return distinct.unique("order_id").get_column("basket_size")
