"""Charts of a plan: what they claim in words, and every number behind the marks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from toolkit import charts, schema
from toolkit.schedule import check_calendar
from toolkit.schema import ChoiceError, ColumnError, Plan, Rules, Soft, check

GROUPS = pd.DataFrame(
    [
        {"group_id": "g1", "name": "买菜群", "segment": "街坊", "channel": "群", "owner": "甲"},
        {"group_id": "g2", "name": "读书群", "segment": "书友", "channel": "企微群", "owner": "乙"},
    ]
).assign(members=100, slots=[["08:00", "20:00"]] * 2, posts_per_day=2, posts_per_week=7)
ITEMS = pd.DataFrame(
    [
        {"item_id": "rice", "title": "新米", "kind": "promotion", "minutes": 40, "owner": "阿米"},
        {"item_id": "chat", "title": "晚饭吃什么", "kind": "discussion", "minutes": 10, "owner": "阿米"},
        {
            "item_id": "book",
            "title": "书单",
            "kind": "value",
            "minutes": 30,
            "owner": "小舟",
            "groups": ["书友"],
        },
        {"item_id": "free", "title": "约定", "kind": "notice", "must_send": True},
    ]
)
# a Friday with a make-up workday on the Sunday after it
START = dt.date(2026, 9, 18)


def make_plan(*posts: tuple[str, str, str], **more: Any) -> Plan:
    """A plan of (item, group, time), each a draft; the fields of Plan can be given."""
    rows = [
        {"post_id": f"{item}@{group}", "item_id": item, "group_id": group, "starts_at": f"2026-09-{when}"}
        for item, group, when in posts
    ]
    calendar = check(pd.DataFrame(rows), schema.CALENDAR) if rows else schema.CALENDAR.empty()
    given = {"calendar": calendar, "unplaced": schema.UNPLACED.empty(), "start": START, "days": 3, **more}
    given["items"] = check(given.get("items", ITEMS), schema.ITEMS)
    given["groups"] = check(given.get("groups", GROUPS), schema.GROUPS)
    return Plan(value=0.0, bound=0.0, gap=0.0, **given)


PLAN = make_plan(
    ("rice", "g1", "18 08:00"),
    ("chat", "g1", "18 20:00"),
    ("chat", "g2", "18 20:00"),
    ("rice", "g2", "20 08:00"),
    ("book", "g2", "20 20:00"),
)


def left_out(*pairs: tuple[str, str]) -> pd.DataFrame:
    rows = [{"item_id": item, "group_id": group, "rule_id": "per_day", "reason": ""} for item, group in pairs]
    return check(pd.DataFrame(rows), schema.UNPLACED)


def heading(chart: Any) -> tuple[str, list[str]]:
    """The title, and what the subtitle says, wherever its lines are broken."""
    head = chart.to_dict()["title"]
    if isinstance(head, str):
        return head, []
    text = head["text"]
    return ("".join(text) if isinstance(text, list) else text), "；".join(head["subtitle"]).split("；")


def datasets(chart: Any) -> list[list[dict[str, Any]]]:
    """The distinct data of a chart and its layers or panels, in order."""
    found: list[list[dict[str, Any]]] = []

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            values = node.get("data", {}).get("values") if isinstance(node.get("data"), dict) else None
            if values and values not in found:
                found.append(values)
            for child in node.values():
                visit(child)
        elif isinstance(node, list):
            for child in node:
                visit(child)

    visit(chart.to_dict())
    return found


def only(rows: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row[field] for field in fields) for row in rows]


CHARTS = (charts.plan_heat, charts.plan_mix, charts.owner_minutes)


@pytest.mark.parametrize("chart", CHARTS)
def test_what_is_no_plan_and_a_wrong_top_are_refused(chart: Any) -> None:
    with pytest.raises(ChoiceError, match=r"plan_posts 给出的 Plan），现在是 一张表"):
        chart(PLAN.calendar)
    for top in (0, 2.0, True, "3"):
        with pytest.raises(ChoiceError, match=r"^top（最多画几.*要写成 1 或更大的整数"):
            chart(PLAN, top=top)


@pytest.mark.parametrize("chart", CHARTS)
def test_charts_are_pictures_without_a_network_and_the_same_each_time(chart: Any) -> None:
    assert charts.to_svg(chart(PLAN)).startswith("<svg")
    assert chart(PLAN).to_dict() == chart(PLAN).to_dict()


# --- groups × days ----------------------------------------------------------------------------------------------------


def test_the_grid_holds_what_each_group_gets_on_each_day() -> None:
    chart = charts.plan_heat(PLAN)
    assert heading(chart) == (
        "3 天发 5 次，最忙的是 9月18日 周五（3 次）",
        ["颜色和字是当天最多的类型，数字是几次", "深底是周末和放假"],
    )
    cells, sums, signs = datasets(chart)
    assert only(cells, "name", "said", "special", "off", "posts", "main", "kinds", "letter") == [
        ("买菜群", "9月18日 周五", "庄重日：九一八", False, 2, "话题", "话题 1、促销 1", "话2"),
        ("买菜群", "9月19日 周六", "", True, 0, "", "", ""),
        ("买菜群", "9月20日 周日", "调休上班", False, 0, "", "", ""),
        ("读书群", "9月18日 周五", "庄重日：九一八", False, 1, "话题", "话题 1", "话"),
        ("读书群", "9月19日 周六", "", True, 0, "", "", ""),
        ("读书群", "9月20日 周日", "调休上班", False, 2, "干货", "促销 1、干货 1", "干2"),
    ]
    assert only(sums, "name", "said", "trouble") == [("买菜群", "2 次", False), ("读书群", "3 次", False)]
    assert only(signs, "day", "sign") == [
        ("2026-09-18 9/18|周五", "庄重日"),
        ("2026-09-20 9/20|周日", "调休上班"),
    ]


def test_only_live_posts_of_known_groups_within_the_days_count() -> None:
    calendar = pd.concat(
        [
            PLAN.calendar.assign(status=["sent", "pinned", "draft", "missed", "cancelled"]),
            make_plan(
                ("rice", "g9", "18 08:00"), ("book", "g1", "21 08:00"), ("gone", "g1", "19 08:00")
            ).calendar,
        ]
    )
    cells = datasets(charts.plan_heat(make_plan(calendar=calendar)))[0]
    assert only([cell for cell in cells if cell["posts"]], "name", "said", "posts", "main") == [
        ("买菜群", "9月18日 周五", 2, "话题"),
        ("买菜群", "9月19日 周六", 1, "其他"),
        ("读书群", "9月18日 周五", 1, "话题"),
    ]


def test_a_must_send_that_is_missing_is_said_first() -> None:
    plan = make_plan(
        ("chat", "g1", "18 20:00"), unplaced=left_out(("free", "g2"), ("rice", "g2"), ("book", "g2"))
    )
    chart = charts.plan_heat(plan)
    assert heading(chart)[0] == "有 1 条必发没有排入，在「读书群」"
    assert only(datasets(chart)[1], "said", "trouble") == [("1 次", False), ("0 次，必发缺 1", True)]
    both = make_plan(unplaced=left_out(("free", "g1"), ("free", "g2"), ("rice", "g2")))
    assert heading(charts.plan_heat(both))[0] == "有 2 条必发没有排入，在「买菜群」等 2 个群"
    other = make_plan(("chat", "g1", "18 20:00"), unplaced=left_out(("rice", "g2")))
    assert heading(charts.plan_heat(other))[0] == "3 天发 1 次，最忙的是 9月18日 周五（1 次）"
    assert only(datasets(charts.plan_heat(other))[1], "said") == [("1 次",), ("0 次，未排入 1",)]


def test_of_many_groups_the_most_troubled_are_shown_and_the_title_says_so() -> None:
    people = pd.concat(
        [GROUPS.assign(group_id=[f"a{n}", f"b{n}"], name=[f"甲{n}", f"乙{n}"]) for n in range(30)]
    )
    missing = left_out(("free", "b20"), ("rice", "a3"), ("rice", "a5"), ("chat", "a5"))
    plan = make_plan(("chat", "a7", "18 20:00"), groups=people, unplaced=missing)
    chart = charts.plan_heat(plan, top=4)
    assert heading(chart)[0] == "60 个群里最该看的 4 个：有 1 条必发没有排入，在「乙20」"
    assert heading(chart)[1][-1] == "另有 56 个群没有画，先画未排入最多的"
    assert only(datasets(chart)[1], "name") == [("甲3",), ("甲5",), ("甲7",), ("乙20",)]
    assert len(datasets(charts.plan_heat(plan))[1]) == 50


def test_days_on_which_a_group_is_closed_or_shut_have_no_cell() -> None:
    people = GROUPS.assign(closes=[dt.date(2026, 9, 19), None])
    plan = make_plan(groups=people, rules=Rules(shut=(("g2", dt.date(2026, 9, 18)),)))
    chart = charts.plan_heat(plan)
    assert only(datasets(chart)[0], "name", "said") == [
        ("买菜群", "9月18日 周五"),
        ("买菜群", "9月19日 周六"),
        ("读书群", "9月19日 周六"),
        ("读书群", "9月20日 周日"),
    ]
    assert heading(chart) == (
        "这 3 天还没有发布",
        ["颜色和字是当天最多的类型，数字是几次", "深底是周末和放假", "没有格子的日子群已关闭或停发"],
    )


def test_days_of_mourning_carry_the_solemn_sign() -> None:
    plan = make_plan(start=dt.date(2026, 9, 21), days=2, rules=Rules(mourning=(dt.date(2026, 9, 22),)))
    assert only(datasets(charts.plan_heat(plan))[-1], "day", "sign", "special") == [
        ("2026-09-22 9/22|周二", "庄重日", "庄重日：哀悼")
    ]


def test_the_grid_can_be_coloured_by_the_number_of_posts() -> None:
    chart = charts.plan_heat(PLAN, by="posts")
    spec = chart.to_dict()
    assert heading(chart)[1][0] == "数字是当天几次，越深越多"
    assert spec["layer"][1]["encoding"]["color"]["field"] == "posts"
    assert spec["layer"][1]["encoding"]["color"]["scale"]["domain"] == [1, 2]
    assert only(datasets(chart)[0], "number") == [("2",), ("",), ("",), ("1",), ("",), ("2",)]
    with pytest.raises(ChoiceError, match=r"by 不能是 'value'。可以用：kind（按类型）、posts（按次数）。"):
        charts.plan_heat(PLAN, by="value")  # type: ignore[arg-type]


def test_the_axis_and_the_letters_follow_the_room() -> None:
    def drawn(days: int) -> tuple[str, str, float, str]:
        plan = make_plan(("rice", "g1", "18 08:00"), ("chat", "g1", "18 20:00"), days=days)
        chart = charts.plan_heat(plan)
        spec = chart.to_dict()
        keys = spec["layer"][0]["encoding"]["x"]["sort"]
        return keys[0], keys[3], spec["width"] / len(keys), datasets(chart)[0][0]["letter"]

    assert drawn(14) == ("2026-09-18 9/18|周五", "2026-09-21 9/21|周一", 40.0, "话2")
    assert drawn(31) == ("2026-09-18 18|9月", "2026-09-21 21|一", 640 / 31, "话2")
    assert drawn(36) == ("2026-09-18 18|9月", "2026-09-21 21|一", 640 / 36, "话")
    assert drawn(62) == ("2026-09-18 ", "2026-09-21 9/21", 12.0, "")
    assert heading(charts.plan_heat(make_plan(days=90)))[1][-1] == "只画前 62 天，共 90 天"


def test_a_plan_of_nothing_is_a_sentence() -> None:
    assert heading(charts.plan_heat(make_plan(days=0))) == ("排期里还没有群和日子", [])
    assert heading(charts.plan_heat(make_plan(groups=GROUPS.head(0)))) == ("排期里还没有群和日子", [])
    assert heading(charts.plan_mix(make_plan())) == ("排期里还没有发布，看不出内容搭配", [])
    assert heading(charts.owner_minutes(make_plan())) == ("排期里没有要花时间的内容", [])
    assert heading(charts.why_here(schema.PLACES.empty())) == ("没有可以比较的时间", [])


# --- the mix of kinds -------------------------------------------------------------------------------------------------

MIXED = make_plan(
    ("rice", "g1", "18 08:00"),
    ("chat", "g1", "18 20:00"),
    ("free", "g1", "19 08:00"),
    ("rice", "g2", "19 08:00"),
    rules=Rules(soft=Soft(promotion_share=0.4, discussion_share=0.5, value_share=0.3)),
)


def test_shares_stand_against_the_wishes() -> None:
    chart = charts.plan_mix(MIXED)
    assert heading(chart) == (
        "2 个群里有 2 个的内容搭配不合意，差得最多的是「读书群」的促销（1/1）",
        ["条长是占这个群发布次数的比例", "竖线是想要的占比", "红色是没有合意"],
    )
    assert only(datasets(chart)[0], "name", "sort", "share", "said", "wish", "amiss", "off") == [
        ("买菜群", "促销", 0.333333, "1/3", 0.4, 0.0, False),
        ("买菜群", "话题和投票", 0.333333, "1/3", 0.5, 0.5, True),
        ("买菜群", "干货", 0.0, "没有备选", 0.3, 0.0, False),
        ("买菜群", "其他", 0.333333, "1/3", None, 0.0, False),
        ("读书群", "促销", 1.0, "1/1", 0.4, 0.6, True),
        ("读书群", "话题和投票", 0.0, "0/1", 0.5, 0.5, True),
        ("读书群", "干货", 0.0, "0/1", 0.3, 0.3, True),
        ("读书群", "其他", 0.0, "0/1", None, 0.0, False),
    ]
    panels = [panel["title"] for panel in chart.to_dict()["concat"]]
    assert [(head["text"], head["subtitle"]) for head in panels] == [
        ("促销", "不高于 40%"),
        ("话题和投票", "不低于 50%"),
        ("干货", "不低于 30%"),
        ("其他", "没有要求"),
    ]


def test_the_amounts_are_those_that_the_checker_charges() -> None:
    soft = MIXED.rules.soft
    assert soft is not None
    only_mix = Rules(soft=Soft(**{**vars(soft), "weekly_minimum": 0.0, "spacing": 0.0, "fairness": 0.0}))
    found = check_calendar(
        MIXED.calendar, MIXED.items, MIXED.groups, rules=only_mix, start=START, days=MIXED.days
    )
    costs = found[found["rule_id"] == "mix"]["cost"].sum()
    # the mean of item value × members / 100 is 1 here
    amiss = sum(row["amiss"] for row in datasets(charts.plan_mix(MIXED))[0])
    assert costs == pytest.approx(amiss * soft.mix)


def test_without_wishes_there_is_no_verdict() -> None:
    chart = charts.plan_mix(
        make_plan(("chat", "g1", "18 08:00"), ("rice", "g2", "18 08:00"), ("chat", "g2", "19 08:00"))
    )
    assert heading(chart) == (
        "2 个群里，平均占得最多的是话题和投票",
        ["条长是占这个群发布次数的比例", "没有填写想要的占比"],
    )
    assert {row["wish"] for row in datasets(chart)[0]} == {None}
    good = make_plan(("chat", "g1", "18 08:00"), rules=Rules(soft=Soft(value_share=0.0)))
    assert heading(charts.plan_mix(good))[0] == "1 个群的内容搭配都合意"


def test_of_many_groups_those_farthest_from_the_wishes_are_drawn() -> None:
    chart = charts.plan_mix(MIXED, top=1)
    assert {row["name"] for row in datasets(chart)[0]} == {"读书群"}
    assert heading(chart)[0].startswith("2 个群里有 2 个")
    assert "另有 1 个群没有画，画的是差得最多的" in heading(chart)[1]


# --- people's minutes -------------------------------------------------------------------------------------------------


def test_minutes_are_charged_once_for_each_send_and_by_hand_for_each_post() -> None:
    plan = make_plan(
        ("chat", "g1", "18 20:00"),
        ("chat", "g2", "18 20:00"),
        ("rice", "g1", "19 08:00"),
        ("rice", "g2", "19 20:00"),
        ("book", "g2", "20 08:00"),
        rules=Rules(minutes_workday=60, minutes_day_off=70, minutes_by_hand=5),
    )
    chart = charts.owner_minutes(plan)
    assert heading(chart) == (
        "阿米 9月19日 周六超出上限 15 分钟",
        ["每天的分钟数，横线是当天的上限，红色是超出", "浅色部分是手动发群的时间"],
    )
    rows = datasets(chart)[0]
    assert only(rows, "owner", "date", "content", "total", "ceiling", "over", "number") == [
        ("小舟", "2026-09-18", 0, 0, 60, False, ""),
        ("小舟", "2026-09-19", 0, 0, 70, False, ""),
        ("小舟", "2026-09-20", 30, 30, 60, False, "30"),
        ("阿米", "2026-09-18", 10, 15, 60, False, "15"),
        ("阿米", "2026-09-19", 80, 85, 70, True, "85"),
        ("阿米", "2026-09-20", 0, 0, 60, False, ""),
    ]
    panels = [panel["title"] for panel in chart.to_dict()["concat"]]
    assert [(head["text"], head["subtitle"]) for head in panels] == [
        ("阿米", "最紧的一天：9月19日 周六 85/70 分钟"),
        ("小舟", "最紧的一天：9月20日 周日 30/60 分钟"),
    ]


def test_the_tightest_day_is_said_where_nobody_is_over() -> None:
    plan = make_plan(("rice", "g1", "18 08:00"), ("book", "g2", "19 08:00"))
    assert heading(charts.owner_minutes(plan))[0] == "没有人超出上限；最紧的是小舟 9月19日 周六，30/90 分钟"
    none = make_plan(("rice", "g1", "18 08:00"), ("book", "g2", "18 08:00"), rules=Rules(minutes_workday=0))
    assert heading(charts.owner_minutes(none))[0] == "小舟 9月18日 周五超出上限 30 分钟，一共 2 处"
    assert "另有 1 位负责人没有画" in heading(charts.owner_minutes(none, top=1))[1]


def test_an_item_without_an_owner_has_a_panel_of_its_own() -> None:
    items = ITEMS.assign(owner=["", '阿 "米"', "", ""], minutes=[40, 10, 0, 0])
    chart = charts.owner_minutes(
        make_plan(("rice", "g1", "18 08:00"), ("chat", "g1", "19 08:00"), items=items)
    )
    assert only(datasets(chart)[0], "owner", "total") == [
        ("未填负责人", 40),
        ("未填负责人", 0),
        ("未填负责人", 0),
        ('阿 "米"', 0),
        ('阿 "米"', 10),
        ('阿 "米"', 0),
    ]
    assert charts.to_svg(chart).count("阿 &quot;米&quot;") >= 1


# --- other times of a post --------------------------------------------------------------------------------------------


def make_places(*rows: tuple[str, bool, float | None, str | None]) -> pd.DataFrame:
    names = ("starts_at", "chosen", "value_change", "rule_id")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows]).assign(reason="说明")
    frame["starts_at"] = "2026-09-" + frame["starts_at"]
    return check(frame, schema.PLACES)


PLACES = make_places(
    ("21 20:00", False, -3.25, None),
    ("21 08:00", False, -5.0, None),
    ("22 20:00", True, 0.0, None),
    ("22 08:00", False, -0.4, None),
    ("23 08:00", False, None, "quiet"),
    ("23 12:00", False, None, "per_week"),
    ("23 20:00", False, None, "per_week"),
    ("24 20:00", False, 1.2, None),
)


def test_each_day_says_its_best_time_or_what_bars_it() -> None:
    chart = charts.why_here(PLACES)
    assert heading(chart) == (
        "现在是 9月22日 周二 20:00；换到 9月24日 周四 20:00 会多 1.2",
        ["条是当天最好的时间比现在多或少的价值", "圆点是当天别的时间", "✕ 是当天不能发"],
    )
    rows = next(values for values in datasets(chart) if "kind" in values[0])
    assert only(rows, "day", "kind", "change", "said", "why") == [
        ("9月21日 周一", "best", -3.25, "20:00 少 3.25", "说明"),
        ("9月21日 周一", "other", -5.0, "08:00 少 5", "说明"),
        ("9月22日 周二", "chosen", 0.0, "20:00 现在", "说明"),
        ("9月22日 周二", "other", -0.4, "08:00 少 0.4", "说明"),
        ("9月23日 周三", "barred", 0.0, "✕ 每周上限", "每周上限"),
        ("9月24日 周四", "best", 1.2, "20:00 多 1.2", "说明"),
    ]
    assert charts.to_svg(chart).startswith("<svg")


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([("21 08:00", False, -0.5, None)], "，已是最好的；次好的 9月21日 周一 08:00 少 0.5"),
        ([("21 08:00", False, 0.001, None)], "，已是最好的；9月21日 周一 08:00 一样好"),
        ([("21 08:00", False, None, "after")], "，别的时间都不能发"),
    ],
)
def test_the_title_says_whether_another_time_is_better(rows: list[Any], answer: str) -> None:
    chart = charts.why_here(make_places(("22 20:00", True, 0.0, None), *rows))
    assert heading(chart)[0] == f"现在是 9月22日 周二 20:00{answer}"


def test_a_pinned_place_that_a_rule_bars_is_still_where_it_is() -> None:
    chart = charts.why_here(make_places(("22 20:00", True, None, "quiet"), ("23 20:00", False, 0.5, None)))
    rows = next(values for values in datasets(chart) if "kind" in values[0])
    assert only(rows, "kind", "said") == [("chosen", "20:00 现在"), ("best", "20:00 多 0.5")]


def test_a_post_without_a_place_is_told_the_best() -> None:
    free = charts.why_here(make_places(("22 20:00", False, 2.0, None), ("23 20:00", False, 3.0, None)))
    assert heading(free)[0] == "还没有排入；最好的时间是 9月23日 周三 20:00"
    assert heading(charts.why_here(make_places(("22 20:00", False, None, "slot"))))[0] == "没有可以发的时间"


def test_the_days_next_to_the_chosen_one_are_drawn() -> None:
    chart = charts.why_here(PLACES, top=2)
    rows = next(values for values in datasets(chart) if "kind" in values[0])
    assert list(dict.fromkeys(row["day"] for row in rows)) == ["9月21日 周一", "9月22日 周二"]
    assert "只画离现在最近的 2 天，共 4 天" in heading(chart)[1]
    assert heading(chart)[0] == heading(charts.why_here(PLACES))[0]
    with pytest.raises(ChoiceError, match=r"^top（最多画几天）要写成 1 或更大的整数"):
        charts.why_here(PLACES, top=0)
    with pytest.raises(ColumnError, match="starts_at"):
        charts.why_here(PLAN.items)
