"""A chart of a budget's three classes, this year against last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import format_share, format_yuan
from toolkit.charts._gantt import room_beside
from toolkit.charts._labels import title_within
from toolkit.charts._theme import ACCENT, PAGE_INK, STATUS_COLOURS, _chart, _nothing
from toolkit.schema import BUDGET, COLUMN_WORDS, check, with_amounts

if TYPE_CHECKING:
    import altair as alt

_GREY = STATUS_COLOURS["steady"]


def budget_bars(budget: pd.DataFrame, *, width: int = 360) -> alt.Chart | alt.LayerChart:
    """Bars of what each class of BUDGET gets this year, in yuan, with last year as a line over the bar.

    The largest class is red. Lines without an amount, or with one below zero, are left out and counted in the
    subtitle. `width` is the plot's, in pixels. A budget without amounts gives a sentence.

    Raises ColumnError for a table without its columns.
    """
    from toolkit.charts._altair import alt

    frame = with_amounts(check(budget, BUDGET))
    rows = _classes(frame)
    total = sum(row["amount"] for row in rows)
    if not total:
        return _nothing("预算还没有金额" if len(frame) else "还没有预算")
    most = max(rows, key=lambda row: row["amount"])
    for row in rows:
        row["red"] = row is most
        before = f"　去年 {format_yuan(row['last'])}" if row["last"] is not None else ""
        row["said"] = f"{format_yuan(row['amount'])}（{format_share(row['amount'] / total)}）{before}"
    title = f"今年共 {format_yuan(total)}"
    title += f"，{most['name']}占得最多（{format_share(most['amount'] / total)}）" if len(rows) > 1 else ""
    names = [row["name"] for row in rows]
    base = _chart(rows)
    peak = max(max(row["amount"], row["last"] or 0) for row in rows)
    scale = alt.Scale(domain=[0, peak], nice=False)
    x, last = (alt.X(f"{field}:Q", axis=None, scale=scale) for field in ("amount", "last"))
    axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8)
    y = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names), axis=axis)
    tips = [alt.Tooltip("name:N", title="类别"), alt.Tooltip("said:N", title="金额")]
    fill = alt.condition("datum.red", alt.value(ACCENT), alt.value(_GREY))
    known = base.transform_filter("isValid(datum.last)")
    return alt.layer(
        base.mark_bar(height=16).encode(x=x, y=y, color=fill, tooltip=tips),
        known.mark_tick(thickness=1.5, height=24, color=PAGE_INK, aria=False).encode(x=last, y=y),
        base.mark_text(align="left").encode(x=alt.value(width + 8), y=y, text="said:N", tooltip=tips),
        room_beside(base, [row["said"] for row in rows], width + 8),
    ).properties(
        title=title_within(title, _said(frame, rows), width + 200), width=width, height=32 * len(names)
    )


def _is_amount(value: Any) -> bool:
    return not pd.isna(value) and math.isfinite(value) and value >= 0


def _classes(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A record for each class that any line has, in the contract's order."""
    words = COLUMN_WORDS["budget_class"]
    sums: dict[str, dict[str, Any]] = {}
    for row in frame.to_dict("records"):
        name = words.get(row["budget_class"], words["other"])
        found = sums.setdefault(name, {"name": name, "amount": 0.0, "last": None})
        if _is_amount(row["amount"]):
            found["amount"] += float(row["amount"])
        if _is_amount(row["last_year"]):
            found["last"] = (found["last"] or 0.0) + float(row["last_year"])
    return [sums[name] for name in words.values() if name in sums]


def _said(frame: pd.DataFrame, rows: list[dict[str, Any]]) -> list[str]:
    said = ["条长是今年"]
    if any(row["last"] is not None for row in rows):
        said.append("竖线是去年")
    amounts = list(frame["amount"])
    blank = sum(pd.isna(value) or not math.isfinite(value) for value in amounts)
    unknown = sum(not _is_amount(value) for value in frame["last_year"])
    below = sum(value < 0 and math.isfinite(value) for value in amounts if not pd.isna(value))
    said += [f"{unknown} 条没写去年"] if 0 < unknown < len(frame) else []
    said += [f"{blank} 条没有金额，没有算"] if blank else []
    said += [f"{below} 条金额是负数，没有算"] if below else []
    return said
