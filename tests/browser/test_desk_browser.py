"""What an editor sees in the browser: a Chinese JupyterLab, her week, a desk that answers as she types."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

import toolkit
from browser.lab import Server, run_notebook, show_cell, strays, write_notebook
from toolkit import lexicons

pytestmark = pytest.mark.browser

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
GATES = {"pass": "通过", "warn": "留意", "block": "不可用"}


def test_lab_is_chinese_and_a_widget_answers(page: Page, server: Server) -> None:
    write_notebook(
        server.home / "小 试.ipynb",
        "import ipywidgets as w, os\nprint(os.environ['WENAN_HOME'] == os.getcwd())",
        "box, told = w.Text(placeholder='写一个标题'), w.Label()\n"
        "box.observe(lambda change: setattr(told, 'value', f'共 {len(change.new)} 字'), 'value')\n"
        "w.VBox([box, told])",
    )
    cells = run_notebook(page, server, "小 试.ipynb")
    assert cells[0] == [{"output_type": "stream", "name": "stdout", "text": "True\n"}]
    expect(page.locator(".lm-MenuBar-itemLabel").first).to_have_text("文件")
    show_cell(page, 1)
    page.locator("input[placeholder*='标题']").click()
    page.keyboard.insert_text("露营咖啡")
    expect(page.locator(".widget-label", has_text="共 4 字")).to_be_visible()


def test_strays_are_the_addresses_that_leave_the_server() -> None:
    urls = [
        "http://127.0.0.1:8888/lab",
        "ws://127.0.0.1:8888/api/kernels",
        "data:text/plain,a",
        "blob:http://127.0.0.1:8888/x",
        "http://127.0.0.1:9999/lab",
        "https://example.org/x.js",
    ]
    assert strays(urls, "http://127.0.0.1:8888") == ["http://127.0.0.1:9999/lab", "https://example.org/x.js"]


def test_desk_shows_the_score_of_the_typed_title(page: Page, server: Server) -> None:
    cells = run_notebook(page, server, "00_week.ipynb")
    with_widget = [
        number
        for number, outputs in enumerate(cells)
        if any(WIDGET_MIME in output.get("data", {}) for output in outputs)
    ]
    assert with_widget, "00_week.ipynb shows no widget"
    show_cell(page, with_widget[-1])
    # the notebook's desk knows the week's trends: a trending word in a title counts
    posts = toolkit.read_documents(lexicons.sample_folder() / "posts").frame
    trends = toolkit.mine_trends(toolkit.mark_duplicates(posts))
    desk = page.locator(".wn-headline").first
    title = desk.get_by_role("textbox", name="标题", exact=True)
    title.scroll_into_view_if_needed()
    gates = []
    for text in ("周三晚八点，桂花拿铁买一送一", "国家级品质面膜今晚开抢"):
        title.fill("")
        title.click()
        page.keyboard.insert_text(text)
        [score] = toolkit.score_headlines([text], trends=trends).to_dict("records")
        lights = desk.locator(".wn-headline-lights")
        expect(lights).to_contain_text(re.compile(rf"写法分 {score['craft']:.0f}(?!\d)"))
        expect(desk.locator(".wn-headline-gate")).to_have_text(re.compile(f"^合规：{GATES[score['gate']]}"))
        gates.append(score["gate"])
    assert gates == ["pass", "block"]
    expect(desk.locator("mark")).to_have_text("国家级")
    desk.get_by_role("button", name=re.compile("^误报")).first.click()
    expect(desk.locator(".wn-headline-found")).to_contain_text("可以例外：「国家级」你判过误报")
    expect(desk.locator(".wn-headline-gate")).to_have_text("合规：通过 ✓")
