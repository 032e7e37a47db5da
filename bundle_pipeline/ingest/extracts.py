"""Rows that can't be used as a file to be mended, and the mended rows back in their lines.

An extract holds personal data as its file does: it is the merchant's own, and never stored by us.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import cast

import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.headers import header_cells
from bundle_pipeline.ingest.jsonl_rows import PARENT_ID, read_jsonl
from bundle_pipeline.ingest.ledger import UNUSABLE_FILE
from bundle_pipeline.ingest.raw_records import RawFile
from bundle_pipeline.ingest.recognition import ExtraAliases, recognised

Lines = Sequence[tuple[int, bytes]]


def extract_name(path: str) -> str:
    """Name of a file's extract; it isn't packed."""
    return path.removesuffix(".gz")


def is_whole(rows: pl.DataFrame) -> bool:
    """Whether a file is in quarantine as a whole.

    Args:
        rows: Its rows of ``Quarantine``.
    """
    return UNUSABLE_FILE in rows.get_column("reason")


def extracted(file: RawFile, lines: Collection[int]) -> Lines:
    """The records of these lines, and the objects that they are part of, by line.

    Raises:
        InputDataError: The file can't be split into records.
    """
    wanted = set(lines)
    if file.is_jsonl:
        wanted |= _lines_above(file, wanted)
    return list(file.records(wanted))


def extract(file: RawFile, records: Lines) -> bytes:
    """The file's header and these records, byte for byte, in UTF-8."""
    header = [] if file.is_jsonl else [file.header_record]
    return b"".join(text + b"\n" for text in (*header, *(record for _, record in records)))


def mended_content(
    mended: RawFile, original: RawFile, records: Lines, *, extra_aliases: ExtraAliases
) -> bytes:
    """Mended rows as they are landed: each in the line that it has in the original.

    Args:
        mended: The extract, mended: other cells, the same rows in the same order.
        original: The file that they come from.
        records: What was extracted.
        extra_aliases: Spellings of the shop's own.

    Raises:
        InputDataError: It is another kind of file, has more or fewer rows, or a row spans more
            lines than are free.
    """
    kind = _kind(mended, extra_aliases)
    if kind != _kind(original, extra_aliases):
        raise _refused(mended, f"{kind} rows", f"rows of {original.path}")
    found = [record for _, record in mended.records()]
    if len(found) != len(records):
        raise _refused(
            mended, f"{len(found)} rows", f"the {len(records)} rows that were extracted, in order"
        )
    header = b"" if mended.is_jsonl else mended.header_record + b"\n"
    written = [header]
    at = 1 + header.count(b"\n")
    for (line, _), record in zip(records, found, strict=True):
        if line < at:
            raise _refused(mended, "a row of more lines than it had", "newlines as they were")
        written.append(b"\n" * (line - at) + record + b"\n")
        at = line + record.count(b"\n") + 1
    return b"".join(written)


def checked_whole(mended: RawFile, *, extra_aliases: ExtraAliases) -> bytes:
    """A mended file that stands in for one that couldn't be used at all, as it is landed.

    Raises:
        InputDataError: It can't be used either.
    """
    _kind(mended, extra_aliases)
    return mended.content[:]


def matching_path(name: PurePosixPath, paths: Collection[str]) -> str | None:
    """The landed file whose extract a file is, by as much of its path as they share.

    Args:
        name: Path of the mended file.
        paths: Landed files with rows in quarantine.
    """
    fitting = [
        path
        for path in paths
        if name.parts[-len(PurePosixPath(extract_name(path)).parts) :]
        == PurePosixPath(extract_name(path)).parts
    ]
    return max(fitting, key=len, default=None)


def _kind(file: RawFile, extra_aliases: ExtraAliases) -> str:
    if file.is_jsonl:
        header = read_jsonl(file.plain.text[:], place=file.path).header
    else:
        header = header_cells(file.header_record.decode(), delimiter=file.plain.delimiter)
    return recognised(header, extra=extra_aliases, place=file.path).kind


def _lines_above(file: RawFile, lines: Collection[int]) -> set[int]:
    """Lines of the objects that those of some lines point to, on all levels."""
    parents: dict[int, str] = {}
    line_of: dict[str, int] = {}
    for line, entry in _objects(file):
        line_of[str(entry.get("id"))] = line
        if PARENT_ID in entry:
            parents[line] = str(entry[PARENT_ID])
    above: set[int] = set()
    looked_at = set(lines)
    while looked_at:
        looked_at = {line_of[parents[line]] for line in looked_at if parents.get(line) in line_of}
        looked_at -= above
        above |= looked_at
    return above


def _objects(file: RawFile) -> Iterator[tuple[int, dict[str, object]]]:
    for line, text in file.records():
        try:
            entry: object = json.loads(text)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield line, cast("dict[str, object]", entry)


def _refused(mended: RawFile, found: str, expected: str) -> InputDataError:
    return InputDataError(
        "BP-REPLAY-MENDED",
        place=mended.path,
        found=found,
        expected=expected,
        remedy="extract the rows again with `bundle-pipeline quarantine SHOP --out FOLDER`, change "
        "cells only, and leave rows that you can't mend as they are; a whole corrected export is "
        "simply landed as another file",
    )
