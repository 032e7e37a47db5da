"""``bundle-pipeline quality``: what the suites say of a shop's landed files, without a run."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.judged_shops import refuse_unknown_shop
from bundle_pipeline.cli.options import Format, FormatOption, LandingOption, site_of
from bundle_pipeline.defs.profiles import ProfileOfShop
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.ingest.stage import stage_shop
from bundle_pipeline.quality.docs import write_docs
from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.quality.result import ExpectationResult
from bundle_pipeline.quality.validate import validated
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

_FAILED = 1


def quality(
    shop: Annotated[str, typer.Argument(help="Shop whose landed files to judge.", metavar="SHOP")],
    landing: LandingOption = None,
    docs: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write Data Docs of Great Expectations to.",
            metavar="FOLDER",
            file_okay=False,
        ),
    ] = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Judge a shop's landed files by every expectation; print the results, write Data Docs.

    Nothing is loaded or stored. The exit code is 1 if the files would hold the shop back.
    """
    if output is Format.CSV:
        raise typer.BadParameter("csv isn't offered here; table or json", param_hint="--format")
    profiles = _profiles(site_of(landing), shop_id(shop))
    results = [result for each in profiles for result in validated(each.kind, each)]
    if docs is not None:
        write_docs(profiles, docs)
    if output is Format.JSON:
        typer.echo(json.dumps([asdict(result) for result in results], indent=2))
    else:
        standard_output().print(_table(shop, results))
        if docs is not None:
            typer.echo(f"Data Docs: {docs / 'index.html'}")
    if any(result.is_structural and not result.passed for result in results):
        raise typer.Exit(_FAILED)


def _profiles(site: Site, shop: ShopId) -> list[Profile]:
    refuse_unknown_shop(site, shop)
    profiles = ProfileOfShop()
    with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        staged = stage_shop(
            site.landing,
            shop,
            site.settings(shop).ingest,
            folder=Path(folder),
            # Nothing is kept.
            customer_key=b"",
            observer=profiles,
        )
        staged.raise_for_structure()
    return profiles.by_kind()


def _table(shop: str, results: Sequence[ExpectationResult]) -> Table:
    failed = sum(not result.passed for result in results)
    table = Table(
        title=f"{shop}: {len(results)} expectations, {failed} failed", title_justify="left"
    )
    for name in ("expectation", "", "rows", "failing", "first failing rows, or what was seen"):
        table.add_column(name, justify="right" if name in {"rows", "failing"} else "left")
    for result in results:
        table.add_row(*_cells(result))
    return table


def _cells(result: ExpectationResult) -> list[str]:
    colour, word = {
        (True, "critical"): ("green", "holds"),
        (True, "warning"): ("green", "holds"),
        (False, "critical"): ("red", "FAILS"),
        (False, "warning"): ("yellow", "warns"),
    }[result.passed, result.severity]
    places = ", ".join(f"{row.path} line {row.line_number}" for row in result.failing_rows)
    seen = result.exception or ("" if result.observed is None else str(result.observed))
    return [
        result.name,
        f"[{colour}]{word}[/]",
        f"{result.element_count:,}",
        f"{result.unexpected_count:,}",
        escape(places or seen),
    ]
