"""How many people a test of versions takes, how many days, and what can be seen with those who are there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from toolkit.review._rule import ALPHA, LOOKS, MOST_ARMS, MOST_LOOKS, POWER, as_share, people_needed
from toolkit.review._words import people, percent, percents, tenths
from toolkit.schema import ChoiceError, as_whole, shown_value

# the size of a full group that most groups stay under; what such a group can show alone is told with every plan
GROUP_MEMBERS = 200
_STEPS = 30


@dataclass(frozen=True)
class PlannedTest:
    """What a test takes: `per_arm` and `total` people who see it, `days` (None where nobody said how many a day).

    `rate`, `lift`, `arms`, `power`, `alpha`, `looks` and `design` are what it was planned for; `members` and
    `seen` say what lift `members` people together can show (None: none at all); `sentence` says it all in Chinese.
    """

    per_arm: int
    total: int
    days: int | None
    rate: float
    lift: float
    arms: int
    power: float
    alpha: float
    looks: int
    design: float
    members: int
    seen: float | None
    sentence: str


def plan_test(
    rate: float,
    *,
    lift: float,
    arms: int = 2,
    per_day: int | None = None,
    power: float = POWER,
    alpha: float = ALPHA,
    looks: int = LOOKS,
    design: float = 1.0,
    members: int = GROUP_MEMBERS,
) -> PlannedTest:
    """Say how many people must see each version until `judge_test` would find a lift.

    `rate` is the share who open now (0 to 1), `lift` is relative (0.2: a fifth more), `per_day` the people who see any
    version on a day. The plan is for `judge_test`'s own rule: so many `looks`, the best of `arms` beating all others,
    which stand at `rate`; it is found with the chance `power` by the last look, often sooner. `design` is the factor
    by which people of one group are less telling than strangers, where whole groups get one version (`judge_test`
    reports it). Counts told by group need more where groups are few: four tenths more among ten, under a tenth among fifty.
    `members` is the number of people for whom `seen` is worked out. The method is told in `_rule`.

    Raises ChoiceError for numbers that make no test.

    >>> plan = plan_test(0.05, lift=0.2, per_day=2000)
    >>> plan.per_arm, plan.total, plan.days
    (12621, 25242, 13)
    """
    rate, power, alpha = _checked(rate, power, alpha)
    better = _better(rate, lift)
    arms = as_whole(arms, "arms（版本数）", 2, MOST_ARMS)
    looks = as_whole(looks, "looks（看几次）", 1, MOST_LOOKS)
    members = as_whole(members, "members（人数）", 2)
    daily = None if per_day is None else as_whole(per_day, "per_day（每天看到的人数）")
    design = _design(design)
    needed = people_needed(rate, better, arms=arms, power=power, alpha=alpha, looks=looks)
    per_arm = math.ceil(needed * design)
    total = per_arm * arms
    days = None if daily is None else math.ceil(total / daily)
    seen = seen_lift(members, rate=rate, arms=arms, power=power, alpha=alpha, looks=looks, design=design)
    plan = PlannedTest(
        *(per_arm, total, days, rate, float(lift), arms, power, alpha, looks, design, members, seen, "")
    )
    return PlannedTest(**{**vars(plan), "sentence": _sentence(plan, better)})


def seen_lift(
    members: int,
    *,
    rate: float,
    arms: int = 2,
    power: float = POWER,
    alpha: float = ALPHA,
    looks: int = LOOKS,
    design: float = 1.0,
) -> float | None:
    """Give the least relative lift that `members` people together can show with the chance `power`; None where none can.

    The other way round of `plan_test`, by halving the interval. Raises ChoiceError as it does.

    >>> round(seen_lift(25242, rate=0.05), 3)
    0.2
    >>> seen_lift(12, rate=0.05) is None
    True
    """
    rate, power, alpha = _checked(rate, power, alpha)
    arms = as_whole(arms, "arms（版本数）", 2, MOST_ARMS)
    looks = as_whole(looks, "looks（看几次）", 1, MOST_LOOKS)
    each = as_whole(members, "members（人数）", 2) / arms / _design(design)

    def enough(lift: float) -> bool:
        better = rate * (1 + lift)
        return people_needed(rate, better, arms=arms, power=power, alpha=alpha, looks=looks) <= each

    low, high = 0.0, (1 - rate) / rate * 0.999
    if not enough(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _checked(rate: Any, power: Any, alpha: Any) -> tuple[float, float, float]:
    return (
        as_share(rate, "rate（现在的点开率）", hint="百分之五写成 0.05。"),
        as_share(power, "power（看出来的机会）", most=0.999, hint="十次里看出八次写成 0.8。"),
        as_share(alpha, "alpha（认错的机会）", most=0.5, hint="百分之五写成 0.05。"),
    )


def _better(rate: float, lift: Any) -> float:
    lift = as_share(lift, "lift（想看出的提升）", most=math.inf, hint="多两成写成 0.2。")
    better = rate * (1 + lift)
    if better < 1:
        return better
    raise ChoiceError(
        f"点开率 {percent(rate)} 再提升 {percent(lift)} 就过了 100%。"
        "lift（想看出的提升）是相对的：多两成写成 0.2。请改小一些。"
    )


def _design(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 1 <= value < math.inf:
        return float(value)
    raise ChoiceError(f"design（群内相像的倍数）要写成 1 或更大的数（现在是 {shown_value(value)}）。")


def _sentence(plan: PlannedTest, better: float) -> str:
    """The plan in words: how many people, how many days, what can be seen and what cannot."""
    now, then = percents(plan.rate, better)
    days = "" if plan.days is None else f"照每天看到的人数，约要 {plan.days} 天。"
    said = (
        f"要看出点开率从 {now} 到 {then}（多 {percent(plan.lift)}），"
        f"每个版本要 {people(plan.per_arm)}看到，{plan.arms} 个版本共 {people(plan.total)}。{days}"
        f"真有这么大的差别，十次里约有{tenths(plan.power)}次能看出来；更小的差别多半看不出。"
    )
    if plan.total <= plan.members:
        return said
    here = f"只有 {plan.members} 人时，"
    if plan.seen is None:
        return f"{said}{here}再大的差别也多半看不出。"
    reach = f"要到 {percent(min(1.0, plan.rate * (1 + plan.seen)))}（多 {percent(plan.seen)}）才看得出"
    return f"{said}{here}{reach}，平常的差别看不出。"
