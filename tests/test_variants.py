"""One message for each segment: what is swapped, what stays, and why."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.compliance import check_copy, gate
from toolkit.headlines._copy import score_copy
from toolkit.headlines._variants import vary_copy
from toolkit.schema import ChoiceError, ColumnError, InputError

SEGMENTS = list(dict.fromkeys(row["segment"] for row in lexicons.rows("segments") if row["segment"] != "*"))
PEARS = (
    "各位邻居，周四到一批砀山酥梨。\n一箱5斤29.8元，自提点直接取，省时省力。"
    "比如加班回来的时候，接龙写“梨+箱数”就行。\n9月17日21:00截单。"
)
FACTS = re.compile(r"\d+(?:[.:]\d+)*|[“《「][^”》」]*[”》」]|https?://[!-~]+|[A-Za-z]+")


def vary_one(text: str, segment: str, **options: Any) -> tuple[str, list[str]]:
    row = vary_copy(text, segments=[segment], **options).iloc[0]
    return row["text"], row["changes"]


# ---- the lexicon


def test_every_segment_has_a_call_and_known_senses() -> None:
    rows = lexicons.rows("segments")
    assert {row["role"] for row in rows} == {"称呼", "好处", "例子"}
    for name in SEGMENTS:
        own = [(row["role"], row["sense"]) for row in rows if row["segment"] == name]
        assert own[0] == ("称呼", "")
        assert len(set(own)) == len(own)
        assert set(own) <= {
            ("称呼", ""),
            ("好处", "省时"),
            ("好处", "省心"),
            ("好处", "都合适"),
            ("例子", "忙"),
            ("例子", "一顿"),
        }
    assert all(row["source"] for row in rows)


def test_no_wording_of_the_lexicon_brings_in_a_fact_or_a_finding() -> None:
    for row in lexicons.rows("segments"):
        if row["segment"] != "*":
            assert FACTS.findall(row["text"]) == []
            assert gate(check_copy(row["text"], platform="group")) == "pass"
            assert row["text"].startswith("比如") == (row["role"] == "例子")


# ---- what is swapped


def test_a_call_a_benefit_and_an_example_are_swapped() -> None:
    assert vary_one(PEARS, "亲子妈妈") == (
        "爸妈们，周四到一批砀山酥梨。\n一箱5斤29.8元，自提点直接取，带着娃也忙得过来。"
        "比如一个人带孩子走不开的时候，接龙写“梨+箱数”就行。\n9月17日21:00截单。",
        [
            "称呼：“各位邻居”换成“爸妈们”。",
            "好处：“省时省力”换成“带着娃也忙得过来”。",
            "例子：“比如加班回来的时候”换成“比如一个人带孩子走不开的时候”。",
        ],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("大家晚上好，藕到了", "爸妈们晚上好，藕到了"),
        ("【到货】街坊们：藕到了", "【到货】爸妈们：藕到了"),
        ("朋友们\n藕到了", "爸妈们\n藕到了"),
        ("街坊们都说藕好", "街坊们都说藕好"),
        ("藕到了，街坊们，来拿", "藕到了，街坊们，来拿"),
        ("藕到了，很方便。", "藕到了，带娃的也省心。"),
        ("藕到了，取起来很方便。", "藕到了，取起来很方便。"),
        ("藕到了，比如没空做的晚饭。", "藕到了，比如孩子放学回来的那一顿。"),
        ("藕到了，比如炖汤。", "藕到了，比如炖汤。"),
        ("藕到了，比如花20分钟炖汤的晚饭。", "藕到了，比如花20分钟炖汤的晚饭。"),
        ("莲藕到了，比如炖莲藕的晚饭。", "莲藕到了，比如炖莲藕的晚饭。"),
        ("藕到了，比如配“三和”酱的晚饭。", "藕到了，比如配“三和”酱的晚饭。"),
    ],
)
def test_only_what_is_recognised_is_swapped(before: str, after: str) -> None:
    text, changes = vary_one(before, "亲子妈妈")
    assert text == after
    assert changes
    assert before != after or any("没有动" in line or "没有认出" in line for line in changes)


def test_words_to_keep_stay() -> None:
    text = "配菜到了，比如炒青瓜的晚饭。"
    assert vary_one(text, "亲子妈妈")[0] == "配菜到了，比如孩子放学回来的那一顿。"
    assert vary_one(text, "亲子妈妈", keep=["青瓜"]) == (
        text,
        ["例子“比如炒青瓜的晚饭”里有要留住的内容，没有动。"],
    )


def test_slots_are_filled_and_nothing_else_is_touched() -> None:
    text = "{称呼}，挂耳撕开就能泡，省心，{好处}。备一盒，{例子}用得上，{例子:一顿}也行，{好处:都合适}。"
    assert vary_one(text, "长辈养生")[0] == (
        "叔叔阿姨们，挂耳撕开就能泡，省心，慢慢来也不耽误工夫。备一盒，比如要接送孙辈走不开的时候用得上，"
        "比如老两口在家的那一顿也行，长辈晚辈都合适。"
    )
    filled, changes = vary_one("{称呼}，备一盒，{好处:省心}，{例子:一顿}。", "咖啡同好")
    assert filled == "咖啡友们，备一盒，不用操心，{例子:一顿}。"
    assert changes[-1] == "{例子:一顿} 没有可填的说法，原样保留。可以改用 {例子:忙}，或自己写。"
    frame = vary_copy("{称呼}，备一盒，{好处:没有}。", segments="学生")
    assert frame["gate"].tolist() == ["block"]


def test_an_unknown_segment_gets_the_text_as_it_is() -> None:
    frame = vary_copy(PEARS, segments=["集邮", "学生"])
    assert frame["segment"].tolist() == ["集邮", "学生"]
    assert frame["text"][0] == PEARS
    assert frame["changes"][0] == ["词表里没有“集邮”这群人的说法，原样保留。"]
    assert frame["text"][1].startswith("同学们，")


# ---- what stays

PIECES = st.lists(
    st.sampled_from(
        [
            "街坊们，",
            "大家好，",
            "省时省力，",
            "很方便。",
            "老少皆宜！",
            "一箱5斤29.8元，",
            "比如加班回来的时候，",
            "比如3月5日没空做的晚饭，",
            "比如配《山中岁月》的那一顿。",
            "比如点https://a.example.com没空的时候，",
            "9月17日21:00截单。",
            "回“梨+箱数”，",
            "iPhone 20到了。",
            "https://a.example.com/x\n",
            "{称呼}，",
            "{好处}。",
            "砀山酥梨，",
            "\n",
        ]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=80, deadline=None)
@given(PIECES, st.sampled_from(SEGMENTS))
def test_figures_dates_prices_links_and_names_stay(text: str, segment: str) -> None:
    frame = vary_copy(text, segments=[segment], keep=["砀山酥梨"])
    varied = frame["text"][0]
    assert FACTS.findall(varied) == FACTS.findall(text)
    assert varied.count("砀山酥梨") == text.count("砀山酥梨")
    assert varied.count("\n") == text.count("\n")


@settings(max_examples=40, deadline=None)
@given(
    st.text("街坊们，。{称呼}比如的时候省心：\n 12\ud800👨\u200d👩", max_size=40), st.sampled_from(SEGMENTS)
)
def test_any_text_gives_one_scored_variant(text: str, segment: str) -> None:
    frame = vary_copy(text, segments=[segment], kind="promotion")
    expected = score_copy(frame["text"], kind="promotion", audience=segment)
    pd.testing.assert_frame_equal(frame[expected.columns.tolist()], expected)


def test_no_variant_is_gated_worse_than_the_message() -> None:
    frame = vary_copy(PEARS, segments=SEGMENTS, kind="promotion")
    assert frame["gate"].tolist() == ["pass"] * len(SEGMENTS)
    assert frame["craft"].min() >= score_copy(PEARS, kind="promotion")["craft"][0] - 3
    assert frame["text"].is_unique


def test_a_variant_of_a_blocked_message_stays_blocked() -> None:
    frame = vary_copy("街坊们，全城最低价的酥梨到了", segments=["学生"])
    assert (frame["text"][0], frame["gate"][0]) == ("同学们，全城最低价的酥梨到了", "block")


# ---- forms of input


def test_segments_come_from_the_groups_with_their_themes() -> None:
    groups = pd.DataFrame(
        {
            "segment": ["街坊买菜", "甲类", "甲类", None],
            "theme": ["时令蔬菜", "绘本共读", "放学后", "咖啡"],
        }
    )
    frame = vary_copy(PEARS, groups=groups)
    assert frame["segment"].tolist() == ["街坊买菜", "甲类"]
    assert [text[:4] for text in frame["text"]] == ["街坊们，", "爸妈们，"]
    assert vary_copy(PEARS, segments=["甲类"], groups=groups)["text"][0] == frame["text"][1]
    assert vary_copy(PEARS, segments=["甲类"])["changes"][0] == ["词表里没有“甲类”这群人的说法，原样保留。"]


def test_columns_and_empty_input() -> None:
    frame = vary_copy(PEARS, segments=[])
    assert frame.columns.tolist() == ["segment", "changes", *score_copy([]).columns]
    assert len(frame) == 0
    assert vary_copy(None, segments=["学生", "学生"])["text"].tolist() == [""]  # type: ignore[arg-type]
    assert vary_copy(PEARS, segments="学生")["segment"].tolist() == ["学生"]
    assert frame.dtypes.tolist() == vary_copy(PEARS, segments=["学生"]).dtypes.tolist()


def test_wrong_arguments_are_refused_in_chinese() -> None:
    with pytest.raises(InputError, match="要改的是一条消息的文字，这里给的是"):
        vary_copy([PEARS], segments=["学生"])  # type: ignore[arg-type]
    with pytest.raises(ChoiceError, match="请写明给哪几群人"):
        vary_copy(PEARS)
    bad: Any
    for bad, place in (([None], 1), (["学生", float("nan")], 2), ([b"x"], 1), ([["学生"]], 1), ([pd.NA], 1)):
        with pytest.raises(ChoiceError, match=f"segments 里第 {place} 个不是人群的名字"):
            vary_copy(PEARS, segments=bad)
    for bad in (5, b"x", {"学生": 1}):
        with pytest.raises(ChoiceError, match="segments 要写成人群名字的列表"):
            vary_copy(PEARS, segments=bad)
    with pytest.raises(ColumnError, match="群表缺少列 segment（现有的列：name）"):
        vary_copy(PEARS, groups=pd.DataFrame({"name": ["甲"]}))
    with pytest.raises(ChoiceError, match="不认识的消息类型"):
        vary_copy(PEARS, segments=["学生"], kind="ad")
