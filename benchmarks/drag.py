"""How long an editor waits after letting a post go: until the plan is solved anew and drawn, in JupyterLab in Chromium.

    python benchmarks/drag.py            50 groups × 30 days, 12 moves
    python benchmarks/drag.py --small    the sample's 12 groups × 14 days, 3 moves: what the tests do

A post is taken up and put down a day on by the keys, which go the way of the mouse; the wait begins with the key that puts
it down and ends with the last change on the board before the page is quiet for half a second. After each move the board is
put back by 退回. Prints one table: what, posts, moves, median, p95 and most, in milliseconds, and how many were refused by
a rule (their wait counts too). Needs Chromium (WENAN_CHROMIUM names it) and the packages for the browser tests.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.lab import find_chromium, lab_server, run_notebook, show_cell, write_notebook

BOARD = """
import pandas as pd
import toolkit as tk
from toolkit import lexicons
from toolkit.schema import ITEMS, check
from toolkit.widgets import CalendarBoard
base = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame
groups = pd.concat([base] * {copies}, ignore_index=True).head({groups})
groups["group_id"] = [f"g{{n + 1:02d}}" for n in range(len(groups))]
items = tk.read_items(lexicons.sample_folder() / "items.csv").frame
items = pd.concat([items.assign(item_id=items["item_id"] + f"-{{n}}") for n in range({times})], ignore_index=True)
items = items.assign(after=[[] for _ in range(len(items))], earliest=pd.NaT, latest=pd.NaT)
plan = tk.plan_posts(check(items, ITEMS), groups, start="2026-09-21", days={days}, effort="quick")
print(len(plan.calendar))
CalendarBoard(plan.calendar, plan.items, plan.groups, plan=plan)
"""
WATCH = """() => {
  const board = document.querySelector('.wn-cal').closest('.wn-plain');
  window.wait = { begin: 0, last: 0 };
  board.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') window.wait = { begin: performance.now(), last: 0 };
  }, true);
  new MutationObserver(() => (window.wait.last = performance.now()))
    .observe(board, { subtree: true, childList: true, characterData: true, attributes: true });
}"""
QUIET = """async () => {
  const wait = () => new Promise((done) => setTimeout(done, 20));
  const begin = window.wait.begin;
  const asked = () => document.querySelector("[data-key='accept']") || /不许|不能/.test(document.querySelector('.wn-board-say').innerText);
  while (!asked() || performance.now() - window.wait.last < 500) await wait();
  return [window.wait.last - begin, Boolean(document.querySelector("[data-key='accept']"))];
}"""


def moves(page: Any, number: int) -> tuple[list[float], int]:
    """Milliseconds of each move, and how many were refused."""
    page.evaluate(WATCH)
    waits, refused = [], 0
    chips = page.locator(".wn-cal-row .wn-cal-post")
    for place in range(number + 1):
        # only rows near the scroll position are on the page
        chip = chips.nth(place * 3 % chips.count())
        chip.focus()
        page.keyboard.press("Space")
        page.wait_for_timeout(1500)  # what the board answers to taking it up is not part of the wait
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        took, accepted = page.evaluate(QUIET)
        waits.append(took)
        refused += not accepted
        if accepted:
            page.locator("[data-key='back']").click()
            page.wait_for_timeout(1000)
    # the first one warms up
    return waits[1:], refused


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Run the benchmark; gives the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    size = {"copies": 1, "groups": 12, "times": 1, "days": 14}
    if not options.small:
        size = {"copies": 5, "groups": 50, "times": 3, "days": 30}
    number = 3 if options.small else 12
    with (
        tempfile.TemporaryDirectory() as folder,
        contextmanager(lab_server)(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(120_000)
        write_notebook(server.home / "drag.ipynb", BOARD.format(**size))
        cells = run_notebook(page, server, "drag.ipynb")
        posts = int(next(one["text"] for one in cells[0] if "text" in one))
        show_cell(page, 0)
        page.locator(".wn-cal-row .wn-cal-post").first.scroll_into_view_if_needed()
        waits, refused = moves(page, number)
        browser.close()
    row = {
        "what": f"a post let go, {size['groups']} groups × {size['days']} days",
        "posts": posts,
        "moves": len(waits),
        "median ms": round(statistics.median(waits)),
        "p95 ms": round(statistics.quantiles(waits, n=20)[-1]),
        "most ms": round(max(waits)),
        "refused": refused,
    }
    return pd.DataFrame([row])


if __name__ == "__main__":
    print(main().to_string(index=False))
