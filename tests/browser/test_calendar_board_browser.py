"""The board in JupyterLab: a post dragged by the mouse, and the same by keys alone; what the kernel then holds."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from browser.lab import Server, run_notebook, show_cell, take_shot, write_notebook
from browser.stage import box_of

pytestmark = pytest.mark.browser

SETUP = """import pandas as pd, toolkit as tk
from toolkit.schedule import plan_posts
from toolkit.widgets.calendar_board import CalendarBoard
groups = pd.DataFrame([
    {"group_id": "g1", "name": "街坊群", "members": 200, "slots": ["08:00", "20:00"], "posts_per_day": 1,
     "posts_per_week": 5, "owner": "阿禾", "segment": "街坊"},
    {"group_id": "g2", "name": "妈妈群", "members": 120, "slots": ["09:00", "20:40"], "posts_per_day": 1,
     "posts_per_week": 5, "owner": "小棠", "segment": "妈妈"}])
items = pd.DataFrame([
    {"item_id": "a", "title": "<img src=x onerror=window.ran=1>新米到了", "kind": "promotion", "value": 4, "waves": 9},
    {"item_id": "b", "title": "绘本单", "value": 3, "waves": 9},
    {"item_id": "c", "title": "周末做什么", "kind": "poll", "value": 2, "waves": 9, "groups": ["g1"]}])
plan = plan_posts(items, groups, start="2026-09-21", days=5)
places = lambda frame: frame.set_index("post_id")["starts_at"].dt.strftime("%m-%d %H:%M").to_dict()
board = CalendarBoard(plan.calendar, items, groups, plan=plan)"""
# what the kernel holds, asked by running the last cell again
RESULT = "print(__import__('json').dumps(places(board.result)))"
RUN_LAST = """async () => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  await window.jupyterapp.commands.execute('notebook:run-cell');
  const outputs = notebook.model.sharedModel.cells.at(-1).getOutputs();
  return outputs.map((one) => [one.text].flat().join('')).join('');
}"""


def result(page: Page) -> dict[str, str]:
    """The kernel's own result, post to time."""
    found: dict[str, str] = json.loads(page.evaluate(RUN_LAST))
    return found


@pytest.fixture
def board(page: Page, server: Server) -> Page:
    write_notebook(server.home / "排 期.ipynb", SETUP, "board", RESULT)
    run_notebook(page, server, "排 期.ipynb")
    show_cell(page, 1)
    expect(page.locator(".wn-board-told")).to_be_visible()
    return page


def drag(page: Page, post_id: str, cell: str) -> None:
    """Drag a post by the mouse to a cell of the grid."""
    start, end = (box_of(page.locator(one).first) for one in (f'[data-id="{post_id}"]', cell))
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    for part in (0.4, 0.8, 1.0):
        page.mouse.move(
            start["x"] + 40 + part * (end["x"] + end["width"] / 2 - start["x"] - 40),
            start["y"] + 12 + part * (end["y"] + 12 - start["y"] - 12),
        )
    page.mouse.up()


def test_a_post_is_dragged_accepted_and_in_the_kernel(board: Page) -> None:
    before = result(board)
    show_cell(board, 1)
    drag(board, "a@g1", '[data-cell="g1|2026-09-24"]')
    said = board.locator(".wn-board-say")
    expect(said).to_contain_text("移到 9月24日 周四 08:00（街坊群）")
    expect(said).to_contain_text("别的都没有动")
    take_shot(board, "calendar_board_pending")
    said.get_by_role("button", name="采用").click()
    expect(said).to_contain_text("已采用。")
    expect(board.locator('[data-cell="g1|2026-09-24"] [data-id="a@g1"]')).to_be_visible()
    after = result(board)
    assert before["a@g1"] == "09-21 08:00" and after["a@g1"] == "09-24 08:00"
    show_cell(board, 1)
    board.get_by_role("button", name="撤销").click()
    expect(board.locator('[data-cell="g1|2026-09-21"] [data-id="a@g1"]')).to_be_visible()
    assert result(board) == before
    # a title is text: nothing in it has run
    assert board.evaluate("window.ran === undefined")


def test_the_same_by_keys_alone(board: Page) -> None:
    fold = board.get_by_role("button", name="不用拖动也能改")
    fold.focus()
    board.keyboard.press("Enter")
    chosen = board.get_by_label("发布", exact=True)
    expect(chosen).to_be_visible()
    expect(chosen.locator("option")).to_have_count(5)
    chosen.select_option(index=1)
    expect(board.locator(".wn-board-beside").first).to_contain_text("妈妈群")
    board.get_by_label("时刻").first.select_option("20:40")
    board.get_by_label("时刻").first.focus()
    for _ in range(2):
        board.keyboard.press("Tab")
    expect(board.get_by_role("button", name="移动", exact=True)).to_be_focused()
    board.keyboard.press("Enter")
    said = board.locator(".wn-board-say")
    expect(said).to_contain_text("移到 9月21日 周一 20:40（妈妈群）")
    take_shot(board, "calendar_board_form")
    said.get_by_role("button", name="采用").focus()
    board.keyboard.press("Enter")
    expect(said).to_contain_text("已采用。")
    assert result(board)["a@g2"] == "09-21 20:40"
