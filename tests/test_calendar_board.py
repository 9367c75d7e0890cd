"""The board of a calendar without a browser: what is asked for, what the verbs give, what is said and kept."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from drawn_plans import drawn, group, item, pin, plan
from pandas.testing import assert_frame_equal

from toolkit.schedule import (
    check_calendar,
    close_day,
    compare_plans,
    delay_item,
    explain_post,
    move_post,
    place_post,
    regroup_post,
    take_out_post,
)
from toolkit.schema import CALENDAR, Plan, PlanError
from toolkit.widgets._board_posts import moves_together
from toolkit.widgets.calendar_board import CalendarBoard

HOSTILE = "<img src=x onerror=alert(1)>\u202e绘本\n单\x00" + "长" * 5000


@functools.cache
def small() -> Plan:
    """Two groups of two slots, three days: four items in both, one more than there is room for."""
    groups = [
        group("g1", name="街坊群", slots=["08:00", "20:00"], posts_per_day=1, owner="阿禾", segment="街坊"),
        group("g2", name="妈妈群", slots=["09:00", "20:40"], posts_per_day=1, owner="小棠", segment="妈妈"),
    ]
    items = [
        item("a", title="新米到了", kind="promotion", value=4, owner="阿禾", waves=9),
        item("b", title="绘本单", kind="value", value=3, waves=9, campaign="读书季", phase="warmup"),
        item("c", title="周末做什么", kind="poll", value=2, waves=9, groups=["g1"]),
        item("d", title="放不下的", value=1, waves=9, groups=["g1"]),
    ]
    return plan(items, groups, days=3)


def board_of(made: Plan | None = None, **more: Any) -> CalendarBoard:
    made = made or small()
    return CalendarBoard(made.calendar, made.items, made.groups, plan=made, **more)


def hear(board: CalendarBoard, event: str, **values: Any) -> None:
    board.grid.hear({"event": event, **values})


def drop(board: CalendarBoard, post_id: str, group_id: str, date: str, time: str | None = None) -> None:
    hear(board, "drop", id=post_id, group=group_id, date=date, time=time)


def nodes(content: Any) -> Iterator[dict[str, Any]]:
    for node in content:
        if isinstance(node, dict):
            yield node
            yield from nodes(node["children"])


def words(content: Any) -> str:
    texts = [node if isinstance(node, str) else words(node["children"]) for node in content]
    return "".join(texts)


def press(panel: Any, text: str) -> None:
    """Press the button of a panel that says so."""
    found = [one for one in nodes(panel.content) if one["tag"] == "button" and text in words(one["children"])]
    assert found, f"no button {text}: {words(panel.content)}"
    assert not found[0].get("disabled")
    panel.hear({"event": found[0]["event"], "value": found[0].get("value")})


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_frames_alone_give_a_plan_of_their_whole_weeks() -> None:
    made = small()
    board = CalendarBoard(made.calendar, made.items, made.groups)
    same(board.result, made.calendar)
    assert (board.plan.start, board.plan.days) == (dt.date(2026, 9, 7), 7)
    assert repr(board) == f"CalendarBoard（{len(made.calendar)} 次发布，2 个群，7 天）"
    assert board.plan.value == pytest.approx(made.value)
    assert "上限" not in "".join(board.told)
    drop(board, "a@g1", "g1", "2026-09-12")
    board.accept()
    same(
        board.result,
        move_post(
            CalendarBoard(made.calendar, made.items, made.groups).plan,
            "a@g1",
            starts_at=f"2026-09-12 {clock(made, 'a@g1')}",
        ).calendar,
    )


def clock(made: Plan, post_id: str) -> str:
    at = made.calendar.set_index("post_id").at[post_id, "starts_at"]
    return f"{at:%H:%M}"


def test_start_and_days_say_otherwise() -> None:
    made = small()
    board = CalendarBoard(made.calendar, made.items, made.groups, start="2026-09-01", days=20)
    assert (board.plan.start, board.plan.days, len(board.grid.days)) == (dt.date(2026, 9, 1), 20, 20)
    assert board.grid.days[0]["label"] == "9月1日" and board.grid.days[-1]["date"] == "2026-09-20"


def test_a_plan_is_taken_whole_and_its_bound_told() -> None:
    made = small()
    board = board_of()
    same(board.result, made.calendar)
    assert (board.plan.value, board.plan.bound, board.plan.start) == (made.value, made.bound, made.start)
    reach = min(99.9, 100 * made.value / made.bound) if made.bound > made.value else 100
    assert f"已达上限的 {reach:.1f}".removesuffix(".0") + "%" in board.told
    assert [row["id"] for row in board.grid.tray] == [
        f"{row.item_id}@{row.group_id}" for row in made.unplaced.itertuples()
    ]
    assert {row["rule"] for row in board.grid.tray} <= {"每天上限", "让给更合算的", "每周上限"}


def test_posts_carry_wall_time_whatever_zone_they_came_in() -> None:
    made = small()
    frame = made.calendar.assign(starts_at=made.calendar["starts_at"].dt.tz_convert("America/New_York"))
    board = CalendarBoard(frame, made.items, made.groups)
    wanted = {row.post_id: f"{row.starts_at:%Y-%m-%d %H:%M}" for row in made.calendar.itertuples()}
    assert {row["id"]: row["at"] for row in board.grid.posts} == wanted


def test_days_say_what_they_are() -> None:
    made = plan([item("a")], [group()], start="2026-09-18", days=20)
    days = {row["date"]: row for row in board_of(made).grid.days}
    assert days["2026-09-18"]["solemn"] and days["2026-09-18"]["names"] == ["九一八"]
    assert days["2026-09-20"]["workday"] and "调休上班" in days["2026-09-20"]["note"]
    assert days["2026-09-25"]["festival"] and days["2026-09-25"]["rest"]
    assert "中秋" in days["2026-09-25"]["names"] and "放假" in days["2026-09-25"]["note"]
    plain = days["2026-09-22"]
    assert (plain["weekday"], plain["label"], plain["note"]) == ("周二", "9月22日", "")


def test_an_empty_calendar_and_groups_without_posts() -> None:
    board = CalendarBoard(CALENDAR.empty(), small().items, small().groups)
    assert board.result.empty and board.grid.days == [] and len(board.grid.groups) == 2
    assert repr(board) == "CalendarBoard（0 次发布，2 个群，0 天）"
    week = CalendarBoard(CALENDAR.empty(), small().items, small().groups, start="2026-09-07", days=2)
    assert len(week.grid.days) == 2
    press(week.form.head, "不用拖动也能改")
    for control in (week.form.move, week.form.regroup, week.form.take_out, week.form.place):
        control.click()
        assert "先" in week.told[-1]
    assert len(board_of(plan([item("a", groups=["g1"])], [group("g1"), group("g2")])).grid.groups) == 2


def test_what_is_not_live_or_has_no_time_stays_in_the_result() -> None:
    made = small()
    dead = made.calendar.head(1).assign(post_id="z@g1", item_id="d", status="cancelled")
    untimed = made.calendar.head(1).assign(post_id="y@g2", item_id="d", group_id="g2", starts_at=pd.NaT)
    whole = pd.concat([made.calendar, dead, untimed], ignore_index=True)
    board = CalendarBoard(whole, made.items, made.groups)
    assert set(board.result["post_id"]) == set(whole["post_id"])
    assert {row["id"]: row["status_word"] for row in board.grid.posts}["z@g1"] == "取消"
    drop(board, "a@g1", "g1", "2026-09-10")
    board.accept()
    assert set(board.result["post_id"]) >= {"z@g1", "y@g2"}
    drop(board, "z@g1", "g1", "2026-09-11")
    assert "z@g1" in board.told[-1] or "不" in board.told[-1]


def test_posts_of_unknown_items_and_groups_are_shown_by_their_ids() -> None:
    made = small()
    strange = pd.concat(
        [made.calendar, pd.DataFrame([pin("zz", "2026-09-08 10:00", "g9", "sent")])], ignore_index=True
    )
    board = CalendarBoard(strange, made.items, made.groups)
    row = next(row for row in board.grid.posts if row["item"] == "zz")
    assert row["title"] == "zz" and board.grid.groups[-1]["name"] == "g9（不在群表里）"
    assert set(board.result["post_id"]) == set(strange["post_id"])


# --- edits are what the verbs give ------------------------------------------------------------------------------------


def test_a_drop_moves_within_the_group_and_keeps_the_time_of_day() -> None:
    saved: list[pd.DataFrame] = []
    board = board_of(save=saved.append)
    before = clock(small(), "a@g1")
    drop(board, "a@g1", "g1", "2026-09-09")
    wanted = move_post(small(), "a@g1", starts_at=f"2026-09-09 {before}")
    same(board.result, small().calendar)
    shown = {row["id"]: row["at"] for row in board.grid.posts if row["changed"] != "removed"}
    assert shown == {row.post_id: f"{row.starts_at:%Y-%m-%d %H:%M}" for row in wanted.calendar.itertuples()}
    assert saved == []
    press(board.changes, "采用")
    same(board.result, wanted.calendar)
    assert len(saved) == 1
    same(saved[0], wanted.calendar)
    assert board.told[-1] == "已采用。"


def test_a_slot_may_be_named() -> None:
    board = board_of()
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    board.accept()
    same(board.result, move_post(small(), "a@g1", starts_at="2026-09-09 20:00").calendar)


def test_a_drop_in_another_group_takes_its_nearest_slot() -> None:
    groups = [group("g1", slots=["08:00"]), group("g2", slots=["07:30", "20:00"])]
    made = plan([item("a", groups=["g1"], waves=3), item("b", groups=["g2"], waves=3)], groups)
    made = take_out_post(plan([item("a", waves=3), item("b", waves=3)], groups), "a@g2")
    board = board_of(made)
    drop(board, "a@g1", "g2", "2026-09-09")
    board.accept()
    wanted = regroup_post(made, "a@g1", "g2", starts_at="2026-09-09 07:30")
    same(board.result, wanted.calendar)
    assert board.grid.selected == wanted.calendar.query("item_id == 'a'")["post_id"].iloc[0]


def test_a_post_is_taken_out_and_put_back_from_the_tray() -> None:
    made = small()
    board = board_of()
    hear(board, "takeout", id="c@g1")
    out = take_out_post(made, "c@g1")
    same(board.plan.calendar, made.calendar)
    assert "c@g1" in [row["id"] for row in board.grid.tray] and board.grid.selected == "c@g1"
    gone = next(row for row in board.grid.posts if row["id"] == "gone:c@g1")
    assert gone["changed"] == "removed"
    hear(board, "untray", id="c@g1", group="g1", date="2026-09-09", time="20:00")
    board.accept()
    same(board.result, place_post(out, "c", "g1", starts_at="2026-09-09 20:00").calendar)


def test_from_the_tray_without_a_time_takes_the_first_slot_that_is_free() -> None:
    made = plan(
        [item("a", value=2), item("b", latest="2026-09-07")],
        [group(slots=["08:00", "20:00"], posts_per_day=1)],
    )
    made = take_out_post(made, "b@g1") if "b@g1" in set(made.calendar["post_id"]) else made
    first = made.calendar.query("item_id == 'a'")["starts_at"].iloc[0]
    board = board_of(made)
    asked: list[str] = []

    def place(plan: Plan, item_id: str, group_id: str, *, starts_at: str) -> Plan:
        asked.append(starts_at)
        raise PlanError(f"不行：{starts_at}")

    board = board_of(made, place=place)
    hear(board, "untray", id="b@g1", group="g1", date=f"{first:%Y-%m-%d}", time=None)
    taken = f"{first:%H:%M}"
    free = "20:00" if taken == "08:00" else "08:00"
    assert asked == [f"{first:%Y-%m-%d} {free}", f"{first:%Y-%m-%d} {taken}"]
    assert board.told[-1] == f"不行：{first:%Y-%m-%d} {free}"


def test_delay_and_a_closed_day() -> None:
    board = board_of(plain=True)
    board.form.item.value, board.form.later.value = "a", 1
    board.form.delay.click()
    board.form.shut_group.value, board.form.shut_day.value = "g2", "2026-09-09"
    board.form.shut.click()
    board.accept()
    wanted = close_day(delay_item(small(), "a", days=1), "g2", day="2026-09-09")
    same(board.result, wanted.calendar)
    assert board.plan.rules.shut == wanted.rules.shut
    same(board.plan.items, wanted.items)


def test_edits_stack_and_go_back_one_by_one_or_all() -> None:
    board = board_of()
    first = move_post(small(), "a@g1", starts_at="2026-09-09 20:00")
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    hear(board, "takeout", id="b@g2")
    assert "采用这 2 步" in words(board.changes.content)
    press(board.changes, "退回一步")
    shown = {row["id"]: row["at"] for row in board.grid.posts if row["changed"] != "removed"}
    assert shown == {row.post_id: f"{row.starts_at:%Y-%m-%d %H:%M}" for row in first.calendar.itertuples()}
    hear(board, "takeout", id="b@g2")
    press(board.changes, "全部退回")
    same(board.result, small().calendar)
    assert {row["changed"] for row in board.grid.posts} == {""}
    press(board.bar, "重做")
    press(board.changes, "采用")
    same(board.result, first.calendar)


def test_undo_and_redo_after_accepting_hand_over_again() -> None:
    saved: list[pd.DataFrame] = []
    board = board_of(save=saved.append)
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    board.accept()
    moved = board.result
    press(board.bar, "撤销")
    same(board.result, small().calendar)
    press(board.bar, "重做")
    same(board.result, moved)
    assert len(saved) == 3
    same(saved[1], small().calendar)
    same(saved[2], moved)
    undo = next(one for one in nodes(board.bar.content) if one.get("event") == "redo")
    assert undo["disabled"]
    board.redo()
    assert len(saved) == 3


def test_a_new_edit_forgets_what_was_taken_back() -> None:
    board = board_of()
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    board.accept()
    board.undo()
    drop(board, "b@g2", "g2", "2026-09-09", "20:40")
    board.redo()
    assert len([row for row in board.grid.posts if row["changed"]]) >= 1
    board.accept()
    same(board.result, move_post(small(), "b@g2", starts_at="2026-09-09 20:40").calendar)


def test_accepted_at_once_where_so_chosen() -> None:
    saved: list[pd.DataFrame] = []
    board = board_of(save=saved.append)
    press(board.bar, "直接采用")
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    same(board.result, move_post(small(), "a@g1", starts_at="2026-09-09 20:00").calendar)
    assert len(saved) == 1 and "已采用" in words(board.changes.content)
    assert next(row for row in board.grid.posts if row["id"] == "a@g1")["changed"] == "moved"
    board.undo()
    same(board.result, small().calendar)
    assert len(saved) == 2 and {row["changed"] for row in board.grid.posts} == {""}


def test_the_difference_is_told_in_words() -> None:
    groups = [group(name="街坊群", slots=["08:00"], posts_per_day=1)]
    made = plan([item("a", title="新米到了", value=2), item("b", title="绘本单")], groups, days=2)
    board = board_of(made)
    drop(board, "a@g1", "g1", "2026-09-08")
    after = move_post(made, "a@g1", starts_at="2026-09-08 08:00")
    told = words(board.changes.content)
    assert "「新米到了」移到 9月8日 周二 08:00（街坊群）" in told
    assert "随之改动 1 处" in told and "「绘本单」（街坊群）9月8日 周二 08:00 → 9月7日 周一 08:00" in told
    assert len(compare_plans(made, after)) == 2
    changed = {row["id"]: row["changed"] for row in board.grid.posts}
    assert changed == {"a@g1": "moved", "b@g1": "moved"}
    assert "随之改动 1 处" in board.grid.told and not board.grid.busy


def test_what_a_verb_refuses_is_said_and_nothing_changes() -> None:
    saved: list[Any] = []
    board = board_of(save=saved.append, save_draft=saved.append)
    posts = board.grid.posts
    drop(board, "a@g1", "g1", "2026-09-09", "03:00")
    with pytest.raises(PlanError) as error:
        move_post(small(), "a@g1", starts_at="2026-09-09 03:00")
    assert board.told[-1] == str(error.value) == board.grid.told
    assert "时段" in words(board.changes.content) and board.grid.posts == posts and saved == []
    assert not board.grid.busy
    drop(board, "nobody", "g1", "2026-09-09")
    assert board.told[-1] == "这次发布已经不在排期里了。请另选一次。"
    row = posts[0]
    drop(board, row["id"], row["group"], row["at"][:10])
    assert board.told[-1] == "和原来一样，没有改动。"
    board.undo()
    same(board.result, small().calendar)


def test_sent_posts_stay_where_they_are() -> None:
    made = plan(
        [item("a"), item("b")],
        [group(slots=["08:00", "20:00"])],
        pinned=[pin("a", "2026-09-07 08:00", status="sent")],
    )
    board = board_of(made)
    drop(board, "a@g1", "g1", "2026-09-08")
    assert "已发" in board.told[-1]
    hear(board, "takeout", id="a@g1")
    assert "已发" in board.told[-1]
    same(board.result, made.calendar)
    hear(board, "select", id="a@g1")
    assert "已经发出" in words(board.why.content) and "移到这里" not in words(board.why.content)
    hear(board, "pick", id="a@g1")
    assert board.grid.places == []


def outcome(made: Plan, row: pd.Series[Any], at: str | None) -> tuple[Plan, str]:
    """What a verb gives, or the plan as it was and what was refused."""
    try:
        if at is None:
            return take_out_post(made, row["post_id"]), ""
        return move_post(made, row["post_id"], starts_at=at), ""
    except PlanError as error:
        return made, str(error)


@pytest.mark.parametrize(("name", "seed"), [("plain", 0), ("balanced", 1)])
def test_random_edits_give_what_the_verbs_give(name: str, seed: int) -> None:
    made = drawn(name, seed)
    rng = np.random.default_rng(seed)
    board = board_of(made)
    refused = 0
    for _ in range(6):
        row = made.calendar.iloc[int(rng.integers(len(made.calendar)))]
        date = str(made.start + dt.timedelta(days=int(rng.integers(made.days))))
        out = rng.random() < 0.4
        after, error = outcome(made, row, None if out else f"{date} {row['starts_at']:%H:%M}")
        if out:
            hear(board, "takeout", id=row["post_id"])
        else:
            drop(board, row["post_id"], row["group_id"], date)
        assert not error or board.told[-1] == error
        refused, made = refused + bool(error), after
    assert refused < 6
    board.accept()
    same(board.result, made.calendar)
    same(board.plan.unplaced, made.unplaced)
    assert board.plan.value == pytest.approx(made.value)


# --- what is broken ---------------------------------------------------------------------------------------------------


def broken_board(**more: Any) -> CalendarBoard:
    made = small()
    at = made.calendar["starts_at"].iloc[0]
    frame = made.calendar.assign(starts_at=[at] * len(made.calendar), status="draft")
    return CalendarBoard(frame, made.items, made.groups, **more)


def test_broken_rules_stand_on_the_posts_and_in_the_list() -> None:
    board = broken_board()
    checks = check_calendar(board.result, small().items, small().groups)
    hard = checks[checks["severity"] == "block"]
    assert len(hard)
    for row in board.grid.posts:
        own = checks.loc[checks["post_id"] == row["id"], "rule_id"]
        assert sorted(one["rule"] for one in row["broken"]) == sorted(own)
    assert f"✕ {len(hard)} 处不合规则" in board.told
    said = words(board.rules.content)
    assert "每天上限" in said
    link = next(one for one in nodes(board.rules.content) if one.get("event") == "select")
    board.rules.hear({"event": "select", "value": link["value"]})
    assert board.grid.selected == link["value"]
    assert "每天上限" in words(board.why.content) or "时段" in words(board.why.content)


def test_a_judge_of_ones_own_is_asked_after_each_edit() -> None:
    asked: list[int] = []

    def check(*args: Any, **more: Any) -> pd.DataFrame:
        asked.append(len(args[0]))
        return check_calendar(*args, **more)

    board = board_of(check=check)
    assert len(asked) == 1
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    assert len(asked) == 2


def test_a_must_send_left_out_leads_to_the_tray() -> None:
    made = plan([item("a", must_send=True)], [group(slots=["08:00"])])
    board = board_of(take_out_post(made, "a@g1"))
    link = next(one for one in nodes(board.rules.content) if one.get("event") == "select")
    board.rules.hear({"event": "select", "value": link["value"]})
    assert board.grid.selected == "a@g1" and "为什么没有排入" in words(board.why.content)


# --- why here ---------------------------------------------------------------------------------------------------------


def test_why_here_names_the_reason_and_the_other_places() -> None:
    asked: list[str] = []

    def explain(made: Plan, post_id: str) -> pd.DataFrame:
        asked.append(post_id)
        return explain_post(made, post_id)

    board = board_of(explain=explain)
    hear(board, "select", id="a@g1")
    hear(board, "pick", id="a@g1")
    hear(board, "select", id="a@g1")
    assert asked == ["a@g1"]
    places = explain_post(small(), "a@g1")
    free = places[places["rule_id"].isna() & ~places["chosen"]]
    said = words(board.why.content)
    assert small().calendar.set_index("post_id").at["a@g1", "reason"] in said
    assert f"还能放 {len(free)} 处" in said
    assert [row["at"] for row in board.grid.places] == [f"{at:%Y-%m-%d %H:%M}" for at in places["starts_at"]]
    ok = [
        pd.isna(rule) or moves_together(rule, why)
        for rule, why in zip(places["rule_id"], places["reason"], strict=True)
    ]
    assert [row["ok"] for row in board.grid.places] == ok
    best = free.sort_values("value_change", ascending=False, kind="stable")["starts_at"].iloc[0]
    press(board.why, "移到这里")
    board.accept()
    same(board.result, move_post(small(), "a@g1", starts_at=best).calendar)
    assert asked == ["a@g1"] and board.grid.places == []
    press(board.why, "看看还能放哪里")
    assert asked == ["a@g1", "a@g1"]


def test_a_wave_that_can_move_as_a_whole_is_offered_as_such() -> None:
    made = plan([item("a", waves=1)], [group("g1"), group("g2")], days=2)
    board = board_of(made)
    hear(board, "select", id="a@g1")
    assert "同批的群一起移" in words(board.why.content)
    hear(board, "pick", id="a@g1")
    assert {row["change"] for row in board.grid.places if row["ok"] and row["rule"] == "waves"} == {
        "整批一起移"
    }
    press(board.why, "移到这里")
    moved = {row["at"] for row in board.grid.posts}
    assert len(moved) == 1 and moved != {f"{made.calendar['starts_at'].iloc[0]:%Y-%m-%d %H:%M}"}


def test_what_cannot_be_explained_is_said() -> None:
    def explain(_plan: Plan, _post_id: str) -> pd.DataFrame:
        raise PlanError("说不清楚。")

    board = board_of(explain=explain)
    hear(board, "select", id="a@g1")
    assert board.told[-1] == "说不清楚。" and "新米到了" in words(board.why.content)
    hear(board, "pick", id="a@g1")
    assert board.grid.places == []


def test_a_post_is_opened_in_the_form() -> None:
    board = board_of()
    assert not board.form.opened and board.form.post.options == ()
    hear(board, "open", id="b@g2")
    assert board.form.opened and board.form.post.value == "b@g2"
    assert (board.form.group.value, board.form.time.value) == ("g2", clock(small(), "b@g2"))
