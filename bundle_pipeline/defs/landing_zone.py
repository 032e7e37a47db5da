"""What lies in the landing zone, per shop: whether a delivery is complete, and its fingerprint.

What belongs here: what the sensor, the schedule and the command line need to know of landed files
before a run. What stays out: reading them, which is the ingest room's.
"""

import hashlib
from dataclasses import dataclass

from bundle_pipeline.ingest.sniffing import sniffed_kind
from bundle_pipeline.schemas.shop_id import ShopId, is_shop_id
from bundle_pipeline.store.objects import Objects, StoredObject

# Enough for the longest header seen (105 columns, 5 kB) many times over.
_HEADER_BYTES = 65_536
_COMPLETE_MARKERS = ("_SUCCESS", "manifest.json")


@dataclass(frozen=True)
class Delivery:
    """Files of one shop at one moment."""

    shop_id: ShopId
    fingerprint: str
    """Changes when a file appears, disappears or gets other content."""
    is_marked_complete: bool
    """Whether a marker says that nothing more will come."""
    has_orders: bool
    """Whether a file is recognised as orders: the one kind that is required."""


def shop_folders(landing: Objects) -> tuple[list[ShopId], list[str]]:
    """Shops that have a folder, and the names of folders that can't be a shop; both sorted."""
    names = landing.folders()
    return [ShopId(name) for name in names if is_shop_id(name)], [
        name for name in names if not is_shop_id(name)
    ]


def delivery(landing: Objects, shop: ShopId) -> Delivery:
    """What a shop's folder holds now."""
    files = list(landing.listed(shop))
    names = [file.key.rpartition("/")[2] for file in files]
    return Delivery(
        shop,
        _fingerprint(files),
        is_marked_complete=any(name in _COMPLETE_MARKERS for name in names),
        has_orders=any(_is_orders(landing, file) for file in files),
    )


def _fingerprint(files: list[StoredObject]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.key}\0{file.byte_count}\0{file.version}\n".encode())
    return digest.hexdigest()[:20]


def _is_orders(landing: Objects, file: StoredObject) -> bool:
    return sniffed_kind(landing.read_start(file.key, _HEADER_BYTES), file.key) == "orders"
