"""Monday's job in one story, in a real browser: files dropped in, an approved week and its daily sheets out, no code, no typed path."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from browser.lab import Server, lab_server, run_notebook, show_cell, strays
from browser.person import SLOW, Person
from toolkit import lexicons
from toolkit.export import read_calendar
from toolkit.schedule import check_calendar, read_groups, read_items

pytestmark = pytest.mark.browser

SAMPLE = lexicons.sample_folder()
MOST_ACTIONS = 60
TITLE = "周五收摊前，三样东西最该带回家"
TEXT = "街坊们好☀️\n周五收摊前这三样最该带：石榴、板栗、小米。\n想要的回「带」，给你留一份。"


@pytest.fixture(scope="module")
def own(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what is dropped here must not become another test's content."""
    yield from lab_server(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def story(browser: Browser, own: Server) -> Iterator[tuple[Page, list[str]]]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    asked: list[str] = []
    context.on("request", lambda sent: asked.append(sent.url))
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script("window.ran = 0")
    yield page, asked
    context.close()
    assert strays(asked, own.address) == []


def files_of_a_morning() -> dict[str, bytes]:
    """What lies on an editor's desktop on Monday."""
    files = {path.name: path.read_bytes() for path in sorted((SAMPLE / "posts").glob("*.csv"))}
    return files | {name: (SAMPLE / name).read_bytes() for name in ("groups.csv", "items.csv")}


def tick(person: Person, label: str, count: int) -> list[str]:
    """Tick the first rows of a table; gives their keys."""
    boxes = person.page.locator(f"table[aria-label='{label}'] .wn-choice input")
    boxes.first.wait_for(timeout=SLOW)
    keys = [str(boxes.nth(n).get_attribute("data-key")).removeprefix("choice-") for n in range(count)]
    for key in keys:
        person.click(person.page.locator(f"[data-key='choice-{key}']"), f"勾选 {key}")
    return keys


def drag_one(person: Person) -> tuple[str, str]:
    """Drag posts to other days of their group until one may go there; gives its id and the old time on it."""
    page = person.page
    chips = page.locator(".wn-cal-row .wn-cal-post")
    chips.first.wait_for(timeout=SLOW)
    ids = [str(chips.nth(n).get_attribute("data-id")) for n in range(min(6, chips.count()))]
    for post in ids:
        chip = page.locator(f".wn-cal-row .wn-cal-post[data-id='{post}']").first
        cells = chip.locator("xpath=ancestor::*[contains(@class,'wn-cal-row')]").locator(".wn-cal-cell")
        at = int(chip.locator("xpath=ancestor::*[@data-column]").get_attribute("data-column") or 0)
        target = cells.locator(f"xpath=self::*[@data-column='{at + 1 if at < 2 else at - 1}']")
        before = chip.locator(".wn-cal-time").inner_text()
        person.drag(chip, target)
        accept = page.locator("[data-key='accept']")
        refused = page.get_by_text("不能移到这里").or_(page.get_by_text("不能换")).first
        expect(accept.or_(refused).first).to_be_visible(timeout=SLOW)
        if accept.count():
            person.click(accept, "采用")
            expect(page.locator("[data-key='accept']")).to_have_count(0, timeout=SLOW)
            return post, before
    pytest.fail("no post could be dragged to the day beside it")


def test_from_a_folder_of_files_to_an_approved_week(story: tuple[Page, list[str]], own: Server) -> None:
    page, _ = story
    person = Person(page)
    cells = run_notebook(page, own, "desk.ipynb")
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    show_cell(page, 1)
    # collect
    person.drop(page.locator(".wn-drop-zone"), files_of_a_morning())
    save = page.get_by_role("button", name="存进工作文件夹")
    expect(save).to_be_enabled(timeout=SLOW)
    person.shot("inbox")
    person.click(save, "存进工作文件夹")
    expect(page.locator(".wn-facts")).to_contain_text("同行内容：自己的", timeout=SLOW)
    expect(page.locator(".wn-facts")).to_contain_text("群：自己的", timeout=SLOW)
    # trend
    person.step("看热词")
    words = tick(person, "热词", 3)
    person.shot("trends")
    person.click(page.get_by_role("button", name="送去选题"))
    # topic
    person.ready("定选题")
    tick(person, "选题", 2)
    person.shot("topics")
    person.click(page.locator("[data-key='next']"), "拟标题")
    # draft
    person.ready("拟标题")
    field = page.locator(".wn-editor textarea:visible").first
    person.type(field, TITLE)
    person.press("Enter")
    star = page.locator("tr:visible", has_text=TITLE).locator("[data-key^='star-']").first
    person.click(star, "打星")
    person.shot("titles")
    person.click(page.get_by_role("button", name="用这些标题写文案"))
    person.ready("写文案")
    items = page.locator(".widget-dropdown:visible", has_text="条目").locator("select").first
    items.locator("option", has_text=TITLE).first.wait_for(state="attached", timeout=SLOW)
    person.choose(items, items.locator("option", has_text=TITLE).first.inner_text())
    person.type(page.locator(".wn-editor textarea:visible").first, TEXT)
    person.click(page.get_by_role("button", name="写进条目"))
    person.shot("texts")
    person.click(page.get_by_role("button", name="去排日历"))
    # plan and drag
    person.ready("排日历")
    post, clock = drag_one(person)
    person.shot("calendar")
    person.click(page.get_by_role("button", name="检查并带走"))
    person.ready("带走")
    person.click(page.locator("[data-key='finish']"), "定稿")
    expect(page.get_by_text("定稿了")).to_be_visible(timeout=SLOW)
    person.shot("files")

    assert len(person.done) <= MOST_ACTIONS, person.done
    assert page.evaluate("window.ran") == 0
    assert not [output for outputs in cells for output in outputs if output["output_type"] == "error"]
    compare(own.home / "结果", words, post, clock)


def compare(out: Path, words: list[str], post: str, clock: str) -> None:
    """The files say what was decided, all of them the same."""
    calendar = read_calendar(out / "calendar.xlsx").frame
    assert set(calendar["status"]) == {"pinned"}
    moved = calendar[calendar["post_id"] == post].iloc[0]
    assert moved["sequence"] >= 1
    assert f"{moved['starts_at']:%H:%M}" == clock
    # ICS, workbook and daily sheets name the same posts at the same times
    from_ics = read_calendar(out / "calendar.ics").frame
    keys = ["post_id", "starts_at"]
    pd.testing.assert_frame_equal(
        calendar[keys].sort_values(keys, ignore_index=True),
        from_ics[keys].sort_values(keys, ignore_index=True),
    )
    days = sorted({f"{day:%Y-%m-%d}" for day in calendar["starts_at"].dt.date})
    sheets = {day: (out / "发布清单" / f"{day}.txt").read_text(encoding="utf-8-sig") for day in days}
    assert sum("周五收摊前这三样最该带" in text for text in sheets.values()) >= 1
    assert sum(TITLE in text for text in sheets.values()) >= 1
    with (out / "trends.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert set(words) <= {row["term"] for row in csv.DictReader(lines)}
    report = (out / "report.html").read_text(encoding="utf-8")
    assert TITLE in report
    assert re.search(r"示例世界", report) is None
    groups = read_groups(out.parent / "群.xlsx").frame
    assert calendar["group_id"].isin(groups["group_id"]).all()
    own_items = read_items(out.parent / "内容.xlsx").frame
    fresh = set(calendar["item_id"]) - set(own_items["item_id"])
    assert fresh
    known = calendar[calendar["item_id"].isin(own_items["item_id"])]
    broken = check_calendar(known, own_items, groups)
    assert broken[broken["severity"] == "block"].empty
