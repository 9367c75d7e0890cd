"""Charts of what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit.schema import (
    COPIES,
    check,
)

if TYPE_CHECKING:
    import altair as alt
from toolkit.charts._format import format_share, plain
from toolkit.charts._theme import OKABE_ITO, _chart, _nothing, _short, _title


def copy_bars(copies: pd.DataFrame, *, top: int = 15, width: int = 320) -> alt.Chart:
    """Bars of copies: how much of each stands word for word in another's text, with whose; without any, a sentence."""
    from toolkit.charts._altair import alt

    frame = check(copies, COPIES).head(top)
    if frame.empty:
        return _nothing("这批内容里没有发现转抄")
    records = [
        {
            "copy": f"{_short(plain(row.title), 16) or '（无标题）'}　{_short(plain(row.source), 8)}",
            "share": round(float(row.similarity), 4),
            "label": f"{format_share(row.similarity)}　原文：{_short(plain(row.original_source), 10)}",
            "original": plain(row.original_title),
        }
        for row in frame.itertuples()
    ]
    base = _chart(records)
    title = _title(f"发现 {len(copies)} 篇转抄", "柱长是与原文逐字相同的文字占全文的比例")
    # the labels need about half of the width to the right of a full bar
    x = alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1.9], nice=False))
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=320)
    y = alt.Y("copy:N", sort=[record["copy"] for record in records], title=None, axis=axis)
    bars = base.mark_bar(size=16, color=OKABE_ITO[4]).encode(
        x=x, y=y, tooltip=["copy:N", "label:N", "original:N"]
    )
    labels = base.mark_text(align="left", dx=8).encode(x=x, y=y, text="label:N")
    return alt.layer(bars, labels).properties(title=title, width=width, height=alt.Step(28))
