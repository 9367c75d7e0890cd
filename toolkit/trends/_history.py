"""How many documents hold a term in each period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import TERM_HISTORY, ChoiceError, as_whole, shown_value
from toolkit.trends._counts import Counts, count_terms
from toolkit.trends._windows import LEFT_OUT, MOST_DAYS, part_days

_MOST_WINDOWS, _MOST_IN_ALL = 4000, 100_000


def term_history(
    documents: pd.DataFrame | Counts,
    terms: str | Sequence[str],
    *,
    until: Any | None = None,
    window_days: int = 7,
    windows: int = 12,
) -> pd.DataFrame:
    """TERM_HISTORY: how many documents of each period hold each term, for charts; terms in the order given.

    `windows` periods of `window_days` follow each other up to `until` (as in mine_trends), the oldest first; `starts`
    is a period's first day, `total` all its documents. A term is counted as mine_trends counts it: as a run of words,
    copies not voting, so that the last period is a trend's `documents`. A term nobody uses has zeros. Undated
    documents and those after `until` are left out; `frame.attrs["notes"]` counts them. No dated document and no term
    give an empty frame.

    Raises ChoiceError for `windows` that are no whole number from 1 to 4000, `window_days` that are none from 1 to 3660,
    for both where they reach back more than 100,000 days, for terms that are no text, and for what is no moment as `until`.

    >>> days = pd.DataFrame({"doc_id": ["a", "b"], "title": ["桂花拿铁", "松饼"], "published_at": ["2026-09-19", "2026-09-20"]})
    >>> term_history(days, ["桂花拿铁"], window_days=1, windows=2)[["documents", "total"]].values.tolist()
    [[1, 1], [0, 1]]
    """
    window_days = as_whole(window_days, "window_days（一期几天）", most=MOST_DAYS)
    windows = as_whole(windows, "windows（往前看几期）", most=_MOST_WINDOWS)
    if windows * window_days > _MOST_IN_ALL:
        raise ChoiceError(
            f"{windows} 期、每期 {window_days} 天，一共超过 {_MOST_IN_ALL} 天。请减少 windows 或 window_days。"
        )
    listed = _listed(terms)
    counts = documents if isinstance(documents, Counts) else count_terms(documents)
    parts = part_days(counts.documents["published_at"], until, window_days, (windows - 1) * window_days)
    if parts.end is None:
        return _with_notes(TERM_HISTORY.empty(), ["没有带日期的内容，看不出各期的篇数。"])
    first = parts.end + pd.Timedelta(microseconds=1)
    starts = [(first - pd.Timedelta(days=(part + 1) * window_days)).date() for part in range(windows)][::-1]
    documents_held = np.zeros((len(listed), windows), dtype=np.int64)
    for place, held in enumerate(counts.holding(listed)):
        part = parts.part[held]
        documents_held[place] = np.bincount(part[part >= 0], minlength=windows)[::-1]
    # built by hand: schema.check looks at every date, too slow for years of days
    out = pd.DataFrame(
        {
            "term": pd.Series(np.repeat(np.array(listed, dtype=object), windows), dtype="str"),
            "starts": pd.Series(starts * len(listed), dtype="object"),
            "documents": pd.Series(documents_held.ravel(), dtype="Int64"),
            "total": pd.Series(np.tile(parts.sizes[::-1], len(listed)), dtype="Int64"),
        }
    )
    left_out = int((parts.part == LEFT_OUT).sum())
    told = f"{left_out} 篇内容没有日期或晚于 {parts.end:%Y-%m-%d}，没有算进各期。"
    return _with_notes(out, [told] if left_out else [])


def _listed(terms: str | Sequence[str]) -> list[str]:
    listed = [terms] if isinstance(terms, str) else list(terms) if isinstance(terms, Iterable) else [terms]
    wrong = [term for term in listed if not isinstance(term, str)]
    if wrong:
        raise ChoiceError(
            f'terms 要写成一个词或一组词，例如 ["桂花拿铁", "松饼"]（里面有 {shown_value(wrong[0])}）。'
        )
    return listed


def _with_notes(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame
