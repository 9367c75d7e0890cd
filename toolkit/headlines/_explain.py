"""What each word and feature adds to a score: a ridge is a sum, so the parts add up exactly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.headlines._design import CHARACTERS, WORDS, Design, words_of
from toolkit.text import fold

BASE = "这个账号的底"
LITERATURE = "别人的实验（文献）"


def pieces(
    title: str, design: Design | None, base: float, coefficients: np.ndarray | None = None
) -> pd.DataFrame:
    """text, caption, start, end, contribution, the largest first; see HeadlineModel.explain."""
    rows: list[tuple[str, str, Any, Any, float]] = []
    if design is None or coefficients is None:
        rows.append(("", LITERATURE, pd.NA, pd.NA, base))
        return _frame(rows)
    rows.append(("", BASE, pd.NA, pd.NA, base))
    many, few, _ = design.sizes
    (folded,) = fold([title])
    words = words_of([folded])[0]
    owner = np.repeat(np.arange(len(words)), [len(word) for word in words])
    sums = np.zeros(len(words))
    row = design.rows([title])
    weights = dict(zip(row.indices.tolist(), (row.data * coefficients[row.indices]).tolist(), strict=True))
    _share(sums, owner, _character_runs(folded, design, weights))
    _share(sums, np.arange(len(words)), _word_runs(words, design, weights, many))
    places = np.cumsum([0, *[len(word) for word in words]])
    exact = len(folded) == len(title)
    for number, word in enumerate(words):
        if sums[number]:
            start, end = int(places[number]), int(places[number + 1])
            span = (start, end) if exact else (pd.NA, pd.NA)
            rows.append((title[start:end] if exact else word, "字词", *span, float(sums[number])))
    captions = {row["feature"]: row["caption"] for row in lexicons.rows("headline-features")}
    for place, name in enumerate(design.names):
        added = weights.get(many + few + place, 0.0)
        if added:
            rows.append(("", captions.get(name, name), pd.NA, pd.NA, added))
    return _frame(rows)


def _character_runs(
    folded: str, design: Design, weights: dict[int, float]
) -> Iterable[tuple[list[int], float]]:
    """Where each known run of characters stands, with its part of the score, shared among its places."""
    known = design.characters.vocabulary_
    for size in range(CHARACTERS[0], CHARACTERS[1] + 1):
        yield from _placed(
            [folded[at : at + size] for at in range(len(folded) - size + 1)], size, known, weights, 0
        )


def _word_runs(
    words: list[str], design: Design, weights: dict[int, float], offset: int
) -> Iterable[tuple[list[int], float]]:
    known = design.words.vocabulary_
    for size in range(WORDS[0], WORDS[1] + 1):
        runs = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
        yield from _placed(runs, size, known, weights, offset)


def _placed(
    runs: list[str], size: int, known: dict[str, int], weights: dict[int, float], offset: int
) -> Iterable[tuple[list[int], float]]:
    found: dict[str, list[int]] = {}
    for at, run in enumerate(runs):
        if run in known:
            found.setdefault(run, []).extend(range(at, at + size))
    for run, places in found.items():
        yield places, weights.get(offset + known[run], 0.0)


def _share(sums: np.ndarray, owner: np.ndarray, placed: Iterable[tuple[list[int], float]]) -> None:
    for places, weight in placed:
        for place in places:
            sums[owner[place]] += weight / len(places)


def _frame(rows: list[tuple[str, str, Any, Any, float]]) -> pd.DataFrame:
    rows = sorted(rows, key=lambda row: (-abs(row[4]), row[0], row[1]))
    frame = pd.DataFrame(rows, columns=["text", "caption", "start", "end", "contribution"])
    return frame.astype({"text": "str", "caption": "str", "start": "Int64", "end": "Int64"})
