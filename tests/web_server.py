"""A real web server on this machine that answers byte for byte what a test says, faults included."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType

# what is sent, in order: bytes, or seconds of silence
Pieces = Iterable[bytes | float]


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it, header names in lower case."""

    path: str
    headers: dict[str, str]
    at: float


@dataclass
class Site:
    """Pages by path; what is not there is a 404. `asked` holds the requests in the order in which they came."""

    pages: dict[str, Pieces | Callable[[Asked], Pieces]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> "Site":
        site = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    lines = iter(lambda: self.rfile.readline().decode("latin-1").strip(), "")
                    path = next(lines, "- -").split()[1]
                    fields = [line.partition(": ") for line in lines]
                    headers = {name.lower(): value for name, _, value in fields}
                    asked = Asked(path, headers, time.monotonic())
                    site.asked.append(asked)
                    page = site.pages.get(path, reply(b"", status="404 Not Found"))
                    for piece in page(asked) if callable(page) else page:
                        if isinstance(piece, bytes):
                            self.wfile.write(piece)
                        else:
                            time.sleep(piece)
                except (OSError, IndexError):
                    return  # the client has gone, which is what some tests are about

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


def reply(
    body: bytes | str, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str
) -> list[bytes]:
    """A whole answer; further headers by keyword (`content_length="3"` overrides the true one)."""
    data = body.encode() if isinstance(body, str) else body
    given = {"content_type": kind, "content_length": str(len(data)), **headers}
    lines = [f"HTTP/1.1 {status}"] + [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return ["\r\n".join([*lines, "", ""]).encode("latin-1"), data]
