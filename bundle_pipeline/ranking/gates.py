"""Gates: facts about a bundle alone that keep it from being offered."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.money import formatted
from bundle_pipeline.ranking.params import RankingParams

# Of the others, volume has one item, a reward may be more of the same, and flavours are options.
_OF_DIFFERENT_PRODUCTS = ("FBT", "FIXED")
# Their offer is the discount; the others also show what goes together.
_ABOUT_THE_DISCOUNT = ("VOLUME", "BXGY", "MIX_MATCH")


@dataclass(frozen=True)
class Gate:
    """One reason to drop a bundle."""

    code: str
    """Of this gate alone."""
    fails: pl.Expr
    """Whether the bundle is dropped; null counts as no."""
    detail: pl.Expr
    """The numbers behind it, where it is dropped: never null there."""


def with_failed_gate(priced: pl.DataFrame, params: RankingParams) -> pl.DataFrame:
    """Add ``code`` and ``detail`` of the first gate that a bundle fails; null where it passes all.

    Args:
        priced: ``PricedBundles`` with ``duplicate_items`` and ``substitute_items``.
        params: Settings of the gates.
    """
    gates = _gates(params)
    codes = [pl.when(gate.fails).then(pl.lit(gate.code)) for gate in gates]
    gated = priced.with_columns(code=pl.coalesce(codes))
    # Most gates drop nothing, and wording costs more than looking.
    found = set(gated.get_column("code").to_list())
    details = [
        pl.when(pl.col("code") == gate.code).then(gate.detail)
        for gate in gates
        if gate.code in found
    ]
    return gated.with_columns(detail=pl.coalesce(*details, pl.lit(None, pl.String)))


def _gates(params: RankingParams) -> list[Gate]:
    """Gates in the order of ``DROP_CODES``: what can't be sold before what shouldn't."""
    return [
        _unresolved_item(),
        _no_price(),
        _not_for_sale(),
        _same_product(),
        _duplicate_products(is_asked=params.drop_duplicate_products),
        _substitutes(is_asked=params.drop_substitutes),
        _out_of_stock(),
        _below_floor(),
        _no_offer(),
        _loses_margin(),
        _few_customers(params.min_customer_count),
        _faded(drop_faded=params.drop_faded),
    ]


def _unresolved_item() -> Gate:
    item = pl.element().struct
    is_unresolved = item.field("unit_price_minor").is_null() | item.field("title").is_null()
    unresolved = pl.col("items").list.eval(item.field("variant_id").filter(is_unresolved))
    return Gate(
        "UNRESOLVED_ITEM",
        unresolved.list.len() > 0,
        pl.format("no price or no title is known of {}", unresolved.list.join(", ")),
    )


def _no_price() -> Gate:
    return Gate(
        "NO_PRICE",
        pl.col("pricing").is_null(),
        pl.format("no rule prices bundles of kind {} with {} backing", "kind", "backing"),
    )


def _not_for_sale() -> Gate:
    return Gate(
        "NOT_FOR_SALE",
        ~pl.col("is_on_sale"),
        pl.lit("a product in it is not active in the catalog"),
    )


def _same_product() -> Gate:
    product_id = pl.element().struct.field("product_id")
    repeated = pl.col("items").list.eval(product_id.filter(product_id.is_duplicated()).unique())
    named = repeated.list.drop_nulls().list.sort()
    return Gate(
        "SAME_PRODUCT",
        pl.col("kind").is_in(_OF_DIFFERENT_PRODUCTS) & (named.list.len() > 0),
        pl.format("several variants of product {}", named.list.join(", ")),
    )


def _duplicate_products(*, is_asked: bool) -> Gate:
    return Gate(
        "DUPLICATE_PRODUCTS",
        ~_is_pick() & pl.col("duplicate_items").is_not_null() & is_asked,
        pl.format("one product listed twice: {}", "duplicate_items"),
    )


def _substitutes(*, is_asked: bool) -> Gate:
    return Gate(
        "SUBSTITUTES",
        ~_is_pick() & pl.col("substitute_items").is_not_null() & is_asked,
        pl.format("bought one instead of the other: {}", "substitute_items"),
    )


def _is_pick() -> pl.Expr:
    """Whether the buyer picks: then products that are alike are what it takes."""
    return pl.col("kind") == "MIX_MATCH"


def _out_of_stock() -> Gate:
    stock = pl.col("stock").struct
    return Gate(
        "OUT_OF_STOCK",
        stock.field("feasible_quantity") == 0,
        pl.format(
            "stock for 0 bundles, limited by variant {}",
            stock.field("limited_by").fill_null("(not stated)"),
        ),
    )


def _below_floor() -> Gate:
    pricing = pl.col("pricing").struct
    price, floor = pricing.field("bundle_price_minor"), pricing.field("floor_minor")
    currency = pl.col("currency")
    return Gate(
        "BELOW_FLOOR",
        price < floor,
        pl.format(
            "price {} is below the floor of {} ({})",
            formatted(price, currency),
            formatted(floor, currency),
            pricing.field("floor_reason"),
        ),
    )


def _no_offer() -> Gate:
    pricing = pl.col("pricing").struct
    tier_rates = pricing.field("tiers").list.eval(pl.element().struct.field("discount_rate"))
    deepest = pl.max_horizontal(pricing.field("discount_rate"), tier_rates.list.max())
    return Gate(
        "NO_OFFER",
        pl.col("kind").is_in(_ABOUT_THE_DISCOUNT) & (deepest == 0),
        pl.format("a bundle of kind {} at 0 % off offers nothing", "kind"),
    )


def _loses_margin() -> Gate:
    margin = pl.col("pricing").struct.field("incremental_margin_minor")
    return Gate(
        "LOSES_MARGIN",
        (pl.col("backing") != "proven") & (margin < 0),
        pl.format(
            "expected to earn {}, and its own orders don't show it ({})",
            formatted(margin, pl.col("currency")),
            "backing",
        ),
    )


def _few_customers(min_customer_count: int) -> Gate:
    customer_count = pl.coalesce(
        pl.col(column).struct.field("customer_count") for column in ("evidence", "uptake")
    )
    return Gate(
        "FEW_CUSTOMERS",
        customer_count < min_customer_count,
        pl.format(f"distinct customers: {{}} of at least {min_customer_count}", customer_count),
    )


def _faded(*, drop_faded: bool) -> Gate:
    evidence = pl.col("evidence").struct
    return Gate(
        "FADED",
        (evidence.field("held_out") == "faded") & drop_faded,
        pl.format(
            "not seen again in the newest orders, which would have shown it with a chance of {} %",
            (evidence.field("held_out_power") * 100).round(1),
        ),
    )
