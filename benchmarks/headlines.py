"""How well headlines' scores foretell what is read, against simple scorers, on honest splits of real posts.

    python benchmarks/headlines.py --data FOLDER        on measuring data (FOLDER/sspai_articles, …)
    python benchmarks/headlines.py --data FOLDER --sets sspai,weekly    only these sets or parts, see below
    python benchmarks/headlines.py --small              on invented accounts: what the tests do

Sets: sspai, guichu, weekly, upworthy. Parts: craft, clickbait, accounts, weeks, speed, leak. What a split is, and the
proof that no author, week, test or title stands on both sides, is in headline_sets.py; `prove` runs on each before use.
Intervals are 95%, of 1 000 bootstrap draws of whole groups (months, authors, uploaders, weeks, tests), never of pairs.

1. `evidence`: share of pairs of headlines whose order is foretold (pairwise accuracy). `gain` is over the character
   ridge on the same pairs and draws. "all four" is the mean of sspai month, sspai author, guichu and weekly; the two of
   sspai share posts, so their draws are taken as if they erred together. Rows "new authors" and "new uploaders" are the
   pairs of names that training never saw. Titles of recurring series are not compared on sspai. The bars of the issue
   were set on other rows of the same sources, so the gain is what compares. One model, no switch for any set.
2. `craft`: rank correlation of each part of the craft score with reads inside a month, author's year, week or all;
   `verdicts`: 实测 where the interval is above 0 on two sets of different sites and below it on none, else 经验.
3. `clickbait`: area under the curve, five folds five times, against TF-IDF logistic regression in the same folds.
4. `accounts`: accounts of 100, 300 and 1 000 posts: single authors of sspai, stretches of sspai and of the weekly picks
   in time, and uploaders of guichu drawn together; tested on the next 100 to 300 posts. `calibration gap` is of the
   chance to beat the median of the posts tested on (series and all), over five bins; `by luck` is what a perfect chance
   stays under in 95 of 100 cases.
5. `weeks`: the same kind of accounts as they grow from 100 to 300 posts, asked every fourth week what it had not yet seen:
   share of weeks with a number (`skill_.shown`), and how often a chance over or under one half was right about beating
   the median of the account's posts around that week, where it was shown and where not. The rows "reads shuffled"
   are of the same accounts where the headline cannot matter: there `shown` is a false alarm.
6. `speed`: milliseconds from a headline to gate, craft score and chance, warm, one by one; by the clock and of CPU, for a
   busy machine. `fit seconds` are of CPU.
7. `leak`: pairs of Upworthy drawn into train and test without regard to the test, against tests kept whole: the same
   scorer of pairs. The first figure is what a leak looks like.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import headline_baselines as base
import headline_sets as sets
import numpy as np
import pandas as pd
from headline_baselines import CHAR, METHODS, MODEL
from headline_invented import invented, invented_split

import toolkit as tk

PARTS = ("craft", "clickbait", "accounts", "weeks", "speed", "leak")
FOUR = ("sspai month", "sspai author", "guichu", "weekly")
SITES = {"sspai month": "sspai", "sspai author": "sspai"}
# pairwise accuracy asked for by the issue
BARS = {"sspai month": 0.600, "sspai author": 0.602, "guichu": 0.622, "weekly": 0.603}
SIZES = (100, 300, 1_000)
LOGISTIC = "TF-IDF logistic"
MISSING = float("nan")
Tables = dict[str, pd.DataFrame]


# --- evidence


def evidence(splits: Mapping[str, Sequence[sets.Split]], methods: Mapping[str, base.Scorer]) -> pd.DataFrame:
    """The table `evidence` of some sets of splits."""
    names = list(methods)
    rows: list[tuple[Any, ...]] = []
    drawn: dict[str, base.Shares] = {}
    for some in splits.values():
        for split in some:
            sets.prove(split)
        for view, (values, units) in base.views_of(some, base.scores_of(some, methods)).items():
            drawn[view] = base.shares_of(values, units)
            groups = len(np.unique(units))
            rows += told(view, names, drawn[view], len(values), groups)
    if set(FOUR) <= set(drawn):
        rows += told("all four", names, together([drawn[name] for name in FOUR], names), 0, 0)
    columns = [
        "set",
        "method",
        "accuracy",
        "low",
        "high",
        "gain",
        "gain low",
        "gain high",
        "bar",
        "pairs",
        "groups",
    ]
    return pd.DataFrame(rows, columns=columns)


def told(
    view: str, names: Sequence[str], shares: base.Shares, pairs: int, groups: int
) -> list[tuple[Any, ...]]:
    """A row for each method."""
    peer = names.index(CHAR)
    rows = []
    for place, name in enumerate(names):
        gain = (MISSING, MISSING, MISSING)
        if name != CHAR:
            difference = shares.drawn[:, place] - shares.drawn[:, peer]
            gain = (shares.share[place] - shares.share[peer], *base.interval(difference))
        bar = BARS.get(view, MISSING) if name == MODEL else MISSING
        ends = base.interval(shares.drawn[:, place])
        rows.append((view, name, shares.share[place], *ends, *gain, bar, pairs, groups))
    return rows


def together(shares: Sequence[base.Shares], names: Sequence[str]) -> base.Shares:
    """The mean of the sets; the first two share posts, so their gains are put in the same order before they are added."""
    peer = names.index(CHAR)
    drawn = []
    for place, one in enumerate(shares):
        gains = one.drawn - one.drawn[:, [peer]]
        level = one.drawn[:, [peer]]
        if place < 2:
            gains, level = np.sort(gains, axis=0), np.sort(level, axis=0)
        drawn.append(np.where(np.arange(len(names)) == peer, level, level + gains))
    return base.Shares(np.mean([one.share for one in shares], axis=0), np.mean(drawn, axis=0))


# --- craft parts


def craft(frames: Mapping[str, tuple[pd.DataFrame, str, str]]) -> Tables:
    """The tables `craft` and `verdicts` of set → posts, block, unit."""
    rows = []
    for name, (frame, block, unit) in frames.items():
        scored = tk.score_headlines(frame["title"].tolist(), purpose="editorial")
        columns = [column for column in scored if column.startswith("part_")] + ["craft", "clickbait"]
        for column in columns:
            found = correlation(scored[column].to_numpy(dtype=float), frame, block, unit)
            rows.append((name, column, *found, len(frame)))
    table = pd.DataFrame(rows, columns=["set", "part", "correlation", "low", "high", "posts"])
    return {"craft": table, "verdicts": verdicts(table)}


def correlation(values: np.ndarray, frame: pd.DataFrame, block: str, unit: str) -> tuple[float, float, float]:
    """Rank correlation with reads inside blocks, pooled, with its interval over units; missing where all is one."""
    blocks = frame[block].to_numpy()
    sides = []
    for one in (pd.Series(values), pd.Series(frame["reads"].to_numpy(dtype=float))):
        ranks = one.groupby(blocks).rank(pct=True)
        sides.append((ranks - ranks.groupby(blocks).transform("mean")).to_numpy())
    x, y = sides
    codes, names = pd.factorize(frame[unit])
    sums = np.zeros((len(names), 3))
    np.add.at(sums, codes, np.column_stack([x * y, x * x, y * y]))
    whole = sums.sum(axis=0)
    if whole[1] < 1e-9 or whole[2] < 1e-9:
        return MISSING, MISSING, MISSING
    times = np.random.default_rng(0).multinomial(len(names), np.full(len(names), 1 / len(names)), base.DRAWS)
    drawn = times @ sums
    values = drawn[:, 0] / np.sqrt(np.maximum(drawn[:, 1] * drawn[:, 2], 1e-12))
    return (float(whole[0] / np.sqrt(whole[1] * whole[2])), *base.interval(values))


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """part, above and below (on how many sets its interval is), sites (of those above), evidence."""
    rows = []
    for part, some in table.groupby("part", sort=False):
        above = some.loc[some["low"] > 0, "set"].tolist()
        below = int((some["high"] < 0).sum())
        sites = len({SITES.get(name, name) for name in above})
        rows.append((part, len(above), below, sites, "实测" if sites > 1 and not below else "经验"))
    return pd.DataFrame(rows, columns=["part", "above", "below", "sites", "evidence"])


# --- clickbait


def clickbait(frame: pd.DataFrame, *, times: int = 5, folds: int = 5) -> pd.DataFrame:
    """The table `clickbait`: area under the curve of each method, and its gain over the logistic regression."""
    from sklearn.model_selection import StratifiedKFold

    titles, labels = frame["title"], frame["label"].to_numpy(dtype=int)
    names = [LOGISTIC, MODEL, "clickbait column"]
    scores = np.zeros((times, len(names), len(frame)))
    column = tk.score_headlines(titles.tolist(), purpose="editorial")["clickbait"].to_numpy()
    for seed in range(times):
        scores[seed, 2] = column
        for known, asked in StratifiedKFold(folds, shuffle=True, random_state=seed).split(titles, labels):
            train, test = titles.iloc[known], titles.iloc[asked]
            scores[seed, 0, asked] = logistic(train, labels[known], test)
            model = tk.HeadlineModel().fit(train.to_frame(), y=labels[known])
            scores[seed, 1, asked] = model.decision_function(test.tolist())
    areas = areas_of(scores, labels, np.arange(len(labels)))
    chance = np.random.default_rng(0)
    drawn = np.array(
        [
            areas_of(scores, labels, chance.integers(0, len(labels), len(labels)))
            for _ in range(base.DRAWS // 2)
        ]
    )
    rows = []
    for place, name in enumerate(names):
        gain = (MISSING, MISSING, MISSING)
        if place:
            gain = (areas[place] - areas[0], *base.interval(drawn[:, place] - drawn[:, 0]))
        bar = 0.87 if name == MODEL else MISSING
        rows.append((name, areas[place], *base.interval(drawn[:, place]), *gain, bar, len(frame)))
    return pd.DataFrame(
        rows, columns=["method", "AUC", "low", "high", "gain", "gain low", "gain high", "bar", "titles"]
    )


def logistic(train: pd.Series, labels: np.ndarray, test: pd.Series) -> np.ndarray:
    """Logistic regression on TF-IDF of characters and of words, the best of those tried here (0.80 to 0.84)."""
    from sklearn.linear_model import LogisticRegression

    left, asked = base.vectors(("char", "word"), train, test, least=1)
    found: np.ndarray = LogisticRegression(max_iter=2_000).fit(left, labels).decision_function(asked)
    return found


def areas_of(scores: np.ndarray, labels: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Mean area under the curve over the first axis, of the drawn titles."""
    from scipy.stats import rankdata

    taken, truth = scores[..., drawn], labels[drawn] == 1
    ranks = rankdata(taken, axis=-1)
    ones, zeros = truth.sum(), (~truth).sum()
    areas: np.ndarray = (ranks[..., truth].sum(axis=-1) - ones * (ones + 1) / 2) / (ones * zeros)
    return areas.mean(axis=0)


# --- accounts of some size


def single(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose title is of no series, numbered anew."""
    return frame[~frame["series"]].reset_index(drop=True) if "series" in frame else frame


class Account(NamedTuple):
    """Posts in time order (or drawn), block of comparable posts, where training ends and testing does."""

    name: str
    kind: str
    posts: pd.DataFrame
    block: str
    size: int
    end: int

    def sides(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        train, test = (
            self.posts.iloc[: self.size].reset_index(drop=True),
            self.posts.iloc[self.size : self.end],
        )
        if self.forward():
            test = test[test["published_at"] > train["published_at"].max()]
        return train, sets.unseen(train, test)

    def forward(self) -> bool:
        return bool(self.posts["published_at"].notna().all())


def accounts_of(data: Path, size: int, *, stretches: int = 8) -> Iterator[Account]:
    """Accounts with so many posts to learn from and some more to be tested on."""
    site, picks, clips = sets.sspai(data), sets.weekly(data), sets.guichu(data)
    for author, posts in site.groupby("author"):
        if len(posts) >= size + 40:
            yield Account(str(author), "sspai authors", posts, "author_year", size, size + 100)
    for kind, frame, block in (("sspai stretches", site, "month"), ("weekly stretches", picks, "week")):
        for start in np.linspace(0, len(frame) - size - 200, stretches).astype(int):
            posts = frame.iloc[start : start + size + 200]
            yield Account(f"{kind} {start}", kind, posts, block, size, size + 200)
    for seed in range(stretches):
        order = np.random.default_rng(seed).permutation(clips["author"].unique())
        place = clips["author"].map({name: place for place, name in enumerate(order)})
        posts = clips.iloc[np.argsort(place.to_numpy(), kind="stable")].iloc[: size + 300]
        edge = posts["author"].iloc[size - 1]
        rest = posts.iloc[size:]
        posts = pd.concat([posts.iloc[:size], rest[rest["author"] != edge]])
        yield Account(f"guichu {seed}", "guichu uploaders", posts, "all", size, size + 300)


def accounts(some: Iterable[Account]) -> pd.DataFrame:
    """The table `accounts`: both scorers and the calibration gap, by kind and size, and of all kinds of a size."""
    found: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for account in some:
        train, test = account.sides()
        places = sets.pairs_in(test, account.block, most=2_000)
        if "series" in test:
            places = sets.among(places, ~test["series"])
        if not len(places):
            continue
        held = () if account.forward() else ("author",)
        pairs = sets.Pairs(account.name, places, account.block, account.block, held)
        sets.prove(sets.Split(account.name, train, test, (pairs,), account.forward()))
        model = tk.HeadlineModel().fit(base.posts_of(train))
        titles = test["title"].tolist()
        scores = np.asarray(model.decision_function(titles), dtype=float)
        peer = METHODS[CHAR](train, test, account.block)
        values = np.column_stack([base.right(scores, places), base.right(peer, places)])
        reads = test["reads"].to_numpy(dtype=float)
        chances = np.asarray(model.predict_proba(titles), dtype=float)[:, -1]
        beats = reads > np.median(reads)
        one = (values, np.full((len(values), 2), account.name), chances, beats, model.skill_.shown)
        for kind in (account.kind, "all"):
            found.setdefault((kind, account.size), []).append(one)
    rows = [(kind, size, len(many), *curve(many)) for (kind, size), many in found.items()]
    columns = ["account", "posts", "accounts", "model", CHAR, "gain", "gain low", "gain high"]
    columns += ["calibration gap", "by luck", "shown"]
    return pd.DataFrame(rows, columns=columns).sort_values(["posts", "account"], ignore_index=True)


def curve(many: Sequence[tuple[Any, ...]]) -> tuple[float, ...]:
    """model, ridge, gain with its interval over accounts, calibration gap, the gap by luck, share shown."""
    values, units, chances, beats, shown = (list(column) for column in zip(*many, strict=True))
    shares = base.shares_of(np.vstack(values), np.vstack(units))
    gain = base.interval(shares.drawn[:, 0] - shares.drawn[:, 1])
    told_, true = np.concatenate(chances), np.concatenate(beats).astype(float)
    one, other = shares.share
    return (one, other, one - other, *gain, base.gap_of(told_, true), base.gap_by_luck(told_), np.mean(shown))


# --- week after week


class Week(NamedTuple):
    """Whether a number was shown, and for each post whether the chance was on the right side of one half."""

    account: str
    shown: bool
    hits: np.ndarray


def weeks_of(account: Account, *, first: int = 100, last: int = 300, step: int = 1) -> Iterator[Week]:
    """Each `step`-th week of an account between its first and last so many posts, learned from all before the week."""
    posts = account.posts.sort_values("published_at", kind="stable").reset_index(drop=True)
    times = posts["published_at"]
    monday = times.dt.normalize() - pd.to_timedelta(times.dt.day_of_week, unit="D")
    for place, start in enumerate(pd.unique(monday)):
        known = posts[times < start]
        if place % step or not first <= len(known) <= last:
            continue
        asked = single(sets.unseen(known, posts[monday == start]))
        around = single(
            posts[(times >= start - pd.Timedelta(weeks=8)) & (times < start + pd.Timedelta(weeks=9))]
        )
        asked = asked[asked["reads"] != around["reads"].median()]
        if asked.empty:
            continue
        model = tk.HeadlineModel().fit(base.posts_of(known))
        chances = np.asarray(model.predict_proba(asked["title"].tolist()), dtype=float)[:, -1]
        beats = (asked["reads"] > around["reads"].median()).to_numpy()
        hits = np.where(chances == 0.5, 0.5, (chances > 0.5) == beats)
        yield Week(account.name, model.skill_.shown, hits)


def shuffled(account: Account, seed: int) -> Account:
    """The account with its reads dealt out anew."""
    reads = np.random.default_rng(seed).permutation(account.posts["reads"].to_numpy())
    return account._replace(posts=account.posts.assign(reads=reads))


def weeks(kinds: Mapping[str, Sequence[Account]], *, step: int) -> pd.DataFrame:
    """The table `weeks`."""
    rows = []
    for kind, some in kinds.items():
        found = [week for account in some for week in weeks_of(account, step=step)]
        if not found:
            continue
        units = np.array([[week.account] * 2 for week in found])
        shown = base.shares_of(np.array([[float(week.shown)] for week in found]), units)
        shares = [hit_rate([week for week in found if week.shown == flag]) for flag in (True, False)]
        told_ = (float(shown.share[0]), *base.interval(shown.drawn[:, 0]))
        rows.append((kind, len(some), len(found), *told_, *shares[0], *shares[1]))
    columns = ["account", "accounts", "weeks", "shown", "low", "high"]
    for when in ("hits", "silent hits"):
        columns += [when, f"{when} low", f"{when} high", f"{when} of"]
    return pd.DataFrame(rows, columns=columns)


def hit_rate(some: Sequence[Week]) -> tuple[float, float, float, int]:
    """The share of posts foretold right with its interval over accounts, and of how many."""
    if not some:
        return MISSING, MISSING, MISSING, 0
    values = np.concatenate([week.hits for week in some])[:, np.newaxis]
    units = np.repeat([week.account for week in some], [len(week.hits) for week in some])
    shares = base.shares_of(values, np.column_stack([units, units]))
    return (float(shares.share[0]), *base.interval(shares.drawn[:, 0]), len(values))


# --- speed and the leak


def speed(posts: pd.DataFrame, titles: Sequence[str]) -> pd.DataFrame:
    """The table `speed`: one headline after another, after the first twenty."""
    begin = time.process_time()
    model = tk.HeadlineModel().fit(base.posts_of(posts))
    fitted = time.process_time() - begin
    taken = []
    for title in [*titles[:20], *titles]:
        start = np.array([time.perf_counter(), time.process_time()])
        tk.score_headlines([title], model=model)
        taken.append(1000 * (np.array([time.perf_counter(), time.process_time()]) - start))
    (p50, cpu50), (p95, cpu95) = np.quantile(taken[20:], [0.5, 0.95], axis=0)
    row = (len(posts), fitted, len(titles), p50, p95, cpu50, cpu95, 10.0)
    columns = ["posts", "fit seconds", "headlines", "p50 ms", "p95 ms", "CPU p50", "CPU p95", "bar"]
    return pd.DataFrame([row], columns=columns)


def leak(frame: pd.DataFrame, block: str, *, seeds: int = 3) -> pd.DataFrame:
    """The table `leak`: pairs drawn at random, against whole clusters; a logistic regression of differences."""
    shares: dict[str, list[float]] = {"random pairs": [], "whole groups": []}
    for seed in range(seeds):
        shares["random pairs"].append(of_pairs(frame, *sets.leaky_pairs(frame, block, seed=seed)))
        part = np.random.default_rng(seed).permutation(frame["cluster"].nunique())
        apart = pd.Series(part[pd.factorize(frame["cluster"])[0]] % 5 == 0, index=frame.index)
        places = sets.pairs_in(frame, block)
        shares["whole groups"].append(of_pairs(frame, sets.among(places, ~apart), sets.among(places, apart)))
    rows = [(name, np.mean(some), min(some), max(some)) for name, some in shares.items()]
    return pd.DataFrame(rows, columns=["split", "accuracy", "least", "most"])


def of_pairs(frame: pd.DataFrame, known: np.ndarray, asked: np.ndarray) -> float:
    """Share of the pairs asked that a logistic regression of the differences of the pairs known gets right."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    vectors = base.vectorizer("phrase", least=1).fit_transform(base.texts_for("phrase", frame["title"]))
    apart = vectors[known[:, 0]] - vectors[known[:, 1]]
    both = sparse.vstack([apart, -apart], format="csr")
    labels = np.repeat([1, 0], len(known))
    model = LogisticRegression(C=100, fit_intercept=False, max_iter=500).fit(both, labels)
    return float(base.right(vectors @ model.coef_.ravel(), asked).mean())


# --- all of it


def small() -> Tables:
    """All tables on invented accounts: one where the headline matters, one where it does not."""
    planted, null = invented(360, effect=1.0), invented(360, effect=0.0, seed=1)
    both = {"planted": planted, "null": null}
    tables = {"evidence": evidence({name: invented_split(name, one) for name, one in both.items()}, METHODS)}
    tables |= craft({name: (one, "month", "month") for name, one in both.items()})
    tables["clickbait"] = clickbait(planted.iloc[:200], times=1, folds=2)
    tables["accounts"] = accounts(
        Account(name, name, one, "month", size, size + 100)
        for name, one in both.items()
        for size in (100, 200)
    )
    kinds = {name: [Account(name, name, one, "month", 100, 200)] for name, one in both.items()}
    tables["weeks"] = weeks(kinds, step=12)
    tables["speed"] = speed(planted, planted["title"].tolist()[:30])
    tables["leak"] = leak(null.iloc[:240], "cluster", seeds=1)
    return tables


def measured(data: Path, wanted: Sequence[str]) -> Tables:
    """The wanted tables on measuring data."""
    tables: Tables = {}
    some = {name: sets.SPLITS[name](data) for name in sets.SPLITS if name in wanted}
    if some:
        tables["evidence"] = evidence(some, METHODS)
    if "craft" in wanted:
        site, picks, clips = sets.sspai(data), sets.weekly(data), sets.guichu(data)
        site = single(site)
        tables |= craft(
            {
                "sspai month": (site, "month", "month"),
                "sspai author": (site, "author_year", "author"),
                "guichu": (clips, "all", "author"),
                "weekly": (picks, "week", "week"),
            }
        )
    if "clickbait" in wanted:
        tables["clickbait"] = clickbait(sets.clickbait(data))
    if "accounts" in wanted:
        tables["accounts"] = accounts(one for size in SIZES for one in accounts_of(data, size))
    if "weeks" in wanted:
        kinds: dict[str, list[Account]] = {}
        for one in accounts_of(data, 100):
            if one.forward():
                kinds.setdefault(one.kind, []).append(one)
        # stretches of two or three weeks are where an interval drawn from weeks would be too narrow: dealt out anew often
        dealt = {
            f"{kind}, reads shuffled": [shuffled(one, seed) for one in some for seed in range(3)]
            for kind, some in kinds.items()
        }
        tables["weeks"] = weeks({**kinds, **dealt}, step=4)
    if "speed" in wanted:
        site = sets.sspai(data)
        tables["speed"] = speed(site.iloc[-1_200:-200], site["title"].tolist()[-200:])
    if "leak" in wanted:
        tables["leak"] = leak(sets.upworthy(data), "test")
    return tables


def main(arguments: list[str] | None = None) -> Tables:
    """Measure, print and return the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = (*sets.SPLITS, *PARTS)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sets", default=",".join(names), help="some of " + ", ".join(names))
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    wanted = options.sets.split(",")
    if set(wanted) - set(names):
        parser.error("--sets takes some of " + ", ".join(names))
    if not options.small and options.data is None:
        parser.error("--data FOLDER or --small")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        tables = small() if options.small else measured(options.data, wanted)
    for name, table in tables.items():
        print(f"\n{name}")
        print(table.to_string(index=False, na_rep="", float_format="{:.3f}".format))
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
