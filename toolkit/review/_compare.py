"""Arms compared like with like: inside groups where each has several versions, by whole groups where it has one.

- Inside groups (or days): every group is a stratum. The lead of one arm over another is the sum over strata of hits
  above expectation given the stratum's margins (Mantel and Haenszel 1959), its tail exact by folding the
  hypergeometric distributions together. So a version that was merely shown in livelier groups does not win (Simpson).
- Rates that can be compared come from rate = group × version, fitted by maximum likelihood; given each group's total
  that is a multinomial, so that many small groups do no harm.
- Where groups disagree more than chance allows, variances grow by Pearson's factor or, where larger, by that of the
  residuals weighed as they enter the comparison, drawn to 1 by PRIOR_STRATA strata's worth of belief; the tail is
  Student's.
- Whole groups with one version each: members of a group are alike (intra-class correlation by moments, Donner and
  Klar 2000), variances grow by 1 + correlation × (people per group − 1), and the degrees of freedom are the groups'.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from toolkit.review._cells import Cells

# Strata's worth of belief that groups agree: few groups cannot measure how far they disagree. Three keeps the rate of
# false winners under 5 % from two groups on up to a fourfold variance; five did not, none would name no winner among
# few groups (benchmarks/ab_tests.py, part grouped).
PRIOR_STRATA = 3.0
# from this variance on the exact tail and the normal one (corrected for whole people) agree within a tenth
_LARGE = 2500.0
_WIDE = 9.0


@dataclass(frozen=True)
class Compared:
    """How the arms stand: `rate` comparable with each other, `size` the people that each such rate is worth.

    `layout` is plain (no groups), within (groups hold several arms) or whole (each group has one). `design` is the
    factor by which variances grew, for each arm; `dof` the degrees of freedom behind it (infinite for plain counts);
    `spread_p` the p-value of the groups agreeing (NaN where that cannot be asked). `shown` and `hits` are the strata
    compared, `expected` what they would hold if the versions did the same in all; `left_out` people in strata with
    nothing to compare; `unit` is group or day; `turns` says that one group saw the versions on different days.
    """

    layout: str
    unit: str
    shown: np.ndarray
    hits: np.ndarray
    expected: np.ndarray
    rate: np.ndarray
    size: np.ndarray
    design: np.ndarray
    dof: float
    spread_p: float
    left_out: float
    turns: bool = False

    def p_value(self, first: int, other: int) -> float:
        """One-sided p-value of the first arm doing better than the other; 1 where nothing can be said."""
        shown, hits = self.shown[:, [first, other]], self.hits[:, [first, other]]
        if self.layout == "whole":
            shown, hits = shown.sum(axis=0, keepdims=True), hits.sum(axis=0, keepdims=True)
        exact = exact_tail(shown, hits)
        if self.layout == "plain":
            return exact
        if self.dof < 1:
            return 1.0
        expected, variances = _margins(shown, hits)
        # of whole groups each arm has its own factor, weighed as it enters the variance of the difference
        people = shown.sum(axis=0)
        grown = float(self.design[[first, other]] @ people[::-1] / people.sum()) if people.sum() else 1.0
        return max(
            exact, student_tail((hits[:, 0] - expected).sum() - 0.5, variances.sum() * grown, self.dof)
        )


def compare(cells: Cells) -> Compared:
    """The arms of the cells, compared at the finest level at which they meet."""
    size = len(cells.arms)
    units = _levels(cells)
    unit = "group" if cells.groups else "day"
    for place, keys in enumerate(units):
        shown, hits = _table(cells, keys, size)
        meet = (shown > 0).sum(axis=1) >= 2
        if meet.sum() > 0 and shown[meet].sum() >= shown.sum() / 2:
            left = float(shown[~meet].sum())
            found = _within(shown[meet], hits[meet], left, unit)
            return dataclasses.replace(found, turns=place > 0)
    if units and cells.shown.sum() > 0:
        return _whole(*_table(cells, units[-1], size), unit)
    return _plain(*_table(cells, np.zeros(len(cells.arm), dtype=int), size), 0.0)


def _levels(cells: Cells) -> list[np.ndarray]:
    """Numbers of the strata, finest first, for each level that was told."""
    group = cells.group if cells.groups else None
    day = cells.day if len(cells.day) and cells.day.max() >= 0 else None
    if group is None or day is None:
        return [level for level in (group, day) if level is not None]
    return [group * (day.max() + 1) + day, group]


def _table(cells: Cells, keys: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Shown and hits, strata down and arms across."""
    rows = np.unique(keys, return_inverse=True)[1]
    shape = (int(rows.max()) + 1 if len(rows) else 1, size)
    shown, hits = np.zeros(shape), np.zeros(shape)
    np.add.at(shown, (rows, cells.arm), cells.shown)
    np.add.at(hits, (rows, cells.arm), cells.hits)
    return shown, hits


def _share(hits: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """hits / shown, 0 where nobody saw."""
    share: np.ndarray = np.divide(hits, shown, out=np.zeros_like(hits), where=shown > 0)
    return share


def _plain(shown: np.ndarray, hits: np.ndarray, left_out: float) -> Compared:
    people = shown.sum(axis=0)
    rate = _share(hits.sum(axis=0), people)
    return Compared(
        *("plain", "", shown, hits, shown * rate, rate, people, np.ones_like(rate)),
        *(float("inf"), float("nan"), left_out),
    )


def _within(shown: np.ndarray, hits: np.ndarray, left_out: float, unit: str) -> Compared:
    from scipy.special import chdtrc

    if len(shown) == 1:
        return _plain(shown, hits, left_out)

    expected, rate = _aligned(shown, hits)
    strata, everyone = shown.sum(axis=1), shown.sum()
    share = np.minimum(hits.sum(axis=1) / strata, 1.0)[:, None]
    known = (expected > 0) & (share < 1)
    squares, room = ((hits - expected) ** 2)[known], (expected * (1 - share))[known]
    pearson = (squares / room).sum()
    used = float(known.any(axis=1).sum())
    free = max(0.0, float(known.sum() - used - (known.any(axis=0).sum() - 1)))
    disagree = pearson
    if free:
        weighed = squares.sum() / (room * (1 - shown / strata[:, None])[known]).sum()
        disagree = max(pearson, free * weighed * used / (used - 1))
    design = max(1.0, (PRIOR_STRATA + disagree) / (PRIOR_STRATA + free))
    people = shown.sum(axis=0)
    # what is lost by unequal shares in the strata: one arm against all others, strata apart and put together
    apart = (shown * (strata[:, None] - shown) / strata[:, None]).sum(axis=0)
    together = people * (everyone - people) / everyone
    kept = _share(apart, together)
    return Compared(
        *("within", unit, shown, hits, expected, rate, people * kept / design, np.full_like(rate, design)),
        *(PRIOR_STRATA + free, float(chdtrc(free, pearson)) if free else float("nan"), left_out),
    )


def _aligned(shown: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hits expected of stratum × arm effects, and each arm's rate as if all strata had seen it."""
    effect = np.ones(shown.shape[1])
    by_stratum, by_arm = hits.sum(axis=1), hits.sum(axis=0)
    level = by_stratum / shown.sum(axis=1)
    for _ in range(500):
        level = _share(by_stratum, shown @ effect)
        last, effect = effect, _share(by_arm, level @ shown)
        if np.abs(effect - last).max() <= 1e-9 * effect.max(initial=0.0):
            break
    strata = shown.sum(axis=1)
    rate = np.minimum(effect * (level @ strata) / strata.sum(), 1.0)
    return shown * level[:, None] * effect, rate


def _whole(shown: np.ndarray, hits: np.ndarray, unit: str) -> Compared:
    from scipy.special import chdtrc

    people = shown.sum(axis=0)
    rate = _share(hits.sum(axis=0), people)
    expected = shown * rate
    groups = (shown > 0).sum(axis=0)
    alike = groups >= 2
    one = people * rate * (1 - rate)
    seen = ((hits - expected) ** 2).sum(axis=0) * _share(groups.astype(float), np.maximum(groups - 1.0, 1))
    typical = _share((shown**2).sum(axis=0), people)
    room = (one * (typical - 1))[alike].sum()
    icc = max(0.0, float((seen - one)[alike].sum() / room)) if room > 0 else 0.0
    design = 1 + icc * np.maximum(typical - 1, 0)
    # groups of unequal size are worth fewer equal ones (Kish)
    free = float((_share(people, np.maximum(typical, 1)) - 1)[alike].sum())
    variance = expected * (1 - rate)
    known = variance > 0
    pearson = ((hits - expected)[known] ** 2 / variance[known]).sum()
    degrees = float(known.sum() - known.any(axis=0).sum())
    return Compared(
        *("whole", unit, shown, hits, expected, rate, people / design, design),
        *(free, float(chdtrc(degrees, pearson)) if degrees else float("nan"), 0.0),
    )


def _margins(shown: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected hits of the first of two arms and their variance, given each stratum's totals."""
    people, opened = shown.sum(axis=1), hits.sum(axis=1)
    part = _share(shown[:, 0], people)
    expected = opened * part
    variance = expected * (1 - part) * _share(people - opened, np.maximum(people - 1, 1))
    return expected, variance


def student_tail(lead: float, variance: float, dof: float) -> float:
    """One-sided p-value of a lead whose variance was measured with `dof` degrees of freedom."""
    from scipy.special import stdtr

    return float(stdtr(dof, -lead / np.sqrt(variance))) if variance > 0 else 1.0


def exact_tail(shown: np.ndarray, hits: np.ndarray) -> float:
    """One-sided p-value that the first of two arms does better, over strata; never too small.

    >>> round(exact_tail(np.array([[8.0, 8.0]]), np.array([[6.0, 1.0]])) * 11440)  # Fisher: 28·8 + 8 of C(16, 7)
    232
    """
    from scipy.special import ndtr

    expected, variance = _margins(shown, hits)
    live = variance > 0
    if not live.any():
        return 1.0
    over = float((hits[live, 0] - expected[live]).sum())
    if over <= 0:
        return 1.0
    if variance.sum() > _LARGE:
        return float(ndtr(-(over - 0.5) / np.sqrt(variance.sum())))
    chances, first = np.ones(1), 0.0
    for people, opened, part, mean, spread in zip(
        shown[live].sum(axis=1),
        hits[live].sum(axis=1),
        shown[live, 0],
        expected[live],
        variance[live],
        strict=True,
    ):
        reach = _WIDE * np.sqrt(spread) + 10
        low = max(0.0, opened - (people - part), np.floor(mean - reach))
        values = np.arange(low, min(opened, part, np.ceil(mean + reach)) + 1)
        chances = np.convolve(chances, _hypergeometric(values, people, opened, part))
        first += low
    place = round(float(hits[live, 0].sum()) - first)
    return min(1.0, float(chances[max(place, 0) :].sum()))


def _hypergeometric(values: np.ndarray, people: float, opened: float, part: float) -> np.ndarray:
    """Chance of each number of openers among `part` of `people`, of whom `opened` open."""
    from scipy.special import gammaln

    def choose(many: float, few: np.ndarray | float) -> np.ndarray:
        ways: np.ndarray = gammaln(many + 1) - gammaln(few + 1) - gammaln(many - few + 1)
        return ways

    logs = choose(opened, values) + choose(people - opened, part - values) - choose(people, part)
    chances: np.ndarray = np.exp(logs)
    return chances
