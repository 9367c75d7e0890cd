"""The independent judge on calendars made by hand: each breaks one rule, or none at its very edge."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from toolkit import schema
from toolkit.schedule import check_calendar
from toolkit.schema import ColumnError, PlanError, Quota, Rules

# 2026-09-21 is a Monday and a workday without any mark
SLOTS = ["08:30", "12:30", "20:00"]


def group(group_id: str = "g1", **more: Any) -> dict[str, Any]:
    row = {"group_id": group_id, "name": f"{group_id}群", "members": 100, "slots": SLOTS}
    return {**row, "posts_per_day": 3, "posts_per_week": 20, **more}


def item(item_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"item_id": item_id, "title": f"标题{item_id}", "waves": 9, **more}


def post(
    item_id: str = "a", at: str = "2026-09-21 20:00", group_id: str = "g1", **more: Any
) -> dict[str, Any]:
    row = {"post_id": f"{item_id}@{group_id}", "item_id": item_id, "group_id": group_id}
    return {**row, "starts_at": at, "status": "draft", **more}


def checks(
    posts: list[dict[str, Any]],
    items: list[dict[str, Any]] | None = None,
    groups: list[dict[str, Any]] | None = None,
    rules: Rules | None = None,
    **more: Any,
) -> pd.DataFrame:
    calendar = pd.DataFrame(posts) if posts else schema.CALENDAR.empty()
    tables = [pd.DataFrame(items or [item()]), pd.DataFrame(groups or [group()])]
    return check_calendar(calendar, *tables, rules=rules, **more)


def broken(*args: Any, **kwargs: Any) -> list[tuple[str, str, str]]:
    found = checks(*args, **kwargs)
    return list(found[["rule_id", "severity", "post_id"]].itertuples(index=False, name=None))


def test_a_plain_post_breaks_nothing() -> None:
    found = checks([post()])
    pd.testing.assert_frame_equal(found, schema.CHECKS.empty())


def test_empty_calendars_and_tables_break_nothing() -> None:
    assert broken([]) == []
    nothing = check_calendar(schema.CALENDAR.empty(), schema.ITEMS.empty(), schema.GROUPS.empty())
    pd.testing.assert_frame_equal(nothing, schema.CHECKS.empty())


ONE_RULE: dict[str, dict[str, Any]] = {
    "unknown": {"posts": [post("z")]},
    "audience": {
        "posts": [post()],
        "items": [item(groups=["g2"])],
        "groups": [group(), group("g2")],
    },
    "once": {"posts": [post(), post(at="2026-09-22 20:00", post_id="again")], "bad": ["again"]},
    "slot": {"posts": [post(at="2026-09-21 20:01")]},
    "quiet": {"posts": [post()], "groups": [group(quiet=["19:00-21:00"])]},
    "window": {"posts": [post()], "items": [item(earliest="2026-09-22")]},
    "per_day": {
        "posts": [post(), post("b", "2026-09-21 12:30")],
        "items": [item(), item("b")],
        "groups": [group(posts_per_day=1)],
        "bad": ["a@g1"],
    },
    "per_week": {
        "posts": [post(), post("b", "2026-09-27 12:30")],
        "items": [item(), item("b")],
        "groups": [group(posts_per_week=1)],
        "bad": ["b@g1"],
    },
    "promos_per_week": {
        "posts": [post(), post("b", "2026-09-22 12:30"), post("c", "2026-09-23 12:30")],
        "items": [item(kind="promotion"), item("b", kind="promotion"), item("c")],
        "groups": [group(promos_per_week=1)],
        "bad": ["b@g1"],
    },
    "slot_clash": {"posts": [post(), post("b")], "items": [item(), item("b")], "bad": ["b@g1"]},
    "waves": {
        "posts": [post(), post(at="2026-09-21 12:30", group_id="g2")],
        "items": [item(waves=1)],
        "groups": [group(), group("g2")],
        "bad": ["a@g1"],
    },
    "minutes": {
        "posts": [post(), post("b", "2026-09-21 12:30")],
        "items": [item(minutes=120, owner="小林"), item("b", minutes=121, owner="小林")],
        "bad": ["a@g1"],
    },
    "after": {"posts": [post("b")], "items": [item(), item("b", after=["a"])], "bad": ["b@g1"]},
    "phase": {
        "posts": [post(), post("b", "2026-09-21 08:30")],
        "items": [item(campaign="芋头", phase="warmup"), item("b", campaign="芋头", phase="promotion")],
        "bad": ["b@g1"],
    },
    "solemn": {"posts": [post(at="2026-09-18 20:00")], "items": [item(tone="humorous")]},
    "festival": {"posts": [post(at="2026-09-25 20:00")], "items": [item(kind="promotion")]},
    "min_gap": {
        "posts": [post(at="2026-09-21 08:30"), post("b", "2026-09-21 12:30")],
        "items": [item(), item("b")],
        "rules": Rules(min_gap=241),
        "bad": ["b@g1"],
    },
    "platform": {
        "posts": [post(), post("b", "2026-09-27 12:30")],
        "items": [item(), item("b")],
        "groups": [group(channel="企微群")],
        "rules": Rules(quotas=(Quota("企微群", "企微群发", per_week=1),)),
        "bad": ["b@g1"],
    },
}


@pytest.mark.parametrize("rule_id", ONE_RULE)
def test_a_calendar_that_breaks_one_rule_is_told_of_that_rule_alone(rule_id: str) -> None:
    case = dict(ONE_RULE[rule_id])
    bad = case.pop("bad", [case["posts"][0]["post_id"]])
    found = checks(**case)
    assert list(found["rule_id"]) == [rule_id] * len(bad)
    assert list(found["severity"]) == ["block"] * len(bad)
    assert list(found["post_id"]) == bad
    assert found["message"].str.contains("：").all()


@pytest.mark.parametrize("status", ["pinned", "sent"])
@pytest.mark.parametrize("rule_id", ONE_RULE)
def test_what_stands_is_reported_as_pinned_and_never_blocked(rule_id: str, status: str) -> None:
    case = dict(ONE_RULE[rule_id])
    case.pop("bad", None)
    case["posts"] = [{**row, "status": status} for row in case["posts"]]
    found = checks(**case)
    assert set(found["rule_id"]) == {"pinned"}
    assert set(found["severity"]) == {"warn"}
    assert found["message"].str.contains("照原样保留").all()
    assert not found["message"].str.contains(rule_id).any()  # an editor reads no English rule names


@pytest.mark.parametrize("status", ["missed", "cancelled"])
@pytest.mark.parametrize("rule_id", ONE_RULE)
def test_missed_and_cancelled_posts_count_for_nothing(rule_id: str, status: str) -> None:
    case = dict(ONE_RULE[rule_id])
    case.pop("bad", None)
    case["posts"] = [{**row, "status": status} for row in case["posts"]]
    assert broken(**case) == []


def test_every_rule_id_has_its_case() -> None:
    contract = {
        *("unknown", "audience", "once", "slot", "quiet", "window", "per_day", "per_week", "promos_per_week"),
        *("slot_clash", "waves", "minutes", "after", "phase", "solemn", "festival", "min_gap"),
        "platform",
    }
    assert set(ONE_RULE) == contract


def test_an_unmet_must_send_is_a_warning_for_each_group_of_its_audience() -> None:
    groups = [group(segment="妈妈"), group("g2", segment="妈妈"), group("g3", segment="学生")]
    items = [item(must_send=True, groups=["妈妈"])]
    found = checks([post()], items, groups)
    assert list(found["rule_id"]) == ["must_send"]
    assert list(found["severity"]) == ["warn"]
    assert list(found["post_id"]) == ["a@g2"]
    assert list(found["message"]) == ["群「g2群」还没有排入必发的「标题a」"]
    assert broken([post(status="cancelled"), post(group_id="g2")], items, groups) == [
        ("must_send", "warn", "a@g1")
    ]


def test_hard_findings_come_before_soft_ones() -> None:
    items = [item(must_send=True), item("b")]
    posts = [post("b", "2026-09-21 12:30", status="pinned"), post("b", "2026-09-21 20:01", post_id="x")]
    groups = [group(slots=["20:00", "20:01"])]
    assert broken(posts, items, groups) == [
        ("once", "block", "x"),
        ("pinned", "warn", "b@g1"),
        ("must_send", "warn", "a@g1"),
    ]


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        ("22:00-08:00", "22:00", True),
        ("22:00-08:00", "21:59", False),
        ("22:00-08:00", "00:00", True),
        ("22:00-08:00", "07:59", True),
        ("22:00-08:00", "08:00", False),
        ("12:00-14:00", "12:00", True),
        ("12:00-14:00", "13:59", True),
        ("12:00-14:00", "14:00", False),
        ("00:00-24:00", "00:00", True),
        ("00:00-24:00", "23:59", True),
        ("22:00－08:00", "23:00", True),
        ("22:00至08:00", "08:00", False),
    ],
)
def test_quiet_spans_hold_their_start_and_not_their_end(quiet: str, at: str, expected: bool) -> None:
    found = broken([post(at=f"2026-09-21 {at}")], groups=[group(slots=[at], quiet=[quiet])])
    assert found == ([("quiet", "block", "a@g1")] if expected else [])


def test_a_quiet_span_that_cannot_be_read_is_an_error_and_not_passed_over() -> None:
    for quiet in ("晚上", "22点-8点"):
        with pytest.raises(PlanError, match="看不懂"):
            checks([post()], groups=[group(quiet=[quiet])])


@pytest.mark.parametrize(
    ("day", "expected"), [("09-21", True), ("09-22", False), ("09-24", False), ("09-25", True)]
)
def test_earliest_and_latest_are_both_included(day: str, expected: bool) -> None:
    items = [item(earliest="2026-09-22 18:00", latest="2026-09-24 06:00")]
    found = broken([post(at=f"2026-09-{day[3:]} 12:30")], items)
    assert found == ([("window", "block", "a@g1")] if expected else [])


def test_a_group_may_be_posted_to_on_the_day_it_closes_and_not_after() -> None:
    groups = [group(closes="2026-09-21")]
    assert broken([post()], groups=groups) == []
    assert broken([post(at="2026-09-22 08:30")], groups=groups) == [("window", "block", "a@g1")]


SELLING = [
    ({"kind": "promotion"}, True),
    ({"kind": "red_packet"}, True),
    ({"tone": "sales"}, True),
    ({"tone": "humorous"}, True),
    ({"tone": "festive"}, True),
    ({"tone": "warm"}, False),
    ({"tone": "solemn", "kind": "notice"}, False),
    ({"kind": "event"}, False),
]


@pytest.mark.parametrize("day", ["2026-04-05", "2026-09-18", "2026-09-30", "2026-12-13", "2024-04-04"])
@pytest.mark.parametrize(("more", "barred"), SELLING)
def test_solemn_days_bar_selling_and_jollity(day: str, more: dict[str, Any], barred: bool) -> None:
    expected = [("solemn", "block", "a@g1")] if barred else []
    assert broken([post(at=f"{day} 20:00")], [item(**more)]) == expected


@pytest.mark.parametrize(
    ("day", "more", "allowed"),
    [
        ("2026-04-05", {"festival": "清明", "tone": "warm"}, True),
        ("2026-04-05", {"festival": "清明节", "tone": "neutral"}, True),
        ("2026-04-05", {"festival": "清明"}, True),
        ("2026-04-05", {"festival": "清明", "tone": "festive"}, False),
        ("2026-04-05", {"festival": "清明", "tone": "solemn"}, False),
        ("2026-04-05", {"festival": "端午", "tone": "warm"}, False),
        ("2026-04-05", {"tone": "warm"}, False),
        ("2026-04-05", {"kind": "red_packet", "festival": "清明", "tone": "warm"}, False),
        ("2026-09-18", {"festival": "清明", "tone": "warm"}, False),
    ],
)
def test_green_dumplings_may_be_sold_on_tomb_sweeping_day(
    day: str, more: dict[str, Any], allowed: bool
) -> None:
    items = [item(**{"kind": "promotion", **more})]
    assert broken([post(at=f"{day} 20:00")], items) == ([] if allowed else [("solemn", "block", "a@g1")])


def test_days_of_mourning_are_solemn_and_know_no_exception() -> None:
    items = [item(kind="promotion", festival="清明", tone="warm")]
    mourning = Rules(mourning=(dt.date(2026, 4, 5), dt.date(2026, 9, 21)))
    assert broken([post()], items) == []
    assert broken([post()], items, rules=mourning) == [("solemn", "block", "a@g1")]
    assert broken([post(at="2026-04-05 20:00")], items, rules=mourning) == [("solemn", "block", "a@g1")]


@pytest.mark.parametrize(
    ("day", "festival"),
    [
        ("2026-02-16", "除夕"),
        ("2026-02-17", "春节"),
        ("2026-03-03", "元宵"),
        ("2026-06-19", "端午"),
        ("2026-09-25", "中秋"),
        ("2026-10-01", "国庆"),
        ("2025-10-06", "中秋"),
        ("2029-02-13", "春节"),
    ],
)
def test_festivals_take_only_their_own_promotions(day: str, festival: str) -> None:
    here = [post(at=f"{day} 20:00")]
    bar = [("festival", "block", "a@g1")]
    with_jie = festival if festival == "春节" else f"{festival}节"
    for name in (festival, with_jie):
        assert broken(here, [item(kind="promotion", festival=name)]) == []
    assert broken(here, [item(kind="promotion")]) == bar
    assert broken(here, [item(kind="promotion", festival="重阳")]) == bar
    assert broken(here, [item(kind="red_packet", tone="festive")]) == []
    next_day = [post(at=f"{dt.date.fromisoformat(day) + dt.timedelta(days=2)} 20:00")]
    assert broken(next_day, [item(kind="promotion")]) == []


def test_when_two_festivals_share_a_day_either_will_do() -> None:
    # in 2031 the Mid-Autumn festival falls on National Day
    here = [post(at="2031-10-01 20:00")]
    for name in ("中秋", "国庆"):
        assert broken(here, [item(kind="promotion", festival=name)]) == []
    assert broken(here, [item(kind="promotion")]) == [("festival", "block", "a@g1")]


@pytest.mark.parametrize(("way", "expected"), [("block", "block"), ("warn", "warn"), ("off", "")])
def test_solemn_and_festival_can_be_softened(way: Any, expected: str) -> None:
    rules = Rules(solemn=way, festival=way)
    items = [item(kind="promotion"), item("b", kind="promotion")]
    posts = [post(at="2026-09-18 20:00"), post("b", "2026-10-01 20:00")]
    found = broken(posts, items, rules=rules)
    both = [("solemn", expected, "a@g1"), ("festival", expected, "b@g1")]
    assert sorted(found) == (sorted(both) if expected else [])


def test_weeks_run_from_monday_to_sunday_and_are_cut_nowhere() -> None:
    groups = [group(posts_per_week=1)]
    items = [item(), item("b")]
    # Sunday and Monday are two weeks, Monday and Sunday one, even over a month's end
    assert broken([post(at="2026-09-20 20:00"), post("b", "2026-09-21 08:30")], items, groups) == []
    late = [post(at="2026-09-28 20:00"), post("b", "2026-10-04 08:30")]
    assert broken(late, items, groups) == [("per_week", "block", "b@g1")]
    # what was sent before the plan's first day takes the room of the week that it cuts
    sent = [post(at="2026-09-21 20:00", status="sent"), post("b", "2026-09-24 08:30")]
    assert broken(sent, items, groups) == [("per_week", "block", "b@g1")]


def test_standing_posts_take_the_room_first_and_drafts_are_to_blame() -> None:
    groups = [group(posts_per_day=1)]
    posts = [post(at="2026-09-21 08:30"), post("b", "2026-09-21 20:00", status="pinned")]
    assert broken(posts, [item(), item("b")], groups) == [("per_day", "block", "a@g1")]


def test_other_groups_have_ceilings_of_their_own() -> None:
    groups = [group(posts_per_day=1, posts_per_week=1), group("g2", posts_per_day=1, posts_per_week=1)]
    assert broken([post(), post(group_id="g2")], groups=groups) == []


def test_only_promotions_count_for_the_ceiling_of_promotions_and_blank_means_none() -> None:
    items = [item(kind="promotion"), item("b", kind="red_packet"), item("c", kind="promotion")]
    posts = [post(at="2026-09-21 20:00"), post("b", "2026-09-22 20:00"), post("c", "2026-09-23 20:00")]
    assert broken(posts, items, [group(promos_per_week=None)]) == []
    assert broken(posts, items, [group(promos_per_week=2)]) == []
    assert broken(posts, items, [group(promos_per_week=1)]) == [("promos_per_week", "block", "c@g1")]
    assert len(broken(posts, items, [group(promos_per_week=0)])) == 2


def test_waves_are_distinct_send_times_over_all_groups() -> None:
    groups = [group(f"g{n}") for n in range(1, 5)]
    times = ["2026-09-21 08:30", "2026-09-21 08:30", "2026-09-21 20:00", "2026-09-22 20:00"]
    posts = [post(at=at, group_id=f"g{n}") for n, at in enumerate(times, start=1)]
    assert broken(posts, [item(waves=3)], groups) == []
    assert broken(posts, [item(waves=2)], groups) == [("waves", "block", "a@g4")]
    assert broken(posts, [item(waves=1)], groups) == [("waves", "block", "a@g3"), ("waves", "block", "a@g4")]


def test_minutes_are_charged_once_for_each_send_time() -> None:
    groups = [group(f"g{n}") for n in range(1, 4)]
    one_wave = [post(group_id=f"g{n}") for n in range(1, 4)]
    assert broken(one_wave, [item(minutes=240, owner="小林")], groups) == []
    two_waves = [*one_wave[:2], post(at="2026-09-21 08:30", group_id="g3")]
    assert broken(two_waves, [item(minutes=120, owner="小林")], groups) == []
    found = broken(two_waves, [item(minutes=121, owner="小林")], groups)
    assert found == [("minutes", "block", "a@g1")]


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        ("2026-09-21", 240),  # a Monday
        ("2026-09-20", 240),  # a Sunday that is made up for National Day
        ("2026-09-19", 90),  # a Saturday
        ("2026-10-02", 90),  # a Friday within the holiday
        ("2026-10-10", 240),  # a Saturday that is made up
    ],
)
def test_minutes_of_workdays_and_days_off(day: str, limit: int) -> None:
    here = [post(at=f"{day} 20:00")]
    assert broken(here, [item(minutes=limit, owner="小林")]) == []
    assert broken(here, [item(minutes=limit + 1, owner="小林")]) == [("minutes", "block", "a@g1")]
    own = Rules(minutes_workday=10, minutes_day_off=10)
    assert broken(here, [item(minutes=11)], rules=own) == [("minutes", "block", "a@g1")]


def test_each_owner_has_a_day_of_her_own() -> None:
    posts = [post(), post("b", "2026-09-21 12:30")]
    assert broken(posts, [item(minutes=240, owner="小林"), item("b", minutes=240, owner="阿珍")]) == []


def test_after_asks_for_an_earlier_day_in_the_same_group() -> None:
    items = [item(), item("b", after=["a"])]
    groups = [group(), group("g2")]
    assert broken([post(), post("b", "2026-09-22 08:30")], items) == []
    same_day = [post(at="2026-09-21 08:30"), post("b", "2026-09-21 20:00")]
    assert broken(same_day, items) == [("after", "block", "b@g1")]
    elsewhere = [post(), post("b", "2026-09-22 08:30", group_id="g2")]
    assert broken(elsewhere, items, groups) == [("after", "block", "b@g2")]
    missed = [post(status="missed"), post("b", "2026-09-22 08:30")]
    assert broken(missed, items) == [("after", "block", "b@g1")]
    sent = [post(at="2026-09-14 20:00", status="sent"), post("b")]
    assert broken(sent, items) == []


def test_after_asks_nothing_where_the_earlier_item_is_not_for_the_group() -> None:
    items = [item(groups=["g2"]), item("b", after=["a"])]
    groups = [group(), group("g2")]
    assert broken([post("b")], items, groups) == []


def test_later_phases_come_on_a_later_day() -> None:
    names = (("a", "warmup"), ("b", "promotion"), ("c", "review"))
    items = [item(name, campaign="芋头", phase=phase) for name, phase in names]
    in_order = [post(at="2026-09-21 20:00"), post("b", "2026-09-22 08:30"), post("c", "2026-09-23 08:30")]
    assert broken(in_order, items) == []
    # a phase that is not sent bars nothing, and campaigns and groups do not mix
    assert broken([post("c"), post("b", "2026-09-20 20:00")], items) == []
    assert broken([post("b"), post("a", "2026-09-22 20:00", "g2")], items, [group(), group("g2")]) == []
    other = [items[0], {**items[1], "campaign": "月饼"}]
    assert broken([post(at="2026-09-22 20:00"), post("b")], other) == []
    assert broken([post("c"), post("b", "2026-09-22 20:00")], items) == [("phase", "block", "c@g1")]


def test_a_draft_before_a_standing_later_phase_is_to_blame() -> None:
    items = [item(campaign="芋头", phase="warmup"), item("b", campaign="芋头", phase="promotion")]
    posts = [post(at="2026-09-22 20:00"), post("b", status="sent")]
    assert broken(posts, items) == [("phase", "block", "a@g1")]


def test_min_gap_holds_over_midnight_and_not_between_groups() -> None:
    rules = Rules(min_gap=60)
    groups = [group(slots=["00:15", "23:30"]), group("g2", slots=["00:15", "00:30"])]
    posts = [post(at="2026-09-21 23:30"), post("b", "2026-09-22 00:15")]
    items = [item(), item("b")]
    assert broken(posts, items, groups, rules) == [("min_gap", "block", "b@g1")]
    assert broken(posts, items, groups, Rules(min_gap=45)) == []
    assert broken([posts[0], post("b", "2026-09-22 00:15", "g2")], items, groups, rules) == []
    assert broken(posts, items, groups) == []


def test_segments_go_before_group_ids_and_all_is_everyone() -> None:
    groups = [group("g1", segment="妈妈"), group("g2", segment="学生")]
    both = [post(), post(group_id="g2")]
    assert broken(both, [item(groups=["all"])], groups) == []
    assert broken(both, [item(groups=[])], groups) == []
    assert broken(both, [item(groups=["妈妈", "g2"])], groups) == []
    assert broken(both, [item(groups="妈妈")], groups) == [("audience", "block", "a@g2")]


def test_unknown_groups_and_missing_times_are_named() -> None:
    assert broken([post(group_id="g9")]) == [("unknown", "block", "a@g9")]
    found = checks([post(at=None)])  # type: ignore[arg-type]
    assert list(found["rule_id"]) == ["slot"]
    assert list(found["message"]) == ["群「g1群」「标题a」：没有发布时间"]


def test_messages_say_when_where_what_and_why() -> None:
    found = checks([post(at="2026-09-21 20:01")])
    assert list(found["message"]) == [
        "9月21日 20:01 群「g1群」「标题a」：不是这个群的时段（有：08:30、12:30、20:00）"
    ]
    standing = checks([post(at="2026-09-21 20:01", status="sent")])
    assert list(standing["message"]) == [
        "9月21日 20:01 群「g1群」「标题a」：不是这个群的时段（有：08:30、12:30、20:00）"
        "（已定或已发，照原样保留；规则：时段）"
    ]


def test_tables_as_an_editor_reads_them_are_judged_the_same() -> None:
    calendar = {
        "发布编号": "p",
        "条目编号": "a",
        "群编号": "g1",
        "发布时间": "2026-09-25 20:00",
        "状态": "待发",
    }
    items = {"条目编号": "a", "标题": "芋头到了", "类型": "促销", "语气": "温暖", "节日": ""}
    groups = {
        "群编号": "g1",
        "群名": "妈妈群",
        "人数": 100,
        "时段": "08:30、20:00",
        "每天上限": 1,
        "每周上限": 3,
    }
    tables = [pd.DataFrame([row]) for row in (calendar, items, groups)]
    assert list(check_calendar(*tables)["rule_id"]) == ["festival"]
    standing = [tables[0].assign(状态="已发"), *tables[1:]]
    assert list(check_calendar(*standing)["rule_id"]) == ["pinned"]
    gone = [tables[0].assign(状态="取消"), *tables[1:]]
    assert list(check_calendar(*gone)["rule_id"]) == []


def test_repeated_ids_and_lacking_columns_are_errors() -> None:
    with pytest.raises(PlanError, match="内容条目表里条目编号有重复"):
        checks([post()], [item(), item()])
    with pytest.raises(PlanError, match="群表里群编号有重复"):
        checks([post()], groups=[group(), group()])
    with pytest.raises(ColumnError, match="发布时间"):
        check_calendar(
            pd.DataFrame([{"post_id": "p", "item_id": "a", "group_id": "g1"}]),
            pd.DataFrame([item()]),
            pd.DataFrame([group()]),
        )
