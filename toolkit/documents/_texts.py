"""One text, however it came (file, network): told to be a feed, a page or plain text, and made into records."""

from __future__ import annotations

import re
from dataclasses import replace

from toolkit.documents._chrome import clean_lines, cleaning_note
from toolkit.documents._feeds import is_cut_off, is_feed, read_feed
from toolkit.documents._gather import Asked, Basket, Record
from toolkit.documents._pages import near_moment, read_page
from toolkit.documents._split import split_articles

PAGE_SUFFIXES = (".html", ".htm")
FEED_SUFFIXES = (".xml", ".rss", ".atom")
TEXT_SUFFIXES = (".txt", ".md", *PAGE_SUFFIXES, *FEED_SUFFIXES)
# a first line longer than this is the text's beginning, not its title
LONGEST_TITLE = 64
_FRONT_MATTER = re.compile(r"[\s\ufeff]*---[ \t]*\n((?:.*\n){1,60}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FRONT_LINE = re.compile(r"(title|date|author|source|tags)\s*:\s*(\S.*)", re.IGNORECASE)


def kind_of(content: str, suffix: str) -> str:
    """What a text is: feed, page, markdown or text; the content counts for more than the name."""
    if suffix in FEED_SUFFIXES or is_feed(content):
        return "feed"
    if suffix in PAGE_SUFFIXES:
        return "page"
    return "markdown" if suffix == ".md" else "text"


def take_content(
    content: str, kind: str, label: str, basket: Basket, asked: Asked, *, encoding: str, url: str = ""
) -> None:
    """Take a text into the basket as the records it holds, with a line in `files`.

    Raises InputError where it holds none.
    """
    if encoding not in ("utf-8", "utf-8-sig"):
        basket.note(label, 0, f"按 {encoding} 编码读入")
    removed: list[str] = []
    tags = ""
    if kind == "feed":
        records = read_feed(content, label, url=url)
        if is_cut_off(content):
            basket.note(label, len(records), "订阅源不完整，最后一条可能缺内容")
    elif kind == "page":
        records, removed = _page_records(content, label, asked, url=url)
    else:
        content = content.replace("\r\n", "\n")
        said, unused, content = front_matter(content) if kind == "markdown" else ({}, [], content)
        tags = said.get("tags", "")
        records, removed = _text_records(content, said, asked, markdown=kind == "markdown")
        unused += _unused_bylines(said, asked)
        if unused:
            told = "".join(f"「{line}」" for line in unused)
            basket.note(label, 0, f"文件开头的说明里有没用上的行：{told}")
    if removed:
        basket.note(label, 0, cleaning_note(removed))
    before = len(basket.rejected)
    taken = basket.add_records(records, label, asked, page=kind == "page")
    if kind != "feed" and len(records) > 1:
        for row in range(1, len(records) + 1):
            basket.note(label, row, f"一页拆成 {len(records)} 篇")
    if taken and tags:
        basket.extras[-1]["tags"] = tags
    rejected = len(basket.rejected) - before
    basket.add_file(label, format=kind, encoding=encoding, read=taken, rejected=rejected)


def _page_records(content: str, label: str, asked: Asked, *, url: str) -> tuple[list[Record], list[str]]:
    """The documents of a page and the lines taken out of it.

    What the caller says of the source and channel goes before what the page says; its own account (公众号) before a
    folder's name, and that before a byline or the name of the site.
    """
    page = read_page(content, label, url=url)
    body, removed = clean_lines(page.record.body, thread=page.thread)
    source = page.record.source if not (asked.source and asked.source_given) else ""
    record = replace(
        page.record,
        body=body,
        source=source or ("" if asked.source else page.site),
        channel="" if asked.channel else page.record.channel,
    )
    return _split(record, asked, page=True), removed


def _text_records(
    content: str, said: dict[str, str], asked: Asked, *, markdown: bool
) -> tuple[list[Record], list[str]]:
    """The documents of a plain text and the lines taken out of it; `said` is its front matter, which goes first."""
    cleaned, removed = clean_lines(content)
    record = plain_text(cleaned, markdown=markdown)
    if said.get("title", record.title) != record.title:
        record = replace(record, title=said["title"], body=cleaned.strip())
    moment = said.get("date") or near_moment(content.strip().split("\n"), record.title)
    record = replace(record, published_at=moment, source=_byline(said, asked))
    return _split(record, asked, page=False), removed


def _byline(said: dict[str, str], asked: Asked) -> str:
    return "" if asked.source else said.get("author") or said.get("source", "")


def _unused_bylines(said: dict[str, str], asked: Asked) -> list[str]:
    """The author and source of a front matter that are not the document's source."""
    used = _byline(said, asked)
    return [f"{key}: {said[key]}" for key in ("author", "source") if said.get(key, used) != used]


def _split(record: Record, asked: Asked, *, page: bool) -> list[Record]:
    """The articles in a record where the caller asked to part them and there are several, else the record."""
    if asked.split != "auto":
        return [record]
    lines = record.body.split("\n")
    title = record.title if page else ""
    parts = split_articles(lines if page else [record.title, *lines], title=title)
    return [replace(record, title=part.title, body=part.body) for part in parts] or [record]


def front_matter(content: str) -> tuple[dict[str, str], list[str], str]:
    """What the `key: value` lines before a Markdown text say, the lines among them not understood, and the text.

    >>> front_matter("---\\ntitle: 石榴怎么卖\\nlayout: post\\n---\\n正文")
    ({'title': '石榴怎么卖'}, ['layout: post'], '正文')
    """
    block = _FRONT_MATTER.match(content)
    said: dict[str, str] = {}
    unknown: list[str] = []
    for line in (block[1] if block else "").split("\n"):
        known = _FRONT_LINE.fullmatch(line.strip())
        value = known[2].strip("\"' ") if known else ""
        if known and value and known[1].lower() not in said:
            said[known[1].lower()] = value
        elif line.strip():
            unknown.append(line.strip())
    return (said, unknown, content[block.end() :]) if block and said else ({}, [], content)


def plain_text(content: str, *, markdown: bool) -> Record:
    """Title and body of a text file: the first line is the title where it is short enough to be one."""
    lines = content.replace("\r\n", "\n").strip("\n\ufeff").split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    first = lines[0].strip() if lines else ""
    title = re.sub(r"^#{1,6}\s+", "", first) if markdown else first
    if len(title) > LONGEST_TITLE:
        return Record("", "\n".join(lines).strip())
    return Record(title, "\n".join(lines[1:]).strip())
