"""Exact counts on the sample shops: the same as an independent miner's on the same baskets."""

import warnings
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.pair_counts import count_pairs
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline_tests.support.landing import loaded_shop
from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlxtend.frequent_patterns import fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

MIN_BASKET_COUNT = 5


@pytest.mark.parametrize("shop", sorted(folder.name for folder in SAMPLE_SHOPS.iterdir()))
def test_pair_counts_equal_those_of_an_independent_miner(shop: str, tmp_path: Path) -> None:
    loaded = loaded_shop(SAMPLE_SHOPS, shop, tmp_path)
    baskets = baskets_of(loaded.orders, loaded.order_lines)
    ours = {
        frozenset(pair): count
        for *pair, count in count_pairs(
            encode_baskets(baskets), MiningParams(min_basket_count=MIN_BASKET_COUNT)
        ).iter_rows()
    }
    assert ours == _theirs(baskets)


def _theirs(baskets: pl.DataFrame) -> dict[frozenset[str], int]:
    orders = baskets.get_column("variant_ids").to_list()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoder = TransactionEncoder()
        table = encoder.fit_transform(orders, sparse=True)
        import pandas as pd  # noqa: PLC0415 the miner's own currency, used nowhere else

        frame = pd.DataFrame.sparse.from_spmatrix(table, columns=encoder.columns_).astype(bool)
        # A little below the count: the library compares shares, and would lose pairs at it.
        support = (MIN_BASKET_COUNT - 0.5) / len(orders)
        found = fpgrowth(frame, min_support=support, use_colnames=True, max_len=2)
    return {
        frozenset(items): round(share * len(orders))
        for share, items in zip(found["support"], found["itemsets"], strict=True)
        if len(items) == 2
    }
