"""Whether customers come back for a product."""

from collections import defaultdict
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.features.repeat_purchases import repeat_purchases
from bundle_pipeline_tests.support.sold import Sale, shop_sales

Repeats = dict[str, tuple[int, int, float | None]]


def repeats(*sales: Sale) -> Repeats:
    found = shop_sales(*sales)
    named = repeat_purchases(found).join(found.facts.select("product", "variant_id"), on="product")
    columns = ("variant_id", "customer_count", "repeat_customer_count", "repeat_interval_days")
    return {name: tuple(rest) for name, *rest in named.select(columns).iter_rows()}  # pyright: ignore[reportReturnType]


def test_intervals_are_between_days_of_one_customer_by_hand() -> None:
    found = repeats(
        Sale("a", 60, customer="x"),
        Sale("a", 30, customer="x"),
        Sale("a", 20, customer="x"),
        Sale("a", 20, customer="y"),
        Sale("a", 0, customer="y"),
        Sale("a", 5, customer="z"),
        Sale("b", 3, customer="x"),
        Sale("b", 1),
    )
    # x after 30 and 10 days, y after 20: median 20; x and y came back.
    assert found == {"a": (3, 2, 20.0), "b": (1, 0, None)}


def test_two_orders_of_a_day_are_one_errand() -> None:
    assert repeats(Sale("a", 0.1, customer="x"), Sale("a", 0, customer="x"))["a"] == (1, 0, None)


def test_variants_of_a_product_are_the_same_purchase() -> None:
    sizes = (Sale("s", 9, customer="x", product_id="p"), Sale("t", 0, customer="x", product_id="p"))
    assert repeats(*sizes) == {"s": (1, 1, 9.0), "t": (1, 1, 9.0)}


PURCHASES = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 40)), max_size=30
)


@settings(max_examples=30, deadline=None)
@given(PURCHASES)
def test_repeats_are_those_of_brute_force(purchases: list[tuple[str, str, int]]) -> None:
    newest = Sale("z", 0)
    found = repeats(newest, *[Sale(v, day, customer=c) for v, c, day in purchases])
    days: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for variant_id, customer, day in purchases:
        days[variant_id][customer].add(day)
    expected: Repeats = {}
    for variant_id, of_customers in days.items():
        gaps = [
            later - earlier
            for held in of_customers.values()
            for earlier, later in zip(sorted(held), sorted(held)[1:], strict=False)
        ]
        back = sum(len(held) > 1 for held in of_customers.values())
        expected[variant_id] = (len(of_customers), back, median(gaps) if gaps else None)
    assert found == expected
