"""``bundle-pipeline run``: shops from landed files to published bundles, through Dagster."""

import os
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import LakeOption, LandingOption, site_of
from bundle_pipeline.cli.progress import StepDisplay
from bundle_pipeline.cli.shop_runs import Outcome, run_shops, step_count
from bundle_pipeline.cli.show import print_bundles
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.landing_zone import shop_folders
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.ingest.kept_files import forget
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

_FAILED = 1


def run(
    shop: Annotated[
        list[str] | None, typer.Option("--shop", help="Only this shop; may be repeated.")
    ] = None,
    landing: LandingOption = None,
    lake: LakeOption = None,
    jobs: Annotated[
        int | None, typer.Option(help="Shops at a time; as many as processors if not given.", min=1)
    ] = None,
    top: Annotated[int, typer.Option(help="Bundles to print per shop.", min=0)] = 10,
    *,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="A quick look at shops that have nothing yet: few bundles, top products.",
        ),
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read all landed files again, also those known.")
    ] = False,
) -> None:
    """Run shops from landed files to published bundles; print each step and the bundles.

    All shops of the landing zone unless --shop names some. A shop that fails is named with its
    reason and the others finish; the exit code is then 1.
    """
    site = replace(site_of(landing, lake), is_preview=preview)
    console = standard_output()
    chosen, refused = _chosen(site, shop or [])
    active = _without_paused(site, chosen, console=console)
    if rebuild:
        for one in active:
            forget(site.documents, one)
    with dagster_instance() as instance:
        instance.add_dynamic_partitions(str(SHOPS.name), list(chosen))
    with StepDisplay(console, step_count=len(active) * step_count(site)) as display:
        ran = run_shops(site, active, jobs=jobs or os.cpu_count() or 1, report=display.show)
    outcomes = [*refused, *ran]
    failed = [outcome for outcome in outcomes if outcome.reason is not None]
    for outcome in outcomes:
        if outcome.reason is None:
            print_bundles(console, site, ShopId(outcome.shop), top=top)
    for outcome in failed:
        console.print(
            f"[red]failed[/] {outcome.shop}: {escape(str(outcome.reason))}", soft_wrap=True
        )
    if failed:
        raise typer.Exit(_FAILED)


def _chosen(site: Site, named: list[str]) -> tuple[list[ShopId], list[Outcome]]:
    shops, refused = shop_folders(site.landing)
    if named:
        wanted = [shop_id(name) for name in dict.fromkeys(named)]
        missing = [name for name in wanted if name not in shops]
        if missing:
            raise ConfigError(
                "BP-SHOP-UNKNOWN",
                place=site.deployment.landing,
                found=f"no folder for shop {', '.join(missing)}",
                expected=f"one of: {', '.join(shops) or 'no shops at all'}",
                remedy="land the shop's files in a folder of its name, or correct --shop",
            )
        return wanted, []
    if not shops and not refused:
        raise ConfigError(
            "BP-SHOP-NONE",
            place=site.deployment.landing,
            found="no folders",
            expected="a folder per shop with its exports",
            remedy="land files there, or name another place with --landing",
        )
    problem = "the folder's name can't be a shop id (a-z 0-9 . _ -, at most 62, no '..')"
    return shops, [Outcome(ascii(name), problem) for name in refused]


def _without_paused(site: Site, shops: list[ShopId], *, console: Console) -> list[ShopId]:
    active = [shop for shop in shops if not site.is_paused(shop)]
    for shop in shops:
        if shop not in active:
            console.print(f"[yellow]paused[/] {shop}: its settings say enabled: false")
    return active
