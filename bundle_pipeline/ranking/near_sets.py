"""Bundles that a shopper would take for the same one: groups of which one is offered."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import scipy.sparse  # pyright: ignore[reportMissingTypeStubs]

_Edge = tuple[int, int]
# SciPy has no types of its own.
_sparse = cast("Any", scipy.sparse)

# Sets that are compared with all others at once: bounds the product of their matrix.
_BLOCK_SETS = 1000


def near_groups(sets: Sequence[frozenset[str]], max_similarity: float) -> list[list[int]]:
    """Groups of near-identical sets that cover every two of them.

    Two sets are near-identical if more than ``max_similarity`` of their elements are shared
    (Jaccard), or if they are equal. In a group each two are; a group instead of its pairs is the
    tighter limit for an optimiser. Which groups are found depends on the order of the sets alone.

    Args:
        sets: Sets, none empty.
        max_similarity: 0..1.

    Returns:
        Indices of each group's sets, ascending.
    """
    members: dict[frozenset[str], list[int]] = {}
    for index, found in enumerate(sets):
        members.setdefault(found, []).append(index)
    equal = list(members.values())
    neighbours = _neighbours(list(members), max_similarity)
    cliques = _cliques(neighbours)
    in_clique = {node for clique in cliques for node in clique}
    alone = [[node] for node, group in enumerate(equal) if len(group) > 1 and node not in in_clique]
    groups = [[index for node in clique for index in equal[node]] for clique in cliques + alone]
    return sorted(sorted(group) for group in groups)


def _neighbours(sets: Sequence[frozenset[str]], max_similarity: float) -> list[set[int]]:
    """Of each distinct set the others that are near-identical to it."""
    neighbours: list[set[int]] = [set() for _ in sets]
    for one, other in _near_pairs(sets, max_similarity):
        neighbours[one].add(other)
        neighbours[other].add(one)
    return neighbours


def _near_pairs(sets: Sequence[frozenset[str]], max_similarity: float) -> Iterable[_Edge]:
    distinct = sorted(frozenset[str]().union(*sets))
    elements = {element: code for code, element in enumerate(distinct)}
    sizes = np.array([len(found) for found in sets], np.int64)
    columns = [elements[element] for found in sets for element in found]
    rows = np.repeat(np.arange(len(sets)), sizes)
    shape = (len(sets), len(elements))
    holds = _sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    by_element = holds.T.tocsr()
    for start in range(0, len(sets), _BLOCK_SETS):
        shared = (holds[start : start + _BLOCK_SETS] @ by_element).tocoo()
        one, other = shared.row + start, shared.col
        all_elements = sizes[one] + sizes[other] - shared.data
        is_near = (one < other) & (shared.data > max_similarity * all_elements)
        yield from zip(one[is_near].tolist(), other[is_near].tolist(), strict=True)


def _cliques(neighbours: Sequence[set[int]]) -> list[list[int]]:
    """Cliques that cover all edges: each edge that is left, grown by the first nodes that fit."""
    cliques: list[list[int]] = []
    covered: set[_Edge] = set()
    for one, others in enumerate(neighbours):
        for other in sorted(others):
            if other < one or (one, other) in covered:
                continue
            clique = [one, other]
            for node in sorted(others & neighbours[other]):
                if neighbours[node].issuperset(clique):
                    clique.append(node)
            clique.sort()
            covered.update((a, b) for i, a in enumerate(clique) for b in clique[i + 1 :])
            cliques.append(clique)
    return cliques
