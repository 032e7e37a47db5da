from bundle_pipeline.pricing.summary import PricingSummary, pricing_summary
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import (
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
)


def test_what_is_unknown_is_counted() -> None:
    unpriced = priced(scored(candidate(bundle_item("a", unit_price_minor=None), bundle_item("b"))))
    unknown = priced(scored(candidate(bundle_item("c"), bundle_item("d"))), discount_rate=0.1)
    known = priced(
        scored(candidate(bundle_item("e"), bundle_item("f"))),
        discount_rate=0.0,
        margin_minor=500,
        incremental_margin_minor=70,
    )
    assert pricing_summary(priced_bundles(unpriced, unknown, known)) == PricingSummary(
        unpriced_count=1,
        unknown_cost_count=1,
        undiscounted_count=1,
        median_discount_rate=0.05,
        incremental_margin_minor=70,
    )


def test_an_empty_shop_expects_nothing() -> None:
    assert pricing_summary(PricedBundles.create_empty()) == PricingSummary(0, 0, 0, None, None)
