"""The site as a run sees it: narrower where the run carries the tag of previews."""

from dataclasses import replace

import dagster as dg

from bundle_pipeline.defs.resources import Site

PREVIEW_TAG = "bundle/preview"


def site_of_run(site: Site) -> dg.ResourceDefinition:
    """The site as a resource; outside of runs, as sensors have it, it is the site as it is."""

    def of_run(context: dg.InitResourceContext) -> Site:
        tags = {} if context.run is None else context.run.tags
        return replace(site, is_preview=tags.get(PREVIEW_TAG) == "true")

    return dg.ResourceDefinition(of_run, description="Landing zone, lake and settings.")
