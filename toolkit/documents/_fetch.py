"""Pages and feeds from the network, politely: robots.txt, a delay per host, what is unchanged not sent again."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import json
import math
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from functools import cache as once
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import tables
from toolkit.documents._gather import Asked, Basket
from toolkit.documents._texts import kind_of, take_content
from toolkit.schema import TIME_ZONE, ChoiceError, InputError, Read, checked_moment

if TYPE_CHECKING:
    import httpx
    from protego import Protego

    from toolkit.documents._net import Answer, Wire

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
_ACCEPT = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,text/plain;q=0.8,*/*;q=0.1"
)
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
    waiting `delay` does not count. With `cache`, a folder or mapping that the caller keeps, what has not changed is
    not sent again, and with `now` a robots.txt is kept for a day. `source` and `channel` fill what a page does not
    say; without `source` the host's name does. Each URL has its line in `files` (已读, 未变化, 没有读), and one that
    was not read its reason in `rejected`; one failing URL stops no other, nothing is tried twice.

    Addresses that are not public are refused unless `allow_private`, at every redirect too, and the connection goes
    to the address that was checked. Proxy variables, .netrc and cookies are not used.

    Raises ChoiceError for arguments that cannot be used.

    >>> fetch_documents("ftp://example.com/a").rejected["reason"].tolist()
    ['网址要以 http:// 或 https:// 开头（这个是 ftp）。请从浏览器的地址栏重新复制。']
    """
    from toolkit.documents._net import Wire, checked_url

    for name, value, least in (("delay", delay, 0.0), ("timeout", timeout, 0.01), ("total", total, 0.01)):
        if not isinstance(value, (int, float)) or not math.isfinite(value) or value < least:
            raise ChoiceError(f"{name} 要写成秒数，例如 {name}=5（现在是 {value!r}）。")
    if not isinstance(urls, Iterable):
        raise ChoiceError(f"urls 要写成一个网址，或者一组网址（现在是 {urls!r}）。")
    moment = None if now is None else checked_moment(now, "now")
    asked = Asked(source=source or "", channel=channel or "", now=moment)
    trip = _Trip(Wire(allow_private=allow_private, timeout=timeout), _Kept(cache), delay, total, asked)
    visits, seen = [], set()
    for text in [urls] if isinstance(urls, str) else urls:
        # a password in an address is not shown again
        label = re.sub(r"^([^/?#]*//)?[^/?#]*@", r"\1***@", str(text).strip())
        visit = _Visit(label.encode("utf-8", errors="replace").decode(), total)
        visits.append(visit)
        try:
            url = checked_url(str(text))
        except InputError as error:
            visit.refuse(str(error))
            continue
        if url in seen:
            visit.basket.note(visit.label, 0, "同一个网址给了不止一次，只取一次")
            continue
        seen.add(url)
        visit.steps = trip.steps(visit, url)
    trip.run(visits)
    return _merged([visit.basket for visit in visits]).read()


@dataclass
class _Visit:
    """One URL on its way: the name shown for it, the seconds left to it, what came of it, what is still to do."""

    label: str
    left: float
    basket: Basket = field(default_factory=Basket)
    steps: Iterator[str] = field(default_factory=lambda: iter(()))

    def refuse(self, reason: str) -> None:
        self.basket.reject(self.label, 0, reason)
        row = {"format": "", "encoding": "", "read": 0, "rejected": 1, "outcome": "没有读"}
        self.basket.files.append({"path": self.label, **row})


@dataclass
class _Trip:
    """One call of `fetch_documents`: what is known of each site while its URLs are visited."""

    wire: Wire
    kept: _Kept
    delay: float
    total: float
    asked: Asked
    # by origin: the rules, or the reason why nothing may be fetched
    robots: dict[str, Protego | str] = field(default_factory=dict)
    # by host: when the last request ended, the pause it asks for, why it wants no more requests
    ended: dict[str, float] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)

    def run(self, visits: list[_Visit]) -> None:
        """Take the visits on by turns: the first whose host may be asked again goes on, so that no host waits for another."""
        hosts = {place: next(visit.steps, "") for place, visit in enumerate(visits)}
        while hosts := {place: host for place, host in hosts.items() if host}:
            now = time.monotonic()
            place = min(hosts, key=lambda place: max(now, self._ready(hosts[place])))
            visit, waited = visits[place], self._wait(hosts[place])
            if visit.left < self.total:
                # a site's own wish for long pauses counts as its slowness
                visit.left -= max(0.0, waited - self.delay)
            hosts[place] = next(visit.steps, "")

    def _ready(self, host: str) -> float:
        if host not in self.ended:
            return 0.0
        return self.ended[host] + self.pauses.get(host, self.delay)

    def _wait(self, host: str) -> float:
        seconds = max(0.0, self._ready(host) - time.monotonic())
        time.sleep(seconds)
        return seconds

    def steps(self, visit: _Visit, url: httpx.URL) -> Iterator[str]:
        """Visit one URL; gives the host before each request to it and goes on when that may be asked."""
        from toolkit.documents._net import checked_url

        first, seen = url, {url}
        try:
            while True:
                yield from self._permission(visit, url)
                yield url.host
                answer, kept = self._ask(visit, url)
                if not _redirects(answer):
                    break
                target = checked_url(answer.headers["location"], url)
                if target in seen:
                    raise InputError("这个网址转来转去，又转回了原处，没有读。请在浏览器里核对这个网址。")
                if len(seen) > MAX_REDIRECTS:
                    raise InputError(f"这个网址转了 {MAX_REDIRECTS} 次还没到，没有读。请直接用最后的网址。")
                if url.scheme == "https" and target.scheme == "http":
                    visit.basket.note(visit.label, 0, "网站从加密的 https 转到了不加密的 http")
                seen.add(target)
                url = target
            asked = replace(self.asked, source=self.asked.source or first.host)
            self._take(visit, url, answer, kept, asked)
        except InputError as error:
            visit.refuse(str(error))

    def _get(self, visit: _Visit, url: httpx.URL, headers: dict[str, str], cap: int) -> Answer:
        """One request, its time taken from the visit's."""
        if url.host in self.closed:
            raise InputError(self.closed[url.host])
        began = time.monotonic()
        headers = {
            "User-Agent": _user_agent(),
            "Accept": _ACCEPT,
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": "gzip, deflate",
            **headers,
        }
        try:
            return self.wire.get(url, headers, seconds=visit.left, cap=cap)
        finally:
            self.ended[url.host] = time.monotonic()
            visit.left -= self.ended[url.host] - began

    def _ask(self, visit: _Visit, url: httpx.URL) -> tuple[Answer, _Copy | None]:
        """The answer of a page or feed, and what is kept of it where the server says that it has not changed."""
        kept = self.kept.load(str(url))
        known = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")) if kept else ()
        headers = {name: kept.head[key] for name, key in known if kept and kept.head.get(key)}
        answer = self._get(visit, url, headers, MAX_BYTES)
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

    def _permission(self, visit: _Visit, url: httpx.URL) -> Iterator[str]:
        """Raise InputError where the site's robots.txt does not let us ask for this URL."""
        from toolkit.documents._net import ReachError

        origin = _origin(url)
        if origin not in self.robots:
            yield url.host
        if origin not in self.robots:
            try:
                self.robots[origin] = self._read_robots(visit, url)
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

    def _read_robots(self, visit: _Visit, url: httpx.URL) -> Protego:
        """The rules of a site's robots.txt: none where it has none. Raises InputError where it cannot be read."""
        from protego import Protego

        from toolkit.documents._net import checked_url

        name, now = f"robots.txt {_origin(url)}", self.asked.now
        kept = self.kept.load(name) if now else None
        if kept and now and 0 <= now.timestamp() - float(kept.head["at"]) < ROBOTS_AGE.total_seconds():
            return Protego.parse(kept.body.decode("utf-8-sig", errors="replace"))
        page = checked_url("/robots.txt", url)
        answer = self._get(visit, page, {}, MAX_ROBOTS_BYTES)
        for _ in range(MAX_REDIRECTS):
            if not _redirects(answer):
                break
            page = checked_url(answer.headers["location"], page)
            self._wait(page.host)
            answer = self._get(visit, page, {}, MAX_ROBOTS_BYTES)
        if answer.status not in (200, 203) and not 400 <= answer.status < 500:
            raise InputError(_refusal(answer))
        if now:
            self._keep(visit, name, {"at": str(now.timestamp())}, answer.body)
        return Protego.parse(answer.body.decode("utf-8-sig", errors="replace"))

    def _take(self, visit: _Visit, url: httpx.URL, answer: Answer, kept: _Copy | None, asked: Asked) -> None:
        """Take in what came, or what was kept of it; keep what the server can tell us to be unchanged."""
        body, stated = (
            (kept.body, kept.head["type"]) if kept else (answer.body, answer.headers.get("content-type", ""))
        )
        media = stated.partition(";")[0].strip().lower()
        content, encoding = _decoded(body, stated, visit.label)
        if not content.strip():
            raise InputError("网页是空的，没有可读的内容。请在浏览器里核对这个网址。")
        kind = _kind(content, media)
        take_content(content, kind, visit.label, visit.basket, asked, encoding=encoding, url=str(url))
        if kept:
            visit.basket.files[-1]["outcome"] = "未变化"
            return
        head = {key: answer.headers.get(key, "") for key in ("etag", "last-modified")}
        # what is not ASCII cannot be sent back
        if any(head.values()) and "".join(head.values()).isascii():
            self._keep(visit, str(url), {**head, "type": stated}, body)

    def _keep(self, visit: _Visit, name: str, head: dict[str, str], body: bytes) -> None:
        try:
            self.kept.save(name, _Copy(head, body))
        except OSError:
            visit.basket.note(visit.label, 0, "缓存文件夹写不进去，下次会重新取一遍")


@dataclass(frozen=True)
class _Copy:
    """What is kept of an address: its ETag and the like, and the body unpacked."""

    head: dict[str, str]
    body: bytes


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
            digest, _, rest = data.partition(b"\n")
            if digest.decode("ascii") != _digest(name, rest):
                return None
            head, _, body = rest.partition(b"\n")
            return _Copy(json.loads(head), body)
        except (OSError, KeyError, ValueError, AttributeError, TypeError):
            return None

    def save(self, name: str, copy: _Copy) -> None:
        """Keep a copy, whole or not at all. Raises OSError where the folder cannot be written."""
        rest = json.dumps(copy.head).encode("ascii") + b"\n" + copy.body
        data = _digest(name, rest).encode("ascii") + b"\n" + rest
        if not isinstance(self._cache, Path):
            self._cache[name] = data
            return
        self._cache.mkdir(parents=True, exist_ok=True)
        number, place = tempfile.mkstemp(dir=self._cache)
        try:
            with os.fdopen(number, "wb") as stream:
                stream.write(data)
            Path(place).replace(self._cache / _file_name(name))
        except OSError:
            Path(place).unlink(missing_ok=True)
            raise


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest() + ".kept"


def _digest(name: str, rest: bytes) -> str:
    return hashlib.sha256(name.encode() + b"\n" + rest).hexdigest()


def _merged(baskets: Iterable[Basket]) -> Basket:
    """All baskets as one, in their order."""
    whole = Basket()
    for basket in baskets:
        whole.pages += [(len(whole.frames) + place, name) for place, name in basket.pages]
        for name in ("frames", "extras", "rejected", "notes", "columns", "files"):
            getattr(whole, name).extend(getattr(basket, name))
    return whole


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
    later = _later(answer.headers.get("retry-after", ""))
    if status in (404, 410):
        return f"网页不存在或者已经删除（{status}）。请核对网址。"
    if status in (401, 403, 407, 451):
        return f"网站不让程序取这个网页（{status}）。请在浏览器里打开，另存为网页后再读入。"
    if status == 429:
        return f"网站说取得太频繁（429）。请{later}再取，或者把 delay= 调大。"
    if status >= 500:
        return f"网站暂时出错（{status}）。请{later}再取。"
    return f"网站没有给出内容（{status}）。请在浏览器里核对这个网址。"


def _later(stated: str) -> str:
    """A Retry-After header in words."""
    if stated.isascii() and stated.isdecimal():
        return f"过 {int(stated[:6])} 秒"
    try:
        moment = email.utils.parsedate_to_datetime(stated).astimezone(TIME_ZONE)
    except (ValueError, OverflowError):
        return "过一会儿"
    return f"在 {moment.month}月{moment.day}日 {moment:%H:%M} 以后"


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


@once
def _user_agent() -> str:
    try:
        version = metadata.version("wenan-toolkit")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"{AGENT}/{version} (content desk; respects robots.txt)"
