"""Which bundles are offered, how many, and in which order."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bundle_pipeline.schemas.bundles import Kind
from bundle_pipeline.settings.layers import Params


def _rising(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if list(sizes) != sorted(set(sizes)):
        message = "wave sizes must rise"
        raise ValueError(message)
    return sizes


class RankingParams(Params):
    """Settings of ranking."""

    max_bundles: int = Field(default=25, ge=1, le=1000)
    """Bundles of a shop, at most: 25 automatic discounts may be active in a Shopify shop."""
    max_per_kind: dict[Kind, Annotated[int, Field(ge=0)]] = Field(default={})
    """Bundles of a kind, at most; a kind that isn't named has no limit of its own."""
    max_unproven: int = Field(default=3, ge=0)
    """Bundles that no orders show, at most: places to try something new, not to fill a list."""
    max_per_anchor: int = Field(default=3, ge=1)
    """Bundles on the page of one product, at most."""
    max_per_variant: int = Field(default=5, ge=1)
    """Bundles that hold one variant, at most: a bestseller goes with everything."""
    max_per_category: int | None = Field(default=None, ge=1)
    """Bundles that hold a product of one category, at most; none by default, since many shops have
    two or three categories."""
    max_similarity: float = Field(default=0.6, ge=0.0, le=1.0)
    """Shared products of two bundles by all their products (Jaccard) up to which both are offered.

    At 0.6 a pair and a triple that holds it (2 of 3) exclude each other; two triples that share two
    products (2 of 4) don't."""
    variant_overlap_cost: float = Field(default=0.15, ge=0.0, le=1.0)
    """Score that each further bundle with the same variant loses, in a set of up to 25.

    In a larger one it loses ``(25 / max_bundles)^3`` of that: the more a set may hold, the less
    one more variant adds to what it covers. Bundles of one variant and those of several are
    counted apart."""
    category_overlap_cost: float = Field(default=0.12, ge=0.0, le=1.0)
    """The same for each further bundle with the same category; in a larger set
    ``(25 / max_bundles)^4`` of that.

    For both, sets cover more variants and categories than lists by lift or by count do."""
    min_per_objective: int = Field(default=1, ge=0)
    """Bundles for each objective that any bundle serves, at least, where the limits allow it."""
    min_offered_quantity: int = Field(default=3, ge=1)
    """Times that stock must suffice for a bundle beside all other bundles; as often as it suffices
    for the bundle alone, if that is less."""
    reserved_days: float = Field(default=7.0, ge=0.0, le=365.0)
    """Days of a variant's own sales that bundles leave in stock, as far as its sales are known."""
    choice: Literal["optimal", "greedy"] = "optimal"
    """How the bundles are chosen: the best set, or the best bundle one after the other."""
    max_gap: float = Field(default=0.0, ge=0.0, le=0.1)
    """Share of the best set's worth that the chosen one may lack; 0 is the best one."""
    max_nodes: int = Field(default=2000, ge=1)
    """Branches of the search for the best set, at most: what bounds its time and, unlike a time
    limit, always gives the same set. Past them the gap is whatever is left."""
    min_customer_count: int = Field(default=5, ge=0)
    """Distinct customers behind a bundle, where customers are known: one household that orders
    every week proves nothing about others."""
    drop_duplicate_products: bool = True
    """Whether to drop bundles with two listings of one product, unless buyers pick among them."""
    drop_substitutes: bool = True
    """Whether to drop bundles with products that customers buy one instead of the other, unless
    buyers pick among them."""
    drop_faded: bool = True
    """Whether to drop bundles that the newest orders don't show any more."""
    wave_sizes: Annotated[tuple[Annotated[int, Field(ge=1)], ...], AfterValidator(_rising)] = Field(
        default=(3, 5, 10, 20, 40), min_length=1
    )
    """Rank at which each publishing wave ends."""
    sample_order_count: int = Field(default=20, ge=1, le=1000)
    """Supporting orders to name per bundle, at most."""
