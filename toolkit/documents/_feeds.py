"""RSS and Atom feeds to records."""

from __future__ import annotations

import html
import io
import re
from typing import Any
from urllib.parse import urljoin

from toolkit.documents._gather import Record
from toolkit.documents._pages import text_of
from toolkit.schema import InputError

# atomic, so that a row of comments cannot be taken apart in ever new ways
_PROLOG = re.compile(
    r"(?>[\s\ufeff]+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*+", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-f]+;|(?:lt|gt|amp|quot|apos);)(\w{1,32};)?", re.IGNORECASE)
_NO_TAG = re.compile(r"<(?![A-Za-z_/!?])")
_LONG_TAG = re.compile(r"<[^<>]{5000,}")
# a feed has a handful of attributes to a tag, a dozen prefixes and short names; more take quadratic time
MOST_ATTRIBUTES = 1000
MOST_PREFIXES = 100
_END = re.compile(r"</(?:\w{1,20}:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_PERSON = re.compile(r"(?:author|contributor|creator|editor|master|publisher|owner)$", re.IGNORECASE)
LONGEST_NAME = 500


def is_feed(content: str) -> bool:
    """Whether a text begins as an RSS or Atom feed does."""
    head = content[:4000]
    prolog = _PROLOG.match(head)
    return bool(_ROOT.match(head, prolog.end() if prolog else 0))


def is_cut_off(content: str) -> bool:
    """Whether a feed lacks its end.

    >>> is_cut_off("<rss><channel><item><title>石榴到了</title><descrip")
    True
    """
    return not _END.search(content[-4000:])


def read_feed(content: str, label: str, *, url: str = "") -> list[Record]:
    """The entries of a feed as they stand in it; nothing is fetched.

    Broken XML is mended first, so that a feed cut off or with stray marks keeps its good entries. `source` is the
    feed's title; in an aggregate (its entries name where they are from) the entry's own source, else its author.
    Relative links are resolved against `url`, else against the feed's own link; others than http(s) are left out.

    Raises InputError where there is no feed or no entry in it.

    >>> feed = "<rss><channel><title>鲜果铺</title><item><title>石榴到了</title></item></channel></rss>"
    >>> [(record.source, record.title) for record in read_feed(feed, "a.xml")]
    [('鲜果铺', '石榴到了')]
    """
    import feedparser

    root = _ROOT.search(content)
    if root is None:
        raise InputError(f"{label}：不是 RSS 或 Atom 订阅源。请换成订阅地址给出的文件，或另存为网页再试。")
    # the text before the root goes: an encoding declared there may be stale, entities defined there may be a bomb
    data = _mend(content[root.start() :], label)
    feed = feedparser.parse(
        io.BytesIO(data),  # a stream: a string might be taken for an address or a file name
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,  # only plain text is taken from it
    )
    if not feed.entries:
        raise InputError(f"{label}：这个订阅源里没有条目。请在浏览器里打开订阅地址，看看里面有没有内容。")
    name = _line(_plain(feed.feed.get("title_detail")))
    aggregate = any(_origin(entry) for entry in feed.entries)
    base = url or _address("", feed.feed.get("link", ""))
    return [
        Record(
            title=_line(_plain(entry.get("title_detail"))),
            body=_body(entry),
            published_at=_published(entry),
            url=_address(base, entry.get("link", "")),
            source=(_origin(entry) or _author(entry) or name) if aggregate else (name or _author(entry)),
        )
        for entry in feed.entries
    ]


def _mend(text: str, label: str) -> bytes:
    """Well-formed XML of a feed's text in UTF-8: what is good in it, every prefix declared.

    Raises InputError for what would keep the parsers busy without end.
    """
    from lxml import etree

    pieces = _CDATA.split(_NOT_XML.sub("", text))
    pieces[::2] = [_AMPERSAND.sub(_character, _NO_TAG.sub("&lt;", piece)) for piece in pieces[::2]]
    text = "".join(pieces)
    messy = InputError(f"{label}：这个订阅源的标签是乱的，没有读。请重新下载。")
    if any(tag.count("=") > MOST_ATTRIBUTES for piece in pieces[::2] for tag in _LONG_TAG.findall(piece)):
        raise messy
    options = {"resolve_entities": False, "no_network": True, "huge_tree": True, "encoding": "utf-8"}
    root = etree.fromstring(text.encode(), etree.XMLParser(recover=True, **options))
    names = {name for node in root.iter("*") for name in (node.tag, *node.attrib)}
    missing = sorted({name.split(":")[0] for name in names if ":" in name and name[0] != "{"})
    if len({*missing, *re.findall(r"xmlns:([^\s=]+)", text)}) > MOST_PREFIXES:
        raise messy
    if missing:
        root_name = re.match(r"[^\s>]+", text)[0]  # type: ignore[index]
        declared = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in missing)
        text = f"{root_name}{declared}{text[len(root_name) :]}"
        root = etree.fromstring(text.encode(), etree.XMLParser(recover=True, **options))
    for node in root.iter("*"):
        if _PERSON.search(node.tag) and len(name := "".join(node.itertext())) > LONGEST_NAME:
            node.clear()
            node.text = name[:LONGEST_NAME]
    data = etree.tostring(root, encoding="utf-8")
    try:
        etree.fromstring(data, etree.XMLParser(**options))
    except etree.XMLSyntaxError as error:
        raise messy from error
    return data


def _character(match: re.Match[str]) -> str:
    """What a stray & stands for: HTML's own entity (&nbsp;), else the mark itself."""
    meant = html.unescape(match[0])
    return html.escape(meant, quote=False)


def _body(entry: Any) -> str:
    parts = [*entry.get("content", []), entry.get("summary_detail")]
    return next((text for text in map(_plain, parts) if text), "")


def _plain(detail: Any) -> str:
    """The text of a title, summary or content: HTML as lines, one for each block; plain text as it is."""
    from lxml import etree

    value = (detail or {}).get("value") or ""
    kind = detail.get("type", "") if detail else ""
    if "html" not in kind:
        return value.strip() if kind.startswith("text/") or not kind else ""
    if not re.search(r"<[a-zA-Z/!]", value):
        return html.unescape(value).strip()
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    return text_of(etree.fromstring(f"<div>{value}".encode(), parser))


def _origin(entry: Any) -> str:
    """The feed that an aggregate's entry says it was taken from."""
    return _line((entry.get("source") or {}).get("title"))


def _author(entry: Any) -> str:
    return _line((entry.get("author_detail") or {}).get("name") or entry.get("author"))


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())


def _address(base: str, link: Any) -> str:
    try:
        address = urljoin(base, str(link).strip()) if link else ""
    except ValueError:
        return ""
    return address if address.lower().startswith(("http://", "https://")) else ""


def _published(entry: Any) -> str:
    """The entry's date as it is written: what feedparser makes of an odd one may be quite another day."""
    dates = (dict.get(entry, name) for name in ("published", "updated", "created"))
    return next((_line(date) for date in dates if date), "")
