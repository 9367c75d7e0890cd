"""One JupyterLab server a session, started by run.py's own command, and a page that may not leave it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import run
from browser.lab import Server, find_chromium, strays, take_shot, wait_for

NOTEBOOKS = run.ROOT / "notebooks"
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
    base = tmp_path_factory.mktemp("lab")
    home = base / "我的 文案台"
    run.furnish_home(home, NOTEBOOKS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    arguments = [
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        "--expose-app-in-browser",
    ]
    command = run.lab_command(Path(sys.executable), home, arguments, as_root=run.is_root())
    places = {"JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    environment = run.lab_environment(home, dict(os.environ))
    environment |= {name: str(base / folder) for name, folder in places.items()}
    log = base / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=out, stderr=subprocess.STDOUT)
    try:
        found = Server(f"http://127.0.0.1:{port}", token, home)
        wait_for(found, process, log)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=30)


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
