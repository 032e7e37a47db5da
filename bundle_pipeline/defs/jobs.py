"""The job that takes one shop from its landed files to its published bundles."""

import dagster as dg

# A run that hangs must not hold its shop for ever: the daemon ends it after this many seconds.
_MAX_RUNTIME_SECONDS = 3600

shop_bundles = dg.define_asset_job(
    "shop_bundles",
    selection=dg.AssetSelection.all(),
    description="One shop, from landed files to published bundles.",
    tags={"dagster/max_runtime": str(_MAX_RUNTIME_SECONDS)},
)
