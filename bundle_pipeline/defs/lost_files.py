"""Files that get lost, or turn out damaged, while a step reads them.

What belongs here: what a step does about it. What stays out: how such a file is found.
"""

import inspect
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from typing import Any, cast

import dagster as dg
import polars as pl

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lost_files import lost_file_named
from bundle_pipeline.store.parts import Parts

_Step = Callable[..., Any]


def naming_lost_files(step: _Step) -> _Step:
    """Decorator of a step: what it reads as it goes is named if it can't be read.

    The IO manager opens those frames, but a file may go, or be damaged inside, after that.
    """
    if inspect.isgeneratorfunction(step):

        @wraps(step)
        def told_in_turn(context: dg.AssetExecutionContext, **inputs: object) -> Generator[object]:
            with _named(context, inputs):
                yield from step(context, **inputs)

        return told_in_turn

    @wraps(step)
    def told(context: dg.AssetExecutionContext, **inputs: object) -> object:
        with _named(context, inputs):
            return step(context, **inputs)

    return told


@contextmanager
def _named(context: dg.AssetExecutionContext, inputs: Mapping[str, object]) -> Generator[None]:
    read = [name for name, given in inputs.items() if isinstance(given, pl.LazyFrame | Parts)]
    with ExitStack() as stack:
        for schema in (FRAMES[name] for name in read):
            shop, site = shop_id(context.partition_key), cast("Site", inputs["site"])
            files = partial(site.lake.files_of, schema, shop)
            stack.enter_context(lost_file_named(schema, shop, files))
        yield
