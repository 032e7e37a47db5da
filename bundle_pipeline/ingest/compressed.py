"""Gzip: recognised by its first bytes, expanded up to a limit."""

import gzip
import io
import zlib

from bundle_pipeline.errors import InputDataError

GZIP_MAGIC = b"\x1f\x8b"
# A year of orders of the largest shop we know is 0.5 GB of text; beyond this a file is more likely
# a decompression bomb than an export.
MAX_EXPANDED_BYTES = 2 * 1024**3
# Enough for the widest export's header (5 kB), whatever a shop adds to it.
_FIRST_BYTES = 256 * 1024


def expanded(content: bytes, *, place: str, max_bytes: int = MAX_EXPANDED_BYTES) -> bytes:
    """The bytes, unpacked if they are gzip.

    Args:
        content: Bytes of a landed file.
        place: Shop and path, for errors.
        max_bytes: Most bytes that a file may have once unpacked.

    Raises:
        InputDataError: The gzip is damaged or cut off, or the file is too large.
    """
    plain = _gunzipped(content, place, max_bytes) if content.startswith(GZIP_MAGIC) else content
    if len(plain) > max_bytes:
        raise InputDataError(
            "BP-CSV-SIZE",
            place=place,
            found=f"more than {max_bytes} bytes of text",
            expected="a file of at most that size",
            remedy="split the export by time into several files; they are read together",
        )
    return plain


def first_plain_bytes(first_bytes: bytes) -> bytes:
    """The start of a file, unpacked as far as it goes if it is gzip; empty if it is damaged."""
    if not first_bytes.startswith(GZIP_MAGIC):
        return first_bytes[:_FIRST_BYTES]
    try:
        return zlib.decompressobj(wbits=31).decompress(first_bytes, _FIRST_BYTES)
    except zlib.error:
        return b""


def _gunzipped(content: bytes, place: str, max_bytes: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            # One byte more than allowed tells "too large" without unpacking the rest.
            return stream.read(max_bytes + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputDataError(
            "BP-CSV-GZIP",
            place=place,
            found="a damaged or cut-off gzip file",
            expected="a complete gzip file",
            remedy="upload the file again and compare its size with the original",
        ) from error
