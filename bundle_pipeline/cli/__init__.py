"""The command line: drives the same definitions as the UI, prints tables and progress.

Exit codes: 0 done, 1 a shop failed, 2 wrong use.
"""

import sys

from rich.console import Console
from rich.markup import escape

from bundle_pipeline.errors import BundlePipelineError, ConfigError
from bundle_pipeline.imports import uncollected

WRONG_USE = 2


def main() -> None:
    """Entry point of ``bundle-pipeline``."""
    with uncollected():
        from bundle_pipeline.cli.commands import app  # noqa: PLC0415 with all that they need

    try:
        app()
    except BundlePipelineError as error:
        Console(stderr=True, highlight=False).print(
            f"[red]error[/] {escape(str(error))}", soft_wrap=True
        )
        sys.exit(WRONG_USE if isinstance(error, ConfigError) else 1)
