"""The look of every chart: fonts, colours, titles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.schema import ChoiceError, shown_value

if TYPE_CHECKING:
    import altair as alt

FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'

ACCENT = "#B93A2B"

INK, MUTED, LINE, PAPER = "#1F2328", "#5C636B", "#D9DCE0", "#FFFFFF"

# The same on a page of JupyterLab: its own surfaces and inks, so that a chart stands in either theme. What stands
# behind the comma is for files, which know no theme; `written` puts it there.
PAGE_INK = f"var(--jp-content-font-color1, {INK})"
PAGE_MUTED = f"var(--jp-ui-font-color2, {MUTED})"
PAGE_LINE = f"var(--jp-border-color2, {LINE})"
PAGE_FRAME = "var(--jp-border-color1, #BFC4CA)"
PAGE_SOFT = "var(--jp-layout-color2, #F0F1F3)"
PAGE_PAPER = f"var(--jp-layout-color0, {PAPER})"
# for words in the accent: darker on a light page, lighter on a dark one
PAGE_ACCENT = f"color-mix(in srgb, {ACCENT} 75%, {PAGE_INK})"
_WRITTEN = {
    PAGE_ACCENT: ACCENT,
    **{PAGE_INK: INK, PAGE_MUTED: MUTED, PAGE_LINE: LINE, PAGE_PAPER: PAPER},
    **{PAGE_FRAME: "#BFC4CA", PAGE_SOFT: "#F0F1F3"},
}

# Okabe & Ito, Color Universal Design (2008): told apart with any common colour blindness
OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000")

STATUS_COLOURS = {"new": "#0072B2", "rising": ACCENT, "steady": "#868E96", "fading": "#8C7B6B"}

# a fill that says least; like the light ones above it needs an outline in PAGE_MUTED
PALE = "#BFC4CA"

STATUS_MARKS = {"new": "＋", "rising": "↑", "steady": "→", "fading": "↓"}


def use_theme() -> None:
    """Register and enable the house theme and the renderer that JupyterLab draws offline, in its own colours."""
    from toolkit.charts._altair import alt

    alt.theme.register("wenan", enable=True)(_theme)
    # as SVG, because a canvas knows no colour of the page it stands on
    alt.renderers.enable("mimetype", embed_options={"renderer": "svg"})


def _theme() -> Any:
    """Two sizes (14 for the title, 12 for the rest), one accent, hairlines instead of boxes."""
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 12, "titleFontSize": 12}
    ink = {"labelColor": PAGE_INK, "titleColor": PAGE_MUTED, "titleFontWeight": "normal"}
    axis = {**text, **ink, "labelLimit": 240}
    axis |= {"domainColor": PAGE_LINE, "tickColor": PAGE_LINE, "gridColor": PAGE_LINE}
    title = {
        "font": FONTS,
        "fontSize": 14,
        "anchor": "start",
        "color": PAGE_INK,
        "offset": 12,
        "fontWeight": "normal",
    }
    subtitle = {
        "subtitleFont": FONTS,
        "subtitleFontSize": 12,
        "subtitleColor": PAGE_MUTED,
        "subtitlePadding": 4,
    }
    return {
        "background": "transparent",
        "config": {
            "font": FONTS,
            "title": {**title, **subtitle},
            "axis": axis,
            "header": {**text, **ink, "labelAnchor": "start"},
            "legend": {**text, **ink, "orient": "top", "symbolType": "square"},
            "view": {"stroke": None},
            "range": {"category": list(OKABE_ITO), "heatmap": ["#FBEDEA", ACCENT]},
            "bar": {"color": ACCENT},
            "line": {"color": ACCENT, "strokeWidth": 2},
            "text": {"font": FONTS, "fontSize": 12, "color": PAGE_INK},
        },
    }


def _chart(records: list[dict[str, Any]]) -> alt.Chart:
    """A chart over plain records: no frame is guessed at, so the same rows always give the same chart."""
    from toolkit.charts._altair import alt, rows_of

    use_theme()
    return alt.Chart(rows_of(records))


def _title(text: str, subtitle: str) -> alt.TitleParams:
    from toolkit.charts._altair import alt

    return alt.TitleParams(text, subtitle=subtitle)


def outlined(**values: Any) -> alt.Legend:
    """A legend for fills that a page's ground may swallow: each sign has an outline, as the marks have."""
    from toolkit.charts._altair import alt

    return alt.Legend(title=None, symbolStrokeColor=PAGE_MUTED, symbolStrokeWidth=1, **values)


def _nothing(sentence: str) -> alt.Chart:
    empty = _chart([{"text": ""}]).mark_text().encode(text="text:N")
    return empty.properties(title=sentence, width=360, height=24)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def written(chart: alt.Chart, *, ground: str = "transparent") -> dict[str, Any]:
    """The chart's specification for a file: colours that stand in no page's theme, on a ground of its own."""
    # not held against Vega-Lite's schema once more: a chart's rows, one by one, take longest of all there
    text = json.dumps(chart.to_dict(validate=False), ensure_ascii=False)
    for page, colour in _WRITTEN.items():
        text = text.replace(page, colour)
    spec: dict[str, Any] = json.loads(text)
    spec["background"] = ground
    spec["padding"] = {"left": 2, "top": 4, "right": 4, "bottom": 4}
    return spec


def to_svg(chart: alt.Chart, *, ground: str = "transparent") -> str:
    """The chart as one self-contained SVG text on a clear `ground`: no script, no font, nothing to load."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(written(chart, ground=ground), vl_version="5.20"))


def to_png(chart: alt.Chart, *, scale: float = 2, ground: str = PAPER) -> bytes:
    """The chart as a PNG, `scale` pixels to each of its own, on a white `ground`.

    Raises ChoiceError for a `scale` that is no number from 0.5 to 8.
    """
    import vl_convert

    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0.5 <= scale <= 8:
        raise ChoiceError(f"scale（放大几倍）要写成 0.5 到 8 的数（现在是 {shown_value(scale)}）。")
    return bytes(vl_convert.vegalite_to_png(written(chart, ground=ground), vl_version="5.20", scale=scale))


def write_chart(chart: alt.Chart, path: Path | str, *, scale: float = 2) -> Path:
    """Write a chart as .svg or .png, by the path's ending, on white, and return the path; `scale` is a PNG's.

    The folders are made. Raises ChoiceError for another ending, for what is no chart, and for a `scale` as in to_png.
    """
    where = Path(path)
    kind = where.suffix.lower()
    if not hasattr(chart, "to_dict") or not hasattr(chart, "properties"):
        raise ChoiceError(f"chart 要写成一张图，例如 trend_bars(trends)（现在是 {shown_value(chart)}）。")
    if kind not in (".svg", ".png"):
        raise ChoiceError(f"图只能存成 .svg 或 .png（现在是「{where.name}」）。请换一个结尾。")
    made = to_png(chart, scale=scale) if kind == ".png" else to_svg(chart, ground=PAPER).encode("utf-8")
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_bytes(made)
    return where
