"""All commands."""

import typer

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
