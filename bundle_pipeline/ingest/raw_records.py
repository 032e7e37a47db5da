"""Records of a landed file as they stand there, by line: for the few that are looked at."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from mmap import mmap
from pathlib import PurePosixPath

import numpy as np

from bundle_pipeline.ingest.archives import NamedFile, is_zip, unpacked
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_text import PlainText, plain_text
from bundle_pipeline.ingest.file_names import is_workbook_name
from bundle_pipeline.ingest.jsonl_rows import is_jsonl
from bundle_pipeline.ingest.text_blocks import TextBlock, text_blocks

# Enough to tell an archive, or lines of JSON, by.
_START_BYTES = 256 * 1024


@dataclass(frozen=True)
class RawFile:
    """A landed file, or a member of an archive.

    Attributes:
        path: Its key below the shop's folder.
        archive: The archive that it is a member of.
        content: Its bytes.
    """

    path: str
    archive: str | None
    content: bytes | mmap
    _place: str

    @cached_property
    def plain(self) -> PlainText:
        """Its text.

        Raises:
            InputDataError: It is none.
        """
        return plain_text(self.content, place=self._place)

    @cached_property
    def is_jsonl(self) -> bool:
        """Whether it is lines of JSON; such a file has no header record."""
        name = PurePosixPath(self.path).name
        return is_jsonl(self.plain.text[:_START_BYTES], name=name)

    @cached_property
    def header_record(self) -> bytes:
        """The record with its headers, without the newline; empty for lines of JSON.

        Raises:
            InputDataError: It can't be split into records.
        """
        if self.is_jsonl:
            return b""
        return next((record for _, record in self._all(first_only=True)), b"")

    def records(self, lines: Collection[int] | None = None) -> Iterator[tuple[int, bytes]]:
        """The data records that start in these lines, or all, each with its line, from 1.

        They are in UTF-8 and without the newline behind them, otherwise byte for byte.

        Raises:
            InputDataError: It can't be split into records.
        """
        wanted = None if lines is None else np.array(sorted(lines), dtype=np.int64)
        if self.is_jsonl:
            yield from self._lines(wanted)
            return
        found = self._all(wanted=wanted)
        if wanted is None:
            next(found, None)
        yield from found

    def _all(
        self, *, wanted: np.ndarray | None = None, first_only: bool = False
    ) -> Iterator[tuple[int, bytes]]:
        for block in self._blocks():
            records = found_records(
                block.text,
                delimiter=self.plain.delimiter,
                place=self._place,
                first_line=block.first_line,
            )
            chosen = (
                np.arange(len(records.starts))
                if wanted is None
                else np.flatnonzero(np.isin(records.line_numbers, wanted))
            )
            for index in chosen.tolist():
                line = int(records.line_numbers[index])
                yield line, block.text[int(records.starts[index]) : int(records.ends[index])]
                if first_only:
                    return

    def _lines(self, wanted: np.ndarray | None) -> Iterator[tuple[int, bytes]]:
        lines = self.plain.text[:].split(b"\n")
        numbers = range(1, len(lines) + 1) if wanted is None else wanted.tolist()
        for number in numbers:
            if number <= len(lines) and lines[number - 1].strip():
                yield number, lines[number - 1]

    def _blocks(self) -> Iterator[TextBlock]:
        return text_blocks(
            self.plain.text,
            delimiter=self.plain.delimiter,
            start=0,
            first_line=1,
            place=self._place,
            key_column=None,
        )


def raw_files(content: bytes | mmap, *, path: str, place: str) -> list[RawFile]:
    """A landed file, or each member of a landed archive.

    Args:
        content: Its bytes.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.

    Raises:
        InputDataError: The archive can't be used.
    """
    if is_workbook_name(path) or not is_zip(content[:_START_BYTES]):
        return [RawFile(path, None, content, place)]
    return [_member(file, path, place) for file in unpacked(content[:], path=path, place=place)]


def _member(file: NamedFile, archive: str, place: str) -> RawFile:
    return RawFile(file.path, archive, file.content, place + file.path.removeprefix(archive))
