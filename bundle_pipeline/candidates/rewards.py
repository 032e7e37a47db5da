"""Suggestions of kind BXGY: buy some, get more of the same or another variant."""

import polars as pl
from pydantic import Field

from bundle_pipeline.candidates.evidence import EVIDENCE_FIELDS
from bundle_pipeline.candidates.offerable import best_seller_per_product
from bundle_pipeline.candidates.suggestions import member, one_unit, suggestions_of
from bundle_pipeline.candidates.units import orders_with_at_least
from bundle_pipeline.candidates.uptake import uptake_of
from bundle_pipeline.settings.layers import Params

SAME_PRODUCT = "more_of_the_same"
CROSS_PRODUCT = "significant_pair"
CLEARANCE = "slow_mover_with_best_seller"
# Best sellers of a category that are tried for a slow mover: one of them is nearly always dearer
# and unlike it, and all of a large category would be too many.
_SELLERS_TRIED = 20


class RewardParams(Params):
    """When a reward is offered, and for what."""

    max_candidates: int = Field(default=200, ge=0)
    """Offers of each of the three sorts, at most; 0 switches the kind off."""
    min_order_count: int = Field(default=10, ge=1)
    """Orders that already hold qualifier and reward of one variant from which that is proven."""
    min_repeat_rate: float = Field(default=0.01, ge=0.0, le=1.0)
    """More of the same is offered of product types of which at least this share of what is bought
    is bought in several units: nobody wants a second bicycle."""
    max_price_rate: float = Field(default=0.5, gt=0.0, le=1.0)
    """Price of a reward over that of its qualifier, at most: what is given away is the smaller
    part. Clearance may give up to the qualifier's own price."""
    max_confidence: float = Field(default=0.5, gt=0.0, le=1.0)
    """Share of the qualifier's buyers who take the reward anyway, at most."""


def suggested_more_of_the_same(
    units: pl.DataFrame, *, offerable: pl.DataFrame, product_ids: pl.Series, params: RewardParams
) -> pl.DataFrame:
    """Buy what is usual of a variant, get one more.

    What is usual is the lower median of its units per order, and one where it was never sold.
    Offered is it only for products that have to go, since the others would be given away, and only
    of product types that are bought in several units at all; unknown ones are one type.

    Args:
        units: See :func:`~bundle_pipeline.candidates.units.units_per_order`.
        offerable: See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`.
        product_ids: Products that have to go: slow movers, and those of the season.
        params: Thresholds.

    Returns:
        Suggestions with ``uptake`` of orders that hold as many already: proven where there are
        ``min_order_count`` of them, else unproven. The strongest first, ties by variant id.
    """
    usual = units.group_by("variant_id").agg(
        usual_count=pl.col("unit_count").quantile(0.5, "lower").cast(pl.Int64)
    )
    asked = (
        offerable.filter(pl.col("product_id").is_in(product_ids.implode()))
        .join(
            _bought_in_units(units, offerable, params),
            on="product_type",
            how="semi",
            nulls_equal=True,
        )
        .join(usual, on="variant_id", how="left", validate="1:1")
        .with_columns(pl.col("usual_count").fill_null(1))
        .with_columns(min_quantity=pl.col("usual_count") + 1)
        .filter(
            pl.col("available_count").fill_null(pl.col("min_quantity")) >= pl.col("min_quantity")
        )
    )
    order_count, all_order_count = pl.col("order_count"), pl.col("all_order_count")
    uptake = uptake_of(
        order_count,
        all_order_count,
        order_count=order_count,
        customer_count=pl.col("customer_count"),
    )
    variant_id = pl.col("variant_id")
    return (
        asked.join(
            orders_with_at_least(asked, units),
            on=["variant_id", "min_quantity"],
            how="left",
            validate="1:1",
        )
        .with_columns(uptake=pl.when(order_count > 0).then(uptake))
        .sort(
            -pl.col("uptake").struct.field("rate_low"),
            -pl.col("available_count"),
            variant_id,
            nulls_last=True,
        )
        .head(params.max_candidates)
        .with_columns(
            kind=pl.lit("BXGY"),
            members=pl.concat_list(
                member(variant_id, pl.col("usual_count"), "qualifier"),
                one_unit(variant_id, "reward"),
            ),
            backing=pl.when(order_count >= params.min_order_count)
            .then(pl.lit("proven"))
            .otherwise(pl.lit("unproven")),
        )
        .pipe(suggestions_of, SAME_PRODUCT)
    )


def _bought_in_units(
    units: pl.DataFrame, offerable: pl.DataFrame, params: RewardParams
) -> pl.DataFrame:
    """``product_type`` of what is bought in several units often enough."""
    return (
        units.join(offerable.select("variant_id", "product_type"), on="variant_id", validate="m:1")
        .group_by("product_type")
        .agg(repeat_rate=(pl.col("unit_count") > 1).mean())
        .filter(pl.col("repeat_rate") >= params.min_repeat_rate)
    )


def suggested_rewards(
    pair_rules: pl.DataFrame, *, offerable: pl.DataFrame, params: RewardParams
) -> pl.DataFrame:
    """Buy one, get the small thing that goes with it.

    Significant pairs of two products in the direction in which the reward costs at most
    ``max_price_rate`` of the qualifier, and of which not most buyers take it anyway
    (``max_confidence``). Of several rewards of one qualifier the one with the highest lower end of
    the size-adjusted lift is kept.

    Args:
        pair_rules: ``PairRules``, both directions of each pair.
        offerable: See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`.
        params: Thresholds.

    Returns:
        Suggestions, proven, with the pair's evidence; the strongest first, ties by variant id.
    """
    facts = offerable.select("variant_id", "product_id", "unit_price_minor")
    is_small = pl.col("reward_unit_price_minor") <= (
        params.max_price_rate * pl.col("qualifier_unit_price_minor")
    )
    return (
        pair_rules.filter("is_significant", pl.col("confidence") <= params.max_confidence)
        .join(
            facts.select(pl.all().name.prefix("qualifier_")),
            left_on="antecedent_id",
            right_on="qualifier_variant_id",
            validate="m:1",
        )
        .join(
            facts.select(pl.all().name.prefix("reward_")),
            left_on="consequent_id",
            right_on="reward_variant_id",
            validate="m:1",
        )
        .filter(is_small, pl.col("qualifier_product_id") != pl.col("reward_product_id"))
        .sort(-pl.col("adjusted_lift_low"), "antecedent_id", "consequent_id")
        .unique("antecedent_id", keep="first", maintain_order=True)
        .head(params.max_candidates)
        .with_columns(reverse_confidence=pl.col("basket_count") / pl.col("consequent_basket_count"))
        .select(
            kind=pl.lit("BXGY"),
            members=pl.concat_list(
                one_unit(pl.col("antecedent_id"), "qualifier"),
                one_unit(pl.col("consequent_id"), "reward"),
            ),
            evidence=pl.struct(EVIDENCE_FIELDS),
            backing=pl.lit("proven"),
        )
        .pipe(suggestions_of, CROSS_PRODUCT)
    )


def suggested_clearance(
    offerable: pl.DataFrame,
    *,
    product_ids: pl.Series,
    alike: pl.DataFrame,
    params: RewardParams,
) -> pl.DataFrame:
    """Buy the best seller of a category, get a slow mover of it.

    Args:
        offerable: See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`.
        product_ids: Slow movers.
        alike: See :func:`~bundle_pipeline.candidates.offerable.products_alike`; such a reward would
            take the qualifier's place.
        params: Thresholds.

    Returns:
        Suggestions, unproven, one per slow mover: most in stock first, ties by variant id.
    """
    products = best_seller_per_product(offerable).filter(pl.col("product_type").is_not_null())
    is_slow = pl.col("product_id").is_in(product_ids.implode())
    slow = products.filter(is_slow).select(
        "product_type",
        "available_count",
        "unit_price_minor",
        other_id="product_id",
        reward_id="variant_id",
    )
    sellers = (
        products.filter(~is_slow, pl.col("basket_count") > 0)
        .sort(-pl.col("basket_count"), "variant_id")
        .filter(pl.int_range(pl.len()).over("product_type") < _SELLERS_TRIED)
        .select(
            "product_type",
            "product_id",
            "basket_count",
            qualifier_id="variant_id",
            qualifier_price_minor="unit_price_minor",
        )
    )
    return (
        slow.join(sellers, on="product_type", validate="m:m")
        .filter(pl.col("unit_price_minor") <= pl.col("qualifier_price_minor"))
        .join(alike, on=["product_id", "other_id"], how="anti")
        .sort(-pl.col("basket_count"), "qualifier_id")
        .unique("reward_id", keep="first", maintain_order=True)
        .sort(-pl.col("available_count"), "reward_id")
        .head(params.max_candidates)
        .select(
            kind=pl.lit("BXGY"),
            members=pl.concat_list(
                one_unit(pl.col("qualifier_id"), "qualifier"),
                one_unit(pl.col("reward_id"), "reward"),
            ),
            backing=pl.lit("unproven"),
        )
        .pipe(suggestions_of, CLEARANCE)
    )
