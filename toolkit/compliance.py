"""What may not be said: rules by clause, each finding with its place in the text the editor typed.

The rules are data (`corpora/lexicons/ad-rules.csv`), and so are the contexts that excuse a match (`ad-guards.csv`).
This is a check by rules, not legal advice: what no rule foresaw is not found.
"""

from __future__ import annotations

import bisect
import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.schema import FINDINGS, ChoiceError, is_missing
from toolkit.text import latin_letters, normalise, simplify

PURPOSES = {"promotion": "推广", "editorial": "内容"}
_RANK = {"info": 0, "warn": 1, "block": 2}
# A question does not end the passage a guard looks at (「七天瘦十斤？别信」 is one thought), nor does a cry of
# up to six characters (「辟谣！…」).
_SENTENCE_END = re.compile(r"[。;\n]|(?<=[^。!;\n]{7})!")


@dataclass(frozen=True)
class Finding:
    """One row of FINDINGS; `start` and `end` are code points of the original text, end exclusive."""

    rule_id: str
    category: str
    severity: str
    start: int
    end: int
    text: str
    clause: str
    why: str
    suggestion: str


@dataclass(frozen=True)
class _Guard:
    name: str
    pattern: re.Pattern[str]
    caption: str
    whole_text: bool


@dataclass(frozen=True)
class _Rule:
    rule_id: str
    category: str
    severity: str
    pattern: re.Pattern[str]
    clause: str
    why: str
    suggestion: str
    platforms: frozenset[str]
    ad_only: bool
    guard: _Guard | None
    as_typed: bool


@dataclass(frozen=True)
class _Matchable:
    """A text in the form the rules are written for, and where each character stands in the original."""

    value: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


@functools.cache
def _guards() -> dict[str, _Guard]:
    return {
        row["name"]: _Guard(row["name"], re.compile(row["pattern"]), row["caption"], row["reach"] == "text")
        for row in lexicons.rows("ad-guards")
    }


@functools.cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_rule(row) for row in lexicons.rows("ad-rules"))


@functools.cache
def _rules_for(purpose: str, platform: str | None) -> tuple[_Rule, ...]:
    """The rules that apply; raises ChoiceError."""
    if purpose not in PURPOSES:
        known = "、".join(f"{name}（{caption}）" for name, caption in PURPOSES.items())
        raise ChoiceError(f"不认识的用途 {purpose!r}。可以用的是：{known}。")
    if platform is not None:
        lexicons.platform(platform)
    return tuple(
        rule
        for rule in _rules()
        if (purpose == "promotion" or not rule.ad_only)
        and (platform is None or not rule.platforms or platform in rule.platforms)
    )


def _rule(row: dict[str, str]) -> _Rule:
    limited = frozenset() if row["platforms"] == "all" else frozenset(row["platforms"].split(";"))
    captions = "、".join(lexicons.platform(name).caption for name in lexicons.platforms() if name in limited)
    return _Rule(
        rule_id=row["id"],
        category=row["category"],
        severity=row["severity"],
        pattern=re.compile(row["pattern"] if row["kind"] == "regex" else re.escape(row["pattern"])),
        clause=row["clause"],
        why=row["why"] + (f"（{captions}的规则）" if captions else ""),
        suggestion=row["suggestion"],
        platforms=limited,
        ad_only=row["scope"] == "ad",
        guard=_guards()[row["exclude"]] if row["exclude"] else None,
        # a rule about look-alikes such as ① can only see them before they are unified
        as_typed=not unicodedata.is_normalized("NFKC", row["pattern"]),
    )


def check_copy(text: str, *, purpose: str = "promotion", platform: str | None = None) -> pd.DataFrame:
    """FINDINGS of one text in reading order; no findings, and an empty text, give an empty frame.

    Matching is done on the text with full-width and other compatibility forms unified, invisible marks removed
    and traditional characters simplified; `start`, `end` and `text` are of the original.

    - `purpose="editorial"` leaves out the rules that bind advertisements only (scope `ad`); rules that bind
      every text (rumours, privacy, induced sharing …) stay.
    - `platform=None` means that the text may go anywhere: the rules of every platform apply, and `why` names
      the platforms. With a platform only its own and the general rules apply.
    - A match whose sentence reports about offences, or whose text is labelled as an advertisement where only
      the label was missing, has category `exempt` and severity `info`: shown, but no reason to stop.
    - A finding that lies within another of the same category and at least the same severity is left out.

    Raises ChoiceError for an unknown purpose or platform.

    >>> check_copy("这款锅全城最低价")[["rule_id", "severity", "start", "end", "text"]].values.tolist()
    [['absolute-008', 'block', 3, 8, '全城最低价']]
    >>> check_copy("曝光：全城最低价是骗局")["category"].tolist()
    ['exempt']
    """
    return _frame(find("" if is_missing(text) else text, purpose=purpose, platform=platform))


def gate(findings: pd.DataFrame | Iterable[Finding]) -> str:
    """The gate of FINDINGS: "block" if any blocks, "warn" if any warns or asks for a second look, else "pass".

    >>> gate(check_copy("今天的黄桃到了"))
    'pass'
    """
    if isinstance(findings, pd.DataFrame):
        pairs = set(zip(findings["severity"], findings["category"], strict=True))
    else:
        pairs = {(finding.severity, finding.category) for finding in findings}
    severities = {severity for severity, _ in pairs}
    if "block" in severities:
        return "block"
    return "warn" if "warn" in severities or any(kind == "second_look" for _, kind in pairs) else "pass"


def find(text: str, *, purpose: str = "promotion", platform: str | None = None) -> list[Finding]:
    """The findings of `check_copy` as plain values, for rooms that check many texts."""
    typed = _identity(text)
    matchable = _matchable(text)
    contexts = _Contexts(matchable.value)
    found = []
    for rule in _rules_for(purpose, platform):
        form = typed if rule.as_typed else matchable
        for match in rule.pattern.finditer(form.value):
            excused = rule.guard is not None and contexts.excuse(rule.guard, match)
            found.append(_finding(rule, text, form, match, excused=excused))
    return _in_reading_order(_without_contained(found))


def _finding(rule: _Rule, text: str, form: _Matchable, match: re.Match[str], *, excused: bool) -> Finding:
    start, end = form.original(match.start(), match.end())
    finding = Finding(
        rule_id=rule.rule_id,
        category=rule.category,
        severity=rule.severity,
        start=start,
        end=end,
        text=text[start:end],
        clause=rule.clause,
        why=rule.why,
        suggestion=rule.suggestion,
    )
    if not excused or rule.guard is None:
        return finding
    why = f"这里{rule.guard.caption}，不按违规算；若是自家推广，原因是：{rule.why}"
    return replace(finding, category="exempt", severity="info", why=why)


class _Contexts:
    """Where the guards of one text stand; looked up once a guard, however many matches ask."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.places: dict[str, list[int]] = {}
        self.ends: list[int] | None = None

    def excuse(self, guard: _Guard, match: re.Match[str]) -> bool:
        """Whether the guard stands in the sentence that holds the match, or anywhere if it reaches so far."""
        if guard.name not in self.places:
            self.places[guard.name] = [found.start() for found in guard.pattern.finditer(self.value)]
        places = self.places[guard.name]
        if guard.whole_text or not places:
            return bool(places)
        if self.ends is None:
            self.ends = [mark.start() for mark in _SENTENCE_END.finditer(self.value)]
        sentence = bisect.bisect_left(self.ends, match.start())
        first = self.ends[sentence - 1] if sentence else 0
        last = self.ends[sentence] if sentence < len(self.ends) else len(self.value)
        # two hundred characters without a stop are no sentence any more
        low = bisect.bisect_left(places, max(first, match.start() - 200))
        return low < len(places) and places[low] < min(max(last, match.end()), match.end() + 200)


def _matchable(text: str) -> _Matchable:
    text = latin_letters(text)
    if unicodedata.is_normalized("NFKC", text) and normalise(text) == text:
        return _simplified(_identity(text))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = normalise(text[place:end])
        pieces.append(piece)
        starts += [place] * len(piece)
        ends += [end] * len(piece)
        place = end
    return _simplified(_Matchable("".join(pieces), starts, ends))


def _identity(text: str) -> _Matchable:
    return _Matchable(text, range(len(text)), range(1, len(text) + 1))


def _simplified(form: _Matchable) -> _Matchable:
    """The same with traditional characters simplified, one for one; letters keep their case."""
    value = simplify(form.value)
    if len(value) != len(form.value):
        value = "".join(_simplify_one(character) for character in form.value)
    return replace(form, value=value)


def _simplify_one(character: str) -> str:
    simple = simplify(character)
    return simple if len(simple) == 1 else character


def _without_contained(found: list[Finding]) -> list[Finding]:
    """Findings without those that lie in another of the same category and at least their severity."""
    reached: dict[tuple[str, int], int] = {}
    kept = []
    for finding in sorted(found, key=lambda f: (f.start, -f.end, -_RANK[f.severity])):
        rank = _RANK[finding.severity]
        if max(reached.get((finding.category, level), -1) for level in range(rank, 3)) >= finding.end:
            continue
        reached[finding.category, rank] = max(finding.end, reached.get((finding.category, rank), -1))
        kept.append(finding)
    return kept


def _in_reading_order(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.start, -_RANK[f.severity], f.end, f.rule_id))


@functools.cache
def _empty() -> pd.DataFrame:
    return FINDINGS.empty()


def _frame(found: list[Finding]) -> pd.DataFrame:
    """FINDINGS of the values, built by hand: `schema.check` takes three times as long, too slow while typing."""
    if not found:
        return _empty().copy()
    data: dict[str, Any] = {name: [getattr(finding, name) for finding in found] for name in FINDINGS.names}
    for name in ("start", "end"):
        data[name] = pd.arrays.IntegerArray(
            np.array(data[name], dtype=np.int64), np.zeros(len(found), dtype=bool)
        )
    return pd.DataFrame(data)
