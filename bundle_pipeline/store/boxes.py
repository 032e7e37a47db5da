"""Several frames and a document as one object: a ZIP of Arrow streams, with no clock in it.

What belongs here: what a process keeps for itself. What stays out: what others read; that is a
table of the lake.
"""

import io
import zipfile
from collections.abc import Mapping

import polars as pl

_DOCUMENT = "document.json"
# The least that the format can say: a box doesn't tell when it was made.
_TIME = (1980, 1, 1, 0, 0, 0)


def boxed(document: bytes, frames: Mapping[str, pl.DataFrame]) -> bytes:
    """A document and frames by name, in one object."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as box:
        box.writestr(zipfile.ZipInfo(_DOCUMENT, _TIME), document)
        for name, frame in frames.items():
            arrow = io.BytesIO()
            # A small frame as an Arrow file takes ten times as long to write, and to read.
            frame.write_ipc_stream(arrow, compression="zstd")
            box.writestr(zipfile.ZipInfo(name, _TIME), arrow.getvalue())
    return content.getvalue()


def unboxed(content: bytes) -> tuple[bytes, dict[str, pl.DataFrame]]:
    """The document and the frames.

    Raises:
        zipfile.BadZipFile: It is no box.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        names = [name for name in box.namelist() if name != _DOCUMENT]
        frames = {name: pl.read_ipc_stream(box.read(name)) for name in names}
        return box.read(_DOCUMENT), frames
