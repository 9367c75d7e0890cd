"""The calendar as ICS files: one event for each post, in Shanghai's time, in one file or one for each person or group."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from toolkit.charts import plain
from toolkit.export._posts import NOT_WRITTEN, posts, word, write_bytes
from toolkit.schema import GROUPS, TIME_ZONE, ChoiceError, ColumnError, InputError, Plan, as_whole, check

if TYPE_CHECKING:
    import icalendar

# what a post takes to send by hand where its item names no minutes
DEFAULT_MINUTES = 15
UID_END = "@wenan"
# the columns of CALENDAR that an event has no place for
CARRIED = ("post_id", "item_id", "group_id", "status", "value", "reason", "code")
NOBODY = "未填"
_ZONE = "Asia/Shanghai"
_NAME = "文案台排期"
_LONGEST_ALARM = 28 * 24 * 60
# what has happened is never called off
_PAST = ("sent", "missed")
# names that Windows keeps for devices, with any ending
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
_LONGEST_NAME = 48


def write_ics(
    plan_or_frame: Plan | pd.DataFrame,
    path: Path | str,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    by: Literal["owner", "group"] | None = None,
    alarm: int | None = None,
    previous: Plan | pd.DataFrame | None = None,
) -> Path:
    """Write a Plan or a CALENDAR as ICS and return the path; one event a post, cancelled ones too.

    Without `by` one file holds all posts. With "owner" or "group" `path` is a folder with a file for each: the owner
    is the item's, else the group's, else 未填. A name that no Windows file may have is mended and marked with a few
    letters made from it, so that the same owner or group always gets the same file; a group's file ends in its id.
    Files that already lie in the folder stay. An empty calendar gives a file without events, or an empty folder.

    UID comes from post_id, SEQUENCE from sequence: an imported calendar is brought up to date, not doubled. A
    cancelled post is an event with STATUS:CANCELLED. `previous` is the Plan or CALENDAR that was written before: its
    posts that are gone now come out cancelled with a higher SEQUENCE, and a post whose time or status is another gets
    a higher SEQUENCE than it had. What was sent or missed is not called off, nor, where a Plan is written, what stood
    before the plan's first day. A post that has another owner now is not taken out of the old owner's calendar.

    `alarm` is a number of minutes (0 to 40 320): each post that is still to be sent rings so long before its time.
    METHOD is PUBLISH; there is no ORGANIZER, with which calendars would take events for another person's invitation.
    DTSTAMP is the calendar's first day plus one minute for each change, so the same input gives the same bytes and a
    later change a later stamp. An event lasts the item's minutes (15 where there are none). X-WENAN-* lines carry
    the columns that events have no place for; `read_calendar` reads them back. Times go to the second.

    Raises ColumnError for a post without a time or ids that are alike but for signs that nobody sees, ChoiceError for
    an unknown `by` or `alarm`, InputError when the path cannot be written.
    """
    if by not in (None, "owner", "group"):
        raise ChoiceError(f"by 不能是 {by!r}。可以用：owner（每位负责人一份）、group（每个群一份），或不写。")
    minutes = None if alarm is None else as_whole(alarm, "alarm（提前几分钟提醒）", 0, _LONGEST_ALARM)
    frame = _owned(plan_or_frame, items=items, groups=groups)
    if previous is not None:
        own = isinstance(previous, Plan) or not isinstance(plan_or_frame, Plan)
        about = (items, groups) if own else (plan_or_frame.items, plan_or_frame.groups)
        before = _owned(previous, items=about[0], groups=about[1])
        start = plan_or_frame.start if isinstance(plan_or_frame, Plan) else dt.date.min
        frame = _brought_up(frame, before, start)
    _refuse_alike(frame)
    first = frame["starts_at"].min()
    if by is None:
        return write_bytes(path, _book(frame, _NAME, first, minutes))
    folder = _made_folder(path)
    names = _file_names(frame, by)
    for key, part in frame.groupby("who" if by == "owner" else "group_id", sort=True):
        title = _text(key if by == "owner" else part["name"].iloc[0])
        write_bytes(folder / names[str(key)], _book(part, _line(f"{_NAME} · {title}"), first, minutes))
    return folder


def _owned(
    plan_or_frame: Plan | pd.DataFrame, *, items: pd.DataFrame | None, groups: pd.DataFrame | None
) -> pd.DataFrame:
    """`posts` with `who`: the item's owner, else the group's, else 未填."""
    frame = posts(plan_or_frame, items=items, groups=groups)
    people = plan_or_frame.groups if isinstance(plan_or_frame, Plan) and groups is None else groups
    about = check(GROUPS.empty() if people is None else people, GROUPS).drop_duplicates("group_id")
    owners = dict(zip(about["group_id"], about["owner"], strict=True))
    pairs = zip(frame["owner"], frame["group_id"], strict=True)
    who = [
        _line(_text(item)).strip() or _line(_text(owners.get(group, ""))).strip() or NOBODY
        for item, group in pairs
    ]
    return frame.assign(who=pd.Series(who, dtype="str"))


def _brought_up(frame: pd.DataFrame, before: pd.DataFrame, start: dt.date) -> pd.DataFrame:
    """The posts with a sequence that outdoes the earlier calendar's, and its posts that are gone as cancelled ones."""
    known = before.set_index("post_id")[["starts_at", "status", "sequence"]].to_dict("index")
    sequence = []
    for post, at, status, own in zip(
        frame["post_id"], frame["starts_at"], frame["status"], frame["sequence"], strict=True
    ):
        old = known.get(post, {"starts_at": at, "status": status, "sequence": own})
        changed = old["starts_at"] != at or old["status"] != status
        sequence.append(max(own, old["sequence"] + changed))
    frame = frame.assign(sequence=pd.Series(sequence, dtype="Int64"))
    gone = before[
        ~before["post_id"].isin(set(frame["post_id"]))
        & ~before["status"].isin(_PAST)
        & (before["starts_at"].dt.date >= start)
    ]
    called_off = (gone["status"] != "cancelled").astype("Int64")
    gone = gone.assign(status="cancelled", sequence=gone["sequence"] + called_off)
    both = pd.concat([frame, gone], ignore_index=True) if len(gone) else frame
    return both.sort_values(["starts_at", "name", "post_id"], kind="stable").reset_index(drop=True)


def _refuse_alike(frame: pd.DataFrame) -> None:
    """Two posts must not become one event because their ids differ in signs only that no file can hold."""
    ids = frame["post_id"].map(_text)
    if (twice := frame.loc[ids.duplicated(), "post_id"]).empty:
        return
    raise ColumnError(
        f"发布编号 {_text(twice.iloc[0])!r} 和另一个只差看不见的字符，写进日历会变成同一个日程。请改其中一个。"
    )


def _made_folder(path: Path | str) -> Path:
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder} 建不成文件夹（{error.strerror or error}）。分开写日历时 path 要是一个文件夹，请换一个名字。"
        ) from error
    return folder


def _file_names(frame: pd.DataFrame, by: str) -> dict[str, str]:
    """Each owner or group_id to its file: legal on Windows, no two alike where capitals do not count."""
    if by == "owner":
        wanted = {who: who for who in frame["who"]}
    else:
        pairs = zip(frame["group_id"], frame["name"], strict=True)
        wanted = {group: group if name == group else f"{name}-{group}" for group, name in pairs}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key, text in sorted(wanted.items()):
        name = safe_name(text)
        if name.casefold() in taken:
            name = f"{name}-{_mark(key)}"
        taken.add(name.casefold())
        found[key] = f"{name}.ics"
    return found


def safe_name(text: str) -> str:
    r"""A text as a file name without ending that every system takes; what had to be changed is marked by six letters.

    >>> safe_name("小满"), safe_name("a/b"), safe_name("CON") != safe_name("con")
    ('小满', 'a_b-c14cdd', True)
    """
    legal = unicodedata.normalize("NFC", plain(text))
    legal = re.sub(r"\s+", " ", re.sub(r'[<>:"/\\|?*.\x00-\x1f]', "_", legal)).strip()
    legal = legal[:_LONGEST_NAME].rstrip()
    if legal == text and legal and not _DEVICES.fullmatch(legal):
        return legal
    return f"{legal or '_'}-{_mark(text)}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:6]


def _book(frame: pd.DataFrame, title: str, first: pd.Timestamp, alarm: int | None) -> bytes:
    """One calendar with these posts; `first` is the time from which stamps count."""
    import icalendar

    book = icalendar.Calendar()
    book.add("prodid", "-//wenan-toolkit//wenan//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", icalendar.vText(title))
    book.add("x-wr-timezone", _ZONE)
    book.add_component(_time_zone())
    for row in frame.to_dict("records"):
        book.add_component(_event(row, first, alarm))
    return book.to_ical()


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


def _event(row: dict[Any, Any], first: pd.Timestamp, alarm: int | None) -> icalendar.Event:
    import icalendar

    stamp = first.normalize() + pd.Timedelta(minutes=int(row["sequence"]))
    minutes = DEFAULT_MINUTES if pd.isna(row["minutes"]) else int(row["minutes"]) or DEFAULT_MINUTES
    summary = _line(f"{_text(row['name'])}｜{_text(row['title'])}")
    event = icalendar.Event()
    event.add("uid", f"{_text(row['post_id'])}{UID_END}")
    event.add("dtstamp", stamp.tz_convert("UTC").to_pydatetime())
    event.add("dtstart", row["starts_at"].floor("s").to_pydatetime().astimezone(TIME_ZONE))
    event.add("duration", dt.timedelta(minutes=minutes))
    event.add("sequence", int(row["sequence"]))
    event.add("status", "CANCELLED" if row["status"] == "cancelled" else "CONFIRMED")
    event.add("summary", summary)
    copy = _text(row["copy"])
    event.add("description", copy if copy.strip() else NOT_WRITTEN)
    if row["kind"]:
        event.add("categories", [_line(word(row["kind"]))])
    for name in CARRIED:
        text = repr(float(row[name])) if name == "value" else _text(row[name])
        if text:
            event.add(f"x-wenan-{name.replace('_', '-')}", icalendar.vText(text))
    if alarm is not None and row["status"] not in ("cancelled", *_PAST):
        event.add_component(_alarm(summary, alarm))
    return event


def _alarm(text: str, minutes: int) -> icalendar.Alarm:
    import icalendar

    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", dt.timedelta(minutes=-minutes))
    return alarm


def _text(value: Any) -> str:
    """A value as text that a calendar file can hold.

    The library drops a byte order mark where it stands first, and takes a backslash before N for a line break, as in
    D:\\News: that backslash becomes a wide one.
    """
    return plain(value).replace("\ufeff", "").replace("\\N", "＼N")


def _line(text: str) -> str:
    return text.replace("\n", " ")
