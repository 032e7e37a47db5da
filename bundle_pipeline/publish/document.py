"""The JSON document of a shop: the fields of its header, and ``bundles`` by rank."""

import json
from datetime import UTC, datetime

import polars as pl

from bundle_pipeline.errors import SchemaError
from bundle_pipeline.publish.header import Header

# Keys of a bundle in the order of the document. The contract with its readers: later versions fill
# fields and may add some; they rename none.
BUNDLE_KEYS = (
    "bundle_id",
    "shop_id",
    "kind",
    "objectives",
    "objective_fit",
    "items",
    "pick_count",
    "quantity_tiers",
    "backing",
    "evidence",
    "uptake",
    "provenance",
    "scores",
    "contributions",
    "score",
    "pricing",
    "stock",
    "offered_quantity",
    "rank",
    "front",
    "crowding",
    "wave",
    "explanation",
    "copy",
    "supporting_order_ids",
    "as_of",
    "settings_hash",
    "code_version",
)


def render_json(header: Header, bundles: pl.DataFrame) -> bytes:
    """The document of a shop: the same bytes for equal input, whatever the order of its rows.

    UTF-8, two spaces of indentation, a newline at the end; keys in declared order; times in UTC as
    ISO 8601 with ``Z``; numbers as Python writes them (the shortest text that reads back equal).

    Args:
        header: Header of the document.
        bundles: ``PublishedBundles`` of the same shop.

    Raises:
        SchemaError: A number is infinite or not a number, which JSON doesn't know.
    """
    rows = bundles.with_columns(shop_id=pl.lit(header.shop_id)).sort("rank").select(BUNDLE_KEYS)
    document = header.model_dump() | {"bundles": rows.to_dicts()}
    try:
        text = json.dumps(document, allow_nan=False, default=_text, ensure_ascii=False, indent=2)
    except ValueError as error:
        raise SchemaError(
            "BP-PUBLISH-NUMBER",
            place=f"published_bundles (shop {header.shop_id})",
            found=str(error),
            expected="finite numbers",
            remedy="nothing was published; this is a defect of the room that made it",
        ) from error
    return f"{text}\n".encode()


def _text(found: object) -> str:
    if isinstance(found, datetime):
        return found.astimezone(UTC).isoformat().replace("+00:00", "Z")
    message = f"no JSON for {type(found).__name__}"
    raise TypeError(message)
