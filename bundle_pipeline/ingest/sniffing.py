"""The kinds of rows in a file by its first bytes: for what waits for a shop's orders."""

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.archives import first_member_starts, is_zip
from bundle_pipeline.ingest.compressed import first_plain_bytes
from bundle_pipeline.ingest.delimiters import found_delimiter, without_hint
from bundle_pipeline.ingest.dialects import recognised_dialect
from bundle_pipeline.ingest.encodings import start_as_text
from bundle_pipeline.ingest.file_names import is_table_name
from bundle_pipeline.ingest.headers import header_cells, recognised_kind
from bundle_pipeline.ingest.jsonl_rows import is_jsonl, read_jsonl
from bundle_pipeline.ingest.recognition import (
    NO_EXTRA_ALIASES,
    ExtraAliases,
    with_extra_spellings,
)

# Enough for the widest export's header (5 kB), whatever a shop adds to it.
_MEMBER_BYTES = 64 * 1024


def sniffed_kinds(
    first_bytes: bytes, path: str, *, extra_aliases: ExtraAliases = NO_EXTRA_ALIASES
) -> frozenset[FileKind]:
    """The kinds of rows in a file, plain, gzip or ZIP; none if its first bytes don't tell.

    Args:
        first_bytes: Enough of the file to hold its header or a few objects.
        path: Its key; other names than those of tables and archives aren't looked at.
        extra_aliases: Spellings of the shop's own.
    """
    starts = [(path, first_plain_bytes(first_bytes))]
    if is_zip(first_bytes):
        starts = first_member_starts(first_bytes, max_bytes=_MEMBER_BYTES)
    kinds = (_kinds_of(start, name, extra_aliases) for name, start in starts if is_table_name(name))
    return frozenset[FileKind]().union(*kinds)


def _kinds_of(start: bytes, name: str, extra_aliases: ExtraAliases) -> frozenset[FileKind]:
    header = with_extra_spellings(_header(start_as_text(start).encode(), name), extra_aliases)
    dialect = recognised_dialect(header)
    kind = recognised_kind(header)
    return frozenset(dialect.gives if dialect else () if kind is None else (kind,))


def _header(text: bytes, name: str) -> list[str]:
    if is_jsonl(text, name=name):
        try:
            # The last line may be cut off: it is rejected, and what it holds isn't needed.
            return read_jsonl(text, place=name).header
        except InputDataError:
            return []
    text, hint = without_hint(text)
    shown = text.decode()
    return header_cells(shown, delimiter=hint or found_delimiter(shown))
