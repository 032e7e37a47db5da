"""The jobs that take one shop from its landed files to its published bundles: in full, or a look.

Both are made of the same assets. A preview's runs carry a tag, which narrows the settings of their
site (:mod:`~bundle_pipeline.defs.site_of_run`).
"""

import dagster as dg

from bundle_pipeline.defs.checks import expectation_specs
from bundle_pipeline.defs.quick_look import NOT_MADE
from bundle_pipeline.defs.site_of_run import PREVIEW_TAG
from bundle_pipeline.schemas.bundles import PublishedBundles

# A run that hangs must not hold its shop for ever: the daemon ends it after this many seconds.
_MAX_RUNTIME_SECONDS = 3600

shop_bundles = dg.define_asset_job(
    "shop_bundles",
    selection=dg.AssetSelection.all(),
    description="One shop, from landed files to published bundles.",
    tags={"dagster/max_runtime": str(_MAX_RUNTIME_SECONDS)},
)

preview = dg.define_asset_job(
    "preview",
    # What the document is made from, and of that what a first look needs; all of what has landed,
    # so that the full run has nothing to read again.
    selection=(
        dg.AssetSelection.assets(PublishedBundles.name).upstream()
        | dg.AssetSelection.groups("ingest")
    ).required_multi_asset_neighbors()
    - dg.AssetSelection.assets(*(schema.name for schema in NOT_MADE))
    - dg.AssetSelection.checks(*(spec.key for spec in expectation_specs())),
    description="A quick look at a shop that has nothing yet: few bundles of its top products.",
    tags={"dagster/max_runtime": str(_MAX_RUNTIME_SECONDS), PREVIEW_TAG: "true"},
)
