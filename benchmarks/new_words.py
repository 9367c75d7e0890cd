"""New words: how fast `discover_words` is, and how many of its first hundred are words.

    python benchmarks/new_words.py                  on the invented sample world
    python benchmarks/new_words.py --data FOLDER    on measuring data (FOLDER/data/weibo_hot_daily, zhihu_hot_daily, …)
    python benchmarks/new_words.py --harvesttext    the peer too, where the package harvesttext can be imported
    python benchmarks/new_words.py --dictionary F   words of F, one a line, are right whatever later texts say
    python benchmarks/new_words.py --small          the sample world, one run: what the tests do

Speed is CPU time of one process on all titles (21 MB), the median of three runs; the dictionary is loaded before. The
peer gets `PEER_CHARACTERS` of them, since it needs some twelve seconds a megabyte; less text is to its advantage.

Quality: words are found in the titles of 2024 and judged by titles from 2025 on, mostly of other sites. The thresholds
of `discover_words` were set on 2022. A word is right where later titles use it as one: at least two begin it after a
break (punctuation, a blank, the start) and at least two end it before one. Fragments (方回应, 区团购) never do. That is
harsh on words that nobody writes again and lenient towards formulas (官方回应), so the lists are printed to be read.
The peer gets the last `PEER_TITLES`, with our words of the same titles beside; its words are judged the same way, after
jieba's dictionary words are taken out of its list, in both of its orders. In the sample world every other post judges
the rest. The interval is a bootstrap over the words (2000 draws, seed 0).
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit import lexicons, text
from toolkit.text import _frequency
from toolkit.trends._discover import discover_words

# under 300 000 characters the peer takes another way, whose time grows with the square
PEER_CHARACTERS = 400_000
PEER_TITLES = 40_000
TOP = 100
BREAK = re.compile(r"[^\w]+|_")
LATER = (
    ("weibo_hot_daily/titles_2025.csv.gz", "title"),
    ("weibo_hot_heat_daily/topics.csv.gz", "title"),
    ("site_hot_titles_2026/titles.csv.gz", "title"),
    ("multi_platform_hot_202602/lists.csv.gz", "title"),
)


def titles(path: Path, column: str = "title") -> list[str]:
    return pd.read_csv(path, keep_default_na=False, dtype=str)[column].tolist()


def read(data: Path | None) -> tuple[list[str], list[str], list[str]]:
    """The texts for speed, those to find words in, and the later ones that judge."""
    if data is None:
        frame = tk.read_documents(lexicons.sample_folder() / "posts").frame.sort_values("published_at")
        texts = (frame["title"] + "\n" + frame["body"]).tolist()
        # a week of it is too little to judge a later one by: every other post instead
        return texts, texts[::2], texts[1::2]
    folder = data / "data"
    weibo = {path.name: titles(path) for path in sorted((folder / "weibo_hot_daily").glob("titles_*.csv.gz"))}
    everything = [title for part in weibo.values() for title in part]
    everything += titles(folder / "zhihu_hot_daily" / "questions.csv.gz")
    later = [title for name, column in LATER for title in titles(folder / name, column)]
    return unique(everything), unique(weibo["titles_2024.csv.gz"]), unique(later)


def unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def ours(texts: list[str]) -> list[str]:
    return discover_words(texts, top=TOP)["term"].tolist()


def harvesttext() -> Callable[[list[str]], pd.DataFrame] | None:
    """The peer's word discovery with its own settings: words with freq and score; None where it is not installed."""
    try:
        from harvesttext import HarvestText  # type: ignore[import-not-found]
    except ImportError:
        print("HarvestText is not installed: no peer")
        return None
    return lambda texts: HarvestText().word_discover(texts)


def in_order(listed: pd.DataFrame, order: str) -> list[str]:
    """The first hundred of the peer's words that jieba's dictionary lacks."""
    known = _frequency.word_frequencies()
    ordered = listed.sort_values(order, ascending=False, kind="stable").index
    return [word for word in ordered if word not in known][:TOP]


def seconds(run: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        begin = time.process_time()
        run()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def speed(texts: list[str], peer: Callable[[list[str]], Any] | None, *, times: int) -> pd.DataFrame:
    """By method: megabytes of UTF-8, CPU seconds, MB/s, and how many times the peer's speed."""
    rows = [("discover_words", megabytes(texts), seconds(partial(ours, texts), times))]
    if peer is not None:
        ends = np.cumsum([len(content) for content in texts])
        part = texts[: int(np.searchsorted(ends, PEER_CHARACTERS)) + 1]
        rows.append(("HarvestText", megabytes(part), seconds(partial(peer, part), 1)))
    table = pd.DataFrame(rows, columns=["method", "MB", "CPU s"])
    table["MB/s"] = table["MB"] / table["CPU s"]
    table["ratio"] = table["MB/s"] / (table["MB/s"].iloc[-1] if peer is not None else np.nan)
    return table


def megabytes(texts: list[str]) -> float:
    return sum(len(content.encode()) for content in texts) / 1e6


def judge(words: list[str], later: list[str], dictionary: frozenset[str]) -> list[bool]:
    """Whether two of the later texts begin each word after a break and two end it before one, or a dictionary has it."""
    joined = "\n".join(BREAK.sub(" ", content) for content in text.fold(later))
    right = []
    for word in text.fold(words):
        begun = len(re.findall(rf"(?<!\w){re.escape(word)}", joined))
        ended = len(re.findall(rf"{re.escape(word)}(?!\w)", joined))
        right.append(word in dictionary or min(begun, ended) >= 2)
    return right


def quality(found: dict[str, list[str]], later: list[str], dictionary: frozenset[str]) -> pd.DataFrame:
    """By method: how many words it gave, and the share that is right, with a bootstrap interval."""
    rng = np.random.default_rng(0)
    rows = []
    for name, words in found.items():
        right = np.array(judge(words, later, dictionary), dtype=float)
        draws = rng.choice(right, size=(2000, len(right))).mean(axis=1) if len(right) else np.zeros(1)
        low, high = np.percentile(draws, [2.5, 97.5])
        rows.append((name, len(words), right.mean() if len(right) else 0.0, low, high))
    return pd.DataFrame(rows, columns=["method", "words", "precision", "low", "high"])


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--dictionary", type=Path)
    parser.add_argument("--harvesttext", action="store_true")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    everything, before, later = read(None if options.small else options.data)
    listed = options.dictionary.read_text(encoding="utf-8").split() if options.dictionary else []
    peer = harvesttext() if options.harvesttext else None
    ours(before[:10])
    found = {"discover_words": ours(before)}
    if peer is not None:
        before = before[-PEER_TITLES:]
        found[f"discover_words, last {len(before)}"] = ours(before)
        given = peer(before)
        found |= {f"HarvestText by {order}": in_order(given, order) for order in ("freq", "score")}
    dictionary = frozenset(text.fold(listed))
    lists = {
        f"{name}, its words": pd.DataFrame({"term": words, "right": judge(words, later, dictionary)})
        for name, words in found.items()
    }
    tables = {
        "speed": speed(everything, peer, times=1 if options.small else 3),
        f"quality: words judged by {len(later)} later texts": quality(found, later, dictionary),
        **lists,
    }
    for title, table in tables.items():
        print(f"\n{title}")
        if title in lists:
            print("、".join(f"{row.term}{'' if row.right else '✗'}" for row in table.itertuples()))
        else:
            print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
