"""Somebody at the one-page desk: every click, drop, drag and text typed is counted, so that a morning's work can be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from browser.stage import box_of

# files dropped on an element as the system does it, from texts
DROP = """(target, files) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""
# what stands on the desk, without what depends on how much of the calendar fits the window
TEXT = """() => {
  const desk = document.querySelector('.wn-plain');
  const hidden = [...desk.querySelectorAll('.wn-cal')];
  hidden.forEach((one) => (one.style.visibility = 'hidden'));
  const text = desk.innerText;
  hidden.forEach((one) => (one.style.visibility = ''));
  return text;
}"""
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
# a step reads, mines, plans: on a busy machine that takes its time
SLOW = 180_000


@dataclass
class Person:
    """What an editor does on a page; `done` lists each action in words."""

    page: Page
    done: list[str] = field(default_factory=list)

    def click(self, target: Locator, what: str = "") -> None:
        """Click once it is there."""
        target.wait_for(timeout=SLOW)
        target.click(timeout=SLOW)
        self.done.append(f"点 {what or target}")

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)
        self.done.append(f"按 {key}")

    def type(self, target: Locator, text: str) -> None:
        """Go into a field and write."""
        target.wait_for(timeout=SLOW)
        target.click(timeout=SLOW)
        self.page.keyboard.insert_text(text)
        self.done.append(f"写 {text}")

    def choose(self, target: Locator, option: str) -> None:
        """Choose from a list that folds out."""
        target.wait_for(timeout=SLOW)
        target.select_option(label=option)
        self.done.append(f"选 {option}")

    def drop(self, target: Locator, files: Mapping[str, bytes]) -> None:
        """Drop files at once."""
        import base64

        target.wait_for(timeout=SLOW)
        target.evaluate(
            DROP, [[name, base64.b64encode(data).decode("ascii")] for name, data in files.items()]
        )
        self.done.append(f"拖进 {len(files)} 个文件")

    def drag(self, source: Locator, target: Locator) -> None:
        """Drag with the mouse, in steps as a hand does."""
        source.scroll_into_view_if_needed()
        start, end = box_of(source), box_of(target)
        self.page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2 + 8, steps=4)
        self.page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
        self.page.mouse.up()
        self.done.append("拖一次发布")

    def shot(self, name: str) -> None:
        """A picture for the guides where WENAN_PICTURES is set; else the page must say what it said when it was taken."""
        self.page.evaluate("document.querySelector('.wn-steps').scrollIntoView({block: 'start'})")
        self.page.wait_for_timeout(300)
        lines = [line.strip() for line in str(self.page.evaluate(TEXT)).splitlines()]
        said = "\n".join(line for line in lines if line) + "\n"
        kept = PICTURES / f"{name}.txt"
        if os.environ.get("WENAN_PICTURES"):
            PICTURES.mkdir(exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.png")
            kept.write_text(said, encoding="utf-8")
            return
        stale = "the pictures of the guides are out of date: run python docs/take_pictures.py"
        assert kept.read_text(encoding="utf-8") == said, stale

    def step(self, word: str) -> None:
        """Go to a step of the desk by its name, and wait until it is ready."""
        button = self.page.locator(".wn-step", has_text=word)
        self.click(button, word)
        self.ready(word)

    def ready(self, word: str) -> None:
        """Wait until a step stands there."""
        button = self.page.locator(".wn-step", has_text=word)
        expect(button).to_have_attribute("aria-current", "step", timeout=SLOW)
        expect(self.page.get_by_text("正在准备")).to_have_count(0, timeout=SLOW)
