"""Order lines of any data set become the four files of a shop."""

from datetime import datetime
from pathlib import Path

import polars as pl
import typer
from typer.testing import CliRunner

from bundle_pipeline_tests.samples.as_csv import convert, shop_frames

LINES = {
    "order_id": pl.String,
    "ts": pl.Datetime("us"),
    "customer_id": pl.String,
    "sku": pl.String,
    "qty": pl.Int64,
    "unit_price": pl.Float64,
    "list_price": pl.Float64,
    "unit_cost": pl.Float64,
    "line_discount": pl.Float64,
}


def lines_frame(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LINES, orient="row")


BARE = lines_frame(*[(order, None, None, sku, 1, *[None] * 4) for order in "xy" for sku in "ab"])


def test_money_off_is_the_list_price_less_what_was_paid_for_all_units() -> None:
    ordered_at = datetime(2025, 3, 1, 12)  # noqa: DTZ001  (sources have naive times)
    lines = lines_frame(("o1", ordered_at, "c", "a", 2, 9.0, 10.0, 4.0, None))
    frames = shop_frames(lines, currency="EUR")
    row = frames["orders.csv"].row(0, named=True)
    assert row["originalUnitPrice"] == 10.0
    assert row["lineItemTotalDiscount"] == 2.0
    assert row["createdAt"] == "2025-03-01T12:00:00Z"
    assert frames["variants.csv"].row(0, named=True)["cost"] == 4.0


def test_lines_of_bare_item_ids_get_times_a_minute_apart_and_prices() -> None:
    orders = shop_frames(BARE, currency="USD")["orders.csv"]
    assert orders.get_column("createdAt").unique(maintain_order=True).to_list() == [
        "2025-01-01T00:00:00Z",
        "2025-01-01T00:01:00Z",
    ]
    assert orders.get_column("originalUnitPrice").is_between(1, 20).all()


def test_every_line_and_every_variant_is_kept_and_unsold_ones_are_listed() -> None:
    catalog = pl.DataFrame({"sku": ["a", "b", "c"], "title": ["A", "B", "C"]})
    frames = shop_frames(BARE, catalog, currency="USD")
    assert frames["orders.csv"].height == BARE.height
    for name in ("variants.csv", "inventory.csv", "catalog.csv"):
        assert frames[name].height == 3
    assert frames["catalog.csv"].get_column("product_title").to_list() == ["A", "B", "C"]


def test_the_order_of_the_catalog_does_not_change_the_files() -> None:
    catalog = pl.DataFrame({"sku": ["a", "b", "c"], "price": [1.0, 2.0, 3.0]})
    one = shop_frames(BARE, catalog, currency="USD")
    other = shop_frames(BARE, catalog.reverse(), currency="USD")
    assert all(one[name].equals(other[name]) for name in one)


def test_the_command_writes_four_files(tmp_path: Path) -> None:
    BARE.write_parquet(tmp_path / "lines.parquet")
    app = typer.Typer()
    app.command()(convert)
    target = tmp_path / "shop"
    result = CliRunner().invoke(app, [str(tmp_path / "lines.parquet"), str(target)])
    assert result.exit_code == 0
    names = ["catalog.csv", "inventory.csv", "orders.csv", "variants.csv"]
    assert sorted(path.name for path in target.iterdir()) == names
