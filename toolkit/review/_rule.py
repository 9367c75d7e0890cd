"""When a lead is a winner, and how many people that takes: the one rule that `plan_test` and `judge_test` share.

A version wins where it beats every other one, each comparison one-sided at alpha / (2 × looks). By the union bound
the chance to name a wrong winner among equal versions is at most alpha over that many looks, whenever they are taken
and however they hang together. Ten equally spaced looks at two versions come to about half of alpha: that is the price
of not having to say beforehand when one will look. More versions need no further correction, since a winner must beat
all of them at once (an intersection-union test: Berger 1982).

How often a true lift is found follows from Brownian motion seen at equally spaced looks (Jennison and Turnbull,
Group Sequential Methods, 1999, ch. 3), drawn once with a fixed seed; the size is the one for two proportions with
pooled variance under equality and Fleiss's correction for whole people (Fleiss, Levin and Paik 2003, ch. 4).
"""

from __future__ import annotations

import functools
import math
import numbers
from typing import Any

import numpy as np

from toolkit.schema import ChoiceError, shown_value

ALPHA = 0.05
POWER = 0.8
LOOKS = 10
MOST_LOOKS = 100
MOST_ARMS = 26
# draws of the path of a test: the power of a plan is within 0.007 of the promised one, the size within 1 %
_DRAWS = 40_000
_SEED = 20_260_921


def level(alpha: float, looks: int) -> float:
    """The one-sided p-value that a lead must reach at a look.

    >>> level(0.05, 10)
    0.0025
    """
    return alpha / (2 * looks)


@functools.lru_cache(maxsize=16)
def _paths(looks: int, arms: int) -> np.ndarray:
    """For each look and draw the least of the best version's leads over the others, without drift; 1 at the end."""
    random = np.random.default_rng(_SEED)
    walks = np.zeros((arms, _DRAWS), dtype=np.float32)
    paths = np.empty((looks, _DRAWS), dtype=np.float32)
    for look in range(looks):
        walks += random.standard_normal(walks.shape, dtype=np.float32)
        paths[look] = walks[0] - walks[1:].max(axis=0)
    paths /= np.float32(math.sqrt(2 * looks))
    paths.setflags(write=False)
    return paths


def drift(bar: float, *, looks: int, arms: int, power: float) -> float:
    """The expected deviate at the last look with which the best of `arms` passes `bar` at some look, so often.

    >>> round(drift(1.959964, looks=1, arms=2, power=0.8), 1)  # 1.96 + 0.84
    2.8
    """
    needed = np.full(_DRAWS, np.inf, dtype=np.float32)
    for look, path in enumerate(_paths(looks, arms), start=1):
        share = look / looks
        # at this look the deviate is (path + share × drift) / √share
        np.minimum(needed, np.float32(bar / math.sqrt(share)) - path / np.float32(share), out=needed)
    place = math.ceil(power * _DRAWS) - 1
    return float(np.partition(needed, place)[place])


def people_needed(rate: float, best: float, *, arms: int, power: float, alpha: float, looks: int) -> float:
    """People who must see each version for `best` to be found among `arms` − 1 others at `rate`."""
    from scipy.special import ndtri

    gap = abs(best - rate)
    middle = (rate + best) / 2
    apart = rate * (1 - rate) + best * (1 - best)
    bar = -float(ndtri(level(alpha, looks))) * math.sqrt(2 * middle * (1 - middle) / apart)
    people = drift(bar, looks=looks, arms=arms, power=power) ** 2 * apart / gap**2
    return people / 4 * (1 + math.sqrt(1 + 4 / (people * gap))) ** 2


def as_share(value: Any, name: str, *, least: float = 0.0, most: float = 1.0, hint: str = "") -> float:
    """A number strictly between `least` and `most` given as an argument. Raises ChoiceError for anything else."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if real and least < float(value) < most:
        return float(value)
    below = "" if most == math.inf else f"、小于 {most:g}"
    raise ChoiceError(f"{name} 要大于 {least:g}{below}（现在是 {shown_value(value)}）。{hint}")
