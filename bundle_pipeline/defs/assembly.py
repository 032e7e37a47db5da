"""Everything Dagster needs to know, put together for a site."""

import dagster as dg

from bundle_pipeline.defs.assets import (
    baskets,
    candidates,
    evaluation,
    features,
    ingest,
    mining,
    pricing,
    publish,
    ranking,
    scoring,
    similar_products,
)
from bundle_pipeline.defs.io_manager import frame_io_manager
from bundle_pipeline.defs.jobs import preview, shop_bundles
from bundle_pipeline.defs.progress import progress_logger
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.schedules import nightly
from bundle_pipeline.defs.sensors import landing_sensor
from bundle_pipeline.defs.site_of_run import site_of_run

_ROOMS = [
    *(ingest, baskets, mining, features, similar_products),
    *(candidates, scoring, pricing, ranking, evaluation, publish),
]


def assembled(site: Site) -> dg.Definitions:
    """Everything Dagster needs to know, for the landing zone and lake of a site."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(_ROOMS),
        jobs=[shop_bundles, preview],
        schedules=[nightly],
        sensors=[landing_sensor],
        resources={"site": site_of_run(site), "io_manager": frame_io_manager},
        loggers={"console": dg.colored_console_logger, "progress": progress_logger},
        # A process per step costs seconds each; shops run side by side, each in one process.
        executor=dg.in_process_executor,
    )
