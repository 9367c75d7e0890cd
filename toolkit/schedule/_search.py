"""From greedy to good: a bound, a pool of promising places, and exact models on parts of the plan.

Prices on scarce room give a bound and better plans by themselves; then parts of the plan (runs of days, clusters of
groups) are solved as whole-number models with all other posts standing still. Every step keeps the best plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit.schedule._ledger import NOWHERE, Candidates, Ledger, fill, move_earlier, prices
from toolkit.schedule._prices import Priced, price_room
from toolkit.schedule._solve import build_model, each_time, improve, put_together, solve_lp, weekly
from toolkit.schedule._world import Array, World

EFFORTS = ("quick", "normal", "prove")
# above this many columns the linear relaxation takes longer than its better bound is worth (measured: 2 s at 9 000)
_LP_PLACES = 9_000
# the places open to change in one exact model: the first turn's, doubled each turn (measured: 0.3 s, 3 s, 8 s)
_PART = 800
_MOST_PART = 3_200
_POOL = 24_000
_PROVE_PLACES = 30_000
# how far below its price a place may stay and still be tried first, as parts of a post's mean worth
_MARGINS = (0.01, 0.02, 0.04, 0.08, 0.16)


@dataclass(frozen=True)
class _Effort:
    """Stop at this gap; nodes of one model and its checks (0.05 to 0.2 s each), turns over all parts, price steps."""

    gap: float
    nodes: int
    checks: int
    turns: int
    steps: int


_SETTINGS = {
    "quick": _Effort(gap=0.02, nodes=1, checks=20, turns=1, steps=400),
    "normal": _Effort(gap=0.01, nodes=100, checks=20, turns=3, steps=600),
    "prove": _Effort(gap=1e-6, nodes=20_000, checks=2_000, turns=4, steps=2_000),
}


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan as a ledger, the greedy one it began from, and the bound on gain (without stability)."""

    best: Ledger
    greedy: Ledger
    bound: float


def search(world: World, cands: Candidates, *, bonus: Array, effort: str) -> Found:
    """The best plan found; `bonus` is what each candidate earns for staying where the previous plan had it."""
    settings = _SETTINGS[effort]
    gain = prices(world, cands)
    greedy = Ledger(world)
    fill(greedy, cands, gain + bonus)
    if not len(cands):
        return Found(greedy, greedy, 0.0)
    chosen = _flags(greedy, cands)
    priced = price_room(world, cands, gain, known=chosen, steps=settings.steps)
    chosen = _by_prices(world, cands, gain + bonus, priced.profit + bonus, chosen)
    bound, promise = _linear(world, cands, gain, priced)
    wish = gain + bonus + _sooner(world, cands, gain)
    for turn in range(settings.turns):
        size = min(_PART * 2**turn, _MOST_PART) if len(cands) <= _PROVE_PLACES else _MOST_PART
        for free in _parts(world, cands, _pool(cands, promise, chosen | (bonus > 0), size), (turn, size)):
            worth = float(world.worth[cands.item, cands.group] @ chosen)
            if bonus.any() or bound - float(gain @ chosen) > settings.gap * worth:
                chosen = _better_part(world, cands, wish, (chosen, free), settings)
    open_gap = bonus.any() or bound - float(gain @ chosen) > settings.gap * abs(bound)
    if effort == "prove" and open_gap and len(cands) <= _PROVE_PLACES:
        chosen, proved = _prove(world, cands, wish, chosen, settings)
        bound = min(bound, proved) if not bonus.any() else bound
    best = _as_ledger(world, cands, chosen)
    fill(best, cands, gain + bonus)
    move_earlier(best, cands, keep=_kept(world, cands, bonus))
    # what moved may have made room
    fill(best, cands, gain + bonus)
    return Found(best, greedy, max(bound, float(gain @ _flags(best, cands))))


def _by_prices(world: World, cands: Candidates, wish: Array, profit: Array, chosen: Array) -> Array:
    """The best of the greedy plan and plans that place by value less the price of the room taken.

    What does not earn its price, to within a margin, waits until the rest is placed.
    """
    best, mean = chosen, float(world.worth[cands.item, cands.group][chosen].mean()) if chosen.any() else 1.0
    met = float((chosen & world.must[cands.item]).sum())
    eager = profit + world.price * world.must[cands.item]
    for margin in _MARGINS:
        part = np.nonzero(eager > -margin * mean)[0]
        ledger = Ledger(world)
        fill(ledger, _subset(world, cands, part), eager[part] + margin * mean)
        fill(ledger, cands, wish)
        found = _flags(ledger, cands)
        if float(wish @ found) > float(wish @ best) and float((found & world.must[cands.item]).sum()) >= met:
            best = found
    return best


def _flags(ledger: Ledger, cands: Candidates) -> Array:
    """Which candidates a ledger has placed."""
    return np.asarray(ledger.placed[cands.item, cands.group] == cands.time)


def _as_ledger(world: World, cands: Candidates, chosen: Array) -> Ledger:
    ledger = Ledger(world)
    for k in np.nonzero(chosen)[0]:
        ledger.add(int(cands.item[k]), int(cands.group[k]), int(cands.time[k]))
    return ledger


def _kept(world: World, cands: Candidates, bonus: Array) -> Array:
    kept = np.zeros((len(world.items), len(world.groups)), dtype=bool)
    kept[cands.item[bonus > 0], cands.group[bonus > 0]] = True
    return kept


def _sooner(world: World, cands: Candidates, gain: Array) -> Array:
    """A millionth part for being earlier, so that equal plans are told apart by their dates."""
    return 1e-6 * float(gain.max()) * (1 - cands.time / len(world.minute))


def _linear(world: World, cands: Candidates, gain: Array, priced: Priced) -> tuple[float, Array]:
    """The lower of the bounds, and how promising each candidate looks (above 0: part of the relaxed solution)."""
    buckets = weekly(world)
    if len(put_together(world, cands, buckets)) > _LP_PLACES:
        return priced.bound, priced.profit
    model = build_model(world, cands, gain, buckets)
    relaxed = solve_lp(model)
    if relaxed is None:
        return priced.bound, priced.profit
    used = relaxed.share[: model.posts] > 1e-7
    promise = np.where(used, 1.0, np.minimum(0.0, relaxed.reduced[: model.posts]))
    return min(relaxed.bound, priced.bound), promise[model.places.of_candidate]


def _pool(cands: Candidates, promise: Array, kept: Array, size: int) -> Array:
    """The places worth trying: those of the plan and the relaxed solution first, then the next best."""
    order = np.lexsort((np.arange(len(cands)), -promise))
    size = min(_POOL, max(int((promise > 0).sum()), size)) - int(kept.sum())
    pool = kept.copy()
    pool[order[: max(0, size)]] = True
    return pool


def _parts(world: World, cands: Candidates, pool: Array, turn: tuple[int, int]) -> list[Array]:
    """Parts of the pool (as flags) small enough for one model; `turn` is its number and the size of a part.

    By turns runs of days over all groups, where shared sends can move, and clusters of groups over all days, where
    phases and `after` can.
    """
    number, size = turn
    # a pool a little too large is better left whole: parts cannot trade with each other
    if int(pool.sum()) <= 2 * size:
        return [pool]
    if number % 2 == 0:
        key, order = world.day[cands.time], list(range(world.days))
    else:
        key, segments = cands.group, list(world.groups["segment"])
        order = sorted(range(len(world.groups)), key=lambda g: (segments[g], g))
    counts = np.bincount(key[pool], minlength=len(order))
    label, held, block = np.zeros(len(order), dtype=np.int64), 0, 0
    for k in order:
        if held and held + counts[k] > size:
            block, held = block + 1, 0
        label[k] = block
        held += int(counts[k])
    return [pool & (label[key] == n) for n in range(block + 1)]


def _better_part(
    world: World, cands: Candidates, wish: Array, plan: tuple[Array, Array], settings: _Effort
) -> Array:
    """The plan with its free candidates solved anew, all others as they are."""
    chosen, free = plan
    part = np.nonzero(chosen | free)[0]
    own = _subset(world, cands, part)
    model = build_model(world, own, wish[part], each_time(world))
    # with one time to a bucket a place is a candidate, but in the model's own order
    place = model.places.of_candidate
    start, open_ = np.zeros(model.posts, dtype=bool), np.zeros(model.posts, dtype=bool)
    start[place], open_[place] = chosen[part], free[part]
    slack = settings.gap / 2 * float(world.worth[cands.item, cands.group] @ (chosen & free))
    found, _ = improve(model, start, open_, slack=slack, nodes=settings.nodes, checks=settings.checks)
    better = np.zeros(len(cands), dtype=bool)
    better[part] = found[place]
    return better


def _subset(world: World, cands: Candidates, part: Array) -> Candidates:
    item = cands.item[part]
    begin = np.searchsorted(item, np.arange(len(world.items) + 1))
    return Candidates(item, cands.group[part], cands.time[part], begin)


def _prove(
    world: World, cands: Candidates, wish: Array, chosen: Array, settings: _Effort
) -> tuple[Array, float]:
    """One exact model over everything: the plan, and a bound from the solver's tree."""
    model = build_model(world, cands, wish, each_time(world))
    place = model.places.of_candidate
    start = np.zeros(model.posts, dtype=bool)
    start[place] = chosen
    everything = np.ones(model.posts, dtype=bool)
    slack = settings.gap * float(world.worth[cands.item, cands.group] @ chosen)
    found, bound = improve(
        model, start, everything, slack=slack, nodes=settings.nodes, checks=settings.checks
    )
    return found[place], bound + 1e-6 * max(1.0, abs(bound))


def unplaced_pairs(world: World, ledger: Ledger) -> list[tuple[int, int]]:
    """Every item and group of its audience that got nothing, unmet must-sends first."""
    left = world.audience & ~world.stands & (ledger.placed == NOWHERE)
    pairs = [(int(i), int(g)) for i, g in zip(*np.nonzero(left), strict=True)]
    return sorted(pairs, key=lambda pair: not world.must[pair[0]])
