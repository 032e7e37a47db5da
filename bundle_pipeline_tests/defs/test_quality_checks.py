"""What the checks of a delivery show, and what they remember of the delivery before."""

from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.quality import history_suite, validate
from bundle_pipeline.quality.history import DELIVERY_SIZE, PRICE_JUMP
from bundle_pipeline_tests.support.sites import failure_of, land, run_shop, site_with

SHOP = "small"
ORDERS = "order_id,created_at,variant_id,line_item_quantity,original_unit_price,currency"
CATALOG = "product_id,variant_id,product_title,product_status,price"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_with(tmp_path)


def _land(site: Site, *, order_count: int, price: str) -> None:
    lines = [f"{order},2025-01-01T00:00:00Z,v1,1,{price},EUR" for order in range(order_count)]
    land(
        site,
        SHOP,
        {
            "orders.csv": "\n".join([ORDERS, *lines, "x,2025-01-01T00:00:00Z,v1,0,9.99,EUR", ""]),
            "catalog.csv": f"{CATALOG}\np1,v1,Tee,active,{price}\n",
        },
    )


def _checks(site: Site, instance: dg.DagsterInstance) -> dict[str, dg.AssetCheckEvaluation]:
    result = run_shop(site, SHOP, instance)
    assert result.success, failure_of(result)
    return {each.check_name: each for each in result.get_asset_check_evaluations()}


def test_a_failing_check_names_rows_and_links_to_quarantine(
    site: Site, instance: dg.DagsterInstance
) -> None:
    _land(site, order_count=3, price="9.99")
    failed = _checks(site, instance)["order_quantity_is_plausible"]
    assert not failed.passed
    assert failed.severity is dg.AssetCheckSeverity.WARN
    shown = {name: entry.value for name, entry in failed.metadata.items()}
    assert shown["first_failing_rows"] == "orders.csv line 5"
    assert shown["rows_failed"] == 1
    assert shown["failed_rate"] == pytest.approx(0.25)
    assert shown["quarantine"] == dg.AssetKey("quarantine")


def test_a_delivery_is_compared_with_the_one_before_also_when_it_is_run_again(
    site: Site, instance: dg.DagsterInstance
) -> None:
    _land(site, order_count=19, price="9.99")
    first = _checks(site, instance)
    assert all(first[name].passed for name in (DELIVERY_SIZE, PRICE_JUMP))
    assert first[DELIVERY_SIZE].metadata["observed"].value == "no history yet"
    _land(site, order_count=3, price="99.99")
    for _ in range(2):
        checks = _checks(site, instance)
        # 3 orders and the bad line, after 19 and it.
        assert not checks[DELIVERY_SIZE].passed
        assert checks[DELIVERY_SIZE].metadata["observed"].value == pytest.approx(4 / 20)
        assert not checks[PRICE_JUMP].passed
        assert checks[PRICE_JUMP].metadata["rows_failed"].value == 1


def test_an_unchanged_delivery_is_not_judged_anew(
    site: Site, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(site, order_count=3, price="9.99")
    first = _checks(site, instance)

    def refuse(*_: object) -> None:
        raise AssertionError("the library was asked")

    # Asking it takes its import, which takes seconds.
    monkeypatch.setattr(validate, "answers", refuse)
    monkeypatch.setattr(history_suite, "answers", refuse)
    again = _checks(site, instance)
    assert {name: each.passed for name, each in again.items()} == {
        name: each.passed for name, each in first.items()
    }
