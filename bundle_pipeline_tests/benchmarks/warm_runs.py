"""Pipeline time of one shop after imports: its whole run, several times in one process.

``python -m bundle_pipeline_tests.benchmarks.warm_runs LANDING SHOP [--runs N]`` runs a shop through
its Dagster job as the command line does, into a fresh lake. What was validated is forgotten between
runs, so each of them validates every row anew. Prints seconds per run (sum of its steps) and their
median; the first run, in which lazy imports happen, is left out.
"""

import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bundle_pipeline.cli.progress import StepReport
from bundle_pipeline.cli.shop_runs import run_shop
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.deployment import Deployment

_PROJECT = Path(__file__).parents[2]


def measure(
    landing: Annotated[Path, typer.Argument(help="Folder with a folder per shop.")],
    shop: Annotated[str, typer.Argument(help="Name of the shop's folder.")],
    runs: Annotated[int, typer.Option(help="Runs to time.", min=1)] = 9,
) -> None:
    """Run a shop over and over; print the seconds of its pipeline."""
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as home:
        shutil.copy(_PROJECT / "dagster.yaml", home)
        os.environ["DAGSTER_HOME"] = home
        lake = Path(home, "lake")
        site = Site(Deployment(landing=str(landing.resolve()), lake=str(lake)))
        with dagster_instance() as instance:
            instance.add_dynamic_partitions(str(SHOPS.name), [shop])
        seconds = [_one_run(site, shop, lake) for _ in range(runs + 1)][1:]
    typer.echo(" ".join(f"{each:.2f}" for each in seconds))
    typer.echo(f"median {statistics.median(seconds):.2f} s, of {runs} runs of {shop}")


def _one_run(site: Site, shop: str, lake: Path) -> float:
    shutil.rmtree(lake / "validations", ignore_errors=True)
    steps: list[StepReport] = []
    outcome = run_shop(site, shop_id(shop), steps.append)
    if outcome.reason is not None:
        raise SystemExit(outcome.reason)
    return sum(step.seconds for step in steps)


if __name__ == "__main__":
    typer.run(measure)
