"""The editor's own word list: words that she took in, which keep whole what no dictionary knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit import export, lexicons, tables
from toolkit.schema import InputError
from toolkit.week._sources import Sources

WORDS_FILE = "词表.csv"
# the frequency of a word that stands there without one: as often as a common word, so that it stays whole
USUAL = 1000
_HEADERS = {"term": ("term", "词", "新词"), "frequency": ("frequency", "词频", "建议词频")}


def own_words(sources: Sources) -> dict[str, int]:
    """The words of 词表.csv in the working folder with their frequency; none where there is no such file.

    A row without a word is passed over, one without a number gets 1000. Raises InputError for a file that cannot be read.
    """
    path = None if sources.home is None else sources.home / WORDS_FILE
    if path is None or not path.is_file():
        return {}
    table = tables.open_tables(path)[0]
    places = {
        name: next((k for k, one in enumerate(table.header) if one in known), -1)
        for name, known in _HEADERS.items()
    }
    if places["term"] < 0:
        raise InputError(
            f"{WORDS_FILE} 里没有「词」这一列，现有的列：{'、'.join(table.header)}。请补上再试。"
        )
    found = {}
    for record in table.records:
        cells = {name: str(record[place]).strip() if place >= 0 else "" for name, place in places.items()}
        if cells["term"]:
            found[cells["term"]] = _frequency(cells["frequency"])
    return found


def _frequency(text: str) -> int:
    """A count as a sheet may hold it: 5000, 5000.0 or 1,000; else the usual one."""
    try:
        return max(1, round(float(text.replace(",", ""))))
    except (ValueError, OverflowError):
        return USUAL


def all_words(sources: Sources) -> Mapping[str, int]:
    """The lexicon's words and the editor's own, hers winning: what a week's content is cut with."""
    return {**lexicons.user_words(), **own_words(sources)}


def save_words(sources: Sources, words: Any) -> dict[str, int]:
    """Add words (a frame with term and frequency) to 词表.csv; gives all that stand there then, hers by hand included.

    Raises InputError where there is no working folder, or the file cannot be written.
    """
    if sources.home is None:
        raise InputError("没有工作文件夹，词表没有地方放。请用 python3 run.py lab 打开文案台。")
    fresh = {str(row["term"]): int(row["frequency"]) for row in pd.DataFrame(words).to_dict("records")}
    both = {**own_words(sources), **fresh}
    frame = pd.DataFrame({"词": list(both), "词频": list(both.values())})
    try:
        export.write_csv(frame, sources.home / WORDS_FILE)
    except OSError as error:
        raise InputError(
            f"词表没有存下（{error.strerror or error}）。请关掉打开着它的程序，再试一次。"
        ) from error
    return both
