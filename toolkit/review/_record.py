"""How often last week's advice held, kind by kind, beside how often it would have held by chance.

- trends: `calls` (`judge_trends`, of one week or of several): words called new, rising or fading; hit is right, miss
  wrong. Steady ones are no advice. By chance: the mean `by_chance` of the calls that were right or wrong and have one.
- topics: each of last week's TOPICS by the posts that were made of it (POST_REVIEWS whose `topic` is its topic_id or
  label): right where the interval of its EFFECTS in `review.topics` (else of the mean of its posts' ln value, Student,
  three posts at least) lies above 1, wrong where below; without a post it cannot be told. By chance: the same of the
  review's other topics.
- times: each post that stood where last week's TIMES say more than 1 (at the nearest slot of its group, three quarters
  of an hour away at most, as in `posting_times`): right where it brought more than usual for its group and kind, wrong
  where less. `value` of a review is not asked: it has what is usual for the hour taken out. By chance: the share above
  usual of posts at other hours.
- headlines: each of last week's `headlines` (column headline) by the posts with that title, like topics by ln value. By
  chance: other titles.
- calendar: each post of last week's `calendar` up to `until`: sent, missed, or still open; cancelled ones are no plan
  any more.

A sentence says whether advice and chance can be told apart, at 0.025 to each side: by Fisher's exact test against the
other topics, posts, titles, or for words against as many others as one call was compared with at most (calls of one
week share them, so that adding them up would count words twice).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._compare import exact_tail
from toolkit.review._funnel import wilson
from toolkit.review._history import nearest_slot
from toolkit.review._words import percent
from toolkit.schema import (
    ADVICE_RECORD,
    CALENDAR,
    COLUMN_WORDS,
    EFFECTS,
    OUTCOMES,
    TIMES,
    TOPICS,
    TREND_CALLS,
    ChoiceError,
    ColumnError,
    Review,
    as_frame,
    check,
    checked_moment,
    parse_slots,
    shown_value,
)

# two-sided 95 %
_TAIL = 0.025
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

    How each kind is judged, and what chance is, stands above. `given` = `right` + `wrong` + `unsure`. `rate` is right of
    right and wrong, `low` and `high` Wilson's 95 % interval (1927) of it, which takes pieces of advice as independent;
    all missing where nothing could be told. `by_chance`, of right and wrong again, is missing where there is nothing to
    compare. `outcome` is what topics, times and headlines are judged by (the surest, where posts differ; the sentence
    names all). A calendar is no advice that holds or not: its row has `sent` and `missed`, and no right or wrong. A kind
    without its tables has no row; topics, times and headlines need `review`.

    Raises ColumnError for tables that break their contract, ChoiceError for a `review` that is none, and where topics,
    times or headlines come without it.

    >>> week = pd.DataFrame({"post_id": list("abc"), "item_id": "i", "group_id": "g", "starts_at": "2026-09-14 20:00",
    ...     "status": ["sent", "sent", "missed"]})
    >>> advice_record(calendar=week)[["advice_kind", "given", "sent", "missed"]].values.tolist()
    [['calendar', 3, 2, 1]]
    """
    posts = _posts(review, {"topics": topics, "times": times, "headlines": headlines})
    rows: list[dict[str, Any]] = []
    if calls is not None:
        rows.append(_trends(calls).row())
    if topics is not None and review is not None:
        rows.append(_topics(check(topics, TOPICS), posts, review).row())
    if times is not None:
        rows.append(_times(check(times, TIMES), posts).row())
    if headlines is not None:
        rows.append(_headlines(headlines, posts).row())
    if calendar is not None:
        rows.append(_calendar(check(calendar, CALENDAR), until))
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
    others: tuple[int, int] = (0, 0)  # right and all of what chance was counted on
    outcomes: tuple[str, ...] = ()  # what it was judged by, the surest first
    rival: str = "随便挑"  # what stands for chance in the verdict

    def row(self) -> dict[str, Any]:
        """The row of ADVICE_RECORD."""
        told = self.right + self.wrong
        rate = self.right / told if told else float("nan")
        low, high = wilson(rate, told) if told else (float("nan"),) * 2
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
            "outcome": self.outcomes[0] if self.outcomes else "",
        }

    def _sentence(self, rate: float, low: float, high: float) -> str:
        given = self.right + self.wrong + self.unsure
        if not given:
            return f"{self.counted.format(0)}，没有可对的。{self.more}"
        parts = [f"说对 {self.right}", f"说错 {self.wrong}"]
        parts += [f"还说不准 {self.unsure}"] if self.unsure else []
        words = COLUMN_WORDS["outcome"]
        by = f"看的是{'、'.join(words[name] for name in self.outcomes)}。" if self.outcomes else ""
        said = f"{self.counted.format(given)}：{'，'.join(parts)}。{by}"
        if rate != rate:
            return f"{said}{self.more}"
        said += f"能说的里面说对占 {percent(rate)}（{percent(low)} 到 {percent(high)}）"
        if self.by_chance != self.by_chance:
            return f"{said}。{self.more}"
        better, worse = self._tails()
        verdict = f"和{self.rival}还分不开"
        if min(better, worse) <= _TAIL:
            verdict = f"比{self.rival}强" if better <= _TAIL else f"还不如{self.rival}"
        return f"{said}，{self.chance}是 {percent(self.by_chance)}：{verdict}。{self.more}"

    def _tails(self) -> tuple[float, float]:
        """The chance of so many right, or so few, if advice were no better than chance."""
        told = self.right + self.wrong
        right, all_ = self.others
        if not all_:
            return 1.0, 1.0
        shown = np.array([[float(told), float(all_)]])
        good = np.array([[float(self.right), float(right)]])
        bad = np.array([[float(self.wrong), float(all_ - right)]])
        return exact_tail(shown, good), exact_tail(shown, bad)


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


def _outcomes(posts: pd.DataFrame) -> tuple[str, ...]:
    """What posts were judged by, the surest first."""
    found = set(posts["outcome"]) if len(posts) else set()
    return tuple(name for name in OUTCOMES if name in found)


def _trends(calls: pd.DataFrame) -> _Kind:
    checked = check(calls, TREND_CALLS)
    loud = checked[checked["called"] != "steady"]
    told = loud[loud["outcome_of_call"].isin(("hit", "miss"))]
    hits = int((told["outcome_of_call"] == "hit").sum())
    by_chance = float(told["by_chance"].mean())
    most = int(told["compared"].max()) if by_chance == by_chance else 0
    return _Kind(
        *("trends", hits, len(told) - hits, len(loud) - len(told), by_chance),
        others=(round(by_chance * most), most) if most else (0, 0),
        counted="说了 {} 个词新出现、上升或回落",
        chance="当时同样升降、却没点名的词",
        rival="没点名的",
    )


def _topics(topics: pd.DataFrame, posts: pd.DataFrame, review: Review) -> _Kind:
    """Topics by their effect, where the review has one, else by their posts."""
    effects, outcome = check(review.topics, EFFECTS), review.outcome
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
    outcomes = _outcomes(posts[posts["topic"].isin(advised)])
    return _sided("topics", found, others, "推荐了 {} 个选题", "没推荐的选题", more, outcomes)


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
    outcomes = _outcomes(posts[titles.isin(advised)])
    return _sided("headlines", found, others, "推荐了 {} 个标题", "别的标题", more, outcomes)


def _sided(
    name: str,
    found: list[int],
    others: list[int],
    counted: str,
    chance: str,
    more: str,
    outcomes: tuple[str, ...],
) -> _Kind:
    told = [side for side in others if side]
    by_chance = told.count(1) / len(told) if told else float("nan")
    return _Kind(
        *(name, found.count(1), found.count(-1), found.count(0), by_chance),
        counted=counted,
        chance=f"{chance}里高于平常的",
        more=more,
        others=(told.count(1), len(told)),
        outcomes=outcomes,
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
        (row.group_id, int(row.weekday), _minute(row.slot)): row.value
        for row in times.itertuples()
        if row.value == row.value
    }
    slots: dict[str, list[int]] = {}
    for group, slot in zip(times["group_id"], times["slot"], strict=True):
        slots.setdefault(group, []).append(_minute(slot))
    said = np.full(len(posts), np.nan)
    for place, (group, at) in enumerate(zip(posts["group_id"], posts["starts_at"], strict=True)):
        near = nearest_slot(slots.get(group, []), at.hour * 60 + at.minute)
        if near is not None:
            said[place] = value.get((group, at.day_of_week, near), np.nan)
    side = np.zeros(len(posts), dtype=int)
    for outcome in posts["outcome"].unique():
        mine = (posts["outcome"] == outcome).to_numpy()
        side[mine] = _against_usual(posts[mine])
    good, other = side[said > 1], side[said <= 1]
    told = int((other != 0).sum())
    return _Kind(
        *("times", int((good > 0).sum()), int((good < 0).sum()), int((good == 0).sum())),
        by_chance=int((other > 0).sum()) / told if told else float("nan"),
        counted=counted,
        chance=chance,
        others=(int((other > 0).sum()), told),
        outcomes=_outcomes(posts[~np.isnan(said)]),
    )


def _minute(slot: str) -> int:
    try:
        return parse_slots([slot])[0]
    except ValueError:
        raise ColumnError(
            f"时段表的列 slot（时段）里有{shown_value(slot)}，看不懂。请写成 20:00 这样的形式。"
        ) from None


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


def _calendar(calendar: pd.DataFrame, until: Any | None) -> dict[str, Any]:
    if until is not None:
        bare = (isinstance(until, dt.date) and not isinstance(until, dt.datetime)) or (
            isinstance(until, str) and len(until.strip()) <= 10
        )
        end = pd.Timestamp(checked_moment(until, "until"))
        end += pd.Timedelta(days=1) if bare else pd.Timedelta(0)
        calendar = calendar[calendar["starts_at"] < end]
    status = calendar["status"].value_counts()
    sent, missed, cancelled = (int(status.get(name, 0)) for name in ("sent", "missed", "cancelled"))
    left = len(calendar) - sent - missed - cancelled
    parts = [f"发了 {sent}", f"没发 {missed}", *([f"没有标发没发 {left}"] if left else [])]
    given = sent + missed + left
    said = f"排了 {given} 次发布：{'，'.join(parts)}。" if given else "排了 0 次发布，没有可对的。"
    said += f"另有 {cancelled} 次取消，不算在内。" if cancelled else ""
    return {"advice_kind": "calendar", "given": given, "sent": sent, "missed": missed, "sentence": said}
