"""The log of landed files: every version that a run has used, with what it held."""

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.stage import StagedShop
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.ingest import LandedVersions

_KEY = ["path", "version"]


def landed_versions(
    staged: StagedShop, before: pl.DataFrame, *, run_id: str
) -> dy.DataFrame[LandedVersions]:
    """The log with the versions that this run is the first to use; earlier rows stay as they are.

    Args:
        staged: The landed files.
        before: ``LandedVersions`` of earlier runs.
        run_id: The run.
    """
    schema = LandedVersions.create_empty().schema
    used = pl.DataFrame(
        [
            (
                *(file.path, read.entry.version, file.kind, file.content_hash),
                *(file.byte_count, file.row_count),
                "unusable" if file.problem else "read",
                file.problem.code if file.problem else None,
                run_id,
            )
            for read in staged.objects
            for file in read.files
        ],
        schema=schema,
        orient="row",
    )
    new = used.join(before, on=_KEY, how="anti")
    return declared(LandedVersions, pl.concat([before.select(schema.names()), new]).sort(_KEY))
