"""Does the ranking of topics put first what people still talk about in the next days?

    python benchmarks/topics.py --data FOLDER   on measuring data (site_hot_titles_2026, weibo_hot_heat_daily)
    python benchmarks/topics.py                 on the posts of the invented sample world
    python benchmarks/topics.py --small         the same on fewer days: what the tests do

Prints its tables. For each day d: titles up to d (each once per source, the last 62 days; the lists are the sources)
→ mine_trends → find_topics → rank_topics with the default weights and today = d. Nothing dated after d is given.

1. `hot`: the share of a method's first ten topics (three in the invented world) that are still hot on d + 1, d + 2
   and d + 3, mean over days; days with no more topics than that are left out. A topic is hot on a day when a topic of
   the Weibo list of that day holds its label or one of its terms, after folding; one of one or two characters must be
   a whole word of the cut title (so that 米兰 in 米兰达 is none). `label_hot` is the same for the label alone. The
   baseline is find_topics' own score (the trend score); `all found` is every topic it found.
2. `gain`: rank_topics less the trend score, paired by day, with a 95% interval from 2 000 circular block bootstrap
   samples of seven days in a row (windows of neighbouring days share most of their titles).
3. `parts`: each part's mean rank correlation with the outcome among a day's topics, and the same interval.
4. `decay` (with --data): the half-lives of the lexicon topic-decay, from weibo_hot_daily of 2023 and 2024 without the
   pinned slot. A word bursts on a day when three titles hold it, at four times its rate of the 28 days before; the
   mean excess over that rate on days 0 to 7, as a share of day 0, is fitted by an exponential. A burst is of the
   season when the word names a day of the calendar, of a show when half of its titles hold a cue of the lexicon.
   Interval from 200 bootstrap samples of the bursts. (Lists lose a topic sooner than readers do.)
5. `speed`: CPU seconds to rank 200 topics with 20 000 documents and 50 groups, the median of three runs.

What is printed is of days after 2026-04-05. Default weights and numbers were set on the days up to 2026-04-02 (their
outcomes end on 04-05), which `--tune` prints. How far this is a test: the rule of the outcome was written before any
figure was seen, the label joined it when labels became phrases; the later days were looked at once the weights stood,
and no weight was changed after that. The words that name no topic (lexicon topic-weak) were read off lists of both
halves; they bind both methods. The order is an editor's weights; this measures one thing it can do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit import lexicons, text
from toolkit.schema import TIME_ZONE
from toolkit.topics import PARTS

TUNED_UNTIL = dt.date(2026, 4, 5)
AFTER = (1, 2, 3)
# the first so many of a method; the invented world has few stories at a time
TOP, SMALL_TOP = 10, 3
BEHIND = 62
BLOCK = 7


class Lists:
    """The titles of a hot list by day, folded and cut once."""

    def __init__(self, frame: pd.DataFrame) -> None:
        titles = text.fold(frame["title"].tolist())
        words = text.segment(titles)
        self.days: dict[dt.date, tuple[list[str], set[str]]] = {}
        for day, part in frame.assign(place=range(len(frame))).groupby("day"):
            rows = part["place"].tolist()
            self.days[day] = [titles[row] for row in rows], {word for row in rows for word in words[row]}

    def hot(self, terms: Sequence[str], day: dt.date) -> bool:
        """Whether a title of the day holds one of the terms; short ones as whole words."""
        titles, words = self.days[day]
        return any(
            term in words if len(term) <= 2 else any(term in title for title in titles)
            for term in text.fold(list(terms))
        )

    def share(self, terms: Sequence[str], day: dt.date) -> float:
        """On how many of the next three days the terms are hot."""
        return statistics.fmean(self.hot(terms, day + dt.timedelta(days=ahead)) for ahead in AFTER)

    def covers(self, day: dt.date) -> bool:
        """Whether the list of each of the next three days is there."""
        return all(day + dt.timedelta(days=ahead) in self.days for ahead in AFTER)


def measuring_data(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """DOCUMENTS of titles, each once per source on its first day, and the list's titles by day."""
    titles = pd.read_csv(folder / "site_hot_titles_2026" / "titles.csv.gz", keep_default_na=False)
    listed = pd.read_csv(folder / "weibo_hot_heat_daily" / "topics.csv.gz", keep_default_na=False)
    titles = titles.rename(columns={"platform": "source"}).sort_values("date", kind="stable")
    titles = titles.drop_duplicates(["source", "title"]).reset_index(drop=True)
    stamps = pd.to_datetime(titles["date"]).dt.tz_localize(TIME_ZONE)
    documents = titles.assign(doc_id=[f"t{row}" for row in titles.index], body="", published_at=stamps)
    return documents, listed.assign(day=pd.to_datetime(listed["date"]).dt.date)


def sample_world() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every other post of the invented world as a document, the titles of the rest as the list of their day."""
    posts = tk.read_documents(lexicons.sample_folder() / "posts").frame
    posts = posts[posts["published_at"].notna()].sort_values("published_at").reset_index(drop=True)
    rest = posts.iloc[1::2]
    return posts.iloc[::2].reset_index(drop=True), rest.assign(day=rest["published_at"].dt.date)


def ranked_days(documents: pd.DataFrame, lists: Lists, days: Sequence[dt.date], top: int) -> pd.DataFrame:
    """Every day's topics with their place by trend score and by rank_topics, and both outcomes.

    Days with no more than `top` topics leave nothing to choose and are left out.
    """
    frames = []
    for day in days:
        end = pd.Timestamp(day, tz=TIME_ZONE) + pd.Timedelta(days=1)
        past = (documents["published_at"] < end) & (
            documents["published_at"] >= end - pd.Timedelta(days=BEHIND)
        )
        known = documents[past].reset_index(drop=True)
        found = tk.find_topics(tk.mine_trends(known, until=day), known)
        if len(found) <= top:
            continue
        ranked = tk.rank_topics(found, documents=known, today=day)
        before = {topic: place for place, topic in enumerate(found["topic_id"])}
        frames.append(
            ranked.assign(
                day=day,
                after=range(len(ranked)),
                before=ranked["topic_id"].map(before),
                hot=[
                    lists.share([label, *terms], day)
                    for label, terms in zip(ranked["label"], ranked["terms"], strict=True)
                ],
                label_hot=[lists.share([label], day) for label in ranked["label"]],
            )
        )
    return pd.concat(frames, ignore_index=True)


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and 95% interval by circular blocks of days."""
    rng = np.random.default_rng(0)
    size = max(1, min(BLOCK, len(values) // 3))
    starts = rng.integers(0, len(values), (2000, -(-len(values) // size)))
    places = (starts[:, :, None] + np.arange(size)).reshape(2000, -1)[:, : len(values)] % len(values)
    low, high = np.quantile(values[places].mean(axis=1), [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def tables_of(ranked: pd.DataFrame, top: int) -> dict[str, pd.DataFrame]:
    """The tables hot, gain and parts."""
    hot, gain = [], []
    for outcome in ("hot", "label_hot"):
        by_day = {
            "all found": ranked.groupby("day")[outcome].mean(),
            "trend score": ranked[ranked["before"] < top].groupby("day")[outcome].mean(),
            "rank_topics": ranked[ranked["after"] < top].groupby("day")[outcome].mean(),
        }
        hot += [(outcome, method, float(shares.mean()), len(shares)) for method, shares in by_day.items()]
        change = (by_day["rank_topics"] - by_day["trend score"]).to_numpy()
        gain.append((outcome, *interval(change), len(change)))
    return {
        "hot": pd.DataFrame(hot, columns=["outcome", "method", "share", "days"]),
        "gain": pd.DataFrame(gain, columns=["outcome", "gain", "low", "high", "days"]),
        "parts": parts_table(ranked[ranked["gate"] != "block"]),
    }


def parts_table(ranked: pd.DataFrame) -> pd.DataFrame:
    """Mean rank correlation of each part with the outcome by day; missing where a part never varied."""
    rows = []
    for name in PARTS:
        places = ranked.groupby("day")[[f"part_{name}", "hot"]].rank()
        found = [
            part.corr().iloc[0, 1] for _, part in places.groupby(ranked["day"]) if (part.std() > 0).all()
        ]
        figures = interval(np.array(found)) if found else (float("nan"),) * 3
        rows.append((name, *figures, len(found)))
    return pd.DataFrame(rows, columns=["part", "correlation", "low", "high", "days"])


def word_bursts(titles: Sequence[str], days: np.ndarray) -> list[tuple[str, list[str], np.ndarray]]:
    """Each burst's word, its titles of that day, and its excess on 22 days as a share of the first day's rate."""
    from scipy import sparse

    tokens = text.tokenise(list(titles))
    used = tokens.term[tokens.ids]
    width, every = len(tokens.words), int(days.max()) + 1
    pairs = np.unique(tokens.documents[used].astype(np.int64) * width + tokens.ids[used])
    words, rows = pairs % width, pairs // width
    counts = sparse.csr_matrix((np.ones(len(words)), (words, days[rows])), shape=(width, every))
    sizes = np.maximum(np.bincount(days, minlength=every), 1).astype(float)
    order = np.argsort(words, kind="stable")
    bounds = np.searchsorted(words[order], np.arange(width + 1))
    found = []
    for word in np.flatnonzero(np.asarray(counts.max(axis=1).todense()).ravel() >= 3):
        count = counts[word].toarray().ravel()
        rate = count / sizes
        for day in np.flatnonzero(count >= 3):
            if day < 28 or day + 22 > every:
                continue
            before = sizes[day - 28 : day].sum()
            usual = count[day - 28 : day].sum() / before
            if rate[day] < 4 * max(usual, 1 / before):
                continue
            said = rows[order[bounds[word] : bounds[word + 1]]]
            now = [titles[row] for row in said if days[row] == day]
            found.append((str(tokens.words[word]), now, (rate[day : day + 22] - usual) / rate[day]))
    return found


def decay(folder: Path) -> pd.DataFrame:
    """The half-lives of bursts by pace."""
    years = [folder / "weibo_hot_daily" / f"titles_{year}.csv.gz" for year in (2023, 2024)]
    frame = pd.concat([pd.read_csv(path, keep_default_na=False) for path in years], ignore_index=True)
    frame = frame[frame["pinned"].astype(str) != "1"]
    days = (pd.to_datetime(frame["date"]) - pd.Timestamp("2023-01-01")).dt.days.to_numpy()
    cues = re.compile(next(row["cues"] for row in lexicons.rows("topic-decay") if row["pace"] == "show"))
    named = {
        lexicons.spoken_festival(name) if kind == "festival" else name
        for kind in ("festival", "shopping", "term")
        for names in lexicons.names_of(kind).values()
        for name in names
    }
    curves: dict[str, list[np.ndarray]] = {"season": [], "show": [], "news": []}
    for word, titles, excess in word_bursts(frame["title"].tolist(), days):
        show = 2 * sum(bool(cues.search(title)) for title in titles) >= len(titles)
        season = any(name in word for name in named)
        curves["season" if season else "show" if show else "news"].append(excess)
    rows = []
    for pace, parts in curves.items():
        stacked = np.array(parts)
        rng = np.random.default_rng(0)
        drawn = [
            half_life(stacked[rng.integers(0, len(stacked), len(stacked))].mean(axis=0)) for _ in range(200)
        ]
        rows.append((pace, half_life(stacked.mean(axis=0)), *np.quantile(drawn, [0.025, 0.975]), len(parts)))
    return pd.DataFrame(rows, columns=["pace", "half_life_days", "low", "high", "bursts"])


def half_life(excess: np.ndarray) -> float:
    """Days in which an exponential fitted to the first eight days halves."""
    ages = np.arange(8)
    usable = excess[:8] > 0
    return float(-np.log(2) / np.polyfit(ages[usable], np.log(excess[:8][usable]), 1)[0])


def speed(topics: int, size: int, groups: int) -> pd.DataFrame:
    """Seconds of rank_topics on invented documents of some 200 characters."""
    posts = tk.read_documents(lexicons.sample_folder() / "posts").frame
    posts = posts.assign(body=posts["body"].str[:200])
    rng = np.random.default_rng(0)
    documents = posts.iloc[rng.integers(0, len(posts), size)].reset_index(drop=True)
    documents = documents.assign(doc_id=[f"d{row}" for row in range(size)], duplicate_of=None)
    words = tk.extract_keywords(posts, top=10)["term"].drop_duplicates().head(topics).tolist()
    found = pd.DataFrame(
        {
            "topic_id": [f"t{row}" for row in range(len(words))],
            "label": words,
            "terms": [[word] for word in words],
            "score": np.linspace(90, 40, len(words)),
            "gate": "pass",
            "angle": "",
            "evidence": [[f"d{row}" for row in rng.integers(0, size, 50)] for _ in words],
        }
    )
    one = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame
    many = pd.concat([one] * -(-groups // len(one)), ignore_index=True).head(groups)
    many = many.assign(group_id=[f"g{row}" for row in range(groups)])
    many["segment"] = [f"{segment}{row}" for row, segment in enumerate(many["segment"])]
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        tk.rank_topics(found, groups=many, documents=documents, today=dt.date(2026, 9, 21))
        seconds.append(time.process_time() - begin)
    row = (len(words), size, groups, statistics.median(seconds))
    return pd.DataFrame([row], columns=["topics", "documents", "groups", "seconds"])


def shown(tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        print(f"\n{name}")
        print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--tune", action="store_true", help="the days on which the defaults were set")
    options = parser.parse_args(arguments)
    documents, listed = measuring_data(options.data) if options.data else sample_world()
    lists = Lists(listed)
    first = min(lists.days) - dt.timedelta(days=1)
    days = [first + dt.timedelta(days=ahead) for ahead in range((max(lists.days) - first).days + 1)]
    days = [day for day in days if lists.covers(day)]
    if options.data:
        last = TUNED_UNTIL - dt.timedelta(days=max(AFTER))
        days = [day for day in days if (day <= last if options.tune else day > TUNED_UNTIL)]
    top = TOP if options.data else SMALL_TOP
    tables = tables_of(ranked_days(documents, lists, days[-6:] if options.small else days, top), top)
    if options.data:
        tables["decay"] = decay(options.data)
    tables["speed"] = speed(20, 300, 5) if options.small else speed(200, 20_000, 50)
    shown(tables)
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
