"""The workbook's sheet 按负责人: what each person has to do on each day, and the minutes it takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.charts import INK, LINE, WEEKDAYS
from toolkit.export._book import DAY_LOOKS, MAX_ROWS, Book, Pages, brief, day_look, height_of, lines_of
from toolkit.export._posts import marks_of, word
from toolkit.schema import InputError, Rules

_HEADS = (
    "日期",
    "星期",
    "日子",
    "要发的内容",
    "群发批数",
    "发布次数",
    "内容分钟",
    "手动发群分钟",
    "合计分钟",
    "上限",
    "剩余",
)
_WIDTHS = (9, 6, 14, 54, 8, 8, 8, 8, 8, 8, 10)
_TODO = 3
_SCALE, _BAND, _MOST_SENDS = 82, 24, 20
_LIVE = ("draft", "pinned", "sent")
_BY_HAND = "群"
_OVER = "#B3261E"


@dataclass(frozen=True)
class Load:
    """One owner's day: a line for each send, the posts, and the minutes against the ceiling."""

    day: dt.date
    sends: tuple[str, ...]
    posts: int
    minutes: int
    by_hand: float
    ceiling: float

    @property
    def total(self) -> float:
        """Minutes of the contents and of sending by hand."""
        return self.minutes + self.by_hand


def loads(frame: pd.DataFrame, rules: Rules) -> dict[str, list[Load]]:
    """Each owner's days in order, from what `posts` gives; drafts, pinned and sent posts count.

    An item's minutes are charged once for each of its send times, `rules.minutes_by_hand` for each post to a group of
    channel 群, both on the day of the post. Posts of an item that is not in the table have no owner and are left out.
    """
    known = frame[frame["status"].isin(_LIVE) & frame["minutes"].notna()]
    sends: dict[tuple[str, dt.date], dict[Any, list[dict[Any, Any]]]] = {}
    for row in known.to_dict("records"):
        those = sends.setdefault((str(row["owner"]), row["starts_at"].date()), {})
        those.setdefault((row["starts_at"], row["item_id"]), []).append(row)
    found: dict[str, list[Load]] = {}
    for (owner, day), rows in sorted(sends.items()):
        found.setdefault(owner, []).append(_load(day, list(rows.values()), rules))
    return found


def _load(day: dt.date, sends: list[list[dict[Any, Any]]], rules: Rules) -> Load:
    """One owner's day from the posts of each send."""
    posts = [post for send in sends for post in send]
    by_hand = sum(post["channel"] == _BY_HAND for post in posts) * rules.minutes_by_hand
    minutes = sum(int(send[0]["minutes"]) for send in sends)
    ceiling = rules.minutes_workday if lexicons.is_workday(day) else rules.minutes_day_off
    return Load(day, tuple(_line(send) for send in sends), len(posts), minutes, by_hand, ceiling)


def _line(send: list[dict[Any, Any]]) -> str:
    """A send in one line: time, kind, state where all its posts have one that is no draft's, title, groups."""
    first, states = send[0], {str(post["status"]) for post in send}
    state = word(states.pop()) if len(states) == 1 and states != {"draft"} else ""
    parts = [f"{first['starts_at']:%H:%M}", word(first["kind"]), state, brief(first["title"], 44)]
    return " ".join(part for part in parts if part) + f" → {len(send)} 个群"


def write_owners(book: Book, frame: pd.DataFrame, rules: Rules) -> None:
    """按负责人: a block for each owner with a row for each day; no sheet where no item is known."""
    people = loads(frame, rules)
    if not people:
        return
    if sum(len(days) + 1 for days in people.values()) >= MAX_ROWS:
        raise InputError("按负责人的表太长，Excel 一张表放不下。请先筛选日期，再写一次。")
    sheet = book.sheet("按负责人")
    for place, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        book.put(sheet, 0, place, head, book.number_head if place > _TODO else book.head)
        sheet.set_column(place, place, width)
    sheet.set_row(0, height_of(2))
    sheet.outline_settings(True, False)
    pages, row = Pages(sheet, scale=_SCALE, head=height_of(2)), 1
    for owner, days in people.items():
        rows = [_Row(load) for load in days]
        pages.room(row, _BAND + sum(line.height for line in rows))
        row = _write_band(book, sheet, pages, row, owner, days)
        for number, line in enumerate(rows):
            if number and pages.room(row, line.height):
                row = _write_band(book, sheet, pages, row, owner, days, more="（续）")
            pages.take(line.height)
            line.write(book, sheet, row)
            row += 1
    pages.close()
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


def _write_band(
    book: Book, sheet: Any, pages: Pages, row: int, owner: str, days: list[Load], *, more: str = ""
) -> int:
    """The heading of an owner with the sums of all days; the next row."""
    pages.take(_BAND)
    sheet.set_row(row, _BAND)
    for place in range(len(_HEADS)):
        book.put(sheet, row, place, "", book.band)
    book.put(sheet, row, 0, (brief(owner, 30) or "没有填负责人") + more, book.band)
    sends, posts = sum(len(load.sends) for load in days), sum(load.posts for load in days)
    over = sum(load.total > load.ceiling for load in days)
    words = f"{len(days)} 天　{sends} 批　{posts} 次发布　{sum(load.total for load in days):,} 分钟"
    book.put(sheet, row, _TODO, words + (f"　{over} 天超出上限" if over else ""), book.facts)
    return row + 1


class _Row:
    """One owner's day as a row."""

    def __init__(self, load: Load) -> None:
        self._load = load
        lines = [*load.sends[:_MOST_SENDS]]
        if len(load.sends) > _MOST_SENDS:
            lines.append(f"另有 {len(load.sends) - _MOST_SENDS} 批，见排期总表")
        self._todo = "\n".join(lines)
        self._marks = "、".join(words for _, words in marks_of(load.day))
        count = max(lines_of(self._todo, _WIDTHS[_TODO]), lines_of(self._marks, _WIDTHS[2]))
        self.height = height_of(count)

    def write(self, book: Book, sheet: Any, row: int) -> None:
        load, under = self._load, {"bottom": 1, "bottom_color": LINE}
        fill, ink = DAY_LOOKS[day_look(load.day)]
        day = {"bg_color": fill, "font_color": ink, **under}
        sheet.set_row(row, self.height, None, {"level": 1})
        sheet.write_datetime(row, 0, load.day, book.style(num_format='m"月"d"日"', align="left", **day))
        book.put(sheet, row, 1, WEEKDAYS[load.day.weekday()], book.style(**day))
        book.put(sheet, row, 2, self._marks, book.style(text_wrap=True, **day))
        book.put(sheet, row, _TODO, self._todo, book.style(text_wrap=True, **under))
        numbers = (len(load.sends), load.posts, load.minutes, load.by_hand, load.total, load.ceiling)
        for place, number in enumerate(numbers, start=_TODO + 1):
            sheet.write_number(
                row, place, number, book.style(num_format="#,##0", align="right", indent=1, **under)
            )
        left = load.ceiling - load.total
        colour = _OVER if left < 0 else INK
        shape = '#,##0;"超出 "#,##0'
        look = book.style(
            num_format=shape, font_color=colour, bold=left < 0, align="right", indent=1, **under
        )
        sheet.write_number(row, len(_HEADS) - 1, left, look)
