"""The door in for exports of group chats: who wrote is hashed on the way in, what was said is classified and dropped."""

from __future__ import annotations

import datetime as dt
import functools
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, schema, tables
from toolkit.campaigns._dates import checked_day
from toolkit.campaigns._group_names import id_of, ids_of, sizes_of
from toolkit.campaigns._groups import figure
from toolkit.campaigns._message_days import day_totals, days_between
from toolkit.schema import GROUP_DAYS, MESSAGES, ChoiceError, ColumnError, InputError, Read

_TEXTS = (".txt", ".log", ".md")
_SUFFIXES = (*_TEXTS, *tables.TABLE_SUFFIXES)
_LONGEST_LINE = 200  # of a header: a name of 60, an id of 60, a day and a time of day
_LONGEST_SYSTEM = 600  # a system line may name some dozens of people who were invited
_LONGEST_TEXT = 1000  # a cue stands near the beginning; this also bounds the time of a pattern
_LONGEST_GROUP = 60
_SHORTEST_SALT = 8
_FLOOD_LENGTH = 6  # 收到 three times in a day is talk
_DAY = r"(?:\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s?(?:星期|周)[一二三四五六日天])?)"
_CLOCK = r"(?:(?:凌晨|早上|上午|中午|下午|晚上)?\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s?[AaPp][Mm])?)"
_PLAIN = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?\s*(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?"
)
_Row = dict[str, Any]


@dataclass(frozen=True)
class _Said:
    """A message as it stands in a file; never leaves this module."""

    row: int
    when: Any
    who: str
    text: str
    type: str = ""
    group: str = ""


@dataclass
class _Kept:
    """What is kept of all messages, by column, and what became of files and rows."""

    salt: str
    ids: dict[str, str] | None = None  # by what a known group may be called, None where no groups are given
    known: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in MESSAGES.names})
    places: list[tuple[str, int]] = field(default_factory=list)
    prints: list[int] = field(default_factory=list)  # of the texts, to tell floods; for this call only
    rejected: list[_Row] = field(default_factory=list)
    notes: list[_Row] = field(default_factory=list)
    headers: list[_Row] = field(default_factory=list)
    files: list[_Row] = field(default_factory=list)

    def note(self, path: str, row: int, note: str) -> None:
        self.notes.append({"path": path, "row": row, "note": note})

    def reject(self, path: str, row: int, reason: str) -> None:
        self.rejected.append({"path": path, "row": row, "reason": reason})

    def stand_in(self, who: str) -> str:
        if who not in self.known:
            self.known[who] = schema.pseudonym(who, salt=self.salt)
        return self.known[who]

    def group_of(self, called: str) -> str:
        """The id of the group that is so called, else what it is called."""
        return id_of(called, self.ids or {})


def read_messages(
    *paths: str | Path,
    group_id: str | None = None,
    groups: pd.DataFrame | None = None,
    salt: str | None = None,
) -> Read:
    """A Read of MESSAGES from exports of group chats: tables with 时间、发送人、内容, or the usual text exports.

    Text exports are `昵称 2026-09-01 20:13:11` or `2026-09-01 20:13:11 昵称(12345)` with the message below,
    `昵称(12345) 20:13` under a line with the date, and `[2026-09-01 20:13:11] 昵称: 内容` (lexicon `message-shapes`).
    A folder stands for the files in it, not for those in its subfolders.

    Whoever wrote is hashed with `salt` before anything is kept: by the member id where there is one, else by name.
    `salt` is a random one for each call where not given: stand-ins of two calls then differ, which a note says; give
    a secret text of your own (8 characters or more) to know members again. Of a text only its kind, its length in
    characters and whether it is promotion or junk are kept (lexicon `message-cues`; the same text from one member for
    the third time in a day is junk too). No name and no text is in any part of the result or in any error; the names
    of files are the caller's. `extra` has no columns but the key.

    A system line (加入群聊、撤回) is of kind system with a blank member; who came in or went is counted in `joined`
    and `left`. A row without a sender or a content is rejected; an unreadable time is missing, with a note. The group
    is `group_id`, else a column 群编号 or 群名, else the file's name. With `groups` (GROUPS) a group's name stands for
    its id, however wide its letters and brackets and its blanks; a name that two groups share stands for neither. What
    is no group of `groups` stays as it is given, so a file named after a person brings that name into `group_id`: a
    note tells of every file whose name became the group.

    A file that cannot be read is rejected as a whole where others can. Raises InputError for a file that is not there
    and, where no file can be read, for what holds no messages; ColumnError for tables without sender or content and
    for `groups` without ids; ChoiceError for a `salt` or `group_id` that cannot be used.
    """
    if not paths:
        raise InputError(
            "没有给出文件。请给出群消息导出文件的名字，例如 read_messages('g01.txt', group_id='g01')。"
        )
    if group_id is not None and not (
        isinstance(group_id, str) and 0 < len(group_id.strip()) <= _LONGEST_GROUP
    ):
        raise ChoiceError(f"group_id 要写成群编号这样的文字，最多 {_LONGEST_GROUP} 个字，例如 'g01'。")
    kept = _Kept(_checked_salt(salt), ids=None if groups is None else ids_of(groups, "groups"))
    if salt is None:
        kept.note(
            "",
            0,
            "成员代号只在这一次读入里通用：下次读入会换。要跨次认出同一个人，请给 salt= 一段自己保管的文字",
        )
    faults = [_fault(path, (group_id or "").strip(), kept) for path in _files(paths, kept)]
    if faults and all(faults):
        raise next(fault for fault in faults if fault)
    return _read(kept)


def _checked_salt(salt: str | None) -> str:
    if salt is None:
        return secrets.token_hex(16)
    if not isinstance(salt, str) or len(salt) < _SHORTEST_SALT:
        raise ChoiceError(
            f"salt 要写成至少 {_SHORTEST_SALT} 个字的文字，只有自己知道。也可以不给，每次随机。"
        )
    return salt


def _files(paths: Iterable[str | Path], kept: _Kept) -> Iterable[Path]:
    for given in paths:
        path = schema.as_path(given, "群消息")
        if path.is_dir():
            for inside in sorted(path.iterdir()):
                # Excel keeps a ~$ file beside an open one
                unfit = inside.stem.upper().startswith(("README", ".", "~$"))
                if inside.is_file() and tables.suffix_of(inside) in _SUFFIXES and not unfit:
                    yield inside
                else:
                    kept.files.append(tables.file_row(inside.name, format="", outcome="跳过"))
        elif path.is_file():
            yield path
        else:
            raise InputError(f"找不到文件 {given}。请核对文件名和所在的文件夹。")


def _fault(path: Path, group: str, kept: _Kept) -> InputError | ColumnError | None:
    """Take a file in, or reject it as a whole: what is wrong with it."""
    seen = len(kept.files)
    try:
        _take_file(path, group, kept)
    except (InputError, ColumnError) as error:
        del kept.files[seen:]
        suffix = tables.suffix_of(path)
        kept.files.append(tables.file_row(path.name, format=suffix[1:], rejected=1, outcome="没有读"))
        kept.reject(path.name, 1, str(error).removeprefix(f"{path.name}："))
        return error
    return None


def _take_file(path: Path, group: str, kept: _Kept) -> None:
    """One file's messages: as text where lines look like an export, else as tables."""
    before, lost = len(kept.places), len(kept.rejected)
    lines = _lines(path) if tables.suffix_of(path) not in tables.TABLE_SUFFIXES else None
    found = _headers(lines) if lines else {}
    if lines and found:
        said = _spoken(lines, found, path.name, kept)
        _keep(said, path.name, group or path.stem, kept)
        read, rejected = len(kept.places) - before, len(kept.rejected) - lost
        kept.files.append(tables.file_row(path.name, format="txt", read=read, rejected=rejected))
    else:
        _take_tables(path, group, kept)
    # an id of the groups that are given needs no note
    new = path.stem not in (kept.ids or {})
    if not group and new and any(key == path.stem for key in kept.columns["group_id"][before:]):
        why = "没有给群编号" if kept.ids is None else "群表里没有这个群编号或群名"
        kept.note(path.name, 0, f"{why}，用文件名「{path.stem}」当群编号。要改请给 group_id=")


def _lines(path: Path) -> list[str] | None:
    """The lines of a text file, None where it is none."""
    try:
        text = tables.decode(tables.read_bytes(path), path.name)[0]
    except InputError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@functools.cache
def _shapes(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Effect and pattern of each shape of a kind in the lexicon; <DAY> and <CLOCK> stand for a day and a time of day."""
    return tuple(
        (row["effect"], re.compile(row["pattern"].replace("<DAY>", _DAY).replace("<CLOCK>", _CLOCK)))
        for row in lexicons.rows("message-shapes")
        if row["kind"] == kind
    )


def _matched(kind: str, text: str) -> tuple[str, re.Match[str]] | None:
    """Effect and match of the first shape of a kind that a whole text has."""
    for effect, shape in _shapes(kind):
        if match := shape.fullmatch(text):
            return effect, match
    return None


# ---- text exports


# place to what begins a message there, and the day line above
_Headers = dict[int, tuple[re.Match[str], str]]


def _headers(lines: list[str]) -> _Headers:
    """The lines that begin a message, by place, with the day they stand under; all of the one shape that most have."""
    best: _Headers = {}
    for effect, shape in _shapes("header"):
        if effect == "timed" and best:
            break  # a line of the other shapes ends in a time too
        found: _Headers = {}
        day = ""
        for place, line in enumerate(lines):
            text = line.strip()
            if effect == "timed" and _is_day(text):
                day = text
            elif (":" in text or "：" in text) and ("body" in shape.groupindex or len(text) <= _LONGEST_LINE):
                match = shape.fullmatch(text)
                if match is not None:
                    found[place] = (match, day)
        # without a date only a member's number tells a header from talk
        if effect == "timed" and not any(day or match["id"] for match, day in found.values()):
            continue
        best = found if len(found) > len(best) else best
    return best


def _spoken(lines: list[str], found: _Headers, path: str, kept: _Kept) -> Iterable[_Said]:
    """The messages of a text export; a system line within one becomes a message of its own."""
    places = sorted(found)
    dated = any(day for _, day in found.values())
    if any(line.strip() and not _is_day(line) for line in lines[: places[0]]):
        kept.note(path, 1, f"第一条消息在第 {places[0] + 1} 行，它前面的几行没有当作消息")
    for place, after in zip(places, [*places[1:], len(lines)], strict=True):
        match, day = found[place]
        parts = match.groupdict()
        date = _matched("day", day)
        when = f"{date[1]['when']} {parts['when']}" if date else parts["when"]
        rest = [parts.get("body") or "", *lines[place + 1 : after]]
        own: list[tuple[int, str]] = []
        system: list[tuple[int, str]] = []
        for number, line in enumerate(rest):
            text = line.strip()
            if text and not (dated and _is_day(text)):
                apart = number > 1 or bool(own)
                (system if apart and _is_system(text) else own).append((number, text))
        who = (parts.get("id") or parts["name"]).strip()
        if own or not system:
            yield _Said(place + 1, when, who, "\n".join(text for _, text in own))
        for number, text in system:
            yield _Said(place + 1 + number, when, "", text)


def _is_day(line: str) -> bool:
    text = line.strip()
    return len(text) <= _LONGEST_LINE and _matched("day", text) is not None


def _is_system(text: str) -> bool:
    return len(text) <= _LONGEST_SYSTEM and _matched("system", text) is not None


# ---- tables


@functools.cache
def _heading_words() -> dict[str, str]:
    rows = lexicons.rows("message-shapes")
    return {row["pattern"]: row["effect"] for row in rows if row["kind"] == "heading"}


def _heads(header: Iterable[str], columns: list[list[Any]] | None = None) -> dict[str, int]:
    """What each known column of a header is, to its place: of a kind the first, of member ids the fullest."""
    places: dict[str, list[int]] = {}
    for place, head in enumerate(header):
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(head))).lower().strip("*:")
        if name := _heading_words().get(plain):
            places.setdefault(name, []).append(place)
    found = {name: these[0] for name, these in places.items()}
    if columns and "member" in found:
        filled = [sum(_cell(cell) != "" for cell in columns[place]) for place in places["member"]]
        found["member"] = places["member"][filled.index(max(filled))]
    return found


def _is_header(header: list[str]) -> bool:
    heads = set(_heads(header))
    return bool(heads & {"name", "sender", "member"}) and bool(heads & {"content", "type"})


def _opened(path: Path) -> list[tables.Table] | None:
    """The tables of a file, None where it cannot be read: what the reader says of it may quote it."""
    try:
        return tables.open_tables(path, is_header=_is_header)
    except (InputError, ValueError, OSError):
        return None


def _take_tables(path: Path, group: str, kept: _Kept) -> None:
    found = _opened(path)
    if found is None:
        raise InputError(
            f"{path.name}：读不出群消息。请用 CSV、xlsx 或文本的导出，文本里每条消息前要有昵称和时间，"
            "例如：昵称 2026-09-01 20:13:11。"
        )
    read = 0
    for number, table in enumerate(found, start=1):
        # a sheet's name may be a person's
        label = path.name if len(found) == 1 else f"{path.name}〔第 {number} 张表〕"
        if table.header and table.headed and _is_header(table.header):
            read += 1
            _take_table(table, label, group or path.stem, bool(group), kept)
        else:
            kept.files.append(tables.file_row(label, format=table.format, outcome="没有读"))
    if not read:
        raise ColumnError(
            f"{path.name}：找不到发送人和内容这两列，也不像文本导出。表头请写：时间、发送人、内容。"
            "文本里每条消息前要有昵称和时间，例如：昵称 2026-09-01 20:13:11。"
        )


def _take_table(table: tables.Table, label: str, group: str, fixed: bool, kept: _Kept) -> None:
    heads = _heads(table.header, table.columns)
    captions = {
        **{"group_id": "群编号", "group_name": "群编号", "time": "时间", "day": "时间"},
        **dict.fromkeys(("name", "sender", "member"), "成员（代号）"),
        **{"content": "只用来分类", "type": "消息种类"},
    }
    taken = {place: name for name, place in heads.items()}
    for place, head in enumerate(table.header):
        name = taken.get(place, "")
        # a heading that is not known may be a message where a file has none
        shown = head if name else f"第 {place + 1} 列"
        row = (label, shown, name, captions.get(name, ""))
        kept.headers.append(dict(zip(tables.COLUMN_COLUMNS, row, strict=True)))
    for entry in table.rejected:
        kept.reject(label, entry["row"], "这一行的格数和表头对不上，或者读不出")
    if table.encoding not in ("", "utf-8", "utf-8-sig"):
        kept.note(label, 1, f"按 {table.encoding} 编码读入")
    before, lost = len(kept.places), len(kept.rejected)
    _keep(_told(table, heads, fixed), label, group, kept)
    about = functools.partial(tables.file_row, label, format=table.format, encoding=table.encoding)
    rejected = len(table.rejected) + len(kept.rejected) - lost
    kept.files.append(about(read=len(kept.places) - before, rejected=rejected))


def _told(table: tables.Table, heads: dict[str, int], fixed: bool) -> Iterable[_Said]:
    blank = [""] * len(table.row_numbers)
    cells = {name: table.columns[place] for name, place in heads.items()}

    def column(name: str) -> list[Any]:
        return cells.get(name, blank)

    groups = column("group_id" if "group_id" in cells else "group_name")
    for place, row in enumerate(table.row_numbers):
        when = _moment(column("day")[place], column("time")[place])
        # `sender` is an id in some exports and a nickname in others
        member, sender, name = (_cell(column(kind)[place]) for kind in ("member", "sender", "name"))
        group = "" if fixed else _cell(groups[place])
        text = _cell(column("content")[place])
        yield _Said(int(row), when, member or sender or name, text, _cell(column("type")[place]), group)


def _moment(day: Any, when: Any) -> Any:
    """A day and a time of day from two cells as one; a time that has its day stays."""
    if day == "" or isinstance(when, dt.datetime) or _PLAIN.fullmatch(str(when)):
        return when
    date = day.date() if isinstance(day, dt.datetime) else day
    return f"{date} {when}".strip()


def _cell(value: Any) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text.strip()


# ---- what is kept of a message


def _keep(said: Iterable[_Said], path: str, group: str, kept: _Kept) -> None:
    columns = kept.columns
    # for this call only: no text outlives it
    sort = functools.lru_cache(maxsize=20_000)(sort_message)
    for one in said:
        place = kept.group_of(one.group or group)
        hint = _matched("type", one.type.lower()) if 0 < len(one.type) <= _LONGEST_LINE else None
        nobody = not one.who or (len(one.who) <= _LONGEST_LINE and _matched("nobody", one.who) is not None)
        kind, promotion, junk = sort(one.text)
        if hint and (kind == "text" or hint[0] in ("media", "red_packet", "system")):
            kind = hint[0]
        reason = ""
        if len(place) > _LONGEST_GROUP:
            reason = "群编号太长，不像群编号"
        elif not one.text and (not hint or kind in ("text", "system")):
            reason = "没有内容"
        elif nobody and kind != "system":
            reason = "没有发送人"
        if reason:
            kept.reject(path, one.row, reason)
            continue
        joined, left = _moved(one.text) if kind == "system" else (0, 0)
        plain = kind in ("text", "link")
        columns["group_id"].append(place)
        columns["sent_at"].append(_iso(one.when))
        columns["member"].append("" if kind == "system" else kept.stand_in(one.who))
        columns["message_kind"].append(kind)
        columns["length"].append(len(one.text))
        columns["is_promotion"].append(promotion and plain)
        columns["is_junk"].append(junk and plain)
        columns["joined"].append(joined)
        columns["left"].append(left)
        kept.places.append((path, one.row))
        kept.prints.append(hash(one.text) if plain and len(one.text) >= _FLOOD_LENGTH else 0)


def _iso(when: Any) -> Any:
    """The commonest ways of writing a time as the one that is read at once."""
    match = _PLAIN.fullmatch(when) if isinstance(when, str) and len(when) <= _LONGEST_LINE else None
    if match is None:
        return when
    year, month, day, hour, minute, second = match.groups(default="00")
    return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}:{second}"


def _moved(text: str) -> tuple[int, int]:
    """How many came in and how many went by a system line."""
    found = _matched("system", text) if len(text) <= _LONGEST_SYSTEM else None
    if found is None or not found[0]:
        return 0, 0
    number = len(schema.as_list(found[1].groupdict().get("who") or "")) or 1
    return (number, 0) if found[0] == "joined" else (0, number)


def sort_message(text: str) -> tuple[str, bool, bool]:
    """What kind of message a text is (text, media, link, red_packet, system), whether it is promotion, or junk.

    Promotion offers something for sale; junk is what serves nobody in the group: adverts of strangers, begging for
    votes and bargains, chain letters, runs of one character. What is junk is no promotion. Each flag is a sum of
    points of the lexicon `message-cues` against a bar of `group-health`.

    >>> sort_message("石榴 5 斤 39.9 元，今晚截单"), sort_message("帮我砍一刀"), sort_message("[图片]")
    (('text', True, False), ('text', False, True), ('media', False, False))
    """
    text = text.strip()
    kind = next(
        (
            kind
            for kind in ("system", "red_packet", "link", "media")
            if _matched(kind, text[:_LONGEST_SYSTEM])
        ),
        "text",
    )
    if kind not in ("text", "link"):
        return kind, False, False
    folded = unicodedata.normalize("NFKC", text[:_LONGEST_TEXT])
    if _points("junk", folded) >= figure("junk_bar"):
        return kind, False, True
    return kind, _points("promotion", folded) >= figure("promotion_bar"), False


@functools.cache
def _cues(kind: str) -> tuple[tuple[int, Callable[[str], Any]], ...]:
    return tuple(
        (int(row["points"]), re.compile(row["pattern"], re.IGNORECASE).search)
        for row in lexicons.rows("message-cues")
        if row["kind"] == kind
    )


def _points(kind: str, text: str) -> int:
    return sum(points for points, search in _cues(kind) if search(text))


def _read(kept: _Kept) -> Read:
    index = pd.RangeIndex(len(kept.places))
    times, troubles = tables.convert(kept.columns["sent_at"], "time", index)
    frame = schema.check(pd.DataFrame({**kept.columns, "sent_at": times}, index=index), MESSAGES)
    for place, _ in troubles:
        path, row = kept.places[place]
        kept.note(path, row, "时间读不出，按空白处理")
    blank = Counter(
        path
        for (path, _), when in zip(kept.places, kept.columns["sent_at"], strict=True)
        if schema.is_missing(when) or not str(when).strip()
    )
    for path, number in blank.items():
        kept.note(path, 0, f"有 {number} 条消息没有时间，算不进哪一天")
    return Read(
        frame.assign(is_junk=frame["is_junk"] | _floods(frame, kept.prints)),
        pd.DataFrame(kept.rejected, columns=tables.REJECTED_COLUMNS),
        frame[["group_id"]].copy(),
        pd.DataFrame(kept.notes, columns=tables.NOTE_COLUMNS),
        pd.DataFrame(kept.headers, columns=tables.COLUMN_COLUMNS),
        pd.DataFrame(kept.files, columns=tables.FILE_COLUMNS),
    )


def _floods(frame: pd.DataFrame, prints: list[int]) -> pd.Series[Any]:
    """Which messages say for the third time and more what their member has said that day; promotion is none."""
    said = np.asarray(prints, dtype="int64")
    keys = [frame["group_id"], frame["member"], frame["sent_at"].dt.date, pd.Series(said, index=frame.index)]
    often = frame.groupby(keys, dropna=False).cumcount() >= int(figure("flood")) - 1
    return often & (said != 0) & ~frame["is_promotion"] & frame["sent_at"].notna()


# ---- messages as totals of days


def message_days(
    messages: pd.DataFrame,
    *,
    members: Mapping[str, int] | pd.DataFrame | None = None,
    start: dt.date | str | None = None,
    until: dt.date | str | None = None,
) -> pd.DataFrame:
    """GROUP_DAYS from MESSAGES: for each group every day from its first message to its last, silent days too.

    `start` and `until` say from when to when the export reaches, where that is more than its first and last message:
    only then are silent days before and after known. `members` (group to number, or GROUPS) is the number today; it
    stands on every day, and is missing where not given, as are orders, visits and revenue. With GROUPS a group that is
    called by its name gets its id, as in `read_messages`. `active` counts different members who wrote, `messages`
    leaves system lines out, `answered` counts promotions after which another member wrote something that is neither
    promotion nor junk within two hours (lexicon `group-health`). `joined` and `left` are missing where the group's
    export shows no such line at all. Messages without a time belong to no day and are left out. Empty input gives an
    empty frame.

    Raises ColumnError for frames that lack a column, ChoiceError for `members` that are no numbers, for a `start` or
    `until` that is no day, and for more than ten years of a group.

    >>> said = {"group_id": ["a", "a"], "sent_at": ["2026-09-01 20:00", "2026-09-03 20:00"], "member": ["x", "y"]}
    >>> kinds = {"message_kind": "text", "length": 5, "is_promotion": [True, False], "is_junk": False}
    >>> message_days(pd.DataFrame({**said, **kinds}))[["messages", "promotions", "answered"]].values.tolist()
    [[1, 1, 0], [0, 0, 0], [1, 0, 0]]
    """
    known = schema.check(messages, MESSAGES)
    known = known[known["sent_at"].notna()].sort_values("sent_at", kind="stable")
    sizes = sizes_of(members)
    if isinstance(members, pd.DataFrame):
        ids = ids_of(members, "members")
        known = known.assign(group_id=known["group_id"].map(lambda called: id_of(called, ids)))
    first, last = (
        None if day is None else checked_day(day, name) for day, name in ((start, "start"), (until, "until"))
    )
    frames = [GROUP_DAYS.empty()]
    for group, part in known.groupby("group_id", sort=False):
        days = part["sent_at"].dt.date
        inside = part[(days >= (first or days.min())) & (days <= (last or days.max()))]
        span = days_between(first or days.min(), last or days.max())
        frames.append(day_totals(inside, span).assign(group_id=group, members=sizes.get(str(group))))
    frames = frames[1:] or frames
    return schema.check(pd.concat(frames, ignore_index=True), GROUP_DAYS)[GROUP_DAYS.names]
