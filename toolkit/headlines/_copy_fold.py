"""Where an app folds a long message, and what of it shows first; the facts are rows of `copy-folds.csv`."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

from toolkit import lexicons
from toolkit.text import character_width

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True)
class Fold:
    """How one platform shows a text: widths in half-width units, `lines` and `characters` before the fold (0: none)."""

    opening_width: int
    line_width: int
    lines: int
    characters: int


@functools.cache
def fold_of(platform: str) -> Fold:
    """The platform's row."""
    row = next(row for row in lexicons.rows("copy-folds") if row["platform"] == platform)
    return Fold(
        int(row["opening_width"]), int(row["line_width"]), int(row["fold_lines"]), int(row["fold_chars"])
    )


def opening_of(text: str, fold: Fold) -> str:
    """What shows before the message is opened: its beginning on one line, as far as it fits (lines end in a blank)."""
    line = " ".join(part.strip() for part in text[: 20 * fold.opening_width].splitlines() if part.strip())
    used = 0
    for place, character in enumerate(line):
        used += character_width(character)
        if used > fold.opening_width:
            return line[: whole_before(line, place)]
    return line


def folded_at(text: str, fold: Fold) -> int | None:
    """After how many code points the app folds the text; None where all of it shows.

    Lines are broken at line ends and after `line_width`; what is behind the last line shown, or behind the platform's
    number of characters, is folded unless it is blank.
    """
    place = _end_of_lines(text, fold)
    if fold.characters:
        place = min(place, fold.characters)
    if place >= len(text) or not text[place:].strip():
        return None
    return whole_before(text, place)


def _end_of_lines(text: str, fold: Fold) -> int:
    if not fold.lines:
        return len(text)
    line, used = 1, 0
    for place, character in enumerate(text):
        if character == "\n":
            line, used = line + 1, 0
        else:
            used += character_width(character)
            if used > fold.line_width:
                line, used = line + 1, character_width(character)
        if line > fold.lines:
            return place
    return len(text)


def whole_before(text: str, place: int) -> int:
    """The last place not after `place` at which no emoji, accent or flag is cut in two."""
    while 0 < place < len(text) and _joined(text, place):
        place -= 1
    return place


def _joined(text: str, place: int) -> bool:
    before, here = text[place - 1], text[place]
    if _JOINER in (before, here) or unicodedata.combining(here) or unicodedata.category(here) in ("Mn", "Me"):
        return True
    if ord(here) in _SKIN:
        return True
    if ord(here) not in _REGIONAL:
        return False
    start = place
    while start and ord(text[start - 1]) in _REGIONAL:
        start -= 1
    return (place - start) % 2 == 1
