"""A chart of who drives each trend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import format_count, format_share
from toolkit.charts._labels import one_line, short_names, text_width, title_within
from toolkit.charts._theme import OKABE_ITO, PAGE_MUTED, PALE, STATUS_MARKS, _chart, _nothing, outlined
from toolkit.schema import TRENDS, Column, Contract, as_whole, check

if TYPE_CHECKING:
    import altair as alt

_OTHERS = "其他"
# black letters stand on each of these at 5 : 1 or better, on a light and on a dark page
_FILLS = (*OKABE_ITO[:4], *OKABE_ITO[5:7])
_LETTERS, _REST = "#000000", PALE
# pixels to the right of the bars, for the sums
_BESIDE = 96
# what by= adds to TRENDS, with the words for one of them and for none
_BY = {"source": ("来源", "家", "未注明来源"), "channel": ("渠道", "个渠道", "未注明渠道")}


def driver_bars(drivers: pd.DataFrame, *, top: int = 8, width: int = 480) -> alt.Chart | alt.LayerChart:
    """Bars of who drives each of the first `top` trends: a bar a term, parted by the share of its documents.

    `drivers` is the frame of `mine_trends(by="source")` or `by="channel"`: a row for each term and source, with share
    (0 to 1). The six busiest sources have a colour each; the others, and what the table leaves out of a term, are
    其他. A part carries its name where it fits; a click in the legend leaves one source. No rows give a sentence.

    Raises ColumnError for another frame, ChoiceError for a `top` that is no whole number from 1.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几个词）")
    frame = check(drivers, TRENDS)
    by = "channel" if {"channel", "渠道"} & set(frame) and not {"source", "来源"} & set(frame) else "source"
    caption, unit, blank = _BY[by]
    added = Contract("DRIVERS", "热词来源", (Column(by, "text", caption), Column("share", "score", "占比")))
    frame = check(frame, added)
    frame = frame.assign(term=frame["term"].map(one_line), who=frame[by].map(one_line).replace("", blank))
    frame = frame[frame["term"].isin(frame["term"].drop_duplicates().head(top)) & (frame["share"] > 0)]
    if frame.empty:
        return _nothing("还看不出热词由谁带动")
    names = _names(frame)
    records = _parts(frame, names, width - _BESIDE)
    said = ["条长是占这个词本期篇数的比例", f"右边是篇数，和写它的有几{unit}"]
    title = title_within(_answer(frame, unit), said, width + 96)
    return _layers(records, _sums(frame, unit), names, width).properties(
        title=title, width=width, height=alt.Step(32)
    )


def _names(frame: pd.DataFrame) -> dict[str, str]:
    """The busiest sources, busiest first, with the short name each goes by."""
    busiest = frame.groupby("who")["documents"].sum().reset_index()
    busiest = busiest.sort_values(["documents", "who"], ascending=[False, True]).head(len(_FILLS))
    return dict(zip(busiest["who"], short_names(busiest["who"], 8, taken=[_OTHERS]), strict=True))


def _parts(frame: pd.DataFrame, names: dict[str, str], width: int) -> list[dict[str, Any]]:
    """A record for each part of each bar, from its left end to its right."""
    records: list[dict[str, Any]] = []
    groups = frame.groupby("term", sort=False)
    for (_, rows), label in zip(groups, _labels(frame), strict=True):
        named = rows[rows["who"].isin(names.keys())]
        shares = dict(zip(named["who"].map(names), named["share"].astype("float64"), strict=True))
        told = sum(shares.values())
        if told < 0.9995:
            shares[_OTHERS] = 1 - told
        left = 0.0
        for who, share in shares.items():
            part = share / max(told, 1.0)
            said = f"{who} {part:.0%}"
            fits = next((text for text in (said, f"{part:.0%}") if text_width(text) + 8 <= part * width), "")
            records.append(
                {
                    "term": label,
                    "who": who,
                    "start": round(left, 6),
                    "end": round(left + part, 6),
                    "middle": round(left + part / 2, 6),
                    "share": format_share(part),
                    "said": fits,
                }
            )
            left += part
    return records


def _labels(frame: pd.DataFrame) -> list[str]:
    """What stands to the left of each bar: the status as a sign, and the word."""
    first = frame.drop_duplicates("term")
    names = short_names(first["term"], 12)
    return [
        f"{STATUS_MARKS.get(str(status), '')} {name}".strip()
        for status, name in zip(first["status"], names, strict=True)
    ]


def _sums(frame: pd.DataFrame, unit: str) -> list[dict[str, Any]]:
    """What stands to the right of each bar: the term's documents, of which a share is each source's own."""
    first = frame.drop_duplicates("term")
    totals = (first["documents"].astype("float64") / first["share"]).round()
    rows = zip(_labels(frame), totals, _counts(frame, unit), strict=True)
    return [
        {"term": label, "end": 1, "said": f"{format_count(total)} 篇，{count} {unit}"}
        for label, total, count in rows
    ]


def _counts(frame: pd.DataFrame, unit: str) -> list[int]:
    """How many write about each term: TRENDS says so for sources even where not all of them are listed."""
    groups = frame.groupby("term", sort=False)
    listed = groups.size()
    return [int(count) for count in (groups["sources"].max().clip(lower=listed) if unit == "家" else listed)]


def _answer(frame: pd.DataFrame, unit: str) -> str:
    """Who drives the first word, said no more strongly than the share allows."""
    rows = frame[frame["term"] == frame["term"].iloc[0]].sort_values(
        ["share", "who"], ascending=[False, True]
    )
    term, who = short_names([rows["term"].iloc[0]], 12)[0], short_names([rows["who"].iloc[0]], 12)[0]
    share = float(rows["share"].iloc[0])
    if share >= 0.9995:
        return f"{term}：只有「{who}」在写"
    if share > 0.5:
        return f"{term}：主要由「{who}」带动（{share:.0%}）"
    even = (rows["share"] > share - 0.0005).sum() > 1
    return f"{term}：{_counts(frame, unit)[0]} {unit}都在写" + (
        "，没有谁特别多" if even else f"，「{who}」最多（{share:.0%}）"
    )


def _layers(
    records: list[dict[str, Any]], sums: list[dict[str, Any]], names: dict[str, str], width: int
) -> alt.LayerChart:
    from toolkit.charts._altair import alt, rows_of

    terms = [row["term"] for row in sums]
    y = alt.Y("term:N", sort=terms, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    scale = alt.Scale(domain=[0, width / (width - _BESIDE)], nice=False)
    start, middle, end = (alt.X(f"{field}:Q", axis=None, scale=scale) for field in ("start", "middle", "end"))
    seen = {record["who"] for record in records}
    colours = {name: fill for name, fill in zip(names.values(), _FILLS, strict=False) if name in seen}
    colours |= {_OTHERS: _REST} if _OTHERS in seen else {}
    palette = alt.Scale(domain=list(colours), range=list(colours.values()))
    pick = alt.selection_point(name="who", fields=["who"], bind="legend")
    faint = alt.condition(pick, alt.value(1), alt.value(0.15))
    base = _chart(records)
    tips = [
        alt.Tooltip(f"{field}:N", title=said)
        for field, said in (("term", "词"), ("who", "谁"), ("share", "占比"))
    ]
    bars = base.mark_bar(size=20, stroke=PAGE_MUTED, strokeWidth=1).encode(
        x=start,
        x2="end:Q",
        y=y,
        color=alt.Color("who:N", scale=palette, legend=outlined(columns=max(width // 110, 2))),
        opacity=faint,
        tooltip=tips,
    )
    inside = base.transform_filter("datum.said != ''").mark_text(color=_LETTERS, aria=False)
    beside = alt.Chart(rows_of(sums)).mark_text(align="left", dx=8)
    return alt.layer(
        # without a name Altair counts its views, and no two runs would give the same bytes
        bars.add_params(pick).properties(name="bars"),
        inside.encode(x=middle, y=y, text="said:N", opacity=faint),
        beside.encode(x=end, y=y, text="said:N"),
    )
