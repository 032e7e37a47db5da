"""Suggestions of kind FIXED: gift boxes by price band, and sets of a season."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import polars as pl
from pydantic import Field

from bundle_pipeline.candidates.evidence import EVIDENCE_FIELDS
from bundle_pipeline.candidates.offerable import best_seller_per_product
from bundle_pipeline.candidates.suggestions import no_suggestions, one_unit, suggestions_of
from bundle_pipeline.settings.layers import Params

GIFT_BOX = "gift_box_by_price_band"
SEASON_SET = "season_set"


class FixedParams(Params):
    """Which sets are put together."""

    max_candidates: int = Field(default=10, ge=0)
    """Sets of one price band or season, at most; 0 switches the kind off."""
    item_count: int = Field(default=3, ge=2, le=4)
    """Products in a set."""
    max_tried: int = Field(default=60, ge=2, le=1000)
    """Products of a price band or season that are looked at, the best sellers first."""


def suggested_sets(
    offerable: pl.DataFrame,
    *,
    pair_rules: pl.DataFrame,
    alike: pl.DataFrame,
    season_product_ids: pl.Series,
    params: FixedParams,
) -> pl.DataFrame:
    """Gift boxes of giftable products of one price tier, and sets of products of one season.

    The best seller of those that are left takes, one after the other, the products that are not
    like any in the set: first those that orders show beside it, by the lower end of the
    size-adjusted lift, then those of a category that the set doesn't have, then the best sellers.
    Each product is in one set of its band.

    Args:
        offerable: See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`.
        pair_rules: ``PairRules``, both directions of each pair.
        alike: See :func:`~bundle_pipeline.candidates.offerable.products_alike`.
        season_product_ids: Products whose season is on or near.
        params: Sizes.

    Returns:
        Suggestions: proven, with the evidence of the weakest pair, where every item goes with the
        first beyond chance; else unproven, without evidence.
    """
    products = best_seller_per_product(offerable)
    in_season = products.filter(pl.col("product_id").is_in(season_product_ids.implode()))
    bands = {
        GIFT_BOX: products.filter("is_giftable", pl.col("price_tier").is_not_null()).with_columns(
            band="price_tier"
        ),
        SEASON_SET: in_season.with_columns(band=pl.col("season").fill_null("")),
    }
    return pl.concat(
        [
            _suggested(source, band, pair_rules=pair_rules, alike=alike, params=params)
            for source, band in bands.items()
        ]
    )


def _suggested(
    source: str,
    banded: pl.DataFrame,
    *,
    pair_rules: pl.DataFrame,
    alike: pl.DataFrame,
    params: FixedParams,
) -> pl.DataFrame:
    tried = banded.sort("band", -pl.col("basket_count"), "variant_id").filter(
        pl.int_range(pl.len()).over("band") < params.max_tried
    )
    ids = tried.get_column("variant_id").implode()
    rules = pair_rules.filter(
        "is_significant", pl.col("antecedent_id").is_in(ids), pl.col("consequent_id").is_in(ids)
    )
    lifts = {
        (first, second): lift
        for first, second, lift in rules.select(
            "antecedent_id", "consequent_id", "adjusted_lift_low"
        ).rows()
    }
    near = set(alike.rows())
    columns = ("variant_id", "product_id", "product_type")
    chosen = [
        variant_ids
        for _, rows in _by_band(tried, columns)
        for variant_ids in _sets_of_band(rows, lifts, near, params)
    ]
    if not chosen:
        return no_suggestions()
    sets = pl.DataFrame(
        {"variant_ids": chosen}, schema={"variant_ids": pl.List(pl.String)}
    ).with_row_index("set")
    members = one_unit(pl.element(), "item")
    return (
        sets.join(
            _weakest(sets, rules), on="set", how="left", validate="1:1", maintain_order="left"
        )
        .with_columns(
            kind=pl.lit("FIXED"),
            members=pl.col("variant_ids").list.eval(members),
            backing=pl.when(pl.col("evidence").is_not_null())
            .then(pl.lit("proven"))
            .otherwise(pl.lit("unproven")),
        )
        .pipe(suggestions_of, source)
    )


_Row = tuple[str, str, str | None]


def _by_band(tried: pl.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[str, list[_Row]]]:
    """Bands in the order of the rows, which have those of one band beside each other."""
    for band, rows in groupby(tried.select("band", *columns).rows(), key=itemgetter(0)):
        yield str(band), [row[1:] for row in rows]


def _sets_of_band(
    rows: list[_Row],
    lifts: dict[tuple[str, str], float],
    near: set[tuple[str, str]],
    params: FixedParams,
) -> Iterator[list[str]]:
    """Sets of one band, greedily: what a set takes depends on the sets before it."""
    left, made = list(rows), 0
    while left and made < params.max_candidates:
        chosen = [left.pop(0)]
        while len(chosen) < params.item_count:
            fitting = [row for row in left if _is_unlike(row, chosen, near)]
            if not fitting:
                break
            best = max(
                # Equal ones go to the better seller, which comes first.
                fitting,
                key=lambda row: _fit(row, chosen, lifts),
            )
            chosen.append(best)
            left.remove(best)
        if len(chosen) == params.item_count:
            made += 1
            yield [variant_id for variant_id, _, _ in chosen]


def _is_unlike(row: _Row, chosen: Iterable[_Row], near: set[tuple[str, str]]) -> bool:
    return all((row[1], other[1]) not in near for other in chosen)


def _fit(row: _Row, chosen: list[_Row], lifts: dict[tuple[str, str], float]) -> tuple[float, bool]:
    is_new_category = row[2] is not None and row[2] not in {other[2] for other in chosen}
    return lifts.get((chosen[0][0], row[0]), 0.0), is_new_category


def _weakest(sets: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """``set`` and ``evidence`` of its weakest pair, of sets whose first item goes with all."""
    variant_ids = pl.col("variant_ids").list
    pairs = sets.select(
        "set", antecedent_id=variant_ids.first(), consequent_id=variant_ids.slice(1)
    ).explode("consequent_id")
    evidence = pl.struct(EVIDENCE_FIELDS)
    return (
        pairs.join(
            rules.with_columns(
                reverse_confidence=pl.col("basket_count") / pl.col("consequent_basket_count")
            ).select("antecedent_id", "consequent_id", "adjusted_lift_low", evidence=evidence),
            on=["antecedent_id", "consequent_id"],
            how="left",
            validate="m:1",
        )
        .sort("set", "adjusted_lift_low", "consequent_id")
        .group_by("set", maintain_order=True)
        .agg(pl.col("evidence").first(), is_shown=pl.col("adjusted_lift_low").is_not_null().all())
        .filter("is_shown")
        .drop("is_shown")
    )
