"""A finished plan as the arrays it came from, so that it can be explained, changed and made again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._climb import Board
from toolkit.schedule._ledger import NOWHERE, Candidates, find_candidates, prices
from toolkit.schedule._value import Array
from toolkit.schedule._words import BY_HAND
from toolkit.schedule._world import World, build_world
from toolkit.schema import Plan

# in nanoseconds
_A_MINUTE = 60 * 10**9


def world_of(plan: Plan) -> World:
    """The question of a plan, its sent and pinned posts standing.

    Raises PlanError where the plan's tables have come to hold what cannot be planned with.
    """
    return world_with(plan, _inputs.fixed_posts(None, plan.calendar))


def world_with(plan: Plan, fixed: pd.DataFrame) -> World:
    """The question of a plan with these posts (CALENDAR) standing."""
    groups = _inputs.checked_groups(plan.groups)
    items = _inputs.checked_items(plan.items, groups, known=list(plan.calendar["item_id"]))
    return build_world(
        items,
        groups,
        fixed,
        rules=plan.rules,
        start=plan.start,
        days=plan.days,
        times=plan.times,
        out=taken_out(plan),
    )


def taken_out(plan: Plan) -> frozenset[tuple[str, str]]:
    """The (item_id, group_id) pairs that a hand has taken out of the plan, which no search may bring back."""
    own = plan.unplaced[plan.unplaced["rule_id"] == BY_HAND]
    return frozenset(zip(own["item_id"].astype("str"), own["group_id"].astype("str"), strict=True))


def board_of(plan: Plan, *, stay: float = 0.0) -> tuple[Board, list[str]]:
    """The plan's drafts put on a board, and the post_ids of those that no longer fit.

    A draft is lost where the plan's rules, tables or standing posts have come to bar its place, and where another
    draft before it (by time) has taken the room. `stay` is what each draft earns for keeping its place, in value.
    """
    world = world_of(plan)
    cands = find_candidates(world)
    drafts = _inputs.named(plan.calendar, schema.CALENDAR)
    drafts = drafts[drafts["status"] == "draft"].sort_values(
        ["starts_at", "group_id", "item_id"], kind="stable"
    )
    places = find_places(world, cands, drafts)
    gain = prices(world, cands)
    gain[places[places >= 0]] += stay
    board = Board(world, cands, gain, plan.overlap)
    lost = []
    for post_id, k in zip(drafts["post_id"], places, strict=True):
        if k >= 0 and board.fits(int(k)):
            board.put(int(k))
        else:
            lost.append(str(post_id))
    board.log = []
    board.refresh()
    return board, lost


def find_places(world: World, cands: Candidates, posts: pd.DataFrame) -> Array:
    """The candidate at which each post (CALENDAR) stands, −1 where there is none."""
    item_at = {name: i for i, name in enumerate(world.items["item_id"])}
    group_at = {name: g for g, name in enumerate(world.groups["group_id"])}
    groups, times = len(world.groups), len(world.minute)
    since = posts["starts_at"].dt.tz_localize(None).dt.as_unit("ns") - pd.Timestamp(world.start)
    time_at = {int(minute) * _A_MINUTE: t for t, minute in enumerate(world.minute)}
    known = (cands.item * groups + cands.group) * times + cands.time
    found = np.full(len(posts), NOWHERE, dtype=np.int64)
    columns = (posts["item_id"].tolist(), posts["group_id"].tolist(), since.astype("int64").tolist())
    for n, (item_id, group_id, ahead) in enumerate(zip(*columns, strict=True)):
        i, g, t = item_at.get(item_id, -1), group_at.get(group_id, -1), time_at.get(ahead, -1)
        if min(i, g, t) >= 0:
            key = (i * groups + g) * times + t
            place = int(np.searchsorted(known, key))
            found[n] = place if place < len(known) and known[place] == key else NOWHERE
    return found


def value_of(board: Board) -> float:
    """What the plan on a board is worth, as `Plan.value` counts it: posts in the span less the costs of wishes."""
    world = board.world
    placed = board.at[board.at >= 0]
    drafts = float(board.cands.value[placed].sum())
    standing = sum(
        world.value_at(row.item, row.group, row.minute)
        for row in world.fixed.itertuples()
        if 0 <= row.day < world.days and row.item >= 0 and row.group >= 0
    )
    unmet = world.must[:, None] & world.audience & ~world.stands & (board.at < 0)
    cost = board.wishes.cost if board.wishes is not None else 0.0
    return round(drafts + standing - cost - world.price * int(unmet.sum()), 6)
