"""The code location, over the site that the environment names."""

from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.settings.deployment import Deployment

defs = assembled(Site(Deployment()))
