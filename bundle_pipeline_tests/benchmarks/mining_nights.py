"""What a night's mining costs beside the way from raw lines to pair rules.

``python -m bundle_pipeline_tests.benchmarks.mining_nights measure [--orders N]`` writes an order
export (``samples.large_shop``), and takes it from the file to pair rules in an empty lake: ingest,
baskets, opening them, rules. Then come 1 % of the orders, a fifth of them corrections of the last
ones; they are ingested too, and the way from the stored orders and lines to new pair rules is
measured: the parts of baskets that have changed, opening, rules. Each is a process of its own;
imports are left out. Prints seconds of CPU, of all threads and the system's part included, so that
other work of the machine doesn't matter; the night's share; and the largest memory.

``python -m bundle_pipeline_tests.benchmarks.mining_nights mine FOLDER`` does the second part alone,
in a lake that ``measure --keep FOLDER`` has left.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.build import build_baskets
from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.origin import Origin
from bundle_pipeline_tests.benchmarks import ingest_nights
from bundle_pipeline_tests.samples.large_shop import write_orders

_SHOP = shop_id("large")
_SHARE = 0.01
_CORRECTED_SHARE = 0.2
_ORIGIN = Origin("run", "0" * 16, "1")
_STEPS = ("ingest", "baskets", "open", "pair rules")
_BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024
_MEGABYTE = 10**6

ResultT = TypeVar("ResultT")

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    orders: Annotated[int, typer.Option(help="Orders of the history.")] = 400_000,
    keep: Annotated[Path | None, typer.Option(help="Folder to leave it all in.")] = None,
) -> None:
    """Take a history from its file to pair rules, then a night; print what each takes."""
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as name:
        folder = keep or Path(name)
        landing = folder / "landing" / _SHOP
        landing.mkdir(parents=True)
        line_count = write_orders(landing / "2025-01-01-orders.csv", orders)
        ingested, _ = _run(ingest_nights.__name__, "ingest", folder).split()
        first = {"ingest": float(ingested), **json.loads(_run(__spec__.name, "mine", folder))}
        count = int(orders * _SHARE)
        write_orders(
            landing / "2025-01-02-orders.csv",
            count,
            first_order=orders - int(count * _CORRECTED_SHARE),
        )
        _run(ingest_nights.__name__, "ingest", folder)
        night = json.loads(_run(__spec__.name, "mine", folder))
    table = Table("step", f"from {line_count:,} raw lines", f"a night of {_SHARE:.0%}")
    for step in _STEPS:
        table.add_row(step, f"{first[step]:.2f} s", f"{night[step]:.2f} s" if step in night else "")
    total, again = (sum(taken.get(step, 0.0) for step in _STEPS) for taken in (first, night))
    table.add_row("together", f"{total:.2f} s", f"{again:.2f} s, {again / total:.1%}")
    table.add_row("parts made", f"{first['parts']}", f"{night['parts']}")
    table.add_row("most memory of mining", f"{first['MB']:,.0f} MB", f"{night['MB']:,.0f} MB")
    Console(width=100).print(table)


@app.command()
def mine(folder: Path) -> None:
    """From stored orders and lines to pair rules; prints CPU seconds per step and most memory."""
    lake, taken = Lake(str(folder / "lake")), dict[str, float]()

    def timed(step: str, work: Callable[[], ResultT]) -> ResultT:
        started = time.process_time()
        result = work()
        taken[step] = time.process_time() - started
        return result

    taken["parts"] = timed("baskets", lambda: _updated(lake))
    opened = timed("open", lambda: open_baskets(lake.parts(Baskets, _SHOP), BasketParams()))
    timed("pair rules", lambda: mine_pair_rules(opened, MiningParams()))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_PER_UNIT / _MEGABYTE
    typer.echo(json.dumps(taken | {"MB": most}))


def _updated(lake: Lake) -> int:
    """Store the baskets of what has changed; how many parts that were."""
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        baskets = build_baskets(
            lake.parts(Orders, _SHOP),
            lake.parts(OrderLines, _SHOP),
            before=lake.parts(Baskets, _SHOP),
            folder=Path(folder),
        )
        lake.write_parts(baskets, _SHOP, origin=_ORIGIN)
    return sum(not part.is_kept for part in baskets.files)


def _run(module: str, command: str, folder: Path) -> str:
    process = [sys.executable, "-m", module, command, str(folder)]
    said = subprocess.run(process, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return said.splitlines()[-1]


if __name__ == "__main__":
    app()
