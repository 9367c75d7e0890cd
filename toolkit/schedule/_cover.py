"""How many must-sends any plan can meet at most: the price of an unmet one is so high that the bound must know."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from toolkit.schedule._ledger import Candidates, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._world import World

# above this many choices of send times the simple bound is taken
_CHOICES = 30_000


def most_met(world: World, cands: Candidates) -> int:
    """A number of must-sends that no plan exceeds: for each item the most groups that its waves can reach.

    Other items aside, and exact up to 30 000 choices of send times; above that the times that reach most are summed.
    """
    ledger = Ledger(world)
    return sum(_reach(ledger, cands, int(i)) for i in np.nonzero(world.must)[0])


def _reach(ledger: Ledger, cands: Candidates, i: int) -> int:
    part = cands.of(i)
    group, time = cands.group[part], cands.time[part]
    everyone = int(np.unique(group).size)
    waves = max(0, int(ledger.waves_left[i]))
    opened = ledger.uses[i, time] > 0
    reached = _mask(group[opened])
    new, place = np.unique(time[~opened], return_inverse=True)
    left: list[set[int]] = [set() for _ in new]
    for n, g in zip(place, group[~opened], strict=True):
        left[n].add(int(g))
    masks = _distinct([_mask(groups) & ~reached for groups in left])
    sure = reached.bit_count()
    if waves >= len(masks) or waves >= everyone:
        return everyone
    if _greedy(masks, waves) + sure == everyone:
        return everyone
    if math.comb(len(masks), waves) > _CHOICES:
        return min(everyone, sure + sum(mask.bit_count() for mask in masks[:waves]))
    return sure + max((_union(choice).bit_count() for choice in combinations(masks, waves)), default=0)


def _mask(groups: Array | set[int]) -> int:
    return _union([1 << int(g) for g in groups])


def _union(masks: list[int] | tuple[int, ...]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _distinct(masks: list[int]) -> list[int]:
    """The masks that no other holds, the largest first."""
    kept: list[int] = []
    for mask in sorted(set(masks), key=lambda m: (-m.bit_count(), m)):
        if mask and not any(mask & ~other == 0 for other in kept):
            kept.append(mask)
    return kept


def _greedy(masks: list[int], waves: int) -> int:
    found = 0
    for _ in range(waves):
        found |= max(masks, key=lambda mask: (mask & ~found).bit_count(), default=0)
    return found.bit_count()
