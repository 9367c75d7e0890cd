"""How fast the calendar is on the page: painted first, scrolled by the wheel, a post dragged, in a real Chromium.

    python benchmarks/board.py            50 groups × 30 days × 900 posts, 5 runs
    python benchmarks/board.py --small    6 × 14 × 40, one run: what the tests do

Prints a table and returns it, a row a run and the medians last. Milliseconds on the page's own clock: `paint` from
asking for the module to the frame after the first posts, `frames` the time between two frames while the wheel turns,
`script` the longest the page was kept from answering meanwhile (0: below 50), `let go` from putting a post down to the
frame that shows it there, `answer` from a third of the posts having moved to the second frame after. What Python does
between the two is `plans.py`'s to say.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from browser.conftest import CHROMIUM_OPTIONS
from browser.fake_calendar import Table, fake
from browser.lab import find_chromium
from browser.stage import put_on_stage

from toolkit.widgets._calendar_view import CalendarView

# the stage asks for the module by an address of its own: the clock starts there
WATCH = """() => {
  const address = URL.createObjectURL;
  URL.createObjectURL = (blob) => { window.started = performance.now(); return address.call(URL, blob); };
  const look = () => {
    if (!document.querySelector('.wn-cal-post')) return requestAnimationFrame(look);
    requestAnimationFrame(() => { window.painted = performance.now() - window.started; });
  };
  look();
  window.longest = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(
    (one) => { window.longest = Math.max(window.longest, one.duration); })).observe({ entryTypes: ['longtask'] });
}"""
FRAMES = """() => {
  window.longest = 0;
  window.frames_ = [];
  window.watching = true;
  let last = performance.now();
  const next = () => {
    const now = performance.now();
    window.frames_.push(now - last);
    last = now;
    if (window.watching) requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
# what Python sends when a post was moved, given to the page at once: the stage's own way to Python is slow for much
ANSWER = """() => new Promise((done) => {
  const start = performance.now();
  const posts = window.stage.model.get('posts').map(
    (post, number) => (number % 3 ? post : { ...post, at: `${post.at.slice(0, 11)}12:30`, changed: 'moved' }));
  window.stage.receive([['posts', posts], ['told', '已移动。'], ['answered', '']]);
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""
# from letting go to the frame that shows the post in its new cell
LET_GO = """(key) => {
  document.addEventListener('pointerup', () => { window.letGo = performance.now(); }, { capture: true, once: true });
  const look = () => {
    const chip = document.querySelector('[data-id=p0]');
    if (!window.letGo || chip?.closest('[data-cell]').dataset.cell !== key) return requestAnimationFrame(look);
    window.moved = performance.now() - window.letGo;
  };
  requestAnimationFrame(look);
}"""


def run(page: Page, groups: int, days: int, posts: int, *, seed: int, turns: int) -> dict[str, float]:
    """The figures of one run on a fresh page."""
    made = fake(groups, days, posts, seed=seed)
    made["posts"][0] |= {"group": "g0", "at": "2026-09-21 20:00", "status": "draft"}
    view = CalendarView(**made)
    page.evaluate(WATCH)
    table = Table(put_on_stage(page, view))
    page.wait_for_function("window.painted")
    figures = {"paint": page.evaluate("window.painted")}
    figures |= _scroll(page, turns)
    page.locator("[role=grid]").evaluate("grid => { grid.scrollTop = 0; grid.scrollLeft = 0; }")
    table.post("p0").wait_for()
    page.evaluate(LET_GO, "g1|2026-09-23")
    table.drag("p0", table.cell("g1", "2026-09-23"))
    page.wait_for_function("window.moved")
    return figures | {"let go": page.evaluate("window.moved"), "answer": page.evaluate(ANSWER)}


def _rows(browser: Browser, size: tuple[int, int, int], turns: int, runs: int) -> list[dict[str, float]]:
    rows = []
    for number in range(runs):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        rows.append(run(page, *size, seed=number, turns=turns))
        page.close()
    return rows


def _scroll(page: Page, turns: int) -> dict[str, float]:
    box = page.locator("[role=grid]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 400, box["y"] + 300)
    page.wait_for_timeout(200)
    page.evaluate(FRAMES)
    for turn in range(turns):
        # down the groups and back, then along the days
        aside = turn % 4 == 3
        page.mouse.wheel(240 if aside else 0, 0 if aside else (240 if turn < turns * 0.7 else -240))
        page.wait_for_timeout(16)
    page.evaluate("window.watching = false")
    frames = sorted(page.evaluate("window.frames_"))
    return {
        "frames": len(frames),
        "frame, median": statistics.median(frames),
        "frame, p95": frames[int(0.95 * (len(frames) - 1))],
        "frame, longest": frames[-1],
        "script": page.evaluate("window.longest"),
    }


def main(arguments: Sequence[str] | None = None, browser: Browser | None = None) -> pd.DataFrame:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    size = (6, 14, 40) if options.small else (50, 30, 900)
    turns, runs = (12, 1) if options.small else (80, options.runs)
    if browser is not None:
        rows = _rows(browser, size, turns, runs)
    else:
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
            rows = _rows(opened, size, turns, runs)
            opened.close()
    figures = pd.DataFrame(rows)
    table = pd.concat([figures, figures.median().to_frame().T], ignore_index=True)
    table.insert(0, "run", [*(str(number + 1) for number in range(runs)), "median"])
    print(f"{size[0]} groups × {size[1]} days × {size[2]} posts, milliseconds")
    print(table.to_string(index=False, float_format=lambda value: f"{value:.1f}"))
    return table


if __name__ == "__main__":
    main()
