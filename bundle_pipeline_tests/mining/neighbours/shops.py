"""Baskets of items for the tests of methods: small enough to check by eye, or drawn."""

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.neighbours.item_baskets import ItemBaskets, item_baskets
from bundle_pipeline.mining.neighbours.scores import ItemScores
from bundle_pipeline_tests.support.frames import baskets_frame

Floats = npt.NDArray[np.float64]


def items_of(*baskets: str) -> ItemBaskets:
    """Baskets over all their variants, in order of id."""
    encoded = encode_baskets(baskets_frame(*baskets))
    return item_baskets(encoded, np.arange(encoded.variant_count))


def dense(items: ItemBaskets) -> Floats:
    """Baskets by items."""
    return items.matrix.toarray()


def item_scores(scores: ItemScores, items: ItemBaskets) -> Floats:
    """Scores beside each item alone, 0 beside itself."""
    identity = items_of(*"".join(chr(97 + i) for i in range(items.item_count))).matrix
    found = np.array(scores.of(identity), dtype=np.float64)
    np.fill_diagonal(found, 0)
    return found
