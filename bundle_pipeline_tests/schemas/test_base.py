"""What a declaration checks, and how it refuses."""

from typing import Any

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


class _Sets(Frame):
    name = "sets"
    one_row = "One set."

    set_id = dy.String(primary_key=True)
    items = dy.List(
        dy.Struct(
            {
                "sku": dy.String(min_length=1),
                "quantity": count(description="Units"),
                "tags": dy.List(one_of(("new", "old")), nullable=True),
            }
        ),
        min_length=1,
    )
    price = dy.Struct({"amount_minor": minor(description="Price")}, nullable=True)

    @dy.rule()
    def is_worth_its_items(cls) -> pl.Expr:
        return pl.col("price").struct.field("amount_minor") >= pl.col("items").list.len()


_ITEMS = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["a", "b", "b", "", None]),
        "quantity": st.sampled_from([0, 1, 2, 3, -1, None]),
        "tags": st.none() | st.lists(st.sampled_from(["new", "old", "new", "torn", None])),
    }
)
_ROWS = st.fixed_dictionaries(
    {
        "set_id": st.sampled_from(["x", "y", "z", None]),
        "items": st.lists(_ITEMS, max_size=2) | st.none(),
        "price": st.none()
        | st.fixed_dictionaries({"amount_minor": st.sampled_from([5, 6, 7, 0, -1, None])}),
    }
)


@settings(deadline=None)
@given(st.lists(_ROWS, max_size=2))
def test_it_refuses_what_the_library_calls_invalid_and_nothing_else(
    rows: list[dict[str, Any]],
) -> None:
    frame = pl.DataFrame(rows, schema=_Sets.create_empty().schema)
    if _Sets.is_valid(frame):
        assert checked(_Sets, frame).equals(frame)
    else:
        with pytest.raises(SchemaError, match="BP-SCHEMA-FRAME"):
            checked(_Sets, frame)


def test_a_refusal_shows_no_value_of_a_row() -> None:
    with pytest.raises(SchemaError) as refused:
        checked(_Prices, _prices(status=pl.lit("jane.doe@example.com")))
    assert "jane" not in str(refused.value)
