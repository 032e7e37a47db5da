"""Suggestions: what every source of candidates returns, whatever the kind of bundle.

A *suggestion* is a bundle on its way to be a candidate: which variants in which roles, what speaks
for it and who suggests it. Names, prices, stock and objectives are found for all of them at once.
"""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from bundle_pipeline.candidates.identity import offered
from bundle_pipeline.schemas.bundles import BACKINGS, CandidateBundles

Backing = Literal["proven", "pooled", "unproven"]

_DECLARED = CandidateBundles.create_empty().schema

MEMBER = pl.Struct({"variant_id": pl.String, "quantity": pl.Int64, "role": pl.String})
"""One item of a suggestion."""

SUGGESTION: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    # In the order of the bundle's items.
    "members": pl.List(MEMBER),
    **{
        name: _DECLARED[name]
        for name in (
            "pick_count",
            "quantity_tiers",
            "backing",
            "evidence",
            "uptake",
            "provenance",
        )
    },
}
"""Columns of suggestions; all but ``kind`` and ``members`` as in ``CandidateBundles``."""


def no_suggestions() -> pl.DataFrame:
    """What a source returns that knows nothing."""
    return pl.DataFrame(schema=SUGGESTION)


def suggestions_of(found: pl.DataFrame, provenance: str) -> pl.DataFrame:
    """Rows of one source as suggestions.

    Args:
        found: ``kind``, ``members`` and ``backing``, and those of the other columns of
            ``SUGGESTION`` that the source knows; the rest is null.
        provenance: Name of the source.

    Returns:
        The same rows with exactly the columns of ``SUGGESTION``.
    """
    known = {name: pl.col(name) for name in found.columns} | {"provenance": pl.lit([provenance])}
    return found.select(
        known.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in SUGGESTION.items()
    )


def frequently_bought(found: pl.DataFrame, provenance: str, *, backing: Backing) -> pl.DataFrame:
    """Anchors and their add-ons as suggestions of kind FBT, one unit each.

    Args:
        found: ``anchor_id``, ``add_on_ids``, and ``evidence`` where there is some.
        provenance: Name of the source.
        backing: How far orders back them.

    Returns:
        Suggestions in the same order; add-ons by variant id.
    """
    add_ons = pl.col("add_on_ids").list.sort().list.eval(one_unit(pl.element(), "add_on"))
    anchor = pl.concat_list(one_unit(pl.col("anchor_id"), "anchor"))
    return found.with_columns(
        kind=pl.lit("FBT"), members=pl.concat_list(anchor, add_ons), backing=pl.lit(backing)
    ).pipe(suggestions_of, provenance)


def one_unit(variant_id: pl.Expr, role: str) -> pl.Expr:
    """A member: one unit of a variant in a role."""
    return member(variant_id, pl.lit(1, pl.Int64), role)


def member(variant_id: pl.Expr, quantity: pl.Expr, role: str) -> pl.Expr:
    """A member: units of a variant in a role."""
    return pl.struct(
        variant_id=variant_id, quantity=quantity.cast(pl.Int64), role=pl.lit(role)
    ).cast(MEMBER)


def merged(suggestions: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Suggestions of all sources, each offer once, the strongest first.

    Strength is, in this order: proven before pooled before unproven; the lower p-value; the higher
    size-adjusted lift, which tells strong ones apart whose p-values underflow to 0 together; the
    higher ``rate_low`` of ``uptake``. Of suggestions of one offer (kind, variants, quantities and
    ``pick_count``) the strongest is kept, and names all sources.

    Args:
        suggestions: One frame per source.

    Returns:
        Suggestions, numbered from 0 as ``suggestion``.
    """
    evidence, uptake = pl.col("evidence").struct, pl.col("uptake").struct
    by_strength = pl.concat(suggestions).sort(
        pl.col("backing").cast(pl.Enum(BACKINGS)),
        evidence.field("p_value"),
        -evidence.field("adjusted_lift"),
        -uptake.field("rate_low"),
        "kind",
        pl.col("members").list.eval(pl.element().struct.field("variant_id")).list.join("|"),
        # Sources of one offer with nothing to tell them apart.
        pl.col("provenance").list.first(),
        nulls_last=True,
    )
    return (
        by_strength.group_by("kind", offer=offered("members"), maintain_order=True)
        .agg(
            pl.exclude("kind", "provenance").first(),
            provenance=pl.col("provenance")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True),
        )
        .select(*SUGGESTION)
        .with_row_index("suggestion")
    )
