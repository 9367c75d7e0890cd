"""What if: the same question with another cap, one more group or a lost day, planned anew and set beside the old."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._check import check_calendar
from toolkit.schedule._plan import plan_posts
from toolkit.schema import ChoiceError, Column, Contract, Plan, PlanError, Rules, ToolkitError

WHAT_IF = Contract(
    "WHAT_IF",
    "假如",
    (
        Column("name", "text", "情形"),
        Column("value", "score", "价值"),
        Column("posts", "count", "发布数"),
        Column("unmet", "count", "没排进的必发"),
        Column("value_change", "score", "价值增减"),
        Column("posts_change", "count", "发布数增减"),
    ),
)
NOW = "现在这样"
_CEILINGS = ("posts_per_day", "posts_per_week", "promos_per_week")


def what_if(
    plan: Plan,
    cases: Mapping[str, Mapping[str, Any]],
    *,
    effort: Literal["quick", "normal", "prove"] = "quick",
) -> pd.DataFrame:
    """WHAT_IF: what the plan would be worth if something were different, one row for each case, in the order given.

    `cases` holds a name of your own for each case, and what is different in it, one or more of:

    - `posts_per_day`, `posts_per_week`, `promos_per_week`: so many more (or fewer, −1) for every group, or only for
      those of a mapping of group_id to number; no ceiling falls below 0, and a missing one stays missing;
    - `without_day`: a day of the plan, or a list of days, on which nothing is sent;
    - `one_more_group`: a row of GROUPS as a mapping, or the group_id of a group to which the new one is alike;
    - `items`, `groups`, `rules`, `start`, `days`: another table or value in place of the plan's.

    Sent and pinned posts stay in every case, the time values and the overlap too. The first row, 「现在这样」, is the
    plan's own question planned anew with the same `effort`, so that like is compared with like; its value can differ a
    little from `plan.value`. `value` is in the units of `Plan.value` (costs of wishes taken off), `posts` counts live
    posts on the days planned, `unmet` items and groups without their must-send, and the changes are against the first
    row. Among the cases that change ceilings or leave out days alone, and the first row, the best plan found for any
    that the checker passes is taken, so more room does not lose by the luck of the search. Else a difference under
    about 1% may be the search's own. No cases give the first row alone.

    Raises ChoiceError for cases or changes that are not understood, PlanError for an unknown group or a day outside
    the plan, and what `plan_posts` raises, each with the name of the case.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 1}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}, {"item_id": "b", "title": "绘本单", "value": 3}])
    >>> plan = plan_posts(items, groups, start="2026-09-21", days=2)
    >>> cases = {"每周多发一条": {"posts_per_week": 1}, "只剩周二": {"without_day": "2026-09-21"}}
    >>> what_if(plan, cases)[["name", "value", "posts", "value_change", "posts_change"]].values.tolist()
    [['现在这样', 6.0, 1, 0.0, 0], ['每周多发一条', 8.0, 2, 2.0, 1], ['只剩周二', 6.0, 1, 0.0, 0]]
    """
    base = _Question(plan.items, plan.groups, plan.rules, plan.start, plan.days)
    asked = {NOW: base} | {name: _changed(base, name, changes) for name, changes in _checked(cases).items()}
    found = {name: _planned(name, plan, question, effort) for name, question in asked.items()}
    frame = pd.DataFrame([_row(name, _best(name, asked, found, plan.overlap)) for name in asked])
    frame["value_change"] = (frame["value"] - frame["value"].iloc[0]).round(6)
    frame["posts_change"] = frame["posts"] - frame["posts"].iloc[0]
    return schema.check(frame, WHAT_IF)


@dataclass(frozen=True, eq=False)
class _Question:
    """What `plan_posts` is asked, but for what stands, the times and the overlap.

    `alike` while only ceilings and days left out differ from the plan's own: a post is worth the same then.
    """

    items: pd.DataFrame
    groups: pd.DataFrame
    rules: Rules
    start: Any
    days: Any
    alike: bool = True


def _checked(cases: Any) -> dict[str, Mapping[str, Any]]:
    """The cases. Raises ChoiceError for what is none."""
    example = '{"每周多发一条": {"posts_per_week": 1}}'
    if not isinstance(cases, Mapping):
        raise ChoiceError(f"cases 要写成一组情形，如 {example}（现在是 {schema.shown_value(cases)}）。")
    for name, changes in cases.items():
        if not isinstance(name, str) or not name.strip() or name == NOW:
            raise ChoiceError(
                f"情形的名字不能是 {schema.shown_value(name)}。请写一个自己看得懂的名字，「{NOW}」已留给原来的问题。"
            )
        if not isinstance(changes, Mapping) or not changes:
            raise ChoiceError(
                f"情形「{name}」要说明改什么，如 {example}（现在是 {schema.shown_value(changes)}）。"
            )
        for change in changes:
            if change not in _CHANGES:
                raise ChoiceError(
                    f"情形「{name}」里的 {schema.shown_value(change)} 不认识。可以改：{'、'.join(_CHANGES)}。"
                )
    return dict(cases)


def _changed(question: _Question, name: str, changes: Mapping[str, Any]) -> _Question:
    """The question of one case: tables and values first, then what is added to them, whatever order they came in."""
    for change, apply in _CHANGES.items():
        if change in changes:
            with _Named(name):
                question = apply(question, change, changes[change])
    return question


class _Named:
    """Puts the name of the case before the message of an editor's error."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Raise the same error with the name of the case."""
        if isinstance(error, ToolkitError) and self.name != NOW:
            raise type(error)(f"情形「{self.name}」：{error}") from error


def _replaced(question: _Question, change: str, value: Any) -> _Question:
    if change == "rules" and not isinstance(value, Rules):
        raise ChoiceError(f"rules 要写成 Rules(…)（现在是 {schema.shown_value(value)}）。")
    if change in ("items", "groups"):
        value = _inputs.named(value, schema.ITEMS if change == "items" else schema.GROUPS)
    if change == "start":
        value = _inputs.checked_start(value, 1)[0]
    if change == "days":
        value = _inputs.checked_start(question.start, value)[1]
    return replace(question, **{change: value}, alike=False)


def _raised(question: _Question, change: str, value: Any) -> _Question:
    """A ceiling so many higher, for all groups or for those named."""
    ids = list(question.groups["group_id"])
    steps = dict(value) if isinstance(value, Mapping) else dict.fromkeys(ids, value)
    _refuse_strange(question.groups, list(steps))
    for step in steps.values():
        if isinstance(step, bool) or not isinstance(step, numbers.Integral):
            raise ChoiceError(
                f"{change} 要写成多几条的整数，如 1 或 -1，也可以写成 {{'群编号': 1}}（现在是 {schema.shown_value(step)}）。"
            )
    more = pd.Series([int(steps.get(name, 0)) for name in ids], index=question.groups.index, dtype="Int64")
    column = (question.groups[change].astype("Int64") + more).clip(lower=0)
    return replace(question, groups=question.groups.assign(**{change: column}))


def _without_day(question: _Question, change: str, value: Any) -> _Question:
    """Nothing is sent to any group on these days."""
    days = []
    for one in value if isinstance(value, (list, tuple)) else [value]:
        try:
            day = None if isinstance(one, numbers.Number) else schema.as_date(one)
        except (ValueError, TypeError):
            day = None
        if day is None:
            raise ChoiceError(f"{change} 要写成 2026-09-23 这样的日期（现在是 {schema.shown_value(one)}）。")
        last = question.start + dt.timedelta(days=question.days - 1)
        if not question.start <= day <= last:
            raise PlanError(f"{day} 不在这次排期的日子里（{question.start} 至 {last}）。请换一天。")
        days.append(day)
    shut = [(str(name), day) for name in question.groups["group_id"] for day in days]
    return replace(question, rules=replace(question.rules, shut=(*question.rules.shut, *shut)))


def _one_more_group(question: _Question, change: str, value: Any) -> _Question:
    """The groups and a new one, given as a row or by the id of one that it is like."""
    groups = question.groups
    if isinstance(value, str):
        _refuse_strange(groups, [value])
        like = groups[groups["group_id"] == value].iloc[0].to_dict()
        ids, number = set(groups["group_id"]), 2
        while f"{value}-{number}" in ids:
            number += 1
        row = {**like, "group_id": f"{value}-{number}", "name": f"{like['name']} {number}"}
    elif isinstance(value, Mapping):
        row = dict(value)
    else:
        raise ChoiceError(
            f"{change} 要写成群表的一行（一个字典），或已有的群编号（现在是 {schema.shown_value(value)}）。"
        )
    new = _inputs.named(pd.DataFrame([row]), schema.GROUPS)
    return replace(question, groups=pd.concat([groups, new], ignore_index=True), alike=False)


def _refuse_strange(groups: pd.DataFrame, names: list[Any]) -> None:
    """Nothing, where each name is a group's id. Raises PlanError else."""
    known = list(groups["group_id"])
    if strange := [schema.shown_value(name) for name in names if name not in known]:
        more = f" 等 {len(known)} 个群" if len(known) > 8 else ""
        raise PlanError(
            f"群表里没有群编号 {'、'.join(strange)}。现有的群编号：{'、'.join(known[:8]) or '无'}{more}。"
        )


# days to leave out and groups to add come last: they look at what the others have made
_CHANGES: dict[str, Callable[[_Question, str, Any], _Question]] = {
    **dict.fromkeys(("items", "groups", "rules", "start", "days"), _replaced),
    **dict.fromkeys(_CEILINGS, _raised),
    "one_more_group": _one_more_group,
    "without_day": _without_day,
}


@dataclass(frozen=True, eq=False)
class _Found:
    """A calendar under the rules of a question: its checks and its worth."""

    calendar: pd.DataFrame
    checks: pd.DataFrame
    value: float


def _planned(
    name: str, plan: Plan, question: _Question, effort: Literal["quick", "normal", "prove"]
) -> _Found:
    with _Named(name):
        made = plan_posts(
            question.items,
            question.groups,
            start=question.start,
            days=question.days,
            rules=question.rules,
            pinned=_inputs.fixed_posts(None, plan.calendar),
            times=plan.times,
            overlap=plan.overlap,
            effort=effort,
        )
    ahead = made.calendar["starts_at"].dt.tz_localize(None) - pd.Timestamp(made.start)
    inside = (ahead >= pd.Timedelta(0)) & (ahead < pd.Timedelta(days=made.days))
    return _Found(made.calendar.assign(inside=inside), made.checks, made.value)


def _best(
    name: str, asked: dict[str, _Question], found: dict[str, _Found], overlap: pd.DataFrame | None
) -> _Found:
    """The most valuable of the calendars found that keeps the rules of a case."""
    question, best = asked[name], found[name]
    for other, candidate in found.items():
        worth = float(candidate.calendar["value"].sum())
        if other == name or not (question.alike and asked[other].alike) or worth <= best.value:
            continue
        checks = check_calendar(
            candidate.calendar,
            question.items,
            question.groups,
            rules=question.rules,
            start=question.start,
            days=question.days,
            overlap=overlap,
        )
        value = round(worth - float(checks["cost"].sum()), 6)
        if value > best.value and not (checks["severity"] == "block").any():
            best = _Found(candidate.calendar, checks, value)
    return best


def _row(name: str, found: _Found) -> dict[str, Any]:
    return {
        "name": name,
        "value": found.value,
        "posts": int(found.calendar["inside"].sum()),
        "unmet": int((found.checks["rule_id"] == "must_send").sum()),
    }
