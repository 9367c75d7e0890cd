"""From greedy to good: a bound, a pool of promising places, and exact models on parts of the plan.

Groups are taken in clusters, twice with different neighbours, each cluster solved as a whole-number model with all
other posts standing still. Every step keeps the best plan, so more effort never gives a worse one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit.schedule._ledger import NOWHERE, Candidates, Ledger, fill, move_earlier, prices
from toolkit.schedule._prices import price_room
from toolkit.schedule._solve import build_model, each_time, improve, put_together, solve_lp, weekly
from toolkit.schedule._world import Array, World

EFFORTS = ("quick", "normal", "prove")
# above this many columns the linear relaxation takes longer than its better bound is worth (measured: 2 s at 9 000)
_LP_PLACES = 9_000
# the size of one exact model; larger ones seldom finish within their nodes
_PART = 2_500
_POOL = 24_000
_GUIDE = 40_000
_PROVE_PLACES = 30_000


@dataclass(frozen=True)
class _Effort:
    gap: float
    nodes: int
    passes: int
    steps: int


_SETTINGS = {
    "quick": _Effort(gap=0.01, nodes=1, passes=1, steps=200),
    "normal": _Effort(gap=0.002, nodes=100, passes=2, steps=600),
    "prove": _Effort(gap=1e-6, nodes=20_000, passes=3, steps=2_000),
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
    chosen = _flags(greedy, cands)
    if not len(cands):
        return Found(greedy, greedy, 0.0)
    bound, promise = _bound(world, cands, gain, chosen, settings)
    wish = gain + bonus + _sooner(world, cands, gain)
    pool = _pool(cands, promise, chosen | (bonus > 0))
    for turn in range(settings.passes):
        for free in _blocks(world, cands, pool, turn):
            worth = float(world.worth[cands.item, cands.group] @ chosen)
            if bound - float(gain @ chosen) > settings.gap * worth:
                chosen = _better_part(world, cands, wish, (chosen, free), settings)
    if effort == "prove" and len(cands) <= _PROVE_PLACES:
        chosen, proved = _prove(world, cands, wish, chosen, settings)
        bound = min(bound, proved)
    best = _as_ledger(world, cands, chosen)
    fill(best, cands, gain + bonus)
    move_earlier(best, cands, keep=_kept(world, cands, bonus))
    return Found(best, greedy, max(bound, float(gain @ _flags(best, cands))))


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


def _bound(
    world: World, cands: Candidates, gain: Array, chosen: Array, settings: _Effort
) -> tuple[float, Array]:
    """An upper bound on gain, and how promising each candidate looks under it (above 0: part of its solution)."""
    buckets = weekly(world)
    if len(put_together(world, cands, buckets)) <= _LP_PLACES:
        model = build_model(world, cands, gain, buckets)
        relaxed = solve_lp(model)
        if relaxed is not None:
            used = relaxed.share[: model.posts] > 1e-7
            promise = np.where(used, 1.0, np.minimum(0.0, relaxed.reduced[: model.posts]))
            return relaxed.bound, promise[model.places.of_candidate]
    priced = price_room(world, cands, gain, known=chosen, steps=settings.steps)
    return priced.bound, _guided(world, cands, gain, priced.profit, chosen)


def _guided(world: World, cands: Candidates, gain: Array, profit: Array, chosen: Array) -> Array:
    """How promising each candidate looks when the relaxation is solved over the best-priced ones alone."""
    order = np.lexsort((np.arange(len(cands)), -profit))
    kept = chosen.copy()
    kept[order[:_GUIDE]] = True
    part = np.nonzero(kept)[0]
    model = build_model(world, _subset(world, cands, part), gain[part], weekly(world))
    relaxed = solve_lp(model)
    if relaxed is None:
        return profit
    promise = np.full(len(cands), -np.inf)
    used = relaxed.share[: model.posts] > 1e-7
    promise[part] = np.where(used, 1.0, np.minimum(0.0, relaxed.reduced[: model.posts]))[model.places.of_candidate]
    return promise


def _pool(cands: Candidates, promise: Array, kept: Array) -> Array:
    """The places worth trying: those in the relaxed solution first, then the next best, up to a fixed number."""
    order = np.lexsort((np.arange(len(cands)), -promise))
    size = min(_POOL, max(int((promise > 0).sum()), _PART))
    pool = kept.copy()
    pool[order[: max(0, size - int(kept.sum()))]] = True
    return pool


def _blocks(world: World, cands: Candidates, pool: Array, turn: int) -> list[Array]:
    """Parts of the pool (as flags) small enough for one model.

    By turns runs of days over all groups, where shared sends can move, and clusters of groups over all days, where
    phases and `after` can; each second time with other neighbours.
    """
    if int(pool.sum()) <= _PART:
        return [pool]
    if turn % 2 == 0:
        key = world.day[cands.time]
        order = list(range(world.days))
        # the second time around the runs begin half a week later
        shift = 3 * (turn // 2 % 2)
        order = order[shift:] + order[:shift]
    else:
        key = cands.group
        segments = list(world.groups["segment"])
        by_segment = turn % 4 == 1
        order = sorted(range(len(world.groups)), key=lambda g: (segments[g], g) if by_segment else ("", g))
    sizes = np.bincount(key[pool], minlength=len(order))
    label, held, block = np.zeros(len(order), dtype=np.int64), 0, 0
    for k in order:
        if held and held + sizes[k] > _PART:
            block, held = block + 1, 0
        label[k] = block
        held += int(sizes[k])
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
    found, _ = improve(model, start, open_, slack=slack, nodes=settings.nodes)
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
    found, bound = improve(model, start, everything, slack=slack, nodes=settings.nodes)
    return found[place], bound + 1e-6 * max(1.0, abs(bound))


def unplaced_pairs(world: World, ledger: Ledger) -> list[tuple[int, int]]:
    """Every item and group of its audience that got nothing, unmet must-sends first."""
    left = world.audience & ~world.stands & (ledger.placed == NOWHERE)
    pairs = [(int(i), int(g)) for i, g in zip(*np.nonzero(left), strict=True)]
    return sorted(pairs, key=lambda pair: not world.must[pair[0]])
