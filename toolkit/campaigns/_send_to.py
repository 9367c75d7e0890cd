"""Which groups an item of a playbook goes to, at which of their slots, and in how many sends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns._choices import named_list
from toolkit.campaigns._shape import Outline, Playbook
from toolkit.schema import (
    ChoiceError,
    PlaybookError,
    as_list,
    parse_clock,
    parse_quiet,
    parse_slots,
    shown_value,
)

Rows = list[dict[str, Any]]


def group_rows(groups: Any) -> tuple[Rows | None, list[str]]:
    """GROUPS as rows (None where only names were given), and the names. Raises ChoiceError for what is neither."""
    if isinstance(groups, pd.DataFrame):
        frame = schema.check(groups, schema.GROUPS)
        if frame.empty:
            raise ChoiceError("群表是空的。请至少写一个群，再展开打法。")
        for row in frame.to_dict("records"):
            _check_clock(row)
        return frame.to_dict("records"), list(frame["group_id"])
    try:
        names = as_list(groups)
    except TypeError:
        names = []
    if not names:
        raise ChoiceError(f"groups 要给群表，或写人群、群编号、all（现在是 {shown_value(groups)}）。")
    return None, names


def _check_clock(row: Mapping[Any, Any]) -> None:
    """Nothing, where a group's slots and quiet spans can be read. Raises ChoiceError that names group and value."""
    for column, read, hint in (("slots", parse_slots, "20:00"), ("quiet", parse_quiet, "22:00-08:00")):
        try:
            read(row[column])
        except ValueError as error:
            caption = schema.GROUPS.captions[column]
            raise ChoiceError(
                f"群 {row['group_id']}（{row['name']}）的{caption}里有看不懂的「{str(error)[:20]}」。请写成 {hint} 这样的形式。"
            ) from None


def named_targets(
    book: Playbook, rows: Rows | None, names: list[str], given: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Target name ("" = all) to the groups it means: what the editor says, else what the file picks.

    Raises PlaybookError for a group or segment that is not there.
    """
    chosen: dict[str, list[str]] = {"": names}
    for target in book.targets:
        name = target["target"]
        if name in given:
            chosen[name] = _checked(name, given[name], rows, names)
    for target in book.targets:
        name = target["target"]
        if name not in chosen and target["pick"] != "rest":
            chosen[name] = _picked(target, rows, names)
    taken = {group for name, groups in chosen.items() if name for group in groups}
    for target in book.targets:
        if target["target"] not in chosen:
            reach = _picked({**target, "pick": "all"}, rows, names)
            chosen[target["target"]] = [group for group in reach if group not in taken] or reach
    return chosen


def _checked(target: str, value: Any, rows: Rows | None, names: list[str]) -> list[str]:
    wanted = named_list(value, target)
    if not wanted:
        raise PlaybookError(f"「{target}」没有写群。请写群编号或人群，如 {target}=['{names[0]}']。")
    if rows is None:
        return wanted
    found: list[str] = []
    for name in wanted:
        groups = [
            row["group_id"] for row in rows if name in ("all", row["group_id"], row["segment"], row["name"])
        ]
        if not groups:
            segments = "、".join(sorted({row["segment"] for row in rows} - {""})) or "无"
            listed = "、".join(f"{row['group_id']}（{row['name']}）" for row in rows[:8])
            raise PlaybookError(
                f"「{target}」里的「{name[:20]}」不在群表里。现有的人群：{segments}；现有的群：{listed}。请改成其中的。"
            )
        found += groups
    return list(dict.fromkeys(found))


def _picked(target: dict[str, Any], rows: Rows | None, names: list[str]) -> list[str]:
    """What a file's `channel` and `pick` choose; all where that is nothing."""
    if rows is None:
        return names
    fitting = [row for row in rows if row["channel"] in target.get("channel", (row["channel"],))] or rows
    if target["pick"] == "all":
        return [row["group_id"] for row in fitting]
    order = sorted(
        fitting, key=lambda row: (row["members"], row["group_id"]), reverse=target["pick"] == "largest"
    )
    return [order[0]["group_id"]]


def takers(rows: Rows | None, groups: Sequence[str], kind: str, last: dt.date) -> list[str]:
    """Those of the groups that are not closed before a day is over and, for a promotion, take any."""
    known = {row["group_id"]: row for row in rows or ()}
    found = []
    for group in groups:
        row = known.get(group, {})
        open_still = schema.is_missing(row.get("closes")) or row["closes"] >= last
        if open_still and not (kind == "promotion" and _none_at_all(row.get("promos_per_week"))):
            found.append(group)
    return found


def _none_at_all(ceiling: Any) -> bool:
    return not schema.is_missing(ceiling) and ceiling == 0


def clock_and_waves(item: Outline, rows: Rows | None, groups: Sequence[str]) -> tuple[list[str], int]:
    """The clock times an item is bound to (none: any slot) and the sends it needs to reach these groups.

    With `around` each group's nearest slot outside quiet hours is taken. The number of sends is the file's; else as
    many clock times as reach all groups, found greedily (a group with the most others first); 1 without a group table.
    """
    slots = {row["group_id"]: _open_slots(row) for row in rows or () if row["group_id"] in groups}
    if item.around and slots:
        wanted = parse_clock(item.around)
        nearest = {
            min(times, key=lambda minute: (abs(minute - wanted), minute)) for times in slots.values() if times
        }
        clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in sorted(nearest)]
        return clock, item.waves or max(1, len(clock))
    return ([item.around] if item.around and rows is None else []), item.waves or max(1, _cover(slots))


def _open_slots(row: dict[str, Any]) -> list[int]:
    spans = parse_quiet(row["quiet"])
    minutes = [parse_clock(slot) for slot in row["slots"]]
    return [minute for minute in minutes if not any(first <= minute < last for first, last in spans)]


def _cover(slots: Mapping[str, list[int]]) -> int:
    """How many clock times it takes until each group that has one is reached."""
    open_groups = {group for group, times in slots.items() if times}
    used = 0
    while open_groups:
        reach: dict[int, set[str]] = {}
        for group in open_groups:
            for minute in slots[group]:
                reach.setdefault(minute, set()).add(group)
        best = max(sorted(reach), key=lambda minute: len(reach[minute]))
        open_groups -= reach[best]
        used += 1
    return used
