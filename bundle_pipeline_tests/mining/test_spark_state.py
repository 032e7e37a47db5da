"""Whether Spark can be used: what is missing is named, with what to do."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.counting import count_itemsets
from bundle_pipeline.mining.frequent_itemsets import stored_frequent_itemsets
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline.mining.spark import state
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.store.parts import no_parts
from bundle_pipeline_tests.support.java import environment_with_java, packaged_java

SPARK = CountingParams(engine="spark")


def _java_that_says(version: str, folder: Path) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", "utf-8")
    java.chmod(0o700)
    return folder


def _count() -> None:
    lines = pl.DataFrame({"basket": [1, 1], "item": [0, 1]})
    count_itemsets(lines, 1, max_size=2, params=SPARK)


def test_without_java_counting_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    wanted = rf"BP-SPARK mining.engine: spark.*no Java in JAVA_HOME.*{tmp_path}.*install Java 17"
    with pytest.raises(ConfigError, match=wanted):
        _count()
    with pytest.raises(ConfigError, match=r"set mining\.engine: kernel"):
        stored_frequent_itemsets(no_parts(Baskets), BasketParams(), 1, max_size=2, params=SPARK)
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="no Java on the path"):
        _count()


@pytest.mark.parametrize(
    ("said", "found"),
    [("11.0.2", "Java 11 "), ("1.8.0_392", "Java 8 "), ("?", "Java of an unknown version")],
)
def test_a_java_too_old_for_spark_is_named(
    said: str, found: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(_java_that_says(said, tmp_path)))
    with pytest.raises(ConfigError, match=f"found {found}"):
        _count()


def test_without_pyspark_counting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(state, "version", missing)
    with pytest.raises(ConfigError, match=r"no pyspark.*install bundle-pipeline\[spark\]"):
        _count()


@pytest.mark.parametrize("options", ["16g", '["16g"]', '{"spark.executor.memory": 16}'])
def test_options_that_are_no_json_object_of_texts_are_refused(
    options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUNDLE_SPARK_OPTIONS", options)
    with pytest.raises(ConfigError, match=r"BP-SPARK-OPTIONS.*a JSON object"):
        _count()


def test_the_java_of_the_tests_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(packaged_java(tmp_path / "java")))
    known = state.spark_state()
    assert known.problem is None
    assert known.found.startswith("pyspark ")
    assert environment_with_java(tmp_path / "another") == {}
