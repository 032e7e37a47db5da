"""A budget of time: Dagster ends an evaluation that takes too long, and keeps nothing of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """Seconds that may be spent, from now on."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _start: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_start", self.clock())

    def is_spent(self) -> bool:
        """Whether they are over."""
        return self.clock() - self._start >= self.seconds
