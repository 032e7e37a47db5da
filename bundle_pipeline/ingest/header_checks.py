"""Headers that can't be used, and the refusals that say why."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, Groups, kind_aliases
from bundle_pipeline.ingest.dialects import recognised_dialect
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

# Ends of lines of other systems, and quoted cells, which may hold any.
_LINE_END = re.compile("[\r\x1e\x85\u2028\u2029]")
_QUOTED = re.compile('"[^"]*"')

UNKNOWN_FILE = "BP-CSV-UNKNOWN"


def checked_header(line: bytes, *, delimiter: str, place: str) -> list[str]:
    """Cells of a header record.

    Raises:
        InputDataError: It is too long, has too many cells, names two columns alike, or holds the
            end of a line that isn't the file's newline.
    """
    if len(line) > _MAX_HEADER_BYTES:
        found = f"a first row of {len(line)} bytes"
        raise _refused_header(place, found, f"at most {_MAX_HEADER_BYTES} bytes")
    text = line.decode("utf-8")
    header = header_cells(text, delimiter=delimiter)
    if len(header) > _MAX_COLUMNS:
        raise _refused_header(place, f"{len(header)} columns", f"at most {_MAX_COLUMNS}")
    _refuse_other_line_ends(text, header, place)
    named = Counter(match_key(name) for name in header if name.strip())
    repeated = [at for at, name in enumerate(header) if named[match_key(name)] > 1]
    kind = recognised_kind(header) if repeated else None
    if kind is not None:
        shown = ", ".join(_shown_columns(kind, header, repeated))
        found = f"{len(repeated)} columns that mean the same: {shown}"
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


def _refuse_other_line_ends(text: str, header: Sequence[str], place: str) -> None:
    # Rows behind such a sign would be read as header cells, or not at all.
    found = _LINE_END.search(_QUOTED.sub("", text.strip()))
    if found is None or not (recognised_kind(header) or recognised_dialect(header)):
        return
    raise InputDataError(
        "BP-CSV-NEWLINE",
        place=f"{place} line 1",
        found=f"a first line that goes on behind U+{ord(found[0]):04X}, which ends lines elsewhere",
        expected="one kind of line end throughout: a newline, with or without a carriage return",
        remedy="export the file again without opening it in an editor or spreadsheet",
    )


def _shown_columns(kind: FileKind, header: Sequence[str], columns: Sequence[int]) -> list[str]:
    """Columns by their name, if an alias knows it; by their place, if it may be anything.

    Where newlines got lost on the way the first rows stand in the header, with people's names.
    """
    fields = kind_aliases(kind).fields
    known = {match_key(spelling) for spellings in fields.values() for spelling in spellings}
    return [
        ascii(header[at].strip()[:40]) if match_key(header[at]) in known else f"number {at + 1}"
        for at in columns
    ]


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
