"""An editor's hand on what stands in a plan at all: a post put in, taken out, or sent to another group instead.

What a hand takes out stays out: `Plan.unplaced` names it by rule `by_hand`, every later edit reads it there, and only
`place_post` or `regroup_post` brings it back.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._check import Judge
from toolkit.schedule._edit import move_post
from toolkit.schedule._edit_refuse import (
    Hand,
    live_posts,
    moment_of,
    movable,
    refuse_forbidden,
    some,
    waves_of,
)
from toolkit.schedule._edit_work import PUSHED_BY_POST, Change, reworked
from toolkit.schema import Plan, PlanError

_PLACED_BY_HAND = "已定的发布，按原时间保留"


def place_post(plan: Plan, item_id: str, group_id: str, *, starts_at: dt.datetime | str) -> Plan:
    """The plan with an item that a group has not got put there at that time, pinned, and as little else changed as can be.

    The item may stand in `unplaced` for whatever reason, a hand's own too, or be new to the plan's search: where the
    rules allow the place it is taken. What stood in the way goes to its next best place or to `unplaced`. `starts_at`
    is Shanghai's time where it names no zone. Where one more send time would exceed the item's `waves`, the time must be
    one that the item has already in another group. The bound stays the old one.

    Raises PlanError for an unknown item or group, a post that is there already, a time that is none, an item that is
    not approved, and a place that a hard rule forbids: the message names the rule.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["08:00", "20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}, {"item_id": "b", "title": "绘本单", "value": 3}])
    >>> from toolkit.schedule import plan_posts
    >>> plan = plan_posts(items, groups, start="2026-09-21", days=1)
    >>> list(plan.calendar["post_id"]), list(plan.unplaced["item_id"])
    (['b@g1'], ['a'])
    >>> placed = place_post(plan, "a", "g1", starts_at="2026-09-21 20:00")
    >>> list(placed.calendar["post_id"]), list(placed.unplaced["item_id"])
    (['a@g1'], ['b'])
    """
    _known(plan, item_id, group_id)
    moment = moment_of(starts_at, "排")
    hand = Hand(plan, Judge(plan.items, plan.groups, plan.overlap), "排")
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    post = _new_post(plan, calendar, item_id, group_id, moment)
    _refuse_place(hand, calendar, post)
    change = Change(
        kept=calendar,
        pinned=post,
        loose=calendar[:0],
        pushes=PUSHED_BY_POST,
        back=frozenset({(item_id, group_id)}),
        judge=hand.judge,
    )
    return reworked(plan, change)


def take_out_post(plan: Plan, post_id: str) -> Plan:
    """The plan without one post, draft or pinned: it goes to `unplaced` by rule `by_hand` and no later edit brings it back.

    What came free in its week is filled. What must come after it in its group goes with it, to `unplaced` by rule
    `after`, unless it is pinned; a must-send that is taken out counts as unmet. The bound stays the old one.
    `plan_posts` knows nothing of it.

    Raises PlanError for an unknown post and for one that is sent, missed or cancelled.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["08:00", "20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}, {"item_id": "b", "title": "绘本单", "value": 3}])
    >>> from toolkit.schedule import plan_posts
    >>> plan = plan_posts(items, groups, start="2026-09-21", days=2)
    >>> out = take_out_post(plan, "b@g1")
    >>> list(out.calendar["post_id"]), out.unplaced[["item_id", "rule_id"]].values.tolist()
    (['a@g1'], [['b', 'by_hand']])
    """
    row = movable(plan, post_id)
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    change = Change(
        kept=calendar[calendar["post_id"] != post_id],
        pinned=calendar[:0],
        loose=calendar[:0],
        pushes=PUSHED_BY_POST,
        gone=(post_id,),
        out=frozenset({(str(row["item_id"]), str(row["group_id"]))}),
    )
    return reworked(plan, change)


def regroup_post(plan: Plan, post_id: str, group_id: str, *, starts_at: dt.datetime | str) -> Plan:
    """The plan with one post's item sent to another group at that time instead, pinned there.

    It is `take_out_post` from the one and `place_post` into the other in one step: the first group does not get the
    item again, and what was said there of waves, of what makes way and of the bound holds here. The post's id is the
    new group's. The same group gives `move_post`.

    Raises PlanError for an unknown post or group, one already sent, a group that has the item, a time that is none, and
    a place that a hard rule forbids (a group that the item is not for, too): the message names the rule.

    >>> one = {"members": 200, "slots": ["20:00"], "posts_per_day": 1, "posts_per_week": 5}
    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", **one}, {"group_id": "g2", "name": "上班群", **one}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了", "latest": "2026-09-21"},
    ...                       {"item_id": "b", "title": "绘本单", "value": 3, "groups": ["g2"]}])
    >>> from toolkit.schedule import plan_posts
    >>> plan = plan_posts(items, groups, start="2026-09-21", days=1)
    >>> list(plan.calendar["post_id"])
    ['a@g1', 'b@g2']
    >>> list(regroup_post(plan, "a@g1", "g2", starts_at="2026-09-21 20:00").calendar["post_id"])
    ['a@g2']
    """
    row = movable(plan, post_id)
    if row["group_id"] == group_id:
        return move_post(plan, post_id, starts_at=starts_at)
    item_id = str(row["item_id"])
    _known(plan, item_id, group_id)
    moment = moment_of(starts_at, "改")
    hand = Hand(plan, Judge(plan.items, plan.groups, plan.overlap), "改")
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    rest = calendar[calendar["post_id"] != post_id]
    post = _new_post(plan, calendar, item_id, group_id, moment)
    _refuse_place(hand, rest, post)
    change = Change(
        kept=rest,
        pinned=post,
        loose=calendar[:0],
        pushes=PUSHED_BY_POST,
        gone=(post_id,),
        out=frozenset({(item_id, str(row["group_id"]))}),
        back=frozenset({(item_id, group_id)}),
        judge=hand.judge,
    )
    return reworked(plan, change)


def _known(plan: Plan, item_id: str, group_id: str) -> None:
    if item_id not in set(plan.items["item_id"]):
        raise PlanError(f"排期里没有条目 {item_id}。{some('条目', plan.items['item_id'])}")
    if group_id not in set(plan.groups["group_id"]):
        raise PlanError(f"排期里没有群 {group_id}。{some('群', plan.groups['group_id'])}")


def _new_post(
    plan: Plan, calendar: pd.DataFrame, item_id: str, group_id: str, moment: pd.Timestamp
) -> pd.DataFrame:
    """The post as CALENDAR, one change further than what is known of it."""
    past = calendar[(calendar["item_id"] == item_id) & (calendar["group_id"] == group_id)]
    known = [int(number) for number in past["sequence"]]
    row = {
        "post_id": _inputs.post_id(item_id, group_id),
        "item_id": item_id,
        "group_id": group_id,
        "starts_at": moment,
        "status": "pinned",
        "reason": _PLACED_BY_HAND,
        "sequence": 1 + max([*known, _sequence_out(plan, item_id, group_id)]),
    }
    return _inputs.named(pd.DataFrame([row]), schema.CALENDAR)


def _sequence_out(plan: Plan, item_id: str, group_id: str) -> int:
    """The sequence that a post had when it was taken out, 0 where nothing is known of it."""
    if "sequence" not in plan.unplaced:
        return 0
    out = plan.unplaced
    own = out.loc[(out["item_id"] == item_id) & (out["group_id"] == group_id), "sequence"].dropna()
    return int(own.iloc[0]) if len(own) else 0


def _refuse_place(hand: Hand, calendar: pd.DataFrame, post: pd.DataFrame) -> None:
    """Raise where the group has the item already, it is not approved, its waves are spent, or a hard rule bars the place."""
    plan, row = hand.plan, post.iloc[0]
    live = live_posts(calendar, row["item_id"])
    if (live["group_id"] == row["group_id"]).any():
        raise hand.refuse("once", "这个群已经有这条内容", "请换一个群，或移动已有的那一次。")
    held_back = schema.is_held_back(plan.items["review"])
    if held_back[plan.items["item_id"] == row["item_id"]].any():
        raise hand.refuse("not_approved", "这条还没有审核通过", "请等审核通过以后再排。")
    refuse_forbidden(hand, calendar, post, [])
    most, times = waves_of(plan, row["item_id"]), sorted({*live["starts_at"].dropna()})
    if len({*times, row["starts_at"]}) > most:
        listed = "、".join(f"{at.month}月{at.day}日 {at:%H:%M}" for at in times[:3])
        more = f"等 {len(times)} 个时间" if len(times) > 3 else ""
        raise hand.refuse(
            "waves",
            f"这条最多分 {most} 批群发，已用在 {listed}{more}",
            "请换成这些时间里的一个，或把这条的「群发批数」加一。",
        )
