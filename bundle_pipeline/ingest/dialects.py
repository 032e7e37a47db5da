"""The dialect table: exports that need more than a renaming, read from ``dialects.yaml``.

The kinds of ``aliases.yaml`` are dialects too: those whose rows are one line of an order, one
variant or one count each, with every fact on every row.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.headers import match_key


class Dialect(BaseModel):
    """One kind of export; the meaning of each part stands in the YAML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    gives: tuple[FileKind, ...]
    marks: tuple[str, ...]
    snapshot: Literal["full", "delta"]
    reshape: str
    fields: dict[str, tuple[str, ...]]
    customer: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    rest: bool = False

    @property
    def full_snapshot_of(self) -> str | None:
        """The kind of export of which a newer one replaces all of an older one; None if none.

        Layouts that are reshaped alike are one: a shop's exports change their headers over time.
        """
        return self.reshape if self.snapshot == "full" else None


@cache
def dialects() -> dict[str, Dialect]:
    """Every dialect by name."""
    text = resources.files("bundle_pipeline.ingest").joinpath("dialects.yaml").read_text("utf-8")
    return TypeAdapter(dict[str, Dialect]).validate_python(yaml.load(text, yaml.CSafeLoader))


def recognised_dialect(header: Sequence[str]) -> Dialect | None:
    """The dialect that a header fits; None if it fits none.

    Args:
        header: Header cells, as they stand there.
    """
    keys = {match_key(cell) for cell in header}
    fitting = [
        dialect
        for dialect in dialects().values()
        if all(match_key(mark) in keys for mark in dialect.marks)
    ]
    return max(fitting, key=lambda dialect: len(dialect.marks), default=None)
