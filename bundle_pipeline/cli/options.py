"""Options that several commands share, and the site they lead to."""

from enum import StrEnum
from typing import Annotated

import typer

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.settings.deployment import Deployment

LandingOption = Annotated[
    str | None,
    typer.Option(
        "--landing", help="Folder or URL of the landing zone (else BUNDLE_LANDING).", metavar="URL"
    ),
]
LakeOption = Annotated[
    str | None,
    typer.Option("--lake", help="Folder or URL of the lake (else BUNDLE_LAKE).", metavar="URL"),
]


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="How to print it.")]


def site_of(landing: str | None = None, lake: str | None = None) -> Site:
    """The site of the environment, with the given addresses in place of its own."""
    given = {"landing": landing, "lake": lake}
    return Site(Deployment.model_validate({key: value for key, value in given.items() if value}))
