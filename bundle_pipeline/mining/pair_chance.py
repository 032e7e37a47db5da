"""Which null pairs are tested against: a setting."""

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining import degree_null, null_model
from bundle_pipeline.mining.params import NullName

Floats = npt.NDArray[np.float64]


def expected_pair_counts(encoded: EncodedBaskets, pairs: Codes, null: NullName) -> Floats:
    """Baskets that would hold each pair by chance.

    Args:
        encoded: Baskets.
        pairs: Variant codes, shape (pairs, 2).
        null: What is taken as given: who buys in baskets of which size, or popularity and sizes
            alone.
    """
    if null == "degrees":
        return degree_null.expected_pair_counts(degree_null.degree_null(encoded), pairs)
    return null_model.expected_pair_counts(null_model.size_classes(encoded), pairs)
