"""An order's discount over its lines: what is left to share, to the last unit."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.ingest.order_discounts import with_allocated_discounts


def rows_of(
    *lines: tuple[int, int], discount: int | None, subtotal: int | None = None
) -> pl.DataFrame:
    """Lines of one order: total and own discount of each."""
    whole = pl.Int64
    return pl.DataFrame(
        {
            "order_id": ["o"] * len(lines),
            "quantity": [1] * len(lines),
            "_line_total_minor": [total for total, _ in lines],
            "line_discount_minor": [own for _, own in lines],
            "_order_discount_minor": [discount] * len(lines),
            "_subtotal_minor": [subtotal] * len(lines),
            "outcome": [None] * len(lines),
        },
        schema_overrides={
            "_order_discount_minor": whole,
            "_subtotal_minor": whole,
            "outcome": pl.String,
        },
    )


@pytest.mark.parametrize(
    ("discount", "subtotal", "expected"),
    [
        (None, None, [100, 0]),
        # 3.00 in all, of which the first line has 1.00; 9.00 and 5.00 are left to charge.
        (300, None, [229, 71]),
        (300, 1200, [229, 71]),
        # The subtotal says that lines have nothing more to give: the rest is off the shipping.
        (300, 1400, [100, 0]),
        # Never more than stated, nor than there is.
        (300, 0, [293, 107]),
        (9999, None, [1000, 500]),
    ],
)
def test_what_an_order_s_discount_leaves_to_share(
    discount: int | None, subtotal: int | None, expected: list[int]
) -> None:
    rows = rows_of((1000, 100), (500, 0), discount=discount, subtotal=subtotal)
    assert with_allocated_discounts(rows)["line_discount_minor"].to_list() == expected


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=6),
    st.integers(1, 20_000),
)
def test_shares_add_up_and_no_line_falls_below_nothing(totals: list[int], discount: int) -> None:
    rows = rows_of(*((total, 0) for total in totals), discount=discount)
    shares = with_allocated_discounts(rows)["line_discount_minor"].to_list()
    assert sum(shares) == min(discount, sum(totals))
    assert all(0 <= share <= total for share, total in zip(shares, totals, strict=True))
