"""An editor's hand on a finished plan: one post, one item or one day changed, everything else left as it can be.

Each verb gives a new Plan and leaves the old one whole, so that the difference (`compare_plans`) can be looked at
before it is taken and undone by going on with the old one. Only what the change pushes out is placed anew, and only
where it pushed out is filled up.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._check import Judge
from toolkit.schedule._edit_refuse import (
    Hand,
    live_posts,
    moment_of,
    movable,
    refuse_forbidden,
    refuse_split,
    some,
    waves_of,
)
from toolkit.schedule._edit_work import PUSHED_BY_POST, Change, reworked
from toolkit.schema import Plan, PlanError, as_whole


def move_post(plan: Plan, post_id: str, *, starts_at: dt.datetime | str) -> Plan:
    """The plan with one post at another time in its group, pinned there, and as little else changed as can be.

    `starts_at` is Shanghai's time where it names no zone. What stood in the way goes to its next best place or to
    `unplaced`; what came free is filled. Where one more send time would exceed the item's `waves`, the whole wave
    moves (all groups that get the item at the old time) as one move, or none does. The bound stays the old one, which
    still holds.

    Raises PlanError for an unknown post, one already sent, a time that is none, and a place that a hard rule forbids
    beside what is pinned or sent or in the order of its campaign: the message names the rule.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["08:00", "20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}, {"item_id": "b", "title": "绘本单", "value": 3}])
    >>> from toolkit.schedule import plan_posts
    >>> plan = plan_posts(items, groups, start="2026-09-21", days=2)
    >>> moved = move_post(plan, "b@g1", starts_at="2026-09-22 20:00")
    >>> [f"{row.post_id} {row.starts_at:%d %H:%M} {row.status}" for row in moved.calendar.itertuples()]
    ['a@g1 21 08:00 draft', 'b@g1 22 20:00 pinned']
    """
    row = movable(plan, post_id)
    moment = moment_of(starts_at)
    if moment == row["starts_at"]:
        return plan
    hand = Hand(plan, Judge(plan.items, plan.groups, plan.overlap))
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    together = _wave(plan, calendar, row, moment)
    moved = calendar[calendar["post_id"].isin(together)].assign(starts_at=moment, status="pinned")
    refuse_forbidden(hand, calendar, moved[moved["post_id"] == post_id], together)
    others = calendar[~calendar["post_id"].isin(together)]
    if len(moved) > 1:
        refuse_split(hand, others, moved)
    change = Change(kept=others, pinned=moved, loose=calendar[:0], pushes=PUSHED_BY_POST, judge=hand.judge)
    return reworked(plan, change)


def delay_item(plan: Plan, item_id: str, *, days: int) -> Plan:
    """The plan with an item put off in all its groups: nothing of it before its first day yet to come plus `days`.

    Its posts (pinned ones too, sent ones not) are placed anew from that day on, where they push out at most 6 other
    posts; the item's `earliest` in `plan.items` becomes that day. What finds no place by its `latest` goes to
    `unplaced` with the rule that bars it.

    Raises PlanError for an unknown item, ChoiceError unless `days` is a whole number from 1 to 731.
    """
    ahead = as_whole(days, "days（推迟的天数）", 1, _inputs.MAX_DAYS)
    items = _inputs.named(plan.items, schema.ITEMS)
    if item_id not in set(items["item_id"]):
        raise PlanError(f"排期里没有条目 {item_id}。{some('条目', items['item_id'])}")
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    own = (calendar["item_id"] == item_id) & calendar["status"].isin(("draft", "pinned"))
    place = items.index[items["item_id"] == item_id][0]
    known = schema.as_date(items.at[place, "earliest"])
    first = calendar.loc[own, "starts_at"].min().date() if own.any() else max(known or plan.start, plan.start)
    items.at[place, "earliest"] = schema.as_time(first + dt.timedelta(days=ahead))
    change = Change(
        kept=calendar[~own],
        pinned=calendar[:0],
        loose=calendar[own],
        items=items,
    )
    return reworked(plan, change)


def close_day(plan: Plan, group_id: str, *, day: dt.date | str) -> Plan:
    """The plan with nothing sent to a group on one day; `plan.rules.shut` holds the day from then on.

    The day's posts (pinned ones too, sent ones not) go to their next best place or to `unplaced`.

    Raises PlanError for an unknown group and for what is no day of the plan.
    """
    if group_id not in set(plan.groups["group_id"]):
        raise PlanError(f"排期里没有群 {group_id}。{some('群', plan.groups['group_id'])}")
    try:
        date = None if isinstance(day, (int, float)) else schema.as_date(day)
    except (ValueError, TypeError):
        date = None
    if date is None or not 0 <= (date - plan.start).days < plan.days:
        last = plan.start + dt.timedelta(days=plan.days - 1)
        raise PlanError(f"停发的日子 {day!r} 不在这份排期里。请写 {plan.start} 到 {last} 之间的一天。")
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    own = (calendar["group_id"] == group_id) & calendar["status"].isin(("draft", "pinned"))
    own &= calendar["starts_at"].dt.date == date
    rules = dataclasses.replace(plan.rules, shut=(*plan.rules.shut, (group_id, date)))
    return reworked(plan, Change(kept=calendar[~own], pinned=calendar[:0], loose=calendar[own], rules=rules))


def _wave(plan: Plan, calendar: pd.DataFrame, row: dict[str, Any], moment: pd.Timestamp) -> list[str]:
    """The posts that move: this one, or all of its wave where another send time would be one too many."""
    others = live_posts(calendar, row["item_id"], but=row["post_id"])
    if len({*others["starts_at"], moment}) <= waves_of(plan, row["item_id"]):
        return [str(row["post_id"])]
    live = live_posts(calendar, row["item_id"])
    together = live[(live["starts_at"] == row["starts_at"]) & (live["status"] != "sent")]
    return [str(name) for name in together["post_id"]]
