"""Threads that call the kernel side by side: its calls don't hold the interpreter's lock."""

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")

# A thread pays from here on.
_LINES_PER_THREAD = 50_000


@dataclass(frozen=True)
class Threads:
    """A number of threads; one is the caller's own."""

    count: int
    _pool: ThreadPoolExecutor | None

    def run(self, function: Callable[[InputT], OutputT], inputs: Iterable[InputT]) -> list[OutputT]:
        """The function's results, in the order of the inputs."""
        if self._pool is None:
            return [function(one) for one in inputs]
        return list(self._pool.map(function, inputs))


@contextmanager
def threads_of(count: int) -> Generator[Threads]:
    """As many threads."""
    if count == 1:
        yield Threads(1, None)
        return
    with ThreadPoolExecutor(count) as pool:
        yield Threads(count, pool)


def threads_for(line_count: int, most: int | None) -> AbstractContextManager[Threads]:
    """As many threads as pay for so many lines, at most those given or the usable processors."""
    allowed = most or usable_processors()
    return threads_of(max(1, min(allowed, line_count // _LINES_PER_THREAD)))


def usable_processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
