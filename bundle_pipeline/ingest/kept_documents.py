"""What is kept of a landed object that was read: as a document and frames, and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import LandedKind, StagedFile
from bundle_pipeline.ingest.line_totals import LineTotals
from bundle_pipeline.ingest.observer import Observer
from bundle_pipeline.ingest.order_blocks import OrderBlock
from bundle_pipeline.ingest.order_decisions import Decision
from bundle_pipeline.ingest.outcomes import Outcomes
from bundle_pipeline.ingest.read_files import ReadObject
from bundle_pipeline.ingest.spreadsheet_scars import SpellingTraces
from bundle_pipeline.ingest.text_blocks import Span
from bundle_pipeline.schemas.base import FrameT
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.boxes import boxed, unboxed
from bundle_pipeline.store.objects import StoredObject
from bundle_pipeline.store.parts import Part, Parts

_OBSERVED = "observed"


class _Problem(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    place: str
    found: str
    expected: str
    remedy: str


class _File(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    path: str
    kind: LandedKind | None
    content_hash: str
    byte_count: int
    row_count: int
    unmapped_headers: tuple[str, ...]
    problem: _Problem | None
    full_snapshot_of: str | None
    encoding: str | None
    delimiter: str | None


class _Rows(BaseModel):
    kind: FileKind
    path: str
    stated_fields: frozenset[str]


class _Part(BaseModel):
    name: str
    row_count: int


class _Block(BaseModel):
    path: str
    number: int
    span: Span | None
    row_count: int
    orders: tuple[_Part, ...]
    order_lines: tuple[_Part, ...]
    meaning: str | None
    waiting: _Part | None
    traces: SpellingTraces | None
    newest: datetime | None


class _Decision(BaseModel):
    first_block: int
    signature: str
    meaning: str
    orders: tuple[_Part, ...]
    order_lines: tuple[_Part, ...]
    newest: datetime | None


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str
    files: tuple[_File, ...]
    rows: tuple[_Rows, ...]
    blocks: tuple[_Block, ...]
    decisions: tuple[_Decision, ...]


class GoneError(Exception):
    """A file that a document names isn't there any more."""


@dataclass(frozen=True)
class KeptParts:
    """Address by name of what the lake holds of a shop."""

    orders: Mapping[str, str]
    order_lines: Mapping[str, str]
    waiting: Mapping[str, str]


def document_of(read: ReadObject, observer: Observer) -> bytes:
    """What is kept of an object."""
    blocks = read.blocks
    decisions = sorted(read.decisions.items())
    document = _Document(
        path=read.path,
        files=tuple(_File.model_validate(file) for file in read.files),
        rows=tuple(
            _Rows(kind=rows.kind, path=rows.path, stated_fields=rows.stated_fields)
            for rows in read.rows
        ),
        blocks=tuple(_block(block) for block in blocks),
        decisions=tuple(
            _Decision(
                first_block=place,
                signature=decision.signature,
                meaning=decision.meaning,
                orders=_parts(decision.orders),
                order_lines=_parts(decision.order_lines),
                newest=decision.newest,
            )
            for place, decision in decisions
        ),
    )
    frames = {
        "labels": _stacked([block.labels for block in blocks]),
        "left_out": _stacked([block.left_out for block in blocks]),
        "simple": _stacked([pl.DataFrame({"order": block.simple_hashes}) for block in blocks]),
        "others": _stacked([block.others for block in blocks]),
        "currencies": _stacked([block.currencies for block in blocks]),
        "decided_labels": _stacked([decision.labels for _, decision in decisions]),
        "decided_loaded": _stacked([decision.outcomes.loaded for _, decision in decisions]),
        "decided_others": _stacked([decision.outcomes.others for _, decision in decisions]),
        "row_left_out": _stacked([rows.left_out for rows in read.rows]),
        **{f"rows/{number}": rows.rows for number, rows in enumerate(read.rows)},
        _OBSERVED: pl.DataFrame({_OBSERVED: [observer.packed(read.observations)]}),
    }
    return boxed(document.model_dump_json().encode(), frames)


def read_object(
    content: bytes, entry: StoredObject, observer: Observer, kept: KeptParts
) -> ReadObject:
    """The object that a document was made of.

    Args:
        content: The document.
        entry: The object as it is listed now.
        observer: Whose observations are among it.
        kept: What the lake holds.

    Raises:
        GoneError: The lake doesn't hold a part that it names.
        ValueError: It is no such document.
    """
    text, frames = unboxed(content)
    document = _Document.model_validate_json(text)
    blocks = [
        OrderBlock(
            path=block.path,
            number=block.number,
            span=block.span,
            row_count=block.row_count,
            orders=_found(Orders, block.orders, kept.orders),
            order_lines=_found(OrderLines, block.order_lines, kept.order_lines),
            labels=labels,
            meaning=block.meaning,
            waiting=_there(block.waiting, kept.waiting) if block.waiting else None,
            traces=block.traces,
            left_out=left_out,
            simple_hashes=simple.get_column("order").to_numpy(),
            others=others,
            currencies=currencies,
            newest=block.newest,
        )
        for block, labels, left_out, simple, others, currencies in zip(
            document.blocks,
            *(
                _unstacked(frames[name], len(document.blocks))
                for name in ("labels", "left_out", "simple", "others", "currencies")
            ),
            strict=True,
        )
    ]
    return ReadObject(
        path=document.path,
        entry=entry,
        files=tuple(_staged(file) for file in document.files),
        rows=tuple(
            FileRows(
                kind=rows.kind,
                path=rows.path,
                rows=frames[f"rows/{number}"],
                left_out=left_out,
                stated_fields=rows.stated_fields,
            )
            for number, (rows, left_out) in enumerate(
                zip(
                    document.rows,
                    _unstacked(frames["row_left_out"], len(document.rows)),
                    strict=True,
                )
            )
        ),
        blocks=tuple(blocks),
        observations=tuple(observer.unpacked(frames[_OBSERVED].item())),
        decisions=dict(_decisions(document, frames, kept)),
    )


def document_of_totals(totals: LineTotals) -> bytes:
    """What is kept of the totals of order lines."""
    frames = {"items": totals.items, "prices": totals.prices, "ways": totals.ways}
    named = "\n".join(sorted(totals.parts))
    return boxed(named.encode(), frames)


def read_totals(content: bytes) -> LineTotals:
    """The totals that a document was made of.

    Raises:
        zipfile.BadZipFile: It is no box.
        KeyError: It is a box of something else.
    """
    named, frames = unboxed(content)
    parts = frozenset(named.decode().splitlines())
    return LineTotals(parts, frames["items"], frames["prices"], frames["ways"])


def _decisions(
    document: _Document, frames: Mapping[str, pl.DataFrame], kept: KeptParts
) -> Iterator[tuple[int, Decision]]:
    stacks = (
        _unstacked(frames[name], len(document.decisions))
        for name in ("decided_labels", "decided_loaded", "decided_others")
    )
    for decision, labels, loaded, others in zip(document.decisions, *stacks, strict=True):
        yield (
            decision.first_block,
            Decision(
                signature=decision.signature,
                labels=labels,
                meaning=decision.meaning,
                orders=_found(Orders, decision.orders, kept.orders),
                order_lines=_found(OrderLines, decision.order_lines, kept.order_lines),
                outcomes=Outcomes(loaded, others),
                newest=decision.newest,
            ),
        )


def _block(block: OrderBlock) -> _Block:
    return _Block(
        path=block.path,
        number=block.number,
        span=block.span,
        row_count=block.row_count,
        orders=_parts(block.orders),
        order_lines=_parts(block.order_lines),
        meaning=block.meaning,
        waiting=_part(block.waiting) if block.waiting else None,
        traces=block.traces,
        newest=block.newest,
    )


def _staged(file: _File) -> StagedFile:
    problem = file.problem
    return StagedFile(
        **file.model_dump(exclude={"content_hash", "problem"}),
        digest=partial(str, file.content_hash),
        problem=problem and InputDataError(**problem.model_dump()),
    )


def _parts(parts: Parts[FrameT]) -> tuple[_Part, ...]:
    return tuple(_part(part) for part in parts.files)


def _part(part: Part) -> _Part:
    return _Part(name=part.name, row_count=part.row_count)


def _found(
    schema: type[FrameT], parts: Sequence[_Part], addresses: Mapping[str, str]
) -> Parts[FrameT]:
    return Parts(schema, tuple(_there(part, addresses) for part in parts))


def _there(part: _Part, addresses: Mapping[str, str]) -> Part:
    address = addresses.get(part.name)
    if address is None:
        raise GoneError(part.name)
    return Part(part.name, address, part.row_count, is_kept=True)


def _stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames of one shape as one, with the number of each row's frame."""
    numbered = [
        frame.with_columns(_frame=pl.lit(number, dtype=pl.UInt32))
        for number, frame in enumerate(frames)
    ]
    return pl.concat(numbered) if numbered else pl.DataFrame(schema={"_frame": pl.UInt32})


def _unstacked(stacked: pl.DataFrame, frame_count: int) -> list[pl.DataFrame]:
    lengths = np.bincount(stacked.get_column("_frame").to_numpy(), minlength=frame_count)
    ends = np.cumsum(lengths)
    rows = stacked.drop("_frame")
    return [
        rows.slice(int(end - length), int(length))
        for end, length in zip(ends, lengths, strict=True)
    ]
