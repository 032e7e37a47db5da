"""What a header row says: the kind of the file, and which column holds which field."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bundle_pipeline.ingest.aliases import (
    FILE_KINDS,
    FileKind,
    Groups,
    kind_aliases,
    shop_headers,
)

_SEPARATORS = re.compile(r"[\s\-/_]+")
# "SKUCode" splits before the last capital of a run, "lineItem" before each capital.
_ACRONYM_END = re.compile(r"([A-Z]+)([A-Z][a-z])")
_WORD_END = re.compile(r"([a-z0-9])([A-Z])")


@dataclass(frozen=True)
class KindMatch:
    """How well a header fits one kind of file."""

    kind: FileKind
    column_count: int
    met_count: int
    missing: Groups
    is_marked: bool

    @property
    def is_recognised(self) -> bool:
        """Whether the header has all that is typical of the kind, or what marks it."""
        return self.is_marked or not self.missing


def canonicalised(header: str) -> str:
    """A header as snake_case: ``Line Item-ID``, ``lineItemId``, ``LINE_ITEM_ID`` are one name."""
    text = _SEPARATORS.sub("_", header.replace("\ufeff", "").strip())
    text = _WORD_END.sub(r"\1_\2", _ACRONYM_END.sub(r"\1_\2", text))
    return _SEPARATORS.sub("_", text).strip("_").lower()


@lru_cache(maxsize=4096)
def match_key(header: str) -> str:
    """What headers are compared by: no separators either, so that ``ORDERID`` is known too."""
    return canonicalised(header).replace("_", "")


def field_columns(kind: FileKind, header: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """Columns of a header that hold each field of a kind, best spelling first.

    Args:
        kind: Kind of the file.
        header: Its header cells, as they stand there.

    Returns:
        Positions from 0, for the fields that have at least one column.
    """
    return fields_of(kind_aliases(kind).fields, header)


def fields_of(
    spellings_of: Mapping[str, Sequence[str]], header: Sequence[str]
) -> Mapping[str, tuple[int, ...]]:
    """Columns of a header that hold each field, best spelling first, for fields that have one."""
    position = {match_key(name): index for index, name in reversed(list(enumerate(header)))}
    found = {
        name: tuple(
            dict.fromkeys(position[key] for key in map(match_key, spellings) if key in position)
        )
        for name, spellings in spellings_of.items()
    }
    return {name: columns for name, columns in found.items() if columns}


def unmapped_headers(kind: FileKind, header: Sequence[str]) -> list[str]:
    """Headers that no alias of the kind knows, in their order; blank ones aren't listed."""
    return unmapped_beside(field_columns(kind, header), header)


def unmapped_beside(
    columns: Mapping[str, tuple[int, ...]], header: Sequence[str], *, unread: Sequence[str] = ()
) -> list[str]:
    """Headers of no field's columns, in their order; blank ones aren't listed.

    Args:
        columns: Positions of the columns of each field.
        header: Header cells.
        unread: Headers that are known and of no use, besides those that name the shop.
    """
    known = {column for positions in columns.values() for column in positions}
    of_no_use = {match_key(name) for name in (*shop_headers(), *unread)}
    return [
        name.strip()
        for index, name in enumerate(header)
        if name.strip() and index not in known and match_key(name) not in of_no_use
    ]


def kind_matches(header: Sequence[str]) -> list[KindMatch]:
    """Every kind, best fitting first.

    A kind whose typical groups are all met comes before one with gaps, and then the one with more
    groups met: a catalog file also has all that a variants file has, so the more demanding kind
    wins. What is still equal goes by fewer gaps (if any group is met: else the kind that asks least
    would seem the nearest), more mapped columns, then as in ``FILE_KINDS``.
    """
    return sorted(
        (_match(kind, header) for kind in FILE_KINDS),
        key=lambda match: (
            not match.is_recognised,
            bool(match.missing),
            -match.met_count,
            len(match.missing) if match.met_count else 0,
            -match.column_count,
        ),
    )


def recognised_kind(header: Sequence[str]) -> FileKind | None:
    """The kind of a file with this header; None if it is no kind we know."""
    best = kind_matches(header)[0]
    return best.kind if best.is_recognised else None


def header_cells(text: str, *, delimiter: str = ",") -> list[str]:
    """Cells of the first record that isn't blank; empty where there is none or it is no CSV."""
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        return next(
            (record for record in csv.reader(lines, delimiter=delimiter) if record), list[str]()
        )
    except csv.Error:
        return []


def missing_groups(fields: Mapping[str, object], groups: Groups) -> Groups:
    """The groups of which no field is there."""
    return tuple(group for group in groups if not any(name in fields for name in group))


def _match(kind: FileKind, header: Sequence[str]) -> KindMatch:
    aliases = kind_aliases(kind)
    fields = field_columns(kind, header)
    missing = missing_groups(fields, aliases.typical)
    return KindMatch(
        kind=kind,
        column_count=len(fields),
        met_count=len(aliases.typical) - len(missing),
        missing=missing,
        is_marked=not missing_groups(fields, aliases.marks),
    )
