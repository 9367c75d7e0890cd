"""One text, however it came (file, network): told to be a feed, a page or plain text, and made into records."""

from __future__ import annotations

import re
from dataclasses import replace

from toolkit.documents._chrome import clean_lines, cleaning_note
from toolkit.documents._feeds import is_feed, read_feed
from toolkit.documents._gather import Asked, Basket, Record
from toolkit.documents._pages import near_moment, read_page
from toolkit.documents._split import split_articles

PAGE_SUFFIXES = (".html", ".htm")
FEED_SUFFIXES = (".xml", ".rss", ".atom")
TEXT_SUFFIXES = (".txt", ".md", *PAGE_SUFFIXES, *FEED_SUFFIXES)
# a first line longer than this is the text's beginning, not its title
LONGEST_TITLE = 64


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
    if kind == "feed":
        records = read_feed(content, label, url=url)
    elif kind == "page":
        records, removed = _page_records(content, label, asked, url=url)
    else:
        content = content.replace("\r\n", "\n")
        cleaned, removed = clean_lines(content)
        record = plain_text(cleaned, markdown=kind == "markdown")
        record = replace(record, published_at=near_moment(content.strip().split("\n"), record.title))
        records = _split(record, asked, page=False)
    if removed:
        basket.note(label, 0, cleaning_note(removed))
    before = len(basket.rejected)
    taken = basket.add_records(records, label, asked, page=kind == "page")
    if kind != "feed" and len(records) > 1:
        for row in range(1, len(records) + 1):
            basket.note(label, row, f"一页拆成 {len(records)} 篇")
    basket.files.append(
        {
            "path": label,
            "format": kind,
            "encoding": encoding,
            "read": taken,
            "rejected": len(basket.rejected) - before,
            "outcome": "已读",
        }
    )


def _page_records(content: str, label: str, asked: Asked, *, url: str) -> tuple[list[Record], list[str]]:
    """The documents of a page and the lines taken out of it.

    What the caller says of the source and channel goes before what the page says; its own account (公众号) before a
    folder's name, and that before a byline or the name of the site.
    """
    page = read_page(content, label, url=url)
    body, removed = clean_lines(page.record.body, lists=True)
    source = page.record.source if not (asked.source and asked.source_given) else ""
    record = replace(
        page.record,
        body=body,
        source=source or ("" if asked.source else page.site),
        channel="" if asked.channel else page.record.channel,
    )
    return _split(record, asked, page=True), removed


def _split(record: Record, asked: Asked, *, page: bool) -> list[Record]:
    """The articles in a record where the caller asked to part them and there are several, else the record."""
    if asked.split != "auto":
        return [record]
    lines = record.body.split("\n")
    title = record.title if page else ""
    parts = split_articles(lines if page else [record.title, *lines], title=title)
    return [replace(record, title=part.title, body=part.body) for part in parts] or [record]


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
