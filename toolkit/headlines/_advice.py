"""What to change in a headline, each edit with the score that the rubric would give for it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from toolkit import compliance
from toolkit.headlines._inputs import Wanted, clickbait_weights, texts_of, wanted_for
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
    readings,
)
from toolkit.schema import CRAFT_ADVICE, check
from toolkit.text import display_width

_EDITS_KEPT = 4
_GATE_KEPT = 2
_GATE = "gate"
# the room of a thing named: three characters
_THING_ROOM = 6


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
    takes for clickbait.

    `headline` is one text or whatever `score_headlines` takes; `place` tells which one a row is for. A blank headline
    has one row. The other arguments and the errors are those of `score_headlines`. None gives an empty frame.

    >>> advise_headline("菜场怎么逛")[["advice", "gain", "craft"]].head(1).values.tolist()
    [['再写长一点：公众号推荐 14–24 个字', 13.0, 61.0]]
    """
    wanted = wanted_for(platform, purpose, trends, audience, rules, verdicts, brand)
    rows = [
        (place, edit.advice, edit.part, edit.gain, edit.craft)
        for place, (_, reading, found) in enumerate(readings(texts_of(headline), wanted, bodies))
        for edit in edits(reading, found, wanted)
    ]
    return check(pd.DataFrame(rows, columns=CRAFT_ADVICE.names), CRAFT_ADVICE)


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
    if reading.blank:
        return [Edit("还没有文字，先写一句看看", "", 0, 0)]
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
        for group, advice, part, changed, room in _changes(reading, wanted)
    ]
    more = [
        Edit(advice, part, craft - now, craft, group, group in _faults())
        for group, advice, part, craft in crafts
        if craft > now
    ]
    return first + sorted(more, key=lambda edit: -edit.gain)


_Change = tuple[str, str, str, Reading, int]


def _changes(reading: Reading, wanted: Wanted) -> Iterator[_Change]:
    """Every edit: its group, advice, part, what would be seen, room."""
    for kind in kinds():
        if kind.advice and kind.part in maxima() and not kind.unfit & reading.kinds:
            yield from _kind_change(kind, reading, wanted)
    yield from _length_change(reading)
    yield from _keyword_changes(reading, wanted)
    named = replace(reading, things=reading.things + 1)
    yield "things", "说出一样叫得出名字的东西（哪种、哪家、哪本）", "specific", named, _THING_ROOM


def _kind_change(kind: Kind, reading: Reading, wanted: Wanted) -> Iterator[_Change]:
    if kind.kind == HYPE:
        bare = replace(reading, kinds=reading.kinds - set(clickbait_weights()), flagged=False)
        yield kind.kind, kind.advice, kind.part, bare, kind.room
    elif kind.points < 0:
        if kind.kind in reading.kinds:
            yield kind.kind, kind.advice, kind.part, _without(reading, kind.kind), kind.room
    elif kind.kind not in reading.kinds:
        listed = {"theme": wanted.theme, "brand": wanted.brand}.get(kind.kind, ())
        if listed:
            advice, room = f"{kind.advice}，例如「{listed[0]}」", display_width(listed[0])
        elif kind.kind in ("theme", "brand"):
            return
        else:
            advice, room = kind.advice, kind.room
        yield kind.part, advice, kind.part, replace(reading, kinds=reading.kinds | {kind.kind}), room


def _without(reading: Reading, kind: str) -> Reading:
    return replace(reading, kinds=reading.kinds - {kind})


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
    advice = crowded if reading.filled >= CROWDED else "删掉空话，让实在的词占到三成以上"
    yield "dense", advice, "keyword", dense, 0
    front = replace(reading, front=FRONT_POINTS)
    yield "front", "把说得出名字的词挪到前六个字里", "keyword", front, 0
