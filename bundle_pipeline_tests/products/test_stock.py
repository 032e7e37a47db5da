"""Units of a stock key."""

import pytest

from bundle_pipeline.products.stock import available_counts
from bundle_pipeline_tests.support.products import inventory_frame, stocked


@pytest.mark.parametrize(
    ("counts", "total"), [([5, -2], 3), ([None, 4], 4), ([None, None], None), ([0], 0)]
)
def test_locations_add_up_and_untracked_ones_do_not_count(
    counts: list[int | None], total: int | None
) -> None:
    inventory = inventory_frame(
        *[stocked("a", count, location_id=str(place)) for place, count in enumerate(counts)]
    )
    assert available_counts(inventory).rows() == [("stock-a", total)]


def test_closed_stock_is_none() -> None:
    closed = [stocked(item, 4) | {"is_current": False} for item in "ab"]
    inventory = inventory_frame(*closed, stocked("a", 3, location_id="annex"))
    assert available_counts(inventory).sort("inventory_item_id").rows() == [
        ("stock-a", 3),
        ("stock-b", 0),
    ]
