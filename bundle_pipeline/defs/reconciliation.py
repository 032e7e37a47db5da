"""What shops have landed against what was made of it: the difference is what has to be run.

The sensor asks once and forgets; a run of it may be deleted, die or fail before it starts, and
Dagster would never start one under its key again. Here only what is there counts.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG

from bundle_pipeline.defs.budget import Budget
from bundle_pipeline.defs.delivery import Delivery
from bundle_pipeline.defs.landing_zone import landed_folders
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.requests import DELIVERY_TAG
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.bundles import PublishedBundles
from bundle_pipeline.schemas.ingest import IngestLedger
from bundle_pipeline.schemas.shop_id import ShopId

# Dagster ends the evaluation of a schedule after 60 s, and a schedule can't go on where it stopped.
# A listing takes far less: 1,000 objects are one request.
EVALUATION_SECONDS = 50.0
# An upload without a marker is taken as ended when nothing has come for so long.
_QUIET = timedelta(minutes=10)
_DATA_VERSION_TAG = "dagster/data_version"
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def missing(site: Site, instance: dg.DagsterInstance, *, as_of: datetime) -> Iterator[Delivery]:
    """Deliveries of registered shops of which nothing is published and no run is under way.

    What is published counts as made of a delivery if files, deployment settings and release are the
    same: everything else follows from those. Deliveries that are incomplete, and paused shops, are
    left out.

    Args:
        site: Landing zone and settings.
        instance: Where runs and materialisations are recorded.
        as_of: Time of the evaluation.

    Raises:
        ConfigError: The landing zone can't be listed in the time that Dagster gives.
    """
    registered = set(instance.get_dynamic_partitions(str(SHOPS.name)))
    published = _published(instance)
    rules = site.rules()
    under_way = _under_way(instance)
    for folder in landed_folders(site.landing, Budget(EVALUATION_SECONDS)):
        if not folder.is_whole:
            raise _too_slow(site, folder.name)
        if folder.name not in registered:
            continue
        delivery = Delivery(ShopId(folder.name), folder.files)
        if published.get(folder.name) == delivery.data_version(rules):
            continue
        if (folder.name, delivery.fingerprint) in under_way:
            continue
        if _is_ready(site, delivery, as_of):
            yield delivery


def _is_ready(site: Site, delivery: Delivery, as_of: datetime) -> bool:
    completeness = delivery.completeness(site.landing)
    is_there = completeness == "complete" or (
        completeness == "unsaid" and delivery.is_quiet_since(as_of - _QUIET)
    )
    return is_there and not site.is_paused(delivery.shop_id)


def _published(instance: dg.DagsterInstance) -> dict[str, str]:
    """Per shop the data version of the delivery that its last publication was made of."""
    log = instance.event_log_storage
    made = dg.DagsterEventType.ASSET_MATERIALIZATION
    ledger, bundles = dg.AssetKey(IngestLedger.name), dg.AssetKey(PublishedBundles.name)
    ingested = log.get_latest_storage_id_by_partition(ledger, made)
    published = log.get_latest_storage_id_by_partition(bundles, made)
    versions = log.get_latest_tags_by_partition(ledger, made, [_DATA_VERSION_TAG])
    # Publishing comes last: a shop whose ingest is newer has failed on the way.
    return {
        shop: tags[_DATA_VERSION_TAG]
        for shop, tags in versions.items()
        if published.get(shop, 0) > ingested[shop]
    }


def _under_way(instance: dg.DagsterInstance) -> set[tuple[str, str]]:
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    return {
        (run.tags[PARTITION_NAME_TAG], run.tags[DELIVERY_TAG])
        for run in runs
        if PARTITION_NAME_TAG in run.tags and DELIVERY_TAG in run.tags
    }


def _too_slow(site: Site, folder: str) -> ConfigError:
    return ConfigError(
        "BP-LANDING-SLOW",
        place=f"{site.deployment.landing}, at folder {folder[:80]!a}",
        found=f"a listing that takes more than {EVALUATION_SECONDS:.0f} s",
        expected="a landing zone that can be listed in that time",
        remedy="remove old exports from it; the sensor goes on from tick to tick meanwhile",
    )
