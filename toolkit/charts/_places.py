"""A chart of the other times of a post: what each would gain or lose, and what bars the rest."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import format_day, format_time
from toolkit.charts._labels import one_line, title_within
from toolkit.charts._theme import ACCENT, PAGE_ACCENT, PAGE_INK, PAGE_MUTED, STATUS_COLOURS, _chart, _nothing
from toolkit.schema import PLACES, RULES, as_whole, check

if TYPE_CHECKING:
    import altair as alt

_GREY = STATUS_COLOURS["steady"]
_BESIDE = 160
# smaller differences are rounding
_SAME = 0.005


def why_here(places: pd.DataFrame, *, top: int = 31, width: int = 320) -> alt.Chart | alt.LayerChart:
    """A row for each day on which a post could stand: a bar for what its best time there gains or loses.

    `places` is PLACES, as `explain_post` gives it: `value_change` is in units of value, and a place with a `rule_id` is
    barred. Dots are the day's other permitted times; a day on which every time is barred has a cross and the rule that
    bars most of them. The text beside says the day's best time and its difference. Of more than `top` days those next
    to the chosen one are drawn (the first where none is chosen). `width` in pixels is for the bars. No rows give a
    sentence.

    Raises ColumnError for another frame, ChoiceError for a `top` that is no whole number from 1.
    """
    top = as_whole(top, "top（最多画几天）")
    frame = check(places, PLACES)
    frame = frame[frame["starts_at"].notna()].sort_values("starts_at", kind="stable")
    if frame.empty:
        return _nothing("没有可以比较的时间")
    by_day: dict[dt.date, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        by_day.setdefault(row["starts_at"].date(), []).append(row)
    now = next((row for rows in by_day.values() for row in rows if row["chosen"]), None)
    centre = now["starts_at"].date() if now else min(by_day)
    days = sorted(sorted(by_day, key=lambda day: (abs((day - centre).days), day))[:top])
    records = [record for day in days for record in _records(day, by_day[day])]
    said = ["条是当天最好的时间比现在多或少的价值", "圆点是当天别的时间", "✕ 是当天不能发"]
    said += [f"只画离现在最近的 {len(days)} 天，共 {len(by_day)} 天"] if len(days) < len(by_day) else []
    free = [row for rows in by_day.values() for row in rows if _is_free(row) and not row["chosen"]]
    title = title_within(_answer(now, free), said, width + _BESIDE + 80)
    return _layers(records, [format_day(day) for day in days], width).properties(
        title=title, width=width, height=22 * len(days)
    )


def _is_free(row: dict[str, Any]) -> bool:
    """Whether a place is permitted and its difference known."""
    return pd.isna(row["rule_id"]) and not pd.isna(row["value_change"])


def _records(day: dt.date, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is drawn of a day: its best time (the chosen one, where it has it), the others, or a cross."""
    name = format_day(day)
    # the chosen place is drawn even where a rule would bar it, as for a pinned post
    chosen = [row for row in rows if row["chosen"]]
    free = [row for row in rows if _is_free(row)]
    best = chosen[:1] or sorted(free, key=lambda row: -row["value_change"])[:1]
    if not best:
        return [{"day": name, "kind": "barred", "change": 0.0, "said": f"✕ {_bar(rows)}", "why": _bar(rows)}]
    records = []
    for row in [*best, *(row for row in free if row is not best[0])]:
        kind = "other" if row is not best[0] else "chosen" if row["chosen"] else "best"
        change = 0.0 if pd.isna(row["value_change"]) else round(float(row["value_change"]), 6)
        clock = f"{row['starts_at']:%H:%M}"
        said = f"{clock} 现在" if kind == "chosen" else f"{clock} {_difference(change)}"
        records.append(
            {"day": name, "kind": kind, "change": change, "said": said, "why": one_line(row["reason"])}
        )
    return records


def _bar(rows: list[dict[str, Any]]) -> str:
    """The rule that bars most of these places, as an editor reads it; the first among equals."""
    names = [str(row["rule_id"]) for row in rows if not pd.isna(row["rule_id"])]
    if not names:
        return "不能发"
    rule = max(dict.fromkeys(names), key=names.count)
    return RULES[rule].name if rule in RULES else rule


def _difference(change: float) -> str:
    if abs(change) < _SAME:
        return "一样"
    size = f"{abs(change):.2f}".rstrip("0").rstrip(".")
    return f"{'多' if change > 0 else '少'} {size}"


def _answer(now: dict[str, Any] | None, free: list[dict[str, Any]]) -> str:
    """Whether another time would be better."""
    best = max(free, key=lambda row: row["value_change"], default=None)
    if now is None:
        return (
            "没有可以发的时间"
            if best is None
            else f"还没有排入；最好的时间是 {format_time(best['starts_at'])}"
        )
    here = f"现在是 {format_time(now['starts_at'])}"
    if best is None:
        return f"{here}，别的时间都不能发"
    if best["value_change"] >= _SAME:
        return f"{here}；换到 {format_time(best['starts_at'])} 会{_difference(best['value_change'])}"
    if best["value_change"] > -_SAME:
        return f"{here}，已是最好的；{format_time(best['starts_at'])} 一样好"
    return f"{here}，已是最好的；次好的 {format_time(best['starts_at'])} {_difference(best['value_change'])}"


def _layers(records: list[dict[str, Any]], names: list[str], width: int) -> alt.LayerChart:
    from toolkit.charts._altair import alt, rows_of

    changes = [record["change"] for record in records]
    reach = max(1e-9, max(changes) - min(changes))
    # the zero line is in sight, with a little room on both sides
    domain = [min(0.0, *changes) - reach * 0.08, max(0.0, *changes) + reach * 0.08]
    scale = alt.Scale(domain=domain if max(map(abs, changes)) else [-1, 1], nice=False)
    x = alt.X("change:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5, domain=False, ticks=False))
    quiet = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8)
    y = alt.Y("day:N", sort=names, scale=alt.Scale(domain=names), axis=quiet)
    captions = {"day": "日期", "said": "时间", "why": "说明"}
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]
    base = _chart(records)

    def of(*kinds: str) -> alt.Chart:
        return base.transform_filter(" || ".join(f"datum.kind === '{kind}'" for kind in kinds))

    tone = alt.when("datum.kind === 'chosen'").then(alt.value(PAGE_ACCENT))
    tone = tone.when("datum.kind === 'barred'").then(alt.value(PAGE_MUTED)).otherwise(alt.value(PAGE_INK))
    zero = alt.Chart(rows_of([{"zero": 0}])).mark_rule(color=PAGE_MUTED, aria=False)
    return alt.layer(
        zero.encode(x=alt.X("zero:Q", scale=scale)),
        of("best").mark_bar(height=10, color=_GREY).encode(x=x, y=y, tooltip=tips),
        of("other").mark_circle(size=20, color=PAGE_MUTED, opacity=1).encode(x=x, y=y, tooltip=tips),
        of("barred").mark_text(text="✕", color=PAGE_MUTED).encode(x=x, y=y, tooltip=tips),
        of("chosen").mark_circle(size=80, color=ACCENT, opacity=1).encode(x=x, y=y, tooltip=tips),
        of("best", "chosen", "barred")
        .mark_text(align="left")
        .encode(x=alt.value(width + 8), y=y, text="said:N", color=tone, tooltip=tips),
    )
