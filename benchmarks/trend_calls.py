"""How often a word called new, rising or fading is so in the week after, beside words that were not called.

    python benchmarks/trend_calls.py --data FOLDER      on measuring data (site_hot_titles_2026, weibo_hot_daily,
                                                        zhihu_hot_daily, weibo_hot_heat_daily)
    python benchmarks/trend_calls.py                    on the posts of the invented sample world
    python benchmarks/trend_calls.py --small            the same, four weeks: what the tests do

Each set is cut once; `--weeks` ends of weeks (default 24) are spread evenly over it, five weeks after its beginning at
the earliest and one before its end. In each week `mine_trends` (as it comes, 50 rows: words that fade stand below, `--top 1000` has them) calls words, and `judge_trends`
holds the calls against the seven days after. `rate` is hits among hits and misses with Wilson's 95 % interval (1927;
weeks share their news, so it is somewhat too narrow), `by chance` the share of comparable words that were not called and
would have been hits, averaged over the judged calls that have any (`compared`): words of the same frequency that could
be judged too, so mostly words that rose as well. A title that stands on a list for days counts once, on its first.
The rule was changed once after a look at such figures: `unsure` must not look at what came, else words that rose are
counted and words that did not are not, and chance comes out at 50 to 95 %. It was changed twice for reasons of sense: a
word called new or rising must keep half its share of the call's window (12 documents, then 2, is no hit), and the words
beside it are judged only where a called one would be. Each made the figures worse, and stays.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import toolkit as tk
from toolkit import lexicons
from toolkit.review._funnel import wilson
from toolkit.schema import TIME_ZONE
from toolkit.trends._calls import judge_trends

SETS = ("site_hot_titles_2026", "weibo_hot_daily", "zhihu_hot_daily", "weibo_hot_heat_daily")
KINDS = {"new or rising": ("new", "rising"), "new": ("new",), "rising": ("rising",), "fading": ("fading",)}
FIRST_WEEK, LAST_WEEK = 35, 7


def titles(folder: Path) -> pd.DataFrame:
    """The titles of a set, each once per source on its first day, as DOCUMENTS."""
    frame = pd.concat([pd.read_csv(path, keep_default_na=False) for path in sorted(folder.glob("*.csv.gz"))])
    named = {"first_date": "date", "platform": "source"}
    frame = frame.rename(columns=named)
    if "source" not in frame:
        frame["source"] = folder.name
    frame = frame.sort_values("date", kind="stable").drop_duplicates(["source", "title"])
    return pd.DataFrame(
        {
            "doc_id": [f"t{place}" for place in range(len(frame))],
            "source": frame["source"].to_numpy(),
            "title": frame["title"].to_numpy(),
            "published_at": pd.to_datetime(frame["date"].to_numpy()).tz_localize(TIME_ZONE),
        }
    )


def sample() -> pd.DataFrame:
    """The posts of the sample world."""
    return tk.mark_duplicates(tk.read_documents(lexicons.sample_folder() / "posts").frame)


def judged(documents: pd.DataFrame, weeks: int, top: int) -> Iterator[pd.DataFrame]:
    """The calls of each week."""
    counts = tk.count_terms(documents)
    times = documents["published_at"].dropna()
    first, last = times.min() + pd.Timedelta(days=FIRST_WEEK), times.max() - pd.Timedelta(days=LAST_WEEK)
    for until in pd.date_range(first, last, periods=weeks):
        trends = tk.mine_trends(counts, until=until.date(), top=top)
        yield judge_trends(trends, counts, until=until.date())


def measured(name: str, documents: pd.DataFrame, weeks: int, top: int = 50) -> pd.DataFrame:
    """A row for each kind of call."""
    calls = pd.concat(judged(documents, weeks, top))
    rows = []
    for kind, statuses in KINDS.items():
        mine = calls[calls["called"].isin(statuses)]
        outcomes = mine["outcome_of_call"].value_counts()
        hits, misses, unsure = (int(outcomes.get(word, 0)) for word in ("hit", "miss", "unsure"))
        told = hits + misses
        rate = hits / told if told else float("nan")
        low, high = wilson(rate, told) if told else (float("nan"),) * 2
        compared, by_chance = int(mine["by_chance"].notna().sum()), float(mine["by_chance"].mean())
        rows.append(
            (name, weeks, kind, told + unsure, hits, misses, unsure, rate, low, high, by_chance, compared)
        )
    columns = ["set", "weeks", "called", "calls", "hits", "misses", "unsure", "rate", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "by chance", "compared"])


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--weeks", type=int, default=24)
    parser.add_argument(
        "--top", type=int, default=50, help="rows of TRENDS; fading words stand last, past 50"
    )
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    weeks = 4 if options.small else options.weeks
    if options.data:
        parts = [measured(name, titles(options.data / name), weeks, options.top) for name in options.sets]
    else:
        parts = [measured("sample world", sample(), weeks, options.top)]
    table = pd.concat(parts, ignore_index=True)
    print(f"\ncalls\n{table.to_string(index=False, float_format=lambda value: f'{value:.3f}')}")
    return {"calls": table}


if __name__ == "__main__":
    main(sys.argv[1:])
