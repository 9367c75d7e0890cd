"""One JupyterLab server a session, started by run.py's own command, and a page that may not leave it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.lab import Server, find_chromium, lab_server, strays, take_shot

# quiet and without calls home; no name but the server's own resolves
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    path = find_chromium()
    if path:
        return path
    message = "没有找到 Chromium：请安装它，或用环境变量 WENAN_CHROMIUM 指明它的位置"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from lab_server(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    # for one module only: while playwright runs, its event loop stands in the way of other tests' loops
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page; the test fails when anything on it asks another address than the server's."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
    asked: list[str] = []
    context.on("request", lambda sent: asked.append(sent.url))
    opened = context.new_page()
    opened.on("websocket", lambda socket: asked.append(socket.url))
    opened.set_default_timeout(30_000)
    yield opened
    take_shot(opened, request.node.name)
    context.close()
    assert strays(asked, server.address) == []
