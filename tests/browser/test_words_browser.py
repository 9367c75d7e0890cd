"""Tables for reading in a browser: hostile cells run nothing and keep to the page, in both themes and at both widths."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page
from test_words import HOSTILE

from browser.lab import take_shot
from browser.stage import lab_theme
from toolkit.charts._frame import draw

pytestmark = pytest.mark.browser

# luminance of the ink against the first surface behind it that is not transparent
CONTRAST = """(node) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  let behind = node;
  while (behind && parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const paper = behind ? parts(getComputedStyle(behind).backgroundColor) : [255, 255, 255];
  const [r, g, b, a = 1] = parts(getComputedStyle(node).color);
  const ink = [r, g, b].map((c, at) => c * a + paper[at] * (1 - a));
  const [high, low] = [light(ink), light(paper)].sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}"""


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of its own; the test fails when anything on it runs, complains or asks an address."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, device_scale_factor=1)
    wrong: list[str] = []
    context.on("request", lambda sent: wrong.append(sent.url))
    context.on("console", lambda message: wrong.append(message.text))
    context.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened = context.new_page()
    yield opened
    take_shot(opened, request.node.name)
    context.close()
    assert wrong == []


def show(page: Page, frame: pd.DataFrame, *, dark: bool = False) -> None:
    page.set_content(f"<style>{lab_theme(dark=dark)}</style><main>{draw(frame)}</main>")


@pytest.mark.parametrize("width", [1280, 640])
@pytest.mark.parametrize("dark", [False, True])
def test_hostile_cells_are_text_and_keep_to_the_page(page: Page, width: int, dark: bool) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    show(page, pd.DataFrame({"标题": HOSTILE, "链接": HOSTILE, "阅读数": range(len(HOSTILE))}), dark=dark)
    assert page.evaluate("window.hit") is None
    assert page.locator("main script, main img, main a, main [onerror], main [onmouseover]").count() == 0
    assert page.locator("main tr").count() == len(HOSTILE) + 1
    assert page.locator("main style").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("main td").nth(6).hover()
    for place in ("th", "td"):
        assert page.locator(f"main {place}").first.evaluate(CONTRAST) >= 4.5


def test_texts_stand_left_and_numbers_right_and_a_row_answers_the_mouse(page: Page) -> None:
    show(page, pd.DataFrame({"热词": ["大闸蟹", "石榴"], "本期篇数": [7, 12], "占比": ["12%", "3.4%"]}))
    sides = "nodes => nodes.map(node => getComputedStyle(node).textAlign)"
    assert page.locator("td").evaluate_all(sides) == ["left", "right", "right"] * 2
    assert page.locator("th").evaluate_all(sides) == ["left", "right", "right"]
    surface = "node => getComputedStyle(node).backgroundColor"
    row = page.locator("tbody tr").first
    before = row.evaluate(surface)
    row.hover()
    assert row.evaluate(surface) != before
