"""The Dagster instance of this deployment, for the command line."""

import os
from pathlib import Path

import dagster as dg

from bundle_pipeline.errors import ConfigError

_FILE = "dagster.yaml"


def dagster_home() -> Path:
    """``DAGSTER_HOME``, else this folder if it holds a ``dagster.yaml``.

    Raises:
        ConfigError: Neither is the case.
    """
    named = os.environ.get("DAGSTER_HOME")
    home = Path(named) if named else Path.cwd()
    if not (home / _FILE).is_file():
        raise ConfigError(
            "BP-DAGSTER-HOME",
            place=str(home),
            found=f"no {_FILE}",
            expected=f"DAGSTER_HOME naming a folder with a {_FILE}, or such a file here",
            remedy="run from the project's folder, or set DAGSTER_HOME",
        )
    return home.absolute()


def dagster_instance() -> dg.DagsterInstance:
    """The instance whose UI shows the runs."""
    return dg.DagsterInstance.from_config(str(dagster_home()), _FILE)
