"""The sample shops of the system that this one replaces, where they are at hand.

Their licence isn't stated, so they aren't kept here: ``BUNDLE_BENCH_DATA`` names a folder that
holds them in ``reference_samples``.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from bundle_pipeline.schemas.bundles import OBJECTIVES, CandidateBundles
from bundle_pipeline.schemas.features import ObjectivePlan
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.sites import current_document, land, run_shop, site_with

_DATA = os.environ.get("BUNDLE_BENCH_DATA")
_SAMPLES = Path(_DATA or "/nowhere") / "reference_samples"

pytestmark = pytest.mark.skipif(not _SAMPLES.is_dir(), reason="BUNDLE_BENCH_DATA has no samples")


@pytest.mark.parametrize("part", ["MAIN", "SYNTH1"])
def test_all_objectives_are_considered_and_no_pair_is_offered_twice(
    part: str, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site, shop = site_with(tmp_path), part.lower()
    files: dict[str, bytes | str] = {
        path.name: path.read_bytes() for path in sorted(_SAMPLES.glob(f"*_{part}*.csv"))
    }
    land(site, shop, files)
    assert run_shop(site, shop, instance).success

    plan = site.lake.read(ObjectivePlan, shop_id(shop))
    assert sorted(plan.get_column("objective")) == sorted(OBJECTIVES)
    for row in plan.to_dicts():
        assert row["applies"] == (row["reason"] is None)
        assert row["explanation"]
    applying = set(plan.filter("applies").get_column("objective")) | {"increase_aov"}
    candidates = site.lake.read(CandidateBundles, shop_id(shop))
    assert set(candidates.get_column("objectives").explode()) <= applying

    bundles: list[dict[str, Any]] = json.loads(current_document(site, shop))["bundles"]
    offers = Counter(frozenset(item["product_id"] for item in b["items"]) for b in bundles)
    assert max(offers.values(), default=1) == 1
    for bundle in bundles:
        assert bundle["pricing"]["bundle_price_minor"] > 0
        assert all(item["title"] and item["unit_price_minor"] for item in bundle["items"])
