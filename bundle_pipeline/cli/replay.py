"""``bundle-pipeline replay``: run a shop again after a fix, and say what that changed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.judged_shops import JudgedShop, judged_shop, refuse_unknown_shop
from bundle_pipeline.cli.options import Format, FormatOption, LakeOption, LandingOption, site_of
from bundle_pipeline.cli.progress import StepDisplay
from bundle_pipeline.cli.shop_runs import run_shops, step_count
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError, InputDataError, TransientError
from bundle_pipeline.ingest.export_names import mended_path
from bundle_pipeline.ingest.extracts import (
    checked_whole,
    extract_name,
    extracted,
    is_whole,
    matching_path,
    mended_content,
)
from bundle_pipeline.ingest.raw_records import RawFile, raw_files
from bundle_pipeline.ingest.raw_rows import files_of
from bundle_pipeline.ingest.replays import mended_report, replay_report
from bundle_pipeline.schemas.ingest import Quarantine
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

_FAILED = 1
_KEY = ("path", "line_number")


def replay(
    shop: Annotated[str, typer.Argument(help="Shop to run again.", metavar="SHOP")],
    mended: Annotated[
        list[Path] | None,
        typer.Option(
            help="File that `quarantine --out` wrote, mended; may be repeated.",
            metavar="FILE",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    landing: LandingOption = None,
    lake: LakeOption = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Run a shop again after a fix, and say per reason what became of its rows in quarantine.

    A fix is a change of settings, a newer release, or mended rows: each file given by --mended is
    landed beside the file that its rows come from, which stays as it is, and its rows take the
    place of those. The exit code is 1 if the run failed.
    """
    site, chosen = site_of(landing, lake), shop_id(shop)
    refuse_unknown_shop(site, chosen)
    before = _stored(site, chosen)
    with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        landed: list[str] = []
        if mended:
            judged = judged_shop(site, chosen, folder=Path(folder))
            before = _together(before, judged.quarantine)
            landed = _land(site, chosen, judged, mended, Path(folder))
    console = standard_output()
    _run(site, chosen, console if output is Format.TABLE else Console(stderr=True))
    with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        after = judged_shop(site, chosen, folder=Path(folder))
    report = replay_report(before, after.verdicts, after.ledger)
    files = mended_report(after.ledger, landed)
    if output is Format.JSON:
        shown = {"reasons": report.to_dicts(), "mended": files.to_dicts()}
        typer.echo(json.dumps(shown, indent=2))
    elif output is Format.CSV:
        typer.echo(report.write_csv(), nl=False)
    else:
        console.print(_table(f"{shop}: {before.height} rows that were in quarantine", report))
        if landed:
            console.print(_table("Mended rows, landed as", files))
        console.print(f"{after.quarantine.height} rows are in quarantine now.")


def _stored(site: Site, shop: ShopId) -> pl.DataFrame:
    """The quarantine of the shop's last run; empty if there was none."""
    try:
        return site.lake.read(Quarantine, shop).select(*_KEY, "reason")
    except InputDataError:
        return Quarantine.create_empty().select(*_KEY, "reason")


def _together(stored: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    rows = pl.concat([stored, judged.select(*_KEY, "reason")])
    return rows.unique(_KEY, keep="first", maintain_order=True)


def _run(site: Site, shop: ShopId, console: Console) -> None:
    with dagster_instance() as instance:
        instance.add_dynamic_partitions(str(SHOPS.name), [shop])
    with StepDisplay(console, step_count=step_count(site)) as display:
        (outcome,) = run_shops(site, [shop], jobs=1, report=display.show)
    if outcome.reason is not None:
        console.print(f"[red]failed[/] {shop}: {escape(outcome.reason)}", soft_wrap=True)
        raise typer.Exit(_FAILED)


def _land(
    site: Site, shop: ShopId, judged: JudgedShop, mended: Sequence[Path], folder: Path
) -> list[str]:
    """Land mended files, all of them or none; their paths in the shop's folder."""
    by_path = judged.quarantine.partition_by("path", as_dict=True)
    rows_of = {str(path): rows for (path,), rows in by_path.items()}
    paths = [_original(path, rows_of) for path in mended]
    if len(set(paths)) < len(paths):
        raise _refused(str(mended[0]), "two files that mend the same one", "one for each")
    originals = {
        file.path: file
        for file in files_of(paths, site.landing, shop, judged.landed, folder=folder)
    }
    taken = {entry.key.removeprefix(f"{shop}/") for entry in judged.landed}
    taken |= {file.path for file in originals.values()}
    made = [
        (
            mended_path(path, taken, archive=originals[path].archive),
            _content(site, shop, given, originals[path], rows_of[path]),
        )
        for given, path in zip(mended, paths, strict=True)
        if path in originals
    ]
    for path, content in made:
        if not site.landing.write_once(f"{shop}/{path}", content):
            raise TransientError(
                "BP-REPLAY-TAKEN",
                place=f"shop {shop}, {path}",
                found="a file that has been landed meanwhile",
                expected="a free name",
                remedy="run the command again",
            )
    return [path for path, _ in made]


def _content(site: Site, shop: ShopId, given: Path, original: RawFile, rows: pl.DataFrame) -> bytes:
    extra_aliases = site.settings(shop).ingest.extra_aliases
    mended = _single(given)
    if is_whole(rows):
        return checked_whole(mended, extra_aliases=extra_aliases)
    records = extracted(original, rows.get_column("line_number").to_list())
    return mended_content(mended, original, records, extra_aliases=extra_aliases)


def _single(given: Path) -> RawFile:
    files = raw_files(given.read_bytes(), path=given.name, place=str(given))
    if len(files) != 1 or files[0].archive is not None:
        raise _refused(str(given), "an archive", "a file as `quarantine --out` wrote it, mended")
    return files[0]


def _original(given: Path, rows_of: Mapping[str, pl.DataFrame]) -> str:
    path = matching_path(PurePosixPath(given.absolute().as_posix()), rows_of)
    if path is None:
        names = ", ".join(sorted(extract_name(path) for path in rows_of))
        raise _refused(
            str(given),
            "a name that no file with rows in quarantine has",
            f"one of: {names or 'none, the quarantine is empty'}",
        )
    return path


def _refused(place: str, found: str, expected: str) -> ConfigError:
    return ConfigError(
        "BP-REPLAY-FILE",
        place=place,
        found=found,
        expected=expected,
        remedy="write the rows with `bundle-pipeline quarantine SHOP --out FOLDER`, mend them "
        "there and name those files",
    )


def _table(title: str, rows: pl.DataFrame) -> Table:
    table = Table(title=title, title_justify="left")
    for name in rows.columns:
        heading = name.removesuffix("_count").replace("_", " ")
        table.add_column(heading, justify="left" if name in {"reason", "path"} else "right")
    for row in rows.rows():
        table.add_row(*(escape(f"{cell:,}" if isinstance(cell, int) else cell) for cell in row))
    return table
