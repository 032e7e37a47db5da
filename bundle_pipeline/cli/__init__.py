"""The command line: drives the same definitions as the UI, prints tables and progress.

Exit codes: 0 done, 1 a shop failed, 2 wrong use.
"""

import sys

import typer
from rich.console import Console
from rich.markup import escape

from bundle_pipeline.cli.dev import dev
from bundle_pipeline.cli.doctor import doctor
from bundle_pipeline.cli.evaluate import evaluate
from bundle_pipeline.cli.itemsets import itemsets
from bundle_pipeline.cli.quality import quality
from bundle_pipeline.cli.quarantine import quarantine
from bundle_pipeline.cli.replay import replay
from bundle_pipeline.cli.run import run
from bundle_pipeline.cli.settings import settings
from bundle_pipeline.cli.shops import shops
from bundle_pipeline.cli.show import show
from bundle_pipeline.cli.why import why
from bundle_pipeline.errors import BundlePipelineError, ConfigError

app = typer.Typer(
    name="bundle-pipeline",
    help="Product bundles that a shop can defend.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    run,
    show,
    why,
    itemsets,
    shops,
    quality,
    quarantine,
    replay,
    evaluate,
    settings,
    doctor,
    dev,
):
    app.command()(command)

WRONG_USE = 2


def main() -> None:
    """Entry point of ``bundle-pipeline``."""
    try:
        app()
    except BundlePipelineError as error:
        Console(stderr=True, highlight=False).print(
            f"[red]error[/] {escape(str(error))}", soft_wrap=True
        )
        sys.exit(WRONG_USE if isinstance(error, ConfigError) else 1)
