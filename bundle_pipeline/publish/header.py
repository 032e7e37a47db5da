"""Header of a shop's document: what went in, what came out, what was left out and why."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_DECLARED = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CountsIn(BaseModel):
    """What the bundles were made from."""

    model_config = _DECLARED

    file_count: int = Field(ge=0)
    """Landed files."""
    row_count: int = Field(ge=0)
    """Data rows in them."""
    order_count: int = Field(ge=0)
    """Orders that count as sales."""
    order_line_count: int = Field(ge=0)
    """Lines of those orders."""
    variant_count: int = Field(ge=0)
    """Variants in the catalog."""
    basket_count: int = Field(ge=0)
    """Counted baskets: the N of every share."""


class CountsOut(BaseModel):
    """What became of them."""

    model_config = _DECLARED

    significant_pair_count: int = Field(ge=0)
    """Pairs of variants bought together more often than chance."""
    candidate_count: int = Field(ge=0)
    """Bundles considered: those published and those dropped."""
    bundle_count: int = Field(ge=0)
    """Bundles published."""


class Exclusion(BaseModel):
    """What a rule left out."""

    model_config = _DECLARED

    noun: Literal["rows", "orders", "baskets", "candidates"]
    """What was left out."""
    rule: str
    """Stable name of the rule or reason."""
    count: int = Field(ge=1)
    """How many."""


class Tried(BaseModel):
    """A list of bundles made from older orders, on held-out ones."""

    model_config = _DECLARED

    method: str
    """``bundles`` (by today's settings), ``accepted`` (by those of the publication before, where
    they differ), and pairs by ``popularity``, ``confidence`` and cosine (``item_knn``)."""
    note: str | None
    """Why nothing was tried; None where it was."""
    bundle_count: int = Field(ge=0)
    """Bundles in the list."""
    order_count: int = Field(ge=0)
    """Held-out orders with several variants."""
    hit_rate: float | None
    """Share of them that hold all of a bundle."""
    precision: float | None
    """Share of the variants shown beside those bought that were bought too."""
    recall: float | None
    """Share of the variants beside those bought that were shown."""
    ndcg: float | None
    """Recall by place, of the best possible."""
    catalog_coverage: float | None
    """Variants in the list, of those sold."""
    calibration: float | None
    """Orders with a whole bundle over those that confidence promised."""
    replication_rate: float | None
    """Share of the bundles, of those that can be tested, that are seen again beyond chance."""


class Preview(BaseModel):
    """What a quick look is limited to; a full result takes its place."""

    model_config = _DECLARED

    product_count: int = Field(ge=2)
    """Products that were looked at, at most: those in most orders. Lines, variants, baskets, pairs
    and what chance explains are of these alone."""
    bundle_count: int = Field(ge=1)
    """Bundles to publish, at most."""


class Header(BaseModel):
    """Header of one shop's document."""

    model_config = _DECLARED

    shop_id: str
    """Shop."""
    preview: Preview | None = None
    """Limits of a quick look; None where this is the full result."""
    as_of: AwareDatetime | None
    """The shop's data clock: its newest order; None without orders."""
    counts_in: CountsIn
    """What the bundles were made from."""
    counts_out: CountsOut
    """What became of it."""
    smallest_detectable_lift: float | None = None
    """How many times chance a typical pair must be bought together for this many baskets to show
    it 4 times in 5; None where no basket holds two variants."""
    baskets_for_double: int | None = None
    """Baskets that it takes to show a typical pair of twice chance so; None as above."""
    excluded: tuple[Exclusion, ...]
    """What was left out, by rule."""
    settings_hash: str
    """Hash of the settings in force."""
    code_version: str
    """Version of the code."""
    evaluation: tuple[Tried, ...]
    """What bundles chosen like these are worth on held-out orders, and lists that anybody could
    make beside them."""
    why_empty: str | None
    """Why there is no bundle, and what it takes; None where there is one."""
