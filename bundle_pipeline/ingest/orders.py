"""Orders and their lines, from judged rows: facts of the whole order, exclusions, frames."""

import logging
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.customers import customer_keys
from bundle_pipeline.ingest.identity import Identities, with_identity
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
    customers: pl.Series,
    customer_key: bytes,
) -> LoadedOrders:
    """Convert order rows, one per line of an order.

    Args:
        rows: Staged text with :func:`with_order_ids`, earliest first.
        params: Which orders and lines are left out.
        currency: The shop's currency, for orders that state none.
        known: What the shop's variants go by.
        customers: Identities that ``_customer`` of the rows points to.
        customer_key: The secret that they are hashed with.
    """
    judged = judged_rows(rows, currency=currency).with_columns(
        financial_status=word(pl.col("financial_status")),
        fulfillment_status=word(pl.col("fulfillment_status")),
    )
    facts = _order_facts(judged.filter(is_undecided()))
    lines = (
        judged.drop(facts.drop("order_id").columns, strict=False)
        .join(facts, on="order_id", how="left", validate="m:1", maintain_order="left")
        .pipe(quarantined, [Rule("ordered_at_missing", pl.col("ordered_at").is_null())])
        .pipe(with_identity, known)
        .pipe(excluded, _exclusions(params))
    )
    loaded = lines.filter(is_undecided())
    logger.info("orders: %d rows in, %d loaded", rows.height, loaded.height)
    return LoadedOrders(
        orders=_orders(loaded, customers, customer_key),
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
    )
    return by_precedence.group_by("order_id").agg(
        *(pl.col(name).first(ignore_nulls=True) for name in names),
        _is_returned=is_true(pl.col("returned")).any(),
    )


def _exclusions(params: IngestParams) -> list[Rule]:
    status, product = pl.col("financial_status"), pl.col("_product_status")
    switched = [
        (params.exclude_voided_orders, Rule("voided_order", status == "voided")),
        (params.exclude_refunded_orders, Rule("refunded_order", status == "refunded")),
        (params.exclude_returned_orders, Rule("returned_order", pl.col("_is_returned"))),
        (params.exclude_gift_cards, Rule("gift_card", is_true(pl.col("is_gift_card")))),
        (params.exclude_draft_products, Rule("draft_product", product == "draft")),
        (params.exclude_archived_products, Rule("archived_product", product == "archived")),
    ]
    # Not to be switched off: a line of no units, or of returned ones, is no sale.
    always = Rule("non_positive_quantity", pl.col("quantity") <= 0)
    return [*(rule for is_on, rule in switched if is_on), always]


def _orders(rows: pl.DataFrame, customers: pl.Series, customer_key: bytes) -> dy.DataFrame[Orders]:
    keys = customer_keys(customers, customer_key).to_frame().with_row_index("_customer")
    orders = (
        rows.unique("order_id")
        .join(
            keys.with_columns(pl.col("_customer").cast(pl.Int64)),
            on="_customer",
            how="left",
            validate="m:1",
        )
        .sort("order_id")
    )
    return declared(Orders, orders)


def _order_lines(rows: pl.DataFrame) -> dy.DataFrame[OrderLines]:
    lines = rows.with_columns(
        line_number=pl.int_range(1, pl.len() + 1).over("order_id"),
        line_id="line_item_id",
        title=pl.coalesce("product_title", stated(pl.col("line_item_name"))),
    )
    counted = lines.get_column("resolved_by").value_counts(sort=True)
    logger.info("order_lines: %d rows, resolved by %s", lines.height, dict(counted.rows()))
    return declared(OrderLines, lines.sort("order_id", "line_number"))
