"""Publishing: documents first, then one write-once manifest that makes them current.

Delta has no commit across tables, so a manifest names the version of every table and the hash of
every document that belong together. Readers of published bundles start from the newest manifest;
a publisher that dies before its manifest has changed nothing that anybody reads.
"""

import hashlib
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from bundle_pipeline.errors import ConfigError, InputDataError, TransientError
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import Objects
from bundle_pipeline.store.origin import Origin

# Manifests sort by name: enough digits for a nightly run of 270,000 years.
_SEQUENCE_DIGITS = 8


class PublishedFile(BaseModel):
    """One document of a manifest: its key in the lake, and the SHA-256 of its bytes."""

    model_config = ConfigDict(frozen=True)

    key: str
    sha256: str


class Manifest(BaseModel):
    """What is published for a shop: table versions and documents that belong together."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    shop_id: str
    sequence: int
    """From 1, one more for each publication."""
    run_id: str
    settings_hash: str
    code_version: str
    table_versions: dict[str, int]
    """Version of each frame's table."""
    files: dict[str, PublishedFile]
    """Documents by name, such as ``bundles.json``."""
    is_preview: bool = False
    """Whether it is a quick look, which the next full result replaces."""


def published(lake: Objects, shop_id: ShopId) -> Manifest | None:
    """The newest manifest of a shop; None if nothing was published.

    Raises:
        InputDataError: It can't be read.
    """
    keys = [entry.key for entry in lake.listed(_folder(shop_id)) if entry.key.endswith(".json")]
    content = lake.read(keys[-1]) if keys else None
    if content is None:
        return None
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise InputDataError(
            "BP-STORE-MANIFEST",
            place=f"{keys[-1]} in {lake.url}",
            found=f"{len(content)} bytes that are no manifest",
            expected="a manifest as this release or an earlier one wrote it",
            remedy="restore the object, or delete it to make the manifest before it current",
        ) from error


def published_document(lake: Objects, manifest: Manifest, name: str) -> bytes:
    """Bytes of a published document, checked against the manifest's hash.

    Raises:
        InputDataError: The document is gone or was altered.
    """
    file = manifest.files[name]
    content = lake.read(file.key)
    if content is None or hashlib.sha256(content).hexdigest() != file.sha256:
        raise InputDataError(
            "BP-STORE-DOCUMENT",
            place=f"{file.key} in {lake.url}",
            found="no such object" if content is None else "bytes with another hash",
            expected=f"the document of manifest {manifest.sequence} (shop {manifest.shop_id})",
            remedy="run the shop again; something other than this package changed the lake",
        )
    return content


def publish(
    lake: Objects,
    shop_id: ShopId,
    documents: Mapping[str, bytes],
    *,
    origin: Origin,
    table_versions: Mapping[str, int],
    is_preview: bool = False,
) -> Manifest:
    """Write the documents, then the manifest that makes them current.

    Args:
        lake: Where to.
        shop_id: Whose.
        documents: Bytes by name; stored under their hash, so equal documents are stored once.
        origin: Run, settings and code that made them.
        table_versions: Version of each frame's table that they were made from.
        is_preview: Whether this is a quick look, which never takes the place of a full result.

    Raises:
        ConfigError: A preview where a full result is published; nothing became current.
        InputDataError: A document of the same content is there, altered; nothing became current.
        TransientError: Another run published the same shop meanwhile; nothing became current.
    """
    before = published(lake, shop_id)
    if is_preview:
        _refuse_over_full(before, shop_id)
    files: dict[str, PublishedFile] = {}
    for name, content in sorted(documents.items()):
        digest = hashlib.sha256(content).hexdigest()
        key = f"published/{shop_id}/documents/{digest[:16]}/{name}"
        lake.write_once(key, content)
        files[name] = PublishedFile(key=key, sha256=digest)
    manifest = Manifest(
        shop_id=shop_id,
        sequence=1 if before is None else before.sequence + 1,
        run_id=origin.run_id,
        settings_hash=origin.settings_hash,
        code_version=origin.code_version,
        table_versions=dict(sorted(table_versions.items())),
        files=files,
        is_preview=is_preview,
    )
    # Documents of equal content were there before: a manifest mustn't vouch for altered ones.
    for name in files:
        published_document(lake, manifest, name)
    key = f"{_folder(shop_id)}/{manifest.sequence:0{_SEQUENCE_DIGITS}}.json"
    if not lake.write_once(key, manifest.model_dump_json(indent=2).encode()):
        raise TransientError(
            "BP-STORE-CONFLICT",
            place=f"{key} in {lake.url}",
            found="a manifest of another run",
            expected="one publisher per shop at a time",
            remedy="nothing became current; run the shop again",
        )
    return manifest


def refuse_preview_over_full(lake: Objects, shop_id: ShopId) -> None:
    """Say so early where a preview couldn't be published.

    Raises:
        ConfigError: A full result is published for the shop.
    """
    _refuse_over_full(published(lake, shop_id), shop_id)


def _refuse_over_full(before: Manifest | None, shop_id: ShopId) -> None:
    if before is None or before.is_preview:
        return
    raise ConfigError(
        "BP-PREVIEW-LATE",
        place=f"shop {shop_id}",
        found=f"publication {before.sequence}, made by a full run",
        expected="a shop of which nothing but previews is published",
        remedy=f"bundle-pipeline show {shop_id} prints it; run the shop in full to renew it",
    )


def _folder(shop_id: ShopId) -> str:
    return f"published/{shop_id}/manifests"
