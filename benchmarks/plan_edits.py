"""How plans bend: under shaken values, edits by hand, and wishes. The tables that `plans.py` prints beside its own."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
from plans import FESTIVALS, START, Question, check_of, draw, plan_of, timed

import toolkit as tk
from toolkit.schema import Plan, Rules, Soft, ToolkitError

_SHAKEN = 0.2
_DRAWS = 5
_MOVES, _DELAYS = 30, 10
_WISHES = ("weekly_minimum", "mix", "spacing", "fairness", "overlap", "festival_bonus", "freshness_days")
# half the worth of a post with a topic in so many days; the starting price of this wish is nothing
_FRESH = 7.0


def more_tables(sizes: list[str], seeds: int, *, parts: list[str], few: bool) -> dict[str, pd.DataFrame]:
    """The tables of the parts asked for; `few` makes a handful of draws and edits."""
    tables = {}
    if "robust" in parts:
        tables["robust"] = _joined(robust_rows(size, seeds, draws=2 if few else _DRAWS) for size in sizes)
    if "edits" in parts:
        plans = [(size, *_plan(size, seed)) for size in sizes for seed in range(seeds)]
        counts = (3, 2) if few else (_MOVES, _DELAYS)
        tables["moves"] = _joined(move_rows(*plan, count=counts[0]) for plan in plans)
        tables["delays"] = _joined([delay_row(*plan, count=counts[1])] for plan in plans)
    if "wishes" in parts:
        tables["wishes"] = _joined(
            wish_rows(size, 1 if few else seeds, alone=_WISHES[:2] if few else _WISHES) for size in sizes
        )
    return tables


def _joined(parts: Any) -> pd.DataFrame:
    return pd.DataFrame([row for part in parts for row in part])


def _effort(size: str) -> str:
    """What an editor would wait for; the tests' tiny question has none to wait."""
    return "normal" if size in ("small", "medium") else "quick"


def _plan(size: str, seed: int) -> tuple[Question, Plan]:
    question = draw(size, seed)
    return question, plan_of(question, effort=_effort(size))


def robust_rows(size: str, seeds: int, *, draws: int) -> list[dict[str, Any]]:
    """One row: the least and the median worth (%) of a kept plan against a new one, each draw of the next seed."""
    plans = {seed: _plan(size, seed) for seed in range(min(seeds, draws))}
    kept, posts = [], []
    for number in range(draws):
        question, plan = plans[number % len(plans)]
        rng = np.random.default_rng([question.seed, number, 7])
        shaken = question.items.assign(
            value=question.items["value"] * rng.uniform(1 - _SHAKEN, 1 + _SHAKEN, len(question.items))
        )
        moved = question._replace(items=shaken)
        anew = plan_of(moved, effort=_effort(size))
        kept.append(100 * _worth(moved, plan.calendar) / anew.value)
        same = plan.calendar.merge(anew.calendar, on=["item_id", "group_id", "starts_at"])
        posts.append(100 * len(same) / max(1, len(plan.calendar)))
    return [
        {
            "size": size,
            "draws": draws,
            "least kept": min(kept),
            "kept": float(np.median(kept)),
            "same posts": float(np.median(posts)),
        }
    ]


def _worth(
    question: Question, calendar: pd.DataFrame, rules: Rules | None = None, overlap: Any = None
) -> float:
    """What a calendar is worth under a question's values and rules: its posts less what the checker says is not met."""
    checks = tk.check_calendar(
        calendar,
        question.items,
        question.groups,
        rules=rules,
        start=START,
        days=question.days,
        overlap=overlap,
    )
    return _posts_worth(question, calendar, rules.soft if rules else None) - float(checks["cost"].sum())


def _posts_worth(question: Question, calendar: pd.DataFrame, soft: Soft | None) -> float:
    """The worth of the posts alone, from the text of the rules and not from the planner."""
    items = question.items.set_index("item_id").loc[calendar["item_id"]].reset_index()
    members = calendar["group_id"].map(question.groups.set_index("group_id")["members"])
    value = items["value"] * members.to_numpy() / 100
    if soft is None:
        return float(value.sum())
    day = calendar["starts_at"].dt.tz_localize(None).dt.normalize().reset_index(drop=True)
    begin = pd.to_datetime(items["earliest"]).clip(lower=pd.Timestamp(START)).fillna(pd.Timestamp(START))
    if soft.freshness_days:
        value *= 0.5 ** ((day - begin).dt.days / soft.freshness_days)
    ahead = (pd.to_datetime(items["festival"].map(FESTIVALS)) - day).dt.days
    reach, bonus = soft.festival_days, soft.festival_bonus
    value *= np.where(ahead.between(0, reach), 1 + bonus * (1 - ahead / (reach + 1)), 1)
    value *= np.where(ahead.between(-reach, -1), max(0.0, 1 - bonus), 1)
    return float(value.sum())


def move_rows(size: str, question: Question, plan: Plan, *, count: int) -> list[dict[str, Any]]:
    """Drafts moved one at a time, each from the same plan: to a place that is open, and to any slot of its window."""
    rng = np.random.default_rng([question.seed, 11])
    open_, any_, asked = Tally(), Tally(), []
    for number in rng.permutation(len(plan.calendar))[:count]:
        post = plan.calendar.iloc[number]
        seconds, places = timed(functools.partial(tk.explain_post, plan, post["post_id"]))
        asked.append(seconds)
        free = places["rule_id"].isna() & ~places["chosen"]
        other = ~places["rule_id"].isin(("window", "quiet")) & ~places["chosen"]
        for tally, some in ((open_, free), (any_, other)):
            times = places.loc[some, "starts_at"]
            if times.empty:
                tally.nowhere += 1
                continue
            when = times.iloc[int(rng.integers(len(times)))]
            job = functools.partial(tk.move_post, plan, post["post_id"], starts_at=when)
            tally.edit(question, plan, job, post)
    shared = {"size": size, "seed": question.seed, "explain": float(np.median(asked or [np.nan]))}
    return [{**shared, "to": name, **tally.row()} for name, tally in (("open", open_), ("any", any_))]


def delay_row(size: str, question: Question, plan: Plan, *, count: int) -> dict[str, Any]:
    """Items moved one at a time, each from the same plan, to one to three days later."""
    rng = np.random.default_rng([question.seed, 13])
    tally = Tally()
    names = plan.calendar["item_id"].unique()
    for name in rng.permutation(names)[:count]:
        post = pd.Series({"item_id": str(name), "starts_at": None})
        days = int(rng.integers(1, 4))
        tally.edit(question, plan, functools.partial(tk.delay_item, plan, str(name), days=days), post)
    return {"size": size, "seed": question.seed, **tally.row()}


class Tally:
    """What edits took and what else they changed."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.others: list[int] = []
        self.lost: list[float] = []
        self.nowhere = self.refused = self.broken = self.dropped = 0

    def edit(self, question: Question, plan: Plan, job: Any, post: pd.Series[Any]) -> None:
        """Time one edit of `post`; with no time of its own all posts of its item are meant."""
        try:
            seconds, new = timed(job)
        except ToolkitError:
            self.refused += 1
            return
        changes = tk.compare_plans(plan, new)
        meant = changes["item_id"] == post["item_id"]
        if post["starts_at"] is not None:
            meant &= changes["was"] == post["starts_at"]
        self.seconds.append(seconds)
        self.others.append(int((~meant).sum()))
        self.lost.append(100 * (plan.value - new.value) / max(1.0, abs(plan.value)))
        self.broken += check_of(question, new.calendar)[0]
        self.dropped += len(_unmet(new, but=post["item_id"]) - _unmet(plan, but=post["item_id"]))

    def row(self) -> dict[str, Any]:
        """The figures; missing where no edit was made."""
        seconds, others, lost = (
            np.array(values or [np.nan]) for values in (self.seconds, self.others, self.lost)
        )
        return {
            "edits": len(self.seconds),
            "nowhere": self.nowhere,
            "refused": self.refused,
            "broken": self.broken,
            "dropped": self.dropped,
            "seconds": float(np.median(seconds)),
            "p95": float(np.quantile(seconds, 0.95)),
            "others": float(np.median(others)),
            "p95 others": float(np.quantile(others, 0.95)),
            "most others": float(others.max()),
            "lost": float(np.median(lost)),
        }


def _unmet(plan: Plan, *, but: str) -> set[str]:
    """The unmet must-sends of all items but one."""
    rows = plan.checks.loc[plan.checks["rule_id"] == "must_send", "post_id"]
    return {name for name in rows if not name.startswith(f"{but}@")}


def wish_rows(size: str, seeds: int, *, alone: tuple[str, ...]) -> list[dict[str, Any]]:
    """One row for each set of rules, the wishes `alone` each by itself: means over the seeds, medians of seconds, gap."""
    none = dict.fromkeys(_WISHES, 0.0)
    sets = {"plain": Rules(), "balanced": Rules.balanced()}
    for name in alone:
        prices: dict[str, Any] = {**none, name: _FRESH if name == "freshness_days" else getattr(Soft(), name)}
        sets[name] = Rules(soft=Soft(**prices))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in sets}
    for seed in range(seeds):
        question = draw(size, seed)
        overlap = shared_members(question)
        plain = _plan(size, seed)[1].calendar
        for name, rules in sets.items():
            job = functools.partial(plan_of, question, effort=_effort(size), rules=rules, overlap=overlap)
            seconds, plan = timed(job)
            found[name].append(_wish_row(question, plan, plain, seconds))
    return [{"size": size, "rules": name, **_summary(pd.DataFrame(rows))} for name, rows in found.items()]


def _wish_row(question: Question, plan: Plan, plain: pd.DataFrame, seconds: float) -> dict[str, float]:
    rules, overlap = plan.rules, plan.overlap
    worth = _posts_worth(question, plan.calendar, rules.soft)
    value = _worth(question, plan.calendar, rules, overlap)
    return {
        "seconds": seconds,
        "gap": 100 * plan.gap,
        "posts": len(plan.calendar),
        "broken": int((plan.checks["severity"] == "block").sum()),
        "worth": worth,
        "price": worth - value,
        "value": value,
        "plain value": _worth(question, plain, rules, overlap),
        "off": abs(value - plan.value),
    }


def _summary(rows: pd.DataFrame) -> dict[str, float]:
    median = rows[["seconds", "gap"]].median()
    worst = {"broken": rows["broken"].sum(), "off": rows["off"].max()}
    return {**median, **rows.drop(columns=["seconds", "gap"]).mean(), **worst}


def shared_members(question: Question) -> pd.DataFrame:
    """OVERLAP: about two groups in three share 5 to 30% of their members with another of their segment."""
    rng = np.random.default_rng([question.seed, 17])
    rows = []
    for _, names in question.groups.groupby("segment")["group_id"]:
        for one, other in zip(names, list(names)[1:], strict=False):
            if rng.random() < 0.67:
                rows.append({"group_id": one, "other_id": other, "share": float(rng.uniform(0.05, 0.3))})
    return pd.DataFrame(rows, columns=["group_id", "other_id", "share"])
