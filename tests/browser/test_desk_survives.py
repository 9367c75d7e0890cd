"""What an editor wrote is there after a reload, in a second tab and after the kernel is gone, and nothing is saved twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.lab import RUN_ALL, Server, run_notebook, show_cell, write_notebook

pytestmark = pytest.mark.browser

NAME = "留得住.ipynb"
SETUP = (
    "from functools import partial\nfrom pathlib import Path\nimport pandas as pd\nimport toolkit as tk\n"
    "from toolkit.widgets import HeadlineDesk\n"
    "work = tk.open_desk(now=pd.Timestamp('2026-09-21 09:00', tz='Asia/Shanghai'))\n"
    "saves = Path('saves.txt')\n"
    "def save(frame):\n    with saves.open('a', encoding='utf-8') as log: print(len(frame), file=log)\n"
    "def keep(state):\n    with Path('drafts.txt').open('a', encoding='utf-8') as log: print('draft', file=log)\n"
    "    work.keep('标题', state)\n"
)
DESK = "desk = HeadlineDesk(save=save, draft=work.draft('标题'), save_draft=keep)\ndesk"
FIRST, SECOND = "三步挑出膏满的大闸蟹", "周末露营，咖啡怎么带"
IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"


def field(page: Page) -> Locator:
    return page.locator(".wn-editor textarea").first


def write(page: Page, text: str) -> None:
    """Write over what stands there."""
    field(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def row(page: Page, text: str) -> Locator:
    return page.locator(".wn-table tbody tr", has_text=text).first


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def open_again(page: Page, server: Server) -> None:
    """The notebook as it lies on the disk, with the kernel that is there."""
    page.goto(server.url(NAME))
    page.wait_for_selector(IDLE, state="attached")
    show_cell(page, 1)


def test_reload_second_tab_and_a_dead_kernel(page: Page, server: Server, browser: Browser) -> None:
    write_notebook(server.home / NAME, SETUP, DESK)
    run_notebook(page, server, NAME)
    show_cell(page, 1)
    write(page, FIRST)
    page.keyboard.press("Enter")
    expect(row(page, FIRST)).to_be_visible()
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(500)
    assert lines(server.home / "saves.txt") == ["1"]

    # a reload finds the widgets that the kernel holds
    open_again(page, server)
    expect(row(page, FIRST)).to_be_visible()
    assert lines(server.home / "saves.txt") == ["1"]

    # two tabs show one desk; what is done in one is seen in both and saved once
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    other = context.new_page()
    open_again(other, server)
    expect(row(other, FIRST)).to_be_visible()
    before = len(lines(server.home / "drafts.txt"))
    row(other, FIRST).locator("[data-key^='star-']").click()
    expect(row(page, FIRST).locator("[data-key^='star-']")).to_have_text("★")
    page.wait_for_timeout(500)
    assert len(lines(server.home / "drafts.txt")) == before + 1
    write(other, SECOND)
    expect(field(page)).to_have_value(SECOND)
    other.keyboard.press("Enter")
    expect(row(page, SECOND)).to_be_visible()
    page.wait_for_timeout(500)
    assert lines(server.home / "saves.txt") == ["1", "2"]
    write(other, "写到一半的")
    expect(field(page)).to_have_value("写到一半的")
    context.close()

    # the kernel dies; a new one finds the draft
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.evaluate(RUN_ALL)
    page.wait_for_selector(IDLE, state="attached")
    show_cell(page, 1)
    expect(field(page)).to_have_value("写到一半的", timeout=60_000)
    expect(row(page, FIRST).locator("[data-key^='star-']")).to_have_text("★")
    expect(row(page, SECOND)).to_be_visible()
    assert lines(server.home / "saves.txt") == ["1", "2"]
    kept = next((server.home / ".wenan" / "草稿").glob("标题*.json"))
    assert "写到一半的" in json.dumps(json.loads(kept.read_text(encoding="utf-8")), ensure_ascii=False)


def test_keys_at_a_list_do_nothing_to_the_notebook(page: Page, server: Server) -> None:
    write_notebook(server.home / "按键.ipynb", SETUP, "desk = HeadlineDesk(['三步挑出膏满的大闸蟹'])\ndesk")
    run_notebook(page, server, "按键.ipynb")
    show_cell(page, 1)
    choice = page.locator(".wn-plain select").first
    choice.focus()
    for key in ("d", "d", "x", "a", "ArrowDown"):
        page.keyboard.press(key)
    page.locator(".wn-plain .jupyter-button").first.focus()
    page.keyboard.press("d")
    page.keyboard.press("d")
    count = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    assert page.evaluate(count) == 2
    expect(page.locator(".wn-table")).to_be_visible()
