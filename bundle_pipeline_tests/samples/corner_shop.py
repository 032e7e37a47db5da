"""``corner-shop``: a generated shop with planted itemsets and planted dirt, and the truth of both.

Two exports of orders in two dialects: twelve weeks in the minimal eight columns, then a wider delta
that delivers some orders again. Everything is made up.
"""

import json
from pathlib import Path

import polars as pl

from bundle_pipeline_tests.samples.corner_dirt import (
    Dirt,
    Orders,
    delivered_again,
    dirt_of_base,
    with_sku_only_lines,
    with_unsold_orders,
)
from bundle_pipeline_tests.samples.corner_files import base_export, catalog_files, delta_export
from bundle_pipeline_tests.samples.corner_orders import BASE_ORDER_COUNT, Line, clean_orders
from bundle_pipeline_tests.samples.corner_truth import truth
from bundle_pipeline_tests.samples.files import ShopFiles

SEED = 20260105
_ARTICLES = Path(__file__).with_name("corner_shop_articles.csv")
# Names sort by time: of two deliveries of a line, the one in the later file is the newer.
_BASE_FILE = "2026-03-30_orders.csv"
_DELTA_FILE = "2026-04-02_orders_delta.csv"


def corner_shop() -> tuple[ShopFiles, bytes]:
    """Files of the shop by name, and what is true of them as JSON."""
    articles = pl.read_csv(_ARTICLES, infer_schema=False)
    orders = clean_orders(articles, seed=SEED)
    base, sku_only = with_sku_only_lines(orders[:BASE_ORDER_COUNT])
    again = delivered_again(base)
    delta, unsold = with_unsold_orders(orders[BASE_ORDER_COUNT:])
    base_dirt = dirt_of_base(base)

    base_lines = [*_lines(base), *_dirty_lines(base_dirt)]
    delta_lines = [*_dirty_lines(again), *_lines(delta)]
    files = {
        _BASE_FILE: base_export(base_lines, ragged=_line_ids(base_dirt, "too_many_fields")),
        _DELTA_FILE: delta_export(delta_lines, articles),
        **catalog_files(articles),
    }
    facts = truth(
        articles,
        sold={_BASE_FILE: base_lines, _DELTA_FILE: delta_lines},
        dirt={_BASE_FILE: [sku_only, *base_dirt], _DELTA_FILE: [*again, *unsold]},
    )
    return files, (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode()


def _lines(orders: Orders) -> list[Line]:
    return [line for order in orders for line in order]


def _dirty_lines(dirt: list[Dirt]) -> list[Line]:
    return [line for rows in dirt for line in rows.lines]


def _line_ids(dirt: list[Dirt], kind: str) -> set[str]:
    return {line.line_id for rows in dirt if rows.kind == kind for line in rows.lines}
