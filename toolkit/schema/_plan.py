"""Two answers at once, and the small frozen values of planning."""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import pandas as pd

from toolkit.schema._contracts import CHECKS
from toolkit.schema._values import ChoiceError, as_date, as_whole, shown_value


class Read(NamedTuple):
    """What a reader gives back: good rows, rows it could not use, other columns, and remarks.

    `frame` keeps a contract. `rejected` has path, row, reason (Chinese); row counts from 1 as a person sees it
    in the file, the header being row 1. `extra` has the frame's key and the columns no contract knows.
    `notes` has path, row, note: what was read otherwise than it stands (a date that could not be understood).
    `columns` has path, header, column, caption: which header of the file was taken for which column, "" for one that
    went to `extra`. `files` has path, format, encoding, read, rejected, outcome: what became of each file or address,
    counts in records.
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    extra: pd.DataFrame
    notes: pd.DataFrame
    columns: pd.DataFrame
    files: pd.DataFrame


# a year's worth: more is a slip of the pen, and would overflow sums
_MOST_MINUTES = 527_040


@dataclass(frozen=True)
class Quota:
    """A platform's ceiling on sends to one group of a channel; missing ceilings ask nothing.

    `per_month` is a number, or "days": as many as the month has. Weeks run Monday to Sunday, months by the calendar.
    """

    channel: str
    name: str
    per_day: int | None = None
    per_week: int | None = None
    per_month: int | Literal["days"] | None = None

    def __post_init__(self) -> None:
        """Refuse ceilings that are no whole numbers."""
        for name in ("per_day", "per_week", "per_month"):
            value = getattr(self, name)
            if value is not None and not (name == "per_month" and value == "days"):
                as_whole(value, f"Quota 的 {name}", 0)


@dataclass(frozen=True)
class Soft:
    """Wishes that a plan keeps where they cost less than they are worth, each with its price.

    A price is in average posts (1 = as much as an average post of this question is worth); 0 does not ask.
    All numbers are our own starting points, no measured optimum: change them and look at what moves.

    - `weekly_minimum`: a whole week (Monday to Sunday within the plan) of a group without a post.
    - `mix`: each post of a group over `promotion_share` of its posts that is a promotion, or missing to
      `discussion_share` (话题、投票) or `value_share` (干货).
    - `spacing`: two posts of one topic in a group on one day; the price falls evenly to nothing at `spacing_days`.
    - `fairness`: each post that a group has less than `fair_share` of what it would have, were all posts shared out
      by the groups' weekly ceilings.
    - `overlap`: the part of a post's value that is lost with a member who gets it in a second group.
    - `freshness_days`: days in which a post with a topic loses half its value, from its earliest day (or the plan's
      first) on; 0 = it keeps.
    - `festival_bonus`: the part that a post for a festival is worth more on the day, rising evenly through the
      `festival_days` before it; after the day it is worth that much less.
    """

    weekly_minimum: float = 1.0
    mix: float = 0.5
    promotion_share: float = 0.4
    discussion_share: float = 0.1
    value_share: float = 0.3
    spacing: float = 0.5
    spacing_days: int = 3
    fairness: float = 0.5
    fair_share: float = 0.7
    overlap: float = 0.5
    freshness_days: float = 0.0
    festival_bonus: float = 0.3
    festival_days: int = 7

    def __post_init__(self) -> None:
        """Refuse prices below nothing and shares that are none."""
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            most = 1.0 if name.endswith("_share") or name == "overlap" else float("inf")
            number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            if not (number and 0 <= value <= most and value < float("inf")):
                upper = " 到 1 " if most == 1.0 else " 或更大"
                raise ChoiceError(f"Soft 的 {name} 要写成 0{upper}的数（现在是 {shown_value(value)}）。")
        for name in ("spacing_days", "festival_days"):
            as_whole(getattr(self, name), f"Soft 的 {name}", 0, 366)


@dataclass(frozen=True)
class Rules:
    """What a plan must keep beside the columns of GROUPS and ITEMS.

    `minutes_workday` and `minutes_day_off` are ceilings of one owner's working minutes a day (a promise of the
    editor's own, not a law). `minutes_by_hand` is what each post to a group that is sent by hand (channel 群) costs
    its item's owner beside. `solemn` and `festival` take "block", "warn" or "off". `mourning` adds solemn days.
    `min_gap` is the least number of minutes between two posts in one group; 0 asks for none. `quotas` are platforms'
    ceilings. `shut` holds (group_id, day) on which a group gets nothing. `soft` are the wishes with their prices;
    None asks for none but must-sends.
    """

    minutes_workday: int = 240
    minutes_day_off: int = 90
    solemn: Literal["block", "warn", "off"] = "block"
    festival: Literal["block", "warn", "off"] = "block"
    mourning: tuple[dt.date, ...] = ()
    min_gap: int = 0
    minutes_by_hand: int = 0
    quotas: tuple[Quota, ...] = ()
    shut: tuple[tuple[str, dt.date], ...] = ()
    soft: Soft | None = None

    @classmethod
    def wecom(cls, *, way: Literal["month", "week", "day"] = "month", **more: Any) -> Rules:
        """Rules with 企业微信's ceiling on mass sends to a customer group, by the way the company has set it.

        "month": as many a month as the month has days; "week": 7 a week; "day": 1 a day. Source and date stand in
        `lexicons/platform-quotas.csv`. `more` are the other fields of Rules. Raises ChoiceError for another way.

        >>> Rules.wecom(way="day").quotas[0].per_day
        1
        """
        ways: dict[str, dict[str, Any]] = {
            "month": {"per_month": "days"},
            "week": {"per_week": 7},
            "day": {"per_day": 1},
        }
        if way not in ways:
            raise ChoiceError(f"way 不能是 {way!r}。可以用：month（按月）、week（按周）、day（按天）。")
        return cls(quotas=(Quota("企微群", "企业微信客户群群发", **ways[way]),), **more)

    @classmethod
    def balanced(cls, **more: Any) -> Rules:
        """Rules with every wish of `Soft` at its starting price; `more` are the other fields of Rules.

        >>> Rules.balanced().soft.weekly_minimum
        1.0
        """
        return cls(**{"soft": Soft(), **more})

    def __post_init__(self) -> None:
        """Refuse values that no plan could keep."""
        for name in ("solemn", "festival"):
            if getattr(self, name) not in ("block", "warn", "off"):
                raise ChoiceError(
                    f"Rules 的 {name} 只能是 block、warn 或 off（现在是 {getattr(self, name)!r}）。"
                )
        for name in ("minutes_workday", "minutes_day_off", "min_gap", "minutes_by_hand"):
            value = getattr(self, name)
            number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            # by hand they add up post by post, in whole minutes
            number = number and (name != "minutes_by_hand" or float(value).is_integer())
            if not (number and 0 <= float(value) <= _MOST_MINUTES):
                raise ChoiceError(
                    f"Rules 的 {name} 应是 0 到 {_MOST_MINUTES} 的分钟数（现在是 {shown_value(value)}）。"
                )
        days = _days(self.mourning)
        if None in days:
            raise ChoiceError(f"Rules 的 mourning 应是一组日期，如 2026-09-22（现在是 {self.mourning!r}）。")
        object.__setattr__(self, "mourning", days)
        self._check_tables()

    def _check_tables(self) -> None:
        if not all(isinstance(quota, Quota) for quota in self.quotas):
            raise ChoiceError(f"Rules 的 quotas 应是一组 Quota（现在是 {shown_value(self.quotas)}）。")
        object.__setattr__(self, "quotas", tuple(self.quotas))
        try:
            shut = tuple((str(group), *_days((day,))) for group, day in self.shut)
        except (ValueError, TypeError):
            shut = (("", None),)
        if any(day is None for _, day in shut):
            raise ChoiceError(
                f"Rules 的 shut 应是一组（群编号，日期），如 ('g1', '2026-09-22')（现在是 {shown_value(self.shut)}）。"
            )
        object.__setattr__(self, "shut", shut)
        if self.soft is not None and not isinstance(self.soft, Soft):
            raise ChoiceError(f"Rules 的 soft 应是 Soft(…) 或 None（现在是 {shown_value(self.soft)}）。")


def _days(values: Any) -> tuple[dt.date | None, ...]:
    """Each value as a day, None for what is none."""
    try:
        return tuple(None if isinstance(day, (int, float)) else as_date(day) for day in values)
    except (ValueError, TypeError):
        return (None,)


@dataclass(frozen=True)
class Plan:
    """A calendar with what was left out, its worth, and what it was made from.

    `value` is the sum of the posts' value less the costs of `checks`, `bound` a number no plan can beat under the same
    rules (`bound_by` says how it was made), `gap` the fraction (bound − value) / max(|bound|, |value|).
    `checks` is what the independent checker says of the calendar: CHECKS, with the cost of each broken wish.
    The rest is what the plan was made from, so that it can be explained, changed and made again.
    """

    calendar: pd.DataFrame
    unplaced: pd.DataFrame
    value: float
    bound: float
    gap: float
    items: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    rules: Rules = field(default_factory=Rules)
    start: dt.date = dt.date(1970, 1, 1)
    days: int = 0
    pinned: pd.DataFrame | None = field(default=None, repr=False)
    times: pd.DataFrame | None = field(default=None, repr=False)
    overlap: pd.DataFrame | None = field(default=None, repr=False)
    checks: pd.DataFrame = field(default_factory=CHECKS.empty, repr=False)
    bound_by: str = ""
