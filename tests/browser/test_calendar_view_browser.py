"""The calendar in Chromium: dragged by mouse, finger and keys, drawn near the scroll position, taken back."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from browser.fake_calendar import Table, fake
from browser.stage import box_of, put_on_stage
from toolkit.widgets._calendar_view import CalendarView

pytestmark = pytest.mark.browser

Setter = Callable[..., Table]


@pytest.fixture
def lay(browser: Browser) -> Iterator[Setter]:
    """Lays a calendar on a page of its own; fails on any error in the page."""
    contexts, errors = [], []

    def put(
        view: CalendarView | None = None,
        *,
        dark: bool = False,
        wide: int = 1280,
        granted: bool = True,
        **options: Any,
    ) -> Table:
        context = browser.new_context(viewport={"width": wide, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        view = view or CalendarView(**fake())
        table = Table(put_on_stage(page, view, dark=dark))
        for event in ("drop", "untray", "takeout", "select", "pick", "open"):
            view.on(event, table.heard.append)
        if granted:
            for event in ("drop", "untray", "takeout"):
                view.on(event, table.hear_and_grant)
        page.locator(".wn-cal-row").first.wait_for()
        return table

    yield put
    for context in contexts:
        context.close()
    assert errors == []


def one_post(**values: Any) -> CalendarView:
    """A calendar with one post of group g1 on Tuesday at 20:00 and one entry in the tray."""
    made = fake(posts=1, tray=1)
    made["posts"][0] |= {
        "group": "g1",
        "at": "2026-09-22 20:00",
        "status": "draft",
        "broken": [],
        "changed": "",
    }
    return CalendarView(**{**made, **values})


def place(group: str, at: str, change: str = "", name: str = "") -> dict[str, Any]:
    return {"group": group, "at": at, "ok": not name, "change": change, "rule": "", "name": name}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_drag_keeps_the_time_of_day_wherever_the_reader_sits(lay: Setter, zone: str) -> None:
    table = lay(one_post(), timezone_id=zone)
    target = table.cell("g3", "2026-09-24")
    table.drag("p0", target)
    expect(target.locator("[data-id=p0]")).to_have_attribute(
        "aria-label", r"会员群3，9月24日 周四，20:00 促销「今晚八点，桂花拿铁第二杯半价」，预热，待发"
    )
    assert table.asked("drop") == [{"id": "p0", "group": "g3", "date": "2026-09-24", "time": None}]
    assert table.asked("pick") == [{"id": "p0"}]
    assert table.view.selected == "p0"
    expect(table.page.get_by_role("status")).to_have_text("已移动。")


def test_a_drop_on_the_line_of_slots_gives_that_slot(lay: Setter) -> None:
    view = one_post()
    table = lay(view)
    # wide and tall enough for the line: the slots beside its own, 08:00 and 12:30
    table.drag("p0", table.cell("g0", "2026-09-23"), x=0.5, y=0.9)
    expect(table.cell("g0", "2026-09-23").locator(".wn-cal-time")).to_have_text("12:30")
    assert table.asked("drop") == [{"id": "p0", "group": "g0", "date": "2026-09-23", "time": "12:30"}]


def test_a_drop_on_a_group_or_a_day_head_keeps_the_other(lay: Setter) -> None:
    table = lay(one_post())
    table.drag("p0", table.page.get_by_role("rowheader").nth(2))
    expect(table.page.get_by_role("status")).to_have_text("已移动。")
    table.drag("p0", table.page.get_by_role("columnheader", name="9月25日"))
    asked = table.asked("drop")
    assert [(one["group"], one["date"]) for one in asked] == [("g2", "2026-09-22"), ("g2", "2026-09-25")]


def test_a_move_shows_at_once_dimmed_and_goes_back_when_refused(lay: Setter) -> None:
    table = lay(one_post(), granted=False)
    table.view.on("drop", lambda _sent: setattr(table.view, "told", "免打扰时段不能发。"))
    table.page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
          const chip = document.querySelector('[data-id=p0]');
          if (chip) window.seen.push([chip.closest('[data-cell]').dataset.cell, chip.classList.contains('wn-cal-waits')]);
        }).observe(document.querySelector('.wn-cal-body'), {childList: true, subtree: true}); }"""
    )
    table.drag("p0", table.cell("g3", "2026-09-24"))
    expect(table.page.get_by_role("status")).to_have_text("免打扰时段不能发。")
    expect(table.cell("g1", "2026-09-22").locator("[data-id=p0]")).to_be_visible()
    expect(table.page.locator(".wn-cal-waits")).to_have_count(0)
    assert ["g3|2026-09-24", True] in table.page.evaluate("window.seen")
    assert table.page.evaluate("document.activeElement.dataset.id") == "p0"


def test_escape_gives_a_drag_up(lay: Setter) -> None:
    table = lay(one_post())
    chip = box_of(table.post("p0"))
    table.page.mouse.move(chip["x"] + 20, chip["y"] + 15)
    table.page.mouse.down()
    table.page.mouse.move(chip["x"] + 320, chip["y"] + 15, steps=3)
    expect(table.page.locator(".wn-cal-aim")).to_be_visible()
    table.page.keyboard.press("Escape")
    table.page.mouse.up()
    expect(table.page.locator(".wn-cal-ghost")).to_have_count(0)
    assert table.asked("drop") == []


def test_a_click_selects_and_a_small_tremor_is_a_click(lay: Setter) -> None:
    table = lay(one_post())
    box = box_of(table.post("p0"))
    table.page.mouse.move(box["x"] + 20, box["y"] + 15)
    table.page.mouse.down()
    table.page.mouse.move(box["x"] + 22, box["y"] + 16)
    table.page.mouse.up()
    expect(table.post("p0")).to_have_attribute("aria-current", "true")
    assert table.asked("select") == [{"id": "p0"}]
    assert table.asked("pick", "drop") == []


def test_keys_take_up_move_and_put_down(lay: Setter) -> None:
    table = lay(one_post())
    press, told = table.page.keyboard.press, table.page.get_by_role("status")
    table.page.locator("[role=grid] [tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowDown"):
        press(key)
    expect(table.post("p0")).to_be_focused()
    press("Enter")
    expect(told).to_contain_text("已拿起")
    press("ArrowRight")
    press("ArrowDown")
    expect(told).to_have_text("学生群2，9月23日 周三 20:00")
    press("[")
    expect(told).to_have_text("学生群2，9月23日 周三 12:30")
    press("Enter")
    expect(table.cell("g2", "2026-09-23").locator("[data-id=p0]")).to_be_focused()
    assert table.asked("drop") == [{"id": "p0", "group": "g2", "date": "2026-09-23", "time": "12:30"}]
    table.answered()
    press(" ")
    press("ArrowLeft")
    press("Escape")
    expect(told).to_have_text("没有移动。")
    assert len(table.asked("drop")) == 1
    press("i")
    press("Shift+Enter")
    expect(table.post("p0")).to_be_focused()
    assert table.asked("open") == [{"id": "p0"}]
    press("Delete")
    expect(table.page.get_by_role("heading", name="未排入")).to_have_text("未排入 2 条")
    assert table.asked("takeout") == [{"id": "p0"}]


def test_the_grid_is_one_stop_of_tab_and_the_arrows_go_through_it(lay: Setter) -> None:
    table = lay(CalendarView(**fake(posts=60)))
    press = table.page.keyboard.press
    expect(table.page.locator("[role=grid] [tabindex='0']")).to_have_count(1)
    press("Tab")
    place_now = "(() => { const at = document.activeElement.closest('[data-cell]'); return at && at.dataset.cell; })()"
    assert table.page.evaluate(place_now) == "g0|2026-09-21"
    press("End")
    assert table.page.evaluate(place_now) == "g0|2026-10-04"
    press("Control+End")
    assert table.page.evaluate(place_now) == "g5|2026-10-04"
    press("Control+Home")
    seen = set()
    for _ in range(40):
        seen.add(table.page.evaluate("document.activeElement.dataset.id ?? ''"))
        press("Control+ArrowRight")
    first = {post["id"] for post in table.view.posts if post["group"] == "g0"}
    assert len(seen & first) >= 5
    press("Tab")
    assert table.page.evaluate("document.activeElement.getAttribute('role')") == "option"


def test_the_tray_gives_and_takes(lay: Setter) -> None:
    table = lay(one_post())
    tray = table.page.locator(".wn-cal-tray")
    table.drag("u0@g0", table.cell("g0", "2026-09-23"))
    expect(table.cell("g0", "2026-09-23").locator("[data-id=new-u0]")).to_be_visible()
    # nothing was said of places: the group's first slot
    assert table.asked("untray") == [{"id": "u0@g0", "group": "g0", "date": "2026-09-23", "time": "08:00"}]
    expect(tray).to_contain_text("都排进去了")
    table.drag("p0", tray, y=0.5)
    expect(tray).to_contain_text("宝妈群1：手动拿出")
    assert table.asked("takeout") == [{"id": "p0"}]
    # by keys it starts in its own group, on the first day that is seen whole
    table.page.get_by_role("grid").evaluate("grid => { grid.scrollLeft = 0; }")
    tray.get_by_role("option").focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "Enter"):
        table.page.keyboard.press(key)
    expect(table.cell("g1", "2026-09-23").locator("[data-id=new-i0]")).to_be_focused()


def test_places_mark_the_cells_once_they_are_those_of_what_is_held(lay: Setter) -> None:
    view = one_post(places=[place("g4", "2026-09-22 20:00", "+9")])
    table = lay(view)
    found = [
        place("g1", "2026-09-23 20:00", name="免打扰"),
        place("g1", "2026-09-24 20:00", "+3.2"),
        place("g1", "2026-09-25 20:00", name="同日过密"),
        place("g1", "2026-09-25 08:00", "-0.4"),
    ]
    view.on("pick", lambda _sent: setattr(view, "places", found))
    expect(table.page.locator(".wn-cal-mark")).to_have_count(0)
    table.post("p0").focus()
    table.page.keyboard.press("Enter")
    expect(table.cell("g1", "2026-09-24").locator(".wn-cal-mark")).to_have_text("✓ +3.2")
    expect(table.cell("g1", "2026-09-25").locator(".wn-cal-mark")).to_have_text("✓ 08:00 -0.4")
    expect(table.cell("g4", "2026-09-22").locator(".wn-cal-mark")).to_have_count(0)
    table.page.keyboard.press("ArrowRight")
    expect(table.page.get_by_role("status")).to_have_text("宝妈群1，9月23日 周三 20:00，✕ 免打扰")
    expect(table.page.locator(".wn-cal-aim")).to_contain_text("免打扰")
    table.page.keyboard.press("Escape")
    expect(table.page.locator(".wn-cal-mark")).to_have_count(0)


def test_sent_posts_stay(lay: Setter) -> None:
    view = one_post()
    view.posts = [{**view.posts[0], "status": "sent", "status_word": "已发"}]
    table = lay(view)
    table.drag("p0", table.cell("g3", "2026-09-24"))
    expect(table.page.get_by_role("status")).to_have_text("已发的不能改。")
    assert table.asked("drop", "pick") == []


def test_only_rows_near_the_scroll_position_are_on_the_page(lay: Setter) -> None:
    table = lay(CalendarView(**fake(50, 30, 900)))
    rows, grid = table.page.locator(".wn-cal-row"), table.page.get_by_role("grid")
    assert rows.count() < 20
    expect(grid).to_have_attribute("aria-rowcount", "51")
    expect(table.page.get_by_role("rowheader", name="宝妈群49")).to_have_count(0)
    grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight; grid.scrollLeft = grid.scrollWidth; }")
    expect(table.page.get_by_role("rowheader", name="宝妈群49")).to_be_visible()
    expect(table.cell("g49", "2026-10-20")).to_be_visible()
    assert rows.count() < 20
    # Tab comes in at what is seen, and a focus is not lost when its row is scrolled away
    table.page.locator("[role=grid] [tabindex='0']").focus()
    held = table.page.evaluate("document.activeElement.closest('[data-cell]').dataset.cell")
    grid.evaluate("grid => { grid.scrollTop = 0; grid.scrollLeft = 0; }")
    expect(table.page.get_by_role("rowheader", name="街坊群0")).to_be_visible()
    assert table.page.evaluate("document.activeElement.closest('[data-cell]').dataset.cell") == held


def test_a_drag_to_the_edge_scrolls_on(lay: Setter) -> None:
    made = fake(50, 30, 900)
    made["posts"][0] |= {"group": "g0", "at": "2026-09-21 20:00", "status": "draft"}
    table = lay(CalendarView(**made))
    chip, box = box_of(table.post("p0")), box_of(table.page.get_by_role("grid"))
    table.page.mouse.move(chip["x"] + 20, chip["y"] + 15)
    table.page.mouse.down()
    table.page.mouse.move(box["x"] + 300, box["y"] + box["height"] - 8, steps=5)
    table.page.wait_for_function("document.querySelector('[role=grid]').scrollTop > 900")
    table.page.mouse.move(box["x"] + 300, box["y"] + 300)
    table.page.mouse.up()
    expect(table.post("p0")).to_be_visible()
    [asked] = table.asked("drop")
    assert asked["group"] not in ("g0", "g1", "g2")


def test_the_month_shows_weeks_and_moves_within_the_group(lay: Setter) -> None:
    table = lay(one_post(view="month"))
    expect(table.page.get_by_role("columnheader")).to_have_text([f"周{one}" for one in "一二三四五六日"])
    target = table.page.locator("[data-cell='2026-09-25']")
    table.drag("p0", target)
    expect(target.locator("[data-id=p0]")).to_be_focused()
    assert table.asked("drop") == [{"id": "p0", "group": "g1", "date": "2026-09-25", "time": None}]
    table.answered()
    # over the week's end
    for key in ("Enter", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
        table.page.keyboard.press(key)
    expect(table.page.locator("[data-cell='2026-09-28'] [data-id=p0]")).to_be_visible()
    table.view.month_group = "g2"
    table.stage.sync()
    expect(table.post("p0")).to_have_count(0)


def test_a_full_day_says_how_many_more_and_unfolds(lay: Setter) -> None:
    made = fake(6, 14, 60)
    for post in made["posts"]:
        post["at"] = "2026-09-23" + post["at"][10:]
    table = lay(CalendarView(**made, view="month"))
    day = table.page.locator("[data-cell='2026-09-23']")
    expect(day.locator("[data-id]")).to_have_count(4)
    day.get_by_role("button", name="还有 56 条").click()
    expect(day.locator("[data-id]")).to_have_count(60)
    day.locator("[data-id]").first.focus()
    table.page.keyboard.press("ArrowUp")
    expect(day.locator("[data-id]").first).to_be_focused()


def test_what_another_changes_is_shown_and_nothing_is_sent(lay: Setter) -> None:
    table = lay(CalendarView(**fake()))
    first = table.view.posts[0]
    table.view.posts = [{**first, "at": "2026-09-29 08:00", "group": "g2"}, *table.view.posts[1:]]
    table.view.selected = first["id"]
    table.view.shown = [first["id"]]
    table.view.tray, table.view.busy, table.view.told = [], True, "排好了。"
    table.stage.sync()
    expect(table.cell("g2", "2026-09-29").locator(f"[data-id={first['id']}]")).to_have_attribute(
        "aria-current", "true"
    )
    expect(table.page.locator(".wn-cal-post")).to_have_count(1)
    expect(table.page.get_by_role("grid")).to_have_attribute("aria-busy", "true")
    expect(table.page.get_by_role("status")).to_have_text("排好了。")
    assert table.heard == []


def test_days_and_posts_say_in_words_what_they_are(lay: Setter) -> None:
    view = one_post()
    breach = {"rule": "spacing", "name": "间隔太短", "severity": "block", "message": "离上一次不到两小时"}
    view.posts = [
        {**view.posts[0], "status": "pinned", "status_word": "已定", "broken": [breach], "changed": "moved"}
    ]
    table = lay(view)
    heads = table.page.get_by_role("columnheader")
    expect(heads.nth(7)).to_have_attribute("aria-label", "9月27日 周日，调休上班")
    expect(heads.nth(5)).to_have_attribute("aria-label", "9月25日 周五，休息日，中秋")
    expect(heads.nth(5)).to_contain_text("休")
    expect(heads.nth(10)).to_contain_text("庄重")
    words = table.post("p0").get_attribute("aria-label") or ""
    assert words.endswith("已定，改了时间，违反 间隔太短")
    expect(table.post("p0")).to_contain_text("✕ 间隔太短")
    assert "离上一次不到两小时" in (table.post("p0").get_attribute("title") or "")


def test_a_finger_held_still_takes_up_and_a_quick_one_does_not(lay: Setter) -> None:
    table = lay(one_post(), has_touch=True)
    tool = table.page.context.new_cdp_session(table.page)
    chip, box = box_of(table.post("p0")), box_of(table.cell("g3", "2026-09-24"))
    start = {"x": chip["x"] + 20, "y": chip["y"] + 15}
    end = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 12}

    def touch(kind: str, *points: dict[str, float]) -> None:
        tool.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", start)
    touch("touchMove", end)
    touch("touchEnd")
    assert table.asked("pick") == []
    table.page.locator("[role=grid]").evaluate("grid => { grid.scrollTop = 0; grid.scrollLeft = 0; }")
    touch("touchStart", start)
    expect(table.page.locator(".wn-cal-ghost")).to_be_visible()
    touch("touchMove", {"x": start["x"] + 30, "y": start["y"] + 10})
    touch("touchMove", end)
    touch("touchEnd")
    expect(table.cell("g3", "2026-09-24").locator("[data-id=p0]")).to_be_visible()
    assert table.asked("drop") == [{"id": "p0", "group": "g3", "date": "2026-09-24", "time": None}]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "\u202e\u2066今晚八点\u202d",
    "长" * 5000,
    "😀👨‍👩‍👧‍👦🧧" * 40,
    "Z̴̧̛̼͇͔͉̒͆a̷͓͍͛l̸̛̺g̴͎̈́o̶̼͆" * 30,
    "",
]


@pytest.mark.parametrize("dark", [False, True])
def test_titles_of_others_stay_text_and_in_their_place(lay: Setter, dark: bool) -> None:
    calm, made = fake(posts=8), fake(posts=8)
    for number, post in enumerate([*calm["posts"], *made["posts"]]):
        post |= {"group": f"g{number % 4}", "at": f"2026-09-2{2 + number % 8 // 4} 20:00", "status": "draft"}
    for post, title in zip(made["posts"], HOSTILE, strict=True):
        post |= {"title": title, "why": title, "kind_word": title[:3]}
        post["broken"] = [{"rule": "x", "name": title, "severity": "warn", "message": title}] * len(
            post["broken"]
        )
    for values in [made["groups"][0], made["groups"][1]]:
        values |= {"name": HOSTILE[4], "owner": HOSTILE[1], "segment": HOSTILE[3]}
    made["tray"][0] |= {"title": HOSTILE[0], "reason": HOSTILE[4]}
    made["days"][2] |= {"names": [HOSTILE[1], HOSTILE[4]], "note": HOSTILE[0]}
    wide = "() => [...document.querySelectorAll('.wn-cal-row, .wn-cal-post')].map(one => one.offsetWidth + 'x' + one.offsetHeight)"
    sizes = lay(CalendarView(**calm), dark=dark).page.evaluate(wide)
    table = lay(CalendarView(**made, told=HOSTILE[0], selected="p0"), dark=dark)
    assert table.page.evaluate(wide) == sizes
    assert table.page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert table.page.locator(".wn script, .wn img, .wn svg:not(.wn-cal-icon)").count() == 0
    expect(table.post("p0").locator("bdi")).to_have_text("<script>alert(1)</script>")
    table.post("p4").click()
    table.drag("p1", table.cell("g3", "2026-09-24"))
    assert table.asked("drop")[0]["group"] == "g3"


@pytest.mark.parametrize(("dark", "wide"), [(False, 1280), (True, 640)])
def test_nothing_serious_for_those_who_hear_or_see_little(lay: Setter, dark: bool, wide: int) -> None:
    table = lay(CalendarView(**fake(4, 7, 24), selected="p3"), dark=dark, wide=wide)
    for view in ("groups", "month"):
        table.view.view = view
        table.stage.sync()
        table.page.locator("[data-id]").first.wait_for()
        found = Axe().run(table.page).response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ] == []
    assert table.page.evaluate("document.documentElement.scrollWidth") <= wide


def test_every_target_is_large_enough(lay: Setter) -> None:
    table = lay(CalendarView(**fake(posts=120), view="month"), wide=640)
    small = table.page.evaluate(
        """() => [...document.querySelectorAll('.wn-cal [role=button], .wn-cal [role=option]')]
          .map(one => one.getBoundingClientRect()).filter(box => box.width < 32 || box.height < 32).length"""
    )
    assert small == 0


def test_the_benchmark_prints_a_row_a_run_and_the_medians(browser: Browser) -> None:
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "board.py"
    table = runpy.run_path(str(path))["main"](["--small"], browser)
    assert table["run"].tolist() == ["1", "median"]
    assert (table[["paint", "frame, median", "let go", "answer"]] > 0).all(axis=None)
