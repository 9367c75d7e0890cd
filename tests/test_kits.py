"""Ready weekly patterns: their lexicon is whole, and each of them is planned without a broken rule."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from toolkit import compliance, lexicons, schema
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schedule._evergreen import expand_evergreen
from toolkit.schedule._kits import list_kits, use_kit
from toolkit.schedule._recurring import expand_recurring, parse_weekdays
from toolkit.schema import ChoiceError, Plan, PlanError

NAMES = [row["kit"] for row in lexicons.rows("group-kits")]


def group_for(kit: str) -> pd.DataFrame:
    """One group with just the slots and ceilings that the kit asks for."""
    needs = list_kits().set_index("kit").loc[kit]
    columns = ["slots", "posts_per_day", "posts_per_week", "promos_per_week"]
    return pd.DataFrame(
        [{"group_id": "G1", "name": "一群", "segment": "街坊", "members": 200, **needs[columns].to_dict()}]
    )


def planned(kit: str, start: str) -> Plan:
    groups, rows = group_for(kit), use_kit(kit, "街坊")
    items = pd.concat(
        [
            expand_recurring(rows, start=start, days=28),
            expand_evergreen(rows, groups, start=start, days=28),
        ],
        ignore_index=True,
    )
    return plan_posts(items, groups, start=start, days=28)


def test_every_section_belongs_to_a_kit_and_says_when() -> None:
    sections = lexicons.rows("group-kit-sections")
    assert len(set(NAMES)) == len(NAMES)
    assert list(dict.fromkeys(row["kit"] for row in sections)) == NAMES
    pairs = [(row["kit"], row["section"]) for row in sections]
    assert len(set(pairs)) == len(pairs)
    for row in sections:
        assert row["kind"] in schema.ITEM_KINDS and row["tone"] in schema.TONES
        assert row["title"] and row["how"]
        assert bool(row["weekdays"]) != bool(row["cooldown"])
        assert bool(row["weekdays"]) == bool(row["clock"])
        assert not row["after"] or (row["kit"], row["after"]) in pairs


@pytest.mark.parametrize("purpose", ["editorial", "promotion"])
def test_no_title_has_a_word_that_the_rules_bar(purpose: Any) -> None:
    for row in lexicons.rows("group-kit-sections"):
        found = compliance.check_copy(row["title"], purpose=purpose)
        assert found[found["severity"] == "block"].empty, row["title"]


@pytest.mark.parametrize("kit", NAMES)
def test_a_kit_in_plain_weeks_is_placed_whole_without_a_broken_rule(kit: str) -> None:
    plan = planned(kit, "2026-11-02")
    pd.testing.assert_frame_equal(
        check_calendar(plan.calendar, plan.items, plan.groups, rules=plan.rules), schema.CHECKS.empty()
    )
    pd.testing.assert_frame_equal(plan.unplaced, schema.UNPLACED.empty())
    assert len(plan.calendar) == len(plan.items)
    # each section on its weekdays at its time, four weeks long
    rows = {row["item_id"]: row for row in use_kit(kit, "街坊").to_dict("records")}
    for name, row in rows.items():
        mine = plan.calendar[plan.calendar["item_id"].str.startswith(f"{name}@")]
        if row["weekdays"]:
            days = parse_weekdays(row["weekdays"])
            assert len(mine) == 4 * len(days)
            assert {at.weekday() for at in mine["starts_at"]} == days
            assert {f"{at:%H:%M}" for at in mine["starts_at"]} == set(row["clock"])
        else:
            assert len(mine) == 1


@pytest.mark.parametrize("kit", NAMES)
def test_a_kit_over_festivals_and_solemn_days_leaves_out_only_what_they_bar(kit: str) -> None:
    plan = planned(kit, "2026-09-07")  # with 9-18, 中秋, 9-30 and 国庆
    pd.testing.assert_frame_equal(
        check_calendar(plan.calendar, plan.items, plan.groups, rules=plan.rules), schema.CHECKS.empty()
    )
    kinds = plan.items.set_index("item_id")["kind"]
    assert set(kinds[plan.unplaced["item_id"]]) <= {"promotion", "red_packet"}
    assert set(plan.unplaced["rule_id"]) <= {"solemn", "festival"}


def test_what_a_kit_needs_is_told() -> None:
    kits = list_kits()
    assert list(kits["kit"]) == NAMES
    found = kits.set_index("kit").loc["知识付费群"]
    assert found.to_dict() == {
        **{"theme": "跟着一门课学下去", "fits": ["课程", "学员", "学习", "训练营"]},
        "sections": [
            "周一 20:00，话题「这周学到哪里了」：先晒自己的进度；点名夸两位做得细的。",
            "周三 12:30，通知「明晚分享：材料和问题」：材料先发，问题先给；写清几点开始、多久结束。",
            "周四 20:00，活动「每周一讲」：时间固定不变；讲二十分钟，留一半时间答问。",
            "周五 12:30，干货「昨晚那一讲的三句话」：没来的人看这三句就够；附上回看的办法。",
            "周日 20:00，话题「学员作品，请大家提一条」：征得本人同意再发；先说好在哪里，再提一条。",
            "每 28 天内不重复，补空，干货「新来的怎么跟上」：写成一张清单，第一件事今天就能做。",
        ],
        **{"slots": ["12:30", "20:00"], "posts_per_day": 1, "posts_per_week": 6},
        **{"promos_per_week": 0, "minutes": 125},
    }


def test_sections_become_rows_that_follow_each_other() -> None:
    rows = use_kit("知识付费群", ["G1", "G2"])
    blank = ["earliest", "latest", "festival", "copy", "link", "review", "until"]
    assert rows[blank].isna().all(axis=None)
    shared = rows.set_index("item_id").drop(columns=[*blank, "cooldown"]).loc["知识付费群-分享-G1+G2"]
    assert shared.to_dict() == {
        **{"title": "每周一讲", "kind": "event", "tone": "warm", "topic": "分享", "campaign": ""},
        **{"phase": "", "value": 3.0, "groups": ["G1", "G2"], "waves": 1, "minutes": 60, "owner": ""},
        **{"after": ["知识付费群-预告-G1+G2"], "must_send": False, "media": [], "clock": ["20:00"]},
        **{"weekdays": ["四"], "skips": [], "moves": []},
    }
    both = pd.concat([use_kit("读书群", "书友"), use_kit("读书群", "老师")])
    assert both["item_id"].is_unique and both["item_id"].str.contains("@").sum() == 0


def test_given_groups_a_kit_takes_their_nearest_open_slots() -> None:
    groups = pd.DataFrame(
        [
            {"group_id": "G1", "slots": ["08:30", "12:00", "20:00"], "quiet": []},
            {"group_id": "G2", "slots": ["13:00", "21:00"], "quiet": ["20:45-08:00"]},
        ]
    ).assign(name="群", members=100, posts_per_day=2, posts_per_week=10)
    rows = use_kit("读书群", groups).set_index("item_id")
    assert rows[["groups", "clock", "waves"]].to_dict("index") == {
        # 20:30 is nearest to 20:00 and, 21:00 being quiet, to 13:00
        "读书群-每晚话题-G1+G2": {"groups": ["G1", "G2"], "clock": ["13:00", "20:00"], "waves": 2},
        "读书群-书摘-G1+G2": {"groups": ["G1", "G2"], "clock": ["12:00", "13:00"], "waves": 2},
        "读书群-好回答-G1+G2": {"groups": ["G1", "G2"], "clock": ["12:00", "13:00"], "waves": 2},
        "读书群-读完一本-G1+G2": {"groups": ["G1", "G2"], "clock": [], "waves": 2},
    }
    silent = groups.assign(quiet=[["00:00-24:00"]] * 2)
    assert list(use_kit("读书群", silent)["clock"]) == [["20:30"], ["12:30"], ["12:30"], []]
    pd.testing.assert_frame_equal(use_kit("读书群", groups.head(0)), schema.RECURRING.empty())


@pytest.mark.parametrize("groups", ["", [], None, 5])
def test_groups_that_name_nobody_are_refused(groups: Any) -> None:
    with pytest.raises(ChoiceError, match="groups 要写人群或群编号（如 书友），或给一张群表"):
        use_kit("读书群", groups)


def test_an_unknown_kit_and_a_bad_group_are_refused() -> None:
    with pytest.raises(ChoiceError) as error:
        use_kit("麻将群", "书友")
    assert str(error.value) == f"栏目模板 不能是 '麻将群'。可以用：{'、'.join(NAMES)}。"
    with pytest.raises(PlanError, match="群 G1（一群）的时段里有看不懂的「晚上」"):
        use_kit("读书群", group_for("读书群").assign(slots=[["晚上"]]))
