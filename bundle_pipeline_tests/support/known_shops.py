"""What is known of a shop, for tests of candidates: its features are measured, not made up."""

from collections.abc import Mapping

import polars as pl

from bundle_pipeline.candidates.suggest import KnownOfShop
from bundle_pipeline.features.categories import category_features
from bundle_pipeline.features.objective_plan import plan_objectives
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.products import product_features
from bundle_pipeline.features.sales import data_clock, gathered_sales
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.features import PairFeatures
from bundle_pipeline.schemas.mining import ItemCounts, Itemsets, PairRules
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes

_INPUTS = {
    "pair_rules": PairRules,
    "itemsets": Itemsets,
    "item_counts": ItemCounts,
    "orders": Orders,
    "order_lines": OrderLines,
    "variants": Variants,
    "catalog": Catalog,
    "inventory": Inventory,
    "substitutes": Substitutes,
    "duplicate_products": DuplicateProducts,
}


def known_of_shop(frames: Mapping[str, pl.DataFrame]) -> KnownOfShop:
    """These frames, empty ones for those that aren't given, and the features of both."""
    params = FeatureParams()
    inputs = {name: frames.get(name, schema.create_empty()) for name, schema in _INPUTS.items()}
    order_lines = inputs.pop("order_lines").lazy()
    files = {name: inputs[name] for name in ("orders", "variants", "catalog", "inventory")}
    sales = gathered_sales(order_lines=order_lines, **files)
    products = product_features(sales, params)
    plan = plan_objectives(
        products,
        category_features=category_features(sales, products, params),
        pair_features=PairFeatures.create_empty(),
        as_of=data_clock(inputs["orders"]),
        params=params.plan,
    )
    return KnownOfShop(
        product_features=products, objective_plan=plan, order_lines=order_lines, **inputs
    )
