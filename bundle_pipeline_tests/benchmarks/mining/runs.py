"""One method on one workload, in a process of its own: time, memory, and what it found."""

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from bundle_pipeline.mining.itemset_counts import ItemsetCounts
from bundle_pipeline_tests.benchmarks.mining.methods import METHODS, Found
from bundle_pipeline_tests.benchmarks.mining.workloads import Workload

# From a file of lines to files of itemsets, the package's own imports included; or from lines in
# memory to itemsets in memory, everything imported.
Way = Literal["files", "memory"]

_KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Run:
    """What one process took."""

    workload: str
    line_count: int
    fewest: int
    size: int
    method: str
    way: Way
    seconds: float
    processor_seconds: float
    peak_mib: float
    """Largest resident memory; about 150 of it are Python and what all methods import."""
    itemset_counts: tuple[int, ...]
    digest: str
    """Of all itemsets and counts."""


def measured(
    workload: Workload, method: str, way: Way, *, folder: Path, patience: float
) -> Run | str:
    """Run it in a new process; why there is no result if it failed or took too long."""
    module = __spec__.name if __spec__ else __name__
    job = {
        "workload": workload.name,
        "line_count": workload.line_count,
        "fewest": workload.fewest,
        "size": workload.size,
        "method": method,
        "way": way,
        "lines": str(workload.lines),
        "folder": str(folder),
    }
    command = [sys.executable, "-m", module, json.dumps(job)]
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            command, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return f"over {patience:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:80]
    said = json.loads(done.stdout.splitlines()[-1])
    return Run(**said | {"itemset_counts": tuple(said["itemset_counts"])})


def _main(job: dict[str, str | int]) -> None:
    lines, folder = Path(str(job.pop("lines"))), Path(str(job.pop("folder")))
    method = METHODS[str(job["method"])]
    fewest, size = int(job["fewest"]), int(job["size"])
    if job["way"] == "memory":
        frame = pl.read_parquet(lines)
        method.count(frame.head(1000), 5, size)
        started, used = time.perf_counter(), _processor_seconds()
        found = method.count(frame, fewest, size)
    else:
        started, used = time.perf_counter(), _processor_seconds()
        found = method.count(pl.scan_parquet(lines), fewest, size)
        _write(found, folder)
    seconds, processor_seconds = time.perf_counter() - started, _processor_seconds() - used
    run = Run(
        **job,  # pyright: ignore[reportArgumentType]
        seconds=seconds,
        processor_seconds=processor_seconds,
        peak_mib=_peak_mib(),
        itemset_counts=tuple(len(itemsets) for itemsets in found),
        digest=_digest(found),
    )
    print(json.dumps(asdict(run)))  # noqa: T201 - what the parent reads


def _write(found: Found, folder: Path) -> None:
    for itemsets in found:
        _frame(itemsets).write_parquet(folder / f"itemsets_{itemsets.size}.parquet")


def _frame(itemsets: ItemsetCounts) -> pl.DataFrame:
    columns = {f"item_{place}": itemsets.items[:, place] for place in range(itemsets.size)}
    return pl.DataFrame(columns | {"basket_count": itemsets.basket_count})


def _digest(found: Found) -> str:
    digest = hashlib.sha256()
    for itemsets in found:
        digest.update(itemsets.items.tobytes())
        digest.update(itemsets.basket_count.tobytes())
    return digest.hexdigest()[:16]


def _processor_seconds() -> float:
    """Of this process and of those it has started: Spark counts in one of its own."""
    ticks = sum(int(part) for process in _started() for part in _stat(process)[11:13])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _peak_mib() -> float:
    # The peak of the system call counts what the parent had before it became this program.
    own = Path("/proc/self")
    if own.is_dir():
        return sum(_peak_of(process) for process in [own, *_started()])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB


def _peak_of(process: Path) -> float:
    for line in (process / "status").read_text("utf-8", "replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / _KIB_PER_MIB
    return 0.0


def _started() -> list[Path]:
    """Processes that this one has started, and that are still there."""
    return [
        process
        for process in Path("/proc").glob("[0-9]*")
        if (process / "stat").is_file() and int(_stat(process)[1]) == os.getpid()
    ]


def _stat(process: Path) -> list[str]:
    # Behind the name of the program, which may hold anything: state, parent...
    return (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
