"""How fast trends are mined: against what people use today, against the limit, and as documents grow.

    python benchmarks/speed.py --data FOLDER            dated titles (FOLDER/data/zhihu_hot_daily, …/weibo_hot_daily)
    python benchmarks/speed.py                          the invented sample world, repeated in shuffled lines
    python benchmarks/speed.py --small                  a few hundred texts, one run: what the tests do

Prints three tables and returns them. Seconds are CPU seconds (children included) on one core, but for the row of two
processes and the peak memory. Every ratio is taken in one run, one after the other; medians of `--runs` runs.
Peers that take minutes on the whole corpus are measured on every so many-th document, about 2 MB, and compared in MB/s.
Needs 2 GB of memory.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, TIME_ZONE, check

YEARS = (2022, 2023, 2024)
LINES = 20
SLOW_PEER_MEGABYTES = 2.0
WEEKS = 51
MISSING = float("nan")
FIRST_CALL = """
import pandas, sys, time
begin = time.process_time()
def told(name):
    print(f"{name}\\t{time.process_time() - begin}")
import toolkit
from toolkit import lexicons, text
told("import toolkit.text")
text.normalise("一①"), text.simplify("一"), lexicons.user_words()
told("glyphs, OpenCC, word lists")
text.segment(["一"])
told("rjieba with its dictionary")
toolkit.extract_keywords
told("import toolkit.trends")
toolkit.extract_keywords(["手冲咖啡怎么磨豆，手冲咖啡用几度的水"])
told("extract_keywords")
"""


@dataclass(frozen=True)
class Corpus:
    """The same lines as documents of some 20 lines each, and each as a document of its own."""

    documents: pd.DataFrame
    titles: pd.DataFrame


def raw_texts(documents: pd.DataFrame) -> list[str]:
    pairs = zip(documents["title"].tolist(), documents["body"].tolist(), strict=True)
    return [f"{title}\n{body}" for title, body in pairs]


def megabytes(texts: Sequence[str]) -> float:
    return sum(len(text.encode("utf-8")) for text in texts) / 1e6


def cpu() -> float:
    """CPU seconds of this process and of those of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def spent(job: Callable[[], Any], clock: Callable[[], float] = cpu) -> float:
    begin = clock()
    job()
    return clock() - begin


# --- corpora


def read_lines(data: Path | None, years: Sequence[int] = YEARS) -> pd.DataFrame:
    """Dated lines: date, source, title."""
    if data is None:
        return invented_lines()
    read = {"keep_default_na": False, "dtype": str}
    zhihu = pd.read_csv(data / "data" / "zhihu_hot_daily" / "questions.csv.gz", **read)
    frames = [zhihu.rename(columns={"first_date": "date"}).assign(source="zhihu")]
    for year in years:
        weibo = pd.read_csv(data / "data" / "weibo_hot_daily" / f"titles_{year}.csv.gz", **read)
        frames.append(weibo.assign(source="weibo"))
    lines = pd.concat(frames, ignore_index=True)[["date", "source", "title"]]
    return lines.sort_values(["date", "source"], kind="stable", ignore_index=True)


def invented_lines() -> pd.DataFrame:
    """The sample world's lines on 500 days, each day in another order."""
    frame = tk.read_documents(lexicons.sample_folder() / "posts").frame
    lines = [line for body in frame["body"].tolist() for line in body.split("\n") if line.strip()]
    rng = np.random.default_rng(0)
    days = pd.date_range("2025-05-01", periods=500).strftime("%Y-%m-%d")
    rows = [
        (day, f"来源{number % 6}", lines[place])
        for day in days
        for number, place in enumerate(rng.permutation(len(lines))[:60].tolist())
    ]
    return pd.DataFrame(rows, columns=["date", "source", "title"]).sort_values(
        ["date", "source"], ignore_index=True
    )


def corpus(lines: pd.DataFrame) -> Corpus:
    number = lines.groupby(["date", "source"], sort=False).cumcount() // LINES
    grouped = lines.groupby([lines["date"], lines["source"], number], sort=False)["title"]
    bodies = grouped.agg("\n".join).rename("body").reset_index()[["date", "source", "body"]]
    return Corpus(dated(bodies.assign(title="")), dated(lines.assign(body="")))


def dated(frame: pd.DataFrame) -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "doc_id": [f"d{place}" for place in range(len(frame))],
                "source": frame["source"],
                "title": frame["title"],
                "body": frame["body"],
                "published_at": pd.to_datetime(frame["date"]).dt.tz_localize(TIME_ZONE),
            }
        ),
        DOCUMENTS,
    )


def distinct_titles(lines: pd.DataFrame, count: int) -> pd.DataFrame:
    """So many different titles as documents of one year and a week: the real ones, then halves of two put together."""
    titles = lines["title"].drop_duplicates().tolist()
    rng = np.random.default_rng(0)
    while len(titles) < count:
        pairs = rng.integers(0, len(titles), (count - len(titles) + 1000, 2)).tolist()
        mixed = (titles[a][: len(titles[a]) // 2] + titles[b][len(titles[b]) // 2 :] for a, b in pairs)
        titles = list(dict.fromkeys([*titles, *mixed]))
    chosen = [titles[place] for place in rng.permutation(len(titles))[:count].tolist()]
    days = pd.Timestamp("2024-12-31") - pd.to_timedelta(rng.integers(0, 7 * (WEEKS + 1), count), unit="D")
    rows = pd.DataFrame({"date": days, "source": "热榜", "title": chosen, "body": ""})
    return dated(rows)


# --- peers


def jieba_cut() -> Callable[[str], list[str]]:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba.lcut


def rjieba_cutter() -> Any:
    import rjieba

    cutter = rjieba.Jieba()
    cutter.cut("一")
    return cutter


def sklearn_tfidf(texts: Sequence[str], cut: Callable[[str], list[str]]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(tokenizer=cut, token_pattern=None).fit_transform(texts)


def notebook_trends(documents: pd.DataFrame, cut: Callable[[str], list[str]]) -> pd.DataFrame:
    """What notebooks do: cut, explode, documents by week and term, growth of the last week over the mean before."""
    frame = documents.assign(
        term=[
            cut(f"{title}\n{body}") for title, body in zip(documents["title"], documents["body"], strict=True)
        ],
        week=(documents["published_at"].max() - documents["published_at"]).dt.days // 7,
    )
    rows = frame[["doc_id", "week", "term"]].explode("term")
    rows = rows[(rows["term"].str.len() > 1) & (rows["week"] <= WEEKS)]
    counts = rows.groupby(["term", "week"])["doc_id"].nunique().unstack(fill_value=0)
    before = counts[[week for week in counts.columns if week > 0]].mean(axis=1)
    return (
        counts.assign(growth=(counts[0] + 1) / (before + 1)).sort_values("growth", ascending=False).head(50)
    )


def trend_table(documents: pd.DataFrame | tk.Counts) -> pd.DataFrame:
    return tk.mine_trends(documents, window_days=7, baseline_days=7 * WEEKS)


# --- tables


class Table:
    """Rows of job, method, speed, unit, ratio, bar, met."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def add(
        self, job: str, method: str, speed: float, unit: str, ratio: float = MISSING, bar: str = ""
    ) -> None:
        limit = float(bar.split()[1].rstrip("%x")) if bar else MISSING
        met = None if ratio != ratio or not bar else bool(ratio >= limit if bar[0] == ">" else ratio <= limit)
        self.rows.append((job, method, speed, unit, ratio, bar, met))

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=["job", "method", "speed", "unit", "ratio", "bar", "met"])


def race(
    methods: dict[str, tuple[Callable[[], Any], float]], ours: str, runs: int
) -> dict[str, tuple[float, float]]:
    """For each method (job, MB) its median MB/s and the median of how many times faster ours is, run by run."""
    speeds: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(runs):
        for name, (job, size) in methods.items():
            speeds[name].append(size / spent(job))
    ratios = {
        name: statistics.median(a / b for a, b in zip(speeds[ours], speeds[name], strict=True))
        for name in methods
    }
    return {name: (statistics.median(speeds[name]), ratios[name]) for name in methods}


def against_peers(table: Table, kind: str, documents: pd.DataFrame, runs: int) -> None:
    """Raw text to TF-IDF, and to the trend table."""
    texts = raw_texts(documents)
    size = megabytes(texts)
    step = max(1, round(size / SLOW_PEER_MEGABYTES))
    part, some = documents.iloc[::step], texts[::step]
    small = megabytes(some)
    cut, fast = jieba_cut(), rjieba_cutter()
    sklearn_tfidf(texts[:100], fast.cut)
    found = race(
        {
            "ours": (lambda: tk.count_terms(documents).tfidf(), size),
            "scikit-learn + jieba": (lambda: sklearn_tfidf(some, cut), small),
            "scikit-learn + rjieba": (lambda: sklearn_tfidf(texts, fast.cut), size),
        },
        "ours",
        runs,
    )
    bars = {"ours": "", "scikit-learn + jieba": ">= 15x", "scikit-learn + rjieba": ">= 1.5x"}
    for name, (speed, ratio) in found.items():
        table.add(f"{kind} → tfidf()", name, speed, "MB/s", ratio, bars[name])
    found = race(
        {
            "ours": (lambda: trend_table(documents), size),
            "pandas notebook": (lambda: notebook_trends(part, cut), small),
        },
        "ours",
        runs,
    )
    for name, (speed, ratio) in found.items():
        bar = ">= 12x" if name != "ours" else ""
        table.add(f"{kind} → trends, 52 weeks", name, speed, "MB/s", ratio, bar)


def both_cores(table: Table, given: Corpus, runs: int) -> None:
    """Wall seconds of one process and of two, in turns."""
    one, two, load = [], [], os.getloadavg()[0]
    for _ in range(runs):
        one.append(spent(lambda: tk.count_terms(given.documents), time.perf_counter))
        two.append(spent(lambda: tk.count_terms(given.documents, jobs=2), time.perf_counter))
    ratio = statistics.median(a / b for a, b in zip(one, two, strict=True))
    job = f"both cores (load before: {load:.1f})"
    table.add(job, "jobs=1", statistics.median(one), "s wall")
    table.add(job, "jobs=2", statistics.median(two), "s wall", ratio, ">= 1.6x")


def one_percent(table: Table, given: Corpus, runs: int) -> None:
    """Adding a hundredth of the documents against counting all of them."""
    for name, documents in (("documents", given.documents), ("titles", given.titles)):
        first = len(documents) - max(1, len(documents) // 100)
        whole, added = [], []
        for _ in range(runs):
            counts = tk.count_terms(documents.iloc[:first])
            begin = cpu()
            counts.update(documents.iloc[first:])
            added.append(cpu() - begin)
            begin = cpu()
            tk.count_terms(documents)
            whole.append(cpu() - begin)
        ratio = 100 * statistics.median(a / b for a, b in zip(added, whole, strict=True))
        job = f"add 1% of {len(documents):,} {name}"
        table.add(job, "all at once", statistics.median(whole), "s")
        table.add(job, "update", statistics.median(added), "s", ratio, "<= 3%")


def new_words(table: Table, given: Corpus, runs: int) -> None:
    """discover_words against HarvestText, where that is installed."""
    texts = raw_texts(given.documents)
    size = megabytes(texts)
    methods: dict[str, tuple[Callable[[], Any], float]] = {"ours": (lambda: tk.discover_words(texts), size)}
    if importlib.util.find_spec("harvesttext"):
        peer = importlib.import_module("harvesttext").HarvestText
        some = "\n".join(texts[:: max(1, round(size / SLOW_PEER_MEGABYTES * 2))])
        methods["HarvestText"] = (lambda: peer().word_discover(some), megabytes([some]))
    for name, (speed, ratio) in race(methods, "ours", runs).items():
        table.add("new words", name, speed, "MB/s", ratio, ">= 60x" if name != "ours" else "")


def many_titles(table: Table, options: argparse.Namespace, counts: Sequence[int]) -> None:
    """Count and mine ever more titles, each time in a process of its own."""
    each: list[float] = []
    for count in counts:
        got = child([str(Path(__file__).resolve()), "--titles", str(count), *data_arguments(options)])
        job = f"{count:,} titles: count, mine"
        each.append(got["cpu"] / count)
        table.add(job, "CPU", got["cpu"], "s", got["cpu"], "<= 60")
        table.add(job, "wall", got["wall"], "s", got["wall"], "<= 60")
        table.add(job, "peak memory", got["peak"], "GB", got["peak"], "<= 2")
    if len(each) > 1:
        table.add(
            "per title, most against fewest", "CPU", each[-1] * 1e6, "µs", each[-1] / each[0], "<= 1.25"
        )


def mine_titles(count: int, data: Path | None) -> None:
    """What the process of `many_titles` does."""
    documents = distinct_titles(read_lines(data, (2020, 2021, 2022, 2023, 2024, 2025)), count)
    begin, wall = cpu(), time.perf_counter()
    trends = trend_table(documents)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        json.dumps(
            {"cpu": cpu() - begin, "wall": time.perf_counter() - wall, "peak": peak, "rows": len(trends)}
        )
    )


def child(arguments: Sequence[str]) -> Any:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return json.loads(done.stdout)


def data_arguments(options: argparse.Namespace) -> list[str]:
    return ["--data", str(options.data)] if options.data else []


def first_call(table: Table, runs: int) -> pd.DataFrame:
    """CPU seconds of the first extract_keywords of a process that has pandas, and where they go."""
    taken: dict[str, list[float]] = {}
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", FIRST_CALL], capture_output=True, text=True, check=True, encoding="utf-8"
        )
        before = 0.0
        for line in done.stdout.splitlines():
            name, until = line.split("\t")
            taken.setdefault(name, []).append(float(until) - before)
            before = float(until)
        taken.setdefault("in all", []).append(before)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    table.add(
        "first extract_keywords after pandas", "CPU", medians["in all"], "s", medians["in all"], "<= 0.5"
    )
    return pd.DataFrame({"step": list(medians), "seconds": list(medians.values())})


def stages(given: Corpus, runs: int) -> pd.DataFrame:
    """Where the time goes, stage by stage, against what nobody who cuts with rjieba can undercut."""
    texts, fast = raw_texts(given.documents), rjieba_cutter()
    size = megabytes(texts)
    encoded = [row.encode("utf-8") for row in texts]
    chunks = list(text._chunks._chunks(texts, text._chunks.CALL_CHARACTERS))
    joined = ["\x01".join(chunk) for chunk in chunks]
    folded = [text._fold.comparable_joined(chunk) + "\x01" for chunk in chunks]
    long: dict[str, int] = {}
    sizes = [np.array([len(word) for word in fast.cut(row)], dtype=np.int64) for row in folded]
    counts = tk.count_terms(given.documents)
    found = list(text.cut(texts))

    def number() -> None:
        keys = [text._tokens._keys(row, part, long) for row, part in zip(folded, sizes, strict=True)]
        ids, unique = pd.factorize(np.concatenate(keys))
        text._tokens._numbered([text._tokens._Packed(ids.astype(np.int32), unique, list(long))])

    def vocabulary() -> None:
        words = text.Vocabulary()
        written = np.concatenate([words.add(part) for part in found])
        words.tokens(written, np.concatenate([part.lengths for part in found]))

    jobs: dict[str, Callable[[], Any]] = {
        "limit: UTF-8 decode": lambda: [row.decode("utf-8") for row in encoded],
        "limit: rjieba alone": lambda: [fast.cut(row) and None for row in joined],
        "limit: rjieba + factorize": lambda: [
            pd.factorize(np.array(fast.cut(row), dtype=object)) for row in joined
        ],
        "fold": lambda: [text._fold.comparable_joined(chunk) for chunk in chunks],
        "cut": lambda: [list(map(len, fast.cut(row))) and None for row in folded],
        "number": number,
        "vocabulary": vocabulary,
        "whole count_terms": lambda: tk.count_terms(given.documents),
        "tfidf": counts.tfidf,
        "phrases": lambda: text.find_terms(counts.tokens, support=3),
        "phrases and judge": lambda: trend_table(counts),
    }
    rows = [(name, size / statistics.median(spent(job) for _ in range(runs))) for name, job in jobs.items()]
    table = pd.DataFrame(rows, columns=["stage", "MB/s"])
    return table.assign(seconds=size / table["MB/s"])


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables: bars, stages, first call."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--titles", type=int, help="only count and mine so many titles; prints JSON")
    parser.add_argument(
        "--only", nargs="*", help="titles_race, articles_race, cores, update, words, titles, first, stages"
    )
    options = parser.parse_args(arguments)
    if options.titles:
        mine_titles(options.titles, options.data)
        return {}
    runs = 1 if options.small else options.runs
    lines = read_lines(options.data)
    given = corpus(lines.tail(2000) if options.small else lines)
    size = megabytes(raw_texts(given.documents))
    print(f"{len(given.documents):,} documents, {len(given.titles):,} titles, {size:.1f} MB")
    # what is loaded once, on both sides, is no part of a race
    tk.count_terms(given.documents).tfidf()
    trend_table(given.documents.head(100))
    table = Table()
    parts: dict[str, Callable[[], Any]] = {
        "titles_race": lambda: against_peers(table, "titles", given.titles, runs),
        "articles_race": lambda: against_peers(table, "articles", given.documents, runs),
        "cores": lambda: both_cores(table, given, runs),
        "update": lambda: one_percent(table, given, runs),
        "words": lambda: new_words(table, given, runs),
        "titles": lambda: many_titles(table, options, (500, 1000) if options.small else (100_000, 1_000_000)),
        "first": lambda: first_call(table, runs),
        "stages": lambda: stages(given, runs),
    }
    chosen = options.only or list(parts)
    done = {name: parts[name]() for name in parts if name in chosen}
    tables = {"bars": table.frame()} | {name: done[name] for name in ("stages", "first") if name in done}
    for name, frame in tables.items():
        print(f"\n{name}")
        print(frame.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.3g}"))
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
