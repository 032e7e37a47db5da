"""What a header says its file is: an export of a dialect, a plain kind, or one of no use to us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind, kind_aliases
from bundle_pipeline.ingest.dialects import Dialect, dialects, recognised_dialect
from bundle_pipeline.ingest.header_checks import checked_columns, known_kind
from bundle_pipeline.ingest.headers import (
    fields_of,
    match_key,
    recognised_kind,
    unmapped_beside,
)

UNUSABLE_EXPORT = "BP-FILE-EXPORT"

ExtraAliases = Mapping[str, Mapping[str, Sequence[str]]]
"""More spellings of headers, by kind of file or dialect, and by field."""
NO_EXTRA_ALIASES: ExtraAliases = {}


@dataclass(frozen=True)
class Recognised:
    """What a file is.

    ``columns`` has the positions of each field, best spelling first; ``unmapped`` the headers that
    no field has.
    """

    kind: FileKind
    dialect: Dialect | None
    columns: Mapping[str, tuple[int, ...]]
    unmapped: tuple[str, ...]


class _UnusableExport(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    marks: tuple[str, ...]
    lacks: str
    instead: str


def fields_by_name() -> dict[str, Mapping[str, Sequence[str]]]:
    """Spellings of each field, by kind of file or dialect."""
    kinds = {kind: kind_aliases(kind).fields for kind in FILE_KINDS}
    return {**kinds, **{name: dialect.fields for name, dialect in dialects().items()}}


def recognised(header: Sequence[str], *, extra: ExtraAliases, place: str) -> Recognised:
    """What a file with this header is.

    Args:
        header: Header cells, as they stand there.
        extra: Spellings of the shop's own.
        place: Shop and path, for errors.

    Raises:
        InputDataError: It is none we know, one that can't be used, or lacks a column.
    """
    spelled = with_extra_spellings(header, extra)
    dialect = recognised_dialect(spelled)
    if dialect:
        kind, columns = dialect.gives[0], fields_of(dialect.fields, spelled)
    else:
        _refuse_unusable(spelled, place)
        kind = known_kind(spelled, place=place)
        columns = checked_columns(kind, spelled, place=place)
    unmapped = unmapped_beside(columns, header, unread=dialect.unread if dialect else ())
    return Recognised(kind, dialect, columns, tuple(unmapped))


def with_extra_spellings(header: Sequence[str], extra: ExtraAliases) -> list[str]:
    """The header with the shop's own spellings replaced by known ones, where they tell the file."""
    for name, spellings in extra.items():
        spelled = _respelled(header, fields_by_name()[name], spellings)
        if _name(spelled) == name:
            return spelled
    return list(header)


def _name(header: Sequence[str]) -> str | None:
    dialect = recognised_dialect(header)
    named = (name for name, known in dialects().items() if known is dialect)
    return next(named, None) or recognised_kind(header)


def _respelled(
    header: Sequence[str],
    known: Mapping[str, Sequence[str]],
    extra: Mapping[str, Sequence[str]],
) -> list[str]:
    spelled = list(header)
    for field, spellings in extra.items():
        for position, name in enumerate(header):
            taken = {match_key(cell) for cell in spelled}
            # A column in a known spelling keeps its place; another one of the field stands in for
            # what it leaves blank.
            free = [known_name for known_name in known[field] if match_key(known_name) not in taken]
            if free and match_key(name) in map(match_key, spellings):
                spelled[position] = free[0]
    return spelled


def _refuse_unusable(header: Sequence[str], place: str) -> None:
    keys = {match_key(name) for name in header}
    for export in _unusable_exports():
        if all(match_key(mark) in keys for mark in export.marks):
            raise InputDataError(
                UNUSABLE_EXPORT,
                place=place,
                found=export.says,
                expected=f"an export that doesn't lack {export.lacks}",
                remedy=export.instead,
            )


@cache
def _unusable_exports() -> tuple[_UnusableExport, ...]:
    source = resources.files("bundle_pipeline.ingest").joinpath("unusable_exports.yaml")
    table = TypeAdapter(dict[str, _UnusableExport])
    return tuple(
        table.validate_python(yaml.load(source.read_text("utf-8"), yaml.CSafeLoader)).values()
    )
