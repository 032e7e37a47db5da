import pytest

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.pricing.params import DiscountCaps, PricingParams, RateRange, as_percentage
from bundle_pipeline.schemas.bundles import OBJECTIVES
from bundle_pipeline.settings.layers import parsed_layer, resolved


def test_every_objective_has_caps() -> None:
    assert set(DiscountCaps().by_objective()) == set(OBJECTIVES)


def test_a_shop_replaces_the_caps_of_one_objective() -> None:
    layer = parsed_layer("discount_caps: {gift_box: [0.0, 0.1]}", place="settings.yaml")
    caps = resolved(PricingParams, [layer]).discount_caps
    assert caps.gift_box == RateRange(0.0, 0.1)
    assert caps.increase_aov == DiscountCaps().increase_aov


@pytest.mark.parametrize("caps", ["[0.2, 0.1]", "[-0.1, 0.1]", "[0.1, 1.1]", "[0.1]", "0.1"])
def test_caps_that_make_no_sense_are_refused_with_their_place(caps: str) -> None:
    layer = parsed_layer(f"discount_caps: {{gift_box: {caps}}}", place="settings.yaml")
    with pytest.raises(ConfigError, match=r"settings\.yaml.*discount_caps\.gift_box"):
        resolved(PricingParams, [layer])


@pytest.mark.parametrize(("rate", "text"), [(0.05, "5"), (0.3, "30"), (0.125, "12.5"), (0, "0")])
def test_rates_are_written_as_people_write_them(rate: float, text: str) -> None:
    assert as_percentage(rate) == text
