"""What can happen to a Parquet file on a disk."""

from pathlib import Path

_MAGIC = 4
# The end of a Parquet file, from which it is read.
_END = 8


def removed(file: Path) -> None:
    """It is gone."""
    file.unlink()


def cut_off(file: Path) -> None:
    """Its last bytes were never written."""
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def damaged_inside(file: Path) -> None:
    """All bytes before those that say where its columns lie are others."""
    content = file.read_bytes()
    end = len(content) - _END - int.from_bytes(content[-_END : -_END + _MAGIC], "little")
    file.write_bytes(content[:_MAGIC] + b"\xff" * (end - _MAGIC) + content[end:])
