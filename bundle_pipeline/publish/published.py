"""The published frame: ranked bundles with the clock, settings and code that made them."""

from datetime import datetime

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import UTC_TIMESTAMP, declared
from bundle_pipeline.schemas.bundles import PublishedBundles


def published_frame(
    ranked: pl.DataFrame, *, as_of: datetime | None, settings_hash: str, code_version: str
) -> dy.DataFrame[PublishedBundles]:
    """Stamp ranked bundles with where they come from.

    Args:
        ranked: ``RankedBundles``.
        as_of: The shop's data clock in UTC; None only without bundles.
        settings_hash: Hash of the settings in force.
        code_version: Version of the code.

    Returns:
        The same bundles by rank; ``copy`` is null until words are written.
    """
    frame = ranked.with_columns(
        pl.lit(None, dtype=pl.String).alias("copy"),
        as_of=pl.lit(as_of, dtype=UTC_TIMESTAMP),
        settings_hash=pl.lit(settings_hash),
        code_version=pl.lit(code_version),
    )
    return declared(PublishedBundles, frame.sort("rank"))
