"""The work behind every edit: what the change pushes out is placed anew, and what came free is filled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._again import find_places, taken_out
from toolkit.schedule._check import Judge
from toolkit.schedule._climb import Board, best_sends, net_gains, push_in
from toolkit.schedule._ledger import find_candidates, prices
from toolkit.schedule._plan import finish_plan
from toolkit.schedule._search import Found
from toolkit.schedule._words import BY_HAND
from toolkit.schedule._world import build_world
from toolkit.schema import Plan, Rules

# so many other posts may be pushed out in turn by an item put off or a day closed, and by one post that moves: more
# would no longer be a small change (a must-send may push whatever it takes)
PUSHED = 6
PUSHED_BY_POST = 2


@dataclass(frozen=True, eq=False)
class Change:
    """What stays, what is pinned, what must be placed anew (CALENDAR each), and what else is new.

    `gone` are the post_ids that leave for good, `out` the (item_id, group_id) pairs that a hand takes out, `back` those
    that one puts in again. `judge` has read the plan's tables already.
    """

    kept: pd.DataFrame
    pinned: pd.DataFrame
    loose: pd.DataFrame
    items: pd.DataFrame | None = None
    rules: Rules | None = None
    pushes: int = PUSHED
    gone: tuple[str, ...] = ()
    out: frozenset[tuple[str, str]] = frozenset()
    back: frozenset[tuple[str, str]] = frozenset()
    judge: Judge | None = None


def reworked(plan: Plan, change: Change) -> Plan:
    """The plan after a change: what still fits stays, the rest is placed anew, and what came free is filled."""
    stands = change.kept[change.kept["status"].isin(("pinned", "sent"))]
    fixed = _inputs.fixed_posts(pd.concat([stands, change.pinned], ignore_index=True), None)
    items = (
        plan.items
        if change.items is None
        else _inputs.checked_items(change.items, plan.groups, known=list(fixed["item_id"]))
    )
    world = build_world(
        items,
        plan.groups,
        fixed,
        rules=change.rules or plan.rules,
        start=plan.start,
        days=plan.days,
        times=plan.times,
        out=(taken_out(plan) | change.out) - change.back,
    )
    cands = find_candidates(world)
    board = Board(world, cands, prices(world, cands), plan.overlap)
    drafts = change.kept[change.kept["status"] == "draft"]
    touched = {*change.pinned["group_id"], *change.loose["group_id"]}
    lost = _put_back(board, drafts, touched)
    _settle(board, pd.concat([change.loose, lost], ignore_index=True), change.pushes)
    moved = [*change.pinned["post_id"], *change.loose["post_id"], *lost["post_id"], *change.gone]
    _fill_up(board, plan.calendar[plan.calendar["post_id"].isin(moved)])
    ledger = board.ledger
    found = Found(ledger, ledger, 0.0, plan.bound_by)
    judge = change.judge if change.items is None else None
    made = finish_plan(
        world,
        cands,
        found,
        previous=plan.calendar,
        times=plan.times,
        overlap=plan.overlap,
        old=plan,
        judge=judge,
    )
    return _remembering(plan, made) if world.out.any() else made


def _remembering(plan: Plan, made: Plan) -> Plan:
    """The plan made, with the sequence of each post taken out: what is put in again counts on from there."""
    known: dict[tuple[str, str], int] = {}
    for frame in (plan.unplaced, plan.calendar):
        if "sequence" in frame:
            rows = frame[frame["sequence"].notna()]
            pairs = zip(rows["item_id"], rows["group_id"], strict=True)
            known |= dict(zip(pairs, rows["sequence"].astype("int64"), strict=True))
    out = made.unplaced
    own = zip(out["item_id"], out["group_id"], out["rule_id"] == BY_HAND, strict=True)
    numbers = [known.get((item_id, group_id)) if by_hand else None for item_id, group_id, by_hand in own]
    sequence = pd.Series(numbers, index=out.index, dtype="Int64")
    return replace(made, unplaced=out.assign(sequence=sequence))


def _put_back(board: Board, drafts: pd.DataFrame, touched: set[str]) -> pd.DataFrame:
    """Put the drafts where they stood; gives those that no longer fit.

    In groups that the change touches the more valuable come first, must-sends before all.
    """
    places = find_places(board.world, board.cands, drafts)
    gain = np.zeros(len(places))
    gain[places >= 0] = board.gain[places[places >= 0]]
    aside = drafts["group_id"].isin(touched).to_numpy()
    order = np.lexsort((drafts["post_id"].to_numpy(), -gain, aside))
    lost = order[~board.put_all(places[order])]
    return drafts.iloc[np.sort(lost)]


def _settle(board: Board, posts: pd.DataFrame, pushes: int) -> None:
    """Place posts anew: must-sends and the valuable first, each where it gains most.

    Among equals a post keeps its hour and stays near its old day. So many posts of less value may be pushed out; they are settled in turn.
    """
    board.refresh()
    item_at = {name: i for i, name in enumerate(board.world.items["item_id"])}
    group_at = {name: g for g, name in enumerate(board.world.groups["group_id"])}
    queue = [
        (item_at[row.item_id], group_at[row.group_id], _minute(board, row.starts_at))
        for row in posts.itertuples()
        if row.item_id in item_at and row.group_id in group_at
    ]
    for i in sorted(
        {i for i, _, _ in queue}, key=lambda i: (not board.must[i], -board.world.worth[i].max(), i)
    ):
        _place_together(board, i, {g for j, g, _ in queue if j == i})
    queue.sort(key=lambda pair: (not board.must[pair[0]], -board.world.worth[pair[0], pair[1]], pair))
    while queue:
        i, g, minute = queue.pop(0)
        left = _place(board, i, g, minute)
        if left and (pushes > 0 or board.must[i]):
            gone = push_in(board, i, g)
            pushes -= len(gone)
            queue += [(j, h, minute) for j, h in gone]


def _place_together(board: Board, i: int, groups: set[int]) -> None:
    """Send item i to several groups at the times that suit most of them, where there is room."""
    part = board.cands.of(i)
    if len(groups) < 2 or part.start == part.stop:
        return
    board.refresh()
    times, place = np.unique(board.cands.time[part], return_inverse=True)
    net = net_gains(board, i, np.zeros(len(board.cands)), times, place)
    free = np.isin(board.cands.group[part], sorted(groups)) & (net >= board.gain[part])
    for k in best_sends(board, i, np.where(free, net, -1.0), times, place):
        if board.fits(k):
            board.put(k)


def _minute(board: Board, at: pd.Timestamp) -> int:
    return int((at.tz_localize(None) - pd.Timestamp(board.world.start)).total_seconds() // 60)


def _place(board: Board, i: int, g: int, minute: int) -> bool:
    """Place item i in group g where it fits best; whether it is left over."""
    if board.at[i, g] >= 0 or board.world.stands[i, g]:
        return False
    fitting = [k for k in board.own(i, g) if board.fits(k) and board.pays(k)]
    if not fitting:
        return True
    # a send that is open already costs nobody a second one
    board.put(
        min(
            fitting,
            key=lambda k: (
                -float(board.gain[k]),
                board.ledger.uses[i, board.cands.time[k]] == 0,
                (int(board.world.minute[board.cands.time[k]]) - minute) % schema.MINUTES_A_DAY != 0,
                abs(int(board.world.minute[board.cands.time[k]]) - minute),
                k,
            ),
        )
    )
    return False


def _fill_up(board: Board, posts: pd.DataFrame) -> None:
    """Fill the weeks of groups in which something went."""
    group_at = {name: g for g, name in enumerate(board.world.groups["group_id"])}
    for g, minute in sorted(
        {
            (group_at[row.group_id], _minute(board, row.starts_at))
            for row in posts.itertuples()
            if row.group_id in group_at
        }
    ):
        week = (minute // schema.MINUTES_A_DAY + board.world.start.weekday()) // 7
        if 0 <= week < board.ledger.week_left.shape[1]:
            board.refill(g, week)
