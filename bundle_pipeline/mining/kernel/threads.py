"""Threads that call the kernel side by side: its calls don't hold the interpreter's lock."""

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")


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


def usable_processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
