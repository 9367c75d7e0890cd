"""The course of a board: the plan as it was opened, every edit on top of it, which of them are accepted, and a draft of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import (
    CALENDAR,
    CHECKS,
    GROUPS,
    ITEMS,
    UNPLACED,
    ChoiceError,
    Plan,
    Rules,
    as_date,
    as_time,
    as_whole,
    check,
    is_missing,
)

LIVE = ("draft", "pinned", "sent")
_MOST_STEPS = 100
_WEEK = 7
_SUNDAY = 6

Check = Callable[..., pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Step:
    """One edit: the plan that it gave, what the hand did in words, and each (item, group) that the hand touched."""

    plan: Plan
    words: str = ""
    touched: frozenset[tuple[str, str]] = frozenset()


class Course:
    """Plans one after the other: the one shown, and the one that the editor accepted last.

    What is shown beyond the accepted one waits for a decision. Going back from an accepted plan accepts the one before.
    """

    def __init__(self, plan: Plan) -> None:
        self.steps = [Step(plan)]
        self.at = self.kept = self._taken = 0

    @property
    def shown(self) -> Plan:
        """The plan on the board."""
        return self.steps[self.at].plan

    @property
    def accepted(self) -> Plan:
        """The plan that the editor accepted last."""
        return self.steps[self.kept].plan

    @property
    def pending(self) -> list[Step]:
        """The edits that wait for a decision."""
        return self.steps[self.kept + 1 : self.at + 1]

    @property
    def last(self) -> Step:
        """The edit that was made last of those shown; without words at the beginning."""
        return self.steps[self.at]

    @property
    def next(self) -> Step | None:
        """The edit that was taken back last, None where there is none."""
        return self.steps[self.at + 1] if self.at + 1 < len(self.steps) else None

    def add(self, step: Step) -> None:
        """Go on from what is shown; what was taken back is forgotten."""
        self.steps[self.at + 1 :] = [step]
        self.at += 1
        self._taken = min(self._taken, self.at - 1)
        if len(self.steps) > _MOST_STEPS and self.kept > 0:
            del self.steps[0]
            self.at, self.kept, self._taken = self.at - 1, self.kept - 1, self._taken - 1

    def accept(self) -> None:
        """Accept what is shown."""
        self.kept = self._taken = self.at

    def back(self) -> bool:
        """One edit back; whether the accepted plan is another one now."""
        if not self.at:
            return False
        self.at -= 1
        before, self.kept = self.kept, min(self.kept, self.at)
        return self.kept != before

    def forward(self) -> bool:
        """The edit taken back last once more, accepted where it was; whether the accepted plan is another one now."""
        if self.next is None:
            return False
        self.at += 1
        if self.kept == self.at - 1 and self.at <= self._taken:
            self.kept = self.at
            return True
        return False


# --- a plan of frames -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Opened:
    """The plan to begin with, and the rows of the calendar that no plan holds: not live, or without a time."""

    plan: Plan
    aside: pd.DataFrame = field(default_factory=CALENDAR.empty)


def open_plan(
    calendar: pd.DataFrame,
    items: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    rules: Rules | None,
    unplaced: pd.DataFrame | None,
    start: Any,
    days: int | None,
) -> Opened:
    """A Plan of these frames: by default of the whole weeks, Monday to Sunday, in which the calendar has posts.

    Its value is what the calendar says its posts are worth; the bound is not known, so `bound_by` is "". An empty
    calendar without `start` and `days` gives a plan of no days. Raises ColumnError for frames that break their
    contract, ChoiceError for a start that is no day or days that are no whole number.
    """
    whole = check(calendar, CALENDAR)[CALENDAR.names].reset_index(drop=True)
    live = whole["status"].isin(LIVE) & whole["starts_at"].notna()
    own = whole[live].reset_index(drop=True)
    table = check(items, ITEMS).reset_index(drop=True)
    table["groups"] = [targets or ["all"] for targets in table["groups"]]
    first, length = _span(own, start, days)
    value = round(float(own["value"].sum()), 6)
    plan = Plan(
        calendar=own,
        unplaced=UNPLACED.empty() if unplaced is None else check(unplaced, UNPLACED),
        value=value,
        bound=value,
        gap=0.0,
        items=table,
        groups=check(groups, GROUPS).reset_index(drop=True),
        rules=rules or Rules(),
        start=first,
        days=length,
    )
    return Opened(plan, whole[~live].reset_index(drop=True))


def _span(calendar: pd.DataFrame, start: Any, days: int | None) -> tuple[dt.date, int]:
    seen = [at.date() for at in calendar["starts_at"]]
    if start is not None:
        first = _asked_start(start)
    elif seen:
        first = min(seen) - dt.timedelta(days=min(seen).weekday())
    else:
        first = dt.date(1970, 1, 1)
    if days is not None:
        return first, as_whole(days, "days", 0, 731)
    last = max([day for day in seen if day >= first], default=None)
    if last is None:
        return first, 0 if start is None else _WEEK
    return first, (last - first).days + 1 + _SUNDAY - last.weekday()


def _asked_start(start: Any) -> dt.date:
    try:
        first = None if isinstance(start, (int, float)) else as_date(start)
    except (ValueError, TypeError):
        first = None
    if first is None:
        raise ChoiceError(f"start 要写成 2026-09-21 这样的日期（现在是 {start!r}）。")
    return first


def checked(plan: Plan, judge: Check) -> Plan:
    """The plan with what the judge says of it, its value less what broken wishes cost; the same where it cannot judge."""
    asked = {"rules": plan.rules, "overlap": plan.overlap}
    if plan.days:
        asked |= {"start": plan.start, "days": plan.days}
    found = judge(plan.calendar, plan.items, plan.groups, **asked)
    value = round(float(plan.calendar["value"].sum()) - float(found["cost"].sum()), 6)
    bound = max(plan.bound, value) if plan.bound_by else value
    size = max(abs(bound), abs(value))
    gap = (bound - value) / size if size else 0.0
    return dataclasses.replace(plan, checks=found, value=value, bound=bound, gap=gap)


def with_aside(calendar: pd.DataFrame, aside: pd.DataFrame) -> pd.DataFrame:
    """The calendar with the rows that stood aside, but for those whose post is in the calendar again."""
    left = aside[~aside["post_id"].isin(calendar["post_id"])]
    if left.empty:
        return calendar
    return check(pd.concat([calendar, left], ignore_index=True), CALENDAR)


# --- a draft ----------------------------------------------------------------------------------------------------------


def moments(times: pd.Series[Any]) -> list[str]:
    """Moments as wall time in Shanghai, to the minute where they have no seconds; "" for a missing one.

    >>> moments(pd.Series(pd.to_datetime(["2026-09-21 20:00", None]).tz_localize("Asia/Shanghai")))
    ['2026-09-21 20:00', '']
    """
    walls = np.datetime_as_string(
        times.dt.tz_localize(None).to_numpy(dtype="datetime64[s]"), unit="s"
    ).tolist()
    return ["" if wall == "NaT" else wall.replace("T", " ").removesuffix(":00") for wall in walls]


def columns(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    """Columns as lists of plain values, a time as text: pandas is slow to walk through."""
    return [moments(frame[name]) if frame[name].dtype.kind == "M" else frame[name].tolist() for name in names]


def digest(plan: Plan) -> str:
    """A short name of what a plan's calendar says: posts, times and states."""
    names = ("post_id", "item_id", "group_id", "status", "starts_at")
    rows = sorted(zip(*columns(plan.calendar, *names), strict=True))
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def written(plan: Plan, base: Plan) -> dict[str, Any]:
    """A plan as plain values: calendar, what is unplaced, and what edits have changed in the items and rules of `base`."""
    was, now = (dict(zip(*columns(one.items, "item_id", "earliest"), strict=True)) for one in (base, plan))
    rows = zip(*columns(plan.calendar, *CALENDAR.names), strict=True)
    return {
        "calendar": [[None if is_missing(value) else value for value in row] for row in rows],
        "unplaced": [list(row) for row in zip(*columns(plan.unplaced, *UNPLACED.names), strict=True)],
        "earliest": {name: at for name, at in now.items() if at != was.get(name)},
        "shut": [[group, str(day)] for group, day in plan.rules.shut],
        "bound": float(plan.bound),
    }


def read_back(kept: Mapping[str, Any], base: Plan) -> Plan:
    """The plan that was `written`. Raises KeyError, ValueError, TypeError or a ToolkitError for what is none."""
    rows = [dict(zip(CALENDAR.names, row, strict=True)) for row in kept["calendar"]]
    calendar = check(pd.DataFrame(rows), CALENDAR) if rows else CALENDAR.empty()
    unplaced = pd.DataFrame(kept["unplaced"], columns=UNPLACED.names, dtype="str")
    items = base.items
    if kept["earliest"]:
        items = items.copy()
        for name, at in kept["earliest"].items():
            items.loc[items["item_id"] == name, "earliest"] = as_time(at)
    shut = tuple((str(group), _day(day)) for group, day in kept["shut"])
    return dataclasses.replace(
        base,
        calendar=calendar[CALENDAR.names],
        unplaced=check(unplaced, UNPLACED),
        items=items,
        rules=dataclasses.replace(base.rules, shut=shut),
        bound=float(kept["bound"]),
        checks=CHECKS.empty(),
    )


def _day(value: Any) -> dt.date:
    return dt.date.fromisoformat(str(value))
