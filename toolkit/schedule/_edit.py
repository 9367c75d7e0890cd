"""An editor's hand on a finished plan: one post, one item or one day changed, everything else left as it can be.

Each verb gives a new Plan and leaves the old one whole, so that the difference (`compare_plans`) can be looked at
before it is taken and undone by going on with the old one. Only what the change pushes out is placed anew, and only
where it pushed out is filled up.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs, _words
from toolkit.schedule._again import find_places
from toolkit.schedule._check import check_calendar
from toolkit.schedule._climb import Board, best_sends, net_gains, push_in
from toolkit.schedule._ledger import find_candidates, prices
from toolkit.schedule._plan import finish_plan
from toolkit.schedule._search import Found
from toolkit.schedule._world import build_world
from toolkit.schema import RULES, Plan, PlanError, Rules, as_whole

# so many other posts may be pushed out in turn by an item put off or a day closed, and by one post that moves: more
# would no longer be a small change (a must-send may push whatever it takes)
_PUSHED = 6
_PUSHED_BY_POST = 2
_ORDER_RULES = ("after", "phase")


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
    row = _movable(plan, post_id)
    moment = _moment(starts_at)
    if moment == row["starts_at"]:
        return plan
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    together = _wave(plan, calendar, row, moment)
    moved = calendar[calendar["post_id"].isin(together)].assign(starts_at=moment, status="pinned")
    _refuse_forbidden(plan, calendar, moved[moved["post_id"] == post_id], together)
    others = calendar[~calendar["post_id"].isin(together)]
    _refuse_split(plan, others, moved)
    return _reworked(plan, _Change(kept=others, pinned=moved, loose=calendar[:0], pushes=_PUSHED_BY_POST))


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
        raise PlanError(f"排期里没有条目 {item_id}。{_some('条目', items['item_id'])}")
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    own = (calendar["item_id"] == item_id) & calendar["status"].isin(("draft", "pinned"))
    place = items.index[items["item_id"] == item_id][0]
    known = schema.as_date(items.at[place, "earliest"])
    first = calendar.loc[own, "starts_at"].min().date() if own.any() else max(known or plan.start, plan.start)
    items.at[place, "earliest"] = schema.as_time(first + dt.timedelta(days=ahead))
    change = _Change(
        kept=calendar[~own],
        pinned=calendar[:0],
        loose=calendar[own],
        items=items,
    )
    return _reworked(plan, change)


def close_day(plan: Plan, group_id: str, *, day: dt.date | str) -> Plan:
    """The plan with nothing sent to a group on one day; `plan.rules.shut` holds the day from then on.

    The day's posts (pinned ones too, sent ones not) go to their next best place or to `unplaced`.

    Raises PlanError for an unknown group and for what is no day of the plan.
    """
    if group_id not in set(plan.groups["group_id"]):
        raise PlanError(f"排期里没有群 {group_id}。{_some('群', plan.groups['group_id'])}")
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
    return _reworked(
        plan, _Change(kept=calendar[~own], pinned=calendar[:0], loose=calendar[own], rules=rules)
    )


@dataclass(frozen=True, eq=False)
class _Change:
    """What stays, what is pinned, what must be placed anew (CALENDAR each), and what else is new."""

    kept: pd.DataFrame
    pinned: pd.DataFrame
    loose: pd.DataFrame
    items: pd.DataFrame | None = None
    rules: Rules | None = None
    pushes: int = _PUSHED


def _some(what: str, names: pd.Series[Any]) -> str:
    return f"现有的{what}：{'、'.join(map(str, names[:5]))}{' 等' if len(names) > 5 else ''}。"


def _movable(plan: Plan, post_id: str) -> dict[str, Any]:
    found = plan.calendar[plan.calendar["post_id"] == post_id]
    if found.empty:
        raise PlanError(f"排期里没有发布 {post_id}。{_some('发布编号', plan.calendar['post_id'])}")
    row = {str(name): value for name, value in found.iloc[0].items()}
    if row["status"] not in ("draft", "pinned"):
        raise PlanError(
            f"发布 {post_id} 的状态是「{schema.WORDS[row['status']]}」，不能再移动。请另选一次发布。"
        )
    return row


def _moment(value: dt.datetime | str) -> pd.Timestamp:
    try:
        moment = pd.NaT if isinstance(value, (int, float)) else schema.as_time(value)
    except (ValueError, TypeError):
        moment = pd.NaT
    if pd.isna(moment):
        raise PlanError(f"移到的时间看不懂：{value!r}。请写成 2026-09-22 20:00 这样。")
    return moment


def _wave(plan: Plan, calendar: pd.DataFrame, row: dict[str, Any], moment: pd.Timestamp) -> list[str]:
    """The posts that move: this one, or all of its wave where another send time would be one too many."""
    live = calendar[(calendar["item_id"] == row["item_id"]) & calendar["status"].isin(_inputs.LIVE)]
    others = live[live["post_id"] != row["post_id"]]
    waves = int(plan.items.loc[plan.items["item_id"] == row["item_id"], "waves"].iloc[0])
    if len({*others["starts_at"], moment}) <= waves:
        return [str(row["post_id"])]
    together = live[(live["starts_at"] == row["starts_at"]) & (live["status"] != "sent")]
    return [str(name) for name in together["post_id"]]


def _refuse_forbidden(plan: Plan, calendar: pd.DataFrame, post: pd.DataFrame, together: list[str]) -> None:
    """Raise where a hard rule bars the place whatever else moves: beside what stands, or in its order."""
    row = post.iloc[0]
    last = plan.start + dt.timedelta(days=plan.days)
    if not plan.start <= row["starts_at"].date() < last:
        raise PlanError(
            f"{_words.day_words(row['starts_at'].date())} 不在这份排期的日子里"
            f"（{plan.start} 起 {plan.days} 天）。请移到排期里的一天。"
        )
    rest = calendar[~calendar["post_id"].isin(together)]
    stands = rest[rest["status"].isin(("pinned", "sent"))]
    items = plan.items.set_index("item_id")
    own = items.loc[row["item_id"]]
    campaign = set(items.index[(items["campaign"] == own["campaign"])]) if own["campaign"] else set()
    follows = {name for name, after in items["after"].items() if row["item_id"] in after}
    related = rest[
        (rest["group_id"] == row["group_id"]) & rest["item_id"].isin(campaign | follows | set(own["after"]))
    ]
    beside = _broken(plan, stands, post)
    found = beside[~beside["rule_id"].isin(_ORDER_RULES)]
    if found.empty:
        ordered = _broken(plan, related, post)
        found = ordered[ordered["rule_id"].isin(_ORDER_RULES)]
    if len(found):
        rule = str(found["rule_id"].iloc[0])
        raise PlanError(
            f"不能移到这里，规则「{RULES[rule].name}」（{rule}）不许：{found['message'].iloc[0]}。"
            "请换一个时间；别处可行的时间见 explain_post。"
        )


def _broken(plan: Plan, others: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """The hard rules that the posts as drafts break beside the others, which count as standing."""
    both = pd.concat([others.assign(status="pinned"), posts.assign(status="draft")], ignore_index=True)
    checks = check_calendar(both, plan.items, plan.groups, rules=dataclasses.replace(plan.rules, soft=None))
    own = checks["post_id"].isin(posts["post_id"])
    return checks[own & (checks["severity"] == "block")]


def _refuse_split(plan: Plan, others: pd.DataFrame, moved: pd.DataFrame) -> None:
    """Raise where a wave would have to move as a whole and one of its groups cannot take the new time."""
    stands = others[others["status"].isin(("pinned", "sent"))]
    broken = _broken(plan, stands, moved)
    broken = broken[~broken["rule_id"].isin(_ORDER_RULES)]
    if len(broken):
        raise PlanError(
            f"不能移到这里，规则「{RULES['waves'].name}」（waves）不许：这条只能分这么多批群发，要移就得 {len(moved)} 个群一起移，"
            f"其中 {broken['post_id'].nunique()} 个群放不下：{broken['message'].iloc[0]}。"
            "请换一个时间，或把这条的「群发批数」加一。"
        )


def _reworked(plan: Plan, change: _Change) -> Plan:
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
    )
    cands = find_candidates(world)
    board = Board(world, cands, prices(world, cands), plan.overlap)
    drafts = change.kept[change.kept["status"] == "draft"]
    touched = {*change.pinned["group_id"], *change.loose["group_id"]}
    lost = _put_back(board, drafts, touched)
    _settle(board, pd.concat([change.loose, lost], ignore_index=True), change.pushes)
    gone = [*change.pinned["post_id"], *change.loose["post_id"], *lost["post_id"]]
    _fill_up(board, plan.calendar[plan.calendar["post_id"].isin(gone)])
    ledger = board.ledger
    found = Found(ledger, ledger, 0.0, plan.bound_by)
    return finish_plan(
        world, cands, found, previous=plan.calendar, times=plan.times, overlap=plan.overlap, old=plan
    )


def _put_back(board: Board, drafts: pd.DataFrame, touched: set[str]) -> pd.DataFrame:
    """Put the drafts where they stood; gives those that no longer fit.

    In groups that the change touches the more valuable come first, must-sends before all.
    """
    places = find_places(board.world, board.cands, drafts)
    gain = np.zeros(len(places))
    gain[places >= 0] = board.gain[places[places >= 0]]
    aside = drafts["group_id"].isin(touched).to_numpy()
    left, before = list(np.lexsort((drafts["post_id"].to_numpy(), -gain, aside))), -1
    # again and again, for a post fits only once what it must come after is there
    while left and len(left) != before:
        before, waiting = len(left), []
        for n in left:
            k = int(places[n])
            if k >= 0 and board.fits(k):
                board.put(k)
            else:
                waiting.append(n)
        left = waiting
    return drafts.iloc[sorted(left)]


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
