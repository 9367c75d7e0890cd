"""Saved and fetched pages: main text, title, date and account as the page states them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import takewhile
from typing import Any, NamedTuple

from toolkit.documents._chrome import blocked_reason, site_part
from toolkit.documents._gather import Record
from toolkit.schema import InputError

# bounds of what is looked at. The extractor's time grows with the elements and with how deep they lie: pages at this
# bound took 1 to 7 s, beyond it up to 200 s; a long news page has some 5 000 elements, 15 deep. The parser (libxml2)
# takes quadratic time for the attributes of one tag, the extractor for the cells of one row
MOST_CHARACTERS = 20_000_000
MOST_STEPS = 600_000
WIDEST_ROW = 5_000
LONGEST_TAG = 20_000
MOST_TABLES = 100
NEAR_HEAD = 10

_DATA_URI = re.compile(r"data:[\w/+.;=-]{0,80}base64,[A-Za-z0-9+/=\s%]+")
_TAG = re.compile(r"""<[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(https?://\S+) -->")
# the posts of forums: discuz, phpwind, tieba
_POSTS = (
    "//*[starts-with(@id, 'postmessage_') or contains(concat(' ', @class, ' '), ' t_f ')"
    " or contains(concat(' ', @class, ' '), ' tpc_content ') or contains(concat(' ', @class, ' '), ' d_post_content ')]"
)
_BREAKS = re.compile(
    "address|article|aside|blockquote|br|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|main"
    "|nav|ol|option|p|pre|section|table|tbody|td|th|thead|tr|ul"
)
_SILENT = re.compile("script|style|template|svg|title|noscript|iframe|select|textarea")
_IN_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template"})
_DAY = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_MOMENT = rf"({_DAY}(?:[\sT]*\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?)"
# the page's own date has a colon, 时间 or 于 before it or ends its line: 发改委发布2026年1月1日起的标准 is news
_STATED = re.compile(
    rf"(?:发布|发表|發布|發表|刊发|上传)(?:(?:(?:时间|日期|時間|于|於)\s*[:：]?|[:：])\s*{_MOMENT}|\s*{_MOMENT}$)"
)
_BARE_MOMENT = re.compile(rf"^(?:\S{{1,12}}\s+)?{_MOMENT}(?=[\s|·]|$)")
_POSTED = re.compile(rf"[发發]表[于於]\s*{_MOMENT}?")
_FOOT = re.compile("版[权權]|copyright|©|[备備]案", re.IGNORECASE)
_NO_AUTHORS = re.compile(
    "admin|administrator|root|editor|author|管理员|小编|编辑|本站|佚名|未知|网络|匿名|匿名用户|原创|转载|互联网|整理",
    re.IGNORECASE,
)
_JS_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SEPARATOR = re.compile(r"\s*[-_|–—丨·]+\s*(?=[^-_|–—丨·]+$)")


class Page(NamedTuple):
    """A page as read: its record, the byline or site that stands for an account, and whether it is a forum's thread."""

    record: Record
    site: str
    thread: bool


def read_page(content: str, label: str, *, url: str = "") -> Page:
    """The document of a page: main text by trafilatura, 公众号 pages and forum threads by their own marks.

    Only dates that the page states. Raises InputError where it holds no main text, is no article (verification,
    deleted, log-in, preview, error page) or is too large to be one.
    """
    tree = _parse(content, label)
    visible = text_of(tree).split("\n")
    scripts = "\n".join(script.text or "" for script in tree.iter("script"))
    meta = _meta(tree)
    saved = _SAVED_FROM.search(content[:2000])
    stated = (
        meta.get("og:url") or _first(tree, "//link[@rel='canonical']/@href") or (saved[1] if saved else "")
    )
    title, heading = _title(tree, meta), _first(tree, "//title/text()")
    if tree.xpath("//*[@id='js_content' or @id='js_article']") or re.search(
        "cgiDataNew|var msg_title", scripts
    ):
        record, site = _wechat(tree, meta, scripts, title), ""
        stated = _script_value(scripts, "msg_link") or stated
    else:
        moment = _moment(meta, scripts, tree, visible, title)
        body, dated = _main_text(tree)
        dated = dated if _is_stated(dated, scripts, tree, visible, title) else ""
        record, site = Record(title, body, moment or dated), _site(meta, visible, heading)
    reason = blocked_reason(heading, visible, record.body, scripts)
    if reason:
        raise InputError(f"{label}：{reason}。")
    if not record.body.strip():
        raise InputError(f"{label}：这个网页里找不到正文。请把正文复制到 txt 文件再试。")
    body = record.body
    while body.partition("\n")[0].strip() in (record.title, record.published_at) and "\n" in body:
        body = body.partition("\n")[2].strip("\n")
    link = url or (stated if re.match("https?://", stated) else "")
    host = re.match(r"https?://([\w.-]+)", link)
    site = site or (host[1] if host and not record.channel else "")
    return Page(replace(record, body=body, url=link), site, bool(tree.xpath(_POSTS)))


def _parse(content: str, label: str) -> Any:
    """The page as a tree, inlined pictures and comments left out; InputError where it is beyond the bounds."""
    from lxml import etree
    from lxml import html as lxml_html

    small = _DATA_URI.sub("", content.replace("\0", ""))
    tag = max((_QUOTED.sub("", found[0]) for found in _TAG.finditer(small)), key=len, default="")
    if len(small) > MOST_CHARACTERS or len(tag) > LONGEST_TAG:
        raise InputError(f"{label}：这个网页太大或写法不完整，不像一篇文章。请把正文复制到 txt 文件再试。")
    # the text is decoded already, whatever its meta tag says; deeper than 256 the parser would stop without a word
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = lxml_html.document_fromstring(small.encode("utf-8", errors="replace"), parser=parser)
    except etree.LxmlError as error:
        raise InputError(f"{label}：这个网页里找不到正文。请把正文复制到 txt 文件再试。") from error
    row = max((len(row) for row in tree.iter("tr")), default=0)
    if (
        _steps(tree) > MOST_STEPS
        or row > WIDEST_ROW
        or any("depth" in entry.message for entry in parser.error_log)
    ):
        raise InputError(
            f"{label}：这个网页的标签太多或嵌套太深，不像一篇文章。请把正文复制到 txt 文件再试。"
        )
    # the parser leaves <article> and its like in the head of a page that has no <body> tag
    head, body = tree.find("head"), tree.find("body")
    if head is not None:
        strays = [part for part in head if part.tag not in _IN_HEAD]
        body = etree.SubElement(tree, "body") if body is None else body
        body[:0] = strays
    return tree


def _steps(tree: Any) -> int:
    """The depths of all elements added up, as far as the bound."""
    from lxml import etree

    depth = steps = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        steps += depth if event == "start" else 0
        if steps > MOST_STEPS:
            break
    return steps


def _first(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return " ".join(str(found[0]).split()) if found else ""


def _meta(tree: Any) -> dict[str, str]:
    """Name or property of each meta tag, in lower case, to what it says first."""
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        if (tag.get("content") or "").strip():
            found.setdefault(name.lower(), tag.get("content").strip())
    return found


def text_of(root: Any) -> str:
    """What a reader sees of an element, a line for each paragraph, list entry and table row."""
    from lxml import etree

    out: list[str] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent = _SILENT.fullmatch(name) is not None
            if silent:
                walker.skip_subtree()
            if _BREAKS.fullmatch(name):
                out.append(" | " if name in ("td", "th") and element.getprevious() is not None else "\n")
            if name == "li":
                out.append("- ")
            kept = "" if silent else element.text or ""
            out.append(kept if name == "pre" else re.sub(r"\s+", " ", kept))
            continue
        if _BREAKS.fullmatch(name) and name not in ("td", "th"):
            out.append("\n")
        if element is not root:
            out.append(re.sub(r"\s+", " ", element.tail or ""))
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in "".join(out).split("\n"))
    return "\n".join(line for line in lines if line.strip(" |-"))


def _main_text(tree: Any) -> tuple[str, str]:
    """The main text and the date found with it."""
    posts = tree.xpath(_POSTS)
    if posts:
        return "\n".join(text_of(post) for post in posts if not set(post.iterancestors()) & set(posts)), ""
    _unwrap_layout(tree)
    import trafilatura
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")
    # the default of 250 characters is for English prose; below it the whole page with its menus would be taken
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "40")
    found = trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        config=config,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None:
        return "", ""
    lines = (line.strip() for line in (found.text or "").split("\n"))
    return "\n".join(line for line in lines if line.strip(" |-:")), found.date or ""


def _unwrap_layout(tree: Any) -> None:
    """Make plain blocks of tables that only place things, as old sites do; the extractor would join their lines."""
    for table in list(tree.iter("table"))[:MOST_TABLES]:
        parts = [
            part
            for part in table.iter("tbody", "tr", "td", "th")
            if next(part.iterancestors("table"), None) is table
        ]
        if any(len(part.xpath(".//br | .//p | .//div")) > 1 for part in parts if part.tag in ("td", "th")):
            for part in (table, *parts):
                part.tag = "div"


def _script_value(scripts: str, *names: str) -> str:
    """What a page's script gives a name: the first text that is not empty, its escapes and entities resolved.

    Shapes met on 公众号 pages: var x = "…"; var x = htmlDecode("…"); var x = '…'.html(false); window.x = '…' || '';
    {x: JsDecode('…')}; {"x": 1789000000}.
    """
    for name in names:
        value = r"""(?:"(?!")([^"\\]*(?:\\.[^"\\]*)*)"|'(?!')([^'\\]*(?:\\.[^'\\]*)*)'|(\d{10,13})\b)"""
        pattern = (
            rf"""\b{name}["']?\s*[:=]\s*(?:[\w.]+\s*=\s*)?(?:(?:""|'')\s*\|\|\s*)?(?:\w+\(\s*)?{value}"""
        )
        found = re.search(pattern, scripts, re.DOTALL)
        if found:
            return html.unescape(_JS_ESCAPE.sub(_unescape, found[1] or found[2] or found[3])).strip()
    return ""


def _unescape(escape: re.Match[str]) -> str:
    code = escape[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return {"n": "\n", "r": "", "t": " "}.get(code, code)


def _wechat(tree: Any, meta: dict[str, str], scripts: str, title: str) -> Record:
    """A 公众号 page; its text is in #js_content, a picture or text post has it in the script alone."""
    content = tree.xpath("//*[@id='js_content']")
    body = text_of(content[0]) if content else ""
    if not body:
        inner = scripts.partition("text_page_info")[2]
        body = (
            _script_value(scripts, "content_noencode")
            or _script_value(inner, "content")
            or _script_value(scripts, "desc")
        )
        body = body or html.unescape(
            _JS_ESCAPE.sub(_unescape, meta.get("og:description") or meta.get("description", ""))
        )
        body = text_of(_fragment(body)) if re.search(r"<\w", body) else body
    account = _script_value(scripts, "nickname") or _first(tree, "//*[@id='js_name']/text()")
    moment = _script_value(
        scripts, "ct", "create_timestamp", "ori_create_time", "publish_time", "createTime", "create_time"
    )
    return Record(
        _script_value(scripts, "msg_title")
        or title
        or _script_value(scripts.partition("cgiDataNew")[2], "title"),
        body,
        moment or _first(tree, "//*[@id='publish_time']/text()"),
        source=account or _script_value(scripts, "nick_name") or meta.get("author", ""),
        channel="公众号",
    )


def _fragment(content: str) -> Any:
    from lxml import html as lxml_html

    return lxml_html.fragment_fromstring(content, create_parent="div")


def _title(tree: Any, meta: dict[str, str]) -> str:
    """og:title, else what the page's title and its only first heading agree on, without the name of the site."""
    headings = [" ".join(heading.text_content().split()) for heading in tree.xpath("//h1")]
    whole = meta.get("og:title") or _first(tree, "//title/text()")
    if not whole:
        return headings[0] if headings else ""
    for heading in headings:
        if heading and (whole == heading or re.match(re.escape(heading) + r"\s*[-_|–—丨·(（]", whole)):
            return heading
    site = meta.get("og:site_name", "")
    while separator := _SEPARATOR.search(whole):
        tail = whole[separator.end() :].strip()
        if separator.start() < 2 or not (tail == site or site_part(tail)):
            break
        whole = whole[: separator.start()].strip()
    return whole


def _moment(meta: dict[str, str], scripts: str, tree: Any, visible: list[str], title: str) -> str:
    """When the page says that it was published, as written there."""
    for name in (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "publishdate",
        "pubdate",
        "datecreated",
    ):
        if name in meta:
            return meta[name]
    if found := re.search(r'"(?:datePublished|pubDate)"\s*:\s*"([^"]{8,40})"', scripts):
        return found[1]
    if stated := _first(tree, "//time/@datetime"):
        return stated
    moment = near_moment(visible, title)
    if not moment and tree.xpath(_POSTS):
        first = next((found for line in visible if (found := _POSTED.search(line))), None)
        moment = (first[1] or "") if first else ""
    return moment


def _is_stated(date: str, scripts: str, tree: Any, visible: list[str], title: str) -> bool:
    """Whether a date that the extractor found is the page's own: in its head, a script, a link, or near its title."""
    if not date:
        return False
    year, month, day = (int(part) for part in date.split("-"))
    written = re.compile(rf"{year}\D{{0,2}}0?{month}\D{{0,2}}0?{day}(?!\d)")
    marked = tree.xpath("//meta/@content | //link/@href | //time//text()")
    return any(written.search(text) for text in (scripts, *marked, *_near(visible, title)))


def _near(lines: list[str], title: str) -> list[str]:
    """The short lines at a title, that first, as far as the page's foot."""
    start = next((place for place, line in enumerate(lines) if title and line == title), 0)
    near = takewhile(lambda line: not _FOOT.search(line), lines[start : start + NEAR_HEAD])
    return [line for line in near if len(line) <= 80]


def near_moment(lines: list[str], title: str) -> str:
    """The date that the lines next to a title state (发布时间：…, or one that begins a short line)."""
    near = _near(lines, title)
    for line in near:
        if found := _STATED.search(line):
            return found[1] or found[2]
    for line in near[1:] if title and near[:1] == [title] != lines[:1] else []:
        if found := _BARE_MOMENT.search(line):
            return found[1]
    return ""


def _site(meta: dict[str, str], visible: list[str], heading: str) -> str:
    """Who stands for the page: its author, else where it says it comes from, else the name of the site."""
    author = meta.get("author") or meta.get("article:author", "")
    if author and not _NO_AUTHORS.fullmatch(author) and len(author) <= 20 and "/" not in author:
        return author
    for line in visible[:40]:
        found = re.search(r"(?:^|\s)(?:来源|文章来源|來源)\s*[:：]\s*([^\s|,，。]{2,16})", line)
        if found and not _NO_AUTHORS.fullmatch(found[1]):
            return found[1]
    parts = [part.strip() for part in re.split(r"[-_|–—丨·]", heading)[1:]]
    named = [part for part in parts if site_part(part) and not re.match("powered by", part, re.IGNORECASE)]
    return meta.get("og:site_name", "")[:40] or (named[-1] if named else "")
