"""``bundle-pipeline settings``: every setting with its meaning, or those in force for a shop."""

from typing import Annotated

import typer
import yaml
from pydantic import BaseModel
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import LandingOption, site_of
from bundle_pipeline.defs.config import PipelineSettings
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.layers import fingerprint


def settings(
    shop: Annotated[
        str | None, typer.Argument(help="Shop whose settings in force to print.", metavar="[SHOP]")
    ] = None,
    landing: LandingOption = None,
) -> None:
    """Print every setting with its default and meaning; with SHOP, the values in force for it."""
    if shop is not None:
        in_force = site_of(landing).settings(shop_id(shop))
        text = yaml.safe_dump(in_force.model_dump(mode="json"), sort_keys=False)
        typer.echo(f"# settings hash {fingerprint(in_force)}\n{text}", nl=False)
        return
    table = Table("setting", "default", "meaning")
    _add_rows(table, PipelineSettings(), prefix="")
    standard_output().print(table)


def _add_rows(table: Table, model: BaseModel, *, prefix: str) -> None:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            _add_rows(table, value, prefix=f"{prefix}{name}.")
        else:
            table.add_row(f"{prefix}{name}", str(value), field.description)
