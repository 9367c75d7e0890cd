"""One text that holds several articles, cut at their headings: numbered, lettered, or questions.

A list of articles and the sections of one article look alike, so a text is cut only where signs agree; in doubt it
stays whole. Nothing is lost: every line is in a title or a body, but for the number in front of a heading.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

# a part shorter than this (characters without blanks) is a section or a list entry, not an article
SHORTEST_PART = 30
LONGEST_HEADING = 48
LONGEST_QUESTION = 36
# text before the first heading that is this long speaks for one article with an introduction
LONG_OPENING = 60
_NUMERALS = "一二三四五六七八九十"
_FORMAL = "壹贰叁肆伍陆柒捌玖拾"
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
_HAN = rf"[{_NUMERALS}]{{1,3}}"
_GAP = r"[\s、.．:：,，]"


class Style(NamedTuple):
    """A way of numbering: the pattern (the number is group 1) and what it says by itself for a list of articles."""

    name: str
    pattern: re.Pattern[str]
    weight: int


class Part(NamedTuple):
    """A title and the body under it."""

    title: str
    body: str


# the weights were set on the three shared pages and the invented pages of the tests: 3 is enough to cut
ENOUGH = 3
STYLES = (
    Style("第一篇", re.compile(rf"第\s*({_HAN}|\d{{1,2}})\s*篇(?:文章|范文)?{_GAP}*"), 6),
    Style("篇一", re.compile(rf"(?:篇|范文|例文|文章)\s*({_HAN}|\d{{1,2}}){_GAP}+"), 6),
    Style("⑴", re.compile(r"([⑴-⒇])\s*"), 1),
    Style("㈠", re.compile(r"([㈠-㈩])\s*"), 1),
    Style("❶", re.compile(r"([❶-❿])\s*"), 1),
    Style("『壹』", re.compile(rf"[『「【\[]([{_FORMAL}{_NUMERALS}])[』」】\]]\s*"), 1),
    Style("Ⅰ", re.compile(rf"([{_ROMAN}]){_GAP}*"), 1),
    Style("(1)", re.compile(r"[(（](\d{1,2})[)）]\s*"), 0),
    Style("（一）", re.compile(rf"[(（]({_HAN})[)）]\s*"), 0),
    Style("①", re.compile(r"([①-⑳])\s*"), 0),
    Style("A.", re.compile(rf"([A-Z]){_GAP}\s*"), 1),
    Style("一、", re.compile(rf"({_HAN}){_GAP}\s*"), 0),
    Style("1.", re.compile(r"(\d{1,2})(?:[、.．:：](?!\d)\s*|\s+)"), 0),
)
_MARKED_QUESTION = re.compile(r"(?:Q|问|问题)\s*\d{0,2}\s*[:：.、]\s*", re.IGNORECASE)
# both scripts, since scraped pages come in both
_ASKS = re.compile(
    r"如何|怎[么麼样樣]|为什么|為什麼|为何|為何|什[么麼]|哪[些个個里裡种種家]|多少|多久|是否|能不能|可不可以|要不要|吗|嗎|呢$|[?？]$"
)
_OPENS_ASKING = re.compile(r"如何|怎[么麼样樣]|为什么|為什麼|为何|為何|什[么麼]是|哪[些个個里裡种種]")
_ENDS = re.compile(r"[。；;，,：:]$")
# a question that leans on the text before it
_LEANS = re.compile(r"[那这這它但可而]|所以|然后|然後|于是|於是|因此|究竟|到底")
# words of the sections of one article
_SECTIONS = re.compile(
    r"^(?:引言|前言|导语|導語|背景|概述|摘要|目的|意义|意義|总结|總結|小结|小結|结语|結語|结论|結論|结束语|結束語|写在最后|寫在最後)"
    r"|背景介绍|背景介紹|主要问题|主要問題|第[一二三四五六七八九十]步|步骤|步驟"
)
_ANNOUNCES = re.compile(rf"([{_NUMERALS}两兩几幾]{{1,2}}|\d{{1,2}})\s*[个個种種条條步招点點样樣大类類件道款]")


def split_articles(lines: list[str], *, title: str = "") -> list[Part]:
    """The articles of a text, or [] where it is one. `title` is the page's own, where it does not stand in `lines`.

    >>> body = "小米先泡半小时，水开了再下锅，小火慢慢熬到米油浮上来，关火以后再焖十分钟。"
    >>> [part.title for part in split_articles(["第一篇：秋天的粥", body, "第二篇：夏天的汤", body])]
    ['秋天的粥', '夏天的汤']
    """
    lines = [line for line in lines if line.strip()]
    best: list[tuple[int, str]] = []
    best_score = ENOUGH - 1
    for style in STYLES:
        found = _numbered(lines, style)
        score = style.weight + _signs(lines, found, title) if found else 0
        if score > best_score:
            best, best_score = found, score
    best = best or _questions(lines)
    return _parts(lines, best, title) if best else []


def _number(mark: str) -> int:
    """The value of a numeral, 0 where it is none."""
    if mark in _ROMAN or mark in _FORMAL:
        return (_ROMAN if mark in _ROMAN else _FORMAL).index(mark) + 1
    if "❶" <= mark <= "❿":
        return ord(mark) - ord("❶") + 1
    plain = unicodedata.normalize("NFKC", mark).strip("()")
    if plain.isdigit():
        return int(plain)
    if len(plain) == 1 and plain in _NUMERALS:
        return _NUMERALS.index(plain) + 1
    if plain.isascii():
        return ord(plain) - ord("A") + 1
    tens, _, ones = plain.partition("十")
    return 10 * (_NUMERALS.find(tens) + 1 if tens else 1) + (_NUMERALS.find(ones) + 1 if ones else 0)


def _numbered(lines: list[str], style: Style) -> list[tuple[int, str]]:
    """The headings of a style where they run 1, 2, 3 … once through the text and each has a part under it."""
    found: list[tuple[int, str]] = []
    for place, line in enumerate(lines):
        match = style.pattern.match(line.strip())
        if match is None:
            continue
        heading = line.strip()[match.end() :].strip()
        bare = style.weight > 1 and not heading  # 第一篇 alone, its title on the next line
        if not (bare or 1 < len(heading) <= LONGEST_HEADING) or _ENDS.search(heading):
            continue
        if _number(match[1]) != len(found) + 1:
            return []  # numbers that begin again belong inside the articles
        found.append((place, heading))
    return found if len(found) > 1 and min(_sizes(lines, found)) >= SHORTEST_PART else []


def _sizes(lines: list[str], found: list[tuple[int, str]]) -> list[int]:
    ends = [place for place, _ in found[1:]] + [len(lines)]
    return [
        len("".join("".join(lines[place + 1 : end]).split()))
        for (place, _), end in zip(found, ends, strict=True)
    ]


def _signs(lines: list[str], found: list[tuple[int, str]], title: str) -> int:
    """How much speaks for articles rather than for sections of one."""
    headings = [heading for _, heading in found]
    opening = lines[: found[0][0]]
    named = opening[0].strip() if opening else title
    sizes = sorted(_sizes(lines, found))
    signs = 2 * (sum(bool(_ASKS.search(heading)) for heading in headings) * 2 >= len(headings))
    length = sum(len(heading) for heading in headings) / len(headings)
    signs += (length >= 7) + (length >= 10)
    signs += sizes[len(sizes) // 2] >= 400
    signs += _restarts(lines, found) >= 2
    signs += not _common_topic(headings)
    signs += -1 if named and named not in headings[0] else 1
    signs -= 2 * (len("".join(opening[1 if not title else 0 :])) >= LONG_OPENING)
    signs -= 2 * any(_SECTIONS.search(heading) for heading in headings)
    announced = _ANNOUNCES.search(named)
    signs -= 2 * (announced is not None and _number(announced[1].replace("两", "二")) == len(found))
    return signs


def _pairs(heading: str) -> set[str]:
    """The pairs of neighbouring characters of a heading, words of asking left out."""
    plain = re.sub(r"\W", " ", _ASKS.sub(" ", heading))
    return {a + b for a, b in pairwise(plain) if a != " " and b != " "}


def _common_topic(headings: list[str]) -> bool:
    counts = Counter(pair for heading in headings for pair in _pairs(heading))
    return bool(counts) and max(counts.values()) * 3 > len(headings) * 2


def _restarts(lines: list[str], found: list[tuple[int, str]]) -> int:
    """In how many parts a numbering of their own begins."""
    ends = [place for place, _ in found[1:]] + [len(lines)]
    first = re.compile(rf"(?:1[、.．:：]|一[、:：]|[(（][1一][)）]|①|⑴)\S|第一{_GAP}?\S")
    return sum(
        any(first.match(line.strip()) for line in lines[place + 1 : end])
        for (place, _), end in zip(found, ends, strict=True)
    )


def _questions(lines: list[str]) -> list[tuple[int, str]]:
    """Whole lines that ask, where there are three or more with an answer under each and no introduction before."""
    stripped = [line.strip() for line in lines]
    marked = [
        (place, _MARKED_QUESTION.sub("", line, count=1))
        for place, line in enumerate(stripped)
        if _MARKED_QUESTION.match(line) and len(line) <= 2 * LONGEST_HEADING
    ]
    asked = marked or _alike([(place, line) for place, line in enumerate(stripped) if _is_question(line)])
    found = _answered(lines, asked)
    if len(found) < 3 or len("".join(lines[: found[0][0]])) >= LONG_OPENING:
        return []
    return found


def _is_question(line: str) -> bool:
    """Whether a line asks and could stand alone: no number before it, no 那么, and something that it asks about."""
    if len(line) > LONGEST_QUESTION or _ENDS.search(line) or _LEANS.match(line):
        return False
    if any(style.pattern.match(line) for style in STYLES) or len(re.sub(r"\W", "", _ASKS.sub("", line))) < 3:
        return False
    return bool(re.search(r"[?？]$", line) or (_OPENS_ASKING.match(line) and not re.search(r"[，,。]", line)))


def _alike(asked: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The questions that are headings of one page, [] where they may be one author's own.

    A page gathered around a query repeats its words in each heading: a question that shares half as many pairs of
    characters with the others, or fewer, stands inside an article. Else the headings must be about different things.
    """
    pairs = [{a + b for a, b in pairwise(heading)} for _, heading in asked]
    counts = Counter(pair for each in pairs for pair in each)
    common = {pair for pair, count in counts.items() if count * 3 >= len(asked)}
    shared = [len(each & common) for each in pairs]
    middle = sorted(shared)[len(shared) // 2] if shared else 0
    if middle >= 3:
        return [heading for heading, count in zip(asked, shared, strict=True) if count * 2 > middle]
    return [] if _common_topic([heading for _, heading in asked]) else asked


def _answered(lines: list[str], asked: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The questions that have an answer under them; one right under another is its first line."""
    found = list(asked)
    while found:
        sizes = _sizes(lines, found)
        short = next((place for place, size in enumerate(sizes) if size < SHORTEST_PART), None)
        if short is None:
            break
        # the first of two that stand together is the heading, unless it opens the text as the page's title
        together = short + 1 < len(found) and found[short + 1][0] == found[short][0] + 1
        found.pop(short + 1 if together and found[short][0] > 0 else short)
    return found


def _parts(lines: list[str], found: list[tuple[int, str]], title: str) -> list[Part]:
    opening = lines[: found[0][0]]
    ends = [place for place, _ in found[1:]] + [len(lines)]
    parts = [
        Part(heading, "\n".join(lines[place + 1 : end]))
        if heading
        else Part(lines[place + 1].strip(), "\n".join(lines[place + 2 : end]))
        for (place, heading), end in zip(found, ends, strict=True)
    ]
    if not opening:
        return parts
    if len("".join("".join(opening).split())) < LONG_OPENING:
        first = parts[0]
        return [Part(first.title, "\n".join([*opening, first.body])), *parts[1:]]
    if title or len(opening[0]) > 64:
        return [Part(title, "\n".join(opening)), *parts]
    return [Part(opening[0].strip(), "\n".join(opening[1:])), *parts]
