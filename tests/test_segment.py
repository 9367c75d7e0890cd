"""Cutting into words: jieba is the reference, and the differences from it are listed here."""

import logging
import os
import re
from pathlib import Path

import jieba
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit import lexicons, text

jieba.setLogLevel(logging.WARNING)

SENTENCES = [
    "社区团购的团长今晚八点前截单，自提点在东门。",
    "他来到了网易杭研大厦",
    "结婚的和尚未结婚的",
    "秋天的第一杯奶茶，配上桂花拿铁和减法礼盒",
    "研究生命的起源",
    "",
    "。。。！！",
    "买一送一\r\n第二行\n\n第四行\r第五行 \n 末行",
    "甲 乙  丙\t丁\u3000戊\u00a0己\u2028庚\x0b辛",
    "甲\x00乙\x07丙\x1f丁\x85戊\u200b己",
    "鱻鱻鱻𠮷野家的生僻字㐂",
    "㐂㐂䲜䲜鱼，鿕鿖鿗，𠮷𠮷野，豈更車",
    "中㐂国人𠮷大学生活鿖一二",
    "😀开心❤️一家👨‍👩‍👧，1️⃣号🇨🇳",
    "价格99.9元，50%off，满3.5折，12:30开团，1,000份，3:2",
    "iPhone15Pro和A股T恤，卡拉OK，C++和C#，R&B，AT&T，Wifi6",
    "ａｂｃ１２３，①②㎡½Ⅱ，é，e\u0301，Привет，ひらがな，한국어",
    "a+b=c，#话题#，@某人，..，...，--，__，%%，1.，-1，+86",
]

# Inside a run of ASCII letters and digits, . - _ stay where rjieba's pattern sees one word: text, jieba's, ours
DIFFERENCES = [
    ("Wi-Fi6", ["Wi", "-", "Fi6"], ["Wi-Fi6"]),
    ("a-b-c", ["a", "-", "b", "-", "c"], ["a-b-c"]),
    ("mail.com", ["mail", ".", "com"], ["mail.com"]),
    ("user_name", ["user", "_", "name"], ["user_name"]),
    ("1.5L", ["1.5", "L"], ["1.5L"]),
    ("v1.2.3", ["v1.2", ".", "3"], ["v1.2.3"]),
    ("2.5.1", ["2.5", ".", "1"], ["2.5.1"]),
    ("1-11", ["1", "-", "11"], ["1-11"]),
    ("1_1%", ["1", "_", "1%"], ["1_1%"]),
    ("GPT-4很火", ["GPT", "-", "4", "很火"], ["GPT-4", "很火"]),
]
ASCII_RUN = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)+%?")
# the pattern by which jieba cuts what is not Han (jieba.finalseg.re_skip)
JIEBA_PIECE = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
LETTERS = [
    *("中", "国", "人", "大学", "生活", "一二", "的", "，", "…", "团购", "T恤", "卡拉OK", "３"),
    *("a", "b", "Z", "1", "9", "0", ".", "-", "_", "%", "+", "#", "&", "@", "/", ":"),
    *(" ", "\r", "\n", "\t", "\x00", "\x01", "\u3000", "\u200b"),
    *("😀", "👨‍👩‍👧", "㐂", "䶵", "鿖", "𠮷", "𪛖", "豈", "é", "\u0301"),
]


def as_jieba(tokens: list[str]) -> list[str]:
    """Our tokens with each listed kind of difference taken back."""
    out: list[str] = []
    for token in tokens:
        if ASCII_RUN.fullmatch(token):
            out += [piece for piece in JIEBA_PIECE.split(token) if piece]
        else:
            out.append(token)
    return out


@pytest.mark.parametrize("sentence", SENTENCES)
def test_tokens_equal_jieba(sentence: str) -> None:
    assert tk.segment([sentence]) == [jieba.lcut(sentence)]


@pytest.mark.parametrize(("sentence", "theirs", "ours"), DIFFERENCES)
def test_the_differences_are_these(sentence: str, theirs: list[str], ours: list[str]) -> None:
    assert jieba.lcut(sentence) == theirs
    assert tk.segment([sentence]) == [ours]
    assert as_jieba(ours) == theirs


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.sampled_from(LETTERS), max_size=14).map("".join), max_size=5))
def test_there_are_no_other_differences(texts: list[str]) -> None:
    assert [as_jieba(tokens) for tokens in tk.segment(texts)] == [jieba.lcut(one) for one in texts]


def test_tokens_equal_jieba_on_the_whole_sample() -> None:
    read = tk.read_documents(lexicons.sample_folder() / "posts").frame
    bodies = read["body"].tolist()
    assert tk.segment(bodies) == [jieba.lcut(body) for body in bodies]


@pytest.mark.data
@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_tokens_equal_jieba_on_real_titles() -> None:
    folder = Path(os.environ["WENAN_DATA"]) / "data"
    questions = pd.read_csv(folder / "zhihu_hot_daily" / "questions.csv.gz", keep_default_na=False)
    site = pd.read_csv(folder / "site_hot_titles_2026" / "titles.csv.gz", keep_default_na=False)
    titles = [*questions["title"].tolist()[::20], *site["title"].tolist()[::20]]
    ours, theirs = tk.segment(titles), [jieba.lcut(title) for title in titles]
    assert len(titles) > 9000
    assert [as_jieba(tokens) for tokens in ours] == theirs
    plain = [place for place, title in enumerate(titles) if not ASCII_RUN.search(title)]
    assert len(plain) > 0.9 * len(titles)
    assert [ours[place] for place in plain] == [theirs[place] for place in plain]


def test_user_words_with_frequency_hold_together() -> None:
    reference = jieba.Tokenizer()
    words = {"减法礼盒": 100, "月光故事会": 100, "㐂字会": 100, "T恤节": 100}
    for word, frequency in words.items():
        reference.add_word(word, frequency)
    sentence = "减法礼盒和月光故事会都在院子里，T恤节"
    assert tk.segment([sentence], words=words) == [reference.lcut(sentence)]
    assert tk.segment([sentence]) != tk.segment([sentence], words=words)
    # jieba keeps rare characters apart even there
    assert tk.segment(["㐂字会"], words=words) == [reference.lcut("㐂字会")] == [["㐂", "字会"]]


def test_many_texts_cut_as_each_alone() -> None:
    texts = [*SENTENCES, "甲\x01乙", *SENTENCES]
    assert tk.segment(texts) == [tokens for sentence in texts for tokens in tk.segment([sentence])]
    assert tk.segment(["甲\x01乙"]) == [["甲", "\x01", "乙"]] == [jieba.lcut("甲\x01乙")]


def test_chunks_do_not_change_the_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tk.segment(SENTENCES)
    monkeypatch.setattr(text._chunks, "CHUNK_CHARACTERS", 10)
    assert tk.segment(SENTENCES) == whole


def test_without_rjieba_jieba_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = [*SENTENCES, "Wi-Fi6"]
    monkeypatch.setitem(__import__("sys").modules, "rjieba", None)
    text._cut._cutter.cache_clear()
    try:
        assert tk.segment(sentences) == [jieba.lcut(sentence) for sentence in sentences]
        tokens = text.tokenise(["桂花拿铁", "㐂桂花"])
        assert tokens.words[tokens.ids].tolist() == ["桂花", "拿铁", "㐂", "桂花"]
    finally:
        text._cut._cutter.cache_clear()


def test_missing_and_single_texts() -> None:
    assert tk.segment([]) == []
    assert tk.segment("社区团购") == [["社区", "团购"]]
    missing: list[object] = [None, float("nan"), 12, "甲"]
    assert text.segment(missing) == [[], [], ["12"], ["甲"]]  # type: ignore[arg-type]


def test_words_without_a_frequency_are_refused() -> None:
    with pytest.raises(tk.ToolkitError, match="频次"):
        tk.segment(["双十一"], words=["双十一"])


def test_tokens_of_counting_are_the_same_tokens() -> None:
    """What is counted is the folded text, cut the same way."""
    texts = [sentence for sentence in SENTENCES if sentence]
    tokens = text.tokenise(texts, words={})
    expected = tk.segment(text.comparable(texts), words={})
    blanks_between_latin = [(place, row) for place, row in enumerate(expected) if " " not in row]
    for place, row in blanks_between_latin:
        found = tokens.words[tokens.ids[tokens.documents == place]].tolist()
        assert found == [token.lower() for token in row]


def test_a_text_of_five_megabytes() -> None:
    long = "社区团购的团长今晚八点前截单，" * 110_000
    assert len(long.encode()) > 4_900_000
    tokens = text.tokenise([long, "末"], words={})
    one = ["社区", "团购", "的", "团长", "今晚", "八点", "前", "截单", ","]
    assert tokens.texts == 2
    assert len(tokens.ids) == 110_000 * len(one) + 1
    assert tokens.words[tokens.ids[: len(one)]].tolist() == one
    assert tokens.documents[-2:].tolist() == [0, 1]


def test_a_lone_surrogate_is_a_token_of_its_own() -> None:
    assert tk.segment(["社区\ud83d团购", "团长"]) == [["社区", "\ud83d", "团购"], ["团长"]]
