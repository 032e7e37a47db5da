"""What every asset carries: description, group, kinds, owners, layer, code version, columns.

What belongs here: labels that all assets share, derived from the frame's declaration.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import dagster as dg

from bundle_pipeline.defs.lost_files import naming_lost_files
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.schemas.base import Frame

OWNERS = ["team:bundles"]
Layer = Literal["raw", "clean", "derived", "out"]


def column_schema(schema: type[Frame]) -> dg.TableSchema:
    """A declaration as Dagster shows it: columns with type, meaning and constraints."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=name,
                type=str(column.dtype),
                description=column.description,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=schema.primary_key() == [name]
                ),
            )
            for name, column in schema.columns().items()
        ]
    )


def definition_metadata(schema: type[Frame]) -> dict[str, Any]:
    """Metadata of an asset's definition: its columns and its key."""
    return {
        "dagster/column_schema": column_schema(schema),
        "bundle/key": ", ".join(["shop_id", *schema.primary_key()]),
    }


def frame_out(
    schema: type[Frame], *, group: str, layer: Layer, kinds: set[str], is_required: bool = True
) -> dg.AssetOut:
    """One of several frames that one step makes; if not required, a run may go without it."""
    return dg.AssetOut(
        description=schema.one_row,
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        tags={"layer": layer},
        code_version="1",
        metadata=definition_metadata(schema),
        is_required=is_required,
    )


def frame_asset(
    schema: type[Frame],
    *,
    group: str,
    layer: Layer,
    kinds: set[str],
    check_specs: Sequence[dg.AssetCheckSpec] = (),
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorator of an asset that is one frame, partitioned by shop."""
    as_asset = dg.asset(
        name=schema.name,
        partitions_def=SHOPS,
        description=schema.one_row,
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        tags={"layer": layer},
        code_version="1",
        metadata=definition_metadata(schema),
        check_specs=list(check_specs),
    )

    def labelled(step: Callable[..., Any]) -> dg.AssetsDefinition:
        return as_asset(naming_lost_files(step))

    return labelled
