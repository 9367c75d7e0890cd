"""The one-page desk without JupyterLab around it: under Voilà the same steps stand there, and no code."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import run

pytestmark = pytest.mark.browser


@pytest.fixture
def address(chromium: str, tmp_path: Path) -> Iterator[str]:
    shutil.copy(run.ROOT / "notebooks" / "desk.ipynb", tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "voila",
        "desk.ipynb",
        "--no-browser",
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
    ]
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    environment = {**os.environ, **{name: str(tmp_path / folder) for name, folder in places.items()}}
    environment.pop("WENAN_HOME", None)
    log = tmp_path / "voila.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT
        )
    found = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{found}/voila/static/", timeout=2):  # noqa: S310
                    break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_the_desk_stands_under_voila_without_code(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    # its own page asks for icons from a CDN, which nothing here resolves: the desk must do without
    page.goto(address)
    expect(page.locator(".wn-step")).to_have_count(7, timeout=120_000)
    page.locator(".wn-step", has_text="看热词").click()
    expect(page.locator("table[aria-label='热词'] tbody tr").first).to_be_visible(timeout=120_000)
    expect(page.get_by_text("import pandas")).to_have_count(0)
    assert page.locator(".jp-CodeCell .jp-InputArea-editor:visible, .highlight:visible").count() == 0
    page.close()
