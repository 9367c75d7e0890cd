"""What editors' verdicts change: false alarms stay away where they were judged, missed passages get a second look."""

from __future__ import annotations

import bisect
import functools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd

from toolkit import lexicons
from toolkit.compliance._find import in_reading_order
from toolkit.compliance._forms import Form, form_of
from toolkit.compliance._own_rules import ByContent
from toolkit.compliance._rules import PURPOSES
from toolkit.compliance._values import Finding
from toolkit.schema import COLUMN_WORDS, VERDICTS, ColumnError, check

# a finding that a verdict of "missed" brings has this id
VERDICT_RULE = "verdict"
# a shorter passage is looked for in its sentence only: three characters stand in too many lawful texts
SHORTEST_PASSAGE = 4
# what stands farther from a passage is not its sentence any more
_LONGEST_SENTENCE = 200
_STOP = re.compile(r"[。!?;\n]")
_LONGEST_NOTE = 200
# what an editor may say of a finding; other tables have verdicts of their own
VERDICT_WORDS = {kind: COLUMN_WORDS["verdict"][kind] for kind in ("wrong", "right", "missed")}


class Letters:
    """A text's letters, characters and digits in plain form and lower case, each with its place in what was typed.

    Spaces, punctuation and signs are left out. `stops` are the places between which a sentence lies.
    """

    def __init__(self, form: Form) -> None:
        """Of a text's plain form."""
        places = [place for place, sign in enumerate(form.value) if sign.isalnum()]
        self.text = "".join(_lower(form.value[place]) for place in places)
        self._starts = [form.starts[place] for place in places]
        self._ends = [form.ends[place] for place in places]
        marks = (bisect.bisect_left(places, mark.start()) for mark in _STOP.finditer(form.value))
        self.stops = sorted({0, *marks, len(places)})

    def between(self, start: int, end: int) -> tuple[int, int]:
        """Which letters stand between two places of the original."""
        return bisect.bisect_left(self._starts, start), bisect.bisect_left(self._starts, end)

    def original(self, first: int, last: int) -> tuple[int, int]:
        """Where letters, at least one, stand in the original."""
        return self._starts[first], self._ends[last - 1]

    def sentence(self, first: int, last: int) -> tuple[int, int]:
        """The sentence, or sentences, that letters stand in; where there are none, the one before them."""
        if first == last:
            first = max(0, first - 1)
        low = self.stops[bisect.bisect_right(self.stops, first) - 1]
        high = self.stops[min(bisect.bisect_left(self.stops, max(last, 1)), len(self.stops) - 1)]
        return max(low, first - _LONGEST_SENTENCE), min(high, last + _LONGEST_SENTENCE)

    def find(self, wanted: str, *, whole: bool = False) -> Iterator[tuple[int, int]]:
        """Where these letters stand, none over another; as a whole sentence or sentences only, if `whole`."""
        first = self.text.find(wanted) if wanted else -1
        while first >= 0:
            last = first + len(wanted)
            good = not whole or (self._is_stop(first) and self._is_stop(last))
            if good:
                yield first, last
            first = self.text.find(wanted, last if good else first + 1)

    def _is_stop(self, place: int) -> bool:
        at = bisect.bisect_left(self.stops, place)
        return at < len(self.stops) and self.stops[at] == place


class Passage(NamedTuple):
    """A passage of a text and its sentence, both as letters; from `offset` on `length` letters of the sentence are it.

    A passage of signs alone is told by its signs and has no length.
    """

    letters: str
    sentence: str
    offset: int
    length: int


class Missed(NamedTuple):
    """A passage that the gate let pass; `wanted` is what is looked for, the passage lies in it."""

    wanted: str
    whole: bool
    offset: int
    length: int
    why: str
    suggestion: str


_Place = tuple[str, str, str, str]  # purpose, rule, passage, sentence


@dataclass(frozen=True)
class Lessons:
    """Verdicts made ready to apply: what to say of each false alarm, and what was missed, by purpose."""

    wrong: Mapping[_Place, str]
    missed: Mapping[str, tuple[Missed, ...]]

    def apply(
        self, text: str, forms: tuple[Form, ...], findings: Iterable[Finding], *, purpose: str
    ) -> list[Finding]:
        """The findings of a text in reading order, with what the verdicts on this purpose change.

        A finding of the same rule on the same passage in the same sentence as one that was judged wrong gets category
        exempt and severity info. What was judged missed and no rule warns of gets a finding of category second_look,
        severity info and rule `verdict`; a second look of the model on it goes. `forms` begins with the plain form.
        """
        found = list(findings)
        rules = {rule for judged, rule, _, _ in self.wrong if judged == purpose}
        missed = self.missed.get(purpose, ())
        if not missed and not any(one.rule_id in rules for one in found):
            return in_reading_order(found)
        letters = Letters(forms[0])
        found = [self._excused(one, letters, purpose) for one in found]
        new = [self._excused(one, letters, purpose) for one in _second_looks(text, letters, found, missed)]
        return in_reading_order([*_without_looks_at(new, found), *new])

    def _excused(self, finding: Finding, letters: Letters, purpose: str) -> Finding:
        place = passage_at(letters, finding.text, *letters.between(finding.start, finding.end))
        said = self.wrong.get((purpose, finding.rule_id, place.letters, place.sentence))
        if said is None or finding.category == "exempt":
            return finding
        why = f"{said}；原来的理由：{finding.why}"
        return replace(finding, category="exempt", severity="info", why=why)


def lessons_of(verdicts: pd.DataFrame | Lessons | None) -> Lessons:
    """VERDICTS ready to apply, remembered by their content; what is ready already comes back as it is.

    The later verdict on a passage counts: by `judged_at`, where that is missing by the order of the rows. None and an
    empty frame change nothing. Raises ColumnError for a row that says nothing that could be applied.
    """
    if isinstance(verdicts, Lessons):
        return verdicts
    return Lessons({}, {}) if verdicts is None else _ready(ByContent.of(verdicts, VERDICTS.caption))


@functools.lru_cache(maxsize=8)
def _ready(content: ByContent) -> Lessons:
    wrong: dict[_Place, str] = {}
    missed: dict[str, dict[tuple[str, bool], Missed]] = {purpose: {} for purpose in PURPOSES}
    for row in in_order(check(content.frame, VERDICTS)):
        places = places_of(row)
        if reason := _fault(row, places):
            raise ColumnError(f"合规判定第 {row['row']} 行用不上：{reason}。请改好这一行，或删去它。")
        for key in keys_of(row, places):
            if row["verdict"] == "wrong":
                wrong[key] = said_of(row)
            else:
                wrong.pop(key, None)
        if row["verdict"] == "missed":
            for one in _missed(row, places):
                missed[row["purpose"]][one.wanted, one.whole] = one
    return Lessons(wrong, {purpose: tuple(found.values()) for purpose, found in missed.items()})


def places_of(row: Mapping[str, Any]) -> list[Passage]:
    """The passages that a verdict is about; one that was missed and is of signs alone is its sentence."""
    places = passages(Letters(form_of(row["text"])), row["text"], row["passage"])
    if row["verdict"] != "missed":
        return places
    whole = [Passage(one.sentence, one.sentence, 0, len(one.sentence)) for one in places if not one.length]
    return [one for one in [*(place for place in places if place.length), *whole] if one.length]


def keys_of(row: Mapping[str, Any], places: Iterable[Passage]) -> list[_Place]:
    """By what `Lessons.wrong` knows these passages; those of a missed one by the finding that it brings."""
    rule = VERDICT_RULE if row["verdict"] == "missed" else row["rule_id"]
    return [(row["purpose"], rule, place.letters, place.sentence) for place in places]


def in_order(checked: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of checked VERDICTS in the order in which they were given, each with its row number in a file.

    A row without a time was given after the one above it.
    """
    rows = [
        {**{str(name): value for name, value in row.items()}, "row": place}
        for place, row in enumerate(checked.to_dict("records"), start=2)
    ]
    moment = -math.inf
    moments = []
    for row in rows:
        moment = moment if pd.isna(row["judged_at"]) else row["judged_at"].timestamp()
        moments.append(moment)
    return [rows[place] for place in sorted(range(len(rows)), key=moments.__getitem__)]


def passages(letters: Letters, text: str, passage: str) -> list[Passage]:
    """Where a passage stands in a text; without a passage the whole text is one. Nothing where it does not stand."""
    if not passage.strip():
        return [Passage(letters.text, letters.text, 0, len(letters.text))] if letters.text else []
    raw = [letters.between(found.start(), found.end()) for found in re.finditer(re.escape(passage), text)]
    spans = raw or list(letters.find(Letters(form_of(passage)).text))
    return list(dict.fromkeys(passage_at(letters, passage, *span) for span in spans))


def passage_at(letters: Letters, written: str, first: int, last: int) -> Passage:
    """The passage that these letters are; one of signs alone is told by its signs."""
    low, high = letters.sentence(first, last)
    said = letters.text[first:last] or "".join(form_of(written).value.split())
    return Passage(said, letters.text[low:high], max(0, first - low), last - first)


def said_of(row: Mapping[str, Any]) -> str:
    """Who judged a false alarm when and why, in words."""
    by = f"（{row['by']}）" if row["by"] else ""
    when = "" if pd.isna(row["judged_at"]) else f"在 {row['judged_at']:%Y-%m-%d} "
    note = f"：{' '.join(row['note'].split())[:_LONGEST_NOTE]}" if row["note"].strip() else ""
    return f"你{by}{when}判过{VERDICT_WORDS[row['verdict']]}{note}"


def _fault(row: Mapping[str, Any], places: list[Passage]) -> str:
    if row["verdict"] not in VERDICT_WORDS:
        return f"不认识的判定「{row['verdict'][:20]}」，可以填：{'、'.join(VERDICT_WORDS.values())}"
    if row["purpose"] not in PURPOSES:
        return f"不认识的用途「{row['purpose'][:20]}」，可以填：{'、'.join(PURPOSES.values())}"
    if not row["text"].strip():
        return "没有原文"
    named = row["rule_id"].strip() and row["passage"].strip()
    if row["verdict"] != "missed" and not named:
        return "误报和判对了要写规则编号和片段"
    if places:
        return ""
    return "原文里找不到这个片段" if Letters(form_of(row["text"])).text else "原文里只有符号，没有字"


def _missed(row: Mapping[str, Any], places: list[Passage]) -> Iterator[Missed]:
    about = next((one for one in lexicons.rows("ad-categories") if one["category"] == row["category"]), None)
    kind = f"（{about['caption']}）" if about else ""
    why = f"{said_of(row).rstrip('。')}{kind}。没有规则说它不行，请人看一眼再发。"
    advice = about["suggestion"] if about else "照那次的判断改写；拿不准就问负责合规的同事"
    for place in places:
        if row["passage"].strip() and place.length >= SHORTEST_PASSAGE:
            yield Missed(place.letters, False, 0, place.length, why, advice)
            continue
        whole = len(place.sentence) < _LONGEST_SENTENCE or not row["passage"].strip()
        yield Missed(place.sentence, whole, place.offset, place.length, why, advice)


def _second_looks(
    text: str, letters: Letters, found: list[Finding], missed: Iterable[Missed]
) -> list[Finding]:
    """A finding for each missed passage in the text that nothing warns of; of two on one passage the later."""
    settled = _Spans(one for one in found if one.severity != "info")
    new: dict[tuple[int, int], Finding] = {}
    for one in missed:
        for first, _ in letters.find(one.wanted, whole=one.whole):
            start, end = letters.original(first + one.offset, first + one.offset + one.length)
            if settled.touch(start, end):
                continue
            new[start, end] = Finding(
                rule_id=VERDICT_RULE,
                category="second_look",
                severity="info",
                start=start,
                end=end,
                text=text[start:end],
                clause="",
                why=one.why,
                suggestion=one.suggestion,
            )
    return list(new.values())


def _without_looks_at(new: list[Finding], found: list[Finding]) -> list[Finding]:
    """The findings but for the model's second looks at what an editor has judged."""
    judged = _Spans(new)
    return [one for one in found if one.category != "second_look" or not judged.touch(one.start, one.end)]


class _Spans:
    """The places of findings, those that overlap joined."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted((one.start, one.end) for one in findings):
            if self.ends and start < self.ends[-1]:
                self.ends[-1] = max(end, self.ends[-1])
            else:
                self.starts.append(start)
                self.ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Whether any finding shares a character with this place."""
        at = bisect.bisect_right(self.ends, start)
        return at < len(self.starts) and self.starts[at] < end


def _lower(sign: str) -> str:
    low = sign.lower()
    return low if len(low) == 1 else sign
