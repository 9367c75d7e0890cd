"""Pages and feeds from the network, politely: robots.txt, a delay per host, what is unchanged not sent again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import time
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field, replace
from functools import cache as once
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import tables
from toolkit.documents._gather import Asked, Basket
from toolkit.documents._texts import kind_of, take_content
from toolkit.schema import ChoiceError, InputError, Read, checked_moment

if TYPE_CHECKING:
    import httpx
    from protego import Protego

    from toolkit.documents._net import Answer

# the longest page we have seen is 3 MB
MAX_BYTES = 10_000_000
# RFC 9309 asks that at least 500 KiB of robots.txt are read
MAX_ROBOTS_BYTES = 512_000
MAX_REDIRECTS = 5
# a site that asks for a longer pause between requests than this many seconds is left alone
MAX_PAUSE = 30.0
# RFC 9309: a robots.txt may be kept for a day
ROBOTS_AGE = dt.timedelta(hours=24)
AGENT = "WenanToolkit"
_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,text/plain;q=0.8,*/*;q=0.1",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip",
}
# what pages declare, and what their bytes are then read as; anything else is left to detection
_CHARSETS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "cp936", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950"), "big5hkscs"),
}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_TEXT_TYPES = ("", "text/plain", "text/markdown", "application/octet-stream")


def fetch_documents(
    urls: str | Iterable[str],
    *,
    allow_private: bool = False,
    delay: float = 1.0,
    timeout: float = 10.0,
    total: float = 30.0,
    cache: str | Path | MutableMapping[str, bytes] | None = None,
    now: dt.datetime | None = None,
    source: str | None = None,
    channel: str | None = None,
) -> Read:
    """Documents from http(s) pages, RSS/Atom feeds and plain texts, in the order of `urls`.

    robots.txt is honoured, requests to one host are `delay` seconds apart (more where its robots.txt asks for it).
    `timeout` bounds each wait for a server, `total` one URL with its redirects and robots.txt, all in seconds;
    waiting `delay` does not count. With `cache`, a folder or mapping that the caller keeps, what has not changed costs
    one 304 and is not sent again. Each call asks every site for its robots.txt first; with `now` too it is kept in the
    cache for a day, and an unchanged feed costs one request in all: how old a copy is cannot be known without the time.
    `source` and `channel` fill what a page does not say; without `source` the host's name does. Each URL has its line
    in `files` (已读, 未变化, 没有读), and one that was not read its reason in `rejected`; one failing URL stops no other,
    nothing is tried twice.

    Addresses that are not public are refused unless `allow_private`, at every redirect too, and the connection goes
    to the address that was checked. Proxy variables, .netrc and cookies are not used.

    Raises ChoiceError for arguments that cannot be used.

    >>> fetch_documents("ftp://example.com/a").rejected["reason"].tolist()
    ['网址要以 http:// 或 https:// 开头（这个是 ftp）。请从浏览器的地址栏重新复制。']
    """
    from toolkit.documents._net import checked_url, get

    for name, value, least in (("delay", delay, 0.0), ("timeout", timeout, 0.01), ("total", total, 0.01)):
        if not isinstance(value, (int, float)) or not math.isfinite(value) or value < least:
            raise ChoiceError(f"{name} 要写成秒数，例如 {name}=5（现在是 {value!r}）。")
    if not isinstance(urls, Iterable):
        raise ChoiceError(f"urls 要写成一个网址，或者一组网址（现在是 {urls!r}）。")
    moment = None if now is None else checked_moment(now, "now")
    asked = Asked(source=source or "", channel=channel or "", now=moment)
    reach = partial(get, allow_private=allow_private, timeout=timeout)
    trip = _Trip(reach, _Kept(cache), delay, total, asked)
    seen = set()
    for text in [urls] if isinstance(urls, str) else urls:
        # a password in an address is not shown again
        label = re.sub(r"^([^/?#]*//)?[^/?#]*@", r"\1***@", str(text).strip())
        label = label.encode("utf-8", errors="replace").decode()
        try:
            url = checked_url(str(text))
            if url in seen:
                trip.basket.note(label, 0, "同一个网址给了不止一次，只取一次")
                continue
            seen.add(url)
            trip.visit(url, label)
        except InputError as error:
            trip.refuse(label, str(error))
        except Exception as error:  # noqa: BLE001 - whatever one page holds, the other URLs are read
            reason = f"这个网址的内容处理不了（{type(error).__name__}），没有读。请在浏览器里另存为网页，用 read_documents 读入。"
            trip.refuse(label, reason)
    return trip.basket.read()


@dataclass
class _Trip:
    """One call of `fetch_documents`: what was read, and what is known of each site while its URLs are visited."""

    reach: Callable[..., Answer]
    kept: _Kept
    delay: float
    total: float
    asked: Asked
    basket: Basket = field(default_factory=Basket)
    # of the URL visited now: the name shown for it, the seconds left to it
    label: str = ""
    left: float = 0.0
    # by origin: the rules, or the reason why nothing may be fetched
    robots: dict[str, Protego | str] = field(default_factory=dict)
    # by host: when the last request ended, the pause it asks for, why it wants no more requests
    ended: dict[str, float] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)

    def refuse(self, label: str, reason: str) -> None:
        self.basket.reject(label, 0, reason)
        self.basket.add_file(label, format="", rejected=1, outcome="没有读")

    def visit(self, url: httpx.URL, label: str) -> None:
        """Read one URL, over its redirects. Raises InputError with the reason where it cannot be read."""
        from toolkit.documents._net import checked_url

        self.label, self.left = label, self.total
        asked = replace(self.asked, source=self.asked.source or url.host)
        seen = {url}
        while True:
            self._permission(url)
            answer, kept = self._ask(url)
            if not _redirects(answer):
                break
            target = checked_url(answer.headers["location"], url)
            if target in seen:
                raise InputError("这个网址转来转去，又转回了原处，没有读。请在浏览器里核对这个网址。")
            if len(seen) > MAX_REDIRECTS:
                raise InputError(f"这个网址转了 {MAX_REDIRECTS} 次还没到，没有读。请直接用最后的网址。")
            seen.add(target)
            url = target
        self._take(url, answer, kept, asked)

    def _get(self, url: httpx.URL, headers: dict[str, str], cap: int) -> Answer:
        """One request when its host may be asked again, its time taken from the URL's."""
        if url.host in self.closed:
            raise InputError(self.closed[url.host])
        if url.host in self.ended:
            pause = self.pauses.get(url.host, self.delay)
            wait = max(0.0, self.ended[url.host] + pause - time.monotonic())
            time.sleep(wait)
            if self.left < self.total:
                # a site's own wish for long pauses counts as its slowness
                self.left -= max(0.0, wait - self.delay)
        began = time.monotonic()
        headers = {"User-Agent": _user_agent(), **_HEADERS, **headers}
        try:
            return self.reach(url, headers, seconds=self.left, cap=cap)
        finally:
            self.ended[url.host] = time.monotonic()
            self.left -= self.ended[url.host] - began

    def _ask(self, url: httpx.URL) -> tuple[Answer, _Copy | None]:
        """The answer of a page or feed, and what is kept of it where the server says that it has not changed."""
        kept = self.kept.load(str(url))
        known = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")) if kept else ()
        headers = {name: kept[0][key] for name, key in known if kept and kept[0].get(key)}
        answer = self._get(url, headers, MAX_BYTES)
        if answer.status == 304 and kept:
            return answer, kept
        if answer.status in (429, 503) and "retry-after" in answer.headers:
            self.closed[url.host] = _refusal(answer)
        if answer.status not in (200, 203) and not _redirects(answer):
            raise InputError(_refusal(answer))
        if not answer.whole:
            limit = f"{MAX_BYTES / 1_000_000:g} MB"
            raise InputError(f"内容超过 {limit}，没有读。请下载后拆成几份，再用 read_documents 读入。")
        return answer, None

    def _permission(self, url: httpx.URL) -> None:
        """Raise InputError where the site's robots.txt does not let us ask for this URL."""
        from toolkit.documents._net import ReachError

        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self.robots:
            try:
                self.robots[origin] = self._read_robots(origin)
            except ReachError as error:
                self.robots[origin] = str(error)
            except InputError as error:
                self.robots[origin] = f"读不到这个网站的 robots.txt，按惯例不取它的网页：{error}"
        rules = self.robots[origin]
        if isinstance(rules, str):
            raise InputError(rules)
        if not rules.can_fetch("http://host" + url.raw_path.decode("ascii"), AGENT):
            raise InputError(
                "网站的 robots.txt 不让程序取这个网页，没有去取。请在浏览器里打开，另存为网页后再读入。"
            )
        pause = rules.crawl_delay(AGENT) or 0.0
        if pause > MAX_PAUSE:
            reason = f"网站要求每 {pause:g} 秒才取一次，间隔太长，没有去取"
            raise InputError(f"{reason}。请在浏览器里打开，另存为网页后再读入。")
        self.pauses[url.host] = max(self.delay, pause, self.pauses.get(url.host, 0.0))

    def _read_robots(self, origin: str) -> Protego:
        """The rules of a site's robots.txt: none where it has none. Raises InputError where it cannot be read."""
        from protego import Protego

        from toolkit.documents._net import checked_url

        name, now = f"robots.txt {origin}", self.asked.now
        kept = self.kept.load(name) if now else None
        if kept and now and 0 <= now.timestamp() - float(kept[0]["at"]) < ROBOTS_AGE.total_seconds():
            return Protego.parse(kept[1].decode("utf-8-sig", errors="replace"))
        page = checked_url(f"{origin}/robots.txt")
        answer = self._get(page, {}, MAX_ROBOTS_BYTES)
        for _ in range(MAX_REDIRECTS):
            if not _redirects(answer):
                break
            page = checked_url(answer.headers["location"], page)
            answer = self._get(page, {}, MAX_ROBOTS_BYTES)
        if answer.status not in (200, 203) and not 400 <= answer.status < 500:
            raise InputError(_refusal(answer))
        if now:
            self._keep(name, {"at": str(now.timestamp())}, answer.body)
        return Protego.parse(answer.body.decode("utf-8-sig", errors="replace"))

    def _take(self, url: httpx.URL, answer: Answer, kept: _Copy | None, asked: Asked) -> None:
        """Take in what came, or what was kept of it; keep what the server can tell us to be unchanged."""
        stated = kept[0]["type"] if kept else answer.headers.get("content-type", "")
        body = kept[1] if kept else answer.body
        content, encoding = _decoded(body, stated, self.label)
        if not content.strip():
            raise InputError("网页是空的，没有可读的内容。请在浏览器里核对这个网址。")
        kind = _kind(content, stated.partition(";")[0].strip().lower())
        take_content(content, kind, self.label, self.basket, asked, encoding=encoding, url=str(url))
        if kept:
            self.basket.files[-1]["outcome"] = "未变化"
            return
        head = {key: answer.headers.get(key, "") for key in ("etag", "last-modified")}
        # what is not ASCII cannot be sent back
        if any(head.values()) and "".join(head.values()).isascii():
            self._keep(str(url), {**head, "type": stated}, body)

    def _keep(self, name: str, head: dict[str, str], body: bytes) -> None:
        try:
            self.kept.save(name, (head, body))
        except OSError:
            self.basket.note(self.label, 0, "缓存文件夹写不进去，下次会重新取一遍")


# what is kept of an address: its ETag and the like, and the body unpacked
_Copy = tuple[dict[str, str], bytes]


class _Kept:
    """The caller's cache, a folder or a mapping: bytes by name, each checked against its own sum when it comes back."""

    def __init__(self, cache: str | Path | MutableMapping[str, bytes] | None) -> None:
        if not isinstance(cache, (str, Path, MutableMapping, type(None))):
            raise ChoiceError(f"cache 要写成一个文件夹，或者一个字典（现在是 {type(cache).__name__}）。")
        self._cache = {} if cache is None else Path(cache) if isinstance(cache, str) else cache

    def load(self, name: str) -> _Copy | None:
        """What is kept under a name; None where there is nothing or it is damaged."""
        try:
            cache = self._cache
            data = (cache / _file_name(name)).read_bytes() if isinstance(cache, Path) else cache[name]
            digest, head, body = data.split(b"\n", 2)
            return (json.loads(head), body) if digest == _digest(name, head, body) else None
        except (OSError, KeyError, ValueError, AttributeError, TypeError):
            return None

    def save(self, name: str, copy: _Copy) -> None:
        """Keep a copy; one that was cut off is passed over by `load`. Raises OSError where the folder cannot be written."""
        head, body = json.dumps(copy[0]).encode("ascii"), copy[1]
        data = b"\n".join((_digest(name, head, body), head, body))
        if isinstance(self._cache, Path):
            self._cache.mkdir(parents=True, exist_ok=True)
            (self._cache / _file_name(name)).write_bytes(data)
        else:
            self._cache[name] = data


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest() + ".kept"


def _digest(name: str, head: bytes, body: bytes) -> bytes:
    return hashlib.sha256(b"\n".join((name.encode(), head, body))).hexdigest().encode("ascii")


def _decoded(data: bytes, stated: str, label: str) -> tuple[str, str]:
    """Text and encoding: what the header or the page declares where its bytes agree, else what is detected."""
    text, found = tables.decode(data, label)
    if found.startswith("utf-"):
        return text, found
    for place in (stated.encode("utf-8"), data[:4096]):
        match = _DECLARED.search(place)
        declared = _CHARSETS.get(match[1].decode("ascii").lower()) if match else None
        try:
            if declared:
                return data.decode(declared), declared
        except UnicodeDecodeError:
            continue
    return text, found


def _kind(content: str, media: str) -> str:
    """Feed, page or text: the content decides, the stated type only where the content could be anything."""
    if (kind := kind_of(content, "")) == "feed":
        return kind
    if _PAGE.search(content[:2000]) or media in _PAGE_TYPES:
        return "page"
    if media.endswith("xml"):
        return "feed"
    if media in _TEXT_TYPES:
        return "markdown" if media == "text/markdown" else "text"
    raise InputError(f"内容是 {media[:40]}，不是网页、订阅源或文字，没有读。请下载后用 read_documents 读入。")


def _redirects(answer: Answer) -> bool:
    return answer.status in (301, 302, 303, 307, 308) and "location" in answer.headers


def _refusal(answer: Answer) -> str:
    """Why an answer without content is one, and what to do."""
    status = answer.status
    stated = answer.headers.get("retry-after", "")
    later = f"过 {int(stated[:6])} 秒" if stated.isascii() and stated.isdecimal() else "过一会儿"
    if status in (404, 410):
        return f"网页不存在或者已经删除（{status}）。请核对网址。"
    if status in (401, 403, 407, 451):
        return f"网站不让程序取这个网页（{status}）。请在浏览器里打开，另存为网页后再读入。"
    if status == 429:
        return f"网站说取得太频繁（429）。请{later}再取，或者把 delay= 调大。"
    if status >= 500:
        return f"网站暂时出错（{status}）。请{later}再取。"
    return f"网站没有给出内容（{status}）。请在浏览器里核对这个网址。"


@once
def _user_agent() -> str:
    try:
        version = metadata.version("wenan-toolkit")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"{AGENT}/{version} (content desk; respects robots.txt)"
