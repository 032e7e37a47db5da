"""What products earn: revenue, discounts, refunds, margin."""

import polars as pl

from bundle_pipeline.features.sales import Sales


def product_money(sales: Sales) -> pl.DataFrame:
    """Sums of money and counts per product that was sold.

    - ``revenue_minor``: paid, after discounts (also those of the whole order, which ingest shares
      out), before refunds and tax as the lines state it.
    - ``margin_minor``: revenue less cost; null unless the cost of every unit is known, because half
      a margin is none.
    - ``refund_rate``: refunded over revenue, both of orders that state refunds. The replaced system
      counts orders; a returned sock and a returned sofa are not the same.
    - ``discount_rate``, ``discount_depth_rate``, ``discounted_line_rate``: money off over list
      value; the same of discounted lines; share of lines. Parts of bundles already sold are left
      out: those discounts are ours or the bundle's, not the product's.

    Rates are null where there is nothing to divide by.

    Returns:
        ``product`` with these, ``order_count``, ``unit_count``, ``first_sold_at`` and
        ``last_sold_at``.
    """
    net, gross, refunded = (pl.col(f"{name}_minor") for name in ("net", "gross", "refunded"))
    own = ~pl.col("is_bundle_component") & net.is_not_null()
    off = gross - net
    is_cost_known = pl.col("cost_minor").is_not_null() | net.is_null()
    cut = own & pl.col("is_discounted")
    return (
        sales.lines.group_by("product")
        .agg(
            order_count=pl.col("order").n_unique().cast(pl.Int64),
            unit_count=pl.col("quantity").sum(),
            first_sold_at=pl.col("ordered_at").min(),
            last_sold_at=pl.col("ordered_at").max(),
            revenue_minor=net.sum(),
            refunded_minor=pl.when(refunded.count() > 0).then(refunded.sum()),
            margin_minor=pl.when(is_cost_known.all()).then(net.sum() - pl.col("cost_minor").sum()),
            _stated=net.filter(refunded.is_not_null()).sum(),
            _off=off.filter(own).sum(),
            _gross=gross.filter(own).sum(),
            _cut_gross=gross.filter(cut).sum(),
            _cut_lines=cut.sum(),
            _lines=own.sum(),
        )
        .with_columns(
            refund_rate=_share("refunded_minor", "_stated"),
            discount_rate=_share("_off", "_gross"),
            discount_depth_rate=_share("_off", "_cut_gross"),
            discounted_line_rate=_share("_cut_lines", "_lines"),
        )
        .drop("_stated", "_off", "_gross", "_cut_gross", "_cut_lines", "_lines")
    )


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
