"""Failures of the object store over real HTTP: bounded in time, and told as what they mean."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bundle_pipeline.errors import BundlePipelineError, ConfigError, TransientError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.failures import store_error
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import Objects, opened
from bundle_pipeline.store.patience import PATIENCE, Patience
from bundle_pipeline_tests.support.faulty_s3 import CONTENT, Fault, FaultyS3, faulty_s3

# As the defaults, scaled to what a test may take.
SHORT = Patience(
    retry_count=3,
    retry_seconds=1.0,
    silence_seconds=0.5,
    request_seconds=2.0,
    max_backoff_seconds=0.2,
)
# The last retry begins within retry_seconds and then fails after silence_seconds; some for load.
DEADLINE_SECONDS = SHORT.retry_seconds + SHORT.silence_seconds + 1.0
TRANSIENT: list[Fault] = ["500", "503", "hang", "cut", "drop", "drip"]
REFUSED: list[Fault] = ["403", "404", "301"]
ACTIONS: dict[str, Callable[[Objects], object]] = {
    "list": lambda objects: list(objects.walked()),
    "read": lambda objects: objects.read("corner/orders.csv"),
    "write": lambda objects: objects.write_once("corner/orders.csv", b"x"),
}


@pytest.fixture(name="server")
def _server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    with faulty_s3() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key-canary")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-canary")
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        yield server


@pytest.mark.parametrize("action", ["list", "read"])
@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_failing_store_is_given_up_on_in_time(
    server: FaultyS3, fault: Fault, action: str
) -> None:
    server.fault = fault
    started = time.monotonic()
    with pytest.raises(TransientError, match=rf"BP-STORE-\w+ s3://bucket/in/.*{action}"):
        ACTIONS[action](opened("s3://bucket/in", patience=SHORT))
    assert time.monotonic() - started < DEADLINE_SECONDS
    assert server.request_count <= 1 + SHORT.retry_count
    # A listing whose body breaks off isn't asked for again by the library.
    assert server.request_count >= 2 or (action == "list" and fault in {"cut", "drip"})


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("fault", REFUSED)
def test_a_refusal_is_told_at_once_with_action_and_place(
    server: FaultyS3, fault: Fault, action: str
) -> None:
    server.fault = fault
    with pytest.raises(ConfigError, match=rf"BP-STORE-\w+ s3://bucket/in/.* to {action}") as told:
        ACTIONS[action](opened("s3://bucket/in", patience=SHORT))
    assert server.request_count == 1
    assert "canary" not in str(told.value)


@pytest.mark.parametrize("fault", ["500", "503", "drop", "cut", "hang"])
def test_a_store_that_recovers_is_not_noticed(server: FaultyS3, fault: Fault) -> None:
    server.fault = fault
    server.faulty_requests = 1
    assert opened("s3://bucket", patience=SHORT).read("corner/orders.csv") == CONTENT


def test_an_object_of_another_size_or_tag_than_listed_is_refused(server: FaultyS3) -> None:
    objects = opened("s3://bucket", patience=SHORT)
    (entry,) = objects.walked()
    assert objects.read_listed(entry) == CONTENT
    assert server.request_count == 2
    for other in (replace(entry, version='"other"'), replace(entry, byte_count=7)):
        with pytest.raises(TransientError, match="BP-STORE-CHANGED"):
            objects.read_listed(other)


@pytest.mark.parametrize(("fault", "expected"), [("403", ConfigError), ("404", ConfigError)])
def test_tables_tell_a_refusal_as_objects_do(
    server: FaultyS3, fault: Fault, expected: type[BundlePipelineError]
) -> None:
    server.fault = fault
    with pytest.raises(expected, match="BP-STORE-"):
        Lake("s3://bucket/lake").read(ItemCounts, shop_id("corner"))


def test_tables_of_a_failing_store_are_given_up_on(
    server: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bundle_pipeline.store.open_tables.PATIENCE", SHORT)
    server.fault = "500"
    started = time.monotonic()
    with pytest.raises(TransientError, match="BP-STORE-FAILED"):
        Lake("s3://bucket/lake").read(ItemCounts, shop_id("corner"))
    assert time.monotonic() - started < DEADLINE_SECONDS * 2


def test_patience_ends_within_one_tick_of_the_sensor() -> None:
    assert PATIENCE.retry_seconds + PATIENCE.silence_seconds < 30


def test_a_failure_nobody_has_seen_yet_is_worth_another_try() -> None:
    error = store_error(OSError("odd"), action="read", place="s3://b/k")
    assert isinstance(error, TransientError)
    assert "odd to read" in str(error)
