"""What to change in a headline, each edit with the score that the rubric would give for it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from toolkit import compliance
from toolkit.headlines._inputs import (
    LONGEST_READ,
    Wanted,
    clickbait_weights,
    cues,
    folded_places,
    texts_of,
    wanted_for,
)
from toolkit.headlines._rubric import (
    CROWDED,
    FRONT_POINTS,
    FRONT_TERM,
    HYPE,
    WELL_FILLED,
    Kind,
    Reading,
    kinds,
    maxima,
    points,
    read_anew,
    readings,
)
from toolkit.text import display_width

_EDITS_KEPT = 4
_GATE_KEPT = 2
_GATE = "gate"
# the score's sentences and the table of advice are asked for one after the other
_CASES_KEPT = 32
# the room of a thing named: three characters
_THING_ROOM = 6

# kinds of which the cue spans what stands between its marks: an editor takes out the marks only
_MARKS_OF = {"pile": "!", "cry": "!", "scare": "“”「」"}
# faults that an editor mends by taking out all but one of what is repeated
_REPEATED = ("marks", "repeat")
# breaks that a headline may have; the cue of `clutter` counts them
_BREAKS = 3
_BREAK_MARKS = ",。;:!? |"
# what stands for a deletion, of a mark and of words, until `_tidied` has closed the gap: no characters of any text
_GAP, _JOIN = "\ufdd0", "\ufdd1"
_QUOTES = "“”「」"
_MARK = r"[，,。.！!？?、：:；;~～…\s]"
# a particle that the deleted word leaves at the end of its clause: 惊呆[了]！
_LEFT_OVER = re.compile(rf"(?<=[{_GAP}{_JOIN}])[了的啦吧](?={_MARK}|[{_GAP}{_JOIN}]|$)")
_AT_GAPS = re.compile(rf"{_MARK}*(?:[{_GAP}{_JOIN}]{_MARK}*)+")


@functools.cache
def _faults() -> frozenset[str]:
    return frozenset(kind.kind for kind in kinds() if kind.points < 0)


@dataclass(frozen=True)
class Edit:
    """An edit, the part it is for, what it adds to the headline's score, and the score then.

    Of edits of one group an editor would make one: they are alternatives.
    """

    advice: str
    part: str
    gain: int
    craft: int
    group: str = ""
    fault: bool = False  # whether it mends what is wrong, rather than adds what is not there

    @property
    def sentence(self) -> str:
        """The advice as an editor reads it."""
        return f"{self.advice}（照做约 {self.craft} 分）。" if self.gain else f"{self.advice}。"


def advise_headline(
    headline: Any,
    *,
    platform: str = "wechat",
    purpose: str = "promotion",
    trends: pd.DataFrame | Sequence[str] | None = None,
    audience: Any | None = None,
    brand: Sequence[str] | str | None = None,
    bodies: Sequence[str] | None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """CRAFT_ADVICE: place, advice, part, gain (points), craft (the whole score if followed), best first.

    First what the gate found (part `gate`, gain 0: it must be changed whatever the score says), then edits in the
    order of their gain. The gain of an edit counts the room that it takes, the column `room` of the lexicon
    `headline-kinds`: where the headline would become too long for its platform, the gain is the less, and an edit
    that brings nothing is not named. Each edit is told as if it alone were made: several of one part are
    alternatives, and `score_headlines` names the best of them. Nothing is advised that the rubric
    takes for clickbait. Where words or marks are to go, the gain is that of the headline without them, read anew: it
    is shorter, and what they brought is gone. Where the words of clickbait are worth more by their length than they
    cost, the advice is to put as many true words in their place.

    `headline` is one text or whatever `score_headlines` takes; `place` tells which one a row is for. A blank headline
    has one row. The other arguments and the errors are those of `score_headlines`. No headlines give an empty frame.

    >>> advise_headline("菜场怎么逛")[["advice", "gain", "craft"]].head(1).values.tolist()
    [['再写长一点：公众号推荐 14–24 个字', 13.0, 61.0]]
    """
    wanted = wanted_for(platform, purpose, trends, audience, rules, verdicts, brand)
    rows = [
        (place, edit.advice, edit.part, edit.gain, edit.craft)
        for place, (_, reading, found) in enumerate(read_once(texts_of(headline), wanted, bodies))
        for edit in edits(reading, found, wanted)
    ]
    return _frame(rows)


def _frame(rows: list[tuple[int, str, str, int, int]]) -> pd.DataFrame:
    """CRAFT_ADVICE in its dtypes from the start: `check` would take longer than all the advice on one line."""
    place, advice, part, gain, craft = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    data: dict[str, Any] = {
        "place": pd.array(place, dtype="Int64"),
        "advice": pd.array(np.array(advice, dtype=object), dtype="str"),
        "part": pd.array(np.array(part, dtype=object), dtype="str"),
        "gain": np.array(gain, dtype=np.float64),
        "craft": np.array(craft, dtype=np.float64),
    }
    return pd.DataFrame(data, copy=False)


def sentences(reading: Reading, found: list[compliance.Finding], wanted: Wanted) -> list[str]:
    """The first few of them as an editor reads them; where something is wrong, mending it is among them."""
    listed = edits(reading, found, wanted)
    best: dict[str, Edit] = {}
    for edit in listed:
        best.setdefault(edit.group, edit)
    gate = [edit for edit in listed if edit.part == _GATE][:_GATE_KEPT]
    named = [edit for edit in best.values() if edit.part != _GATE]
    kept = named[:_EDITS_KEPT]
    faults = [edit for edit in named if edit.fault]
    if faults and not any(edit.fault for edit in kept):
        kept[-1] = faults[0]
    return [edit.sentence for edit in (*gate, *kept)]


def edits(reading: Reading, found: list[compliance.Finding], wanted: Wanted) -> list[Edit]:
    """What the gate found, then every edit that brings points, best first."""
    return list(_edits(_Case(reading, found, wanted)))


def read_once(
    texts: Sequence[str], wanted: Wanted, bodies: Sequence[str] | None
) -> list[tuple[str, Reading, list[compliance.Finding]]]:
    """`readings`; that of one headline is remembered, since its score and its advice are asked for one after the other."""
    if len(texts) != 1 or bodies is not None:
        return readings(texts, wanted, bodies)
    reading, found = _read_one(_Line(texts[0], wanted))
    return [(texts[0], reading, [*found])]


class _Line:
    """A headline to read; two are equal where all that is seen hangs on is, rules and verdicts the same objects."""

    __slots__ = ("key", "text", "wanted")

    def __init__(self, text: str, wanted: Wanted) -> None:
        self.text, self.wanted = text, wanted
        self.key = (text, *_held_against(wanted))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Line) and self.key == other.key


def _held_against(wanted: Wanted) -> tuple[Any, ...]:
    """What tells one `wanted` from another; the ids are good as long as it is kept."""
    said = (wanted.platform, wanted.purpose, wanted.terms, wanted.theme, wanted.brand)
    return (*said, id(wanted.rules), id(wanted.lessons))


@functools.lru_cache(maxsize=_CASES_KEPT)
def _read_one(line: _Line) -> tuple[Reading, tuple[compliance.Finding, ...]]:
    [(_, reading, found)] = readings([line.text], line.wanted)
    return reading, tuple(found)


class _Case:
    """A headline to advise on; two are equal where all that the advice hangs on is, rules and verdicts the same objects."""

    __slots__ = ("found", "key", "reading", "wanted")

    def __init__(self, reading: Reading, found: list[compliance.Finding], wanted: Wanted) -> None:
        self.reading, self.found, self.wanted = reading, [*found], wanted
        self.key = (reading, tuple(found), *_held_against(wanted))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Case) and self.key == other.key


@functools.lru_cache(maxsize=_CASES_KEPT)
def _edits(case: _Case) -> tuple[Edit, ...]:
    reading, found, wanted = case.reading, case.found, case.wanted
    if reading.blank:
        return (Edit("还没有文字，先写一句看看", "", 0, 0),)
    now = sum(points(reading).values())
    serious = sorted(
        (finding for finding in found if finding.severity in ("block", "warn")),
        key=lambda finding: finding.severity != "block",
    )
    first = [
        Edit(f"「{finding.text}」要改：{finding.suggestion.rstrip('。')}", _GATE, 0, now)
        for finding in serious
    ]
    crafts = [
        (group, advice, part, sum(points(changed, room=room).values()))
        for group, advice, part, changed, room in _changes(reading, found, wanted)
    ]
    more = [
        Edit(advice, part, craft - now, craft, group, group in _faults())
        for group, advice, part, craft in crafts
        if craft > now
    ]
    return (*first, *sorted(more, key=lambda edit: -edit.gain))


_Change = tuple[str, str, str, Reading, int]


def _changes(reading: Reading, found: list[compliance.Finding], wanted: Wanted) -> Iterator[_Change]:
    """Every edit: its group, advice, part, what would be seen, room."""
    for kind in kinds():
        if kind.advice and kind.part in maxima() and not kind.unfit & reading.kinds:
            yield from _kind_change(kind, reading, found, wanted)
    yield from _length_change(reading)
    yield from _keyword_changes(reading, wanted)
    named = replace(reading, things=reading.things + 1)
    yield "things", "说出一样叫得出名字的东西（哪种、哪家、哪本）", "specific", named, _THING_ROOM


def _kind_change(
    kind: Kind, reading: Reading, found: list[compliance.Finding], wanted: Wanted
) -> Iterator[_Change]:
    if kind.kind == HYPE:
        if reading.clickbait:
            yield from _hype_change(kind, reading, found, wanted)
    elif kind.points < 0:
        if kind.kind in reading.kinds:
            yield kind.kind, kind.advice, kind.part, _mended(kind.kind, reading, wanted), kind.room
    elif kind.kind not in reading.kinds:
        listed = {"theme": wanted.theme, "brand": wanted.brand}.get(kind.kind, ())
        if listed:
            advice, room = f"{kind.advice}，例如「{listed[0]}」", display_width(listed[0])
        elif kind.kind in ("theme", "brand"):
            return
        else:
            advice, room = kind.advice, kind.room
        yield kind.part, advice, kind.part, replace(reading, kinds=reading.kinds | {kind.kind}), room


def _hype_change(
    kind: Kind, reading: Reading, found: list[compliance.Finding], wanted: Wanted
) -> Iterator[_Change]:
    spans = [(finding.start, finding.end) for finding in found if finding.category == "clickbait"]
    for bait in reading.kinds.intersection(clickbait_weights()):
        spans += _spans(bait, reading.text)
    bare = read_anew(_tidied(reading.text, spans), reading, wanted)
    if sum(points(bare).values()) > sum(points(reading).values()):
        yield kind.kind, kind.advice, kind.part, bare, kind.room
        return
    # true words in their place are as long and name as much; what else the clickbait brought is gone
    truly = replace(reading, kinds=bare.kinds, flagged=bare.flagged)
    yield kind.kind, "把夸张和卖关子的词换成同样长的实话", kind.part, truly, 0


def _mended(fault: str, reading: Reading, wanted: Wanted) -> Reading:
    """The headline without the fault: read anew where mending is deleting, else as long as it was."""
    if fault in (*_REPEATED, "clutter", "pile", "symbols"):
        comma = "" if fault == "clutter" else "，"
        return read_anew(_tidied(reading.text, _spans(fault, reading.text), comma), reading, wanted)
    return replace(reading, kinds=reading.kinds - {fault})


def _spans(kind: str, text: str) -> Iterator[tuple[int, int]]:
    """Where in the text stands what an editor takes out to be rid of this kind."""
    form = folded_places(text[:LONGEST_READ])
    for found in cues()[kind].finditer(form.value):
        start, end = found.span()
        places = range(start, end)
        marks: list[int] | None = None
        if kind in _REPEATED:
            marks = [at for at in places if form.starts[at] >= form.ends[start]]
        elif kind == "clutter":
            breaks = [at for at in places if form.value[at] in _BREAK_MARKS]
            marks = breaks[: len(breaks) - _BREAKS]
        elif kind == "symbols":
            # a character that the cue counts is one that, doubled, it finds
            marks = [at for at in places if cues()[kind].fullmatch(form.value[at] * 2)]
        elif kind in _MARKS_OF:
            marks = [at for at in places if form.value[at] in _MARKS_OF[kind]]
        listed = [(start, end)] if marks is None else [(at, at + 1) for at in marks]
        yield from (form.original(*place) for place in listed)


def _tidied(text: str, spans: Iterable[tuple[int, int]], comma: str = "，") -> str:
    """The text without the spans, and without the marks that they leave: of those in one place one is kept.

    Where a mark was taken out between two words and none is left, there is a comma.
    """
    kept, end = [], 0
    for begin, stop in sorted(spans):
        kept.append(text[end:begin])  # empty where spans overlap
        if stop > end:
            words = all(character.isalnum() or character in _QUOTES for character in text[begin:stop])
            kept.append(_JOIN if words else _GAP)
            end = stop
    kept.append(text[end:])
    return _AT_GAPS.sub(functools.partial(_closed, comma=comma), _LEFT_OVER.sub("", "".join(kept)))


def _closed(gap: re.Match[str], comma: str) -> str:
    """What is left in the place of a gap and the marks around it."""
    if gap.start() == 0:
        return ""
    if gap.end() == len(gap.string):
        before = re.split(f"[{_GAP}{_JOIN}]", gap[0])[0]
        return next((mark for mark in before if mark in "？?！!。…"), "")
    marks = re.findall(_MARK, gap[0])
    return marks[0] if marks else comma if _GAP in gap[0] else ""


def _length_change(reading: Reading) -> Iterator[_Change]:
    row = reading.platform
    if row.best_low <= reading.width <= row.best_high:
        return
    verb = "再写长一点" if reading.width < row.best_low else "缩短一些"
    advice = f"{verb}：{row.caption}推荐 {(row.best_low + 1) // 2}–{row.best_high // 2} 个字"
    width = min(max(reading.width, row.best_low), row.best_high)
    chars = min(reading.chars, row.max_chars) if row.max_chars else reading.chars
    yield "length", advice, "length", replace(reading, width=width, chars=chars), 0


def _keyword_changes(reading: Reading, wanted: Wanted) -> Iterator[_Change]:
    if reading.found_term:
        moved = replace(reading, term_points=FRONT_TERM)
        yield "term", f"把「{reading.found_term}」挪到开头", "keyword", moved, 0
        return
    if wanted.terms:
        term = wanted.terms[0]
        led = replace(reading, found_term=term, term_points=FRONT_TERM)
        yield "term", f"用上一个热词并放在开头，例如「{term}」", "keyword", led, display_width(term)
    dense = replace(reading, filled=WELL_FILLED)
    crowded = "少堆几个名词，写成一句通顺的话"
    advice = crowded if reading.filled >= CROWDED else "把空话换成实在的词，让它们占到三成以上"
    yield "dense", advice, "keyword", dense, 0
    front = replace(reading, front=FRONT_POINTS)
    yield "front", "把说得出名字的词挪到前六个字里", "keyword", front, 0
