"""Items that somebody names on the command line, by SKU or by variant id."""

import difflib
from dataclasses import dataclass

import polars as pl

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline.schemas.shop_id import ShopId

_MOST_NAMED = 5


@dataclass(frozen=True)
class AskedItem:
    """A variant as it was asked for."""

    asked: str
    variant_id: str
    sku: str | None
    title: str | None

    @property
    def name(self) -> str:
        """How to speak of it."""
        return self.title or self.sku or self.variant_id


def resolved_items(
    site: Site, shop: ShopId, asked: tuple[str, str], *, sold: pl.Series
) -> tuple[AskedItem, AskedItem]:
    """The two variants that were asked for.

    A variant id comes before a SKU of the same text.

    Args:
        site: Where the shop's frames are.
        shop: Shop.
        asked: SKUs or variant ids.
        sold: Ids of sold variants, which files may not list.

    Raises:
        ConfigError: One isn't known or a SKU is of several variants, or both are the same.
    """
    known = _known(site, shop, sold)
    first, second = (_resolved(known, one, shop) for one in asked)
    if first.variant_id == second.variant_id:
        raise _refused(shop, f"{asked[0]} and {asked[1]}, one variant", "two variants", "name two")
    return first, second


def _known(site: Site, shop: ShopId, sold: pl.Series) -> pl.DataFrame:
    columns = ("variant_id", "sku", "product_title")
    files = [site.lake.read(schema, shop).select(columns) for schema in (Catalog, Variants)]
    bare = pl.DataFrame({"variant_id": sold}, schema={"variant_id": pl.String})
    return (
        pl.concat([*files, bare], how="diagonal")
        .group_by("variant_id", maintain_order=True)
        .agg(pl.col("sku", "product_title").drop_nulls().first())
        .sort("variant_id")
    )


def _resolved(known: pl.DataFrame, asked: str, shop: ShopId) -> AskedItem:
    found = known.filter(variant_id=asked)
    if found.is_empty():
        found = known.filter(sku=asked)
    if found.height == 1:
        variant_id, sku, title = found.row(0)
        return AskedItem(asked=asked, variant_id=variant_id, sku=sku, title=title)
    if found.is_empty():
        labels = [*known.get_column("sku").drop_nulls(), *known.get_column("variant_id")]
        near = ", ".join(difflib.get_close_matches(asked, sorted(set(labels)), n=_MOST_NAMED))
        remedy = f"did you mean {near}?" if near else "see the shop's variants"
        raise _refused(shop, f"no item {asked}", "a SKU or a variant id of the shop", remedy)
    ids = ", ".join(found.get_column("variant_id").head(_MOST_NAMED))
    raise _refused(
        shop, f"SKU {asked} of {found.height} variants", "one variant", f"name one by its id: {ids}"
    )


def _refused(shop: ShopId, found: str, expected: str, remedy: str) -> ConfigError:
    return ConfigError(
        "BP-WHY-ITEM", place=f"shop {shop}", found=found, expected=expected, remedy=remedy
    )
