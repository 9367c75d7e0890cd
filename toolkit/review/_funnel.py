"""A campaign's funnel from day totals of its groups: only what was measured, each rate with its interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.review._words import listed
from toolkit.schema import (
    CALENDAR,
    FUNNEL,
    GROUP_DAYS,
    ITEMS,
    ChoiceError,
    ColumnError,
    asked_day,
    check,
    shown_value,
)

# two-sided 95 %
_TAIL, _DEVIATE = 0.025, 1.959964
# how an interval was made, as an editor reads it; the methods' names stand in the docstring and in docs/review.md
INTERVALS = {"Wilson": "95%（按人的比例算）", "Garwood": "95%（按次数算）"}
# fewer days do not tell how much they swing
_FEW_DAYS = 3


def campaign_funnel(
    days: pd.DataFrame,
    *,
    calendar: pd.DataFrame | None = None,
    items: pd.DataFrame | None = None,
    campaign: str | None = None,
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
) -> pd.DataFrame:
    """The five stages of each campaign, for each group and ("") for all its groups together.

    `days` keeps GROUP_DAYS; a further column `invited` measures 转介绍. With `calendar` and `items` a campaign's groups
    are those that got a post of it, and its days those from its first post to its last; without them all groups and
    days count, under the name `campaign`. `start` and `end` (both included) say otherwise. Cancelled and missed posts
    are no posts.

    Gives FUNNEL, campaigns in the calendar's order, groups in that of `days` with "" last. A stage that no column
    measures is not a row. `measured_by` says what was divided by what (lexicon `funnel-stages`): 拉新 and 成交 count
    how often, so `passed` may exceed `entered`; 激活 counts a person once for each day. `interval` names the 95 %
    interval: Wilson's score (1927) for shares, Garwood's exact one of a Poisson mean (1936) for counts, both widened by
    as much as the days swing more than chance does (Pearson's χ² per degree of freedom), and a share never taken for
    surer than one look at each member. Members are taken as counted at a day's end. Days with impossible counts are
    left out of a stage and `note` says which and why; where nothing is left, `rate` is missing.

    The totals are those of a group's days, not of a post: what else was sent in these days is in them too, and said.

    Empty days give an empty frame. Raises ColumnError for tables that break their contract or tell a group's day
    twice, and ChoiceError for an unknown campaign, half of calendar and items, or days that run backwards.

    >>> day = {"group_id": "g1", "date": "2026-09-01", "members": 110, "joined": 10, "left": 0, "active": 11}
    >>> campaign_funnel(pd.DataFrame([day]))[["group_id", "stage", "entered", "passed"]].values.tolist()[:2]
    [['g1', 'acquisition', 100, 10], ['g1', 'activation', 110, 11]]
    """
    days = checked_days(days)
    first, last = asked_day(start, "start"), asked_day(end, "end")
    if first and last and first > last:
        raise ChoiceError(f"start（{first}）在 end（{last}）之后。把两天对调一下。")
    rows: list[dict[str, Any]] = []
    for span in _spans(days, calendar, items, campaign, first, last):
        rows += _rows(days, span)
    return check(pd.DataFrame(rows), FUNNEL) if rows else FUNNEL.empty()


@dataclass(frozen=True)
class _Span:
    """What a campaign covers; `others` are campaigns that sent to its groups meanwhile, by group."""

    campaign: str
    groups: tuple[str, ...] | None
    first: dt.date | None
    last: dt.date | None
    others: dict[str, list[str]]


@dataclass
class _Sum:
    """A stage of one group: the days used, the sums, and the days' own counts for how much they swing."""

    entered: float
    passed: float
    members: float
    seen: dict[dt.date, tuple[float, float]]
    faults: list[str]


def checked_days(days: pd.DataFrame) -> pd.DataFrame:
    days = check(days, GROUP_DAYS)
    if days["date"].isna().any():
        raise ColumnError("群日报里有一行没有日期。每行写上是哪一天的数，如 2026-09-21。")
    twice = days[days.duplicated(["group_id", "date"])]
    if len(twice):
        row = twice.iloc[0]
        raise ColumnError(
            f"群日报里，群「{row['group_id']}」的 {row['date']} 有两行。同一个群同一天请只留一行（读入时用 read_group_days 会指出来）。"
        )
    return days.sort_values("date", kind="stable")


def _spans(
    days: pd.DataFrame,
    calendar: pd.DataFrame | None,
    items: pd.DataFrame | None,
    campaign: str | None,
    first: dt.date | None,
    last: dt.date | None,
) -> Iterator[_Span]:
    if campaign is not None and not isinstance(campaign, str):
        raise ChoiceError(f"campaign 要写活动的名字（现在是 {shown_value(campaign)}）。")
    if (calendar is None) != (items is None):
        raise ChoiceError("calendar 和 items 要一起给：排期里没有写一次发布属于哪个活动，条目里才有。")
    if calendar is None or items is None:
        yield _Span(campaign or "", None, first, last, {})
        return
    posts = _posts(calendar, items)
    named = list(dict.fromkeys(name for name in posts["campaign"] if name))
    if campaign is not None and campaign not in named:
        known = listed(named, 8) or "无"
        raise ChoiceError(f"排期里没有活动「{str(campaign)[:24]}」发过的内容。有的活动：{known}。")
    for name in named if campaign is None else [campaign]:
        own = posts[posts["campaign"] == name]
        begins, ends = first or min(own["day"]), last or max(own["day"])
        groups = tuple(dict.fromkeys(own["group_id"]))
        if not days.empty and not set(groups) & set(days["group_id"]):
            raise ChoiceError(
                f"活动「{name}」发过的群（{listed(list(groups), 3)}）都不在日报里，日报里是：{listed(list(days['group_id'].unique()), 3)}。"
                "日报若写的是群名，请换成群编号。"
            )
        near = posts[posts["day"].between(begins, ends) & ~posts["campaign"].isin(("", name))]
        near = near[near["group_id"].isin(groups)]
        others = {key: list(dict.fromkeys(part)) for key, part in near.groupby("group_id")["campaign"]}
        if set(groups) & set(days["group_id"]):
            yield _Span(name, groups, begins, ends, others)


def _posts(calendar: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """What was sent when, with its campaign."""
    calendar, items = check(calendar, CALENDAR), check(items, ITEMS)
    posts = calendar[~calendar["status"].isin(("cancelled", "missed")) & calendar["starts_at"].notna()]
    names = dict(zip(items["item_id"], items["campaign"], strict=True))
    return posts.assign(campaign=posts["item_id"].map(names).fillna(""), day=posts["starts_at"].dt.date)


def _rows(days: pd.DataFrame, span: _Span) -> Iterator[dict[str, Any]]:
    inside = pd.Series(True, index=days.index)
    if span.first:
        inside &= days["date"] >= span.first
    if span.last:
        inside &= days["date"] <= span.last
    if span.groups is not None:
        inside &= days["group_id"].isin(span.groups)
    used = days[inside]
    if used.empty:
        return
    starts, ends = span.first or min(used["date"]), span.last or max(used["date"])
    parts = dict(list(used.groupby("group_id", sort=False)))
    asked = len(span.groups) if span.groups is not None else len(parts)
    sums = {
        key: {row["stage"]: _sum(part, row) for row in lexicons.rows("funnel-stages")}
        for key, part in parts.items()
    }
    for key in [*parts, ""]:
        for row in lexicons.rows("funnel-stages"):
            some = [
                (name, found)
                for name, told in sums.items()
                if key in ("", name) and (found := told[row["stage"]])
            ]
            if some:
                notes = _notes(key, some, span, (ends - starts).days + 1, asked)
                yield {
                    **{"campaign": span.campaign, "group_id": key, "stage": row["stage"]},
                    **{"measured_by": row["measured_by"], "starts": starts, "ends": ends},
                    **_measured([found for _, found in some], row),
                    "note": "；".join(notes),
                }


def _sum(part: pd.DataFrame, row: dict[str, str]) -> _Sum | None:
    """One stage of one group, or None where no day measured it."""
    column = row["column"]
    if column not in part or not part[column].notna().any():
        return None
    found = _Sum(0, 0, 0, {}, [])
    sizes: list[float] = []
    if row["base"] == "kept" and not part["joined"].notna().any():
        found.faults.append("进群人数（没有记，只看原来的人）")
    names = [column, "members", "joined", "left"]
    numbers = part[part[column].notna()][names].to_numpy(dtype=float, na_value=np.nan)
    for date, (value, members, *moved) in zip(part["date"][part[column].notna()], numbers, strict=True):
        joined, left = np.nan_to_num(moved)
        fault = _fault(value, members, joined, left, row["base"])
        if fault:
            found.faults.append(f"{date.month}月{date.day}日{fault}")
            continue
        if not sizes:
            before = members - joined + left
        sizes.append(members)
        found.passed += value
        found.entered += {"member_days": members, "kept": joined}.get(row["base"], 0.0)
        found.seen[date] = (value, members)
    if sizes:
        found.members = float(np.mean(sizes))
        found.entered += {"before": before, "kept": before, "members": found.members}.get(row["base"], 0.0)
    if row["base"] == "kept" and sizes:
        if found.passed > found.entered:
            found = _Sum(
                0,
                0,
                0,
                {},
                [*found.faults, f"退群 {found.passed:.0f} 人，比原有加进群的 {found.entered:.0f} 人还多"],
            )
        else:
            found.passed = found.entered - found.passed
    return found


def _fault(value: float, members: float, joined: float, left: float, base: str) -> str:
    """Why a day's counts cannot be, or ""."""
    if np.isnan(members):
        return "没有人数"
    if min(value, members, joined, left) < 0:
        return "有小于 0 的数"
    if base == "member_days" and value > members:
        return f"发言 {value:.0f} 人，比人数 {members:.0f} 多"
    if base in ("before", "kept") and joined > members + left:
        return f"进群 {joined:.0f} 人，比当天的人数 {members:.0f} 还多"
    return ""


def _measured(found: list[_Sum], row: dict[str, str]) -> dict[str, Any]:
    """Counts, rate and interval of a stage summed over groups."""
    entered, passed = round(sum(one.entered for one in found)), round(sum(one.passed for one in found))
    days = len({day for one in found for day in one.seen})
    told = {"entered": entered, "passed": passed, "days": days}
    if not entered:
        return told
    swing = _swing(found, is_share=row["interval"] == "Wilson")
    if row["interval"] == "Wilson":
        people = sum(one.members for one in found) if row["base"] == "member_days" else entered
        low, high = wilson(passed / entered, max(1.0, min(people, entered / swing)))
    else:
        low, high = garwood(passed / swing, entered / swing)
    return {
        **told,
        "rate": passed / entered,
        "low": low,
        "high": high,
        "interval": INTERVALS[row["interval"]],
    }


def _swing(found: list[_Sum], *, is_share: bool) -> float:
    """How many times the days' variance is that of chance; 1 where it is less, or where the days are too few to tell."""
    days: dict[dt.date, tuple[float, float]] = {}
    for one in found:
        for day, (value, members) in one.seen.items():
            sums = days.get(day, (0.0, 0.0))
            days[day] = (sums[0] + value, sums[1] + members)
    counts = np.array(list(days.values()), dtype=float).reshape(-1, 2)
    total, base = counts.sum(axis=0)
    if len(counts) < _FEW_DAYS or not total or not base:
        return 1.0
    rate = total / base
    expected = rate * counts[:, 1]
    chance = expected * (max(1 - rate, 0) if is_share else 1)
    told = chance > 0
    return max(1.0, float(((counts[:, 0] - expected)[told] ** 2 / chance[told]).sum() / (len(counts) - 1)))


def wilson(rate: float, people: float) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share among `people`, who need not be a whole number.

    >>> [round(bound, 4) for bound in wilson(0.1, 100)]
    [0.0552, 0.1744]
    """
    square = _DEVIATE**2
    middle = (rate + square / (2 * people)) / (1 + square / people)
    half = _DEVIATE / (1 + square / people) * np.sqrt(rate * (1 - rate) / people + square / (4 * people**2))
    return float(max(0.0, min(middle - half, rate))), float(min(1.0, max(middle + half, rate)))


def garwood(times: float, base: float) -> tuple[float, float]:
    """Garwood's exact 95 % interval of a Poisson mean that gave `times`, per unit of `base`.

    >>> [round(bound, 3) for bound in garwood(10, 1)], round(garwood(0, 1)[1], 3)
    ([4.795, 18.39], 3.689)
    """
    from scipy.special import gammaincinv

    low = float(gammaincinv(times, _TAIL)) if times else 0.0
    return low / base, float(gammaincinv(times + 1, 1 - _TAIL)) / base


def _notes(key: str, some: list[tuple[str, _Sum]], span: _Span, length: int, asked: int) -> Iterator[str]:
    """What else is to be known of a row."""
    faults = [f"群「{name}」{fault}" if not key else fault for name, found in some for fault in found.faults]
    if faults:
        yield f"没有算进来：{listed(faults)}"
    if not key and len(some) < asked:
        yield f"{asked} 个群里 {len(some)} 个有这项数"
    days = min(len(found.seen) for _, found in some)
    if not days:
        yield "没有一天的数能用" if key else "有的群没有一天的数能用"
    elif days < length:
        yield f"{length} 天里{'' if key else '最少的群'}只有 {days} 天有数"
    if all(found.seen and not found.entered for _, found in some):
        yield "开始时没有人，算不出比例"
    meanwhile = [name for group, names in span.others.items() if key in ("", group) for name in names]
    if meanwhile:
        yield f"这几天也在发{listed([f'「{name}」' for name in dict.fromkeys(meanwhile)])}，数分不开"
