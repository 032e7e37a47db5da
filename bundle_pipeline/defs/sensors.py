"""The sensor on the landing zone: adds a shop's partition and requests its run."""

import json
from dataclasses import asdict, dataclass

import dagster as dg

from bundle_pipeline.defs.jobs import shop_bundles
from bundle_pipeline.defs.landing_zone import Delivery, delivery, shop_folders
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site

_SECONDS_BETWEEN_TICKS = 30


@dataclass(frozen=True)
class _Seen:
    """What the last tick knew of a shop: its files then, and the files it last requested."""

    fingerprint: str
    requested: str | None


@dg.sensor(job=shop_bundles, minimum_interval_seconds=_SECONDS_BETWEEN_TICKS)
def landing_sensor(
    context: dg.SensorEvaluationContext, site: dg.ResourceParam[Site]
) -> dg.SensorResult:
    """Request a shop's run when its files are complete and stable, once per content.

    A delivery counts when a marker (`_SUCCESS`, `manifest.json`) covers it, or when orders are
    there and nothing has changed since the tick before. A paused shop is left alone.
    """
    before = {name: _Seen(**seen) for name, seen in json.loads(context.cursor or "{}").items()}
    shops, refused = shop_folders(site.landing)
    for name in refused:
        context.log.warning("folder %r can't be a shop id and is left alone", name)
    after: dict[str, _Seen] = {}
    requests: list[dg.RunRequest] = []
    for shop in shops:
        now = delivery(site.landing, shop)
        seen = before.get(shop)
        if _is_due(now, seen) and not site.is_paused(shop):
            requests.append(_request(now))
            after[shop] = _Seen(now.fingerprint, now.fingerprint)
        else:
            after[shop] = _Seen(now.fingerprint, seen.requested if seen else None)
    known = set(context.instance.get_dynamic_partitions(str(SHOPS.name)))
    added = [str(entry.partition_key) for entry in requests if entry.partition_key not in known]
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[SHOPS.build_add_request(added)] if added else [],
        cursor=json.dumps({shop: asdict(seen) for shop, seen in after.items()}),
    )


def _is_due(now: Delivery, seen: _Seen | None) -> bool:
    if seen is not None and seen.requested == now.fingerprint:
        return False
    is_stable = seen is not None and seen.fingerprint == now.fingerprint
    return now.is_marked_complete or (now.has_orders and is_stable)


def _request(now: Delivery) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{now.shop_id}:{now.fingerprint}",
        partition_key=now.shop_id,
        tags={"bundle/trigger": "sensor", "bundle/delivery": now.fingerprint},
    )
