"""Component ``price_sanity``: whether the add-ons are small beside what brought the buyer."""

import math

import polars as pl

# Nobody who came for a case adds the phone: from four times the anchor's price on an add-on is the
# larger purchase, and the bundle hangs on the wrong page.
_HOPELESS_RATIO = 4.0

# Without prices there is nothing to hold against a bundle, and nothing to say for it.
_UNKNOWN = 0.5


def price_sanity_component() -> pl.Expr:
    """``1 - log(r) / log(4)`` within 0..1, ``r`` the dearest other item over the anchor's price.

    1 where no item costs more than the anchor, 0.5 at twice its price, 0 from four times on; the
    logarithm, since prices compare by ratio. Prices are those of the quantity in the bundle. 0.5
    where a price is unknown; 1 where there is no other item; 0 where only the anchor is free.

    Returns:
        Float64 in 0..1, per candidate.
    """
    unit_price = pl.element().struct.field("unit_price_minor")
    totals = pl.col("items").list.eval(unit_price * pl.element().struct.field("quantity"))
    anchor, dearest = totals.list.first(), totals.list.slice(1).list.max()
    sanity = 1 - (dearest / anchor).log() / math.log(_HOPELESS_RATIO)
    return (
        pl.when(totals.list.eval(pl.element().is_null()).list.any())
        .then(_UNKNOWN)
        .when(dearest.is_null() | (dearest <= anchor))
        .then(1.0)
        .when(anchor == 0)
        .then(0.0)
        .otherwise(sanity.clip(0.0, 1.0))
    )
