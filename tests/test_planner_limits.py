"""Questions at the edge and beyond it: a clear Chinese error, or a sound plan that says what it left out; never a hang."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

import pandas as pd
import pytest

from toolkit import schema
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schema import ChoiceError, ColumnError, Plan, PlanError, Quota, Rules

MONDAY = "2026-09-07"
NEW_YORK = "America/New_York"
Row = dict[str, Any]


def group(group_id: str = "g1", **more: Any) -> Row:
    row = {"group_id": group_id, "name": f"群{group_id}", "members": 100, "slots": ["08:00", "20:00"]}
    return {**row, "posts_per_day": 9, "posts_per_week": 9, **more}


def item(item_id: str = "a", **more: Any) -> Row:
    return {"item_id": item_id, "title": f"标题{item_id}", **more}


def post(item_id: str, at: Any, group_id: str = "g1", status: str = "pinned") -> Row:
    ids = {"post_id": f"{item_id}@{group_id}", "item_id": item_id, "group_id": group_id}
    return {**ids, "starts_at": at, "status": status}


def plan(
    items: list[Row] | pd.DataFrame, groups: list[Row] | pd.DataFrame | None = None, **more: Any
) -> Plan:
    """A plan of a week, in which the checker finds no broken rule and every item and group is somewhere once."""
    items = items if isinstance(items, pd.DataFrame) else pd.DataFrame(items)
    groups = groups if isinstance(groups, pd.DataFrame) else pd.DataFrame(groups or [group()])
    made = plan_posts(items, groups, **{"start": MONDAY, "days": 7, **more})
    found = check_calendar(
        made.calendar, items, groups, rules=made.rules, start=made.start, days=made.days, overlap=made.overlap
    )
    assert not (found["severity"] == "block").any(), found["message"].tolist()
    drafts = made.calendar[made.calendar["status"] == "draft"]
    pairs = pd.concat([drafts, made.unplaced])[["item_id", "group_id"]]
    assert not pairs.duplicated().any()
    assert str(made.calendar["starts_at"].dtype) == "datetime64[us, Asia/Shanghai]"
    return made


def places(made: Plan) -> dict[str, str]:
    return {row.post_id: f"{row.starts_at:%m-%d %H:%M}" for row in made.calendar.itertuples()}


def left_out(made: Plan) -> list[tuple[str, str]]:
    return list(zip(made.unplaced["rule_id"], made.unplaced["reason"], strict=True))


def is_clear(message: str) -> bool:
    """Chinese, without an English sentence from below."""
    return bool(re.search("[一-鿿]{4}", message)) and not re.search(r"[A-Za-z]+( [A-Za-z]+){2}", message)


# --- what cannot be placed is unplaced with its reason --------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "groups", "more", "rule", "reason"),
    [
        (
            [item(earliest="2026-09-10", latest="2026-09-08")],
            None,
            {},
            "window",
            "最早日期晚于最晚日期（9月10日、9月8日）。请改正",
        ),
        (
            [item(latest="2026-09-01")],
            None,
            {},
            "window",
            "不晚于9月1日，这次排期是 9月7日 至 9月13日，没有合适的日子",
        ),
        ([item()], [group(closes="2026-09-01")], {}, "window", "群「群g1」已在 9月1日 关闭"),
        ([item()], [group(slots=[])], {}, "slot", "群「群g1」没有填时段，什么都发不了。请补上时段"),
        ([item(clock=["06:00"])], None, {}, "slot", "限定时刻 06:00，群「群g1」没有这个时段"),
        *(
            ([item()], [group(quiet=quiet)], {}, "quiet", "群「群g1」在期限内的时段都落在免打扰里")
            for quiet in (["00:00-24:00"], ["08:00-08:00"], ["00:00-12:00", "12:00-00:00"], ["19:00-09:00"])
        ),
        ([item()], [group(posts_per_day=0)], {}, "per_day", "群「群g1」每天上限 0 次，能用的日子都已排满"),
        ([item()], [group(posts_per_week=0)], {}, "per_week", "群「群g1」每周上限 0 次，已排满"),
        (
            [item(kind="promotion")],
            [group(promos_per_week=0)],
            {},
            "promos_per_week",
            "群「群g1」每周促销上限 0 次，已排满",
        ),
        (
            [item(minutes=10**12)],
            None,
            {},
            "minutes",
            "负责人「未填」能用的日子里时间不够（这条要 1000000000000 分钟）",
        ),
        (
            [item()],
            None,
            {"rules": Rules(quotas=(Quota("群", "群发", per_day=0),))},
            "platform",
            "群「群g1」受平台限额：群发限每天 0 次，已排满",
        ),
    ],
)
def test_what_no_day_can_take_is_left_out_with_its_rule(
    items: list[Row], groups: list[Row] | None, more: dict[str, Any], rule: str, reason: str
) -> None:
    made = plan(items, groups, **more)
    assert places(made) == {}
    assert left_out(made) == [(rule, reason)]
    assert (made.value, made.bound, made.gap) == (0.0, 0.0, 0.0)
    # where it must be sent, the plan says so and still is one
    must = plan([{**items[0], "must_send": True}], groups, **more)
    assert left_out(must) == [(rule, f"必发却没有排入：{reason}")]
    assert must.value == must.bound == -10.0


def test_quiet_over_midnight_ends_with_its_last_minute() -> None:
    slots = ["00:00", "06:59", "07:00", "22:59", "23:00", "23:59"]
    made = plan(
        [item(name) for name in "abcdef"], [group(slots=slots, quiet=["23:00-07:00"])], days=1, start=MONDAY
    )
    assert sorted(places(made).values()) == ["09-07 07:00", "09-07 22:59"]


def test_phases_against_after_give_a_plan() -> None:
    campaign = {"campaign": "中秋季"}
    items = [
        item("a", phase="promotion", **campaign),
        item("b", phase="warmup", after=["a"], **campaign),
    ]
    made = plan(items)
    assert places(made) == {"a@g1": "09-07 08:00"}
    assert list(made.unplaced["item_id"]) == ["b"]


@pytest.mark.parametrize("effort", ["quick", "prove"])
def test_empty_tables_give_an_empty_plan(effort: Any) -> None:
    for items, groups in (
        (schema.ITEMS.empty(), pd.DataFrame([group()])),
        (pd.DataFrame([item()]), schema.GROUPS.empty()),
        (schema.ITEMS.empty(), schema.GROUPS.empty()),
    ):
        for rules in (Rules(), Rules.balanced()):
            made = plan_posts(items, groups, start=MONDAY, days=2, rules=rules, effort=effort)
            pd.testing.assert_frame_equal(made.calendar, schema.CALENDAR.empty())
            pd.testing.assert_frame_equal(made.unplaced, schema.UNPLACED.empty())
            assert made.bound == made.value == -made.checks["cost"].sum()


# --- days and times -------------------------------------------------------------------------------------------------


def test_the_29th_of_february_is_a_day_of_its_year() -> None:
    leap = plan([item(earliest="2028-02-29", latest="2028-02-29")], start="2028-02-28", days=3)
    assert places(leap) == {"a@g1": "02-29 08:00"}
    assert places(plan([item()], start="2028-02-29", days=1)) == {"a@g1": "02-29 08:00"}
    closing = [group(closes="2028-02-29")]
    assert places(plan([item(earliest="2028-02-29")], closing, start="2028-02-28")) == {"a@g1": "02-29 08:00"}
    late = plan([item(earliest="2028-03-01")], closing, start="2028-02-28")
    assert left_out(late) == [("window", "不早于3月1日，群「群g1」2月29日 之后关闭，没有合适的日子")]
    # 29 of them a month, by the calendar
    quota = Rules(quotas=(Quota("群", "群发", per_month="days"),))
    full = [group(posts_per_week=99, slots=["08:00", "12:00", "20:00"])]
    month = plan([item(f"i{n}") for n in range(40)], full, start="2028-02-01", days=29, rules=quota)
    assert len(month.calendar) == 29


@pytest.mark.parametrize("text", ["2027-02-29", "2026-02-30", "2026-13-01"])
def test_a_day_that_is_none_is_told(text: str) -> None:
    pinned = pd.DataFrame([post("a", f"{text} 08:00")])
    asked: list[tuple[type[Exception], dict[str, Any]]] = [
        (PlanError, {"items": [item()], "start": text}),
        (ColumnError, {"items": [item(earliest=text)]}),
        (ColumnError, {"items": [item(latest=text)]}),
        (ColumnError, {"items": [item()], "groups": [group(closes=text)]}),
        (ColumnError, {"items": [item()], "pinned": pinned}),
    ]
    for error, question in asked:
        with pytest.raises(error) as told:
            plan(**question)
        assert text in str(told.value) and is_clear(str(told.value)), str(told.value)
    for name, value in (("shut", (("g1", text),)), ("mourning", (text,))):
        with pytest.raises(ChoiceError, match=text):
            Rules(**{name: value})  # type: ignore[arg-type]


def test_times_from_a_zone_with_summer_time_are_the_same_moments_in_shanghai() -> None:
    """New York turns its clocks back on 1 November 2026: 08:00 in Shanghai is 20:00, then 19:00, the evening before."""
    items = [item(name) for name in "abcd"]
    times = [
        pd.Timestamp("2026-10-31 20:00", tz=NEW_YORK),
        pd.Timestamp("2026-11-01 19:00", tz=NEW_YORK),
        # the hour that comes twice
        pd.Timestamp("2026-11-01 01:30-04:00").tz_convert(NEW_YORK),
        pd.Timestamp("2026-11-01 01:30-05:00").tz_convert(NEW_YORK),
    ]
    pinned = pd.DataFrame([post(name, at) for name, at in zip("abcd", times, strict=True)])
    assert str(pinned["starts_at"].dtype) == f"datetime64[us, {NEW_YORK}]"
    made = plan(items, start="2026-10-31", days=4, pinned=pinned)
    expected = {"a@g1": "11-01 08:00", "b@g1": "11-02 08:00", "c@g1": "11-01 13:30", "d@g1": "11-01 14:30"}
    assert places(made) == expected
    assert list(made.calendar["status"]) == ["pinned"] * 4
    # as texts with their offsets, and as objects of different zones
    texts = pinned.assign(starts_at=[at.isoformat() for at in times])
    mixed = pinned.assign(starts_at=pd.Series([times[0].tz_convert("UTC"), *times[1:]], dtype="object"))
    for other in (texts, mixed):
        again = plan(items, start="2026-10-31", days=4, pinned=other)
        pd.testing.assert_frame_equal(again.calendar, made.calendar)


def test_windows_from_another_zone_are_days_in_shanghai() -> None:
    # 12:30 on the 1st and 01:30 on the 2nd
    first, last = (pd.Timestamp(at, tz=NEW_YORK) for at in ("2026-11-01 00:30", "2026-11-01 12:30"))
    window = [item(earliest=first, latest=last), item("b", earliest="2026-11-01T16:00:00Z")]
    made = plan(window, [group(posts_per_day=1)], start="2026-10-30", days=9)
    assert places(made) == {"a@g1": "11-01 08:00", "b@g1": "11-02 08:00"}


def test_times_without_a_zone_are_shanghais() -> None:
    for at in ("2026-09-08 20:00", dt.datetime(2026, 9, 8, 20), pd.Timestamp("2026-09-08 20:00")):  # noqa: DTZ001
        made = plan([item()], pinned=pd.DataFrame([post("a", at)]))
        assert [str(time) for time in made.calendar["starts_at"]] == ["2026-09-08 20:00:00+08:00"]


def test_a_day_on_which_shanghai_itself_turned_its_clocks() -> None:
    made = plan([item("a"), item("b")], start="1986-05-04", days=1)
    assert places(made) == {"a@g1": "05-04 08:00", "b@g1": "05-04 20:00"}


@pytest.mark.parametrize("days", [0, 732, -1, 1.5, "", None])
def test_a_number_of_days_that_is_none_is_told(days: Any) -> None:
    with pytest.raises(PlanError) as told:
        plan([item()], days=days)
    assert str(told.value) == f"排期的天数应是 1 到 731 的整数（现在是 {days!r}）。"


def test_days_beyond_the_end_of_time_are_told() -> None:
    with pytest.raises(PlanError) as told:
        plan([item()], start="9999-12-30", days=7)
    assert is_clear(str(told.value))
    assert "9999-12-30 太远" in str(told.value)


# --- tables that cannot be used -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "groups", "error", "message"),
    [
        (
            [item("a", after=["b"]), item("b", after=["a"])],
            None,
            PlanError,
            "先发条目绕成了一圈：a → b → a。请删去其中一个。",
        ),
        ([item("a", after=["a"])], None, PlanError, "先发条目绕成了一圈：a → a。请删去其中一个。"),
        (
            [item(groups=["火星"])],
            None,
            PlanError,
            "条目 a（标题a）要发给「火星」，但群表里没有这样的群编号或人群。"
            "现有的人群：无；现有的群：g1（群g1）。请改正「发给」一列。",
        ),
        ([item()], [group(members=-5)], PlanError, "群 g1（群g1）的人数是空的或负数。请填一个整数。"),
        ([item()], [group(members=None)], PlanError, "群 g1（群g1）的人数是空的或负数。请填一个整数。"),
        ([item()], [group(members=pd.NA)], PlanError, "群 g1（群g1）的人数是空的或负数。请填一个整数。"),
        (
            [item()],
            [group(posts_per_day=None)],
            PlanError,
            "群 g1（群g1）的每天上限是空的或负数。请填一个整数。",
        ),
        (
            [item()],
            [group(posts_per_week=-1)],
            PlanError,
            "群 g1（群g1）的每周上限是空的或负数。请填一个整数。",
        ),
        (
            [item()],
            [group(slots=["24:00"])],
            PlanError,
            "群 g1（群g1）的时段里有看不懂的「24:00」。请写成 20:00 这样的形式。",
        ),
        (
            [item()],
            [group(quiet=["夜里"])],
            PlanError,
            "群 g1（群g1）的免打扰里有看不懂的「夜里」。请写成 22:00-08:00 这样的形式。",
        ),
        (
            pd.DataFrame([["a", "b", "标题"]], columns=["item_id", "item_id", "title"]),
            None,
            ColumnError,
            "内容条目表里列名重复：item_id。同一个名字只能有一列，请删去或改名其中一列，再交给这一步。",
        ),
        (
            [item()],
            pd.DataFrame([["g1", "群", 5, 6]], columns=["group_id", "name", "members", "members"]),
            ColumnError,
            "群表里列名重复：members。同一个名字只能有一列，请删去或改名其中一列，再交给这一步。",
        ),
        (
            pd.DataFrame(),
            None,
            ColumnError,
            "内容条目表缺少列 item_id（条目编号）、title（标题）。现有的列：无。"
            "请补上这些列，或把对应那一列的表头改成这个名字。",
        ),
        (
            [item()],
            [group(members="很多")],
            ColumnError,
            "群表的列 members（人数）里有不合要求的值：「很多」不是数字。"
            "请先用 read_documents、read_items 等读入动作整理，再交给这一步。",
        ),
    ],
)
def test_a_table_that_cannot_be_planned_with_is_told_word_for_word(
    items: Any, groups: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as told:
        plan(items, groups)
    assert str(told.value) == message


@pytest.mark.parametrize(
    ("change", "found"),
    [({"members": 1.5}, "1.5"), ({"members": float("inf")}, "inf"), ({"promos_per_week": -1}, "-1")],
)
def test_numbers_that_count_nothing_are_told(change: Row, found: str) -> None:
    with pytest.raises((PlanError, ColumnError)) as told:
        plan([item(kind="promotion")], [group(**change)])
    assert is_clear(str(told.value)) and found in str(told.value), str(told.value)


def test_duplicate_columns_of_standing_posts_are_told() -> None:
    columns = ["post_id", "item_id", "group_id", "starts_at", "starts_at"]
    twice = pd.DataFrame([["p", "a", "g1", MONDAY, MONDAY]], columns=columns)
    for name in ("pinned", "previous"):
        with pytest.raises(ColumnError, match="排期表里列名重复：starts_at。"):
            plan([item()], **{name: twice})


@pytest.mark.parametrize(
    ("rules", "posts"),
    [
        ({"minutes_workday": float("inf"), "minutes_day_off": 0}, 2),
        ({"minutes_by_hand": 0.5, "minutes_workday": 5, "minutes_day_off": 5.5}, 2),
        ({"minutes_workday": 5.5, "minutes_day_off": 0}, 2),
        ({"minutes_workday": 0, "minutes_day_off": 0}, 0),
        ({"min_gap": 10**9}, 1),
        ({"min_gap": 30.5}, 2),
    ],
    ids=str,
)
def test_odd_minutes_in_the_rules_are_refused_or_kept(rules: dict[str, Any], posts: int) -> None:
    try:
        asked = Rules(**rules)
    except ChoiceError:
        with pytest.raises(ChoiceError, match="分钟"):
            Rules(**rules)
        return
    assert len(plan([item("a", minutes=5), item("b", minutes=5)], rules=asked).calendar) == posts


# --- large and long -------------------------------------------------------------------------------------------------


def spent(began: float) -> float:
    return time.process_time() - began


def test_ten_thousand_items_for_one_group_end_in_a_plan() -> None:
    """Measured: 15 s of processor time on the quickest effort; the steps are counted, so that it cannot hang."""
    began = time.process_time()
    items = pd.DataFrame([item(f"i{n}", value=1 + n % 7) for n in range(10_000)])
    made = plan(items, [group(posts_per_day=1)], effort="quick")
    assert len(made.calendar) == 7 and len(made.unplaced) == 9_993
    assert made.value == 49.0
    assert set(made.unplaced["rule_id"]) <= {"per_day", "per_week", "outbid"}
    assert spent(began) < 90


def test_one_group_with_one_slot_over_a_year_and_over_two() -> None:
    began = time.process_time()
    one = [group(slots=["20:00"], posts_per_day=1, posts_per_week=7)]
    made = plan([item(f"i{n}") for n in range(366)], one, start="2028-01-01", days=366, effort="quick")
    assert len(made.calendar) == 366 and made.unplaced.empty
    assert made.calendar["starts_at"].is_unique
    assert (made.value, made.gap) == (366.0, 0.0)
    made = plan([item(earliest="2028-12-31")], one, start="2027-01-01", days=731, effort="quick")
    assert places(made) == {"a@g1": "12-31 20:00"}
    assert spent(began) < 60


def test_a_chain_of_thousands_is_walked() -> None:
    began = time.process_time()
    chain = [item(f"i{n}", after=[f"i{n - 1}"] if n else []) for n in range(600)]
    made = plan(chain[::-1], [group(posts_per_day=1)], days=3, effort="quick")
    assert places(made) == {f"i{n}@g1": f"09-0{7 + n} 08:00" for n in range(3)}
    ring = [item(f"i{n}", after=[f"i{(n - 1) % 3000}"]) for n in range(3000)]
    with pytest.raises(PlanError, match="先发条目绕成了一圈"):
        plan(ring)
    assert spent(began) < 60
