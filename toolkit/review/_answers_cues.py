"""The lexicon `answer-cues`, read once: what hides, what passes over, what counts."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from toolkit import lexicons


class Cue(NamedTuple):
    """A row: what it is called, its points (0 where it has none) and its pattern."""

    name: str
    points: float
    pattern: re.Pattern[str]


@functools.cache
def _rows(kind: str) -> tuple[dict[str, str], ...]:
    return tuple(row for row in lexicons.rows("answer-cues") if row["kind"] == kind)


def words_of(kind: str) -> str:
    """The alternatives of a kind, as they stand in the lexicon."""
    return _rows(kind)[0]["pattern"]


@functools.cache
def cues(kind: str) -> tuple[Cue, ...]:
    """The rows of a kind in order; <SURNAME>, <TITLE> and <NOT> in a pattern stand for the lists of these kinds."""
    lists = {
        "<SURNAME>": f"(?:{words_of('surname')})",
        "<TITLE>": words_of("title"),
        "<NOT>": words_of("given_not"),
    }
    found = []
    for row in _rows(kind):
        pattern = row["pattern"]
        for mark, words in lists.items():
            pattern = pattern.replace(mark, words)
        found.append(Cue(row["name"], float(row["points"] or 0), re.compile(pattern, re.IGNORECASE)))
    return tuple(found)


@functools.cache
def weight(kind: str, name: str) -> tuple[float, float]:
    """Points of a named row and the figure in its pattern (0 where that is none)."""
    row = next(row for row in _rows(kind) if row["name"] == name)
    pattern = row["pattern"]
    return float(row["points"]), float(pattern) if pattern.isdigit() else 0.0


@functools.cache
def advert_cues(kind: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """The house's own cues of promotion and junk (lexicon `message-cues`)."""
    return tuple(
        (int(row["points"]), re.compile(row["pattern"], re.IGNORECASE))
        for row in lexicons.rows("message-cues")
        if row["kind"] == kind
    )


@functools.cache
def advert_bar(kind: str) -> float:
    """From how many points on a message is promotion or junk (lexicon `group-health`)."""
    return next(float(row["value"]) for row in lexicons.rows("group-health") if row["name"] == f"{kind}_bar")
