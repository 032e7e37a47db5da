"""How fast itemsets are counted: ``python -m bundle_pipeline_tests.benchmarks.mining COMMAND``.

``compare`` measures us beside other packages (``make bench-mining``); ``engines`` measures our own
beside each other, on shops of several sizes; ``growth`` fits cost against
lines; ``limited`` counts 200 million lines under a hard limit of 2 GB; ``plot`` draws what
``compare`` kept.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from bundle_pipeline.mining.kernel.counts import count_itemsets
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.benchmarks.mining import report
from bundle_pipeline_tests.benchmarks.mining.methods import ENGINES, METHODS
from bundle_pipeline_tests.benchmarks.mining.runs import Run, Way, measured
from bundle_pipeline_tests.benchmarks.mining.workloads import (
    Workload,
    generated_workloads,
    real_workloads,
)
from bundle_pipeline_tests.samples import encoded_shop
from bundle_pipeline_tests.samples.encoded_shop import LARGE_ORDER_COUNT

app = typer.Typer(add_completion=False, help=__doc__)
console = Console(width=170)

DataOption = Annotated[
    Path | None,
    typer.Option(
        envvar="BUNDLE_BENCH_DATA",
        help="Folder with <shop>/lines.parquet (order_id, sku) of real shops; those missing are "
        "left out.",
    ),
]
WorkOption = Annotated[
    Path | None, typer.Option(help="Folder that keeps generated lines for the next time.")
]
_WAYS: tuple[Way, ...] = ("files", "memory")
# 0.5 to 36 million lines.
_GROWTH_ORDERS = (50_000, 200_000, 800_000, LARGE_ORDER_COUNT)
_ENGINE_ORDERS = (28_000, 280_000)
_LIMITED_ORDERS = 20_000_000
_GIGABYTE = 10**9


@app.command()
def compare(
    data: DataOption = None,
    work: WorkOption = None,
    *,
    orders: Annotated[int, typer.Option(help="Orders of the generated shop.")] = LARGE_ORDER_COUNT,
    rounds: Annotated[int, typer.Option(help="Turns of every method.", min=1)] = 3,
    patience: Annotated[float, typer.Option(help="Seconds that a run may take.")] = 300.0,
    only: Annotated[list[str] | None, typer.Option(help="Methods, if not all.")] = None,
    keep: Annotated[Path | None, typer.Option(help="File to keep all runs in.")] = None,
) -> None:
    """Count with every method in turn, each time in a new process; compare medians and results."""
    with _folder(work) as folder:
        chosen = [n for n in METHODS if (n in only if only else n != "spark")]
        comparison = _Comparison(folder, patience, chosen)
        workloads = real_workloads(data, folder) if data else []
        for workload in workloads + generated_workloads(orders, folder):
            for turn in range(rounds):
                comparison.take_turns(workload, turn)
            if keep:
                report.saved(comparison.runs, keep)
    comparison.print()


@app.command()
def engines(
    work: WorkOption = None,
    orders: Annotated[list[int] | None, typer.Option(help="Orders of each shop.")] = None,
    rounds: Annotated[int, typer.Option(help="Turns of every engine.", min=1)] = 3,
    patience: Annotated[float, typer.Option(help="Seconds that a run may take.")] = 900.0,
) -> None:
    """Count with each engine that can be set, on generated shops of 0.3 and 3 million lines."""
    with _folder(work) as folder:
        comparison = _Comparison(folder, patience, ENGINES)
        for count in orders or _ENGINE_ORDERS:
            for workload in generated_workloads(count, folder):
                for turn in range(rounds):
                    comparison.take_turns(workload, turn)
    comparison.print()


@dataclass
class _Comparison:
    folder: Path
    patience: float
    methods: Sequence[str]
    runs: list[Run] = field(default_factory=list)
    failures: dict[tuple[str, int, str, Way], str] = field(default_factory=dict)

    def take_turns(self, workload: Workload, turn: int) -> None:
        """Every method once, each turn beginning with another."""
        first = turn % len(self.methods)
        for name in [*self.methods[first:], *self.methods[:first]]:
            for way in _WAYS:
                key = (workload.name, workload.size, name, way)
                if key not in self.failures:
                    run = self._run(workload, name, way)
                    console.log(workload.name, workload.sizes, name, way, _short(run))
                    if isinstance(run, str):
                        self.failures[key] = run
                    else:
                        self.runs.append(run)

    def print(self) -> None:
        """Print the medians.

        Raises:
            typer.Exit: Something was counted differently.
        """
        console.print(report.comparison(self.runs, self.failures))
        wrong = report.disagreements(self.runs)
        for line in wrong:
            console.print(f"[red]not equal[/] {line}")
        if wrong:
            raise typer.Exit(1)
        console.print(f"{len(self.runs)} runs; all found the same itemsets with the same counts")

    def _run(self, workload: Workload, name: str, way: Way) -> Run | str:
        method = METHODS[name]
        if not method.is_installed:
            return "not installed"
        if workload.line_count > method.most_lines:
            return "not tried: takes too long"
        return measured(workload, name, way, folder=self.folder, patience=self.patience)


@app.command()
def growth(
    work: WorkOption = None,
    orders: Annotated[list[int] | None, typer.Option(help="Orders of each size.")] = None,
    rounds: Annotated[int, typer.Option(help="Turns of every size.", min=1)] = 3,
    method: Annotated[str, typer.Option(help="What counts.")] = report.OURS,
) -> None:
    """Fit the cost of pairs (0.01 % of baskets) against lines: the exponent, by least squares."""
    runs: list[Run] = []
    with _folder(work) as folder:
        workloads = [generated_workloads(count, folder)[0] for count in orders or _GROWTH_ORDERS]
        for _ in range(rounds):
            for workload in workloads:
                run = measured(workload, method, "files", folder=folder, patience=600)
                if isinstance(run, str):
                    raise typer.BadParameter(run)
                runs.append(run)
    console.print(report.growth(runs))
    console.print(f"exponent of processor time in lines: {report.exponent(runs):.2f}")


@app.command()
def limited(
    work: WorkOption = None,
    orders: Annotated[int, typer.Option(help="Orders to count.")] = _LIMITED_ORDERS,
    gigabytes: Annotated[float, typer.Option(help="Memory that the process may have.")] = 2.0,
    max_memory_mb: Annotated[int, typer.Option(help="The setting mining.max_memory_mb.")] = 800,
) -> None:
    """Count pairs in 0.01 % of baskets under a hard limit of private memory (RLIMIT_DATA)."""
    with _folder(work) as folder:
        lines = folder / f"generated_{orders}.parquet"
        if not lines.is_file():
            # In a process of its own: what it takes isn't part of the measurement.
            maker = [
                sys.executable,
                "-m",
                encoded_shop.__name__,
                str(lines),
                "--orders",
                f"{orders}",
            ]
            subprocess.run(maker, check=True)  # noqa: S603 - ourselves
        limit = int(gigabytes * _GIGABYTE)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        started = resource.getrusage(resource.RUSAGE_SELF)
        counts = count_itemsets(
            pl.scan_parquet(lines),
            -(-orders // 10_000),
            max_size=2,
            params=CountingParams(max_memory_mb=max_memory_mb),
        )
    used = resource.getrusage(resource.RUSAGE_SELF)
    line_count = int(counts.item_basket_count.sum())
    console.print(
        f"{line_count:,} lines, {len(counts.itemsets[0]):,} pairs: "
        f"{used.ru_utime + used.ru_stime - started.ru_utime - started.ru_stime:.1f} s of "
        f"processor time under {gigabytes} GB; resident, file pages included: "
        f"{used.ru_maxrss * 1024 / _GIGABYTE:.2f} GB"
    )


@app.command()
def plot(kept: Path, picture: Path) -> None:
    """Draw what ``compare --keep`` has kept."""
    report.drawn(report.loaded(kept), picture)


@contextmanager
def _folder(work: Path | None) -> Generator[Path]:
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as folder:
        yield Path(folder)


def _short(run: Run | str) -> str:
    if isinstance(run, str):
        return run
    return f"{run.seconds:.2f} s, {run.processor_seconds:.2f} s processor, {run.peak_mib:.0f} MiB"


if __name__ == "__main__":
    app()
