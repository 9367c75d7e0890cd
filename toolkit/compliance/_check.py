"""FINDINGS of a text, and the gate they make."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.compliance._find import by_rules
from toolkit.compliance._forms import forms_of
from toolkit.compliance._lessons import Lessons, lessons_of
from toolkit.compliance._own_rules import own_rules
from toolkit.compliance._rules import Book, Rule, applies, book_of, check_purpose, rules_for
from toolkit.compliance._second_look import look
from toolkit.compliance._values import Finding
from toolkit.schema import FINDINGS, ColumnError, InputError, check, is_missing, shown_value

_SEVERITIES = ("block", "warn", "info")
# the texts last asked about are asked about again at once, by other verbs; longer ones are no titles and not kept
_TEXTS_KEPT, _LONGEST_KEPT = 256, 1000


def find(
    text: str,
    *,
    purpose: str = "promotion",
    platform: str | None = None,
    rules: pd.DataFrame | tuple[Rule, ...] | None = None,
    verdicts: pd.DataFrame | Lessons | None = None,
    second_look: bool = True,
) -> list[Finding]:
    """The findings of `check_copy` as plain values, for rooms that check many texts.

    `second_look=False` leaves the second tier out: it reads sentences, and a list of words is none.

    Where many texts are checked, give `rules` and `verdicts` as `own_rules` and `lessons_of` make them of the frames.
    """
    check_purpose(purpose)
    platform = None if platform is None else lexicons.platform(platform).platform
    asked = _Asked(
        text,
        purpose,
        platform,
        rules_for(purpose, platform),
        own_rules(rules),
        lessons_of(verdicts),
        second_look,
    )
    return list(_remembered(asked) if len(text) <= _LONGEST_KEPT else _found(asked))


class _Asked:
    """All that the findings of a text hang on; two are equal where the rules and the verdicts are the same objects."""

    __slots__ = ("book", "key", "lessons", "own", "platform", "purpose", "second_look", "text")

    def __init__(
        self,
        text: str,
        purpose: str,
        platform: str | None,
        book: Book,
        own: tuple[Rule, ...],
        lessons: Lessons,
        second_look: bool,
    ) -> None:
        self.text, self.purpose, self.platform, self.second_look = text, purpose, platform, second_look
        # held here, so that no other object can take their place in memory while the key is kept
        self.book, self.own, self.lessons = book, own, lessons
        taught = bool(lessons.wrong) or any(lessons.missed.values())
        same = (id(book), id(own), id(lessons) if taught else 0)
        self.key = (text, purpose, platform, second_look, same)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.key == other.key


def _found(asked: _Asked) -> tuple[Finding, ...]:
    text, purpose, platform = asked.text, asked.purpose, asked.platform
    forms = forms_of(text)
    own = tuple(rule for rule in asked.own if applies(rule, purpose, platform))
    found = by_rules(text, forms, asked.book, own)
    if asked.second_look:
        # praise and prices bind advertisements only, so elsewhere they are not asked about either
        free = by_rules(text, forms, _boasts(platform)) if purpose == "editorial" else []
        found += look(text, forms[-1], [*found, *free], purpose=purpose, platform=platform)
    return tuple(asked.lessons.apply(text, forms, found, purpose=purpose))


_remembered = functools.lru_cache(maxsize=_TEXTS_KEPT)(_found)


def check_copy(
    text: str,
    *,
    purpose: str = "promotion",
    platform: str | None = None,
    rules: pd.DataFrame | tuple[Rule, ...] | None = None,
    verdicts: pd.DataFrame | Lessons | None = None,
) -> pd.DataFrame:
    """FINDINGS of one text in reading order; no findings, and an empty text, give an empty frame.

    Matching is done on the text with full-width and other compatibility forms unified, invisible marks removed
    and traditional characters simplified, and once more with disguises taken off (signs put inside words, other
    spellings, split characters; lexicon `disguises`); `start`, `end` and `text` are of the original.

    - `purpose="editorial"` leaves out the rules that bind advertisements only (scope `ad`); rules that bind
      every text (rumours, privacy, induced sharing …) stay.
    - `platform=None` means that the text may go anywhere: the rules of every platform apply, and `why` names
      the platforms. With a platform only its own and the general rules apply.
    - A match that its context excuses (a report about offences, a comparison with one's own goods, a tip for use, a
      grade by a standard, a fact with place, time and source …: `exclude` of the rule, lexicon `ad-contexts`) has
      category `exempt` and severity `info`: shown, but no reason to stop.
    - A sentence in which no rule found anything but that reads like what may not be said gets a second look (请人看一眼):
      category `second_look`, severity `info`, and yet the gate warns. See docs/second-look.md for what it is worth.
    - A finding that lies within another of the same category and at least the same severity is left out.
    - `rules` are an editor's own (COPY_RULES, see `read_rules`); `verdicts` what editors have said of findings
      (VERDICTS, see `judge_copy`): what was judged wrong is `exempt` where it was judged, what was missed gets a
      second look.

    Raises ChoiceError for an unknown purpose or platform, InputError for what is no text, ColumnError for rules and
    verdicts that cannot be used.

    >>> check_copy("这款锅全城最低价")[["rule_id", "severity", "start", "end", "text"]].values.tolist()
    [['absolute-008', 'block', 3, 8, '全城最低价']]
    >>> check_copy("曝光：全城最低价是骗局")["category"].tolist()
    ['exempt']
    """
    given = "" if is_missing(text) else text
    if not isinstance(given, str):
        raise InputError(
            f"要检查的是一段文字，这里给的是 {type(given).__name__}（{shown_value(given)}）。请给文字，一次一段。"
        )
    return _frame(find(given, purpose=purpose, platform=platform, rules=rules, verdicts=verdicts))


def gate(findings: pd.DataFrame | Iterable[Finding]) -> str:
    """The gate of FINDINGS: "block" if any blocks, "warn" if any warns or asks for a second look, else "pass".

    Findings read back from a workbook, in Chinese, count too. Raises ColumnError for a frame that holds no findings,
    and for a severity that is none.

    >>> gate(check_copy("今天的黄桃到了"))
    'pass'
    """
    if isinstance(findings, pd.DataFrame):
        if (
            not {"severity", "category"} <= set(findings.columns)
            or not findings["severity"].isin(_SEVERITIES).all()
        ):
            findings = check(findings, FINDINGS)
        if unknown := sorted(set(findings["severity"]) - set(_SEVERITIES)):
            raise ColumnError(
                f"合规发现的「轻重」里有不认识的「{unknown[0]}」。可以用的是：不可用、留意、提示。请用 check_copy 重新查一遍。"
            )
        pairs = set(zip(findings["severity"], findings["category"], strict=True))
    else:
        pairs = {(finding.severity, finding.category) for finding in findings}
    severities = {severity for severity, _ in pairs}
    if "block" in severities:
        return "block"
    return "warn" if "warn" in severities or any(kind == "second_look" for _, kind in pairs) else "pass"


@functools.cache
def _boasts(platform: str | None) -> Book:
    rules = rules_for("promotion", platform).rules
    return book_of(tuple(rule for rule in rules if rule.ad_only and rule.category in ("absolute", "price")))


@functools.cache
def _empty() -> pd.DataFrame:
    return FINDINGS.empty()


def _frame(found: list[Finding]) -> pd.DataFrame:
    """FINDINGS of the values, built by hand: `schema.check` takes five times as long, too slow while typing."""
    if not found:
        return _empty().copy()
    text = _empty()["text"].dtype
    make: Any = text.construct_array_type()._from_sequence
    data: dict[str, Any] = {}
    for name in FINDINGS.names:
        values = [getattr(finding, name) for finding in found]
        if name in ("start", "end"):
            known = np.zeros(len(found), dtype=bool)
            data[name] = pd.arrays.IntegerArray(np.array(values, dtype=np.int64), known)
        else:
            data[name] = make(values, dtype=text)
    return pd.DataFrame(data, copy=False)
