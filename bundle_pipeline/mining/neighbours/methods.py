"""All methods, fitted one after the other on the same items."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.neighbours.blend import BlendedScores
from bundle_pipeline.mining.neighbours.covisitation import CovisitationScores
from bundle_pipeline.mining.neighbours.factors import fit_factors
from bundle_pipeline.mining.neighbours.item_baskets import ItemBaskets, SparseMatrix, most_popular
from bundle_pipeline.mining.neighbours.linear import fit_linear, most_items
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import ItemScores, Scores
from bundle_pipeline.schemas.mining import NEIGHBOUR_METHODS


@dataclass(frozen=True)
class PopularityScores:
    """What every method has to beat: best sellers beside every basket."""

    item_count: int

    def of(self, baskets: SparseMatrix) -> Scores:
        """No scores at all; ties are broken by popularity."""
        return np.zeros((baskets.shape[0], self.item_count))


def modelled_variants(encoded: EncodedBaskets, params: NeighbourParams) -> Codes:
    """Variants that all methods know: in enough baskets, and as many as fit, popular first."""
    return most_popular(
        encoded,
        min_basket_count=params.min_basket_count,
        max_items=most_items(params.max_model_mb),
    )


def fitted_methods(
    items: ItemBaskets,
    covisitation: CovisitationScores,
    params: NeighbourParams,
    *,
    methods: Collection[str] = NEIGHBOUR_METHODS,
) -> Iterator[tuple[str, ItemScores]]:
    """Name and scores of each of some methods, one after the other.

    The linear model, by far the largest, comes before what leaves the heap in pieces.

    Args:
        items: Baskets of the modelled variants.
        covisitation: Fitted on them.
        params: How neighbours are found.
        methods: Of ``NEIGHBOUR_METHODS``; nothing is fitted for the others.
    """
    if "covisitation" in methods:
        yield "covisitation", covisitation
    if "ease" in methods or "blend" in methods:
        linear = fit_linear(items, params)
        if "ease" in methods:
            yield "ease", linear
        if "blend" in methods:
            yield "blend", BlendedScores(linear, covisitation, params.blended_covisitation)
        del linear
    if "svd" in methods:
        yield "svd", fit_factors(items, params)
