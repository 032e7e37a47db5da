"""Component ``novelty``: whether a page hears something new from the bundle."""

import polars as pl


def novelty_component() -> pl.Expr:
    """``1 / sqrt(1 + k)``, ``k`` the stronger candidates on the same page.

    The page is the anchor's product, or its variant where no product is known; stronger are those
    with more baskets beyond chance, ties by ``bundle_id``. The first on a page is worth 1, the
    second 0.71, the fifth 0.45: the replaced system's penalty of repeated products, without steps.

    Returns:
        Float64 in 0..1, per candidate.
    """
    anchor, facts = pl.col("items").list.first().struct, pl.col("evidence").struct
    page = pl.coalesce(anchor.field("product_id"), anchor.field("variant_id"))
    excess = (facts.field("basket_count") - facts.field("expected_count")).fill_null(0.0)
    place = pl.struct(-excess, pl.col("bundle_id")).rank("ordinal").over(page)
    return 1 / place.cast(pl.Float64).sqrt()
