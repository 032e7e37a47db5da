"""``bundle-pipeline quarantine``: a shop's rows that can't be used, and files of them to mend."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.judged_shops import JudgedShop, judged_shop, refuse_unknown_shop
from bundle_pipeline.cli.options import Format, FormatOption, LandingOption, site_of
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.ingest.extracts import Lines, extract, extract_name, extracted, is_whole
from bundle_pipeline.ingest.raw_rows import files_of
from bundle_pipeline.publish.spreadsheet import without_formulas
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

# Whole rows are personal: for whoever runs the command alone.
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_SIDECAR = ".reasons.csv"


def quarantine(
    shop: Annotated[str, typer.Argument(help="Shop whose rows to list.", metavar="SHOP")],
    landing: LandingOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write the rows to, as they stand in their files.",
            metavar="FOLDER",
            file_okay=False,
        ),
    ] = None,
    output: FormatOption = Format.TABLE,
    top: Annotated[int, typer.Option(help="Rows in the table.", min=0)] = 40,
) -> None:
    """List a shop's landed rows that can't be used, with the reason and what to do.

    The files are judged anew by the settings in force; nothing is stored. With --out there is a
    file per landed file, with its header and those rows byte for byte, to be mended and given to
    `replay --mended`, and one beside it with line, reason and hint. They hold whole rows: personal
    data too, and what a spreadsheet may take for a formula.
    """
    site, chosen = site_of(landing), shop_id(shop)
    refuse_unknown_shop(site, chosen)
    with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        judged = judged_shop(site, chosen, folder=Path(folder))
        written = [] if out is None else _write(site, chosen, judged, out, Path(folder))
    _print(shop, judged, output, top=top)
    if output is Format.TABLE:
        for path in written:
            typer.echo(f"written: {path}")


def _print(shop: str, judged: JudgedShop, output: Format, *, top: int) -> None:
    rows = judged.quarantine
    if output is Format.JSON:
        shown = [
            {**row, "raw_row": json.loads(row["raw_row"] or "null")} for row in rows.to_dicts()
        ]
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    elif output is Format.CSV:
        typer.echo(without_formulas(rows).write_csv(), nl=False)
    else:
        console = standard_output()
        if judged.refusal is not None:
            console.print(f"[yellow]files only[/] {escape(str(judged.refusal))}", soft_wrap=True)
        console.print(_table(shop, rows.head(top), rows.height))
        if rows.height > top:
            console.print(f"\u2026 {rows.height - top} more: --top, or --format json")


def _table(shop: str, rows: pl.DataFrame, row_count: int) -> Table:
    table = Table(title=f"{shop}: {row_count} rows in quarantine", title_justify="left")
    table.add_column("file")
    table.add_column("line", justify="right")
    for name in ("reason", "what to do", "row"):
        table.add_column(name)
    for path, line, reason, hint, row in rows.select(
        "path", "line_number", "reason", "hint", "raw_row"
    ).rows():
        table.add_row(escape(path), f"{line:,}", reason, escape(hint), escape(row or ""))
    return table


def _write(site: Site, shop: ShopId, judged: JudgedShop, out: Path, folder: Path) -> Sequence[Path]:
    by_path = judged.quarantine.partition_by("path", as_dict=True, maintain_order=True)
    rows_of = {str(path): rows for (path,), rows in by_path.items()}
    written: list[Path] = []
    for file in files_of(rows_of, site.landing, shop, judged.landed, folder=folder):
        rows = rows_of[file.path]
        target = out / extract_name(file.path)
        _refuse_other_places(target, out)
        if is_whole(rows):
            _create(target, file.content[:])
            numbers = rows.select(row=pl.lit(None, pl.Int64), line_number="line_number")
        else:
            records = extracted(file, rows.get_column("line_number").to_list())
            _create(target, extract(file, records))
            numbers = _numbered(records)
        reasons = numbers.join(
            rows.select("line_number", "reason", "hint"),
            on="line_number",
            how="left",
            validate="1:1",
            maintain_order="left",
        )
        _create(target.with_name(target.name + _SIDECAR), reasons.write_csv().encode())
        written.append(target)
    return written


def _numbered(records: Lines) -> pl.DataFrame:
    lines = [line for line, _ in records]
    return pl.DataFrame(
        {"row": range(1, len(lines) + 1), "line_number": lines},
        schema={"row": pl.Int64, "line_number": pl.Int64},
    )


def _create(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    try:
        path.touch(mode=_FILE_MODE, exist_ok=False)
    except FileExistsError as error:
        raise ConfigError(
            "BP-QUARANTINE-OUT",
            place=str(path),
            found="a file that is there already",
            expected="a folder without earlier extracts: one may be half mended",
            remedy="name another folder, or remove it",
        ) from error
    path.write_bytes(content)


def _refuse_other_places(target: Path, out: Path) -> None:
    if not target.resolve().is_relative_to(out.resolve()):
        raise ConfigError(
            "BP-QUARANTINE-OUT",
            place=str(out),
            found="a landed file whose path leads out of the folder",
            expected="paths below it",
            remedy="rename the landed file",
        )
