"""What ranked bundles are worth on held-out orders of real shops, beside simple rankers.

``python -m bundle_pipeline_tests.benchmarks.ranked_held_out [--data FOLDER] [--shop NAME]...``
reads ``*/lines.parquet`` (``order_id, ts, customer_id, sku``, ``unit_price`` where known) and
``*/catalog.parquet`` (``sku``, ``title``, ``category``) where there is one. The first 80 % of
orders by time, or drawn with seed 0 where there are no times, are learnt from; SKUs in at least 5
of them, at most 12,000. The pairs that we rank, all limits of the ranking in force, 100 of them and
at most 5 with one SKU, are tried on the other orders, beside the first 100 pairs of simple rankers
with the same limit per SKU and without one:

- ``again``: share that is in held-out orders beyond chance, given basket sizes and popularity
  (Poisson tail below 0.05 / 100);
- ``orders``: share of held-out orders with several SKUs that hold at least one of the bundles;
- ``customers``: least distinct customers behind one of ours, where known.

``cross`` are pairs of other categories, or of titles that share less than half of their words
(Jaccard, without colours and sizes).
``gate`` says whether the publishing gate would block the default weights turned upside down.
``published`` are the bundles of several items that the shop would publish, all kinds: of those that
mining would see again in the held-out orders with a chance of at least 0.8, the share that it does
(``held_out``; those that it no longer finds at all count as not seen).

``--choose`` tries on the last 10 % of the learnt orders (by time, or as they were drawn; another
share with ``--share``) what the others of them teach, and leaves the held-out orders alone. Weights
are chosen by that;
``--weights FILE`` takes a table of them (YAML: parts by component) in place of the profile's.

Exit code 1 if ours is below the best of the two rankers that test for chance (G-test, leverage) of
a shop, with the same limit, in either figure, if less than 90 % of the published are seen again, or
if the gate lets inverted weights through.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
import typer
import yaml
from rich.console import Console
from rich.table import Table
from scipy import sparse, special  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.candidates.suggest import CandidateParams, KnownOfShop, suggest_bundles
from bundle_pipeline.evaluation.evaluate import ACCEPTED, TODAY, evaluate, listed
from bundle_pipeline.evaluation.params import EvaluationParams
from bundle_pipeline.evaluation.split import Split
from bundle_pipeline.features.content_neighbours import find_content_neighbours
from bundle_pipeline.features.duplicates import find_duplicate_products
from bundle_pipeline.features.similar_products import SimilarProductsParams
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.neighbours.find import find_neighbours
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.rank import chosen_bundles
from bundle_pipeline.schemas.base import UTC_TIMESTAMP, declared
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.catalog import Inventory
from bundle_pipeline.schemas.features import ObjectivePlan, ProductFeatures
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes
from bundle_pipeline.scoring.score import ScoringParams, ShopFacts, score_bundles
from bundle_pipeline.statistics.poisson import upper_tail
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, order_lines_frame, orders_frame
from bundle_pipeline_tests.support.inverted import inverted_weights
from bundle_pipeline_tests.support.products import (
    catalog_entry,
    catalog_frame,
    variant,
    variants_frame,
)

_CONSOLE = Console(width=160)
_LEARNT = 0.8
# Share of the learnt orders that parameters are chosen on, the newest.
_CHOSEN_ON = 0.1
_MIN_ORDERS = 5
_MAX_SKUS = 12_000
_BUNDLES = 100
_PER_SKU = 5
_LEVEL = 0.05
# Chance from which on not being seen again says something, and the share that has to be.
_ENOUGH_POWER = 0.8
_REPLICATED = 0.9
# Rankers that test for chance; those by count reach more with pairs that chance explains.
_SOUND = ("g_test", "leverage")
# Fewest orders with a pair that simple rankers look at, as a share of all.
_MIN_SUPPORT = 0.0005
_ALIKE = 0.5
_NO_PRICE_MINOR = 1000
_WORD = re.compile(r"[a-z]+")
# Words that tell one product's variants apart: colours and sizes.
_OPTIONS = frozenset(
    [
        *("red", "blue", "green", "pink", "white", "black", "ivory", "cream", "gold", "silver"),
        *("purple", "yellow", "orange", "brown", "grey", "small", "large", "medium", "big", "mini"),
    ]
)

_INVERTED = ScoringParams.model_validate({"weights": {"default": inverted_weights()}})

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shop:
    """Orders by SKUs on either side of the split."""

    name: str
    skus: list[str]
    learnt: Any
    tried: Any
    lines: pl.DataFrame
    """Order lines; ``is_learnt`` before the split."""
    catalog: pl.DataFrame
    """``sku``, ``title`` and ``category``, null where not known."""


@dataclass(frozen=True)
class Whole(Split):
    """Baskets on either side of the split, and both together."""

    everything: EncodedBaskets


@dataclass(frozen=True)
class Published:
    """Bundles of several items that would be published."""

    count: int
    tested_count: int
    """Those with the power to be seen again, or that mining no longer finds."""
    again_count: int
    """Those of them that are seen again."""


@dataclass(frozen=True)
class Ranked:
    """What we make of the learnt orders."""

    lists: dict[str, list[Codes]]
    """Our pairs, those of other products, and our triples."""
    published: Published
    """What would be published."""
    customers: int | None
    """Least distinct customers behind one of the lists."""
    worse: str
    """By what the gate blocks inverted weights; empty if it doesn't."""


@dataclass(frozen=True)
class Verdict:
    """What held-out orders say of a list of bundles."""

    count: int
    again: float
    orders: float


def measure(
    data: Annotated[Path, typer.Option(envvar="BUNDLE_BENCH_DATA", help="Folder of shops.")],
    shop: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    profile: Annotated[str, typer.Option(help="Table of weights.")] = "held_out",
    weights: Annotated[Path | None, typer.Option(help="Weights in place of the table's.")] = None,
    *,
    choose: Annotated[bool, typer.Option(help="Try on the newest learnt orders.")] = False,
    share: Annotated[float, typer.Option(help="How many of them, with --choose.")] = _CHOSEN_ON,
) -> None:
    """Rank the bundles of each shop and try them."""
    own = {"default": yaml.safe_load(weights.read_text())} if weights else {}
    scoring = ScoringParams.model_validate({"profile": profile, "weights": own})
    columns = ("shop", "list", "ranker", "bundles", "again", "orders", "customers")
    table = Table(*columns)
    is_below = False
    for name in shop or sorted(path.parent.name for path in data.glob("*/lines.parquet")):
        read = _read(data / name, chosen_on=share if choose else None)
        ours = _ranked(read, scoring)
        simple = _simple(read)
        for kind, keep in (("all", None), ("cross", _cross(read))):
            verdicts = {"ours": _tried(read, _first(ours.lists[kind], keep, _PER_SKU))}
            for ranker, pairs in simple.items():
                verdicts[ranker] = _tried(read, _first(pairs, keep, _PER_SKU))
                verdicts[f"{ranker}, any SKU"] = _tried(read, _first(pairs, keep, _BUNDLES))
            limited = [verdicts[ranker] for ranker in _SOUND]
            best = max(each.again for each in limited), max(each.orders for each in limited)
            own = verdicts["ours"]
            is_below |= own.again < best[0] or own.orders < best[1]
            for ranker, each in verdicts.items():
                fewest = f"{ours.customers}" if ranker == "ours" and ours.customers else ""
                figures = (f"{each.count}", f"{each.again:.2f}", f"{each.orders:.3f}")
                table.add_row(name, kind, ranker, *figures, fewest)
        is_below |= not ours.worse
        table.add_row(name, "gate", ours.worse or "lets inverted weights through", "", "", "", "")
        tested, again = ours.published.tested_count, ours.published.again_count
        is_below |= again < _REPLICATED * tested
        rate = f"{again / tested:.2f}" if tested else ""
        of_all = f"{tested} of {ours.published.count}"
        table.add_row(name, "published", "ours", of_all, rate, "", "")
        triples = _tried(read, ours.lists["triples"])
        table.add_row(
            name, "triples", "ours", f"{triples.count}", f"{triples.again:.2f}",
            f"{triples.orders:.3f}", "",
        )  # fmt: skip
    _CONSOLE.print(table)
    if is_below:
        raise typer.Exit(1)


def _read(folder: Path, *, chosen_on: float | None) -> Shop:
    """A shop's orders on either side of the split, of the learnt ones alone for a choice."""
    lines = pl.read_parquet(folder / "lines.parquet").with_columns(pl.col("sku").cast(pl.String))
    times = lines.group_by("order_id").agg(pl.col("ts").min()).sort("order_id")
    has_times = times.get_column("ts").null_count() == 0
    if has_times:
        ids = times.sort("ts", "order_id").get_column("order_id")
    else:
        ids = times.get_column("order_id").sample(fraction=1.0, shuffle=True, seed=0)
    learnt_count = int(ids.len() * _LEARNT)
    if chosen_on is not None:
        ids = ids.head(learnt_count)
        learnt_count -= int(learnt_count * chosen_on)
    numbered = lines.join(
        pl.DataFrame({"order_id": ids}).with_row_index("order"), on="order_id", validate="m:1"
    ).with_columns(pl.col("order").cast(pl.Int64))
    learnt = numbered.filter(pl.col("order") < learnt_count)
    counts = learnt.select("order", "sku").unique().get_column("sku").value_counts()
    skus = (
        counts.filter(pl.col("count") >= _MIN_ORDERS)
        .sort("count", "sku", descending=[True, False])
        .head(_MAX_SKUS)
        .get_column("sku")
        .to_list()
    )
    known = pl.DataFrame({"sku": skus}).with_row_index("column")
    cells = numbered.select("order", "sku").unique().join(known, on="sku", validate="m:1")
    matrix = sparse.csr_array(
        (
            np.ones(cells.height),
            (cells.get_column("order").to_numpy(), cells.get_column("column").to_numpy()),
        ),
        shape=(ids.len(), len(skus)),
    )
    return Shop(
        name=folder.name,
        skus=skus,
        learnt=matrix[:learnt_count],
        tried=matrix[learnt_count:],
        lines=numbered.filter(pl.col("sku").is_in(skus)).with_columns(
            is_learnt=pl.col("order") < learnt_count
        ),
        catalog=_catalog(folder),
    )


def _catalog(folder: Path) -> pl.DataFrame:
    path = folder / "catalog.parquet"
    empty = {"sku": pl.String, "title": pl.String, "category": pl.String}
    if not path.exists():
        return pl.DataFrame(schema=empty)
    found = pl.read_parquet(path).with_columns(pl.col("sku").cast(pl.String)).unique("sku")
    return found.select(
        (pl.col(name) if name in found.columns else pl.lit(None)).cast(pl.String).alias(name)
        for name in empty
    )


def _ranked(shop: Shop, scoring: ScoringParams) -> Ranked:
    split = _split(shop)
    baskets = split.older
    mining = MiningParams()
    rules = mine_pair_rules(baskets, mining)
    known = _known(shop, baskets, rules, mine_itemsets(baskets, rules, mining))
    candidates = suggest_bundles(
        shop_id(shop.name.replace("_", "-")), known, CandidateParams(max_candidates=20_000)
    )
    neighbours = find_neighbours(baskets, NeighbourParams(max_model_mb=64))
    alike = find_content_neighbours(known.catalog, known.variants, SimilarProductsParams().content)
    facts = ShopFacts(baskets=baskets, item_neighbours=neighbours, content_neighbours=alike)
    scored = score_bundles(candidates, scoring, facts=facts)
    together = scored.filter(kind="FBT")
    duplicates = find_duplicate_products(
        known.catalog, known.variants, SimilarProductsParams().duplicates
    )
    size, place = pl.col("items").list.len(), {sku: n for n, sku in enumerate(shop.skus)}
    lists: dict[str, list[Codes]] = {}
    is_cross = _cross(shop)
    least: int | None = None
    for name, kept in (
        ("all", together.filter(size == 2)),
        ("cross", together.filter(size == 2).pipe(_kept, is_cross, place)),
        ("triples", together.filter(size == 3)),
    ):
        chosen = chosen_bundles(
            kept,
            duplicate_products=duplicates,
            substitutes=Substitutes.create_empty(),
            objective_plan=ObjectivePlan.create_empty(),
            params=RankingParams(max_bundles=_BUNDLES, max_per_variant=_PER_SKU, choice="greedy"),
        )
        customers = chosen.get_column("evidence").struct.field("customer_count").min()
        least = customers if least is None else min(least, customers or least)  # pyright: ignore[reportArgumentType, reportAssignmentType] counts
        lists[name] = _codes(chosen, place)
    gated = {
        method: chosen_bundles(
            score_bundles(candidates, params, facts=facts),
            duplicate_products=duplicates,
            substitutes=Substitutes.create_empty(),
            objective_plan=ObjectivePlan.create_empty(),
            params=RankingParams(choice="greedy"),
        )
        for method, params in ((TODAY, _INVERTED), (ACCEPTED, scoring))
    }
    found = evaluate(
        {method: listed(bundles) for method, bundles in gated.items()},
        split,
        pair_rules=rules,
        itemsets=known.itemsets,
        settings={},
        params=EvaluationParams(),
    )
    return Ranked(
        lists=lists,
        published=_published(gated[ACCEPTED], split),
        customers=least,
        worse="; ".join(drop.split(" (")[0] for drop in found.drops),
    )


def _published(bundles: pl.DataFrame, split: Whole) -> Published:
    """What mining of all orders says of bundles of the older ones."""
    older, newest = split.older.basket_count, split.newest.basket_count
    mining = MiningParams(held_out_share=newest / (older + newest))
    baskets = split.everything
    rules = mine_pair_rules(baskets, mining)
    told = [
        frame.select("held_out", "held_out_power", held=held.list.sort().list.join("\n"))
        for frame, held in (
            (rules, pl.concat_list("antecedent_id", "consequent_id")),
            (mine_itemsets(baskets, rules, mining), pl.col("variant_ids")),
        )
    ]
    variant_ids = pl.col("items").list.eval(pl.element().struct.field("variant_id"))
    shown = bundles.filter(pl.col("evidence").is_not_null()).select(
        held=variant_ids.list.unique().list.sort().list.join("\n")
    )
    found = shown.join(pl.concat(told).unique("held"), on="held", how="left", validate="m:1")
    tested = found.filter(pl.col("held_out_power").fill_null(1.0) >= _ENOUGH_POWER)
    again = tested.filter(held_out="replicated")
    return Published(shown.height, tested.height, again.height)


def _codes(bundles: pl.DataFrame, place: dict[str, int]) -> list[Codes]:
    held = bundles.get_column("items").to_list()
    return [np.array([place[item["variant_id"]] for item in row]) for row in held]


def _kept(
    pairs: pl.DataFrame, is_cross: Callable[[Codes], bool], place: dict[str, int]
) -> pl.DataFrame:
    is_kept = [is_cross(pair) for pair in _codes(pairs, place)]
    return pairs.filter(pl.Series(is_kept, dtype=pl.Boolean))


def _split(shop: Shop) -> Whole:
    times = pl.col("ts").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(UTC_TIMESTAMP)
    # Without times the drawn order stands for them, so that the newest can be held out.
    drawn = FIRST_ORDER_AT + pl.duration(minutes=pl.col("order").min())
    frame = shop.lines.group_by(order_id=pl.col("order_id").cast(pl.String)).agg(
        ordered_at=times.min().fill_null(drawn),
        customer_key=pl.col("customer_id").cast(pl.String).drop_nulls().min(),
        variant_ids=pl.col("sku").unique().sort(),
        unit_count=pl.len().cast(pl.Int64),
        is_learnt=pl.col("is_learnt").first(),
    )
    baskets = encode_baskets(declared(Baskets, frame))
    learnt = baskets.orders.join(frame.filter("is_learnt"), on="order_id", how="semi").height
    newest = baskets.part(learnt, baskets.basket_count)
    return Whole(baskets.part(0, learnt), newest, everything=baskets)


def _known(
    shop: Shop, baskets: EncodedBaskets, rules: pl.DataFrame, grown: pl.DataFrame
) -> KnownOfShop:
    price = pl.col("unit_price") if "unit_price" in shop.lines.columns else pl.lit(None)
    prices = (
        shop.lines.filter("is_learnt")
        .group_by("sku")
        .agg(price_minor=(price.cast(pl.Float64).median() * 100).round().cast(pl.Int64))
    )
    products = prices.join(shop.catalog, on="sku", how="left", validate="1:1").sort("sku")
    rows = [
        {
            "variant_id": sku,
            "product_id": sku,
            "sku": sku,
            "product_title": title or sku,
            "product_type": category,
            "price_minor": max(price_minor or _NO_PRICE_MINOR, 0),
        }
        for sku, price_minor, title, category in products.select(
            "sku", "price_minor", "title", "category"
        ).iter_rows()
    ]
    return KnownOfShop(
        pair_rules=rules,
        itemsets=grown,
        item_counts=count_items(baskets),
        orders=orders_frame(1),
        order_lines=order_lines_frame("x").lazy(),
        variants=variants_frame(*(variant(**row) for row in rows)),
        catalog=catalog_frame(*(catalog_entry(**row) for row in rows)),
        inventory=Inventory.create_empty(),
        product_features=ProductFeatures.create_empty(),
        objective_plan=_plan(),
        substitutes=Substitutes.create_empty(),
        duplicate_products=DuplicateProducts.create_empty(),
    )


def _plan() -> pl.DataFrame:
    """Every bundle may raise the order value; nothing else is asked of it."""
    row = {
        "objective": "increase_aov",
        "applies": True,
        "explanation": "",
        "product_count": 0,
        "product_ids": [],
        "needed_product_count": 0,
        "unknown_product_count": 0,
        "priority": 1.0,
    }
    return pl.DataFrame([row], schema=ObjectivePlan.create_empty().schema)


def _cross(shop: Shop) -> Callable[[Codes], bool]:
    """Whether two SKUs are of other categories or, without categories, of unlike titles."""
    details = {sku: (title, category) for sku, title, category in shop.catalog.iter_rows()}
    found = [details.get(sku, (None, None)) for sku in shop.skus]
    words = [frozenset(_WORD.findall((title or "").lower())) - _OPTIONS for title, _ in found]

    def is_cross(pair: Codes) -> bool:
        (_, first), (_, second) = found[pair[0]], found[pair[1]]
        if first and second:
            return first != second
        one, other = words[pair[0]], words[pair[1]]
        return len(one & other) < _ALIKE * max(1, len(one | other))

    return is_cross


def _simple(shop: Shop) -> dict[str, list[Codes]]:
    """Pairs of each simple ranker, the best first."""
    learnt, total = shop.learnt, shop.learnt.shape[0]
    together = (learnt.T @ learnt).tocoo()
    least = max(_MIN_ORDERS, math.ceil(_MIN_SUPPORT * total))
    is_pair = (together.row < together.col) & (together.data >= least)
    first, second, both = (each[is_pair] for each in (together.row, together.col, together.data))
    count = np.asarray(learnt.sum(axis=0)).ravel()
    beside = _beside(learnt)
    left, right = count[first], count[second]
    filled = np.maximum(beside[first] * right, beside[second] * left) / count.sum()
    scores = {
        "count": both,
        "confidence": both / np.minimum(left, right),
        "lift": both * total / (left * right),
        "cosine": both / np.sqrt(left * right),
        "g_test": _g_test(both, left, right, total),
        "leverage": both - filled,
    }
    pairs = np.column_stack([first, second]).astype(np.int64)
    return {
        name: list(pairs[np.lexsort((second, first, -score))]) for name, score in scores.items()
    }


def _beside(orders: Any) -> Floats:  # noqa: ANN401 SciPy has no types
    """Per SKU the other lines of its orders, added up."""
    return np.asarray(orders.T @ (np.asarray(orders.sum(axis=1)).ravel() - 1)).ravel()


def _g_test(both: Floats, left: Floats, right: Floats, total: int) -> Floats:
    cells = (
        (both, left * right),
        (left - both, left * (total - right)),
        (right - both, (total - left) * right),
        (total - left - right + both, (total - left) * (total - right)),
    )
    parts = [special.xlogy(seen, seen * total / np.maximum(free, 1e-300)) for seen, free in cells]
    return np.where(both * total > left * right, 2.0, -2.0) * sum(parts)


def _first(pairs: list[Codes], keep: Callable[[Codes], bool] | None, per_sku: int) -> list[Codes]:
    """The first bundles that are kept, with at most so many of one SKU."""
    used: dict[int, int] = {}
    chosen: list[Codes] = []
    for pair in pairs:
        if len(chosen) == _BUNDLES:
            break
        if (keep is None or keep(pair)) and all(used.get(sku, 0) < per_sku for sku in pair):
            chosen.append(pair)
            for sku in pair:
                used[sku] = used.get(sku, 0) + 1
    return chosen


def _tried(shop: Shop, bundles: list[Codes]) -> Verdict:
    whole, expected = _held(shop, bundles)
    size = np.asarray(shop.tried.sum(axis=1)).ravel()
    covered = np.zeros(size.size, np.bool_)
    for orders in whole:
        covered[orders] = True
    again = (_tails(whole, expected) < _LEVEL / max(len(bundles), 1)).mean() if bundles else 0.0
    several = int((size > 1).sum())
    return Verdict(len(bundles), float(again), covered.sum() / max(several, 1))


def _tails(whole: list[Codes], expected: Floats) -> Floats:
    return upper_tail(np.array([orders.size for orders in whole], np.int64), expected)


def _held(shop: Shop, bundles: list[Codes]) -> tuple[list[Codes], Floats]:
    """Held-out orders that hold each bundle, and how many would by chance."""
    orders = shop.tried.tocsc()
    size = np.asarray(shop.tried.sum(axis=1)).ravel()
    count, line_count = np.asarray(shop.tried.sum(axis=0)).ravel(), size.sum()
    expected = np.zeros(len(bundles))
    whole: list[Codes] = []
    for number, bundle in enumerate(bundles):
        holding = [orders.indices[orders.indptr[sku] : orders.indptr[sku + 1]] for sku in bundle]
        whole.append(_shared(holding))
        for last, sku in enumerate(bundle):
            rest = _shared([held for place, held in enumerate(holding) if place != last])
            room = np.maximum(size[rest] - (len(bundle) - 1), 0).sum()
            expected[number] = max(expected[number], count[sku] / line_count * room)
    return whole, expected


def _shared(holding: list[Codes]) -> Codes:
    shared = holding[0]
    for held in holding[1:]:
        shared = np.intersect1d(shared, held, assume_unique=True)
    return shared


if __name__ == "__main__":
    typer.run(measure)
