"""Pasted text, told apart by its shape: a copied table, a WeChat chat, a list of links, or articles."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from toolkit import lexicons, tables
from toolkit.documents._chrome import clean_lines, cleaning_note
from toolkit.documents._gather import Asked, Basket, Record
from toolkit.documents._texts import LONGEST_TITLE, plain_text
from toolkit.schema import DOCUMENTS, InputError, Read, checked_moment, pseudonym

LABEL = "粘贴的文字"
CHAT_CHANNEL = "群聊"
# what an app shares as a title may be a short post with its tags
LONGEST_LINK_TITLE = 120
_LONGEST_MARK = 600

_WEEKDAY = r"(?:星期|周)[一二三四五六日天]"
_YMD = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_DAY = rf"(?:{_YMD}(?:\s*{_WEEKDAY})?|\d{{1,2}}\s*[-/月]\s*\d{{1,2}}\s*日?|今天|昨天|前天|{_WEEKDAY})"
_CLOCK = r"(?:凌晨|早上|上午|中午|下午|晚上)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm])?"
_BETWEEN = r"(?:\s+|(?<=[日天一二三四五六])\s*)"
# a header of a copied message: name and time, time and name, or a name with a colon
_DATED = re.compile(rf"(?P<name>\S.{{0,39}}?)(?P<gap>\s+)(?P<day>{_DAY}){_BETWEEN}(?P<clock>{_CLOCK})")
_FIRST = re.compile(rf"(?P<day>{_YMD})(?P<gap>\s+)(?P<clock>\d{{1,2}}:\d\d:\d\d)\s+(?P<name>\S.{{0,39}})")
_TIMED = re.compile(rf"(?P<name>\S[^，。！？；]{{0,39}}?)(?P<gap>\s+)(?P<clock>{_CLOCK})")
_SPOKEN = re.compile(
    r"(?P<name>[^:：，。！？；、,!?;「」【】《》\[\]<>{}]{1,20})[:：]\s*(?P<body>.*)", re.DOTALL
)
_NO_NAME = re.compile(rf"[\d\s./:：\-]+|.*[:：]|{_DAY}|https?|ftp")
_DATE_LINE = re.compile(rf"[—–\-─=\s]*(?P<day>{_DAY})?\s*(?P<clock>{_CLOCK})?[—–\-─=\s]*")
# on a phone several copied messages have the time on a line of its own under the name
_PHONE_TIME = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日\s+\d{1,2}:\d{2}")

_URL_TEXT = r"https?://[^\s<>\"'，。；！？、（）【】「」《》\u4e00-\u9fff\U0001f300-\U0001faff]+"
_URL = re.compile(_URL_TEXT, re.IGNORECASE)
_LINK = re.compile(
    rf"\[(?P<text>[^\[\]]*)\]\((?P<address>https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)|(?P<url>{_URL_TEXT})",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"(?:[（(]?\d{1,3}[）)]|\d{1,3}[.、](?!\d)|[-*•·●]|>)\s*")
_EDGES = " \t\u3000-–—:：|｜>→👉，,"

_CUT = re.compile(r"\s*(?:[-=_*—─]\s*){5,}")
_BYLINE = re.compile(
    rf"(?:原创\s*)?(?P<who>[^，。！？；：:]{{0,40}}?)\s*(?:(?:发布|发表|更新|编辑)(?:于|时间[:：]?))?\s*"
    rf"(?P<when>{_YMD}(?:\s*{_CLOCK}(?:\s+\S{{1,12}})?)?)(?:\s+\d+人.{{0,8}})?"
)
_ORIGINAL = re.compile(r"原创(?P<who>(?:\s+\S{1,20}){0,3})")
_FROM = re.compile(r"(?:文章|内容)?(?:来源|公众号|账号)\s*[:：]\s*(?P<who>.{1,40})")
_OTHER_META = re.compile(
    r"(?:作者|编辑|责编|文|撰文)\s*[:：]\s*.{1,30}|(?:发表于|发布于|IP属地)\s*[:：]?\s*\S{1,8}"
    r"|(?:(?:阅读|浏览|播放|点赞|在看|评论|收藏|转发|分享)[量数]?\s*[:：]?\s*[\d.,]+\s*[万亿wWkK]?\+?\s*)+"
)


def read_text(text: str, *, source: str = "", now: dt.datetime | None = None) -> Read:
    """Documents from pasted text: articles, a list of links with titles, a copied chat, or cells from a sheet.

    *Chat*: each message is a document in the channel 群聊 (or `source`, as the group's name); its `source` is the
    speaker's pseudonym, which also stands for the name inside messages; system lines and pictures are counted in a
    note. *Links*: title and url, the account where it is stated. *Articles*: title, body, and source and time from
    the lines under the title; a line of ----- or three blank lines part them. `source` goes before what links and
    articles say. *Cells*: as in a file, a header row with a title or body column.

    Times without a year or a day need `now`. What is not in `frame` is in `rejected` or in `notes`, with its line as
    the row; blank text gives an empty frame with a note. The same text has the same ids each time.

    Raises InputError when `text` is no text.

    >>> read = read_text("王老师 2026/9/14 20:15:33\\n石榴到了\\n\\n李四 2026/9/14 20:16:02\\n@王老师 来两斤")
    >>> read.frame["body"].tolist() == ["石榴到了", f"@{pseudonym('王老师')} 来两斤"]
    True
    >>> read_text("石榴怎么挑 https://a.cn/1").frame[["title", "url"]].values.tolist()
    [['石榴怎么挑', 'https://a.cn/1']]
    """
    if not isinstance(text, str):
        raise InputError(
            f"read_text 要的是一段文字（现在是 {type(text).__name__}）。读文件请用 read_documents。"
        )
    asked = Asked(source=source, now=None if now is None else checked_moment(now, "now"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    basket = Basket()
    ways: tuple[Callable[[list[str], Basket, Asked], bool], ...] = (
        _take_table,
        _take_stamped_chat,
        _take_links,
        _take_spoken_chat,
        _take_articles,
    )
    if not any(line.strip() for line in lines):
        basket.note(LABEL, 0, "没有粘贴任何文字")
    else:
        next(way for way in ways if way(lines, basket, asked))
    return basket.read()


def _add(basket: Basket, found: list[tuple[int, Record]], asked: Asked, kind: str) -> None:
    """Take records in, each with the number of the line where it begins."""
    rejected, notes = len(basket.rejected), len(basket.notes)
    records = (replace(record, source=asked.source or record.source) for _, record in found)
    taken = basket.add_records(records, LABEL, asked)
    for entry in [*basket.rejected[rejected:], *basket.notes[notes:]]:
        entry["row"] = found[entry["row"] - 1][0]
    _add_file(basket, kind, taken)


def _add_file(basket: Basket, kind: str, taken: int) -> None:
    values = (LABEL, kind, "", taken, len(basket.rejected), "已读")
    basket.files.append(dict(zip(tables.FILE_COLUMNS, values, strict=True)))


@functools.cache
def _shapes(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"]) for row in lexicons.rows("paste-shapes") if row["kind"] == kind)


def _is(kind: str, line: str) -> bool:
    """Whether a whole line has one of the shapes of this kind (the lexicon paste-shapes)."""
    text = line.strip()
    return len(text) <= _LONGEST_MARK and any(shape.fullmatch(text) for shape in _shapes(kind))


# ---- a table copied from a sheet


def _take_table(lines: list[str], basket: Basket, asked: Asked) -> bool:
    from toolkit.documents._files import take_table

    first = next(line for line in lines if line.strip())
    aliases = lexicons.header_aliases()
    heads = [head.strip() for head in first.split("\t")]
    known = tables.map_columns(heads, DOCUMENTS, aliases=aliases)
    if len(heads) < 2 or not {"title", "body"} & set(known.values()):
        return False
    table = tables.table_of_lines(lines, LABEL)
    mapping = tables.map_columns(table.header, DOCUMENTS, aliases=aliases)
    basket.rejected += table.rejected
    basket.notes += table.notes
    for head in table.header:
        column = mapping.get(head, "")
        caption = DOCUMENTS.captions.get(column, "")
        basket.columns.append({"path": LABEL, "header": head, "column": column, "caption": caption})
    _add_file(basket, "table", take_table(table, mapping, basket, asked))
    return True


# ---- a chat


@dataclass
class _Message:
    """A message of a chat: its line, speaker, the day and clock it has, and its text."""

    line: int
    name: str
    day: str
    clock: str
    lines: list[str] = field(default_factory=list)


def _take_stamped_chat(lines: list[str], basket: Basket, asked: Asked) -> bool:
    """A chat whose messages carry name and time."""
    lines = _name_and_time_joined(lines)
    for shape in (_DATED, _FIRST, _TIMED):
        found = _headers(lines, shape)
        spoken = [place for place in found if place + 1 < len(lines) and place + 1 not in found]
        if len(spoken) * 2 < len(found):
            continue  # a timetable
        if shape is _TIMED:
            found = _without_talk_of_times(lines, found)
        if found and _is_stamped_chat(lines, found, dated=shape is not _TIMED):
            _take_chat(lines, found, basket, asked)
            return True
    return False


def _take_spoken_chat(lines: list[str], basket: Basket, asked: Asked) -> bool:
    """A chat of names with a colon, where the lines are no list of facts."""
    found = _headers(lines, _SPOKEN)
    if not found:
        return False
    names = Counter(match["name"].strip() for match in found.values())
    rest = [place for place, line in enumerate(lines) if line.strip() and not _is_mark(line)]
    headed = any(_is("heading", line) for line in lines[: min(found, default=0)])
    if len(found) < (1 if headed else 2) or rest[0] not in found:
        return False
    if not headed and max(names.values()) < 2:
        # nobody speaks twice: then every line must be speech, and no label or figure among them
        alone = any(not match["body"].strip() for match in found.values())
        facts = sum(bool(re.search(r"\d", match["body"])) for match in found.values())
        labelled = any(_SPOKEN.fullmatch(lines[place].strip()) for place in rest if place not in found)
        if labelled or facts * 2 > len(found) or len(found) < len(rest) * (0.3 if alone else 1):
            return False
    elif len(found) < len(rest) * 0.2:
        return False
    _take_chat(lines, found, basket, asked)
    return True


def _headers(lines: list[str], shape: re.Pattern[str]) -> dict[int, re.Match[str]]:
    """The lines that begin a message, by place."""
    found = {}
    for place, line in enumerate(lines):
        text = line.strip()
        match = shape.fullmatch(text) if text and (len(text) <= 120 or shape is _SPOKEN) else None
        if not match or _NO_NAME.fullmatch(match["name"].strip()) or _is_mark(text):
            continue
        if shape is not _SPOKEN or not (_is("label", match["name"]) or match["body"].startswith("//")):
            found[place] = match
    return found


def _is_mark(line: str) -> bool:
    """Whether a line belongs to the chat and to no speaker: a date, a heading, a system line."""
    return _is("system", line) or _is("heading", line) or bool(_date_line(line))


def _date_line(line: str) -> re.Match[str] | None:
    text = line.strip()
    match = _DATE_LINE.fullmatch(text) if len(text) <= 80 else None
    return match if match and (match["day"] or match["clock"]) else None


def _name_and_time_joined(lines: list[str]) -> list[str]:
    """The phone's two header lines made one, where someone speaks twice (titles with dates do not repeat)."""
    pairs = [
        place
        for place in range(1, len(lines) - 1)
        if _PHONE_TIME.fullmatch(lines[place].strip())
        and 0 < len(lines[place - 1].strip()) <= 40
        and (place == 1 or not lines[place - 2].strip())
        and lines[place + 1].strip()
    ]
    names = Counter(lines[place - 1].strip() for place in pairs)
    if max(names.values(), default=0) < 2:
        return lines
    joined = list(lines)
    for place in pairs:
        joined[place - 1 : place + 1] = [f"{lines[place - 1].strip()} {lines[place].strip()}", ""]
    return joined


def _without_talk_of_times(lines: list[str], found: dict[int, re.Match[str]]) -> dict[int, re.Match[str]]:
    """The headers without messages that end in a time (集合 8:30): those stand in the midst of a message."""
    names = Counter(match["name"] for match in found.values())
    first = min(found, default=0)
    apart = any(place > first and not lines[place - 1].strip() for place in found)
    kept: dict[int, re.Match[str]] = {}
    for place, match in found.items():
        inside = place > 0 and lines[place - 1].strip() and not _is_mark(lines[place - 1])
        sure = names[match["name"]] > 1 or len(match["gap"]) > 1
        if not inside or sure or not (apart or place - 1 in kept):
            kept[place] = match
    return kept


def _is_stamped_chat(lines: list[str], found: dict[int, re.Match[str]], *, dated: bool) -> bool:
    """Whether headers make a chat, and not an article's line with account and date."""
    first, number = min(found), len(found)
    if any(line.strip() and not _is_mark(line) for line in lines[:first]):
        parted = any(_CUT.fullmatch(line) for line in lines)
        return number >= 2 if not dated else number >= 3 and not parted
    return dated or number >= 2


def _take_chat(lines: list[str], found: dict[int, re.Match[str]], basket: Basket, asked: Asked) -> None:
    messages, passed = _messages(lines, found)
    hide, hidden = _hider({message.name for message in messages if message.name})
    records, undated = [], []
    for message in messages:
        body = "\n".join(message.lines).strip()
        if not body or _is("placeholder", body):
            passed += 1
            continue
        moment = _moment(message.day, message.clock, asked.now)
        if message.clock and moment is None:
            undated.append(message.line)
        speaker = pseudonym(message.name) if message.name else ""
        records.append((message.line, Record("", hide(body), moment or "", source=speaker)))
    if passed:
        basket.note(LABEL, 0, f"{passed} 处没有当作内容：系统提示、日期行，以及只有图片或表情的消息")
    if hidden["names"]:
        basket.note(LABEL, 0, f"正文里的 {hidden['names']} 处群成员名字换成了代号")
    if undated:
        reason = "缺少日期、年份，或写法看不懂" if asked.now else "没有日期或年份，又没有给出 now"
        basket.note(LABEL, undated[0], f"{len(undated)} 条消息的时间换算不了（{reason}），按没有日期处理")
    _add(basket, records, replace(asked, source="", channel=asked.source or CHAT_CHANNEL), "chat")


def _messages(lines: list[str], found: dict[int, re.Match[str]]) -> tuple[list[_Message], int]:
    """The messages in order, and how many other lines were passed over."""
    day = clock = ""
    passed = 0
    messages: list[_Message] = []
    for place, line in enumerate(lines):
        if place in found:
            own = found[place].groupdict()
            name, when = own["name"].strip(), (own.get("day") or day, own.get("clock") or clock)
            messages.append(_Message(place + 1, name, *when, [own.get("body") or ""]))
        elif _is("system", line) or (not messages and _is("heading", line)):
            passed += 1
        elif (date := _date_line(line)) and place - 1 not in found:
            day, clock = date["day"] or "", date["clock"] or ""
            passed += 1
        elif messages:
            messages[-1].lines.append(line.rstrip())
        elif line.strip():
            messages.append(_Message(place + 1, "", "", "", [line.rstrip()]))
    return messages, passed


def _moment(day: str, clock: str, now: dt.datetime | None) -> pd.Timestamp | None:
    """A message's time, or None where it has none or more must be known."""
    if not day and not clock:
        return None
    clock = clock.replace("：", ":")
    half = re.fullmatch(r"(\d{1,2})(:[\d:]+)\s*([AaPp])[Mm]", clock)
    if half:
        clock = f"{int(half[1]) % 12 + (12 if half[3] in 'Pp' else 0)}{half[2]}"
    days = [day] if day else ["今天", "昨天"]
    if re.fullmatch(_WEEKDAY, day):
        if now is None:
            return None
        back = (now.weekday() - "一二三四五六日".index(day[-1].replace("天", "日"))) % 7
        days = [(now - dt.timedelta(days=back + more)).date().isoformat() for more in (0, 7)]
    for one in days:
        stamp, _ = tables.parse_time(f"{one} {clock}".strip(), now=now)
        if not pd.isna(stamp) and (now is None or stamp <= now or len(days) == 1):
            return stamp
    return None


def _hider(names: Iterable[str]) -> tuple[Callable[[str], str], Counter[str]]:
    """What puts pseudonyms for names in a message, and its count; a name of one character only where it is called."""
    known = []
    for name in sorted(names, key=lambda name: (-len(name), name)):
        text = re.escape(name)
        if len(name) == 1:
            known.append(rf"(?<=@){text}(?=\s|$)|(?<=「){text}(?=[:：])")
        else:
            # Li is not to be found in Like
            before = r"(?<![A-Za-z0-9])" if re.match("[A-Za-z0-9]", name) else ""
            after = r"(?![A-Za-z0-9])" if re.search("[A-Za-z0-9]$", name) else ""
            known.append(f"{before}{text}{after}")
    shape = re.compile(
        # the app's own marks: a quoted message above a broken line, a mention closed by a blank
        r"(?<=「)[^「」:：\n]{1,40}(?=[:：][^「」]*」\s*\n\s*-(?: -)+)"
        rf"|{'|'.join(known) or '(?!)'}"
        r"|(?<=(?<![A-Za-z0-9._-])@)(?!所有人)[^\s@，。！？、：:,;；]{1,20}(?=[\s，。！？、：:,;；]|$)"
    )
    counted: Counter[str] = Counter()

    def stand_in(match: re.Match[str]) -> str:
        counted["names"] += 1
        return pseudonym(match[0].strip())

    return lambda text: shape.sub(stand_in, text), counted


# ---- links


def _take_links(lines: list[str], basket: Basket, asked: Asked) -> bool:
    if not _is_link_list(lines):
        return False
    found: list[tuple[int, Record]] = []
    waiting: list[list[tuple[int, str]]] = [[]]
    hints: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        links = list(_LINK.finditer(line))
        if not links:
            text = _without_hints(line, hints)
            if text:
                waiting[-1].append((number, text))
            elif waiting[-1]:
                waiting.append([])
            continue
        end = 0
        for place, match in enumerate(links):
            begin, address = number, _trimmed(match)
            title, account = _title(match["text"] or line[end : match.start()], hints)
            end = match.start() + len(address) if match["url"] else match.end()
            rest = _without_hints(line[end:], hints).strip(_EDGES + "。；;") if match is links[-1] else ""
            if not title and rest:
                (title, account), rest = _title(rest, hints), ""
            above = next((group for group in reversed(waiting) if group), [])
            if not title and place == 0 and above and not above[0][1].endswith(("：", ":")):
                waiting.remove(above)
                begin = above[0][0]
                title, account = _title(above[0][1], hints)
                rest = "\n".join([*(text for _, text in above[1:]), *([rest] if rest else [])])
            _reject_loose(waiting, basket)
            waiting = [[]]
            if not title and not rest:
                basket.reject(LABEL, number, f"只有链接没有标题：{address}")
                continue
            if len(title) > LONGEST_LINK_TITLE:
                title, rest = "", f"{title}\n{rest}".strip()
            found.append((begin, Record(title, rest, url=address, source=account)))
    _reject_loose(waiting, basket)
    if hints["hints"]:
        basket.note(LABEL, 0, f"{hints['hints']} 处分享口令和提示语没有当作内容")
    _add(basket, found, asked, "links")
    return True


def _is_link_list(lines: list[str]) -> bool:
    """Whether the lines are links with titles, before or above them, and little else."""
    sent = [match["name"] for match in _headers(lines, _SPOKEN).values() if _URL.fullmatch(match["body"])]
    if len(set(sent)) < len(sent):
        return False  # the same name before several bare links: people who talk
    linked = bare = loose = 0
    for line in lines:
        text = _LINK.sub(lambda match: match["text"] or "", line)
        rest = _without_hints(text, Counter()).strip(_EDGES)
        if len(rest) > 300:
            return False
        if _LINK.search(line):
            linked += 1
            bare += not rest
        else:
            loose += bool(rest)
    return linked > 0 and loose <= bare + linked // 3


def _reject_loose(waiting: list[list[tuple[int, str]]], basket: Basket) -> None:
    for number, text in (line for group in waiting for line in group):
        basket.reject(LABEL, number, f"这一行没有链接：{text}")


def _trimmed(match: re.Match[str]) -> str:
    """A link's address without the sentence's marks behind it."""
    if match["address"]:
        return match["address"]
    address = match["url"].rstrip(".,;:!?*_~`|")
    while address[-1:] in (")", "]") and address.count(address[-1]) > address.count("(["[address[-1] == "]"]):
        address = address[:-1].rstrip(".,;:!?*_~`|")
    return address


def _without_hints(text: str, hints: Counter[str]) -> str:
    for shape in _shapes("hint"):
        text, number = shape.subn("", text)
        hints["hints"] += number
    return text.strip()


def _title(text: str, hints: Counter[str]) -> tuple[str, str]:
    """The title in what stands before a link, and the account where an app's sharing text names one."""
    text = _without_hints(text, hints)
    for shape in _shapes("share"):
        match = shape.fullmatch(text.strip(_EDGES)) if len(text) <= _LONGEST_MARK else None
        if match:
            hints["hints"] += 1
            return match["title"].strip(_EDGES), (match.groupdict().get("source") or "").strip()
    text = _NUMBERING.sub("", text.strip(), count=1) if _NUMBERING.match(text.strip()) else text
    text = text.strip(_EDGES)
    framed = re.fullmatch(r"【([^【】]*)】|《([^《》]*)》", text)
    return (framed[1] or framed[2] or "" if framed else text).strip(), ""


# ---- articles


def _take_articles(lines: list[str], basket: Basket, asked: Asked) -> bool:
    blocks = _blocks(lines)
    if len(blocks) > 1:
        basket.note(LABEL, 0, f"按分隔线或连着的空行分成 {len(blocks)} 篇")
    found = []
    for number, block in blocks:
        record = _headed(plain_text("\n".join(block), markdown=True), basket, number)
        body, removed = clean_lines(record.body)
        if removed:
            basket.note(LABEL, number, cleaning_note(removed))
        found.append((number, replace(record, body=body)))
    _add(basket, found, asked, "text")
    return True


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """The articles with the number of their first line: parted by lines of ----- or by three blank lines."""
    starts, begin, blank = [], 0, 0
    for place, line in enumerate(lines):
        if _CUT.fullmatch(line):
            starts.append((begin, place))
            begin = place + 1
        elif blank >= 3 and _looks_like_title(lines, place):
            starts.append((begin, place))
            begin = place
        blank = 0 if line.strip() else blank + 1
    starts.append((begin, len(lines)))
    blocks = []
    for first, last in starts:
        filled = [place for place in range(first, last) if lines[place].strip()]
        if filled:
            blocks.append((filled[0] + 1, lines[filled[0] : last]))
    return blocks


def _looks_like_title(lines: list[str], place: int) -> bool:
    """Whether a line after a gap begins another article; pictures leave gaps within one, too."""
    text = lines[place].strip()
    follows = any(line.strip() for line in lines[place + 1 : place + 3])
    return bool(text) and len(text) <= LONGEST_TITLE and text[-1] not in "。；，、：,;:" and follows


def _headed(record: Record, basket: Basket, number: int) -> Record:
    """An article with source and time taken from the lines under its title; a note quotes them."""
    lines = record.body.split("\n") if record.title else []
    used: list[str] = []
    source: str = ""
    when: Any = ""
    place = 0
    while place < min(len(lines), 12):
        text = lines[place].strip()
        after = next((line.strip() for line in lines[place + 1 : place + 3] if line.strip()), "")
        if not text:
            place += 1
            continue
        if len(text) > 100:
            break
        if not when and (match := _BYLINE.fullmatch(text)):
            when = re.sub(r"(:\d\d)\s+\D\S*$", r"\1", match["when"])
            source = source or (match["who"].split() or [""])[-1]
        elif match := _ORIGINAL.fullmatch(text) or _FROM.fullmatch(text):
            source = (match["who"].split() or [source])[-1]
        elif not (_OTHER_META.fullmatch(text) or _names_account(text, after)):
            break
        elif _names_account(text, after):
            source = source or text
        used.append(text)
        place += 1
    if not used:
        return record
    quoted = "".join(f"「{text}」" for text in used)
    basket.note(LABEL, number, f"标题下面的{quoted}读作来源和时间，没有留在正文里")
    return replace(record, body="\n".join(lines[place:]).strip(), published_at=when, source=source)


def _names_account(text: str, after: str) -> bool:
    """Whether a short line stands right above the date, as an account's name does."""
    return (
        len(text) <= 20
        and not re.search(r"[，。！？；：,.!?;:]", text)
        and bool(re.fullmatch(_YMD + rf"(?:\s*{_CLOCK}(?:\s+\S{{1,12}})?)?", after))
    )
