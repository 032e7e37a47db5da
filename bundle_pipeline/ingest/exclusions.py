"""Orders and lines that are left out though nothing is wrong with them: a rule and switch each."""

import polars as pl

from bundle_pipeline.ingest.non_products import GIFT_CARD, OWN_PATTERN, non_product_patterns
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.values import is_true

_TEST_GATEWAY = "(?i)bogus gateway"
# Never paid: the payment failed or its time ran out.
_FAILED = ("failed", "expired")
_UNPAID = ("pending", "authorized")
_FULFILLED = ("fulfilled", "partial", "partially_fulfilled")


def is_test(test: pl.Expr, payment_method: pl.Expr) -> pl.Expr:
    """Whether a row says that its order is a test: by its mark or by the test gateway."""
    return is_true(test) | payment_method.str.contains(_TEST_GATEWAY).fill_null(value=False)


def exclusion_rules(params: IngestParams) -> list[Rule]:
    """Rules on rows with the facts of their order; the first that applies gives the reason."""
    status, non_product = pl.col("financial_status"), pl.col("_non_product")
    product = pl.col("_product_status")
    is_fulfilled = pl.col("fulfillment_status").is_in(_FULFILLED).fill_null(value=False)
    is_cancelled = pl.col("_cancelled_at").is_not_null() | (status == "cancelled").fill_null(
        value=False
    )
    is_gift_card = is_true(pl.col("is_gift_card")) | (non_product == GIFT_CARD).fill_null(
        value=False
    )
    names = [name for name in (*non_product_patterns(), OWN_PATTERN) if name != GIFT_CARD]
    switched = [
        (params.exclude_test_orders, Rule("test_order", pl.col("_is_test"))),
        (params.exclude_cancelled_orders, Rule("cancelled_order", is_cancelled)),
        (params.exclude_voided_orders, Rule("voided_order", status == "voided")),
        (params.exclude_failed_orders, Rule("failed_order", status.is_in(_FAILED) & ~is_fulfilled)),
        (params.exclude_refunded_orders, Rule("refunded_order", status == "refunded")),
        (params.exclude_returned_orders, Rule("returned_order", pl.col("_is_returned"))),
        (
            params.exclude_pending_orders,
            Rule("pending_order", status.is_in(_UNPAID) & ~is_fulfilled),
        ),
        (params.exclude_draft_products, Rule("draft_product", product == "draft")),
        (params.exclude_archived_products, Rule("archived_product", product == "archived")),
        (params.exclude_gift_cards, Rule(GIFT_CARD, is_gift_card)),
        *((params.exclude_non_products, Rule(name, non_product == name)) for name in names),
        (
            params.exclude_free_lines,
            Rule("free_line", pl.col("_is_free") & ~pl.col("is_bundle_component")),
        ),
    ]
    # Not to be switched off: a line of no units, or of returned ones, is no sale.
    always = Rule("non_positive_quantity", pl.col("quantity") <= 0)
    return [*(rule for is_on, rule in switched if is_on), always]
