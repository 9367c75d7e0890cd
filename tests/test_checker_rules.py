"""Every rule of the checker by itself: it finds its case, without it the case is not found, and it has name and source."""

from __future__ import annotations

import ast
import datetime as dt
import random
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_checker import ONE_RULE, broken, checks, group, item, post

from toolkit import schema
from toolkit.schedule import _check_rules as hard_rules
from toolkit.schedule import _check_soft as warnings
from toolkit.schedule import check_calendar
from toolkit.schema import ChoiceError, ColumnError, PlanError, Quota, Rules, Soft
from toolkit.schema._rules import RULES

CHECKED = {
    *("unknown", "audience", "once", "slot", "quiet", "window", "per_day", "per_week", "promos_per_week"),
    *(
        "slot_clash",
        "waves",
        "minutes",
        "after",
        "phase",
        "solemn",
        "festival",
        "platform",
        "min_gap",
        "pinned",
    ),
    *("must_send", "weekly_minimum", "mix", "spacing", "fairness", "overlap"),
}
NO_WISHES: dict[str, Any] = {
    "weekly_minimum": 0.0,
    "mix": 0.0,
    "spacing": 0.0,
    "fairness": 0.0,
    "overlap": 0.0,
}


def wish(name: str) -> Rules:
    """Rules with one wish at a price of 1."""
    return Rules(soft=Soft(**{**NO_WISHES, name: 1.0}))


# for the wishes: two groups or two posts, and what one of them lacks
TWO = [item(), item("b", kind="promotion", topic="芋头"), item("c", topic="芋头")]
CASES: dict[str, dict[str, Any]] = {
    **ONE_RULE,
    "pinned": {"posts": [post(at="2026-09-21 20:01", status="sent")]},
    "must_send": {"posts": [], "items": [item(must_send=True)], "bad": ["a@g1"]},
    "weekly_minimum": {
        "posts": [post()],
        "groups": [group(), group("g2")],
        "rules": wish("weekly_minimum"),
        "days": 7,
        "bad": ["g2"],
    },
    "mix": {"posts": [post("b")], "items": TWO[:2], "rules": Rules(soft=Soft(**{**NO_WISHES, "mix": 1.0, "value_share": 0})), "bad": ["g1"]},
    "spacing": {
        "posts": [post("b"), post("c", "2026-09-22 20:00")],
        "items": TWO,
        "rules": wish("spacing"),
        "bad": ["c@g1"],
    },
    "fairness": {
        "posts": [post("a"), post("b", "2026-09-21 12:30")],
        "items": TWO,
        "groups": [group(), group("g2")],
        "rules": wish("fairness"),
        "bad": ["g2"],
    },
    "overlap": {
        "posts": [post(), post(group_id="g2")],
        "groups": [group(), group("g2")],
        "rules": wish("overlap"),
        "overlap": pd.DataFrame([{"group_id": "g1", "other_id": "g2", "share": 0.5}]),
        "bad": ["a@g2"],
    },
}  # fmt: skip


def found_in(case: dict[str, Any]) -> list[tuple[str, str, str]]:
    return broken(**{name: value for name, value in case.items() if name != "bad"})


@pytest.mark.parametrize("rule_id", CASES)
def test_a_calendar_that_breaks_one_rule_is_told_of_that_rule_alone(rule_id: str) -> None:
    bad = CASES[rule_id].get("bad", [(CASES[rule_id]["posts"] or [{}])[0].get("post_id")])
    severity = "block" if RULES[rule_id].hard else "warn"
    assert found_in(CASES[rule_id]) == [(rule_id, severity, name) for name in bad]


@pytest.mark.parametrize("rule_id", CASES)
def test_without_its_rule_a_case_is_not_found(rule_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_in(CASES[rule_id]) != []
    home: dict[str, Any] = hard_rules.HARD if rule_id in hard_rules.HARD else warnings.WARNINGS
    monkeypatch.delitem(home, rule_id)
    assert found_in(CASES[rule_id]) == []


def test_the_checker_knows_exactly_the_rules_of_the_contract() -> None:
    assert set(hard_rules.HARD) | set(warnings.WARNINGS) == CHECKED == set(CASES)
    assert not set(hard_rules.HARD) & set(warnings.WARNINGS)


def test_every_rule_has_a_chinese_name_and_source() -> None:
    assert set(RULES) == {*CHECKED, "outbid", "not_approved", "by_hand"}
    for rule_id, info in RULES.items():
        assert info.rule_id == rule_id
        for text in (info.name, info.source):
            assert any("一" <= letter <= "鿿" for letter in text)
            assert not any(letter.isascii() and letter.isalpha() for letter in text)
    assert len({info.name for info in RULES.values()}) == len(RULES)
    assert {rule_id for rule_id in CHECKED if RULES[rule_id].hard} == set(hard_rules.HARD)
    # what can keep a post out says so in a summary; a wish only costs
    silent = {rule_id for rule_id, info in RULES.items() if not info.unmet}
    assert silent == {"pinned", "weekly_minimum", "mix", "spacing", "fairness", "overlap"}


def test_the_docstring_names_every_rule() -> None:
    text = check_calendar.__doc__ or ""
    assert [rule_id for rule_id in sorted(CHECKED) if f"`{rule_id}`" not in text] == []


def test_the_checker_shares_no_code_with_the_planner() -> None:
    folder = Path(schema.__file__).parent.parent / "schedule"
    for path in sorted(folder.glob("_check*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                ours = name.startswith(("toolkit.schedule._check", "toolkit.schema", "toolkit.lexicons"))
                assert ours or name.split(".")[0] in {*sys.stdlib_module_names, "pandas"}, (
                    f"{path.name}: {name}"
                )


@pytest.mark.parametrize(
    ("quota", "days", "bad"),
    [
        ({"per_day": 1}, ["2026-09-21 08:30", "2026-09-21 20:00", "2026-09-22 08:30"], ["i1@g1"]),
        ({"per_day": 0}, ["2026-09-21 08:30"], ["i0@g1"]),
        ({"per_week": 2}, ["2026-09-21 08:30", "2026-09-26 08:30", "2026-09-27 08:30"], ["i2@g1"]),
        ({"per_week": 1}, ["2026-09-27 08:30", "2026-09-28 08:30"], []),  # a Sunday and a Monday
        ({"per_month": 1}, ["2026-09-29 08:30", "2026-10-01 08:30", "2026-10-31 08:30"], ["i2@g1"]),
        ({"per_month": 1}, ["2025-10-01 08:30", "2026-10-01 08:30"], []),
        ({"per_day": 1, "per_week": 1}, ["2026-09-21 08:30", "2026-09-21 20:00"], ["i1@g1"]),
        ({}, ["2026-09-21 08:30", "2026-09-21 20:00"], []),
    ],
)
def test_quotas_of_a_platform_by_day_week_and_month(
    quota: dict[str, Any], days: list[str], bad: list[str]
) -> None:
    rules = Rules(quotas=(Quota("企微群", "企微群发", **quota),))
    items = [item(f"i{n}") for n in range(len(days))]
    posts = [post(f"i{n}", at) for n, at in enumerate(days)]
    expected = [("platform", "block", name) for name in bad]
    assert broken(posts, items, [group(channel="企微群")], rules) == expected
    assert broken(posts, items, [group(channel="群")], rules) == []


@pytest.mark.parametrize(
    ("month", "length"), [("2026-02", 28), ("2028-02", 29), ("2026-09", 30), ("2026-10", 31)]
)
def test_a_month_takes_as_many_sends_as_it_has_days(month: str, length: int) -> None:
    items = [item(f"i{n:02}") for n in range(length + 1)]
    posts = [post(f"i{n:02}", f"{month}-{n + 1:02} 08:30") for n in range(length)]
    groups = [group(channel="企微群")]
    assert broken(posts, items, groups, Rules.wecom()) == []
    posts.append(post(f"i{length:02}", f"{month}-{length:02} 20:00"))
    found = checks(posts, items, groups, Rules.wecom())
    assert list(found["post_id"]) == [f"i{length:02}@g1"]
    last = pd.Timestamp(f"{month}-{length}")
    assert list(found["message"]) == [
        f"{last.month}月{last.day}日 20:00 群「g1群」「标题i{length:02}」：当月超过企业微信客户群群发的上限 {length} 次"
    ]


def test_standing_sends_use_up_a_quota_first() -> None:
    rules = Rules(quotas=(Quota("企微群", "企微群发", per_week=1),))
    posts = [post(), post("b", "2026-09-27 12:30", status="sent")]
    items = [item(), item("b")]
    assert broken(posts, items, [group(channel="企微群")], rules) == [("platform", "block", "a@g1")]


def test_two_broken_ceilings_of_one_quota_share_a_row() -> None:
    rules = Rules(quotas=(Quota("企微群", "企微群发", per_day=1, per_week=1),))
    posts = [post(at="2026-09-21 08:30"), post("b")]
    found = checks(posts, [item(), item("b")], [group(channel="企微群")], rules)
    assert list(found["message"]) == [
        "9月21日 20:00 群「g1群」「标题b」：当天超过企微群发的上限 1 次；那一周超过企微群发的上限 1 次"
    ]


def test_a_group_gets_nothing_on_a_day_it_is_shut() -> None:
    rules = Rules(shut=(("g1", dt.date(2026, 9, 21)),))
    groups = [group(), group("g2")]
    both = [post(), post(group_id="g2")]
    assert broken(both, groups=groups, rules=rules) == [("window", "block", "a@g1")]
    assert broken([post(at="2026-09-22 20:00")], rules=rules) == []
    found = checks([post()], [item(latest="2026-09-20")], rules=rules)
    assert list(found["message"]) == [
        "9月21日 20:00 群「g1群」「标题a」：这个群这一天不发；晚于最晚日期 2026-09-20"
    ]


def test_an_item_with_clock_times_is_sent_at_those_alone() -> None:
    items = [item(clock=["8：30", "20:00"])]
    for at in ("08:30", "20:00"):
        assert broken([post(at=f"2026-09-21 {at}")], items) == []
    found = checks([post(at="2026-09-21 12:30")], items)
    assert list(found["rule_id"]) == ["slot"]
    assert list(found["message"]) == ["9月21日 12:30 群「g1群」「标题a」：这条只在 8：30、20:00 发"]
    with pytest.raises(PlanError, match="条目 a（标题a）的时刻「早上」看不懂"):
        checks([post()], [item(clock=["早上"])])


def test_a_post_sent_by_hand_takes_minutes_of_its_own() -> None:
    groups = [group(f"g{n}") for n in range(1, 4)]
    wave = [post(group_id=f"g{n}") for n in range(1, 4)]
    # 200 for the send, and 10 by hand for each of three groups
    rules = Rules(minutes_by_hand=10, minutes_workday=230)
    assert broken(wave, [item(minutes=200, owner="小林")], groups, rules) == []
    less = Rules(minutes_by_hand=10, minutes_workday=229)
    found = checks(wave, [item(minutes=200, owner="小林")], groups, less)
    assert list(found["post_id"]) == ["a@g3"]
    assert list(found["message"]) == [
        "9月21日 20:00 群「g3群」「标题a」：负责人「小林」当天超过 229 分钟（已有 220，这条 10）"
    ]
    # a platform sends for the others
    others = [group(f"g{n}", channel="企微群") for n in range(1, 4)]
    assert broken(wave, [item(minutes=200, owner="小林")], others, less) == []
    # a group sent by hand costs time even where the item needs none
    tight = Rules(minutes_by_hand=10, minutes_workday=15)
    assert broken(wave[:2], groups=groups, rules=tight) == [("minutes", "block", "a@g2")]


def test_a_draft_may_join_a_send_that_stands_though_there_are_too_many() -> None:
    groups = [group(f"g{n}") for n in range(1, 5)]
    sent = [
        post(at="2026-09-21 08:30", status="sent"),
        post(at="2026-09-21 20:00", group_id="g2", status="sent"),
    ]
    joins = [*sent, post(at="2026-09-21 20:00", group_id="g3")]
    assert broken(joins, [item(waves=1)], groups) == [("pinned", "warn", "a@g2")]
    opens = [*joins, post(at="2026-09-21 12:30", group_id="g4")]
    found = [("waves", "block", "a@g4"), ("pinned", "warn", "a@g2")]
    assert broken(opens, [item(waves=1)], groups) == found


def test_minutes_that_stand_are_spent_even_where_they_are_too_many() -> None:
    posts = [post(at="2026-09-21 08:30", status="sent"), post("b"), post("c", "2026-09-21 12:30")]
    items = [item(minutes=300, owner="小林"), item("b", minutes=1, owner="小林"), item("c", owner="小林")]
    assert broken(posts, items) == [("minutes", "block", "b@g1"), ("pinned", "warn", "a@g1")]


def test_a_draft_too_long_does_not_hide_a_shorter_one_that_fits() -> None:
    posts = [post(at="2026-09-21 08:30"), post("b", "2026-09-21 12:30"), post("c")]
    items = [item(name, minutes=minutes) for name, minutes in (("a", 200), ("b", 100), ("c", 40))]
    assert broken(posts, items) == [("minutes", "block", "b@g1")]


def test_what_comes_first_is_asked_for_where_it_was_sent_against_its_audience() -> None:
    items = [item(groups=["g2"]), item("b", after=["a"])]
    posts = [post(at="2026-09-21 08:30", status="sent"), post("b")]
    found = [("after", "block", "b@g1"), ("pinned", "warn", "a@g1")]
    assert broken(posts, items, [group(), group("g2")]) == found


def test_a_draft_on_the_day_of_a_standing_later_phase_is_to_blame() -> None:
    items = [item(campaign="芋头", phase="warmup"), item("b", campaign="芋头", phase="promotion")]
    posts = [post(at="2026-09-21 08:30"), post("b", status="sent")]
    found = checks(posts, items)
    assert list(found["post_id"]) == ["a@g1"]
    assert list(found["message"]) == [
        "9月21日 08:30 群「g1群」「标题a」：要早于后面阶段的第一条，差在「标题b」"
    ]


def test_phases_are_held_against_the_last_post_before_and_the_first_behind() -> None:
    names = (("a", "warmup"), ("b", "warmup"), ("c", "promotion"), ("d", "promotion"))
    items = [item(name, campaign="芋头", phase=phase) for name, phase in names]
    behind = [
        post("c", "2026-09-22 20:00", status="sent"),
        post("d", "2026-09-25 20:00", status="sent"),
        post(at="2026-09-23 20:00"),
    ]
    assert broken(behind, items) == [("phase", "block", "a@g1")]
    before = [post(at="2026-09-21 20:00"), post("b", "2026-09-23 20:00"), post("c", "2026-09-22 20:00")]
    assert broken(before, items) == [("phase", "block", "c@g1")]


def test_a_post_that_stands_is_not_blamed_for_a_draft_before_it() -> None:
    posts = [post(at="2026-09-21 08:30"), post("b", "2026-09-21 12:30", status="sent")]
    assert broken(posts, [item(), item("b")], rules=Rules(min_gap=241)) == [("min_gap", "block", "a@g1")]


def test_of_two_that_stand_the_later_one_is_told_of() -> None:
    items = [item(campaign="芋头", phase="warmup"), item("b", campaign="芋头", phase="promotion")]
    turned = [post(at="2026-09-22 08:30", status="sent"), post("b", status="sent")]
    assert broken(turned, items) == [("pinned", "warn", "b@g1")]
    close = [post(at="2026-09-21 08:30", status="sent"), post("b", "2026-09-21 12:30", status="sent")]
    rules = Rules(min_gap=241)
    assert broken(close, [item(), item("b")], rules=rules) == [("pinned", "warn", "b@g1")]
    # a draft before one that stands is to blame, and says so for both neighbours
    between = [close[0], post("c", "2026-09-21 20:00", status="sent"), post("b", "2026-09-21 12:30")]
    found = checks(between, [item(), item("b"), item("c")], rules=Rules(min_gap=451))
    assert list(found["message"]) == [
        "9月21日 12:30 群「g1群」「标题b」：离这个群的另一条只有 240 分钟（至少 451 分钟）；"
        "离这个群的另一条只有 450 分钟（至少 451 分钟）"
    ]


def test_times_of_other_zones_are_judged_in_shanghai() -> None:
    assert broken([post(at="2026-09-21T12:00:00Z")]) == []
    # 21:30 in Los Angeles is 12:30 of the next day in Shanghai
    here = [post(at="2026-09-20T21:30:00-07:00"), post("b", "2026-09-21 12:30")]
    assert broken(here, [item(), item("b")]) == [("slot_clash", "block", "b@g1")]
    mixed = [post(at=pd.Timestamp("2026-11-01 06:30", tz="America/New_York")), post("b", "2026-11-01 20:00")]
    assert checks(mixed, [item(), item("b")])["message"].tolist() == [
        "11月1日 19:30 群「g1群」「标题a」：不是这个群的时段（有：08:30、12:30、20:00）"
    ]


def test_a_row_that_stands_twice_is_sent_once_too_often() -> None:
    found = broken([post(), post()])
    assert found == [("once", "block", "a@g1"), ("slot_clash", "block", "a@g1")]


def test_seconds_and_microseconds_are_no_slot() -> None:
    for at in ("2026-09-21 20:00:30", "2026-09-21 20:00:00.5"):
        assert broken([post(at=at)]) == [("slot", "block", "a@g1")]


def test_unknown_ids_are_all_named_and_break_what_needs_no_table() -> None:
    found = checks([post("z", group_id="g9"), post("z", group_id="g9", post_id="again")])
    assert list(found[["rule_id", "post_id"]].itertuples(index=False, name=None)) == [
        ("unknown", "again"),
        ("unknown", "z@g9"),
        ("once", "z@g9"),
        ("slot_clash", "z@g9"),
    ]
    assert found["message"].iloc[0] == "9月21日 20:00 群「g9」「z」：条目 z 不在内容条目里；群 g9 不在群表里"
    lacking: list[dict[str, Any]] = [post("z", starts_at=None), post("y", starts_at="")]
    for rows in (lacking, lacking[::-1]):
        assert broken(rows) == [
            ("unknown", "block", "y@g1"),
            ("unknown", "block", "z@g1"),
            ("slot", "block", "y@g1"),
            ("slot", "block", "z@g1"),
        ]


def test_an_unknown_status_is_an_error_that_names_it() -> None:
    with pytest.raises(ColumnError, match="「随便」不认识"):
        checks([post(status="随便")])


def test_values_and_clocks_that_mean_nothing_are_errors() -> None:
    for value in (-1.0, float("inf")):
        with pytest.raises(PlanError, match="条目 a（标题a）的价值是"):
            checks([post()], [item(value=value)])
    for slot in ("晚上", "20:60", "25:00"):
        with pytest.raises(PlanError, match=f"群 g1（g1群）的时刻「{slot}」看不懂"):
            checks([post()], groups=[group(slots=[slot])])


@pytest.mark.parametrize("rule_id", CASES)
def test_the_order_of_rows_changes_nothing(rule_id: str) -> None:
    case = {name: value for name, value in CASES[rule_id].items() if name != "bad"}
    turned = {**case, "posts": case["posts"][::-1]}
    pd.testing.assert_frame_equal(checks(**case), checks(**turned))


@pytest.mark.parametrize("start", ["随便", "", 7, "2026-13-01", ["2026-09-21"]])
def test_a_start_that_is_no_day_is_an_error(start: Any) -> None:
    with pytest.raises(ChoiceError, match="start 要写成"):
        checks([post()], start=start)


@pytest.mark.parametrize("days", [-1, 732, 1.5, True, "七"])
def test_days_are_a_whole_number(days: Any) -> None:
    with pytest.raises(ChoiceError, match="days 要写成 0 到 731 的整数"):
        checks([post()], start="2026-09-21", days=days)


@pytest.mark.parametrize("at", ["2016-09-21 20:00", "9999-12-31 20:00"])
def test_a_wrong_year_stops_the_wishes_and_not_the_hard_rules(at: str) -> None:
    posts = [post(), post("b", at)]
    items = [item(), item("b")]
    assert broken(posts, items) == []
    with pytest.raises(PlanError, match="请检查发布时间的年份"):
        checks(posts, items, rules=Rules.balanced())
    assert broken(posts, items, rules=Rules.balanced(), start="2026-09-21", days=7) == []


def test_wishes_end_before_the_end_of_time() -> None:
    far = [post(at="9999-12-31 20:00")]
    assert broken(far) == []
    with pytest.raises(PlanError, match="请检查发布时间的年份"):
        checks(far, rules=Rules.balanced())


def test_a_draft_that_is_only_warned_of_stands_behind_the_blocked() -> None:
    posts = [post(at="2026-09-18 20:00"), post("b", "2026-09-18 12:30"), post("c", "2026-09-18 08:30")]
    items = [item(tone="sales"), item("b"), item("c")]
    rules = Rules(solemn="warn", min_gap=241)
    assert broken(posts, items, rules=rules) == [("min_gap", "block", "b@g1"), ("solemn", "warn", "a@g1")]


def test_a_crowd_of_posts_in_one_group_is_judged_without_a_hang() -> None:
    """10 000 posts of one campaign in one group: no rule may look at every pair."""
    rng = random.Random(5)  # noqa: S311
    phases = ("warmup", "promotion", "review")
    items = [item(f"i{n}", campaign="芋头", phase=phases[n % 3], topic="芋头") for n in range(10_000)]
    days = [
        f"2026-{rng.randint(9, 11)}-{rng.randint(1, 30):02} {rng.choice(('08:30', '20:00'))}" for _ in items
    ]
    posts = [post(f"i{n}", days[n]) for n in range(10_000)]
    frames = [pd.DataFrame(rows) for rows in (posts, items, [group()])]
    began = time.process_time()
    found = check_calendar(*frames, rules=Rules.balanced(min_gap=60))
    assert time.process_time() - began < 8
    assert {"slot_clash", "per_day", "per_week", "phase", "spacing"} <= set(found["rule_id"])
