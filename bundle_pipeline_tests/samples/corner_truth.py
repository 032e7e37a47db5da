"""What is true of ``corner-shop``: planted itemsets, and what should become of each dirty row."""

from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from bundle_pipeline_tests.samples.corner_dirt import DELETED_VARIANT, Dirt
from bundle_pipeline_tests.samples.corner_orders import PLANTED, Line

Json = dict[str, object]
_UNSOLD = {"VOIDED", "REFUNDED"}


def truth(
    articles: pl.DataFrame,
    *,
    sold: Mapping[str, Sequence[Line]],
    dirt: Mapping[str, Sequence[Dirt]],
) -> Json:
    """The facts that tests compare with, as JSON.

    Args:
        articles: One row per variant.
        sold: Rows of each export of orders.
        dirt: What is dirty in each of them.
    """
    final = _final_lines(sold)
    return {
        "files": {name: len(lines) for name, lines in sold.items()},
        "order_rows": _outcomes(sold, dirt),
        "sold_order_count": len({line.order_id for line in final}),
        "planted": _planted(articles, final),
        "dirt": [
            {
                "file": name,
                "kind": rows.kind,
                "outcome": rows.outcome,
                "row_count": len(rows.lines),
                "line_ids": sorted(line.line_id for line in rows.lines),
            }
            for name, found in dirt.items()
            for rows in found
        ],
        "corrected_quantities": {
            line.line_id: int(line.quantity)
            for found in dirt.values()
            for rows in found
            if rows.kind == "corrected_line"
            for line in rows.lines
        },
        "variants": _variants(articles),
    }


def _outcomes(sold: Mapping[str, Sequence[Line]], dirt: Mapping[str, Sequence[Dirt]]) -> Json:
    """Rows over both exports by outcome; a line that was delivered twice is superseded once."""
    counts = Counter[str]()
    for rows in (rows for found in dirt.values() for rows in found):
        counts[rows.outcome] += len(rows.lines)
        # Its older copy is superseded, the newer one is left out.
        if rows.kind == "later_voided_line":
            counts["superseded"] += len(rows.lines)
    total = sum(len(lines) for lines in sold.values())
    other = counts["superseded"] + counts["excluded"] + counts["quarantined"]
    return {
        "total": total,
        "loaded": total - other,
        "superseded": counts["superseded"],
        "excluded": counts["excluded"],
        "quarantined": counts["quarantined"],
    }


def _final_lines(sold: Mapping[str, Sequence[Line]]) -> list[Line]:
    """The newest copy of each line, of orders that are sales.

    Rows that can't be used stand beside a clean line of the same order, so that they change neither
    which orders there are nor what these hold.
    """
    newest = {line.line_id: line for lines in sold.values() for line in lines}
    unsold = {line.order_id for line in newest.values() if line.status in _UNSOLD}
    return [line for line in newest.values() if line.order_id not in unsold]


def _planted(articles: pl.DataFrame, final: Sequence[Line]) -> list[Json]:
    variant_of = dict(zip(articles["sku"], articles["variant_id"], strict=True))
    skus_of: dict[str, set[str]] = {}
    for line in final:
        if line.sku is not None:
            skus_of.setdefault(line.order_id, set()).add(line.sku)
    return [
        {
            "name": planted.name,
            "variant_ids": sorted(variant_of[sku] for sku in planted.skus),
            "expectation": planted.expectation,
            "order_count": sum(skus >= set(planted.skus) for skus in skus_of.values()),
        }
        for planted in PLANTED
    ]


def _variants(articles: pl.DataFrame) -> Json:
    ids = pl.col("variant_id")
    stock = pl.sum_horizontal(pl.col("stock_front", "stock_back").cast(pl.Int64))
    untracked = pl.col("stock_front").is_null()
    named = {
        "draft": pl.col("status") == "draft",
        "archived": pl.col("status") == "archived",
        "untracked_stock": untracked,
        "out_of_stock": ~untracked & (stock == 0),
        "without_cost": pl.col("cost").is_null(),
        "sharing_a_sku": pl.col("sku").is_duplicated(),
    }
    chosen = {name: articles.filter(rule).select(ids) for name, rule in named.items()}
    lists = {name: rows.get_column("variant_id").to_list() for name, rows in chosen.items()}
    return {"count": articles.height, **lists, "deleted": [DELETED_VARIANT]}
