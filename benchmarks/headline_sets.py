"""Honest splits of real headlines with an outcome, and the proof that they are honest; used by headlines.py.

A split trains on the past and is tested on what came later, or, where the source has no dates, on other uploaders.
`Pairs` say which two test headlines are compared (the first had more reads), in which block (a month, an author's
year, a week, a test: what is not the headline is about the same there), and what is drawn together for an interval.
`held` are the columns no value of which stands on both sides; `prove` checks that and more, and raises `LeakError`.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.schema import TIME_ZONE
from toolkit.text import fold

# a title whose first four characters begin so many titles of its set belongs to a series (派早报, 一周 App 派评):
# those on both sides are told apart by their series and not by their words, 0.72 against 0.60 on sspai in 2016
SERIES_HEAD, SERIES_TITLES = 4, 10
# pairs of a block are drawn where there are more
MOST_PAIRS = 20_000
SIGNIFICANT = 1.96


class LeakError(AssertionError):
    """A split lets what is tested be known beforehand."""


class Pairs(NamedTuple):
    """Places in the test frame, first the one with more reads; `unit` is what an interval draws together."""

    name: str
    places: np.ndarray
    block: str
    unit: str
    held: tuple[str, ...]


class Split(NamedTuple):
    """`train` and `test` are what HeadlineModel.fit takes, and columns `block`s and `unit`s; `forward` in time."""

    name: str
    train: pd.DataFrame
    test: pd.DataFrame
    pairs: tuple[Pairs, ...]
    forward: bool


def series_of(titles: pd.Series) -> pd.Series:
    """Whether a title begins as many others do."""
    heads = titles.str[:SERIES_HEAD]
    return heads.map(heads.value_counts()) >= SERIES_TITLES


def one_form(titles: pd.Series) -> pd.Series:
    """A title without what does not make it another one: case, width, script, blanks and marks."""
    return pd.Series(fold(titles.tolist()), index=titles.index).str.replace(r"[\W_]+", "", regex=True)


def pairs_in(frame: pd.DataFrame, block: str, *, most: int = MOST_PAIRS, seed: int = 0) -> np.ndarray:
    """All pairs of different reads inside each block as places, the higher first; so many drawn where there are more."""
    reads = frame["rate" if "rate" in frame else "reads"].to_numpy(dtype=float)
    chance = np.random.default_rng(seed)
    out = [np.empty((0, 2), dtype=np.int64)]
    for _, places in sorted(frame.reset_index(drop=True).groupby(block).indices.items()):
        one, other = np.triu_indices(len(places), 1)
        one, other = places[one], places[other]
        apart = reads[one] != reads[other]
        one, other = one[apart], other[apart]
        if len(one) > most:
            kept = np.sort(chance.choice(len(one), most, replace=False))
            one, other = one[kept], other[kept]
        turned = reads[one] < reads[other]
        out.append(np.column_stack([np.where(turned, other, one), np.where(turned, one, other)]))
    return np.vstack(out)


def prove(split: Split) -> None:
    """Raise LeakError where a value of a held column, a title in any form, or a later day stands on both sides.

    Also where a pair crosses blocks or stands the wrong way round, and where a side or all pairs are empty.
    """
    train, test = split.train, split.test
    if train.empty or test.empty or not any(len(pairs.places) for pairs in split.pairs):
        raise LeakError(f"{split.name}: nothing to train or to test on")
    if split.forward and not train["published_at"].max() < test["published_at"].min():
        raise LeakError(f"{split.name}: trained on what came later")
    known = set(one_form(train["title"]))
    reads = test["rate" if "rate" in test else "reads"].to_numpy(dtype=float)
    for pairs in split.pairs:
        places, where = pairs.places, f"{split.name}, {pairs.name}"
        compared = test.iloc[np.unique(places)]
        if set(one_form(compared["title"])) & known:
            raise LeakError(f"{where}: a title stands on both sides")
        for column in pairs.held:
            if set(compared[column]) & set(train[column]):
                raise LeakError(f"{where}: {column} stands on both sides")
        blocks = test[pairs.block].to_numpy()[places]
        if (blocks[:, 0] != blocks[:, 1]).any() or not (reads[places[:, 0]] > reads[places[:, 1]]).all():
            raise LeakError(f"{where}: a pair crosses blocks or stands the wrong way round")


def unseen(train: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """The test rows whose title is not in train in any form, numbered anew."""
    return test[~one_form(test["title"]).isin(set(one_form(train["title"])))].reset_index(drop=True)


def among(places: np.ndarray, allowed: pd.Series) -> np.ndarray:
    """The pairs both of whose headlines are allowed."""
    kept: np.ndarray = places[allowed.to_numpy()[places].all(axis=1)]
    return kept


# --- the sets


def read(data: Path, file: str, names: dict[str, str]) -> pd.DataFrame:
    """A file of the measuring data, columns renamed; published_at in Asia/Shanghai, reads as numbers, in time order."""
    frame = pd.read_csv(data / file, keep_default_na=False).rename(columns=names)
    frame["title"] = frame["title"].astype(str)
    if "published_at" in frame:
        frame["published_at"] = pd.to_datetime(frame["published_at"]).dt.tz_localize(TIME_ZONE)
        frame = frame.sort_values("published_at", kind="stable")
    else:
        frame["published_at"] = pd.Series(pd.NaT, index=frame.index, dtype=f"datetime64[us, {TIME_ZONE}]")
    return frame.reset_index(drop=True)


def sspai(data: Path) -> pd.DataFrame:
    """title, published_at, reads, author, month, author_year, series; without advertisements and fresh posts."""
    frame = read(data, "sspai_articles/articles.csv.gz", {"released_at": "published_at", "views": "reads"})
    frame = frame[(frame["mature"] == 1) & (frame["ad"] == 0)].reset_index(drop=True)
    frame["author_year"] = frame["author"] + " " + frame["month"].str[:4]
    frame["series"] = series_of(frame["title"])
    return frame[["title", "published_at", "reads", "author", "month", "author_year", "series"]]


def guichu(data: Path) -> pd.DataFrame:
    """title, published_at (missing), reads, author, and `all`, the one block."""
    names = {"plays": "reads", "uploader": "author"}
    frame = read(data, "bilibili_guichu_2020/videos.csv.gz", names).assign(all="all")
    return frame[["title", "published_at", "reads", "author", "all"]]


def weekly(data: Path) -> pd.DataFrame:
    """title, published_at, reads, author, week."""
    names = {"views": "reads", "uploader": "author"}
    frame = read(data, "bilibili_weekly_picks/videos.csv.gz", names)
    return frame[["title", "published_at", "reads", "author", "week"]]


def upworthy(data: Path) -> pd.DataFrame:
    """A row for each headline of a test: title, published_at, reads (clicks), exposures, test, cluster, rate.

    Images are added up. Tests that share a headline or an image are one cluster. `published_at` is the test's week.
    """
    frame = read(data, "upworthy_ab/packages.csv.gz", {"headline": "title", "test_id": "test"})
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    forms = one_form(frame["title"])
    for test, form, image in zip(frame["test"], forms, frame["eyecatcher_id"].astype(str), strict=True):
        for other in ("title " + form, "image " + image):
            parent[root("test " + test)] = root(other)
    frame["cluster"] = [root("test " + test) for test in frame["test"]]
    keys = ["test", "title", "cluster", "test_week"]
    frame = frame.groupby(keys, as_index=False)[["impressions", "clicks"]].sum()
    frame = frame.rename(columns={"clicks": "reads", "impressions": "exposures"})
    year, week = frame["test_week"] // 100, frame["test_week"] % 100
    start = pd.to_datetime(year.astype(str) + "-01-01") + pd.to_timedelta(7 * week, unit="D")
    frame["published_at"] = start.dt.tz_localize(TIME_ZONE)
    frame["rate"] = frame["reads"] / frame["exposures"]
    frame = frame.sort_values(["published_at", "cluster", "test", "title"], kind="stable")
    return frame.drop(columns="test_week").reset_index(drop=True)


def clickbait(data: Path) -> pd.DataFrame:
    """title and label (1 = clickbait)."""
    return pd.read_csv(data / "clickbait_hancd" / "headlines.csv.gz", keep_default_na=False)[
        ["title", "label"]
    ]


# --- their splits


def forward(
    frame: pd.DataFrame, marks: Sequence[pd.Timestamp]
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Train before each mark and test to the next; the last mark only ends."""
    for start, end in itertools.pairwise(marks):
        train = frame[frame["published_at"] < start].reset_index(drop=True)
        test = frame[(frame["published_at"] >= start) & (frame["published_at"] < end)]
        yield train, unseen(train, test)


def quantiles(frame: pd.DataFrame, shares: Sequence[float]) -> list[pd.Timestamp]:
    """The times before which so large shares of the rows lie, and the end."""
    times = frame["published_at"]
    return [
        *(times.iloc[int(share * len(times))] for share in shares),
        times.iloc[-1] + pd.Timedelta(1, unit="s"),
    ]


def sspai_splits(data: Path) -> list[Split]:
    """Years 2016 to 2018, each after training on all before: same month, same author and year, unknown authors."""
    splits = []
    marks = [pd.Timestamp(f"{year}-01-01", tz=TIME_ZONE) for year in (2016, 2017, 2018, 2019)]
    for mark, (train, test) in zip(marks, forward(sspai(data), marks), strict=False):
        by_month, by_author = pairs_in(test, "month"), pairs_in(test, "author_year")
        single, new = ~test["series"], ~test["author"].isin(train["author"])
        views = (
            Pairs("sspai month", among(by_month, single), "month", "month", ("month",)),
            Pairs("sspai author", among(by_author, single), "author_year", "author", ("author_year",)),
            Pairs(
                "sspai month, new authors",
                among(by_month, single & new),
                "month",
                "month",
                ("month", "author"),
            ),
        )
        splits.append(Split(f"sspai {mark.year}", train, test, views, True))
    return splits


def guichu_splits(data: Path, folds: int = 5) -> list[Split]:
    """Uploaders in five parts by the CRC-32 of their code."""
    frame = guichu(data)
    part = frame["author"].map(lambda one: zlib.crc32(one.encode()) % folds)
    splits = []
    for fold_ in range(folds):
        train = frame[part != fold_].reset_index(drop=True)
        test = unseen(train, frame[part == fold_])
        views = (Pairs("guichu", pairs_in(test, "all"), "all", "author", ("author",)),)
        splits.append(Split(f"guichu {fold_}", train, test, views, False))
    return splits


def weekly_splits(data: Path) -> list[Split]:
    """Four stretches of a tenth each, each after training on all before: same week, and unknown uploaders."""
    frame, splits = weekly(data), []
    for train, test in forward(frame, quantiles(frame, (0.6, 0.7, 0.8, 0.9))):
        kept = test[~test["week"].isin(train["week"])].reset_index(drop=True)
        places, new = pairs_in(kept, "week"), ~kept["author"].isin(train["author"])
        views = (
            Pairs("weekly", places, "week", "week", ("week",)),
            Pairs("weekly, new uploaders", among(places, new), "week", "week", ("week", "author")),
        )
        splits.append(Split(f"weekly {kept['published_at'].min():%Y-%m}", train, kept, views, True))
    return splits


def upworthy_splits(data: Path) -> list[Split]:
    """The last two fifths of the tests, each after training on all before: all pairs, and those hardly by luck.

    A cluster with tests on both sides is on neither.
    """
    frame, splits = upworthy(data), []
    for past, later in forward(frame, quantiles(frame, (0.6, 0.8))):
        both = set(past["cluster"]) & set(later["cluster"])
        train, test = (side[~side["cluster"].isin(both)].reset_index(drop=True) for side in (past, later))
        places, held = pairs_in(test, "test"), ("test", "cluster")
        views = (
            Pairs("upworthy", places, "test", "cluster", held),
            Pairs("upworthy, significant", places[z_of(test, places) > SIGNIFICANT], "test", "cluster", held),
        )
        splits.append(Split(f"upworthy {test['published_at'].min():%Y-%m}", train, test, views, True))
    return splits


def z_of(frame: pd.DataFrame, places: np.ndarray) -> np.ndarray:
    """How many standard errors the click rates of each pair lie apart (two proportions, pooled)."""
    hits, shown = frame["reads"].to_numpy(dtype=float), frame["exposures"].to_numpy(dtype=float)
    one, other = places.T
    pooled = (hits[one] + hits[other]) / (shown[one] + shown[other])
    error = np.sqrt(pooled * (1 - pooled) * (1 / shown[one] + 1 / shown[other]))
    found: np.ndarray = (hits[one] / shown[one] - hits[other] / shown[other]) / np.maximum(error, 1e-12)
    return found


SPLITS = {
    "sspai": sspai_splits,
    "guichu": guichu_splits,
    "weekly": weekly_splits,
    "upworthy": upworthy_splits,
}


def leaky_pairs(frame: pd.DataFrame, block: str, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """What not to do: all pairs of all blocks, drawn into train (four fifths) and test without regard to the block.

    The same headlines then stand in pairs on both sides, and a model of pairs knows how they did.
    """
    places = pairs_in(frame, block)
    order = np.random.default_rng(seed).permutation(len(places))
    cut = len(places) * 4 // 5
    return places[np.sort(order[:cut])], places[np.sort(order[cut:])]
