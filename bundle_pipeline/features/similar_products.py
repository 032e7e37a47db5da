"""Settings of what makes products alike."""

from pydantic import Field

from bundle_pipeline.features.content_neighbours import ContentParams
from bundle_pipeline.features.duplicates import DuplicateParams
from bundle_pipeline.features.substitutes import SubstituteParams
from bundle_pipeline.settings.layers import Params


class SimilarProductsParams(Params):
    """Which products are one, alike, or bought one instead of the other."""

    duplicates: DuplicateParams = Field(default_factory=DuplicateParams)
    """Products listed twice."""
    content: ContentParams = Field(default_factory=ContentParams)
    """Products with like pages."""
    substitutes: SubstituteParams = Field(default_factory=SubstituteParams)
    """Products of which customers take one or the other."""
