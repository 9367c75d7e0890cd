"""What a plan is made from, checked once: ids, choices, clocks, audiences and the order of items.

Every mistake that would make a plan meaningless is a PlanError here; what merely cannot be placed is not.
"""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schema import (
    ITEM_KINDS,
    PHASES,
    TONES,
    WORDS,
    ChoiceError,
    Contract,
    PlanError,
    Rules,
    parse_quiet,
    parse_slots,
    shown_value,
)

MAX_DAYS = 731
# a missed or cancelled post was never seen by the group, so it counts for nothing
LIVE = ("draft", "pinned", "sent")
ALL_GROUPS = "all"
CHANNELS = ("群", "企微群", "公众号", "视频号", "朋友圈")
# so many groups or segments a message names before it says how many there are
_LISTED = 8


def named(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The frame in its contract with rows counted from 0."""
    return schema.check(frame, contract).reset_index(drop=True)


def checked_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """GROUPS that can be planned with. Raises PlanError naming the group and the column."""
    frame = named(groups, schema.GROUPS)
    refuse_repeats(frame["group_id"], "群编号")
    for row in frame.to_dict("records"):
        who = f"群 {row['group_id']}（{row['name']}）"
        for column, read in (("slots", parse_slots), ("quiet", parse_quiet)):
            try:
                read(row[column])
            except ValueError as error:
                hint = "20:00" if column == "slots" else "22:00-08:00"
                caption = schema.GROUPS.captions[column]
                raise PlanError(
                    f"{who}的{caption}里有看不懂的「{error}」。请写成 {hint} 这样的形式。"
                ) from None
        for column in ("members", "posts_per_day", "posts_per_week"):
            if pd.isna(row[column]) or row[column] < 0:
                caption = schema.GROUPS.captions[column]
                raise PlanError(f"{who}的{caption}是空的或负数。请填一个整数。")
        if not pd.isna(row["promos_per_week"]) and row["promos_per_week"] < 0:
            caption = schema.GROUPS.captions["promos_per_week"]
            raise PlanError(
                f"{who}的{caption}是 {row['promos_per_week']}。请填不小于 0 的整数，或留空表示不另限。"
            )
    return frame


def checked_items(items: pd.DataFrame, groups: pd.DataFrame, *, known: Sequence[str] = ()) -> pd.DataFrame:
    """ITEMS that can be planned with for these groups; `known` are ids of posts already sent or pinned.

    Raises PlanError for duplicate ids, unknown kinds, tones, phases, groups or `after` ids, clock times that are
    none, and for cycles.
    """
    frame = named(items, schema.ITEMS)
    refuse_repeats(frame["item_id"], "条目编号")
    frame["groups"] = [targets or [ALL_GROUPS] for targets in frame["groups"]]
    places = {ALL_GROUPS, *groups["group_id"], *groups["segment"]}
    ids = {*frame["item_id"], *known}
    for row in frame.to_dict("records"):
        who = f"条目 {row['item_id']}（{row['title']}）"
        check_item(row, who)
        if strange := [name for name in row["groups"] if name not in places]:
            raise PlanError(
                f"{who}要发给「{'、'.join(strange)}」，但群表里没有这样的群编号或人群。"
                f"{_known_groups(groups)}请改正「发给」一列。"
            )
        if strange := [name for name in row["after"] if name not in ids]:
            raise PlanError(
                f"{who}的先发条目「{'、'.join(strange)}」不在内容条目里。请改正「先发条目」一列。"
            )
    _refuse_cycle(dict(zip(frame["item_id"], frame["after"], strict=True)))
    return frame


def check_item(row: Mapping[str, Any], who: str) -> None:
    """Nothing, where the cells of an ITEMS row can be planned with. Raises PlanError that begins with `who`."""
    for column, choices in (("kind", ITEM_KINDS), ("tone", TONES), ("phase", PHASES)):
        if row[column] not in choices:
            listed = "、".join(f"{c}（{WORDS[c]}）" for c in choices if c)
            raise PlanError(
                f"{who}的{schema.ITEMS.captions[column]}「{row[column]}」不认识。可以用：{listed}。"
            )
    if not 0 <= row["value"] < float("inf"):
        raise PlanError(f"{who}的价值是 {row['value']}。请填一个不小于 0 的数。")
    if row["waves"] < 1:
        raise PlanError(f"{who}的群发批数是 {row['waves']}。请填一个不小于 1 的整数。")
    if row["minutes"] < 0:
        raise PlanError(f"{who}的所需分钟是 {row['minutes']}。请填一个不小于 0 的整数。")
    try:
        parse_slots(row["clock"])
    except ValueError as error:
        raise PlanError(
            f"{who}的限定时刻里有看不懂的「{error}」。请写成 20:00 这样的形式；不填就是都可以。"
        ) from None


def _known_groups(groups: pd.DataFrame) -> str:
    """What an item can be sent to: all segments, and the first few groups."""
    segments = sorted(set(groups["segment"]) - {""})
    pairs = zip(groups["group_id"], groups["name"], strict=True)
    listed = "、".join(f"{group_id}（{name}）" for group_id, name in list(pairs)[:_LISTED])
    more = f" 等 {len(groups)} 个群" if len(groups) > _LISTED else ""
    return f"现有的人群：{'、'.join(segments[:_LISTED]) or '无'}；现有的群：{listed or '无'}{more}。"


def refuse_repeats(ids: pd.Series[Any], what: str) -> None:
    """Nothing, where each id is there once and none is blank. Raises PlanError else."""
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
                raise PlanError(f"先发条目绕成了一圈：{' → '.join(loop)}。请删去其中一个。")
            elif item not in done:
                trail.append(item)
                stack.append((item, True))
                stack += [(earlier, False) for earlier in after.get(item, [])]


def checked_start(start: Any, days: Any) -> tuple[dt.date, int]:
    """The first day and the number of days. Raises PlanError for no number, no date, or more than two years."""
    try:
        # pandas would take a number for nanoseconds since 1970
        first = None if isinstance(start, numbers.Number) else schema.as_date(start)
    except (ValueError, TypeError):
        first = None
    if first is None:
        raise PlanError(f"排期的第一天看不懂：{start!r}。请写成 2026-09-21 这样的日期。")
    number = isinstance(days, numbers.Real) and not isinstance(days, bool)
    if not number or not float(days).is_integer() or not 1 <= days <= MAX_DAYS:
        raise PlanError(f"排期的天数应是 1 到 {MAX_DAYS} 的整数（现在是 {days!r}）。")
    if first.year + 3 > dt.MAXYEAR:
        raise PlanError(f"排期的第一天 {first} 太远了。请写近几年的日期。")
    return first, int(days)


def checked_rules(rules: Any) -> Rules:
    """The rules, or those that hold where none are given. Raises ChoiceError for what are no Rules."""
    if rules is not None and not isinstance(rules, Rules):
        raise ChoiceError(
            f"rules 要写成 tk.Rules(…)，如 tk.Rules(min_gap=60)（现在是 {shown_value(rules)}）。"
        )
    return rules or Rules()


def checked_stability(stability: Any) -> None:
    """Nothing, where the worth of staying is a number or None. Raises ChoiceError for anything else."""
    number = isinstance(stability, numbers.Real) and not isinstance(stability, bool)
    if stability is not None and not (number and 0 <= stability < float("inf")):
        raise ChoiceError(f"stability 应是不小于 0 的数（现在是 {stability!r}）。")


def checked_choice(value: str, choices: Sequence[str], what: str) -> str:
    """The value, where it is one of the choices. Raises ChoiceError that lists them."""
    if value not in choices:
        raise ChoiceError(f"{what} 不能是 {value!r}。可以用：{'、'.join(choices)}。")
    return value


def audience(rows: Sequence[Sequence[str]], groups: pd.DataFrame) -> np.ndarray[Any, Any]:
    """For each item's `groups` and each group, whether it is meant: "all", a segment or a group_id (in this order)."""
    everyone = np.ones(len(groups), dtype=bool)
    ids, segments = (groups[name].to_numpy(dtype=object) for name in ("group_id", "segment"))
    meant = {name: ids == name for name in ids} | {name: segments == name for name in set(segments) - {""}}
    nobody = np.zeros(len(groups), dtype=bool)
    found = [
        everyone
        if ALL_GROUPS in row
        else np.logical_or.reduce([nobody, *(meant[name] for name in row if name in meant)])
        for row in rows
    ]
    return np.array(found, dtype=bool).reshape(len(rows), len(groups))


def fixed_posts(pinned: pd.DataFrame | None, previous: pd.DataFrame | None) -> pd.DataFrame:
    """Every post that stands: all live rows of `pinned`, and what `previous` says was sent or pinned.

    A draft given as pinned becomes pinned; where both hold the same item and group, `pinned` wins.

    Raises PlanError where `pinned` holds an item and group twice, or a standing post has no time.
    """
    mine = _calendar(pinned)
    mine = mine[mine["status"].isin(LIVE)].copy()
    twice = mine[mine.duplicated(["item_id", "group_id"])]
    if len(twice):
        item_id, group_id = twice.iloc[0][["item_id", "group_id"]]
        raise PlanError(
            f"已定的发布里，条目 {item_id} 在群 {group_id} 出现了不止一次，一条内容在一个群里只发一次。"
            "请只留下其中一行。"
        )
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
        raise PlanError(f"已定的发布 {lost} 没有发布时间。请补上时间，或从已定的发布里去掉它。")
    return both.sort_values(["starts_at", "group_id", "item_id"], kind="stable").reset_index(drop=True)


def _calendar(frame: pd.DataFrame | None) -> pd.DataFrame:
    return schema.CALENDAR.empty() if frame is None else named(frame, schema.CALENDAR)


def post_id(item_id: str, group_id: str) -> str:
    """The id of the post that brings one item to one group, whenever that is."""
    parts = (part.replace("%", "%25").replace("@", "%40") for part in (item_id, group_id))
    return "@".join(parts)
