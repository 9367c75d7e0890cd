"""A calendar of how often words were used each day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import WEEKDAYS, day_marks, format_count, format_day, format_share
from toolkit.charts._labels import lines_within, one_line, short_names, text_width
from toolkit.charts._theme import ACCENT, PAGE_FRAME, PAGE_INK, PAGE_MUTED, PAGE_SOFT, _chart, _nothing
from toolkit.schema import TERM_HISTORY, ChoiceError, as_whole, check

if TYPE_CHECKING:
    import altair as alt

_MARKS = {
    "festival": ("节日", "triangle-up"),
    "solemn": ("庄重日", "square"),
    "rest": ("放假", "circle"),
    "workday": ("调休上班", "cross"),
}
_ZERO, _LOW, _FRAME = PAGE_SOFT, "#F5CFC9", PAGE_FRAME
_ROW = 28


def term_calendar(
    history: pd.DataFrame, *, term: str | None = None, top: int = 12, width: int = 640
) -> alt.Chart | alt.LayerChart:
    """A calendar of the documents of each day that hold a term: weeks across, weekdays down; darker is more.

    `history` is TERM_HISTORY with one-day periods: `term_history(documents, terms, window_days=1, windows=84)`.
    `term` picks one of its terms; without it a table of several gives a row a term and a column a day, for the
    first `top` terms. A day without any documents is an empty frame, one with documents but none of them on the
    term is grey. Festivals, solemn days, holidays and make-up workdays carry a sign, and the subtitle names the
    festivals and solemn days. No rows give a sentence.

    Raises ColumnError for another frame, ChoiceError for periods longer than a day, for a term not in the table and for
    a `top` that is no whole number from 1.
    """
    top = as_whole(top, "top（最多画几个词）")
    frame = check(history, TERM_HISTORY)
    frame = frame[frame["starts"].notna()].assign(term=frame["term"].map(one_line))
    terms = list(dict.fromkeys(frame["term"]))
    if not terms:
        return _nothing("还没有可画的词")
    if term is not None:
        if one_line(term) not in terms:
            raise ChoiceError(f"词频表里没有「{term}」。可以用：{'、'.join(short_names(terms[:12], 14))}。")
        terms = [one_line(term)]
    days = _days(frame["starts"])
    shown = terms[:top]
    cells = _cells(frame, shown, days)
    if len(terms) == 1:
        return _by_week(cells, days, width)
    return _by_term(cells, days, width, left=len(terms) - len(shown))


def _days(starts: Iterable[dt.date]) -> list[dt.date]:
    """Every day from the first to the last; raises ChoiceError where the periods are longer."""
    seen = sorted(set(starts))
    step = min(((after - day).days for day, after in itertools.pairwise(seen)), default=1)
    if step > 1:
        raise ChoiceError(
            f"日历要按天的词频，这张表是每 {step} 天一行。请用 term_history(内容, 词, window_days=1, windows=84) 生成它。"
        )
    return [seen[0] + dt.timedelta(days=ahead) for ahead in range((seen[-1] - seen[0]).days + 1)]


def _cells(frame: pd.DataFrame, terms: Sequence[str], days: Sequence[dt.date]) -> list[dict[str, Any]]:
    """A record for each term and day."""
    known = {(row.term, row.starts): (int(row.documents), int(row.total)) for row in frame.itertuples()}
    totals: dict[dt.date, int] = {}
    for (_, day), (_, total) in known.items():
        totals[day] = max(total, totals.get(day, 0))
    special = {day: "、".join(words for _, words in day_marks(day)) for day in days}
    names = dict(zip(terms, short_names(terms, 12), strict=True))
    cells = []
    for term in terms:
        for day in days:
            total = totals.get(day, 0)
            documents = known.get((term, day), (0, 0))[0]
            cells.append(
                {
                    "term": term,
                    "name": names[term],
                    "day": day.isoformat(),
                    "week": (day - dt.timedelta(days=day.weekday())).isoformat(),
                    "weekday": WEEKDAYS[day.weekday()],
                    "said": format_day(day),
                    "special": special[day],
                    "documents": documents,
                    "count": format_count(documents),
                    "total": total,
                    "share": format_share(documents / total) if total else "—",
                    "kind": "none" if not total else "zero" if not documents else "some",
                }
            )
    return cells


def _answer(cells: list[dict[str, Any]], days: Sequence[dt.date], *, named: bool) -> str:
    peak = max(cell["documents"] for cell in cells)
    who = "" if named else f"{short_names([cells[0]['term']], 14)[0]}："
    if not peak:
        return f"{who}这 {len(days)} 天没有一篇提到" if who else f"这 {len(days)} 天没有一篇提到这些词"
    best = [cell for cell in cells if cell["documents"] == peak]
    when, count = best[0]["said"], f"{format_count(peak)} 篇"
    if named:
        return f"最多的一天：{when}，{best[0]['name']} {count}" + ("（不止这一处）" if len(best) > 1 else "")
    return f"{who}{when}{f'等 {len(best)} 天' if len(best) > 1 else ''}最多，{count}"


def _subtitle(cells: list[dict[str, Any]], days: Sequence[dt.date], width: float, left: int = 0) -> list[str]:
    """What the cells mean, and the names of the special days as far as they fit on a line."""
    kinds = {cell["kind"] for cell in cells}
    parts = ["每天提到的篇数，越深越多"]
    parts += ["灰格是没有提到"] if "zero" in kinds else []
    parts += ["空框是当天没有任何内容"] if "none" in kinds else []
    parts += [f"另有 {left} 个词没有画"] if left else []
    lines = lines_within(parts, width)
    named = [
        f"{day.month}/{day.day} {words.removeprefix('庄重日：')}"
        for day in days
        for kind, words in day_marks(day)
        if kind in {"festival", "solemn"}
    ]
    if not named:
        return lines
    every = f"　等 {len(named)} 个日子"
    fitting = [at for at in range(len(named)) if text_width("　".join(named[: at + 1]) + every) <= width]
    if text_width("　".join(named)) <= width:
        return [*lines, "　".join(named)]
    return [*lines, "　".join(named[: len(fitting)]) + every] if fitting else lines


def _layers(cells: list[dict[str, Any]], x: Any, y: Any, cell: float, *, above: bool) -> alt.LayerChart:
    """Empty frames, grey cells, coloured cells with numbers, and the signs of special days."""
    from toolkit.charts._altair import alt

    base = _chart(cells)
    peak = max(2, *(row["documents"] for row in cells))
    captions = {
        "term": "词",
        "said": "日期",
        "documents": "篇数",
        "total": "全部篇数",
        "share": "占比",
        "special": "日子",
    }
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]

    def kind(name: str) -> alt.Chart:
        return base.transform_filter(f"datum.kind === '{name}'")

    colour = alt.Color("documents:Q", legend=None, scale=alt.Scale(domain=[1, peak], range=[_LOW, ACCENT]))
    layers = [
        kind("none").mark_rect(fill=None, stroke=_FRAME).encode(x=x, y=y, tooltip=tips),
        kind("zero").mark_rect(color=_ZERO).encode(x=x, y=y, tooltip=tips),
        kind("some").mark_rect().encode(x=x, y=y, color=colour, tooltip=tips),
    ]
    if max(text_width(row["count"]) for row in cells) + 8 <= cell:
        ink = alt.condition(
            f"datum.documents > {1 + (peak - 1) * 0.8}", alt.value("#FFFFFF"), alt.value("#000000")
        )
        layers.append(kind("some").mark_text(aria=False).encode(x=x, y=y, text="count:N", color=ink))
    return alt.layer(*layers, *_signs(cells, x, y, cell, above=above))


def _signs(cells: list[dict[str, Any]], x: Any, y: Any, cell: float, *, above: bool) -> list[alt.Chart]:
    """A small sign on each special day: in its cell's corner, or `above` its column."""
    from toolkit.charts._altair import alt, rows_of

    seen = {str(row["day"]): row for row in cells}
    rows = []
    for day, row in seen.items():
        kinds = [kind for kind, _ in day_marks(dt.date.fromisoformat(day)) if kind in _MARKS]
        if kinds:
            rows.append(
                {
                    **{key: row[key] for key in ("day", "week", "weekday", "said", "special")},
                    "sign": _MARKS[kinds[0]][0],
                }
            )
    if not rows:
        return []
    words = [word for word, _ in _MARKS.values() if any(row["sign"] == word for row in rows)]
    shapes = alt.Scale(domain=words, range=[shape for word, shape in _MARKS.values() if word in words])
    legend = alt.Legend(title=None, orient="bottom", symbolFillColor=PAGE_INK, symbolStrokeColor=PAGE_INK)
    place = {"xOffset": 0, "yOffset": 0} if above else {"xOffset": cell / 2 - 6, "yOffset": 6 - _ROW / 2}
    mark = alt.Chart(rows_of(rows)).mark_point(
        filled=True, color="#000000", stroke="#FFFFFF", strokeWidth=0.75, opacity=1, size=24, **place
    )
    tips = [
        alt.Tooltip(f"{field}:N", title=caption) for field, caption in (("said", "日期"), ("special", "日子"))
    ]
    return [
        mark.encode(
            x=x,
            y=alt.value(-8) if above else y,
            shape=alt.Shape("sign:N", scale=shapes, legend=legend),
            tooltip=tips,
        )
    ]


def _by_week(cells: list[dict[str, Any]], days: Sequence[dt.date], width: int) -> alt.LayerChart:
    from toolkit.charts._altair import alt

    weeks = sorted({str(cell["week"]) for cell in cells})
    cell = min(max(width / len(weeks), 8), 40)
    # a month is named at the first week that begins in it
    firsts = [week for at, week in enumerate(weeks) if not at or week[:7] != weeks[at - 1][:7]]
    axis = alt.Axis(
        title=None,
        values=firsts,
        labelExpr="+slice(datum.label, 5, 7) + '月'",
        labelAngle=0,
        ticks=False,
        domain=False,
        orient="top",
        labelOverlap=True,
    )
    x = alt.X("week:O", sort=weeks, scale=alt.Scale(domain=weeks, paddingInner=2 / cell), axis=axis)
    y = alt.Y(
        "weekday:O",
        sort=list(WEEKDAYS),
        scale=alt.Scale(domain=list(WEEKDAYS), paddingInner=2 / _ROW),
        axis=_names_axis(),
    )
    said = _subtitle(cells, days, max(cell * len(weeks), 360))
    title = alt.TitleParams(_answer(cells, days, named=False), subtitle=said)
    return _layers(cells, x, y, cell, above=False).properties(
        title=title, width=cell * len(weeks), height=_ROW * 7
    )


def _by_term(
    cells: list[dict[str, Any]], days: Sequence[dt.date], width: int, *, left: int
) -> alt.LayerChart:
    from toolkit.charts._altair import alt

    cell = min(max(width / len(days), 3), 40)
    labels = [day.isoformat() for day in days]
    every = max(1, -(-len(days) // 7 // max(int(cell * len(days) / 48), 1)))
    mondays = [day.isoformat() for day in days if day.weekday() == 0][::every]
    axis = alt.Axis(
        title=None,
        values=mondays,
        labelExpr="+slice(datum.label, 5, 7) + '/' + +slice(datum.label, 8, 10)",
        labelAngle=0,
        ticks=False,
        domain=False,
    )
    x = alt.X(
        "day:O", sort=labels, scale=alt.Scale(domain=labels, paddingInner=min(1 / cell, 0.2)), axis=axis
    )
    names = list(dict.fromkeys(str(row["name"]) for row in cells))
    y = alt.Y("name:N", sort=names, scale=alt.Scale(paddingInner=2 / _ROW), axis=_names_axis())
    said = _subtitle(cells, days, max(cell * len(days), 360), left)
    title = alt.TitleParams(_answer(cells, days, named=True), subtitle=said, offset=24)
    return _layers(cells, x, y, cell, above=True).properties(
        title=title, width=cell * len(days), height=_ROW * len(names)
    )


def _names_axis() -> alt.Axis:
    from toolkit.charts._altair import alt

    return alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, labelColor=PAGE_MUTED)
