"""Tables of what was measured, and the plot of the README."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.table import Table

from bundle_pipeline_tests.benchmarks.mining.methods import METHODS
from bundle_pipeline_tests.benchmarks.mining.runs import Run, Way

OURS = "bundle_pipeline"


def medians(runs: Sequence[Run]) -> dict[tuple[str, int, Way], dict[str, Run]]:
    """Per workload, size and way: the run of each method with the median time."""
    table: dict[tuple[str, int, Way], dict[str, list[Run]]] = {}
    for run in runs:
        by_method = table.setdefault((run.workload, run.size, run.way), {})
        by_method.setdefault(run.method, []).append(run)
    return {
        key: {
            method: sorted(of_method, key=lambda run: run.seconds)[(len(of_method) - 1) // 2]
            for method, of_method in by_method.items()
        }
        for key, by_method in table.items()
    }


def comparison(runs: Sequence[Run], failures: Mapping[tuple[str, int, str, Way], str]) -> Table:
    """Medians of every method, and how many times ours they are."""
    table = Table(
        *("workload", "itemsets", "method", "files, s", "x ours", "processor, s", "x ours"),
        *("peak, MiB", "x ours", "memory, s", "x ours"),
    )
    by_key = medians(runs)
    for name, size in dict.fromkeys((run.workload, run.size) for run in runs):
        files = by_key.get((name, size, "files"), {})
        memory = by_key.get((name, size, "memory"), {})
        for method in METHODS:
            reason = failures.get((name, size, method, "files"))
            if method not in files and reason is None:
                continue
            if method not in files:
                table.add_row(name, _kind(size), method, str(reason))
                continue
            mine, ours = files[method], files[OURS]
            row = [f"{name}, >= {mine.fewest}", _kind(size), method]
            for value, base, digits in (
                (mine.seconds, ours.seconds, 2),
                (mine.processor_seconds, ours.processor_seconds, 2),
                (mine.peak_mib, ours.peak_mib, 0),
            ):
                row += [f"{value:.{digits}f}", f"{value / base:.1f}"]
            if method in memory:
                row += [
                    f"{memory[method].seconds:.2f}",
                    f"{memory[method].seconds / memory[OURS].seconds:.1f}",
                ]
            table.add_row(*row)
        table.add_section()
    return table


def disagreements(runs: Sequence[Run]) -> list[str]:
    """Methods whose itemsets or counts aren't those of the kernel."""
    ours = {(run.workload, run.size): run.digest for run in runs if run.method == OURS}
    return sorted(
        {
            f"{run.workload}, size {run.size}: {run.method} found {run.itemset_counts}"
            for run in runs
            if run.digest != ours[run.workload, run.size]
        }
    )


def exponent(runs: Sequence[Run]) -> float:
    """Slope of log(processor time) over log(lines), by least squares over the medians."""
    by_lines: dict[int, list[float]] = {}
    for run in runs:
        by_lines.setdefault(run.line_count, []).append(run.processor_seconds)
    lines = np.log(list(by_lines))
    seconds = np.log([statistics.median(taken) for taken in by_lines.values()])
    return float(np.polyfit(lines, seconds, 1)[0])


def growth(runs: Sequence[Run]) -> Table:
    """Medians by lines, largest last."""
    table = Table("lines", "itemsets", "files, s", "processor, s", "peak, MiB")
    for line_count in sorted({run.line_count for run in runs}):
        of_size = [run for run in runs if run.line_count == line_count]
        median = sorted(of_size, key=lambda run: run.seconds)[(len(of_size) - 1) // 2]
        table.add_row(
            f"{line_count:,}",
            " + ".join(f"{count:,}" for count in median.itemset_counts),
            f"{median.seconds:.2f}",
            f"{median.processor_seconds:.2f}",
            f"{median.peak_mib:.0f}",
        )
    return table


def saved(runs: Sequence[Run], path: Path) -> None:
    """Keep runs as JSON, a line each."""
    path.write_text("".join(f"{json.dumps(asdict(run))}\n" for run in runs), encoding="utf-8")


def loaded(path: Path) -> list[Run]:
    """Runs that were kept."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    return [Run(**one | {"itemset_counts": tuple(one["itemset_counts"])}) for one in said]


def drawn(runs: Sequence[Run], path: Path) -> None:
    """Times of all methods, files to files, as a bar chart on a log scale."""
    import matplotlib as mpl  # noqa: PLC0415 - in the extra `bench` only

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    groups = [(key, by_method) for key, by_method in medians(runs).items() if key[2] == "files"]
    columns = 2
    rows = -(-len(groups) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(11, 2.4 * rows), squeeze=False)
    for axis, ((name, size, _), by_method) in zip(axes.ravel(), groups, strict=False):
        ordered = sorted(by_method.values(), key=lambda run: -run.seconds)
        colours = ["#1f77b4" if run.method == OURS else "#b0b0b0" for run in ordered]
        bars = axis.barh(
            [run.method for run in ordered], [r.seconds for r in ordered], color=colours
        )
        axis.bar_label(bars, [f"{run.seconds:.2f} s, {run.peak_mib:,.0f} MiB" for run in ordered],
                       padding=3, fontsize=7)  # fmt: skip
        axis.set_xscale("log")
        # A bar of our own, and room for what it says.
        axis.set_xlim(ordered[-1].seconds / 3, ordered[0].seconds * 12)
        axis.set_xlabel("seconds", fontsize=8)
        axis.set_title(f"{name}, >= {ordered[0].fewest} orders: {_kind(size)}", fontsize=9)
        axis.tick_params(labelsize=8)
    for axis in axes.ravel()[len(groups) :]:
        axis.set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def _kind(size: int) -> str:
    return "pairs" if size == 2 else "pairs, triples"
