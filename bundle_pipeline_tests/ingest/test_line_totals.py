"""What order lines add up to: the same whether all of them or only what changed is looked at."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ingest.line_totals import KnownTotals, LineTotals, line_totals
from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline.store.parts import Parts, no_parts
from bundle_pipeline_tests.support.frames import order_lines_frame

_ITEMS = ("variant_id", "sku", "title", "")


def _part_rows(order: str, lines: list[tuple[str, str, int]]) -> pl.DataFrame:
    """Lines of an order: what their item goes by, its name, and its price."""
    rows = order_lines_frame(*[["v"]] * len(lines))
    by = pl.Series("by", [by for by, _, _ in lines])
    item = pl.Series("item", [item for _, item, _ in lines])
    named = {name: pl.when(by == name).then(item) for name in _ITEMS if name}
    return rows.with_columns(
        **named,
        order_id=pl.lit(order),
        line_number=pl.int_range(1, rows.height + 1),
        resolved_by=pl.when(by == "variant_id")
        .then(pl.lit("variant_id"))
        .otherwise(pl.lit("unresolved")),
        unit_price_minor=pl.Series([price for _, _, price in lines]),
        requires_shipping=pl.Series(
            [[None, True, False][price % 3] for _, _, price in lines], dtype=pl.Boolean
        ),
        is_bundle_component=pl.Series(price == 1 for _, _, price in lines),
        discount_allocated=pl.Series(price == 2 for _, _, price in lines),
    )


_LINES = st.lists(
    st.tuples(st.sampled_from(_ITEMS), st.sampled_from("ab"), st.integers(0, 4)),
    min_size=1,
    max_size=4,
)


def _exact(totals: LineTotals) -> list[object]:
    items = totals.items.drop("price_bound_minor")
    return [totals.parts, *(frame.rows() for frame in (items, totals.prices, totals.ways))]


@settings(deadline=None)
@given(parts=st.lists(_LINES, max_size=6), before=st.integers(0, 6), gone=st.integers(0, 6))
def test_changed_parts_are_added_and_taken_away(
    parts: list[list[tuple[str, str, int]]], before: int, gone: int
) -> None:
    with TemporaryDirectory() as folder:
        every = no_parts(OrderLines)
        for number, lines in enumerate(parts):
            every = every.with_part(Path(folder), _part_rows(str(number), lines))
        earlier = Parts(OrderLines, every.files[:before])
        later = Parts(OrderLines, every.files[min(gone, before) :])
        stored = {part.name: part.address for part in earlier.files}
        known = KnownTotals(line_totals(earlier), stored)
        anew = line_totals(later)
        assert _exact(line_totals(later, known)) == _exact(anew)
        # What isn't there any more can't be taken away.
        assert _exact(line_totals(later, KnownTotals(known.totals, {}))) == _exact(anew)
        # The bound of an item is below each of its prices.
        bounds = line_totals(later, known).items.join(
            anew.items, on=["item", "is_variant", "currency"], nulls_equal=True
        )
        assert (bounds["price_bound_minor"] <= bounds["price_bound_minor_right"]).all()


def test_lines_are_added_up_by_hand(tmp_path: Path) -> None:
    rows = _part_rows(
        "1", [("variant_id", "a", 3), ("variant_id", "a", 1), ("sku", "a", 2), ("", "b", 2)]
    )
    totals = line_totals(no_parts(OrderLines).with_part(tmp_path, rows))
    # By price 3: shipping not stated, 1: needed, 2: not needed.
    assert totals.items.rows() == [
        (None, False, "EUR", 1, 0, 2),
        ("a", False, "EUR", 1, 0, 2),
        ("a", True, "EUR", 2, 2, 1),
    ]
    assert totals.prices.rows() == [("EUR", 1, 1), ("EUR", 2, 2), ("EUR", 3, 1)]
    assert totals.ways.rows() == [("unresolved", 2, 0, 2), ("variant_id", 2, 1, 0)]
    assert totals.line_count == 4


def test_only_changed_parts_are_read(tmp_path: Path) -> None:
    parts = no_parts(OrderLines)
    for number in range(4):
        parts = parts.with_part(tmp_path, _part_rows(str(number), [("sku", "a", number)]))
    stored = {part.name: part.address for part in parts.files}
    known = KnownTotals(line_totals(parts), stored)
    kept, gone = parts.files[1:], parts.files[0]
    for part in kept:
        Path(part.address).unlink()
    less = line_totals(Parts(OrderLines, kept), known)
    assert less.prices["unit_price_minor"].to_list() == [1, 2, 3]
    assert gone.name not in less.parts
