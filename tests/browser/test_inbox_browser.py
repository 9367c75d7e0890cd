"""The inbox in the browser: dropping, choosing, pasting, by mouse and by keyboard, and nothing hostile that runs."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browser.lab import Server, run_notebook, show_cell, take_shot, write_notebook
from browser.stage import Stage, put_on_stage
from toolkit import lexicons
from toolkit.widgets._drop_view import DropZone

pytestmark = pytest.mark.browser

SAMPLE = lexicons.sample_folder()
# drops files with these names and texts on an element, as the system does
DROP = """(target, files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """(target, [files, text]) => {
  const transfer = new DataTransfer();
  for (const [name, content] of files) transfer.items.add(new File([content], name));
  if (text) transfer.setData('text/plain', text);
  const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
}"""
# the stage passes plain values only: pieces of files travel as base64
BUFFERS = """() => {
  const { model, receive } = window.stage;
  const plain = model.send;
  model.send = async (content, _callbacks, buffers) => {
    if (!buffers) return plain(content);
    const bytes = new Uint8Array(buffers[0]);
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    receive(await window.stagePiece(content, btoa(text)));
  };
}"""


@pytest.fixture
def stage(browser: Browser, request: pytest.FixtureRequest) -> Any:
    """A drop zone alone on a page; `got` keeps what it handed over."""
    page = browser.new_page(viewport={"width": 1280, "height": 600})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    zone = DropZone()
    made = put_on_stage(page, zone, dark=getattr(request, "param", False))
    with_pieces(page, zone, made)
    yield made
    page.close()
    assert errors == []


def with_pieces(page: Page, zone: DropZone, stage: Stage) -> None:
    def piece(content: dict[str, Any], data: str) -> list[list[Any]]:
        zone.receive(content, [base64.b64decode(data)])
        return stage.take()

    def sent(content: dict[str, Any]) -> list[list[Any]]:
        zone.receive(content)
        return stage.sent(content)

    page.expose_function("stagePiece", piece)
    page.expose_function("stageWhole", sent)
    page.evaluate(BUFFERS)
    page.evaluate("() => { window.stageSent = window.stageWhole; }")


def heard(zone: DropZone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    zone.on("files", found.append)
    zone.on("text", found.append)
    return found


def serious(page: Page) -> list[str]:
    """What axe finds serious or worse."""
    found = Axe().run(page, context=".wn")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_dropped_files_arrive_by_name_and_the_place_lights_up(stage: Stage) -> None:
    found = heard(stage.view)
    zone = stage.page.locator(".wn-drop-zone")
    zone.evaluate(DROP, [["甲.csv", "标题\n石榴"], ["空.txt", ""], ["甲.csv", "标题\n柿子"]])
    expect(stage.page.locator(".wn-drop-meter")).to_be_hidden()
    assert [one["value"] for one in found] == [
        {"甲.csv": "标题\n石榴".encode(), "空.txt": b"", "甲（2）.csv": "标题\n柿子".encode()}
    ]


def test_a_drop_beside_the_place_does_not_leave_the_page(stage: Stage) -> None:
    stage.page.evaluate("() => document.body.append(document.createElement('main'))")
    prevented = stage.page.locator("main").evaluate(
        """(target) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(['x'], 'x.html'));
          const event = new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
          target.dispatchEvent(event);
          return event.defaultPrevented;
        }"""
    )
    assert prevented


def test_pasting_on_the_place_gives_files_or_text(stage: Stage) -> None:
    found = heard(stage.view)
    zone = stage.page.locator(".wn-drop-zone")
    zone.evaluate(PASTE, [[["图.csv", "标题\n石榴"]], ""])
    expect(stage.page.locator(".wn-drop-meter")).to_be_hidden()
    zone.evaluate(PASTE, [[], "石榴到了\n早上两筐"])
    stage.page.wait_for_timeout(50)
    assert [one["value"] for one in found] == [{"图.csv": "标题\n石榴".encode()}, "石榴到了\n早上两筐"]


def test_a_large_file_arrives_whole(stage: Stage, tmp_path: Path) -> None:
    found = heard(stage.view)
    data = bytes(range(256)) * 40_000 + b"end"
    path = tmp_path / "大.csv"
    path.write_bytes(data)
    stage.page.locator("input[type=file]").first.set_input_files(path)
    expect(stage.page.locator(".wn-drop-meter")).to_be_visible()
    expect(stage.page.locator(".wn-drop-meter")).to_be_hidden(timeout=20_000)
    (got,) = [one["value"]["大.csv"] for one in found]
    assert hashlib.sha256(got).hexdigest() == hashlib.sha256(data).hexdigest()


def test_too_much_is_refused_in_words_before_it_is_sent(stage: Stage) -> None:
    found = heard(stage.view)
    stage.view.limit = 10
    stage.sync()
    stage.page.locator(".wn-drop-zone").evaluate(DROP, [["大.csv", "标题" * 100]])
    expect(stage.page.get_by_role("status")).to_contain_text("一次最多收 10 字节")
    assert found == [] and stage.view.progress == {}


def test_text_too_long_for_one_message_is_told(stage: Stage) -> None:
    found = heard(stage.view)
    stage.page.locator(".wn-drop-zone").evaluate(PASTE, [[], "石榴" * 1_000_001])
    expect(stage.page.get_by_role("status")).to_contain_text("太长")
    assert found == []


def test_text_is_typed_kept_and_read_by_keyboard_alone(stage: Stage) -> None:
    found = heard(stage.view)
    page = stage.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "wn-drop-zone"
    with page.expect_file_chooser():
        page.keyboard.press("Enter")
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent || document.activeElement.tagName"))
    assert names == ["选文件", "选文件夹", "TEXTAREA", "读一读"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.insert_text("石榴到了")
    page.wait_for_timeout(500)
    assert stage.view.text == "石榴到了"
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(50)
    assert [one["value"] for one in found] == ["石榴到了"]


@pytest.mark.parametrize("stage", [False, True], indirect=True, ids=["light", "dark"])
def test_axe_finds_nothing_serious_on_the_place(stage: Stage) -> None:
    stage.view.said = "读到：同行内容 3 篇。还没有存，看过再存。"
    stage.sync()
    assert serious(stage.page) == []


# ---- the whole desk in JupyterLab

DESK = """from functools import partial
from pathlib import Path
from toolkit.week import save_taken, take_in
from toolkit.widgets.inbox import InBox
home = Path("收件")
home.mkdir(exist_ok=True)
kept = []
desk = InBox(
    take=partial(take_in, home, now="2026-09-21 09:30"),
    save=partial(save_taken, home, now="2026-09-21 09:30"),
    save_draft=kept.append,
)
desk"""
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>\u202e倒着读' + "长" * 5000 + "🎉"
NO_SCROLL = "(one) => one.scrollWidth <= one.clientWidth + 1"


def open_desk(page: Page, server: Server, name: str) -> Any:
    write_notebook(server.home / name, DESK)
    run_notebook(page, server, name)
    show_cell(page, 0)
    desk = page.locator(".wn-plain").first
    desk.locator(".wn-drop-zone").wait_for()
    return desk


def set_theme(page: Page, name: str) -> None:
    page.evaluate(
        "(name) => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name
    )
    wanted = "false" if "Dark" in name else "true"
    page.wait_for_function(f"document.body.dataset.jpThemeLight === '{wanted}'")


def test_files_and_text_are_read_shown_and_saved_once(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "收件.ipynb")
    groups = (SAMPLE / "groups.csv").read_text(encoding="utf-8")
    posts = (SAMPLE / "posts" / "澜江菜篮子.csv").read_text(encoding="utf-8")
    desk.locator(".wn-drop-zone").evaluate(DROP, [["群.csv", groups], ["菜篮子.csv", posts]])
    expect(desk.locator(".wn-drop-told")).to_contain_text("群 12 个", timeout=60_000)
    expect(desk.locator(".wn-inbox h4")).to_have_text(["同行内容", "群"])
    desk.locator(".wn-drop-text").fill("石榴到了\n" + "清早五点四十，头一网出水。" * 8)
    desk.get_by_role("button", name="读一读").first.click()
    expect(desk.locator(".wn-inbox h4")).to_have_count(3)
    expect(desk.locator(".wn-drop-text")).to_have_value("")
    take_shots(page, server)
    save = desk.get_by_role("button", name="存进工作文件夹")
    save.dblclick()
    expect(desk.get_by_text("✓ 群存好了")).to_be_visible()
    expect(save).to_be_disabled()
    lying = sorted(
        path.relative_to(server.home / "收件").as_posix() for path in (server.home / "收件").rglob("*.*")
    )
    assert lying == ["同行内容/粘贴 2026-09-21 0930.txt", "同行内容/菜篮子.csv", "群.xlsx"]


def take_shots(page: Page, server: Server) -> None:
    """Both themes and widths: looked at by people, by axe, and by whether anything sticks out."""
    desk = page.locator(".wn-plain").first
    for theme, width in (("JupyterLab Light", 1280), ("JupyterLab Dark", 640)):
        page.set_viewport_size({"width": width, "height": 1400})
        set_theme(page, theme)
        take_shot(page, f"inbox-{width}")
        found = Axe().run(page, context=".wn-plain")
        bad = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in bad] == []
        assert desk.evaluate(NO_SCROLL)
    page.set_viewport_size({"width": 1280, "height": 900})
    set_theme(page, "JupyterLab Light")


def test_nothing_hostile_runs_and_the_plain_way_in_does_the_same(page: Page, server: Server) -> None:
    desk = open_desk(page, server, "收件 2.ipynb")
    desk.get_by_role("button", name="不用拖放").click()
    name = "<img src=x onerror=window.hurt=1>\u202e.csv"
    content = f"标题,正文,{HOSTILE[:60]}\n{HOSTILE},{HOSTILE},1\n,,\n"
    expect(desk.locator(".widget-upload")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        desk.locator(".widget-upload").press("Enter")
    chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    expect(desk.locator(".wn-inbox h4")).to_have_text(["同行内容"], timeout=60_000)
    for summary in desk.locator(".wn-inbox summary").all()[1:]:
        summary.click()
    assert page.evaluate("window.hurt") is None
    assert desk.evaluate(NO_SCROLL)
    # a column is renamed by the keyboard
    column = desk.get_by_label("读作")
    column.focus()
    column.select_option("来源")
    desk.get_by_role("button", name="改读法").press("Enter")
    expect(desk.locator(".wn-inbox td", has_text="来源").first).to_be_attached()
    kind = desk.get_by_label("当作")
    # JupyterLab's own shortcuts would delete the cell
    for one in (desk.locator(".wn-drop-zone"), desk.get_by_role("button", name="都不要"), kind):
        one.focus()
        page.keyboard.press("d")
        page.keyboard.press("d")
    kind.select_option("群")
    expect(desk.locator(".wn-inbox .wn-block").first).to_contain_text("缺少列")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
