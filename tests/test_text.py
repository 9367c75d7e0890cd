"""Widths, phrases and shingles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import text


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
    return set(text.find_terms(text.tokenise(texts), support=support).names())


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
    found = text.find_terms(text.tokenise(texts))
    rows = found.term == found.names().index("桂花拿铁")
    assert found.document[rows].tolist() == [0, 1] and found.count[rows].tolist() == [2, 1]


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
