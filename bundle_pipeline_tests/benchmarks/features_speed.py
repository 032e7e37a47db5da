"""What features cost: a generated shop of a million order lines, and how cost grows with lines.

``python -m bundle_pipeline_tests.benchmarks.features_speed [--lines 250000 --lines 1000000 ...]``
makes shops in memory (8 lines an order, popularity falling as in real shops, known customers,
discounts, refunds, catalog, stock, and a rule for each of 20,000 pairs), measures the four frames
and prints seconds of wall clock and of CPU, each the best of three, and the exponent of CPU time
over lines: 1 is linear. CPU seconds hold on a busy machine, wall clock doesn't.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import numpy as np
import polars as pl
import typer

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.features.categories import category_features
from bundle_pipeline.features.customers import customer_features
from bundle_pipeline.features.pairs import pair_features
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.products import product_features
from bundle_pipeline.features.sales import Sales, gathered_sales
from bundle_pipeline.schemas.base import FrameT
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.mining import PairRules
from bundle_pipeline.schemas.orders import OrderLines, Orders

_SIZES = [250_000, 500_000, 1_000_000, 2_000_000]
_LINES_PER_ORDER = 8
_VARIANTS = 20_000
_VARIANTS_PER_PRODUCT = 3
_PAIRS = 20_000
_DAYS = 730
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_RUNS = 3


@dataclass(frozen=True)
class _Shop:
    files: dict[str, pl.DataFrame]
    baskets: EncodedBaskets
    pair_rules: pl.DataFrame


def measure(
    lines: Annotated[list[int] | None, typer.Option(help="Order lines; may be repeated.")] = None,
) -> None:
    """Measure features of generated shops and print what they cost."""
    sizes = lines or _SIZES
    cpu = [_report(size) for size in sizes]
    if len(sizes) > 1:
        slope = np.polyfit(np.log(sizes), np.log(cpu), 1)[0]
        typer.echo(f"CPU time grows with lines to the power of {slope:.2f}")


def _report(line_count: int) -> float:
    shop = _generated(line_count)
    runs = [_timed(shop) for _ in range(_RUNS)]
    best = min(runs, key=lambda steps: sum(cpu for _, cpu in steps.values()))
    wall, cpu = (sum(step[i] for step in best.values()) for i in (0, 1))
    steps = ", ".join(f"{name} {wall:.2f}/{cpu:.2f}" for name, (wall, cpu) in best.items())
    actual = shop.files["order_lines"].height
    typer.echo(f"{actual:>9,} lines: {wall:.2f} s wall, {cpu:.2f} s CPU ({steps})")
    return cpu


def _timed(shop: _Shop) -> dict[str, tuple[float, float]]:
    params = FeatureParams()
    steps: dict[str, tuple[float, float]] = {}

    def step(name: str, make: Callable[[], FrameT | Sales | pl.DataFrame]) -> object:
        wall, cpu = time.perf_counter(), time.process_time()
        made = make()
        steps[name] = (time.perf_counter() - wall, time.process_time() - cpu)
        return made

    files = dict(shop.files)
    order_lines = files.pop("order_lines").lazy()
    sales = step("sales", lambda: gathered_sales(order_lines=order_lines, **files))
    assert isinstance(sales, Sales)
    products = step("products", lambda: product_features(sales, params))
    assert isinstance(products, pl.DataFrame)
    step("customers", lambda: customer_features(sales, params))
    step("categories", lambda: category_features(sales, products, params))
    step("pairs", lambda: pair_features(sales, shop.pair_rules, shop.baskets, params))
    return steps


def _generated(line_count: int) -> _Shop:
    rng = np.random.default_rng(1)
    order_count = math.ceil(line_count / _LINES_PER_ORDER)
    seconds = np.sort(rng.integers(0, _DAYS * 86_400, order_count))
    orders = _framed(
        Orders,
        pl.DataFrame({"_n": np.arange(order_count), "_s": seconds})
        .with_columns(_customer=pl.Series(rng.integers(0, order_count // 3 + 1, order_count)))
        .select(
            order_id=pl.format("450{}", pl.col("_n") + 1_000_000),
            ordered_at=pl.lit(_NOW - timedelta(days=_DAYS)) + pl.duration(seconds="_s"),
            currency=pl.lit("EUR"),
            customer_key=pl.format("customer-{}", "_customer"),
            refunded_minor=pl.when(pl.col("_n") % 20 == 0).then(500).otherwise(0).cast(pl.Int64),
        ),
    )
    weights = 1 / np.arange(1, _VARIANTS + 1) ** 0.9
    drawn = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(line_count))
    variant = np.minimum(drawn, _VARIANTS - 1)
    order = np.repeat(np.arange(order_count), _LINES_PER_ORDER)[:line_count]
    order_lines = _framed(
        OrderLines,
        pl.DataFrame({"_order": order, "_variant": variant}).select(
            order_id=pl.format("450{}", pl.col("_order") + 1_000_000),
            line_number=pl.int_range(pl.len()) % _LINES_PER_ORDER + 1,
            variant_id=_id(pl.col("_variant")),
            resolved_by=pl.lit("variant_id"),
            quantity=pl.col("_variant") % 3 + 1,
            unit_price_minor=pl.col("_variant") * 37 % 5000 + 100,
            line_discount_minor=pl.when(pl.col("_order") % 5 == 0)
            .then(50)
            .otherwise(0)
            .cast(pl.Int64),
            discount_allocated=pl.lit(value=False),
            is_bundle_component=pl.lit(value=False),
            currency=pl.lit("EUR"),
        ),
    )
    baskets = baskets_of(orders, order_lines)
    files = {"orders": orders, "order_lines": order_lines, **_products()}
    return _Shop(files, encode_baskets(baskets), _rules(baskets))


def _products() -> dict[str, pl.DataFrame]:
    numbers = pl.DataFrame({"_n": np.arange(_VARIANTS)})
    n = pl.col("_n")
    named = numbers.select(
        variant_id=_id(n),
        product_id=pl.format("product-{}", n // _VARIANTS_PER_PRODUCT),
        product_title=pl.format("Product number {}", n // _VARIANTS_PER_PRODUCT),
        product_type=pl.format("Category {}", n % 50),
        vendor=pl.format("Vendor {}", n % 20),
        inventory_item_id=pl.format("stock-{}", n),
        price_minor=n * 37 % 5000 + 100,
        unit_cost_minor=(n * 37 % 5000 + 100) // 2,
        currency=pl.lit("EUR"),
        is_current=pl.lit(value=True),
        tags=pl.lit(["gift", "winter"]),
        product_status=pl.lit("active"),
        location_id=pl.lit("main"),
        available_count=n % 100,
    )
    return {
        "variants": _framed(Variants, named),
        "catalog": _framed(Catalog, named),
        "inventory": _framed(Inventory, named),
    }


def _rules(baskets: pl.DataFrame) -> pl.DataFrame:
    """Both directions of the pairs of the first two variants of orders, most frequent first."""
    held = pl.col("variant_ids").list
    firsts = baskets.select(antecedent_id=held.first(), consequent_id=held.get(1, null_on_oob=True))
    pairs = (
        firsts.drop_nulls()
        .group_by("antecedent_id", "consequent_id")
        .agg(basket_count=pl.len().cast(pl.Int64))
        .sort("basket_count", "antecedent_id", "consequent_id", descending=[True, False, False])
        .head(_PAIRS)
    )
    back = pairs.rename({"antecedent_id": "consequent_id", "consequent_id": "antecedent_id"})
    sold = (
        baskets.select(variant_id=pl.col("variant_ids").explode())
        .group_by("variant_id")
        .agg(_sold=pl.len().cast(pl.Int64))
    )
    rules = pl.concat([pairs, back.select(pairs.columns)])
    for side in ("antecedent", "consequent"):
        counts = sold.rename({"variant_id": f"{side}_id", "_sold": f"{side}_basket_count"})
        rules = rules.join(counts, on=f"{side}_id", validate="m:1")
    confidence = pl.col("basket_count") / pl.col("antecedent_basket_count")
    return _framed(
        PairRules,
        rules.with_columns(
            confidence=confidence,
            confidence_low=0.7 * confidence,
            is_significant=pl.lit(value=True),
        ),
    )


def _id(number: pl.Expr) -> pl.Expr:
    return pl.format("4000{}", number + 10_000_000)


def _framed(schema: type[FrameT], frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of a declaration; those that features don't read are null."""
    declared: pl.Schema = schema.create_empty().schema
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in declared.items()
    )


if __name__ == "__main__":
    typer.run(measure)
