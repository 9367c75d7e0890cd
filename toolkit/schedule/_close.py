"""Which choices of a plan were close: what was left out, and what got its place for little more."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule._again import board_of
from toolkit.schedule._climb import Board
from toolkit.schedule._value import Array
from toolkit.schedule._words import day_words, number_words
from toolkit.schema import ChoiceError, Column, Contract, Plan

CLOSE = Contract(
    "CLOSE",
    "相近的取舍",
    (
        Column("item_id", "text", "没排进的条目"),
        Column("other_id", "text", "排进的条目"),
        Column("group_id", "text", "群编号"),
        Column("margin", "score", "差距"),
        Column("reason", "text", "说明"),
    ),
)


def close_choices(plan: Plan, *, within: float = 0.1) -> pd.DataFrame:
    """CLOSE: the items left out of a group that could take the place of one draft there for little, closest first.

    One row for each unplaced item and group at most, with the draft (`other_id`) whose place it could take at the
    least loss. `margin` is what `plan.value` would lose by the swap, as a part of the draft's own value; rows up to
    `within` are given. A margin below 0 is a swap that would gain: the planner's search has missed it. A swap takes
    one draft away, puts the item into the same week of the group, breaks no hard rule and moves nothing else; a draft
    that another waits for (先发条目) is not taken away. Columns: item_id (left out), other_id (placed), group_id,
    margin, reason (Chinese). Sorted by margin, item_id, group_id. Empty where nothing is close.

    Raises ChoiceError where `within` is no number from 0 on.

    >>> from toolkit.schedule import plan_posts
    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米", "value": 2.9}, {"item_id": "b", "title": "绘本", "value": 3}])
    >>> found = close_choices(plan_posts(items, groups, start="2026-09-21", days=1))
    >>> found[["item_id", "other_id", "group_id"]].values.tolist(), float(round(found["margin"].iloc[0], 3))
    ([['a', 'b', 'g1']], 0.033)
    >>> found["reason"].iloc[0]
    '群「妈妈群」9月21日 周一 20:00 排了「绘本」；换成「新米」，价值少 0.2（3.3%）'
    """
    number = isinstance(within, numbers.Real) and not isinstance(within, bool)
    if not (number and 0 <= within < float("inf")):
        raise ChoiceError(f"within 应是不小于 0 的数，如 0.1（现在是 {schema.shown_value(within)}）。")
    board, _ = board_of(plan)
    found = [swap for g in range(len(board.world.groups)) for swap in _closest(board, g, float(within))]
    found.sort(key=lambda swap: (swap.margin, board.cands.item[swap.new], swap.g))
    rows = [_row(board, swap) for swap in found]
    return schema.check(pd.DataFrame(rows), CLOSE) if rows else CLOSE.empty()


@dataclass(frozen=True)
class _Swap:
    """Candidate `new` in place of candidate `old` in group g, and what that loses."""

    g: int
    new: int
    old: int
    loss: float
    margin: float


def _closest(board: Board, g: int, within: float) -> list[_Swap]:
    """For each item left out of group g the swap that loses least, where that is close."""
    left = _left_out(board, g)
    best: dict[int, _Swap] = {}
    if not left:
        return []
    for old in board.at[:, g][board.at[:, g] >= 0]:
        for swap in _swaps(board, int(old), left, within):
            i = int(board.cands.item[swap.new])
            if i not in best or swap.margin < best[i].margin:
                best[i] = swap
    return list(best.values())


def _left_out(board: Board, g: int) -> dict[int, Array]:
    """For each item that group g lacks the candidates there that some rule bars as things stand."""
    world, cands = board.world, board.cands
    found = {}
    for i in np.nonzero(world.audience[:, g] & ~world.stands[:, g] & (board.at[:, g] < 0))[0]:
        part = cands.of(int(i))
        own = part.start + np.nonzero(cands.group[part] == g)[0]
        times = cands.time[own]
        barred = own[~board.ledger.free(int(i), np.full(len(own), g), times)]
        if len(barred):
            found[int(i)] = barred
    return found


def _swaps(board: Board, old: int, left: dict[int, Array], within: float) -> Iterator[_Swap]:
    """What could take the place of a draft, at its best time, with a loss that is close."""
    world, cands = board.world, board.cands
    j, g, then = board.place(old)
    own = float(cands.value[old])
    if board.waited_for(j, g) or own <= 0:
        return
    before = board.worth
    board.put(old, -1)
    for i, places in left.items():
        near = places[world.week[cands.time[places]] == world.week[then]]
        if board.wishes is None:
            near = near[before - board.worth - board.gain[near] <= within * own + 1e-9]
        near = near[board.ledger.free(i, np.full(len(near), g), cands.time[near])] if len(near) else near
        losses = [before - board.worth - _gain(board, int(k)) for k in near]
        if losses and min(losses) <= within * own + 1e-9:
            n = int(np.argmin(losses))
            yield _Swap(g, int(near[n]), old, losses[n], losses[n] / own)
    board.put(old)
    board.log = []


def _gain(board: Board, k: int) -> float:
    """What placing a candidate would add to the plan's value."""
    cost = 0.0 if board.wishes is None else board.wishes.foreseen(*board.place(k))
    return float(board.gain[k]) - cost


def _row(board: Board, swap: _Swap) -> dict[str, object]:
    world = board.world
    i, g, t = board.place(swap.new)
    j, _, then = board.place(swap.old)
    titles = world.items["title"]
    at = world.time_at(world.minute[then])
    when = f"{day_words(at.date())} {at:%H:%M}"
    there = world.time_at(world.minute[t])
    moved = "" if t == then else f"，排在 {day_words(there.date())} {there:%H:%M}"
    share = f"{'少' if swap.loss > 0 else '多'} {number_words(abs(swap.loss))}（{abs(swap.margin):.1%}）"
    change = f"价值{share}" if round(abs(swap.loss), 2) else "价值不变"
    return {
        "item_id": world.items["item_id"].iloc[i],
        "other_id": world.items["item_id"].iloc[j],
        "group_id": world.groups["group_id"].iloc[g],
        "margin": round(swap.margin, 6) + 0.0,
        "reason": f"群「{world.groups['name'].iloc[g]}」{when} 排了「{titles.iloc[j]}」；"
        f"换成「{titles.iloc[i]}」{moved}，{change}",
    }
