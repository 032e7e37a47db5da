"""Events of a whole run: what they enable, and that nothing is zero without them."""

from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.events import Events, PairEventFeatures, ProductEventFeatures
from bundle_pipeline.schemas.features import ProductFeatures
from bundle_pipeline.schemas.ingest import IngestLedger
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.sites import (
    current_document,
    failure_of,
    land,
    run_shop,
    site_with,
)

SHOP = "coffee-shop"
HEADER = "event_type,occurred_at,variant_id,session_id"


def ran(folder: Path, events: list[str]) -> tuple[Site, dg.ExecuteInProcessResult]:
    site = site_with(folder, [SHOP])
    if events:
        land(site, SHOP, {"events.csv": "\n".join([HEADER, *events, ""])})
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_shop(site, SHOP, instance)
    assert result.success, failure_of(result)
    return site, result


def test_events_of_a_shop_become_features_and_change_no_bundle(
    tmp_path: Path, published_samples: tuple[Site, dg.DagsterInstance]
) -> None:
    plain, _ = published_samples
    assert plain.lake.read(Events, shop_id(SHOP)).is_empty()
    assert plain.lake.read(ProductEventFeatures, shop_id(SHOP)).is_empty()
    assert plain.lake.read(PairEventFeatures, shop_id(SHOP)).is_empty()
    products = plain.lake.read(ProductFeatures, shop_id(SHOP))
    first, second = (
        row["variant_ids"][0] for row in products.sort("product_id").head(2).iter_rows(named=True)
    )
    newest = plain.lake.read(IngestLedger, shop_id(SHOP))
    assert "events" not in newest["kind"].to_list()
    site, result = ran(
        tmp_path,
        [
            f"{kind},2031-01-01T10:0{minute}:00Z,{variant},s{session}"
            for session in (1, 2)
            for minute, (kind, variant) in enumerate(
                [("view", first), ("view", second), ("cart", second)]
            )
        ]
        + ["page_view,2031-01-01T10:00:00Z,,s1"],
    )
    assert all(
        check.passed
        for check in result.get_asset_check_evaluations()
        if "event" in check.asset_key.to_user_string()
    )
    features = site.lake.read(ProductEventFeatures, shop_id(SHOP))
    ids = products.sort("product_id").head(2).get_column("product_id").to_list()
    rows = features.select("product_id", "view_count", "view_to_cart_rate", "order_count").rows()
    # Orders are older than the events: none of them is in their window.
    assert rows == [(ids[0], 2, 0.0, 0), (ids[1], 2, pytest.approx(1.0), 0)]
    pairs = site.lake.read(PairEventFeatures, shop_id(SHOP))
    assert pairs.rows() == [(*ids, 2, 2, 1.0, pytest.approx(2.0))]
    ledger = site.lake.read(IngestLedger, shop_id(SHOP)).sort("path")
    assert ledger.filter(kind="events").select("loaded_count", "excluded_count").rows() == [(6, 1)]
    with_events, without = (current_document(each, SHOP) for each in (site, plain))
    assert with_events.partition(b'"bundles"')[2] == without.partition(b'"bundles"')[2]
