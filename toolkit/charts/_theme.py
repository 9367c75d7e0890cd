"""The look of every chart: fonts, colours, titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'

ACCENT = "#B93A2B"

INK, MUTED, LINE, PAPER = "#1F2328", "#5C636B", "#D9DCE0", "#FFFFFF"

# Okabe & Ito, Color Universal Design (2008): told apart with any common colour blindness
OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000")

STATUS_COLOURS = {"new": "#0072B2", "rising": ACCENT, "steady": "#868E96", "fading": "#BFC4CA"}

STATUS_MARKS = {"new": "＋", "rising": "↑", "steady": "→", "fading": "↓"}


def use_theme() -> None:
    """Register and enable the house theme and the renderer that JupyterLab draws offline."""
    import altair as alt

    alt.theme.register("wenan", enable=True)(_theme)
    alt.renderers.enable("mimetype")


def _theme() -> Any:
    """Two sizes (14 for the title, 12 for the rest), one accent, hairlines instead of boxes."""
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 12, "titleFontSize": 12}
    ink = {"labelColor": INK, "titleColor": MUTED, "titleFontWeight": "normal"}
    axis = {**text, **ink, "domainColor": LINE, "tickColor": LINE, "gridColor": LINE, "labelLimit": 240}
    title = {
        "font": FONTS,
        "fontSize": 14,
        "anchor": "start",
        "color": INK,
        "offset": 12,
        "fontWeight": "normal",
    }
    subtitle = {"subtitleFont": FONTS, "subtitleFontSize": 12, "subtitleColor": MUTED, "subtitlePadding": 4}
    return {
        "background": PAPER,
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
            "text": {"font": FONTS, "fontSize": 12, "color": INK},
        },
    }


def _chart(records: list[dict[str, Any]]) -> alt.Chart:
    """A chart over plain records: no frame is guessed at, so the same rows always give the same chart."""
    import altair as alt

    use_theme()
    return alt.Chart(alt.Data(values=records))


def _title(text: str, subtitle: str) -> alt.TitleParams:
    import altair as alt

    return alt.TitleParams(text, subtitle=subtitle)


def _nothing(sentence: str) -> alt.Chart:
    empty = _chart([{"text": ""}]).mark_text().encode(text="text:N")
    return empty.properties(title=sentence, width=360, height=24)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def to_svg(chart: alt.Chart) -> str:
    """The chart as one self-contained SVG text on a clear ground: no script, no font, nothing to load."""
    import vl_convert

    spec = chart.to_dict()
    spec["background"] = "transparent"
    spec["padding"] = {"left": 2, "top": 4, "right": 4, "bottom": 4}
    return str(vl_convert.vegalite_to_svg(spec, vl_version="5.20"))
