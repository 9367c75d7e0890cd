"""What is seen in a headline: numbers for a learner, places for an editor, the part before the cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.headlines._features import feature_matrix, feelings_in, headline_features, matrix_features
from toolkit.headlines._inputs import folded_places, numbers_at, unborne_numbers
from toolkit.headlines._preview import Preview, preview_headline
from toolkit.schema import FEATURES, ChoiceError, ColumnError
from toolkit.text import display_width, fold

TITLES = [
    "大闸蟹怎么挑？看准这3处，今晚就能蒸",
    "震惊！！你绝对想不到，这件事竟然没人告诉你",
    "【独家】小米 15 涨到 4999 元，比去年贵了 10%",
    "How to peel 3 pomegranates without a mess",
    "",
    "😀🎉",
    "网路營銷：２０２６年７０％的人這樣做",
]
# what cues begin and end with, so that one could run from one headline into the next
PIECES = [
    "这个",
    "这位",
    "网友",
    "!",
    "?",
    "，",
    " ",
    "“难",
    "吃”",
    "不",
    "第3",
    "第一",
    "个",
    "【",
    "】",
    "用了",
    "年",
    "从",
    "到",
    "5",
    "%",
    "#",
    "给",
    "妈妈",
]
ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text("全城最低價震驚！？。3个你怎么\u200b\x00😀👨‍👩‍👧 é①㎡ＡＢ難吃不", max_size=40),
    st.lists(
        st.sampled_from(["不難吃", "👨‍👩‍👧", "①", "㎡", "ﬁ", "İ", "e\u0301", "１２％", "【", "\ud800", " "])
    ).map("".join),
)


def seen(text: str, *names: str, terms: tuple[str, ...] = ()) -> list[float]:
    columns, found = feature_matrix([text], terms=terms)
    return [float(found[0, columns.index(name)]) for name in names]


# ---- the matrix


def test_the_features_are_those_of_the_lexicon() -> None:
    rows = lexicons.rows("headline-features")
    assert matrix_features() == tuple(row["feature"] for row in rows if row["matrix"])
    assert len({row["feature"] for row in rows}) == len(rows)
    assert len(matrix_features()) >= 50
    assert {row["evidence"] for row in rows} <= {"经验", "文献", "实测"}
    assert all(row["source"] and row["caption"] for row in rows)
    names, found = feature_matrix([])
    assert (names, found.shape, found.dtype) == (matrix_features(), (0, len(names)), np.dtype("float64"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(TITLES),
            st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
            st.text(max_size=30),
        ),
        max_size=5,
    )
)
def test_many_are_read_as_one_by_one(titles: list[str]) -> None:
    names, together = feature_matrix(titles, terms=["小米", "营销"])
    alone = [feature_matrix([title], terms=["小米", "营销"])[1] for title in titles]
    same = np.isclose(together, np.concatenate([together[:0], *alone])).all(axis=0)
    assert [names[column] for column in np.flatnonzero(~same)] == []


@settings(max_examples=80, deadline=None)
@given(st.lists(ANY_TEXT, max_size=4))
def test_any_text_gives_finite_numbers_in_their_range(texts: list[str]) -> None:
    names, found = feature_matrix(texts, terms=["城"])
    assert np.isfinite(found).all() and (found >= 0).all()
    frame = pd.DataFrame(found, columns=list(names))
    shares = ["long_words", "concrete", "rare", "latin", "digits", "clickbait", "keyword_place"]
    assert (frame[shares] <= 1).all(axis=None)
    assert frame["width"].tolist() == [display_width(text[:300]) for text in texts]
    assert frame["chars"].tolist() == [len(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("看准这3处", {"number": 1, "list_size": 1, "price": 0}),
        ("涨到 4999 元，贵了 10%", {"price": 1, "percent": 1, "change": 1}),
        ("2026年5月1日起实行", {"date": 2}),
        ("一个不值得交往的人", {"number": 0}),
        ("iPhone 6 的相机", {"number": 0, "names": 1}),
        ("半小时做好三菜一汤", {"number": 1, "duration": 1}),
        ("第一名是谁", {"rank": 1, "question": 1}),
        ("我和你，还有他", {"first": 1, "second": 1, "third": 1}),
        ("孩子坐不住怎么办", {"people": 1, "pain": 2, "question": 1}),
        ("“一句话”和《三体》", {"quotes": 2}),
        ("【通知】#话题#", {"brackets": 2}),
        ("中秋 国庆", {"blanks": 1}),
        ("哈哈哈哈哈", {"repeat": 1}),
        ("吃了吗？？！", {"asks": 2, "exclaims": 1}),
        ("好吃😀😀", {"emoji": 2, "positive": 1}),
        (
            "You won't believe why 7 moms cry",
            {"second": 1, "gap": 1, "number": 1, "people": 1, "negative": 1},
        ),
    ],
)
def test_what_is_counted(text: str, expected: dict[str, float]) -> None:
    assert dict(zip(expected, seen(text, *expected), strict=True)) == expected


def test_counts_stop_at_five_and_a_term_counts_by_its_place() -> None:
    assert seen("？" * 30, "asks") == [5.0]
    assert seen("石榴怎么剥", "keyword", "keyword_place", terms=("石榴",)) == [1.0, 1.0]
    assert seen("怎么剥石榴啊啊啊啊啊", "keyword", "keyword_place", terms=("石榴",)) == [1.0, 0.7]
    assert seen("怎么剥石榴", "keyword", "keyword_place") == [0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("这家店难吃", [-1]),
        ("这家店不难吃", [1]),
        ("并不太好吃", [-1]),
        ("不是不好吃", [1]),
        ("没有惊喜", [-1]),
        ("不仅好吃", [1]),
        ("不断进步", [1]),
        ("令人不安", [-1]),
        ("别害怕", [1]),
        ("not bad, never sad", [1, 1]),
        ("a badge for nobody", []),
    ],
)
def test_a_negation_turns_a_feeling(text: str, signs: list[int]) -> None:
    assert [sign for _, _, sign in feelings_in(fold([text])[0])] == signs


def test_no_word_is_listed_with_two_feelings() -> None:
    words = [row["word"] for row in lexicons.rows("headline-emotions")]
    assert len(set(words)) == len(words)
    assert {row["sign"] for row in lexicons.rows("headline-emotions")} == {"1", "-1"}


# ---- the table


@settings(max_examples=80, deadline=None)
@given(st.lists(ANY_TEXT, max_size=3))
def test_a_place_holds_the_text_that_the_row_says(texts: list[str]) -> None:
    frame = headline_features(
        texts,
        platform="toutiao",
        trends=["城"],
        audience="亲子",
        brand=["全城"],
        bodies=["没有"] * len(texts),
    )
    assert frame.columns.tolist() == FEATURES.names
    for row in frame.to_dict("records"):
        if pd.isna(row["start"]):
            assert row["text"] == "" and pd.isna(row["end"])
        else:
            assert 0 <= row["start"] < row["end"] <= len(texts[row["place"]])
            assert texts[row["place"]][row["start"] : row["end"]] == row["text"]
    every = {row["feature"] for row in lexicons.rows("headline-features")}
    for _, rows in frame.groupby("place"):
        assert set(rows["feature"]) == every
        counted = rows[~rows["feature"].isin(["support"])]
        assert (counted.groupby("feature")["value"].nunique() == 1).all()


def test_values_are_those_of_the_matrix() -> None:
    names, matrix = feature_matrix(TITLES)
    frame = headline_features(TITLES)
    values = frame.drop_duplicates(["place", "feature"]).pivot(
        index="place", columns="feature", values="value"
    )
    shared = [name for name in names if name in values.columns]
    assert set(names) - set(shared) == {"keyword", "keyword_place"}
    columns = [names.index(name) for name in shared]
    np.testing.assert_array_equal(values[shared].to_numpy(), matrix[:, columns])


def test_places_are_right_on_traditional_full_width_and_emoji_text() -> None:
    text = "👨‍👩‍👧這家店不難吃，２０２６年漲到１２％？"
    frame = headline_features([text])
    places = {
        name: rows[["start", "end", "text"]].to_numpy().tolist() for name, rows in frame.groupby("feature")
    }
    assert places["positive"] == [[8, 11, "不難吃"]]
    assert places["date"] == [[12, 17, "２０２６年"]]
    assert places["percent"] == [[19, 22, "１２％"]]
    assert places["asks"] == [[22, 23, "？"]]
    assert places["change"] == [[17, 19, "漲到"]]


def test_what_the_body_does_not_hold_is_listed() -> None:
    def support(title: str, body: str | None) -> tuple[float, list[str], str]:
        frame = headline_features([title], bodies=[body])  # type: ignore[list-item]
        rows = frame[frame["feature"] == "support"]
        return rows["value"].iloc[0], [text for text in rows["text"] if text], rows["note"].iloc[0]

    body = "知味觀的番茄雞蛋麵一碗十二元，漲了兩成。"
    assert support("知味观番茄鸡蛋面12元", body)[1:] == (
        [],
        "给了正文时，标题里的实词、数字和名字有多少在正文里；值为 0 到 1",
    )
    value, missing, note = support("番茄鸡蛋面15元，涨了20%", body)
    assert missing == ["15"] and note == "正文里没有：15" and 0.5 < value < 1
    value, missing, note = support("番茄鸡蛋面", "")
    assert np.isnan(value) and (missing, note) == ([], "没有正文")
    assert support("", body)[2] == "标题里没有要核对的词"


@pytest.mark.parametrize(
    ("title", "body", "missing"),
    [
        ("卖12元", "十二元", []),
        ("卖12元", "120元", ["12"]),
        ("3万人排队", "三万人", []),
        ("3万人排队", "30000人", []),
        ("涨了70%", "涨了七成", []),
        ("涨了70%", "百分之七十", []),
        ("看准这3处", "没有数", []),
        ("iPhone 15 降价", "手机", []),
        ("第3次来", "手机", []),
        ("2026年起", "二〇二六年", ["2026"]),
        ("1,200元", "1200元", []),
    ],
)
def test_a_number_is_the_same_however_it_is_written(title: str, body: str, missing: list[str]) -> None:
    folded, held = fold([title, body])
    assert [folded[start:end] for start, end in unborne_numbers(folded, held)] == missing


@given(st.text("零〇一二三四五六七八九十百千万亿两0123456789.,%成百分之", max_size=12))
def test_any_number_has_a_value(text: str) -> None:
    for start, end, value in numbers_at(text):
        assert text[start:end] and value >= 0


@settings(max_examples=150)
@given(ANY_TEXT)
def test_each_folded_character_has_its_place(text: str) -> None:
    form = folded_places(text)
    assert len(form.starts) == len(form.ends) == len(form.value)
    assert list(form.starts) == sorted(form.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(form.starts, form.ends, strict=True))


def test_features_are_asked_for_only_where_there_is_something_to_ask() -> None:
    frame = headline_features(["石榴怎么剥"])
    assert not {"theme", "brand", "support", "keyword", "keyword_place"} & set(frame["feature"])
    assert headline_features([]).dtypes.tolist() == frame.dtypes.tolist()
    with pytest.raises(ChoiceError, match="不认识的平台 'qq'"):
        headline_features(["甲"], platform="qq")
    with pytest.raises(ColumnError, match="正文 2 篇，标题 1 条，对不上"):
        headline_features(["甲"], bodies=["", ""])


# ---- the preview


def test_a_whole_preview() -> None:
    text = "大闸蟹怎么挑？看准这3处，今晚就能蒸，蒸完还要等五分钟再揭盖"
    row = lexicons.platform("xiaohongshu")
    assert preview_headline(text, platform="小红书") == Preview(
        visible="大闸蟹怎么挑？看准这3处，今晚就能蒸，蒸",
        hidden="完还要等五分钟再揭盖",
        width=59,
        cut_at=20,
        over_limit=10,
        note=f"超过上限 10 个字。小红书：{row.note}（{row.certainty}，{row.checked} 查）。",
    )
    whole = preview_headline("石榴怎么剥")
    assert (whole.visible, whole.hidden, whole.cut_at, whole.over_limit) == ("石榴怎么剥", "", None, 0)


def test_a_missing_headline_is_blank_in_the_preview_and_no_text_is_refused() -> None:
    for missing in (None, float("nan"), pd.NA):
        assert preview_headline(missing) == preview_headline("")
    wrong: list[Any] = [b"x", {"a": 1}, ["甲"], object()]
    for value in wrong:
        with pytest.raises(ChoiceError, match="标题不是文字（现在是 "):
            preview_headline(value)


def test_a_platform_counts_its_limit_in_its_own_way() -> None:
    latin = "a" * 39
    assert preview_headline(latin, platform="xiaohongshu").over_limit == 0
    assert preview_headline(latin, platform="toutiao").over_limit == 9
    assert {row.limit_by for row in lexicons.platforms().values()} == {"chars", "width"}


@pytest.mark.parametrize(
    "cluster",
    [
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇨🇳",
        "e\u0301",
        "1\ufe0f\u20e3",
        "❤️",
        "\ud83d\ude00",
        "🏴\U000e0067\U000e0062\U000e007f",
    ],
)
def test_nothing_is_cut_within_a_character(cluster: str) -> None:
    for before in range(40, 46):
        text = "a" * before + cluster * 3 + "尾" * 30
        shown = preview_headline(text, platform="wechat").visible
        tail = shown[before:]
        assert tail.rstrip("尾") in {cluster * count for count in range(4)}


@given(ANY_TEXT, st.sampled_from(sorted(lexicons.platforms())))
def test_a_preview_is_the_text_in_two(text: str, platform: str) -> None:
    shown = preview_headline(text, platform=platform)
    assert shown.visible + shown.hidden == text
    assert shown.cut_at == (len(shown.visible) if shown.hidden else None)
    assert shown.width == display_width(text)


def test_every_platform_says_how_sure_it_is() -> None:
    for row in lexicons.platforms().values():
        assert row.source and row.certainty and row.checked >= "2026-11-21"
        assert 0 < row.best_low < row.best_high
        assert not row.max_chars or row.best_high <= 2 * row.max_chars
    with pytest.raises(ChoiceError, match="不认识的平台"):
        preview_headline("甲", platform="qq")


def test_a_long_text_is_read_in_no_time() -> None:
    long: list[Any] = ["蟹" * 100_000, "e" + "\u0301" * 100_000]
    assert [len(preview_headline(text).visible) for text in long] == [22, 100_001]
    assert feature_matrix(long)[1][0].tolist()[0] == 300.0
