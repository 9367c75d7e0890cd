"""Pasted text, told apart by its shape: a copied table, a WeChat chat, a list of links, or articles."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace

from toolkit import lexicons, tables
from toolkit.documents._chat import (
    BETWEEN,
    CLOCK,
    CUT,
    DAY,
    LINK,
    SPOKEN,
    Headers,
    date_line,
    filled,
    headers,
    hider,
    match_of,
    messages_in,
    shapes_of,
    spoken,
    stamped,
)
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
_NUMBERING = re.compile(r"(?:[（(]?\d{1,3}[）)]|\d{1,3}[.、](?!\d)|[-*•·●]|>)\s*")
_EDGES = " \t\u3000-–—:：|｜>→👉，,。；;"

_shapes = shapes_of


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
        if found := stamped(lines) or spoken(lines):
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


# ---- a chat


def _take_chat(lines: list[str], found: Headers, basket: Basket, asked: Asked) -> None:
    messages, others = messages_in(lines, found)
    passed = len(others)
    hide = hider({name for _, name, _, _ in messages if name})
    records, hidden = [], 0
    for line, name, when, said in messages:
        body, number = hide("\n".join(said).strip())
        if not body or match_of("placeholder", body):
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


# ---- links


def _take_links(lines: list[str], basket: Basket, asked: Asked) -> bool:
    """Take in links with the title beside each, or on the line above; False where the lines are no list of links."""
    found: list[tuple[int, Record]] = []
    lost: list[tuple[int, str]] = []
    loose: dict[int, str] = {}
    last = 0
    hints: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        links = list(LINK.finditer(line))
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
    if match := match_of("share", text.strip(_EDGES)):
        hints["hints"] += 1
        return match["title"].strip(_EDGES), (match.groupdict().get("source") or "").strip()
    text = _NUMBERING.sub("", text, count=1) if _NUMBERING.match(text) else text
    text = text.strip(_EDGES)
    framed = re.fullmatch(r"【([^【】]*)】|《([^《》]*)》", text)
    return (framed[1] or framed[2] or "" if framed else text).strip(), ""


# ---- articles


def _take_articles(lines: list[str], basket: Basket, asked: Asked) -> None:
    cuts = [place for place, line in enumerate(lines) if CUT.fullmatch(line)]
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
    times = rf"\W?{DAY}{BETWEEN}{CLOCK}.*\w|.*\s{CLOCK}"
    stamped = sum(bool(re.fullmatch(times, line.strip())) for line in lines if not date_line(line))
    spoken = len(headers(lines, SPOKEN))
    return stamped > 1 or (spoken > 1 and spoken * 3 >= len(filled(lines)))


def _headed(record: Record, basket: Basket, number: int) -> Record:
    """An article with source and time taken from the lines under its title; a note quotes them."""
    lines = record.body.split("\n") if record.title else []
    head = [place for place, line in enumerate(lines[:HEAD_LINES]) if line.strip()]
    said: dict[str, str] = {}
    done = 0
    while done < len(head):
        # an account may stand on the line above its date
        for count, kind in ((1, "byline"), (2, "byline"), (1, "meta")):
            match = match_of(kind, " ".join(lines[place].strip() for place in head[done : done + count]))
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
