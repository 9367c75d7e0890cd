"""What an edit may not do: posts that stay, times that are none, and places that a hard rule forbids, by its name."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs, _words
from toolkit.schedule._check import Judge
from toolkit.schema import RULES, Plan, PlanError

_ORDER_RULES = ("after", "phase")


class Hand(NamedTuple):
    """What an editor does, as a message says it: 移, 排 or 改."""

    plan: Plan
    judge: Judge
    verb: str = "移"

    def refuse(self, rule: str, why: str, then: str = "请换一个时间。") -> PlanError:
        """The error that names the rule."""
        return PlanError(f"不能{self.verb}到这里，规则「{RULES[rule].name}」（{rule}）不许：{why}。{then}")


def some(what: str, names: pd.Series[Any]) -> str:
    """The first few names there are, for a message about an unknown one."""
    return f"现有的{what}：{'、'.join(map(str, names[:5]))}{' 等' if len(names) > 5 else ''}。"


def movable(plan: Plan, post_id: str) -> dict[str, Any]:
    """The draft or pinned post of that id. Raises PlanError for an unknown one and for one that stays."""
    found = plan.calendar[plan.calendar["post_id"] == post_id]
    if found.empty:
        raise PlanError(f"排期里没有发布 {post_id}。{some('发布编号', plan.calendar['post_id'])}")
    row = {str(name): value for name, value in found.iloc[0].items()}
    if row["status"] not in ("draft", "pinned"):
        raise PlanError(
            f"发布 {post_id} 的状态是「{schema.WORDS[row['status']]}」，不能再移动。请另选一次发布。"
        )
    return row


def moment_of(value: dt.datetime | str, verb: str = "移") -> pd.Timestamp:
    """The time a post is to have. Raises PlanError for what is none."""
    try:
        moment = pd.NaT if isinstance(value, (int, float)) else schema.as_time(value)
    except (ValueError, TypeError):
        moment = pd.NaT
    if pd.isna(moment):
        raise PlanError(f"{verb}到的时间看不懂：{value!r}。请写成 2026-09-22 20:00 这样。")
    return moment


def live_posts(calendar: pd.DataFrame, item_id: str, *, but: str = "") -> pd.DataFrame:
    """The item's posts that count, without the one of a post_id."""
    own = (calendar["item_id"] == item_id) & calendar["status"].isin(_inputs.LIVE)
    return calendar[own & (calendar["post_id"] != but)]


def waves_of(plan: Plan, item_id: str) -> int:
    """How many send times the item may have."""
    return int(plan.items.loc[plan.items["item_id"] == item_id, "waves"].iloc[0])


def refuse_forbidden(hand: Hand, calendar: pd.DataFrame, post: pd.DataFrame, together: list[str]) -> None:
    """Raise where a hard rule bars the place whatever else moves: beside what stands, or in its order."""
    plan, row = hand.plan, post.iloc[0]
    last = plan.start + dt.timedelta(days=plan.days)
    if not plan.start <= row["starts_at"].date() < last:
        raise PlanError(
            f"{_words.day_words(row['starts_at'].date())} 不在这份排期的日子里"
            f"（{plan.start} 起 {plan.days} 天）。请{hand.verb}到排期里的一天。"
        )
    rest = calendar[~calendar["post_id"].isin(together)]
    stands = rest[rest["status"].isin(("pinned", "sent"))]
    found = [bad for bad in _broken(hand, stands, post) if bad["rule_id"] not in _ORDER_RULES]
    if not found:
        related = rest[(rest["group_id"] == row["group_id"]) & rest["item_id"].isin(_related(plan, row))]
        found = [bad for bad in _broken(hand, related, post) if bad["rule_id"] in _ORDER_RULES]
    if found:
        raise hand.refuse(found[0]["rule_id"], found[0]["message"])


def _related(plan: Plan, row: Any) -> set[str]:
    """The items whose order with this post's item counts: its campaign, what it comes after, what comes after it."""
    items = plan.items.set_index("item_id")
    own = items.loc[row["item_id"]]
    campaign = set(items.index[(items["campaign"] == own["campaign"])]) if own["campaign"] else set()
    follows = {name for name, after in items["after"].items() if row["item_id"] in after}
    return campaign | follows | set(own["after"])


def _broken(hand: Hand, others: pd.DataFrame, posts: pd.DataFrame) -> list[dict[str, Any]]:
    """The hard rules that the posts as drafts break beside the others, which count as standing."""
    items = hand.plan.items
    owners = set(items.loc[items["item_id"].isin(posts["item_id"]), "owner"])
    shared = items.loc[items["owner"].isin(owners), "item_id"]
    # a rule looks at a group, an item or an owner's day; what has none of them in common is nothing to it
    near = others["group_id"].isin(posts["group_id"]) | others["item_id"].isin({*shared, *posts["item_id"]})
    both = pd.concat([others[near].assign(status="pinned"), posts.assign(status="draft")], ignore_index=True)
    own = set(posts["post_id"])
    return [row for row in hand.judge.broken(both, rules=hand.plan.rules) if row["post_id"] in own]


def refuse_split(hand: Hand, others: pd.DataFrame, moved: pd.DataFrame) -> None:
    """Raise where a wave would have to move as a whole and one of its groups cannot take the new time."""
    stands = others[others["status"].isin(("pinned", "sent"))]
    broken = [bad for bad in _broken(hand, stands, moved) if bad["rule_id"] not in _ORDER_RULES]
    if broken:
        raise hand.refuse(
            "waves",
            f"这条只能分这么多批群发，要移就得 {len(moved)} 个群一起移，"
            f"其中 {len({bad['post_id'] for bad in broken})} 个群放不下：{broken[0]['message']}",
            "请换一个时间，或把这条的「群发批数」加一。",
        )
