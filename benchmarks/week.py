"""How long each step of a week takes, and how the cutter compares with jieba on the same text.

    python benchmarks/week.py                      the sample world
    python benchmarks/week.py --documents FOLDER   any folder of content
    python benchmarks/week.py --small              a few documents, one run: what the tests do

Prints one table: step, seconds (median of the runs), items, and for the cutter its ratio to jieba in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import toolkit as tk
from toolkit import lexicons


def timed(job: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """The median seconds of `runs` calls, and the last result."""
    seconds = []
    result = None
    for _ in range(runs):
        begin = time.perf_counter()
        result = job()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), result


def jieba_cut(texts: list[str]) -> list[list[str]]:
    """The peer: jieba itself, one document at a time, as its manual shows."""
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return [jieba.lcut(text) for text in texts]


def measure(paths: list[Path], *, runs: int, limit: int | None) -> pd.DataFrame:
    """The table: step, seconds, items, ratio (times as fast as the peer; missing where there is none)."""
    rows: list[tuple[str, float, int, float]] = []

    def step(name: str, job: Callable[[], Any], ratio: float = float("nan")) -> Any:
        seconds, result = timed(job, runs)
        rows.append((name, seconds, len(result), ratio))
        return result

    frame = step("read_documents", lambda: tk.read_documents(*paths).frame)
    frame = frame.head(limit) if limit else frame
    documents = step("mark_duplicates", lambda: tk.mark_duplicates(frame))
    trends = step("mine_trends", lambda: tk.mine_trends(documents))
    found = step("find_topics", lambda: tk.find_topics(trends, documents))
    topics = step("rank_topics", lambda: tk.rank_topics(found, documents=documents))
    headlines = step("suggest_for_topics", lambda: tk.suggest_for_topics(topics))
    groups = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame
    start = tk.monday_after(documents, now=pd.Timestamp("2026-09-21").to_pydatetime())
    items = tk.items_from_topics(topics, headlines, start=start, groups=groups)
    step("plan_posts", lambda: tk.plan_posts(items, groups, start=start, days=14).calendar)
    texts = (frame["title"] + "\n" + frame["body"]).tolist()
    jieba_cut(texts[:1])
    tk.segment(texts[:1])
    peer, reference = timed(lambda: jieba_cut(texts), runs)
    ours, tokens = timed(lambda: tk.segment(texts), runs)
    rows.append(("segment", ours, len(tokens), peer / ours))
    rows.append(("segment, jieba", peer, len(reference), 1.0))
    return pd.DataFrame(rows, columns=["step", "seconds", "items", "ratio"])


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Measure, print and return the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", nargs="+", type=Path, default=[lexicons.sample_folder() / "posts"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    runs, limit = (1, 60) if options.small else (options.runs, None)
    table = measure(options.documents, runs=runs, limit=limit)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
