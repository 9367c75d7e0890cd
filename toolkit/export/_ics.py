"""The calendar as an ICS file: one event for each post, in Shanghai's time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts import plain
from toolkit.export._posts import NOT_WRITTEN, posts, word, write_bytes
from toolkit.schema import TIME_ZONE, Plan

if TYPE_CHECKING:
    import icalendar

# what a post takes to send by hand where its item names no minutes
DEFAULT_MINUTES = 15
_ZONE = "Asia/Shanghai"


def write_ics(
    plan_or_frame: Plan | pd.DataFrame,
    path: Path | str,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> Path:
    """Write a Plan or a CALENDAR as an ICS file and return the path; one event a post, cancelled ones too.

    UID comes from post_id, SEQUENCE from sequence: an imported calendar is brought up to date, not
    doubled. DTSTAMP is the calendar's first day plus one minute for each change, so the same input gives
    the same bytes and a later change a later stamp. An event lasts the item's minutes (15 where there are
    none). X-WENAN-* lines carry the columns that events have no place for. An empty calendar gives a file
    without events.

    Raises ColumnError for a post without a time, InputError when the path cannot be written.
    """
    import icalendar

    frame = posts(plan_or_frame, items=items, groups=groups)
    book = icalendar.Calendar()
    book.add("prodid", "-//wenan-toolkit//wenan//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("x-wr-calname", "文案台排期")
    book.add("x-wr-timezone", _ZONE)
    book.add_component(_time_zone())
    for row in frame.to_dict("records"):
        book.add_component(_event(row, frame["starts_at"].min()))
    return write_bytes(path, book.to_ical())


def _time_zone() -> icalendar.Timezone:
    """UTC+8 all year: mainland China has had no summer time since 1991."""
    import icalendar

    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", dt.datetime(1992, 1, 1))  # noqa: DTZ001 - local by definition (RFC 5545, 3.6.5)
    standard.add("tzoffsetfrom", dt.timedelta(hours=8))
    standard.add("tzoffsetto", dt.timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = icalendar.Timezone()
    zone.add("tzid", _ZONE)
    zone.add_component(standard)
    return zone


def _event(row: dict[Any, Any], first: pd.Timestamp) -> icalendar.Event:
    import icalendar

    stamp = first.normalize() + pd.Timedelta(minutes=int(row["sequence"]))
    minutes = DEFAULT_MINUTES if pd.isna(row["minutes"]) else int(row["minutes"]) or DEFAULT_MINUTES
    event = icalendar.Event()
    event.add("uid", f"{plain(row['post_id'])}@wenan")
    event.add("dtstamp", stamp.tz_convert("UTC").to_pydatetime())
    event.add("dtstart", row["starts_at"].to_pydatetime().astimezone(TIME_ZONE))
    event.add("duration", dt.timedelta(minutes=minutes))
    event.add("sequence", int(row["sequence"]))
    event.add("status", "CANCELLED" if row["status"] == "cancelled" else "CONFIRMED")
    event.add("summary", _line(f"{plain(row['name'])}｜{plain(row['title'])}"))
    event.add("description", plain(row["copy"]) or NOT_WRITTEN)
    if row["kind"]:
        event.add("categories", [_line(word(row["kind"]))])
    for name in ("item_id", "group_id", "status", "reason", "code"):
        if plain(row[name]):
            event.add(f"x-wenan-{name.replace('_', '-')}", plain(row[name]))
    return event


def _line(text: str) -> str:
    return text.replace("\n", " ")
