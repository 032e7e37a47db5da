"""Orders and what files say of products -> product_, customer_, category_, pair_features; the plan.

Events -> product_event_features, pair_event_features: frames of their own, so that a shop without
events has no columns of zeros. One step makes all of them, from the same sales.
"""

from collections.abc import Iterator, Mapping, Set
from types import MappingProxyType

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.checks import fact, rows_break
from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.lost_files import naming_lost_files
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.features.categories import category_features
from bundle_pipeline.features.co_views import crawler_visit_count, pair_event_features
from bundle_pipeline.features.customers import customer_features
from bundle_pipeline.features.entities import (
    categories_unlike_products,
    customers_unlike_orders,
    pairs_unlike_rules,
    pairs_unlike_views,
    products_unlike_events,
    variants_not_of_one_product,
)
from bundle_pipeline.features.event_params import EventParams
from bundle_pipeline.features.objective_plan import plan_objectives
from bundle_pipeline.features.pairs import pair_features
from bundle_pipeline.features.product_events import product_event_features
from bundle_pipeline.features.products import flag_counts, product_features
from bundle_pipeline.features.sales import Sales, gathered_sales
from bundle_pipeline.features.visits import Visits, visits_of
from bundle_pipeline.schemas.base import Frame
from bundle_pipeline.schemas.events import PairEventFeatures, ProductEventFeatures
from bundle_pipeline.schemas.features import (
    CategoryFeatures,
    CustomerFeatures,
    ObjectivePlan,
    PairFeatures,
    ProductFeatures,
)
from bundle_pipeline.schemas.shop_id import shop_id

_KINDS = {"polars", "deltalake"}
_SOURCES = {
    dg.AssetKey(name) for name in ("orders", "order_lines", "variants", "catalog", "inventory")
}
_EVENTS = {*_SOURCES, dg.AssetKey("events")}
_MINED = {dg.AssetKey("pair_rules"), dg.AssetKey("baskets")}

_ONE_PRODUCT = "every_variant_is_of_one_product"
_ONE_CUSTOMER = "every_customer_has_one_row"
_ONE_CATEGORY = "every_category_has_one_row"
_ONE_PAIR = "every_pair_has_one_row"
_ONE_EVENT_PRODUCT = "every_product_of_events_has_one_row"
_VIEWED_PAIRS = "every_co_viewed_pair_is_of_viewed_products"


@dg.multi_asset(
    name="measure",
    partitions_def=SHOPS,
    group_name="features",
    outs={
        schema.name: frame_out(
            schema, group="features", layer="derived", kinds=_KINDS, is_required=False
        )
        for schema in (
            *(ProductFeatures, CustomerFeatures, CategoryFeatures, PairFeatures),
            *(ProductEventFeatures, PairEventFeatures, ObjectivePlan),
        )
    },
    internal_asset_deps={
        ProductFeatures.name: _SOURCES,
        CustomerFeatures.name: _SOURCES,
        CategoryFeatures.name: {*_SOURCES, dg.AssetKey(ProductFeatures.name)},
        PairFeatures.name: {*_SOURCES, *_MINED},
        ProductEventFeatures.name: _EVENTS,
        PairEventFeatures.name: _EVENTS,
        ObjectivePlan.name: {
            dg.AssetKey("orders"),
            *(
                dg.AssetKey(schema.name)
                for schema in (ProductFeatures, CategoryFeatures, PairFeatures)
            ),
        },
    },
    # A preview needs no customers and no events.
    can_subset=True,
    check_specs=[
        fact(
            _ONE_PRODUCT,
            ProductFeatures.name,
            "Every variant of files and orders stands in exactly one product's row.",
            blocking=False,
        ),
        fact(
            _ONE_CUSTOMER,
            CustomerFeatures.name,
            "Rows are the distinct known customers of orders.",
            blocking=False,
        ),
        fact(
            _ONE_CATEGORY,
            CategoryFeatures.name,
            "Rows are the distinct categories of products.",
            blocking=False,
        ),
        fact(
            _ONE_PAIR,
            PairFeatures.name,
            "Rows are the distinct pairs of pair_rules.",
            blocking=False,
        ),
        fact(
            _ONE_EVENT_PRODUCT,
            ProductEventFeatures.name,
            "Rows are the distinct products of the counted events.",
            blocking=False,
        ),
        fact(
            _VIEWED_PAIRS,
            PairEventFeatures.name,
            "No pair is there twice, and both of its products were viewed.",
            blocking=False,
        ),
    ],
)
@naming_lost_files
def measure(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    events: pl.DataFrame,
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
) -> Iterator[dg.Output[pl.DataFrame] | dg.AssetCheckResult]:
    """Measure products, customers, categories, pairs and events at the shop's data clock.

    From that follows which objectives apply to the shop, with what evidence, and why others don't.
    """
    params = site.settings(shop_id(context.partition_key)).features
    wanted = {key.to_user_string() for key in context.selected_asset_keys}
    sales = gathered_sales(
        orders=orders,
        order_lines=order_lines,
        variants=variants,
        catalog=catalog,
        inventory=inventory,
    )
    products = product_features(sales, params)
    categories = category_features(sales, products, params)
    pairs = pair_features(sales, pair_rules, baskets, params)
    if ProductFeatures.name in wanted:
        astray = variants_not_of_one_product(
            products, order_lines=order_lines, variants=variants, catalog=catalog
        )
        counts = _counts(sales, products)
        yield from _measured(ProductFeatures, products, _ONE_PRODUCT, astray, counts)
    if CustomerFeatures.name in wanted:
        customers = customer_features(sales, params)
        unlike = customers_unlike_orders(customers, orders)
        yield from _measured(CustomerFeatures, customers, _ONE_CUSTOMER, unlike)
    if CategoryFeatures.name in wanted:
        unlike = categories_unlike_products(categories, products)
        yield from _measured(CategoryFeatures, categories, _ONE_CATEGORY, unlike)
    if PairFeatures.name in wanted:
        unlike = pairs_unlike_rules(pairs, pair_rules)
        yield from _measured(PairFeatures, pairs, _ONE_PAIR, unlike)
    if wanted & {ProductEventFeatures.name, PairEventFeatures.name}:
        yield from _measured_events(visits_of(events, sales, params.events), params.events, wanted)
    if ObjectivePlan.name in wanted:
        plan = plan_objectives(
            products,
            category_features=categories,
            pair_features=pairs,
            as_of=sales.as_of,
            params=params.plan,
        )
        metadata = {"bundle/objectives": int(plan.get_column("applies").sum())}
        yield dg.Output(plan, ObjectivePlan.name, metadata=metadata)


def _measured(
    schema: type[Frame],
    frame: pl.DataFrame,
    check: str,
    unlike: pl.DataFrame,
    counts: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[dg.Output[pl.DataFrame] | dg.AssetCheckResult]:
    """A frame with its counts, and whether its rows are the entities that there should be."""
    metadata = {f"bundle/{name}": count for name, count in counts.items()}
    yield dg.Output(frame, schema.name, metadata=metadata)
    yield rows_break(check, unlike, asset=schema.name, key="key")


def _counts(sales: Sales, products: pl.DataFrame) -> dict[str, int]:
    return {
        "lines_without_product": sales.left_out_line_count,
        "lines_in_other_currency": sales.other_currency_line_count,
        **flag_counts(products),
    }


def _measured_events(
    visits: Visits, params: EventParams, wanted: Set[str]
) -> Iterator[dg.Output[pl.DataFrame] | dg.AssetCheckResult]:
    if ProductEventFeatures.name in wanted:
        products = product_event_features(visits)
        unlike = products_unlike_events(products, visits.events)
        counts = {"counted_events": visits.events.height}
        yield from _measured(ProductEventFeatures, products, _ONE_EVENT_PRODUCT, unlike, counts)
    if PairEventFeatures.name in wanted:
        pairs = pair_event_features(visits, params)
        unlike = pairs_unlike_views(pairs, visits.viewed)
        counts = {"visits_left_out": crawler_visit_count(visits, params)}
        yield from _measured(PairEventFeatures, pairs, _VIEWED_PAIRS, unlike, counts)
