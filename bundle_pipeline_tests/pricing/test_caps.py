"""Caps go from those of guesses to those of learnt answers by how much of the answer is known."""

import polars as pl
import pytest

from bundle_pipeline.pricing.discounts import with_caps
from bundle_pipeline.pricing.params import DiscountCaps, LearnedCaps, PricingParams, RateRange
from bundle_pipeline.settings.layers import fingerprint, parsed_layer, resolved
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    scored,
    scored_bundles,
)
from bundle_pipeline_tests.support.pricing import priced_without_history

DEFAULTS = PricingParams()


@pytest.mark.parametrize(("known", "caps"), [(0.0, (0, 1000)), (0.5, (0, 2500)), (1.0, (0, 4000))])
def test_what_is_known_widens_the_caps_in_between(known: float, caps: tuple[int, int]) -> None:
    assert caps_of(known_share=known) == caps


def test_the_least_discount_of_a_guess_fades_as_well() -> None:
    # gift_box: 15 to 35 %, learnt 0 to 40 %.
    assert caps_of(objective="gift_box", known_share=0.2) == (1200, 3600)


def test_what_no_order_shows_gets_what_is_usual_or_the_least_of_its_caps() -> None:
    gift: Row = {"objective": "gift_box", "backing": "unproven"}
    assert caps_of(**gift, usual_rate=0.08) == (1500, 1500)
    assert caps_of(**gift, usual_rate=0.2) == (1500, 2000)
    assert caps_of(**gift, usual_rate=0.5) == (1500, 3500)


def test_an_unproven_reward_may_still_be_the_smallest_one() -> None:
    # A quarter of a reward that is 10.00 of 20.00 is 12.5 %.
    reward: Row = {"kind": "BXGY", "backing": "unproven", "objective": "clear_slow_movers"}
    assert caps_of(**reward, discounted_price_minor=1000) == (1000, 1250)


def test_an_unproven_gift_box_of_a_shop_without_history_is_given_the_least() -> None:
    items = [bundle_item(id_, unit_price_minor=1000, unit_cost_minor=100) for id_ in "ab"]
    rates = {}
    for backing in ("proven", "unproven"):
        row = candidate(*items, kind="FIXED", objectives=["gift_box"], backing=backing)
        pricing = priced_without_history(scored_bundles(scored(row)), DEFAULTS)["pricing"].item()
        rates[backing] = pricing["discount_rate"]
    assert rates["unproven"] == 0.15 < rates["proven"]
    assert "where no order shows a bundle, by what the shop usually gives" in pricing["derivation"]


def test_caps_that_a_shop_states_hold_for_learnt_answers_too() -> None:
    layer = parsed_layer("discount_caps: {margin_guard: [0.0, 0.1]}", place="settings.yaml")
    stated = resolved(PricingParams, [layer])
    assert stated.learned_caps.margin_guard == RateRange(0.0, 0.1)
    assert stated.learned_caps.gift_box == LearnedCaps().gift_box
    # What holds is in the hash, though the table says the same.
    assert fingerprint(stated) != fingerprint(DEFAULTS)
    in_code = PricingParams(discount_caps=DiscountCaps(margin_guard=RateRange(0.0, 0.1)))
    assert in_code.learned_caps == stated.learned_caps


def test_learnt_caps_may_be_stated_apart() -> None:
    text = "{discount_caps: {gift_box: [0.0, 0.1]}, learned_caps: {gift_box: [0.0, 0.2]}}"
    stated = resolved(PricingParams, [parsed_layer(text, place="settings.yaml")])
    assert stated.discount_caps.gift_box == RateRange(0.0, 0.1)
    assert stated.learned_caps.gift_box == RateRange(0.0, 0.2)


def test_settings_that_are_printed_mean_the_same_when_read_again() -> None:
    stated = PricingParams(discount_caps=DiscountCaps(gift_box=RateRange(0.0, 0.1)))
    for params in (DEFAULTS, stated):
        assert PricingParams.model_validate(params.model_dump(mode="json")) == params


def caps_of(**facts: object) -> tuple[int, int]:
    """Caps in force of 20.00, in basis points."""
    row: Row = {
        "kind": "FBT",
        "backing": "proven",
        "objective": "margin_guard",
        "list_total_minor": 2000,
        "floor_minor": 0,
        "known_share": 0.0,
        "usual_rate": 0.1,
        "discounted_units": 1,
        "discounted_price_minor": 2000,
    }
    return with_caps(pl.DataFrame([row | facts]), DEFAULTS).select("least_bp", "most_bp").row(0)
