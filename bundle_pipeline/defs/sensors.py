"""The sensor on the landing zone: adds a shop's partition and requests its run."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import dagster as dg

from bundle_pipeline.defs.budget import Budget
from bundle_pipeline.defs.delivery import Delivery
from bundle_pipeline.defs.jobs import preview, shop_bundles
from bundle_pipeline.defs.landing_zone import landed_folders
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.requests import preview_request, run_request
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.sensor_memory import Cursor, Seen, cursor_of, kept, recalled
from bundle_pipeline.errors import BundlePipelineError
from bundle_pipeline.schemas.shop_id import ShopId, is_shop_id
from bundle_pipeline.store.manifest import published

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_TICKS = 30
# Dagster ends a tick after 60 s and keeps nothing of it. The other half is for the request to the
# object store that is under way when the budget is spent, with its retries.
TICK_SECONDS = 30.0


@dataclass(frozen=True)
class Sweep:
    """What one tick found."""

    due: tuple[Delivery, ...]
    previews: tuple[Delivery, ...]
    """Those of them that a quick look comes before."""
    seen: Mapping[str, Seen]
    after: str | None
    """Key behind which the next tick goes on; None if this one got to the end."""


@dg.sensor(jobs=[shop_bundles, preview], minimum_interval_seconds=_SECONDS_BETWEEN_TICKS)
def landing_sensor(
    context: dg.SensorEvaluationContext, site: dg.ResourceParam[Site]
) -> dg.SensorResult:
    """Request a shop's run when its files are complete, once per content.

    A delivery counts when a marker (`_SUCCESS`, `manifest.json`) covers it, or when orders are
    there and nothing has changed between two ticks. A paused shop is left alone. A large shop that
    has nothing published yet gets a preview before. A tick stops after half a minute, and the next
    one goes on where it stopped.
    """
    before = cursor_of(context.cursor)
    memory = recalled(site.documents, before)
    found = sweep(site, memory, Budget(TICK_SECONDS), after=before.after, log=context.log)
    cursor = Cursor(
        memory=kept(site.documents, {**memory, **found.seen}, before=before), after=found.after
    )
    return dg.SensorResult(
        run_requests=[
            *(preview_request(delivery, trigger="sensor") for delivery in found.previews),
            *(
                run_request(delivery, run_key=delivery.run_key, trigger="sensor")
                for delivery in found.due
            ),
        ],
        dynamic_partitions_requests=_new_partitions(context.instance, found.due),
        cursor=cursor.model_dump_json(),
    )


def sweep(
    site: Site,
    memory: Mapping[str, Seen],
    budget: Budget,
    *,
    after: str | None = None,
    log: logging.Logger = logger,
) -> Sweep:
    """Look at the folders of the landing zone, as many as the budget allows.

    Args:
        site: Where.
        memory: What is known of shops from earlier ticks.
        budget: How long it may take.
        after: Key behind which to start.
        log: Where to say what is wrong with a folder; it never stops another one.
    """
    due: list[Delivery] = []
    previews: list[Delivery] = []
    seen: dict[str, Seen] = {}
    reached = after
    for folder in landed_folders(site.landing, budget, after=after):
        if not folder.is_whole:
            if reached == after and folder.files:
                log.warning("%a has too many files for one tick and is left alone", folder.name)
                reached = folder.end
            return Sweep(tuple(due), tuple(previews), seen, reached)
        reached = folder.files[-1].key
        if not is_shop_id(folder.name):
            log.warning("folder %a can't be a shop id and is left alone", folder.name)
            continue
        delivery = Delivery(ShopId(folder.name), folder.files)
        before = memory.get(folder.name)
        if before is not None and before.settled == delivery.fingerprint:
            continue
        try:
            verdict = _verdict(site, delivery, before, budget)
            wants_preview = verdict == "due" and _wants_preview(site, delivery)
        except BundlePipelineError as error:
            log.warning("shop %s is looked at again with the next tick: %s", folder.name, error)
            continue
        if verdict == "due":
            due.append(delivery)
        if wants_preview:
            previews.append(delivery)
        is_settled = verdict != "open"
        settled = delivery.fingerprint if is_settled else before.settled if before else None
        seen[folder.name] = Seen(delivery.fingerprint, settled)
    return Sweep(tuple(due), tuple(previews), seen, None)


def _verdict(
    site: Site, delivery: Delivery, before: Seen | None, budget: Budget
) -> Literal["due", "settled", "open"]:
    """Whether a shop whose files are new is to be run, left alone, or looked at again."""
    completeness = delivery.completeness(site.landing)
    is_stable = before is not None and before.fingerprint == delivery.fingerprint
    is_there = completeness == "complete" or (completeness == "unsaid" and is_stable)
    if not is_there:
        return "open"
    settings = site.readable_settings(delivery.shop_id)
    if not settings.enabled:
        return "open"
    extra_aliases = settings.ingest.extra_aliases
    if completeness == "complete" or delivery.has_orders(
        site.landing, budget, extra_aliases=extra_aliases
    ):
        return "due"
    return "settled"


def _wants_preview(site: Site, delivery: Delivery) -> bool:
    """Whether its full run takes long enough to be waited for, and there is nothing to see yet."""
    wanted = site.readable_settings(delivery.shop_id).preview
    byte_count = sum(file.byte_count for file in delivery.exports)
    if not wanted.enabled or byte_count < wanted.min_byte_count:
        return False
    return published(site.documents, delivery.shop_id) is None


def _new_partitions(
    instance: dg.DagsterInstance, due: Sequence[Delivery]
) -> list[dg.AddDynamicPartitionsRequest]:
    if not due:
        return []
    known = set(instance.get_dynamic_partitions(str(SHOPS.name)))
    added = [delivery.shop_id for delivery in due if delivery.shop_id not in known]
    return [SHOPS.build_add_request(added)] if added else []
