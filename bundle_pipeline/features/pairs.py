"""pair_rules and sales -> pair_features."""

import logging

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.features.intervals import activity_rate, days_between, with_expected_interval
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.sales import Sales
from bundle_pipeline.features.shared_baskets import shared_baskets
from bundle_pipeline.schemas.base import UTC_TIMESTAMP, declared
from bundle_pipeline.schemas.features import PairFeatures

logger = logging.getLogger(__name__)


def pair_features(
    sales: Sales, pair_rules: pl.DataFrame, baskets: EncodedBaskets, params: FeatureParams
) -> dy.DataFrame[PairFeatures]:
    """One row per pair of variants of ``pair_rules``.

    Variants, not products: they are what rules are about and what a bundle holds. Pairs that no
    rule names are not above chance, so what they are worth together says nothing.

    Args:
        sales: The shop's sales.
        pair_rules: ``PairRules``, both directions of each pair.
        baskets: Counted baskets that they were mined from.
        params: Priors.

    Returns:
        Pairs by ``first_id``, ``second_id``.
    """
    pairs = _pairs(pair_rules, sales)
    found = (
        pairs.join(shared_baskets(pairs, _held(pairs, sales, baskets)), on="pair", validate="1:1")
        .pipe(_with_recency, sales, params)
        .pipe(_with_cross_sell)
        .with_columns(currency=pl.lit(sales.currency, pl.String))
        .sort("first_id", "second_id")
    )
    logger.info("pair_features: %d pair rules in, %d rows out", pair_rules.height, found.height)
    return declared(PairFeatures, found)


def _pairs(pair_rules: pl.DataFrame, sales: Sales) -> pl.DataFrame:
    """Each pair once and numbered, with both directions' measures and facts of both variants.

    ``co_purchase_rate`` is the reference's strength, baskets with both over those of the rarer
    variant. Three of three is no proof, so the lower end of its interval stands beside it.
    """
    there = pair_rules.filter(pl.col("antecedent_id") < pl.col("consequent_id"))
    back = pair_rules.select(
        antecedent_id="consequent_id",
        consequent_id="antecedent_id",
        back_confidence="confidence",
        back_confidence_low="confidence_low",
    )
    facts = sales.facts.select(
        "variant_id", "variant", "product", "product_type", "vendor", "unit_price_minor"
    )
    return (
        there.join(back, on=["antecedent_id", "consequent_id"], validate="1:1")
        .rename({"antecedent_id": "first_id", "consequent_id": "second_id"})
        .join(
            facts.select(pl.all().name.prefix("first_")),
            left_on="first_id",
            right_on="first_variant_id",
            validate="m:1",
        )
        .join(
            facts.select(pl.all().name.prefix("second_")),
            left_on="second_id",
            right_on="second_variant_id",
            validate="m:1",
        )
        .sort("first_id", "second_id")
        .with_row_index("pair")
        .with_columns(
            co_purchase_rate=pl.max_horizontal("confidence", "back_confidence"),
            co_purchase_rate_low=pl.max_horizontal("confidence_low", "back_confidence_low"),
            is_same_product=pl.col("first_product") == pl.col("second_product"),
            is_same_category=pl.col("first_product_type") == pl.col("second_product_type"),
            is_same_vendor=pl.col("first_vendor") == pl.col("second_vendor"),
            single_basket_count=pl.col("antecedent_basket_count")
            + pl.col("consequent_basket_count")
            - 2 * pl.col("basket_count"),
        )
    )


def _held(pairs: pl.DataFrame, sales: Sales, baskets: EncodedBaskets) -> pl.DataFrame:
    """Variants of pairs in counted baskets: ``order``, ``variant``, time and what was paid.

    The same orders and variants as in ``baskets``, without comparing its texts line by line.
    """
    members = pl.concat([pairs.get_column("first_variant"), pairs.get_column("second_variant")])
    counted = sales.orders.join(baskets.orders, on="order_id", how="semi")
    return (
        sales.lines.lazy()
        .filter(~pl.col("is_bundle_component"))
        .join(members.unique().to_frame("variant").lazy(), on="variant", how="semi")
        .join(counted.lazy(), on="order", how="semi")
        .group_by("order", "variant")
        .agg(pl.col("ordered_at").first(), pl.col("net_minor").sum())
        .collect()
    )


def _with_recency(pairs: pl.DataFrame, sales: Sales, params: FeatureParams) -> pl.DataFrame:
    """Add how long ago, and whether that is unusual for the pair.

    The replaced system takes ``1 - days / 60``: every pair of a slow shop is forgotten by that.
    """
    return (
        pairs.with_columns(_as_of=pl.lit(sales.as_of, dtype=UTC_TIMESTAMP))
        .with_columns(days_since_last=days_between("last_bought_at", "_as_of"))
        .pipe(
            with_expected_interval,
            first="first_bought_at",
            last="last_bought_at",
            count="basket_count",
            prior_count=params.interval_prior_count,
        )
        .with_columns(activity_rate=activity_rate("days_since_last"))
    )


def _with_cross_sell(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add ``cross_sell_minor``, in money instead of points.

    ``(c_a - c_ab) * low(a -> b) * price_b + (c_b - c_ab) * low(b -> a) * price_a``: every basket
    that holds one without the other, at the lower end of the confidence that the other goes with
    it. It compares pairs of a shop; it is no forecast, since those baskets were made without it.
    The replaced system adds up .5 affinity, .3 frequency and .2 recency: a bestseller scores high
    though everybody has it already.
    """
    missing_second = pl.col("antecedent_basket_count") - pl.col("basket_count")
    missing_first = pl.col("consequent_basket_count") - pl.col("basket_count")
    more = missing_second * pl.col("confidence_low") * pl.col(
        "second_unit_price_minor"
    ) + missing_first * pl.col("back_confidence_low") * pl.col("first_unit_price_minor")
    return pairs.with_columns(cross_sell_minor=more.round().cast(pl.Int64))
