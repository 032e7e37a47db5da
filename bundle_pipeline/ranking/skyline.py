"""Exact Pareto fronts of points with any number of measures, all the more the better.

Divide and conquer (Jensen, IEEE Transactions on Evolutionary Computation 7, 2003; Fortin et al.,
GECCO 2013; Buzdalov and Shalyto, PPSN 2014). Distinct points are sorted by their measures, the best
first, so that a point can only be beaten by one before it. Where the fronts of a first half are
known, they lift the second half: both are split at a median of one measure; the better part of the
first half needs no more comparison by it with the worse part of the second, and the worse part of
the first beats nothing in the better part of the second. What is small enough is compared pair by
pair, in blocks of NumPy.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_Ranks = npt.NDArray[np.int32]
_Places = npt.NDArray[np.int32] | npt.NDArray[np.uint16]

# Points whose fronts are found by comparing all with all: their matrix stays in the cache.
_BLOCK_POINTS = 512
# Comparisons of one split that are made at once. Smaller ones cost more calls, larger ones more
# comparisons that a further split would spare; 2^19 and 2^21 take up to a quarter longer.
_BLOCK_PAIRS = 1 << 20
# Points of the highest fronts that all others are compared with first: where anything beats a
# point, one of these few mostly does.
_FIRST_POINTS = 64
_GROWTH = 4
# Values of a measure that its median is estimated from.
_SAMPLE_POINTS = 64


@dataclass(frozen=True)
class _Sorting:
    """Distinct points, the best by the first measure first, and what is known of their fronts."""

    ranks: _Ranks
    """A row per measure but the first: the place of each point's value, the more the better."""
    fronts: Ints
    """The least front a point can have, from 0; raised in place."""

    def settle(self, start: int, end: int) -> None:
        """Find the fronts of the points from start to before end; those of earlier ones count."""
        if end - start <= _BLOCK_POINTS:
            self._settle_block(start, end)
            return
        middle = (start + end) // 2
        self.settle(start, middle)
        by_front = np.argsort(-self.fronts[start:middle], kind="stable") + start
        measures = tuple(range(len(self.ranks)))
        self._lift(by_front, np.arange(middle, end), measures)
        self.settle(middle, end)

    def _settle_block(self, start: int, end: int) -> None:
        beats = np.tri(end - start, k=-1, dtype=np.bool_)
        for ranks in self.ranks[:, start:end]:
            beats &= ranks[None, :] >= ranks[:, None]
        losers, winners = np.nonzero(beats)
        if losers.size == 0:
            return
        firsts = np.flatnonzero(np.diff(losers, prepend=-1))
        losers = losers[firsts]
        fronts = self.fronts[start:end]
        # Once per point of the longest chain in the block.
        while True:
            behind = np.maximum.reduceat(fronts[winners], firsts) + 1
            if (behind <= fronts[losers]).all():
                return
            fronts[losers] = np.maximum(fronts[losers], behind)

    def _lift(self, winners: Ints, losers: Ints, measures: tuple[int, ...]) -> None:
        """Raise losers behind the winners that beat them in ``measures``, as they do in all others.

        Args:
            winners: Points whose fronts are known, the highest front first.
            losers: Points after them in the order.
            measures: Rows of ``ranks`` that are still to be compared.
        """
        if winners.size == 0:
            return
        losers = losers[self.fronts[losers] <= self.fronts[winners[0]]]
        if losers.size == 0:
            return
        if not measures:
            self._raise(losers, self.fronts[winners[0]])
        elif len(measures) == 1:
            self._lift_by_one(winners, losers, self.ranks[measures[0]])
        elif winners.size * losers.size <= _BLOCK_PAIRS:
            self._lift_by_pairs(winners, losers, measures)
        else:
            self._lift_by_parts(winners, losers, measures)

    def _raise(self, losers: Ints, front: Ints) -> None:
        self.fronts[losers] = np.maximum(self.fronts[losers], front + 1)

    def _lift_by_one(self, winners: Ints, losers: Ints, ranks: _Ranks) -> None:
        order = np.argsort(-ranks[winners], kind="stable")
        highest = np.maximum.accumulate(self.fronts[winners[order]])
        winner_count = np.searchsorted(-ranks[winners[order]], -ranks[losers], side="right")
        is_beaten = winner_count > 0
        self._raise(losers[is_beaten], highest[winner_count[is_beaten] - 1])

    def _lift_by_pairs(self, winners: Ints, losers: Ints, measures: tuple[int, ...]) -> None:
        won, lost = zip(*(self._short(winners, losers, one) for one in measures), strict=True)
        rows = np.arange(losers.size)
        start, size = 0, _FIRST_POINTS
        while start < winners.size:
            rows = rows[self.fronts[losers[rows]] <= self.fronts[winners[start]]]
            if rows.size == 0:
                return
            some = slice(start, start + size)
            beats = won[0][None, some] >= lost[0][rows, None]
            for won_by, lost_by in zip(won[1:], lost[1:], strict=True):
                beats &= won_by[None, some] >= lost_by[rows, None]
            # Highest fronts come first, so the first winner is the one that counts.
            first = beats.argmax(axis=1)
            is_beaten = beats[np.arange(rows.size), first]
            self._raise(losers[rows[is_beaten]], self.fronts[winners[some][first[is_beaten]]])
            rows = rows[~is_beaten]
            start, size = start + size, size * _GROWTH

    def _short(self, winners: Ints, losers: Ints, measure: int) -> tuple[_Places, _Places]:
        """Ranks of both in 16 bits where their range allows it: compared twice as fast."""
        won, lost = self.ranks[measure][winners], self.ranks[measure][losers]
        least = min(won.min(), lost.min())
        if max(won.max(), lost.max()) - least > np.iinfo(np.uint16).max:
            return won, lost
        return (won - least).astype(np.uint16), (lost - least).astype(np.uint16)

    def _lift_by_parts(self, winners: Ints, losers: Ints, measures: tuple[int, ...]) -> None:
        *others, measure = measures
        won, lost = self.ranks[measure][winners], self.ranks[measure][losers]
        pivot = _pivot(won, lost)
        if pivot is None:
            self._lift(winners, losers, tuple(others))
            return
        is_high, is_high_loser = won >= pivot, lost >= pivot
        # The next split is by another measure, so that all of them get their turn.
        turned = (measure, *others)
        self._lift(winners[is_high], losers[is_high_loser], turned)
        self._lift(winners[~is_high], losers[~is_high_loser], turned)
        self._lift(winners[is_high], losers[~is_high_loser], tuple(others))


def front_numbers(measures: Floats) -> Ints:
    """Front of each point: 1 where none beats it, 2 where only points of front 1 do, and so on.

    A point beats another when it has at least as much of every measure, and more of one. Exact for
    all fronts. Between O(n log n) with one or two measures and about O(n log^(m-1) n) with m; the
    blocks bound the memory at some MB beside the points.

    Args:
        measures: A row per point, a column per measure; ``-inf`` is less than any number, none is
            NaN.

    Returns:
        A front per row, from 1; equal points share one.
    """
    point_count, measure_count = measures.shape
    if point_count == 0 or measure_count == 0:
        return np.ones(point_count, np.int64)
    places = np.stack([_places(column) for column in measures.T])
    # The first measure decides, then the second...: lexsort wants the last key first.
    order = np.lexsort(-places[::-1])
    ordered = places[:, order]
    is_new = np.ones(point_count, np.bool_)
    is_new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    distinct = np.ascontiguousarray(ordered[1:, is_new])
    distinct_count = int(is_new.sum())
    sorting = _Sorting(distinct, np.zeros(distinct_count, np.int64))
    sorting.settle(0, distinct_count)
    fronts = np.empty(point_count, np.int64)
    fronts[order] = sorting.fronts[np.cumsum(is_new) - 1] + 1
    return fronts


def crowding_distances(measures: Floats, fronts: Ints) -> Floats:
    """How much room each point has in its front (Deb et al., NSGA-II, IEEE TEC 6, 2002).

    Per measure the distance between the next lower and the next higher distinct value in the front,
    as a share of the front's range, added up over the measures. Infinite where a point is the least
    or the most of its front by a measure that differs in it: it has a side without neighbours.

    Args:
        measures: As for :func:`front_numbers`; ``-inf`` counts as the least number of its measure.
        fronts: Front of each row.

    Returns:
        A distance per row, at least 0; alone or equal in all measures it is infinite.
    """
    total = np.zeros(len(fronts))
    has_range = np.zeros(len(fronts), np.bool_)
    for column in measures.T:
        distances, differs = _room(_finite(column), fronts)
        total += distances
        has_range |= differs
    return np.where(has_range, total, np.inf)


def _room(column: Floats, fronts: Ints) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """One measure's part of the distance, and whether it differs in the row's front."""
    order = np.lexsort((column, fronts))
    front, found = fronts[order], column[order]
    is_first = np.diff(front, prepend=-1) != 0
    is_new = is_first | (np.diff(found, prepend=np.nan) != 0)
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(is_new) - 1
    is_first, found = is_first[is_new], found[is_new]
    is_last = np.append(is_first[1:], np.ones(min(len(found), 1), np.bool_))
    span = (found[is_last] - found[is_first])[np.cumsum(is_first) - 1]
    room = np.roll(found, -1) - np.roll(found, 1)
    room = np.divide(room, span, out=np.zeros_like(found), where=span > 0)
    room[(is_first | is_last) & (span > 0)] = np.inf
    return room[place], (span > 0)[place]


def _finite(column: Floats) -> Floats:
    known = column[np.isfinite(column)]
    return np.where(np.isfinite(column), column, known.min() if known.size else 0.0)


def _places(column: Floats) -> _Ranks:
    """Dense rank of each value, from 0 for the least."""
    return np.unique(column, return_inverse=True)[1].astype(np.int32)


def _pivot(won: _Ranks, lost: _Ranks) -> np.int32 | None:
    """A value that splits both together into lower and higher; None where all are equal."""
    sample = np.sort(np.concatenate([_thinned(won), _thinned(lost)]))
    median: np.int32 = sample[len(sample) // 2]
    if (won < median).any() or (lost < median).any():
        return median
    above = np.concatenate([won[won > median], lost[lost > median]])
    return above.min() if above.size else None


def _thinned(ranks: _Ranks) -> _Ranks:
    return ranks[:: ranks.size // _SAMPLE_POINTS + 1]
