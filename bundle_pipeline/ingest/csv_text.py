"""Bytes of a file to text that can be split into rows, or a refusal that says what it is.

A reader left to itself turns an XML error page into 0 rows, keeps NUL bytes, and reads a file with
old Mac newlines as one row of thousands of columns, all in silence. Each is refused or mended here.
"""

from codecs import BOM_UTF8
from dataclasses import dataclass
from mmap import mmap

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.compressed import GZIP_MAGIC, expanded
from bundle_pipeline.ingest.delimiters import checked_delimiter, without_hint
from bundle_pipeline.ingest.encodings import as_utf8, is_wide

_BINARY_MAGIC = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}
_START_BYTES = 4096
_MAPPED_START_BYTES = 256 * 1024


@dataclass(frozen=True)
class PlainText:
    """A text that can be split into rows.

    Attributes:
        text: UTF-8 without a byte order mark. Lines stand where they stood in the file. Newlines
            are of one byte, save in a mapped file, of which only the start has been looked at.
        delimiter: What separates its cells: a comma, semicolon, tab or vertical bar.
        encoding: What the file was encoded in.
    """

    text: bytes | mmap
    delimiter: str
    encoding: str


def plain_text(content: bytes | mmap, *, place: str) -> PlainText:
    """The file's text: unpacked, decoded, checked, with its delimiter.

    Args:
        content: Bytes of a file, plain or gzip; mapped from disk if they are many.
        place: Shop and path, for errors.

    Raises:
        InputDataError: It is empty, binary, markup, in an encoding that isn't certain, separated by
            two signs, damaged or too large.
    """
    if isinstance(content, mmap):
        start = content[: content.rfind(b"\n", 0, _MAPPED_START_BYTES) + 1]
        if _is_plain_utf8(start):
            return PlainText(content, checked_delimiter(start, place=place), "UTF-8")
    plain = expanded(content[:], place=place)
    for magic, description in _BINARY_MAGIC.items():
        if plain.startswith(magic):
            raise _refused_binary(place, description)
    if not is_wide(plain):
        _refuse_zeros(plain, place)
    decoded = as_utf8(plain, place=place)
    _refuse_zeros(decoded.text, place)
    _refuse_empty_and_markup(decoded.text, place)
    text, hint = without_hint(_with_plain_newlines(decoded.text))
    _refuse_empty_and_markup(text, place)
    return PlainText(text, hint or checked_delimiter(text, place=place), decoded.encoding)


def refuse_binary_and_other_encodings(text: bytes, *, first_line: int, place: str) -> None:
    """Refuse a part of a mapped file that isn't the UTF-8 that its start promises.

    Args:
        text: Whole lines.
        first_line: Line of the first of them.
        place: Shop and path, for errors.

    Raises:
        InputDataError: It holds zero bytes, or others than those of UTF-8.
    """
    zero = text.find(b"\0")
    if zero >= 0:
        line = first_line + text.count(b"\n", 0, zero)
        raise _refused_binary(place, f"a zero byte in line {line}")
    try:
        text.decode()
    except UnicodeDecodeError as error:
        line = first_line + text.count(b"\n", 0, error.start)
        raise _refused(
            "BP-CSV-ENCODING",
            f"{place} line {line}",
            found="bytes that aren't UTF-8 in a file that starts as such",
            expected="one encoding throughout",
            remedy='save it as "CSV UTF-8", or export it again without a spreadsheet',
        ) from None


def _is_plain_utf8(start: bytes) -> bool:
    if not start.lstrip() or start.lstrip().startswith(b"<") or b"\0" in start:
        return False
    if start.startswith((GZIP_MAGIC, BOM_UTF8, *_BINARY_MAGIC)) or without_hint(start)[1]:
        return False
    try:
        start.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse_zeros(text: bytes, place: str) -> None:
    zero = text.find(b"\0")
    if zero >= 0:
        line = text.count(b"\n", 0, zero) + 1
        raise _refused_binary(place, f"a zero byte in line {line}")


def _refuse_empty_and_markup(text: bytes, place: str) -> None:
    first = text[:_START_BYTES].lstrip()
    if not first and not text.strip():
        raise _refused(
            "BP-CSV-EMPTY",
            place,
            found="an empty file",
            expected="a header row; a header alone is fine and means no rows",
            remedy="export it again, or remove it from the landing folder",
        )
    if first.startswith(b"<"):
        raise _refused(
            "BP-CSV-MARKUP",
            place,
            found="XML or HTML, such as the error page of a download",
            expected="comma-separated text",
            remedy="download the export again",
        )


def _with_plain_newlines(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    # Files of old Macs end lines with a carriage return alone.
    return text.replace(b"\r\n", b"\n") if b"\n" in text else text.replace(b"\r", b"\n")


def _refused_binary(place: str, found: str) -> InputDataError:
    return _refused(
        "BP-CSV-BINARY",
        place,
        found=found,
        expected="comma-separated text",
        remedy="export it as CSV",
    )


def _refused(code: str, place: str, *, found: str, expected: str, remedy: str) -> InputDataError:
    return InputDataError(code, place=place, found=found, expected=expected, remedy=remedy)
