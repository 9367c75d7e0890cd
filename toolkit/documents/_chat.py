"""A chat as it is pasted or exported: the lines that begin a message, who says it, and what is said."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from toolkit import lexicons, tables
from toolkit.schema import InputError, checked_moment, pseudonym, shown_value

# a name of 40, a day and a time of day; like the next, it also bounds the time that a pattern can take
_LONGEST_HEADER = 120
_LONGEST_MARK = 600  # a system line may name some dozens of people who were invited

_WEEKDAY = r"(?:星期|周)[一二三四五六日天]"
_YMD = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
# a computer set to English writes month/day/year
_FULL_DAY = rf"(?:{_YMD}(?:\s*{_WEEKDAY})?|\d{{1,2}}/\d{{1,2}}/(?:20)?\d\d(?=\s+\S+\s*[AaPp][Mm]))"
DAY = rf"(?:{_FULL_DAY}|\d{{1,2}}\s*[-/月]\s*\d{{1,2}}\s*日?|今天|昨天|前天|{_WEEKDAY})"
CLOCK = r"(?:凌晨|早上|上午|中午|下午|晚上)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm])?"
BETWEEN = r"(?:\s+|(?<=[日天一二三四五六])\s*)"
# what begins a message: name, day and time; name and time; a name with a colon, alone or before the message. The 40
# and 20 bound a name: with remark and door number it stays below 40, and before a colon a longer text is a sentence
_DATED = re.compile(rf"(?P<name>\S.{{0,39}}?)(?P<gap>\s+)(?P<day>{DAY}){BETWEEN}(?P<clock>{CLOCK})")
_TIMED = re.compile(rf"(?P<name>\S[^，。！？；]{{0,39}}?)(?P<gap>\s+)(?P<clock>{CLOCK})")
_CALLED = r"(?P<name>[^:：，。！？；、,!?;「」【】《》\[\]<>{}]{1,20})(?P<gap>[:：])(?!//)"
_ALONE = re.compile(_CALLED)
SPOKEN = re.compile(rf"{_CALLED}\s*(?P<body>.*)", re.DOTALL)
# day and time of a header that nothing but an app writes
_EXACT = re.compile(rf"(?:{_YMD}|\d/\d+/\d+)(?:\s*{_WEEKDAY})?\s+\S*?\d[:：]\d\d(?:[:：]\d\d|\s*[AaPp][Mm])")
_WORD_BEGINS, _WORD_ENDS = r"(?<![A-Za-z0-9](?=[A-Za-z0-9]))", r"(?!(?<=[A-Za-z0-9])[A-Za-z0-9])"
# an entry of a sign-up list begins with a name; those that are hidden already are left
_ENTRY = re.compile(
    r"^([^\S\n]*\d{1,3}[^\S\n]*[.、．)）][^\S\n]*)(?!成员-|群友\d)([^\s,，:：]+)", re.MULTILINE
)
_NO_NAME = re.compile(rf"[\d\s./:：\-]+|.*[:：]|{DAY}")
_DATE_LINE = re.compile(rf"(?:(?P<day>{DAY})\s*)?(?P<clock>{CLOCK})?")

_URL_TEXT = r"https?://[^\s<>\"'，。；！？、（）【】「」《》\u4e00-\u9fff\U0001f300-\U0001faff]+"
LINK = re.compile(
    rf"(?i)\[(?P<text>[^\[\]]*)\]\((?P<address>https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)|(?P<url>{_URL_TEXT})"
)
# markdown's own line is of three, and the app's under a quoted message has gaps
CUT = re.compile(r"\s*[-=_*—─]{5,}\s*")


@functools.cache
def shapes_of(kind: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of this kind in the lexicon paste-shapes; <TIME> in them stands for a date with or without a time."""
    parts = {"<TIME>": rf"{_YMD}(?:\s*{CLOCK})?", "<DAY>": _FULL_DAY, "<CLOCK>": CLOCK}
    rows = [row for row in lexicons.rows("paste-shapes") if row["kind"] == kind]
    return tuple(re.compile(re.sub("<[A-Z]+>", lambda part: parts[part[0]], row["pattern"])) for row in rows)


def match_of(kind: str, text: str) -> re.Match[str] | None:
    """The first shape of this kind that a whole text has."""
    if len(text) > _LONGEST_MARK:
        return None
    return next(filter(None, (shape.fullmatch(text) for shape in shapes_of(kind))), None)


Headers = dict[int, re.Match[str]]
_Message = tuple[int, str, str, list[str]]  # line, speaker and time as they stand, text


def stamped(lines: list[str]) -> Headers:
    """The headers with names and times, empty where these make no chat but a timetable or an article's byline."""
    for shape in shapes_of("line"):
        found = {place: match for place, match in headers(lines, shape).items() if _EXACT.search(match[0])}
        if len(found) * 2 > len(filled(lines)):
            return found
    found = headers(lines, _DATED)
    exact = any(_EXACT.search(match[0]) for match in found.values())
    # with words in front, fewer are an article's date, as is one for each of several articles
    cuts = sum(bool(CUT.fullmatch(line)) for line in lines)
    many = len(found) > (0 if exact else 2) and (not cuts or len(found) > cuts + 1)
    if found and (exact or _is_answered(lines, found)) and (many or _begins(lines, found)):
        return found
    found = headers(lines, _TIMED)
    dated = any((date := date_line(line)) and date["day"] for line in lines[: min(found, default=0)])
    return found if dated and _begins(lines, found) and _is_answered(lines, found) else {}


def spoken(lines: list[str]) -> Headers:
    """The headers of names with a colon, empty where these make no chat but an interview or a list of facts or links."""
    headed = any(match_of("heading", line.strip()) for line in lines)
    for shape in (_ALONE, SPOKEN):
        found = headers(lines, shape)
        names = Counter(match["name"].strip() for match in found.values())
        twice = sum(number > 1 for number in names.values())
        if shape is _ALONE:
            # the app's own colon is the narrow one; headings have the wide one, and do not come twice
            narrow = {match["gap"] for match in found.values()} == {":"}
            below = [line for place in found for line in lines[place + 1 : place + 2]]
            titles = all(LINK.match(line.strip()) for line in below)
            sure = len(names) > 1 and (twice > 0 or (narrow and not titles)) and _is_answered(lines, found)
        else:
            # an account, a title and a link behind it are no speech
            told = sum(not re.search(".https?://", match["body"]) for match in found.values())
            sure = twice > 1 and told * 2 > len(filled(lines))
        if found and (sure or headed) and _begins(lines, found):
            return found
    return {}


def headers(lines: list[str], shape: re.Pattern[str]) -> Headers:
    """The lines of one shape. An app writes all of them alike: another gap before the time is talk (集合 8:30)."""
    found: Headers = {}
    gap = ""
    for place, line in enumerate(lines):
        text = line.strip()
        short = "body" in shape.groupindex or len(text) <= _LONGEST_HEADER
        match = shape.fullmatch(text) if short else None
        if not match or _is_mark(text) or match_of("meta", text) or match_of("label", match["name"].strip()):
            continue
        # a number is a name where nothing else can stand
        number = match["name"].strip()[:1].isdigit() and _EXACT.search(match[0])
        if _NO_NAME.fullmatch(match["name"].strip()) and not number:
            continue
        gap = gap or match.groupdict().get("gap", "")
        if shape is not _TIMED or match["gap"] == gap:
            found[place] = match
    return found


def filled(lines: list[str]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.strip() and not _is_mark(line)]


def _begins(lines: list[str], found: Headers) -> bool:
    """Whether the first line that belongs to a speaker is a header: an article has its title there."""
    return any(place in found for place in filled(lines)[:1])


def _is_answered(lines: list[str], found: Headers) -> bool:
    """Whether at least half of the headers have a message below; those of a timetable have not."""
    spoken = sum(place + 1 < len(lines) and place + 1 not in found for place in found)
    return spoken * 2 >= len(found)


def _is_mark(line: str) -> bool:
    """Whether a line belongs to the chat and to no speaker: a date, a heading, a system line."""
    text = line.strip()
    return bool(match_of("system", text) or match_of("heading", text) or date_line(text))


def date_line(line: str) -> re.Match[str] | None:
    text = line.strip("—–-─= \t\u3000")
    return _DATE_LINE.fullmatch(text) if 0 < len(text) <= _LONGEST_HEADER else None


def messages_in(lines: list[str], found: Headers) -> tuple[list[_Message], list[tuple[int, str]]]:
    """The messages in order, and the other lines that were passed over, each with its number."""
    day, clock = "", ""
    passed: list[tuple[int, str]] = []
    messages: list[_Message] = []
    for place, line in enumerate(lines):
        if place in found:
            own = found[place].groupdict()
            when = re.sub(r"^(\d\d?)/(\d\d?)/(?:20)?(\d\d)$", r"20\3/\1/\2", own.get("day") or day)
            when = f"{when} {own.get('clock') or clock}".strip()
            messages.append((place + 1, own["name"].strip(), when, [own.get("body") or ""]))
        elif match_of("system", line.strip()) or (not messages and match_of("heading", line.strip())):
            passed.append((place + 1, line.strip()))
        elif (date := date_line(line)) and place - 1 not in found:
            day, clock = date["day"] or "", date["clock"] or ""
            passed.append((place + 1, line.strip()))
        elif messages:
            messages[-1][3].append(line.rstrip())
        elif line.strip():
            messages.append((place + 1, "", "", [line.rstrip()]))
    return messages, passed


def hider(
    speakers: set[str], *, stand_in: Callable[[str], str] = pseudonym, called_also: set[str] | None = None
) -> Callable[[str], tuple[str, int]]:
    """What puts stand-ins where a message names a speaker or calls someone, and tells how many.

    `called_also` are further names to hide, as given.
    """
    known = []
    for name in sorted(speakers | (called_also or set()), key=lambda name: (-len(name), name)):
        # 果 and 12 are names only where someone is called so, and Li is not to be found in Like
        brief = len(name) == 1 or (len(name) < 5 and name.isdigit())
        before, after = (r"(?<=[@「])", r"(?=[\s:：]|$)") if brief else (_WORD_BEGINS, _WORD_ENDS)
        known.append(before + re.escape(name) + after)
    called = re.compile(
        # the app's own marks: a quoted message above a broken line or behind 引用, a mention closed by a blank
        r"(?<=「)[^「」:：\n]{1,40}(?=[:：][^「」]*」\s*\n\s*-(?: -)+)"
        r"|(?:(?<=引用)|(?<=引用\s))(?!\s)[^\n:：「」]{1,40}?(?=\s*的消息\s*(?:[:：]|\n|$))"
        rf"|{'|'.join(known) or '(?!)'}"
        r"|(?<=(?<![A-Za-z0-9._-])@)(?!所有人)[^\s@，。！？、：:,;；]{1,40}(?=[\s，。！？、：:,;；]|$)",
        re.IGNORECASE,
    )
    written = {name.casefold(): name for name in speakers}

    def stand(match: re.Match[str]) -> str:
        before, name = match.groups() or ("", match[0].strip())
        return before + stand_in(written.get(name.casefold(), name))

    def hide(text: str) -> tuple[str, int]:
        text, number = called.subn(stand, text)
        text, entries = _ENTRY.subn(stand, text) if re.search(r"[#＃]\s*接龙", text) else (text, 0)
        return text, number + entries

    return hide


# ---- the chat as a whole


class Said(NamedTuple):
    """A message as it stands in a chat, names and all: for rooms that mask it, never to be shown as it is."""

    row: int
    name: str
    sent_at: pd.Timestamp
    text: str
    also: str = ""  # a number or id behind the name


class Chat(NamedTuple):
    """A pasted chat: its messages in order, the lines that no speaker said, and what else is to be known."""

    said: list[Said]
    passed: list[tuple[int, str]]
    notes: list[str]


def read_chat(text: str, *, now: dt.datetime | None = None) -> Chat:
    """The messages of a pasted chat with speaker, time and row (the line where each begins); names are in clear.

    Every shape that `read_text` takes for a chat, the text exports of `read_messages` (lexicon `message-shapes`), and
    cells with a header row (时间、发送人、内容). Times without a year need `now`; those that cannot be read are missing, with
    a note. Blank text gives a chat without messages.

    Raises InputError for what is no text and for text without the shape of a chat; its words quote nothing of it.

    >>> [said[1] for said in read_chat("王老师 2026/9/14 20:15:33\\n石榴到了\\n\\n李四 2026/9/14 20:16:02\\n来两斤").said]
    ['王老师', '李四']
    """
    if not isinstance(text, str):
        raise InputError(f"聊天记录要一段粘贴的文字（现在是 {shown_value(text)}）。")
    now = None if now is None else checked_moment(now, "now")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    if not any(line.strip() for line in lines):
        return Chat([], [], [])
    found = _cells(lines) or _by_lines(lines)
    if not found or not found[0]:
        raise InputError(
            "这段文字认不出是聊天记录。请从微信里多选消息复制，或合并转发后复制；每条消息前要有昵称和时间，"
            "例如：昵称 2026-09-01 20:13:11，下一行是内容。"
        )
    raw, passed = found
    times, troubles = tables.convert([row[2] for row in raw], "time", pd.RangeIndex(len(raw)), now=now)
    blank = sum(not when for _, _, when, _, _ in raw)
    notes = []
    if troubles or blank:
        notes.append(f"{len(troubles) + blank} 条消息的时间读不出或没有写，按没有时间处理。")
    said = [
        Said(row, name, when, body, also)
        for (row, name, _, body, also), when in zip(raw, times, strict=True)
        if name and not _is_notice(name, body)
    ]
    passed += [(row, body) for row, name, _, body, _ in raw if body and (not name or _is_notice(name, body))]
    return Chat(said, sorted(passed), notes)


@functools.cache
def _notices(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"]) for row in lexicons.rows("message-shapes") if row["kind"] == kind)


def _is_notice(name: str, body: str) -> bool:
    """Whether the app says this and no member: 系统消息 as the sender, or the text of a system line."""
    if any(shape.fullmatch(name) for shape in _notices("nobody")):
        return True
    short = 0 < len(body) <= _LONGEST_MARK and "\n" not in body
    return short and any(shape.fullmatch(body) for shape in _notices("system"))


_Raw = tuple[int, str, str, str, str]  # row, name, time as it stands, text, id


def _by_lines(lines: list[str]) -> tuple[list[_Raw], list[tuple[int, str]]]:
    """Messages and other lines, by the shape that finds more messages: that of pasted chats or of exports."""
    pasted, exported = stamped(lines) or spoken(lines), _exported(lines)
    found = exported if len(exported) > len(pasted) else pasted
    messages, passed = messages_in(lines, found) if found else ([], [])
    ids = {place + 1: match.groupdict().get("id") or "" for place, match in found.items()}
    return [
        (row, name, when, "\n".join(said).strip(), ids.get(row, "")) for row, name, when, said in messages
    ], passed


@functools.cache
def _export_shapes() -> tuple[re.Pattern[str], ...]:
    """The headers of text exports, their day and time of day as groups."""
    day = DAY.replace("(?P", "(?:")
    return tuple(
        re.compile(
            row["pattern"]
            .replace("(?P<when><DAY>", f"(?P<day>{day})(?:(?P<clock>", 1)
            .replace("(?P<when><CLOCK>)", f"(?P<clock>{CLOCK})")
            .replace("<CLOCK>)", f"{CLOCK}))")
        )
        for row in lexicons.rows("message-shapes")
        if row["kind"] == "header"
    )


def _exported(lines: list[str]) -> Headers:
    """The headers of a text export, all of the one shape that most have; without a date a member's number tells them."""
    best: Headers = {}
    dated = any((date := date_line(line)) and date["day"] for line in lines)
    for shape in _export_shapes():
        timed = "day" not in shape.groupindex
        found: Headers = {}
        for place, line in enumerate(lines):
            text = line.strip()
            if (":" in text or "：" in text) and ("body" in shape.groupindex or len(text) <= _LONGEST_HEADER):
                match = shape.fullmatch(text)
                if match is not None and not _is_mark(text):
                    found[place] = match
        if timed and not any(dated or match["id"] for match in found.values()):
            continue
        if len(found) > len(best) and not (timed and best):
            best = found
    return best


def _cells(lines: list[str]) -> tuple[list[_Raw], list[tuple[int, str]]] | None:
    """The messages of cells copied from a sheet, None where the first line is no header of names and contents."""
    words = {
        row["pattern"]: row["effect"] for row in lexicons.rows("message-shapes") if row["kind"] == "heading"
    }
    first = next(line for line in lines if line.strip())
    split = "\t" if "\t" in first else ","
    heads = [words.get(re.sub(r"\s", "", head).lower().strip('*:："'), "") for head in first.split(split)]
    if "content" not in heads or not {"name", "sender", "member"} & set(heads):
        return None
    table = tables.table_of_lines(lines, "粘贴的文字")
    cells: dict[str, list[Any]] = {}
    for head, column in zip(heads, table.columns, strict=False):
        cells.setdefault(head, list(column))
    size = len(table.row_numbers)
    blank: list[Any] = [""] * size
    who = next(cells[name] for name in ("name", "sender", "member") if name in cells)
    days, clocks = cells.get("day", blank), cells.get("time", blank)
    raw = [
        (
            row,
            str(name or "").strip(),
            f"{day or ''} {clock or ''}".strip(),
            str(said or "").strip(),
            str(also or ""),
        )
        for row, name, day, clock, said, also in zip(
            table.row_numbers, who, days, clocks, cells["content"], cells.get("member", blank), strict=True
        )
    ]
    return raw, [(entry["row"], "这一行的格数和表头对不上") for entry in table.rejected]
