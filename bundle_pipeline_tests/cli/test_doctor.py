import json
from pathlib import Path

import pytest
import typer

from bundle_pipeline.cli.doctor import doctor
from bundle_pipeline.cli.options import Format
from bundle_pipeline_tests.support.java import packaged_java
from bundle_pipeline_tests.support.kernels import without_kernel


def _facts(output: str) -> dict[str, str]:
    return {fact["what"]: fact["found"] for fact in json.loads(output)}


def test_doctor_names_the_engine_and_the_versions(capsys: pytest.CaptureFixture[str]) -> None:
    doctor(Format.JSON)
    facts = _facts(capsys.readouterr().out)
    assert facts["counting engine"] == "kernel"
    assert Path(facts["counting kernel"]).is_file()
    assert {"python", "polars", "duckdb", "bundle-pipeline", "processors it may use"} <= set(facts)


def test_doctor_ends_with_one_where_the_kernel_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with without_kernel(tmp_path), pytest.raises(typer.Exit) as exit_:
        doctor(Format.JSON)
    assert exit_.value.exit_code == 1
    facts = _facts(capsys.readouterr().out)
    assert facts["counting engine"].startswith("scipy")
    assert str(tmp_path) in facts["its state"]


def test_doctor_says_whether_spark_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(packaged_java(tmp_path / "java")))
    doctor(Format.JSON)
    assert _facts(capsys.readouterr().out)["engine spark"].startswith("can be used: pyspark ")
    # It is optional: that it can't be used is no fault.
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    doctor(Format.JSON)
    assert "no Java in JAVA_HOME" in _facts(capsys.readouterr().out)["engine spark"]


@pytest.mark.parametrize("output", [Format.TABLE, Format.CSV])
def test_doctor_prints_for_people_and_for_spreadsheets(
    output: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(output)
    assert "counting engine" in capsys.readouterr().out
