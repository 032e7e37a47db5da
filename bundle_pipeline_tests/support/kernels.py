"""An installation whose counting kernel is missing."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bundle_pipeline.mining.kernel import library


@contextmanager
def without_kernel(folder: Path) -> Generator[None]:
    """The kernel is looked for in an empty folder."""
    with kernel_files(binary=folder / library.LIBRARY.binary.name):
        yield


@contextmanager
def kernel_files(*, binary: Path | None = None, source: Path | None = None) -> Generator[None]:
    """The kernel is looked for in other files."""
    known = library.LIBRARY
    others = replace(known, binary=binary or known.binary, source=source or known.source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "LIBRARY", others)
        yield
