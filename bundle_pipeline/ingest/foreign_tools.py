"""Which other program wrote a file, by its headers; read once from ``foreign_tools.yaml``."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from bundle_pipeline.ingest.headers import match_key


class ForeignTool(BaseModel):
    """A program, what its exports are told by, and what to export instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    headers: tuple[tuple[str, ...], ...]
    remedy: str


def foreign_tool(header: Sequence[str]) -> ForeignTool | None:
    """The program that writes such a header; None if it is none we know."""
    keys = {match_key(name) for name in header}
    return next(
        (
            tool
            for tool in foreign_tools()
            if any(keys.issuperset(map(match_key, group)) for group in tool.headers)
        ),
        None,
    )


@cache
def foreign_tools() -> tuple[ForeignTool, ...]:
    """Every program of the file, in its order."""
    folder = resources.files("bundle_pipeline.ingest")
    text = folder.joinpath("foreign_tools.yaml").read_text("utf-8")
    return TypeAdapter(tuple[ForeignTool, ...]).validate_python(yaml.load(text, yaml.CSafeLoader))
