"""``bundle-pipeline doctor``: what this installation counts with, and what of it is missing."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version

import polars as pl
import typer
from rich.table import Table

from bundle_pipeline.cli.console import standard_output
from bundle_pipeline.cli.options import Format, FormatOption
from bundle_pipeline.ingest.byte_scans import LIBRARY
from bundle_pipeline.mining.kernel.library import kernel_state
from bundle_pipeline.mining.kernel.threads import usable_processors
from bundle_pipeline.mining.spark.state import spark_state

_FAILED = 1
_PACKAGES = ("bundle-pipeline", "dagster", "polars", "duckdb", "deltalake", "numpy", "scipy")


@dataclass(frozen=True)
class _Fact:
    what: str
    found: str
    is_well: bool = True


def doctor(output: FormatOption = Format.TABLE) -> None:
    """Print what this installation counts with; the exit code is 1 if something is missing."""
    facts = _facts()
    if output is Format.JSON:
        typer.echo(json.dumps([asdict(fact) for fact in facts], indent=2))
    elif output is Format.CSV:
        typer.echo(pl.DataFrame(facts).write_csv(), nl=False)
    else:
        table = Table("what", "found", "")
        for fact in facts:
            table.add_row(fact.what, fact.found, "" if fact.is_well else "[red]not well[/]")
        standard_output().print(table)
    if not all(fact.is_well for fact in facts):
        raise typer.Exit(_FAILED)


def _scans() -> tuple[str, bool]:
    problem = LIBRARY.problem()
    return (problem and f"NumPy, slower: {problem}") or "compiled", problem is None


def _facts() -> list[_Fact]:
    kernel = kernel_state()
    engine = "kernel" if kernel.problem is None else "scipy, in place of the kernel: slower"
    return [
        _Fact("python", f"{platform.python_version()} on {platform.platform()}"),
        *(_Fact(package, version(package)) for package in _PACKAGES),
        _Fact("counting kernel", str(kernel.binary)),
        _Fact("its state", kernel.problem or "loads, of this source", kernel.problem is None),
        _Fact("counting engine", engine, kernel.problem is None),
        _Fact("byte scans", *_scans()),
        # Optional: its absence isn't a fault.
        _Fact("engine spark", _spark()),
        _Fact("processors it may use", str(usable_processors())),
    ]


def _spark() -> str:
    state = spark_state()
    if state.problem is None:
        return f"can be used: {state.found}"
    return f"can't be used: {state.problem}; {state.remedy}"
