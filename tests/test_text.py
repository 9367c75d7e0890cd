"""Folding, cutting and phrases: jieba is the reference."""

import logging

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit as tk
from toolkit import lexicons, text

jieba.setLogLevel(logging.WARNING)

SENTENCES = [
    "社区团购的团长今晚八点前截单，自提点在东门。",
    "他来到了网易杭研大厦",
    "结婚的和尚未结婚的",
    "秋天的第一杯奶茶，配上桂花拿铁和减法礼盒",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "研究生命的起源",
    "",
    "。。。！！",
    "买一送一\r\n第二行",
    "鱻鱻鱻𠮷野家的生僻字㐂",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_tokens_equal_jieba_on_han_text(sentence: str) -> None:
    assert tk.segment([sentence]) == [jieba.lcut(sentence)]


def test_tokens_equal_jieba_on_the_whole_sample() -> None:
    read = tk.read_documents(lexicons.sample_folder() / "posts").frame
    bodies = read["body"].tolist()
    assert tk.segment(bodies) == [jieba.lcut(body) for body in bodies]


def test_user_words_with_frequency_hold_together() -> None:
    reference = jieba.Tokenizer()
    for word in ("减法礼盒", "月光故事会"):
        reference.add_word(word, 100)
    sentence = "减法礼盒和月光故事会都在院子里"
    found = tk.segment([sentence], words=[("减法礼盒", 100), ("月光故事会", 100)])
    assert found == [reference.lcut(sentence)]
    assert tk.segment([sentence]) != found


def test_many_texts_cut_as_each_alone() -> None:
    texts = SENTENCES * 3
    assert tk.segment(texts) == [tokens for sentence in texts for tokens in tk.segment([sentence])]


def test_chunks_do_not_change_the_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tk.segment(SENTENCES)
    monkeypatch.setattr(text._chunks, "CHUNK_CHARACTERS", 10)
    assert tk.segment(SENTENCES) == whole


@given(st.text(max_size=40), st.integers(0, 60))
def test_cut_to_width_is_the_longest_beginning_that_fits(value: str, width: int) -> None:
    cut = text.cut_to_width(value, width)
    assert value.startswith(cut)
    assert text.display_width(cut) <= width
    if len(cut) < len(value):
        assert text.display_width(value[: len(cut) + 1]) > width


def test_width_counts_han_as_two_and_marks_as_none() -> None:
    assert [text.display_width(value) for value in ("中文", "ab", "e\u0301", "，", "\u200b")] == [
        4,
        2,
        1,
        2,
        0,
    ]


def terms_of(texts: list[str], support: int = 2) -> set[str]:
    return set(text.phrases(text.tokenise(texts), support=support)[2])


def test_phrases_need_support_and_cross_no_punctuation() -> None:
    found = terms_of(["月光故事会开讲", "周六月光故事会", "月光，故事会", "海带排骨汤"])
    assert "月光故事会" in found
    assert "海带排骨汤" not in found
    assert "月光，故事会" not in found


def test_phrases_begin_and_end_with_content_words() -> None:
    found = terms_of(["手冲的咖啡", "手冲的咖啡"])
    assert "手冲的咖啡" in found
    assert not {term for term in found if term.startswith("的") or term.endswith("的")}


def test_numbers_with_measures_are_no_terms() -> None:
    assert not terms_of(["十五块两斤", "十五块两斤"]) & {"十五块", "两斤", "十五块两斤"}


def test_phrase_counts_equal_a_plain_count() -> None:
    texts = ["桂花拿铁加桂花拿铁", "桂花拿铁", "拿铁"]
    terms, places, names = text.phrases(text.tokenise(texts))
    place = names.index("桂花拿铁")
    assert sorted(places[terms == place].tolist()) == [0, 0, 1]


def runs_of(*texts: str) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in texts]
    for first, hashes, owners in text.shingles(texts):
        for run, owner in zip(hashes.tolist(), owners.tolist(), strict=True):
            out[first + owner].append(run)
    return out


def test_shingles_are_blind_to_punctuation_and_stay_within_their_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ("今天的菜，今天买。今天的菜", "三个字", "", "今天的菜！今天买……今天的菜", "菜今天")
    runs = runs_of(*texts)
    assert [len(found) for found in runs] == [8, 0, 0, 8, 0]
    assert runs[0] == runs[3] and runs[0][0] == runs[0][7]
    monkeypatch.setattr(text._chunks, "CHUNK_CHARACTERS", 4)
    assert runs_of(*texts) == runs
