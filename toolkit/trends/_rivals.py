"""What each source did in the window."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.schema import (
    DOCUMENTS,
    RIVALS,
    check,
)
from toolkit.trends._windows import window_end


def rival_activity(
    documents: pd.DataFrame,
    *,
    until: Any | None = None,
    window_days: int = 7,
    baseline_days: int = 28,
    top: int = 3,
) -> pd.DataFrame:
    """What each source did in the window: one row a source, busiest first.

    Columns: source, channel, documents (in the window, copies included), before (documents a window in the
    baseline, missing without one), copied (share of its documents that copy another source's, 0 to 1; missing where
    it published nothing), top_titles (list of dicts title, url, reads, published_at: its `top` most read originals,
    the newest first where nobody counts reads). Without any date `documents` counts all of them. An empty frame
    gives an empty frame.
    """
    frame = check(documents, DOCUMENTS)
    if frame.empty:
        return RIVALS.empty()
    dated = frame["published_at"].notna()
    end = window_end(frame.loc[dated, "published_at"], until) if dated.any() else None
    age = (
        (end - frame["published_at"]) / pd.Timedelta(days=1)
        if end is not None
        else pd.Series(0.0, frame.index)
    )
    now = frame[(age >= 0) & (age < window_days)]
    before = frame[(age >= window_days) & (age < window_days + baseline_days)]
    source_of = dict(zip(frame["doc_id"], frame["source"], strict=True))
    rows = []
    for source, part in frame.groupby("source"):
        mine = now[now["source"] == source]
        foreign = mine["duplicate_of"].map(source_of).fillna(source) != source
        rate = (
            (before["source"] == source).sum() * window_days / baseline_days if len(before) else float("nan")
        )
        best = mine[mine["duplicate_of"].isna()].sort_values(
            ["reads", "published_at", "doc_id"], ascending=[False, False, True], na_position="last"
        )
        rows.append(
            {
                "source": source,
                "channel": part["channel"].mode().iloc[0],
                "documents": len(mine),
                "before": rate,
                "copied": float(foreign.mean()) if len(mine) else float("nan"),
                "top_titles": best.head(top)[["title", "url", "reads", "published_at"]].to_dict("records"),
            }
        )
    out = check(pd.DataFrame(rows, columns=RIVALS.names), RIVALS)
    return out.sort_values(["documents", "source"], ascending=[False, True]).reset_index(drop=True)
