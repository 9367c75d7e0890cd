"""Folding many texts at once equals folding each alone, character by character checked against the plain rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import text

SEPARATOR = "\x01"
LETTERS = [
    *("中", "国", "团购", "的", "一二", "，", "。", "“", "…", "—", "·", "《"),
    *("網", "髮", "乾", "後", "鬆", "覆", "沈", "餘", "著", "豈", "⼈", "⺠", "劵", "𠮷", "㐂"),
    *("a", "Z", "1", "9", "ＡＢ", "１２", "％", "！", "　", "VХ", "Привет", "ñ", "İ", "ß"),
    *("①", "②", "²", "㎡", "½", "™", "®", "℃", "Ⅱ", "\u20e3", "1\ufe0f\u20e3"),
    *("é", "e\u0301", "中\u0336", "が", "か\u3099", "한", "\u1112\u1161", "\u200d", "\ufe0f", "\u200b"),
    *("😀", "👨‍👩‍👧", "🇨🇳", "🅥", "➀", "★", "→", "\ue000", "\ufeff"),
    *(" ", "  ", "\t", "\n", "\r\n", "\r", "\u3000\n", "\u2028", "\x00", "\x07", "\x85", SEPARATOR),
    *("\ud800", "\udfff"),
]
texts_of_letters = st.lists(st.lists(st.sampled_from(LETTERS), max_size=12).map("".join), max_size=6)
any_texts = st.lists(st.text(max_size=20), max_size=5)


def plain_fold(value: str) -> str:
    """The rule, one text at a time: normalise, and simplify where there is anything traditional."""
    plain = text.normalise(value.replace(SEPARATOR, ""))
    plain = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in plain)
    if any(text.simplify(letter) != letter for letter in plain):
        plain = text.simplify(plain)
    return plain


@settings(max_examples=500, deadline=None)
@given(texts_of_letters)
def test_many_at_once_equal_each_alone(texts: list[str]) -> None:
    assert text.comparable(texts) == [plain_fold(value) for value in texts]
    assert text.fold(texts) == [plain_fold(value).lower() for value in texts]


@settings(max_examples=500, deadline=None)
@given(any_texts)
def test_any_characters_at_all(texts: list[str]) -> None:
    assert text.comparable(texts) == [plain_fold(value) for value in texts]


@settings(max_examples=300, deadline=None)
@given(texts_of_letters)
def test_what_is_comparable_stays_as_it_is(texts: list[str]) -> None:
    once = text.comparable(texts)
    assert text.comparable(once) == once


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("答覆和沈默", "答覆和沈默"),
        ("答覆和沈默é★\u0301", "答覆和沈默é★\u0301"),  # an odd character brings no traditional one
        ("網上的答覆", "网上的答复"),
        ("卡拉OK和T恤", "卡拉OK和T恤"),
        ("ＡＢＣ　１２３！", "ABC 123!"),
        ("", ""),
        ("甲\x01乙", "甲乙"),
        ("甲\r\n \r\n乙", "甲\n乙"),
        ("①2026年89㎡3室", "1 2026年89m2 3室"),
    ],
)
def test_comparable(value: str, expected: str) -> None:
    assert text.comparable([value]) == [expected]
    assert text.fold([value]) == [expected.lower()]


def test_a_text_does_not_change_its_neighbours() -> None:
    """A plain text beside a traditional one, one that is empty, and one with a separator in it."""
    texts = ["答覆", "網路", "", "\x01", " ", "答覆", "乾隆", "头发"]
    assert text.comparable(texts) == ["答覆", "网路", "", "", " ", "答覆", "乾隆", "头发"]
    assert text.comparable([]) == []
    assert text.comparable([""]) == [""]
    assert text.fold([]) == []


def test_chunks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["網路營銷", "答覆", "甲\x01乙", "", "😀 ①2", "\ud800"] * 5
    whole = text.fold(texts)
    assert whole == [plain_fold(value).lower() for value in texts]
    monkeypatch.setattr(text._fold, "CALL_CHARACTERS", 3)
    assert text.fold(texts) == whole
