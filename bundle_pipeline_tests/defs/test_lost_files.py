"""A file that the lake has lost ends a step with its name, and the next run makes it anew."""

import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.jobs import shop_bundles
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.ingest import Quarantine
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline_tests.support.lost_files import cut_off, damaged_inside, removed
from bundle_pipeline_tests.support.sites import current_document, failure_of, run_shop

SHOP = "corner-shop"


@pytest.fixture
def site(published_samples: tuple[Site, dg.DagsterInstance], tmp_path: Path) -> Site:
    """A copy of the published shop, to lose something of."""
    whole, _ = published_samples
    shutil.copytree(whole.deployment.lake, tmp_path / "lake")
    landing = tmp_path / "landing"
    shutil.copytree(Path(whole.deployment.landing) / SHOP, landing / SHOP)
    return Site(Deployment(landing=str(landing), lake=str(tmp_path / "lake")))


def _run_step(site: Site, asset: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = assembled(site).resolve_job_def(shop_bundles.name)
    return job.execute_in_process(
        instance=instance,
        partition_key=SHOP,
        asset_selection=[dg.AssetKey(asset)],
        raise_on_error=False,
    )


@pytest.mark.parametrize("lose", [removed, cut_off, damaged_inside])
def test_a_step_that_reads_lines_as_it_goes_names_the_file(
    site: Site, published_samples: tuple[Site, dg.DagsterInstance], lose: Callable[[Path], None]
) -> None:
    _, instance = published_samples
    name, address = next(iter(site.lake.files_of(OrderLines, shop_id(SHOP)).items()))
    lose(Path(address))
    for asset in ("priced_bundles", "product_features"):
        failure = failure_of(_run_step(site, asset, instance))
        assert failure.startswith(f"BP-STORE-LOST order_lines (shop {SHOP}), file {name}: found")
        assert f"bundle-pipeline run --shop {SHOP}" in failure


def test_the_next_run_makes_anew_what_earlier_ones_had_kept(
    site: Site, instance: dg.DagsterInstance
) -> None:
    published = current_document(site, SHOP)
    shop = shop_id(SHOP)
    for schema, lose in ((Orders, cut_off), (OrderLines, removed), (Baskets, cut_off)):
        lose(Path(next(iter(site.lake.files_of(schema, shop).values()))))
    (quarantine,) = site.lake.files_of(Quarantine, shop).values()
    removed(Path(quarantine))
    result = run_shop(site, SHOP, instance)
    assert result.success, failure_of(result)
    assert site.lake.parts(OrderLines, shop).row_count > 0
    assert current_document(site, SHOP) == published
