"""A shop's header, counted from its frames."""

from collections.abc import Iterator

import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.publish.emptiness import why_empty
from bundle_pipeline.publish.header import (
    CountsIn,
    CountsOut,
    Exclusion,
    Header,
    Preview,
    Tried,
)
from bundle_pipeline.schemas.shop_id import ShopId


def header_of(
    shop_id: ShopId,
    *,
    ingest_ledger: pl.DataFrame,
    orders: pl.DataFrame,
    order_line_count: int,
    variants: pl.DataFrame,
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
    ranked_bundles: pl.DataFrame,
    dropped_candidates: pl.DataFrame,
    evaluation: pl.DataFrame,
    smallest_detectable_lift: float | None,
    baskets_for_double: int | None = None,
    settings_hash: str,
    code_version: str,
    preview: Preview | None = None,
) -> Header:
    """What went in, what came out, what was left out and, if nothing came out, why.

    Args:
        shop_id: Shop.
        ingest_ledger: ``IngestLedger``.
        orders: ``Orders``; the newest one is the data clock.
        order_line_count: Rows of ``OrderLines``.
        variants: ``Variants``.
        baskets: Counted baskets.
        pair_rules: ``PairRules``, both directions of each pair.
        ranked_bundles: ``RankedBundles``.
        dropped_candidates: ``DroppedCandidates``.
        evaluation: ``Evaluation``.
        smallest_detectable_lift: How many times chance a pair must reach to be seen; None if
            unknown.
        baskets_for_double: Baskets that it takes to see a pair of twice chance; None if unknown.
        settings_hash: Hash of the settings in force.
        code_version: Version of the code.
        preview: Limits, if this is a quick look.
    """
    codes = dropped_candidates.get_column("code").value_counts().sort("code")
    counts_in = CountsIn(
        file_count=ingest_ledger.height,
        row_count=int(ingest_ledger.get_column("row_count").sum()),
        order_count=orders.height,
        order_line_count=order_line_count,
        variant_count=variants.height,
        basket_count=baskets.basket_count,
    )
    counts_out = CountsOut(
        significant_pair_count=pair_rules.filter("is_significant").height // 2,
        candidate_count=ranked_bundles.height + dropped_candidates.height,
        bundle_count=ranked_bundles.height,
    )
    return Header(
        shop_id=shop_id,
        preview=preview,
        as_of=orders.select(pl.col("ordered_at").max()).item(),
        counts_in=counts_in,
        counts_out=counts_out,
        smallest_detectable_lift=smallest_detectable_lift,
        baskets_for_double=baskets_for_double,
        excluded=(
            *_excluded_rows(ingest_ledger),
            *_capped(baskets.capped.basket_count),
            *(
                Exclusion(noun="candidates", rule=code, count=dropped)
                for code, dropped in codes.rows()
            ),
        ),
        settings_hash=settings_hash,
        code_version=code_version,
        evaluation=tuple(
            Tried.model_validate(row) for row in evaluation.select(*Tried.model_fields).to_dicts()
        ),
        why_empty=why_empty(
            bundle_count=counts_out.bundle_count,
            basket_count=counts_in.basket_count,
            significant_pair_count=counts_out.significant_pair_count,
            dropped_counts=dict(codes.rows()),
            smallest_detectable_lift=smallest_detectable_lift,
            baskets_for_double=baskets_for_double,
        ),
    )


def _excluded_rows(ingest_ledger: pl.DataFrame) -> Iterator[Exclusion]:
    """Rows that aren't loaded, by rule or reason, over all files."""
    reasons = (
        ingest_ledger.select("reasons")
        .explode("reasons", empty_as_null=False)
        .unnest("reasons")
        .group_by("reason")
        .agg(pl.col("row_count").sum())
        .sort("reason")
    )
    for reason, row_count in reasons.rows():
        yield Exclusion(noun="rows", rule=reason, count=row_count)


def _capped(basket_count: int) -> Iterator[Exclusion]:
    if basket_count:
        yield Exclusion(noun="baskets", rule="above_size_limit", count=basket_count)
