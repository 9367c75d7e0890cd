"""Disguises taken off: every row of the lexicon both ways, places in the original, and what is no disguise."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.compliance._disguises import table
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import Form, form_of, forms_of
from toolkit.compliance._rules import rules

ROWS = lexicons.rows("disguises")
SIGNS = ["sign", "quote", "mark"]
WORDS = [word for row in ROWS if row["kind"] == "word" for word in row["written"].split("|")]
HAN = re.compile("[\u3400-\u9fff]{2,}")


def bare(text: str) -> str:
    """The text with its disguises taken off."""
    return forms_of(text)[-1].value


def named(row: dict[str, str]) -> str:
    return f"{row['kind']}-{row['written'][:12]}"


# ---- the lexicon, every row both ways


def test_the_lexicon_is_well_formed() -> None:
    assert {row["kind"] for row in ROWS} == {*SIGNS, "word", "spelling", "pinyin"}
    assert len(WORDS) == len(set(WORDS))
    for row in ROWS:
        assert row["written"] and row["example"] and row["counter_example"], named(row)
        assert bool(row["plain"]) == (row["kind"] in ("spelling", "pinyin")), named(row)
        written, plains = row["written"].split("|"), row["plain"].split("|")
        assert len(plains) in ({len(written)} if row["kind"] == "pinyin" else {1, len(written)}), named(row)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_each_row_works_on_its_examples(row: dict[str, str]) -> None:
    for text in row["example"].split(";"):
        plain, *second = forms_of(text)
        assert second, text
        if row["kind"] in SIGNS:
            assert second[0].value == re.sub(f"[{row['written']}]", "", plain.value)
        else:
            meant = row["written" if row["kind"] == "word" else "plain"].split("|")
            assert any(word in second[0].value and word not in plain.value for word in meant), text


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_no_row_touches_its_counter_examples(row: dict[str, str]) -> None:
    assert [bare(text) for text in row["counter_example"].split(";") if len(forms_of(text)) > 1] == []


@pytest.mark.parametrize("sign", [" ", "·", "*", "❤", "_", "/"])
def test_every_word_is_put_together_wherever_it_was_parted(sign: str) -> None:
    unread = []
    for row in ROWS:
        behind = "" if row["after"].startswith("!") else row["after"].split("|")[-1]
        for word in row["written"].split("|") if row["kind"] == "word" else ():
            for place in range(1, len(word)):
                parted = word[:place] + sign + word[place:] + behind
                unread += [parted] if bare(parted) != word + behind else []
    assert unread == []


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] == "pinyin"], ids=named)
def test_every_mixture_of_syllables_and_characters_is_read(row: dict[str, str]) -> None:
    pairs = zip(row["written"].split("|"), row["plain"].split("|"), strict=True)
    for syllables, plain in pairs:
        assert len(syllables.split()) == len(plain)
        for parts in itertools.product(*zip(plain, syllables.split(), strict=True)):
            mixed = "".join(parts)
            if mixed != syllables.replace(" ", ""):
                assert bare(f"这款{mixed}的") == f"这款{plain}的"
                assert bare(f"这款{mixed.upper()}的") == f"这款{plain}的"


def samples(pattern: str) -> Iterator[str]:
    """Every text that a spelling's pattern stands for, with and without a sign at places for signs."""
    pieces = []
    for inside, single, maybe in re.findall(r"(?:\[([^]]*)\]|(.))(\??)", pattern):
        choices = ["", "·"] if single == "~" else list(inside or single)
        pieces.append([*choices, ""] if maybe else choices)
    return ("".join(parts) for parts in itertools.product(*pieces))


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] == "spelling"], ids=named)
def test_every_spelling_is_read_where_an_example_has_one(row: dict[str, str]) -> None:
    """The row's own piece of an example gives way to each other spelling of the row."""
    written = row["written"].split("|")
    plains = row["plain"].split("|") * (len(written) if "|" not in row["plain"] else 1)
    known = {text: plain for pattern, plain in zip(written, plains, strict=True) for text in samples(pattern)}
    frames = []
    for text in row["example"].split(";"):
        value = form_of(text).value
        pieces = [piece for piece in known if piece in value.lower()]
        if pieces:
            place = value.lower().index(max(pieces, key=len))
            frames.append((value[:place], value[place + max(map(len, pieces)) :]))
    unread = [
        text
        for text, plain in known.items()
        if not any(
            bare(before + text + after) == bare(before + plain + after)
            and len(forms_of(before + text + after)) > 1
            for before, after in frames
        )
    ]
    assert unread == []


def test_what_the_lexicon_stands_for_is_no_disguise_itself() -> None:
    plains = {plain for row in ROWS for plain in row["plain"].split("|")} | set(WORDS)
    assert [text for text in plains if text and bare(text) != text] == []


def test_the_lexicon_is_written_in_the_plain_form() -> None:
    columns = ["written", "plain", "before", "after"]
    texts = [row[name] for row in ROWS for name in columns if row["kind"] not in SIGNS]
    assert [text for text in texts if form_of(text).value != text] == []


def repeats(tree: Any) -> Iterator[tuple[int, int]]:
    """For each repeat in a parsed pattern: its ceiling, and how many repeats it holds."""
    for operator, argument in tree:
        if operator in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            inner = list(repeats(argument[2]))
            yield int(argument[1]), len(inner)
            yield from inner
        elif operator is constants.SUBPATTERN:
            yield from repeats(argument[-1])
        elif operator is constants.BRANCH:
            yield from (found for branch in argument[1] for found in repeats(branch))
        elif operator in (constants.ASSERT, constants.ASSERT_NOT):
            yield from repeats(argument[1])


def test_no_pattern_repeats_without_end_or_within_a_repeat() -> None:
    for pattern in (table().gap, table().words, table().spelled):
        assert pattern.search("") is None
        assert all(ceiling <= 20 and not inner for ceiling, inner in repeats(parser.parse(pattern.pattern)))


# ---- what is put together and what is not


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全城最低价", (Form("全城最低价", range(5), range(1, 6)),)),
        ("", (Form("", range(0), range(1, 1)),)),
        (
            "全 网最低",
            (
                Form("全 网最低", range(5), range(1, 6)),
                Form("全网最低", [0, 2, 3, 4], [1, 3, 4, 5], [False, True, False, False]),
            ),
        ),
        (
            "加薇❤\ufe0f領",
            (
                Form("加薇❤领", [0, 1, 2, 4], [1, 2, 3, 5]),
                Form("加微信领", [0, 1, 2, 4], [1, 2, 3, 5], [True, True, True, False]),
            ),
        ),
        (
            "徽信Ⅴ信",
            (
                Form("徽信V信", range(4), range(1, 5)),
                Form("微信微信", [0, 1, 2, 3], [1, 2, 3, 4], [True] * 4),
            ),
        ),
        (
            "jian肥·茶",
            (
                Form("jian肥·茶", range(7), range(1, 8)),
                Form("减肥·茶", [0, 0, 5, 6], [5, 5, 6, 7], [True, True, False, False]),
            ),
        ),
    ],
    ids=["none", "empty", "parted", "letters", "one for one", "shorter"],
)
def test_forms_tell_places_and_what_was_changed(text: str, expected: tuple[Form, ...]) -> None:
    def told(forms: tuple[Form, ...]) -> list[tuple[str, list[int], list[int], list[bool]]]:
        return [(form.value, [*form.starts], [*form.ends], [*form.disguised]) for form in forms]

    assert told(forms_of(text)) == told(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("最 低 价", "最低价"),
        ("全城最 低 价的橘子", "全城最低价的橘子"),
        ("7 天 瘦 5 斤", "7天瘦5斤"),
        ("满 1 0 0 元 减 五 十", "满100元减五十"),
        ("最低·价", "最低价"),
        ("稳💰赚❤不🔥赔", "稳赚不赔"),
        ("全！网！最！低！价！", "全网最低价!"),
        ("减·肥·茶叶", "减肥茶叶"),
        ("减·肥 茶叶", "减肥 茶叶"),
        ("公 众 号 里 见", "公众号里见"),
        ("加 薇 ❤ 领 资 料", "加微信领资料"),
        ("v·信：abc8899", "微信:abc8899"),
    ],
)
def test_gaps_that_are_closed(text: str, expected: str) -> None:
    assert bare(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "今日最佳 选手出炉",
        "销量 第一时间公布",
        "好评如潮 · 第二件半价",
        "全球/中国/上海",
        "A/B 两版",
        "8.5折，1.5升装，3-5人",
        "618·双11",
        "VX9型号到店，V领毛衣",
        "加V认证的老师",
        "床前 明月光，疑是 地上霜",
        "2026年11月22日 周日 20:00",
        "¥ 39.9 / 份",
        "开业啦🎉全场五折🎁到店领",
        "我❤你，🌸早安🌸上海",
        "大/中/小号",
        "红、黄、蓝",
        "春 · 夏 两季",
        "等……我 们",
        "最\n低\n价",
        "微\n信",
        "加\n薇❤",
        "王 楠 到店",
        "小字 号外",
        "第 1 期",
        "一 二",
    ],
)
def test_what_is_no_disguise_keeps_one_form(text: str) -> None:
    assert forms_of(text) == (form_of(text),)


# ---- findings through the second form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("橘子全·網·最低價·哦", ("absolute-008", 2, 9, "全·網·最低價")),
        ("国/家/级品质", ("absolute-001", 0, 5, "国/家/级")),
        ("三天根❤\ufe0f治鼻炎", ("medical-001", 2, 6, "根❤\ufe0f治")),
        ("jian肥茶买二送一", ("food_health-001", 0, 6, "jian肥茶")),
        ("这茶药到疒丙除", ("medical-003", 2, 7, "药到疒丙除")),
    ],
)
def test_a_finding_covers_what_was_put_in(text: str, expected: tuple[str, int, int, str]) -> None:
    found = by_rules(text, forms_of(text), rules())
    assert expected in [(one.rule_id, one.start, one.end, one.text) for one in found]
    (why,) = (one.why for one in found if (one.rule_id, one.start) == expected[:2])
    assert why.startswith("原词换了写法（还原后是「")


def test_what_the_plain_form_shows_is_not_shown_twice() -> None:
    text = "全城最低价，稳 赚 不 赔"
    found = by_rules(text, forms_of(text), rules())
    assert [one.why.startswith("原词换了写法") for one in found if one.category == "absolute"] == [False]
    assert [one.text for one in found if one.category == "finance"] == ["稳 赚 不 赔"]


@functools.cache
def blocked_examples() -> list[tuple[str, str, int, int]]:
    """Examples that a rule blocks by Han characters alone: category, text, and the place of the match."""
    shown = []
    sources = {row["rule_id"]: row["examples"].split(";") for row in lexicons.rows("ad-rules")}
    for rule in rules():
        for text in sources[rule.rule_id] if rule.severity == "block" and not rule.as_typed else ():
            match = rule.pattern.search(text)
            blocks = {
                one.category for one in by_rules(text, forms_of(text), rules()) if one.severity == "block"
            }
            if match and HAN.fullmatch(match[0]) and rule.category in blocks:
                shown.append((rule.category, text, match.start(), match.end()))
    return shown


@pytest.mark.parametrize("sign", [" ", "·", "_", "🔥"])
def test_examples_still_block_with_signs_between_their_characters(sign: str) -> None:
    """Put in all through the text, and through the match alone; the finding covers what was put in."""
    examples = blocked_examples()
    assert len(examples) > 150
    whole = within = 0
    for category, text, start, end in examples:
        apart = sign.join(text)
        found = by_rules(apart, forms_of(apart), rules())
        places = {
            place
            for one in found
            if (one.category, one.severity) == (category, "block")
            for place in range(one.start, one.end)
        }
        step = 1 + len(sign)
        whole += {*range(start * step, (end - 1) * step + 1)} <= places
        match = sign.join(text[start:end])
        apart = text[:start] + match + text[end:]
        found = by_rules(apart, forms_of(apart), rules())
        within += any(
            (one.category, one.severity) == (category, "block")
            and one.start <= start
            and start + len(match) <= one.end
            for one in found
        )
    assert whole >= 0.97 * len(examples)
    assert within >= 0.9 * len(examples)


# ---- any text at all

PIECES = st.sampled_from(
    [
        "最",
        "低",
        "价",
        "减肥",
        "微信",
        "jian",
        "V",
        "加",
        "薇",
        "❤",
        "\ufe0f",
        " ",
        "·",
        "/",
        "。",
        "！",
        "“",
        "”",
        "\n",
        "1",
        "%",
        *["❶", "㍿", "e\u0301", "網", "🧧", "👍", "亻言", "领资料", "\ud800", "..", "丨"],
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map("".join)))
@example("最 低 价" * 3)
@example("加V" * 5 + " ·")
def test_places_and_flags_of_any_text(text: str) -> None:
    forms = forms_of(text)
    for form in forms:
        assert len(form.starts) == len(form.ends) == len(form.value)
        assert all(0 <= start < end <= len(text) for start, end in zip(form.starts, form.ends, strict=True))
        assert [*form.starts] == sorted(form.starts) and [*form.ends] == sorted(form.ends)
    assert forms[0] == form_of(text) and not forms[0].disguised
    for second in forms[1:]:
        assert len(second.disguised) == len(second.value) and any(second.disguised)
        assert second.value != forms[0].value
        assert second.value.count("\n") == forms[0].value.count("\n")


ORDINARY = [
    "今天的黄桃到了",
    "第二件半价",
    "8.5折",
    "V领毛衣",
    "A/B",
    "群里接龙",
    "下午三点",
    "1.5升",
    "老人孩子都能吃",
    "No.3",
]


@given(
    st.lists(st.sampled_from(ORDINARY), min_size=1, max_size=8),
    st.sampled_from([" ", " · ", "/", "·", "|", " | ", "🎉", "，", "。", "\n", "~", "——", " ❤ ", "&", "-"]),
)
def test_phrases_and_what_parts_them_keep_one_form(phrases: list[str], sign: str) -> None:
    assert len(forms_of(sign.join(phrases))) == 1


@pytest.mark.parametrize(
    ("piece", "plain"),
    [("最 低 价,", "最低价,"), ("加薇❤领,", "加微信领,"), ("减·肥,", "减肥,"), ("稳 ", "稳")],
)
def test_long_texts_are_read_through(piece: str, plain: str) -> None:
    times = 100_000 // len(piece)
    assert bare(piece * times).rstrip() == plain * times
