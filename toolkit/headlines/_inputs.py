"""What headlines are read by and held against: cues, folded text with places, numbers, platform, terms, audience, own rules."""

from __future__ import annotations

import functools
import numbers
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import compliance, lexicons
from toolkit.schema import ChoiceError, ColumnError, is_missing
from toolkit.text import fold, has_han, segment

# a headline is read to here by the rubric and the features; the gate reads all of it
LONGEST_READ = 300


@functools.cache
def cues() -> dict[str, re.Pattern[str]]:
    """Kind to its cue, for folded text: the rows of one kind in `headline-cues` are alternatives.

    None matches across a line end, and ^ and $ are those of a line: a cue may run over many texts at once.
    """
    parts: dict[str, list[str]] = {}
    for row in lexicons.rows("headline-cues"):
        parts.setdefault(row["kind"], []).append(row["cue"].replace("[^", "[^\n"))
    return {kind: re.compile("|".join(listed), re.MULTILINE) for kind, listed in parts.items()}


@functools.cache
def clickbait_weights() -> dict[str, float]:
    """Each kind of clickbait and its weight, between 0 and 1."""
    rows = lexicons.rows("headline-kinds")
    return {row["kind"]: int(row["points"]) / 100 for row in rows if row["part"] == "clickbait"}


@functools.cache
def abstract_words() -> frozenset[str]:
    """Words that name nothing one can picture."""
    listed = (row["cue"] for row in lexicons.rows("headline-cues") if row["kind"] == "abstract")
    return frozenset(word for cue in listed for word in cue.split("|"))


@dataclass(frozen=True)
class Wanted:
    """What headlines are held against: platform, trending terms, the audience's words, an editor's rules and verdicts."""

    platform: lexicons.Platform
    purpose: str
    terms: tuple[str, ...] | None
    theme: tuple[str, ...] | None
    rules: tuple[Any, ...]
    lessons: compliance.Lessons
    brand: tuple[str, ...] = ()


def wanted_for(
    platform: str, purpose: str, trends: Any, audience: Any, rules: Any, verdicts: Any, brand: Any = None
) -> Wanted:
    row = lexicons.platform(platform)
    compliance.find("", purpose=purpose, platform=platform)  # raises on an unknown purpose
    if trends is None:
        terms = None
    else:
        if isinstance(trends, pd.DataFrame) and "term" not in trends.columns:
            present = tuple(str(name) for name in trends.columns)
            raise ColumnError(
                f"热词表缺少列 term（现有的列：{'、'.join(present) or '无'}）。请把热词所在的列改名为 term。",
                missing=("term",),
                present=present,
            )
        said = trends["term"] if isinstance(trends, pd.DataFrame) else trends
        terms = tuple(term for term in fold(listed_texts(said, "热词")) if term.strip())
    theme = None if audience is None else theme_words(audience_text(audience))
    own, lessons = compliance.own_rules(rules), compliance.lessons_of(verdicts)
    listed = [] if brand is None else listed_texts(brand, "品牌词")
    named = tuple(word for word in fold(listed) if word.strip())
    return Wanted(row, purpose, terms, theme, own, lessons, named)


def texts_of(headlines: Any) -> list[str]:
    """The headlines as texts; "" for a missing one. Raises ChoiceError for what are no texts."""
    if isinstance(headlines, pd.DataFrame):
        names = [name for name in ("headline", "title", "标题") if name in headlines.columns]
        if not names:
            present = tuple(str(name) for name in headlines.columns)
            raise ColumnError(
                f"标题表缺少列 headline（现有的列：{'、'.join(present) or '无'}）。"
                "请把标题所在的列改名为 headline 或 title。",
                missing=("headline",),
                present=present,
            )
        # of two columns of one name the first
        headlines = headlines.loc[:, headlines.columns == names[0]].iloc[:, 0]
    return listed_texts(headlines, "标题")


def listed_texts(values: Any, what: str) -> list[str]:
    """One text or many as a list, "" for each missing one. Raises ChoiceError for what are no texts."""
    if isinstance(values, str):
        return [values]
    refused = (bytes, bytearray, memoryview, Mapping, set, frozenset)
    if not isinstance(values, Iterable) or isinstance(values, refused) or getattr(values, "ndim", 1) != 1:
        raise ChoiceError(
            f"{what}要给一条文字、一个列表或表里的一列（现在是 {type(values).__name__}）。一条也没有时，给空列表 []。"
        )
    return [one_text(value, f"第 {place} 条{what}") for place, value in enumerate(values, 1)]


def one_text(value: Any, what: str) -> str:
    """The text, a number as it is written, "" for a missing value. Raises ChoiceError for anything else."""
    if isinstance(value, str):
        return value
    if is_missing(value):
        return ""
    if isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_)):
        return str(value)
    raise ChoiceError(f"{what}不是文字（现在是 {type(value).__name__}）。请改成一句文字，没有就留空。")


def folded_bodies(bodies: Sequence[str] | None, count: int) -> list[str | None]:
    """The folded bodies; None where there is none to hold the headline against."""
    if bodies is None:
        return [None] * count
    listed = listed_texts(bodies, "正文")
    if len(listed) != count:
        raise ColumnError(
            f"正文 {len(listed)} 篇，标题 {count} 条，对不上。请让 bodies 和标题一样多，缺的用空文本占位。"
        )
    return [body if body.strip() else None for body in fold(listed)]


@functools.cache
def _stop_words() -> frozenset[str]:
    return frozenset(lexicons.words("stopwords"))


def content_words(words: Iterable[str]) -> set[str]:
    stop = _stop_words()
    return {
        word for word in words if len(word) > 1 and word not in stop and (has_han(word) or word.isalpha())
    }


def audience_text(audience: Any) -> str:
    """Theme, segment and name of a GROUPS row, or the theme itself."""
    if isinstance(audience, str):
        return audience
    if isinstance(audience, (Mapping, pd.Series)):
        values = (audience.get(name) for name in ("theme", "segment", "name"))
        return " ".join(str(value) for value in values if not is_missing(value))
    raise ChoiceError(f"audience 要么是群表的一行，要么是一个主题词（现在是 {type(audience).__name__}）。")


def audience_rows(text: str) -> list[dict[str, str]]:
    """The rows of the audience lexicon whose cue stands in the text, best matched first."""
    rows = [(len(re.findall(row["theme"], text)), row) for row in lexicons.rows("headline-audiences")]
    return [row for count, row in sorted(rows, key=lambda pair: -pair[0]) if count]


def theme_words(text: str) -> tuple[str, ...]:
    own = sorted(content_words(segment(fold([text]))[0]))
    listed = [word for row in audience_rows(text)[:1] for word in row["words"].split("|")]
    return tuple(dict.fromkeys([*listed, *own]))


_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "亿": 10**8}
_HAN_NUMBER = "[零〇一二两三四五六七八九十百千万亿]"
_NUMBER = re.compile(
    rf"百分之(?P<share>\d+(?:\.\d+)?|{_HAN_NUMBER}+)|(?P<tenths>[一二两三四五六七八九\d])成(?!为|了|都|功|本|长|立|年|人|员)"
    rf"|(?P<plain>\d[\d,]*(?:\.\d+)?)(?P<unit> ?(?:[百千万亿]|%)?)|(?P<han>{_HAN_NUMBER}+)"
)
# a list's size is not said in the body: its points are counted there
_LARGEST_LIST = 20


def numbers_at(folded: str) -> list[tuple[int, int, float]]:
    """Start, end and value of each number, however it is written.

    >>> numbers_at("涨了70%,七成,百分之七十,3万和三万")
    [(2, 5, 0.7), (6, 8, 0.7), (9, 14, 0.7), (15, 17, 30000.0), (18, 20, 30000.0)]
    """
    out = []
    for found in _NUMBER.finditer(folded):
        if found["share"]:
            value = _value(found["share"]) / 100
        elif found["tenths"]:
            value = _value(found["tenths"]) / 10
        elif found["plain"]:
            unit = found["unit"].strip()
            plain = float(found["plain"].replace(",", ""))
            value = plain / 100 if unit == "%" else plain * (_BIG | _UNITS).get(unit, 1)
        else:
            value = _value(found["han"])
        out.append((found.start(), found.end(), float(f"{value:.10g}")))
    return out


def _value(number: str) -> float:
    if number[0].isdigit() and number[0] not in _DIGITS:
        return float(number)
    total = part = digit = 0
    for character in number:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            part += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            total = (total + part + digit or 1) * _BIG[character]
            part = digit = 0
    return float(total + part + digit)


def claimed_numbers(folded: str) -> list[tuple[int, int, float]]:
    """The numbers of a headline that its body has to hold: all in digits, but for small sizes of lists and ordinals."""
    sizes = {found.start() for found in cues()["list"].finditer(folded)}
    return [
        (start, end, value)
        for start, end, value in numbers_at(folded)
        if not (start in sizes and value <= _LARGEST_LIST)
        and any(character.isdigit() and character not in _DIGITS for character in folded[start:end])
        and not re.search(r"(?:第|[a-z][ -]?)$", folded[:start])
    ]


def unborne_numbers(folded: str, body: str) -> list[tuple[int, int]]:
    """Where the numbers stand that the folded body does not hold."""
    held = {value for _, _, value in numbers_at(body)}
    return [(start, end) for start, end, value in claimed_numbers(folded) if value not in held]


@dataclass(frozen=True)
class Folded:
    """A folded text, and where in the original each of its characters begins and ends."""

    value: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a place, not empty, in the folded text."""
        return self.starts[start], self.ends[end - 1]


def folded_places(text: str) -> Folded:
    """The text folded, each character with its place in what was typed.

    Folded piece by piece (a character with the marks on it). Where the whole folds to another text of the same length,
    since a word decided about a traditional character, the whole is kept.

    >>> form = folded_places("①杯冰拿鐵，㎡大")
    >>> form.value, form.original(6, 8)
    ('1杯冰拿铁,m2大', (6, 7))
    """
    bounds = [0]
    for place in range(1, len(text)):
        if not unicodedata.combining(text[place]):
            bounds.append(place)
    ranges = list(zip(bounds, [*bounds[1:], len(text)], strict=True)) if text else []
    pieces = fold(text[start:end] for start, end in ranges)
    value = "".join(pieces).replace("\n", " ")
    whole = fold([text])[0].replace("\n", " ")
    starts = tuple(start for (start, _), piece in zip(ranges, pieces, strict=True) for _ in piece)
    ends = tuple(end for (_, end), piece in zip(ranges, pieces, strict=True) for _ in piece)
    return Folded(whole if len(whole) == len(value) else value, starts, ends)
