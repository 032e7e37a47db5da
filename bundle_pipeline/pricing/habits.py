"""How deep a shop's own discounts go: product -> category -> shop -> a default.

Empirical Bayes: a mean of few discounts is drawn towards the mean above it, by how much discounts
differ within and between products and categories (random effects by the method of moments:
DerSimonian, Laird, Controlled Clinical Trials 7, 1986). A discount is what a line was below the
higher of its list and struck-out price, as a share of it; lines at full price aren't discounts.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.pricing.sales import Codes, Floats

PRODUCT, CATEGORY, SHOP, DEFAULT = "product", "category", "shop", "default"

# How far the usual discount of a shop is from the default; and two discounts of one product from
# each other, where none is seen twice.
_DEVIATION = 0.05
# Less than this off is rounding.
_LEAST_RATE = 1e-4


@dataclass(frozen=True)
class _Means:
    """Means of discounts with the variances of their errors, and the discounts behind each."""

    mean: Floats
    variance: Floats
    count: Floats

    def shares(self, between: float) -> Floats:
        """What each mean keeps of itself if true means vary by so much."""
        return between / (between + self.variance)


def line_discounts(usable: pl.DataFrame) -> pl.DataFrame:
    """``variant_id`` and ``rate`` (0 to 1) of each line whose price is known.

    Args:
        usable: Lines of :func:`~bundle_pipeline.pricing.usable_lines.usable_lines`.
    """
    full = pl.max_horizontal("list_minor", "compare_at_minor")
    return usable.filter(pl.col("paid_minor").is_not_null()).select(
        "variant_id", rate=(1 - pl.col("paid_minor") / full).clip(0.0, 1.0)
    )


def usual_discounts(
    lines: pl.DataFrame, categories: pl.DataFrame, params: PricingParams
) -> pl.DataFrame:
    """The discount that the shop's own orders suggest for each variant.

    Args:
        lines: Of :func:`line_discounts`.
        categories: ``variant_id`` and ``category`` (null: unknown) of each variant of the shop.
        params: The default.

    Returns:
        ``variant_id``, ``usual_rate`` (0 to 1), ``usual_level`` (product, category, shop or
        default: whose mean has the largest part in it) and ``usual_count`` (discounts behind that
        mean), in the order of ``categories``.
    """
    rate = pl.col("rate")
    given = (
        lines.filter(rate >= _LEAST_RATE)
        .group_by("variant_id")
        .agg(mean=rate.mean(), count=rate.len(), squares=rate.len() * rate.var(ddof=0))
    )
    named = categories.with_columns(group=pl.col("category").rank("dense").fill_null(0))
    known = named.join(given, on="variant_id", validate="1:1", maintain_order="left")
    if known.is_empty():
        default = pl.lit(params.default_discount_rate)
        return categories.select(
            "variant_id", usual_rate=default, usual_level=pl.lit(DEFAULT), usual_count=pl.lit(0)
        )
    count = known.get_column("count").cast(pl.Float64).to_numpy()
    freedom = float(count.sum() - count.size)
    within = float(known.get_column("squares").sum()) / freedom if freedom else _DEVIATION**2
    products = _Means(
        known.get_column("mean").to_numpy(), np.maximum(within, _LEAST_RATE**2) / count, count
    )
    levels = _levels(products, known.get_column("group").cast(pl.Int64).to_numpy(), params)
    place = (
        named.join(
            known.select("variant_id", row=pl.int_range(pl.len())),
            on="variant_id",
            how="left",
            maintain_order="left",
            validate="1:1",
        )
        .get_column("row")
        .fill_null(-1)
        .to_numpy()
    )
    group = named.get_column("group").cast(pl.Int64).to_numpy()
    return categories.select("variant_id").with_columns(levels.shrunk(place, group))


@dataclass(frozen=True)
class _Levels:
    """Means of products, of categories (by number; those of none have no count) and of the shop."""

    products: _Means
    categories: _Means
    shop: _Means
    product_shares: Floats
    category_shares: Floats
    shop_share: float
    default: float

    def shrunk(self, product: Codes, category: Codes) -> list[pl.Series]:
        """Each variant's discount, with where it came from; product -1 has none of its own."""
        inside = np.minimum(category, self.categories.mean.size - 1)
        has_category = (category == inside) & (self.categories.count[inside] > 0)
        own = np.where(product >= 0, self.product_shares[product], 0.0)
        of_category = np.where(has_category, self.category_shares[inside], 0.0)
        parts = np.stack(
            [
                own,
                (1 - own) * of_category,
                (1 - own) * (1 - of_category) * self.shop_share,
                (1 - own) * (1 - of_category) * (1 - self.shop_share),
            ]
        )
        size = product.size
        means = np.stack(
            [
                self.products.mean[product],
                self.categories.mean[inside],
                np.full(size, self.shop.mean[0]),
                np.full(size, self.default),
            ]
        )
        counts = np.stack(
            [
                self.products.count[product],
                self.categories.count[inside],
                np.full(size, self.shop.count[0]),
                np.zeros(size),
            ]
        )
        largest = parts.argmax(axis=0)
        names = np.array([PRODUCT, CATEGORY, SHOP, DEFAULT])[largest].tolist()
        rows = np.arange(size)
        return [
            pl.Series("usual_rate", (parts * means).sum(axis=0)),
            pl.Series("usual_level", names, pl.String),
            pl.Series("usual_count", counts[largest, rows].astype(np.int64)),
        ]


def _levels(products: _Means, group: Codes, params: PricingParams) -> _Levels:
    between_products = _variance_between(products, group)
    categories = _means_above(products, between_products, group)
    is_known = categories.count > 0
    known = _Means(
        categories.mean[is_known], categories.variance[is_known], categories.count[is_known]
    )
    one = np.zeros(known.mean.size, np.int64)
    between_categories = _variance_between(known, one)
    shop = _means_above(known, between_categories, one)
    return _Levels(
        products=products,
        categories=categories,
        shop=shop,
        product_shares=products.shares(between_products),
        category_shares=categories.shares(between_categories),
        shop_share=float(shop.shares(_DEVIATION**2)[0]),
        default=params.default_discount_rate,
    )


def _variance_between(means: _Means, group: Codes) -> float:
    """Variance of the true means within their groups, at least 0."""
    weight = 1 / means.variance
    total = np.bincount(group, weight)
    centre = np.bincount(group, weight * means.mean) / np.maximum(total, 1e-300)
    excess = (weight * (means.mean - centre[group]) ** 2).sum()
    excess -= means.mean.size - np.unique(group).size
    slack = weight.sum() - (np.bincount(group, weight**2) / np.maximum(total, 1e-300)).sum()
    return max(0.0, float(excess / slack)) if slack > weight.sum() * 1e-9 else 0.0


def _means_above(means: _Means, between: float, group: Codes) -> _Means:
    """The mean of each group's means, each weighed by how well it is known."""
    weight = 1 / (between + means.variance)
    total = np.bincount(group, weight)
    filled = np.where(total > 0, total, 1.0)
    return _Means(
        np.bincount(group, weight * means.mean) / filled,
        1 / filled,
        np.bincount(group, means.count).astype(np.float64),
    )
