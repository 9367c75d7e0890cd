"""The window, the stretches of the baseline, and which documents fall into which."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import TIME_ZONE, as_whole, checked_moment

EARLIER, LEFT_OUT = -1, -2


@dataclass(frozen=True)
class Windows:
    """Where each document falls: `part` is 0 for the window, 1 for the newest stretch of the baseline, and so on.

    EARLIER stands before the baseline, LEFT_OUT has no date or lies after the window. `sizes` are the documents of
    each part from 0 on. `end` is the window's last instant.
    """

    part: np.ndarray
    sizes: np.ndarray
    end: pd.Timestamp | None
    notes: list[str]


# ten years: a window for each day of them is as much as anyone can look at
MOST_DAYS = 3660


def check_days(window_days: int, baseline_days: int) -> tuple[int, int]:
    """Both as whole numbers; raises ChoiceError for windows that are no whole days."""
    return as_whole(window_days, "window_days", 1, MOST_DAYS), as_whole(
        baseline_days, "baseline_days", 0, MOST_DAYS
    )


def part_days(times: pd.Series[Any], until: Any | None, window_days: int, baseline_days: int) -> Windows:
    """The part that each document falls into."""
    notes = []
    dated = times.notna().to_numpy(bool)
    if not dated.all():
        notes.append(f"{int((~dated).sum())} 篇内容没有日期，没有参加热词计算。")
    part = np.full(len(times), LEFT_OUT, dtype=np.int64)
    if not len(times):
        notes.append("没有可数的内容：表是空的，或者全是转抄。")
    elif not dated.any():
        notes.append("没有带日期的内容，看不出哪些词在升、哪些词在降。")
    if not dated.any():
        return Windows(part, np.zeros(0, dtype=np.int64), None, notes)
    end = window_end(times, until)
    age = ((end - times[dated]) / pd.Timedelta(days=1)).to_numpy()
    place = np.where(age < window_days, 0, 1 + (age - window_days) // window_days).astype(np.int64)
    place[age >= window_days + baseline_days] = EARLIER
    place[age < 0] = LEFT_OUT
    part[dated] = place
    stretches = -(-baseline_days // window_days)
    sizes = np.bincount(place[place >= 0], minlength=stretches + 1)
    if not sizes[1:].any():
        notes.append(
            "本期之前没有内容可比，只能列出出现最多的词，不能说哪些在升。"
            if baseline_days
            else "没有要求和前期比（baseline_days=0），只列出现最多的词，不说升降。"
        )
        if baseline_days and (place == EARLIER).any():
            gap = int(age[place == EARLIER].min()) - window_days
            notes.append(
                f"本期到 {end:%Y-%m-%d} 为止，再往前隔了 {gap} 天才有内容。如果是日期写错了，请改正，"
                "或用 until 指定看到哪一天。"
            )
    return Windows(part, sizes, end, notes)


def window_end(times: pd.Series[Any], until: Any | None) -> pd.Timestamp:
    """The last instant of the window: `until`, a bare date being its whole day; None the latest day with documents."""
    stamp = pd.Timestamp(checked_moment(times.max() if until is None else until, "until"))
    bare = until is None or (isinstance(until, dt.date) and not isinstance(until, dt.datetime))
    bare = bare or (isinstance(until, str) and len(until.strip()) <= 10)
    if not bare:
        return stamp
    day = pd.Timestamp(stamp.date(), tz=TIME_ZONE)
    return day + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
