"""What a file's name says: whether it may hold a table, and whether its header must prove that."""

from pathlib import PurePosixPath

_TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".ndjson"})
_WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers"})
ARCHIVE_SUFFIXES = frozenset({".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst"})


def is_table_name(path: str) -> bool:
    """Whether a file of this name is read: a table's or lines of JSON, plain or ``.gz``."""
    return _table_suffix(path) in _TABLE_SUFFIXES


def is_free_text_name(path: str) -> bool:
    """Whether the name fits notes as well as a table: spreadsheets save Unicode text as .txt."""
    return _table_suffix(path) == ".txt"


def is_workbook_name(path: str) -> bool:
    """Whether the name is that of a spreadsheet's own format."""
    return PurePosixPath(path.lower()).suffix in _WORKBOOK_SUFFIXES


def _table_suffix(path: str) -> str:
    return PurePosixPath(path.lower().removesuffix(".gz")).suffix
