"""Charts follow JupyterLab's theme on a page, and bring colours of their own where they are written to a file."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import altair as alt
import pytest
from chart_samples import every_chart
from test_charts_trends import make_trends

from toolkit import charts
from toolkit.charts import _theme
from toolkit.schema import ChoiceError

DRAWN = every_chart("桂花拿铁")
GROUNDS = ("#FFFFFF", "#111111")
PAGE = re.compile(r"var\(|color-mix")


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_samples_are_all_charts_there_are() -> None:
    """A new chart must be drawn here too."""
    made = {name for name in vars(charts) if callable(getattr(charts, name)) and not name.startswith("_")}
    others = {
        *("Span", "Spans", "spans_of", "escape", "plain", "safe_link", "in_words", "words_of", "use_theme"),
        *("to_svg", "to_png", "write_chart", "day_marks"),
    }
    drawing = {
        name for name in made - others if not re.match(r"format_|part_|known_|share_|yuan_|[A-Z]", name)
    }
    assert {name.removesuffix("_many").removesuffix("_posts") for name in DRAWN} == drawing


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_takes_the_page_s_colours_and_a_file_has_none_of_them(name: str) -> None:
    spec = DRAWN[name].to_dict()
    assert spec["background"] == "transparent"
    assert spec["config"]["title"]["color"] == _theme.PAGE_INK
    svg = charts.to_svg(DRAWN[name])
    assert not PAGE.search(svg)
    assert not PAGE.search(json.dumps(_theme.written(DRAWN[name])))
    assert f'fill="{charts.INK}"' in svg


@pytest.mark.parametrize("name", DRAWN)
def test_no_ink_of_one_theme_is_left_outside_filled_cells(name: str) -> None:
    """Black, white and the greys of the light page stand only as words and signs on a fill of their own."""
    fixed = {charts.INK, charts.MUTED, charts.LINE, charts.PAPER}
    # what stands on a coloured cell, whatever the page
    heats = ("time_heat", "term_calendar", "term_calendar_many", "plan_heat_posts")
    on_cells = {"calendar_load": {charts.INK, charts.PAPER}, **{key: {charts.PAPER} for key in heats}}
    spec = json.dumps({key: value for key, value in DRAWN[name].to_dict().items() if key != "data"})
    spec = PAGE.sub("", re.sub(r"var\([^()]*\)", "", spec))
    assert {colour for colour in fixed if f'"{colour}"' in spec} <= on_cells.get(name, set())


def test_fills_and_lines_stand_out_on_both_grounds() -> None:
    """Those that do not are light fills, and have an outline."""
    alone = (charts.ACCENT, *charts.STATUS_COLOURS.values(), charts.OKABE_ITO[4], charts.OKABE_ITO[5])
    assert min(contrast(colour, ground) for colour in alone for ground in GROUNDS) >= 3
    for name in ("driver_bars", "score_parts", "plan_heat"):
        spec = json.dumps(DRAWN[name].to_dict())
        assert f'"stroke": "{_theme.PAGE_MUTED}"' in spec
        assert f'"symbolStrokeColor": "{_theme.PAGE_MUTED}"' in spec
    # the words in the accent: three quarters of it, the rest the page's ink
    for ink, ground in (("#1F1F1F", "#FFFFFF"), ("#FFFFFF", "#111111")):
        parts = [
            round(0.75 * int(charts.ACCENT[at : at + 2], 16) + 0.25 * int(ink[at : at + 2], 16))
            for at in (1, 3, 5)
        ]
        assert contrast("#" + "".join(f"{part:02X}" for part in parts), ground) >= 4.5


def test_the_renderer_draws_svg_offline() -> None:
    charts.use_theme()
    assert alt.renderers.active == "mimetype"
    bundle, metadata = DRAWN["trend_bars"]._repr_mimebundle_()
    [kind] = [name for name in bundle if "vegalite" in name]
    assert metadata == {kind: {"embed_options": {"renderer": "svg"}}}


def test_text_that_looks_like_a_colour_of_the_page_does_no_harm() -> None:
    svg = charts.to_svg(charts.trend_bars(make_trends((_theme.PAGE_INK, "new"))))
    assert svg.startswith("<svg")


def size_of(png: bytes) -> tuple[int, int]:
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


def test_a_chart_is_written_as_svg_and_png(tmp_path: Path) -> None:
    chart = DRAWN["trend_bars"]
    svg = charts.write_chart(chart, tmp_path / "图" / "热词.svg")
    assert svg == tmp_path / "图" / "热词.svg"
    text = svg.read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert f'fill="{charts.PAPER.lower()}"' in text.lower()
    assert "桂花拿铁" in text
    png = charts.write_chart(chart, str(tmp_path / "热词.PNG")).read_bytes()
    assert png == charts.to_png(chart)
    one, two = size_of(charts.to_png(chart, scale=1)), size_of(png)
    assert all(abs(big - 2 * small) <= 2 for small, big in zip(one, two, strict=True))


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    chart = DRAWN["trend_bars"]
    for name in ("热词.pdf", "热词", "热词.svg.txt"):
        with pytest.raises(ChoiceError, match=r"只能存成 \.svg 或 \.png"):
            charts.write_chart(chart, tmp_path / name)
    wrong: Any = "图"
    with pytest.raises(ChoiceError, match="要写成一张图"):
        charts.write_chart(wrong, tmp_path / "热词.svg")
    for scale in (0, 9, True, "2", float("nan")):
        with pytest.raises(ChoiceError, match="放大几倍"):
            charts.to_png(chart, scale=scale)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
