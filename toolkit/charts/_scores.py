"""Charts of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit.schema import (
    HEADLINES,
    check,
)

if TYPE_CHECKING:
    import altair as alt
from toolkit.charts._format import plain
from toolkit.charts._theme import OKABE_ITO, PAGE_MUTED, _chart, _nothing, _short, _title, outlined
from toolkit.charts._words import part_caption, part_columns


def score_parts(headlines: pd.DataFrame, *, top: int = 6, width: int = 420) -> alt.Chart:
    """Stacked bars of what each of a few headlines' craft score is made of, with the sum beside the bar.

    The rows keep their order; parts below zero stand to the left of the line.
    """
    from toolkit.charts._altair import alt, rows_of

    frame = check(headlines, HEADLINES).head(top)
    parts = part_columns(frame)
    if frame.empty or not parts:
        return _nothing("还没有可拆开看的写法分")
    names = [f"{place}. {_short(plain(text), 18)}" for place, text in enumerate(frame["headline"], start=1)]
    records = [
        {"headline": name, "part": part_caption(str(part)), "order": place, "points": round(float(value), 4)}
        for name, row in zip(names, frame[parts].to_dict("records"), strict=True)
        for place, (part, value) in enumerate(row.items())
        if not pd.isna(value)
    ]
    best = int(frame["craft"].astype("float64").fillna(-1.0).to_numpy().argmax())
    title = _title(f"写法分最高：{_short(plain(frame['headline'].iloc[best]), 24)}", "写法检查，不是预测")
    captions = [part_caption(part) for part in parts]
    y = alt.Y("headline:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    # black is not for bars: it would read as the sum
    scale = alt.Scale(domain=captions, range=[OKABE_ITO[place % 7] for place in range(len(captions))])
    bars = (
        _chart(records)
        .mark_bar(size=18, stroke=PAGE_MUTED, strokeWidth=1)
        .encode(
            x=alt.X("points:Q", title=None, axis=alt.Axis(tickCount=5, domain=False, ticks=False)),
            y=y,
            color=alt.Color("part:N", scale=scale, legend=outlined(columns=4)),
            order=alt.Order("order:Q"),
            tooltip=["headline:N", "part:N", "points:Q"],
        )
    )
    # the sum stands at the end of the bar, which lies beyond it where a part is negative
    ends = frame[parts].astype("float64").clip(lower=0).sum(axis=1)
    sums = [
        {"headline": name, "end": round(end, 4), "label": "—" if pd.isna(craft) else f"{craft:.0f}"}
        for name, end, craft in zip(names, ends, frame["craft"], strict=True)
    ]
    total = alt.Chart(rows_of(sums)).mark_text(align="left", dx=6, fontWeight=600)
    return alt.layer(bars, total.encode(x="end:Q", y=y, text="label:N")).properties(
        title=title, width=width, height=alt.Step(36)
    )
