import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.publish.document import render_json
from bundle_pipeline.publish.spreadsheet import render_csv
from bundle_pipeline.schemas.bundles import PublishedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    priced,
    scored,
    stock,
)
from bundle_pipeline_tests.support.documents import header, published
from bundle_pipeline_tests.support.frames import shuffled


def bundle(*items: Row, margin_minor: int | None = None, **changes: object) -> Row:
    return priced(scored(candidate(*items, **changes)), margin_minor=margin_minor)


PAIR = bundle(
    bundle_item("1", title="Cup", sku=None, variant_title="Blue"),
    bundle_item("2", title="Saucer", quantity=2),
)


def test_a_row_can_be_read_by_a_merchant() -> None:
    (row,) = cells(published(PAIR))
    expected = {
        "shop_id": "corner",
        "rank": "1",
        "titles": "Cup + Saucer",
        "variant_titles": "Blue + (none)",
        "skus": "(none) + SKU-2",
        "variant_ids": "1 2",
        "quantities": "1 2",
        "list_total": "30.00 EUR",
        "bundle_price": "27.00 EUR",
        "bundle_price_minor": "2700",
        "discount_minor": "300",
        "discount_rate": "0.1",
        "item_prices_minor": "900 1800",
        "margin_minor": "",
        "basket_count": "20",
        "customer_count": "18",
        "supporting_order_ids": "o2 o1",
        "as_of": "2024-03-01T12:30:00Z",
    }
    assert {column: row[column] for column in expected} == expected


def test_what_is_not_known_is_an_empty_cell() -> None:
    unknown = bundle(
        bundle_item("1"),
        bundle_item("2"),
        evidence=evidence(customer_count=None),
        stock=stock(feasible_quantity=None, days_of_cover=None),
    )
    (row,) = cells(published(unknown))
    assert [row[c] for c in ("customer_count", "feasible_quantity", "days_of_cover")] == [""] * 3


def test_an_empty_shop_has_its_column_names_only() -> None:
    content = render_csv(header(), PublishedBundles.create_empty())
    assert content.startswith(b"shop_id,rank,wave,bundle_id,kind,titles,")
    assert content.count(b"\n") == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_defused_in_csv_alone(start: str) -> None:
    title = f'{start}HYPERLINK("http://evil.example","x")'
    frame = published(bundle(bundle_item(f"{start}1", title=title), bundle_item("2")))
    (row,) = cells(frame)
    assert row["titles"] == f"'{title} + Product 2"
    assert row["variant_ids"] == f"'{start}1 2"
    assert b"'" not in render_json(header(), frame)


def test_numbers_below_zero_stay_numbers() -> None:
    (row,) = cells(published(bundle(bundle_item("1"), bundle_item("2"), margin_minor=-40)))
    assert row["margin_minor"] == "-40"


def test_text_that_only_holds_such_a_sign_is_left_alone() -> None:
    (row,) = cells(published(bundle(bundle_item("1", title="T-Shirt =)"), bundle_item("2"))))
    assert row["titles"] == "T-Shirt =) + Product 2"


# Surrogates aren't text in UTF-8, and polars refuses them long before.
TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(titles=st.lists(TITLES, min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_any_title_reads_back_and_none_can_be_run(titles: list[str]) -> None:
    frame = published(*(bundle(bundle_item(str(n), title=t)) for n, t in enumerate(titles)))
    expected = [f"'{title}" if title[0] in "=+-@\t\r" else title for title in titles]
    assert [row["titles"] for row in cells(frame)] == expected


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_bundles_give_the_same_bytes(seed: int) -> None:
    frame = published(*(bundle(bundle_item("a"), bundle_item(other)) for other in "bcdef"))
    assert render_csv(header(), shuffled(frame, seed)) == render_csv(header(), frame)


def cells(frame: pl.DataFrame) -> list[dict[str, str]]:
    text = render_csv(header(), frame).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))
