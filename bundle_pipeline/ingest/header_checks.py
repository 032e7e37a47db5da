"""Headers that can't be used, and the refusals that say why."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, Groups, kind_aliases
from bundle_pipeline.ingest.foreign_tools import foreign_tool
from bundle_pipeline.ingest.headers import (
    field_columns,
    header_cells,
    kind_matches,
    match_key,
    missing_groups,
    recognised_kind,
)

# The widest export we know has 105 columns; a shop may add its own to it.
_MAX_COLUMNS = 2000
_MAX_HEADER_BYTES = 100 * 1024

UNKNOWN_FILE = "BP-CSV-UNKNOWN"


def checked_header(line: bytes, *, delimiter: str, place: str) -> list[str]:
    """Cells of a header record.

    Raises:
        InputDataError: It is too long, has too many cells or names two columns alike.
    """
    if len(line) > _MAX_HEADER_BYTES:
        found = f"a first row of {len(line)} bytes"
        raise _refused_header(place, found, f"at most {_MAX_HEADER_BYTES} bytes")
    header = header_cells(line.decode("utf-8"), delimiter=delimiter)
    if len(header) > _MAX_COLUMNS:
        raise _refused_header(place, f"{len(header)} columns", f"at most {_MAX_COLUMNS}")
    named = Counter(match_key(name) for name in header if name.strip())
    repeated = [name for name in header if named[match_key(name)] > 1]
    if repeated and recognised_kind(header):
        found = f"{len(repeated)} columns that mean the same: {', '.join(map(_shown, repeated))}"
        raise _refused_header(place, found, "each column once")
    return header


def known_kind(header: Sequence[str], *, place: str) -> FileKind:
    """The kind of a file with this header.

    Raises:
        InputDataError: It is none we know; names the program that wrote it where that is known, or
            says that each row is one quoted cell.
    """
    kind = recognised_kind(header)
    if kind is not None:
        return kind
    _refuse_rows_in_quotes(header, place)
    tool = foreign_tool(header)
    if tool is not None:
        raise InputDataError(
            UNKNOWN_FILE,
            place=place,
            found=f"an export of {tool.name}, whose columns mean other things",
            expected="an export of the shop itself",
            remedy=tool.remedy,
        )
    nearest = kind_matches(header)[0]
    raise InputDataError(
        UNKNOWN_FILE,
        place=place,
        found="a header that fits no kind of file",
        expected=f"{nearest.kind}, which it is nearest to, also has "
        f"{_spelled_groups(nearest.kind, nearest.missing)}",
        remedy="rename its columns, or leave it: no row of it is read",
    )


def checked_columns(
    kind: FileKind, header: Sequence[str], *, place: str
) -> Mapping[str, tuple[int, ...]]:
    """Columns that hold each field of a kind.

    Raises:
        InputDataError: A field is missing without which the rows can't be used.
    """
    columns = field_columns(kind, header)
    missing = missing_groups(columns, kind_aliases(kind).required)
    if missing:
        tool = foreign_tool(header)
        remedy = "add the column to the export, or rename it if it has another name"
        raise InputDataError(
            "BP-CSV-COLUMN",
            place=f"{place} line 1",
            found=f"{kind} without {_spelled_groups(kind, missing)}",
            expected="a column for each of these, in any spelling or case",
            remedy=f"it looks like an export of {tool.name}: {tool.remedy}" if tool else remedy,
        )
    return columns


def _refuse_rows_in_quotes(header: Sequence[str], place: str) -> None:
    # What a spreadsheet that expects semicolons makes of a file with commas: all in column A.
    if len(header) == 1 and recognised_kind(header_cells(header[0])):
        raise InputDataError(
            "BP-CSV-DELIMITER",
            place=place,
            found="rows of one quoted cell each, with the columns inside",
            expected="columns separated by commas, semicolons, tabs or vertical bars",
            remedy="export it again without opening it in a spreadsheet",
        )


def _shown(header: str) -> str:
    return ascii(header.strip()[:40])


def _spelled_groups(kind: FileKind, groups: Groups) -> str:
    fields = kind_aliases(kind).fields
    spelled = (
        " or ".join(dict.fromkeys(name for field in group for name in fields[field]))
        for group in groups
    )
    return "; ".join(spelled)


def _refused_header(place: str, found: str, expected: str) -> InputDataError:
    return InputDataError(
        "BP-CSV-HEADER",
        place=f"{place} line 1",
        found=found,
        expected=expected,
        remedy="remove what is too much from the export and upload it again",
    )
