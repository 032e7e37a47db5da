"""A profile says of rows what Great Expectations says of them, however they are cut up."""

from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind
from bundle_pipeline.quality.profile import Profile, merged, profiled
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.tally import SAMPLE_SIZE, RowPlace
from bundle_pipeline.quality.translation import translation
from bundle_pipeline.quality.validate import validated
from bundle_pipeline_tests.quality.defects import DEFECTS
from bundle_pipeline_tests.quality.rows_in_pandas import Said, said_of_rows
from bundle_pipeline_tests.support.landed import Defect, clean_table, last_row
from bundle_pipeline_tests.support.landing import observed_text
from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS

SHOPS = sorted(folder.name for folder in SAMPLE_SHOPS.iterdir())


def _all_spoilt(kind: str) -> pl.DataFrame:
    """A few rows of each defect that leaves the columns there, among clean ones."""
    table = clean_table(kind)
    defects = [defect for (of_kind, _), defect in DEFECTS.items() if of_kind == kind]
    spoilt = [defect(table) for defect in defects]
    whole = [frame for frame in spoilt if frame.columns == table.columns]
    return pl.concat([table, *whole])


def _with_blanks(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.format(" {} ", pl.all()))


def _agrees(kind: str, rows: pl.DataFrame, stated: frozenset[str]) -> None:
    found = {
        result.name: Said(
            result.passed,
            result.element_count,
            result.unexpected_count,
            result.unexpected_rate,
            None if isinstance(result.observed, str) else result.observed,
        )
        for result in validated(kind, profiled(kind, rows, stated))
    }
    for name, said in said_of_rows(kind, rows, stated):
        expected = said
        if name in found and "_state" in name and not said.passed:
            # The library counts no rows there; all of them lack the column.
            expected = said._replace(unexpected_count=rows.height)
        assert found[name][:3] == expected[:3], name
        assert found[name].observed == expected.observed, name
        assert found[name].unexpected_rate == pytest.approx(expected.unexpected_rate), name


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("kind", FILE_KINDS)
def test_it_agrees_with_the_library_on_the_rows_of_a_sample_shop(
    shop: str, kind: FileKind, tmp_path: Path
) -> None:
    text = observed_text(SAMPLE_SHOPS, tmp_path, shop=shop)
    if text.stated_fields.get(kind):
        _agrees(kind, text.table(kind), text.stated_fields[kind])


@pytest.mark.parametrize("kind", SUITES)
@pytest.mark.parametrize("spoilt", [_all_spoilt, clean_table], ids=["spoilt", "clean"])
def test_it_agrees_with_the_library_on_made_rows(kind: str, spoilt: Defect) -> None:
    table = spoilt(kind)  # pyright: ignore[reportArgumentType] by kind, not by table
    _agrees(kind, table, frozenset(table.columns))
    _agrees(kind, _with_blanks(table), frozenset(table.columns))
    _agrees(kind, table.clear(), frozenset(table.columns))


@pytest.mark.parametrize(("kind", "name"), sorted(DEFECTS), ids=str)
def test_it_agrees_with_the_library_on_a_defect(
    kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = tuple(entry for entry in SUITES[kind] if entry.name == name)
    monkeypatch.setitem(SUITES, kind, one)  # pyright: ignore[reportArgumentType] a dict in fact
    table = DEFECTS[kind, name](clean_table(kind))
    _agrees(kind, table, frozenset(table.columns))


@pytest.mark.parametrize("kind", SUITES)
@pytest.mark.parametrize("batch_rows", [1, 7, 1000])
def test_batches_add_up_to_the_whole(kind: str, batch_rows: int) -> None:
    table = _placed(_all_spoilt(kind))
    stated = frozenset(clean_table(kind).columns)
    parts = [profiled(kind, part, stated) for part in table.iter_slices(batch_rows)]
    whole = profiled(kind, table, stated)
    assert merged(parts).totals == merged(parts[::-1]).totals == whole.totals
    assert validated(kind, merged(parts)) == validated(kind, whole)


def test_a_file_without_a_column_counts_as_rows_that_state_nothing() -> None:
    with_titles, without = clean_table("catalog"), clean_table("catalog").drop("product_title")
    stated = [frozenset(frame.columns) for frame in (with_titles, without)]
    apart = merged(
        [profiled("catalog", with_titles, stated[0]), profiled("catalog", without, stated[1])]
    )
    rows = pl.concat([with_titles, without], how="diagonal")
    together = profiled("catalog", rows, stated[0] | stated[1])
    assert apart.columns == together.columns
    assert apart.totals == together.totals
    assert apart.totals["catalog_title_is_on_every_row"].unexpected_count == 40


def test_failing_rows_are_named_by_file_and_line_the_first_few() -> None:
    table = _placed(clean_table("orders")).with_columns(line_item_quantity=pl.lit("0"))
    name = "order_quantity_is_plausible"
    total = _profile("orders", table.reverse()).totals[name]
    assert total.unexpected_count == 40
    assert total.failing_rows == tuple(
        RowPlace("orders.csv", line) for line in range(2, 2 + SAMPLE_SIZE)
    )


def test_both_rows_of_a_repeated_key_are_named() -> None:
    table = clean_table("variants").pipe(last_row("variant_id", "0"))
    total = _profile("variants", _placed(table)).totals["variants_variant_id_is_unique"]
    assert (total.unexpected_count, total.stated_count) == (2, 40)
    assert total.failing_rows == (RowPlace("variants.csv", 2), RowPlace("variants.csv", 41))


def test_rows_without_places_are_counted_and_none_is_named() -> None:
    table = clean_table("orders").pipe(last_row("line_item_quantity", "0"))
    total = _profile("orders", table).totals["order_quantity_is_plausible"]
    assert (total.unexpected_count, total.failing_rows) == (1, ())


def test_no_suite_asks_for_keys_of_order_lines() -> None:
    # A profile keeps 32 bytes per row for them: too much for tens of millions.
    assert {translation(entry).counting for entry in SUITES["orders"]}.isdisjoint({"keys"})


def _profile(kind: str, table: pl.DataFrame) -> Profile:
    return profiled(kind, table, frozenset(clean_table(kind).columns))


def _placed(table: pl.DataFrame) -> pl.DataFrame:
    kind = "orders" if "order_id" in table.columns else "variants"
    return table.with_columns(
        _path=pl.lit(f"{kind}.csv"), _line_number=pl.int_range(2, pl.len() + 2, dtype=pl.Int64)
    )
