"""``bundle-pipeline itemsets``: all frequent itemsets of a shop, for whoever wants to see them."""

from pathlib import Path
from typing import Annotated, get_args

import polars as pl
import typer
from rich.table import Table

from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import LakeOption, LandingOption, site_of
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.mining.frequent_itemsets import frequent_itemsets, stored_frequent_itemsets
from bundle_pipeline.mining.kernel.library import MAX_SIZE
from bundle_pipeline.mining.params import CountingParams, EngineName
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

_ENGINES = ", ".join(get_args(EngineName))


def itemsets(
    shop: Annotated[str, typer.Argument(help="Shop whose baskets to count.", metavar="SHOP")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    landing: LandingOption = None,
    lake: LakeOption = None,
    *,
    max_size: Annotated[int, typer.Option(help="Largest itemset.", min=2, max=MAX_SIZE)] = 3,
    min_basket_count: Annotated[
        int | None, typer.Option(help="Fewest baskets (else mining.min_basket_count).", min=1)
    ] = None,
    engine: Annotated[
        EngineName | None, typer.Option(help=f"{_ENGINES} (else mining.engine).")
    ] = None,
) -> None:
    """Count every itemset of a shop's stored baskets that enough of them hold, into a file.

    They are not tested against chance. With Spark this process doesn't hold the baskets.
    """
    site = site_of(landing=landing, lake=lake)
    known = shop_id(shop)
    mining = site.settings(known).mining
    found = _counted(
        site,
        known,
        min_basket_count or mining.min_basket_count,
        max_size=max_size,
        params=mining.model_copy(update={"engine": engine or mining.engine}),
    )
    found.write_parquet(out)
    table = Table("variants", "itemsets", title=f"{known}: {out}", title_justify="left")
    by_size = found.group_by(pl.col("variant_ids").list.len().alias("size")).len().sort("size")
    for size, count in by_size.iter_rows():
        table.add_row(str(size), f"{count:,}")
    standard_output().print(table)


def _counted(
    site: Site, shop: ShopId, fewest: int, *, max_size: int, params: CountingParams
) -> pl.DataFrame:
    baskets, counted = site.lake.parts(Baskets, shop), site.settings(shop).baskets
    if not baskets.files:
        raise InputDataError(
            "BP-ITEMSETS-NONE",
            place=f"baskets of shop {shop} in {site.deployment.lake}",
            found="none",
            expected="a shop that was run",
            remedy=f"bundle-pipeline run --shop {shop}",
        )
    if params.engine == "spark":
        return stored_frequent_itemsets(baskets, counted, fewest, max_size=max_size, params=params)
    opened = open_baskets(baskets, counted)
    return frequent_itemsets(opened, fewest, max_size=max_size, params=params)
