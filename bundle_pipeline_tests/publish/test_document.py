import json
import math
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from bundle_pipeline.errors import SchemaError
from bundle_pipeline.publish.document import BUNDLE_KEYS, render_json
from bundle_pipeline.publish.header import Exclusion
from bundle_pipeline.schemas.bundles import PublishedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    priced,
    scored,
)
from bundle_pipeline_tests.support.documents import header, published
from bundle_pipeline_tests.support.frames import shuffled


def bundle(*items: Row, **changes: object) -> Row:
    return priced(scored(candidate(*items, **changes)))


PAIR = bundle(bundle_item("a", title="Löffel"), bundle_item("b", title='=1+1 "x"'))


def test_a_bundle_has_every_declared_field_in_the_declared_order() -> None:
    (found,) = document(published(PAIR))["bundles"]
    assert list(found) == list(BUNDLE_KEYS)
    assert list(found["pricing"]) == [
        "currency",
        "list_total_minor",
        "bundle_price_minor",
        "discount_minor",
        "discount_rate",
        "item_prices_minor",
        "tiers",
        "reward",
        "floor_minor",
        "floor_reason",
        "margin_minor",
        "incremental_margin_minor",
        "incremental_margin_minor_low",
        "incremental_margin_minor_high",
        "break_even_attach_rate",
        "derivation",
    ]
    assert list(found["items"][0]) == list(bundle_item("a"))
    assert list(found["evidence"]) == list(evidence())


def test_values_are_those_of_the_frame_with_the_shop_beside_them() -> None:
    (found,) = document(published(PAIR))["bundles"]
    assert found["shop_id"] == "corner"
    assert found["as_of"] == "2024-03-01T12:30:00Z"
    assert found["items"] == PAIR["items"]
    assert found["evidence"] == PAIR["evidence"]
    assert found["pricing"] == PAIR["pricing"]


def test_the_header_stands_above_the_bundles() -> None:
    excluded = (Exclusion(noun="rows", rule="test_order", count=3),)
    found = document(published(PAIR), excluded=excluded)
    assert list(found)[:3] == ["shop_id", "preview", "as_of"]
    assert list(found)[-1] == "bundles"
    assert found["counts_in"]["basket_count"] == 58
    assert found["counts_out"]["bundle_count"] == 1
    assert found["excluded"] == [{"noun": "rows", "rule": "test_order", "count": 3}]
    assert found["evaluation"] == []


def test_an_empty_shop_says_why() -> None:
    empty = PublishedBundles.create_empty()
    found = document(empty, as_of=None, why_empty="There are no orders yet.")
    assert found["bundles"] == []
    assert found["as_of"] is None
    assert found["why_empty"] == "There are no orders yet."


def test_text_is_utf_8_as_it_was_and_the_file_ends_with_a_newline() -> None:
    content = render_json(header(), published(PAIR))
    assert "Löffel".encode() in content
    assert rb'"=1+1 \"x\""' in content
    assert content.endswith(b"}\n")
    assert content.decode().count("\r") == 0


def test_times_of_other_zones_are_written_in_utc() -> None:
    berlin = datetime.fromisoformat("2024-03-01T01:00:00.000250+01:00")
    assert document(published(PAIR), as_of=berlin)["as_of"] == "2024-03-01T00:00:00.000250Z"
    assert berlin.astimezone(UTC).hour == 0


def test_floats_read_back_as_the_same_float() -> None:
    odd = bundle(bundle_item("a"), bundle_item("b"), evidence=evidence(p_value=5e-324, lift=1 / 3))
    (found,) = document(published(odd))["bundles"]
    assert found["evidence"]["p_value"] == 5e-324
    assert found["evidence"]["lift"] == 1 / 3


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_json_does_not_know_are_refused(number: float) -> None:
    broken = published(PAIR).with_columns(score=pl.lit(number))
    with pytest.raises(SchemaError, match=r"BP-PUBLISH-NUMBER.*shop corner"):
        render_json(header(), broken)


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_bundles_give_the_same_bytes(seed: int) -> None:
    frame = published(*(bundle(bundle_item("a"), bundle_item(other)) for other in "bcdef"))
    assert render_json(header(), shuffled(frame, seed)) == render_json(header(), frame)


def document(frame: pl.DataFrame, **changes: object) -> dict[str, Any]:
    return json.loads(render_json(header(**changes), frame))
