"""EASE and co-visitation added up: the first is right about the head, the second about the tail."""

from dataclasses import dataclass

from bundle_pipeline.mining.neighbours.covisitation import CovisitationScores
from bundle_pipeline.mining.neighbours.item_baskets import SparseMatrix
from bundle_pipeline.mining.neighbours.linear import LinearScores
from bundle_pipeline.mining.neighbours.scores import Scores


@dataclass(frozen=True)
class BlendedScores:
    """``linear + covisitation_weight * covisitation``."""

    linear: LinearScores
    covisitation: CovisitationScores
    covisitation_weight: float

    def of(self, baskets: SparseMatrix) -> Scores:
        """The sum of both."""
        scores = self.linear.of(baskets)
        scores += self.covisitation_weight * self.covisitation.of(baskets)
        return scores
