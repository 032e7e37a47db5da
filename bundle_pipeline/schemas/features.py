"""What is known of products, customers, pairs and categories, and which objectives apply.

Every time is measured back from the shop's data clock (``as_of``, its newest order). Amounts are in
the shop's currency; lines in another one count as orders and units, and add no money.
"""

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import Frame, count, minor, one_of, rate, utc_timestamp
from bundle_pipeline.schemas.bundles import OBJECTIVES

PRICE_TIERS = ("budget", "mid", "premium", "luxury")
LIFECYCLE_STAGES = ("new", "unsold", "dormant", "declining", "steady", "growing")
CUSTOMER_STAGES = ("new", "active", "lapsing", "lapsed")
PLAN_REASONS = ("switched_off", "unknown", "too_few", "out_of_season", "no_anchor")
# Five equal parts of a shop's customers: the usual scores of recency, frequency and money.
_MOST_RFM = 5
_DECEMBER = 12

_CURRENCY = "ISO 4217 code of the shop's amounts; null if no file and no order states one"


def _per_day(days: int) -> dy.Float64:
    return dy.Float64(
        min=0.0, description=f"Units a day in the last {days} days, or since launch if shorter"
    )


def _flag(description: str) -> dy.Bool:
    return dy.Bool(nullable=True, description=f"{description}; null if that can't be known")


def _rfm(description: str) -> dy.Int64:
    return dy.Int64(min=1, max=_MOST_RFM, description=f"{description} (1 to 5, 5 is best)")


def _days(description: str) -> dy.Float64:
    return dy.Float64(nullable=True, min=0.0, description=f"{description} (days)")


class ProductFeatures(Frame):
    """Products of one shop: what they earn, how fast they sell, and which flags they carry."""

    name = "product_features"
    one_row = "One product, how it sells, and what it is good for."

    product_id = dy.String(
        primary_key=True,
        description="Product; variant:<id> for a variant whose product no file and no line states",
    )
    is_product_known = dy.Bool(description="False where the variant stands for its product")
    variant_ids = dy.List(dy.String(), description="Its variants, sorted")
    title = dy.String(nullable=True, description="Title of its page, else its variants' as sold")
    product_type = dy.String(nullable=True, description="The shop's category for it")
    vendor = dy.String(nullable=True, description="Who makes it")
    currency = dy.String(nullable=True, description=_CURRENCY)
    price_minor = minor(
        nullable=True, description="Lower median list price of its variants on sale, else as sold"
    )
    unit_cost_minor = minor(nullable=True, description="Lower median cost of its variants")
    margin_rate = dy.Float64(
        nullable=True,
        max=1.0,
        description="Margin at list price as a share of it; null unless all costs are known",
    )
    price_tier = one_of(
        PRICE_TIERS,
        nullable=True,
        description="Its price among the shop's: lower quarter budget, middle half mid, upper "
        "quarter premium, and far above it luxury",
    )
    is_on_sale = dy.Bool(description="Whether a variant of it is on sale, as far as files say")
    launched_at = utc_timestamp(
        nullable=True,
        description="When it was published or created; null too where it was sold long before",
    )
    order_count = count(description="Orders with it")
    unit_count = count(description="Units sold")
    customer_count = count(nullable=True, description="Distinct known customers; null if none is")
    first_sold_at = utc_timestamp(nullable=True, description="Its first order")
    last_sold_at = utc_timestamp(nullable=True, description="Its latest order")
    days_since_last_sale = _days("From its latest order to as_of")
    revenue_minor = minor(description="Paid for it, after discounts, before refunds")
    refunded_minor = minor(
        nullable=True, description="Its share of refunds; null where no order states refunds"
    )
    margin_minor = dy.Int64(
        nullable=True,
        description="Revenue less cost of the units sold; null unless all costs are known "
        "(minor units, may be negative)",
    )
    refund_rate = rate(
        nullable=True, description="Refunded share of its revenue in orders that state refunds"
    )
    discount_rate = rate(nullable=True, description="Money off as a share of its list value")
    discounted_line_rate = rate(nullable=True, description="Share of its lines with a discount")
    discount_depth_rate = rate(
        nullable=True, description="Money off as a share of list value, of discounted lines"
    )
    units_per_day_7 = _per_day(7)
    units_per_day_30 = _per_day(30)
    units_per_day_90 = _per_day(90)
    slower_rate = rate(
        nullable=True,
        description="Share of the shop's other products that sell fewer units a day in 90 days; "
        "null in a shop with one product",
    )
    momentum = dy.Float64(
        nullable=True,
        min=0.0,
        description="Its share of the shop's orders in the last 28 days over that in the last 84, "
        "shrunk towards 1; null without an order in 84 days",
    )
    expected_interval_days = _days("Usual time between its orders, its own shrunk to the shop's")
    activity_rate = rate(
        nullable=True,
        description="Chance that it stays unsold this long at its usual pace; low is dormant",
    )
    lifecycle_stage = one_of(
        LIFECYCLE_STAGES, description="new, unsold, dormant, declining, steady or growing"
    )
    available_count = dy.Int64(
        nullable=True, description="Units for sale; null unless all its variants are tracked"
    )
    stock_cover_days = _days("How long that lasts at units_per_day_90; null without sales")
    repeat_customer_count = count(
        nullable=True, description="Customers who bought it on two days; null if none is known"
    )
    repeat_customer_rate = rate(nullable=True, description="The same as a share of its customers")
    repeat_interval_days = _days("Median time between a customer's purchases of it")
    season = dy.String(nullable=True, description="Season that its words name, such as christmas")
    season_months = dy.List(
        dy.Int64(min=1, max=_DECEMBER),
        nullable=True,
        description="Months of its season, measured else by its words; null if not seasonal",
    )
    season_lift = dy.Float64(
        nullable=True,
        min=0.0,
        description="Orders in its best three months over what the shop's months explain; null "
        "where it wasn't sold long enough",
    )
    season_lift_low = dy.Float64(
        nullable=True, min=0.0, description="Lower end of its interval, over all twelve windows"
    )
    is_slow_mover = _flag("Whether its stock lasts too long and most products sell faster")
    is_new_launch = _flag("Whether it was launched lately")
    is_high_margin = _flag("Whether its margin is among the shop's best")
    is_seasonal = _flag("Whether it belongs to a season")
    is_giftable = _flag("Whether its words say that it is a gift")
    is_replenishable = _flag("Whether it is used up and bought again")
    is_out_of_stock = _flag("Whether none is left")


class CustomerFeatures(Frame):
    """Known customers of one shop: recency, frequency, money, and whether they come back."""

    name = "customer_features"
    one_row = "One known customer: how often, how much, how lately."

    customer_key = dy.String(primary_key=True, description="Keyed hash of the customer")
    currency = dy.String(nullable=True, description=_CURRENCY)
    order_count = count(description="Orders")
    unit_count = count(description="Units bought")
    first_ordered_at = utc_timestamp(description="First order")
    last_ordered_at = utc_timestamp(description="Latest order")
    days_since_last_order = dy.Float64(min=0.0, description="From it to as_of (days)")
    revenue_minor = minor(description="Paid for products, after discounts, before refunds")
    refunded_minor = minor(
        nullable=True, description="Refunds; null where none of the orders states them"
    )
    lifetime_minor = minor(description="Lifetime value so far: revenue less refunds as stated")
    mean_order_minor = minor(description="Revenue per order, rounded")
    mean_interval_days = _days("Mean time between orders; null for a single order")
    expected_interval_days = _days(
        "The same, shrunk to the shop's; null where no customer ordered twice"
    )
    churn_risk_rate = rate(
        nullable=True,
        description="1 less the chance that a customer of that pace stays away this long",
    )
    customer_stage = one_of(
        CUSTOMER_STAGES,
        nullable=True,
        description="new (one order), active, lapsing or lapsed by churn_risk_rate; null without",
    )
    recency_score = _rfm("Fifth of the shop's customers by latest order")
    frequency_score = _rfm("Fifth by number of orders")
    monetary_score = _rfm("Fifth by lifetime_minor")
    product_count = count(description="Distinct products bought")
    category_count = count(description="Distinct known categories bought")
    main_category = dy.String(nullable=True, description="Category of most units; ties by name")
    main_category_rate = rate(
        nullable=True, description="Its share of the units whose category is known"
    )
    discounted_line_rate = rate(description="Share of the lines with a discount")
    discount_sensitivity = dy.Float64(
        nullable=True,
        min=0.0,
        description="That share over the shop's, shrunk towards 1; null where the shop gives none",
    )


class PairFeatures(Frame):
    """Pairs of variants of ``pair_rules``, each once: what selling them together is worth."""

    name = "pair_features"
    one_row = "Two variants bought together: how often, how lately, and what more could be sold."

    first_id = dy.String(primary_key=True, description="Variant with the smaller id")
    second_id = dy.String(primary_key=True, description="The other variant")
    currency = dy.String(nullable=True, description=_CURRENCY)
    is_significant = dy.Bool(description="As in pair_rules")
    basket_count = dy.Int64(min=1, description="Counted baskets with both, as in pair_rules")
    co_purchase_rate = rate(description="Share of the rarer variant's baskets that hold both")
    co_purchase_rate_low = rate(description="Lower end of its 95 % Wilson interval")
    first_bought_at = utc_timestamp(description="First basket with both")
    last_bought_at = utc_timestamp(description="Latest basket with both")
    days_since_last = dy.Float64(min=0.0, description="From it to as_of (days)")
    expected_interval_days = _days("Usual time between such baskets, shrunk to the shop's pairs'")
    activity_rate = rate(
        nullable=True,
        description="Chance that they stay apart this long at their usual pace; low is faded",
    )
    revenue_minor = minor(description="Paid for the two in baskets with both")
    single_basket_count = count(description="Counted baskets with exactly one of them")
    cross_sell_minor = minor(
        nullable=True,
        description="List value that these baskets would add if the missing one were taken at "
        "the lower end of its confidence; null if a price is unknown",
    )
    is_same_product = dy.Bool(description="Whether both are variants of one product")
    is_same_category = _flag("Whether both have the same category")
    is_same_vendor = _flag("Whether both have the same vendor")

    @dy.rule()
    def a_pair_stands_once(cls) -> pl.Expr:
        """The smaller id comes first."""
        return pl.col("first_id") < pl.col("second_id")


class CategoryFeatures(Frame):
    """Categories of one shop: the known product types of its products."""

    name = "category_features"
    one_row = "One category: its products, its prices, what it earns and where it goes."

    product_type = dy.String(primary_key=True, description="The shop's category")
    currency = dy.String(nullable=True, description=_CURRENCY)
    product_count = dy.Int64(min=1, description="Products in it")
    sellable_product_count = count(description="Those on sale and not known to be out of stock")
    sold_product_count = count(description="Those that were ever sold")
    order_count = count(description="Orders with it")
    unit_count = count(description="Units sold")
    revenue_minor = minor(description="Paid for it, after discounts, before refunds")
    revenue_rate = rate(
        nullable=True, description="Share of the shop's revenue; null if there is none"
    )
    revenue_90_minor = minor(description="Revenue of the last 90 days")
    growth = dy.Float64(
        nullable=True,
        min=0.0,
        description="Revenue of the last 90 days over that of the 90 before; null if the shop's "
        "orders don't reach back or there was none",
    )
    share_growth = dy.Float64(
        nullable=True,
        min=0.0,
        description="The same over the shop's growth: above 1 it gains on the others",
    )
    min_price_minor = minor(nullable=True, description="Lowest price of a product")
    median_price_minor = minor(nullable=True, description="Lower median price")
    max_price_minor = minor(nullable=True, description="Highest price")
    top_vendors = dy.List(dy.String(), description="Vendors that earn most in it, best first")


class ObjectivePlan(Frame):
    """The eight objectives of one shop: which apply, with what evidence, and why others don't."""

    name = "objective_plan"
    one_row = "One objective: whether it applies here, and why."

    objective = one_of(OBJECTIVES, primary_key=True, description="What the merchant wants")
    applies = dy.Bool(description="Whether bundles are made for it")
    reason = one_of(PLAN_REASONS, nullable=True, description="Why not; null where it applies")
    explanation = dy.String(description="The same in words, with the numbers")
    product_count = count(description="Sellable products that it could be built on")
    product_ids = dy.List(dy.String(), description="These products, sorted")
    needed_product_count = count(description="Fewest of them that it takes")
    unknown_product_count = count(description="Sellable products of which that can't be known")
    priority = dy.Float64(min=0.0, description="Weight among objectives, from the settings")
    max_bundle_count = count(
        nullable=True, description="Most bundles that serve it; null: no limit"
    )

    @dy.rule()
    def what_does_not_apply_has_a_reason(cls) -> pl.Expr:
        """Exactly the objectives that don't apply have a reason."""
        return pl.col("applies") == pl.col("reason").is_null()
