"""Frames as the bytes of a landed file, and a shop's files on disk."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import polars as pl

ShopFiles = Mapping[str, bytes]


def csv_bytes(frame: pl.DataFrame, *, line_end: str = "\n", has_bom: bool = False) -> bytes:
    """A frame as CSV, quoted only where needed; booleans and numbers as Polars writes them."""
    text = frame.write_csv(line_terminator=line_end, include_bom=has_bom)
    return text.encode()


def gzipped(content: bytes) -> bytes:
    """Compressed without name and time, so that the same content has the same bytes."""
    return gzip.compress(content, mtime=0)


def write_shop(files: ShopFiles, folder: Path) -> None:
    """Write a shop's files; others in the folder stay."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
