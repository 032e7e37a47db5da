"""Make the sample shops: ``python -m bundle_pipeline_tests.samples [--source-dir DIR]``.

Without ``--source-dir`` only the generated shops are written; the slices of public data sets are
left as they are.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from bundle_pipeline_tests.samples.bike_shop import bike_shop
from bundle_pipeline_tests.samples.coffee_shop import coffee_shop
from bundle_pipeline_tests.samples.corner_shop import corner_shop
from bundle_pipeline_tests.samples.files import write_shop
from bundle_pipeline_tests.samples.gift_shop import gift_shop

_SLICES = {
    "gift-shop": (gift_shop, "uci_online_retail_2010"),
    "bike-shop": (bike_shop, "adventureworks"),
}
_TRUTH = Path(__file__).with_name("corner_shop_truth.json")


def make(
    landing: Annotated[Path, typer.Option(help="Folder that gets a folder per shop.")] = Path(
        "data/landing"
    ),
    source_dir: Annotated[
        Path | None,
        typer.Option(help="Folder with NAME/lines.parquet and NAME/catalog.parquet per data set."),
    ] = None,
    truth: Annotated[Path, typer.Option(help="Where the truth of corner-shop goes.")] = _TRUTH,
) -> None:
    """Write the sample shops; the same sources give the same bytes."""
    files, facts = corner_shop()
    write_shop(files, landing / "corner-shop")
    truth.write_bytes(facts)
    write_shop(coffee_shop(), landing / "coffee-shop")
    for shop, (slice_of, source) in _SLICES.items() if source_dir else ():
        lines = pl.read_parquet(source_dir / source / "lines.parquet")
        catalog = pl.read_parquet(source_dir / source / "catalog.parquet")
        write_shop(slice_of(lines, catalog), landing / shop)


if __name__ == "__main__":
    typer.run(make)
