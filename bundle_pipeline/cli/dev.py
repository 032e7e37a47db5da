"""``bundle-pipeline dev``: the Dagster UI with the landed shops registered."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bundle_pipeline.cli.shops import shops
from bundle_pipeline.defs.instance import dagster_home


def dev(
    port: Annotated[int, typer.Option(help="Port of the UI, on this machine only.")] = 3000,
) -> None:
    """Open the Dagster UI on http://127.0.0.1:3000, with every landed shop registered."""
    home = dagster_home()
    shops(register=True)
    command = Path(sys.executable).with_name("dagster")
    arguments = ["dev", "-w", str(home / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    os.execve(command, [str(command), *arguments], environment)  # noqa: S606 - no shell is the point
