"""What the prices of a shop rest on: a row per published bundle.

``python -m bundle_pipeline_tests.benchmarks.priced_bundles LAKE SHOP... [--most 20]`` reads what
runs left in a lake: discount, break-even, expected incremental margin a month with its 90 %
interval, and the bound that bit; then how often each bound bit, by kind. Exit code 1 if a bundle
whose costs are known is below them.
"""

from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.money import formatted
from bundle_pipeline.schemas.bundles import RankedBundles
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake

_MARGIN = "incremental_margin_minor"
_HEADINGS = (
    *("rank", "kind", "list", "price", "saves", "margin", "attach", "break-even"),
    *("expected a month", "low", "high", "floor by", "what bit"),
)
# How the derivation words what held a discount up or down.
_BITES = (
    "lowered to",
    "raised to",
    "no whole minor unit",
    "nothing of at least",
    "leaves less than",
    "leaves",
    "earns more than nothing off",
    "no margin to give",
)
_NOTHING_BIT = "nothing"


def show(
    lake: Annotated[str, typer.Argument(help="Lake that runs wrote.")],
    shops: Annotated[list[str], typer.Argument(help="Shops in it.")],
    most: Annotated[int, typer.Option(help="Bundles per shop.")] = 20,
) -> None:
    """Print the prices of each shop."""
    console = Console(width=170)
    below_count = 0
    for shop in shops:
        ranked = Lake(lake).read(RankedBundles, shop_id(shop)).sort("rank")
        pricing = pl.col("pricing").struct
        below = ranked.filter(pricing.field("margin_minor") < 0)
        below_count += below.height
        unknown = ranked.filter(pricing.field("margin_minor").is_null())
        title = (
            f"{shop}: {ranked.height} bundles, {below.height} below cost, "
            f"{unknown.height} with an unknown cost"
        )
        table = Table(*_HEADINGS, title=title)
        for row in ranked.head(most).select(_cells()).iter_rows():
            table.add_row(*("" if cell is None else str(cell) for cell in row))
        console.print(table)
        console.print(_bites_by_kind(ranked))
    if below_count:
        raise typer.Exit(1)


def _cells() -> list[pl.Expr]:
    pricing, currency = pl.col("pricing").struct, pl.col("currency")

    def amount(name: str) -> pl.Expr:
        minor = pricing.field(name)
        sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        return pl.format("{}{}", sign, formatted(minor.abs(), currency)).alias(name)

    def rate(share: pl.Expr, name: str) -> pl.Expr:
        return pl.format("{} %", (share * 100).round(1)).alias(name)

    return [
        pl.col("rank"),
        pl.col("kind"),
        *(amount(name) for name in ("list_total_minor", "bundle_price_minor")),
        rate(pricing.field("discount_rate"), "saves"),
        amount("margin_minor"),
        rate(
            pl.coalesce(
                pl.col("evidence").struct.field("confidence"), pl.col("uptake").struct.field("rate")
            ),
            "attach",
        ),
        rate(pricing.field("break_even_attach_rate"), "break_even"),
        *(amount(f"{_MARGIN}{end}") for end in ("", "_low", "_high")),
        pricing.field("floor_reason"),
        _bite(),
    ]


def _bite() -> pl.Expr:
    derivation = pl.col("pricing").struct.field("derivation")
    bites = [
        pl.when(derivation.str.contains(text, literal=True)).then(pl.lit(text)) for text in _BITES
    ]
    return pl.coalesce(*bites, pl.lit(_NOTHING_BIT)).alias("bite")


def _bites_by_kind(ranked: pl.DataFrame) -> Table:
    table = Table("kind", "what bit", "bundles", "median discount", title="by kind")
    counted = (
        ranked.group_by("kind", _bite())
        .agg(pl.len(), (pl.col("pricing").struct.field("discount_rate") * 100).median().round(1))
        .sort("kind", "bite")
    )
    for row in counted.iter_rows():
        table.add_row(*(str(cell) for cell in row))
    return table


if __name__ == "__main__":
    typer.run(show)
