"""Pages of a mapped file that were read, given back: else all of the file counts as our memory."""

import mmap


def release(content: bytes | mmap.mmap, start: int, end: int) -> None:
    """Let go of a stretch of a mapped file; whoever reads it again gets the same bytes.

    The system would take them back itself when it needs them, but until then they stand in the
    process's resident memory, which is what limits of containers and people look at.

    Args:
        content: Bytes of a file; nothing is done where they aren't mapped.
        start: First byte that was read.
        end: Behind the last one.
    """
    if not isinstance(content, mmap.mmap) or not hasattr(mmap, "MADV_DONTNEED"):
        return
    first = start - start % mmap.PAGESIZE
    content.madvise(mmap.MADV_DONTNEED, first, end - first)
