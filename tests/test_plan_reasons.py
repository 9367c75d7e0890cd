"""Why a post stands where it does, and why another got no place."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from drawn_plans import QUOTA, group, item, pin, plan

from toolkit.schedule._again import world_of
from toolkit.schedule._ledger import Ledger, find_candidates
from toolkit.schedule._words import why_here
from toolkit.schema import RULES, Plan, Rules, Soft


def reasons(made: Plan) -> dict[str, str]:
    return dict(zip(made.calendar["post_id"], made.calendar["reason"], strict=True))


def why_at(clock: str, *, values: list[float] | None, soft: Soft | None = None) -> str:
    """The reason of a post at this clock time of a day with three slots of these worths."""
    slots = ["08:00", "12:00", "20:00"]
    times = None
    if values is not None:
        times = pd.DataFrame({"group_id": "g1", "weekday": 0, "slot": slots, "value": values})
    made = plan([item("a")], [group(slots=slots)], days=1, times=times, rules=Rules(soft=soft))
    world = world_of(made)
    ledger = Ledger(world)
    ledger.add(0, 0, slots.index(clock))
    cands = find_candidates(world)
    return why_here(world, ledger, 0, 0, (cands.group, cands.time))


def test_earlier_times_are_called_what_they_are_worth() -> None:
    assert why_at("20:00", values=None) == "更早还有 2 个时段能发，价值相同；价值 1"
    assert why_at("20:00", values=[0.5, 1.0, 1.2]) == (
        "这个时段比平均高 20%；更早还有 2 个时段能发，价值都更低；价值 1.2"
    )
    assert why_at("20:00", values=[0.5, 1.0, 1.0]) == (
        "这个时段与平均相当；更早还有 2 个时段能发，其中 1 个价值相同，别的更低；价值 1"
    )
    assert why_at("20:00", values=[0.5, 1.0, 0.8]) == (
        "这个时段比平均低 20%；更早还有 2 个时段能发，其中 1 个本身价值更高；价值 0.8"
    )
    assert why_at("20:00", values=[1.0, 1.0, 1.0], soft=Soft()) == (
        "这个时段与平均相当；更早还有 2 个时段能发，价值相同，软规则另算；价值 1"
    )
    assert why_at("08:00", values=[0.5, 1.0, 1.0]) == "这个时段比平均低 50%；是这个群能发的最早时段；价值 0.5"


def test_freshness_and_festivals_are_told() -> None:
    rules = Rules(soft=Soft(freshness_days=3.0, weekly_minimum=0, mix=0, spacing=0, fairness=0))
    late = item("a", topic="秋茶", earliest="2026-09-07")
    made = plan([late], [group()], days=5, rules=rules, pinned=[pin("x", "2026-09-07 20:00")])
    assert reasons(made)["a@g1"] == "不早于9月7日；选题还有 79% 的新鲜度；是这个群能发的最早时段；价值 0.79"
    gift = item("b", festival="中秋", latest="2026-09-30")
    made = plan([gift], [group()], days=5, rules=rules, start="2026-09-23")
    assert reasons(made)["b@g1"] == (
        "不晚于9月30日；正逢中秋；节日让价值多 30%；更早还有 2 个时段能发，价值都更低，软规则另算；价值 1.3"
    )


ORDER = "最早日期晚于最晚日期（9月9日、9月8日）。请改正"
LEFT_OUT: dict[str, tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any], str, str]] = {
    "no slots": ([item("a")], {"slots": []}, {}, "slot", "群「群g1」没有填时段，什么都发不了。请补上时段"),
    "clock": (
        [item("a", clock=["08:00", "12:00"])],
        {},
        {},
        "slot",
        "限定时刻 08:00、12:00，群「群g1」没有这个时段",
    ),
    "quiet": ([item("a")], {"quiet": ["19:00-21:00"]}, {}, "quiet", "群「群g1」在期限内的时段都落在免打扰里"),
    "window": (
        [item("a", latest="2026-09-06")],
        {},
        {},
        "window",
        "不晚于9月6日，这次排期是 9月7日 至 9月9日，没有合适的日子",
    ),
    "order": ([item("a", earliest="2026-09-09", latest="2026-09-08")], {}, {}, "window", ORDER),
    "closed": ([item("a")], {"closes": dt.date(2026, 9, 6)}, {}, "window", "群「群g1」已在 9月6日 关闭"),
    "closes": (
        [item("a", earliest="2026-09-08")],
        {"closes": dt.date(2026, 9, 7)},
        {},
        "window",
        "不早于9月8日，群「群g1」9月7日 之后关闭，没有合适的日子",
    ),
    "shut": (
        [item("a")],
        {},
        {"rules": Rules(shut=tuple(("g1", dt.date(2026, 9, day)) for day in (7, 8, 9)))},
        "window",
        "期限不限，群「群g1」9月7日、9月8日、9月9日 停发，没有合适的日子",
    ),
    "solemn": (
        [item("a", kind="promotion")],
        {},
        {"start": "2026-09-18", "days": 1},
        "solemn",
        "期限内能发的日子是庄重日，不发促销、红包，也不用推销、幽默、喜庆的语气",
    ),
    "festival": (
        [item("a", kind="promotion")],
        {},
        {"start": "2026-09-25", "days": 1},
        "festival",
        "期限内能发的日子是节日，只发为这个节日准备的促销",
    ),
    "after": (
        [item("b", latest="2026-09-06"), item("a", after=["b"])],
        {},
        {},
        "after",
        "要先发「标题b」，它没有在更早的日子排进群「群g1」",
    ),
    "phase": (
        [item("b", campaign="秋收", phase="warmup"), item("a", campaign="秋收", phase="promotion")],
        {},
        {"pinned": [pin("b", "2026-09-09 20:00")]},
        "phase",
        "活动「秋收」里别的阶段已占住前后日子，排不进群「群g1」",
    ),
    "minutes": (
        [item("a", minutes=235, owner="小李")],
        {},
        {"rules": Rules(minutes_by_hand=10)},
        "minutes",
        "负责人「小李」能用的日子里时间不够（这条要 235 分钟，每个群另要 10 分钟手发）",
    ),
    "waves": (
        [item("a", clock=["20:00"])],
        {},
        {"pinned": [pin("a", "2026-09-07 21:00", "g2")]},
        "waves",
        "这条最多分 1 批群发，已定的时间里群「群g1」没有空",
    ),
    "platform": (
        [item("a")],
        {"channel": "企微群"},
        {"rules": QUOTA, "pinned": [pin("x", "2026-09-07 20:00")]},
        "platform",
        "群「群g1」受平台限额：企业微信客户群群发限每周 1 次、每月次数不超过当月天数，已排满",
    ),
    "promos_per_week": (
        [item("b", kind="promotion"), item("a", kind="promotion")],
        {"promos_per_week": 1},
        {"pinned": [pin("b", "2026-09-07 20:00")]},
        "promos_per_week",
        "群「群g1」每周促销上限 1 次，已排满",
    ),
    "per_week": (
        [item("a")],
        {"posts_per_week": 1},
        {"pinned": [pin("x", "2026-09-07 20:00")]},
        "per_week",
        "群「群g1」每周上限 1 次，已排满",
    ),
    "per_day": (
        [item("a")],
        {"posts_per_day": 1},
        {"days": 1, "pinned": [pin("x", "2026-09-07 08:00")]},
        "per_day",
        "群「群g1」每天上限 1 次，能用的日子都已排满",
    ),
    "min_gap": (
        [item("a")],
        {},
        {"days": 1, "rules": Rules(min_gap=60), "pinned": [pin("x", "2026-09-07 19:30")]},
        "min_gap",
        "群「群g1」能用的时段离前后一条不足 60 分钟",
    ),
    "slot_clash": (
        [item("a")],
        {},
        {"days": 1, "pinned": [pin("x", "2026-09-07 20:00")]},
        "slot_clash",
        "群「群g1」能用的 1 个时段都已有定好的发布",
    ),
    "outbid": (
        [item("b", value=2), item("a")],
        {},
        {"days": 1},
        "outbid",
        "群「群g1」能用的 1 个时段都给了更合算的内容",
    ),
    "not worth its cost": (
        [item("b", value=9, topic="米"), item("a", topic="米")],
        {"slots": ["08:00", "20:00"]},
        {"days": 1, "rules": Rules(soft=Soft(weekly_minimum=0, mix=0, fairness=0, spacing=9))},
        "outbid",
        "群「群g1」还有 1 个时段能发，但多出的软规则代价不低于这条的价值",
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_why_a_post_got_no_place(name: str) -> None:
    items, changed, more, rule, told = LEFT_OUT[name]
    made = plan(items, [group(**changed)], **more)
    own = made.unplaced[made.unplaced["item_id"] == "a"]
    assert own[["rule_id", "reason"]].values.tolist() == [[rule, told]]


def test_every_rule_that_can_keep_a_post_out_has_its_sentence() -> None:
    """Standing posts alone can be unknown, for others, or twice in a group; approval is the review's business."""
    hard = {info.rule_id for info in RULES.values() if info.hard} | {"outbid"}
    assert {case[3] for case in LEFT_OUT.values()} == hard - {"unknown", "audience", "once", "not_approved"}
