"""Counted baskets as integer arrays, in order of time: what counting works on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.int64]

UNKNOWN_CUSTOMER = -1


@dataclass(frozen=True)
class EncodedBaskets:
    """Lines of counted baskets, sorted by basket, then variant.

    Baskets are numbered from 0 by (time, order id), variants from 0 by id.
    """

    variant_ids: pl.Series
    """Id of each variant."""
    basket: Codes
    """Basket of each line."""
    variant: Codes
    """Variant of each line."""
    basket_size: Codes
    """Distinct variants of each basket."""
    customer: Codes
    """Customer of each basket, numbered; ``UNKNOWN_CUSTOMER`` where not known."""
    is_ordered_in_time: bool
    """Whether the shop's order times differ at all; some exports state one time for all orders."""

    @property
    def basket_count(self) -> int:
        """Number of baskets."""
        return self.basket_size.size

    @property
    def line_count(self) -> int:
        """Distinct variants of all baskets, added up."""
        return self.basket.size

    @property
    def variant_count(self) -> int:
        """Number of variants; those of a part of the baskets are those of all."""
        return self.variant_ids.len()

    @property
    def knows_customers(self) -> bool:
        """Whether at least one basket has a known customer."""
        return bool((self.customer != UNKNOWN_CUSTOMER).any())

    def part(self, first: int, last: int) -> "EncodedBaskets":
        """Baskets ``first`` up to but without ``last``, numbered from 0 again, same variants."""
        start, stop = np.searchsorted(self.basket, [first, last])
        return EncodedBaskets(
            variant_ids=self.variant_ids,
            basket=self.basket[start:stop] - first,
            variant=self.variant[start:stop],
            basket_size=self.basket_size[first:last],
            customer=self.customer[first:last],
            is_ordered_in_time=self.is_ordered_in_time,
        )


def encode_baskets(baskets: pl.DataFrame) -> EncodedBaskets:
    """Counted baskets as integer arrays.

    Args:
        baskets: As declared by :class:`~bundle_pipeline.schemas.baskets.Baskets`.
    """
    counted = baskets.filter("is_counted")
    variants = counted.select(pl.col("variant_id").unique().sort()).with_row_index("variant")
    orders = (
        counted.unique("order_id")
        .sort("ordered_at", "order_id")
        .select("order_id", "ordered_at", "customer_key", "basket_size")
        .with_row_index("basket")
    )
    lines = (
        counted.select("order_id", "variant_id")
        .join(orders.select("order_id", "basket"), on="order_id", validate="m:1")
        .join(variants, on="variant_id", validate="m:1")
        .select("basket", "variant")
        .sort("basket", "variant")
    )
    customer = (pl.col("customer_key").rank("dense").cast(pl.Int64) - 1).fill_null(UNKNOWN_CUSTOMER)
    return EncodedBaskets(
        variant_ids=variants.get_column("variant_id"),
        basket=_codes(lines.get_column("basket")),
        variant=_codes(lines.get_column("variant")),
        basket_size=_codes(orders.get_column("basket_size")),
        customer=_codes(orders.select(customer).to_series()),
        is_ordered_in_time=orders.get_column("ordered_at").n_unique() > 1,
    )


def _codes(column: pl.Series) -> Codes:
    return column.cast(pl.Int64).to_numpy()
