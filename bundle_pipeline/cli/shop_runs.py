"""Runs of shops: each in one process, several processes side by side."""

import gc
import multiprocessing
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import cache

import dagster as dg

from bundle_pipeline.cli.progress import StepListener, StepReport
from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.failures import failure_reason
from bundle_pipeline.defs.instance import dagster_instance
from bundle_pipeline.defs.jobs import preview, shop_bundles
from bundle_pipeline.defs.progress import EVENTS, RUN_CONFIG
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.shop_id import ShopId

# A process takes as long to start as a few small shops to run.
_SHOPS_WORTH_A_PROCESS = 4
# How often reports of other processes are looked for.
_SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class Outcome:
    """How one shop's run ended; the reason is None if it succeeded."""

    shop: str
    reason: str | None


@cache
def _job(site: Site) -> dg.JobDefinition:
    # Putting it together takes as long as running a small shop.
    job = preview if site.is_preview else shop_bundles
    resolved = assembled(site).resolve_job_def(job.name)
    # It stays, and so do the libraries: looking through them for garbage takes 0.3 s each time.
    gc.freeze()
    return resolved


def step_count(site: Site) -> int:
    """Steps of a shop's run."""
    return len(_job(site).nodes)


def run_shops(
    site: Site, shops: Sequence[ShopId], *, jobs: int, report: Callable[[StepReport], None]
) -> list[Outcome]:
    """Run shops, ``jobs`` at a time; one that fails doesn't stop the others.

    Args:
        site: Where they are, and whether only previews are wanted.
        shops: Registered as partitions.
        jobs: Processes at most, at least 1; few shops run in this process, one after the other.
        report: Called with each step that is done.

    Returns:
        Outcomes in the order of the shops.
    """
    processes = min(jobs, len(shops) // _SHOPS_WORTH_A_PROCESS)
    if processes <= 1:
        return [run_shop(site, shop, report) for shop in shops]
    # A forked process would share the open connections of this one.
    context = multiprocessing.get_context("spawn")
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(processes, mp_context=context) as pool,
    ):
        reports = manager.Queue()
        runs = {shop: pool.submit(run_shop, site, shop, reports.put) for shop in shops}
        for entry in _until_done(list(runs.values()), reports):
            report(entry)
        return [_outcome(shop, run) for shop, run in runs.items()]


def run_shop(site: Site, shop: ShopId, report: Callable[[StepReport], None]) -> Outcome:
    """Run one shop in this process, from landed files to published bundles."""
    listener = StepListener(shop, report)
    EVENTS.addHandler(listener)
    try:
        with dagster_instance() as instance:
            result = _job(site).execute_in_process(
                instance=instance,
                partition_key=shop,
                run_config=RUN_CONFIG,
                tags={"bundle/trigger": "command line"},
                raise_on_error=False,
            )
    finally:
        EVENTS.removeHandler(listener)
    if result.success:
        return Outcome(shop, None)
    unknown = f"run {result.run_id} ended without a failed step; see it in the UI"
    return Outcome(shop, failure_reason(result.all_events) or unknown)


def _until_done(
    runs: list[Future[Outcome]], reports: "queue.Queue[StepReport]"
) -> Iterator[StepReport]:
    while wait(runs, timeout=_SECONDS_BETWEEN_LOOKS).not_done or not reports.empty():
        while not reports.empty():
            yield reports.get()


def _outcome(shop: ShopId, run: Future[Outcome]) -> Outcome:
    error = run.exception()
    if error is not None:
        # A process that died takes its pool with it: the shops it had are named, not lost.
        return Outcome(shop, f"its process died ({type(error).__name__}); run it again, alone")
    return run.result()
