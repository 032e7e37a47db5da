import polars as pl
import pytest

from bundle_pipeline.ranking.lesser_kinds import with_lesser_kinds
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
)
from bundle_pipeline_tests.support.frames import shuffled

Kept = dict[str, bool]


def test_of_the_kinds_of_one_set_the_one_that_earns_most_stays() -> None:
    rows = [bundle("1", "ab", 500), bundle("2", "ba", 300, kind="BXGY"), bundle("3", "ac", 1)]
    frame = gated(*rows)
    assert kept(frame) == {"1": True, "2": False, "3": True}
    lesser = with_lesser_kinds(frame).row(by_predicate=pl.col("bundle_id") == "2", named=True)
    assert lesser["code"] == "DUPLICATE_SET"
    assert lesser["detail"] == (
        "the same products earn more as FBT: 5.00 EUR a month instead of 3.00 EUR"
    )


def test_a_loss_is_less_than_nothing_and_is_written_with_its_sign() -> None:
    frame = gated(bundle("1", "ab", 0), bundle("2", "ab", -300, kind="BXGY"))
    assert kept(frame) == {"1": True, "2": False}
    details = with_lesser_kinds(frame).get_column("detail").drop_nulls().to_list()
    assert details == ["the same products earn more as FBT: 0.00 EUR a month instead of -3.00 EUR"]


def test_equal_earners_both_stay() -> None:
    assert kept(gated(bundle("1", "ab", 5), bundle("2", "ab", 5, kind="BXGY"))) == {
        "1": True,
        "2": True,
    }


def test_what_is_unknown_or_did_not_pass_is_not_compared() -> None:
    unknown = gated(bundle("1", "ab", None), bundle("2", "ab", 5, kind="BXGY"))
    assert kept(unknown) == {"1": True, "2": True}
    failed = gated(bundle("1", "ab", 9), bundle("2", "ab", 5, kind="BXGY"), code="OUT_OF_STOCK")
    assert with_lesser_kinds(failed).get_column("code").to_list() == ["OUT_OF_STOCK", None]


def test_proven_and_unproven_are_not_compared() -> None:
    unproven = bundle("2", "ab", 9, kind="BXGY", backing="unproven")
    assert kept(gated(bundle("1", "ab", 5), unproven)) == {"1": True, "2": True}


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_is_nothing(seed: int) -> None:
    rows = [bundle(str(n), "ab", n % 4, kind="BXGY" if n % 2 else "FBT") for n in range(8)]
    assert kept(shuffled(gated(*rows), seed)) == kept(gated(*rows))


def test_an_empty_shop_is_no_special_case() -> None:
    frame = gated(bundle("1", "ab", 5)).clear()
    assert with_lesser_kinds(frame).equals(frame)


def bundle(
    bundle_id: str, variants: str, expected: int | None, *, kind: str = "FBT", **facts: object
) -> Row:
    items = [bundle_item(v, unit_price_minor=1000, unit_cost_minor=400) for v in variants]
    if kind == "BXGY":
        items = [
            item | {"role": role} for item, role in zip(items, ("qualifier", "reward"), strict=True)
        ]
    row = scored(candidate(*items, bundle_id=bundle_id, kind=kind, items=items, **facts))
    row = priced(row)
    return row | {"pricing": row["pricing"] | {"incremental_margin_minor": expected}}


def gated(*rows: Row, code: str | None = None) -> pl.DataFrame:
    """What passed every gate, but the first with the code, if any."""
    first = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(code, pl.String))
    return priced_bundles(*rows).with_columns(code=first, detail=pl.lit(None, pl.String))


def kept(frame: pl.DataFrame) -> Kept:
    found = with_lesser_kinds(frame).sort("bundle_id")
    return dict(found.select("bundle_id", pl.col("code").is_null()).rows())
