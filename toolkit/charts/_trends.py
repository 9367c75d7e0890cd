"""The words that are new or rising, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.schema import (
    TRENDS,
    WORDS,
    as_whole,
    check,
)

if TYPE_CHECKING:
    import altair as alt
from toolkit.charts._format import format_count
from toolkit.charts._labels import short_names
from toolkit.charts._theme import STATUS_COLOURS, STATUS_MARKS, _chart, _nothing, _title


def trend_bars(trends: pd.DataFrame, *, top: int = 12, width: int = 360) -> alt.Chart:
    """Bars of the words that are new or rising, the strongest first; the bar is the score, from zero.

    Beside each bar stand the status in words and the documents of this window and of the baseline. Without
    such words the chart is a sentence.

    Raises ColumnError for another frame, ChoiceError for a `top` that is no whole number from 1.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几个词）")
    frame = check(trends, TRENDS)
    frame = frame[frame["status"].isin(["new", "rising"])].sort_values(
        ["score", "term"], ascending=[False, True], kind="stable"
    )
    if frame.empty:
        return _nothing("这一期没有明显上升的词")
    shown = frame.head(top)
    names = short_names(shown["term"], 14)
    records = [_trend_record(name, row) for name, row in zip(names, shown.to_dict("records"), strict=True)]
    order = [record["term"] for record in records]
    base = _chart(records)
    title = _title(f"上升最快：{order[0]}", "柱长是热度分；旁边是本期篇数和前期篇数")
    longest = max(float(record["score"]) for record in records) or 1.0
    y = alt.Y("term:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    # the labels need about 45% of the width to the right of the longest bar
    x = alt.X("score:Q", title=None, axis=None, scale=alt.Scale(domain=[0, longest * 1.9], nice=False))
    words = [WORDS[key] for key in ("rising", "new")]
    colours = alt.Scale(domain=words, range=[STATUS_COLOURS[key] for key in ("rising", "new")])
    bars = base.mark_bar(size=16).encode(
        x=x, y=y, color=alt.Color("status:N", scale=colours, legend=None), tooltip=["term:N", "label:N"]
    )
    labels = base.mark_text(align="left", dx=8).encode(x=x, y=y, text="label:N")
    return alt.layer(bars, labels).properties(title=title, width=width, height=alt.Step(28))


def _trend_record(name: str, row: dict[Any, Any]) -> dict[str, Any]:
    status = str(row["status"])
    counts = f"{format_count(row['documents'])} 篇（前期 {format_count(row['baseline_documents'])}）"
    return {
        "term": name,
        "score": 0.0 if pd.isna(row["score"]) else max(round(float(row["score"]), 4), 0.0),
        "status": WORDS.get(status, status),
        "label": f"{STATUS_MARKS.get(status, '')} {WORDS.get(status, status)}　{counts}",
    }
