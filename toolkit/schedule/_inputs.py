"""What a plan is made from, checked once: ids, choices, clocks, audiences and the order of items.

Every mistake that would make a plan meaningless is a PlanError here; what merely cannot be placed is not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit import lexicons, schema
from toolkit.schema import ITEM_KINDS, PHASES, TONES, WORDS, ChoiceError, Contract, PlanError

MAX_DAYS = 731
MINUTES_A_DAY = 1440
# a missed or cancelled post was never seen by the group, so it counts for nothing
LIVE = ("draft", "pinned", "sent")
ALL_GROUPS = "all"
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


def parse_clock(text: str) -> int:
    """Minutes after midnight of an "HH:MM" (24:00 included). Raises ValueError for anything else.

    >>> parse_clock("08:30"), parse_clock("24:00")
    (510, 1440)
    """
    match = _CLOCK.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or minutes > MINUTES_A_DAY:
        raise ValueError(text)
    return minutes


def parse_slots(values: Sequence[str]) -> list[int]:
    """Slots as sorted minutes after midnight, each once. Raises ValueError with the slot that is none."""
    minutes = {parse_clock(value): value for value in values}
    if MINUTES_A_DAY in minutes:
        raise ValueError(minutes[MINUTES_A_DAY])
    return sorted(minutes)


def parse_quiet(values: Sequence[str]) -> list[tuple[int, int]]:
    """Quiet spans as half-open minute pairs within one day; a span over midnight becomes two.

    >>> parse_quiet(["22:00-08:00"])
    [(1320, 1440), (0, 480)]
    """
    spans = []
    for value in values:
        begin, mark, end = re.sub("[－–—~～至]", "-", value).partition("-")
        if not mark:
            raise ValueError(value)
        try:
            first, last = parse_clock(begin) % MINUTES_A_DAY, parse_clock(end)
        except ValueError as error:
            raise ValueError(value) from error
        spans += [(first, last)] if first < last else [(first, MINUTES_A_DAY), (0, last)]
    return [span for span in spans if span[0] < span[1]]


def named(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The frame in its contract, with Chinese captions taken for the names they stand for."""
    captions = {caption: name for name, caption in contract.captions.items()}
    renames = {head: captions[head] for head in frame.columns if head in captions}
    free = {head: name for head, name in renames.items() if name not in frame.columns}
    return schema.check(frame.rename(columns=free), contract).reset_index(drop=True)


def checked_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """GROUPS that can be planned with. Raises PlanError naming the group and the column."""
    frame = named(groups, schema.GROUPS)
    _unique(frame["group_id"], "群编号 group_id")
    for row in frame.to_dict("records"):
        who = f"群 {row['group_id']}（{row['name']}）"
        for column, read in (("slots", parse_slots), ("quiet", parse_quiet)):
            try:
                read(row[column])
            except ValueError as error:
                hint = "20:00" if column == "slots" else "22:00-08:00"
                caption = schema.GROUPS.captions[column]
                raise PlanError(
                    f"{who}的{caption} {column} 里有看不懂的「{error}」。请写成 {hint} 这样的形式。"
                ) from None
        for column in ("members", "posts_per_day", "posts_per_week"):
            if pd.isna(row[column]) or row[column] < 0:
                caption = schema.GROUPS.captions[column]
                raise PlanError(f"{who}的{caption} {column} 是空的或负数。请填一个整数。")
    return frame


def checked_items(items: pd.DataFrame, groups: pd.DataFrame, *, known: Sequence[str] = ()) -> pd.DataFrame:
    """ITEMS that can be planned with for these groups; `known` are ids of posts already sent or pinned.

    Raises PlanError for duplicate ids, unknown kinds, tones, phases, groups or `after` ids, and for cycles.
    """
    frame = named(items, schema.ITEMS)
    _unique(frame["item_id"], "条目编号 item_id")
    frame["groups"] = [targets or [ALL_GROUPS] for targets in frame["groups"]]
    places = {ALL_GROUPS, *groups["group_id"], *groups["segment"]}
    ids = {*frame["item_id"], *known}
    for row in frame.to_dict("records"):
        who = f"条目 {row['item_id']}（{row['title']}）"
        for column, choices in (("kind", ITEM_KINDS), ("tone", TONES), ("phase", PHASES)):
            if row[column] not in choices:
                listed = "、".join(f"{c}（{WORDS[c]}）" for c in choices if c)
                raise PlanError(
                    f"{who}的{schema.ITEMS.captions[column]}「{row[column]}」不认识。可以用：{listed}。"
                )
        if not 0 <= row["value"] < float("inf"):
            raise PlanError(f"{who}的价值 value 是 {row['value']}。请填一个不小于 0 的数。")
        if row["waves"] < 1 or row["minutes"] < 0:
            raise PlanError(f"{who}的群发批数至少是 1、所需分钟不能是负数。请改正这两列。")
        if strange := [name for name in row["groups"] if name not in places]:
            raise PlanError(
                f"{who}要发给「{'、'.join(strange)}」，但群表里没有这样的群编号或人群。"
                f"现有的人群：{'、'.join(sorted(set(groups['segment']) - {''})) or '无'}。请改正 groups 一列。"
            )
        if strange := [name for name in row["after"] if name not in ids]:
            raise PlanError(f"{who}的先发条目「{'、'.join(strange)}」不在内容条目里。请改正 after 一列。")
    _refuse_cycle(dict(zip(frame["item_id"], frame["after"], strict=True)))
    return frame


def _unique(ids: pd.Series[Any], what: str) -> None:
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise PlanError(
            f"{what} 有重复：{'、'.join(map(str, repeated[:5]))}。每一行要有自己的编号，请改正后再排。"
        )
    if (ids == "").any():
        raise PlanError(f"{what} 有空白的行。请给每一行一个编号。")


def _refuse_cycle(after: Mapping[str, list[str]]) -> None:
    """Walk the `after` links without recursion: a chain may be thousands of items long."""
    done: set[str] = set()
    for first in after:
        trail: list[str] = []
        stack = [(first, False)]
        while stack:
            item, leaving = stack.pop()
            if leaving:
                trail.pop()
                done.add(item)
            elif item in trail:
                loop = [*trail[trail.index(item) :], item]
                raise PlanError(f"先发条目 after 绕成了一圈：{' → '.join(loop)}。请删去其中一个。")
            elif item not in done:
                trail.append(item)
                stack.append((item, True))
                stack += [(earlier, False) for earlier in after.get(item, [])]


def checked_start(start: Any, days: Any) -> tuple[dt.date, int]:
    """The first day and the number of days. Raises PlanError for no day, no date, or more than two years."""
    try:
        first = schema.as_date(start)
    except (ValueError, TypeError):
        first = None
    if first is None:
        raise PlanError(f"排期的第一天 start 看不懂：{start!r}。请写成 2026-09-21 这样的日期。")
    if isinstance(days, bool) or not float(days).is_integer() or not 1 <= days <= MAX_DAYS:
        raise PlanError(f"排期的天数 days 应是 1 到 {MAX_DAYS} 的整数（现在是 {days!r}）。")
    return first, int(days)


def checked_choice(value: str, choices: Sequence[str], what: str) -> str:
    """The value, where it is one of the choices. Raises ChoiceError that lists them."""
    if value not in choices:
        raise ChoiceError(f"{what} 不能是 {value!r}。可以用：{'、'.join(choices)}。")
    return value


def audience(row: Mapping[str, Any], groups: pd.DataFrame) -> list[bool]:
    """For each group, whether the item is meant for it: "all", a segment or a group_id (in this order)."""
    segments = set(groups["segment"]) - {""}
    wanted_segments = {name for name in row["groups"] if name in segments}
    wanted_ids = {name for name in row["groups"] if name not in segments}
    if ALL_GROUPS in row["groups"]:
        return [True] * len(groups)
    return [
        segment in wanted_segments or group_id in wanted_ids
        for group_id, segment in zip(groups["group_id"], groups["segment"], strict=True)
    ]


def fixed_posts(pinned: pd.DataFrame | None, previous: pd.DataFrame | None) -> pd.DataFrame:
    """Every post that stands: all live rows of `pinned`, and what `previous` says was sent or pinned.

    A draft given as pinned becomes pinned; where both hold the same item and group, `pinned` wins.
    """
    mine = _calendar(pinned)
    mine = mine[mine["status"].isin(LIVE)].copy()
    drafts = mine["status"] == "draft"
    mine["sequence"] = mine["sequence"] + drafts.astype("Int64")
    mine.loc[drafts, "status"] = "pinned"
    theirs = _calendar(previous)
    theirs = theirs[theirs["status"].isin(("sent", "pinned"))]
    taken = set(zip(mine["item_id"], mine["group_id"], strict=True))
    pairs = zip(theirs["item_id"], theirs["group_id"], strict=True)
    theirs = theirs[[pair not in taken for pair in pairs]]
    both = pd.concat([mine, theirs], ignore_index=True) if len(theirs) else mine
    if both["starts_at"].isna().any():
        lost = "、".join(both.loc[both["starts_at"].isna(), "post_id"].head(5))
        raise PlanError(f"已定的发布 {lost} 没有发布时间。请补上时间，或把它从 pinned 里去掉。")
    return both.sort_values(["starts_at", "group_id", "item_id"], kind="stable").reset_index(drop=True)


def _calendar(frame: pd.DataFrame | None) -> pd.DataFrame:
    return schema.CALENDAR.empty() if frame is None else named(frame, schema.CALENDAR)


def post_id(item_id: str, group_id: str) -> str:
    """The id of the post that brings one item to one group, whenever that is."""
    return f"{item_id}@{group_id}"


def festival_days() -> dict[dt.date, set[str]]:
    """Each day that bars promotion (春节, 中秋 and so on) with the festivals on it, by the calendar table."""
    found: dict[dt.date, set[str]] = {}
    for row in lexicons.calendar().to_dict("records"):
        if row["kind"] == "festival" and "promotion" in schema.as_list(row["bars"]):
            found.setdefault(row["date"], set()).add(row["name"])
    return found
