"""Lines that sell no product: told by name or SKU, and suggested from how they sell."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import chain

import polars as pl
import yaml
from pydantic import TypeAdapter

from bundle_pipeline.ingest.line_totals import LineTotals

GIFT_CARD = "gift_card"
# The reason of lines that a shop's own patterns tell.
OWN_PATTERN = "non_product"

NAMES = ("line_item_name", "product_title", "sku")

# An item of fewer orders than this share can't dominate what goes together.
_MIN_ORDER_RATE = 0.05
_MIN_ORDER_COUNT = 5
_MOST = 0.5
# Of the shop's median unit price: protection, wrapping and tips cost a few per cent of an order.
_NEAR_ZERO_RATE = 0.05

SUGGESTED_SCHEMA = {
    "item": pl.String,
    "title": pl.String,
    "order_count": pl.Int64,
    "order_rate": pl.Float64,
    "reasons": pl.List(pl.String),
}


@cache
def non_product_patterns() -> Mapping[str, tuple[str, ...]]:
    """Regular expressions by rule."""
    source = resources.files("bundle_pipeline.ingest").joinpath("non_product_lines.yaml")
    table = TypeAdapter(dict[str, tuple[str, ...]])
    return table.validate_python(yaml.load(source.read_text("utf-8"), yaml.CSafeLoader))


def tells_non_product(name: pl.Expr, own_patterns: Sequence[str]) -> pl.Expr:
    """Whether an item's name or SKU tells that it is no product; null where there is none.

    Args:
        name: Names of items.
        own_patterns: The shop's own regular expressions.
    """
    patterns = chain.from_iterable(non_product_patterns().values())
    return name.str.contains(_any_of([*patterns, *own_patterns]))


def with_non_products(rows: pl.DataFrame, own_patterns: Sequence[str]) -> pl.DataFrame:
    """Add ``_non_product``: the rule that tells a line as no product, null for most.

    Args:
        rows: Rows with the item's names as text.
        own_patterns: The shop's own regular expressions.
    """
    rules = {**non_product_patterns(), **({OWN_PATTERN: own_patterns} if own_patterns else {})}
    told = (
        pl.when(
            pl.any_horizontal(pl.col(NAMES).str.contains(_any_of(patterns)).fill_null(value=False))
        ).then(pl.lit(rule))
        for rule, patterns in rules.items()
    )
    # Each item once: a shop has a thousand times as many lines.
    items = rows.select(NAMES).unique().with_columns(_non_product=pl.coalesce(*told))
    if not items.get_column("_non_product").count():
        return rows.with_columns(_non_product=pl.lit(None, dtype=pl.String))
    return rows.join(
        items, on=NAMES, how="left", nulls_equal=True, validate="m:1", maintain_order="left"
    )


def suggested_non_products(
    order_lines: pl.LazyFrame, totals: LineTotals, *, order_count: int
) -> pl.DataFrame:
    """Items that sell as if they were no product, for a person to judge; nothing is left out.

    Suggested are items of at least 5 % of the orders that cost next to nothing (at least half of
    their lines at most 5 % of the median unit price of the currency's lines) or need no shipping
    where most lines do.

    Args:
        order_lines: ``OrderLines``; looked at only for items that the totals don't rule out.
        totals: What they add up to.
        order_count: Orders of the shop.

    Returns:
        ``item`` (variant id, SKU or title), ``title``, ``order_count``, ``order_rate`` and
        ``reasons``: ``price_near_zero``, ``needs_no_shipping``. The most frequent first.
    """
    enough = max(_MIN_ORDER_COUNT, _MIN_ORDER_RATE * order_count)
    most_need_shipping = _total(totals.items, "shipped_count") > _MOST * totals.line_count
    near_zero = _usual_prices(totals.prices).select(
        "currency", _near_zero_minor=pl.col("usual_price_minor") * _NEAR_ZERO_RATE
    )
    may_be_one = (pl.col("price_bound_minor") <= pl.col("_near_zero_minor")).any() | (
        (pl.col("shipped_count").sum() == 0) & pl.lit(value=most_need_shipping)
    )
    asked = (
        totals.items.drop_nulls("item")
        .join(near_zero, on="currency", validate="m:1")
        .group_by("item")
        .agg(may_be_one=may_be_one, line_count=pl.col("line_count").sum())
        .filter("may_be_one", pl.col("line_count") >= enough)
        .get_column("item")
    )
    if asked.is_empty():
        return pl.DataFrame(schema=SUGGESTED_SCHEMA)
    is_near_zero = pl.col("unit_price_minor") <= pl.col("_near_zero_minor")
    needs_none = ~pl.col("requires_shipping").fill_null(value=True).any()
    reasons = pl.concat_list(
        pl.when(is_near_zero.mean() >= _MOST).then(pl.lit("price_near_zero")),
        pl.when(needs_none & pl.lit(value=most_need_shipping)).then(pl.lit("needs_no_shipping")),
    ).list.drop_nulls()
    suggested = (
        order_lines.with_columns(item=pl.coalesce("variant_id", "sku", "title"))
        .filter(pl.col("item").is_in(asked.implode()))
        .join(near_zero.lazy(), on="currency", validate="m:1")
        .group_by("item")
        .agg(
            title=pl.col("title").drop_nulls().sort().first(),
            order_count=pl.col("order_id").n_unique().cast(pl.Int64),
            reasons=reasons,
        )
        .with_columns(order_rate=pl.col("order_count") / order_count)
        .filter(pl.col("order_count") >= enough, pl.col("reasons").list.len() > 0)
        .select(list(SUGGESTED_SCHEMA))
        .sort(["order_count", "item"], descending=[True, False])
    )
    return suggested.collect(engine="streaming")


def _usual_prices(prices: pl.DataFrame) -> pl.DataFrame:
    """``currency`` and ``usual_price_minor``: the median unit price of its lines."""
    up_to = pl.col("line_count").cum_sum().over("currency", order_by="unit_price_minor")
    total = pl.col("line_count").sum().over("currency")
    # The one or two lines in the middle.
    is_middle = (2 * up_to >= total) & (2 * (up_to - pl.col("line_count")) <= total)
    return (
        prices.filter(is_middle)
        .group_by("currency")
        .agg(usual_price_minor=pl.col("unit_price_minor").mean())
    )


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame.get_column(column).sum())


def _any_of(patterns: Sequence[str]) -> str:
    return "(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns)
