"""The table of quirks, read and loaded."""

import tempfile
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline_tests.support.landing import ReadShop, loaded_files

_FOLDER = Path(__file__).parent

Cell = str | int | float | bool | None


class ExpectedFrame(BaseModel):
    """Columns of a frame and their rows."""

    model_config = ConfigDict(extra="forbid")

    columns: list[str]
    rows: list[list[Cell]]


class Outcomes(BaseModel):
    """How many rows came in, and how many went where."""

    model_config = ConfigDict(extra="forbid")

    rows_in: int
    loaded: int = 0
    superseded: int = 0
    excluded: dict[str, int] = Field(default_factory=dict)
    quarantined: dict[str, int] = Field(default_factory=dict)


class Quirk(Outcomes):
    """One delivery; the meaning of each part stands in the YAML file."""

    number: int | None = None
    shows: str
    files: list[str]
    settings: dict[str, object] = Field(default_factory=dict)
    frames: dict[str, ExpectedFrame] = Field(default_factory=dict)

    @property
    def outcomes(self) -> Outcomes:
        """What is expected of its rows."""
        return Outcomes(**{name: getattr(self, name) for name in Outcomes.model_fields})


@cache
def quirks() -> dict[str, Quirk]:
    """Every quirk by name."""
    text = (_FOLDER / "quirks.yaml").read_text("utf-8")
    return TypeAdapter(dict[str, Quirk]).validate_python(yaml.safe_load(text))


def loaded(quirk: Quirk) -> ReadShop:
    """Land a quirk's files as a shop, and load it."""
    params = IngestParams.model_validate({"max_quarantined_rate": 1.0, **quirk.settings})
    contents = {name: (_FOLDER / "files" / name).read_bytes() for name in quirk.files}
    with tempfile.TemporaryDirectory() as folder:
        return loaded_files(Path(folder), contents, params=params)


def outcomes(shop: ReadShop) -> Outcomes:
    """What became of a shop's rows, by its ledger."""
    ledger = shop.ingest_ledger
    reasons: dict[str, Counter[str]] = {"excluded": Counter(), "quarantined": Counter()}
    for listed in ledger["reasons"].to_list():
        for entry in listed:
            if entry["outcome"] in reasons:
                reasons[entry["outcome"]][entry["reason"]] += entry["row_count"]
    return Outcomes(
        rows_in=sum(ledger["row_count"].to_list()),
        loaded=sum(ledger["loaded_count"].to_list()),
        superseded=sum(ledger["superseded_count"].to_list()),
        excluded=dict(reasons["excluded"]),
        quarantined=dict(reasons["quarantined"]),
    )


def shown_rows(frame: pl.DataFrame, columns: list[str]) -> list[list[Cell]]:
    """Rows of some columns, times as ISO 8601."""
    return [
        [cell.isoformat() if isinstance(cell, datetime) else cell for cell in row]
        for row in frame.select(columns).rows()
    ]
