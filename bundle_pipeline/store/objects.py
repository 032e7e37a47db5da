"""Objects below a URL: a local folder or a bucket, through one library."""

import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from bundle_pipeline.errors import ConfigError, InputDataError
from bundle_pipeline.store.failures import changed, cut_short, translated
from bundle_pipeline.store.foreign_files import is_key, refuse_foreign_files
from bundle_pipeline.store.patience import PATIENCE, Patience

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta

logger = logging.getLogger(__name__)

# What a bucket's server answers with at most in one page.
_PAGE_OBJECTS = 1000


# Larger content isn't held in memory.
_HELD_BYTES = 128 * 1024**2


@dataclass(frozen=True)
class StoredObject:
    """One object, as it was listed."""

    key: str
    byte_count: int
    version: str
    """Tag that changes when the content does."""
    modified_at: datetime
    """When it was written, by the store's clock."""


@dataclass(frozen=True)
class Objects:
    """Objects below one URL.

    Every method raises :class:`ConfigError` where the store refuses, and :class:`TransientError`
    where it fails although it was asked again.
    """

    url: str
    _store: ObjectStore

    def listed(self, prefix: str) -> Iterator[StoredObject]:
        """Objects whose key lies below the folder ``prefix``, by key."""
        yield from sorted(self._pages(prefix=prefix), key=lambda found: found.key)

    def landed(self, folder: str) -> list[StoredObject]:
        """Objects below a folder that others fill, by key; none if it isn't there.

        Raises:
            InputDataError: Something lies there that is no object, such as a link.
        """
        if isinstance(self._store, LocalStore):
            path = local_folder(self.url) / folder
            if not path.is_dir():
                return []
            with translated("list", self.address(folder)):
                refuse_foreign_files(path)
        return list(self.listed(folder))

    def walked(self, *, after: str | None = None) -> Iterator[StoredObject]:
        """All objects in folders, page by page: those of a folder follow one another.

        Local folders in which something lies that is no object are passed over: whoever lists them
        alone is told.

        Args:
            after: Key where an earlier walk ended; this one goes on behind it. Servers order
                folders differently (``a-b/`` before or after ``a/``), each always in the same way.
        """
        if isinstance(self._store, LocalStore):
            # A folder is listed in no order and has no pages.
            yield from (found for found in self._of_folders() if after is None or found.key > after)
        else:
            yield from self._pages(after=after)

    def _of_folders(self) -> Iterator[StoredObject]:
        # With the stroke, so that all keys are in order: "a-b/" comes before "a/".
        for folder in sorted(f"{name}/" for name in self.folders()):
            try:
                yield from self.landed(folder.removesuffix("/"))
            except InputDataError as refusal:
                logger.warning("passed over: %s", refusal)

    def folders(self) -> list[str]:
        """Names of the folders directly below the URL, sorted."""
        with translated("list", self.url):
            if isinstance(self._store, LocalStore):
                found = local_folder(self.url).iterdir()
                return sorted(path.name for path in found if path.is_dir() and is_key(path.name))
            return sorted(obstore.list_with_delimiter(self._store)["common_prefixes"])

    def version(self, key: str) -> str | None:
        """Tag that changes when an object's content does; None if there is none."""
        try:
            with translated("read", self.address(key)):
                return _tag(obstore.head(self._store, key))
        except FileNotFoundError:
            return None

    def read(self, key: str) -> bytes | None:
        """Content of an object; None if there is none."""
        try:
            content, _ = self._got(key, {})
        except FileNotFoundError:
            return None
        return content

    def read_listed(self, entry: StoredObject) -> bytes:
        """Content of an object as it was listed.

        Raises:
            TransientError: It has changed since.
        """
        return self._got_listed(entry, {})

    def read_start(self, entry: StoredObject, byte_count: int) -> bytes:
        """The first bytes of an object as it was listed, at most ``byte_count``.

        Raises:
            TransientError: It has changed since.
        """
        if entry.byte_count == 0:
            # A range of nothing is an error to servers.
            return b""
        return self._got_listed(entry, {"range": (0, min(byte_count, entry.byte_count))})

    def upload(self, key: str, path: Path) -> None:
        """Create or replace an object by a local file, which nobody may change any more."""
        if isinstance(self._store, LocalStore) and _is_linked(path, local_folder(self.url) / key):
            return
        with translated("write", self.address(key)):
            obstore.put(self._store, key, path)

    def content_of(self, entry: StoredObject, folder: Path) -> bytes | mmap:
        """Content of an object as it was listed; a large one is mapped from disk.

        Args:
            entry: The object.
            folder: Where a copy of a large object of a bucket goes; it must stay as long as the
                content is used.

        Raises:
            TransientError: It has changed since, or came only in part.
        """
        if entry.byte_count <= _HELD_BYTES:
            return self.read_listed(entry)
        if isinstance(self._store, LocalStore):
            path = local_folder(self.url) / entry.key
        else:
            path = folder / f"copy-{hashlib.sha256(entry.key.encode()).hexdigest()}"
            with translated("read", self.address(entry.key)), path.open("wb") as file:
                file.writelines(obstore.get(self._store, entry.key))
        if self.version(entry.key) != entry.version or path.stat().st_size != entry.byte_count:
            raise changed(self.address(entry.key))
        with path.open("rb") as file:
            return mmap(file.fileno(), 0, access=ACCESS_READ)

    def replace(self, key: str, content: bytes) -> None:
        """Create or replace an object."""
        with translated("write", self.address(key)):
            obstore.put(self._store, key, content)

    def write_once(self, key: str, content: bytes) -> bool:
        """Create an object; False, and nothing written, if the key is taken by other content.

        A write whose answer was lost is sent again and then finds its own object: that counts as
        written.
        """
        try:
            with translated("write", self.address(key)):
                obstore.put(self._store, key, content, mode="create")
        except AlreadyExistsError:
            return self.read(key) == content
        return True

    def delete(self, key: str) -> None:
        """Remove an object, if it is there."""
        with suppress(FileNotFoundError), translated("delete", self.address(key)):
            obstore.delete(self._store, key)

    def _pages(
        self, *, prefix: str | None = None, after: str | None = None
    ) -> Iterator[StoredObject]:
        with translated("list", self.address(prefix or "")):
            pages = obstore.list(
                self._store, prefix=prefix or None, offset=after, chunk_size=_PAGE_OBJECTS
            )
            for page in pages:
                for found in page:
                    yield StoredObject(
                        found["path"], found["size"], _tag(found), found["last_modified"]
                    )

    def _got_listed(self, entry: StoredObject, options: "GetOptions") -> bytes:
        try:
            content, found = self._got(entry.key, options)
        except FileNotFoundError as error:
            raise changed(self.address(entry.key)) from error
        if _tag(found) != entry.version or found["size"] != entry.byte_count:
            raise changed(self.address(entry.key))
        return content

    def _got(self, key: str, options: "GetOptions") -> "tuple[bytes, ObjectMeta]":
        place = self.address(key)
        with translated("read", place):
            answer = obstore.get(self._store, key, options=options)
            content = bytes(answer.bytes())
        start, end = answer.range
        if len(content) != end - start:
            raise cut_short(place, found=len(content), announced=end - start)
        return content, answer.meta

    def address(self, key: str) -> str:
        """Path or URL of an object."""
        return f"{self.url.rstrip('/')}/{key}"


def opened(url: str, *, create: bool = False, patience: Patience = PATIENCE) -> Objects:
    """Objects below a URL.

    Args:
        url: Path of a folder, or a URL such as ``s3://bucket/prefix``; credentials and endpoint of
            a bucket come from the environment under the names of its own tools.
        create: Whether to make a missing local folder.
        patience: How long to wait for a bucket.

    Raises:
        ConfigError: A local folder doesn't exist, or the URL can't be understood.
    """
    if is_local(url):
        folder = local_folder(url)
        if not create and not folder.is_dir():
            raise _refused(url, "no such folder")
        return Objects(url, from_url(folder.as_uri(), mkdir=create))
    try:
        environment = frozenset(os.environ.items())
        return Objects(url, _bucket(url, patience, environment))
    except (BaseError, ValueError) as error:
        raise _refused(url, str(error)) from error


@lru_cache(maxsize=64)
def _bucket(url: str, patience: Patience, environment: frozenset[tuple[str, str]]) -> ObjectStore:
    """One client per bucket and environment: a new one would connect anew for every request."""
    allow_http = dict(environment).get("AWS_ALLOW_HTTP", "").lower() == "true"
    return from_url(
        url,
        client_options=patience.client_options(allow_http=allow_http),
        retry_config=patience.retry_config(),
    )


def is_local(url: str) -> bool:
    """Whether a URL is a path of this machine."""
    return urlsplit(url).scheme in {"", "file"}


def _is_linked(path: Path, target: Path) -> bool:
    """Whether a file stands in a new place too, without a copy: not from one disk to another."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    except OSError:
        return False
    return True


def local_folder(url: str) -> Path:
    """Absolute path of a local URL or path."""
    return Path(url.removeprefix("file://")).absolute()


def _tag(found: "ObjectMeta") -> str:
    return found["e_tag"] or found["last_modified"].isoformat()


def _refused(url: str, found: str) -> ConfigError:
    return ConfigError(
        "BP-STORE-URL",
        place=url,
        found=found,
        expected="an existing folder, or a URL such as s3://bucket/prefix",
        remedy="correct BUNDLE_LANDING or BUNDLE_LAKE (--landing, --lake)",
    )
