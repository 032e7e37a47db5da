"""What others may put into a local folder and is no object: links, and names that no key can have.

A bucket has neither. A link reads whatever the pipeline may read, other shops' files among it, and
one that leads in a circle or a name with a control character fails the listing of all shops.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bundle_pipeline.errors import InputDataError

# What keys can't hold. Bytes that aren't UTF-8 come as surrogates.
_NO_KEY = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def refuse_foreign_files(folder: Path) -> None:
    """Refuse a folder in which something lies that is no object.

    Args:
        folder: A shop's folder; it may be a link itself, which only the operator can have made.

    Raises:
        InputDataError: Names the first link or impossible name, in the order of names.
    """
    place = f"shop {folder.name}"
    for entry in _entries(folder):
        shown = ascii(os.path.relpath(entry.path, folder))
        if entry.is_symlink():
            raise InputDataError(
                "BP-LANDING-LINK",
                place=place,
                found=f"{shown}, which is a symbolic link",
                expected="files and folders only",
                remedy="land the file that the link points to",
            )
        if not is_key(entry.name):
            raise InputDataError(
                "BP-LANDING-NAME",
                place=place,
                found=f"a file or folder named {shown}",
                expected="names in UTF-8 without control characters",
                remedy="rename it",
            )


def is_key(name: str) -> bool:
    """Whether a key can have this name."""
    return _NO_KEY.search(name) is None


def _entries(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        # Gone since its parent was looked at.
        return
    for entry in entries:
        yield entry
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(entry.path)
