"""A Gantt chart: who does what when, with the milestones."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import format_day
from toolkit.charts._labels import one_line, short_names, text_width, title_within
from toolkit.charts._theme import ACCENT, PAGE_INK, STATUS_COLOURS, _chart, _nothing
from toolkit.schema import (
    ACTIONS,
    MILESTONES,
    ChoiceError,
    as_date,
    as_whole,
    check,
    is_missing,
    shown_value,
)

if TYPE_CHECKING:
    import altair as alt

_GREY = STATUS_COLOURS["steady"]
_DAY = dt.timedelta(days=1)
_ROW = 22
# milestones that are drawn; a plan that has more of them has none
_MOST_MILESTONES = 12
# up to so many days the axis names Mondays, above it firsts of a month
_WEEKLY = 45
_YEAR = 366
_TICK_ROOM = 44
# digits of DejaVu Sans against the 0.55 em that `text_width` reckons with
_WIDER = 1.16
# from this width on there is room for people and long names
_WIDE = 240


@dataclass(frozen=True)
class Span:
    """An action or a milestone with its first and last day, both included, and the words for them.

    Where only one of an action's days was given, both are that day, and `unknown` names the other: starts or ends.
    """

    title: str
    owner: str
    first: dt.date
    last: dt.date
    words: str
    is_key: bool = False
    is_milestone: bool = False
    unknown: str = ""


@dataclass(frozen=True)
class Spans:
    """What a Gantt chart draws: rows in order (milestones first, then actions by their days) within `start` to `end`.

    `undated`, `reversed` and `outside` count what is not in the rows: no date at all, an end before its beginning,
    no day within the window.
    """

    rows: tuple[Span, ...]
    start: dt.date
    end: dt.date
    undated: int = 0
    reversed: int = 0
    outside: int = 0

    @property
    def left_out(self) -> list[str]:
        """A sentence for each reason why something has no row."""
        found = (
            (self.undated, "没有日期，没有画"),
            (self.reversed, "结束早于开始，没有画"),
            (self.outside, "不在这段时间里，没有画"),
        )
        return [f"{count} 项{words}" for count, words in found if count]


def short_day(day: dt.date, *, year: int) -> str:
    """A day as on an axis; one of another year than `year` carries its own.

    >>> short_day(dt.date(2026, 9, 1), year=2026), short_day(dt.date(2027, 1, 5), year=2026)
    ('9/1', '27/1/5')
    """
    text = f"{day.month}/{day.day}"
    return text if day.year == year else f"{day.year % 100:02d}/{text}"


def spans_of(
    actions: pd.DataFrame,
    *,
    milestones: pd.DataFrame | None = None,
    start: Any | None = None,
    end: Any | None = None,
) -> Spans | None:
    """The rows of a Gantt chart from ACTIONS and MILESTONES; None where nothing at all has a date.

    `start` and `end` are the first and last day shown (None: the earliest and latest given). An action with only one
    of its two dates is a single day there, and its words say what is missing.

    Raises ChoiceError for a `start` or `end` that is no day, or an end before the start.
    """
    first, last = _day_given(start, "start"), _day_given(end, "end")
    if first is not None and last is not None and last < first:
        raise ChoiceError(f"end（{last}）在 start（{first}）之前。请把两个日期对调或改正。")
    given, undated, wrong = [], 0, 0
    for row in check(actions, ACTIONS).to_dict("records"):
        begins, ends = _day_of(row["starts"]), _day_of(row["ends"])
        if begins is None and ends is None:
            undated += 1
        elif begins is not None and ends is not None and ends < begins:
            wrong += 1
        else:
            given.append((row, begins, ends))
    marks = []
    for row in check(MILESTONES.empty() if milestones is None else milestones, MILESTONES).to_dict("records"):
        due = _day_of(row["due"])
        undated += due is None
        marks += [] if due is None else [(one_line(row["title"]), due)]
    days = [day for _, *both in given for day in both if day is not None] + [due for _, due in marks]
    if not days:
        return None
    first = min([*days, *([last] if last else [])]) if first is None else first
    last = max([*days, first]) if last is None else last
    # over more than a year every day carries its own
    year = first.year if (last - first).days <= _YEAR else 0
    rows = [_milestone(title, due, year) for title, due in sorted(marks, key=lambda mark: mark[1])]
    rows += sorted(
        (_action(row, begins, ends, year) for row, begins, ends in given),
        key=lambda span: (span.first, span.last),
    )
    inside = tuple(span for span in rows if span.first <= last and span.last >= first)
    return Spans(inside, first, last, undated, wrong, len(rows) - len(inside))


def _day_given(value: Any, name: str) -> dt.date | None:
    if value is None:
        return None
    try:
        day = None if isinstance(value, (int, float)) else as_date(value)
    except (ValueError, TypeError):
        day = None
    if day is None:
        raise ChoiceError(f"{name} 要写成 2026-09-01 这样的日期（现在是 {shown_value(value)}）。")
    return day


def _day_of(value: Any) -> dt.date | None:
    return None if is_missing(value) else value


def _milestone(title: str, due: dt.date, year: int) -> Span:
    return Span(title or "（没有名称）", "", due, due, short_day(due, year=year), is_milestone=True)


def _action(row: dict[Any, Any], begins: dt.date | None, ends: dt.date | None, year: int) -> Span:
    """An action's row; one of the two days is known."""
    first, last = begins or ends, ends or begins
    if first is None or last is None:
        raise AssertionError("an action without days has no row")
    unknown = "starts" if begins is None else "ends" if ends is None else ""
    if begins is None:
        words = f"到 {short_day(last, year=year)}，没写开始"
    elif ends is None:
        words = f"{short_day(first, year=year)} 起，没写结束"
    elif first == last:
        words = short_day(first, year=year)
    else:
        words = f"{short_day(first, year=year)}–{short_day(last, year=year)}"
    title = one_line(row["title"]) or one_line(row["action_id"]) or "（没有名称）"
    return Span(
        title, one_line(row["owner"]), first, last, words, is_key=bool(row["is_key"]), unknown=unknown
    )


def gantt(
    actions: pd.DataFrame,
    *,
    milestones: pd.DataFrame | None = None,
    start: Any | None = None,
    end: Any | None = None,
    top: int = 36,
    width: int = 320,
) -> alt.Chart | alt.LayerChart:
    """A Gantt chart of ACTIONS, key ones red, with MILESTONES as diamonds above; dates and owners stand beside it.

    `start` and `end` are the first and last day drawn (None: the earliest and latest given); what lies partly outside
    is cut there and keeps its real dates in words. Of more than `top` actions the key ones and then the earliest are
    drawn, and of milestones the first 12. What has no date, ends before it begins or lies outside is counted in the
    subtitle. `width` is the plot's, in pixels. Without any date a sentence stands instead.

    Raises ColumnError for a table without its columns, ChoiceError for a wrong `start`, `end` or `top`.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几项行动）")
    spans = spans_of(actions, milestones=milestones, start=start, end=end)
    if spans is None:
        return _nothing("行动都还没有日期，画不出来" if len(actions) else "还没有可画的行动")
    if not spans.rows:
        return _nothing("这段时间里没有行动和里程碑")
    shown = _shown(spans.rows, top)
    left = len(spans.rows) - len(shown)
    base = _chart(_records(shown, spans, width))
    names = [record["name"] for record in base.data.values]
    axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8)
    y = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names), axis=axis)
    x = alt.X("from:Q", scale=_scale(spans), axis=_rungs(spans, width))
    captions = {"title": "名称", "owner": "负责人", "dates": "日期", "sort": "类别"}
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]
    fill = alt.condition("datum.red", alt.value(ACCENT), alt.value(_GREY))
    diamonds = base.transform_filter("datum.milestone").mark_point(
        shape="diamond", size=90, filled=True, opacity=1, color=PAGE_INK
    )
    said = ["红色是关键行动"] if any(span.is_key for span in shown) else []
    said += ["菱形是里程碑"] if any(span.is_milestone for span in shown) else []
    said += spans.left_out + ([f"另有 {left} 项没有画，先画关键的和早的"] if left else [])
    total = width + max(text_width(name) for name in names) + 120
    beside = [record["said"] for record in base.data.values]
    return alt.layer(
        base.transform_filter("!datum.milestone")
        .mark_bar(height=10)
        .encode(x=x, x2="to:Q", y=y, color=fill, tooltip=tips),
        diamonds.encode(x=x, y=y, tooltip=tips),
        base.mark_text(align="left").encode(x=alt.value(width + 8), y=y, text="said:N"),
        room_beside(base, beside, width + 8),
    ).properties(title=title_within(_answer(spans), said, total), width=width, height=_ROW * len(names))


def _scale(spans: Spans) -> alt.Scale:
    from toolkit.charts._altair import alt

    return alt.Scale(domain=[0, (spans.end - spans.start).days + 1], nice=False)


def _rungs(spans: Spans, width: float) -> alt.Axis:
    """The axis of days after the start, with a line where a week or month begins."""
    from toolkit.charts._altair import alt

    ticks = _ticks(spans.start, spans.end, width)
    words = json.dumps({str(day): said for day, said in ticks.items()}, ensure_ascii=False)
    return alt.Axis(
        title=None,
        values=list(ticks),
        labelExpr=f"({words})[datum.value]",
        ticks=False,
        domain=False,
        orient="top",
        labelAlign="left",
        labelOverlap=False,
    )


def room_beside(base: alt.Chart, words: Sequence[str], left: float) -> alt.Chart:
    """A mark nobody sees that keeps room for words from `left` on, where a page's font is wider than the one measured."""
    from toolkit.charts._altair import alt

    right = left + max(text_width(line) for line in words) * _WIDER
    return base.mark_point(opacity=0, size=1, aria=False).encode(x=alt.value(right), y=alt.value(0))


def _shown(rows: Sequence[Span], top: int) -> list[Span]:
    marks = [span for span in rows if span.is_milestone][:_MOST_MILESTONES]
    actions = [span for span in rows if not span.is_milestone]
    # a stable sort: the key ones, each kind by its days
    first = sorted(range(len(actions)), key=lambda place: not actions[place].is_key)[:top]
    return [*marks, *(actions[place] for place in sorted(first))]


def _records(shown: Sequence[Span], spans: Spans, width: int) -> list[dict[str, Any]]:
    length = (spans.end - spans.start).days + 1
    names = short_names([span.title for span in shown], 16 if width >= _WIDE else 8)
    return [
        {
            "name": name,
            "title": span.title,
            "owner": span.owner,
            "dates": span.words,
            "sort": "里程碑" if span.is_milestone else "关键行动" if span.is_key else "行动",
            # a milestone stands in the middle of its day
            "from": max(0, (span.first - spans.start).days) + (0.5 if span.is_milestone else 0),
            "to": min(length, (span.last - spans.start).days + 1),
            "red": span.is_key,
            "milestone": span.is_milestone,
            "said": _beside(span, width),
        }
        for name, span in zip(names, shown, strict=True)
    ]


def _beside(span: Span, width: int) -> str:
    if width < _WIDE:
        return span.words
    owner = short_names([span.owner], 6)[0] if span.owner else ""
    if not span.is_milestone and not owner:
        owner = "没有负责人"
    return "　".join(part for part in (span.words, owner, "关键" if span.is_key else "") if part)


def _answer(spans: Spans) -> str:
    """The chart's title: how many, and when most is going on at once."""
    actions = [span for span in spans.rows if not span.is_milestone]
    if not actions:
        marks = len(spans.rows)
        return f"{marks} 个里程碑，最后一个在 {format_day(spans.rows[-1].first)}"
    tally = [
        (sum(span.first <= day <= span.last for span in actions), day) for day in {s.first for s in actions}
    ]
    most, day = max(tally, key=lambda pair: (pair[0], -pair[1].toordinal()))
    last = max(span.last for span in actions)
    if len(actions) == 1:
        return f"1 项行动，{_whole(day)}开始，{_whole(last)}结束"
    if most == 1:
        return f"{len(actions)} 项行动一项接一项，{_whole(last)}结束"
    return f"{len(actions)} 项行动，最忙的时候从 {_whole(max(day, spans.start))}起，同时有 {most} 项"


def _whole(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _ticks(start: dt.date, end: dt.date, width: float) -> dict[int, str]:
    """Days after the start to the words on the axis: Mondays of a short plan, else firsts of months, none too near."""
    days = (end - start).days + 1
    pixels = width / days
    if days <= _WEEKLY:
        monday = start + dt.timedelta(days=-start.weekday() % 7)
        found = [(day, short_day(day, year=start.year)) for day in _every(monday, end, 7)]
    else:
        step = next((step for step in (1, 2, 3, 6, 12) if 30 * step * pixels >= _TICK_ROOM), 12)
        months = [day for day in _every(start, end, 1) if day.day == 1 and (day.month - 1) % step == 0]
        found = [(day, _month(day, start.year)) for day in months]
    ticks = {(day - start).days: words for day, words in found}
    if not ticks or min(ticks) * pixels >= _TICK_ROOM:
        ticks = {0: short_day(start, year=start.year if days <= _YEAR else 0), **ticks}
    kept: dict[int, str] = {}
    for day, words in ticks.items():
        # the last one may not run into the words beside the plot
        if (not kept or (day - max(kept)) * pixels >= _TICK_ROOM) and (days - day) * pixels >= _TICK_ROOM / 2:
            kept[day] = words
    return kept


def _month(day: dt.date, year: int) -> str:
    return f"{day.year}年" if day.month == 1 and day.year != year else f"{day.month}月"


def _every(first: dt.date, last: dt.date, step: int) -> list[dt.date]:
    return [first + _DAY * days for days in range(0, (last - first).days + 1, step)]
