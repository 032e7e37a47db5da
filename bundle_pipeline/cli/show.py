"""``bundle-pipeline show``: a shop's published bundles."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import Format, FormatOption, LakeOption, site_of
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.money import minor_unit_exponent
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.manifest import published, published_document

_NOT_KNOWN = "-"
_DOCUMENTS = {Format.JSON: "bundles.json", Format.CSV: "bundles.csv"}


def show(
    shop: Annotated[str, typer.Argument(help="Shop whose bundles to print.", metavar="SHOP")],
    lake: LakeOption = None,
    output: FormatOption = Format.TABLE,
    top: Annotated[int, typer.Option(help="Bundles in the table.", min=0)] = 40,
) -> None:
    """Print a shop's published bundles: as a table, or the JSON or CSV document as published."""
    site = site_of(lake=lake)
    if output is Format.TABLE:
        print_bundles(standard_output(), site, shop_id(shop), top=top)
    else:
        content = _document(site, shop_id(shop), _DOCUMENTS[output])
        sys.stdout.buffer.write(content)


def print_bundles(console: Console, site: Site, shop: ShopId, *, top: int) -> None:
    """Print the first bundles of a shop's published document as a table."""
    document = json.loads(_document(site, shop, _DOCUMENTS[Format.JSON]))
    bundles: list[dict[str, Any]] = document["bundles"]
    scope = _scope(document.get("preview"))
    if not bundles:
        console.print(f"[bold]{shop}[/]: 0 bundles{scope}. {escape(document['why_empty'])}")
        return
    table = Table(
        title=f"{shop}: {len(bundles)} bundles{scope}, as of {document['as_of'][:10]}",
        title_justify="left",
    )
    for name in ("rank", "bundle", "orders", "times chance, at least", "list", "price", "saves"):
        table.add_column(name, justify="left" if name == "bundle" else "right")
    for bundle in bundles[:top]:
        table.add_row(*_cells(bundle))
    console.print(table)
    if len(bundles) > top:
        console.print(f"… {len(bundles) - top} more: bundle-pipeline show {shop}\n")


def _scope(preview: dict[str, int] | None) -> str:
    return f" (a preview: top {preview['product_count']} products only)" if preview else ""


def _cells(bundle: dict[str, Any]) -> list[str]:
    price, evidence, uptake = (bundle[name] for name in ("pricing", "evidence", "uptake"))
    order_count = (evidence or {}).get("basket_count", (uptake or {}).get("order_count"))
    exponent = minor_unit_exponent(price["currency"])
    return [
        str(bundle["rank"]),
        escape(_offer(bundle)),
        _NOT_KNOWN if order_count is None else str(order_count),
        f"{evidence['adjusted_lift_low']:.1f}" if evidence else _NOT_KNOWN,
        _money(price["list_total_minor"], exponent),
        f"{_money(price['bundle_price_minor'], exponent)} {price['currency']}",
        f"{price['discount_rate']:.1%}",
    ]


def _offer(bundle: dict[str, Any]) -> str:
    if bundle["pick_count"] is not None:
        return f"{bundle['pick_count']} of: {', '.join(_name(item) for item in bundle['items'])}"
    return " + ".join(_name(item) for item in bundle["items"])


def _name(item: dict[str, Any]) -> str:
    variant, times = item["variant_title"], item["quantity"]
    # What Shopify calls the only variant of a product; saying it helps nobody.
    name = item["title"] if variant in {None, "Default Title"} else f"{item['title']} ({variant})"
    return f"{times} x {name}" if times > 1 else name


def _money(amount_minor: int, exponent: int) -> str:
    whole, part = divmod(amount_minor, 10**exponent)
    return f"{whole}.{part:0{exponent}}" if exponent else str(whole)


def _document(site: Site, shop: ShopId, name: str) -> bytes:
    manifest = published(site.documents, shop)
    if manifest is None:
        raise InputDataError(
            "BP-PUBLISH-NONE",
            place=f"shop {shop} in {site.deployment.lake}",
            found="nothing published",
            expected="a shop that was run",
            remedy=f"bundle-pipeline run --shop {shop}",
        )
    return published_document(site.documents, manifest, name)
