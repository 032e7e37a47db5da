"""Sites on disk for tests: a landing zone and a lake of their own, and runs in this process."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import dagster as dg

from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.failures import failure_reason
from bundle_pipeline.defs.jobs import preview, shop_bundles
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline.store.manifest import Manifest, published, published_document

SAMPLE_SHOPS = Path(__file__).parents[2] / "data" / "landing"


def site_with(folder: Path, shops: Iterable[str] = ()) -> Site:
    """A site below a folder, with copies of some sample shops landed."""
    landing = folder / "landing"
    landing.mkdir(parents=True, exist_ok=True)
    for shop in shops:
        shutil.copytree(SAMPLE_SHOPS / shop, landing / shop)
    return Site(Deployment(landing=str(landing), lake=str(folder / "lake")))


def land(site: Site, shop: str, files: dict[str, bytes | str]) -> None:
    """Put files into a shop's landing folder."""
    folder = Path(site.deployment.landing) / shop
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)


def run_shop(site: Site, shop: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Run a shop from landed files to published bundles; a failure is in the result.

    The site says whether it is to be a preview.
    """
    instance.add_dynamic_partitions(str(SHOPS.name), [shop])
    job_name = preview.name if site.is_preview else shop_bundles.name
    job = assembled(site).resolve_job_def(job_name)
    return job.execute_in_process(instance=instance, partition_key=shop, raise_on_error=False)


def current_manifest(site: Site, shop: str) -> Manifest | None:
    """The shop's newest manifest."""
    return published(site.documents, shop_id(shop))


def current_document(site: Site, shop: str, name: str = "bundles.json") -> bytes:
    """A document of the shop's newest manifest."""
    manifest = current_manifest(site, shop)
    assert manifest is not None, f"nothing is published for {shop}"
    return published_document(site.documents, manifest, name)


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed; nothing if it didn't."""
    return failure_reason(result.all_events) or ""
