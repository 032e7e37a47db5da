"""Cases: a good delivery and what is done to it, drawn from a seed or by Hypothesis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bundle_pipeline_tests.support.fuzz.byte_mutations import BYTE_MUTATIONS
from bundle_pipeline_tests.support.fuzz.delivery import Delivery
from bundle_pipeline_tests.support.fuzz.delivery_mutations import (
    DELIVERY_MUTATIONS,
    PACKING_MUTATIONS,
    mixed_with,
)
from bundle_pipeline_tests.support.fuzz.table_mutations import TABLE_MUTATIONS, Mutate

# In this order: tables can be changed cell by cell only while their bytes are whole.
_STAGES: Sequence[Mapping[str, Mutate]] = (
    TABLE_MUTATIONS,
    DELIVERY_MUTATIONS,
    BYTE_MUTATIONS,
    PACKING_MUTATIONS,
)
MUTATIONS: Mapping[str, Mutate] = {
    name: mutate for stage in _STAGES for name, mutate in stage.items()
}
_PLACES = {name: place for place, name in enumerate(MUTATIONS)}
# Chances of a stage to have so many mutations: most cases get through to the rows.
_COUNTS: Sequence[Sequence[int]] = (
    (0, 1, 1, 1, 2, 2, 3),
    (0, 0, 0, 1, 1, 2),
    (0, 0, 0, 0, 1, 1, 2),
    (0, 0, 0, 0, 0, 0, 1),
)
_MIXED_RATE = 0.1


@dataclass(frozen=True)
class Case:
    """A delivery and how it came about.

    Attributes:
        seeds: Names of the good deliveries that it was made from.
        mutations: What was done to them, in order.
        delivery: What came out.
    """

    seeds: tuple[str, ...]
    mutations: tuple[str, ...]
    delivery: Delivery


def case_of(number: int, seed: int, seeds: Mapping[str, Delivery]) -> Case:
    """A case by its number: the same for the same seed and good deliveries."""
    random = Random(f"{seed} {number}")  # noqa: S311 no secret
    names = sorted(seeds)
    chosen = [random.choice(names)]
    if random.random() < _MIXED_RATE:
        chosen.append(random.choice(names))
    mutations = [
        random.choice(list(stage))
        for stage, counts in zip(_STAGES, _COUNTS, strict=True)
        for _ in range(random.choice(counts))
    ]
    return mutated(seeds, chosen, mutations, random)


def mutated(
    seeds: Mapping[str, Delivery],
    chosen: Sequence[str],
    mutations: Sequence[str],
    random: Random,
) -> Case:
    """The case of some good deliveries in one folder, with mutations done to it.

    Args:
        seeds: Good deliveries by name.
        chosen: Names of those to take, at least one.
        mutations: Names of mutations, in any order.
        random: Decides where and how each of them strikes.
    """
    delivery = seeds[chosen[0]]
    for name in chosen[1:]:
        delivery = mixed_with(seeds[name], delivery)
    ordered = sorted(mutations, key=_PLACES.__getitem__)
    for name in ordered:
        if delivery.files:
            delivery = MUTATIONS[name](delivery, random)
    return Case(tuple(chosen), tuple(ordered), delivery)
