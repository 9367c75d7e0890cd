"""The rubric at work on one headline: what is seen in it, and the points of each part."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from toolkit import compliance, lexicons
from toolkit.headlines._inputs import (
    LONGEST_READ,
    Wanted,
    abstract_words,
    clickbait_weights,
    content_words,
    cues,
    folded_bodies,
    unborne_numbers,
)
from toolkit.headlines._preview import over_limit
from toolkit.text import display_width, fold, segment

# width in half-width units within which a word counts as standing at the front: six characters
_FRONT = 12
# points for how many different things are named, from none to three and more
_THINGS = (0, 2, 4, 6)
# points for the share of the words' width that content words fill: (least share, points); above the first it is a pile of nouns
_DENSITY = ((CROWDED := 0.95, 2), (0.3, 5), (0.2, 3), (0.1, 1), (0.0, 0))
WELL_FILLED = 0.6
FRONT_POINTS = 5
FRONT_TERM = 10
# what content words can bring where trending terms were given and none of them stands in the headline
UNASKED_MOST = 5
HYPE = "hype"  # the fault whose points follow the clickbait risk


@dataclass(frozen=True)
class Kind:
    """A row of `headline-kinds`: what is seen, its points, and the advice to have it (or, below 0, to be rid of it)."""

    part: str
    kind: str
    points: int
    caption: str
    room: int  # half-width units that the edit takes
    unfit: frozenset[str]  # kinds beside which the advice makes no sense
    advice: str


@dataclass(frozen=True)
class Reading:
    """What the rubric sees in one headline, and what it is held against."""

    kinds: frozenset[str]
    width: int
    chars: int
    found_term: str  # the trending term that stands earliest, "" without one
    term_points: int
    filled: float  # share of the words' width that content words fill
    front: int  # points for a thing named at the front
    asked: bool  # whether there are trending terms to be found
    things: int
    flagged: bool  # whether the gate found clickbait
    blank: bool
    platform: lexicons.Platform
    text: str
    body: str | None  # folded; None where there is none to hold the headline against

    @property
    def clickbait(self) -> float:
        """The risk of the kinds seen, between 0 and 1."""
        return clickbait_of(self.kinds, self.flagged)


@functools.cache
def maxima() -> dict[str, int]:
    """Each part and its most points, in order."""
    return {row["part"]: int(row["max"]) for row in lexicons.rows("headline-parts")}


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """The rows of `headline-kinds`."""
    return tuple(
        Kind(
            row["part"],
            row["kind"],
            int(row["points"]),
            row["caption"],
            int(row["room"]),
            frozenset(filter(None, row["unfit"].split(";"))),
            row["advice"],
        )
        for row in lexicons.rows("headline-kinds")
    )


@functools.cache
def _cued_kinds() -> tuple[str, ...]:
    return (*(kind.kind for kind in kinds() if kind.kind in cues()), "names")


def readings(
    texts: Sequence[str], wanted: Wanted, bodies: Sequence[str] | None = None
) -> list[tuple[str, Reading, list[compliance.Finding]]]:
    """Each text with what the rubric sees in it and what the gate finds."""
    return _readings(texts, wanted, folded_bodies(bodies, len(texts)))


def read_anew(text: str, reading: Reading, wanted: Wanted) -> Reading:
    """What the rubric would see were this the text, held against the same."""
    return _readings([text], wanted, [reading.body])[0][1]


def _readings(
    texts: Sequence[str], wanted: Wanted, borne: Sequence[str | None]
) -> list[tuple[str, Reading, list[compliance.Finding]]]:
    folded = fold(text[:LONGEST_READ] for text in texts)
    words = segment(folded, words=lexicons.user_words())
    out = []
    for place, text in enumerate(texts):
        found = compliance.find(
            text,
            purpose=wanted.purpose,
            platform=wanted.platform.platform,
            rules=wanted.rules,
            verdicts=wanted.lessons,
        )
        out.append((text, _read(text, folded[place], words[place], found, wanted, borne[place]), found))
    return out


def _read(
    text: str,
    folded: str,
    words: list[str],
    found: list[compliance.Finding],
    wanted: Wanted,
    body: str | None,
) -> Reading:
    seen = {kind for kind in _cued_kinds() if cues()[kind].search(folded)}
    seen.update(_asked_kinds(folded, wanted, body))
    content = content_words(words)
    term, term_points = _term_points(folded, wanted)
    filled, front = _filling(words, content)
    return Reading(
        kinds=frozenset(seen),
        width=display_width(text),
        chars=len(text),
        found_term=term,
        term_points=term_points,
        filled=filled,
        front=front,
        asked=wanted.terms is not None,
        things=len(content - abstract_words()) + ("names" in seen),
        flagged=any(finding.category == "clickbait" for finding in found),
        blank=not any(character.isalnum() for character in text),
        platform=wanted.platform,
        text=text,
        body=body,
    )


def _asked_kinds(folded: str, wanted: Wanted, body: str | None) -> Iterable[str]:
    """The kinds that hang on what the headline is held against."""
    if wanted.theme is not None and any(word in folded for word in wanted.theme):
        yield "theme"
    if any(word in folded for word in wanted.brand):
        yield "brand"
    if body is not None and unborne_numbers(folded, body):
        yield "unborne"


def clickbait_of(seen: Iterable[str], flagged: bool) -> float:
    """1 − Π(1 − weight) over the kinds of clickbait seen; a finding of the gate weighs 0.5."""
    weights = clickbait_weights()
    kept = 0.5 if flagged else 1.0
    for kind in set(seen).intersection(weights):
        kept *= 1 - weights[kind]
    return round(1 - kept, 3)


def _length_points(width: int, chars: int, platform: lexicons.Platform) -> int:
    most, low, high = maxima()["length"], platform.best_low, platform.best_high
    if over_limit(width, chars, platform):
        return 0
    if width < low:
        return round(most * width / low)
    return round(most * max(0.0, 1 - max(0, width - high) / high))


def _term_points(folded: str, wanted: Wanted) -> tuple[str, int]:
    """The trending term that stands earliest and the points for it; "" and 0 without one."""
    places = [(folded.find(term), term) for term in wanted.terms or () if term in folded]
    if not places:
        return "", 0
    place, term = min(places)
    before = display_width(folded[:place])
    inside = before + display_width(term) <= wanted.platform.visible_width
    return term, FRONT_TERM if before <= _FRONT else 8 if inside else 5


def _filling(words: list[str], content: set[str]) -> tuple[float, int]:
    """The share of the words' width that content words fill, and the points for one at the front that names a thing."""
    filled = spoken = before = front = 0
    for word in words:
        width = display_width(word)
        spoken += width * any(character.isalnum() for character in word)
        if word in content:
            filled += width
            if before <= _FRONT and word not in abstract_words():
                front = FRONT_POINTS
        before += width
    return filled / spoken if spoken else 0.0, front


def points(reading: Reading, *, room: int = 0) -> dict[str, int]:
    """Points of each part, were the headline `room` half-width units wider; each between 0 and the part's maximum."""
    out = dict.fromkeys(maxima(), 0)
    if reading.blank:
        return out
    out["length"] = _length_points(reading.width + room, reading.chars + (room + 1) // 2, reading.platform)
    filling = next(points for least, points in _DENSITY if reading.filled >= least) + reading.front
    out["keyword"] = reading.term_points or (min(filling, UNASKED_MOST) if reading.asked else filling)
    out["specific"] = _THINGS[min(reading.things, len(_THINGS) - 1)]
    out["clarity"] = maxima()["clarity"]
    for kind in kinds():
        if kind.part in out and kind.kind in reading.kinds:
            out[kind.part] += kind.points
        elif kind.kind == HYPE:
            out[kind.part] += round(kind.points * reading.clickbait)
    return {part: min(max(value, 0), maxima()[part]) for part, value in out.items()}
