"""The group message in JupyterLab: typed, seen as members see it, copied, written into the items, by keys alone."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browser.lab import Server, run_notebook, show_cell, write_notebook
from browser.stage import put_on_stage
from toolkit.headlines import explain_copy_parts
from toolkit.widgets import _message_view as view
from toolkit.widgets._message_verbs import Verbs
from toolkit.widgets._view import Panel
from toolkit.widgets.message_desk import MessageDesk

pytestmark = pytest.mark.browser

DESK = """import toolkit as tk
from toolkit import lexicons
from toolkit.widgets.message_desk import MessageDesk
folder = lexicons.sample_folder()
items = tk.read_items(folder / "items.csv").frame
groups = tk.read_groups(folder / "groups.csv").frame
kept, saved = [], []
def keep(name, content):
    kept.append((name, len(content)))
    return f"图/{name}"
desk = MessageDesk(items, groups=groups, keep_media=keep, save=saved.append)
desk"""
TOLD = "print([len(one) for one in saved], kept, desk.result['item_id'].tolist()[:4], desk.result['media'].iloc[0])"
MESSAGE = "邻居们，软籽石榴到了，剥开不用吐籽，省时省力。\n5斤装39元，周四20:00截单，回“石榴+箱数”。"
BOASTING = "全城最低价的大闸蟹到店了，5斤39元。"
HOSTILE = (
    '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>\u202e倒着读\u202c'
    "javascript:window.hurt=1 " + "长" * 5000 + "👨‍👩‍👧‍👦🎉" * 20
)
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC"
)
NO_SCROLL = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def open_desk(page: Page, server: Server) -> None:
    write_notebook(server.home / "群消息.ipynb", DESK, TOLD)
    run_notebook(page, server, "群消息.ipynb")
    show_cell(page, 0)
    page.locator(".wn-message textarea").first.wait_for()


def serious(page: Page, where: str) -> list[str]:
    """What axe finds that is serious or worse."""
    found: Any = Axe().run(page, context=where)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def settle(page: Page) -> None:
    """Wait until the desk has done what it does when whoever types stops for a moment."""
    page.wait_for_timeout(600)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")


def set_theme(page: Page, name: str) -> None:
    page.evaluate(
        "(name) => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name
    )
    wanted = "false" if "Dark" in name else "true"
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{wanted}'")


def test_a_message_is_typed_seen_copied_and_written(page: Page, server: Server) -> None:
    open_desk(page, server)
    desk = page.locator(".wn-message").first
    field = desk.locator("textarea").first
    field.fill(BOASTING)
    expect(desk.locator(".wn-message-readout b.wn-block").first).to_have_text("合规：不可用 ✕")
    expect(desk.locator("mark.wn-mark-block")).to_have_text("全城最低价")
    desk.locator("button.wn-fix").first.click()
    expect(desk.locator(".wn-message-readout b.wn-pass").first).to_have_text("合规：通过 ✓")
    desk.get_by_role("button", name="撤销上一处改动").click()
    expect(field).to_have_value(BOASTING)
    field.fill(MESSAGE)
    expect(desk.locator(".wn-bubble .wn-said-text").first).to_have_text(MESSAGE)
    assert desk.locator(".wn-phone").bounding_box()["width"] == pytest.approx(390, abs=1)  # type: ignore[index]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.get_by_role("button", name="复制：亲子妈妈").click()
    clip = page.evaluate("navigator.clipboard.readText()")
    assert clip.startswith("爸妈们，软籽石榴到了") and clip.endswith("回“石榴+箱数”。")
    with page.expect_file_chooser() as chooser:
        desk.get_by_role("button", name="选图片或视频").click()
    chooser.value.set_files({"name": "石榴.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(desk.locator(".wn-picture img")).to_have_count(1)
    assert desk.locator(".wn-shots img").evaluate("(one) => one.src.startsWith('data:image/jpeg')")
    desk.get_by_role("button", name="写进条目").click()
    expect(desk.get_by_text("写进条目了，共 4 条")).to_be_visible()
    show_cell(page, 1)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    told = f"[33] [('石榴.png', {len(PICTURE)})] ['i01-街坊买菜'"
    expect(page.get_by_text(told)).to_be_visible()


def test_nothing_hostile_runs_and_axe_finds_nothing_serious(page: Page, server: Server) -> None:
    open_desk(page, server)
    desk = page.locator(".wn-message").first
    for theme, width in (("JupyterLab Light", 1280), ("JupyterLab Dark", 640)):
        page.set_viewport_size({"width": width, "height": 1600})
        set_theme(page, theme)
        desk.locator("textarea").first.fill(f"{MESSAGE}\n{BOASTING}")
        expect(desk.locator("button.wn-fix").first).to_be_visible()
        assert serious(page, ".wn-message") == []
    field = desk.locator("textarea").first
    field.fill(HOSTILE)
    expect(desk.locator(".wn-message-readout small").nth(1)).to_have_text(f"{len(HOSTILE)} 字")
    expect(desk.locator(".wn-bubble details")).to_have_count(1)
    desk.locator(".wn-bubble summary").click()
    assert page.evaluate("window.hurt") is None
    assert page.evaluate(NO_SCROLL)
    assert desk.evaluate("(one) => one.scrollWidth <= one.clientWidth + 1")
    assert field.bounding_box()["height"] <= 400  # type: ignore[index]


def test_by_keys_alone(page: Page, server: Server) -> None:
    open_desk(page, server)
    desk = page.locator(".wn-message").first
    desk.locator("textarea").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("大家好，桂花到了。")
    expect(desk.locator(".wn-bubble .wn-said-text").first).to_have_text("大家好，桂花到了。")
    settle(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    settle(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(desk.locator("textarea").first).to_have_value("大家好，桂花到了😀。")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(desk.locator("textarea").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(desk.locator("textarea").first).to_have_value("咖啡友们好，桂花到了😀。")
    desk.locator("textarea").first.focus()
    page.keyboard.press("Control+Enter")
    expect(desk.get_by_text("写进条目了")).to_be_visible()


def test_the_bubble_folds_a_long_message(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 1200})
    verbs = MessageDesk()._verbs
    assert isinstance(verbs, Verbs)
    text = "\n".join(f"第{n}样：石榴五斤三十九元" for n in range(40))
    read = verbs.read(text, "promotion")
    stage = put_on_stage(page, Panel(content=view.bubble(read, None, "书友"), css="wn-phone"))
    bubble = stage.page.locator(".wn-bubble")
    folded = int(read.scored["folded_at"])
    assert bubble.locator(".wn-said-text").first.inner_text().rstrip("\n") == text[:folded].rstrip("\n")
    expect(bubble.locator(".wn-folded")).to_be_hidden()
    bubble.locator("summary").click()
    expect(bubble.locator(".wn-folded")).to_be_visible()
    # what is open stays open when the next key has the bubble drawn again
    longer = verbs.read(text + "。", "promotion")
    stage.view.content = view.bubble(longer, None, "书友")
    stage.sync()
    expect(bubble.locator(".wn-folded")).to_be_visible()
    assert len(explain_copy_parts()) == 7
    page.close()
