"""Sums over the baskets that hold each variant, made by the kernel."""

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.kernel.library import address, kernel

Floats = npt.NDArray[np.float64]


def sum_lines(encoded: EncodedBaskets, labels: Codes, *, label_count: int) -> tuple[Floats, Floats]:
    """Baskets of each label that hold each variant, and the other lines of those added up.

    Args:
        encoded: Baskets.
        labels: Label of each basket, from 0; -1 for baskets that are left out.
        label_count: Labels.

    Returns:
        Both of the shape (variants, labels); whole numbers.
    """
    sums = np.zeros((label_count, encoded.variant_count, 2))
    of_basket = np.ascontiguousarray(labels, dtype=np.int64)
    kernel().kernel_sum_lines(
        address(encoded.variant),
        address(encoded.start),
        address(of_basket),
        of_basket.size,
        encoded.variant_count,
        address(sums),
    )
    count, others = np.moveaxis(sums, 2, 0)
    return count.T, others.T
