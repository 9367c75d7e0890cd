"""The history of words as small multiples."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import format_count, format_share
from toolkit.charts._labels import one_line, short_names, title_within
from toolkit.charts._theme import (
    ACCENT,
    PAGE_MUTED,
    PAGE_PAPER,
    STATUS_COLOURS,
    STATUS_MARKS,
    _chart,
    _nothing,
)
from toolkit.charts._words import _need
from toolkit.schema import TRENDS, WORDS, as_date, as_frame, as_whole, check

if TYPE_CHECKING:
    import altair as alt

# from here on a word that is used as ever would seem to rise with the number of documents alone
_UNEVEN = 2.0
# panels whose peaks lie farther apart than this get a scale each, else the small ones are flat lines
_FAR_APART = 10.0


@dataclass(frozen=True)
class _Line:
    """One word's panel: what is drawn for each period (None: nothing was published), and its usual level."""

    term: str
    status: str
    documents: list[int]
    values: list[float | None]
    usual: float | None

    @property
    def now(self) -> float:
        return self.values[-1] or 0.0

    @property
    def growth(self) -> float:
        return self.now - (self.usual or 0.0)


@dataclass(frozen=True)
class _Periods:
    """The periods that all panels share; `totals` is None where the table does not say."""

    starts: list[dt.date]
    days: int
    totals: list[int] | None

    @property
    def as_share(self) -> bool:
        some = [total for total in self.totals or [] if total]
        return bool(some) and max(some) >= _UNEVEN * min(some)

    def label(self, day: dt.date) -> str:
        same_year = self.starts[0].year == self.starts[-1].year
        return f"{day.month}月{day.day}日" if same_year else day.isoformat()

    def said(self, value: float) -> str:
        return format_share(value) if self.as_share else f"{format_count(value)} 篇"


def term_lines(
    counts: pd.DataFrame,
    *,
    trends: pd.DataFrame | None = None,
    top: int = 12,
    width: int = 180,
    columns: int = 3,
) -> alt.Chart | alt.ConcatChart:
    """Small multiples of how often words were used: a panel a term, the last period set off, the usual level dashed.

    `counts` has term, starts (or week: the first day of each period), documents and total, as `term_history` gives
    it. A period without a row counts as zero; one in which nothing at all was published breaks the line. The usual
    level is the mean of the periods before the last. Where the totals differ by a factor of two or more the lines show
    the share of the documents instead. One scale for all unless their peaks lie a factor of ten apart; the subtitle
    says which. With `trends` (TRENDS) the panels follow its order and carry its status. The first `top` terms are
    drawn.

    Raises ColumnError for another frame, ChoiceError for a `top` that is no whole number from 1.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几个词）")
    counts = as_frame(counts, "词频")
    start = "starts" if "starts" in counts.columns else "week"
    _need(counts, ("term", start, "documents"), "词频")
    statuses = {} if trends is None else _statuses(trends)
    rows = [
        (one_line(row["term"]), day, row)
        for row in counts.to_dict("records")
        if (day := as_date(row[start])) is not None
    ]
    if not rows:
        return _nothing("还没有可画的词")
    periods = _periods([(day, row.get("total")) for _, day, row in rows])
    number = {(term, day): int(row["documents"]) for term, day, row in rows}
    place = {term: at for at, term in enumerate(statuses)}
    terms = sorted(dict.fromkeys(term for term, *_ in rows), key=lambda term: place.get(term, len(place)))
    lines = [
        _line(term, statuses.get(term, ""), [number.get((term, day), 0) for day in periods.starts], periods)
        for term in terms
    ]
    shown = lines[:top]
    peaks = [max((value for value in line.values if value is not None), default=0.0) for line in shown]
    apart = max(peaks) > _FAR_APART * min((peak for peak in peaks if peak), default=1.0)
    base = _chart([record for at, line in enumerate(shown) for record in _records(at, line, periods)])
    names = short_names([line.term for line in shown], max(width // 14, 6))
    panels = [
        _panel(
            base,
            at,
            STATUS_COLOURS.get(line.status, ACCENT),
            (peaks[at] if apart else max(peaks)) or 1.0,
            periods,
        ).properties(title=_heading(name, line, periods), width=width, height=88)
        for at, (name, line) in enumerate(zip(names, shown, strict=True))
    ]
    said = _subtitle(periods, apart=apart, left=len(lines) - len(shown))
    title = title_within(_answer(shown, periods), said, max((width + 48) * min(columns, len(shown)), 320))
    return alt.concat(*panels, columns=columns, title=title, spacing=24)


def _statuses(trends: pd.DataFrame) -> dict[str, str]:
    frame = check(trends, TRENDS)
    return {one_line(term): str(status) for term, status in zip(frame["term"], frame["status"], strict=True)}


def _periods(rows: Sequence[tuple[dt.date, Any]]) -> _Periods:
    """The periods from the first to the last day, as far apart as the nearest two."""
    seen = sorted({day for day, _ in rows})
    days = min(((after - day).days for day, after in itertools.pairwise(seen)), default=7)
    starts = [seen[0] + dt.timedelta(days=ahead) for ahead in range(0, (seen[-1] - seen[0]).days + 1, days)]
    if any(total is None or pd.isna(total) for _, total in rows):
        return _Periods(starts, days, None)
    known = {day: int(total) for day, total in rows}
    return _Periods(starts, days, [known.get(day, 0) for day in starts])


def _line(term: str, status: str, documents: list[int], periods: _Periods) -> _Line:
    totals = periods.totals
    if totals is None:
        return _Line(term, status, documents, [float(number) for number in documents], _mean(documents[:-1]))
    pairs = list(zip(documents, totals, strict=True))
    values = [
        None if not total else number / total if periods.as_share else float(number)
        for number, total in pairs
    ]
    before = [(number, total) for number, total in pairs[:-1] if total]
    if not periods.as_share:
        return _Line(term, status, documents, values, _mean([number for number, _ in before]))
    whole = sum(total for _, total in before)
    return _Line(
        term, status, documents, values, sum(number for number, _ in before) / whole if whole else None
    )


def _mean(numbers: list[int]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def _records(at: int, line: _Line, periods: _Periods) -> list[dict[str, Any]]:
    """A panel's rows; `at` is the number of the panel."""
    totals: list[int | None] = [None] * len(periods.starts) if periods.totals is None else [*periods.totals]
    last = len(periods.starts) - 1
    rows = zip(periods.starts, line.documents, totals, line.values, strict=True)
    return [
        {
            "panel": at,
            "term": line.term,
            "week": periods.label(day),
            "documents": documents,
            "total": "—" if total is None else format_count(total),
            "share": format_share(documents / total) if total else "—",
            "value": None if value is None else round(value, 6),
            "usual": None if line.usual is None else round(line.usual, 6),
            "last": number == last,
            "said": "" if value is None else format_share(value) if periods.as_share else format_count(value),
        }
        for number, (day, documents, total, value) in enumerate(rows)
    ]


def _panel(base: alt.Chart, at: int, colour: str, peak: float, periods: _Periods) -> alt.LayerChart:
    from toolkit.charts._altair import alt

    shown = [periods.label(day) for day in periods.starts]
    # both labels stay inside their panel, else neighbours run into each other
    align = {"condition": {"test": "datum.index === 0", "value": "left"}, "value": "right"}
    ends = alt.Axis(
        title=None,
        values=[shown[0], shown[-1]],
        labelAngle=0,
        labelAlign=align,
        labelPadding=8,
        ticks=False,
        grid=False,
    )
    # axes as plain records: each step of a layer copies what is in it, and of an axis the hundred settings not made too
    x = alt.X("week:O", sort=shown, axis=ends.to_dict(), scale={"padding": 0.4})
    count = "datum.value >= 10000 ? datum.value / 10000 + '万' : datum.value"
    rungs = {"format": "~%"} if periods.as_share else {"labelExpr": count, "tickMinStep": 1}
    axis = alt.Axis(tickCount=3, domain=False, ticks=False, **rungs).to_dict()
    y = alt.Y("value:Q", title=None, axis=axis, scale={"domain": [0, peak * 1.3], "nice": False})
    # channels, not their shorthand: Altair looks through all of its schema for what a bare text could mean
    usual, said = alt.Y("usual:Q"), alt.Text("said:N")
    mine = base.transform_filter(f"datum.panel === {at}")
    last = mine.transform_filter("datum.last && isValid(datum.value)")
    captions = {"term": "词", "week": "起始日", "documents": "篇数", "total": "全部篇数", "share": "占比"}
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]
    return alt.layer(
        last.mark_rule(strokeWidth=16, color=ACCENT, opacity=0.1, aria=False).encode(x=x),
        mine.mark_line(color=PAGE_MUTED, strokeWidth=1, strokeDash=[4, 3], aria=False).encode(x=x, y=usual),
        mine.mark_line(color=PAGE_MUTED).encode(x=x, y=y),
        last.mark_circle(size=48, opacity=1, color=colour).encode(x=x, y=y),
        # a line that falls to the dot does not strike out its number
        last.mark_text(dy=-10, stroke=PAGE_PAPER, strokeWidth=3, aria=False).encode(x=x, y=y, text=said),
        last.mark_text(dy=-10).encode(x=x, y=y, text=said),
        # the pointer finds a period anywhere in its column
        mine.mark_rule(strokeWidth=16, opacity=0, aria=False).encode(x=x, tooltip=tips),
    )


def _heading(name: str, line: _Line, periods: _Periods) -> alt.TitleParams:
    from toolkit.charts._altair import alt

    mark = f"{STATUS_MARKS[line.status]} " if line.status in STATUS_MARKS else ""
    usual = "" if line.usual is None else f"，平时 {periods.said(line.usual)}"
    state = f"{WORDS[line.status]}：" if line.status in STATUS_MARKS else ""
    return alt.TitleParams(
        f"{mark}{name}",
        subtitle=f"{state}本期 {periods.said(line.now)}{usual}",
        fontSize=12,
        frame="group",
        offset=4,
    )


def _answer(lines: list[_Line], periods: _Periods) -> str:
    """The word that grew most; where the trends are given, the first that they call rising."""
    risen = [line for line in lines if line.status in {"new", "rising"}]
    marked = any(line.status for line in lines)
    best = next(iter(risen), None) if marked else max(lines, key=lambda line: line.growth, default=None)
    if best is None or (best.growth <= 0 and best.usual is not None):
        return "这些词这一期都没有明显上升"
    name = short_names([best.term], 14)[0]
    if best.usual is None:
        return f"{name}：本期 {periods.said(best.now)}，之前没有可比的"
    most = "上升最快" if marked else "涨得最多"
    return f"{most}：{name}（{periods.said(best.now)}，之前平均 {periods.said(best.usual)}）"


def _subtitle(periods: _Periods, *, apart: bool, left: int) -> list[str]:
    every = {1: "每天", 7: "每周"}.get(periods.days, f"每 {periods.days} 天")
    parts = [f"{every}提到的篇数"]
    if periods.as_share:
        some = [total for total in periods.totals or [] if total]
        parts = [
            f"{every}提到的篇数占全部内容的比例",
            f"全部篇数从 {format_count(min(some))} 到 {format_count(max(some))} 不等",
        ]
    if len(periods.starts) > 1:
        parts.append("虚线是之前各期的平均")
    if apart:
        parts.append("各图刻度不同")
    if left:
        parts.append(f"另有 {left} 个词没有画")
    return parts
