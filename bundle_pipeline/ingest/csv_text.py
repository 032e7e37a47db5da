"""Bytes of a landed file to text that can be split into rows, or a refusal that says what it is.

A reader left to itself turns an XML error page into 0 rows, keeps NUL bytes, and reads a file with
old Mac newlines as one row of thousands of columns, all in silence. Each is refused or mended here.
"""

import codecs

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.compressed import expanded

_BINARY_MAGIC = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}
_UTF16_MARKS = {codecs.BOM_UTF16_LE: "UTF-16 LE", codecs.BOM_UTF16_BE: "UTF-16 BE"}
# Latin text in UTF-16 has a zero in every other byte; this much of the file is enough to see it.
_SAMPLE_BYTES = 4096
_BLOCK_BYTES = 16 * 1024**2
# Codes that Windows-1252 uses for quotes, dashes and the euro, and ISO 8859-1 for nothing.
_WINDOWS_ONLY = frozenset(range(0x80, 0xA0))


def plain_text(content: bytes, *, place: str) -> bytes:
    """The file's text: unpacked, checked, without a byte order mark, with newlines of one byte.

    Args:
        content: Bytes of a landed file, plain or gzip.
        place: Shop and path, for errors.

    Raises:
        InputDataError: It is empty, binary, markup, in another encoding, damaged or too large.
    """
    plain = expanded(content, place=place)
    _refuse_other_encodings_and_binaries(plain, place)
    text = plain.removeprefix(codecs.BOM_UTF8)
    first = text[:_SAMPLE_BYTES].lstrip()
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
    _refuse_other_than_utf8(text, place)
    return _with_plain_newlines(text)


def line_of(text: bytes, position: int) -> int:
    """Line, from 1, in which a byte of the text stands."""
    return text.count(b"\n", 0, position) + 1


def _refuse_other_encodings_and_binaries(plain: bytes, place: str) -> None:
    utf16 = _UTF16_MARKS.get(plain[:2]) or _unmarked_utf16(plain[:_SAMPLE_BYTES])
    if utf16:
        raise _refused_encoding(place, utf16)
    for magic, description in _BINARY_MAGIC.items():
        if plain.startswith(magic):
            raise _refused_binary(place, description)
    zero = plain.find(b"\0")
    if zero >= 0:
        raise _refused_binary(place, f"a zero byte in line {line_of(plain, zero)}")


def _unmarked_utf16(sample: bytes) -> str | None:
    pairs = len(sample) // 2
    if pairs and sample[1::2].count(0) > 0.4 * pairs and not sample[0::2].count(0):
        return "UTF-16 LE"
    if pairs and sample[0::2].count(0) > 0.4 * pairs and not sample[1::2].count(0):
        return "UTF-16 BE"
    return None


def _refuse_other_than_utf8(text: bytes, place: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    view = memoryview(text)
    for start in range(0, len(text), _BLOCK_BYTES):
        block = view[start : start + _BLOCK_BYTES]
        try:
            decoder.decode(block, final=start + _BLOCK_BYTES >= len(text))
        except UnicodeDecodeError as error:
            line = line_of(text, start + error.start)
            detected = "Windows-1252" if _has_windows_codes(block) else "ISO 8859-1 (Latin 1)"
            raise _refused_encoding(f"{place} line {line}", f"bytes of {detected}") from None


def _has_windows_codes(block: memoryview) -> bool:
    return any(code in _WINDOWS_ONLY for code in set(block))


def _with_plain_newlines(text: bytes) -> bytes:
    if b"\r" not in text:
        return text
    # Files of old Macs end lines with a carriage return alone.
    return text.replace(b"\r\n", b"\n") if b"\n" in text else text.replace(b"\r", b"\n")


def _refused_encoding(place: str, found: str) -> InputDataError:
    return _refused(
        "BP-CSV-ENCODING",
        place,
        found=found,
        expected="UTF-8",
        remedy='save it as "CSV UTF-8", or export it again without opening it in a spreadsheet',
    )


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
