"""What was given back of each line."""

from bundle_pipeline_tests.support.sold import Sale, shop_sales


def refunds(*sales: Sale) -> dict[str, int | None]:
    found = shop_sales(*sales)
    named = found.lines.join(found.facts.select("variant", "variant_id"), on="variant")
    return dict(named.select("variant_id", "refunded_minor").iter_rows())


def test_a_refund_is_shared_out_by_what_was_paid_to_the_cent() -> None:
    # 100 over 1000, 1000, 500: exactly 40, 40, 20; of 101 the odd cent goes to the largest
    # remainder: 40.4, 40.4, 20.2.
    lines = (("a", 1000), ("b", 1000), ("c", 500))
    whole = [Sale(v, price=price, order="o", refunded=100) for v, price in lines]
    assert refunds(*whole) == {"a": 40, "b": 40, "c": 20}
    odd = [Sale(v, price=price, order="o", refunded=101) for v, price in lines]
    assert refunds(*odd) == {"a": 41, "b": 40, "c": 20}


def test_a_refund_with_shipping_is_at_most_what_was_paid_for_the_goods() -> None:
    assert refunds(Sale("a", price=1000, refunded=1490)) == {"a": 1000}


def test_an_order_that_states_no_refund_has_an_unknown_one() -> None:
    assert refunds(Sale("a"), Sale("b", refunded=0)) == {"a": None, "b": 0}
