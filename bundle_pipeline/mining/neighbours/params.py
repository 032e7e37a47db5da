"""Parameters of neighbours."""

from pydantic import Field

from bundle_pipeline.settings.layers import Params


class NeighbourParams(Params):
    """How neighbours of variants are found, and how many are kept."""

    top_n: int = Field(default=50, ge=1, le=1000)
    """Most neighbours of a variant that a method keeps."""
    min_basket_count: int = Field(default=5, ge=1)
    """Fewest counted baskets of a variant for `svd`, `ease` and `blend`; rarer ones have neighbours
    by co-visitation only."""
    max_model_mb: int = Field(default=288, ge=1, le=100_000)
    """Most megabytes (10 ** 6 bytes) of the matrix of `ease`, one half of which is kept. The most
    popular variants for which it fits in single precision are modelled, 12,000 with 288; up to
    8,485 of them in double."""
    size_exponent: float = Field(default=0.5, ge=0, le=1)
    """A basket of n variants counts `1 / (n - 1) ** size_exponent`: 0 counts every basket the same,
    1 every pair. For `covisitation`, half of it."""
    try_equal_baskets: bool = True
    """Whether every basket counts the same (`size_exponent` 0) in a shop more of whose own baskets
    are completed so."""
    shrinkage: float = Field(default=1.0, ge=0)
    """Weighted baskets that are added to those of either variant, so that one joint basket of two
    rare variants is no strong co-visitation."""
    svd_rank: int = Field(default=100, ge=1)
    """Factors of `svd`."""
    ridge: float = Field(default=20.0, gt=0)
    """Of `ease`: what is added to each variant's own weight. More trusts popular variants more."""
    popularity_discount: float = Field(default=0.1, ge=0, le=1)
    """Of `ease`: scores are divided by the neighbour's popularity to this power, for the tail."""
    blended_covisitation: float = Field(default=0.5, ge=0)
    """Of `blend`: how much co-visitation is added to `ease`. More is better for the tail."""
    try_without_covisitation: bool = True
    """Whether none is added (`blended_covisitation` 0) in a shop more of whose own baskets are
    completed so, hits in the tail counted twice. `blend` is `ease` there."""
    held_out_share: float = Field(default=0.2, gt=0, lt=1)
    """Share of counted baskets, the newest, in which methods have to complete baskets."""
    max_held_out_baskets: int = Field(default=20_000, ge=1)
    """Most baskets that are completed; drawn at random above it."""
