"""Exact Pareto fronts beside NSGA-II: how good is each first front, and how long does it take?

``python -m bundle_pipeline_tests.benchmarks.skyline_speed [--candidates 100000] [--seed 0]``
numbers all fronts of made-up candidates with five measures, and lets NSGA-II (pymoo, of
``.[bench]``; left out if it isn't installed) search the same candidates for its best population.
Goodness is the hypervolume that a front dominates, from 0 up, computed exactly (moocore). Where
nearly all candidates are in the first front it would take days and is left out.

Exit code 1 if the fronts take 2 seconds or more of processor time, or dominate less than NSGA-II's.
"""

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, cast

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.ranking.skyline import front_numbers

Floats = npt.NDArray[np.float64]

_MEASURE_COUNT = 5
_MAX_SECONDS = 2.0
# Points of a first front whose hypervolume in five dimensions is computed within a minute.
_MAX_HYPERVOLUME_POINTS = 1000
_POPULATION, _GENERATIONS = 100, 100
_HEADINGS = ("candidates", "fronts", "in the first", "CPU s", "volume", "NSGA-II CPU s", "volume")


def _independent(random: np.random.Generator, count: int) -> Floats:
    return random.random((count, _MEASURE_COUNT))


def _alike(random: np.random.Generator, count: int) -> Floats:
    """Measures that mostly agree, as those of bundles do."""
    return 0.7 * random.random((count, 1)) + 0.3 * random.random((count, _MEASURE_COUNT))


def _coarse(random: np.random.Generator, count: int) -> Floats:
    """Ten values per measure: ties everywhere."""
    return np.floor(random.random((count, _MEASURE_COUNT)) * 10) / 10


def _opposed(random: np.random.Generator, count: int) -> Floats:
    """More of one measure is less of another: a single front."""
    shares = random.exponential(size=(count, _MEASURE_COUNT))
    return shares / shares.sum(axis=1, keepdims=True)


_SHAPES: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "independent": _independent,
    "alike": _alike,
    "coarse": _coarse,
    "opposed": _opposed,
}


def measure(
    candidates: Annotated[int, typer.Option(help="Candidates per shape.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Seed of the candidates and of NSGA-II.")] = 0,
) -> None:
    """Compare both on every shape of candidates."""
    table = Table(*_HEADINGS)
    is_good = True
    for name, shape in _SHAPES.items():
        points = shape(np.random.default_rng(seed), candidates)
        started = time.process_time()
        fronts = front_numbers(points)
        seconds = time.process_time() - started
        is_good &= seconds < _MAX_SECONDS
        first = np.unique(points[fronts == 1], axis=0)
        cells = [name, str(fronts.max()), f"{(fronts == 1).sum():,}", f"{seconds:.2f}", "", "", ""]
        if find_spec("pymoo") and len(first) <= _MAX_HYPERVOLUME_POINTS:
            started = time.process_time()
            found = _searched(points, seed)
            searched_seconds = time.process_time() - started
            ours, theirs = _hypervolume(first), _hypervolume(found)
            is_good &= ours >= theirs
            cells[4:] = [f"{ours:.4f}", f"{searched_seconds:.2f}", f"{theirs:.4f}"]
        table.add_row(*cells)
    Console().print(table)
    if not is_good:
        raise typer.Exit(1)


def _searched(points: Floats, seed: int) -> Floats:
    """The best population of NSGA-II among the points.

    A point is found by its place when ordered by the sum of its measures, so that neighbours are
    alike; without an order the search would be blind.
    """
    ordered = points[np.argsort(points.sum(axis=1))]
    problem_module = cast("Any", import_module("pymoo.core.problem"))
    nsga2 = cast("Any", import_module("pymoo.algorithms.moo.nsga2"))
    optimize = cast("Any", import_module("pymoo.optimize"))

    class Choice(problem_module.Problem):
        def __init__(self) -> None:
            super().__init__(n_var=1, n_obj=_MEASURE_COUNT, xl=0.0, xu=len(ordered) - 1.0)

        def _evaluate(self, x: Floats, out: dict[str, Floats], *_: object, **__: object) -> None:
            places = np.round(x[:, 0]).astype(np.int64)
            out["F"] = -ordered[places]

    found = optimize.minimize(
        Choice(), nsga2.NSGA2(pop_size=_POPULATION), ("n_gen", _GENERATIONS), seed=seed
    )
    return -found.F


def _hypervolume(points: Floats) -> float:
    moocore = cast("Any", import_module("moocore"))
    return float(moocore.hypervolume(-points, ref=np.zeros(_MEASURE_COUNT)))


if __name__ == "__main__":
    typer.run(measure)
