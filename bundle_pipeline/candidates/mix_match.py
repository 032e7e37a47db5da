"""Suggestions of kind MIX_MATCH: pick some of a group of products that customers take in turn."""

import polars as pl
from pydantic import Field

from bundle_pipeline.candidates.offerable import best_seller_per_product
from bundle_pipeline.candidates.suggestions import no_suggestions, one_unit, suggestions_of
from bundle_pipeline.candidates.uptake import uptake_of
from bundle_pipeline.settings.layers import Params

SUBSTITUTES = "substitutes"
VARIANTS = "variants_of_one_product"
# A choice takes two that are picked and one that is left.
_FEWEST_OPTIONS = 3
_FEWEST_PICKED = 2


class MixMatchParams(Params):
    """Which groups are offered to pick from."""

    max_candidates: int = Field(default=100, ge=0)
    """Groups of each of the two sorts, at most; 0 switches the kind off."""
    max_options: int = Field(default=6, ge=_FEWEST_OPTIONS)
    """Options of a group, the best sellers first."""
    max_pick_count: int = Field(default=3, ge=_FEWEST_PICKED)
    """Options to pick, at most; fewer where fewer customers take as many over time."""
    max_price_ratio: float = Field(default=1.25, ge=1.0)
    """Dearest over cheapest option, at most: all of them have to be worth the same price."""
    min_customer_count: int = Field(default=5, ge=1)
    """Known customers who bought as many options over time from which a group is proven."""


def suggested_mixes(
    *,
    units: pl.DataFrame,
    offerable: pl.DataFrame,
    substitutes: pl.DataFrame,
    params: MixMatchParams,
) -> pl.DataFrame:
    """Groups of substitutes, and of variants of one product at about one price.

    A group is a best seller and what customers buy instead of it; each variant is in one group of
    its sort, that of the best seller among those it could be in. ``pick_count`` is the most
    options, up to ``max_pick_count`` and one fewer than there are, that ``min_customer_count``
    known customers bought over time; 2 where not even that is known.

    Args:
        units: See :func:`~bundle_pipeline.candidates.units.units_per_order`.
        offerable: See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`.
        substitutes: ``Substitutes``: of the same type, with like text and a close price, and rarely
            bought together by customers who buy both.
        params: Thresholds.

    Returns:
        Suggestions with ``uptake`` of customers: proven where ``min_customer_count`` of them bought
        ``pick_count`` options, else unproven. The strongest first, ties by variant id.
    """
    products = best_seller_per_product(offerable)
    near = substitutes.filter("is_substitute")
    pairs = pl.concat(
        [
            near.select(seed=f"{one}_product_id", option=f"{other}_product_id")
            for one, other in (("first", "second"), ("second", "first"))
        ]
    )
    of_products = (
        pairs.join(
            products.select(seed="product_id", seed_id="variant_id"), on="seed", validate="m:1"
        )
        .join(
            products.select(option="product_id", option_id="variant_id"),
            on="option",
            validate="m:1",
        )
        .select("seed_id", "option_id")
    )
    # Of one product the best-selling variant is the seed: one group, not one for each variant.
    of_variants = (
        offerable.filter(pl.len().over("product_id") >= _FEWEST_OPTIONS)
        .select("product_id", option_id="variant_id")
        .join(products.select("product_id", seed_id="variant_id"), on="product_id", validate="m:1")
        .select("seed_id", "option_id")
    )
    return pl.concat(
        [
            _suggested(source, pairs, units=units, offerable=offerable, params=params)
            for source, pairs in ((SUBSTITUTES, of_products), (VARIANTS, of_variants))
        ]
    )


def _suggested(
    source: str,
    pairs: pl.DataFrame,
    *,
    units: pl.DataFrame,
    offerable: pl.DataFrame,
    params: MixMatchParams,
) -> pl.DataFrame:
    if pairs.is_empty():
        return no_suggestions()
    groups = _groups(pairs, offerable, params)
    uptakes = _uptakes(groups, units, params)
    is_proven = pl.col("uptake").struct.field("customer_count") >= params.min_customer_count
    return (
        groups.group_by("group", maintain_order=True)
        .agg(members=one_unit(pl.col("variant_id"), "option"))
        .join(uptakes, on="group", how="left", validate="1:1", maintain_order="left")
        .with_columns(pl.col("pick_count").fill_null(_FEWEST_PICKED))
        .sort(-pl.col("uptake").struct.field("rate_low"), "group", nulls_last=True)
        .head(params.max_candidates)
        .with_columns(
            kind=pl.lit("MIX_MATCH"),
            backing=pl.when(is_proven).then(pl.lit("proven")).otherwise(pl.lit("unproven")),
        )
        .pipe(suggestions_of, source)
    )


def _groups(pairs: pl.DataFrame, offerable: pl.DataFrame, params: MixMatchParams) -> pl.DataFrame:
    """``group`` (the seed's variant) and ``variant_id``, the seed first, then the best sellers."""
    facts = offerable.select("variant_id", "unit_price_minor", "basket_count")
    seeds = facts.select(pl.all().name.prefix("seed_"))
    price, seed_price = pl.col("unit_price_minor"), pl.col("seed_unit_price_minor")
    # Half of the allowed ratio to either side keeps the whole group within it.
    reach = params.max_price_ratio**0.5
    options = (
        pl.concat([pairs, pairs.select("seed_id", option_id="seed_id")])
        .unique()
        .join(seeds, left_on="seed_id", right_on="seed_variant_id", validate="m:1")
        .join(facts, left_on="option_id", right_on="variant_id", validate="m:1")
        .filter(price <= seed_price * reach, seed_price <= price * reach)
        .sort(-pl.col("seed_basket_count"), "seed_id", -pl.col("basket_count"), "option_id")
    )
    taken: set[str] = set()
    rows: list[tuple[str, str]] = []
    # A plain loop: which group a variant is in depends on the groups before.
    for seed, found in options.group_by("seed_id", maintain_order=True).agg("option_id").rows():
        if seed in taken:
            continue
        others = [option for option in found if option != seed and option not in taken]
        group = [seed, *others][: params.max_options]
        if len(group) >= _FEWEST_OPTIONS:
            taken.update(group)
            rows.extend((seed, option) for option in group)
    return pl.DataFrame(rows, schema={"group": pl.String, "variant_id": pl.String}, orient="row")


def _uptakes(groups: pl.DataFrame, units: pl.DataFrame, params: MixMatchParams) -> pl.DataFrame:
    """``group``, ``pick_count`` and ``uptake`` of the groups that known customers bought of."""
    per_customer = (
        groups.join(units.filter(pl.col("customer").is_not_null()), on="variant_id", validate="1:m")
        .group_by("group", "customer")
        .agg(bought_count=pl.col("variant_id").n_unique())
    )
    counts = [
        (pl.col("bought_count") >= picked).sum().cast(pl.Int64).alias(str(picked))
        for picked in range(_FEWEST_PICKED, params.max_pick_count + 1)
    ]
    sizes = groups.group_by("group").agg(option_count=pl.len())
    picked = pl.col("pick_count")
    fits = (picked < pl.col("option_count")) & (
        (pl.col("customer_count") >= params.min_customer_count) | (picked == _FEWEST_PICKED)
    )
    return (
        per_customer.group_by("group")
        .agg(*counts, asked_count=pl.len().cast(pl.Int64))
        .unpivot(
            index=["group", "asked_count"],
            variable_name="pick_count",
            value_name="customer_count",
        )
        .with_columns(picked.cast(pl.Int64))
        .join(sizes, on="group", validate="m:1")
        .filter(fits)
        .sort("group", -picked)
        .unique("group", keep="first", maintain_order=True)
        .select(
            "group",
            "pick_count",
            uptake=uptake_of(
                pl.col("customer_count"),
                pl.col("asked_count"),
                order_count=pl.lit(None, pl.Int64),
                customer_count=pl.col("customer_count"),
            ),
        )
    )
