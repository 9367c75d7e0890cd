"""Why a post stands where it does: what every other place of its group would gain or lose, or which rule bars it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._again import world_with
from toolkit.schedule._check import check_calendar
from toolkit.schedule._ledger import MOVING_RULES, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._wishes import Wishes
from toolkit.schedule._words import against, factors_at, number_words, static_bars
from toolkit.schedule._words_here import Held, at_place
from toolkit.schedule._world import FAR, World, stand_anew
from toolkit.schema import PLACES, Plan, PlanError

# the first that bars a place is named; a wave can be moved as a whole, so it is named only where nothing else bars
_ORDER = (
    *("audience", "once", "slot", "quiet", "window", "solemn", "festival"),
    *(name for name in MOVING_RULES if name != "waves"),
    "waves",
)
_LISTED = 5


def explain_post(plan: Plan, post_id: str) -> pd.DataFrame:
    """PLACES of one live post (draft, pinned or sent): every slot of its group on every day of the plan, by time.

    `chosen` marks where the post stands; that row is there even where it is no slot or no day of the plan.
    `value_change` is what `plan.value` would change by, in its units, if this post alone stood there instead: the
    worth of the time, freshness and festivals, less what more (or fewer) broken wishes cost. It is missing where a
    hard rule bars the place; `rule_id` then names the first such rule (see `schema.RULES`) and `reason` the post that
    holds the place, or the ceiling that is full. Where rule `waves` bars, `reason` says what it would mean to move all
    groups of the wave together. A pinned or sent post is explained as if it were a draft, and its own row has a
    rule_id where it breaks a rule. All other posts stay where they are. Times are Asia/Shanghai.

    Raises PlanError for a post_id that the plan does not hold, that is missed or cancelled, or has no time.

    >>> from toolkit.schedule import plan_posts
    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了", "latest": "2026-09-22"},
    ...                       {"item_id": "b", "title": "绘本单", "value": 3}])
    >>> found = explain_post(plan_posts(items, groups, start="2026-09-21", days=3), "a@g1")
    >>> found[["chosen", "value_change", "rule_id"]].values.tolist()
    [[False, nan, 'per_day'], [True, 0.0, nan], [False, nan, 'window']]
    >>> found["reason"].iloc[0]
    '当天已有「绘本单」，每天上限 1 条'
    """
    post, others = _picked(plan, post_id)
    scene = Scene(plan, others)
    item_at = {name: i for i, name in enumerate(scene.world.items["item_id"])}
    group_at = {name: g for g, name in enumerate(scene.world.groups["group_id"])}
    i, g = item_at.get(post["item_id"], -1), group_at.get(post["group_id"], -1)
    rows = _rows(scene, post, i, g) if g >= 0 else []
    if not any(row["chosen"] for row in rows):
        rows.append(_odd_row(scene, post))
    rows.sort(key=lambda row: row["starts_at"])
    return schema.check(pd.DataFrame(rows), PLACES)


def _picked(plan: Plan, post_id: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """The post, and every other live post that has a time."""
    calendar = _inputs.named(plan.calendar, schema.CALENDAR)
    live = calendar[calendar["status"].isin(_inputs.LIVE)]
    mine = live.index[live["post_id"] == post_id]
    if not len(mine):
        if (calendar["post_id"] == post_id).any():
            raise PlanError(
                f"发布 {post_id} 未发或已取消，不占位置，没有可说明的。请换一条待发、已定或已发的。"
            )
        some = "、".join(live["post_id"].head(_LISTED)) or "无"
        raise PlanError(
            f"这份排期里没有发布 {schema.shown_value(post_id)}。发布编号在 plan.calendar 的 post_id 一列，"
            f"例如：{some}。"
        )
    post = {str(name): value for name, value in live.loc[mine[0]].to_dict().items()}
    if pd.isna(post["starts_at"]):
        raise PlanError(f"发布 {post_id} 没有发布时间。请先补上时间。")
    others = live.drop(index=mine[0])
    return post, others[others["starts_at"].notna()].reset_index(drop=True)


class Scene:
    """A plan without one or a few posts: all others stand, and what any place would then mean."""

    def __init__(self, plan: Plan, others: pd.DataFrame, like: World | None = None) -> None:
        """`like` is a world of the same plan, which saves reading its tables again."""
        self.plan = plan
        self.world: World = world_with(plan, others) if like is None else stand_anew(like, others)
        self.ledger = Ledger(self.world)
        soft = plan.rules.soft
        self.wishes = None if soft is None else Wishes(self.world, self.ledger, soft, plan.overlap)

    @property
    def cost(self) -> float:
        """What the wishes cost as things stand."""
        return 0.0 if self.wishes is None else self.wishes.cost

    @cached_property
    def held(self) -> Held:
        """Who holds which place."""
        return Held(self.world)

    def bars(self, i: int, groups: Array, times: Array) -> dict[str, Array]:
        """For each (group, time) which rule bars item i."""
        world = self.world
        day = world.day[times]
        found = {
            "audience": ~world.audience[i, groups],
            "once": world.stands[i, groups],
            **static_bars(world, i, groups, times),
            **self.ledger.bars(i, groups, times),
        }
        # standing posts bind what comes after them; a draft that waits for this item binds it as well
        before = np.full(len(world.groups), FAR)
        for j in world.dependents[i]:
            waiting = self.held.draft_days(j)
            before[list(waiting)] = np.minimum(before[list(waiting)], list(waiting.values()))
        found["after"] = found["after"] | (day >= before[groups])
        return found

    def value(self, i: int, g: int, t: int) -> float:
        """What item i in group g would be worth at time t."""
        return self.world.value_at(i, g, int(self.world.minute[t]))

    def foreseen(self, i: int, g: int, t: int) -> float:
        """What the wishes would cost more."""
        return 0.0 if self.wishes is None else self.wishes.foreseen(i, g, t)


@dataclass(frozen=True)
class _Chosen:
    """What a post is worth where it stands, what it makes the wishes cost there, and its factors of time."""

    value: float
    cost: float
    factors: tuple[float | None, float, float] | None


def _rows(scene: Scene, post: dict[str, Any], i: int, g: int) -> list[dict[str, Any]]:
    """A row for each slot of the group."""
    world = scene.world
    times = np.nonzero(world.slot[g])[0]
    moments = [world.time_at(minute) for minute in world.minute[times]]
    if i < 0:
        text = f"条目 {post['item_id']} 不在内容条目里"
        return [_row(at, post, rule="unknown", reason=text) for at in moments]
    bars = scene.bars(i, np.full(len(times), g), times)
    table = np.array([bars[name] for name in _ORDER])
    first = np.where(table.any(axis=0), table.argmax(axis=0), -1)
    chosen = _chosen(scene, post, i, g)
    wave = _Wave(scene, post, i)
    rows = []
    for t, at, rule in zip(times, moments, (None if n < 0 else _ORDER[n] for n in first), strict=True):
        if rule is not None:
            reason = wave.words(int(t)) if rule == "waves" else at_place(scene.held, rule, i, g, int(t))
            rows.append(_row(at, post, rule=rule, reason=reason))
            continue
        value, cost = scene.value(i, g, int(t)), scene.foreseen(i, g, int(t))
        own, more = value - chosen.value, cost - chosen.cost
        reason = _permitted(world, (i, g, int(t)), chosen, (own, more))
        rows.append(_row(at, post, change=own - more, reason=reason))
    return rows


def _row(
    at: pd.Timestamp,
    post: dict[str, Any],
    *,
    reason: str,
    change: float | None = None,
    rule: str | None = None,
) -> dict[str, Any]:
    chosen = at == post["starts_at"]
    if chosen:
        own = post["reason"] or "现在排在这里"
        reason = f"现在排在这里，但{reason}" if rule else own
        change = 0.0
    change = None if change is None else round(change, 6) + 0.0
    return {"starts_at": at, "chosen": chosen, "value_change": change, "rule_id": rule, "reason": reason}


def _permitted(
    world: World, place: tuple[int, int, int], chosen: _Chosen, change: tuple[float, float]
) -> str:
    """What a place that no rule bars would gain or lose: of the post's own value, and by the wishes."""
    own, more = change
    parts = []
    if round(abs(own), 2):
        i, g, t = place
        causes = _causes(chosen.factors, factors_at(world, i, g, int(world.minute[t])))
        parts.append(f"这条{_by(own)}{causes}")
    if round(abs(more), 2):
        parts.append(f"软规则的代价{_by(more)}")
    total = own - more
    return "；".join([f"能发，价值{_by(total)}" if round(abs(total), 2) else "能发，价值不变", *parts])


def _causes(here: tuple[float | None, float, float] | None, there: tuple[float | None, float, float]) -> str:
    """What of slot, freshness and festival differs between the post's own place and another."""
    if here is None:
        return ""
    pairs = zip(("时段", "新鲜度", "节日"), here, there, strict=True)
    ratios = [(name, (other or 1.0) / (own or 1.0)) for name, own, other in pairs]
    told = [f"{name}{against(ratio, '现在')}" for name, ratio in ratios if round(100 * (ratio - 1))]
    return f"（{'，'.join(told)}）" if told else ""


def _by(change: float) -> str:
    return f"{'多' if change > 0 else '少'} {number_words(abs(change))}"


def _chosen(scene: Scene, post: dict[str, Any], i: int, g: int) -> _Chosen:
    world = scene.world
    minute = _minute(world, post)
    inside = 0 <= minute < world.days * schema.MINUTES_A_DAY
    if not inside:
        return _Chosen(0.0, Scene(scene.plan, _with(scene, [post]), scene.world).cost - scene.cost, None)
    # the wishes look at the day alone
    on_day = int(np.nonzero(world.day == minute // schema.MINUTES_A_DAY)[0][0])
    value = world.value_at(i, g, minute)
    return _Chosen(value, scene.foreseen(i, g, on_day), factors_at(world, i, g, minute))


def _minute(world: World, post: dict[str, Any]) -> int:
    since = post["starts_at"].tz_localize(None) - pd.Timestamp(world.start)
    return int(since // pd.Timedelta(minutes=1))


def _with(scene: Scene, posts: list[dict[str, Any]]) -> pd.DataFrame:
    """The standing posts of a scene and these, as CALENDAR."""
    names = schema.CALENDAR.names
    more = schema.check(
        pd.DataFrame([{name: post[name] for name in names} for post in posts]), schema.CALENDAR
    )
    return pd.concat([scene.world.fixed[names], more], ignore_index=True)


def _odd_row(scene: Scene, post: dict[str, Any]) -> dict[str, Any]:
    """The row of a post that stands at no slot, on no day of the plan or in no known group: as the checker judges it."""
    plan = scene.plan
    calendar = _with(scene, [{**post, "status": "draft"}])
    checks = check_calendar(
        calendar, plan.items, plan.groups, rules=plan.rules, start=plan.start, days=plan.days
    )
    broken = checks[(checks["severity"] == "block") & (checks["post_id"] == post["post_id"])]
    rule = None if broken.empty else str(broken["rule_id"].iloc[0])
    titles = dict(zip(scene.world.items["item_id"], scene.world.items["title"], strict=True))
    called = f"「{titles.get(post['item_id'], post['item_id'])}」："
    reason = "" if broken.empty else str(broken["message"].iloc[0]).partition(called)[2]
    return _row(post["starts_at"], post, rule=rule, reason=reason)


class _Wave:
    """The posts of one item at one time, and what moving them together would mean."""

    def __init__(self, scene: Scene, post: dict[str, Any], i: int) -> None:
        self.scene, self.post, self.i = scene, post, i

    @cached_property
    def mates(self) -> pd.DataFrame:
        """The other posts of the wave."""
        fixed = self.scene.world.fixed
        return fixed[
            (fixed["item"] == self.i) & (fixed["starts_at"] == self.post["starts_at"]) & (fixed["group"] >= 0)
        ]

    @cached_property
    def groups(self) -> Array:
        """The groups of the wave, this post's first."""
        own = list(self.scene.world.groups["group_id"]).index(self.post["group_id"])
        return np.array([own, *self.mates["group"]], dtype=np.int64)

    @cached_property
    def apart(self) -> Scene:
        """The plan without the wave."""
        fixed = self.scene.world.fixed.drop(index=self.mates.index)[schema.CALENDAR.names]
        return Scene(self.scene.plan, fixed.reset_index(drop=True), self.scene.world)

    @cached_property
    def worth(self) -> float:
        """What the wave is worth where it stands, less what it makes the wishes cost."""
        world = self.apart.world
        minute = _minute(world, self.post)
        inside = 0 <= minute < world.days * schema.MINUTES_A_DAY
        value = sum(world.value_at(self.i, int(g), minute) for g in self.groups) if inside else 0.0
        return value - (
            Scene(self.scene.plan, _with(self.scene, [self.post]), self.scene.world).cost - self.apart.cost
        )

    def words(self, t: int) -> str:
        """What it would mean to move the wave to time t."""
        row = self.scene.world.items.iloc[self.i]
        head = f"这条最多分 {row['waves']} 批群发，已用完"
        settled = int((self.mates["status"] != "draft").sum())
        if settled:
            return f"{head}；同批有 {settled} 个群已定或已发，不能一起改"
        apart, size = self.apart, len(self.groups)
        bars = apart.bars(self.i, self.groups, np.full(size, t))
        work = int(row["minutes"]) * int(apart.ledger.uses[self.i, t] == 0) + int(
            apart.world.by_hand[self.groups].sum()
        )
        left = int(apart.ledger.minutes_left[apart.world.owner[self.i], apart.world.day[t]])
        shut = int(np.any(list(bars.values()), axis=0).sum())
        if shut:
            return f"{head}；整批 {size} 个群一起改到这里，有 {shut} 个群放不下"
        if work and work > left:
            return f"{head}；整批 {size} 个群一起改到这里，负责人当天的时间不够"
        change = self._moved(t) - self.worth
        value = f"价值{_by(change)}" if round(abs(change), 2) else "价值不变"
        return f"{head}；整批 {size} 个群一起改到这里可以，{value}"

    def _moved(self, t: int) -> float:
        """What the wave would be worth at time t, less what it would make the wishes cost."""
        apart, cost = self.apart, self.apart.cost
        value = sum(apart.value(self.i, int(g), t) for g in self.groups)
        if apart.wishes is None:
            return value
        for sign, groups in ((1, self.groups), (-1, self.groups[::-1])):
            for g in groups:
                apart.ledger.add(self.i, int(g), t, sign=sign)
                apart.wishes.change(self.i, int(g), t, sign)
            value -= (apart.cost - cost) if sign > 0 else 0.0
        return value
