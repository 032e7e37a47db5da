"""What a declaration checks, and how it refuses."""

import dataframely as dy
import polars as pl
import pytest

from bundle_pipeline.errors import SchemaError
from bundle_pipeline.schemas.base import Frame, checked, count, minor, one_of, rate, utc_timestamp


class _Prices(Frame):
    name = "prices"
    one_row = "One price."

    variant_id = dy.String(primary_key=True)
    price_minor = minor(description="Price")
    share = rate(nullable=True, description="Share")
    sold_count = count(description="Sold")
    status = one_of(("active", "draft"), description="Status")
    priced_at = utc_timestamp(nullable=True, description="When")


def _prices(**columns: pl.Expr) -> pl.DataFrame:
    good = pl.DataFrame(
        {
            "variant_id": ["a", "b"],
            "price_minor": [0, 1099],
            "share": [0.0, 1.0],
            "sold_count": [0, 5],
            "status": ["active", "draft"],
            "priced_at": [None, None],
        },
        schema_overrides={"priced_at": pl.Datetime("us", "UTC")},
    )
    return good.with_columns(**columns)


def test_a_good_frame_passes_unchanged() -> None:
    assert checked(_Prices, _prices()).equals(_prices())


def test_columns_come_out_in_declared_order_and_others_are_dropped() -> None:
    shuffled = _prices(extra=pl.lit(1)).select("extra", "status", pl.exclude("extra", "status"))
    assert checked(_Prices, shuffled).columns == _Prices.column_names()


def test_the_empty_frame_passes() -> None:
    assert checked(_Prices, _Prices.create_empty()).is_empty()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (_prices().drop("status"), "status"),
        (_prices(price_minor=pl.col("price_minor").cast(pl.Float64)), "price_minor"),
        (_prices(priced_at=pl.lit(None, pl.Datetime("us"))), "priced_at"),
        (_prices(variant_id=pl.lit("a")), "primary_key"),
        (_prices(price_minor=pl.lit(-1, pl.Int64)), "price_minor"),
        (_prices(share=pl.lit(1.5)), "share"),
        (_prices(share=pl.lit(float("nan"))), "share"),
        (_prices(share=pl.lit(float("inf"))), "share"),
        (_prices(sold_count=pl.lit(None, pl.Int64)), "sold_count"),
        (_prices(status=pl.lit("retired")), "status"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_frame_is_refused_by_name_and_column(wrong: pl.DataFrame, message: str) -> None:
    with pytest.raises(SchemaError, match=message) as refused:
        checked(_Prices, wrong)
    assert refused.value.code == "BP-SCHEMA-FRAME"
    assert refused.value.place == "frame prices"
    assert "_Prices" in refused.value.expected


def test_a_refusal_shows_no_value_of_a_row() -> None:
    with pytest.raises(SchemaError) as refused:
        checked(_Prices, _prices(status=pl.lit("jane.doe@example.com")))
    assert "jane" not in str(refused.value)
