"""Who wrote something: recorded with every commit and every manifest."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Run, settings and code that a version came from."""

    run_id: str
    settings_hash: str
    """See ``settings.layers.fingerprint``."""
    code_version: str
