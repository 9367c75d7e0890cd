"""A trend board's draft: read with care, for it comes from a file that anything may have happened to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.schema import NEW_WORDS, ToolkitError, check


@dataclass(frozen=True)
class Draft:
    """What a draft says; where it says nothing usable, what a new board has."""

    window_days: int
    until: dt.date | None
    sources: tuple[str, ...]
    channels: tuple[str, ...]
    seen: str
    by: str
    sort: list[Any]
    selected: str
    chosen: list[str]
    sent: bool
    found: pd.DataFrame | None
    found_chosen: list[str]
    words: pd.DataFrame


def read_draft(draft: Mapping[str, Any] | None) -> Draft:
    """The draft; unknown keys and values that are none are passed over.

    >>> read_draft({"window_days": 14, "by": "weather", "until": "someday"}).window_days
    14
    """
    given = draft if isinstance(draft, Mapping) else {}
    days = given.get("window_days")
    return Draft(
        window_days=days if isinstance(days, int) else 0,
        until=_day(given.get("until")),
        sources=tuple(_texts(given.get("sources"))),
        channels=tuple(_texts(given.get("channels"))),
        seen=_one(given.get("seen"), ("called", "all"), ""),
        by=_one(given.get("by"), ("source", "channel"), "source"),
        sort=_sort(given.get("sort")),
        selected=str(given.get("selected", "")),
        chosen=_texts(given.get("chosen")),
        sent=given.get("sent") is True,
        found=_found(given.get("found")),
        found_chosen=_texts(given.get("found_chosen")),
        words=words_of(given.get("words")),
    )


def words_of(rows: Any) -> pd.DataFrame:
    """A word list (term, frequency) of records; those that are none are left out.

    >>> words_of([{"term": "软籽石榴", "frequency": 12}, {"term": 3}, "x"]).to_dict("records")
    [{'term': '软籽石榴', 'frequency': 12}]
    """
    kept = [
        (row["term"], row["frequency"])
        for row in (rows if isinstance(rows, Sequence) else [])
        if isinstance(row, Mapping)
        and isinstance(row.get("term"), str)
        and isinstance(row.get("frequency"), int)
    ]
    frame = pd.DataFrame(kept, columns=["term", "frequency"])
    return frame.astype({"term": "str", "frequency": "Int64"})


def _found(rows: Any) -> pd.DataFrame | None:
    """NEW_WORDS of records; None where there are none, or they are broken."""
    if not isinstance(rows, list) or not rows:
        return None
    try:
        return check(pd.DataFrame(rows), NEW_WORDS)
    except (ToolkitError, TypeError, ValueError):
        return None


def _texts(values: Any) -> list[str]:
    return [one for one in values if isinstance(one, str)] if isinstance(values, (list, tuple)) else []


def _one(value: Any, allowed: Sequence[str], default: str) -> str:
    return value if isinstance(value, str) and value in allowed else default


def _sort(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)) and len(value) == 2 and isinstance(value[0], str):
        return [value[0], bool(value[1])]
    return ["", False]


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
