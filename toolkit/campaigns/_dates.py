"""Days that an item may not go out on, and the nearest start of a playbook at which each item has one left."""

from __future__ import annotations

import datetime as dt
from typing import Any

from toolkit import lexicons
from toolkit.schema import ChoiceError, as_date, shown_value

# as in the calendar table: beyond it nothing is known of days, and sums of days overflow
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
# how far a better start is looked for
_NEAR = 30


def checked_day(value: Any, name: str = "start") -> dt.date:
    """A value as a day. Raises ChoiceError that names the argument."""
    try:
        day = None if isinstance(value, (int, float)) else as_date(value)
    except (ValueError, TypeError, NotImplementedError):  # the last from pandas, before year 1 or after 9999
        day = None
    if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ChoiceError(f"{name} 的年份 {day.year} 不在 {_FIRST_YEAR}–{_LAST_YEAR} 里。请改正日期。")
    if day is None:
        raise ChoiceError(f"{name} 要写成 2026-09-21 这样的日期（现在是 {shown_value(value)}）。")
    return day


def barred_by(day: dt.date, kind: str, tone: str, festival: str = "") -> str:
    """The name of the day where it bars such an item under the usual rules (DESIGN: solemn and festival days), else "".

    >>> barred_by(dt.date(2026, 9, 18), "promotion", "neutral"), barred_by(dt.date(2026, 9, 18), "value", "neutral")
    ('九一八', '')
    """
    occasion = lexicons.festival_name(festival)
    if name := lexicons.days_of("solemn").get(day):
        jolly = kind in ("promotion", "red_packet") or tone in ("sales", "humorous", "festive")
        gentle = kind == "promotion" and tone in ("neutral", "warm")
        if jolly and not (name == "清明" == occasion and gentle):
            return name
    festivals = lexicons.festival_days().get(day, set())
    return (
        "、".join(sorted(festivals))
        if kind == "promotion" and festivals and occasion not in festivals
        else ""
    )


def blocked_item(
    items: list[dict[str, Any]], shift: int = 0
) -> tuple[dict[str, Any], list[str], bool] | None:
    """The first item that has no day left, moved by so many days, with the days' names and whether one is solemn; None
    where each has one.
    """
    for row in items:
        first, last = row["earliest"], row["latest"]
        days = [first + dt.timedelta(days=d + shift) for d in range((last - first).days + 1)]
        barred = [barred_by(day, row["kind"], row["tone"], row["festival"] or "") for day in days]
        if all(barred):
            return row, list(dict.fromkeys(barred)), any(day in lexicons.days_of("solemn") for day in days)
    return None


def nearest_start(items: list[dict[str, Any]], start: dt.date) -> dt.date | None:
    """The nearest later, else earlier, start within 30 days at which each item has a day left."""
    for shift in sorted(range(-_NEAR, _NEAR + 1), key=lambda days: (abs(days), -days)):
        if shift and blocked_item(items, shift) is None:
            return start + dt.timedelta(days=shift)
    return None
