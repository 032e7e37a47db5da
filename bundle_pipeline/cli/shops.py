"""``bundle-pipeline shops``: which shops have landed, are registered and are published."""

from typing import Annotated

import typer
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import LakeOption, LandingOption, site_of
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.landing_zone import shop_folders
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.store.manifest import published


def shops(
    landing: LandingOption = None,
    lake: LakeOption = None,
    *,
    register: Annotated[
        bool, typer.Option("--register", help="Register every landed shop as a partition.")
    ] = False,
) -> None:
    """List the shops of the landing zone: registered with Dagster, paused, published."""
    site = site_of(landing, lake)
    landed, refused = shop_folders(site.landing)
    with dagster_instance() as instance:
        if register:
            instance.add_dynamic_partitions(str(SHOPS.name), list(landed))
        registered = set(instance.get_dynamic_partitions(str(SHOPS.name)))
    table = Table("shop", "registered", "paused", "published")
    for shop in landed:
        manifest = published(site.documents, shop)
        table.add_row(
            shop,
            "yes" if shop in registered else "no",
            "yes" if site.is_paused(shop) else "no",
            "never" if manifest is None else f"publication {manifest.sequence}",
        )
    for name in refused:
        table.add_row(ascii(name), "can't be a shop id", "", "")
    standard_output().print(table)
