"""Charts of trends: what they say, what they draw, and that hostile or odd frames stay readable."""

from __future__ import annotations

import datetime as dt
import re
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import charts, schema
from toolkit.charts import _contrast, _drivers, _heat
from toolkit.charts._labels import Box, place_labels, text_width
from toolkit.schema import ChoiceError, ColumnError, check

HOSTILE = "</text><script>alert(1)</script>\n\u202e蟹"


def make_trends(*rows: tuple[str, str]) -> pd.DataFrame:
    """TRENDS of (term, status) rows, in order."""
    frame = pd.DataFrame(list(rows), columns=["term", "status"])
    frame = frame.assign(
        score=90.0, q_value=0.01, lift=5.0, documents=7, baseline_documents=3, sources=3, tfidf=0.1
    )
    frame = frame.assign(first_seen="2026-09-02", is_new_word=False)
    return check(frame.assign(variants=[[]] * len(frame), evidence=[[]] * len(frame)), schema.TRENDS)


def make_history(
    counts: dict[str, list[int]], totals: list[int], *, days: int = 7, start: dt.date = dt.date(2026, 9, 7)
) -> pd.DataFrame:
    """TERM_HISTORY with these documents and totals, period by period."""
    rows = [
        (term, start + dt.timedelta(days=days * at), documents, totals[at])
        for term, numbers in counts.items()
        for at, documents in enumerate(numbers)
    ]
    return check(pd.DataFrame(rows, columns=schema.TERM_HISTORY.names), schema.TERM_HISTORY)


def make_drivers(*rows: tuple[str, str, int, float], by: str = "source") -> pd.DataFrame:
    """What mine_trends(by=) gives: (term, source, documents, share) rows with the other columns of TRENDS."""
    frame = make_trends(*((term, "rising") for term, *_ in rows))
    frame[by] = [source for _, source, *_ in rows]
    frame["documents"] = pd.array([documents for *_, documents, _ in rows], dtype="Int64")
    return frame.assign(share=[share for *_, share in rows])


def make_contrast(*rows: tuple[str, float, int, int]) -> pd.DataFrame:
    """CONTRAST of (term, z, ours, theirs) rows."""
    frame = pd.DataFrame(list(rows), columns=["term", "z", "ours", "theirs"])
    return frame.assign(side=["ours" if z > 0 else "theirs" for z in frame["z"]])


def heading(chart: Any) -> tuple[Any, Any]:
    """The title and the subtitle of a chart."""
    head = chart.to_dict()["title"]
    return (head, None) if isinstance(head, str) else (head["text"], head["subtitle"])


def datasets(chart: Any) -> list[list[dict[str, Any]]]:
    """The distinct data of a chart, in the order of its layers."""
    found: list[list[dict[str, Any]]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "values" in node.get("data", {}) and node["data"]["values"] not in found:
                found.append(node["data"]["values"])
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(chart.to_dict())
    return found


def only(rows: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row[field] for field in fields) for row in rows]


# --- the history of words -------------------------------------------------------------------------------------------


def test_lines_follow_the_trends_and_carry_their_status() -> None:
    history = make_history({"绘本": [4, 4, 5], "桂花": [0, 1, 6], "石榴": [0, 0, 3]}, [20, 24, 30])
    trends = make_trends(("石榴", "new"), ("桂花", "rising"), ("绘本", "steady"))
    chart = charts.term_lines(history, trends=trends)
    assert heading(chart) == (
        "上升最快：石榴（3 篇，之前平均 0 篇）",
        ["每周提到的篇数；虚线是之前各期的平均"],
    )
    panels = chart.to_dict()["concat"]
    assert [(panel["title"]["text"], panel["title"]["subtitle"]) for panel in panels] == [
        ("＋ 石榴", "新出现：本期 3 篇，平时 0 篇"),
        ("↑ 桂花", "上升：本期 6 篇，平时 0.5 篇"),
        ("→ 绘本", "平稳：本期 5 篇，平时 4 篇"),
    ]
    rows = datasets(chart)[0]
    assert only(rows[3:6], "term", "week", "documents", "total", "share", "value", "usual", "last") == [
        ("桂花", "9月7日", 0, "20", "0%", 0.0, 0.5, False),
        ("桂花", "9月14日", 1, "24", "4.2%", 1.0, 0.5, False),
        ("桂花", "9月21日", 6, "30", "20%", 6.0, 0.5, True),
    ]


def test_lines_are_shares_where_the_totals_differ_widely() -> None:
    history = make_history({"桂花": [2, 4, 12]}, [20, 40, 60])
    chart = charts.term_lines(history, width=400)
    assert heading(chart) == (
        "涨得最多：桂花（20%，之前平均 10%）",
        ["每周提到的篇数占全部内容的比例；全部篇数从 20 到 60 不等", "虚线是之前各期的平均"],
    )
    assert only(datasets(chart)[0], "value", "usual", "said") == [
        (0.1, 0.1, "10%"),
        (0.1, 0.1, "10%"),
        (0.2, 0.1, "20%"),
    ]


def test_a_period_without_any_documents_breaks_the_line_and_is_no_zero() -> None:
    chart = charts.term_lines(make_history({"桂花": [4, 0, 2, 6]}, [30, 0, 30, 30]))
    assert heading(chart)[0] == "涨得最多：桂花（6 篇，之前平均 3 篇）"
    assert only(datasets(chart)[0], "documents", "value") == [(4, 4.0), (0, None), (2, 2.0), (6, 6.0)]


def test_lines_claim_no_rise_where_there_is_none() -> None:
    falling = make_history({"桂花": [5, 5, 2]}, [20, 20, 20])
    assert heading(charts.term_lines(falling))[0] == "这些词这一期都没有明显上升"
    grown = make_history({"桂花": [5, 5, 6]}, [20, 20, 20])
    assert heading(charts.term_lines(grown))[0] == "涨得最多：桂花（6 篇，之前平均 5 篇）"
    steady = make_trends(("桂花", "steady"))
    assert heading(charts.term_lines(grown, trends=steady))[0] == "这些词这一期都没有明显上升"
    single = make_history({"桂花": [9]}, [20])
    assert heading(charts.term_lines(single)) == ("桂花：本期 9 篇，之前没有可比的", ["每周提到的篇数"])


def test_peaks_far_apart_get_scales_of_their_own() -> None:
    def tops(counts: dict[str, list[int]]) -> list[float]:
        chart = charts.term_lines(make_history(counts, [500, 500]))
        assert ("各图刻度不同" in "".join(heading(chart)[1])) == (max(counts["甲"]) > 100)
        return [
            panel["layer"][2]["encoding"]["y"]["scale"]["domain"][1] for panel in chart.to_dict()["concat"]
        ]

    assert tops({"甲": [0, 200], "乙": [0, 10]}) == [260.0, 13.0]
    assert tops({"甲": [0, 100], "乙": [0, 10]}) == [130.0, 130.0]


def test_only_the_first_words_are_drawn_and_the_rest_are_counted() -> None:
    history = make_history({f"词{number:02d}": [1, 2] for number in range(50)}, [20, 20])
    chart = charts.term_lines(history, top=5)
    assert len(chart.to_dict()["concat"]) == 5
    assert heading(chart)[1] == ["每周提到的篇数；虚线是之前各期的平均；另有 45 个词没有画"]


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_a_day_without_documents_is_not_a_day_without_the_word() -> None:
    history = make_history({"桂花": [0, 3, 0, 0]}, [5, 6, 0, 4], days=1, start=dt.date(2026, 9, 17))
    chart = charts.term_calendar(history)
    assert heading(chart) == (
        "桂花：9月18日 周五最多，3 篇",
        ["每天提到的篇数，越深越多；灰格是没有提到", "空框是当天没有任何内容", "9/18 九一八"],
    )
    cells, signs = datasets(chart)
    assert only(cells, "day", "week", "weekday", "documents", "total", "share", "kind", "special") == [
        ("2026-09-17", "2026-09-14", "周四", 0, 5, "0%", "zero", ""),
        ("2026-09-18", "2026-09-14", "周五", 3, 6, "50%", "some", "庄重日：九一八"),
        ("2026-09-19", "2026-09-14", "周六", 0, 0, "—", "none", ""),
        ("2026-09-20", "2026-09-14", "周日", 0, 4, "0%", "zero", "调休上班"),
    ]
    assert only(signs, "day", "sign") == [("2026-09-18", "庄重日"), ("2026-09-20", "调休上班")]
    drawn = [
        (layer["transform"][0]["filter"], layer["mark"].get("fill", ""))
        for layer in chart.to_dict()["layer"][:2]
    ]
    assert drawn == [("datum.kind === 'none'", None), ("datum.kind === 'zero'", "")]


def test_the_calendar_of_several_words_has_a_row_each() -> None:
    history = make_history({"桂花": [1, 2], "石榴": [2, 0]}, [9, 9], days=1, start=dt.date(2026, 9, 7))
    chart = charts.term_calendar(history)
    assert heading(chart)[0] == "最多的一天：9月8日 周二，桂花 2 篇（不止这一处）"
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == ["桂花", "石榴"]
    one = charts.term_calendar(history, term="石榴")
    assert heading(one)[0] == "石榴：9月7日 周一最多，2 篇"
    assert {row["term"] for row in datasets(one)[0]} == {"石榴"}
    assert heading(charts.term_calendar(history, top=1))[1] == ["每天提到的篇数，越深越多；另有 1 个词没有画"]


def test_the_calendar_says_when_nothing_was_found() -> None:
    none = make_history({"桂花": [0, 0, 0]}, [4, 4, 4], days=1)
    assert heading(charts.term_calendar(none))[0] == "桂花：这 3 天没有一篇提到"
    even = make_history({"桂花": [2, 0, 2]}, [4, 4, 4], days=1)
    assert heading(charts.term_calendar(even))[0] == "桂花：9月7日 周一等 2 天最多，2 篇"


def test_the_calendar_asks_for_days_and_for_a_word_it_has() -> None:
    weekly = make_history({"桂花": [1, 2]}, [9, 9])
    with pytest.raises(ChoiceError, match=r"每 7 天一行。请用 term_history.*window_days=1"):
        charts.term_calendar(weekly)
    daily = make_history({"桂花": [1, 2]}, [9, 9], days=1)
    with pytest.raises(ChoiceError, match="词频表里没有「石榴」。可以用：桂花。"):
        charts.term_calendar(daily, term="石榴")


def test_numbers_stand_in_cells_only_where_they_fit() -> None:
    def numbered(days: int, most: int) -> bool:
        counts = [most] * days
        layers = charts.term_calendar(make_history({"桂花": counts}, counts, days=1)).to_dict()["layer"]
        return any(layer["mark"].get("type") == "text" for layer in layers)

    assert [numbered(28, 9), numbered(28, 9_999_999), numbered(365, 9)] == [True, False, False]


# --- ours against theirs --------------------------------------------------------------------------------------------

LABELS = st.lists(
    st.tuples(
        st.text(st.sampled_from("桂花石榴咖啡abWM🌕 …"), min_size=1, max_size=12),
        st.floats(0, 300),
        st.floats(0, 200),
        st.floats(2, 8),
    ),
    max_size=40,
)


@given(LABELS)
def test_labels_never_cover_one_another_nor_a_dot_and_stay_inside(
    rows: list[tuple[str, float, float, float]],
) -> None:
    dots = [(x, y, radius) for _, x, y, radius in rows]
    boxes = [
        box
        for box in place_labels([text for text, *_ in rows], dots, width=300, height=200)
        if box is not None
    ]
    assert all(box.inside(300, 200) for box in boxes)
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    circles = [Box(x - radius, y - radius, x + radius, y + radius) for x, y, radius in dots]
    assert not any(box.meets(circle) for box in boxes for circle in circles)


def test_labels_give_way_in_order_and_a_lone_one_is_always_placed() -> None:
    corner = [(100.0, 20.0, 4.0), (100.0, 20.0, 4.0), (0.0, 100.0, 3.0), (200.0, 0.0, 3.0)]
    placed = place_labels(["桂花", "石榴", "咖啡", "月饼"], corner, width=200, height=100)
    assert placed == [
        Box(107.0, 12.2, 131.0, 27.8),
        Box(69.0, 12.2, 93.0, 27.8),
        Box(3.0, 81.4, 27.0, 97.0),
        Box(173.0, 3.0, 197.0, 18.6),
    ]
    assert place_labels(["桂花"], [(10, 10, 4)], width=20, height=20) == [None]


def test_the_widths_of_letters_are_estimated() -> None:
    assert [text_width(text, 10) for text in ("桂花", "ab", "AB", "Wm", "🌕", "…", "")] == [
        20,
        11,
        14,
        18,
        13,
        10,
        0,
    ]


def label_boxes(chart: Any) -> list[Box]:
    """The boxes of the names as drawn, taken back from the chart's own scales."""
    spec = chart.to_dict()
    dots = spec["layer"][0]["encoding"]
    sides = [(*dots["x"]["scale"]["domain"], spec["width"]), (*dots["y"]["scale"]["domain"], spec["height"])]
    across, upwards = (_contrast._Axis(*side) for side in sides)
    names = datasets(chart)[1]
    return [
        Box(left, middle - 6, left + text_width(row["name"]), middle + 6)
        for row in names
        for left, middle in [(across.place(row["x"]), spec["height"] - upwards.place(row["y"]))]
    ]


@pytest.mark.parametrize("most", [3, 40, 5_000_000])
def test_names_in_the_scatter_do_not_collide_and_the_rest_are_counted(most: int) -> None:
    rows = [
        (f"第{at}个很长的词语", (-1) ** at * (1 + at / 7), at * 7 % (most + 1), at * 11 % (most + 1))
        for at in range(50)
    ]
    chart = charts.contrast_scatter(make_contrast(*rows))
    boxes = label_boxes(chart)
    assert len(boxes) >= 10
    # the scales round to a millionth
    assert all(box.inside(560.01, 400.01) and box.left > -0.01 for box in boxes)
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    assert f"有 {50 - len(boxes)} 个词放不下名字" in "".join(heading(chart)[1])
    assert len(datasets(chart)[0]) == 50


def test_the_scatter_says_what_rivals_have_and_we_lack() -> None:
    rows = [("绘本", 4.0, 20, 2), ("桂花", -3.0, 0, 9), ("石榴", -5.0, 1, 12), ("石榴汁", -1.0, 0, 9)]
    chart = charts.contrast_scatter(make_contrast(*rows))
    assert heading(chart) == (
        "同行在写、我们少写：石榴、桂花、石榴汁",
        ["横看我们的篇数，竖看同行的篇数；点越大，差别越确定；篇数相同的点稍稍错开"],
    )
    dots, names = datasets(chart)
    assert only(dots, "term", "side", "ours", "theirs", "z") == [
        ("石榴", "同行写得多", "1", "12", -5.0),
        ("绘本", "我们写得多", "20", "2", 4.0),
        ("桂花", "同行写得多", "0", "9", -3.0),
        ("石榴汁", "同行写得多", "0", "9", -1.0),
    ]
    assert [(dot["x"], dot["y"]) for dot in dots[:3]] == [
        (pytest.approx(1, abs=1e-5), pytest.approx(12, abs=1e-4)),
        (pytest.approx(20, abs=1e-4), pytest.approx(2, abs=1e-5)),
        (pytest.approx(0, abs=1e-5), pytest.approx(9, abs=1e-4)),
    ]
    assert (dots[3]["x"], dots[3]["y"]) != (dots[2]["x"], dots[2]["y"])
    assert only(names, "name") == [("石榴",), ("绘本",), ("桂花",), ("石榴汁",)]
    ours = charts.contrast_scatter(make_contrast(rows[0]))
    assert heading(ours)[0] == "我们在写、同行少写：绘本"
    few = charts.contrast_scatter(make_contrast(*rows), top=2, width=700)
    assert heading(few)[1] == [
        "横看我们的篇数，竖看同行的篇数；点越大，差别越确定；只画差别最确定的 2 个词，另有 2 个没有画"
    ]


# --- who drives it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([("桂花", "甲", 3, 0.6), ("桂花", "乙", 2, 0.4)], "桂花：主要由「甲」带动（60%）"),
        ([("桂花", "甲", 3, 1.0)], "桂花：只有「甲」在写"),
        (
            [("桂花", "甲", 2, 0.5), ("桂花", "乙", 1, 0.25), ("桂花", "丙", 1, 0.25)],
            "桂花：3 家都在写，「甲」最多（50%）",
        ),
        (
            [("桂花", "甲", 1, 1 / 3), ("桂花", "乙", 1, 1 / 3), ("桂花", "丙", 1, 1 / 3)],
            "桂花：3 家都在写，没有谁特别多",
        ),
    ],
)
def test_the_bars_say_who_drives_the_first_word(rows: list[tuple[str, str, int, float]], title: str) -> None:
    assert heading(charts.driver_bars(make_drivers(*rows)))[0] == title


def test_sources_beyond_the_palette_and_what_is_not_listed_are_others() -> None:
    rows = [("桂花", f"源{number}", 10 - number, (10 - number) / 60) for number in range(8)]
    chart = charts.driver_bars(make_drivers(*rows, ("石榴", "源0", 1, 0.25)), width=696)
    parts, sums = datasets(chart)
    assert only(parts, "term", "who", "share", "said") == [
        ("↑ 桂花", "源0", "16.7%", "源0 17%"),
        ("↑ 桂花", "源1", "15%", "源1 15%"),
        ("↑ 桂花", "源2", "13.3%", "源2 13%"),
        ("↑ 桂花", "源3", "11.7%", "源3 12%"),
        ("↑ 桂花", "源4", "10%", "源4 10%"),
        ("↑ 桂花", "源5", "8.3%", "8%"),
        ("↑ 桂花", "其他", "25%", "其他 25%"),
        ("↑ 石榴", "源0", "25%", "源0 25%"),
        ("↑ 石榴", "其他", "75%", "其他 75%"),
    ]
    assert [(part["start"], part["end"]) for part in parts[-2:]] == [(0.0, 0.25), (0.25, 1.0)]
    assert only(sums, "term", "said") == [("↑ 桂花", "60 篇，8 家"), ("↑ 石榴", "4 篇，3 家")]
    legend = chart.to_dict()["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert legend == ["源0", "源1", "源2", "源3", "源4", "源5", "其他"]
    assert len(datasets(charts.driver_bars(make_drivers(*rows, ("石榴", "甲", 1, 1.0)), top=1))[1]) == 1


def test_a_source_called_others_or_nothing_is_told_apart() -> None:
    chart = charts.driver_bars(make_drivers(("桂花", "其他", 2, 0.5), ("桂花", "", 1, 0.25)))
    assert only(datasets(chart)[0], "who", "share") == [
        ("其他 2", "50%"),
        ("未注明来源", "25%"),
        ("其他", "25%"),
    ]


def test_channels_drive_too_and_captions_are_read_back() -> None:
    channels = make_drivers(("桂花", "公众号", 3, 0.75), ("桂花", "抖音", 1, 0.25), by="channel")
    assert heading(charts.driver_bars(channels)) == (
        "桂花：主要由「公众号」带动（75%）",
        ["条长是占这个词本期篇数的比例；右边是篇数，和写它的有几个渠道"],
    )
    assert only(datasets(charts.driver_bars(channels))[1], "said") == [("4 篇，2 个渠道",)]
    words = channels.rename(columns={"channel": "渠道", "share": "占比", **schema.TRENDS.captions})
    assert charts.driver_bars(words).to_dict() == charts.driver_bars(channels).to_dict()


# --- all of them ----------------------------------------------------------------------------------------------------


def every_chart(term: str, source: str = "甲") -> list[Any]:
    weekly = make_history({term: [1, 6]}, [20, 20])
    daily = make_history({term: [1, 6], "b": [1, 0]}, [20, 0], days=1)
    return [
        charts.term_lines(weekly, trends=make_trends((term, "new"))),
        charts.term_calendar(daily, term=term),
        charts.term_calendar(daily),
        charts.contrast_scatter(make_contrast((term, -2.0, 0, 5), ("b", 2.0, 5, 0))),
        charts.driver_bars(make_drivers((term, source, 5, 0.5), (term, "乙", 5, 0.5))),
    ]


def test_empty_frames_give_a_sentence() -> None:
    empty = schema.TERM_HISTORY.empty()
    drivers = schema.TRENDS.empty().assign(
        source=pd.Series([], dtype="str"), share=pd.Series([], dtype="float64")
    )
    sentences = {
        "还没有可画的词": [charts.term_lines(empty), charts.term_lines(empty, trends=schema.TRENDS.empty())],
        "还没有可画的词 ": [charts.term_calendar(empty)],
        "我们和同行写的，看不出明显的差别": [charts.contrast_scatter(schema.CONTRAST.empty())],
        "还看不出热词由谁带动": [charts.driver_bars(drivers)],
    }
    for sentence, drawn in sentences.items():
        assert [heading(chart)[0] for chart in drawn] == [sentence.strip()] * len(drawn)
        assert all(charts.to_svg(chart).startswith("<svg") for chart in drawn)


def test_a_wrong_frame_names_the_missing_column() -> None:
    wrong = pd.DataFrame({"term": ["桂花"]})
    history = make_history({"桂花": [1]}, [9])
    cases = [
        (lambda: charts.term_lines(wrong.assign(starts="2026-09-07")), "documents"),
        (lambda: charts.term_lines(history, trends=wrong), "score"),
        (lambda: charts.term_calendar(wrong), "starts"),
        (lambda: charts.contrast_scatter(wrong), "z"),
        (lambda: charts.driver_bars(make_drivers(("桂花", "甲", 1, 1.0)).drop(columns="share")), "share"),
        (lambda: charts.driver_bars(make_trends(("桂花", "new"))), "source"),
    ]
    for draw, column in cases:
        with pytest.raises(ColumnError) as error:
            draw()
        assert error.value.missing[0] == column


def test_hostile_words_and_sources_stay_text_in_an_offline_picture() -> None:
    source = "<img src=x onerror=alert(1)>"
    for chart, again in zip(every_chart(HOSTILE, source), every_chart(HOSTILE, source), strict=True):
        svg = charts.to_svg(chart)
        assert not re.search(r"<script|<image|<img|<foreignObject|href|\u202e", svg)
        assert set(re.findall(r"https?://[^\"]+", svg)) == {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }
        assert {int(size) for size in re.findall(r'font-size="(\d+)px"', svg)} <= {12, 14}
        assert svg == charts.to_svg(again)


def test_every_chart_answers_the_pointer() -> None:
    for chart in every_chart("桂花"):
        assert '"tooltip"' in chart.to_json()
    picks = [chart.to_dict().get("params", [{}])[0].get("bind") for chart in every_chart("桂花")[3:]]
    assert picks == ["legend", "legend"]


def test_words_that_read_alike_when_cut_keep_a_row_each() -> None:
    long = ["秋天第一杯桂花拿铁买一送一活动开始", "秋天第一杯桂花拿铁买一送一活动结束"]
    bars = charts.trend_bars(make_trends((long[0], "new"), (long[1], "new")))
    assert only(datasets(bars)[0], "term") == [
        ("秋天第一杯桂花拿铁买一送一…",),
        ("秋天第一杯桂花拿铁买一送一… 2",),
    ]
    daily = make_history({long[0]: [1], long[1]: [2]}, [9], days=1)
    assert charts.term_calendar(daily).to_dict()["layer"][0]["encoding"]["y"]["sort"] == [
        "秋天第一杯桂花拿铁买一…",
        "秋天第一杯桂花拿铁买一… 2",
    ]


def test_letters_on_every_bar_can_be_read() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for fill in (*_drivers._FILLS, _drivers._REST, _heat._LOW):
        assert (light(fill) + 0.05) / (light(_drivers._LETTERS) + 0.05) >= 4.5
