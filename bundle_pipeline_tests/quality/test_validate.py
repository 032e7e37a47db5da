"""Suites run over landed tables with the real library."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.quality import validate
from bundle_pipeline.quality.expectation import blocking, warning
from bundle_pipeline.quality.profile import profiled
from bundle_pipeline.quality.suites import SUITES, Expectation
from bundle_pipeline.quality.validate import ExpectationResult, validated
from bundle_pipeline_tests.quality.defects import DEFECTS
from bundle_pipeline_tests.support.landed import clean_table, every_row, last_row, no_rows

_ALL = [(kind, expectation) for kind, suite in SUITES.items() for expectation in suite]


def _validated(kind: str, table: pl.DataFrame) -> dict[str, ExpectationResult]:
    results = _results(kind, table, frozenset(table.columns))
    assert [result.name for result in results] == [entry.name for entry in SUITES[kind]]
    assert all(result.kind == kind for result in results)
    return {result.name: result for result in results}


def _results(
    kind: str, table: pl.DataFrame, stated_fields: frozenset[str]
) -> list[ExpectationResult]:
    return validated(kind, profiled(kind, table, stated_fields))


@pytest.mark.parametrize("kind", SUITES)
def test_a_clean_table_passes_all(kind: str) -> None:
    failed = [
        name for name, result in _validated(kind, clean_table(kind)).items() if not result.passed
    ]
    assert failed == []


@pytest.mark.parametrize(("kind", "expectation"), _ALL, ids=[entry.name for _, entry in _ALL])
def test_an_expectation_fails_on_its_defect(
    kind: str, expectation: Expectation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Alone, so that 60 expectations take seconds.
    monkeypatch.setitem(validate.SUITES, kind, (expectation,))  # pyright: ignore[reportArgumentType] a dict in fact
    result = _validated(kind, DEFECTS[kind, expectation.name](clean_table(kind)))[expectation.name]
    assert not result.passed
    assert result.exception is None


def test_every_defect_is_of_an_expectation() -> None:
    assert set(DEFECTS) == {(kind, expectation.name) for kind, expectation in _ALL}


def test_a_defect_in_the_last_of_ten_thousand_rows_is_found() -> None:
    table = clean_table("orders", row_count=10_000).pipe(last_row("line_item_quantity", "-3"))
    result = _validated("orders", table)["order_quantity_is_plausible"]
    assert not result.passed
    assert (result.element_count, result.unexpected_count) == (10_000, 1)
    assert result.unexpected_rate == pytest.approx(0.0001)


def test_few_unreadable_prices_are_forgiven_and_counted() -> None:
    # 1 of 40 rows: 2.5 %, and 5 % are forgiven.
    table = clean_table("orders").pipe(last_row("original_unit_price", "free"))
    result = _validated("orders", table)["order_unit_price_is_mostly_an_amount"]
    assert result.passed
    assert result.unexpected_count == 1


def test_the_rate_is_of_rows_that_state_something() -> None:
    table = clean_table("variants").with_columns(
        compare_at_price=pl.Series(["none", "9.00", *([None] * 38)])
    )
    result = _validated("variants", table)["variants_compare_at_price_is_an_amount"]
    assert result.unexpected_rate == pytest.approx(0.5)


@pytest.mark.parametrize("kind", SUITES)
def test_a_table_without_rows_holds_no_shop_back(kind: str) -> None:
    results = _validated(kind, no_rows()(clean_table(kind)))
    failed = [name for name, result in results.items() if not result.passed]
    assert failed == (["orders_have_rows"] if kind == "orders" else [])


@pytest.mark.parametrize("kind", ["variants", "inventory", "catalog"])
def test_no_file_of_an_optional_kind_passes_all(kind: str) -> None:
    results = _results(kind, clean_table(kind).clear(), frozenset())
    assert all(result.passed and result.observed == "no file of this kind" for result in results)


def test_no_orders_file_holds_the_shop_back() -> None:
    results = _results("orders", pl.DataFrame(), frozenset())
    assert [result.name for result in results if not result.passed] == [
        *(entry.name for entry in SUITES["orders"] if entry.type == "ExpectColumnToExist"),
        "orders_have_rows",
    ]


def test_a_field_that_no_file_states_passes_where_it_is_optional() -> None:
    table = clean_table("orders").drop("customer_currency")
    result = _validated("orders", table)["order_currency_is_known"]
    assert result.passed
    assert result.observed == "not stated: no file has a column for customer_currency"


def test_a_missing_required_column_is_named_with_its_alternatives() -> None:
    table = clean_table("orders").drop("variant_id", "sku")
    result = _validated("orders", table)["orders_state_what_was_sold"]
    assert (result.passed, result.unexpected_count, result.element_count) == (False, 40, 40)
    assert result.observed == "not stated: no file has a column for variant_id or sku"


@pytest.mark.parametrize("dropped", ["order_id", "order_name"])
def test_either_key_of_an_order_will_do(dropped: str) -> None:
    results = _validated("orders", clean_table("orders").drop(dropped))
    assert all(result.passed for result in results.values())


def test_a_stated_field_may_be_missing_from_the_rows() -> None:
    table = clean_table("variants").drop("cost")
    results = _results("variants", table, frozenset({*table.columns, "cost"}))
    assert all(result.passed for result in results)


def test_fields_that_no_file_states_are_ignored_even_if_the_rows_have_them() -> None:
    table = clean_table("orders").pipe(every_row("sku", None)).pipe(every_row("variant_id", None))
    stated = frozenset(table.columns) - {"sku", "variant_id"}
    failed = {result.name for result in _results("orders", table, stated) if not result.passed}
    assert "orders_state_what_was_sold" in failed


def test_an_order_with_its_date_on_the_first_row_only_has_a_date() -> None:
    table = clean_table("orders").with_columns(
        order_id=pl.lit("1"), created_at=pl.Series(["2025-01-01", *([None] * 39)])
    )
    assert _validated("orders", table)["order_date_is_mostly_a_date"].passed


@pytest.mark.parametrize("kind", SUITES)
def test_shuffled_rows_give_the_same_results(kind: str) -> None:
    defect = next(defect for (of_kind, _), defect in DEFECTS.items() if of_kind == kind)
    table = defect(clean_table(kind))
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=7)
    stated = frozenset(table.columns)
    assert _results(kind, shuffled, stated) == _results(kind, table, stated)


def test_the_same_rows_twice_give_the_same_results() -> None:
    table = clean_table("catalog")
    assert _validated("catalog", table) == _validated("catalog", table)


def test_results_are_json_and_hold_no_value_of_a_row() -> None:
    mail = "jane.doe@example.com"
    table = clean_table("orders").with_columns(
        pl.lit(mail).alias(field) for field in clean_table("orders").columns
    )
    results = list(_validated("orders", table).values())
    assert any(not result.passed for result in results)
    assert mail not in json.dumps([asdict(result) for result in results], allow_nan=False)


def test_a_broken_expectation_fails_and_says_so_without_a_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    suite = (
        warning(
            "unreadable", "ExpectColumnValuesToMatchRegex", {"column": "sku", "regex": "("}, "."
        ),
        blocking("sound", "ExpectColumnValuesToMatchRegex", {"column": "sku", "regex": "SKU"}, "."),
    )
    monkeypatch.setitem(validate.SUITES, "orders", suite)  # pyright: ignore[reportArgumentType] a dict in fact
    table = clean_table("orders")
    broken, sound = _results("orders", table, frozenset(table.columns))
    assert (broken.passed, sound.passed) == (False, True)
    assert broken.exception is not None
    assert "ComputeError" in broken.exception
    assert "SKU-" not in broken.exception


_OFFLINE = """
import logging, pathlib, socket, sys, tempfile

def refuse(*args, **kwargs):
    raise SystemExit("reached for the network")

socket.getaddrinfo = refuse
socket.socket.connect = refuse
logging.basicConfig(level=logging.INFO, format="%(name)s")

from bundle_pipeline.quality.profile import profiled
from bundle_pipeline.quality.validate import validated
assert "great_expectations" not in sys.modules and "pandas" not in sys.modules

from bundle_pipeline_tests.support.landed import clean_table
table = clean_table("inventory")
results = validated("inventory", profiled("inventory", table, frozenset(table.columns)))
assert all(result.passed for result in results)
left = {path.name for path in pathlib.Path(tempfile.gettempdir()).iterdir()}
assert not left, left
"""


def test_importing_and_validating_stays_offline_and_quiet_and_leaves_no_file(
    tmp_path: Path,
) -> None:
    # A process of its own: in this one the library is imported already.
    root = Path(__file__).parents[2]
    for folder in ("home", "temporary"):
        (tmp_path / folder).mkdir()
    finished = subprocess.run(  # noqa: S603 our own interpreter and our own script
        [sys.executable, "-c", _OFFLINE],
        cwd=tmp_path,
        env={
            "PATH": "",
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(tmp_path / "home"),
            "TMPDIR": str(tmp_path / "temporary"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (0, "")
    assert finished.stderr.split() == ["bundle_pipeline.quality.validate"]
    assert {path.name for path in tmp_path.rglob("*")} == {"home", "temporary"}
