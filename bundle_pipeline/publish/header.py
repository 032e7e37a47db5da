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


class Header(BaseModel):
    """Header of one shop's document."""

    model_config = _DECLARED

    shop_id: str
    """Shop."""
    as_of: AwareDatetime | None
    """The shop's data clock: its newest order; None without orders."""
    counts_in: CountsIn
    """What the bundles were made from."""
    counts_out: CountsOut
    """What became of it."""
    excluded: tuple[Exclusion, ...]
    """What was left out, by rule."""
    settings_hash: str
    """Hash of the settings in force."""
    code_version: str
    """Version of the code."""
    evaluation: None = None
    """What the bundles are worth on held-out orders; not measured yet."""
    why_empty: str | None
    """Why there is no bundle, and what it takes; None where there is one."""
