"""A long file of orders is cut between two orders, and only where that is certain."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.ingest.order_borders import border_before
from bundle_pipeline.ingest.text_blocks import TextBlock, block_at, text_blocks

KEYS = st.sampled_from(["1", "2", "'1", "gid://shopify/Order/1", "", " 1", '"1"', "#1"])


def blocks_of(text: str, *, block_bytes: int, key_column: int | None = 1) -> list[TextBlock]:
    blocks = text_blocks(
        text.encode(),
        delimiter=",",
        start=0,
        first_line=2,
        place="p",
        key_column=key_column,
        block_bytes=block_bytes,
    )
    return list(blocks)


def border_of(text: str, end: int, *, start: int = 0) -> int | None:
    return border_before(text.encode(), end, delimiter=",", key_column=0, start=start)


def test_a_block_ends_where_its_last_whole_order_ends() -> None:
    text = "a,1\nb,1\nc,2\nd,2\ne,2\nf,3\n"
    # 14 bytes reach into the fourth line, which is the second of order 2.
    first, *others = blocks_of(text, block_bytes=14)
    assert first.text == b"a,1\nb,1\n"
    assert (first.span.goes_on_before, first.span.goes_on_after) == (False, False)
    assert [block.first_line for block in (first, *others)] == [2, 4, 7]
    assert [block.text for block in others] == [b"c,2\nd,2\ne,2\n", b"f,3\n"]


def test_an_order_longer_than_a_block_goes_on() -> None:
    blocks = blocks_of("a,1\nb,1\nc,1\nd,2\n", block_bytes=5)
    assert [block.text for block in blocks] == [b"a,1\n", b"b,1\n", b"c,1\n", b"d,2\n"]
    assert [block.span.goes_on_after for block in blocks] == [True, True, False, False]
    assert [block.span.goes_on_before for block in blocks] == [False, True, True, False]


@pytest.mark.parametrize("other", ["'1", "gid://shopify/Order/1", "", '"1"', " 1", "1 ", "1.0"])
def test_what_may_be_the_same_order_is_no_border(other: str) -> None:
    text = f"1\n{other}\n2\n"
    assert border_of(text, 2) is None
    # It has no border on its other side either.
    end = text.index("\n2\n") + 1
    assert border_of(text, end) is None


def test_a_line_without_that_cell_is_no_border() -> None:
    text = b"a,1\nb\nc,2\n"
    for end in (4, 6):
        assert border_before(text, end, delimiter=",", key_column=1, start=0) is None


def test_newlines_of_two_bytes_are_no_part_of_an_id() -> None:
    assert border_of("1\r\n1\r\n2\r\n", 6) == 6
    assert border_of("1\r\n1\r\n1\r\n", 6) is None


def test_no_border_is_looked_for_before_the_start() -> None:
    assert border_of("1\n2\n2\n", 4) == 2
    assert border_of("1\n2\n2\n", 4, start=2) is None


@given(st.lists(KEYS, min_size=1, max_size=12), st.integers(1, 60))
def test_blocks_are_the_text_and_certain_borders_are_between_orders(
    keys: list[str], block_bytes: int
) -> None:
    text = "".join(f"x,{key}\n" for key in keys)
    blocks = blocks_of(text, block_bytes=block_bytes)
    assert b"".join(block.text for block in blocks) == text.encode()
    again = [block_at(text.encode(), block.span) for block in blocks]
    assert [block.text for block in again] == [block.text for block in blocks]
    for block, following in pairwise(blocks):
        assert block.span.goes_on_after == following.span.goes_on_before
        last, first = block.text.splitlines()[-1], following.text.splitlines()[0]
        assert block.span.goes_on_after or last != first
