"""How often a term stood in each period, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import (
    TERM_HISTORY,
    ChoiceError,
    check,
)
from toolkit.trends._counts import Counts, count_terms
from toolkit.trends._windows import part_days


def term_history(
    documents: pd.DataFrame | Counts,
    terms: Sequence[str],
    *,
    until: Any | None = None,
    window_days: int = 7,
    windows: int = 12,
) -> pd.DataFrame:
    """How many documents of each period hold each term, for charts: term, starts (date), documents, total.

    Periods of `window_days` end at `until` (as in mine_trends) and go back `windows` of them; `total` is the
    documents of the period. Copies do not vote, undated documents are left out. A term counts where it stands in the
    folded title or body. No dated document gives an empty frame.

    Raises ChoiceError for fewer than one window.
    """
    if windows < 1 or window_days < 1:
        raise ChoiceError("windows 和 window_days 都至少为 1。")
    counts = documents if isinstance(documents, Counts) else count_terms(documents)
    parts = part_days(counts.documents["published_at"], until, window_days, (windows - 1) * window_days)
    if parts.end is None:
        return TERM_HISTORY.empty()
    rows = []
    for term, held in zip(terms, counts.holding(terms), strict=True):
        hits = np.bincount(parts.part[held][parts.part[held] >= 0], minlength=windows)
        for part in range(windows - 1, -1, -1):
            starts = (
                parts.end - pd.Timedelta(days=(part + 1) * window_days) + pd.Timedelta(microseconds=1)
            ).date()
            rows.append((term, starts, int(hits[part]), int(parts.sizes[part])))
    return check(pd.DataFrame(rows, columns=TERM_HISTORY.names), TERM_HISTORY)
