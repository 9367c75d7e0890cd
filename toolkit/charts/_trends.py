"""Charts of trends and their history."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.schema import (
    TRENDS,
    WORDS,
    as_date,
    check,
)

if TYPE_CHECKING:
    import altair as alt
from toolkit.charts._format import format_count, plain
from toolkit.charts._theme import ACCENT, STATUS_COLOURS, STATUS_MARKS, _chart, _nothing, _short, _title
from toolkit.charts._words import _need


def trend_bars(trends: pd.DataFrame, *, top: int = 12, width: int = 360) -> alt.Chart:
    """Bars of the words that are new or rising, the strongest first; the bar is the score, from zero.

    Beside each bar stand the status in words and the documents of this window and of the baseline. Without
    such words the chart is a sentence.
    """
    import altair as alt

    frame = check(trends, TRENDS)
    frame = frame[frame["status"].isin(["new", "rising"])].sort_values(
        ["score", "term"], ascending=[False, True], kind="stable"
    )
    if frame.empty:
        return _nothing("这一期没有明显上升的词")
    records = [_trend_record(row) for row in frame.head(top).to_dict("records")]
    order = [record["term"] for record in records]
    base = _chart(records)
    title = _title(f"上升最快：{order[0]}", "柱长是热度分；旁边是本期篇数和前期篇数")
    longest = max(float(record["score"]) for record in records) or 1.0
    y = alt.Y("term:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    # the labels need about 45% of the width to the right of the longest bar
    x = alt.X("score:Q", title=None, axis=None, scale=alt.Scale(domain=[0, longest * 1.9], nice=False))
    names = [WORDS[key] for key in ("rising", "new")]
    colours = alt.Scale(domain=names, range=[STATUS_COLOURS[key] for key in ("rising", "new")])
    bars = base.mark_bar(size=16).encode(
        x=x, y=y, color=alt.Color("status:N", scale=colours, legend=None), tooltip=["term:N", "label:N"]
    )
    labels = base.mark_text(align="left", dx=8).encode(x=x, y=y, text="label:N")
    return alt.layer(bars, labels).properties(title=title, width=width, height=alt.Step(28))


def _trend_record(row: dict[Any, Any]) -> dict[str, Any]:
    status = str(row["status"])
    counts = f"{format_count(row['documents'])} 篇（前期 {format_count(row['baseline_documents'])}）"
    return {
        "term": _short(plain(row["term"]), 14),
        "score": 0.0 if pd.isna(row["score"]) else max(round(float(row["score"]), 4), 0.0),
        "status": WORDS.get(status, status),
        "label": f"{STATUS_MARKS.get(status, '')} {WORDS.get(status, status)}　{counts}",
    }


def term_lines(counts: pd.DataFrame, *, width: int = 180, columns: int = 3) -> alt.Chart:
    """Small multiples of document counts: one panel a term, all on one scale, the last period labelled.

    `counts` has term, week (or starts: the first day of each period) and documents, as `term_history` gives it; a
    period without a row counts as zero.
    """
    import altair as alt

    start = "starts" if "starts" in counts.columns else "week"
    _need(counts, ("term", start, "documents"), "词频")
    if counts.empty:
        return _nothing("还没有可画的词")
    pairs = zip(counts["term"], counts[start], counts["documents"], strict=True)
    number = {(plain(term), as_date(week)): int(documents) for term, week, documents in pairs}
    terms = list(dict.fromkeys(term for term, _ in number))
    seen = sorted({day for _, day in number if day is not None})
    first, last = seen[0], seen[-1]
    step = min(((after - day).days for day, after in itertools.pairwise(seen)), default=7)
    weeks = [first + dt.timedelta(days=days) for days in range(0, (last - first).days + 1, step)]
    records: list[dict[str, Any]] = [
        {
            "term": term,
            "week": f"{week.month}月{week.day}日" if first.year == last.year else week.isoformat(),
            "documents": number.get((term, week), 0),
            "last": week == weeks[-1],
        }
        for term in terms
        for week in weeks
    ]
    period = "每周" if step == 7 else f"每 {step} 天"
    now, before = _growth(records, terms)
    best = max(terms, key=lambda term: now[term] - before[term])
    title = _title(
        f"涨得最多：{best}（{now[best]} 篇，之前平均 {format_count(before[best])} 篇）", f"{period}提到的篇数"
    )
    shown = list(dict.fromkeys(record["week"] for record in records))
    ends = [shown[0], shown[-1]]
    # both labels stay inside their panel, else neighbours run into each other
    align = {"condition": {"test": "datum.index === 0", "value": "left"}, "value": "right"}
    axis = alt.Axis(
        title=None, values=ends, labelAngle=0, labelAlign=align, labelPadding=8, ticks=False, grid=False
    )
    x = alt.X("week:O", sort=shown, axis=axis, scale=alt.Scale(padding=0.4))
    peak = max(record["documents"] for record in records) or 1
    y = alt.Y(
        "documents:Q",
        title=None,
        axis=alt.Axis(tickCount=3, domain=False, ticks=False, format="d"),
        scale=alt.Scale(domain=[0, peak * 1.3], nice=False),
    )
    base = _chart(records)
    last = base.transform_filter("datum.last")
    panel = alt.layer(
        base.mark_line().encode(x=x, y=y),
        last.mark_circle(size=48, opacity=1, color=ACCENT).encode(x=x, y=y),
        last.mark_text(dy=-10).encode(x=x, y=y, text="documents:Q"),
    ).properties(width=width, height=88)
    facet = alt.Facet("term:N", sort=terms, header=alt.Header(title=None))
    return panel.facet(facet=facet, columns=columns, title=title).resolve_axis(x="independent")


def _growth(records: list[dict[str, Any]], terms: list[str]) -> tuple[dict[str, int], dict[str, float]]:
    """Documents in the last week and the mean of the weeks before it, for each term."""
    now = {record["term"]: record["documents"] for record in records if record["last"]}
    earlier: dict[str, list[int]] = {term: [] for term in terms}
    for record in records:
        if not record["last"]:
            earlier[record["term"]].append(record["documents"])
    return now, {term: sum(values) / len(values) if values else 0.0 for term, values in earlier.items()}
