"""Order lines made ready for all features: numbered, dated back from as_of, in one currency."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import polars as pl

from bundle_pipeline.features.refunds import with_refunds
from bundle_pipeline.products.item_facts import item_facts, shop_currency

logger = logging.getLogger(__name__)

# Stands before the id of a variant whose product nothing states; it stays apart from every product.
ORPHAN = "variant:"

_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Sales:
    """A shop's sales with what is known of its products."""

    as_of: datetime | None
    """The data clock: the newest order; None without orders."""
    history_days: float
    """From the first order to as_of."""
    currency: str | None
    """What money is added up in: the currency of most variants, else of the catalog, else of the
    orders."""
    orders: pl.DataFrame
    """``order`` (its number), ``order_id``, ``customer`` (its number, null: unknown),
    ``ordered_at``, ``age_days`` (whole days before as_of) and ``order_refunded_minor``."""
    products: pl.DataFrame
    """``product`` (its number), ``product_id``: every product of the files and the lines."""
    facts: pl.DataFrame
    """One row per variant of the files and the lines: ``item_facts`` with ``variant`` (its number),
    ``product`` and a ``product_id`` that is never null."""
    customers: pl.Series
    """Customer keys, sorted; a customer's number is its position."""
    lines: pl.DataFrame
    """One row per order line of a known product: the numbers ``order``, ``customer`` (null:
    unknown), ``product`` and ``variant`` (null: not resolved); ``ordered_at``, ``age_days`` (whole
    days before as_of), ``quantity``, ``is_discounted``, ``is_bundle_component``; and, null in
    another currency than the shop's, ``gross_minor`` (list value), ``net_minor`` (paid),
    ``refunded_minor`` (null too where the order states none) and ``cost_minor`` (null too where the
    cost isn't known)."""
    left_out_line_count: int
    """Lines that state neither a variant nor a product."""
    other_currency_line_count: int
    """Lines that add no money."""


def data_clock(orders: pl.DataFrame) -> datetime | None:
    """``as_of``: the shop's newest order; None without orders."""
    return cast("datetime | None", orders.get_column("ordered_at").max())


def gathered_sales(
    *,
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
) -> Sales:
    """Put what the shop sold beside what it says of its products.

    A variant's product is what variants or catalog say, else what its lines state (the smallest id
    where they disagree), else the variant stands for it (``variant:<id>``). A line whose variant
    isn't resolved counts for the product that it states; a line that states neither is left out and
    counted.

    Args:
        orders: ``Orders``.
        order_lines: ``OrderLines``, not read yet: there may be more of them than fit into memory.
            Lines of other orders are left out.
        variants: ``Variants``.
        catalog: ``Catalog``.
        inventory: ``Inventory``.
    """
    as_of = data_clock(orders)
    first = cast("datetime | None", orders.get_column("ordered_at").min())
    currency = shop_currency(variants, catalog, orders)
    customers = orders.get_column("customer_key").drop_nulls().unique().sort()
    of_orders = order_lines.join(orders.lazy(), on="order_id", how="semi")
    facts = _variant_facts(order_lines, variants, catalog, inventory, currency)
    ids = pl.concat([facts.get_column("product_id"), _products_without_variant(of_orders)])
    products = ids.unique().sort().to_frame("product_id").with_row_index("product")
    facts = facts.join(products, on="product_id", validate="m:1")
    numbered = _numbered_orders(orders, customers)
    sold = _sold_lines(numbered, order_lines, facts, products, currency)
    kept = sold.drop_nulls("product")
    sales = Sales(
        as_of=as_of,
        history_days=(as_of - first).total_seconds() / _DAY_SECONDS if as_of and first else 0.0,
        currency=currency,
        orders=numbered,
        products=products,
        facts=facts,
        customers=customers,
        lines=kept.drop("line_number", "order_refunded_minor"),
        left_out_line_count=sold.height - kept.height,
        other_currency_line_count=kept.get_column("net_minor").null_count(),
    )
    line_count = int(order_lines.select(pl.len()).collect().item())
    logger.info(
        "features: %d order lines in, %d of other orders, %d without a product, %d in another "
        "currency; %d products, %d customers",
        line_count,
        line_count - sold.height,
        sales.left_out_line_count,
        sales.other_currency_line_count,
        products.height,
        customers.len(),
    )
    return sales


def _variant_facts(
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    currency: str | None,
) -> pl.DataFrame:
    """Facts of every variant, numbered by id."""
    as_sold = (
        order_lines.drop_nulls("variant_id")
        .group_by("variant_id")
        .agg(
            stated_product_id=pl.col("product_id").min(),
            stated_title=pl.col("title").min(),
            sold_price_minor=_lower_median(
                pl.col("unit_price_minor").filter(pl.col("currency") == pl.lit(currency, pl.String))
            ),
        )
        .collect(engine="streaming")
    )
    columns = [frame.get_column("variant_id") for frame in (variants, catalog, as_sold)]
    ids = pl.concat(columns).unique().sort()
    facts = item_facts(
        ids, variants=variants, catalog=catalog, inventory=inventory, currency=currency
    )
    return (
        facts.join(as_sold, on="variant_id", how="left", validate="1:1")
        .with_columns(
            product_id=pl.coalesce(
                "product_id", "stated_product_id", pl.format(ORPHAN + "{}", "variant_id")
            ),
            title=pl.coalesce("title", "stated_title"),
        )
        .sort("variant_id")
        .with_row_index("variant")
    )


def _numbered_orders(orders: pl.DataFrame, customers: pl.Series) -> pl.DataFrame:
    numbers = customers.to_frame("customer_key").with_row_index("customer")
    age = pl.col("ordered_at").max() - pl.col("ordered_at")
    return (
        orders.join(numbers, on="customer_key", how="left", validate="m:1")
        .sort("order_id")
        .with_row_index("order")
        .select(
            "order",
            "order_id",
            "customer",
            "ordered_at",
            age_days=age.dt.total_days().cast(pl.Int32),
            order_refunded_minor="refunded_minor",
        )
    )


def _products_without_variant(order_lines: pl.LazyFrame) -> pl.Series:
    """Products that lines state which state no variant; each once."""
    return (
        order_lines.filter(pl.col("variant_id").is_null())
        .select(pl.col("product_id").drop_nulls().unique())
        .collect(engine="streaming")
        .to_series()
    )


def _sold_lines(
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    facts: pl.DataFrame,
    products: pl.DataFrame,
    currency: str | None,
) -> pl.DataFrame:
    """Lines by ``order`` and ``line_number``: numbers in place of texts, which take most room."""
    of_variants = facts.lazy().select(
        "variant", "variant_id", "unit_cost_minor", product_of_variant="product"
    )
    in_currency = pl.col("currency") == pl.lit(currency, pl.String)
    gross = pl.col("quantity") * pl.col("unit_price_minor")
    # A discount above the list value would be money given away with the goods.
    off = pl.min_horizontal("line_discount_minor", gross)
    # Whether keys stand once isn't asked: they are numbered here, and asking reads all lines first.
    return (
        order_lines.join(orders.lazy(), on="order_id")
        .join(of_variants, on="variant_id", how="left")
        .join(products.lazy(), on="product_id", how="left")
        .select(
            *("order", "line_number", "customer", "variant", "ordered_at", "age_days"),
            *("quantity", "is_bundle_component", "order_refunded_minor"),
            product=pl.coalesce("product_of_variant", "product"),
            is_discounted=off > 0,
            gross_minor=pl.when(in_currency).then(gross),
            net_minor=pl.when(in_currency).then(gross - off),
            cost_minor=pl.when(in_currency).then(pl.col("quantity") * pl.col("unit_cost_minor")),
        )
        .collect(engine="streaming")
        .sort("order", "line_number")
        .pipe(with_refunds)
    )


def _lower_median(amounts: pl.Expr) -> pl.Expr:
    return amounts.quantile(0.5, interpolation="lower").cast(pl.Int64)
