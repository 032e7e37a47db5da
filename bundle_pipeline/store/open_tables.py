"""Delta tables that this process has open.

Reading a table's log from its last checkpoint takes ten times as long as asking what is new in it,
and a run opens each of its tables several times.
"""

import threading
from dataclasses import dataclass

from deltalake import DeltaTable

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.store.objects import is_local, opened
from bundle_pipeline.store.patience import PATIENCE

_LAST_CHECKPOINT = "_delta_log/_last_checkpoint"


@dataclass(frozen=True)
class _OpenTable:
    """A table, and the tag of its newest commit when it was last looked at."""

    table: DeltaTable
    version: int
    commit_tag: str | None


class _OpenTables(threading.local):
    """Open tables by URI, of one thread: another one's write would move the version under it."""

    def __init__(self) -> None:
        self.by_uri: dict[str, _OpenTable] = {}


_OPEN = _OpenTables()


def newest(uri: str) -> DeltaTable:
    """The table at its newest version.

    A lake that was deleted and made anew has other commits under the same numbers; that is noticed
    by the tag of the commit that was newest.

    Args:
        uri: Path or URL of the table.

    Raises:
        TableNotFoundError: There is no table.
    """
    known = _OPEN.by_uri.pop(uri, None)
    if known is not None and _stands(uri, known):
        table = known.table
        table.update_incremental()
    else:
        table = at(uri)
    version = table.version()
    _OPEN.by_uri[uri] = _OpenTable(table, version, _commit_tag(uri, version))
    return table


def newest_version(uri: str) -> int:
    """The newest version of a table, which isn't read for that if it has one commit only.

    A shop's first run asks it of two dozen tables that it has just begun. Whether such a table can
    be read isn't looked at either.

    Args:
        uri: Path or URL of the table.

    Raises:
        TableNotFoundError: There is no table.
    """
    # Behind a checkpoint commits may have been cleared away, in any order.
    later = (commit_key(1), _LAST_CHECKPOINT)
    is_new = _commit_tag(uri, 0) is not None and not any(_tag(uri, key) for key in later)
    return 0 if is_new else newest(uri).version()


def at(uri: str, *, version: int | None = None) -> DeltaTable:
    """The table at a version, read anew; at its newest if None."""
    options = None if is_local(uri) else PATIENCE.storage_options()
    return DeltaTable(uri, version=version, storage_options=options)


def commit_key(version: int) -> str:
    """Where a commit stands below its table."""
    return f"_delta_log/{version:020}.json"


def _stands(uri: str, known: _OpenTable) -> bool:
    return known.commit_tag is not None and known.commit_tag == _commit_tag(uri, known.version)


def _commit_tag(uri: str, version: int) -> str | None:
    return _tag(uri, commit_key(version))


def _tag(uri: str, key: str) -> str | None:
    try:
        return opened(uri).version(key)
    except ConfigError:
        # The table's folder is gone.
        return None
