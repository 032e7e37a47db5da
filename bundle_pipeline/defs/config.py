"""Settings of the whole pipeline: one section per room, and where their files are.

What belongs here: the composition of the rooms' parameters. What stays out: the parameters
themselves, which stand beside the functions that use them.
"""

from pydantic import Field

from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.candidates.suggest import CandidateParams
from bundle_pipeline.evaluation.params import EvaluationParams
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.similar_products import SimilarProductsParams
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.quality.params import QualityParams
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.scoring.score import ScoringParams
from bundle_pipeline.settings.layers import Params


class PreviewParams(Params):
    """The quick look at a shop that has nothing published yet; its full run replaces it."""

    enabled: bool = True
    """Whether the sensor asks for one before such a shop's first full run."""
    min_byte_count: int = Field(default=4_000_000, ge=0)
    """Bytes of exports from which it does: about 40,000 order lines. What is smaller is done in
    full before anybody has looked."""
    product_count: int = Field(default=50, ge=2)
    """Products that are looked at: those in most orders."""
    bundle_count: int = Field(default=10, ge=1)
    """Bundles to publish, at most."""


class PipelineSettings(Params):
    """Everything that can be set, for a deployment or for one shop."""

    enabled: bool = True
    """Whether shops are run; false in a shop's own file pauses that shop."""
    ingest: IngestParams = Field(default_factory=IngestParams)
    """How landed files become frames."""
    quality: QualityParams = Field(default_factory=QualityParams)
    """When a delivery looks unlike those before it."""
    baskets: BasketParams = Field(default_factory=BasketParams)
    """Which orders count as baskets."""
    mining: MiningParams = Field(default_factory=MiningParams)
    """What counts as bought together more often than chance."""
    similar_products: SimilarProductsParams = Field(default_factory=SimilarProductsParams)
    """Which products are one, alike, or bought one instead of the other."""
    features: FeatureParams = Field(default_factory=FeatureParams)
    """What is measured of products and customers, and when a product carries a flag."""
    candidates: CandidateParams = Field(default_factory=CandidateParams)
    """Which bundles are considered."""
    scoring: ScoringParams = Field(default_factory=ScoringParams)
    """How candidates are weighed."""
    pricing: PricingParams = Field(default_factory=PricingParams)
    """How far prices may go."""
    ranking: RankingParams = Field(default_factory=RankingParams)
    """Which bundles are offered, and in which order."""
    evaluation: EvaluationParams = Field(default_factory=EvaluationParams)
    """How bundles are tried on held-out orders before they are published."""
    preview: PreviewParams = Field(default_factory=PreviewParams)
    """The quick look before a shop's first full run."""

    def for_preview(self) -> "PipelineSettings":
        """These settings with the bundles of a preview; no rule is less strict in it."""
        few = min(self.preview.bundle_count, self.ranking.max_bundles)
        ranking = self.ranking.model_copy(update={"max_bundles": few})
        return self.model_copy(update={"ranking": ranking})
