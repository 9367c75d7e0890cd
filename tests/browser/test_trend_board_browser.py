"""The board of rising words in JupyterLab: by mouse, by keyboard alone, with hostile texts, in both themes."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from browser.lab import Server, run_notebook, show_cell, take_shot, write_notebook

pytestmark = pytest.mark.browser

BOARD = ".wn-trend-board"
SAMPLE = """
import toolkit as tk
from toolkit import lexicons
from toolkit.widgets.trend_board import TrendBoard
documents = tk.mark_duplicates(tk.read_documents(lexicons.sample_folder() / "posts").frame)
counts = tk.count_terms(documents)
drafts, sent, words = [], [], []
board = TrendBoard(tk.mine_trends(counts), documents, counts=counts, save_draft=drafts.append,
                   save=sent.append, save_words=words.append)
board
"""
HOSTILE = """
import pandas as pd
from toolkit.widgets.trend_board import TrendBoard
script = "<script>window.ran=1</script><img src=x onerror=window.ran=1>"
long = "长" * 5000
days = [f"2026-09-{day:02}" for day in range(1, 21)]
documents = pd.DataFrame({
    "doc_id": [f"d{n}" for n in range(60)],
    "source": [script, "\\u202e反写的来源", long, "好看🎑 来源"] * 15,
    "channel": ["公众号", script] * 30,
    "title": [f"{script} 桂花拿铁 {n} \\u202e" if n > 40 else f"{script}旧闻{n}" for n in range(60)],
    "body": [f"桂花拿铁 onerror {'x' * 400} {long[:900]} 🎑 {script}" if n > 40 else "旧闻" for n in range(60)],
    "published_at": [days[n // 3] for n in range(60)],
    "url": ["javascript:window.ran=1", "https://good.example@evil.example/", "https://example.org/a", None] * 15,
})
hostile = TrendBoard(None, documents)
hostile
"""


def ask(page: Page, server: Server, code: str) -> str:
    """Run code in the notebook's kernel and give what it prints."""
    page.evaluate(
        """async (code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          window.said = '';
          const future = kernel.requestExecute({ code, silent: false, store_history: false });
          future.onIOPub = (message) => { window.said += message.content.text ?? message.content.evalue ?? ''; };
          await future.done;
        }""",
        code,
    )
    return str(page.evaluate("window.said"))


def serious(page: Page, selector: str) -> list[str]:
    """The serious findings of axe in a part of the page."""
    found: dict[str, Any] = Axe().run(page, context=selector).response
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def choose_theme(page: Page, name: str) -> None:
    page.evaluate(
        "(name) => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name
    )
    expect(
        page.locator(f"body[data-jp-theme-light={'true' if 'Light' in name else 'false'}]")
    ).to_be_attached()


def rows(board: Locator) -> list[str]:
    return board.locator(".wn-table").first.locator("tbody tr .wn-trend-term bdi").all_inner_texts()


def test_a_board_by_mouse_by_keyboard_and_in_both_themes(page: Page, server: Server) -> None:
    write_notebook(server.home / "热词台.ipynb", SAMPLE)
    run_notebook(page, server, "热词台.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    show_cell(page, 0)
    choose_theme(page, "JupyterLab Light")
    board = page.locator(BOARD)
    table = board.locator(".wn-table").first
    detail = board.get_by_role("group", name="选中的词")
    expect(detail).to_contain_text("「月光故事会」在9月14日至9月20日有 5 篇")
    take_shot(page, "trend-light-1280")
    assert serious(page, BOARD) == []
    # by mouse: sort by documents, the most first; look at a word; its mark stands in the sentences
    by_score = rows(board)
    table.get_by_role("button", name="篇数").click()
    expect(table.locator("th[aria-sort=descending]")).to_have_text("篇数 ↓")
    assert set(rows(board)[:2]) == {"大闸蟹", "桂花拿铁"}
    assert sorted(rows(board)) == sorted(by_score)
    table.locator("tbody tr", has_text="大闸蟹").click()
    expect(detail).to_contain_text("「大闸蟹」在9月14日至9月20日有 7 篇")
    expect(detail.locator("mark").first).to_have_text("大闸蟹")
    links = detail.locator(".wn-trend-passages a")
    addresses = links.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    assert addresses
    assert all(one.startswith("https://") for one in addresses)
    assert links.first.get_attribute("rel") == "noopener noreferrer nofollow"
    # the keyboard alone: down one word, tick it, look at it, choose another from its own page
    table.locator("tbody tr", has_text="大闸蟹").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    second = rows(board)[1]
    expect(detail.locator(".wn-trend-name")).to_have_text(second)
    expect(table.get_by_label(f"选：{second}")).to_be_checked()
    page.keyboard.press("ArrowDown")
    third = rows(board)[2]
    expect(detail.locator(".wn-trend-name")).to_have_text(third)
    detail.get_by_role("button", name=f"选：{third}").press("Enter")
    expect(detail.get_by_role("button", name=f"不选：{third}")).to_be_focused()
    detail.get_by_role("button", name="按渠道").press("Enter")
    expect(detail.get_by_role("button", name="✓ 按渠道")).to_be_focused()
    board.get_by_role("button", name="送去选题（2 个词）").press("Enter")
    expect(board).to_contain_text("2 个词送去了选题", timeout=30_000)
    expect(board.get_by_role("group", name="送去的选题").locator("li").first).to_be_visible()
    said = ask(
        page, server, "print(len(sent), sorted(sent[0]['term']), len(board.topics), drafts[-1]['chosen'])"
    )
    assert (
        said.strip()
        == f"1 {sorted([second, third])} {len(board.locator('.wn-trend-topics > li').all())} {[second, third]}"
    )
    # a filter: one source only, and back
    board.get_by_role("button", name="慢烘研究所").press("Space")
    expect(board).to_contain_text("样本太少：本期只有 5 篇")
    board.get_by_role("button", name="✓ 慢烘研究所").press("Space")
    expect(table.locator("tbody tr")).to_have_count(len(by_score))
    board.get_by_role("button", name="找新词").click()
    words = board.get_by_role("grid", name="新词")
    words.locator("input[type=checkbox]").first.check(timeout=30_000)
    board.get_by_role("button", name="收进词表").click()
    expect(board).to_contain_text("收进词表 1 个", timeout=30_000)
    assert (
        ask(page, server, "print(len(words), list(words[0].columns), len(words[0]))").strip()
        == "1 ['term', 'frequency'] 1"
    )
    assert serious(page, BOARD) == []
    show_cell(page, 0)
    choose_theme(page, "JupyterLab Dark")
    take_shot(page, "trend-dark-1280")
    assert serious(page, BOARD) == []
    page.set_viewport_size({"width": 640, "height": 1400})
    show_cell(page, 0)
    take_shot(page, "trend-dark-640")
    wide = board.evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert wide[0] <= wide[1] + 1
    # the server keeps the theme for the tests after this one
    choose_theme(page, "JupyterLab Light")


def test_hostile_texts_run_nothing_and_break_nothing(page: Page, server: Server) -> None:
    write_notebook(server.home / "热词台 恶意.ipynb", HOSTILE)
    run_notebook(page, server, "热词台 恶意.ipynb")
    page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    show_cell(page, 0)
    choose_theme(page, "JupyterLab Light")
    board = page.locator(BOARD)
    table = board.locator(".wn-table").first
    board.get_by_role("button", name="全部").first.click()
    detail = board.get_by_role("group", name="选中的词")
    for row in range(3):
        line = table.locator("tbody tr").nth(row)
        line.click()
        expect(detail.locator(".wn-trend-name")).to_have_text(line.locator(".wn-trend-term bdi").inner_text())
        expect(detail.locator("mark").first).to_be_visible()
    detail.locator("summary").last.click()
    links = detail.locator("a[href]").evaluate_all("(all) => all.map((one) => one.href)")
    assert set(links) == {"https://example.org/a"}
    board.get_by_role("button", name="反写的来源").first.click()
    take_shot(page, "trend-hostile")
    assert page.evaluate("window.ran") is None
    assert "\u202e" not in board.inner_text()
    wide = board.evaluate("box => [box.scrollWidth, box.clientWidth, box.scrollHeight]")
    assert wide[0] <= wide[1] + 1
    assert serious(page, BOARD) == []
