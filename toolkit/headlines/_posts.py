"""An account's posts as a learner needs them: the outcome after what is not the headline, and what must stay together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import POSTS as POSTS_CONTRACT
from toolkit.schema import ChoiceError, ColumnError, as_frame, check, is_missing
from toolkit.text import fold

# what else may explain an outcome; of further columns only those that the caller names, for likes and shares are outcomes
CONTEXT = ("author", "topic", "channel", "position")
TITLE_NAMES = ("title", "headline", "标题")
# the outcome of a post is held against the middle of this many posts around it
TREND_POSTS = 61
# residuals past this many standard deviations say "very many", not how many
FURTHEST = 2.5
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
        middle = pd.Series(self.outcome).rolling(TREND_POSTS, center=True, min_periods=TREND_POSTS // 2).median()
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

    Raises ColumnError where there is no title or no outcome, or a named context column is absent.
    """
    frame = _named(posts)
    given = None if y is None else _given(y, len(frame))
    if given is None and "reads" not in frame:
        raise _missing("reads", frame)
    for name in context:
        if name not in frame:
            raise _missing(name, frame)
    reads, exposures = _numbers(frame, "reads"), _numbers(frame, "exposures")
    titles = ["" if is_missing(title) else str(title) for title in frame["title"]]
    reasons = _reasons(titles, reads, exposures, given)
    times = _days(frame)
    if times is not None and np.isfinite(times).mean() >= 0.5:
        for place in np.flatnonzero(~np.isfinite(times)):
            reasons[place] = reasons[place] or "没有发布时间，不能和前后的内容比；请补上发布时间"
    else:
        times = None
    tests = _tests(frame)
    if tests is not None:
        _refuse_lone(tests, reasons)
    usable = np.array([place for place, reason in enumerate(reasons) if not reason], dtype=np.int64)
    if times is not None:
        usable = usable[np.argsort(times[usable], kind="stable")]
    outcome, noise = _outcome(reads, exposures, given)
    rejected = pd.DataFrame(
        [(place, titles[place], reason) for place, reason in enumerate(reasons) if reason],
        columns=["place", "title", "reason"],
    )
    names = [name for name in (*CONTEXT, *context) if name in frame]
    kept = frame[list(dict.fromkeys(names))].iloc[usable].reset_index(drop=True)
    days = None if times is None else times[usable]
    whole = Posts(
        [titles[place] for place in usable],
        outcome[usable],
        noise[usable],
        None if days is None else days - (days[0] if len(days) else 0.0),
        None if tests is None else tests[usable],
        np.zeros(len(usable), dtype=np.int64),
        np.zeros(len(usable), dtype=np.int64),
        kept.assign(**_clock(frame, usable, dated=times is not None)),
    )
    return _with_units(whole), rejected


def _named(posts: Any) -> pd.DataFrame:
    frame = as_frame(posts, "发布记录")
    names = [name for name in TITLE_NAMES if name in frame]
    if not names:
        raise _missing("title", frame)
    frame = frame.rename(columns={names[0]: "title"})
    captions = {
        c.caption: c.name for c in POSTS_CONTRACT.columns if c.name not in frame and c.caption in frame
    }
    return frame.rename(columns=captions).reset_index(drop=True)


def _missing(name: str, frame: pd.DataFrame) -> ColumnError:
    present = tuple(str(column) for column in frame.columns)
    caption = POSTS_CONTRACT.captions.get(name, name)
    return ColumnError(
        f"发布记录缺少列 {name}（{caption}）。现有的列：{'、'.join(present) or '无'}。"
        "学习标题要有 title（标题）和 reads（阅读数）两列；请补上，或把那一列的表头改成这个名字。",
        missing=(name,),
        present=present,
    )


def _given(y: Any, count: int) -> np.ndarray:
    values = pd.to_numeric(pd.Series(list(y)), errors="coerce").to_numpy(dtype=np.float64)
    if len(values) != count:
        raise ChoiceError(f"y 有 {len(values)} 个值，发布记录有 {count} 行。请让两者一样多，一行对一个。")
    return values


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray | None:
    if name not in frame:
        return None
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _reasons(
    titles: Sequence[str], reads: np.ndarray | None, exposures: np.ndarray | None, given: np.ndarray | None
) -> list[str]:
    """Why a row cannot be used; "" where it can."""
    reasons = ["" if any(character.isalnum() for character in title) else "标题是空的" for title in titles]

    def mark(bad: np.ndarray, reason: str) -> None:
        for place in np.flatnonzero(bad):
            reasons[place] = reasons[place] or reason

    if given is not None:
        mark(~np.isfinite(given), "结果（y）缺失，或不是数")
        return reasons
    if reads is None:
        return reasons
    mark(~np.isfinite(reads), "阅读数缺失，或不是数")
    mark(reads < 0, "阅读数是负数")
    if exposures is not None:
        known = np.isfinite(exposures)
        mark(~known, "曝光数缺失；这一列有的行有、有的行没有，请补齐或去掉这一列")
        mark(known & (exposures < reads), "阅读数比曝光数还多")
        mark(known & (exposures <= 0), "曝光数要大于 0")
    return reasons


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


def _days(frame: pd.DataFrame) -> np.ndarray | None:
    if "published_at" not in frame:
        return None
    times = check(frame[["title", "published_at"]].assign(reads=0), POSTS_CONTRACT)["published_at"]
    seconds = times.dt.tz_convert("UTC").astype("int64").to_numpy(dtype=np.float64) / 1e6
    return np.where(times.isna(), np.nan, seconds / 86400)


def _clock(frame: pd.DataFrame, usable: np.ndarray, *, dated: bool) -> dict[str, Any]:
    """Weekday and part of the day, as words."""
    if not dated:
        return {}
    times = check(frame[["title", "published_at"]].assign(reads=0), POSTS_CONTRACT)["published_at"]
    local = times.iloc[usable].reset_index(drop=True)
    return {"weekday": local.dt.day_of_week.astype("str"), "hour": (local.dt.hour // 4).astype("str")}


def _tests(frame: pd.DataFrame) -> np.ndarray | None:
    name = next((name for name in ("test", "test_id") if name in frame), None)
    if name is None:
        return None
    return pd.factorize(frame[name].astype("object"), use_na_sentinel=True)[0]


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
    """Number what belongs together: equal titles, one test; undated posts of one author too.

    Blocks, for intervals: tests, else weeks of a dated account, else the units.
    """
    keys = [pd.factorize(pd.Series(fold(posts.titles)).str.strip())[0]]
    if posts.tests is not None:
        keys.append(posts.tests)
    elif posts.days is None and "author" in posts.context:
        author = posts.context["author"]
        if author.nunique() > 1:
            keys.append(pd.factorize(author.astype("object"))[0])
    units = _joined(keys, len(posts))
    blocks = units
    if posts.tests is None and posts.days is not None:
        blocks = (posts.days // 7).astype(np.int64)
    return Posts(
        posts.titles, posts.outcome, posts.noise, posts.days, posts.tests, units, blocks, posts.context
    )


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
