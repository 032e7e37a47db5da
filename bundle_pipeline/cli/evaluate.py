"""``bundle-pipeline evaluate``: what a shop's numbers are worth."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import Format, FormatOption, LakeOption, LandingOption, site_of
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import BundlePipelineError, ConfigError, InputDataError
from bundle_pipeline.mining.shuffle_check import MOST_FALSE_PAIRS, Passed, shuffle_check
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

_FAILED = 1
# As many as the bar of a shop is stated for.
_SEEDS = 5


def evaluate(
    shops: Annotated[
        list[str], typer.Argument(help="Shops whose stored baskets to look at.", metavar="SHOP...")
    ],
    landing: LandingOption = None,
    lake: LakeOption = None,
    output: FormatOption = Format.TABLE,
    seeds: Annotated[int, typer.Option(help="Shuffles of each shop.", min=1)] = _SEEDS,
    *,
    null: Annotated[
        bool, typer.Option("--null", help="Mine shuffled orders: what passes there is false.")
    ] = False,
) -> None:
    """Say how many pairs and triples pass a shop's dials where no association is left.

    With --null a shop's stored baskets are mined as they are, and again after their lines were
    swapped until nothing but basket sizes and popularity is left, by the shop's settings. Nothing
    is stored. The exit code is 1 if a shop has no baskets, or if more than one pair passes in a
    shuffle.
    """
    if not null:
        raise typer.BadParameter("say what to evaluate: --null", param_hint="--null")
    site = site_of(landing, lake)
    chosen = [shop_id(name) for name in dict.fromkeys(shops)]
    errors = Console(stderr=True, highlight=False)
    passed: list[tuple[ShopId, Passed]] = []
    has_failed = False
    for shop in chosen:
        try:
            passed += ((shop, each) for each in _checked(site, shop, seeds=seeds))
        except ConfigError:
            raise
        except BundlePipelineError as error:
            errors.print(f"[red]failed[/] {shop}: {escape(str(error))}", soft_wrap=True)
            has_failed = True
    _print(passed, output)
    if has_failed or not all(each.is_within_bar for _, each in passed):
        raise typer.Exit(_FAILED)


def _checked(site: Site, shop: ShopId, *, seeds: int) -> Iterator[Passed]:
    settings = site.settings(shop)
    baskets = open_baskets(site.lake.parts(Baskets, shop), settings.baskets)
    if not baskets.basket_count:
        raise InputDataError(
            "BP-EVALUATE-NONE",
            place=f"baskets of shop {shop} in {site.deployment.lake}",
            found="none",
            expected="a shop that was run",
            remedy=f"bundle-pipeline run --shop {shop}",
        )
    return shuffle_check(baskets, settings.mining, seeds=seeds)


def _print(passed: list[tuple[ShopId, Passed]], output: Format) -> None:
    rows = [
        {"shop_id": shop, **asdict(each), "is_within_bar": each.is_within_bar}
        for shop, each in passed
    ]
    if output is Format.JSON:
        typer.echo(json.dumps(rows, indent=2))
    elif output is Format.CSV:
        typer.echo(pl.DataFrame(rows, infer_schema_length=None).write_csv(), nl=False)
    elif passed:
        standard_output().print(_table(passed))


def _table(passed: list[tuple[ShopId, Passed]]) -> Table:
    table = Table(
        title=f"What passes; in shuffled orders at most {MOST_FALSE_PAIRS} pair may",
        title_justify="left",
    )
    for name in ("shop", "orders"):
        table.add_column(name)
    for name in ("pairs", "false at most, on average", "triples"):
        table.add_column(name, justify="right")
    table.add_column("")
    for shop, each in passed:
        table.add_row(
            shop,
            f"shuffled, seed {each.seed}" if each.is_shuffled else "as they are",
            f"{each.pair_count:,}",
            "all" if each.is_shuffled else f"{each.expected_false_count:,.1f}",
            f"{each.triple_count:,}",
            "" if each.is_within_bar else "[red]too many[/]",
        )
    return table
