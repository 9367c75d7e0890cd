"""A chart of what we write about and rivals do not, and the reverse."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import format_count
from toolkit.charts._labels import LABEL_SIZE, one_line, place_labels, short_names, title_within
from toolkit.charts._theme import OKABE_ITO, _chart, _nothing
from toolkit.schema import CONTRAST, as_whole, check

if TYPE_CHECKING:
    import altair as alt

_SIDES = {"theirs": "同行写得多", "ours": "我们写得多"}
_COLOURS = {"theirs": OKABE_ITO[5], "ours": OKABE_ITO[4]}
# the golden angle: dots that share a place spread evenly around it (Vogel 1979)
_TURN = math.pi * (3 - math.sqrt(5))


def contrast_scatter(
    contrast: pd.DataFrame, *, top: int = 60, width: int = 560, height: int = 400
) -> alt.Chart:
    """A scatter of CONTRAST: across our documents, upwards rivals', both on a log scale that has a zero.

    The dot is larger the surer the difference (|z|); dots with the same two counts are set a little apart. Names never
    cover one another nor a dot: the surest are named first, those without room have only their tooltip, and the
    subtitle says how many. A click in the legend leaves one side. No rows give a sentence.

    Raises ColumnError for another frame, ChoiceError for a `top` that is no whole number from 1.
    """
    top = as_whole(top, "top（最多画几个词）")
    frame = check(contrast, CONTRAST)
    frame = frame.assign(weight=frame["z"].abs()).dropna(subset=["weight", "ours", "theirs"])
    if frame.empty:
        return _nothing("我们和同行写的，看不出明显的差别")
    frame = frame.sort_values(["weight", "term"], ascending=[False, True], kind="stable")
    shown = frame.head(top)
    across = _axis(shown["ours"], width)
    upwards = _axis(shown["theirs"], height)
    records = _dots(shown, across, upwards)
    boxes = place_labels(
        [row["name"] for row in records],
        [(row.pop("px"), row.pop("py"), row.pop("radius")) for row in records],
        width=width,
        height=height,
    )
    names = [
        {
            "name": row["name"],
            "side": row["side"],
            "x": across.value(box.left),
            "y": upwards.value(height - (box.top + box.bottom) / 2),
        }
        for row, box in zip(records, boxes, strict=True)
        if box is not None
    ]
    said = _subtitle(shown, len(frame) - len(shown), len(records) - len(names))
    title = title_within(_answer(frame), said, max(width, 240))
    return _layers(records, names, across, upwards).properties(title=title, width=width, height=height)


@dataclass(frozen=True)
class _Axis:
    """A log(1 + count) scale, mirrored below zero, from `low` to `high` over so many pixels."""

    low: float
    high: float
    pixels: int

    def place(self, count: float) -> float:
        """Pixels from the low end."""
        low, high = _log(self.low), _log(self.high)
        return (_log(count) - low) / (high - low) * self.pixels

    def value(self, place: float) -> float:
        """The count that stands there: the reverse of `place`."""
        low, high = _log(self.low), _log(self.high)
        log = low + place / self.pixels * (high - low)
        return round(math.copysign(math.expm1(abs(log)), log), 6)

    def ticks(self) -> list[int]:
        """Zero and round counts, few enough to be read."""
        tens = [10**power for power in range(12)]
        ticks = [0, *(part * ten for ten in tens for part in (1, 2, 5))]
        ticks = [tick for tick in ticks if self.low <= tick <= self.high]
        return ticks if len(ticks) <= 8 else [tick for tick in ticks if tick in (0, *tens)]


def _log(count: float) -> float:
    return math.copysign(math.log1p(abs(count)), count)


def _axis(counts: pd.Series[Any], pixels: int) -> _Axis:
    """From zero, unless all counts are far from it, with room at both ends."""
    least, most = int(counts.min()), int(counts.max())
    return _Axis(-0.5 if least < 10 else least * 0.7, most * 1.25 + 1, pixels)


def _answer(frame: pd.DataFrame) -> str:
    """The surest words of the side that an editor can act on: what rivals have and we lack."""
    best = {side: frame.loc[frame["side"] == side, "term"].head(3) for side in _SIDES}
    side, said = ("theirs", "同行在写、我们少写") if len(best["theirs"]) else ("ours", "我们在写、同行少写")
    return f"{said}：{'、'.join(short_names(best[side], 12))}"


def _subtitle(shown: pd.DataFrame, left: int, unnamed: int) -> list[str]:
    parts = ["横看我们的篇数，竖看同行的篇数", "点越大，差别越确定"]
    if shown.duplicated(["ours", "theirs"]).any():
        parts.append("篇数相同的点稍稍错开")
    if left:
        parts.append(f"只画差别最确定的 {len(shown)} 个词，另有 {left} 个没有画")
    if unnamed:
        parts.append(f"有 {unnamed} 个词放不下名字（交互图里指着点可以看到）")
    return parts


def _dots(frame: pd.DataFrame, across: _Axis, upwards: _Axis) -> list[dict[str, Any]]:
    """The dots as records, with their place in pixels."""
    largest = float(frame["weight"].max()) or 1.0
    same: dict[tuple[int, int], int] = defaultdict(int)
    rows: list[dict[str, Any]] = []
    for row, name in zip(frame.to_dict("records"), short_names(frame["term"], 12), strict=True):
        ours, theirs = int(row["ours"]), int(row["theirs"])
        radius = round(2.5 + 4.5 * math.sqrt(min(row["weight"] / largest, 1.0)), 2)
        place = same[ours, theirs]
        same[ours, theirs] += 1
        away = 9 * math.sqrt(place)
        px = across.place(ours) + away * math.cos(place * _TURN)
        up = upwards.place(theirs) - away * math.sin(place * _TURN)
        px, up = _within(px, radius, across.pixels), _within(up, radius, upwards.pixels)
        said = _SIDES.get(str(row["side"]), "")
        rows.append(
            {
                "name": name,
                "term": one_line(row["term"]),
                "side": said,
                "ours": format_count(ours),
                "theirs": format_count(theirs),
                "z": round(float(row["z"]), 2),
                # Vega's size is an area
                "area": round(math.pi * radius**2, 2),
                "x": across.value(px),
                "y": upwards.value(up),
                "px": px,
                "py": upwards.pixels - up,
                "radius": radius,
            }
        )
    return rows


def _within(place: float, radius: float, pixels: int) -> float:
    return min(max(place, radius), pixels - radius)


def _layers(
    records: list[dict[str, Any]], names: list[dict[str, Any]], across: _Axis, upwards: _Axis
) -> alt.LayerChart:
    from toolkit.charts._altair import alt, rows_of

    def shown(axis: _Axis, title: str) -> dict[str, Any]:
        scale = alt.Scale(type="symlog", constant=1, domain=[axis.low, axis.high], nice=False, zero=False)
        said = "datum.value >= 10000 ? datum.value / 10000 + '万' : datum.value"
        marks = alt.Axis(title=title, values=axis.ticks(), labelExpr=said, ticks=False, domain=False)
        return {"scale": scale, "axis": marks}

    x = alt.X("x:Q", **shown(across, "我们的篇数"))
    y = alt.Y("y:Q", **shown(upwards, "同行的篇数"))
    sides = alt.Scale(domain=list(_SIDES.values()), range=list(_COLOURS.values()))
    shapes = alt.Scale(domain=list(_SIDES.values()), range=["circle", "diamond"])
    pick = alt.selection_point(name="side", fields=["side"], bind="legend")
    seen = alt.condition(pick, alt.value(0.85), alt.value(0.1))
    tips = [
        alt.Tooltip(f"{field}:N", title=caption)
        for field, caption in (
            *(("term", "词"), ("side", "偏向"), ("ours", "我们的篇数"), ("theirs", "同行的篇数")),
            ("z", "差异（z）"),
        )
    ]
    dots = (
        _chart(records)
        .mark_point(filled=True)
        .encode(
            x=x,
            y=y,
            color=alt.Color("side:N", scale=sides, legend=alt.Legend(title=None)),
            shape=alt.Shape("side:N", scale=shapes, legend=alt.Legend(title=None)),
            size=alt.Size("area:Q", scale=None),
            opacity=seen,
            tooltip=tips,
        )
        .add_params(pick)
        # without a name Altair counts its views, and no two runs would give the same bytes
        .properties(name="dots")
    )
    words = alt.Chart(rows_of(names)).mark_text(align="left", baseline="middle", fontSize=LABEL_SIZE)
    return alt.layer(dots, words.encode(x=x, y=y, text="name:N", opacity=seen))
