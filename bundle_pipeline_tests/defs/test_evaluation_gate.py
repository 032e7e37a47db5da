"""Settings that choose worse bundles than those that are published keep a shop from publishing."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.candidates.suggest import KnownOfShop
from bundle_pipeline.defs.backtest import ChoosingSettings, offered_before
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.evaluation.evaluate import ACCEPTED, TODAY, evaluate, listed
from bundle_pipeline.evaluation.split import Split, split_in_time
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.evaluation import Evaluation
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.scoring.score import ScoringParams
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline_tests.support.inverted import inverted_weights
from bundle_pipeline_tests.support.sites import current_document, current_manifest, run_shop

INVERTED = {"weights": {"default": inverted_weights()}}
CHECK = "bundles_are_no_worse_than_accepted"
Published = tuple[Site, dg.DagsterInstance]


@pytest.mark.parametrize("shop", ["bike-shop"])
def test_inverted_weights_are_found_worse(published_samples: Published, shop: str) -> None:
    site, _ = published_samples
    name, settings = shop_id(shop), site.settings(shop_id(shop))
    baskets = open_baskets(site.lake.parts(Baskets, name), settings.baskets)
    split = split_in_time(baskets, settings.evaluation, held_out_share=0.2)
    assert isinstance(split, Split)
    frames = {frame: site.lake.read(schema, name) for frame, schema in FRAMES.items()}
    order_lines = frames.pop("order_lines").lazy()
    known = KnownOfShop(order_lines=order_lines, **_named(frames, KnownOfShop))
    # With fewer slots than candidates, or all of them are offered whatever they weigh.
    few = settings.ranking.model_copy(update={"max_bundles": 6})
    good = ChoosingSettings.of(settings).model_copy(update={"ranking": few})
    bad = good.model_copy(update={"scoring": ScoringParams.model_validate(INVERTED)})
    lists = {
        method: listed(
            offered_before(
                split.older,
                name,
                known=known,
                content_neighbours=frames["content_neighbours"],
                neighbour_quality=frames["neighbour_quality"],
                settings=choosing,
                max_model_mb=64,
            )
        )
        for method, choosing in ((TODAY, bad), (ACCEPTED, good))
    }
    found = evaluate(
        lists,
        split,
        pair_rules=frames["pair_rules"],
        itemsets=frames["itemsets"],
        settings={},
        params=settings.evaluation,
    )
    assert found.drops


def _named(frames: Mapping[str, pl.DataFrame], group: type) -> dict[str, pl.DataFrame]:
    return {field: frames[field] for field in group.__dataclass_fields__ if field in frames}


def test_a_worse_shop_stays_as_it_was_published_until_it_is_let_through(
    published_samples: Published, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    shop = "bike-shop"
    site = _copied(published_samples[0], shop, tmp_path)
    before = current_manifest(site, shop)
    assert before is not None
    worse: dict[str, object] = {"scoring": INVERTED, "ranking": {"max_bundles": 6}}
    blocked = _run_with(site, shop, instance, worse)
    assert not blocked.success
    (check,) = [each for each in blocked.get_asset_check_evaluations() if each.check_name == CHECK]
    assert not check.passed
    assert "instead of" in str(check.metadata["worse_by"].value)
    assert current_manifest(site, shop) == before

    warned = worse | {"evaluation": {"gate": "warn"}}
    assert _run_with(site, shop, instance, warned).success
    after = current_manifest(site, shop)
    assert after is not None
    assert after.sequence == before.sequence + 1
    # What was let through is what later settings are compared with.
    version = after.table_versions[Evaluation.name]
    rows = site.lake.read(Evaluation, shop_id(shop), version=version)
    accepted = json.loads(rows.filter(method=TODAY).get_column("settings").item())
    assert (
        accepted["scoring"]["weights"]["default"]["evidence"]
        == INVERTED["weights"]["default"]["evidence"]
    )
    shown = json.loads(current_document(site, shop))["evaluation"]
    assert [tried["method"] for tried in shown] == rows.get_column("method").to_list()


def _copied(site: Site, shop: str, folder: Path) -> Site:
    landing, lake = folder / "landing", folder / "lake"
    shutil.copytree(Path(site.deployment.landing) / shop, landing / shop)
    shutil.copytree(site.deployment.lake, lake)
    return Site(Deployment(landing=str(landing), lake=str(lake)))


def _run_with(
    site: Site, shop: str, instance: dg.DagsterInstance, settings: dict[str, object]
) -> dg.ExecuteInProcessResult:
    text = json.dumps(settings)
    (Path(site.deployment.landing) / shop / "settings.yaml").write_text(text)
    return run_shop(site, shop, instance)
