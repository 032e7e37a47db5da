"""Bundle ids."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.candidates.identity import with_bundle_id
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, candidate_bundles

CORNER = shop_id("corner")
Offer = list[tuple[str, int]]


def ids(*offers: Offer, kind: str = "FBT", shop: str = "corner") -> list[str]:
    rows = [
        candidate(
            *[bundle_item(variant_id, quantity=quantity) for variant_id, quantity in offer],
            bundle_id=str(number),
            kind=kind,
        )
        for number, offer in enumerate(offers)
    ]
    frame = candidate_bundles(*rows).sort(pl.col("bundle_id").cast(pl.Int64))
    return with_bundle_id(frame, shop_id(shop)).get_column("bundle_id").to_list()


def test_an_id_once_published_never_changes() -> None:
    # blake2b, 10 bytes, of "corner|FBT|4:000a=1|1:b=2"
    assert ids([("b", 2), ("000a", 1)]) == ["f62f03b512dea91d2404"]


def test_an_id_does_not_depend_on_order_role_or_evidence_of_the_items() -> None:
    assert len(set(ids([("a", 1), ("b", 2)], [("b", 2), ("a", 1)]))) == 1


@pytest.mark.parametrize(
    "other",
    [
        ids([("a", 1), ("b", 1)], kind="MIX_MATCH"),
        ids([("a", 1), ("b", 1)], shop="other"),
        ids([("a", 1), ("b", 2)]),
        ids([("a", 2), ("b", 1)]),
        ids([("a", 1), ("c", 1)]),
        ids([("a", 1)]),
        ids([("a=1|1:b", 1)]),
    ],
)
def test_another_shop_kind_variant_or_quantity_has_another_id(other: list[str]) -> None:
    assert ids([("a", 1), ("b", 1)]) != other


def test_three_of_a_group_is_another_offer_than_two_of_it() -> None:
    options = [bundle_item(option) for option in "abcd"]
    rows = [
        candidate(*options, bundle_id=str(count), kind="MIX_MATCH", pick_count=count)
        for count in (2, 3)
    ]
    two, three = with_bundle_id(candidate_bundles(*rows), CORNER).get_column("bundle_id")
    assert two != three


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text("a1:=|\x1f", min_size=1, max_size=6),
            st.integers(1, 12),
            min_size=1,
            max_size=3,
        ).map(lambda offer: sorted(offer.items())),
        min_size=2,
        max_size=6,
        unique_by=tuple,
    )
)
def test_different_offers_have_different_ids_whatever_their_variant_ids_hold(
    offers: list[Offer],
) -> None:
    assert len(set(ids(*offers))) == len(offers)


def test_no_bundles_have_no_ids() -> None:
    found = with_bundle_id(candidate_bundles(), CORNER)
    assert found.schema == candidate_bundles().schema
