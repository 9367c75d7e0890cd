"""The independent judge: reads a calendar row by row and names every broken rule; shares no code with the planner."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.schedule import _check_case
from toolkit.schedule._check_case import Case, Post
from toolkit.schedule._check_rules import HARD
from toolkit.schedule._check_soft import WARNINGS
from toolkit.schema import ChoiceError, PlanError, Rules, as_date, as_whole, shown_value

_MOST_DAYS = 731
_END_OF_TIME = dt.date(dt.MAXYEAR, 1, 1).toordinal()


def check_calendar(
    calendar: pd.DataFrame,
    items: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    rules: Rules | None = None,
    start: dt.date | str | None = None,
    days: int | None = None,
    overlap: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """CHECKS: one row for each broken rule, hard ones (block) first; empty when all is well.

    Works on any CALENDAR, the planner's or a hand-made one. Missed and cancelled posts count for nothing; what names
    an unknown item or group counts for every rule that does not need to know it.

    Hard rules, one row for each rule and post, `severity` block, `cost` 0: `unknown`, `audience`, `once`, `slot`
    (also an item's clock, and a post without time), `quiet`, `window` (also a group's closing and shut days),
    `per_day`, `per_week`, `promos_per_week`, `slot_clash`, `waves`, `minutes`, `after`, `phase`, `solemn`,
    `festival`, `platform`, `min_gap`. `solemn` and `festival` are warn where `rules` say so; their days are those of
    the calendar table (2020 to 2035). Posts that stand take the room first: one that breaks a rule is reported as
    `pinned` (warn), a draft that breaks one, or adds to such a breach, as that rule.

    Warnings, `severity` warn, with their `cost` in units of value: `must_send` (item and group without a post,
    always) and, where `rules.soft` sets a price, `weekly_minimum` (group and week), `mix` (group and kind),
    `spacing` (two neighbouring posts of a topic), `fairness` (group), `overlap` (the later of the posts of one item
    that reach the same people; `overlap` is the OVERLAP table). The post_id of a row about no post is
    `item_id@group_id` for must_send and the group_id for weekly_minimum, mix and fairness; spacing and overlap name
    the later post. A name and source for each rule stand in `schema.RULES`.

    The wishes look at `days` days from `start` on, by default from the first to the last live post's day; a
    calendar without posts then asks for none of them. Times without a zone are Shanghai's own.

    Raises ColumnError when a table lacks a column or has a status that is not known; PlanError when an item or group
    id stands twice, a clock time, quiet span, value or shared part cannot be read, or wishes are asked of more than
    731 days; ChoiceError for a wrong `start` or `days`.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}])
    >>> post = {"post_id": "p", "item_id": "a", "group_id": "g1", "starts_at": "2026-09-21 21:00"}
    >>> list(check_calendar(pd.DataFrame([post]), items, groups)["rule_id"])
    ['slot']
    >>> found = check_calendar(schema.CALENDAR.empty(), items, groups, rules=Rules.balanced(), start="2026-09-21", days=7)
    >>> list(found[["rule_id", "post_id", "cost"]].itertuples(index=False, name=None))
    [('weekly_minimum', 'g1', 2.0)]
    """
    return Judge(items, groups, overlap).checks(calendar, rules=rules, start=start, days=days)


class Judge:
    """Items, groups and overlap read once, for as many calendars as an edit has to look at."""

    def __init__(
        self, items: pd.DataFrame, groups: pd.DataFrame, overlap: pd.DataFrame | None = None
    ) -> None:
        self._groups = _check_case.read_groups(groups)
        self._items = _check_case.read_items(items, self._groups)
        self._shared = _check_case.read_shared(overlap, self._groups)

    def checks(
        self,
        calendar: pd.DataFrame,
        *,
        rules: Rules | None = None,
        start: dt.date | str | None = None,
        days: int | None = None,
    ) -> pd.DataFrame:
        """CHECKS of a calendar, as `check_calendar` gives it."""
        case = self._case(calendar, rules or Rules(), start, days)
        rows = _hard(case) + [row for warning in WARNINGS.values() for row in warning(case)]
        if not rows:
            return schema.CHECKS.empty()
        rows.sort(key=lambda row: row["severity"] != "block")
        return schema.check(pd.DataFrame(rows), schema.CHECKS)

    def broken(self, calendar: pd.DataFrame, *, rules: Rules) -> list[dict[str, Any]]:
        """Rows of CHECKS for the hard rules that drafts break, in the order of the rules; no warnings."""
        case = self._case(calendar, replace(rules, soft=None), None, None)
        return [row for row in _hard(case) if row["severity"] == "block"]

    def _case(
        self, calendar: pd.DataFrame, rules: Rules, start: dt.date | str | None, days: int | None
    ) -> Case:
        posts, untimed = _check_case.read_posts(calendar, self._items, self._groups)
        return Case(
            posts=posts,
            untimed=untimed,
            items=self._items,
            groups=self._groups,
            rules=rules,
            span=_span(posts, start, days, wishes=rules.soft is not None),
            shared=self._shared,
        )


def _hard(case: Case) -> list[dict[str, Any]]:
    """Rows of the drafts that break a hard rule; what standing posts break stays in `case.broken` for the warnings."""
    for rule in HARD.values():
        case.broken.extend(rule(case))
    return _check_case.rows_of(finding for finding in case.broken if not finding.post.standing)


def _span(
    posts: list[Post], start: dt.date | str | None, days: int | None, *, wishes: bool
) -> tuple[dt.date, dt.date]:
    """The first day that the wishes look at, and the day after the last."""
    seen = [post.day for post in posts]
    first = min(seen, default=dt.date(1970, 1, 1)) if start is None else _first_day(start)
    begin = first.toordinal()
    if days is None:
        end = max([begin, *(day.toordinal() + 1 for day in seen)])
    else:
        end = begin + as_whole(days, "days", 0, _MOST_DAYS)
    if wishes and (end - begin > _MOST_DAYS or end > _END_OF_TIME):
        raise PlanError(
            f"要核对的日子从 {first} 起有 {end - begin} 天，软规则看不了这么长、这么远。"
            "请检查发布时间的年份，或用 start 和 days 说明要核对哪些天。"
        )
    return first, dt.date.fromordinal(min(end, dt.date.max.toordinal()))


def _first_day(start: dt.date | str) -> dt.date:
    try:
        first = None if isinstance(start, (int, float)) else as_date(start)
    except (ValueError, TypeError):
        first = None
    if first is None:
        raise ChoiceError(f"start 要写成 2026-09-21 这样的日期（现在是 {shown_value(start)}）。")
    return first
