"""Baskets in parts: a night makes those of what has changed, and comes to the same as a rebuild."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets import build
from bundle_pipeline.baskets.build import build_baskets
from bundle_pipeline.baskets.encoded import encode_baskets, open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest import order_places, order_spool, text_blocks
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.origin import Origin
from bundle_pipeline.store.parts import Parts, new_origin, no_parts
from bundle_pipeline_tests.support.basket_nights import mined, updated_baskets
from bundle_pipeline_tests.support.frames import (
    baskets_frame,
    order_id,
    order_lines_frame,
    orders_frame,
)
from bundle_pipeline_tests.support.kept_landing import SHOP, KeptLanding

HEADER = (
    "order_id,order_name,created_at,customer_id,currency,line_item_id,"
    "variant_id,sku,title,quantity,price"
)
# Quantities such as 2.0 aren't simple: such orders wait until every file has been read.
LINE = st.tuples(
    st.integers(1, 8), st.integers(1, 4), st.sampled_from("abcd"), st.sampled_from(["1", "2.0"])
)
NAMES = st.sampled_from(["a.csv", "b.csv", "c.csv"])
STEP = st.one_of(
    st.tuples(st.just("put"), NAMES, st.lists(LINE, min_size=1, max_size=12)),
    st.tuples(st.just("withdraw"), NAMES, st.just([])),
    st.tuples(st.just("name products"), st.just("p.csv"), st.just([])),
)


def orders_file(lines: list[tuple[int, int, str, str]]) -> str:
    """Order lines; variant d goes by its SKU alone."""
    rows = [
        f"{number},#{number},2025-01-{1 + number // 2:02},{number % 3},EUR,{place},"
        f"{'' if variant == 'd' else variant},{variant.upper()},Tee,{quantity},5.00"
        for number, place, variant, quantity in sorted(lines)
    ]
    return "\n".join([HEADER, *rows, ""])


@settings(max_examples=15, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=5), st.sampled_from([1, 200, 10**6]))
def test_any_history_comes_to_the_same_baskets_counts_and_rules_as_a_rebuild(
    steps: list[tuple[str, str, list[tuple[int, int, str, str]]]], block_bytes: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_blocks.text_blocks, "__kwdefaults__", {"block_bytes": block_bytes})
        for module in (order_spool, order_places):
            patch.setattr(module, "WAITING_ROWS", 3)
        shop = KeptLanding(Path(folder))
        shop.put("0.csv", orders_file([(9, 1, "a", "1"), (9, 2, "b", "1")]))
        for number, (action, name, lines) in enumerate(steps):
            if action == "put":
                shop.put(name, orders_file(lines))
            elif action == "name products":
                shop.put(name, f"variant_id,sku,price\nd{number % 2},D,5.00\n")
            elif (shop.landing / SHOP / name).exists():
                shop.withdraw(name)
            try:
                shop.ingest()
            except InputDataError:
                continue
            updated_baskets(Lake(str(shop.lake)), SHOP)
        again = Path(folder) / "again"
        try:
            shop.ingest(lake=again)
        except InputDataError:
            return
        updated_baskets(Lake(str(again)), SHOP)
        for one, other in zip(
            mined(Lake(str(shop.lake)), SHOP), mined(Lake(str(again)), SHOP), strict=True
        ):
            assert one.equals(other)


def test_a_night_makes_only_the_parts_of_what_has_changed(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    lake = Lake(str(shop.lake))
    shop.put("1.csv", orders_file([(1, 1, "a", "1"), (1, 2, "b", "1")]))
    shop.put("2.csv", orders_file([(2, 1, "a", "1")]))
    shop.ingest()
    assert updated_baskets(lake, SHOP) == 2
    shop.ingest()
    assert updated_baskets(lake, SHOP) == 0
    shop.put("3.csv", orders_file([(3, 1, "c", "1")]))
    shop.ingest()
    assert updated_baskets(lake, SHOP) == 1
    baskets = lake.parts(Baskets, SHOP).collected()
    assert baskets.select("order_id", "variant_ids").rows() == [
        ("1", ["a", "b"]),
        ("2", ["a"]),
        ("3", ["c"]),
    ]


def test_parts_of_another_release_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", orders_file([(1, 1, "a", "1")]))
    shop.ingest()
    lake = Lake(str(shop.lake))
    updated_baskets(lake, SHOP)
    monkeypatch.setattr(build, "_code", lambda: "another")
    assert updated_baskets(lake, SHOP) == 1
    assert lake.parts(Baskets, SHOP).row_count == 1


def test_frames_that_do_not_say_where_they_come_from_are_joined_as_a_whole(tmp_path: Path) -> None:
    origin = Origin("run", "0" * 16, "1")
    lake = Lake(str(tmp_path / "lake"))
    orders, lines = orders_frame(3), order_lines_frame("ab", "b", "c")
    lake.write(Orders, SHOP, orders, origin=origin)
    lake.write_parts(
        no_parts(OrderLines)
        .with_part(tmp_path, lines.filter(pl.col("order_id") == order_id(2)))
        .with_part(tmp_path, lines.filter(pl.col("order_id") != order_id(2)), origin=new_origin()),
        SHOP,
        origin=origin,
    )
    assert updated_baskets(lake, SHOP) == 1
    stored = lake.parts(Baskets, SHOP).collected()
    assert stored.get_column("variant_ids").to_list() == [["a", "b"], ["b"], ["c"]]


def test_a_part_without_baskets_is_not_looked_at_again(tmp_path: Path) -> None:
    origin = new_origin()
    orders = no_parts(Orders).with_part(tmp_path, orders_frame(1), origin=origin)
    lines = no_parts(OrderLines).with_part(tmp_path, order_lines_frame([None]), origin=origin)
    first = build_baskets(orders, lines, before=no_parts(Baskets), folder=tmp_path)
    assert (len(first.files), first.row_count) == (1, 0)
    again = build_baskets(orders, lines, before=first, folder=tmp_path / "nowhere")
    assert again == first


def test_opened_parts_are_the_same_as_one_frame_however_it_is_cut(tmp_path: Path) -> None:
    frame = baskets_frame("ab", "ca", "abcdef", "d", "b", customers=["x", None, "y", "x", None])
    limit = BasketParams(max_basket_size=5)
    whole = encode_baskets(frame, limit)
    for cuts in ([0, 5], [3, 1, 0, 2, 4], [4, 2]):
        parts: Parts[Baskets] = no_parts(Baskets)
        bounds = sorted({0, 5, *cuts})
        for first, last in reversed(list(pairwise(bounds))):
            parts = parts.with_part(tmp_path, frame[first:last])
        opened = open_baskets(parts, limit)
        assert opened.orders.equals(whole.orders)
        assert opened.variant_ids.equals(whole.variant_ids)
        assert opened.variant.tolist() == whole.variant.tolist() == [0, 1, 0, 2, 3, 1]
        assert opened.start.tolist() == whole.start.tolist() == [0, 2, 4, 5, 6]
        assert opened.customer.tolist() == whole.customer.tolist() == [0, -1, 0, -1]
        assert opened.capped == whole.capped
