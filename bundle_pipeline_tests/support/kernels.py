"""An installation whose counting kernel is missing."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bundle_pipeline.mining.kernel import library


@contextmanager
def without_kernel(folder: Path) -> Generator[None]:
    """The kernel is looked for in an empty folder."""
    with kernel_files(binary=folder / library.BINARY.name):
        yield


@contextmanager
def kernel_files(*, binary: Path | None = None, source: Path | None = None) -> Generator[None]:
    """The kernel is looked for in other files, and what is known of it forgotten."""
    known = (library.kernel_state, library._loaded)  # noqa: SLF001 - what is remembered
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "BINARY", binary or library.BINARY)
        patch.setattr(library, "SOURCE", source or library.SOURCE)
        for remembered in known:
            remembered.cache_clear()
        yield
    for remembered in known:
        remembered.cache_clear()
