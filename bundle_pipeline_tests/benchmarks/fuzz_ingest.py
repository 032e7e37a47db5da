"""Thousands of hostile deliveries, read and loaded: none may crash, lose a row or leak a name.

``python -m bundle_pipeline_tests.benchmarks.fuzz_ingest [--cases N] [--seed S] [--processes N]``
makes deliveries out of the quirks, the sample shops and an export of every dialect (and of the
files below ``--real FOLDER``), damages each in up to a dozen ways (``support.fuzz``), lands it
beside other shops' files, stages, profiles and loads it, and judges what came of it. Prints cases
by outcome, rows by outcome, and failures.

A failing case is written to ``build/fuzz`` with what is wrong with it; ``--only NUMBER`` makes one
case again, and ``--replay FOLDER`` judges the files that were written.

Exit code 1 if any case fails.
"""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bundle_pipeline_tests.support.fuzz.cases import Case, case_of
from bundle_pipeline_tests.support.fuzz.delivery import Delivery
from bundle_pipeline_tests.support.fuzz.seeds import seeds
from bundle_pipeline_tests.support.fuzz.verdict import FAILURES, Verdict, verdict_of

# A case that is run again costs twice as much, and shows what only differs now and then.
_RUN_TWICE_EVERY = 8
_CASES_AT_A_TIME = 50
_SHOP_FOLDER = "shop"


def measure(
    *,
    cases: Annotated[int, typer.Option(help="How many.", min=1)] = 20_000,
    first: Annotated[int, typer.Option(help="Number of the first one.", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Of all of them.")] = 0,
    processes: Annotated[int, typer.Option(help="Side by side.", min=1)] = 1,
    real: Annotated[Path | None, typer.Option(help="Folder with more files.")] = None,
    only: Annotated[int | None, typer.Option(help="Number of the one case to run.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Folder of a failed case.")] = None,
    failures: Annotated[Path, typer.Option(help="Where failing cases go.")] = Path("build/fuzz"),
) -> None:
    """Run hostile deliveries through staging, profiles and loading; print what became of them."""
    console = Console(width=140)
    if replay is not None:
        verdicts = [_replayed(replay)]
    elif only is not None:
        verdicts = _Cases(seed, real, failures).judged(only, only + 1)
    else:
        with Progress(console=console) as progress:
            task = progress.add_task("cases", total=cases)
            verdicts: list[Verdict] = []
            ours = _Cases(seed, real, failures)
            for block in _side_by_side(ours, first, first + cases, processes):
                verdicts.extend(block)
                progress.update(task, completed=len(verdicts))
    _print(console, verdicts)
    if any(verdict.failures for verdict in verdicts):
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Cases:
    seed: int
    real: Path | None
    failures: Path

    def judged(self, first: int, end: int) -> list[Verdict]:
        """Verdicts on the cases of these numbers; what fails is written down."""
        verdicts: list[Verdict] = []
        for number in range(first, end):
            case = case_of(number, self.seed, _seeds(self.real))
            with TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as folder:
                runs_twice = number % _RUN_TWICE_EVERY == 0
                verdict = verdict_of(case.delivery, Path(folder), runs_twice=runs_twice)
            if verdict.failures:
                _keep(case, verdict, self.failures / f"{self.seed}-{number}")
            verdicts.append(verdict)
        return verdicts


def _side_by_side(cases: _Cases, first: int, end: int, processes: int) -> Iterator[list[Verdict]]:
    # Not forked: threads of compiled libraries don't survive that.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        blocks = [
            pool.submit(cases.judged, start, min(start + _CASES_AT_A_TIME, end))
            for start in range(first, end, _CASES_AT_A_TIME)
        ]
        for block in as_completed(blocks):
            yield block.result()


@cache
def _seeds(real: Path | None) -> dict[str, Delivery]:
    return dict(seeds(real))


def _keep(case: Case, verdict: Verdict, folder: Path) -> None:
    for path, content in case.delivery.files.items():
        target = folder / _SHOP_FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "seeds": case.seeds,
        "mutations": case.mutations,
        "keeps_columns": case.delivery.keeps_columns,
        "is_nested": case.delivery.is_nested,
        **asdict(verdict),
    }
    (folder / "case.json").write_text(json.dumps(about, indent=2), "utf-8")


def _replayed(folder: Path) -> Verdict:
    about = json.loads((folder / "case.json").read_text("utf-8"))
    landed = folder / _SHOP_FOLDER
    files = {
        str(path.relative_to(landed)): path.read_bytes()
        for path in landed.rglob("*")
        if path.is_file()
    }
    with TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as temporary:
        delivery = Delivery(files, about["keeps_columns"], about["is_nested"])
        return verdict_of(delivery, Path(temporary), runs_twice=True)


def _print(console: Console, verdicts: list[Verdict]) -> None:
    rows = sum((Counter(verdict.row_counts) for verdict in verdicts), Counter[str]())
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    console.print(_counts("outcome", "cases", outcomes, total=len(verdicts)))
    console.print(_counts("rows", "count", rows, total=rows.total()))
    failed = Counter(kind for verdict in verdicts for kind in verdict.failures)
    console.print(_counts("failure", "cases", Counter({kind: failed[kind] for kind in FAILURES})))
    shown = {text: kind for verdict in verdicts for kind, text in verdict.failures.items()}
    for text, kind in shown.items():
        console.print(f"{kind}: {text}", markup=False, highlight=False)


def _counts(name: str, count: str, counts: Counter[str], *, total: int | None = None) -> Table:
    table = Table(name, count)
    for entry, number in counts.most_common():
        table.add_row(entry, f"{number:,}")
    if total is not None:
        table.add_row("all", f"{total:,}")
    return table


if __name__ == "__main__":
    typer.run(measure)
