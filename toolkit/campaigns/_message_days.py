"""One group's messages as a row for each day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from toolkit.campaigns._groups import figure
from toolkit.schema import ChoiceError

_MOST_DAYS = 3_660  # each day is made


def days_between(first: dt.date, last: dt.date) -> Any:
    """The days from the first to the last. Raises ChoiceError for more than ten years."""
    if (last - first).days > _MOST_DAYS:
        raise ChoiceError(
            f"从 {first} 到 {last} 超过十年，不逐日列出。请核对时间有没有写错，或者在 message_days 里用 start= 和 until= 说明哪一段。"
        )
    return pd.date_range(first, last).date


def day_totals(part: pd.DataFrame, span: Any) -> pd.DataFrame:
    """One group's messages as a row for each day of the span."""
    days = part["sent_at"].dt.date
    said = part["message_kind"] != "system"
    index = pd.Index(span, dtype="object")

    def per_day(values: pd.Series[Any]) -> pd.Series[Any]:
        sums = values.astype("int64").groupby(days).sum()
        return pd.Series(sums.reindex(index, fill_value=0), dtype="Int64")

    speakers = part["member"][said].groupby(days[said]).nunique().reindex(index, fill_value=0)
    columns = {
        "active": speakers.astype("Int64"),
        "messages": per_day(said),
        "promotions": per_day(said & part["is_promotion"]),
        "junk": per_day(said & part["is_junk"] & ~part["is_promotion"]),
        "answered": per_day(pd.Series(_answered(part), index=part.index)),
    }
    for name in ("joined", "left"):
        if (part[name] > 0).any():
            columns[name] = per_day(part[name])
    return pd.DataFrame({"date": index, **{name: column.array for name, column in columns.items()}})


def _answered(part: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Which messages, sorted by time, are promotions after which another member talked soon."""
    when = part["sent_at"].astype("int64").to_numpy()
    who = pd.factorize(part["member"])[0]
    promotion = (part["is_promotion"] & (part["message_kind"] != "system")).to_numpy()
    talk = np.flatnonzero(
        ~promotion & ~part["is_junk"].to_numpy() & (part["message_kind"] != "system").to_numpy()
    )
    found = np.zeros(len(part), dtype="bool")
    soon = int(figure("answer_hours") * 3_600_000_000)
    # two messages of one minute stand in the order of the file
    first = np.searchsorted(talk, np.arange(len(part)))
    end = np.searchsorted(when[talk], when + soon, side="right")
    for place in np.flatnonzero(promotion):
        found[place] = bool((who[talk[first[place] : end[place]]] != who[place]).any())
    return found
