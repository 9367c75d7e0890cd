"""How long an editor waits for the desk: from a key press to the last change on the page, in JupyterLab in Chromium.

    python benchmarks/desk.py            90 key presses in a title, the chance learned on the sample account
    python benchmarks/desk.py --small    12 key presses: what the tests do
    python benchmarks/desk.py --headed   with the browser to be seen

A key press begins where the browser tells it (`beforeinput`) and ends with the last change of the readout or the marks
before the page is quiet for 0.15 s; one round of keys beforehand warms up. Prints one table: what, keys, median, p95 and
most, in milliseconds, and the messages that a key costs each way. Needs Chromium (WENAN_CHROMIUM names it) and the
packages for the browser tests.
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

TITLE = "震惊！全城最低价的软籽石榴到货，街坊买菜三步教你挑，今晚八点开抢手慢无，剥石榴不脏手"
DESK = """
import toolkit as tk
from toolkit import lexicons
from toolkit.widgets import HeadlineDesk
sample = lexicons.sample_folder()
trends = tk.mine_trends(tk.mark_duplicates(tk.read_documents(sample / "posts").frame))
read = tk.read_documents(sample / "account_posts.csv")
posts = read.frame.merge(read.extra, on="doc_id", how="left").rename(columns={"source": "author"})
model = tk.HeadlineModel().fit(posts)
groups = tk.read_groups(sample / "groups.csv").frame
HeadlineDesk(["软籽石榴怎么挑"], trends=trends, model=model, groups=groups)
"""
WATCH = """() => {
  const desk = document.querySelector('.wn-headline');
  const area = desk.querySelector('textarea');
  window.wait = { begin: 0, last: 0, changed: false };
  area.addEventListener('beforeinput', () => { window.wait = { begin: performance.now(), last: 0, changed: false } }, true);
  const seen = new MutationObserver((changes) => {
    window.wait.last = performance.now();
    window.wait.changed ||= changes.some((one) => one.target.closest?.('.wn-headline-lights'));
  });
  seen.observe(desk, { subtree: true, childList: true, characterData: true, attributes: true });
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  window.sent = [0, 0];
  kernel.anyMessage.connect((_, one) => {
    if (one.msg.header.msg_type.startsWith('comm_')) window.sent[one.direction === 'send' ? 0 : 1] += 1;
  });
}"""
QUIET = """async () => {
  const wait = () => new Promise((done) => setTimeout(done, 10));
  while (!window.wait.changed || performance.now() - window.wait.last < 150) await wait();
  return window.wait.last - window.wait.begin;
}"""


def key_presses(page: Any, keys: int) -> tuple[list[float], tuple[float, float]]:
    """Milliseconds of each key press, and the messages each way for one: letters in, then taken out again."""
    area = page.locator(".wn-headline textarea").first
    area.focus()
    page.evaluate(WATCH)
    waits: list[float] = []
    warm = len(TITLE[:6])
    while len(waits) < keys + warm:
        if len(waits) == warm:
            page.evaluate("window.sent = [0, 0]")
        place = len(waits) % (2 * len(TITLE))
        if place < len(TITLE):
            page.keyboard.insert_text(TITLE[place])
        else:
            page.keyboard.press("Backspace")
        waits.append(page.evaluate(QUIET))
    sent, got = page.evaluate("window.sent")
    return waits[warm:], (sent / keys, got / keys)


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Run the benchmark; gives the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--headed", action="store_true")
    options = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    keys = 12 if options.small else 90
    with (
        tempfile.TemporaryDirectory() as folder,
        contextmanager(lab_server)(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            headless=not options.headed,
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        write_notebook(server.home / "desk-keys.ipynb", DESK)
        run_notebook(page, server, "desk-keys.ipynb")
        show_cell(page, 0)
        waits, messages = key_presses(page, keys)
        browser.close()
    row = {
        "what": "key press in a title",
        "keys": len(waits),
        "median ms": round(statistics.median(waits), 1),
        "p95 ms": round(statistics.quantiles(waits, n=20)[-1], 1),
        "most ms": round(max(waits), 1),
        "messages sent": round(messages[0], 2),
        "messages got": round(messages[1], 2),
    }
    return pd.DataFrame([row])


if __name__ == "__main__":
    print(main().to_string(index=False))
