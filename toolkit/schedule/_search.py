"""From greedy to good: a bound, plans by the price of room, many small steps, and a proof where one is asked for.

Every stage keeps the best plan so far and each effort runs the stages of the one below it first, so that a plan is
never worse than the greedy one and more effort never gives less. Nothing stops on a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.schedule._climb import Board, climb, polish
from toolkit.schedule._cover import most_met
from toolkit.schedule._ledger import NOWHERE, PARTS, Candidates, Ledger, fill, move_earlier, prices
from toolkit.schedule._prices import price_room
from toolkit.schedule._solve import Relaxed, build_model, each_time, improve, put_together, solve_lp, weekly
from toolkit.schedule._value import Array
from toolkit.schedule._world import World

EFFORTS = ("quick", "normal", "prove")
# up to so many columns the linear relaxation is solved for its better bound (measured beside
# other work: 2 s at 9 000, 8 s at 27 000)
_LP_PLACES = {"quick": 4_000, "normal": 9_000, "prove": 60_000}
# steps of the prices (measured on draws of 50 groups: 0.1% above the linear relaxation, 0.8% with must-sends)
_PRICE_STEPS = 400
# up to so many candidates one exact model over everything is tried (measured: 0.5 to 1.5 s for 6 000), and so many
# times the solver may look whether to go on (0.05 to 0.2 s each)
_EXACT = {"quick": 0, "normal": 12_000, "prove": 30_000}
_CHECKS = {"quick": 0, "normal": 20, "prove": 2_000}
# where this much of the plan's worth is open, and no less; a model of few candidates takes no time worth sparing
_GAPS = {"quick": 1.0, "normal": 0.02, "prove": 1e-6}
_FEW_CANDIDATES = 4_000
# how far below its price a place may stay and still be tried first, as parts of a post's mean worth
_MARGINS = (0.01, 0.02, 0.04, 0.08, 0.16)
# steps for each item (the first stage, the second, the third), and no more in all than so many places looked at
_STEPS = {"quick": (12,), "normal": (12, 20), "prove": (12, 20, 340)}
# fewer items are taken for so many: a step is then quick, and a few hundred steps are too few
_FEW_ITEMS = 60
_TRIED_FOR_ONE = 4
_MOST_LOOKS = (20_000_000, 60_000_000, 240_000_000)


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan as a ledger, the greedy one it began from, the bound on gain (without stability), and its kind."""

    best: Ledger
    greedy: Ledger
    bound: float
    bound_by: str


def search(
    world: World, cands: Candidates, *, bonus: Array, overlap: pd.DataFrame | None, effort: str
) -> Found:
    """The best plan found; `bonus` is what each candidate earns for staying where the previous plan had it."""
    gain = prices(world, cands)
    wish = gain + np.round(bonus * PARTS) / PARTS
    greedy = _greedy(world, cands, wish)
    if not len(cands):
        return Found(greedy, greedy, 0.0, "没有可放的位置，价值就是上限")
    chosen = _flags(greedy, cands)
    can_meet = most_met(world, cands)
    priced = price_room(
        world, cands, gain, known=chosen, most_met=can_meet, price=world.price, steps=_PRICE_STEPS
    )
    chosen = _by_prices(world, cands, wish, priced.profit + bonus, chosen)
    room = gain - priced.profit
    small = len(cands) <= _EXACT[effort]
    exact = small and world.rules.soft is None
    starts = [chosen]
    if small and not exact:
        # the best plan without wishes is often a good one with them
        starts.append(_exact(world, cands, wish, chosen, checks=_CHECKS["normal"])[0])
    # an exact model takes the place of the last stage only, so that no effort gives less than the one below it
    stages = (
        _STEPS["quick"]
        if exact and len(cands) <= _EXACT["normal"]
        else _STEPS["normal"]
        if exact
        else _STEPS[effort]
    )
    relaxed, places = _linear(world, cands, gain, can_meet, effort)
    bound, bound_by = priced.bound, "按周放宽后的拉格朗日上限"
    if relaxed is not None and relaxed.bound < bound:
        bound, bound_by = relaxed.bound, "按周放宽后的线性规划上限"
    top = (
        np.inf
        if relaxed is None or world.rules.soft is not None or bonus.any()
        else relaxed.optimum - 1 / PARTS
    )
    known = places <= _LP_PLACES["quick"]
    chosen = _climbed(world, cands, wish, (starts, room), overlap, stages, top=top, top_known=known)
    most_open = _GAPS[effort] if len(cands) > _FEW_CANDIDATES else _GAPS["prove"]
    open_gap = bound - float(gain @ chosen) > most_open * float(cands.value[chosen].sum())
    if exact and (open_gap or bonus.any()):
        chosen, proved = _exact(world, cands, wish, chosen, checks=_CHECKS[effort])
        # what staying earns is part of the tree's bound, which therefore holds without it too
        if proved < bound:
            bound, bound_by = proved, "整数规划的搜索树给出的上限"
    best = _as_ledger(world, cands, chosen)
    if world.rules.soft is None:
        fill(best, cands, wish)
        move_earlier(best, cands, keep=_kept(world, cands, bonus))
        # what moved may have made room
        fill(best, cands, wish)
    return Found(best, greedy, max(bound, float(gain @ _flags(best, cands))), bound_by)


def _greedy(world: World, cands: Candidates, wish: Array) -> Ledger:
    """The better of two greedy plans: by value alone, and with the phases of campaigns in their order."""
    found = []
    for phases in (False, True):
        ledger = Ledger(world)
        fill(ledger, cands, wish, phases=phases)
        found.append(ledger)
    return max(found, key=lambda ledger: float(wish[_flags(ledger, cands)].sum()))


def _climbed(
    world: World,
    cands: Candidates,
    wish: Array,
    known: tuple[list[Array], Array],
    overlap: pd.DataFrame | None,
    stages: tuple[int, ...],
    *,
    top: float,
    top_known: bool,
) -> Array:
    """The plan after stages of so many steps an item; `known` is plans and the price of each candidate's room.

    A plan worth more than `top` cannot be bettered and is not climbed from. Where the quickest effort does not know the
    top (`top_known`), its stage is run all the same, so that more effort never gives less.
    """
    starts, room = known
    best, most = starts[0], -np.inf
    looks = max(1, len(cands) // max(1, len(world.items)))
    # what has no chance of a place need not be tried again and again
    size = max(_FEW_ITEMS, min(len(world.items), _TRIED_FOR_ONE * int(starts[0].sum())))
    uneven = world.rules.soft is not None or bool(world.factors.slots)
    for stage, steps in enumerate(stages):
        if (stage or top_known) and float(wish @ best) > top:
            break
        many = min(steps * size, max(1, _MOST_LOOKS[stage] // looks))
        # the second stage is a longer climb from below, the third goes on from the better of the two
        for start in (starts, starts[-1:], [best])[stage]:
            board = _board(world, cands, wish, overlap, start)
            chosen = climb(board, room, steps=many, seed=stage, top=top)
            # where places differ in what they are worth, a post may gain by moving alone
            chosen, worth = polish(_board(world, cands, wish, overlap, chosen), uneven=uneven)
            if worth > most:
                best, most = chosen, worth
    return best


def _board(
    world: World, cands: Candidates, wish: Array, overlap: pd.DataFrame | None, chosen: Array
) -> Board:
    board = Board(world, cands, wish, overlap)
    for k in np.nonzero(chosen)[0]:
        board.put(int(k))
    board.refresh()
    return board


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


def _linear(
    world: World, cands: Candidates, gain: Array, most_met: int, effort: str
) -> tuple[Relaxed | None, int]:
    """The linear relaxation, None where the question is too large for it, and the question's size in places."""
    buckets = weekly(world)
    places = len(put_together(world, cands, buckets))
    if places > _LP_PLACES[effort]:
        return None, places
    return solve_lp(build_model(world, cands, gain, buckets, most_met=most_met)), places


def _subset(world: World, cands: Candidates, part: Array) -> Candidates:
    item = cands.item[part]
    begin = np.searchsorted(item, np.arange(len(world.items) + 1))
    return Candidates(item, cands.group[part], cands.time[part], begin, cands.value[part])


def _exact(
    world: World, cands: Candidates, wish: Array, chosen: Array, *, checks: int
) -> tuple[Array, float]:
    """One exact model over everything: the plan, and a bound from the solver's tree."""
    model = build_model(world, cands, wish, each_time(world))
    place = model.places.of_candidate
    start = np.zeros(model.posts, dtype=bool)
    start[place] = chosen
    slack = 1e-6 * float(world.worth[cands.item, cands.group] @ chosen)
    found, bound = improve(model, start, slack=slack, nodes=20_000, checks=checks)
    # among equals the plan that came first stays: it takes earlier times and items
    better = float(wish @ found[place]) > float(wish @ chosen) + 1e-6
    return (found[place] if better else chosen), bound + 1e-6 * max(1.0, abs(bound))


def unplaced_pairs(world: World, ledger: Ledger) -> list[tuple[int, int]]:
    """Every item and group of its audience that got nothing, unmet must-sends first."""
    left = world.audience & ~world.stands & (ledger.placed == NOWHERE)
    pairs = [(int(i), int(g)) for i, g in zip(*np.nonzero(left), strict=True)]
    return sorted(pairs, key=lambda pair: not world.must[pair[0]])
