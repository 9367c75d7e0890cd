"""Pages and feeds from a real server on this machine, its faults included. Nothing leaves the machine."""

import datetime as dt
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_server import Asked, Pieces, Site, reply

from toolkit.documents import _fetch, _net
from toolkit.documents._fetch import fetch_documents
from toolkit.documents._texts import take_content
from toolkit.schema import TIME_ZONE, ChoiceError, InputError, Read

BODY = "看底部的小嘴，张得开的熟得透。捏一捏皮，紧的水分足。再掂一掂，同样大小挑重的那个，买回来放阴凉处。"
PAGE = f"""<html><head><title>石榴怎么挑</title></head><body><article><h1>石榴怎么挑</h1>
<p>{BODY}</p><p>一周内吃完最甜，剥好的籽装进盒子放冷藏，三天内吃完，别放冷冻。</p></article></body></html>"""
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>鲜果铺</title>
<item><title>石榴到了</title><link>http://127.0.0.1/1</link><description>软籽的甜，今早刚卸车。</description></item>
<item><title>柿子慢慢来</title><link>http://127.0.0.1/2</link><description>霜降以后再摘。</description></item>
</channel></rss>"""
NOW = dt.datetime(2026, 9, 21, 9, tzinfo=TIME_ZONE)
RSS = "application/rss+xml; charset=utf-8"

DEAD = "10.9.9.9"
NAMES: dict[str, list[str]] = {}
real_lookup = socket.getaddrinfo
real_connect = httpcore.SyncBackend.connect_tcp


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses connected to; all lead to this machine, and names are known only from NAMES."""
    NAMES.clear()
    NAMES.update({"xn--4jk.test": ["127.0.0.1"], "one.test": ["127.0.0.1"], "two.test": ["127.0.0.1"]})
    addresses: list[str] = []

    def lookup(host: str, port: int, *rest: Any, **more: Any) -> Any:
        try:
            found = NAMES.get(host) or [
                str(item[4][0]) for item in real_lookup(host, port, flags=socket.AI_NUMERICHOST)
            ]
        except OSError:
            raise socket.gaierror("no such name") from None
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def connect(backend: Any, host: str, port: int, *rest: Any, **more: Any) -> Any:
        addresses.append(host)
        if host == DEAD:
            raise httpcore.ConnectError("refused")
        return real_connect(backend, "127.0.0.1", port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return addresses


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def fetch(urls: Any, **options: Any) -> Read:
    return fetch_documents(
        urls, **{"allow_private": True, "delay": 0.0, "timeout": 2.0, "total": 5.0, **options}
    )


def files_of(read: Read) -> list[dict[str, Any]]:
    return read.files.to_dict("records")


def outcomes(read: Read) -> list[str]:
    return [row["outcome"] for row in files_of(read)]


def reason(url: str, **options: Any) -> str:
    """Why a URL was not read, after checking that it is told in all the places where it should be."""
    read = fetch(url, **options)
    row = {"path": url, "format": "", "encoding": "", "read": 0, "rejected": 1, "outcome": "没有读"}
    assert files_of(read) == [row]
    assert read.frame.empty
    assert read.rejected[["path", "row"]].to_numpy().tolist() == [[url, 0]]
    return str(read.rejected["reason"].item())


def test_a_page_a_feed_and_a_text_are_read_in_the_order_given(site: Site) -> None:
    site.pages = {
        "/page": reply(PAGE),
        "/feed": reply(FEED, kind=RSS),
        "/text": reply("秋天的第一锅粥\n小米要泡半小时。", kind="text/plain; charset=utf-8"),
    }
    urls = [site.url(path) for path in ("/text", "/page", "/feed")]
    read = fetch(urls, channel="网站")
    assert read.frame["title"].tolist() == ["秋天的第一锅粥", "石榴怎么挑", "石榴到了", "柿子慢慢来"]
    assert BODY in read.frame["body"][1]
    assert read.frame["url"].tolist()[1:] == [urls[1], "http://127.0.0.1/1", "http://127.0.0.1/2"]
    assert set(read.frame["channel"]) == {"网站"}
    assert files_of(read) == [
        {"path": url, "format": kind, "encoding": "utf-8", "read": count, "rejected": 0, "outcome": "已读"}
        for url, kind, count in zip(urls, ("text", "page", "feed"), (1, 1, 2), strict=True)
    ]
    assert read.rejected.empty
    assert read.frame["source"][0] == "127.0.0.1"
    assert fetch(urls[0], source="粥铺").frame["source"].tolist() == ["粥铺"]


def test_the_server_sees_a_named_agent_and_no_secrets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    site.pages = {"/page": reply(PAGE, set_cookie="id=1"), "/page?2": reply(PAGE)}
    read = fetch([site.url("/page"), site.url("/page?2")])
    assert site.paths == ["/robots.txt", "/page", "/page?2"]
    assert read.rejected.empty
    headers = site.asked[1].headers
    assert (
        headers["user-agent"].startswith("WenanToolkit/") and "respects robots.txt" in headers["user-agent"]
    )
    assert headers["accept-encoding"] == "gzip"
    assert not {"cookie", "authorization", "referer"} & {
        name for asked in site.asked for name in asked.headers
    }


@pytest.mark.parametrize(
    ("body", "kind", "encoding"),
    [
        (PAGE.encode("gbk"), "text/html; charset=GBK", "gb18030"),
        (PAGE.replace("<head>", "<head><meta charset=gb2312>").encode("gbk"), "text/html", "gb18030"),
        (PAGE.encode("gbk"), "text/html; charset=utf-8", "gb18030"),
        (PAGE.encode(), "text/html; charset=gbk", "utf-8"),
        (PAGE.encode(), "text/html; charset=punycode", "utf-8"),
        (PAGE.encode("utf-8-sig"), "text/plain", "utf-8-sig"),
        (PAGE.encode(), "application/octet-stream", "utf-8"),
    ],
)
def test_the_bytes_decide_on_encoding_and_kind(site: Site, body: bytes, kind: str, encoding: str) -> None:
    site.pages = {"/page": reply(body, kind=kind)}
    read = fetch(site.url("/page"))
    assert BODY in read.frame["body"].item()
    assert [(row["format"], row["encoding"]) for row in files_of(read)] == [("page", encoding)]


def test_utf_8_wins_over_a_charset_that_would_fit_too() -> None:
    data = "<html>石榴</html>".encode()
    assert "石榴" not in data.decode("gb18030")
    assert _fetch._decoded(data, "text/html; charset=gbk", "") == ("<html>石榴</html>", "utf-8")


def test_a_feed_is_known_by_its_content(site: Site) -> None:
    site.pages = {"/feed": reply(FEED, kind="text/html")}
    assert fetch(site.url("/feed")).frame["title"].tolist() == ["石榴到了", "柿子慢慢来"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(b"%PDF-1.7 \x00\x01", kind="text/html"), "PDF"),
        (reply(b"\x89PNG\r\n\x1a\n", kind="text/html"), "PNG"),
        (reply(b"PK\x03\x04" + bytes(99), kind="text/plain"), "压缩包"),
        (reply("{}", kind="application/json"), "application/json"),
        (reply(" \n"), "空的"),
        (reply("", status="403 Forbidden"), "403"),
        (reply("", status="404 Not Found"), "不存在"),
        (reply("", status="410 Gone"), "已经删除（410）"),
        (reply("", status="429 Too Many Requests", retry_after="120"), "过 120 秒"),
        (reply("", status="503 No", retry_after="Mon, 21 Sep 2026 01:00:00 GMT"), "过一会儿"),
        (reply("", status="500 Oh"), "过一会儿"),
        (reply("", status="304 Not Modified"), "304"),
        (reply("", status="302 Found"), "302"),
        (reply("", status="302 Found", location="http://[::x]/"), "写得不对"),
        (reply("", status="302 Found", location="file:///etc/passwd"), "http:// 或 https://"),
        (reply("", status="302 Found", location="http://a:b@127.0.0.1/"), "用户名或密码"),
        (reply(PAGE, content_length="99999"), "断在中间"),
        (reply(PAGE, content_length="x"), "断在中间"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"], "断在中间"),
        ([b""], "断在中间"),
        ([b"SSH-2.0-x\r\n"], "断在中间"),
        (reply(gzip.compress(PAGE.encode())[:-20], content_encoding="gzip"), "不完整"),
        (reply(PAGE, content_encoding="gzip"), "不完整"),
        (reply(PAGE, content_encoding="br"), "br"),
        (reply(zlib.compress(PAGE.encode()), content_encoding="deflate"), "deflate"),
    ],
)
def test_each_fault_is_one_clear_reason(site: Site, answer: list[bytes], words: str) -> None:
    site.pages = {"/page": answer}
    assert words in reason(site.url("/page"))


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])]
)
def test_packed_pages_are_unpacked(site: Site, pack: Any) -> None:
    site.pages = {"/page": reply(pack(PAGE.encode()), content_encoding="gzip")}
    assert BODY in fetch(site.url("/page")).frame["body"].item()


def test_a_body_longer_than_its_stated_length_ends_there(site: Site) -> None:
    site.pages = {"/page": reply("石榴\n看底部的小嘴", kind="text/plain", content_length="16")}
    assert fetch(site.url("/page")).frame[["title", "body"]].to_numpy().tolist() == [["石榴", "看底部"]]


def test_a_page_that_cannot_be_handled_stops_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(content: str, *rest: Any, **more: Any) -> None:
        if "坏" in content:
            raise RecursionError("too deep")
        take_content(content, *rest, **more)

    monkeypatch.setattr(_fetch, "take_content", take)
    site.pages = {"/bad": reply("坏"), "/page": reply(PAGE)}
    read = fetch([site.url("/bad"), site.url("/page")])
    assert outcomes(read) == ["没有读", "已读"]
    assert read.rejected.to_numpy().tolist() == [
        [
            site.url("/bad"),
            0,
            "这个网址的内容处理不了（RecursionError），没有读。请在浏览器里另存为网页，用 read_documents 读入。",
        ]
    ]


def test_bad_addresses_stop_no_good_ones(site: Site) -> None:
    site.pages = {"/page": reply(PAGE)}
    spelt = "ftp://a.test/ www.a.test http:// http://a.test:99999/ http://a..test/ http://0177.0.0.1/ http://xn--a.test/"
    bad = [*spelt.split(), "http://[::1", ""]
    secret = ["ann:secret@one.test/", "http://ann:secret@one.test/"]
    good = [site.url("/page"), site.url("/page#top")]
    read = fetch([*bad, "http://\ud800/x", *secret, "http://none.test/", *good])
    assert read.frame["title"].tolist() == ["石榴怎么挑"]
    shown = ["http://?/x", "***@one.test/", "http://***@one.test/", "http://none.test/"]
    assert read.rejected["path"].tolist() == [*bad, *shown]
    assert outcomes(read) == ["没有读"] * 13 + ["已读"]
    assert read.rejected["reason"].str.contains("找不到这个网站").tolist() == [False] * 12 + [True]
    assert read.notes["note"].tolist() == ["同一个网址给了不止一次，只取一次"]
    assert "secret" not in str([read.rejected.to_dict(), read.notes.to_dict(), files_of(read)])


def test_nothing_listening_and_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        port = plain.getsockname()[1]

        def answer() -> None:
            with plain.accept()[0] as one:
                one.recv(4096)
                one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert "加密连接" in reason(f"https://127.0.0.1:{port}/")
        thread.join()
    assert "连不上" in reason(f"http://127.0.0.1:{port}/")


def test_robots_forbids_one_path_and_is_asked_once(site: Site) -> None:
    site.pages = {
        "/robots.txt": reply("User-agent: *\nDisallow: /inner\n", kind="text/plain"),
        "/page": reply(PAGE),
        "/page?2": reply(PAGE),
        "/inner/page": reply(PAGE),
    }
    read = fetch([site.url("/inner/page"), site.url("/page"), site.url("/page?2")])
    assert outcomes(read) == ["没有读", "已读", "已读"]
    assert "不让程序取" in read.rejected["reason"].item()
    assert site.paths == ["/robots.txt", "/page", "/page?2"]


@pytest.mark.parametrize(
    ("robots", "read"),
    [
        (reply("", status="404 Not Found"), 1),
        (reply("", status="403 Forbidden"), 1),
        (reply("<html>home</html>"), 1),
        (reply("User-agent: *\nDisallow: /\n\nUser-agent: WenanToolkit\nAllow: /\n"), 1),
        (reply("User-agent: *\nAllow: /\n" + "# 说明\n" * 200_000), 1),
        (reply("", status="302 Found", location="/other.txt"), 1),
        (reply("\ufeffUser-agent: WenanToolkit\nDisallow: /\n"), 0),
        (reply("", status="503 No"), 0),
        (reply("", status="302 Found", location="/robots.txt"), 0),
        (reply("User-agent: *\nCrawl-delay: 3600\n"), 0),
        ([b"nonsense"], 0),
    ],
)
def test_robots_missing_permits_and_unreachable_forbids(site: Site, robots: list[bytes], read: int) -> None:
    site.pages = {"/robots.txt": robots, "/page": reply(PAGE)}
    assert len(fetch(site.url("/page")).frame) == read


def hops(count: int) -> dict[str, Any]:
    pages: dict[str, Any] = {
        f"/{n}": reply("", status="302 Found", location=f"/{n - 1}") for n in range(1, count + 1)
    }
    return {**pages, "/0": reply(PAGE)}


def test_five_redirects_are_followed_and_a_sixth_is_not(site: Site) -> None:
    site.pages = hops(6)
    read = fetch(site.url("/5"))
    assert read.frame["url"].tolist() == [site.url("/0")]
    assert [row["path"] for row in files_of(read)] == [site.url("/5")]
    assert "转了 5 次" in reason(site.url("/6"))
    assert site.paths[-6:] == ["/6", "/5", "/4", "/3", "/2", "/1"]


def test_a_loop_is_noticed_and_each_site_asked_for_permission(site: Site) -> None:
    site.pages = {
        "/a": reply("", status="301 Moved", location=site.url("/b", "one.test")),
        "/b": reply("", status="301 Moved", location=site.url("/a")),
    }
    assert "转回了原处" in reason(site.url("/a"))
    assert site.paths == ["/robots.txt", "/a", "/robots.txt", "/b"]


@pytest.mark.parametrize(
    "address",
    [
        *(
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "198.18.0.1",
        ),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1"),  # noqa: S104
        *(
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:db8::1",
        ),
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str, connected: list[str]) -> None:
    NAMES["rival.test"] = ["93.184.216.34", address]
    assert "内网或保留地址" in reason("http://rival.test/", allow_private=False)
    assert connected == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert _net.is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"])
def test_every_spelling_of_this_machine_is_refused(host: str, connected: list[str]) -> None:
    assert "内网或保留地址" in reason(f"http://{host}/", allow_private=False)
    assert connected == []


def test_a_redirect_inwards_is_refused(site: Site, connected: list[str]) -> None:
    NAMES["rival.test"] = ["93.184.216.34"]
    site.pages = {
        "/page": reply("", status="302 Found", location=site.url("/secret")),
        "/secret": reply(PAGE),
    }
    assert "内网或保留地址（127.0.0.1）" in reason(site.url("/page", "rival.test"), allow_private=False)
    assert site.paths == ["/robots.txt", "/page"]
    assert connected == ["93.184.216.34"] * 2


def test_a_second_dns_answer_changes_nothing(
    site: Site, connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1", "93.184.216.34"])
    known = socket.getaddrinfo

    def lookup(host: str, port: int, *rest: Any, **more: Any) -> Any:
        return known(next(answers) if host == "rival.test" else host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    site.pages = {"/page": reply(PAGE)}
    # robots.txt goes to the public address that was checked; the private answer that follows is not connected to
    assert "内网或保留地址" in reason(site.url("/page", "rival.test"), allow_private=False)
    assert connected == ["93.184.216.34"]
    assert site.asked[0].headers["host"] == f"rival.test:{site.port}"


def test_the_next_address_is_tried_where_one_is_dead(site: Site, connected: list[str]) -> None:
    NAMES["rival.test"] = [DEAD, "127.0.0.1", DEAD]
    site.pages = {"/page": reply(PAGE)}
    assert outcomes(fetch(site.url("/page", "rival.test"))) == ["已读"]
    assert connected == [DEAD, "127.0.0.1"] * 2


def test_a_resolver_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*rest: Any, **more: Any) -> list[Any]:
        time.sleep(0.6)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    assert "查不到" in reason("http://rival.test/", timeout=0.1)
    assert time.monotonic() - began < 0.5


def drip(_: Asked) -> Pieces:
    yield from (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n", b"<html>")
    for _piece in range(100):
        yield from (b"x", 0.05)


def drip_head(_: Asked) -> Pieces:
    yield b"HTTP/1.1 200 OK\r\n"
    for _piece in range(100):
        yield from (b"X: y\r\n", 0.05)


def test_a_dripping_server_holds_no_longer_than_total(site: Site) -> None:
    site.pages = {"/body": drip, "/head": drip_head, "/page": reply(PAGE)}
    for path in ("/body", "/head"):
        began = time.monotonic()
        assert "总时限" in reason(site.url(path), total=0.5)
        assert 0.4 < time.monotonic() - began < 1.5
    assert outcomes(fetch([site.url("/body"), site.url("/page")], total=0.5)) == ["没有读", "已读"]


def test_total_counts_redirects_and_robots_together(site: Site) -> None:
    site.pages = {path: [0.2, *answer] for path, answer in hops(5).items()}
    began = time.monotonic()
    assert "总时限" in reason(site.url("/5"), total=0.7)
    assert time.monotonic() - began < 1.5


def test_silence_ends_after_the_timeout(site: Site) -> None:
    site.pages = {"/page": [3.0]}
    began = time.monotonic()
    assert "没有回音" in reason(site.url("/page"), timeout=0.3)
    assert time.monotonic() - began < 2.0


def test_a_site_that_wants_long_pauses_uses_up_its_own_total(site: Site) -> None:
    site.pages = {"/robots.txt": reply("User-agent: *\nCrawl-delay: 0.4\n"), **hops(5)}
    began = time.monotonic()
    assert "总时限" in reason(site.url("/5"), total=0.6)
    assert time.monotonic() - began < 1.5


def test_requests_to_one_host_keep_their_distance(site: Site) -> None:
    hosts = ["one.test", "one.test", "two.test", "two.test"]
    urls = [site.url(f"/page?{n}", host) for n, host in enumerate(hosts)]
    site.pages = {url.split(str(site.port))[1]: reply(PAGE) for url in urls}
    assert outcomes(fetch(urls, delay=0.3)) == ["已读"] * 4
    for host in ("one.test", "two.test"):
        times = [asked.at for asked in site.asked if asked.headers["host"].startswith(host)]
        assert len(times) == 3
        assert all(later - earlier >= 0.3 for earlier, later in pairwise(times))


def test_a_host_that_asks_for_patience_is_asked_no_more(site: Site) -> None:
    site.pages = {"/1": reply("", status="429 Too Many", retry_after="60"), "/2": reply(PAGE)}
    read = fetch([site.url("/1"), site.url("/2"), site.url("/2", "one.test")])
    assert outcomes(read) == ["没有读", "没有读", "已读"]
    assert site.paths == ["/robots.txt", "/1", "/robots.txt", "/2"]


def test_a_bomb_takes_little_memory(site: Site) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(1_000_000)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    bomb = gzip.compress(b"")[:10] + block * 1000  # a gigabyte of nothing in a megabyte
    site.pages = {"/page": reply(bomb, content_encoding="gzip")}
    tracemalloc.start()
    try:
        assert "超过 10 MB" in reason(site.url("/page"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000


def test_a_page_without_end_is_cut_at_the_cap(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_fetch, "MAX_BYTES", 200_000)
    site.pages = {"/page": [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 50_000] * 100]}
    assert "超过 0.2 MB" in reason(site.url("/page"))
    site.pages = {"/page": reply("字" * 60_000, kind="text/plain")}
    assert outcomes(fetch(site.url("/page"))) == ["已读"]


def feed_with_tag(asked: Asked) -> Pieces:
    if asked.headers.get("if-none-match") == '"v1"':
        return reply("", status="304 Not Modified")
    return reply(gzip.compress(FEED.encode()), kind=RSS, etag='"v1"', content_encoding="gzip")


@pytest.mark.parametrize("kind", ["mapping", "folder"])
def test_an_unchanged_feed_costs_one_request(site: Site, kind: str, tmp_path: Path) -> None:
    site.pages = {"/feed": feed_with_tag, "/old": reply("", status="301 Moved", location="/feed")}
    cache: Any = {} if kind == "mapping" else tmp_path / "缓 存"
    first = fetch(site.url("/feed"), cache=cache, now=NOW)
    site.asked.clear()
    again = fetch(site.url("/feed"), cache=cache, now=NOW + dt.timedelta(hours=23))
    assert site.paths == ["/feed"]
    assert again.frame.equals(first.frame) and len(again.frame) == 2
    assert (outcomes(first), outcomes(again)) == (["已读"], ["未变化"])
    site.asked.clear()
    fetch(site.url("/old"), cache=cache, now=NOW + dt.timedelta(hours=25))
    assert site.paths == ["/robots.txt", "/old", "/feed"]
    site.asked.clear()
    assert outcomes(fetch(site.url("/feed"), cache=cache)) == ["未变化"]
    assert site.paths == ["/robots.txt", "/feed"]


def test_a_date_serves_where_there_is_no_tag(site: Site) -> None:
    stamp = "Mon, 21 Sep 2026 01:00:00 GMT"
    site.pages = {
        "/page": lambda asked: (
            reply("", status="304 Not Modified")
            if asked.headers.get("if-modified-since") == stamp
            else reply(PAGE, last_modified=stamp)
        )
    }
    cache: dict[str, bytes] = {}
    assert [outcomes(fetch(site.url("/page"), cache=cache)) for _ in range(2)] == [["已读"], ["未变化"]]


def test_a_tag_that_cannot_be_sent_back_is_not_kept(site: Site) -> None:
    site.pages = {"/page": reply(PAGE, etag='"\xe9"')}
    cache: dict[str, bytes] = {}
    assert [outcomes(fetch(site.url("/page"), cache=cache)) for _ in range(2)] == [["已读"], ["已读"]]


def test_a_damaged_or_foreign_cache_is_passed_over(site: Site, tmp_path: Path) -> None:
    site.pages = {"/feed": feed_with_tag}
    fetch(site.url("/feed"), cache=tmp_path, now=NOW)
    files = sorted(tmp_path.iterdir())
    assert [(len(file.stem), file.suffix) for file in files] == [(64, ".kept")] * 2
    for damage in (
        lambda data: data[:-1],
        lambda data: data.replace(b"v1", b"v2"),
        lambda _: b"",
        lambda _: b"\xff\n\n",
    ):
        for file in files:
            file.write_bytes(damage(file.read_bytes()))
        assert outcomes(fetch(site.url("/feed"), cache=tmp_path, now=NOW)) == ["已读"]
        assert outcomes(fetch(site.url("/feed"), cache=tmp_path, now=NOW)) == ["未变化"]
    assert sorted(tmp_path.iterdir()) == files


def test_a_cache_that_cannot_be_written_is_a_note(site: Site, tmp_path: Path) -> None:
    site.pages = {"/feed": feed_with_tag}
    (tmp_path / "file").write_bytes(b"")
    read = fetch(site.url("/feed"), cache=tmp_path / "file")
    assert outcomes(read) == ["已读"]
    assert read.notes["note"].tolist() == ["缓存文件夹写不进去，下次会重新取一遍"]


def test_arguments_are_checked() -> None:
    for options in ({"delay": -1}, {"timeout": 0}, {"total": float("nan")}, {"total": "5"}, {"cache": 5}):
        with pytest.raises(ChoiceError, match=next(iter(options))):
            fetch([], **options)
    with pytest.raises(ChoiceError, match="urls"):
        fetch(None)
    assert fetch([]).frame.empty


@given(
    st.text(max_size=30),
    st.sampled_from(["", "http://", "http://xn--", "https://one.test/", "http://one.test:1\\"]),
)
def test_no_address_crashes(text: str, before: str) -> None:
    try:
        url = _net.checked_url(before + text)
    except InputError:
        return
    assert url.scheme in ("http", "https") and url.raw_host and not url.userinfo
