"""The rules at work on one text."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import replace

from toolkit.compliance._forms import Form, as_typed
from toolkit.compliance._rules import Book, Context, Rule, book_of, contexts
from toolkit.compliance._values import Finding

# two hundred characters without a stop are no sentence any more
_LONGEST_SENTENCE = 200
_NEAR = 12
_RANK = {"info": 0, "warn": 1, "block": 2}
# A question does not end the passage a guard looks at (「七天瘦十斤？别信」 is one thought), nor does a cry of
# up to six characters (「辟谣！…」).
_SENTENCE_END = re.compile(r"[。;\n]|(?<=[^。!;\n]{7})!")


def by_rules(
    text: str, forms: tuple[Form, ...], rules: Book | Iterable[Rule], own: Iterable[Rule] = ()
) -> list[Finding]:
    """What these rules and an editor's own find, without findings that lie within others of their category."""
    book = rules if isinstance(rules, Book) else book_of(tuple(rules))
    readings = [_Reading(form) for form in forms]
    typed = _Reading(as_typed(text))
    work = [(typed, [rule for rule in (*book.as_typed, *own) if rule.as_typed])]
    for reading in readings:
        rules_here = [*book.candidates(reading.characters), *own]
        work.append((reading, [rule for rule in rules_here if not rule.as_typed]))
    found = []
    for reading, candidates in work:
        for rule in candidates:
            for match in rule.pattern.finditer(reading.form.value):
                if reading.form.shows(match) and all(reading.holds(need, match) for need in rule.needs):
                    found.append((rule.category, _finding(rule, text, reading, match)))
    return _without_contained(found)


def _finding(rule: Rule, text: str, reading: _Reading, match: re.Match[str]) -> Finding:
    start, end = reading.form.original(match.start(), match.end())
    disguised = f"原词换了写法（还原后是「{match[0]}」）。" if reading.form.disguised else ""
    finding = Finding(
        rule_id=rule.rule_id,
        category=rule.category,
        severity=rule.severity,
        start=start,
        end=end,
        text=text[start:end],
        clause=rule.clause,
        why=disguised + rule.why,
        suggestion=rule.suggestion,
    )
    excuse = next((context for context in rule.exclude if reading.holds(context, match)), None)
    if excuse is None:
        return finding
    why = f"这里{excuse.caption}，不按违规算；若是自家推广，原因是：{rule.why}"
    return replace(finding, category="exempt", severity="info", why=why)


class _Reading:
    """Where the contexts of one text stand; looked up once a context, however many matches ask."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.characters = frozenset(form.value)
        self.places: dict[str, list[tuple[int, int]]] = {}
        self.ends: list[int] | None = None

    def holds(self, context: Context, match: re.Match[str]) -> bool:
        """Whether the context stands where the match needs it, and nothing in the text voids it."""
        places = self._places(context)
        if not places or any(self._places(contexts()[name]) for name in context.unless):
            return False
        if context.reach == "text":
            return True
        first, last = self._sentence(match)
        reach = _NEAR if context.reach == "near" else _LONGEST_SENTENCE
        first, last = max(first, match.start() - reach), min(last, match.end() + reach)
        low = bisect.bisect_left(places, (first, 0))
        return low < len(places) and places[low][0] < last

    def _places(self, context: Context) -> list[tuple[int, int]]:
        if context.name not in self.places:
            found = context.pattern.finditer(self.form.value)
            self.places[context.name] = [(place.start(), place.end()) for place in found]
        return self.places[context.name]

    def _sentence(self, match: re.Match[str]) -> tuple[int, int]:
        """Where the sentence that holds the match begins and ends."""
        value = self.form.value
        if self.ends is None:
            self.ends = [mark.start() for mark in _SENTENCE_END.finditer(value)]
        sentence = bisect.bisect_left(self.ends, match.start())
        first = self.ends[sentence - 1] if sentence else 0
        last = self.ends[sentence] if sentence < len(self.ends) else len(value)
        return first, max(last, match.end())


def _without_contained(found: list[tuple[str, Finding]]) -> list[Finding]:
    """Findings without those that lie in another of the same kind and at least their severity.

    The kind is the rule's category, for excused findings too: what one law excuses does not hide what another says.
    """
    reached: dict[tuple[str, int], int] = {}
    kept = []
    for kind, finding in sorted(
        found, key=lambda pair: (pair[1].start, -pair[1].end, -_RANK[pair[1].severity])
    ):
        rank = _RANK[finding.severity]
        if max(reached.get((kind, level), -1) for level in range(rank, 3)) >= finding.end:
            continue
        reached[kind, rank] = max(finding.end, reached.get((kind, rank), -1))
        kept.append(finding)
    return kept


def in_reading_order(found: list[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.start, -_RANK[f.severity], f.end, f.rule_id))
