"""Two answers at once, and the small frozen values of planning."""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import pandas as pd

from toolkit.schema._values import ChoiceError, as_date


class Read(NamedTuple):
    """What a reader gives back: good rows, rows it could not use, other columns, and remarks.

    `frame` keeps a contract. `rejected` has path, row, reason (Chinese); row counts from 1 as a person sees it
    in the file, the header being row 1. `extra` has the frame's key and the columns no contract knows.
    `notes` has path, row, note: what was read otherwise than it stands (a date that could not be understood).
    `columns` has path, header, column, caption: which header of the file was taken for which column, "" for one that
    went to `extra`. `files` has path, format, encoding, read, rejected, outcome: what became of each file or address,
    counts in records.
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    extra: pd.DataFrame
    notes: pd.DataFrame
    columns: pd.DataFrame
    files: pd.DataFrame


@dataclass(frozen=True)
class Rules:
    """What a plan must keep beside the columns of GROUPS and ITEMS.

    `minutes_workday` and `minutes_day_off` are ceilings of one owner's working minutes a day (a promise of the
    editor's own, not a law). `solemn` and `festival` take "block", "warn" or "off". `mourning` adds solemn days.
    `min_gap` is the least number of minutes between two posts in one group; 0 asks for none.
    """

    minutes_workday: int = 240
    minutes_day_off: int = 90
    solemn: Literal["block", "warn", "off"] = "block"
    festival: Literal["block", "warn", "off"] = "block"
    mourning: tuple[dt.date, ...] = ()
    min_gap: int = 0

    def __post_init__(self) -> None:
        """Refuse values that no plan could keep."""
        for name in ("solemn", "festival"):
            if getattr(self, name) not in ("block", "warn", "off"):
                raise ChoiceError(
                    f"Rules 的 {name} 只能是 block、warn 或 off（现在是 {getattr(self, name)!r}）。"
                )
        for name in ("minutes_workday", "minutes_day_off", "min_gap"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, numbers.Real) or not float(value) >= 0:
                raise ChoiceError(f"Rules 的 {name} 应是不小于 0 的分钟数（现在是 {value!r}）。")
        try:
            days = tuple(None if isinstance(day, (int, float)) else as_date(day) for day in self.mourning)
        except (ValueError, TypeError):
            days = (None,)
        if None in days:
            raise ChoiceError(f"Rules 的 mourning 应是一组日期，如 2026-09-22（现在是 {self.mourning!r}）。")
        object.__setattr__(self, "mourning", days)


@dataclass(frozen=True)
class Plan:
    """A calendar with what was left out, its worth, and what it was made from.

    `value` is the sum of the placed posts' worth less the price of unmet must-sends, `bound` a number no plan can
    beat under the same rules, `gap` the fraction (bound − value) / max(|bound|, |value|).
    """

    calendar: pd.DataFrame
    unplaced: pd.DataFrame
    value: float
    bound: float
    gap: float
    items: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    rules: Rules = field(default_factory=Rules)
    start: dt.date = dt.date(1970, 1, 1)
    days: int = 0
    pinned: pd.DataFrame | None = field(default=None, repr=False)
