"""Component ``expected_margin``: what the joint buying beyond chance earns at list prices."""

import polars as pl

from bundle_pipeline.scoring.normalise import robust_scale

# Without costs nobody knows: neither for a bundle nor against it.
_UNKNOWN = 0.5


def with_earned(candidates: pl.DataFrame) -> pl.DataFrame:
    """Add ``earned``, ``log(1 + m * max(c - E, 0))``: null where it isn't known.

    ``m`` is the list total less the cost total in minor units, at least 0; ``c`` is
    ``basket_count`` and ``E`` ``expected_count``.

    Args:
        candidates: ``CandidateBundles``.
    """
    item, facts = pl.element().struct, pl.col("evidence").struct
    margins = pl.col("items").list.eval(
        item.field("quantity") * (item.field("unit_price_minor") - item.field("unit_cost_minor"))
    )
    is_known = ~margins.list.eval(pl.element().is_null()).list.any()
    excess = (facts.field("basket_count") - facts.field("expected_count")).clip(0.0)
    return candidates.with_columns(
        earned=pl.when(is_known).then((margins.list.sum().clip(0) * excess).log1p())
    )


def expected_margin_component() -> pl.Expr:
    """``earned`` on the robust scale of the shop's candidates.

    See :func:`~bundle_pipeline.scoring.normalise.robust_scale`: 0.5 for the typical candidate. 0.5
    where a price or a cost isn't known, 0 where no orders stand behind the bundle.

    Returns:
        Float64 in 0..1, per candidate :func:`with_earned`.
    """
    scaled = robust_scale(pl.col("earned")).fill_null(_UNKNOWN)
    is_unseen = pl.col("evidence").struct.field("basket_count").is_null()
    return pl.when(is_unseen).then(0.0).otherwise(scaled)
