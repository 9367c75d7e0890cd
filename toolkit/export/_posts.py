"""What the writers share: the calendar joined with items and groups, captions, days, and writing a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.charts import day_marks, known_captions, known_units, part_caption, plain, words_of
from toolkit.schema import (
    CALENDAR,
    CONTRACTS,
    GROUPS,
    ITEMS,
    WORDED,
    WORDS,
    ColumnError,
    Contract,
    InputError,
    Plan,
    as_list,
    check,
)

# shown as 待写 where an item has no message text yet
NOT_WRITTEN = "待写"


def posts(
    plan_or_frame: Plan | pd.DataFrame, *, items: pd.DataFrame | None, groups: pd.DataFrame | None
) -> pd.DataFrame:
    """CALENDAR sorted by time, group name and post, with the item's and the group's columns behind.

    Added: title, kind, copy, minutes, owner, name, segment, channel. An unknown item or group shows its id and has
    no channel. Raises ColumnError when a post has no time or two posts share a post_id.
    """
    if isinstance(plan_or_frame, Plan):
        calendar = plan_or_frame.calendar
        items = plan_or_frame.items if items is None else items
        groups = plan_or_frame.groups if groups is None else groups
    else:
        calendar = plan_or_frame
    frame = check(calendar, CALENDAR).reset_index(drop=True)
    _refuse(frame, frame["starts_at"].isna(), "没有发布时间。请补上时间，或把这些行删掉")
    _refuse(frame, frame["post_id"].duplicated(), "的发布编号和前面的重复。请让每次发布的编号各不相同")
    frame = frame[CALENDAR.names]
    about_items = check(ITEMS.empty() if items is None else items, ITEMS).drop_duplicates("item_id")
    about_groups = check(GROUPS.empty() if groups is None else groups, GROUPS).drop_duplicates("group_id")
    frame = frame.merge(
        about_items[["item_id", "title", "kind", "copy", "minutes", "owner"]], on="item_id", how="left"
    ).merge(about_groups[["group_id", "name", "segment", "channel"]], on="group_id", how="left")
    frame["title"] = frame["title"].fillna(frame["item_id"])
    frame["name"] = frame["name"].fillna(frame["group_id"])
    for name in ("kind", "owner", "segment", "channel"):
        frame[name] = frame[name].fillna("")
    return frame.sort_values(["starts_at", "name", "post_id"], kind="stable").reset_index(drop=True)


def _refuse(frame: pd.DataFrame, wrong: pd.Series[Any], what: str) -> None:
    if wrong.any():
        some = "、".join(str(post) for post in frame.loc[wrong, "post_id"].head(3))
        raise ColumnError(f"排期里有 {int(wrong.sum())} 次发布（如 {some}）{what}。")


def contract_of(frame: pd.DataFrame) -> Contract | None:
    """The contract a frame keeps, all its required columns being there: the one with most of its columns."""
    names = set(frame.columns)
    fitting = [contract for contract in CONTRACTS if names.issuperset(contract.required)]
    return max(fitting, key=lambda contract: len(names.intersection(contract.names)), default=None)


def captions(frame: pd.DataFrame) -> dict[Any, str]:
    """Column to Chinese caption, no two alike; a column nobody knows keeps its name."""
    own = contract_of(frame)
    known = known_captions(frame) | ({} if own is None else own.captions)
    found: dict[Any, str] = {}
    for name in frame.columns:
        text = str(name)
        caption = part_caption(text) if text.startswith("part_") else known.get(text, text)
        found[name] = caption if caption not in found.values() else f"{caption}（{text}）"
    return found


def word(value: Any, column: Any = "") -> str:
    """What an editor reads for a fixed English value of the contract (of that column); any other text as it is."""
    text = plain(value)
    return words_of(column).get(text, WORDS.get(text, text))


def is_worded(name: Any) -> bool:
    """Whether a column holds fixed English values that are shown in Chinese."""
    return name in WORDED or bool(words_of(name))


def units(frame: pd.DataFrame) -> dict[Any, str]:
    """Column to unit (share, yuan, sentence), as `captions` finds captions; no other columns."""
    own = contract_of(frame)
    found = known_units(frame)
    if own is not None:
        found |= {column.name: column.unit for column in own.columns}
    return {name: found[str(name)] for name in frame.columns if found.get(str(name))}


def joined(value: Any, mark: str = "、") -> str:
    """A list as text, its parts joined by the mark."""
    return mark.join(as_list(value) if not isinstance(value, str) else [value])


def write_bytes(path: Path | str, data: bytes) -> Path:
    """Write a whole file and return its path, making the folder where it is missing.

    Raises InputError when the place cannot be written, as when the old file is open in Excel.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{target} 写不进去（{error.strerror or error}）。"
            "如果它正在 Excel 或别的程序里打开，请先关掉；否则请换一个文件夹。"
        ) from error
    return target


def marks_of(day: dt.date) -> list[tuple[str, str]]:
    """What is special about a day, as (kind, words): `day_marks` and the shopping days.

    >>> marks_of(dt.date(2026, 11, 11))
    [('shopping', '双11')]
    """
    shopping = lexicons.days_of("shopping").get(day)
    return day_marks(day) + ([("shopping", shopping)] if shopping else [])


def calendar_notes(times: pd.Series[Any]) -> list[str]:
    """A sentence for each year of the times whose days off are not official in the calendar table."""
    notes = {
        "estimated": "{} 年的放假安排还没有公布，按往年推算",
        "none": "{} 年的放假安排没有收录，只按周末算",
    }
    years = lexicons.calendar_years()
    states = {year: years.get(year, "none") for year in sorted({stamp.year for stamp in times})}
    return [notes[state].format(year) for year, state in states.items() if state in notes]
