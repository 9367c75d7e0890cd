"""JupyterLab in Chromium, for the browser tests: the server, running a notebook, what left the server."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import nbformat
import pytest
from playwright.sync_api import Page

import run

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
START_SECONDS = 60
RUN_MILLISECONDS = 120_000
RUN_ALL = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
# from the model, because Lab draws only the cells near the window
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .filter(cell => cell.cell_type === 'code').map(cell => cell.getOutputs())"""
SHOW_CELL = """async (number) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex(
    cell => cell.model.type === 'code' && number-- === 0);
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, 'start');
}"""


def find_chromium() -> str:
    """Path of a Chromium, from WENAN_CHROMIUM or the usual names; "" when there is none."""
    named = os.environ.get("WENAN_CHROMIUM") or os.environ.get("PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH")
    if named:
        return named
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its address without a slash at the end, the token and the working folder."""

    address: str
    token: str
    home: Path

    def url(self, notebook: str) -> str:
        return f"{self.address}/lab/tree/{quote(notebook)}?token={self.token}&reset"


def lab_server(base: Path) -> Iterator[Server]:
    """JupyterLab in a new working folder below `base`, started by run.py's own command; ended when it is no longer asked for."""
    home = base / "我的 文案台"
    run.furnish_home(home, run.ROOT / "notebooks")
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


def wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its log when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/api/status?token={server.token}", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def strays(urls: list[str], address: str) -> list[str]:
    """The addresses that are neither the server's nor made inside the page."""
    host = urlsplit(address).netloc
    inside = ("data", "blob", "about")
    parts = [(url, urlsplit(url)) for url in urls]
    return [url for url, part in parts if part.scheme not in inside and part.netloc != host]


def take_shot(page: Page, name: str) -> None:
    """A picture of the page for people to look at, where WENAN_SHOTS names a folder for it."""
    if folder := os.environ.get("WENAN_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def run_notebook(page: Page, server: Server, notebook: str) -> list[list[dict[str, Any]]]:
    """Open a notebook, run all cells and return the outputs of each code cell; an error fails the test."""
    page.goto(server.url(notebook))
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.wait_for_selector(idle, state="attached", timeout=RUN_MILLISECONDS)
    page.set_default_timeout(RUN_MILLISECONDS)
    page.evaluate(RUN_ALL)
    page.wait_for_selector(idle, state="attached")
    page.set_default_timeout(30_000)
    cells: list[list[dict[str, Any]]] = page.evaluate(OUTPUTS)
    errors = [output for outputs in cells for output in outputs if output["output_type"] == "error"]
    if errors:
        pytest.fail("\n".join(f"{notebook}: {error['ename']}: {error['evalue']}" for error in errors))
    return cells


def show_cell(page: Page, number: int) -> None:
    """Bring the code cell with this number (from 0) into the window."""
    page.evaluate(SHOW_CELL, number)


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook of code cells."""
    notebook = nbformat.v4.new_notebook()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["kernelspec"] = kernel
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(notebook, path)
