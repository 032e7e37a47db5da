"""What reading each landed object came to, kept in the lake for the next run.

A run reads only objects that are new or have changed. What it makes of all of them is the same as
if it had read them all: each object is kept as it was read, and what was decided of its orders is
kept with what decided it. If anything of it is gone, or another release or other settings read it,
the object is read again.

Below ``staged/<shop>/`` lie an index, a document per object, the rows that wait, and what all order
lines add up to.
"""

import hashlib
import logging
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError
from pydantic import BaseModel, ConfigDict, ValidationError

from bundle_pipeline.ingest.kept_documents import (
    GoneError,
    KeptParts,
    document_of,
    document_of_totals,
    read_object,
    read_totals,
)
from bundle_pipeline.ingest.line_totals import KnownTotals, LineTotals
from bundle_pipeline.ingest.observer import Observer
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.read_files import ReadObject
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import Objects, StoredObject

logger = logging.getLogger(__name__)

# A bucket answers many requests at once as fast as one.
_REQUESTS = 8
_INDEX = "index.json"
# When an object was written doesn't matter to what it holds.
_AT_ANY_TIME = datetime.min.replace(tzinfo=UTC)
_UNREADABLE = (GoneError, ValueError, zipfile.BadZipFile, PolarsError, KeyError)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    path: str
    version: str
    byte_count: int
    document: str


class _Index(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: str
    entries: tuple[_Entry, ...]
    waiting: tuple[str, ...]
    totals: str


@dataclass(frozen=True)
class KeptFiles:
    """What is kept of a shop's landed objects.

    Attributes:
        objects: The lake.
        tables: Its tables.
        shop_id: Whose.
        rules: What an object is read by, see :func:`reading_rules`.
        observer: Whose observations are kept.
    """

    objects: Objects
    tables: Lake
    shop_id: ShopId
    rules: str
    observer: Observer
    _known: dict[str, ReadObject] = field(default_factory=dict[str, ReadObject])
    _index: list[_Index] = field(default_factory=list[_Index])
    _stored: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def opened(self) -> "KeptFiles":
        """The same, with what earlier runs have kept."""
        index = self._read_index()
        if index is None:
            return self
        stored = {
            schema.name: {
                part.name: part.address
                for part in self.tables.whole_parts(schema, self.shop_id).files
            }
            for schema in (Orders, OrderLines)
        }
        known = {read.path: read for read in self._documents(index, stored)}
        return replace(self, _known=known, _index=[index], _stored=stored)

    def recalled(self, path: str, entry: StoredObject) -> ReadObject | None:
        """What reading an object in this version came to, if it is known."""
        read = self._known.get(path)
        if read is None or (read.entry.version, read.entry.byte_count) != (
            entry.version,
            entry.byte_count,
        ):
            return None
        return replace(read, entry=entry)

    def known_totals(self) -> KnownTotals | None:
        """What order lines added up to in the last run, if it is known."""
        for index in self._index:
            content = self.objects.read(self._key(index.totals))
            try:
                totals = read_totals(content) if content is not None else None
            except _UNREADABLE as error:
                logger.info("totals of order lines are made anew: %r", error)
            else:
                return totals and KnownTotals(totals, self._stored[OrderLines.name])
        return None

    def keep(self, objects: Sequence[ReadObject], totals: LineTotals) -> None:
        """Keep what was read, once the lake holds the parts of its orders.

        What isn't needed any more stays until the next time, since another run may be reading it.

        Args:
            objects: What was read.
            totals: What the order lines of all of it add up to.
        """
        before = {entry.path: entry for index in self._index for entry in index.entries}
        entries: list[_Entry] = []
        waiting: list[str] = []
        for read in objects:
            for block in read.blocks:
                if block.waiting is not None:
                    waiting.append(block.waiting.name)
                    if not block.waiting.is_kept:
                        self.objects.upload(
                            self._key(block.waiting.name), Path(block.waiting.address)
                        )
            entries.append(self._kept(read, before.get(read.path)))
        index = _Index(
            rules=self.rules,
            entries=tuple(entries),
            waiting=tuple(waiting),
            totals=self._written("totals", document_of_totals(totals)),
        )
        self.objects.replace(self._key(_INDEX), index.model_dump_json().encode())
        self._forget(index)

    def _kept(self, read: ReadObject, before: _Entry | None) -> _Entry:
        known = self._known.get(read.path)
        if before is not None and known is not None and _is_the_same(read, known):
            return before
        return _Entry(
            path=read.path,
            version=read.entry.version,
            byte_count=read.entry.byte_count,
            document=self._written(read.identity, document_of(read, self.observer)),
        )

    def _written(self, what: str, content: bytes) -> str:
        name = f"{what}-{hashlib.sha256(content).hexdigest()[:16]}.zip"
        self.objects.replace(self._key(name), content)
        return name

    def _forget(self, index: _Index) -> None:
        needed = {_INDEX}
        for one in (index, *self._index):
            needed |= {entry.document for entry in one.entries} | {*one.waiting, one.totals}
        for name in self._names():
            if name not in needed:
                self.objects.delete(self._key(name))

    def _read_index(self) -> _Index | None:
        content = self.objects.read(self._key(_INDEX))
        if content is None:
            return None
        try:
            index = _Index.model_validate_json(content)
        except ValidationError:
            return None
        return index if index.rules == self.rules else None

    def _documents(
        self, index: _Index, parts: Mapping[str, Mapping[str, str]]
    ) -> Iterator[ReadObject]:
        kept = KeptParts(
            orders=parts[Orders.name],
            order_lines=parts[OrderLines.name],
            waiting={name: self.objects.address(self._key(name)) for name in self._names()},
        )
        with ThreadPoolExecutor(_REQUESTS) as requests:
            keys = [self._key(entry.document) for entry in index.entries]
            for entry, content in zip(
                index.entries, requests.map(self.objects.read, keys), strict=True
            ):
                if content is None:
                    continue
                stored = StoredObject(
                    f"{self.shop_id}/{entry.path}", entry.byte_count, entry.version, _AT_ANY_TIME
                )
                try:
                    yield read_object(content, stored, self.observer, kept)
                except _UNREADABLE as error:
                    logger.info("%s is read again: %r", entry.path, error)

    def _names(self) -> list[str]:
        folder = self._key("")
        return [entry.key.removeprefix(folder) for entry in self.objects.listed(folder.rstrip("/"))]

    def _key(self, name: str) -> str:
        return f"staged/{self.shop_id}/{name}"


def forget(objects: Objects, shop_id: ShopId) -> None:
    """Let the next run read all objects of a shop, as if nothing had been kept.

    Args:
        objects: The lake.
        shop_id: Whose.
    """
    objects.delete(f"staged/{shop_id}/{_INDEX}")


def reading_rules(params: IngestParams, customer_key: bytes) -> str:
    """What an object is read by, beside its bytes: settings, secret, and the code itself.

    Args:
        params: Settings of the ingest step.
        customer_key: Secret that customers are hashed with.
    """
    said = (
        params.model_dump_json(include={"extra_aliases", "non_product_patterns"}),
        str(params.needs_product_statuses),
        hashlib.blake2b(b"staged", key=customer_key).hexdigest(),
        pl.__version__,
        _code(),
    )
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


@cache
def _code() -> str:
    """Changes with any source or table of the rooms that read."""
    digest = hashlib.sha256()
    for package in ("ingest", "quality", "schemas"):
        for file in _sources(resources.files("bundle_pipeline").joinpath(package)):
            digest.update(file.read_bytes())
    digest.update(resources.files("bundle_pipeline").joinpath("money.py").read_bytes())
    return digest.hexdigest()


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".yaml")):
            yield entry


def _is_the_same(read: ReadObject, known: ReadObject) -> bool:
    return (
        read.entry.version == known.entry.version
        and len(read.blocks) == len(known.blocks)
        and all(one is other for one, other in zip(read.blocks, known.blocks, strict=True))
        and read.decisions.keys() == known.decisions.keys()
        and all(decision is known.decisions[place] for place, decision in read.decisions.items())
    )
