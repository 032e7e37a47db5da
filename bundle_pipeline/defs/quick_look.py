"""What a preview leaves to the full run that follows it.

What belongs here: frames that no bundle of a preview needs. What stays out: how a run is told that
it is one (:mod:`~bundle_pipeline.defs.site_of_run`), and how what it reads is narrowed
(:mod:`~bundle_pipeline.defs.io_manager`).
"""

from bundle_pipeline.schemas.base import Frame
from bundle_pipeline.schemas.evaluation import Evaluation
from bundle_pipeline.schemas.events import Events, PairEventFeatures, ProductEventFeatures
from bundle_pipeline.schemas.features import CustomerFeatures
from bundle_pipeline.schemas.mining import ItemNeighbours, NeighbourQuality

NOT_MADE: tuple[type[Frame], ...] = (
    # Best sellers have pairs of their own; neighbours and their methods take a second to judge.
    *(ItemNeighbours, NeighbourQuality),
    # Nothing is published yet that it could be worse than.
    Evaluation,
    # No bundle is made from these.
    *(CustomerFeatures, ProductEventFeatures, PairEventFeatures),
)
NOT_LOOKED_AT: tuple[type[Frame], ...] = (*NOT_MADE, Events)
"""What no step of a preview gets rows of. Events come in with the other files; there may be more
of them than of anything else."""
