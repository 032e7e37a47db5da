"""What is published, for tests: ``published(bundle)`` and the ``header()`` above it."""

from datetime import UTC, datetime

import dataframely as dy
import polars as pl

from bundle_pipeline.publish.header import CountsIn, CountsOut, Header
from bundle_pipeline.publish.published import published_frame
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.bundles import PublishedBundles, RankedBundles
from bundle_pipeline_tests.support.bundles import Row

AS_OF = datetime(2024, 3, 1, 12, 30, tzinfo=UTC)
SETTINGS_HASH = "0123456789abcdef"
CODE_VERSION = "1"


def header(**changes: object) -> Header:
    """Header of the shop ``corner`` with one bundle."""
    counts_in = CountsIn(
        file_count=2,
        row_count=120,
        order_count=60,
        order_line_count=110,
        variant_count=12,
        basket_count=58,
    )
    fields: dict[str, object] = {
        "shop_id": "corner",
        "as_of": AS_OF,
        "counts_in": counts_in,
        "counts_out": CountsOut(significant_pair_count=3, candidate_count=4, bundle_count=1),
        "excluded": (),
        "evaluation": (),
        "settings_hash": SETTINGS_HASH,
        "code_version": CODE_VERSION,
        "why_empty": None,
    }
    return Header.model_validate(fields | changes)


def ranked_bundles(*priced_rows: Row, **changes: object) -> dy.DataFrame[RankedBundles]:
    """Priced rows in the order given, each with a place, a reason and two orders."""
    rows = [
        row
        | {
            "rank": number,
            "front": 1,
            "crowding": None,
            "wave": 1,
            "offered_quantity": 20,
            "explanation": "Of 50 orders with A, 40.0 % also hold B.",
            "supporting_order_ids": ["o2", "o1"],
        }
        | changes
        for number, row in enumerate(priced_rows, start=1)
    ]
    declared: pl.Schema = RankedBundles.create_empty().schema
    return checked(RankedBundles, pl.DataFrame(rows, schema=declared))


def published(*priced_rows: Row, **changes: object) -> dy.DataFrame[PublishedBundles]:
    """The same, published."""
    return published_frame(
        ranked_bundles(*priced_rows, **changes),
        as_of=AS_OF,
        settings_hash=SETTINGS_HASH,
        code_version=CODE_VERSION,
    )
