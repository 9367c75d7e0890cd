"""Content that comes back by rule: the words of a RECURRING row, what is wrong with it, and its items day by day."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit import lexicons, schema, tables
from toolkit.schedule import _inputs
from toolkit.schema import PlanError, as_date

Span = tuple[dt.date, dt.date]

_WORKDAY, _DAY_OFF = "工作日", "休息日"
_HOLIDAYS = "节假日"
_DAY_NAMES = "一二三四五六日"
_WHOLE_WEEK = ("每天", "每日", "天天")
_WEEKEND = "周末"
_WEEK = re.compile("每|周|星期|礼拜")
_TO = re.compile(r"\s*(?:至|到|~|～|—+|–|\s-\s)\s*")
_ONTO = re.compile(r"\s*(?:→|->|=>|⇒|改到|改至|改为|移到)\s*")
_HINTS = {
    "weekdays": "请写成 一、三、五 或 工作日、休息日、每天 这样",
    "skips": "请写成 2026-10-01 或 2026-10-01至2026-10-07（要有年份），也可以写 国庆假期、节假日",
    "moves": "请写成 2026-10-01→2026-10-02 这样（要有年份）",
}


def parse_weekdays(values: Sequence[str]) -> frozenset[int | str]:
    """Weekdays (0 is Monday) with 工作日 and 休息日 as they are. Raises ValueError with the part that is none.

    >>> sorted(parse_weekdays(["周一", "3", "星期五"])), sorted(parse_weekdays(["周六至周日"]))
    ([0, 2, 4], [5, 6])
    """
    found: set[int | str] = set()
    for value in values:
        text = value.strip()
        if text.removeprefix("每个") in (_WORKDAY, _DAY_OFF):
            found.add(text.removeprefix("每个"))
        elif text in _WHOLE_WEEK:
            found.update(range(7))
        elif text.removeprefix("每个").removeprefix("每") == _WEEKEND:
            found.update((5, 6))
        elif len(ends := _TO.split(text.replace("-", "至"))) == 2:
            first, last = (_weekdays(end, value) for end in ends)
            if len(first) != 1 or len(last) != 1 or first[0] > last[0]:
                raise ValueError(value)
            found.update(range(first[0], last[0] + 1))
        else:
            found.update(_weekdays(text, value))
    return frozenset(found)


def _weekdays(text: str, value: str) -> list[int]:
    """周一三五, 星期天 or 7 as numbers."""
    rest = _WEEK.sub("", text).replace("天", "日")
    if re.fullmatch("[1-7]", rest):
        return [int(rest) - 1]
    if not rest or any(sign not in _DAY_NAMES for sign in rest):
        raise ValueError(value)
    return [_DAY_NAMES.index(sign) for sign in rest]


def parse_skips(values: Sequence[str]) -> tuple[list[Span], frozenset[str]]:
    """Spans of days, both ends included, and names of rest days (国庆, or 节假日 for all of them).

    Raises ValueError with the part that is neither.

    >>> parse_skips(["2026-10-01至2026-10-07", "春节假期"])
    ([(datetime.date(2026, 10, 1), datetime.date(2026, 10, 7))], frozenset({'春节'}))
    """
    spans, names = [], set()
    known = {_HOLIDAYS}
    known |= {_rest_name(name) for names in lexicons.names_of("rest").values() for name in names}
    for value in values:
        if (name := _rest_name(value)) in known:
            names.add(name)
            continue
        ends = [_day(part, value) for part in _TO.split(value.strip())]
        if len(ends) > 2 or ends[0] > ends[-1]:
            raise ValueError(value)
        spans.append((ends[0], ends[-1]))
    return spans, frozenset(names)


def parse_moves(values: Sequence[str]) -> dict[dt.date, dt.date]:
    """The day that an occurrence had to the day it has now. Raises ValueError with the part that says no such thing.

    >>> parse_moves(["2026-10-01→2026-10-02"])
    {datetime.date(2026, 10, 1): datetime.date(2026, 10, 2)}
    """
    found: dict[dt.date, dt.date] = {}
    for value in values:
        ends = [_day(part, value) for part in _ONTO.split(value.strip())]
        if len(ends) != 2 or ends[0] in found or ends[1] in found.values():
            raise ValueError(value)
        found[ends[0]] = ends[1]
    return found


def _day(text: str, value: str) -> dt.date:
    """One day with its year as people write it."""
    day = as_date(tables.parse_time(text)[0])
    if day is None:
        raise ValueError(value)
    return day


def _rest_name(text: str) -> str:
    """国庆 of 国庆假期, 国庆节 and 国庆长假."""
    return lexicons.festival_name(re.sub("(?:假期|长假|放假)$", "", text.strip()))


class Days:
    """The days of a RECURRING row: bounds, what is left out, and for a series its weekdays and moves."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        """Read the row's cells. Raises ValueError with the part that cannot be read."""
        self.marks = parse_weekdays(row["weekdays"])
        self.spans, self.names = parse_skips(row["skips"])
        self.moves = parse_moves(row["moves"])
        ends = [as_date(row["latest"]), as_date(row["until"])]
        self.first = as_date(row["earliest"]) or dt.date.min
        self.last = min((day for day in ends if day is not None), default=dt.date.max)

    def within(self, day: dt.date) -> bool:
        """Whether the day lies in the row's bounds and is not left out."""
        return self.first <= day <= self.last and not self._skipped(day)

    def _skipped(self, day: dt.date) -> bool:
        if any(first <= day <= last for first, last in self.spans):
            return True
        names = lexicons.names_of("rest").get(day, ()) if self.names else ()
        return bool(names) and (
            _HOLIDAYS in self.names or any(_rest_name(name) in self.names for name in names)
        )

    def falls(self, day: dt.date) -> bool:
        """Whether the series' weekdays and bounds have an occurrence on the day, left out or not."""
        kind = _WORKDAY if lexicons.is_workday(day) else _DAY_OFF
        return self.first <= day <= self.last and (day.weekday() in self.marks or kind in self.marks)

    def occurrences(self, start: dt.date, days: int) -> list[tuple[dt.date, dt.date]]:
        """The occurrences that stand within the days, by the day each has now: that day and the one it had at first."""
        span = [start + dt.timedelta(days=n) for n in range(days)]
        stay = [(day, day) for day in span if self.falls(day) and self.within(day) and day not in self.moves]
        end = start + dt.timedelta(days=days)
        moved = [(now, was) for was, now in self.moves.items() if start <= now < end]
        return sorted(stay + moved)


def is_evergreen(row: Mapping[str, Any]) -> bool:
    """Whether the row has no days of its own but a cool-down."""
    return not row["weekdays"] and not pd.isna(row["cooldown"])


def row_faults(row: Mapping[str, Any]) -> str:
    """What is wrong with the days of a RECURRING row, "" when nothing is; for an editor, without a full stop."""
    for column, parse in (("weekdays", parse_weekdays), ("skips", parse_skips), ("moves", parse_moves)):
        try:
            parse(row[column])
        except ValueError as error:
            caption = schema.RECURRING.captions[column]
            return f"{caption}里有看不懂或重复的「{error}」，{_HINTS[column]}"
    if not row["weekdays"] and pd.isna(row["cooldown"]):
        return "星期和间隔天数都没有填：固定的栏目填星期，常青内容填间隔天数"
    if row["weekdays"] and not pd.isna(row["cooldown"]):
        return "星期和间隔天数只能填一个：固定的栏目填星期，常青内容填间隔天数"
    bounds = {name: as_date(row[name]) for name in ("earliest", "latest", "until")}
    first = bounds["earliest"]
    for name in ("latest", "until"):
        last = bounds[name]
        if first is not None and last is not None and first > last:
            return f"最早日期 {first} 晚于{schema.RECURRING.captions[name]} {last}，一期都没有"
    return _evergreen_faults(row) if is_evergreen(row) else _move_faults(Days(row))


def _evergreen_faults(row: Mapping[str, Any]) -> str:
    if row["cooldown"] < 1:
        return f"间隔天数至少是 1（现在是 {row['cooldown']}）"
    if row["moves"]:
        return "常青内容没有固定的日子，不能填改期"
    return "常青内容用来补空，不能填必发" if row["must_send"] else ""


def _move_faults(days: Days) -> str:
    for was, now in days.moves.items():
        if not days.falls(was):
            return f"改期里的 {was} 不是这个栏目的日子，请核对星期和起止日期"
        if now not in days.moves and days.falls(now) and days.within(now):
            return f"改期里的 {now} 已经有一期，请换一天"
    return ""


def checked_rows(recurring: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of RECURRING that can be expanded. Raises PlanError that names the row and the column."""
    frame = _inputs.named(recurring, schema.RECURRING)
    _inputs.refuse_repeats(frame["item_id"], "条目编号")
    rows: list[dict[str, Any]] = frame[schema.RECURRING.names].to_dict("records")
    evergreens = {row["item_id"] for row in rows if is_evergreen(row)}
    for row in rows:
        who = f"栏目 {row['item_id']}（{row['title']}）"
        _inputs.check_item(row, who)
        if reason := row_faults(row):
            raise PlanError(f"{who}：{reason}。请改正这一行，再展开。")
        if strange := [name for name in row["after"] if name in evergreens]:
            raise PlanError(
                f"{who}的先发条目「{'、'.join(strange)}」是常青内容，哪天发不一定。请改正「先发条目」一列。"
            )
        row["groups"] = row["groups"] or [_inputs.ALL_GROUPS]
    return rows


def expand_recurring(recurring: pd.DataFrame, *, start: dt.date | str, days: int) -> pd.DataFrame:
    """ITEMS: an item `name@YYYY-MM-DD` for each day that a row of RECURRING falls on within `days` days from `start`.

    `weekdays` are 一 to 日 (周一, 星期一, 1 to 7, 周一至周五), 每天, 工作日 or 休息日 (by the calendar table, so with
    调休; by Saturday and Sunday in years it does not know). `earliest`, `latest` and `until`, all included, bound a
    series. `skips` leave days, spans or rest days by name (国庆假期, 节假日) out. A move (2026-10-01→2026-10-02) brings
    one occurrence, left out or not, to another day, where it stands even outside the bounds; its id keeps the day it
    had at first, so that a post stays the same post. Each item may be sent on its day only; `value`, `clock`,
    `minutes` and the rest are the row's, so they count for each occurrence.

    `after` that names a row means its last occurrence on an earlier day (of the row itself: the one before), and
    nothing where that lies before `start`; other names stay as they are. Rows with a `cooldown` are passed over: they
    are for `expand_evergreen`. No rows give no items. Ordered by row, then by day.

    Raises PlanError that names the row and the column for what cannot be read, a row with neither weekdays nor
    cooldown, a move of a day that is none of the row's, repeated ids, or no days; ColumnError for a missing column.

    >>> rows = pd.DataFrame([{"item_id": "话题", "title": "今晚聊一段", "weekdays": ["工作日"], "clock": ["20:00"],
    ...                       "skips": ["国庆假期"], "until": "2026-10-10"}])
    >>> list(expand_recurring(rows, start="2026-09-30", days=14)["item_id"])
    ['话题@2026-09-30', '话题@2026-10-08', '话题@2026-10-09', '话题@2026-10-10']
    """
    first, length = _inputs.checked_start(start, days)
    rows = [row for row in checked_rows(recurring) if not is_evergreen(row)]
    found = {row["item_id"]: Days(row).occurrences(first, length) for row in rows}
    items = [
        {**row, "item_id": dated(row["item_id"], was), "earliest": now, "latest": now}
        | {"after": list(_earlier(row["after"], found, now))}
        for row in rows
        for now, was in found[row["item_id"]]
    ]
    return as_items(items)


def _earlier(names: Sequence[str], found: Mapping[str, list[Span]], day: dt.date) -> Iterator[str]:
    """The ids that must go before an item of the day, rows by their last occurrence before it."""
    for name in names:
        if name not in found:
            yield name
        elif place := bisect.bisect_left(found[name], (day, dt.date.min)):
            yield dated(name, found[name][place - 1][1])


def dated(name: str, day: dt.date) -> str:
    """The id of a row's item of one day."""
    return f"{name}@{day}"


def as_items(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as ITEMS."""
    if not rows:
        return schema.ITEMS.empty()
    return schema.check(pd.DataFrame(rows), schema.ITEMS)[schema.ITEMS.names]
