"""``bundle-pipeline why``: what became of two items, whether or not they are offered together."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.baskets.encoded import EncodedBaskets, open_baskets
from bundle_pipeline.cli.asked_items import AskedItem, resolved_items
from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import Format, FormatOption, LakeOption, LandingOption, site_of
from bundle_pipeline.cli.pair_answer import pair_answer
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.mining.asked_pair import AskedPair, asked_pair
from bundle_pipeline.ranking.asked_variants import dropped_with, offered_with
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import DroppedCandidates, RankedBundles
from bundle_pipeline.schemas.mining import PairRules
from bundle_pipeline.schemas.shop_id import ShopId, shop_id

_OFFERED = ("bundle_id", "kind", "rank", "score", "scores", "contributions", "explanation")
_DROPPED = ("bundle_id", "variant_ids", "code", "detail", "score")
# Sets that hold both among many others say little more than the first few.
_DROPPED_SHOWN = 5


@dataclass(frozen=True)
class Answer:
    """All that is known of two items together, after the shop's last run."""

    shop_id: str
    items: tuple[AskedItem, AskedItem]
    is_offered: bool
    answer: str
    """The same in a few sentences."""
    offered: list[dict[str, Any]]
    """Bundles that hold both, by rank."""
    dropped: list[dict[str, Any]]
    """Candidates that hold both and aren't offered, each with the code and numbers of the first
    gate that it fails; the smallest sets first."""
    pair: AskedPair
    """What orders say of the two."""


def why(
    shop: Annotated[str, typer.Argument(help="Shop.", metavar="SHOP")],
    first: Annotated[str, typer.Argument(help="SKU or variant id.", metavar="SKU")],
    second: Annotated[str, typer.Argument(help="Another one.", metavar="SKU")],
    *,
    landing: LandingOption = None,
    lake: LakeOption = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Say why two items are offered together, or why they aren't and what it would take.

    It looks at what the shop's last run left, published or not.
    """
    if output is Format.CSV:
        raise typer.BadParameter("table or json", param_hint="--format")
    found = _answer(site_of(landing, lake), shop_id(shop), first, second)
    if output is Format.JSON:
        typer.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        _print(standard_output(), found)


def _answer(site: Site, shop: ShopId, first: str, second: str) -> Answer:
    settings, lake = site.settings(shop), site.lake
    baskets = open_baskets(_stored(site, shop), settings.baskets)
    items = resolved_items(site, shop, (first, second), sold=baskets.variant_ids)
    ids = (items[0].variant_id, items[1].variant_id)
    pair = _pair(site, shop, ids, baskets)
    offered = offered_with(ids, lake.read(RankedBundles, shop))
    dropped = dropped_with(ids, lake.read(DroppedCandidates, shop))
    return Answer(
        shop_id=shop,
        items=items,
        is_offered=not offered.is_empty(),
        answer=pair_answer(items, pair, offered=offered, dropped=dropped),
        offered=offered.select(_OFFERED).to_dicts(),
        dropped=dropped.select(_DROPPED).to_dicts(),
        pair=pair,
    )


def _stored(site: Site, shop: ShopId) -> Any:  # noqa: ANN401 parts of baskets
    parts = site.lake.parts(Baskets, shop)
    if not parts.files:
        raise InputDataError(
            "BP-WHY-NONE",
            place=f"baskets of shop {shop} in {site.deployment.lake}",
            found="none",
            expected="a shop that was run",
            remedy=f"bundle-pipeline run --shop {shop}",
        )
    return parts


def _pair(site: Site, shop: ShopId, ids: tuple[str, str], baskets: EncodedBaskets) -> AskedPair:
    rules = site.lake.read(PairRules, shop)
    return asked_pair(ids, baskets=baskets, pair_rules=rules, params=site.settings(shop).mining)


def _print(console: Console, found: Answer) -> None:
    names = " + ".join(item.name for item in found.items)
    is_offered = "offered together" if found.is_offered else "not offered together"
    console.print(f"[bold]{found.shop_id}[/]: {escape(names)}: {is_offered}")
    console.print(escape(found.answer), soft_wrap=True)
    _print_candidates(console, found)
    table = Table(title="What orders say", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, number in _numbers(found.pair).items():
        table.add_row(name, number)
    console.print(table)


def _print_candidates(console: Console, found: Answer) -> None:
    if not (found.offered or found.dropped):
        return
    table = Table(title="Candidates that hold both", title_justify="left")
    for name in ("what became of it", "score", "why"):
        table.add_column(name, justify="right" if name == "score" else "left")
    for row in found.offered:
        table.add_row(f"rank {row['rank']}", f"{row['score']:.3f}", _contributions(row))
    for row in found.dropped[:_DROPPED_SHOWN]:
        table.add_row(row["code"], f"{row['score']:.3f}", escape(row["detail"]))
    console.print(table)
    if len(found.dropped) > _DROPPED_SHOWN:
        console.print(f"… {len(found.dropped) - _DROPPED_SHOWN} more: --format json")


def _contributions(row: dict[str, Any]) -> str:
    parts = sorted(row["contributions"].items(), key=lambda part: (-part[1], part[0]))
    return ", ".join(f"{name} {part:.3f}" for name, part in parts if part > 0)


def _numbers(pair: AskedPair) -> dict[str, str]:
    lift, customers = pair.adjusted_lift, pair.customer_count
    return {
        "orders that count": f"{pair.basket_total:,}",
        "with the first": f"{pair.first_basket_count:,}",
        "with the second": f"{pair.second_basket_count:,}",
        "with both": f"{pair.basket_count:,}",
        "expected by chance": f"{pair.expected_count:.2f}",
        "as often as anybody": f"{pair.independent_count:.2f}",
        "times chance": "" if lift is None else f"{lift:.2f}",
        "customers behind it": "not known" if customers is None else f"{customers:,}",
        "p": f"{pair.p_value:.2g}",
        "q": f"{pair.q_value:.2g} (needed: {pair.max_q:g})",
        "possible pairs": f"{pair.possible_pair_count:,}",
    }
