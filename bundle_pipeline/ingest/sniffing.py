"""The kind of a file by its first bytes, before it is read: for what waits for a shop's orders."""

from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.archives import first_member_starts, is_zip
from bundle_pipeline.ingest.compressed import first_plain_bytes
from bundle_pipeline.ingest.delimiters import found_delimiter, without_hint
from bundle_pipeline.ingest.encodings import start_as_text
from bundle_pipeline.ingest.file_names import is_table_name
from bundle_pipeline.ingest.headers import header_cells, recognised_kind

# Enough for the widest export's header (5 kB), whatever a shop adds to it.
_MEMBER_BYTES = 64 * 1024


def sniffed_kind(first_bytes: bytes, path: str) -> FileKind | None:
    """The kind of a file by its first bytes, plain, gzip or ZIP; None if they don't tell.

    Of an archive it is ``orders`` if any member in sight is, else the kind of the first known one.

    Args:
        first_bytes: Enough of the file to hold its header; a few kilobytes do.
        path: Its key; other names than those of tables and archives aren't looked at.
    """
    starts = [(path, first_plain_bytes(first_bytes))]
    if is_zip(first_bytes):
        starts = first_member_starts(first_bytes, max_bytes=_MEMBER_BYTES)
    kinds = tuple(_kind_of(start) for name, start in starts if is_table_name(name))
    return "orders" if "orders" in kinds else next(filter(None, kinds), None)


def _kind_of(start: bytes) -> FileKind | None:
    text, hint = without_hint(start_as_text(start).encode())
    shown = text.decode()
    return recognised_kind(header_cells(shown, delimiter=hint or found_delimiter(shown)))
