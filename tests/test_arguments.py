"""Arguments of the wrong type or size are told in the editor's words; numpy's whole numbers are numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import toolkit as tk
from toolkit import schema
from toolkit.schema import ChoiceError, ColumnError, as_whole, check
from toolkit.text import word_list

FRAME = pd.DataFrame(
    {
        "doc_id": [f"d{n}" for n in range(9)],
        "source": ["山脚面包房", "河边咖啡"] * 4 + ["河边咖啡"],
        "title": [f"面包第{n}炉" for n in range(5)] + [f"桂花拿铁，{n}杯" for n in range(4)],
        "published_at": ["2026-09-01"] * 5 + ["2026-09-18"] * 4,
    }
)
TEXTS = [f"{a}云吞鲸{b}" for a, b in zip("我想看大家说起去找", "好玩吗真有趣很贵呀", strict=True)]
NO_FRAMES: list[Any] = [None, 5, "内容", ["内容"], {"title": ["内容"]}]
NO_COUNTS: list[Any] = [None, "7", 7.0, float("nan"), True, np.True_, np.float64(7), [7], 0, -1, np.int64(0)]


def trends_frame() -> pd.DataFrame:
    return tk.mine_trends(FRAME)


def drivers_frame() -> pd.DataFrame:
    return tk.mine_trends(FRAME, by="source")


def history_frame() -> pd.DataFrame:
    return tk.term_history(FRAME, ["桂花拿铁", "面包"], window_days=1, windows=3)


def contrast_frame() -> pd.DataFrame:
    row = {"term": "桂花", "ours": 3, "theirs": 9, "z": 2.5, "side": "theirs"}
    return pd.DataFrame([row])


def told(call: Callable[[], Any], error: type[schema.ToolkitError]) -> str:
    """What the call tells of its arguments: Chinese, a whole sentence."""
    with pytest.raises(tk.ToolkitError) as raised:
        call()
    assert type(raised.value) is error
    text = str(raised.value)
    assert re.search("[一-鿿]", text)
    assert text.endswith("。")
    return text


@pytest.mark.parametrize(
    ("value", "bounds", "text"),
    [
        (0, (1, None), "top 要写成 1 或更大的整数（现在是 0）。"),
        (np.int64(-3), (0, None), "top 要写成 0 或更大的整数（现在是 -3）。"),
        (4001, (1, 4000), "top 要写成 1 到 4000 的整数（现在是 4001）。"),
        (True, (1, None), "top 要写成 1 或更大的整数（现在是 True）。"),
        (7.0, (1, None), "top 要写成 1 或更大的整数（现在是 7.0）。"),
        (None, (1, None), "top 要写成 1 或更大的整数（现在是 None）。"),
        ("七天", (1, None), "top 要写成 1 或更大的整数（现在是 '七天'）。"),
        (FRAME, (1, None), "top 要写成 1 或更大的整数（现在是 一张表）。"),
        (pd.NA, (1, None), "top 要写成 1 或更大的整数（现在是 <NA>）。"),
    ],
)
def test_whole_numbers_are_told(value: Any, bounds: tuple[int, int | None], text: str) -> None:
    assert told(lambda: as_whole(value, "top", *bounds), ChoiceError) == text


@pytest.mark.parametrize("value", [1, 4000, np.int8(7), np.uint64(7), np.int64(4000)])
def test_whole_numbers_are_taken(value: Any) -> None:
    found = as_whole(value, "windows", most=4000)
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (None, "None"),
        (5, "5"),
        ("内容", "'内容'"),
        (["内容"], "['内容']"),
        (schema.Read(*[FRAME] * 6), "读入的结果，它的表在 frame 里"),
    ],
)
def test_no_frame(value: Any, what: str) -> None:
    assert told(lambda: check(value, schema.DOCUMENTS), ColumnError) == (
        f"这里要一张内容表（DataFrame），收到的是 {what}。"
        "请先用 read_documents 读进内容（条目用 read_items，群用 read_groups），再把结果的 frame 交进来；"
        "别的表请用得出它的那一步。"
    )


@pytest.mark.parametrize(
    "names", [["doc_id", "title", "title"], ["doc_id", "标题", "标题"], ["doc_id", "x", "x"]]
)
def test_two_columns_of_one_name(names: list[str]) -> None:
    frame = pd.DataFrame([["a", "甲", "乙"]], columns=names)
    assert told(lambda: check(frame, schema.DOCUMENTS), ColumnError) == (
        f"内容表里列名重复：{names[-1]}。同一个名字只能有一列，请删去或改名其中一列，再交给这一步。"
    )


TABLES: dict[str, Callable[[Any], Any]] = {
    "count_terms": tk.count_terms,
    "mine_trends": tk.mine_trends,
    "term_history": lambda frame: tk.term_history(frame, "桂花拿铁"),
    "explain_trend": lambda frame: tk.explain_trend("桂花拿铁", frame),
    "concordance": lambda frame: tk.concordance("桂花拿铁", frame),
    "trend_bars": tk.trend_bars,
    "term_lines": tk.term_lines,
    "term_calendar": tk.term_calendar,
    "driver_bars": tk.driver_bars,
    "contrast_scatter": tk.contrast_scatter,
}


@pytest.mark.parametrize("value", NO_FRAMES, ids=repr)
@pytest.mark.parametrize("verb", TABLES)
def test_every_verb_says_that_it_wants_a_table(verb: str, value: Any) -> None:
    assert "表（DataFrame），收到的是 " in told(lambda: TABLES[verb](value), ColumnError)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (None, "None"),
        (5, "5"),
        (b"abc", "b'abc'"),
        (schema.Read(*[FRAME] * 6), "读入的结果，它的表在 frame 里"),
    ],
)
def test_no_texts_to_discover_words_in(value: Any, what: str) -> None:
    assert told(lambda: tk.discover_words(value), ChoiceError) == (
        f"documents 要写成内容表或一组文字（现在是 {what}）。请先用 read_documents 读进内容，再把 frame 交进来。"
    )


# what each says of a number below 1, and of what is none
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "window_days（一期几天）要写成 1 到 3660 ": lambda number: tk.term_history(
        FRAME, "面包", window_days=number
    ),
    "windows（往前看几期）要写成 1 到 4000 ": lambda number: tk.term_history(FRAME, "面包", windows=number),
    "window_days 要写成 1 到 3660 ": lambda number: tk.explain_trend("桂花拿铁", FRAME, window_days=number),
    "limit（最多列出几句）要写成 1 或更大": lambda number: tk.concordance("面包", FRAME, limit=number),
    "top（最多列出几个词）要写成 1 或更大": lambda number: tk.discover_words(TEXTS, top=number),
}
DRAWN: dict[str, Callable[[Any], Any]] = {
    "trend_bars": lambda number: tk.trend_bars(trends_frame(), top=number),
    "term_lines": lambda number: tk.term_lines(history_frame(), top=number),
    "term_calendar": lambda number: tk.term_calendar(history_frame(), top=number),
    "driver_bars": lambda number: tk.driver_bars(drivers_frame(), top=number),
    "contrast_scatter": lambda number: tk.contrast_scatter(contrast_frame(), top=number),
}


@pytest.mark.parametrize("value", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("said", NUMBERS)
def test_numbers_of_verbs(said: str, value: Any) -> None:
    assert told(lambda: NUMBERS[said](value), ChoiceError) == (
        f"{said}的整数（现在是 {schema.shown_value(value)}）。"
    )


@pytest.mark.parametrize("value", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("name", DRAWN)
def test_numbers_of_charts(name: str, value: Any) -> None:
    assert told(lambda: DRAWN[name](value), ChoiceError) == (
        f"top（最多画几个词）要写成 1 或更大的整数（现在是 {schema.shown_value(value)}）。"
    )


@pytest.mark.parametrize("value", ["2", 2.0, True, [2], 1, 0, -1])
def test_least_count_of_a_new_word(value: Any) -> None:
    assert told(lambda: tk.discover_words(TEXTS, min_count=value), ChoiceError) == (
        f"min_count（一个词至少出现几次）要写成 2 或更大的整数（现在是 {value!r}）。"
    )


@pytest.mark.parametrize("value", [None, "40", 4.0, True, -1])
def test_width_of_a_passage(value: Any) -> None:
    assert told(lambda: tk.concordance("面包", FRAME, width=value), ChoiceError) == (
        f"width（词的前后各留几个字）要写成 0 或更大的整数（现在是 {value!r}）。"
    )


@pytest.mark.parametrize("value", [None, "28", 28.0, True, -1, 10**30])
def test_days_of_a_baseline(value: Any) -> None:
    assert told(lambda: tk.explain_trend("桂花拿铁", FRAME, baseline_days=value), ChoiceError) == (
        f"baseline_days 要写成 0 到 3660 的整数（现在是 {schema.shown_value(value)}）。"
    )


def test_periods_reach_back_so_far_and_no_further() -> None:
    assert told(lambda: tk.term_history(FRAME, "面包", windows=4001), ChoiceError) == (
        "windows（往前看几期）要写成 1 到 4000 的整数（现在是 4001）。"
    )
    assert told(lambda: tk.term_history(FRAME, "面包", windows=4000, window_days=26), ChoiceError) == (
        "4000 期、每期 26 天，一共超过 100000 天。请减少 windows 或 window_days。"
    )
    found = tk.term_history(FRAME, "面包", windows=4000, window_days=25)
    assert [len(found), found["documents"].sum(), found["documents"].tolist()[-1]] == [4000, 5, 5]


def test_numpy_numbers_are_taken() -> None:
    two, three = np.int64(2), np.int32(3)
    pd.testing.assert_frame_equal(
        tk.term_history(FRAME, "面包", window_days=three, windows=two),  # type: ignore[arg-type]
        tk.term_history(FRAME, "面包", window_days=3, windows=2),
    )
    pd.testing.assert_frame_equal(
        tk.concordance("面包", FRAME, width=two, limit=three),  # type: ignore[arg-type]
        tk.concordance("面包", FRAME, width=2, limit=3),
    )
    pd.testing.assert_frame_equal(
        tk.discover_words(TEXTS, top=two, min_count=three),  # type: ignore[arg-type]
        tk.discover_words(TEXTS, top=2, min_count=3),
    )
    numpy_days = {"window_days": np.int64(7), "baseline_days": np.int16(28)}
    reason: Any = tk.explain_trend("桂花拿铁", FRAME, **numpy_days)  # type: ignore[arg-type]
    assert str(reason) == str(tk.explain_trend("桂花拿铁", FRAME, window_days=7, baseline_days=28))
    for draw in DRAWN.values():
        assert draw(np.int64(1)).to_dict() == draw(1).to_dict()


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        (None, "None"),
        (5, "5"),
        ([5], "5"),
        ([None], "None"),
        (["面包", float("nan")], "nan"),
        ([["面包"]], "['面包']"),
    ],
)
def test_terms_of_a_history(terms: Any, shown: str) -> None:
    assert told(lambda: tk.term_history(FRAME, terms), ChoiceError) == (
        f'terms 要写成一个词或一组词，例如 ["桂花拿铁", "松饼"]（里面有 {shown}）。'
    )


@pytest.mark.parametrize("term", [None, [], [None], " ", ["", float("nan")]], ids=repr)
def test_no_term_for_passages(term: Any) -> None:
    assert told(lambda: tk.concordance(term, FRAME), ChoiceError) == (
        '没有要找的词：请给一个词，或一组写法，例如 concordance("桂花拿铁", documents)。'
    )


@pytest.mark.parametrize(("term", "shown"), [(5, "5"), ([5], "5"), (["面包", ["糕"]], "['糕']")])
def test_terms_of_passages(term: Any, shown: str) -> None:
    assert told(lambda: tk.concordance(term, FRAME), ChoiceError) == (
        f'要找的词要写成文字，例如 "桂花拿铁"（现在是 {shown}）。'
    )


@pytest.mark.parametrize("term", [None, 5, ["桂花拿铁"]], ids=repr)
def test_term_of_a_reason(term: Any) -> None:
    assert told(lambda: tk.explain_trend(term, FRAME), ChoiceError) == (
        f'term 要写成一个词，例如 "桂花拿铁"（现在是 {term!r}）。'
    )


@pytest.mark.parametrize("trends", [5, "热词", ["热词"]], ids=repr)
def test_trends_of_a_reason(trends: Any) -> None:
    assert told(lambda: tk.explain_trend("桂花拿铁", FRAME, trends=trends), ChoiceError) == (
        f"trends 要写成 mine_trends 给出的表，或不写（现在是 {trends!r}）。"
    )


def test_reasons_are_themselves_only() -> None:
    one, other = (tk.explain_trend("桂花拿铁", FRAME) for _ in range(2))
    assert one == one
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize(
    "words",
    [{"双十一": -1}, [("双十一", -1), ("种草", 5)], pd.DataFrame({"term": ["双十一"], "frequency": [-1]})],
    ids=["mapping", "pairs", "frame"],
)
def test_frequencies_below_nothing(words: Any) -> None:
    assert told(lambda: word_list(words), ChoiceError) == (
        'words 里词的频次不能小于 0（「双十一」是 -1），例如 {"双十一": 100}。请改正后再试。'
    )


@pytest.mark.parametrize(
    "words",
    [
        5,
        ["双十一"],
        {"双十一": "多"},
        {"双十一": None},
        {"双十一": float("inf")},
        pd.DataFrame({"term": ["双十一"]}),
    ],
)
def test_words_without_a_frequency(words: Any) -> None:
    assert told(lambda: word_list(words), ChoiceError) == (
        'words 里每个词都要带一个频次，例如 {"双十一": 100}。没有频次的词切不出来。'
    )


def test_a_frequency_of_nothing_is_one() -> None:
    assert word_list({"双十一": 0, "种草": np.int64(5)}) == (("双十一", 0), ("种草", 5))
