"""The suites by kind of file: data only, so that reading them costs nothing."""

from collections.abc import Mapping

from bundle_pipeline.quality.catalog_suites import CATALOG_SUITE, INVENTORY_SUITE, VARIANTS_SUITE
from bundle_pipeline.quality.events_suite import EVENTS_SUITE
from bundle_pipeline.quality.expectation import Expectation
from bundle_pipeline.quality.orders_suite import ORDERS_SUITE

__all__ = ["SUITES", "Expectation"]

SUITES: Mapping[str, tuple[Expectation, ...]] = {
    "orders": ORDERS_SUITE,
    "variants": VARIANTS_SUITE,
    "inventory": INVENTORY_SUITE,
    "catalog": CATALOG_SUITE,
    "events": EVENTS_SUITE,
}
