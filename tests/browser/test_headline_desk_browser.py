"""The headline desk as an editor meets it: keys alone, both themes, titles that mean harm, a kernel that restarts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browser.lab import Server, run_notebook, show_cell, take_shot, write_notebook
from browser.stage import put_on_stage
from toolkit.widgets._view import Editor, Table

pytestmark = pytest.mark.browser

BAD = "震惊！全网最低价的大闸蟹，三步教你挑"
DESK = """
import json, pathlib
import numpy as np, pandas as pd
from toolkit.headlines import Skill
from toolkit.widgets import HeadlineDesk

class Learned:
    skill_ = Skill(80, 0.6, 0.55, 0.65, 0.52, True, reason="")
    def chances(self, titles):
        return np.tile([0.634, 0.518, 0.731], (len(titles), 1))

held = pathlib.Path("NAME-草稿.json")
calls = pathlib.Path("NAME-次数.txt")
def keep(state):
    held.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    calls.write_text(calls.read_text() + "|" if calls.exists() else "|")
draft = json.loads(held.read_text(encoding="utf-8")) if held.exists() else None
groups = pd.DataFrame({"group_id": ["g1"], "name": ["小区妈妈群"], "segment": ["亲子妈妈"], "theme": ["亲子"]})
desk = HeadlineDesk(["三步挑出黄满的大闸蟹，周末上桌不踩坑"], model=MODEL, groups=groups, trends=["桂花拿铁", "大闸蟹"],
                    draft=draft, save_draft=keep)
desk
"""
THEME = "(name) => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
INNER = "() => { const box = document.querySelector('.wn-headline').parentElement; return box.scrollWidth - box.clientWidth }"
IDLE = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
HOSTILE = [
    '<img src=x onerror="window.hit=1"><script>window.hit=1</script>',
    "<svg onload=window.hit=1>\u202e\u2066反着读\u2069",
    "javascript:window.hit=1",
    "👨‍👩‍👧‍👦🎉" * 12,
    "蟹" * 5000,
    "a" * 800,
]


def open_desk(page: Page, server: Server, name: str, model: str = "None") -> None:
    write_notebook(server.home / f"{name}.ipynb", DESK.replace("MODEL", model).replace("NAME", name))
    run_notebook(page, server, f"{name}.ipynb")
    show_cell(page, 0)
    expect.set_options(timeout=30_000)
    expect(page.locator(".wn-headline textarea")).to_be_visible()


def serious(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe finds serious or worse on the desk."""
    found = Axe().run(page, context=".wn-headline").response["violations"]
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_keys_alone_are_enough(page: Page, server: Server) -> None:
    open_desk(page, server, "标题台", "Learned()")
    page.locator(".wn-headline textarea").focus()
    page.keyboard.insert_text(BAD)
    expect(page.locator(".wn-headline-gate")).to_have_text("合规：不可用 ✕")
    expect(page.locator(".wn-headline mark.wn-mark-block")).to_have_text("全网最低价")
    page.keyboard.press("Enter")
    rows = page.locator(".wn-headline tbody tr[data-key]")
    expect(rows).to_have_count(2)
    take_shot(page, "headline-desk-light")
    versions = page.locator(".wn-headline-versions button")
    expect(versions.first).to_be_enabled()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TR":
            break
    expect(rows.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("s")
    expect(rows.nth(1).get_by_role("button", name=re.compile("星标"))).to_have_text("★")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    expect(page.locator(".wn-headline-compare tbody tr").first).to_contain_text("不可用 ✕")
    page.keyboard.press("Enter")
    expect(page.locator(".wn-headline textarea")).to_have_value("三步挑出黄满的大闸蟹，周末上桌不踩坑")
    page.get_by_role("button", name="撤销").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wn-headline textarea")).to_have_value(BAD)
    versions.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wn-headline-gate")).to_have_text("合规：通过 ✓")
    for theme, name in (("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")):
        page.evaluate(THEME, theme)
        page.wait_for_timeout(300)
        assert serious(page) == [], name
        take_shot(page, f"headline-desk-{name}-kept")
    page.set_viewport_size({"width": 640, "height": 900})
    page.wait_for_timeout(300)
    assert page.evaluate(INNER) <= 0
    take_shot(page, "headline-desk-dark-640")


def test_titles_that_mean_harm_stay_text_also_after_a_restart(page: Page, server: Server) -> None:
    open_desk(page, server, "坏标题")
    editor = page.locator(".wn-headline textarea")
    for text in HOSTILE:
        editor.fill(text)
        page.keyboard.press("Enter")
    rows = page.locator(".wn-headline tbody tr[data-key]")
    expect(rows).to_have_count(len(HOSTILE) + 1)
    for place in (1, 5):
        rows.nth(place).locator("input[type=checkbox]").check()
    expect(page.locator(".wn-headline-compare")).to_be_visible()
    expect(page.locator(".wn-headline-hidden")).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator(".wn-headline script, .wn-headline img, .wn-headline svg[onload]").count() == 0
    editor.fill(HOSTILE[4])
    assert editor.bounding_box()["height"] <= 320  # type: ignore[index]
    for width in (1280, 640):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(WIDE) <= 0
        assert page.evaluate(INNER) <= 0
    take_shot(page, "headline-desk-hostile-640")
    page.set_viewport_size({"width": 1280, "height": 900})
    saved = server.home / "坏标题-次数.txt"
    page.wait_for_function(IDLE)
    before = saved.read_text(encoding="utf-8").count("|")
    rows.nth(1).get_by_role("button", name=re.compile("星标")).click()
    note = rows.nth(1).get_by_role("textbox")
    note.fill("周五再看")
    note.press("Enter")
    expect(rows.nth(1)).to_be_focused()
    page.wait_for_function(IDLE)
    # a star and a note; a second tab on the same notebook saves nothing
    assert saved.read_text(encoding="utf-8").count("|") == before + 2
    second = page.context.new_page()
    second.goto(server.url("坏标题.ipynb").removesuffix("&reset"))
    second.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
    second.close()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    run_notebook(page, server, "坏标题.ipynb")
    show_cell(page, 0)
    expect(editor).to_have_value(HOSTILE[4])
    expect(rows).to_have_count(len(HOSTILE) + 1)
    expect(rows.nth(1).get_by_role("textbox")).to_have_value("周五再看")
    expect(rows.nth(1).get_by_role("button", name=re.compile("星标"))).to_have_text("★")
    assert saved.read_text(encoding="utf-8").count("|") == before + 2
    assert page.evaluate("window.hit") is None


# ---- the field and the table alone


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 640, "height": 480})
    yield opened
    opened.close()


def test_the_field_marks_tells_and_keeps_its_caret(blank: Page) -> None:
    mark = {"start": 1, "end": 4, "severity": "block", "tip": "依据：广告法第九条"}
    field = Editor(value="🎉国家级面膜", marks=[mark], label="标题", enter=True)
    heard: list[tuple[str, Any]] = []
    for event in ("enter", "lines", "rest"):
        field.on(event, lambda sent: heard.append((sent["event"], sent["value"])))
    stage = put_on_stage(blank, field)
    area = blank.get_by_role("textbox", name="标题")
    marked = blank.locator("mark")
    expect(marked).to_have_text("国家级")
    box = marked.bounding_box()
    assert box is not None
    blank.mouse.move(box["x"] + 5, box["y"] + 5)
    expect(blank.get_by_role("tooltip")).to_have_text("依据：广告法第九条")
    area.focus()
    blank.keyboard.press("Home")
    blank.keyboard.press("ArrowRight")
    area.blur()
    blank.wait_for_timeout(50)
    assert field.caret == 1
    field.insert("好")
    stage.sync()
    expect(area).to_have_value("🎉好国家级面膜")
    expect(blank.locator("mark")).to_have_count(1)
    area.focus()
    blank.keyboard.insert_text("吗")
    blank.wait_for_timeout(50)
    assert (field.value, field.caret) == ("🎉好吗国家级面膜", 3)
    blank.wait_for_timeout(600)
    blank.keyboard.press("Enter")
    area.fill("只有一行\n")
    blank.wait_for_timeout(50)
    assert field.value == "只有一行"
    blank.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', '第一行\\r\\n\\n 第二行 ');
        document.querySelector('textarea').dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }"""
    )
    blank.wait_for_timeout(50)
    assert heard[:3] == [
        ("rest", "🎉好吗国家级面膜"),
        ("enter", "🎉好吗国家级面膜"),
        ("lines", ["第一行", "第二行"]),
    ]
    assert field.value == "只有一行"


def test_a_long_text_scrolls_with_its_marks(blank: Page) -> None:
    text = "蟹" * 1500
    field = Editor(
        value=text, marks=[{"start": 1400, "end": 1403, "severity": "warn", "tip": "看"}], label="文案"
    )
    put_on_stage(blank, field)
    area = blank.locator("textarea")
    assert area.bounding_box()["height"] <= 320  # type: ignore[index]
    area.evaluate("(one) => { one.scrollTop = one.scrollHeight }")
    blank.wait_for_timeout(50)
    gap = blank.evaluate(
        """() => { const [area, back] = ['textarea', '.wn-editor-marks'].map((one) => document.querySelector(one));
        return [area.scrollTop - back.scrollTop, area.scrollHeight - back.scrollHeight, area.clientWidth - back.clientWidth] }"""
    )
    assert gap == [0, 0, 0]
    mark, outer = blank.locator("mark").bounding_box(), area.bounding_box()
    assert mark is not None and outer is not None
    assert outer["y"] < mark["y"] < outer["y"] + outer["height"]


def test_a_half_written_note_outlives_a_redraw_and_missing_values_come_last(blank: Page) -> None:
    columns = [
        {"name": "star", "caption": "星标", "kind": "star"},
        {"name": "title", "caption": "标题", "kind": "text"},
        {"name": "craft", "caption": "写法分", "kind": "number"},
        {"name": "note", "caption": "备注", "kind": "note"},
    ]
    crafts = [60, None, 80]
    rows = [
        {"key": f"t{n}", "title": f"标题{n}", "craft": craft, "star": n == 2}
        for n, craft in enumerate(crafts)
    ]
    table = Table(columns=columns, rows=rows, label="备选", choice="比")
    heard: list[tuple[str, str]] = []
    for event in ("star", "remove", "open", "note"):
        table.on(event, lambda sent: heard.append((sent["event"], sent["key"])))
    stage = put_on_stage(blank, table)
    order = lambda: [one.get_attribute("data-key") for one in blank.locator("tbody tr").all()]  # noqa: E731
    for expected in (["t2", "t0", "t1"], ["t0", "t2", "t1"]):
        blank.get_by_role("button", name="写法分").click()
        blank.wait_for_timeout(50)
        assert order() == expected
    blank.get_by_role("button", name="星标", exact=True).click()
    assert order()[0] == "t2"
    note = blank.get_by_role("textbox", name="备注：t0")
    note.focus()
    blank.keyboard.insert_text("还没写")
    table.rows = [{**row, "title": "改了"} for row in rows]
    stage.sync()
    expect(note).to_have_value("还没写")
    expect(note).to_be_focused()
    blank.keyboard.press("Enter")
    first = blank.locator("tbody tr").first
    first.focus()
    for key in ("s", "Delete", "Enter", " "):
        blank.keyboard.press(key)
    blank.wait_for_timeout(50)
    assert [one for one in heard if one[0] != "note"] == [("star", "t2"), ("remove", "t2"), ("open", "t2")]
    assert ("note", "t0") in heard
    assert table.chosen == ["t2"]
    # one row is a stop of the Tab key, and so is what stands in it
    stops = blank.locator("tbody tr[tabindex='0']")
    assert stops.count() == 1
    assert blank.locator("tbody tr[tabindex='-1'] [tabindex='0']").count() == 0
