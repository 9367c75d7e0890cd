"""One guarded GET at a time: to an address that was checked, within a deadline, never more than a size.

The guard sits where the connection is made, so that no redirect and no second DNS answer gets around it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from toolkit.schema import InputError

# what one step of unpacking gives at most, so that a bomb is noticed before it is in memory
PIECE_BYTES = 65_536
_OVER = "网站回答得太慢，超过了一个网址的总时限，没有读。请过一会儿再取，或者把 total= 调大。"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ReachError(InputError):
    """A site cannot be reached, or may not be."""


@dataclass(frozen=True)
class Answer:
    """What a server answered; `body` is unpacked, empty unless the status is 200 or 203, cut where `whole` is False."""

    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool


def checked_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """An http(s) address without its fragment. Raises InputError with the reason for what is none.

    >>> str(checked_url(" https://例子.中国/路#x "))
    'https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF'
    """
    try:
        url = base.join(text.strip()) if base else httpx.URL(text.strip())
        url = url.copy_with(fragment=None)
        labels = url.raw_host.decode("ascii").removesuffix(".").split(".")
        named = bool(url.host)  # an IDN that cannot be read back is a ValueError
    except (httpx.InvalidURL, ValueError) as error:
        raise InputError("网址写得不对，没有去取。请从浏览器的地址栏重新复制。") from error
    if url.scheme not in ("http", "https"):
        found = f"这个是 {url.scheme[:20]}" if url.scheme else "这个没有"
        raise InputError(f"网址要以 http:// 或 https:// 开头（{found}）。请从浏览器的地址栏重新复制。")
    if url.userinfo:
        raise InputError("网址里带着用户名或密码，没有去取。请去掉 @ 和它前面的部分。")
    port = 80 if url.port is None else url.port
    if not named or not all(labels) or port not in range(1, 65_536):
        raise InputError("网址里的网站名或端口写得不对，没有去取。请从浏览器的地址栏重新复制。")
    return url


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's own, an IPv4 one inside an IPv6 one looked at too.

    >>> is_public("8.8.8.8"), is_public("192.168.1.1"), is_public("64:ff9b::7f00:1")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Every address of a host. Raises ReachError where there is none, or none within `seconds`."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return

    # the system's resolver knows no time limit, so a thread is left behind where it takes too long
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise ReachError(f"{seconds:.0f} 秒内查不到这个网站的地址。请检查网络，过一会儿再取。")
    if not found:
        raise ReachError("找不到这个网站。请检查网址是否写对，网络是否连上。")
    return list(dict.fromkeys(str(item[4][0]) for item in found))


@cache
def _ssl() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def get(
    url: httpx.URL,
    headers: dict[str, str],
    *,
    allow_private: bool,
    timeout: float,
    seconds: float,
    cap: int,
) -> Answer:
    """The answer of one address, at most `cap` bytes of it, over a new connection without proxy, .netrc or cookies.

    Raises InputError with the reason where there is none: nothing for `timeout` seconds, not all within `seconds`.
    """
    end = time.monotonic() + seconds
    request = httpx.Request("GET", url, headers={**headers, "Connection": "close"})
    target = httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=request.url.raw_path
    )
    limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)}
    tls = _ssl() if url.scheme == "https" else None
    backend = _Backend(end, allow_private=allow_private)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=tls, network_backend=backend) as pool,
            pool.stream("GET", target, headers=request.headers.raw, extensions=limits) as response,
        ):
            return _read_answer(response, cap, end)
    except httpcore.TimeoutException as error:
        if time.monotonic() >= end:
            raise InputError(_OVER) from error
        if isinstance(error, httpcore.ConnectTimeout):
            raise ReachError(f"{timeout:g} 秒内连不上这个网站。请检查网络，过一会儿再取。") from error
        reason = f"网站 {timeout:g} 秒没有回音，没有读。请过一会儿再取，或者把 timeout= 调大。"
        raise InputError(reason) from error
    except httpcore.ConnectError as error:
        raise ReachError(_unconnected(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        reason = (
            "网站的回答断在中间，或者不合规矩，没有读。请过一会儿再取；还不行就在浏览器里另存为网页再读入。"
        )
        raise InputError(reason) from error


def _unconnected(error: Exception) -> str:
    inner = error.args[0] if error.args else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        return "网站的安全证书不可信（过期、自签或名字不符），没有读。请在浏览器里核对这个网址。"
    if isinstance(inner, ssl.SSLError):
        return "和网站建立不了加密连接，没有读。请核对网址该用 https 还是 http。"
    return "连不上这个网站（对方没有应答或拒绝了连接）。请检查网址和网络，过一会儿再取。"


def _left(end: float, timeout: float | None) -> float:
    """The seconds that one step of a request may take. Raises ReadTimeout when there are none."""
    left = end - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and to nothing else."""

    def __init__(self, end: float, *, allow_private: bool) -> None:
        self._end = end
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, _left(self._end, timeout))
        private = [address for address in addresses if not is_public(address)]
        if private and not self._allow_private:
            raise ReachError(
                f"网址指向内网或保留地址（{private[0]}），没有去取。"
                "如果是自己的网站，或者代理软件改写了地址，请加 allow_private=True。"
            )
        for address in addresses:
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, _left(self._end, timeout), local_address, socket_options
                )
                return _Stream(stream, self._end)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise AssertionError("a host has an address")


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, end: float) -> None:
        self._inner = inner
        self._end = end

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._end, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._end, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._end, timeout))
        return _Stream(inner, self._end)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _read_answer(response: httpcore.Response, cap: int, end: float) -> Answer:
    headers = httpx.Headers(response.headers)
    if response.status not in (200, 203):
        return Answer(response.status, headers, b"", whole=True)
    packing = headers.get("content-encoding", "").strip().lower().removeprefix("x-")
    if packing not in ("", "identity", "gzip"):
        raise InputError(
            f"网站用了读不了的压缩方式（{packing[:20]}），没有读。请在浏览器里另存为网页再读入。"
        )
    body = bytearray()
    chunks = response.iter_stream()
    try:
        for piece in _unpacked(chunks) if packing == "gzip" else chunks:
            _left(end, None)
            body += piece
            if len(body) > cap:
                return Answer(response.status, headers, bytes(body[:cap]), whole=False)
    except zlib.error as error:
        raise InputError("网页的压缩内容损坏或不完整，没有读。请过一会儿再取。") from error
    return Answer(response.status, headers, bytes(body), whole=True)


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """gzip undone in small pieces. Raises zlib.error where it is none or its end is missing."""
    unzip: Any = None
    for chunk in chunks:
        data = chunk
        while data:
            if unzip is None or unzip.eof:
                unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield unzip.decompress(data, PIECE_BYTES)
            data = unzip.unused_data or unzip.unconsumed_tail
    if unzip is not None:
        yield unzip.flush()
        if not unzip.eof:
            raise zlib.error("cut off")
