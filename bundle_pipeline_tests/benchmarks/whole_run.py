"""What each step of a run costs a large shop: seconds, seconds of CPU, and the greatest memory.

``python -m bundle_pipeline_tests.benchmarks.whole_run [--orders N]`` writes the exports of a shop
(``samples.large_shop``), by default with 32 million order lines of 50,000 variants, and runs it
through its Dagster job as the command line does, from landed files to published bundles.

Memory is the process's own (no pages of mapped files), the most that was seen during the step.
"""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.cli.progress import StepReport
from bundle_pipeline.cli.shop_runs import run_shop
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline_tests.samples.large_shop import write_orders, write_products

_PROJECT = Path(__file__).parents[2]
_SHOP = shop_id("large")
_KIB_PER_GIB = 1024**2
_SECONDS_BETWEEN_LOOKS = 0.05


class _Peak(threading.Thread):
    """Looks at this process's own memory again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._most_kib = 0

    def run(self) -> None:
        """Look until the process ends."""
        while True:
            status = Path("/proc/self/status").read_text("utf-8")
            facts = dict(line.split(":", 1) for line in status.splitlines())
            self._most_kib = max(self._most_kib, int(facts["RssAnon"].split()[0]))
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def taken(self) -> float:
        """The most since this was last asked, in GiB."""
        most, self._most_kib = self._most_kib, 0
        return most / _KIB_PER_GIB


def measure(
    orders: Annotated[int, typer.Option(help="Orders of the shop.", min=1)] = 3_400_000,
) -> None:
    """Run a generated shop; print what each step takes."""
    table = Table("step", "rows in", "rows out", "s", "CPU, s", "own GiB")
    peak, started = _Peak(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as folder:
        landing, lake = Path(folder, "landing"), Path(folder, "lake")
        (landing / _SHOP).mkdir(parents=True)
        line_count = write_orders(landing / _SHOP / "orders.csv", orders)
        write_products(landing / _SHOP)
        shutil.copy(_PROJECT / "dagster.yaml", folder)
        os.environ["DAGSTER_HOME"] = folder
        with dagster_instance() as instance:
            instance.add_dynamic_partitions(str(SHOPS.name), [_SHOP])

        def report(step: StepReport) -> None:
            nonlocal started
            now = time.process_time()
            rows = (f"{step.rows_in:,}", f"{step.rows_out:,}")
            cost = (f"{step.seconds:.1f}", f"{now - started:.1f}", f"{peak.taken():.1f}")
            table.add_row(step.step, *rows, *cost)
            started = now

        peak.start()
        started = time.process_time()
        site = Site(Deployment(landing=str(landing), lake=str(lake)))
        outcome = run_shop(site, _SHOP, report)
    console = Console(width=120)
    console.print(f"{line_count:,} order lines")
    console.print(table)
    if outcome.reason is not None:
        raise SystemExit(outcome.reason)


if __name__ == "__main__":
    typer.run(measure)
