import polars as pl
import pytest

from bundle_pipeline.ranking.explanation import with_explanation
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    priced,
    priced_bundles,
    scored,
    stock,
)

CUP, SAUCER = bundle_item("c", title="Cup"), bundle_item("s", title="Saucer")
SPOON = bundle_item("t", title="Spoon")


def test_a_pair_is_explained_with_its_numbers() -> None:
    assert explained(CUP, SAUCER) == (
        "Of 50 orders with Cup, 40.0 % also hold Saucer (20 orders): 4.0 times what chance gives "
        "(2.4 to 6.2 times with 95 % confidence). 18 customers bought them together. "
        "The newest orders show it again. "
        "List total 20.00 EUR, bundle price 18.00 EUR: saves 2.00 EUR (10.0 %). "
        "Stock for 50 bundles."
    )


def test_a_triple_names_all_and_is_measured_against_its_strongest_pair() -> None:
    text = explained(CUP, SAUCER, SPOON)
    assert "with Cup, 40.0 % also hold Saucer and Spoon (20 orders)" in text
    assert "4.0 times what the strongest pair in it explains" in text


def test_four_items_are_listed_with_commas() -> None:
    plate = bundle_item("p", title="Plate")
    assert "also hold Saucer, Spoon and Plate (" in explained(CUP, SAUCER, SPOON, plate)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"evidence": evidence(basket_count=1)}, "Of 50 orders with Cup, 2.0 % also hold Saucer"),
        ({"evidence": evidence(basket_count=1)}, "(1 order):"),
        ({"evidence": evidence(customer_count=1)}, " 1 customer bought them together. "),
        ({"stock": stock(feasible_quantity=1)}, " Stock for 1 bundle."),
    ],
)
def test_one_of_a_thing_is_singular(changes: Row, sentence: str) -> None:
    assert sentence in explained(CUP, SAUCER, **changes)


def test_unknown_customers_are_not_mentioned() -> None:
    assert "customer" not in explained(CUP, SAUCER, evidence=evidence(customer_count=None))


def test_untracked_stock_is_said_to_be() -> None:
    text = explained(CUP, SAUCER, stock=stock(feasible_quantity=None))
    assert text.endswith(" Its stock is not tracked.")


def test_what_other_bundles_need_is_not_offered() -> None:
    text = explained(CUP, SAUCER, offered_quantity=20)
    assert text.endswith(
        " Stock for 50 bundles, 20 of them offered: the rest is for other bundles and single sales."
    )


@pytest.mark.parametrize(
    ("held_out", "sentence"),
    [
        ("untested", "The newest orders are too few to test it again."),
        ("faded", "The newest orders don't show it again."),
    ],
)
def test_the_newest_orders_have_their_say(held_out: str, sentence: str) -> None:
    assert sentence in explained(CUP, SAUCER, evidence=evidence(held_out=held_out))


def test_a_bundle_without_discount_says_so() -> None:
    text = explained(CUP, SAUCER, discount_rate=0.0)
    assert "Sold at its list total of 20.00 EUR, without a discount." in text
    assert "saves" not in text


def test_variants_and_quantities_are_named() -> None:
    blue = bundle_item("c", title="Cup", variant_title="Blue", quantity=2)
    only = bundle_item("s", title="Saucer", variant_title="Default Title")
    assert "with 2 x Cup (Blue), 40.0 % also hold Saucer (20" in explained(blue, only)


def test_braces_in_a_title_stay_as_they_are() -> None:
    odd = bundle_item("c", title="Cup {} {0}")
    assert "orders with Cup {} {0}, 40.0 %" in explained(odd, SAUCER)


def explained(
    *items: Row, discount_rate: float = 0.1, offered_quantity: int = 50, **changes: object
) -> str:
    row = priced(scored(candidate(*items, **changes)), discount_rate=discount_rate)
    frame = priced_bundles(row).with_columns(
        anchor_basket_count=pl.lit(50, dtype=pl.Int64),
        offered_quantity=pl.lit(offered_quantity, dtype=pl.Int64),
    )
    return with_explanation(frame).get_column("explanation").item()
