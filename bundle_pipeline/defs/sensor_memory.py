"""What the sensor knows of shops from earlier ticks, and how it is kept.

It is an object of the lake, named by its content and written once; Dagster's cursor names it. The
cursor itself would be copied into Dagster's database at every tick, megabytes of it for ten
thousands of shops; the object is written only when something has changed. And since Dagster stores
the cursor after it has started the runs, a tick that dies in between leaves the cursor, and so the
memory, as they were: the next tick asks for the same runs under the same keys.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bundle_pipeline.store.objects import Objects

logger = logging.getLogger(__name__)

_FOLDER = "sensor"


class Seen(NamedTuple):
    """What is known of a shop, as fingerprints of its files."""

    fingerprint: str
    """When it was last looked at."""
    settled: str | None = None
    """About these it was decided: requested, or left alone because there are no orders."""


Memory = Mapping[str, Seen]
_MEMORY = TypeAdapter(dict[str, Seen])


class Cursor(BaseModel):
    """What Dagster keeps between ticks: a hundred bytes, however many shops there are."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    memory: str | None = None
    """Key of the memory in the lake."""
    after: str | None = None
    """Key behind which the next tick goes on, if the last one didn't get to the end."""


def cursor_of(text: str | None) -> Cursor:
    """The cursor that Dagster kept; a new one where it is of another release."""
    try:
        return Cursor.model_validate_json(text or "{}")
    except ValidationError:
        logger.warning("the sensor's cursor isn't of this release: every shop is looked at anew")
        return Cursor()


def recalled(lake: Objects, cursor: Cursor) -> dict[str, Seen]:
    """The memory that a cursor names; empty where there is none.

    Without it every delivery is requested again, under the run keys it had: Dagster starts none of
    them twice.
    """
    content = None if cursor.memory is None else lake.read(cursor.memory)
    try:
        return _MEMORY.validate_json(content or b"{}")
    except ValidationError:
        logger.warning("%s can't be read: every shop is looked at anew", cursor.memory)
        return {}


def kept(lake: Objects, memory: Memory, *, before: Cursor) -> str:
    """Write the memory; its key.

    Objects of earlier ticks are removed, but for the one that the cursor in Dagster names: it is in
    force until Dagster has stored the next one.
    """
    content = json.dumps(dict(sorted(memory.items())), separators=(",", ":")).encode()
    key = f"{_FOLDER}/{hashlib.sha256(content).hexdigest()[:32]}.json"
    if key != before.memory:
        lake.write_once(key, content)
        for old in lake.listed(_FOLDER):
            if old.key not in {key, before.memory}:
                lake.delete(old.key)
    return key
