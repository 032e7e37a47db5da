"""Orders and their lines, from judged rows: facts of the whole order, exclusions, frames."""

import logging
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.bundle_components import with_bundle_components
from bundle_pipeline.ingest.exclusions import exclusion_rules, is_test
from bundle_pipeline.ingest.identity import Identities, with_identity
from bundle_pipeline.ingest.non_products import with_non_products
from bundle_pipeline.ingest.order_discounts import with_allocated_discounts
from bundle_pipeline.ingest.order_rows import judged_rows
from bundle_pipeline.ingest.outcomes import (
    Rule,
    excluded,
    is_undecided,
    quarantined,
    verdicts,
)
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.values import is_true, stated, word
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.orders import OrderLines, Orders

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedOrders:
    """Orders, their lines, and what became of each row (:func:`verdicts`)."""

    orders: dy.DataFrame[Orders]
    order_lines: dy.DataFrame[OrderLines]
    verdicts: pl.DataFrame


def load_orders(
    rows: pl.DataFrame,
    params: IngestParams,
    *,
    currency: str,
    known: Identities,
) -> LoadedOrders:
    """Convert order rows, one per line of an order.

    Args:
        rows: Staged text with :func:`with_order_ids`, earliest first; ``_customer`` is a hash.
        params: Which orders and lines are left out.
        currency: The shop's currency, for orders that state none.
        known: What the shop's variants go by.
    """
    judged = judged_rows(rows, currency=currency).with_columns(
        financial_status=word(pl.col("financial_status")),
        fulfillment_status=word(pl.col("fulfillment_status")),
        discount_codes=stated(pl.col("discount_code")),
        _cancelled_at=stated(pl.col("cancelled_at")),
    )
    facts = _order_facts(judged.filter(is_undecided()))
    lines = (
        judged.drop(facts.drop("order_id").columns, strict=False)
        .join(facts, on="order_id", how="left", validate="m:1", maintain_order="left")
        .pipe(quarantined, _missing_facts())
        .pipe(with_identity, known)
        .pipe(with_allocated_discounts)
        .pipe(with_bundle_components)
        .pipe(with_non_products, params.non_product_patterns)
        .pipe(excluded, exclusion_rules(params))
    )
    loaded = lines.filter(is_undecided())
    partly = (facts.get_column("financial_status") == "partially_refunded").sum()
    logger.info(
        "orders: %d rows in, %d loaded; %d of %d orders are refunded in part",
        rows.height,
        loaded.height,
        partly,
        facts.height,
    )
    return LoadedOrders(
        orders=_orders(loaded),
        order_lines=_order_lines(loaded),
        verdicts=verdicts(lines, "orders"),
    )


def _order_facts(rows: pl.DataFrame) -> pl.DataFrame:
    """What is true of a whole order: the first stated value of the latest file that has one.

    Exports state these on each row or on the order's first row only; a later export corrects an
    earlier one.
    """
    by_precedence = rows.sort("_path", "_line_number", descending=[True, False])
    names = (
        "ordered_at",
        "currency",
        "order_name",
        "_customer",
        "financial_status",
        "fulfillment_status",
        "total_minor",
        "refunded_minor",
        "payment_method",
        "source",
        "discount_codes",
        "_cancelled_at",
        "_order_discount_minor",
        "_subtotal_minor",
    )
    return by_precedence.group_by("order_id").agg(
        *(pl.col(name).first(ignore_nulls=True) for name in names),
        _is_returned=is_true(pl.col("returned")).any(),
        _is_test=is_test(pl.col("test"), pl.col("payment_method")).any(),
        _has_facts=(pl.col("has_order_facts") != "false").fill_null(value=True).any(),
    )


def _missing_facts() -> list[Rule]:
    """Rows whose order can't be judged: without its first row nobody knows if it was cancelled."""
    return [
        Rule("order_head_missing", ~pl.col("_has_facts")),
        Rule("ordered_at_missing", pl.col("ordered_at").is_null()),
    ]


def _orders(rows: pl.DataFrame) -> dy.DataFrame[Orders]:
    orders = rows.unique("order_id").with_columns(customer_key="_customer").sort("order_id")
    return declared(Orders, orders)


def _order_lines(rows: pl.DataFrame) -> dy.DataFrame[OrderLines]:
    lines = rows.with_columns(
        line_number=pl.int_range(1, pl.len() + 1).over("order_id"),
        line_id="line_item_id",
        requires_shipping=flag(pl.col("requires_shipping")),
        title=pl.coalesce("product_title", stated(pl.col("line_item_name"))),
    )
    counted = lines.get_column("resolved_by").value_counts(sort=True)
    logger.info("order_lines: %d rows, resolved by %s", lines.height, dict(counted.rows()))
    return declared(OrderLines, lines.sort("order_id", "line_number"))


def flag(text: pl.Expr) -> pl.Expr:
    """True, false, or null where it isn't stated."""
    return pl.when(stated(text).is_not_null()).then(is_true(text))
