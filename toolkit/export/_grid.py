"""The workbook's calendars: 月历, weeks of seven days for each group, and 按群月历, all groups side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from toolkit.charts import LINE, MUTED, WEEKDAYS, format_day, plain
from toolkit.export._book import MAX_ROWS, Book, Pages, brief, height_of, lines_of, width_of
from toolkit.export._posts import marks_of, word
from toolkit.schema import GROUPS, InputError, Plan, as_date, check

# 月历: half-width units of the first column and of a day's; of a field's smaller type more fit in, two lines a title
_WEEK_WIDTH, _FIELD_WIDTH, _FIELD_UNITS, _FIELD_TITLE = 10, 17, 18, 34
_FIELD_SIZE, _EMPTY_LINES, _BAND, _SCALE = 9, 2, 24, 88
# 按群月历: half-width units of a day's column; Excel's columns; days within which none is left out
_DAY_WIDTH, _WIDE_SCALE, _MOST_DAYS, _FILLED_DAYS = 17, 76, 16_383, 366
_LIVE = {"draft", "pinned", "sent"}


class Grid:
    """What both calendars show: the groups in order, the days planned, and each group's posts of a day."""

    def __init__(self, frame: pd.DataFrame, groups: pd.DataFrame | None, plan: Plan | None) -> None:
        """`frame` is what `posts` gives; groups without a post have their place as well."""
        about = [] if groups is None else check(groups, GROUPS).to_dict("records")
        self.groups: dict[str, dict[Any, Any]] = {str(row["group_id"]): row for row in about}
        for group, name in zip(frame["group_id"], frame["name"], strict=True):
            self.groups.setdefault(str(group), {"group_id": group, "name": name})
        self.planned = {plan.start + dt.timedelta(days=step) for step in range(plan.days)} if plan else set()
        self._shut = set(plan.rules.shut) if plan else set()
        self._posts: dict[str, dict[dt.date, list[dict[Any, Any]]]] = {}
        for row in frame[frame["status"] != "cancelled"].to_dict("records"):
            days = self._posts.setdefault(str(row["group_id"]), {})
            days.setdefault(row["starts_at"].date(), []).append(row)

    def days(self) -> list[dt.date]:
        """Every day planned or with a post; the days between them too, unless they are more than a year."""
        days = sorted(self.planned.union(*self._posts.values()))
        if days and (days[-1] - days[0]).days <= _FILLED_DAYS:
            return [days[0] + dt.timedelta(days=step) for step in range((days[-1] - days[0]).days + 1)]
        return days

    def weeks(self, group: str) -> list[list[dt.date]]:
        """The weeks, Monday to Sunday, that are planned or in which the group has a post."""
        days = self.planned.union(self._posts.get(group, {}))
        mondays = sorted({day - dt.timedelta(days=day.weekday()) for day in days})
        return [[monday + dt.timedelta(days=step) for step in range(7)] for monday in mondays]

    def posts(self, group: str, day: dt.date) -> list[dict[Any, Any]]:
        """The group's posts of the day by time, without cancelled ones."""
        return self._posts.get(group, {}).get(day, [])

    def closed(self, group: str, day: dt.date) -> str:
        """Why nothing goes to the group on this day, "" where something may."""
        closes = as_date(self.groups[group].get("closes"))
        if closes is not None and day > closes:
            return "群已关闭"
        return "停发" if (group, day) in self._shut else ""


def write_month(book: Book, grid: Grid) -> None:
    """月历: below one another each group's weeks, Monday to Sunday: a row of dates, then a row for each post."""
    sheet = book.sheet("月历")
    for place, head in enumerate(("本周次数", *WEEKDAYS)):
        book.put(sheet, 0, place, head, book.style(bold=True, align="center" if place else "left"))
    sheet.set_column(0, 0, _WEEK_WIDTH)
    sheet.set_column(1, 7, _FIELD_WIDTH)
    sheet.set_row(0, height_of(1))
    # the buttons 1 and 2 in the margin fold the groups and open them
    sheet.outline_settings(True, False)
    pages, row = Pages(sheet, scale=_SCALE, head=height_of(1)), 1
    for group in grid.groups:
        weeks = [_Week(grid, group, days) for days in grid.weeks(group)]
        pages.room(row, _BAND + sum(week.height for week in weeks))
        row = _write_band(book, sheet, pages, row, grid.groups[group])
        for number, week in enumerate(weeks):
            if number and pages.room(row, week.height):
                row = _write_band(book, sheet, pages, row, grid.groups[group], more="（续）")
            pages.take(week.height)
            row = week.write(book, sheet, row)
        if row >= MAX_ROWS:
            raise InputError("月历太长，Excel 一张表放不下。请先筛选群或日期，再写一次。")
    pages.close()
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


def _write_band(
    book: Book, sheet: Any, pages: Pages, row: int, about: dict[Any, Any], *, more: str = ""
) -> int:
    """The heading of a group: its name, and what else is known of it; the next row."""
    pages.take(_BAND)
    sheet.set_row(row, _BAND)
    for place in range(8):
        book.put(sheet, row, place, "", book.band)
    book.put(sheet, row, 0, brief(about["name"], 60) + more, book.band)
    if "members" in about:
        facts = [
            plain(about["segment"]),
            f"{about['members']} 人",
            f"每天最多 {about['posts_per_day']} 次，每周 {about['posts_per_week']} 次",
            f"负责人 {plain(about['owner'])}" if plain(about["owner"]) else "",
        ]
        book.put(sheet, row, 4, brief("　".join(fact for fact in facts if fact), 80), book.facts)
    return row + 1


class _Week:
    """One group's week: the words of each field and the rows' heights."""

    def __init__(self, grid: Grid, group: str, days: list[dt.date]) -> None:
        self._days = days
        self._heads = [self._head(grid, group, day) for day in days]
        self._open = [
            bool(grid.posts(group, day)) or (day in grid.planned and not grid.closed(group, day))
            for day in days
        ]
        self._fields = [[_field(post) for post in grid.posts(group, day)] for day in days]
        self._kinds = [[plain(post["kind"]) for post in grid.posts(group, day)] for day in days]
        live = sum(str(post["status"]) in _LIVE for day in days for post in grid.posts(group, day))
        ceiling = grid.groups[group].get("posts_per_week")
        self._count = f"{live} 次" if ceiling is None else f"{live} / {ceiling}"
        lines = [_EMPTY_LINES] * max(1, *(len(fields) for fields in self._fields))
        for fields in self._fields:
            for at, text in enumerate(fields):
                lines[at] = max(lines[at], lines_of(text, _FIELD_UNITS))
        heads = max(lines_of(head, _FIELD_WIDTH) for head in self._heads)
        self._heights = [height_of(heads), *(height_of(count, size=_FIELD_SIZE) for count in lines)]
        self.height = sum(self._heights)

    @staticmethod
    def _head(grid: Grid, group: str, day: dt.date) -> str:
        """A day's date with what is special about it."""
        words = " ".join([*(words for _, words in marks_of(day)), *filter(None, [grid.closed(group, day)])])
        date = f"{day.month}月{day.day}日"
        return f"{date}{' ' if width_of(date + words) < _FIELD_WIDTH - 1 else chr(10)}{words}".rstrip()

    def write(self, book: Book, sheet: Any, row: int) -> int:
        """Write the week from `row` on and return the row after it."""
        box = {"border": 1, "border_color": LINE}
        book.put(sheet, row, 0, self._count, book.style(font_color=MUTED))
        sheet.set_row(row, self._heights[0], None, {"level": 1})
        for place, (day, head, still) in enumerate(zip(self._days, self._heads, self._open, strict=True), 1):
            shut = book.style(font_color=MUTED, align="center", text_wrap=True, **box)
            book.put(sheet, row, place, head, book.day_style(day, **box) if still else shut)
        for at, height in enumerate(self._heights[1:]):
            sheet.set_row(row + 1 + at, height, None, {"level": 1})
            for place, (fields, kinds) in enumerate(zip(self._fields, self._kinds, strict=True), start=1):
                style = book.kind_style(kinds[at] if at < len(kinds) else "", font_size=_FIELD_SIZE, **box)
                book.put(sheet, row + 1 + at, place, fields[at] if at < len(fields) else "", style)
        return row + len(self._heights)


def _field(post: dict[Any, Any]) -> str:
    """A post's words in a day of the month: time, kind and state, then its title."""
    status = plain(post["status"])
    first = [f"{post['starts_at']:%H:%M}", word(post["kind"]), "" if status == "draft" else word(status)]
    return " ".join(part for part in first if part) + "\n" + brief(post["title"], _FIELD_TITLE)


def refuse_too_many_days(grid: Grid) -> None:
    """Say that 按群月历 would have more columns than Excel has, before anything long is written."""
    if (days := len(grid.days())) > _MOST_DAYS:
        raise InputError(f"排期有 {days} 天，Excel 一张表放不下这么多列。请先筛选日期，再写一次。")


def write_overview(book: Book, grid: Grid) -> None:
    """按群月历: a row for each group, a column for each day, in each field the time, kind and short title."""
    sheet, days = book.sheet("按群月历"), grid.days()
    names = [plain(about["name"]) for about in grid.groups.values()]
    sheet.write_string(0, 0, "群", book.head)
    sheet.set_column(0, 0, max([12, *(min(30, width_of(name) + 2) for name in names)]))
    for place, day in enumerate(days, start=1):
        words = [format_day(day), *(words for _, words in marks_of(day))]
        book.put(sheet, 0, place, "\n".join(words), book.day_style(day, bottom=1))
    if days:
        sheet.set_column(1, len(days), _DAY_WIDTH)
    sheet.set_row(0, height_of(max([1, *(1 + len(marks_of(day)) for day in days)])))
    for row, group in enumerate(grid.groups, start=1):
        book.put(sheet, row, 0, names[row - 1], book.text)
        most = 1
        for place, day in enumerate(days, start=1):
            posts = grid.posts(group, day)
            lines = [line for post in posts for line in _short(post)]
            most = max(most, len(lines))
            kinds = {plain(post["kind"]) for post in posts}
            style = book.kind_style(kinds.pop() if len(kinds) == 1 else "", border=1, border_color=LINE)
            book.put(sheet, row, place, "\n".join(lines), style)
        sheet.set_row(row, height_of(most))
    # a page begins with a Monday
    mondays = [place for place, day in enumerate(days, start=1) if place > 1 and day.weekday() == 0]
    sheet.set_v_pagebreaks(mondays)
    sheet.set_print_scale(_WIDE_SCALE)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)


def _short(post: dict[Any, Any]) -> list[str]:
    """A post in two lines of a narrow column."""
    return [f"{post['starts_at']:%H:%M} {word(post['kind'])}".rstrip(), brief(post["title"], _DAY_WIDTH - 1)]
