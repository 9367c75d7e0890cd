"""What came of posts as lessons for the model of headlines, and what it knew before and knows after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.headlines import HeadlineModel, Skill
from toolkit.review._history import exposure, join_results, measured_outcomes, usable, was_sent
from toolkit.review._posts_tests import named_tests
from toolkit.schema import (
    COLUMN_WORDS,
    GROUPS,
    OUTCOMES,
    POSTS,
    SKILLS,
    ChoiceError,
    as_frame,
    check,
    shown_value,
)
from toolkit.text import fold

# fewer later titles than this give an interval that says nothing of its own width (as in the model's own test)
_FEWEST_TITLES = 12
# fewer posts of one author do not tell what is usual for it; our own choice
_OWN_POSTS = 10
# a spread is at least this part of what was seen, however much of it counting alone explains (as the model does)
_LEAST_SIGNAL = 0.1
_DRAWS = 400
_BLIND = "之前学过的太少，排不出先后"
_SHOWN = {True: "给出", False: "不给"}


class Learned(NamedTuple):
    """The model that learned from everything, and SKILLS: a row for before and one for after."""

    model: HeadlineModel
    skills: pd.DataFrame


def training_posts(
    calendar: pd.DataFrame,
    results: pd.DataFrame,
    *,
    items: pd.DataFrame,
    groups: pd.DataFrame,
    tests: pd.DataFrame | None = None,
    outcome: str | None = None,
    days: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What `HeadlineModel` can learn from: POSTS with post_id, channel, kind and outcome behind (LESSONS), in time order.

    `reads` (to an editor 结果, since it need not be reads) is what came of the post by one outcome for all: the surest of `schema.OUTCOMES` that at least 20 posts have
    (as in `review_posts`), else the surest that any has, or `outcome`. `exposures` are the people who could see it:
    reached where told, else the group's members. `author` is the group, `topic` the item's, `channel` the group's,
    `test` the test in `tests` (TESTS) in which its item is a version: winners and losers are all posts to learn from.
    Left out are posts that did not go out, have no such outcome, were measured within 24 hours, lack a title or the
    number of people, or have more outcomes than people; `attrs["notes"]` counts them.

    Nothing measured gives an empty frame. Raises ColumnError for tables that break their contract and ChoiceError for
    an unknown outcome.

    >>> post = {"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-01 20:00", "status": "sent"}
    >>> items = pd.DataFrame([{"item_id": "i", "title": "桂花拿铁上新"}])
    >>> groups = pd.DataFrame([{"group_id": "g", "name": "群", "members": 200, "slots": "20:00", "posts_per_day": 1,
    ...     "posts_per_week": 5}])
    >>> came = pd.DataFrame([{"post_id": "p", "ordered": 3}])
    >>> found = training_posts(pd.DataFrame([post]), came, items=items, groups=groups)
    >>> found[["title", "reads", "exposures", "author", "outcome"]].values.tolist()
    [['桂花拿铁上新', 3, 200, 'g', 'ordered']]
    """
    history = join_results(calendar, results, items=items, groups=groups, days=days)
    names = measured_outcomes(history, outcome=outcome)
    names = names or [name for name in ((outcome,) if outcome else OUTCOMES) if usable(history, name).any()]
    if not names:
        return _noted(_no_posts(), ["还没有一次发布有结果，标题没有可学的。"])
    told = history.assign(
        people=exposure(history, names[0]).round(),
        test=history["item_id"].map(named_tests(tests)) if tests is not None else None,
    )
    channels = check(groups, GROUPS).drop_duplicates("group_id").set_index("group_id")["channel"]
    return _lessons(told, names[0], channels)


def learn_headlines(
    history: pd.DataFrame | None, posts: pd.DataFrame, *, model: HeadlineModel | None = None
) -> Learned:
    """Learn headlines from `history` (POSTS) and from `posts` (`training_posts`), and show the skill before and after.

    Reads of an account and orders of groups are put on one scale first: the log of reads (log odds where exposures are
    told) less the middle of its own author, and of its own kind where told (a promotion sells more than a question, which
    is no merit of its title), in standard deviations of its own table, drawn to 0 by as much as counts this small wobble;
    the model is fitted on that (`HeadlineModel.fit(posts, y)`). It has the arguments of `model` (which stays as it is).
    Posts that stand in both tables (title, time, author) count once, with `posts`.

    SKILLS: the share of pairs put right, with its 95 % interval, beside what length alone puts right, by `outcome`.
    Where it can be, both rows are asked of the same later titles: the later half of the new titles (at least 12 that
    nobody learned from), the one having learned from the history up to then, the other from the new posts before them
    too; `posts` is how many. The interval draws titles anew; `attrs["notes"]` says whether the difference can be told
    from none. Else each row is the model's own forward test, and the two cannot be compared; `reason` says which it was.
    Where too little was tested, shares are missing. `own_accuracy` and `own_baseline` are always those of the forward
    test (`HeadlineModel.skill_`: each asked about posts of its own). `shown` says whether a chance may be shown: where
    that test allows it and the same titles, where asked, were not put right less often than by length alone. The
    returned model keeps to it: its `skill_` is the forward test's with that `shown` and reason.

    Raises ColumnError for tables without title, ChoiceError for a `model` that is none.

    >>> few = pd.DataFrame({"title": ["桂花拿铁上新", "周五读书会"], "reads": [120, 80]})
    >>> learned = learn_headlines(None, few)
    >>> learned.skills[["when", "posts", "shown"]].values.tolist(), bool(learned.skills["accuracy"].isna().all())
    ([['before', 0, '不给'], ['after', 2, '不给']], True)
    """
    if model is not None and not isinstance(model, HeadlineModel):
        raise ChoiceError(f"model 要一个 HeadlineModel（收到的是 {shown_value(model)}）。不给也可以。")
    learner = _Learner(model)
    old = _on_scale(POSTS.empty() if history is None else history)
    new = _on_scale(posts)
    old = old[~_keys(old).isin(_keys(new))]
    if old["published_at"].isna().all() or new["published_at"].isna().all():
        # one table without dates would lose all its rows beside one with dates
        both = pd.concat([old, new]) if len(old) else new
        undated = len(old) > 0 and bool(both["published_at"].notna().any())
        both = both.drop(columns="published_at") if undated else both
    else:
        both, undated = pd.concat([old, new]), False
    before, after = learner.fit(old), learner.fit(both)
    same = None if undated else _same_titles(learner, old, new)
    told = [_row(when, skill, same) for when, skill in (("before", before.skill_), ("after", after.skill_))]
    by = _outcome_of(posts)
    frame = check(pd.DataFrame([row | {"outcome": by} for row in told]), SKILLS)
    if after.skill_.shown and told[1]["shown"] != _SHOWN[True]:
        after.skill_ = replace(after.skill_, shown=False, reason=told[1]["reason"])
    return Learned(after, _noted(frame, _remarks(same, undated=undated)))


def _keys(posts: pd.DataFrame) -> pd.Index[Any]:
    return pd.MultiIndex.from_frame(posts[["title", "published_at", "author"]].astype("object"))


def _lessons(history: pd.DataFrame, chosen: str, channels: pd.Series[Any]) -> pd.DataFrame:
    """The posts of `history` (with people and test) that can be learned from by one outcome; the others counted."""
    sent = was_sent(history) & history["starts_at"].notna()
    counted = sent & usable(history, chosen)
    titled = history["title"].str.strip() != ""
    possible = ~(counted & (history[chosen].astype("float64") > history["people"]))
    kept = history[counted & titled & possible].sort_values("starts_at", kind="stable")
    frame = pd.DataFrame(
        {
            "title": kept["title"],
            "published_at": kept["starts_at"],
            "reads": kept[chosen],
            "exposures": kept["people"],
            "author": kept["group_id"],
            "topic": kept["topic"].where(kept["topic"] != ""),
            "test": kept["test"],
            "post_id": kept["post_id"],
            "channel": kept["group_id"].map(channels).fillna(""),
            "kind": kept["kind"],
            "outcome": chosen,
        }
    ).reset_index(drop=True)
    counts = {
        f"还没有「{COLUMN_WORDS['outcome'][chosen]}」的数，或取得太早，或不知道群人数": sent & ~counted,
        "没有标题": counted & ~titled,
        "结果比看到的人还多，请核对": counted & titled & ~possible,
    }
    notes = [f"{int(rows.sum())} 次发布没有拿来学：{why}。" for why, rows in counts.items() if rows.any()]
    return _noted(check(frame, POSTS)[_no_posts().columns.tolist()], notes)


class _Learner:
    """Fits models with the arguments of a given one."""

    def __init__(self, model: HeadlineModel | None) -> None:
        self.arguments = {} if model is None else model.get_params()

    def fit(self, posts: pd.DataFrame) -> HeadlineModel:
        """A model of these posts, by their `y`."""
        # a table that nobody dated has no such column for the model
        frame = posts.drop(
            columns=["y", *[name for name in posts if posts[name].isna().all() and name != "title"]]
        )
        return HeadlineModel(**self.arguments).fit(frame.reset_index(drop=True), posts["y"].to_numpy())


def _no_posts() -> pd.DataFrame:
    more = {name: pd.Series([], dtype="str") for name in ("post_id", "channel", "kind", "outcome")}
    return POSTS.empty().assign(**more)


def _noted(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame


def _on_scale(posts: pd.DataFrame) -> pd.DataFrame:
    """POSTS with `y`: how much better than usual among its own, as sure as its counts allow; NaN where not to be used."""
    frame = check(as_frame(posts, POSTS.caption), POSTS).reset_index(drop=True)
    reads, people = (
        frame[name].to_numpy(dtype="float64", na_value=np.nan) for name in ("reads", "exposures")
    )
    told = np.isfinite(people)
    good = np.isfinite(reads) & (reads >= 0) & ~(told & ((people <= 0) | (people < reads)))
    came = np.where(good, reads, 0.0) + 0.5
    passed = np.where(good & told, people - reads, 0.0) + 0.5
    outcome = np.log(came) - np.where(told, np.log(passed), 0.0)
    noise = 1 / came + np.where(told, 1 / passed, 0.0)
    # reads without exposures and reads among them are two things
    values = pd.Series(outcome).where(good)
    values = values - values.groupby(told).transform("median")
    for name in ("author", "kind"):
        if name in frame:
            values = values - _middle(values, frame[name].fillna("").astype("str"), told)
    if not good.any():
        return frame.assign(y=np.full(len(frame), np.nan))
    apart = values.to_numpy()
    spread = float(np.nanvar(apart))
    signal = max(spread - float(noise[good].mean()), _LEAST_SIGNAL * spread, 1e-9)
    return frame.assign(y=apart * signal / (signal + noise) / np.sqrt(signal))


def _middle(values: pd.Series[Any], names: pd.Series[Any], told: np.ndarray) -> pd.Series[Any]:
    """The middle of the values of one name, where it has enough; else 0."""
    own = values.groupby([names, told])
    enough = (own.transform("count") >= _OWN_POSTS) & (names != "")
    return own.transform("median").where(enough, 0.0)


@dataclass(frozen=True)
class _Same:
    """Both models asked of the same later titles: shares of pairs put right, their draws, and what was learned."""

    titles: int
    since: dt.date
    learned: tuple[int, int]
    blind: bool  # before gave all titles the same score
    right: np.ndarray  # before, after, length
    draws: np.ndarray  # draws × the same


def _same_titles(learner: _Learner, old: pd.DataFrame, new: pd.DataFrame) -> _Same | None:
    """The later half of the new titles, put in order by what was known before them; None where they are too few."""
    new = new[new["y"].notna() & new["published_at"].notna()]
    new = new.assign(key=pd.Series(fold(new["title"].tolist()), index=new.index, dtype="str").str.strip())
    first = new.groupby("key")["published_at"].min().sort_values(kind="stable")
    if len(first) < 2 * _FEWEST_TITLES:
        return None
    cut = first.iloc[len(first) // 2]
    known = old[~(old["published_at"] >= cut)]
    learned = new[new["published_at"] < cut].drop(columns="key")
    seen = {title.strip() for title in fold([*known["title"], *learned["title"]])}
    asked = new[~new["key"].isin(seen)]
    later = asked.groupby("key", sort=False).agg(title=("title", "first"), y=("y", "mean"))
    if len(later) < _FEWEST_TITLES or later["y"].nunique() < 2:
        return None
    before, after = learner.fit(known), learner.fit(pd.concat([known, learned]))
    titles = later["title"].tolist()
    taught = pd.concat([known, learned])
    taught = taught[taught["y"].notna()]
    long = np.log1p(taught["title"].str.len().to_numpy(dtype=float))
    slope = float(np.cov(long, taught["y"])[0, 1]) if len(taught) > 1 else 0.0
    length = np.sign(slope) * np.log1p([len(title) for title in titles])
    said = np.column_stack([before.decision_function(titles), after.decision_function(titles), length])
    right, draws = _pairs_right(said, later["y"].to_numpy())
    return _Same(len(titles), cut.date(), (before.posts_, after.posts_), not np.ptp(said[:, 0]), right, draws)


def _pairs_right(said: np.ndarray, came: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of pairs that each column puts right, and the same for titles drawn anew."""
    one, other = np.triu_indices(len(came), 1)
    differ = came[one] != came[other]
    one, other = one[differ], other[differ]
    better, worse = (
        np.where(came[one] > came[other], one, other),
        np.where(came[one] > came[other], other, one),
    )
    right = (said[better] > said[worse]) + 0.5 * (said[better] == said[worse])
    rng = np.random.default_rng(0)
    weights = rng.multinomial(len(came), np.full(len(came), 1 / len(came)), _DRAWS).astype(float)
    pairs = weights[:, one] * weights[:, other]
    return right.mean(axis=0), pairs @ right / np.maximum(pairs.sum(axis=1, keepdims=True), 1e-9)


def _row(when: str, skill: Skill, same: _Same | None) -> dict[str, Any]:
    known = skill.tested > 0 and not (skill.low == 0.0 and skill.high == 1.0)
    own = {"own_accuracy": skill.accuracy, "own_baseline": skill.baseline} if known else {}
    row: dict[str, Any] = {"when": when, "posts": skill.posts, "shown": _SHOWN[skill.shown], **own}
    if same is None:
        numbers = (skill.accuracy, skill.low, skill.high, skill.baseline) if known else (None,) * 4
        row |= dict(zip(("accuracy", "low", "high", "baseline"), numbers, strict=True))
        return row | {"reason": f"各考各的：{skill.reason}" if known else skill.reason}
    place = 0 if when == "before" else 1
    right, length = float(same.right[place]), max(float(same.right[2]), 0.5)
    low, high = np.quantile(same.draws[:, place], [0.025, 0.975])
    row |= {"posts": same.learned[place], "baseline": length}
    asked = f"拿 {same.since:%Y-%m-%d} 起新出现的 {same.titles} 个标题考，前后考的是同一批。"
    if place == 0 and same.blind:
        return row | {"reason": f"{asked}{_BLIND}，不给胜出机会。", "shown": _SHOWN[False]}
    row |= {"accuracy": right, "low": float(low), "high": float(high)}
    said = f"{asked}每 100 对标题猜对 {right * 100:.0f} 对，只看长短{'或抛硬币' if length <= 0.5 else ''}猜对 {length * 100:.0f} 对。"
    if right < length:
        return row | {"reason": f"{said}还不如只看长短，不给胜出机会。", "shown": _SHOWN[False]}
    tried = "另一场考试（用学过的一段猜后面一段）"
    if not known:
        return row | {"reason": f"{said}{skill.reason}"}
    of_own = f"每 100 对猜对 {skill.accuracy * 100:.0f} 对，只看长短 {skill.baseline * 100:.0f} 对"
    return row | {"reason": f"{said}给不给胜出机会看{tried}：{of_own}。{skill.reason}"}


def _outcome_of(posts: pd.DataFrame) -> str:
    """What the new posts were judged by: their own word for it, else reads."""
    named = [name for name in posts["outcome"].unique() if name in OUTCOMES] if "outcome" in posts else []
    return str(min(named, key=OUTCOMES.index)) if named else "opened"


def _remarks(same: _Same | None, *, undated: bool) -> list[str]:
    if undated:
        return ["一份发布记录没有日期，分不出先后：前后两次考的不是同一批内容，不能直接比。"]
    if same is None:
        return [f"后来的新标题不到 {_FEWEST_TITLES} 个，没法让前后两次考同一批；表里是各考各的，不能直接比。"]
    gain = float(same.right[1] - same.right[0])
    low, high = np.quantile(same.draws[:, 1] - same.draws[:, 0], [0.025, 0.975])
    points = f"{gain * 100:+.0f} 个百分点（95% 区间 {low * 100:+.0f} 到 {high * 100:+.0f}）"
    points += f"（{_BLIND}，当抛硬币算）" if same.blind else ""
    if low > 0:
        return [f"多学这些以后，同一批标题里两条挑对一条的占比变化 {points}：有进步。"]
    if high < 0:
        return [f"多学这些以后，同一批标题里两条挑对一条的占比变化 {points}：反而退步，先别用新的。"]
    return [f"多学这些以后，同一批标题里两条挑对一条的占比变化 {points}：分不出有没有进步。"]
