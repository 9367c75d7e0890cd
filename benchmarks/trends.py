"""How well trends are told from noise: bursts put into real titles, bursts of another site's list, and small weeks.

    python benchmarks/trends.py --data FOLDER           on measuring data (site_hot_titles_2026, weibo_hot_heat_daily)
    python benchmarks/trends.py                         on the sentences of the invented sample world
    python benchmarks/trends.py --small                 the same, one seed: what the tests do

Prints four tables, all of `mine_trends` as it comes (every word that it has under its own name; one that it tells
under a phrase counts as lost) and of its peers on the same documents, with a 95% bootstrap interval over seeds or
days. The peers: growth (ratio of rates), log-odds (Monroe et al. 2008), negative binomial (one dispersion for all),
EWMA z (SigniTrend form), and the mean rank of the last two; for the list also frequency and tf-idf.

1 and 2. Bursts: 16 weeks of titles, each once per source. Of the words with 5 to 19, 20 to 79, 80 to 319 and more
documents up to 250 each are drawn, a tenth of them get a count in the last week drawn binomially at 2, 3, 6 or 10
times their rate of the 15 weeks before, by appending the word to titles. Average precision over all words with three
documents in that week, with the dates shuffled (what is not put in is noise) and in real order (true bursts count as
false alarms). These bands were chosen among some 60 readings of the recipe by the averages of the peers alone.
3. Words of a list: the 20 best words of a day's titles against the words that burst that day on the list (in two
topics or more and at three times their rate of the 14 days before).
4. Small weeks: five stories of 5 to 8 documents a week, half of them words never seen, in weeks of 30, 120 and 480
titles; and the stories of the sample world from 2, 4 and 6 of its accounts. `found` is the share in the first ten rows,
`called` the share called new or rising, `alarms` what else was called so, a week.

What is printed is of words whose CRC-32 is odd, in weeks that end by 31 May 2026 (on the last day and one and two weeks
before), and of days from 12 April; `--tune` prints even words, weeks that end by 7 May, and days to 11 April. How far
this is a test: the numbers of the score were set on the tuning half. The rule by which phrases are merged was chosen
with figures of both halves in sight. MAX_Q, mid-p and the prior of the dispersion were judged on the whole sample
world, of which nothing was held back. Bands and peers were looked at in both halves. Baselines of both halves share
weeks, and shuffled dates mix them.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

import toolkit as tk
from toolkit import lexicons, text
from toolkit.schema import TIME_ZONE

EVERY = 1_000_000
WEEKS = 16
BANDS = [5, 20, 80, 320, EVERY]
FACTORS = [2, 3, 6, 10]
Score = Callable[[np.ndarray, np.ndarray], np.ndarray]


# peers: terms × stretches (the window first, then the baseline, newest first) and documents of each stretch → score
def growth(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Ratio of the rates, half a document added to the baseline's."""
    return (counts[:, 0] / sizes[0]) / ((counts[:, 1:].sum(axis=1) + 0.5) / sizes[1:].sum())


def log_odds(counts: np.ndarray, _sizes: np.ndarray) -> np.ndarray:
    """z of the log-odds ratio with an informative prior of 1 000 words."""
    now, past = counts[:, 0], counts[:, 1:].sum(axis=1)
    prior = (now + past) / (now + past).sum() * 1000
    odds = [np.log((n + prior) / (n.sum() + 1000 - n - prior)) for n in (now, past)]
    return (odds[0] - odds[1]) / np.sqrt(1 / (now + prior) + 1 / (past + prior))


def negative_binomial(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """−log of the upper tail, one dispersion for all words by moments."""
    now, past = counts[:, 0], counts[:, 1:].sum(axis=1)
    common = counts[past >= 8, 1:]
    mean = np.outer(common.sum(axis=1), sizes[1:] / sizes[1:].sum())
    stretches = len(sizes) - 1
    excess = ((common - mean) ** 2).sum() * stretches / max(stretches - 1, 1) - mean.sum()
    dispersion = float(np.clip(excess / max((mean**2).sum(), 1e-9), 0, 2))
    typical = (now + past).mean() / sizes.sum()
    mean = sizes[0] * (past + 0.5) / (sizes[1:].sum() + 0.5 / typical)
    size = 1 / (1 / (past + 0.5) + dispersion)
    tail = np.where(now > 0, special.betainc(np.maximum(now, 1), size, mean / (size + mean)), 1.0)
    return -np.log(np.maximum(tail, 1e-300))


def ewma_z(counts: np.ndarray, sizes: np.ndarray, weight: float = 0.4) -> np.ndarray:
    """Distance from the exponentially weighted mean (the weight is that of a stretch) in standard deviations."""
    mean: np.ndarray | None = None
    variance: np.ndarray = np.zeros(len(counts))
    for stretch in range(len(sizes) - 1, 0, -1):
        if not sizes[stretch]:
            continue
        scaled = counts[:, stretch] * sizes[0] / sizes[stretch]
        if mean is None:
            mean = scaled
            continue
        step = scaled - mean
        mean, variance = mean + weight * step, (1 - weight) * (variance + weight * step**2)
    mean = np.zeros(len(counts)) if mean is None else mean
    return (counts[:, 0] - mean) / np.sqrt(variance + mean + 2)


def daily_ewma_z(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The same for stretches of a day, forgetting as much in seven."""
    return ewma_z(counts, sizes, 1 - 0.6 ** (1 / 7))


def mean_rank(counts: np.ndarray, sizes: np.ndarray, moving: Score = ewma_z) -> np.ndarray:
    """Mean rank of the negative binomial and the EWMA z."""
    ranks = [pd.Series(score(counts, sizes)).rank().to_numpy() for score in (negative_binomial, moving)]
    return ranks[0] + ranks[1]


def daily_mean_rank(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The same for stretches of a day."""
    return mean_rank(counts, sizes, daily_ewma_z)


def frequency(counts: np.ndarray, _sizes: np.ndarray) -> np.ndarray:
    """Documents of the window."""
    return counts[:, 0]


def tf_idf(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Documents of the window times inverse document frequency."""
    return counts[:, 0] * np.log((1 + sizes.sum()) / (1 + counts.sum(axis=1)))


PEERS: dict[str, Score] = {
    "growth": growth,
    "log-odds": log_odds,
    "negative binomial": negative_binomial,
    "EWMA z": ewma_z,
    "mean rank": mean_rank,
}
DAILY = PEERS | {
    "EWMA z": daily_ewma_z,
    "mean rank": daily_mean_rank,
    "frequency": frequency,
    "tf-idf": tf_idf,
}


def word_counts(
    titles: Iterable[str], part: np.ndarray, parts: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words of two characters or more, in how many titles of each part they stand, and the titles of each part."""
    tokens = text.tokenise(list(titles))
    mine = (part[tokens.documents] >= 0) & tokens.term[tokens.ids]
    width = len(tokens.words)
    pairs = np.unique(tokens.documents[mine].astype(np.int64) * width + tokens.ids[mine])
    words, cells = pairs % width, part[pairs // width]
    counts = np.bincount(words * parts + cells, minlength=width * parts).reshape(width, parts)
    used = counts.sum(axis=1) > 0
    names = np.array([str(word) for word in tokens.words], dtype=object)
    return (
        names[used],
        counts[used].astype(float),
        np.bincount(part[part >= 0], minlength=parts).astype(float),
    )


def half_of(words: Iterable[str]) -> np.ndarray:
    """0 or 1 for each word."""
    return np.array([zlib.crc32(word.encode()) % 2 for word in words])


def average_precision(scores: np.ndarray, true: np.ndarray) -> float:
    """Mean precision at the places of what is true; ties keep their order."""
    hits = true[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean()) if hits.any() else float("nan")


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and the 95% bootstrap interval of the mean."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def summary(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row for each method: mean, low, high of the measured column over seeds or days."""
    out = [(method, *interval(part[name].to_numpy())) for method, part in rows.groupby("method", sort=False)]
    return pd.DataFrame(out, columns=["method", name, "low", "high"])


def scores_of(trends: pd.DataFrame, words: np.ndarray, *, variants: bool) -> np.ndarray:
    """The score of each word under its own name (or also under the phrase that tells it), −1 where it has none."""
    found: dict[str, float] = {}
    for row in trends.itertuples():
        for name in [row.term, *(row.variants if variants else [])]:
            found.setdefault(name.lower(), row.score)
    return np.array([found.get(word, -1.0) for word in words])


def bursts(documents: pd.DataFrame, last: int, *, shuffled: bool, half: int, seeds: int) -> pd.DataFrame:
    """Average precision of each method by seed."""
    rows = []
    age = last - documents["day"].to_numpy()
    used = documents[(age >= 0) & (age < 7 * WEEKS)]
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        days = used["day"].to_numpy()
        days = rng.permutation(days) if shuffled else days
        part = (last - days) // 7
        words, counts, sizes = word_counts(used["title"], part, WEEKS)
        titles, hot = with_bursts(used["title"].tolist(), part, words, counts, sizes, rng)
        words, counts, sizes = word_counts(titles, part, WEEKS)
        frame = used.assign(title=titles, published_at=moments(days))
        trends = tk.mine_trends(
            frame, until=moments([last])[0].date(), baseline_days=7 * (WEEKS - 1), top=EVERY
        )
        asked = (counts[:, 0] >= 3) & (half_of(words) == half)
        true = np.isin(words[asked], hot)
        methods = {name: score(counts, sizes)[asked] for name, score in PEERS.items()}
        methods["mine_trends"] = scores_of(trends, words[asked], variants=False)
        methods["mine_trends, told words too"] = scores_of(trends, words[asked], variants=True)
        rows += [(name, seed, average_precision(score, true)) for name, score in methods.items()]
    return pd.DataFrame(rows, columns=["method", "seed", "average precision"])


def with_bursts(
    titles: list[str],
    part: np.ndarray,
    words: np.ndarray,
    counts: np.ndarray,
    sizes: np.ndarray,
    rng: np.random.Generator,
) -> tuple[list[str], list[str]]:
    """The titles with a tenth of some 1 000 words appended to some of the window's, and those words."""
    total = counts.sum(axis=1)
    bands = [np.flatnonzero((total >= a) & (total < b)) for a, b in itertools.pairwise(BANDS)]
    chosen = np.concatenate([rng.permutation(band)[: 1000 // len(bands)] for band in bands])
    chosen = chosen[rng.random(len(chosen)) < 0.1]
    rate = counts[chosen, 1:].sum(axis=1) / sizes[1:].sum()
    target = rng.binomial(int(sizes[0]), np.minimum(1, rng.choice(FACTORS, len(chosen)) * rate))
    titles = list(titles)
    window = np.flatnonzero(part == 0)
    for word, wanted, seen in zip(words[chosen], target, counts[chosen, 0], strict=True):
        for place in rng.permutation(window)[: max(int(wanted - seen), 0)]:
            titles[place] += f" {word}"
    return titles, [str(word) for word in words[chosen]]


def moments(days: Iterable[int]) -> pd.DatetimeIndex:
    """Days since 2026-01-01 as moments."""
    return pd.Timestamp("2026-01-01", tz=TIME_ZONE) + pd.to_timedelta(np.asarray(list(days)), unit="D")


def list_words(documents: pd.DataFrame, topics: pd.DataFrame, days: range) -> pd.DataFrame:
    """Precision and recall of the 20 best words of each day."""
    every = int(max(documents["day"].max(), topics["day"].max())) + 1
    names, counts, sizes = word_counts(documents["title"], documents["day"].to_numpy(), every)
    listed, topic_counts, topic_sizes = word_counts(topics["title"], topics["day"].to_numpy(), every)
    kept = tk.count_terms(documents)
    rows = []
    for day in days:
        now, before = topic_counts[:, day], topic_counts[:, day - 14 : day].sum(axis=1)
        rate = before / max(topic_sizes[day - 14 : day].sum(), 1)
        gold = set(listed[(now >= 2) & (now >= 3 * rate * topic_sizes[day])])
        if not gold or not sizes[day] or not sizes[day - 28 : day].any():
            continue
        back = np.arange(day, max(day - 29, -1), -1)
        seen = np.flatnonzero(counts[:, back].sum(axis=1) > 0)
        window, known = counts[np.ix_(seen, back)], names[seen]
        asked = np.flatnonzero(window[:, 0] >= 3)
        for name, score in DAILY.items():
            best = score(window, sizes[back])[asked]
            rows.append((name, day, list(known[asked][np.argsort(-best, kind="stable")[:20]]), gold))
        trends = tk.mine_trends(kept, until=moments([day])[0].date(), window_days=1, top=EVERY)
        terms = [term.lower() for term in trends["term"]]
        rows.append(("mine_trends", day, [term for term in terms if term in set(known[asked])][:20], gold))
        parts = [word for words in text.segment(terms) for word in words if len(word) > 1]
        rows.append(("mine_trends, words of its phrases", day, list(dict.fromkeys(parts))[:20], gold))
    frame = pd.DataFrame(rows, columns=["method", "day", "words", "gold"])
    hits = np.array(
        [len(set(words) & gold) for words, gold in zip(frame["words"], frame["gold"], strict=True)]
    )
    return frame.assign(precision=hits / 20, recall=hits / frame["gold"].map(len))


def small_weeks(
    documents: pd.DataFrame, lasts: Iterable[int], *, sizes: Iterable[int], half: int, seeds: int
) -> pd.DataFrame:
    """Stories found and false alarms in weeks of so many titles, by seed."""
    known, _, _ = word_counts(documents["title"], np.zeros(len(documents), dtype=np.int64), 1)
    rows = []
    for size in sizes:
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            last = list(lasts)[seed % len(list(lasts))]
            for shuffled in (True, False):
                frame, stories = small_world(documents, known, last, size, half, rng, shuffled=shuffled)
                trends = tk.mine_trends(frame, until=moments([last])[0].date())
                named = f"{size} titles, {'dates shuffled' if shuffled else 'real order'}"
                rows.append((named, *found(trends, stories)))
    return pd.DataFrame(rows, columns=["method", "found", "called", "alarms"])


def small_world(
    documents: pd.DataFrame,
    known: np.ndarray,
    last: int,
    size: int,
    half: int,
    rng: np.random.Generator,
    *,
    shuffled: bool,
) -> tuple[pd.DataFrame, list[str]]:
    """Five weeks of `size` titles with five stories in the last one."""
    week = (last - documents["day"].to_numpy()) // 7
    rows = np.concatenate([rng.permutation(np.flatnonzero(week == back))[:size] for back in range(5)])
    frame = documents.iloc[rows]
    part = rng.permutation(week[rows]) if shuffled else week[rows]
    words, counts, _ = word_counts(frame["title"], part, 5)
    rare = words[(counts.sum(axis=1) <= 8) & (half_of(words) == half)]
    unseen = np.setdiff1d(known[half_of(known) == half], words)
    stories = [*rng.permutation(rare)[:3].tolist(), *rng.permutation(unseen)[:2].tolist()]
    titles = frame["title"].to_list()
    window = np.flatnonzero(part == 0)
    for story in stories:
        for place in rng.permutation(window)[: rng.integers(5, 9)]:
            titles[place] += f" {story}"
    return frame.assign(title=titles, published_at=moments(last - 7 * part)), stories


def found(trends: pd.DataFrame, stories: Iterable[str]) -> tuple[float, float, int]:
    """Share of the stories in the first ten rows, share called new or rising, and how many others were called so."""
    wanted = set(stories)
    told = [{name.lower() for name in [row.term, *row.variants]} & wanted for row in trends.itertuples()]
    called = trends["status"].isin(["new", "rising"]).tolist()
    top = set().union(*told[:10])
    right = set().union(*(names for names, loud in zip(told, called, strict=True) if loud))
    alarms = sum(loud and not names for names, loud in zip(told, called, strict=True))
    return len(top) / len(wanted), len(right) / len(wanted), alarms


def sample_weeks(accounts: Iterable[int]) -> pd.DataFrame:
    """The same in the sample world, from so many of its accounts: each week with a planted story."""
    posts = tk.mark_duplicates(tk.read_documents(lexicons.sample_folder() / "posts").frame)
    truth = pd.read_csv(lexicons.sample_folder() / "truth.csv", dtype=str, keep_default_na=False)
    truth = truth[truth["kind"] == "rise"]
    sources = sorted(posts["source"].unique())
    rows = []
    for count in accounts:
        mine = posts[posts["source"].isin(sources[:count])]
        for week, planted in truth.groupby("week"):
            monday = pd.Timestamp(week, tz=TIME_ZONE)
            inside = mine[mine["published_at"].between(monday, monday + pd.Timedelta(days=7), "left")]
            here = inside["title"] + inside["body"]
            stories = [word for word in planted["term"] if here.str.contains(re.escape(word)).sum() >= 3]
            if not stories or (mine["published_at"] < monday).sum() < len(inside):
                continue
            trends = tk.mine_trends(mine, until=(monday + pd.Timedelta(days=6)).date())
            rows.append((f"sample world, {count} accounts", *found(trends, stories)))
    return pd.DataFrame(rows, columns=["method", "found", "called", "alarms"])


def read_titles(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The titles, each once per source, and the topics of the list; `day` counts from 2026-01-01."""
    frames = []
    for name in ("site_hot_titles_2026/titles.csv.gz", "weibo_hot_heat_daily/topics.csv.gz"):
        frame = pd.read_csv(folder / name, keep_default_na=False)
        day = (pd.to_datetime(frame["date"]) - pd.Timestamp("2026-01-01")).dt.days
        source = frame.get("platform", "list")
        frame = pd.DataFrame({"source": source, "title": frame["title"], "day": day})
        frames.append(frame.drop_duplicates(["source", "title"]) if name.startswith("site") else frame)
    return as_documents(frames[0]), frames[1]


def sentences() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every other sentence of the sample world's posts as a title, the rest as topics; the last week ends on day 150."""
    posts = tk.read_documents(lexicons.sample_folder() / "posts").frame
    day = (posts["published_at"] - posts["published_at"].max()).dt.days + 150
    rows = [
        (source, sentence, when)
        for source, body, when in zip(posts["source"], posts["body"], day, strict=True)
        for sentence in re.split(r"[。！？\n]", body)
        if len(sentence) > 3
    ]
    frame = pd.DataFrame(rows, columns=["source", "title", "day"])
    return as_documents(frame.iloc[::2].drop_duplicates(["source", "title"])), frame.iloc[1::2]


def as_documents(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.reset_index(drop=True)
    return frame.assign(
        doc_id=[f"t{place}" for place in frame.index], body="", published_at=moments(frame["day"])
    )


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    """Measure, print and return the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--tune", action="store_true", help="the half on which the numbers were set")
    options = parser.parse_args(arguments)
    documents, topics = read_titles(options.data) if options.data else sentences()
    seeds = 1 if options.small else options.seeds
    half, last = (0, 126) if options.tune else (1, 150)
    weeks = [last - 14, last - 7, last]
    days = range(51, 101) if options.tune else range(101, 151)
    days = days[-3:] if options.small else days
    shuffled = bursts(documents, last, shuffled=True, half=half, seeds=seeds)
    real = bursts(documents, last, shuffled=False, half=half, seeds=seeds)
    listed = list_words(documents, topics, days)
    sizes = (30,) if options.small else (30, 120, 480)
    small = [small_weeks(documents, weeks, sizes=sizes, half=half, seeds=2 * seeds), sample_weeks((2, 4, 6))]
    by_week = pd.concat(small).groupby("method", sort=False).mean().reset_index()
    precision, recall = summary(listed, "precision"), summary(listed, "recall")
    tables = {
        "bursts, dates shuffled": summary(shuffled, "average precision"),
        "bursts, real order": summary(real, "average precision"),
        "words of a list, precision": precision,
        "words of a list, recall": recall,
        "small weeks": by_week,
    }
    for title, table in tables.items():
        print(f"\n{title}\n{table.to_string(index=False, float_format=lambda value: f'{value:.3f}')}")
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
