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
# headings shorter than this on average (背景, 做法) name sections
SHORTEST_TITLES = 5
# text before the first heading that is this long speaks for one article with an introduction
LONG_OPENING = 60
_HAN = "[一二三四五六七八九十]{1,3}"
_GAP = r"[\s、.．:：,，]"
# 第一篇, 篇一: these words say by themselves that articles follow
_NAMED = re.compile(
    rf"(?:第\s*({_HAN}|\d{{1,2}})\s*篇(?:文章|范文)?{_GAP}*|(?:篇|范文|例文|文章)\s*({_HAN}|\d{{1,2}}){_GAP}+)"
)
# ways of numbering that may be an article's own sections too; never mixed, each is a level of its own
_STYLES = tuple(
    re.compile(pattern)
    for pattern in (
        r"([⑴-⒇㈠-㈩])\s*",
        r"([①-⑳❶-❿])\s*",
        r"[(（『「【]([一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]|\d{1,2})[)）』」】]\s*",
        rf"([Ⅰ-Ⅻ]|[A-Z](?={_GAP})){_GAP}*",
        rf"({_HAN}){_GAP}\s*",
        r"(\d{1,2})(?:[、.．:：](?!\d)\s*|\s+)",
    )
)


class Part(NamedTuple):
    """A title and the body under it."""

    title: str
    body: str


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


def split_articles(lines: list[str], *, title: str = "") -> list[Part]:
    """The articles of a text, or [] where it is one. `title` is the page's own, where it does not stand in `lines`.

    Three signs: the numbers run once in order, the parts are long enough under headings like titles, and nothing
    says that they are sections of one article.

    >>> body = "小米先泡半小时，水开了再下锅，小火慢慢熬到米油浮上来，关火以后再焖十分钟。"
    >>> [part.title for part in split_articles(["第一篇：秋天的粥", body, "第二篇：夏天的汤", body])]
    ['秋天的粥', '夏天的汤']
    """
    lines = [line for line in lines if line.strip()]
    found = _numbered(lines, _NAMED)
    for style in _STYLES:
        if not found:
            other = _numbered(lines, style)
            found = other if other and not _sections(lines, other, title) else []
    found = found or _questions(lines)
    return _parts(lines, found, title) if found else []


def _number(mark: str) -> int:
    """The value of a numeral: 12, 十二, ⑫, 壹, Ⅻ, or of a letter."""
    if mark.isdecimal():
        return int(mark)
    if "A" <= mark <= "Z":
        return ord(mark) - ord("A") + 1
    total = 0
    for digit in map(unicodedata.numeric, mark):
        total = int(max(total, 1) * 10 if digit == 10 and len(mark) > 1 else total + digit)
    return total


def _numbered(lines: list[str], style: re.Pattern[str]) -> list[tuple[int, str]]:
    """The headings of a style where they run 1, 2, 3 … once through the text and each has a part under it."""
    found: list[tuple[int, str]] = []
    for place, line in enumerate(lines):
        match = style.match(line.strip())
        if match is None:
            continue
        heading = line.strip()[match.end() :].strip()
        bare = style is _NAMED and not heading  # 第一篇 alone, its title on the next line
        if not (bare or 1 < len(heading) <= LONGEST_HEADING) or _ENDS.search(heading):
            continue
        if _number(next(filter(None, match.groups()))) != len(found) + 1:
            return []  # numbers that begin again belong inside the articles
        found.append((place, heading))
    return found if len(found) > 1 and min(_sizes(lines, found)) >= SHORTEST_PART else []


def _sizes(lines: list[str], found: list[tuple[int, str]]) -> list[int]:
    ends = [place for place, _ in found[1:]] + [len(lines)]
    return [
        len("".join("".join(lines[place + 1 : end]).split()))
        for (place, _), end in zip(found, ends, strict=True)
    ]


def _sections(lines: list[str], found: list[tuple[int, str]], title: str) -> bool:
    """Whether headings look like the sections of one article: short, of one topic, or under a title of their own."""
    headings = [heading for _, heading in found]
    opening = lines[: found[0][0]]
    named = opening[0].strip() if opening else title
    asking = sum(bool(_ASKS.search(heading)) for heading in headings) * 2 >= len(headings)
    one_topic = _common_topic(headings)
    under_title = bool(named) and named not in headings[0]
    return (
        sum(map(len, headings)) < SHORTEST_TITLES * len(headings)
        or max(len(named), len("".join(opening[0 if title else 1 :]))) >= LONG_OPENING
        or (not asking and (one_topic or under_title or any(map(_SECTIONS.search, headings))))
        or (one_topic and under_title)
    )


def _pairs(heading: str) -> set[str]:
    """The pairs of neighbouring characters of a heading, words of asking left out."""
    plain = re.sub(r"\W", " ", _ASKS.sub(" ", heading))
    return {a + b for a, b in pairwise(plain) if a != " " and b != " "}


def _common_topic(headings: list[str]) -> bool:
    counts = Counter(pair for heading in headings for pair in _pairs(heading))
    return bool(counts) and max(counts.values()) * 3 > len(headings) * 2


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
    if (
        any(style.match(line) for style in (_NAMED, *_STYLES))
        or len(re.sub(r"\W", "", _ASKS.sub("", line))) < 3
    ):
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
