"""Pipeline time of one shop after imports: its whole run, several times in one process.

``python -m bundle_pipeline_tests.benchmarks.warm_runs LANDING SHOP [--runs N]`` runs a shop through
its Dagster job as the command line does, into a fresh lake. What was validated is forgotten between
runs, so each of them validates every row anew. Prints seconds per run (sum of its steps) and their
median; the first run, in which lazy imports happen, is left out. With ``--preview`` each run is the
quick look at a shop that has just landed: into a lake of its own, in which nothing is known.

Beside them stand seconds of processor time, which tell more where a machine has other things to do,
and how much of it went to other machines on the same host (``stolen``, as a share of what was used
and stolen; 0 where the system doesn't count it): figures with and without don't compare.
"""

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import psutil
import typer

from bundle_pipeline.cli.progress import StepReport
from bundle_pipeline.cli.shop_runs import run_shop
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.deployment import Deployment

_PROJECT = Path(__file__).parents[2]
# Guests are counted within the time of users.
_NOT_USED = ("idle", "iowait", "guest", "guest_nice", "steal")


def measure(
    landing: Annotated[Path, typer.Argument(help="Folder with a folder per shop.")],
    shop: Annotated[str, typer.Argument(help="Name of the shop's folder.")],
    runs: Annotated[int, typer.Option(help="Runs to time.", min=1)] = 9,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Time previews.")] = False,
) -> None:
    """Run a shop over and over; print the seconds of its pipeline."""
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as home:
        shutil.copy(_PROJECT / "dagster.yaml", home)
        os.environ["DAGSTER_HOME"] = home
        lakes = [Path(home, f"lake-{number if preview else 0}") for number in range(runs + 1)]
        with dagster_instance() as instance:
            instance.add_dynamic_partitions(str(SHOPS.name), [shop])
        used, stolen = _used_and_stolen()
        timed = [_one_run(landing, shop, lake, is_preview=preview) for lake in lakes][1:]
        used, stolen = np.subtract(_used_and_stolen(), (used, stolen))
    what = "previews" if preview else "runs"
    for name, seconds in zip(("elapsed", "processor"), zip(*timed, strict=True), strict=True):
        each = " ".join(f"{second:.2f}" for second in seconds)
        median = statistics.median(seconds)
        typer.echo(f"{name}: median {median:.2f} s, of {runs} {what} of {shop}: {each}")
    typer.echo(f"stolen: {stolen / (used + stolen):.0%} of the processors' time")


def _one_run(landing: Path, shop: str, lake: Path, *, is_preview: bool) -> tuple[float, float]:
    """Seconds that the steps of a run took, and seconds of processor time of all of it."""
    shutil.rmtree(lake / "validations", ignore_errors=True)
    deployment = Deployment(landing=str(landing.resolve()), lake=str(lake))
    steps: list[StepReport] = []
    started = time.process_time()
    outcome = run_shop(Site(deployment, is_preview=is_preview), shop_id(shop), steps.append)
    processor = time.process_time() - started
    if outcome.reason is not None:
        raise SystemExit(outcome.reason)
    return sum(step.seconds for step in steps), processor


def _used_and_stolen() -> tuple[float, float]:
    """Seconds of all processors since the machine started: used by it, and given to others."""
    seconds = psutil.cpu_times()._asdict()
    stolen = seconds.get("steal", 0.0)
    return sum(seconds.values()) - sum(seconds.get(name, 0.0) for name in _NOT_USED), stolen


if __name__ == "__main__":
    typer.run(measure)
