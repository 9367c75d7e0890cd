"""Patterns that people type: what is refused and why, and that what is accepted cannot take long on any text."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.compliance._bounded import MOST_STEPS, fault_of, steps_of

SHIPPED = [
    *(row for row in lexicons.rows("ad-rules") if row["kind"] == "regex"),
    *lexicons.rows("ad-contexts"),
]


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: row.get("rule_id", row.get("name")))
def test_every_shipped_pattern_is_bounded(row: dict[str, str]) -> None:
    assert fault_of(row["pattern"]) == ""


def test_the_ceiling_leaves_the_lexicon_room_but_not_much() -> None:
    assert MOST_STEPS / 3 < max(steps_of(row["pattern"]) for row in SHIPPED) <= MOST_STEPS


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "规则是空的"),
        ("甲" * 601, "写法有 601 个字，最多 600 个"),
        ("买.*送", "「.*」可以没完没了地重复"),
        ("(?:甲|乙)+", "「(?:甲|乙)+」可以没完没了地重复"),
        ("甲[乙*]丙{3,}", "「丙{3,}」可以没完没了地重复"),
        (".{0,201}甲", "「.{0,201}」这样的重复（里外相乘）最多 201 次，上限是 200 次"),
        ("(?:甲{1,20}乙){1,11}", "「甲{1,20}」这样的重复（里外相乘）最多 220 次"),
        ("甲?", "一个字都没有也算对上"),
        ("(?=甲)", "一个字都没有也算对上"),
        ("(甲)\\1", "用了回指"),
        ("(甲)?(?(1)乙|丙)", "用了回指"),
        ("(?>甲乙)丙", "用了 (?>…) 或 ++ 这样的写法"),
        ("甲++", "用了 (?>…) 或 ++ 这样的写法"),
        ("(?i)vip", "用了 (?i) 这样的开关"),
        ("(?i:vip)", "用了 (?i) 这样的开关"),
        ("甲(?i)", "(?i) 这样的开关不收"),
        (".{0,50}.{0,50}.{0,50}甲", "一处文字最多要试 40 万步，上限是 3 万步。请先把「.{0,50}」改短"),
        ("(?:甲{0,5}甲){1,6}乙", "一处文字最多要试 21 万步"),
        ("(?:甲|乙|甲乙){1,40}丙", "一处文字最多要试 一亿步以上"),
        ("甲[乙", "方括号「[」没有配上「]」（在第 2 个字「[乙」这里）"),
        ("甲(乙", "括号「(」没有配上「)」"),
        ("甲)", "多了一个「)」（在第 2 个字「)」这里）"),
        ("?甲", "重复的记号前面没有字"),
        ("甲**", "两个重复的记号连在一起"),
        ("甲{3,2}", "重复的次数前大后小"),
        ("[丙-丁]", "方括号里的范围前大后小"),
        ("\\q", "反斜杠后面的字不认识"),
        ("(?<=甲{0,3})乙", "(?<=…) 或 (?<!…) 里的字数不固定"),
        ("[[甲]", "方括号里的记号连写有别的意思"),
        ("甲{99999999999}", "重复的次数太大"),
        ("(?Z甲)", "写法不完整"),
    ],
)
def test_what_is_refused_and_why(pattern: str, words: str) -> None:
    assert words in fault_of(pattern)


def test_deep_brackets_are_refused_in_words() -> None:
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(400)
        assert "括号套得太深" in fault_of("(" * 250 + "甲" + ")" * 250)
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    "pattern",
    [
        "最低价",
        "^甲$",
        "全城.{0,4}?最低(?:价|折扣)(?!线)",
        "(?<![舍得])不得",
        "[^\\d\\s]{1,9}元",
        "甲?" * 20 + "甲",
        "(?!)甲",
        "(?P<甲>乙)丙",
    ],
)
def test_what_editors_write_is_accepted(pattern: str) -> None:
    assert fault_of(pattern) == ""


# ---- the count of steps is a ceiling


class Matcher:
    """A matcher that tries one way after the other, and counts each part it tries."""

    def __init__(self, text: str) -> None:
        self.text, self.steps = text, 0

    def match(self, pattern: str, at: int) -> bool:
        return self.run(list(parser.parse(pattern)), at, lambda _: True)

    def run(self, items: list[Any], at: int, then: Callable[[int], bool]) -> bool:
        if not items:
            return then(at)
        operator, argument = items[0]
        return self.part(operator, argument, at, lambda end: self.run(items[1:], end, then))

    def part(self, operator: Any, argument: Any, at: int, then: Callable[[int], bool]) -> bool:
        if operator is constants.SUBPATTERN:
            return self.run(list(argument[-1]), at, then)
        if operator is constants.BRANCH:
            return any(self.run(list(branch), at, then) for branch in argument[1])
        if operator in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            return self.repeat(operator, argument, at, then, 0)
        self.steps += 1
        if operator in (constants.ASSERT, constants.ASSERT_NOT):
            direction, body = argument
            start = at if direction > 0 else at - body.getwidth()[1]
            found = start >= 0 and self.run(list(body), start, lambda end: direction > 0 or end == at)
            return found is (operator is constants.ASSERT) and then(at)
        if operator is constants.AT:
            at_end = self.text[at:] in ("", "\n")
            return {constants.AT_BEGINNING: at == 0, constants.AT_END: at_end}[argument] and then(at)
        return at < len(self.text) and self.takes(operator, argument, self.text[at]) and then(at + 1)

    def repeat(self, operator: Any, argument: Any, at: int, then: Callable[[int], bool], done: int) -> bool:
        least, most, body = argument

        def more() -> bool:
            return done < most and self.run(
                list(body), at, lambda end: self.repeat(operator, argument, end, then, done + 1)
            )

        if done < least:
            return more()
        if operator is constants.MAX_REPEAT:
            return more() or then(at)
        return then(at) or more()

    def takes(self, operator: Any, argument: Any, character: str) -> bool:
        code = ord(character)
        if operator is constants.ANY:
            return character != "\n"
        if operator in (constants.LITERAL, constants.NOT_LITERAL):
            return (code == argument) is (operator is constants.LITERAL)
        negated = argument[0][0] is constants.NEGATE
        found = any(
            {
                constants.LITERAL: lambda value: code == value,
                constants.RANGE: lambda value: value[0] <= code <= value[1],
                constants.CATEGORY: lambda value: CATEGORIES[value](character),
            }[name](value)
            for name, value in argument[negated:]
        )
        return found is not negated


CATEGORIES: dict[Any, Callable[[str], bool]] = {
    constants.CATEGORY_DIGIT: str.isdecimal,
    constants.CATEGORY_NOT_DIGIT: lambda character: not character.isdecimal(),
    constants.CATEGORY_SPACE: str.isspace,
}
ATOMS = ["甲", "乙", "丙", ".", "[甲乙]", "[^甲]", "[甲-癸]", "\\d", "\\D", "[\\s1]", "甲乙"]
COUNTS = ["?", "{0,2}", "{1,3}", "{2}", "{0,4}?", "??", "{1,2}?"]


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(COUNTS)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map(lambda part: f"(?={part})"),
        inner.map(lambda part: f"(?!{part})"),
        st.sampled_from(["(?<=甲)", "(?<!乙.)", "(?<=[甲乙]丙)", "^", "$"]),
    )


PATTERNS = st.recursive(st.sampled_from(ATOMS), grouped, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.text("甲乙丙1 \n", max_size=10))
def test_no_text_takes_more_steps_than_are_counted(pattern: str, text: str) -> None:
    most = steps_of(pattern)
    for at in range(len(text) + 1):
        matcher = Matcher(text)
        matched = matcher.match(pattern, at)
        assert matcher.steps <= most
        assert matched is (re.compile(pattern).match(text, at) is not None)


def test_the_count_is_near_what_a_bad_text_takes() -> None:
    """A ceiling a thousand times too high would refuse what is harmless."""
    for pattern, text in [
        (".{0,50}.{0,50}甲", "乙" * 120),
        ("[甲乙]{0,20}[甲乙]{0,20}丙", "甲乙" * 30),
        ("(?:甲|甲甲){1,12}乙", "甲" * 40),
    ]:
        matcher = Matcher(text)
        assert not matcher.match(pattern, 0)
        assert matcher.steps <= steps_of(pattern) <= 4 * matcher.steps


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("甲乙", 3),
        ("(?=甲乙丙丁)戊", 7),
        ("(?!甲乙丙丁)戊", 6),
        ("(?!甲乙丙丁)", 6),
        ("(?<=甲乙)丙", 6),
        (".{0,9}甲", 29),
        ("\\D{0,9}甲", 38),
        ("[^\\d]{0,9}甲", 38),
        ("[^甲]{0,9}甲", 28),
        ("[😀😁]{0,9}甲", 46),
    ],
)
def test_steps_by_hand(pattern: str, steps: int) -> None:
    """A set of emoji is looked through one by one, as are \\d and its like; a set of Chinese characters is not."""
    assert steps_of(pattern) == steps


# ---- the interpreter's own matcher


def drawn(random_: random.Random, depth: int = 0) -> str:
    """A pattern from a small grammar, with repeats as long as people might write them."""
    parts = []
    for _ in range(random_.randint(1, 3)):
        part = random_.choice(ATOMS)
        if depth < 2 and random_.random() < 0.5:
            inner = [drawn(random_, depth + 1) for _ in range(random_.randint(1, 3))]
            part = f"(?:{'|'.join(inner)})"
        if random_.random() < 0.5:
            low, high = sorted(random_.choice([0, 1, 2, 5, 9, 20, 60]) for _ in range(2))
            part = f"(?:{part}){{{low},{max(1, high)}}}" + random_.choice(["", "?"])
        parts.append(part)
    return "".join(parts)


# handed over as an argument: what takes long must not hold this process
SEARCH = """
import json, re, sys
for pattern in json.loads(sys.argv[1]):
    for text in json.loads(sys.argv[2]):
        sum(1 for _ in re.finditer(pattern, text))
print("done")
"""


def test_the_interpreter_is_done_soon_with_what_was_accepted() -> None:
    """The dearest of 1 500 drawn patterns and some made to be dear; an exponential one would take for ever."""
    draw = random.Random(11)  # noqa: S311 - no secret
    patterns = [f"{drawn(draw)}{draw.choice('癸甲')}" for _ in range(1_500)]
    fine = [pattern for pattern in patterns if not fault_of(pattern)]
    refused = [pattern for pattern in patterns if "一处文字最多要试" in fault_of(pattern)]
    assert len(fine) > 500 and len(refused) > 100
    dear = [
        *sorted(fine, key=steps_of)[-40:],
        "(?:甲|[甲丁]甲){1,12}乙",
        "(?:.甲|.|甲.){1,7}癸",
        ".{0,95}.{0,95}癸",
    ]
    assert {fault_of(pattern) for pattern in dear} == {""} and steps_of(dear[0]) > MOST_STEPS / 10
    texts = ["甲" * 500, "甲乙" * 250, "乙" * 500, "甲乙丙" * 160, "1" * 500, "甲1 " * 160]
    command = [sys.executable, "-c", SEARCH, json.dumps(dear), json.dumps(texts)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "done\n"
