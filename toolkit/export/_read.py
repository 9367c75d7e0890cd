"""The door back in: a calendar from our workbook, CSV or ICS, also after another program has changed it."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from toolkit import schema, tables
from toolkit.export._ics import UID_END
from toolkit.schema import CALENDAR, POST_STATUSES, TIME_ZONE, WORDS, ColumnError, InputError, Read

# `rejected` says which post a row meant, where the row does
REJECTED_COLUMNS = [*tables.REJECTED_COLUMNS, "post_id"]
_SHEET = "排期总表"
_FORM = "请写成 2026-09-21 20:00 这样"
_STATUSES = {WORDS[status]: status for status in POST_STATUSES} | {
    # further words that people write
    **{"已取消": "cancelled", "固定": "pinned", "已固定": "pinned", "已发送": "sent", "已发布": "sent"},
    **{status: status for status in POST_STATUSES},
    "": "draft",
}
_HEADINGS = {"时间": "starts_at", "发送时间": "starts_at", "编号": "post_id"}
_CLOCK = re.compile(r"\d\s*[:：时時点點]|T\d|\d{10}|^\d+(\.\d+)?$")
_EVENT, _ZONES = "VEVENT", "VTIMEZONE"
_BEGIN = b"BEGIN:VCALENDAR"
# a content line of RFC 5545: name, parameters, value
_LINE = re.compile(r'([\w-]+)((?:;[^=:;"]+=(?:"[^"]*"|[^":;])*)*):(.*)', re.DOTALL)
_TZID = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
# rules of summer time as zones have them; finer ones would be counted through for minutes
_YEARLY = re.compile(
    r"RRULE:(?:(?:FREQ=YEARLY|(?:BYMONTH|BYDAY|BYMONTHDAY|INTERVAL|UNTIL|WKST)=[^;=]*)(?:;|$))+"
)
_HEADS = {
    **{
        "UID": "post_id",
        "X-WENAN-ITEM-ID": "item_id",
        "X-WENAN-GROUP-ID": "group_id",
        "DTSTART": "starts_at",
    },
    **{
        "X-WENAN-STATUS": "status",
        "X-WENAN-VALUE": "value",
        "X-WENAN-REASON": "reason",
        "SEQUENCE": "sequence",
    },
    "X-WENAN-CODE": "code",
}


def read_calendar(path: str | Path) -> Read:
    """A Read of CALENDAR from the workbook, CSV or ICS that our writers make, also one that was changed since.

    The content decides, not the ending. Of a workbook the sheet 排期总表 is read, or each sheet with the columns where
    none has that name; columns are known by caption or by the contract's name, wherever they stand. In an ICS file
    each event of ours is a post: DTSTART in UTC or any zone becomes Shanghai's time, one without a zone is Shanghai's
    with a note; STATUS:CANCELLED is cancelled, and a cancelled post that is so no more a draft, with a note; where
    another program dropped our X-WENAN-* lines, the ids come from the UID, with a note, and the rest is at its
    default. How long an event lasts counts for nothing.

    `frame` is in the file's order. Rejected, each with path, row (of an ICS the line on which the event begins),
    reason and post_id ("" where there is none): a post without an id, with one that another row has, with an unknown
    status, without a time, or with one that does not exist, has no year, no clock or more than one reading; of an ICS
    also other programs' events, whole-day and repeated ones, and what is no event. A value or sequence that cannot be
    read is 0, with a note. `extra` has post_id and the other columns; of an ICS SUMMARY and DESCRIPTION. An empty
    calendar gives an empty frame.

    Raises InputError when the file cannot be read, ColumnError when no sheet has post, item, group and time.
    """
    file = _existing(path)
    data = tables.read_bytes(file)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(_BEGIN)].upper() == _BEGIN:
        return _read_events(data, file.name)
    if tables.suffix_of(file) == ".ics":
        raise InputError(f"{file.name}：不是日历文件（开头没有 BEGIN:VCALENDAR）。请重新从日历程序导出。")
    return _read_tables(file)


def _existing(given: str | Path) -> Path:
    path = Path(given)
    if path.is_dir():
        raise InputError(
            f"{given} 是一个文件夹，这里要的是一份排期（xlsx、csv 或 ics）。请指到里面的一个文件。"
        )
    if not path.is_file():
        raise InputError(f"找不到文件 {given}。请核对文件名和所在的文件夹。")
    return path


@dataclass
class _Found:
    """What has been read so far: posts, what could not be used, remarks, and what became of each table."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    extras: list[pd.DataFrame] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, post: dict[str, Any], path: str, row: int, reason: str) -> bool:
        """Keep a post, or reject it for the reason, for its ids or its status; whether it was kept."""
        reason = reason or self._fault(post)
        if reason:
            self.rejected.append({"path": path, "row": row, "reason": reason, "post_id": post["post_id"]})
            return False
        self.seen.add(post["post_id"])
        self.posts.append({**post, "status": _STATUSES[post["status"]]})
        return True

    def _fault(self, post: dict[str, Any]) -> str:
        if not post["post_id"]:
            made = f"{post['item_id']}@{post['group_id']}" if post["item_id"] and post["group_id"] else ""
            return "没有发布编号。新加的发布请写成「条目编号@群编号」" + (f"，这里是 {made}" if made else "")
        if not post["item_id"] or not post["group_id"]:
            return "没有群编号" if post["item_id"] else "没有条目编号"
        if post["post_id"] in self.seen:
            return f"发布编号「{post['post_id']}」重复，前面已有一个"
        if post["status"] not in _STATUSES:
            listed = "、".join(WORDS[status] for status in POST_STATUSES)
            return f"不认识的状态「{post['status']}」，可以填：{listed}"
        return ""

    def read(self) -> Read:
        """All of it as a Read."""
        blank = pd.DataFrame({"post_id": pd.Series([], dtype="str")})
        extra = pd.concat(self.extras, ignore_index=True) if self.extras else blank
        frame = pd.DataFrame(self.posts, columns=CALENDAR.names) if self.posts else CALENDAR.empty()
        return Read(
            schema.check(frame, CALENDAR)[CALENDAR.names],
            pd.DataFrame(self.rejected, columns=REJECTED_COLUMNS),
            extra[["post_id", *[name for name in extra.columns if name != "post_id"]]],
            pd.DataFrame(self.notes, columns=tables.NOTE_COLUMNS),
            pd.DataFrame(self.columns, columns=tables.COLUMN_COLUMNS),
            pd.DataFrame(self.files, columns=tables.FILE_COLUMNS),
        )


# --- workbooks and CSV -------------------------------------------------------------------------------------------


def _read_tables(path: Path) -> Read:
    found = _Found()
    opened = tables.open_tables(path, is_header=lambda head: not _lacking(_mapping(head)))
    lists = [table for table in opened if table.path.endswith(f"〔{_SHEET}〕")]
    missing = list(CALENDAR.required)
    for table in opened:
        mapping = _mapping(table.header)
        lacking = _lacking(mapping)
        meant = table.path in [other.path for other in lists] or not lists
        if meant and not lacking:
            _take_table(table, mapping, found)
            continue
        outcome = "没有读" if lists and meant else "跳过"
        about = tables.file_row(table.path, format=table.format, encoding=table.encoding, outcome=outcome)
        found.files.append(about)
        # the table that lacks least is the one that was meant
        missing = lacking if meant and len(lacking) < len(missing) else missing
    if not any(row["outcome"] == "已读" for row in found.files):
        listed = "、".join(CALENDAR.captions[name] for name in missing)
        raise ColumnError(
            f"{path.name}：缺少列 {listed}，不像我们写出的排期。请保留「{_SHEET}」里的这些列再试。",
            missing=tuple(missing),
        )
    return found.read()


def _mapping(header: list[str]) -> dict[str, str]:
    return tables.map_columns(header, CALENDAR, aliases=_HEADINGS)


def _lacking(mapping: dict[str, str]) -> list[str]:
    return [name for name in CALENDAR.required if name not in mapping.values()]


def _take_table(table: tables.Table, mapping: dict[str, str], found: _Found) -> None:
    if _lost_its_mark(table):
        table.columns = [[tables.unquote_cell(cell) for cell in column] for column in table.columns]
    places = {column: table.header.index(head) for head, column in mapping.items()}
    times = table.columns[places["starts_at"]]
    typed, extra, troubles = tables.table_to_frame(table, CALENDAR, mapping)
    frame = schema.check(typed.drop(columns="status", errors="ignore"), CALENDAR)
    frame["status"] = typed["status"].str.strip() if "status" in typed else ""
    before = len(found.posts)
    bad = {entry["row"] for entry in table.rejected}
    for row, post, cell in zip(table.row_numbers, frame.to_dict("records"), times, strict=True):
        ids = {name: str(post[name]).strip() for name in ("post_id", "item_id", "group_id")}
        cells = {name: post[name] for name in CALENDAR.names}
        if not found.take({**cells, **ids}, table.path, row, _time_fault(cell)):
            bad.add(row)
    found.rejected += [{**entry, "post_id": ""} for entry in table.rejected]
    good = found.posts[before:]
    kept = extra.loc[[row not in bad for row in extra.index]]
    ids_kept = pd.Series([post["post_id"] for post in good], index=kept.index, dtype="str")
    found.extras.append(kept.assign(post_id=ids_kept))
    found.notes += table.notes + [note for note in troubles if note["row"] not in bad]
    found.columns += tables.column_rows(table.path, table.header, CALENDAR, mapping)
    found.files.append(
        tables.file_row(
            table.path,
            format=table.format,
            encoding=table.encoding,
            read=len(good),
            rejected=len(bad),
        )
    )


def _lost_its_mark(table: tables.Table) -> bool:
    """Whether this is our CSV, saved by another program without the mark by which `tables` knows it as ours."""
    ours = {*CALENDAR.names, "title", "name"}
    headed = table.header[0] == "post_id" and set(table.header) <= ours
    return table.format == "csv" and table.encoding != "utf-8-sig" and headed


def _time_fault(cell: Any) -> str:
    """What is wrong with a post's time as it stands in its cell, "" when nothing is."""
    text = str(cell).strip()
    stamp, reason = tables.parse_time(cell)
    if reason.startswith("没有给出 now"):
        return f"发布时间没有写全年月日「{text[:20]}」，{_FORM}"
    if reason:
        return f"发布时间：{reason}，{_FORM}"
    if pd.isna(stamp):
        return f"没有发布时间，{_FORM}"
    bare = type(cell) is dt.date or (isinstance(cell, str) and not _CLOCK.search(text))
    return f"发布时间只有日期，没有钟点「{text[:20]}」，{_FORM}" if bare else ""


# --- ICS ---------------------------------------------------------------------------------------------------------


@dataclass
class _Part:
    """A component of a calendar file: its kind, the line it begins on, its own lines and all lines, and its end."""

    kind: str
    row: int
    method: str
    lines: list[tuple[int, str]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    whole: bool = False


def _read_events(data: bytes, label: str) -> Read:
    found = _Found()
    lines, encoding = _content_lines(data, label)
    parts = list(_parts(lines))
    zones = {name: "\r\n".join(part.raw) for part in parts if (name := _zone_name(part))}
    place = functools.lru_cache(maxsize=None)(functools.partial(_zone, own=zones))
    texts: list[tuple[str, str, str]] = []
    for part in parts:
        if part.kind == _ZONES:
            continue
        cells = _properties(part, label, found.notes)
        summary = _text(cells, "SUMMARY")
        post, reason, remarks = _post(part, cells, place)
        said = f"日程「{summary[:20]}」" if summary else "日程"
        kept = found.take(post, label, part.row, f"{said}{reason}" if reason else "")
        if kept:
            texts.append((post["post_id"], summary, _text(cells, "DESCRIPTION")))
            found.notes += [{"path": label, "row": part.row, "note": f"{said}{note}"} for note in remarks]
    found.extras.append(pd.DataFrame(texts, columns=["post_id", "SUMMARY", "DESCRIPTION"], dtype="str"))
    found.columns += tables.column_rows(label, _HEADS, CALENDAR, _HEADS)
    found.files.append(
        tables.file_row(
            label, format="ics", encoding=encoding, read=len(found.posts), rejected=len(found.rejected)
        )
    )
    return found.read()


def _content_lines(data: bytes, label: str) -> tuple[list[tuple[int, str]], str]:
    """Each content line, folded ones made whole, with the number of the line it begins on; and the encoding.

    Lines may be folded in the middle of a character, so they are put together before they are decoded.
    """
    numbers: list[int] = []
    folded: list[list[bytes]] = []
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, line in enumerate(plain.split(b"\n"), start=1):
        if folded and line[:1] in (b" ", b"\t"):
            folded[-1].append(line[1:])
        else:
            numbers.append(number)
            folded.append([line])
    text, encoding = tables.decode(b"\n".join(b"".join(line) for line in folded), label)
    return list(zip(numbers, text.split("\n"), strict=True)), encoding


def _parts(lines: list[tuple[int, str]]) -> Iterator[_Part]:
    """The components that stand directly in a calendar, in order; one that is not ended too."""
    part: _Part | None = None
    depth, method = 0, ""
    for row, line in lines:
        word, _, rest = line.partition(":")
        word, rest = word.strip().upper(), rest.strip().upper()
        if part is None:
            method = rest if word == "METHOD" else method
            if word == "BEGIN" and rest != "VCALENDAR":
                part, depth = _Part(rest, row, method, raw=[line]), 0
            continue
        if (word, rest) in (("BEGIN", part.kind), ("BEGIN", "VCALENDAR"), ("END", "VCALENDAR")):
            yield part
            part, depth = (_Part(rest, row, method, raw=[line]), 0) if rest == part.kind else (None, 0)
            continue
        part.raw.append(line)
        if word == "END" and rest == part.kind:
            part.whole = True
            yield part
            part = None
        elif word in ("BEGIN", "END"):
            depth += 1 if word == "BEGIN" else -1
        elif depth <= 0 and line.strip():
            part.lines.append((row, line))
    if part is not None:
        yield part


_Cells = dict[str, tuple[str, str]]


def _properties(part: _Part, label: str, notes: list[dict[str, Any]]) -> _Cells:
    """Name to parameters and value, the first of each name; what is no content line is noted."""
    cells: _Cells = {}
    for row, line in part.lines:
        match = _LINE.fullmatch(line)
        if match:
            cells.setdefault(match[1].upper(), (match[2], match[3]))
        else:
            notes.append({"path": label, "row": row, "note": f"这一行看不懂，跳过：「{line.strip()[:20]}」"})
    return cells


def _text(cells: _Cells, name: str) -> str:
    r"""A property as text, its \n, \, and the like undone; "" where it is absent."""
    written = cells.get(name, ("", ""))[1]
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], written, flags=re.DOTALL)


def _post(part: _Part, cells: _Cells, place: Any) -> tuple[dict[str, Any], str, list[str]]:
    """An event as a row of CALENDAR, what makes it none ("" for nothing), and what was read otherwise than it stands."""
    remarks: list[str] = []
    uid = _text(cells, "UID").strip()
    ours = uid.endswith(UID_END)
    post_id = uid.removesuffix(UID_END) if ours else _text(cells, "X-WENAN-POST-ID").strip()
    post: dict[str, Any] = {"post_id": post_id}
    for name in ("item_id", "group_id", "status", "reason", "code"):
        post[name] = _text(cells, f"X-WENAN-{name.replace('_', '-').upper()}")
    for name in ("item_id", "group_id"):
        post[name] = post[name].strip()
    reason = _event_fault(part, cells, ours=ours, post_id=post_id)
    if not reason and not (post["item_id"] or post["group_id"]):
        post["item_id"], _, post["group_id"] = post_id.rpartition("@")
        if not post["item_id"]:
            return post, "没有条目编号和群编号，别的程序把它们去掉了。请用我们写出的日历再改一次", []
        remarks.append("没有条目编号和群编号，按发布编号读出")
    if not reason:
        post["starts_at"], reason, remark = _moment(*cells.get("DTSTART", ("", "")), place)
        remarks += [remark] if remark else []
    if part.method == "CANCEL" or _text(cells, "STATUS").strip().upper() == "CANCELLED":
        post["status"] = "cancelled"
    elif post["status"] == "cancelled":
        post["status"] = "draft"
        remarks.append("不再是取消，按待发读入")
    for name, parse, written in (
        ("value", tables.parse_number, _text(cells, "X-WENAN-VALUE")),
        ("sequence", tables.parse_count, _text(cells, "SEQUENCE")),
    ):
        number, trouble = parse(written)
        post[name] = 0 if number is None or number != number else number
        remarks += [f"的{CALENDAR.captions[name]}：{trouble}，按 0 处理"] if trouble else []
    return post, reason, remarks


def _event_fault(part: _Part, cells: _Cells, *, ours: bool, post_id: str) -> str:
    """What makes a component no post of ours, "" for nothing."""
    if part.kind != _EVENT:
        return f"不是日程（{part.kind[:20]}），没有读"
    if not part.whole:
        return "没有写完，文件可能不完整。请重新导出"
    if not ours and not post_id:
        return "不是文案台写出的，没有发布编号"
    if {"RRULE", "RDATE", "RECURRENCE-ID"} & set(cells):
        return "是重复的日程，一次发布只能有一个时间。请改成单次"
    return ""


def _moment(params: str, written: str, place: Any) -> tuple[pd.Timestamp, str, str]:
    """DTSTART in Shanghai's time, or what is wrong with it; and what was read otherwise than it stands."""
    text = written.strip()
    match = _MOMENT.fullmatch(text)
    if not text or match is None:
        return pd.NaT, f"的发布时间看不懂「{text[:20]}」" if text else "没有开始时间", ""
    try:
        found = dt.datetime(*(int(part or 0) for part in match.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001 - the zone is put on below
    except ValueError:
        return pd.NaT, f"的日期不存在「{text[:20]}」", ""
    if match[4] is None:
        return pd.NaT, "是全天日程，没有钟点。请改成有钟点的日程", ""
    if not 1990 <= found.year <= 2100:
        return pd.NaT, f"的年份不合理「{text[:20]}」", ""
    name = _TZID.search(params)
    if match[7]:
        zone: dt.tzinfo | None = dt.UTC
    else:
        zone = place(name[1].strip('"')) if name else TIME_ZONE
    if zone is None:
        return pd.NaT, f"的时区「{name[1][:20] if name else ''}」不认识。请改用北京时间", ""
    remark = "" if match[7] or name else "的时间没有写时区，按北京时间读入"
    return pd.Timestamp(found.replace(tzinfo=zone).astimezone(TIME_ZONE)), "", remark


def _zone_name(part: _Part) -> str:
    cells = dict(line.partition(":")[::2] for _, line in part.lines)
    return cells.get("TZID", "").strip() if part.kind == _ZONES and part.whole else ""


def _zone(name: str, *, own: dict[str, str]) -> dt.tzinfo | None:
    """A time zone by its name in the IANA list or on Windows, else as the file itself defines it, else None."""
    from icalendar import Timezone
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (KeyError, ValueError, OSError):  # no zone, no name, a folder of zones
        rules = [line for line in own.get(name, "").split("\r\n") if line.upper().startswith("RRULE")]
        if name not in own or not all(_YEARLY.fullmatch(rule.strip().upper()) for rule in rules):
            return None
    try:
        return Timezone.from_ical(own[name]).to_tz(lookup_tzid=False)
    except Exception:  # noqa: BLE001 - icalendar raises whatever a damaged definition makes it stumble over
        return None
