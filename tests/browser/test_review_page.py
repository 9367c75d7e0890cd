"""The review in a browser, opened as a file: a desk, a phone, the dark, paper, and hostile text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from review_frames import make_posts, make_review, whole_review
from test_write_review import nasty

from browser.lab import take_shot
from toolkit.export._review import write_review
from toolkit.schema import Review

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script></style></title><script>window.hit=1</script><img src=https://evil.example/x.png onerror='window.hit=1'>"
    "<svg onload='window.hit=1'><iframe srcdoc='<script>parent.hit=1</script>'></iframe>\"' onmouseover='window.hit=1'"
    "<style>@import url(https://evil.example/a.css);</style><meta http-equiv=refresh content='0;url=https://evil.example'>"
)
# what is wider than the window, apart from what may be scrolled within its own box
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('main *')]
    .filter(node => !node.closest('svg, thead') && node.getClientRects().length)
    .filter(node => node.getBoundingClientRect().right > width + 1)
    .map(node => node.tagName + ' ' + node.textContent.slice(0, 30));
}"""
CUT_LETTERS = """() => [...document.querySelectorAll('.chart svg')]
  .filter(svg => svg.getClientRects().length)
  .flatMap(svg => { const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter(text => { const own = text.getBoundingClientRect();
      return own.width && (own.right > box.right + 2 || own.left < box.left - 2); }).map(text => text.textContent); })"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A context of its own; the test fails on a script error, a refused rule or a request beyond the file."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("weberror", lambda error: wrong.append(str(error.error)))
    opened.on("request", lambda sent: None if sent.url.startswith("file:") else wrong.append(sent.url))
    yield opened
    opened.close()
    assert wrong == []


@pytest.fixture
def sheet(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = context.new_page()
    yield page
    take_shot(page, request.node.name)


def open_review(page: Page, folder: Path, review: Review, **more: Any) -> None:
    page.goto(write_review(review, folder / "复盘.html", **more).as_uri())


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(sheet: Page, tmp_path: Path, width: int) -> None:
    sheet.set_viewport_size({"width": width, "height": 900})
    for review, more in (
        (make_review(), whole_review()),
        (make_review(posts=make_posts(900)), whole_review()),
        (Review.empty(), {}),
    ):
        open_review(sheet, tmp_path, review, **more)
        assert sheet.evaluate("document.documentElement.scrollWidth") <= width
        assert sheet.evaluate(TOO_WIDE) == []
        assert sheet.evaluate(CUT_LETTERS) == []


def test_each_chart_is_shown_once(sheet: Page, tmp_path: Path) -> None:
    open_review(sheet, tmp_path, make_review(), **whole_review())
    seen = "() => [...document.querySelectorAll('.chart')].map(node => node.getClientRects().length > 0)"
    assert sheet.evaluate(seen) == [True, False] * 4
    sheet.set_viewport_size({"width": 390, "height": 900})
    assert sheet.evaluate(seen) == [False, True] * 4


def test_the_summary_leads_to_its_sections_and_the_rest_opens_by_key(sheet: Page, tmp_path: Path) -> None:
    open_review(sheet, tmp_path, make_review(), **whole_review())
    sheet.locator(".summary a").nth(2).click()
    assert sheet.url.endswith("#next")
    assert sheet.locator("#next h2").bounding_box()["y"] < 200  # type: ignore[index]
    folded = sheet.get_by_text("选题「大闸蟹」")
    assert not folded.is_visible()
    sheet.locator("summary").focus()
    sheet.keyboard.press("Enter")
    assert folded.is_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("text", [HOSTILE, "长" * 5_000, "w" * 5_000, "=cmd|' /C calc'!A0"])
def test_hostile_text_runs_nothing_and_breaks_no_line(
    sheet: Page, tmp_path: Path, text: str, width: int
) -> None:
    sheet.set_viewport_size({"width": width, "height": 900})
    review, more = nasty(text)
    open_review(sheet, tmp_path, review, **more)
    sheet.mouse.move(200, 400)
    assert sheet.evaluate("window.hit") is None
    assert sheet.locator("h2").count() == 6 and sheet.locator("script, iframe, img").count() == 0
    assert sheet.evaluate("document.documentElement.scrollWidth") <= width
    assert sheet.evaluate(TOO_WIDE) == []


def test_ink_keeps_its_contrast_in_the_dark(sheet: Page, tmp_path: Path) -> None:
    sheet.emulate_media(color_scheme="dark")
    open_review(sheet, tmp_path, make_review(), **whole_review())
    worst = sheet.evaluate(
        """() => {
          const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(part => {
              const v = part / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const paper = light(getComputedStyle(document.body).backgroundColor);
          const inks = [...document.querySelectorAll('main p, main td, main small, main b')]
            .filter(node => node.getClientRects().length && !node.closest('.empty'))
            .map(node => light(getComputedStyle(node).color));
          return Math.min(...inks.map(ink => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)));
        }"""
    )
    assert worst >= 4.5


def test_on_paper_folded_lines_are_open_and_nothing_is_cut(sheet: Page, tmp_path: Path) -> None:
    open_review(sheet, tmp_path, make_review(), **whole_review())
    sheet.emulate_media(media="print")
    sheet.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins
    assert sheet.evaluate(TOO_WIDE) == [] and sheet.evaluate(CUT_LETTERS) == []
    pdf = sheet.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") <= 8
