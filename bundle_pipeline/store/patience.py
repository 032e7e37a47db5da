"""How long an object store is waited for: the libraries' own retries, bounded.

Retries back off exponentially with jitter, as the libraries do by themselves; what is set here is
when they end. boto's defaults wait three minutes for one hanging object, which is three ticks of
the sensor.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig


@dataclass(frozen=True)
class Patience:
    """Limits of one request to an object store."""

    retry_count: int = 5
    retry_seconds: float = 15
    """No retry begins later than this after the first attempt."""
    connect_seconds: float = 5
    silence_seconds: float = 10
    """How long an answer may pause; a request fails at most this long after its last retry."""
    request_seconds: float = 300
    """How long one answer may take in all: a large export over a slow line."""
    max_backoff_seconds: float = 5

    def retry_config(self) -> "RetryConfig":
        """For obstore."""
        return {
            "max_retries": self.retry_count,
            "retry_timeout": timedelta(seconds=self.retry_seconds),
            "backoff": {
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=self.max_backoff_seconds),
                "base": 2,
            },
        }

    def client_options(self, *, allow_http: bool) -> "ClientConfig":
        """For obstore."""
        return {
            "allow_http": allow_http,
            "connect_timeout": timedelta(seconds=self.connect_seconds),
            "read_timeout": timedelta(seconds=self.silence_seconds),
            "timeout": timedelta(seconds=self.request_seconds),
        }

    def storage_options(self) -> dict[str, str]:
        """For Delta tables and Polars, which take the rest from the environment as obstore does.

        The number of retries isn't among them: one wants it as text, the other as a number.
        """
        return {
            "retry_timeout": f"{self.retry_seconds:.0f}s",
            "connect_timeout": f"{self.connect_seconds:.0f}s",
            "timeout": f"{self.request_seconds:.0f}s",
        }


PATIENCE = Patience()
