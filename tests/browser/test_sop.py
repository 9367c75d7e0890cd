"""The day's sheet in a browser, opened as a file: ticks that stay, exact copies, a phone, paper, hostile text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frames import make_groups, make_items
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from browser.lab import take_shot
from toolkit.export._sop import write_sop
from toolkit.schema import CALENDAR, Plan, check

pytestmark = pytest.mark.browser

DAY, NEXT = "2026-09-21.html", "2026-09-22.html"
# what a copy could lose: blanks, blank lines, marks of HTML, an emoji of several characters
COPY = "  第一行\n\n<b>粗</b> &amp; “引号”\t制表\n👩‍👩‍👧 尾 "
# an address that is not secure, as an office server's: navigator.clipboard is missing there
PLAIN = "http://sop.test/"
HOSTILE = "</script><script>window.hit=1</script><img src=x onerror='window.hit=1'>\"' onclick='window.hit=1"


def make_plan(*, text: str = COPY, **columns: Any) -> Plan:
    """Two owners' morning: one text to three groups, one to a single group, one more on the next day."""
    items = make_items().assign(
        copy=[text, "短句", "明天"],
        link=["https://example.com/?a=1&b=2", None, None],
        owner=["小满", "阿苇", ""],
    )
    calendar = pd.DataFrame(
        {
            "post_id": ["p1", "p2", "p3", "p4", "p5"],
            "item_id": ["i1", "i1", "i1", "i2", "i3"],
            "group_id": ["g1", "g2", "g3", "g1", "g1"],
            "starts_at": ["2026-09-21 08:00"] * 3 + ["2026-09-21 20:00", "2026-09-22 08:00"],
            "code": ["K7WQ2", "M4TRX", None, None, None],
        }
    ).assign(**columns)
    return Plan(check(calendar, CALENDAR), pd.DataFrame(), 0.0, 0.0, 0.0, items, make_groups())


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context of its own; the test fails on a script error, a refused rule or a request beyond file and PLAIN."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("weberror", lambda error: wrong.append(str(error.error)))
    opened.on(
        "request", lambda sent: None if sent.url.startswith(("file:", PLAIN)) else wrong.append(sent.url)
    )
    yield opened
    opened.close()
    assert wrong == []


@pytest.fixture
def sheet(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = context.new_page()
    yield page
    take_shot(page, request.node.name)


def open_file(page: Page, folder: Path, name: str = DAY) -> None:
    page.goto((folder / name).as_uri())


def ticked(page: Page) -> list[bool]:
    """The state of every box on the page, in order."""
    return [box.is_checked() for box in page.locator("input[type=checkbox]").all()]


def pasted(page: Page) -> str:
    """What a person gets who pastes now."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))")
    page.locator("#paste").focus()
    page.keyboard.press("Control+V")
    text: str = page.locator("#paste").input_value()
    page.locator("#paste").evaluate("field => field.remove()")
    return text


def copy_by(button: Locator) -> None:
    """Press a copy button and wait until its own copy is done: a paste before that gets nothing."""
    said = button.page.locator("#said")
    said.evaluate("said => said.textContent = ''")
    button.click()
    expect(said).to_have_text("已复制")


def test_ticks_stay_and_the_two_lists_agree(sheet: Page, tmp_path: Path) -> None:
    folder = write_sop(make_plan(), tmp_path)
    open_file(sheet, folder)
    # by time p2, p3, p1 in the order of the groups' names, then p4; by group p2, then p3, then p1 and p4
    expect(sheet.locator("#progress")).to_have_text("已勾 0/4")
    sheet.get_by_label("东堤鲜友二群").check()
    sheet.locator("#groups").get_by_label("20:00 减法礼盒到货").check()
    assert ticked(sheet) == [True, False, False, True, True, False, False, True]
    expect(sheet.locator("#progress")).to_have_text("已勾 2/4")
    assert [card.get_attribute("class") for card in sheet.locator(".send").all()] == ["send", "send done"]
    sheet.reload()
    assert ticked(sheet) == [True, False, False, True, True, False, False, True]
    sheet.get_by_label("东堤鲜友二群").uncheck()
    sheet.reload()
    assert ticked(sheet) == [False, False, False, True, False, False, False, True]
    open_file(sheet, folder, NEXT)
    assert ticked(sheet) == [False, False]


def test_a_changed_post_is_to_be_ticked_anew(sheet: Page, tmp_path: Path) -> None:
    open_file(sheet, write_sop(make_plan(), tmp_path))
    sheet.get_by_role("button", name="全部勾上").click()
    write_sop(make_plan(sequence=[0, 1, 0, 0, 0]), tmp_path)
    sheet.reload()
    assert ticked(sheet)[:3] == [False, True, True]
    # the same ids in another month are other posts
    later = ["2026-10-21 08:00"] * 3 + ["2026-10-21 20:00", "2026-10-22 08:00"]
    open_file(sheet, write_sop(make_plan(starts_at=later), tmp_path), "2026-10-21.html")
    assert ticked(sheet) == [False] * 8


def test_a_second_window_follows(context: BrowserContext, sheet: Page, tmp_path: Path) -> None:
    folder = write_sop(make_plan(), tmp_path)
    other = context.new_page()
    open_file(sheet, folder)
    open_file(other, folder)
    sheet.get_by_label("望湖故事群").check()
    expect(other.locator("#progress")).to_have_text("已勾 1/4")


def test_a_browser_that_keeps_nothing_says_so(sheet: Page, tmp_path: Path) -> None:
    sheet.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    open_file(sheet, write_sop(make_plan(), tmp_path))
    sheet.get_by_label("望湖故事群").check()
    expect(sheet.locator("#progress")).to_have_text("已勾 1/4")
    expect(sheet.locator("#forgets")).to_be_visible()


@pytest.mark.parametrize("way", ["file", "plain"])
def test_a_copy_is_the_exact_text(context: BrowserContext, sheet: Page, tmp_path: Path, way: str) -> None:
    folder = write_sop(make_plan(), tmp_path)
    if way == "file":
        # the old way is closed: what is copied went through the clipboard of secure pages
        sheet.add_init_script("document.execCommand = () => { throw new Error('closed') }")
        open_file(sheet, folder)
    else:
        sheet.route(f"{PLAIN}**", lambda route: route.fulfill(path=folder / route.request.url.split("/")[-1]))
        sheet.goto(PLAIN + DAY)
    assert sheet.evaluate("[isSecureContext, 'clipboard' in navigator]") == [way == "file"] * 2
    button = sheet.locator("[data-from=t1]")
    button.click()
    expect(button).to_have_text("已复制")
    expect(button).to_be_focused()
    assert pasted(sheet) == COPY
    expect(button).to_have_text("复制文字")
    for name, text in (("l1", "https://example.com/?a=1&b=2"), ("c1-1", "M4TRX"), ("t2", "短句")):
        copy_by(sheet.locator(f"[data-from={name}]"))
        assert pasted(sheet) == text


def test_ten_thousand_characters_are_copied(sheet: Page, tmp_path: Path) -> None:
    text = "".join(f"第{n}句，\n" for n in range(2_000))
    open_file(sheet, write_sop(make_plan(text=text), tmp_path))
    copy_by(sheet.locator("[data-from=t1]"))
    assert len(text) > 10_000
    assert pasted(sheet) == text


def test_a_late_copy_leaves_the_focus_where_it_went(sheet: Page, tmp_path: Path) -> None:
    sheet.add_init_script(
        "navigator.clipboard.writeText = () => new Promise((done) => { window.finish = done })"
    )
    open_file(sheet, write_sop(make_plan(), tmp_path))
    sheet.locator("[data-from=t1]").click()
    sheet.locator("#owner").focus()
    sheet.evaluate("finish()")
    expect(sheet.locator("#said")).to_have_text("已复制")
    expect(sheet.locator("#owner")).to_be_focused()


def test_where_nothing_can_be_copied_the_text_is_selected(sheet: Page, tmp_path: Path) -> None:
    sheet.add_init_script(
        "document.execCommand = () => false; Object.defineProperty(navigator, 'clipboard', {value: undefined})"
    )
    open_file(sheet, write_sop(make_plan(), tmp_path))
    sheet.locator("[data-from=t2]").click()
    expect(sheet.locator("[data-from=t2]")).to_have_text("已选中，请按 Ctrl+C")
    assert sheet.evaluate("getSelection().toString()") == "短句"


def test_one_owners_or_one_groups_sheet(sheet: Page, tmp_path: Path) -> None:
    open_file(sheet, write_sop(make_plan(), tmp_path))
    seen = sheet.locator(".send:visible h3 bdi")
    sheet.locator("#owner").select_option(label="阿苇")
    expect(seen).to_have_text(["减法礼盒到货"])
    expect(sheet.locator("#groups")).to_be_hidden()
    sheet.locator("#group").select_option(label="望湖故事群")
    expect(seen).to_have_count(0)
    expect(sheet.locator("#nothing")).to_be_visible()
    sheet.locator("#owner").select_option(label="全部负责人")
    expect(seen).to_have_text(["中秋前一周，大闸蟹怎么挑"])
    expect(sheet.locator(".send .ticks li:visible bdi")).to_have_text(["望湖故事群"])
    expect(sheet.locator("#groups .group:visible h3")).to_have_text(["望湖故事群"])
    # what is not seen is not ticked
    sheet.get_by_role("button", name="全部勾上").click()
    assert ticked(sheet) == [False, True, False, False] * 2
    expect(sheet.get_by_role("button", name="全部取消")).to_be_visible()
    sheet.locator("#group").select_option(label="全部群")
    expect(seen).to_have_count(2)
    sheet.get_by_role("button", name="全部勾上").click()
    assert ticked(sheet) == [True, True, True, False, True, True, True, False]
    sheet.get_by_role("button", name="全部取消").click()
    assert ticked(sheet) == [False] * 8


def test_hostile_text_runs_nothing(sheet: Page, tmp_path: Path) -> None:
    plan = make_plan(text=HOSTILE, code=HOSTILE, post_id=[f"{HOSTILE}{n}" for n in range(5)])
    items = plan.items.assign(
        **dict.fromkeys(("title", "kind", "owner", "link"), HOSTILE), media=[[HOSTILE]] * 3
    )
    groups = plan.groups.assign(**dict.fromkeys(("name", "channel"), HOSTILE))
    folder = write_sop(dataclasses.replace(plan, items=items, groups=groups), tmp_path)
    for name in ("index.html", DAY):
        open_file(sheet, folder, name)
        assert sheet.evaluate("window.hit") is None
        assert sheet.locator("img").count() == 0
    for button in sheet.locator("[data-from]:visible").all():
        copy_by(button)
    sheet.get_by_role("button", name="全部勾上").click()
    copy_by(sheet.locator("[data-from=t1]"))
    assert pasted(sheet) == HOSTILE
    sheet.reload()
    assert ticked(sheet)[:4] == [True, True, True, False]
    assert sheet.evaluate("window.hit") is None


def test_the_policy_refuses_a_script_that_somebody_slips_in(browser: Browser, tmp_path: Path) -> None:
    folder = write_sop(make_plan(), tmp_path)
    source = (folder / DAY).read_bytes().decode("utf-8")
    (folder / "x.html").write_bytes(
        source.replace("</main>", "<script>window.hit=1</script></main>").encode()
    )
    page = browser.new_page()
    open_file(page, folder, "x.html")
    expect(page.locator("#progress")).to_have_text("已勾 0/4")
    assert page.evaluate("window.hit") is None
    page.close()


def test_without_script_it_is_a_list_with_boxes(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    open_file(page, write_sop(make_plan(), tmp_path))
    page.get_by_label("望湖故事群").check()
    expect(page.locator("#t1")).to_be_visible()
    expect(page.locator("#c1-1")).to_be_hidden()
    expect(page.locator("noscript")).to_be_visible()
    assert page.locator("button:visible, select:visible").count() == 0
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off_or_too_small(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    plan = make_plan(text="很长的一句话没有停顿" * 60 + "https://example.com/" + "a" * 200)
    plan.groups["name"] = [f"名字特别特别特别特别特别特别长的{n}群（节后散）" for n in "一二三"]
    folder = write_sop(plan, tmp_path)
    for name in ("index.html", DAY):
        open_file(page, folder, name)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    for target in page.locator("button:visible, select:visible, .ticks label:visible").all():
        box = target.bounding_box()
        assert box and min(box["width"], box["height"]) >= 40, target.text_content()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 25, 28)"}[scheme]
    take_shot(page, f"test_sop_phone_{scheme}")
    page.close()


def test_paper_shows_the_whole_text_and_no_controls(sheet: Page, tmp_path: Path) -> None:
    text = "\n".join(f"第{n}行" for n in range(60))
    open_file(sheet, write_sop(make_plan(text=text), tmp_path))
    assert sheet.locator("#t1").evaluate("box => box.scrollHeight > box.clientHeight")
    for box in sheet.locator(".send input").all():
        box.check()
    sheet.emulate_media(media="print")
    assert sheet.locator("#t1").evaluate("box => box.scrollHeight === box.clientHeight")
    expect(sheet.locator("#t2")).to_be_visible()
    expect(sheet.locator(".bar")).to_be_hidden()
    shown = sheet.locator("button:visible").all()
    assert [button.get_attribute("class") for button in shown] == ["code", "code"]
    assert sheet.pdf(format="A4").startswith(b"%PDF")
