"""An account's posts as a learner needs them: the outcome after what is not the headline, and what must stay together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, tables
from toolkit.schema import (
    POSTS,
    TIME_DTYPE,
    ChoiceError,
    ColumnError,
    as_frame,
    is_missing,
    to_shanghai,
)
from toolkit.text import fold

# what else may explain an outcome; of further columns only those that the caller names, for likes and shares are outcomes
CONTEXT = ("author", "topic", "channel", "position")
# the outcome of a post is held against the middle of this many posts around it
TREND_POSTS = 61
# residuals past this many standard deviations say "very many", not how many
FURTHEST = 2.5
# with fewer rows than this naming a test, a table is an account's posts and not one of tests
LEAST_TESTED = 0.5
# an interval from fewer weeks than this says nothing of its own width: then days are drawn, or hours
FEWEST_BLOCKS = 12
# a post of a year ago weighs half as much as one of today, an ancient one still a seventh: measured on 10 000 posts of
# one site, pairwise accuracy .638 against .631 without; on 8 000 of another .606 against .602
HALF_LIFE_DAYS = 365.0
LEAST_WEIGHT = 0.15


@dataclass(frozen=True)
class Posts:
    """Posts that can be learned from, in time order where they are dated."""

    titles: list[str]
    outcome: np.ndarray  # log of reads, log odds of clicks, or what the caller gave
    noise: np.ndarray  # its sampling variance: what counts as few as these would wobble by
    days: np.ndarray | None  # days since the first post
    tests: np.ndarray | None  # number of the A/B test that each belongs to
    units: np.ndarray  # posts of one number must stand on one side of a split
    blocks: np.ndarray  # posts of one number are drawn together when an interval is made
    context: pd.DataFrame

    def __len__(self) -> int:
        return len(self.titles)

    def take(self, rows: np.ndarray) -> Posts:
        """The posts of these places."""
        return Posts(
            [self.titles[row] for row in rows],
            self.outcome[rows],
            self.noise[rows],
            None if self.days is None else self.days[rows],
            None if self.tests is None else self.tests[rows],
            self.units[rows],
            self.blocks[rows],
            self.context.iloc[rows],
        )

    def residual(self) -> np.ndarray:
        """The outcome less the middle of the posts around it (of its test, where there are tests).

        Only these posts are looked at, so that the part kept for testing tells the other nothing.
        """
        if self.tests is not None:
            return self.outcome - _weighted_means(self.outcome, 1 / (self.noise + 0.01), self.tests)
        if self.days is None:
            return self.outcome - np.median(self.outcome)
        middle = (
            pd.Series(self.outcome).rolling(TREND_POSTS, center=True, min_periods=TREND_POSTS // 2).median()
        )
        # at the ends half a window is left; what has fewer around it is held against the middle of all
        return self.outcome - middle.fillna(float(np.median(self.outcome))).to_numpy()

    def weights(self) -> np.ndarray:
        """How much each counts: recent ones more, those whose counts are small less. A post of today weighs 1."""
        recent = np.ones(len(self))
        if self.days is not None:
            age = self.days[-1] - self.days
            recent = LEAST_WEIGHT + (1 - LEAST_WEIGHT) * 0.5 ** (age / HALF_LIFE_DAYS)
        residual = self.residual()
        signal = max(float(np.var(residual) - self.noise.mean()), 0.1 * float(np.var(residual)), 1e-9)
        return recent * signal / (signal + self.noise)


def read_posts(posts: Any, y: Any = None, *, context: Sequence[str] = ()) -> tuple[Posts, pd.DataFrame]:
    """The posts that can be used, and the others with place (row number from 0), title and reason.

    Headers and counts are read as people write them (阅读量, 1.2万). Raises ColumnError where there is no title or no
    outcome, or a named context column is absent.
    """
    frame = _named(posts, context)
    given = None if y is None else _given(y, len(frame))
    if given is None and "reads" not in frame:
        raise _missing("reads", frame)
    reasons = [""] * len(frame)
    titles = ["" if is_missing(title) else str(title) for title in frame["title"]]
    _mark(reasons, [not any(map(str.isalnum, title)) for title in titles], "标题是空的")
    reads = None if given is not None else _counts(frame, "reads", reasons)
    exposures = _counts(frame, "exposures", reasons) if given is None and "exposures" in frame else None
    if given is not None:
        _mark(reasons, ~np.isfinite(given), "结果（y）缺失，或不是数")
    elif reads is not None and exposures is not None:
        _mark(reasons, exposures < reads, "阅读数比曝光数还多")
        _mark(reasons, exposures <= 0, "曝光数要大于 0")
    times = _times(frame, reasons)
    tests = _tests(frame)
    if tests is not None:
        _refuse_lone(tests, reasons)
    usable = np.array([place for place, reason in enumerate(reasons) if not reason], dtype=np.int64)
    days = None
    if times is not None and len(usable):
        usable = usable[np.argsort(times.iloc[usable], kind="stable")]
        days = (times.iloc[usable] - times.iloc[usable[0]]).dt.total_seconds().to_numpy() / 86400
    outcome, noise = _outcome(reads, exposures, given)
    if days is None:
        # an order of our own, so that the rows' order in the table says nothing
        usable = np.array(sorted(usable, key=lambda place: (titles[place], outcome[place])), dtype=np.int64)
    names = [name for name in (*CONTEXT, *context) if name in frame]
    kept = frame[list(dict.fromkeys(names))].iloc[usable].reset_index(drop=True)
    whole = Posts(
        [titles[place] for place in usable],
        outcome[usable],
        noise[usable],
        days,
        None if tests is None else tests[usable],
        np.zeros(len(usable), dtype=np.int64),
        np.zeros(len(usable), dtype=np.int64),
        kept.assign(**_clock(times, usable)),
    )
    return _with_units(whole), _rejected(titles, reasons)


def _rejected(titles: Sequence[str], reasons: Sequence[str]) -> pd.DataFrame:
    rows = [(place, titles[place], reason) for place, reason in enumerate(reasons) if reason]
    frame = pd.DataFrame(rows, columns=["place", "title", "reason"])
    return frame.astype({"place": "Int64", "title": "str", "reason": "str"})


def _named(posts: Any, context: Sequence[str]) -> pd.DataFrame:
    """The frame with our column names, from captions and usual headers too."""
    frame = as_frame(posts, POSTS.caption).reset_index(drop=True)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    rename = {"headline": "title"} if "headline" in frame and "title" not in frame else {}
    named = [name for name in frame.columns if name not in context]
    mapping = tables.map_columns(named, POSTS, rename=rename, aliases=lexicons.header_aliases())
    frame = frame.rename(columns=mapping)
    for name in ("title", *context):
        if name not in frame:
            raise _missing(name, frame)
    return frame


def _missing(name: str, frame: pd.DataFrame) -> ColumnError:
    present = tuple(str(column) for column in frame.columns)
    caption = POSTS.captions.get(name, name)
    return ColumnError(
        f"发布记录缺少列 {name}（{caption}）。现有的列：{'、'.join(present) or '无'}。"
        "学习标题要有 title（标题）和 reads（阅读数）两列；请补上，或把那一列的表头改成这个名字。",
        missing=(name,),
        present=present,
    )


def _given(y: Any, count: int) -> np.ndarray:
    values = pd.to_numeric(pd.Series(list(y), dtype="object"), errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    if len(values) != count:
        raise ChoiceError(f"y 有 {len(values)} 个值，发布记录有 {count} 行。请让两者一样多，一行对一个。")
    return values


def _mark(reasons: list[str], bad: Sequence[bool] | np.ndarray, reason: str) -> None:
    """Note the reason where the row is bad and has none yet."""
    for place in np.flatnonzero(bad):
        reasons[place] = reasons[place] or reason


def _counts(frame: pd.DataFrame, name: str, reasons: list[str]) -> np.ndarray:
    """The counts of a column, missing ones marked with the reason."""
    caption = POSTS.captions[name]
    values = frame[name]
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        _mark(reasons, ~np.isfinite(numbers), f"{caption}缺失")
        _mark(reasons, numbers < 0, f"{caption}是负数")
        return numbers
    read = [tables.parse_count("" if is_missing(value) else value) for value in values]
    for place, (number, reason) in enumerate(read):
        if number is None:
            reasons[place] = reasons[place] or (f"{caption}：{reason}" if reason else f"{caption}缺失")
    return np.array([np.nan if number is None else number for number, _ in read], dtype=np.float64)


def _times(frame: pd.DataFrame, reasons: list[str]) -> pd.Series | None:
    """When each was published, or None where no row says so; where some do, the others cannot be used."""
    if "published_at" not in frame:
        return None
    values = frame["published_at"]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        times, faults = to_shanghai(values), [""] * len(values)
    else:
        read = [tables.parse_time(None if is_missing(value) else value) for value in values]
        times = pd.Series([moment for moment, _ in read], dtype=TIME_DTYPE)
        faults = [fault for _, fault in read]
    if times.isna().all() and not any(faults):
        return None
    for place in np.flatnonzero(times.isna()):
        why = faults[place] or "没有发布时间"
        reasons[place] = reasons[place] or f"{why}，不能和前后的内容比；请补上发布时间"
    return times


def _outcome(
    reads: np.ndarray | None, exposures: np.ndarray | None, given: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Log reads or log odds, and the variance that counting alone gives them (half a reader added, as Haldane did)."""
    if given is not None or reads is None:
        return (values := np.zeros(0) if given is None else given), np.zeros(len(values))
    with np.errstate(invalid="ignore", divide="ignore"):
        clicked = np.maximum(reads, 0) + 0.5
        if exposures is None:
            return np.log(clicked), 1 / clicked
        passed = np.maximum(exposures - reads, 0) + 0.5
        return np.log(clicked / passed), 1 / clicked + 1 / passed


def _clock(times: pd.Series | None, usable: np.ndarray) -> dict[str, Any]:
    """Weekday and part of the day, as words."""
    if times is None:
        return {}
    local = times.iloc[usable].reset_index(drop=True)
    return {"weekday": local.dt.day_of_week.astype("str"), "hour": (local.dt.hour // 4).astype("str")}


def _tests(frame: pd.DataFrame) -> np.ndarray | None:
    """The number of each row's A/B test, or None where fewer than half the rows name one: these are then posts as
    any other."""
    name = next((name for name in ("test", "test_id") if name in frame), None)
    if name is None:
        return None
    named = frame[name].map(lambda value: "" if is_missing(value) or value is False else str(value).strip())
    if not (named != "").mean() >= LEAST_TESTED:
        return None
    return pd.factorize(named.where(named != "", None), use_na_sentinel=True)[0]


def _refuse_lone(tests: np.ndarray, reasons: list[str]) -> None:
    good = np.array([not reason for reason in reasons])
    sizes = np.bincount(tests[good & (tests >= 0)], minlength=int(tests.max(initial=0)) + 1)
    for place, test in enumerate(tests):
        if test < 0:
            reasons[place] = reasons[place] or "没有写是哪个测试"
        elif sizes[test] < 2:
            reasons[place] = reasons[place] or "这个测试只有一个可用的标题，没有可比的"


def _weighted_means(values: np.ndarray, weights: np.ndarray, labels: np.ndarray) -> np.ndarray:
    total = np.bincount(labels, weights, minlength=int(labels.max(initial=0)) + 1)
    return (np.bincount(labels, weights * values, minlength=len(total)) / np.maximum(total, 1e-12))[labels]


def _with_units(posts: Posts) -> Posts:
    """Number what belongs together: equal titles, one test; undated posts of one author too, where there are many.

    Blocks, for intervals: tests, else weeks of a dated account, else the units.
    """
    keys = [pd.factorize(pd.Series(fold(posts.titles)).str.strip())[0]]
    if posts.tests is not None:
        keys.append(posts.tests)
    elif posts.days is None and "author" in posts.context:
        author = posts.context["author"]
        # two or three authors kept apart would leave an interval of two or three draws
        if author.nunique() >= FEWEST_BLOCKS:
            keys.append(pd.factorize(author.astype("object"))[0])
    units = _joined(keys, len(posts))
    blocks = units
    if posts.tests is None and posts.days is not None:
        blocks = _spans(posts.days)
    return Posts(
        posts.titles, posts.outcome, posts.noise, posts.days, posts.tests, units, blocks, posts.context
    )


def _spans(days: np.ndarray) -> np.ndarray:
    """The week of each post; its day, hour or the post itself where the later half holds too few of the longer."""
    later = days[len(days) // 2 :]
    for length in (7, 1, 1 / 24):
        if len(np.unique(later // length)) >= FEWEST_BLOCKS:
            return (days // length).astype(np.int64)
    return np.arange(len(days))


def _joined(keys: Sequence[np.ndarray], count: int) -> np.ndarray:
    """Numbers of the groups that arise when rows with any equal key belong together; a key below 0 joins nothing."""
    if not count:
        return np.zeros(0, dtype=np.int64)
    from scipy import sparse

    nodes, rows, columns = count, [], []
    for key in keys:
        joins = key >= 0
        rows.append(np.flatnonzero(joins))
        columns.append(key[joins] + nodes)
        nodes += int(key.max(initial=-1)) + 1
    there = np.ones(sum(len(part) for part in rows), dtype=np.int8)
    links = sparse.csr_matrix((there, (np.concatenate(rows), np.concatenate(columns))), shape=(nodes, nodes))
    return sparse.csgraph.connected_components(links, directed=False)[1][:count].astype(np.int64)
