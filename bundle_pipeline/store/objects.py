"""Objects below a URL: a local folder or a bucket, through one library."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore, from_url

from bundle_pipeline.errors import ConfigError


@dataclass(frozen=True)
class StoredObject:
    """One object: its key, its size in bytes, and a tag that changes when its content does."""

    key: str
    byte_count: int
    version: str


@dataclass(frozen=True)
class Objects:
    """Objects below one URL."""

    url: str
    _store: ObjectStore

    def listed(self, prefix: str) -> Iterator[StoredObject]:
        """Objects whose key lies below the folder ``prefix``, by key."""
        found = [entry for page in obstore.list(self._store, prefix=prefix) for entry in page]
        for entry in sorted(found, key=lambda entry: entry["path"]):
            version = entry["e_tag"] or entry["last_modified"].isoformat()
            yield StoredObject(entry["path"], entry["size"], version)

    def folders(self) -> list[str]:
        """Names of the folders directly below the URL, sorted."""
        return sorted(obstore.list_with_delimiter(self._store)["common_prefixes"])

    def version(self, key: str) -> str | None:
        """Tag that changes when an object's content does; None if there is none."""
        try:
            found = obstore.head(self._store, key)
        except FileNotFoundError:
            return None
        return found["e_tag"] or found["last_modified"].isoformat()

    def read(self, key: str) -> bytes | None:
        """Content of an object; None if there is none."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError:
            return None

    def read_start(self, key: str, byte_count: int) -> bytes:
        """The first bytes of an object, at most ``byte_count``; none of an empty object."""
        if obstore.head(self._store, key)["size"] == 0:
            return b""
        return bytes(obstore.get_range(self._store, key, start=0, length=byte_count))

    def upload(self, key: str, path: Path) -> None:
        """Create or replace an object by a local file."""
        obstore.put(self._store, key, path)

    @contextmanager
    def local_file(self, key: str) -> Iterator[Path | None]:
        """An object as a local file: itself in a local folder, else a copy; None if there is none."""
        if urlsplit(self.url).scheme in {"", "file"}:
            path = local_folder(self.url) / key
            yield path if path.is_file() else None
            return
        with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
            path = Path(folder, "object")
            try:
                with path.open("wb") as file:
                    file.writelines(obstore.get(self._store, key))
            except FileNotFoundError:
                yield None
                return
            yield path

    def write_once(self, key: str, content: bytes) -> bool:
        """Create an object; False, and nothing written, if the key is taken."""
        try:
            obstore.put(self._store, key, content, mode="create")
        except AlreadyExistsError:
            return False
        return True


def opened(url: str, *, create: bool = False) -> Objects:
    """Objects below a URL.

    Args:
        url: Path of a folder, or a URL such as ``s3://bucket/prefix``; credentials and endpoint of
            a bucket come from the environment under the names of its own tools.
        create: Whether to make a missing local folder.

    Raises:
        ConfigError: A local folder doesn't exist, or the URL can't be understood.
    """
    if urlsplit(url).scheme in {"", "file"}:
        folder = local_folder(url)
        if not create and not folder.is_dir():
            raise _refused(url, "no such folder")
        return Objects(url, from_url(folder.as_uri(), mkdir=create))
    try:
        allow_http = os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true"
        return Objects(url, from_url(url, client_options={"allow_http": allow_http}))
    except (obstore.exceptions.BaseError, ValueError) as error:
        raise _refused(url, str(error)) from error


def local_folder(url: str) -> Path:
    """Absolute path of a local URL or path."""
    return Path(url.removeprefix("file://")).absolute()


def _refused(url: str, found: str) -> ConfigError:
    return ConfigError(
        "BP-STORE-URL",
        place=url,
        found=found,
        expected="an existing folder, or a URL such as s3://bucket/prefix",
        remedy="correct BUNDLE_LANDING or BUNDLE_LAKE (--landing, --lake)",
    )
