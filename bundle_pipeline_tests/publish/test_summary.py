import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.publish.header import Exclusion, Header
from bundle_pipeline.publish.summary import header_of
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.bundles import DroppedCandidates, RankedBundles
from bundle_pipeline.schemas.evaluation import Evaluation
from bundle_pipeline.schemas.ingest import IngestLedger
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.bundles import Row, bundle_item, candidate, priced, scored
from bundle_pipeline_tests.support.documents import ranked_bundles
from bundle_pipeline_tests.support.frames import (
    BETWEEN_ORDERS,
    FIRST_ORDER_AT,
    baskets_frame,
    orders_frame,
    shuffled,
)
from bundle_pipeline_tests.support.mined import pair, pair_rules_frame
from bundle_pipeline_tests.support.products import variant, variants_frame

BASKETS = encode_baskets(baskets_frame("ab", "ab", "a", "abc"), BasketParams(max_basket_size=2))
FRAMES: dict[str, pl.DataFrame] = {
    "orders": orders_frame(4),
    "variants": variants_frame(variant("a"), variant("b")),
    "pair_rules": pair_rules_frame(pair("a", "b", count=2, counts=(3, 2), basket_total=3)),
    "ranked_bundles": ranked_bundles(priced(scored(candidate(bundle_item("a"), bundle_item("b"))))),
    "dropped_candidates": DroppedCandidates.create_empty(),
    "ingest_ledger": IngestLedger.create_empty(),
    "evaluation": Evaluation.create_empty(),
}


def test_counts_are_those_of_the_frames() -> None:
    header = header_with(ingest_ledger=ledger(landed("a.csv", 6, 5, test_order=1)))
    assert header.counts_in.model_dump() == {
        "file_count": 1,
        "row_count": 6,
        "order_count": 4,
        "order_line_count": 8,
        "variant_count": 2,
        "basket_count": 3,
    }
    assert header.counts_out.model_dump() == {
        "significant_pair_count": 1,
        "candidate_count": 1,
        "bundle_count": 1,
    }
    assert header.why_empty is None


def test_what_the_orders_can_show_at_all_is_stated_with_bundles_too() -> None:
    header = header_of(
        shop_id("corner"),
        baskets=BASKETS,
        order_line_count=8,
        smallest_detectable_lift=3.5,
        baskets_for_double=1900,
        preview=None,
        settings_hash="abc",
        code_version="1",
        **FRAMES,
    )
    assert (header.smallest_detectable_lift, header.baskets_for_double) == (3.5, 1900)


def test_the_newest_order_is_the_clock() -> None:
    assert header_with().as_of == FIRST_ORDER_AT + 3 * BETWEEN_ORDERS


def test_what_was_left_out_is_added_up_by_rule_over_all_files() -> None:
    header = header_with(
        ingest_ledger=ledger(
            landed("a.csv", 6, 3, test_order=1, cancelled=2), landed("b.csv", 4, 3, test_order=1)
        ),
        dropped_candidates=dropped("FADED", "OUT_OF_STOCK", "FADED"),
    )
    assert header.excluded == (
        Exclusion(noun="rows", rule="cancelled", count=2),
        Exclusion(noun="rows", rule="test_order", count=2),
        Exclusion(noun="baskets", rule="above_size_limit", count=1),
        Exclusion(noun="candidates", rule="FADED", count=2),
        Exclusion(noun="candidates", rule="OUT_OF_STOCK", count=1),
    )
    assert header.counts_out.candidate_count == 4


def test_a_shop_without_bundles_says_why() -> None:
    header = header_with(
        ranked_bundles=RankedBundles.create_empty(), dropped_candidates=dropped("FADED")
    )
    assert header.why_empty is not None
    assert "1 not seen again in the newest orders (FADED)" in header.why_empty


def test_an_empty_shop_has_a_header_without_a_clock() -> None:
    header = header_with(
        encode_baskets(baskets_frame()),
        **{name: frame.clear() for name, frame in FRAMES.items()},
    )
    assert header.as_of is None
    assert header.excluded == ()
    assert header.why_empty == "There are no orders with resolved variants yet."


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_frames_give_the_same_header(seed: int) -> None:
    frames = FRAMES | {
        "ingest_ledger": ledger(landed("a.csv", 6, 5, b=1), landed("b.csv", 4, 2, a=1, b=1)),
        "dropped_candidates": dropped("FADED", "OUT_OF_STOCK", "SLOTS_FULL"),
    }
    mixed = {name: shuffled(frame, seed) for name, frame in frames.items()}
    assert header_with(**mixed) == header_with(**frames)


def header_with(baskets: EncodedBaskets = BASKETS, /, **frames: pl.DataFrame) -> Header:
    return header_of(
        shop_id("corner"),
        baskets=baskets,
        order_line_count=8,
        smallest_detectable_lift=None,
        baskets_for_double=None,
        preview=None,
        settings_hash="abc",
        code_version="1",
        **(FRAMES | frames),
    )


def landed(path: str, row_count: int, loaded_count: int, **excluded: int) -> Row:
    """A landed file whose other rows were excluded, so many for each reason."""
    return {
        "path": path,
        "kind": "orders",
        "content_hash": "0" * 64,
        "byte_count": 1,
        "row_count": row_count,
        "loaded_count": loaded_count,
        "superseded_count": 0,
        "excluded_count": row_count - loaded_count,
        "quarantined_count": 0,
        "reasons": [
            {"outcome": "excluded", "reason": reason, "row_count": rows}
            for reason, rows in excluded.items()
        ],
        "encoding": None,
        "unmapped_headers": [],
    }


def ledger(*files: Row) -> pl.DataFrame:
    declared: pl.Schema = IngestLedger.create_empty().schema
    return checked(IngestLedger, pl.DataFrame(files, schema=declared))


def dropped(*codes: str) -> pl.DataFrame:
    rows = [
        {"bundle_id": str(i), "variant_ids": ["a"], "code": code, "detail": "", "score": 0.5}
        for i, code in enumerate(codes)
    ]
    declared: pl.Schema = DroppedCandidates.create_empty().schema
    return checked(DroppedCandidates, pl.DataFrame(rows, schema=declared))
