"""What the name of a landed file says of its export: which part it is, and which file it mends.

Exports too long for one file come as ``orders_export_1.csv``, ``orders_export_2.csv``. A file with
mended rows of another one has that one's name and ``_mended-001.csv`` behind it: it is read right
after the file it mends, and before whatever was landed later.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

# The number of a part; that of a date (2025_01_31) comes after a digit.
_PART_NUMBER = re.compile(r"(?<!\d)_(\d{1,3})(?=\.[^/]*$)")
_MENDED = re.compile(r"_mended-(\d{3})\.\w+$")
_LARGEST_MENDED_NUMBER = 999


def snapshot_name(path: str) -> str:
    """What the parts of one export have in common: the path without the number of the part."""
    return _PART_NUMBER.sub("", path)


def part_number(path: str) -> int:
    """Number of a part; 0 for a file that has none."""
    found = _PART_NUMBER.search(path)
    return int(found[1]) if found else 0


def is_mended_name(path: str) -> bool:
    """Whether a file holds mended rows of another one."""
    return _MENDED.search(path) is not None


def originals(paths: Collection[str]) -> Mapping[str, str]:
    """Per file of mended rows the file that it mends.

    Args:
        paths: Landed files, members of archives too.
    """
    stems = {path: _MENDED.sub("", path) for path in paths if is_mended_name(path)}
    if not stems:
        return {}
    named = {_flat(path): path for path in sorted(paths) if path not in stems}
    return {path: named.get(_flat(stem), stem) for path, stem in stems.items()}


def mended_path(original: str, paths: Collection[str], *, archive: str | None = None) -> str:
    """A free path for mended rows of a file.

    Args:
        original: The file that is mended; it may be a mended one itself.
        paths: All landed files.
        archive: The archive that the file is a member of.

    Raises:
        ValueError: All numbers are taken.
    """
    mended = originals(paths)
    root = mended.get(original, original)
    beside = _MENDED.sub("", original)
    if archive is not None:
        # Nothing can lie below an archive: it is a file.
        beside = archive + original.removeprefix(archive).replace("/", "_")
    name = PurePosixPath(beside.lower().removesuffix(".gz"))
    taken = (_MENDED.search(path) for path, of in mended.items() if of == root)
    number = 1 + max((int(found[1]) for found in taken if found), default=0)
    if number > _LARGEST_MENDED_NUMBER:
        raise ValueError(number)
    return f"{beside}_mended-{number:03}{name.suffix}"


def _flat(path: str) -> str:
    return path.replace("/", "_")
