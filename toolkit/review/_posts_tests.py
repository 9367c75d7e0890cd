"""Tests of versions that went out as posts, judged by what came of the posts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.review._history import exposure, join_results, usable
from toolkit.review._judge_test import judge_test
from toolkit.review._words import listed
from toolkit.schema import (
    COLUMN_WORDS,
    OUTCOMES,
    TEST_VERDICTS,
    TESTS,
    ChoiceError,
    ColumnError,
    check,
    shown_value,
)

# fewer other posts do not tell what is usual (the prior of judge_test asks for as many)
_FEW_POSTS = 8
# judge_test speaks of people who open; what these people did here
_RATES = {
    **{"ordered": "下单率", "clicked": "点击率", "replied": "回复率", "opened": "阅读率"},
    **{"day_orders": "当天下单率", "day_active": "当天发言率"},
}
_QUOTED = re.compile("(「[^」]*」)")


def judge_posts(
    calendar: pd.DataFrame,
    results: pd.DataFrame,
    *,
    items: pd.DataFrame,
    tests: pd.DataFrame,
    groups: pd.DataFrame,
    outcome: str | None = None,
    days: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """TEST_VERDICTS: each test of `tests` (TESTS: test, arm, item_id) by what came of its posts, a row for each arm.

    `shown` are the people who could see an arm's posts: reached where told, else the members of the group. `hits` is
    what came of them, by the first of `schema.OUTCOMES` that every arm of the test has measured (or by `outcome`), an
    order counted as a person; `day_orders` and `day_active` need `days` (GROUP_DAYS). Posts count that went out, were
    measured at least 24 hours later and whose people are known; where more came than people could see it, the post is
    left out and the sentence says so. `decided` is the verdict of `judge_test` (够了, 继续, 看不出差别), the same in all
    arms of a test, and `sentence` says why. Arms are compared inside groups that got several, else by whole groups, with
    the spread of groups in the interval; the usual rates come from the other posts where there are eight or more, and
    people of posts that are still open count as those who may yet see the test. `low` and `high` are the middle 95 % of
    the rate, `p_best` the chance to be the best.

    A test with an arm that nobody measured, or with one arm only, is 继续, and its sentence says what is missing.
    `frame.attrs["notes"]` has what else judge_test remarks, a sentence for each, the test named. No tests give an empty
    frame. Raises ColumnError for tables that break their contract, a row without test or arm, and an item in two arms
    of one test; ChoiceError for an unknown outcome.

    >>> posts = [{"post_id": f"p{n}", "item_id": "ab"[n % 2], "group_id": f"g{n}", "starts_at": "2026-09-01 20:00",
    ...     "status": "sent"} for n in range(12)]
    >>> came = [{"post_id": f"p{n}", "ordered": 4 + 14 * (n % 2) + n // 4} for n in range(12)]
    >>> groups = pd.DataFrame([{"group_id": f"g{n}", "name": f"群{n}", "members": 200, "slots": "20:00",
    ...     "posts_per_day": 3, "posts_per_week": 9} for n in range(12)])
    >>> items = pd.DataFrame({"item_id": ["a", "b"], "title": ["新书到了", "周末只要二十元"]})
    >>> tests = pd.DataFrame({"test": ["标题"] * 2, "arm": ["旧", "新"], "item_id": ["a", "b"]})
    >>> found = judge_posts(pd.DataFrame(posts), pd.DataFrame(came), items=items, tests=tests, groups=groups)
    >>> found[["arm", "shown", "hits", "decided"]].values.tolist()
    [['旧', 1200, 30, '够了'], ['新', 1200, 114, '够了']]
    """
    asked = _asked(outcome)
    tests = _tests(tests)
    history = join_results(calendar, results, items=items, groups=groups, days=days)
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for name, part in tests.groupby("test", sort=False):
        told = _Told(str(name), part, history, asked)
        rows += told.rows
        notes += told.notes
    frame = check(pd.DataFrame(rows), TEST_VERDICTS) if rows else TEST_VERDICTS.empty()
    frame.attrs["notes"] = notes
    return frame


def named_tests(tests: pd.DataFrame) -> dict[str, str]:
    """The test of each item: item_id to test, the first one where it is in several."""
    tests = _tests(tests).drop_duplicates("item_id")
    return dict(zip(tests["item_id"], tests["test"], strict=True))


def _asked(outcome: str | None) -> tuple[str, ...]:
    if outcome is None:
        return OUTCOMES
    if outcome not in OUTCOMES:
        words = COLUMN_WORDS["outcome"]
        known = "、".join(f"{name}（{words[name]}）" for name in OUTCOMES)
        raise ChoiceError(f"outcome 不能是 {shown_value(outcome)}。可以用：{known}。")
    return (outcome,)


def _tests(tests: pd.DataFrame) -> pd.DataFrame:
    tests = check(tests, TESTS)[TESTS.names].apply(lambda column: column.fillna("").str.strip())
    for place, row in enumerate(tests.to_dict("records"), start=1):
        missing = [TESTS.captions[name] for name in TESTS.names if not row[name]]
        if missing:
            raise ColumnError(
                f"对比测试表第 {place} 行没有写{'、'.join(missing)}。一行写一个版本：哪个测试、哪个版本、条目编号。"
            )
    tests = tests.drop_duplicates()
    twice = tests[tests.duplicated(["test", "item_id"])]
    if len(twice):
        row = twice.iloc[0]
        raise ColumnError(
            f"测试「{row['test']}」里，条目「{row['item_id']}」写在两个版本下，分不清算哪个。请只留一个版本。"
        )
    return tests.reset_index(drop=True)


@dataclass
class _Counted:
    """The posts of a test that can be counted by one outcome, with arm, shown, hits and day; and what was left out."""

    outcome: str
    posts: pd.DataFrame
    impossible: int
    unripe: int

    def missing(self, arms: Sequence[str]) -> list[str]:
        """The arms without a post that can be counted."""
        return [arm for arm in arms if arm not in set(self.posts["arm"])]


class _Told:
    """One test: its rows and notes."""

    def __init__(self, name: str, part: pd.DataFrame, history: pd.DataFrame, asked: Sequence[str]) -> None:
        self.name = name
        self.arms = list(dict.fromkeys(part["arm"]))
        self.notes: list[str] = []
        arm_of = dict(zip(part["item_id"], part["arm"], strict=True))
        mine = history["item_id"].isin(list(arm_of))
        self.posts = history[mine].assign(arm=history.loc[mine, "item_id"].map(arm_of))
        self.others = history[~mine]
        self.titles = {arm: listed(_titles(self.posts, arm), most=3) for arm in self.arms}
        tried = [_counted(self.posts, outcome) for outcome in asked]
        # the surest outcome that all arms have; else the one that most of them have
        best = min(tried, key=lambda one: len(one.missing(self.arms)))
        self.rows = self._rows(best)

    def _rows(self, found: _Counted) -> list[dict[str, Any]]:
        missing = found.missing(self.arms)
        outcome = found.outcome if len(found.posts) else ""
        if missing or len(self.arms) < 2:
            said = self._unmeasured(found, missing)
            counted = found.posts.groupby("arm")[["shown", "hits"]].sum()
            return [self._row(arm, outcome, "继续", said, **_sums(counted, arm)) for arm in self.arms]
        keys = ["arm", "group_id", "day"]
        counts = found.posts.groupby(keys, sort=False, as_index=False)[["shown", "hits"]].sum()
        judged = judge_test(
            counts, history=_usual(self.others, outcome), split="any", left=self._left(found.posts, outcome)
        )
        about = COLUMN_WORDS["outcome"][outcome]
        said = f"看的是{about}。{_in_words(judged.sentence, outcome)}{_left_out(found)}"
        if found.posts.duplicated(["arm", "group_id"]).any():
            said += "同一个群里同一版本发过几次，按几次的人数算。"
        self.notes = [f"{self.name}：{_in_words(note, outcome)}" for note in judged.notes]
        arms = judged.arms.set_index("arm")[["shown", "hits", "rate", "low", "high", "p_best"]]
        return [self._row(arm, outcome, judged.verdict, said, **arms.loc[arm].to_dict()) for arm in self.arms]

    def _row(self, arm: str, outcome: str, decided: str, sentence: str, **numbers: Any) -> dict[str, Any]:
        told = {"test": self.name, "arm": arm, "title": self.titles[arm], "outcome": outcome}
        return {**told, **numbers, "decided": decided, "sentence": sentence}

    def _unmeasured(self, found: _Counted, missing: list[str]) -> str:
        if len(self.arms) < 2:
            return f"只有一个版本「{self.arms[0]}」，没有可比的。在对比测试表里给另一个版本也写一行。"
        unsent = [arm for arm in missing if arm not in set(self.posts["arm"])]
        named = listed([f"「{arm}」" for arm in missing])
        if len(missing) == len(self.arms):
            said = f"各版本都还没有结果，比不了。{_left_out(found)}"
        else:
            said = f"版本{named}还没有结果，比不了。{_left_out(found)}"
        if unsent:
            return f"{said}排期里找不到{listed([f'「{arm}」' for arm in unsent])}的发布，看看条目编号写对了没有。"
        return f"{said}等有了数再看。"

    def _left(self, counted: pd.DataFrame, outcome: str) -> int | None:
        """People of posts that are still to go out or to be measured; None where there is none: then nobody knows."""
        open_ = ~self.posts["status"].isin(("cancelled", "missed")) & ~self.posts.index.isin(counted.index)
        people = exposure(self.posts[open_], outcome).sum()
        return int(people) or None


def _titles(posts: pd.DataFrame, arm: str) -> list[str]:
    return [title for title in dict.fromkeys(posts.loc[posts["arm"] == arm, "title"]) if title]


def _counted(posts: pd.DataFrame, outcome: str) -> _Counted:
    good = posts[usable(posts, outcome)]
    good = good.assign(shown=exposure(good, outcome), hits=good[outcome].astype("float64"))
    impossible = good["hits"] > good["shown"]
    unripe = posts[outcome].notna() & ~posts["ripe"]
    kept = good[~impossible]
    return _Counted(
        outcome, kept.assign(day=kept["starts_at"].dt.date), int(impossible.sum()), int(unripe.sum())
    )


def _sums(counted: pd.DataFrame, arm: str) -> dict[str, Any]:
    if arm not in counted.index:
        return {"shown": 0, "hits": 0}
    shown, hits = (int(counted.loc[arm, name]) for name in ("shown", "hits"))
    return {"shown": shown, "hits": hits, "rate": hits / shown}


def _usual(others: pd.DataFrame, outcome: str) -> pd.DataFrame | None:
    """What the other posts brought, where they are enough to say what is usual."""
    posts = _counted(others, outcome).posts
    return posts[["shown", "hits"]] if len(posts) >= _FEW_POSTS else None


def _left_out(found: _Counted) -> str:
    said = ""
    if found.impossible:
        said += f"有 {found.impossible} 次发布的数比看到的人还多，没有算进来，请核对。"
    if found.unripe:
        said += f"有 {found.unripe} 次发布的数取得太早（不满 24 小时），没有算进来。"
    return said


def _in_words(said: str, outcome: str) -> str:
    """A sentence of judge_test with the outcome's word for its rate; names in 「」 stay as they are."""
    parts = _QUOTED.split(said)
    return "".join(
        part if part.startswith("「") else part.replace("点开率", _RATES[outcome]) for part in parts
    )
