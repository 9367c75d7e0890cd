"""Charts of a calendar."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.schema import (
    CALENDAR,
    GROUPS,
    check,
)

if TYPE_CHECKING:
    import altair as alt
from toolkit.charts._format import WEEKDAYS, format_day, plain
from toolkit.charts._theme import ACCENT, INK, PAPER, _chart, _nothing, _title


def calendar_load(calendar: pd.DataFrame, groups: pd.DataFrame) -> alt.Chart:
    """A heat map of posts for each day and segment, numbered; cancelled posts do not count."""
    import altair as alt

    frame = check(calendar, CALENDAR)
    frame = frame[(frame["status"] != "cancelled") & frame["starts_at"].notna()]
    if frame.empty:
        return _nothing("排期里还没有发布")
    people = check(groups, GROUPS)
    segment = dict(zip(people["group_id"], people["segment"], strict=True))
    places = [segment.get(group, "") or "未分人群" for group in frame["group_id"]]
    days = [stamp.date() for stamp in frame["starts_at"]]
    tally = pd.Series(1, index=pd.MultiIndex.from_arrays([places, days])).groupby(level=[0, 1]).sum()
    span = [min(days) + dt.timedelta(days=step) for step in range((max(days) - min(days)).days + 1)]
    busiest = max(span, key=days.count)
    records: list[dict[str, Any]] = [
        {"day": _day_label(day), "segment": plain(place), "posts": int(tally.get((place, day), 0))}
        for place in sorted(set(places))
        for day in span
    ]
    title = _title(f"最忙的一天：{format_day(busiest)}，{days.count(busiest)} 次发布", "每天发给各人群的次数")
    base = _chart(records)
    axis = alt.Axis(title=None, labelAngle=0, ticks=False, domain=False, labelExpr="split(datum.label, ' ')")
    x = alt.X("day:O", sort=[_day_label(day) for day in span], axis=axis)
    y = alt.Y("segment:N", title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    peak = max(record["posts"] for record in records)
    colour = alt.Color("posts:Q", legend=None, scale=alt.Scale(domain=[0, peak], range=["#FBEDEA", ACCENT]))
    ink = alt.condition(f"datum.posts > {peak * 0.6}", alt.value(PAPER), alt.value(INK))
    return alt.layer(
        base.mark_rect(stroke=PAPER, strokeWidth=2).encode(x=x, y=y, color=colour),
        base.mark_text().encode(x=x, y=y, text="posts:Q", color=ink),
    ).properties(title=title, width=alt.Step(44), height=alt.Step(36))


def _day_label(day: dt.date) -> str:
    return f"{day.month}/{day.day} {WEEKDAYS[day.weekday()]}"
