"""How often last week's advice held, kind by kind, beside how often it would have held by chance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._compare import exact_tail
from toolkit.review._words import percent
from toolkit.schema import (
    ADVICE_RECORD,
    CALENDAR,
    EFFECTS,
    TIMES,
    TOPICS,
    TREND_CALLS,
    ChoiceError,
    ColumnError,
    Review,
    as_frame,
    check,
    checked_moment,
    shown_value,
)

# two-sided 95 %
_DEVIATE, _TAIL = 1.959964, 0.025
# fewer posts of one topic or headline do not tell how far they lie apart
_FEWEST_POSTS = 3
# a group whose posts brought fewer in all does not tell what is usual there; our own choice
_LEAST_RESULTS = 5


def advice_record(
    *,
    calls: pd.DataFrame | None = None,
    topics: pd.DataFrame | None = None,
    review: Review | None = None,
    times: pd.DataFrame | None = None,
    headlines: pd.DataFrame | None = None,
    calendar: pd.DataFrame | None = None,
    until: Any | None = None,
) -> pd.DataFrame:
    """ADVICE_RECORD: for each kind of advice that is handed in, how many pieces were right, wrong, or cannot be told.

    - trends: `calls` (`judge_trends`): words called new, rising or fading; hit is right, miss wrong. Steady ones are no
      advice. By chance: `calls.attrs["by_chance"]`.
    - topics: each of last week's TOPICS by the posts that were made of it (POST_REVIEWS whose `topic` is its topic_id or
      label): right where the interval of its EFFECTS in `review.topics` (else of the mean of its posts' ln value,
      Student, three posts at least) lies above 1, wrong where below; without a post it cannot be told. By chance: the
      same of the review's other topics.
    - times: each post that stood where last week's TIMES say more than 1: right where it brought more than usual for
      its group and kind, wrong where less. `value` of a review is not asked: it has what is usual for the hour taken
      out. By chance: the share above usual of posts at other hours.
    - headlines: each of last week's `headlines` (column headline) by the posts with that title, like topics by ln value.
      By chance: other titles.
    - calendar: each post of last week's `calendar` up to `until`: right where sent, wrong where missed, and not to tell
      where still open; cancelled ones are no plan any more. No level of chance.

    `given` = `right` + `wrong` + `unsure`. `rate` is right of right and wrong, `low` and `high` Wilson's 95 % interval
    (1927) of it, which takes pieces of advice as independent; all missing where nothing could be told. `by_chance`, of
    right and wrong again, is missing where there is nothing to compare. `sentence` says whether advice and chance can be
    told apart, at 0.025 to each side: by the binomial tail for words, whose level of chance rests on many, else by
    Fisher's exact test against the other topics, posts or titles. A kind without its tables has no row; topics, times and headlines need `review`.

    Raises ColumnError for tables that break their contract, ChoiceError for a `review` that is none, and where topics,
    times or headlines come without it.

    >>> week = pd.DataFrame({"post_id": list("abc"), "item_id": "i", "group_id": "g", "starts_at": "2026-09-14 20:00",
    ...     "status": ["sent", "sent", "missed"]})
    >>> advice_record(calendar=week)[["advice_kind", "given", "right", "wrong", "unsure"]].values.tolist()
    [['calendar', 3, 2, 1, 0]]
    """
    posts = _posts(review, {"topics": topics, "times": times, "headlines": headlines})
    told: list[_Kind] = []
    if calls is not None:
        told.append(_trends(calls))
    if topics is not None and review is not None:
        told.append(_topics(check(topics, TOPICS), posts, check(review.topics, EFFECTS), review.outcome))
    if times is not None:
        told.append(_times(check(times, TIMES), posts))
    if headlines is not None:
        told.append(_headlines(headlines, posts))
    if calendar is not None:
        told.append(_calendar(check(calendar, CALENDAR), until))
    rows = [kind.row() for kind in told]
    return check(pd.DataFrame(rows), ADVICE_RECORD) if rows else ADVICE_RECORD.empty()


@dataclass(frozen=True)
class _Kind:
    """One kind of advice: counts, the level of chance, what it is called and what else is to be said."""

    name: str
    right: int
    wrong: int
    unsure: int
    by_chance: float
    counted: str  # what was given, with {} for how many
    chance: str = ""  # what chance means here
    more: str = ""
    others: tuple[int, int] | None = (
        None  # right and all of what chance was counted on; None where that is known
    )

    def row(self) -> dict[str, Any]:
        """The row of ADVICE_RECORD."""
        rate, low, high = wilson(self.right, self.right + self.wrong)
        return {
            "advice_kind": self.name,
            "given": self.right + self.wrong + self.unsure,
            "right": self.right,
            "wrong": self.wrong,
            "unsure": self.unsure,
            "rate": rate,
            "low": low,
            "high": high,
            "by_chance": self.by_chance,
            "sentence": self._sentence(rate, low, high),
        }

    def _sentence(self, rate: float, low: float, high: float) -> str:
        given = self.right + self.wrong + self.unsure
        if not given:
            return f"{self.counted.format(0)}，没有可对的。{self.more}"
        right, wrong = ("发了", "没发") if self.name == "calendar" else ("说对", "说错")
        open_ = "没有标发没发" if self.name == "calendar" else "还说不准"
        parts = [f"{right} {self.right}", f"{wrong} {self.wrong}"]
        parts += [f"{open_} {self.unsure}"] if self.unsure else []
        said = f"{self.counted.format(given)}：{'，'.join(parts)}。"
        if rate != rate:
            return f"{said}{self.more}"
        said += f"能说的里面{right}占 {percent(rate)}（{percent(low)} 到 {percent(high)}）"
        if self.by_chance != self.by_chance:
            return f"{said}。{self.more}"
        better, worse = self._tails()
        verdict = (
            "比随便挑强" if better <= _TAIL else "还不如随便挑" if worse <= _TAIL else "和随便挑还分不开"
        )
        return f"{said}，{self.chance}是 {percent(self.by_chance)}：{verdict}。{self.more}"

    def _tails(self) -> tuple[float, float]:
        """The chance of so many right, or so few, if advice were no better than chance."""
        from scipy.special import bdtr

        told = self.right + self.wrong
        if self.others is None:
            above = bdtr(self.right - 1, told, self.by_chance) if self.right else 0.0
            return 1 - float(above), float(bdtr(self.right, told, self.by_chance))
        right, all_ = self.others
        shown = np.array([[float(told), float(all_)]])
        good, bad = (
            np.array([[float(self.right), float(right)]]),
            np.array([[float(self.wrong), float(all_ - right)]]),
        )
        return exact_tail(shown, good), exact_tail(shown, bad)


def wilson(right: int, told: int) -> tuple[float, float, float]:
    """A share and its 95 % interval (Wilson 1927); all missing where nothing was told.

    >>> [round(value, 3) for value in wilson(5, 10)]
    [0.5, 0.237, 0.763]
    """
    if not told:
        return (float("nan"),) * 3
    share, square = right / told, _DEVIATE**2
    middle = (right + square / 2) / (told + square)
    half = _DEVIATE * (told * share * (1 - share) + square / 4) ** 0.5 / (told + square)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def _posts(review: Review | None, asked: dict[str, Any]) -> pd.DataFrame:
    """The review's posts that went out and were measured."""
    if review is None:
        needing = [name for name, frame in asked.items() if frame is not None]
        if needing:
            raise ChoiceError(
                f"{'、'.join(needing)} 要和 review 一起给：对不对要看发出去的结果（review_posts）。"
            )
        return pd.DataFrame()
    if not isinstance(review, Review):
        raise ChoiceError(f"review 要 review_posts 给出的复盘（收到的是 {shown_value(review)}）。")
    posts = review.posts
    out = posts["status"].isin(("missed", "cancelled")) | posts["result"].isna()
    return posts[~out]


def _trends(calls: pd.DataFrame) -> _Kind:
    chance = calls.attrs.get("by_chance") if isinstance(calls, pd.DataFrame) else None
    checked = check(calls, TREND_CALLS)
    loud = checked[checked["called"] != "steady"]["outcome_of_call"]
    hits, misses = int((loud == "hit").sum()), int((loud == "miss").sum())
    known = float("nan") if chance is None else float(chance)
    counted = "说了 {} 个词新出现、上升或回落"
    return _Kind("trends", hits, misses, len(loud) - hits - misses, known, counted, "没点名的同样多见的词")


def _topics(topics: pd.DataFrame, posts: pd.DataFrame, effects: pd.DataFrame, outcome: str) -> _Kind:
    """Topics by their effect, where the review has one, else by their posts."""
    effects = effects[effects["outcome"] == outcome].drop_duplicates("name").set_index("name")
    sides = {name: _side(row["low"], row["high"]) for name, row in effects.iterrows()}
    for name, part in posts[posts["topic"] != ""].groupby("topic"):
        sides.setdefault(name, _side(*_interval(part["value"])))
    made = set(posts["topic"])
    found, unsent = [], 0
    for row in topics.itertuples():
        names = [name for name in (row.topic_id, row.label) if name in made]
        unsent += not names
        found.append(next((sides[name] for name in names if name in sides), 0))
    advised = {*topics["topic_id"], *topics["label"]}
    others = [side for name, side in sides.items() if name not in advised and name in made]
    more = f"有 {unsent} 个还没有发过，或没有结果。" if unsent else ""
    return _sided("topics", found, others, "推荐了 {} 个选题", "没推荐的选题", more)


def _headlines(headlines: pd.DataFrame, posts: pd.DataFrame) -> _Kind:
    frame = as_frame(headlines, "标题")
    if "headline" not in frame:
        present = tuple(str(name) for name in frame.columns)
        raise ColumnError(
            f"标题表缺少列 headline（标题）。现有的列：{'、'.join(present) or '无'}。请把上周的标题表原样交进来。",
            missing=("headline",),
            present=present,
        )
    advised = list(dict.fromkeys(str(title).strip() for title in frame["headline"]))
    titles = posts["title"].str.strip() if len(posts) else pd.Series([], dtype="str")
    sides = {title: _side(*_interval(part["value"])) for title, part in posts.groupby(titles) if title}
    found = [sides.get(title, 0) for title in advised]
    others = [side for title, side in sides.items() if title not in set(advised)]
    unsent = sum(title not in sides for title in advised)
    more = f"有 {unsent} 个没有用过，或没有结果。" if unsent else ""
    return _sided("headlines", found, others, "推荐了 {} 个标题", "别的标题", more)


def _sided(name: str, found: list[int], others: list[int], counted: str, chance: str, more: str) -> _Kind:
    told = [side for side in others if side]
    by_chance = told.count(1) / len(told) if told else float("nan")
    return _Kind(
        *(name, found.count(1), found.count(-1), found.count(0), by_chance),
        counted=counted,
        chance=f"{chance}里高于平常的",
        more=more,
        others=(told.count(1), len(told)),
    )


def _side(low: float, high: float) -> int:
    """1 where the interval of a ratio lies above 1, −1 where below, else 0."""
    return 1 if low > 1 else -1 if high < 1 else 0


def _interval(values: pd.Series[Any]) -> tuple[float, float]:
    """The 95 % interval of the mean ratio on the scale of logarithms (Student); without bounds where posts are few."""
    from scipy.special import stdtrit

    known = values[values > 0].to_numpy(dtype=float)
    if len(known) < _FEWEST_POSTS:
        return 0.0, float("inf")
    logs = np.log(known)
    reach = float(stdtrit(len(logs) - 1, 0.975)) * logs.std(ddof=1) / len(logs) ** 0.5
    return float(np.exp(logs.mean() - reach)), float(np.exp(logs.mean() + reach))


def _times(times: pd.DataFrame, posts: pd.DataFrame) -> _Kind:
    """Posts at hours that were called good, against what their group and kind usually bring, whatever the hour."""
    counted, chance = "有 {} 次发布排在说好的时段", "排在别的时段的发布里高于平常的"
    if posts.empty:
        return _Kind("times", 0, 0, 0, float("nan"), counted, chance)
    value = {
        (row.group_id, int(row.weekday), row.slot): row.value
        for row in times.itertuples()
        if row.value == row.value
    }
    keys = zip(
        posts["group_id"],
        posts["starts_at"].dt.day_of_week,
        posts["starts_at"].dt.strftime("%H:%M"),
        strict=True,
    )
    said = np.array([value.get(key, np.nan) for key in keys])
    side = _against_usual(posts)
    good, other = side[said > 1], side[said <= 1]
    told = int((other != 0).sum())
    return _Kind(
        *("times", int((good > 0).sum()), int((good < 0).sum()), int((good == 0).sum())),
        by_chance=int((other > 0).sum()) / told if told else float("nan"),
        counted=counted,
        chance=chance,
        others=(int((other > 0).sum()), told),
    )


def _against_usual(posts: pd.DataFrame) -> np.ndarray:
    """1 where a post brought more than the other posts of its group would, its kind taken into account; −1 less; 0 unknown.

    Usual is the group's results a person × the kind's share above or below all, both without the post itself.
    """
    came = posts["result"].to_numpy(dtype=float)
    people = posts["members"].to_numpy(dtype="float64", na_value=np.nan)
    people = np.where(np.isfinite(people) & (people > 0), people, 1.0)
    group, kind = (pd.factorize(posts[name])[0] for name in ("group_id", "kind"))

    def others(key: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(key, weights=values)[key] - values

    results, all_rate = others(group, came), came.sum() / people.sum()
    own = results / np.maximum(others(group, people), 1e-9)
    # a kind with few results is drawn to what is usual for all
    of_kind = (others(kind, came) + _LEAST_RESULTS) / (others(kind, people) * all_rate + _LEAST_RESULTS)
    usual = people * own * of_kind
    return np.where(results >= _LEAST_RESULTS, np.sign(came - usual), 0).astype(int)


def _calendar(calendar: pd.DataFrame, until: Any | None) -> _Kind:
    if until is not None:
        bare = (isinstance(until, dt.date) and not isinstance(until, dt.datetime)) or (
            isinstance(until, str) and len(until.strip()) <= 10
        )
        end = pd.Timestamp(checked_moment(until, "until"))
        end += pd.Timedelta(days=1) if bare else pd.Timedelta(0)
        calendar = calendar[calendar["starts_at"] < end]
    status = calendar["status"].value_counts()
    sent, missed, cancelled = (int(status.get(name, 0)) for name in ("sent", "missed", "cancelled"))
    more = f"另有 {cancelled} 次取消，不算在内。" if cancelled else ""
    left = len(calendar) - sent - missed - cancelled
    return _Kind("calendar", sent, missed, left, float("nan"), "排了 {} 次发布", more=more)
