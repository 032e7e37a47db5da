"""Settings of the ladder of sources."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from bundle_pipeline.settings.layers import Params

SourceName = Literal[
    "pooled",
    "covisitation",
    "factors",
    "new_products",
    "content",
    "complements",
    "trending",
    "popularity",
]


def _once(rungs: tuple[SourceName, ...]) -> tuple[SourceName, ...]:
    if len(set(rungs)) < len(rungs):
        message = "a source stands twice"
        raise ValueError(message)
    return rungs


class Complement(Params):
    """Two kinds of products that are used together."""

    products: tuple[str, ...] = Field(min_length=1)
    """Whole words in the type or title of one, in any case; a ``*`` at either end stands for more
    letters."""
    with_products: tuple[str, ...] = Field(min_length=1)
    """Words of the other, written alike."""


class PooledParams(Params):
    """How the counts of a pair are shrunk towards those of its categories."""

    prior_basket_count: float = Field(default=2.0, gt=0)
    """Expected baskets that the categories of a pair count for."""
    category_prior_count: float = Field(default=5.0, gt=0)
    """Expected pairs at the shop's own rate that every two categories are given."""
    min_basket_count: int = Field(default=2, ge=1)
    """Fewest counted baskets with both: one basket proves nothing."""
    max_chance: float = Field(default=0.05, gt=0, lt=1)
    """Largest chance, given the counts, that the pair is bought together no more often than by
    chance."""


class ContentCompanionParams(Params):
    """How companions are taken over from products that are alike."""

    neighbour_count: int = Field(default=20, ge=1)
    """Products alike that are asked, the most alike first."""
    similarity_exponent: float = Field(default=3.0, ge=0)
    """What a product says counts its similarity to this power."""
    min_similarity: float = Field(default=0.1, ge=0, le=1)
    """Products less alike aren't asked."""


class PopularityParams(Params):
    """How popularity and trend are measured, back from the shop's data clock."""

    half_life_days: float = Field(default=30.0, gt=0)
    """Days after which an order counts half."""
    trend_days: float = Field(default=7.0, gt=0)
    """Days that are compared with as many before them."""
    trend_prior_count: float = Field(default=5.0, gt=0)
    """Orders that both are given, so that two orders after one are no trend."""
    min_growth: float = Field(default=1.5, gt=1)
    """Growth from which a product is trending."""


class SourceParams(Params):
    """How far down the ladder of sources candidates are looked for.

    The order is that of how often a source is right: what orders say of the very products, then
    what they say of products alike, then what a dictionary says, then best sellers.
    """

    ladder: Annotated[tuple[SourceName, ...], AfterValidator(_once)] = get_args(SourceName)
    """Sources that are asked after significant pairs and itemsets, one after the other; none
    switches the ladder off."""
    min_coverage: float = Field(default=0.8, ge=0.0, le=1.0)
    """Share of the active products in a candidate from which no further source is asked."""
    without_proof: bool = False
    """Whether sources that no order backs are asked in a shop without any significant pair. By
    default such a shop gets what its categories back, and is told how many orders more it takes."""
    companions_per_product: int = Field(default=2, ge=1, le=20)
    """Candidates that a source may make for a product that no stronger source covers."""
    pooled: PooledParams = PooledParams()
    """Of `pooled`."""
    content: ContentCompanionParams = ContentCompanionParams()
    """Of `new_products` and `content`."""
    popularity: PopularityParams = PopularityParams()
    """Of `popularity` and `trending`."""
    package_complements: bool = True
    """Whether the dictionary of the package is used."""
    complements: tuple[Complement, ...] = ()
    """Complements besides those of the package."""
