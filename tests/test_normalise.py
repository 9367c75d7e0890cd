"""Texts made comparable: what `normalise` and `fold` take for the same, and what they keep apart."""

import json
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons, text

GLYPHS = lexicons.rows("glyphs")
# every kind of character that the rules name, thick enough to meet each other
ODD = st.sampled_from(
    [
        *(row["glyph"] for row in GLYPHS[::7]),
        *"①⒈²½㎡㏠™℡1２٣ \t\n\r\x0b\x00\x01\x85\xa0\u2028\u3000\u2800e\u0327",
        *"\u200b\u202e\ufe0f\u20e3\ue000\u034f\u0301\u0336\u3099\u1160\u3164\ud800\udc00\U000e0041",
        *"aAXХОρж中国乾發😀🅰",
    ]
)


# ---- the whole of Unicode


@pytest.fixture(scope="module")
def changed() -> dict[str, str]:
    """Every character that is not its own normal form, with that form."""
    forms = ((character, text.normalise(character)) for character in map(chr, range(0x110000)))
    return {character: form for character, form in forms if form != character}


def test_every_character_is_normalised_once_for_all(changed: dict[str, str]) -> None:
    assert [character for character, form in changed.items() if text.normalise(form) != form] == []
    kinds = Counter(unicodedata.category(character) for character in changed)
    assert (kinds["Cc"], kinds["Co"]) == (64, 137468)  # every control character but \n, all private use
    assert kinds["Cs"] == 0


def test_no_sign_runs_its_number_into_the_digits_beside_it(changed: dict[str, str]) -> None:
    signs = [
        sign
        for sign, form in changed.items()
        if unicodedata.category(sign) != "Nd" and re.search("[0-9]", form)
    ]
    between = [text.normalise(f"7{sign}8")[1:-1] for sign in signs]
    assert len(signs) > 200
    assert [form for form in between if re.search("^[0-9]|[0-9][.,]?$", form)] == []


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(st.characters(), max_size=40), st.lists(ODD, max_size=14).map("".join)))
def test_normalising_twice_changes_nothing(value: str) -> None:
    once = text.normalise(value)
    assert text.normalise(once) == once
    assert unicodedata.is_normalized("NFKC", once)
    assert not [c for c in once if c != "\n" and unicodedata.category(c) in ("Cc", "Co", "Zl", "Zp")]
    assert "  " not in once and " \n" not in once and "\n " not in once and "\n\n" not in once


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(ODD, max_size=10).map("".join), max_size=6))
def test_folding_takes_any_text_and_keeps_their_number(values: list[str]) -> None:
    folded = text.fold(values)
    assert len(folded) == len(values)
    assert folded == [text.fold([value])[0] for value in values]
    "".join(folded).encode("utf-8")


# ---- what NFKC may not do to Chinese


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("①2026年的安排", "1 2026年的安排"),
        ("第①步", "第1步"),
        ("加①③⑧", "加138"),
        ("⒈5元起", "1. 5元起"),
        ("10²米", "10 2米"),
        ("每斤5½元", "每斤5 1⁄2元"),
        ("89㎡3室", "89m2 3室"),
        ("共5㎡，5m²", "共5m2,5m2"),
        ("❶2个；⓴9折", "1 2个;20 9折"),
        ("1️⃣2️⃣3️⃣ 1️⃣2斤", "123 1 2斤"),
        ("iPhone™手机®", "iPhone手机"),
        ("１００％，《菜谱》（全）…", "100%,《菜谱》(全)..."),
        ("二〇二六年", "二〇二六年"),
        ("ﾃﾞﾊﾟｰﾄ ㈱ №1", "デパート (株) No1"),
    ],
)
def test_signs_in_chinese_text(value: str, expected: str) -> None:
    assert text.normalise(value) == expected


# ---- what cannot be seen


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("全\u200b城\ufeff最\u2060低\u00ad价", "全城最低价"),
        ("\u202e全城\u2066最低\u2069", "全城最低"),
        ("全\x00城\x07最\x7f低\x9f价\ufffc", "全城最低价"),
        ("❤\ufe0f 葛\U000e0101", "❤ 葛"),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        ("等\u0336你\u0336老\u0301\u0336", "等你老"),
        ("ka\u0301fe\u0301", "káfé"),
        ("点赞\ue600收藏", "点赞 收藏"),
        ("半\ud800个", "半\ud800个"),
        ("\u3000\u3000段首\xa0 \t词 \r\n\r\n\u3000下一段\u2028行\x85尾", " 段首 词\n下一段\n行\n尾"),
        ("中秋 国庆", "中秋 国庆"),
        (" ", " "),
        ("\r", "\n"),
        ("", ""),
    ],
)
def test_invisible_marks_and_blanks(value: str, expected: str) -> None:
    assert text.normalise(value) == expected


# ---- look-alikes


def test_the_lexicon_of_glyphs_is_sound() -> None:
    glyphs = [row["glyph"] for row in GLYPHS]
    assert len(glyphs) >= 250
    assert [glyph for glyph, count in Counter(glyphs).items() if count > 1] == []
    assert {row["kind"] for row in GLYPHS} == {
        *("radical", "variant", "look-alike", "letter", "mixed-letter", "number")
    }
    assert [row for row in GLYPHS if len(row["glyph"]) != 1 or not row["plain"] or not row["source"]] == []
    assert [row for row in GLYPHS if row["plain"] in set(glyphs)] == []
    unstable = [row for row in GLYPHS if text.normalise(row["plain"]) != row["plain"]]
    assert unstable == []
    folded = text.fold([row["plain"] for row in GLYPHS])
    assert [row for row, low in zip(GLYPHS, folded, strict=True) if low != row["plain"].lower()] == []


def test_no_glyph_is_a_common_character() -> None:
    """GB 2312's first level: the 3755 most used characters; and no glyph is what OpenCC writes."""
    common = {
        bytes([high, low]).decode("gb2312", "ignore")
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF)
    }
    glyphs = {row["glyph"] for row in GLYPHS if row["kind"] != "mixed-letter"}
    assert len(common) > 3700
    assert glyphs & common == set()
    han = [chr(place) for place in [*range(0x3400, 0xA000), *range(0x20000, 0x32000)]]
    assert set("".join(text.fold(["".join(han)]))) & glyphs == set()


def test_every_glyph_becomes_its_plain_form() -> None:
    plain = [row for row in GLYPHS if row["kind"] != "mixed-letter"]
    assert [text.normalise(row["glyph"]) for row in plain] == [row["plain"] for row in plain]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("⽣活⺠宿⻚面", "生活民宿页面"),
        ("优惠劵限时欵", "优惠券限时款"),
        ("VХ、vх、ТОP1", "VX、vx、TOP1"),
        ("🅥🅧 ᴠx", "VX vx"),
        ("hɑo", "hao"),
        # Russian, Greek and units stay themselves, also beside Han and Latin
        ("Спасибо сок ОСА", "Спасибо сок ОСА"),
        ("俄语сор一词", "俄语сор一词"),
        ("Крuчев", "Крuчев"),
        ("α波 5μg Rα ΔT ΟΧΙ", "α波 5μg Rα ΔT ΟΧΙ"),
        # variants that people bear in their names, and characters alive in their own right
        ("刘畊宏 宏碁 赫蹏 喆 淼 堃 叡 咲 濬", "刘畊宏 宏碁 赫蹏 喆 淼 堃 叡 咲 濬"),
    ],
)
def test_look_alikes(value: str, expected: str) -> None:
    assert text.normalise(value) == expected


# ---- traditional and simplified


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("網路營銷計劃", "网路营销计划"),
        ("皇后和以後", "皇后和以后"),
        ("頭髮發亮", "头发发亮"),
        ("乾淨的乾隆年間", "干净的乾隆年间"),
        ("一隻貓只吃魚", "一只猫只吃鱼"),
        ("著名的著作", "著名的著作"),
        ("水菓、糖菓、妳、牠", "水果、糖果、你、它"),
        ("ＬＡＴＴＥ", "latte"),
    ],
)
def test_traditional_becomes_simplified_by_the_word(value: str, expected: str) -> None:
    assert text.fold([value]) == [expected]


def test_lone_surrogates_are_folded_to_the_replacement_character() -> None:
    assert text.fold(["半\ud800個", "好"]) == ["半\ufffd个", "好"]


@pytest.mark.data
@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_every_naughty_string_passes() -> None:
    path = Path(os.environ["WENAN_DATA"]) / "data" / "naughty_strings" / "blns.json"
    strings = json.loads(path.read_text(encoding="utf-8"))
    folded = text.fold(strings)
    assert len(folded) == len(strings) > 400
    assert [text.normalise(text.normalise(s)) for s in strings] == [text.normalise(s) for s in strings]
