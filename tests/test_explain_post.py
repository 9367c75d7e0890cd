"""What every other place of a post would gain or lose, or which rule bars it."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from drawn_plans import QUOTA, START, Judge, drawn, group, item, make_question, pin, plan, times_of
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.schedule import plan_posts
from toolkit.schedule._explain import explain_post
from toolkit.schema import PLACES, RULES, Plan, PlanError, Rules, Soft


def places(rows: list[tuple[str, bool, float | None, str | None, str]]) -> pd.DataFrame:
    return schema.check(pd.DataFrame(rows, columns=PLACES.names), PLACES)


# --- against brute force ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seed"), [("plain", 0), ("balanced", 1), ("hard", 0), ("hard", 1), ("fresh", 1)]
)
def test_explain_agrees_with_moving_the_post_and_judging_anew(name: str, seed: int) -> None:
    made = drawn(name, seed)
    judge = Judge(made)
    base, broken = judge(made.calendar)
    assert base == pytest.approx(made.value, abs=1e-4)
    assert not broken
    seen: Counter[bool] = Counter()
    for n, row in enumerate(made.calendar.itertuples()):
        if row.status == "draft" and n % 12 != seed:
            continue
        found = explain_post(made, row.post_id)
        slots = made.groups.set_index("group_id").loc[row.group_id, "slots"]
        assert list(found["starts_at"]) == sorted({*found["starts_at"]})
        assert len(found[~found["chosen"]]) >= 14 * len(slots) - 1
        assert found.loc[found["chosen"], "starts_at"].tolist() == [row.starts_at]
        barred = found["rule_id"].notna()
        for place in pd.concat([found[~barred], found[barred].iloc[n % 5 :: 5]]).itertuples():
            calendar = made.calendar.copy()
            calendar.loc[row.Index, ["starts_at", "status"]] = [place.starts_at, "draft"]
            value, broken = judge(calendar)
            assert broken != pd.isna(place.rule_id), place
            seen[broken] += 1
            if not broken:
                assert place.value_change == pytest.approx(value - base, abs=1e-4), place
            elif not place.chosen:
                assert pd.isna(place.value_change), place
    assert min(seen[True], seen[False]) >= 12


# --- whole answers ----------------------------------------------------------------------------------------------------


def test_every_place_of_a_post() -> None:
    rules = Rules(soft=replace(Soft(), fairness=0, weekly_minimum=0, mix=0, spacing=1.0, spacing_days=2))
    times = pd.DataFrame(
        [
            {"group_id": "g1", "weekday": day, "slot": "20:00", "value": value}
            for day, value in ((0, 1.2), (2, 0.9))
        ]
    )
    items = [
        item("a", value=2, topic="米"),
        item("b", value=4, topic="米", earliest="2026-09-10", latest="2026-09-10"),
        item("c", value=3, earliest="2026-09-08", latest="2026-09-08"),
    ]
    made = plan(items, [group(posts_per_day=1)], days=5, rules=rules, times=times)
    found = explain_post(made, "a@g1")
    assert_frame_equal(
        found,
        places(
            [
                (
                    "2026-09-07 20:00",
                    True,
                    0.0,
                    None,
                    "这个时段比平均高 20%；是这个群能发的最早时段；价值 2.4",
                ),
                ("2026-09-08 20:00", False, None, "per_day", "当天已有「标题c」，每天上限 1 条"),
                (
                    "2026-09-09 20:00",
                    False,
                    -2.1,
                    None,
                    "能发，价值少 2.1；这条少 0.6（时段比现在低 25%）；软规则的代价多 1.5",
                ),
                ("2026-09-10 20:00", False, None, "per_day", "当天已有「标题b」，每天上限 1 条"),
                (
                    "2026-09-11 20:00",
                    False,
                    -1.9,
                    None,
                    "能发，价值少 1.9；这条少 0.4（时段比现在低 17%）；软规则的代价多 1.5",
                ),
            ]
        ),
    )


def one(made: Plan, post_id: str, at: str) -> tuple[Any, str]:
    """Rule and reason of one place."""
    found = explain_post(made, post_id)
    row = found[found["starts_at"] == pd.Timestamp(at, tz=schema.TIME_ZONE)]
    assert len(row) == 1
    rule = row["rule_id"].iloc[0]
    return (None if pd.isna(rule) else rule), str(row["reason"].iloc[0])


TWO_WEEKS = [item("a", value=9), item("b", earliest="2026-09-14")]
TWO_SLOTS = group(slots=["08:00", "20:00"])


CAMPAIGN = [item("a", campaign="秋收", phase="warmup"), item("b", campaign="秋收", phase="promotion")]
BUSY = [item("a", minutes=200, owner="小李"), item("b", minutes=35, owner="小李")]
# items, groups, what else is asked, the post, a place that the rule bars, and what is said of it
PLACE_CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any], str, str, str]] = {
    "unknown": (
        [item("b")],
        [group()],
        {"pinned": [pin("x", "2026-09-07 20:00")]},
        "x@g1",
        "2026-09-08 20:00",
        "条目 x 不在内容条目里",
    ),
    "audience": (
        [item("a", groups=["g2"])],
        [group(), group("g2")],
        {"pinned": [pin("a", "2026-09-07 20:00")]},
        "a@g1",
        "2026-09-08 20:00",
        "这条不发给群「群g1」",
    ),
    "slot": (
        [item("a", clock=["08:00", "12:00"])],
        [TWO_SLOTS],
        {},
        "a@g1",
        "2026-09-07 20:00",
        "限定时刻 08:00、12:00",
    ),
    "quiet": (
        [item("a")],
        [TWO_SLOTS | {"quiet": ["19:30-07:00"]}],
        {},
        "a@g1",
        "2026-09-07 20:00",
        "落在免打扰时间（19:30-07:00）",
    ),
    "window": ([item("a", latest="2026-09-08")], [group()], {}, "a@g1", "2026-09-09 20:00", "不晚于9月8日"),
    "per_day": (
        [item("a", value=9), item("b")],
        [TWO_SLOTS | {"posts_per_day": 1}],
        {"days": 2},
        "a@g1",
        "2026-09-08 08:00",
        "当天已有「标题b」，每天上限 1 条",
    ),
    "per_week": (
        TWO_WEEKS,
        [group(posts_per_week=1)],
        {"days": 10},
        "a@g1",
        "2026-09-15 20:00",
        "那周已有「标题b」，每周上限 1 条",
    ),
    "promos_per_week": (
        [row | {"kind": "promotion"} for row in TWO_WEEKS],
        [group(promos_per_week=1)],
        {"days": 10},
        "a@g1",
        "2026-09-15 20:00",
        "那周已有促销「标题b」，每周促销上限 1 条",
    ),
    "platform": (
        TWO_WEEKS,
        [group(channel="企微群")],
        {"days": 10, "rules": QUOTA},
        "a@g1",
        "2026-09-15 20:00",
        "那周已有 1 条，已到上限（企业微信客户群群发限每周 1 次、每月次数不超过当月天数）",
    ),
    "slot_clash": (
        [item("a", value=9), item("b")],
        [group()],
        {"days": 2},
        "a@g1",
        "2026-09-08 20:00",
        "这个时段已有「标题b」",
    ),
    "min_gap": (
        [item("a", clock=["20:00"]), item("b")],
        [group(slots=["08:00", "18:00", "20:00"])],
        {"days": 1, "rules": Rules(min_gap=180)},
        "b@g1",
        "2026-09-07 18:00",
        "离 20:00 的「标题a」只有 120 分钟，至少要 180 分钟",
    ),
    "minutes": (
        BUSY,
        [TWO_SLOTS],
        {
            "rules": Rules(minutes_by_hand=10),
            "pinned": [pin("a", "2026-09-07 08:00"), pin("b", "2026-09-08 20:00")],
        },
        "b@g1",
        "2026-09-07 20:00",
        "负责人「小李」当天已用 210 分钟，上限 240 分钟，这条要 35 分钟，手发另要 10 分钟",
    ),
    "after": (
        [item("a"), item("b", after=["a"])],
        [group()],
        {},
        "b@g1",
        "2026-09-07 20:00",
        "先发的「标题a」排在 9月7日，这条要晚一天以上",
    ),
    "phase": (
        CAMPAIGN,
        [TWO_SLOTS],
        {},
        "b@g1",
        "2026-09-07 20:00",
        "预热「标题a」排在 9月7日，促销要比它晚一天以上",
    ),
    "solemn": (
        [item("a", tone="humorous")],
        [group()],
        {"start": "2026-09-17"},
        "a@g1",
        "2026-09-18 20:00",
        "九一八是庄重日，不发促销、红包，也不用推销、幽默、喜庆的语气",
    ),
    "festival": (
        [item("a", kind="promotion")],
        [group()],
        {"start": "2026-09-24"},
        "a@g1",
        "2026-09-25 20:00",
        "中秋当天只发为它准备的促销",
    ),
    "waves": (
        [item("a")],
        [group("g1"), group("g2")],
        {},
        "a@g2",
        "2026-09-08 20:00",
        "这条最多分 1 批群发，已用完；整批 2 个群一起改到这里可以，价值不变",
    ),
}


@pytest.mark.parametrize("rule", PLACE_CASES)
def test_every_hard_rule_says_what_it_bars(rule: str) -> None:
    items, groups, more, post_id, at, told = PLACE_CASES[rule]
    assert one(plan(items, groups, **more), post_id, at) == (rule, told)


def test_an_item_twice_in_a_group_is_barred_by_its_other_post() -> None:
    made = plan([item("a")], [group()])
    later = pd.Timestamp("2026-09-09 20:00", tz=schema.TIME_ZONE)
    twice = made.calendar.assign(post_id="again", starts_at=later)
    made = replace(made, calendar=pd.concat([made.calendar, twice], ignore_index=True))
    told = "这条在群「群g1」已另有一次发布，一个群只发一次"
    assert one(made, "a@g1", "2026-09-08 20:00") == ("once", told)


def test_no_hard_rule_is_without_its_sentence() -> None:
    hard = {info.rule_id for info in RULES.values() if info.hard}
    assert {*PLACE_CASES, "once"} == hard - {"not_approved"}


def test_the_other_side_of_an_order_is_told_as_well() -> None:
    made = plan([item("a"), item("b", after=["a"])], [group()])
    assert one(made, "a@g1", "2026-09-09 20:00") == (
        "after",
        "要等它的「标题b」排在 9月8日，这条要早一天以上",
    )
    alone = plan(
        [item("a", latest="2026-09-06"), item("b", after=["a"])],
        [group()],
        pinned=[pin("b", "2026-09-08 20:00")],
    )
    assert one(alone, "b@g1", "2026-09-09 20:00") == ("after", "先发的「标题a」没有排进这个群")
    assert one(plan(CAMPAIGN, [group()]), "a@g1", "2026-09-09 20:00") == (
        "phase",
        "促销「标题b」排在 9月8日，预热要比它早一天以上",
    )


def test_days_on_which_a_group_gets_nothing() -> None:
    made = plan(
        [item("a")], [group(closes=dt.date(2026, 9, 8))], rules=Rules(shut=(("g1", dt.date(2026, 9, 8)),))
    )
    assert one(made, "a@g1", "2026-09-08 20:00") == ("window", "这个群那天停发")
    assert one(made, "a@g1", "2026-09-09 20:00") == ("window", "群「群g1」在 9月8日 之后关闭")
    mourning = plan([item("a", kind="red_packet")], [group()], rules=Rules(mourning=(dt.date(2026, 9, 8),)))
    assert one(mourning, "a@g1", "2026-09-08 20:00")[1].startswith("哀悼日是庄重日")


def test_full_weeks_name_three_posts() -> None:
    items = [item("a", value=9), *(item(f"b{n}", earliest=f"2026-09-{14 + n}") for n in range(4))]
    made = plan(items, [group(posts_per_week=4)], days=14)
    assert one(made, "a@g1", "2026-09-20 20:00") == (
        "per_week",
        "那周已有「标题b0」「标题b1」「标题b2」等 4 条，每周上限 4 条",
    )


def test_a_wave_that_cannot_move_together() -> None:
    head = "这条最多分 1 批群发，已用完；"
    groups = [group("g1"), group("g2", closes=dt.date(2026, 9, 7)), group("g3")]
    assert one(plan([item("a")], groups), "a@g1", "2026-09-08 20:00") == (
        "waves",
        f"{head}整批 3 个群一起改到这里，有 1 个群放不下",
    )
    settled = plan([item("a")], [group("g1"), group("g2")], pinned=[pin("a", "2026-09-07 20:00")])
    assert one(settled, "a@g2", "2026-09-08 20:00") == ("waves", f"{head}同批有 1 个群已定或已发，不能一起改")
    busy = [item("a", minutes=220, owner="小李", value=9), item("b", minutes=15, owner="小李", groups=["g3"])]
    made = plan(
        busy,
        [group("g1"), group("g2"), group("g3")],
        rules=Rules(minutes_by_hand=3),
        pinned=[pin("b", "2026-09-08 20:00", "g3")],
    )
    assert one(made, "a@g1", "2026-09-08 20:00") == (
        "minutes",
        "负责人「小李」当天已用 18 分钟，上限 240 分钟，这条要 220 分钟，手发另要 3 分钟",
    )
    looser = replace(made, items=made.items.assign(minutes=[218, 15]))
    assert one(looser, "a@g1", "2026-09-08 20:00") == (
        "waves",
        f"{head}整批 3 个群一起改到这里，有 1 个群放不下",
    )
    apart = replace(looser, items=looser.items.assign(groups=[["g1", "g2"], ["g3"]]))
    apart = replace(apart, calendar=apart.calendar[apart.calendar["post_id"] != "a@g3"])
    assert one(apart, "a@g1", "2026-09-08 20:00") == (
        "waves",
        f"{head}整批 2 个群一起改到这里，负责人当天的时间不够",
    )


def test_what_moving_the_wave_is_worth_is_what_the_moved_calendar_is_worth() -> None:
    items, groups = make_question(10, 14, 60, seed=3)
    rules = Rules.balanced()
    made = plan_posts(
        items, groups, start=START, days=14, rules=rules, times=times_of(groups), effort="quick"
    )
    told, judge = 0, Judge(made)
    for row in made.calendar.iloc[::3].itertuples():
        found = explain_post(made, row.post_id)
        for place in found[found["reason"].str.contains("一起改到这里可以")].itertuples():
            wave = (made.calendar["item_id"] == row.item_id) & (made.calendar["starts_at"] == row.starts_at)
            calendar = made.calendar.copy()
            calendar.loc[wave, "starts_at"] = place.starts_at
            value, broken = judge(calendar)
            change = value - made.value
            words = f"{abs(change):.2f}".rstrip("0").rstrip(".")
            side = "价值不变" if abs(change) < 0.005 else f"价值{'多' if change > 0 else '少'} {words}"
            assert not broken
            assert place.reason.endswith(f"整批 {int(wave.sum())} 个群一起改到这里可以，{side}")
            told += 1
    assert told >= 10


# --- posts that stand -------------------------------------------------------------------------------------------------


def test_standing_posts_off_their_slots_and_days_are_explained() -> None:
    made = plan(
        [item("a"), item("b"), item("c", latest="2026-09-06")],
        [group()],
        pinned=[pin("a", "2026-09-07 21:15"), pin("b", "2026-09-06 20:00", status="sent")],
    )
    assert_frame_equal(
        explain_post(made, "a@g1"),
        places(
            [
                ("2026-09-07 20:00", False, 0.0, None, "能发，价值不变"),
                ("2026-09-07 21:15", True, 0.0, "slot", "现在排在这里，但不是这个群的时段（有：20:00）"),
                ("2026-09-08 20:00", False, 0.0, None, "能发，价值不变"),
                ("2026-09-09 20:00", False, 0.0, None, "能发，价值不变"),
            ]
        ),
    )
    assert_frame_equal(
        explain_post(made, "b@g1"),
        places(
            [
                ("2026-09-06 20:00", True, 0.0, None, "已经发出"),
                *((f"2026-09-0{n} 20:00", False, 1.0, None, "能发，价值多 1；这条多 1") for n in (7, 8, 9)),
            ]
        ),
    )


def test_a_standing_post_that_breaks_a_rule_says_which() -> None:
    made = plan([item("a", latest="2026-09-07")], [group()], pinned=[pin("a", "2026-09-08 20:00")])
    found = explain_post(made, "a@g1")
    assert list(found["rule_id"].fillna("")) == ["", "window", "window"]
    assert list(found["value_change"].fillna(-1)) == [0.0, 0.0, -1.0]
    assert found["reason"].iloc[1] == "现在排在这里，但不晚于9月7日"


def test_a_post_of_an_unknown_group_has_only_its_own_place() -> None:
    made = plan([item("a")], [group()], pinned=[pin("a", "2026-09-07 20:00", "g9")])
    assert_frame_equal(
        explain_post(made, "a@g9"),
        places([("2026-09-07 20:00", True, 0.0, "unknown", "现在排在这里，但群 g9 不在群表里")]),
    )


def test_what_cannot_be_explained() -> None:
    made = plan([item(f"a{n}") for n in range(7)], [group()], days=7)
    with pytest.raises(
        PlanError, match=r"没有发布 'zz'。发布编号在 plan\.calendar 的 post_id 一列，例如：a0@g1、"
    ):
        explain_post(made, "zz")
    with pytest.raises(PlanError, match="例如：无。"):
        explain_post(plan([item("a")], [group(slots=[])]), "a@g1")
    for status in ("missed", "cancelled"):
        gone = replace(made, calendar=made.calendar.assign(status=status))
        with pytest.raises(PlanError, match="发布 a0@g1 未发或已取消，不占位置"):
            explain_post(gone, "a0@g1")
    untimed = replace(made, calendar=made.calendar.assign(starts_at=pd.NaT))
    with pytest.raises(PlanError, match="发布 a0@g1 没有发布时间"):
        explain_post(untimed, "a0@g1")
