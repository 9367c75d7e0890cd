"""Pasted text, told apart by its shape: a copied table, a WeChat chat, a list of links, or articles."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from toolkit import lexicons, tables
from toolkit.documents._chrome import clean_lines, cleaning_note
from toolkit.documents._gather import Asked, Basket, Record
from toolkit.documents._texts import plain_text
from toolkit.schema import DOCUMENTS, InputError, Read, checked_moment, pseudonym

LABEL = "粘贴的文字"
CHAT_CHANNEL = "群聊"
# what an app shares as a title may be a short post with its tags; more beside a link is an article's paragraph
LONGEST_LINK_TITLE = 300
LINKS_PER_STRAY = 3  # a list of links may hold one stray line (这周的：) for so many links
HEAD_LINES = 12  # the account and the date stand within so many lines under a title
# a name of 40, a day and a time of day; like the next, it also bounds the time that a pattern can take
_LONGEST_HEADER = 120
_LONGEST_MARK = 600  # a system line may name some dozens of people who were invited

_WEEKDAY = r"(?:星期|周)[一二三四五六日天]"
_YMD = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
# a computer set to English writes month/day/year
_FULL_DAY = rf"(?:{_YMD}(?:\s*{_WEEKDAY})?|\d{{1,2}}/\d{{1,2}}/(?:20)?\d\d(?=\s+\S+\s*[AaPp][Mm]))"
_DAY = rf"(?:{_FULL_DAY}|\d{{1,2}}\s*[-/月]\s*\d{{1,2}}\s*日?|今天|昨天|前天|{_WEEKDAY})"
_CLOCK = r"(?:凌晨|早上|上午|中午|下午|晚上)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s*[AaPp][Mm])?"
_BETWEEN = r"(?:\s+|(?<=[日天一二三四五六])\s*)"
# what begins a message: name, day and time; name and time; a name with a colon, alone or before the message. The 40
# and 20 bound a name: with remark and door number it stays below 40, and before a colon a longer text is a sentence
_DATED = re.compile(rf"(?P<name>\S.{{0,39}}?)(?P<gap>\s+)(?P<day>{_DAY}){_BETWEEN}(?P<clock>{_CLOCK})")
_TIMED = re.compile(rf"(?P<name>\S[^，。！？；]{{0,39}}?)(?P<gap>\s+)(?P<clock>{_CLOCK})")
_CALLED = r"(?P<name>[^:：，。！？；、,!?;「」【】《》\[\]<>{}]{1,20})(?P<gap>[:：])(?!//)"
_ALONE = re.compile(_CALLED)
_SPOKEN = re.compile(rf"{_CALLED}\s*(?P<body>.*)", re.DOTALL)
# day and time of a header that nothing but an app writes
_EXACT = re.compile(rf"(?:{_YMD}|\d/\d+/\d+)(?:\s*{_WEEKDAY})?\s+\S*?\d[:：]\d\d(?:[:：]\d\d|\s*[AaPp][Mm])")
_WORD_BEGINS, _WORD_ENDS = r"(?<![A-Za-z0-9](?=[A-Za-z0-9]))", r"(?!(?<=[A-Za-z0-9])[A-Za-z0-9])"
# an entry of a sign-up list begins with a name; those that are hidden already are left
_ENTRY = re.compile(r"^([^\S\n]*\d{1,3}[^\S\n]*[.、．)）][^\S\n]*)(?!成员-)([^\s,，:：]+)", re.MULTILINE)
_NO_NAME = re.compile(rf"[\d\s./:：\-]+|.*[:：]|{_DAY}")
_DATE_LINE = re.compile(rf"(?:(?P<day>{_DAY})\s*)?(?P<clock>{_CLOCK})?")

_URL_TEXT = r"https?://[^\s<>\"'，。；！？、（）【】「」《》\u4e00-\u9fff\U0001f300-\U0001faff]+"
_LINK = re.compile(
    rf"(?i)\[(?P<text>[^\[\]]*)\]\((?P<address>https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)|(?P<url>{_URL_TEXT})"
)
_NUMBERING = re.compile(r"(?:[（(]?\d{1,3}[）)]|\d{1,3}[.、](?!\d)|[-*•·●]|>)\s*")
_EDGES = " \t\u3000-–—:：|｜>→👉，,。；;"
# markdown's own line is of three, and the app's under a quoted message has gaps
_CUT = re.compile(r"\s*[-=_*—─]{5,}\s*")


def read_text(text: str, *, source: str = "", now: dt.datetime | None = None) -> Read:
    """Documents from pasted text: articles, a list of links with titles, a copied chat, or cells from a sheet.

    *Chat*, as WeChat on a PC copies it (name date time, or a name with a colon, the message below), as its mails have
    it (name and time under a line with the date), one message a line, or 名字：内容 where two speak twice: one for each
    message in the channel 群聊 (or `source`, as the group's name), its `source` the speaker's pseudonym, which also
    stands for the name inside messages. *Links*: title and url. *Articles*, parted by lines of -----: title, body, and
    source and time from the lines under the title. `source` goes before what links and articles say. *Cells*: as in
    a file, a header row with a title or body column.

    Times without a year need `now`. What is not in `frame` is in `rejected` or in `notes`, with its line as the row;
    blank text gives an empty frame with a note. The same text has the same ids each time.

    Raises InputError when `text` is no text.

    >>> read = read_text("王老师 2026/9/14 20:15:33\\n石榴到了\\n\\n李四 2026/9/14 20:16:02\\n@王老师 来两斤")
    >>> read.frame["body"].tolist() == ["石榴到了", f"@{pseudonym('王老师')} 来两斤"]
    True
    """
    if not isinstance(text, str):
        raise InputError(
            f"read_text 要的是一段文字（现在是 {type(text).__name__}）。读文件请用 read_documents。"
        )
    asked = Asked(source=source, now=None if now is None else checked_moment(now, "now"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    basket = Basket()
    if not any(line.strip() for line in lines):
        basket.note(LABEL, 0, "没有粘贴任何文字")
    elif not _take_table(lines, basket, asked):
        if found := _stamped(lines) or _spoken(lines):
            _take_chat(lines, found, basket, asked)
        elif not _take_links(lines, basket, asked):
            _take_articles(lines, basket, asked)
    return basket.read()


def _add(basket: Basket, found: list[tuple[int, Record]], asked: Asked, kind: str) -> None:
    """Take records in, each with the number of the line where it begins."""
    rejected, notes = len(basket.rejected), len(basket.notes)
    records = (replace(record, source=asked.source or record.source) for _, record in found)
    taken = basket.add_records(records, LABEL, asked)
    for entry in [*basket.rejected[rejected:], *basket.notes[notes:]]:
        entry["row"] = found[entry["row"] - 1][0]
    basket.add_file(LABEL, format=kind, read=taken, rejected=len(basket.rejected))


@functools.cache
def _shapes(kind: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of this kind in the lexicon paste-shapes; <TIME> in them stands for a date with or without a time."""
    parts = {"<TIME>": rf"{_YMD}(?:\s*{_CLOCK})?", "<DAY>": _FULL_DAY, "<CLOCK>": _CLOCK}
    rows = [row for row in lexicons.rows("paste-shapes") if row["kind"] == kind]
    return tuple(re.compile(re.sub("<[A-Z]+>", lambda part: parts[part[0]], row["pattern"])) for row in rows)


def _match(kind: str, text: str) -> re.Match[str] | None:
    """The first shape of this kind that a whole text has."""
    if len(text) > _LONGEST_MARK:
        return None
    return next(filter(None, (shape.fullmatch(text) for shape in _shapes(kind))), None)


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
    spares = tables.spare_columns(table.header, DOCUMENTS, aliases=aliases)
    basket.rejected += table.rejected
    basket.notes += table.notes
    basket.add_columns(LABEL, table.header, mapping, spares)
    taken = take_table(table, mapping, basket, asked, spares=spares)
    basket.add_file(LABEL, format="table", read=taken, rejected=len(basket.rejected))
    return True


# ---- a chat: the lines that begin a message by place, and what they say

_Headers = dict[int, re.Match[str]]
_Message = tuple[int, str, str, list[str]]  # line, speaker and time as they stand, text


def _stamped(lines: list[str]) -> _Headers:
    """The headers with names and times, empty where these make no chat but a timetable or an article's byline."""
    for shape in _shapes("line"):
        found = {place: match for place, match in _headers(lines, shape).items() if _EXACT.search(match[0])}
        if len(found) * 2 > len(_filled(lines)):
            return found
    found = _headers(lines, _DATED)
    exact = any(_EXACT.search(match[0]) for match in found.values())
    # with words in front, fewer are an article's date, as is one for each of several articles
    cuts = sum(bool(_CUT.fullmatch(line)) for line in lines)
    many = len(found) > (0 if exact else 2) and (not cuts or len(found) > cuts + 1)
    if found and (exact or _is_answered(lines, found)) and (many or _begins(lines, found)):
        return found
    found = _headers(lines, _TIMED)
    dated = any((date := _date_line(line)) and date["day"] for line in lines[: min(found, default=0)])
    return found if dated and _begins(lines, found) and _is_answered(lines, found) else {}


def _spoken(lines: list[str]) -> _Headers:
    """The headers of names with a colon, empty where these make no chat but an interview or a list of facts or links."""
    headed = any(_match("heading", line.strip()) for line in lines)
    for shape in (_ALONE, _SPOKEN):
        found = _headers(lines, shape)
        names = Counter(match["name"].strip() for match in found.values())
        twice = sum(number > 1 for number in names.values())
        if shape is _ALONE:
            # the app's own colon is the narrow one; headings have the wide one, and do not come twice
            narrow = {match["gap"] for match in found.values()} == {":"}
            below = [line for place in found for line in lines[place + 1 : place + 2]]
            titles = all(_LINK.match(line.strip()) for line in below)
            sure = len(names) > 1 and (twice > 0 or (narrow and not titles)) and _is_answered(lines, found)
        else:
            # an account, a title and a link behind it are no speech
            told = sum(not re.search(".https?://", match["body"]) for match in found.values())
            sure = twice > 1 and told * 2 > len(_filled(lines))
        if found and (sure or headed) and _begins(lines, found):
            return found
    return {}


def _headers(lines: list[str], shape: re.Pattern[str]) -> _Headers:
    """The lines of one shape. An app writes all of them alike: another gap before the time is talk (集合 8:30)."""
    found: _Headers = {}
    gap = ""
    for place, line in enumerate(lines):
        text = line.strip()
        short = "body" in shape.groupindex or len(text) <= _LONGEST_HEADER
        match = shape.fullmatch(text) if short else None
        if not match or _is_mark(text) or _match("meta", text) or _match("label", match["name"].strip()):
            continue
        # a number is a name where nothing else can stand
        number = match["name"].strip()[:1].isdigit() and _EXACT.search(match[0])
        if _NO_NAME.fullmatch(match["name"].strip()) and not number:
            continue
        gap = gap or match.groupdict().get("gap", "")
        if shape is not _TIMED or match["gap"] == gap:
            found[place] = match
    return found


def _filled(lines: list[str]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.strip() and not _is_mark(line)]


def _begins(lines: list[str], found: _Headers) -> bool:
    """Whether the first line that belongs to a speaker is a header: an article has its title there."""
    return any(place in found for place in _filled(lines)[:1])


def _is_answered(lines: list[str], found: _Headers) -> bool:
    """Whether at least half of the headers have a message below; those of a timetable have not."""
    spoken = sum(place + 1 < len(lines) and place + 1 not in found for place in found)
    return spoken * 2 >= len(found)


def _is_mark(line: str) -> bool:
    """Whether a line belongs to the chat and to no speaker: a date, a heading, a system line."""
    text = line.strip()
    return bool(_match("system", text) or _match("heading", text) or _date_line(text))


def _date_line(line: str) -> re.Match[str] | None:
    text = line.strip("—–-─= \t\u3000")
    return _DATE_LINE.fullmatch(text) if 0 < len(text) <= _LONGEST_HEADER else None


def _take_chat(lines: list[str], found: _Headers, basket: Basket, asked: Asked) -> None:
    messages, passed = _messages(lines, found)
    hide = _hider({name for _, name, _, _ in messages if name})
    records, hidden = [], 0
    for line, name, when, said in messages:
        body, number = hide("\n".join(said).strip())
        if not body or _match("placeholder", body):
            passed += 1
        elif not name:
            basket.note(LABEL, line, f"消息前面的「{body}」没有当作内容")
        else:
            hidden += number
            records.append((line, Record("", body, when, source=pseudonym(name))))
    if passed:
        basket.note(LABEL, 0, f"{passed} 处没有当作内容：系统提示、日期行，以及只有图片或表情的消息")
    if hidden:
        basket.note(LABEL, 0, f"正文里的 {hidden} 处群成员名字换成了代号")
    _add(basket, records, replace(asked, source="", channel=asked.source or CHAT_CHANNEL), "chat")


def _messages(lines: list[str], found: _Headers) -> tuple[list[_Message], int]:
    """The messages in order, and how many other lines were passed over."""
    day, clock, passed = "", "", 0
    messages: list[_Message] = []
    for place, line in enumerate(lines):
        if place in found:
            own = found[place].groupdict()
            when = re.sub(r"^(\d\d?)/(\d\d?)/(?:20)?(\d\d)$", r"20\3/\1/\2", own.get("day") or day)
            when = f"{when} {own.get('clock') or clock}".strip()
            messages.append((place + 1, own["name"].strip(), when, [own.get("body") or ""]))
        elif _match("system", line.strip()) or (not messages and _match("heading", line.strip())):
            passed += 1
        elif (date := _date_line(line)) and place - 1 not in found:
            day, clock = date["day"] or "", date["clock"] or ""
            passed += 1
        elif messages:
            messages[-1][3].append(line.rstrip())
        elif line.strip():
            messages.append((place + 1, "", "", [line.rstrip()]))
    return messages, passed


def _hider(speakers: set[str]) -> Callable[[str], tuple[str, int]]:
    """What puts stand-ins where a message names a speaker or calls someone, and tells how many."""
    known = []
    for name in sorted(speakers, key=lambda name: (-len(name), name)):
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
        return before + pseudonym(written.get(name.casefold(), name))

    def hide(text: str) -> tuple[str, int]:
        text, number = called.subn(stand, text)
        text, entries = _ENTRY.subn(stand, text) if re.search(r"[#＃]\s*接龙", text) else (text, 0)
        return text, number + entries

    return hide


# ---- links


def _take_links(lines: list[str], basket: Basket, asked: Asked) -> bool:
    """Take in links with the title beside each, or on the line above; False where the lines are no list of links."""
    found: list[tuple[int, Record]] = []
    lost: list[tuple[int, str]] = []
    loose: dict[int, str] = {}
    last = 0
    hints: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        links = list(_LINK.finditer(line))
        if not links and (text := _without_hints(line, hints)):
            loose[number] = text
        end = 0
        for match in links:
            begin, address = number, _address(match)
            title, account = _title(match["text"] or line[end : match.start()], hints)
            end = match.start() + len(address) if match["url"] else match.end()
            after = _without_hints(line[end:], hints).strip(_EDGES) if match is links[-1] else ""
            if not title and after:
                (title, account), after = _title(after, hints), ""
            if not title and max(loose, default=0) > last:
                begin = max(loose)
                title, account = _title(loose.pop(begin), hints)
            last = number
            if len(title) + len(after) > LONGEST_LINK_TITLE:
                return False
            if title:
                found.append((begin, Record(title, after, url=address, source=account)))
            else:
                lost.append((number, f"只有链接没有标题：{address}"))
    if not last or len(loose) > (len(found) + len(lost)) // LINKS_PER_STRAY:
        return False
    for number, reason in [*lost, *((number, f"这一行没有链接：{text}") for number, text in loose.items())]:
        basket.reject(LABEL, number, reason)
    if hints["hints"]:
        basket.note(LABEL, 0, f"{hints['hints']} 处分享口令和提示语没有当作内容")
    _add(basket, found, asked, "links")
    return True


def _address(match: re.Match[str]) -> str:
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
    """The title in what stands beside a link, and the account where an app's sharing text names one."""
    text = _without_hints(text, hints)
    if match := _match("share", text.strip(_EDGES)):
        hints["hints"] += 1
        return match["title"].strip(_EDGES), (match.groupdict().get("source") or "").strip()
    text = _NUMBERING.sub("", text, count=1) if _NUMBERING.match(text) else text
    text = text.strip(_EDGES)
    framed = re.fullmatch(r"【([^【】]*)】|《([^《》]*)》", text)
    return (framed[1] or framed[2] or "" if framed else text).strip(), ""


# ---- articles


def _take_articles(lines: list[str], basket: Basket, asked: Asked) -> None:
    cuts = [place for place, line in enumerate(lines) if _CUT.fullmatch(line)]
    spans = zip([0, *(place + 1 for place in cuts)], [*cuts, len(lines)], strict=True)
    found = []
    for first, last in spans:
        start = next((place for place in range(first, last) if lines[place].strip()), None)
        if start is None:
            continue
        if _resembles_chat(lines[start:last]):
            basket.note(LABEL, start + 1, "看着像聊天记录，但认不准，人名没有隐去")
        record = _headed(plain_text("\n".join(lines[start:last]), markdown=True), basket, start + 1)
        body, removed = clean_lines(record.body)
        if removed:
            basket.note(LABEL, start + 1, cleaning_note(removed))
        found.append((start + 1, replace(record, body=body)))
    if len(found) > 1:
        basket.note(LABEL, 0, f"按分隔线分成 {len(found)} 篇")
    _add(basket, found, asked, "text")


def _resembles_chat(lines: list[str]) -> bool:
    """Whether an article has several lines with names and times, or speaks with names and colons."""
    times = rf"\W?{_DAY}{_BETWEEN}{_CLOCK}.*\w|.*\s{_CLOCK}"
    stamped = sum(bool(re.fullmatch(times, line.strip())) for line in lines if not _date_line(line))
    spoken = len(_headers(lines, _SPOKEN))
    return stamped > 1 or (spoken > 1 and spoken * 3 >= len(_filled(lines)))


def _headed(record: Record, basket: Basket, number: int) -> Record:
    """An article with source and time taken from the lines under its title; a note quotes them."""
    lines = record.body.split("\n") if record.title else []
    head = [place for place, line in enumerate(lines[:HEAD_LINES]) if line.strip()]
    said: dict[str, str] = {}
    done = 0
    while done < len(head):
        # an account may stand on the line above its date
        for count, kind in ((1, "byline"), (2, "byline"), (1, "meta")):
            match = _match(kind, " ".join(lines[place].strip() for place in head[done : done + count]))
            if match:
                break
        if not match:
            break
        said = {key: text for key, text in match.groupdict().items() if text} | said
        done += count
    if not done:
        return record
    quoted = "".join(f"「{lines[place].strip()}」" for place in head[:done])
    basket.note(LABEL, number, f"标题下面的{quoted}读作来源和时间，没有留在正文里")
    body = "\n".join(lines[head[:done][-1] + 1 :]).strip()
    source = said.get("who", "").split()[-1:]
    return replace(record, body=body, published_at=said.get("when", ""), source="".join(source))
