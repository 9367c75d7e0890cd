"""The board of a calendar: what is looked at, drafts, saving, the form without dragging, and text of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drawn_plans import group, item, plan
from test_calendar_board import HOSTILE, board_of, broken_board, drop, hear, press, same, small, words

from toolkit.schedule import move_post, place_post, regroup_post, take_out_post
from toolkit.schema import StoreError
from toolkit.widgets.calendar_board import CalendarBoard

# --- looking around ---------------------------------------------------------------------------------------------------


def ids(board: CalendarBoard) -> set[str]:
    return {row["id"] for row in board.grid.posts} if board.grid.shown is None else set(board.grid.shown)


def test_filters_narrow_what_is_shown() -> None:
    board = board_of()
    every = ids(board)
    board.owner.value = "小棠"
    assert ids(board) == {row["id"] for row in board.grid.posts if row["group"] == "g2"}
    board.owner.value = ""
    board.segment.value = "街坊"
    assert [row["id"] for row in board.grid.groups] == ["g1"]
    assert ids(board) == {one for one in every if one.endswith("@g1")}
    board.segment.value = ""
    board.kind.value = "poll"
    assert ids(board) == {one for one in every if one.startswith("c@")}
    board.kind.value, board.campaign.value = "", "读书季"
    assert ids(board) == {one for one in every if one.startswith("b@")}
    board.campaign.value, board.status.value = "", "pinned"
    assert ids(board) == set()
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    assert "a@g1" in ids(board)
    board.status.value = ""
    assert board.grid.shown is None and ids(board) >= every
    torn = broken_board()
    torn.broken.value = True
    assert ids(torn) == {row["id"] for row in torn.grid.posts if row["broken"]} != set()


def test_views_and_colours() -> None:
    board = board_of()
    assert {row["word"] for row in board.grid.legend} >= {"促销", "干货", "投票"}
    colours = {row["id"]: row["colour"] for row in board.grid.posts}
    legend = {row["word"]: row["colour"] for row in board.grid.legend}
    assert colours["a@g1"] == legend["促销"] and len(set(legend.values())) == len(legend)
    press(board.bar, "按阶段")
    assert {row["word"] for row in board.grid.legend} == {"预热", "促销", "复盘", "不在活动里"}
    warm = next(row["colour"] for row in board.grid.legend if row["word"] == "预热")
    assert {row["colour"] for row in board.grid.posts if row["item"] == "b"} == {warm}
    assert board.month_group.layout.display == "none"
    press(board.bar, "按月")
    board.month_group.value = "g2"
    assert (board.grid.view, board.grid.month_group, board.month_group.layout.display) == ("month", "g2", "")


# --- drafts and saving ------------------------------------------------------------------------------------------------


def test_a_draft_brings_the_board_back_as_it_was() -> None:
    kept: list[dict[str, Any]] = []
    board = board_of(save_draft=lambda state: kept.append(json.loads(json.dumps(state))))
    assert kept == []
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    board.accept()
    hear(board, "takeout", id="b@g2")
    board.owner.value = "小棠"
    assert len(kept) == 4
    late: list[dict[str, Any]] = []
    again = board_of(draft=kept[-1], save_draft=late.append)
    assert late == []
    same(again.result, board.result)
    assert {row["id"]: row["at"] for row in again.grid.posts} == {
        row["id"]: row["at"] for row in board.grid.posts
    }
    assert (again.grid.tray, again.owner.value, again.grid.shown) == (
        board.grid.tray,
        "小棠",
        board.grid.shown,
    )
    assert "拿出来" in words(again.changes.content)
    assert json.dumps(again.state()["kept"]) == json.dumps(board.state()["kept"])
    again.undo()
    same(again.result, board.result)
    again.undo()
    same(again.result, small().calendar)


def test_a_draft_of_another_calendar_is_left_alone() -> None:
    board = board_of()
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    state = board.state()
    hear(board, "takeout", id="b@g2")
    board.accept()
    other = CalendarBoard(board.result, small().items, small().groups, draft=state)
    assert "另一份排期" in other.told[-1] and "另一份排期" in words(other.changes.content)
    same(other.result, board.result)
    assert {row["changed"] for row in other.grid.posts} == {""}


def test_a_draft_fits_the_calendar_that_was_saved_from_it() -> None:
    kept: list[dict[str, Any]] = []
    board = board_of(save_draft=kept.append)
    hear(board, "takeout", id="b@g2")
    board.accept()
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    again = CalendarBoard(
        board.result, small().items, small().groups, draft=kept[-1], start=small().start, days=3
    )
    same(again.result, board.result)
    # what was taken out by hand is not in the calendar; the draft knows it
    assert [row["id"] for row in again.grid.tray] == [row["id"] for row in board.grid.tray]
    again.accept()
    board.accept()
    same(again.result, board.result)


def test_a_delay_survives_with_its_items_and_closed_days() -> None:
    board = board_of(plain=True)
    board.form.item.value, board.form.later.value = "a", 1
    board.form.delay.click()
    board.form.shut_group.value, board.form.shut_day.value = "g2", "2026-09-09"
    board.form.shut.click()
    board.accept()
    again = board_of(draft=json.loads(json.dumps(board.state())))
    same(again.result, board.result)
    same(again.plan.items, board.plan.items)
    assert again.plan.rules == board.plan.rules and again.plan.value == pytest.approx(board.plan.value)


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"base": 3, "kept": 4, "shown": "x"},
        {"filters": {"owner": "没有这个人", "nothing": 1}, "view": ["x", "y", "z"], "direct": "yes"},
        {"view": 3, "filters": 4, "steps": 5},
        "no draft",
    ],
)
def test_a_broken_draft_is_passed_over(draft: Any) -> None:
    board = board_of(draft=draft)
    same(board.result, small().calendar)
    assert board.owner.value == "" and board.grid.view == "groups"


@pytest.mark.parametrize(
    "part",
    [
        3,
        {},
        {"calendar": [["a"]], "unplaced": [], "earliest": {}, "shut": [], "bound": 1},
        {"calendar": [], "unplaced": 3, "earliest": {}, "shut": [["g1"]], "bound": "x"},
    ],
)
def test_a_broken_part_of_a_draft_is_passed_over(part: Any) -> None:
    state = board_of().state()
    board = board_of(draft=state | {"shown": part, "steps": [[1], 2]})
    same(board.result, small().calendar)
    assert {row["id"] for row in board.grid.posts} == set(small().calendar["post_id"])


def test_drafts_are_never_kept_twice_and_not_for_looking() -> None:
    kept: list[dict[str, Any]] = []
    board = board_of(save_draft=kept.append)
    for event in ("select", "pick", "open"):
        hear(board, event, id="a@g1")
    board.rules.hear({"event": "select", "value": "a@g1"})
    assert kept == []
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    assert len(kept) == 1
    board.undo()
    assert len(kept) == 2 and kept[0] != kept[1]


@pytest.mark.parametrize("error", [StoreError("磁盘满了。"), OSError("no space")])
def test_what_cannot_be_kept_is_said_and_nothing_is_lost(error: Exception) -> None:
    def fail(_value: Any) -> None:
        raise error

    board = board_of(save=fail, save_draft=fail)
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    assert board.told[-1].startswith("草稿没有存下：")
    board.accept()
    same(board.result, move_post(small(), "a@g1", starts_at="2026-09-09 20:00").calendar)
    told = words(board.changes.content)
    assert told.startswith("✕ 没有存下：") and "草稿没有存下：" in told


def test_where_it_was_saved_is_told(tmp_path: Path) -> None:
    board = board_of(save=lambda _frame: tmp_path / "结果" / "排期.xlsx")
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    board.accept()
    assert "已存到 结果/排期.xlsx。" in words(board.changes.content)


# --- without dragging -------------------------------------------------------------------------------------------------


def test_the_plain_form_moves_regroups_takes_out_and_puts_back() -> None:
    groups = [group("g1", slots=["08:00", "20:00"]), group("g2", slots=["07:30", "20:00"])]
    made = take_out_post(plan([item("a", waves=3), item("b", waves=3)], groups), "a@g2")
    board = board_of(made, plain=True)
    form = board.form
    form.post.value = "a@g1"
    form.day.value, form.time.value = "2026-09-09", "20:00"
    form.move.click()
    wanted = move_post(made, "a@g1", starts_at="2026-09-09 20:00")
    form.post.value = "a@g1"
    form.group.value = "g2"
    assert [value for _, value in form.time.options] == ["07:30", "20:00"]
    form.day.value, form.time.value = "2026-09-08", "07:30"
    form.regroup.click()
    wanted = regroup_post(wanted, "a@g1", "g2", starts_at="2026-09-08 07:30")
    form.post.value = "b@g1"
    form.take_out.click()
    wanted = take_out_post(wanted, "b@g1")
    form.entry.value = "b@g1"
    form.entry_day.value, form.entry_time.value = "2026-09-09", "08:00"
    form.place.click()
    wanted = place_post(wanted, "b", "g1", starts_at="2026-09-09 08:00")
    board.accept()
    same(board.result, wanted.calendar)


def test_the_form_finds_posts_and_says_what_it_needs() -> None:
    board = board_of(plain=True)
    board.form.find.value = "绘本 妈妈群"
    assert [value for _, value in board.form.post.options] == ["b@g2"]
    board.form.find.value = "没有这样的"
    assert board.form.post.options == ()
    board.form.take_out.click()
    assert board.told[-1] == "先选一次发布。"
    board.form.find.value = ""
    board.form.post.value = "a@g1"
    board.form.regroup.click()
    assert board.told[-1].startswith("它已经在这个群里。")


def test_a_folded_form_makes_no_lists() -> None:
    board = board_of()
    drop(board, "a@g1", "g1", "2026-09-09", "20:00")
    assert board.form.post.options == ()
    press(board.form.head, "不用拖动也能改")
    assert board.form.body.layout.display == ""
    at = next(row["at"] for row in board.grid.posts if row["id"] == "a@g1")
    assert at == "2026-09-09 20:00"
    label = next(label for label, value in board.form.post.options if value == "a@g1")
    assert board.form.entry_day.value == board.form.shut_day.value == "2026-09-07"
    assert board.grid.selected == "a@g1"
    assert label.startswith("9月9日 周三 20:00") and label.endswith("已定")


# --- untrusted text ---------------------------------------------------------------------------------------------------


def test_hostile_titles_stay_short_plain_text_everywhere() -> None:
    groups = [group(name=HOSTILE, owner=HOSTILE, segment=HOSTILE, slots=["08:00", "20:00"])]
    made = plan([item("a", title=HOSTILE, owner=HOSTILE, campaign=HOSTILE), item("b", title="好的")], groups)
    board = board_of(made, plain=True)
    hear(board, "select", id="a@g1")
    drop(board, "a@g1", "g1", "2026-09-09")
    hear(board, "takeout", id="a@g1")
    shown = [board.grid.posts, board.grid.tray, board.grid.groups, board.bar.content, board.changes.content]
    texts = json.dumps([*shown, board.why.content, board.rules.content, board.grid.told], ensure_ascii=False)
    assert "<img src=x" in texts
    assert not {"\u202e", "\x00"} & set(texts)
    assert "长" * 450 not in texts
    for row in board.grid.posts:
        assert len(row["title"]) <= 120 and "\n" not in row["title"]
    for control in (
        board.owner,
        board.segment,
        board.campaign,
        board.form.post,
        board.form.item,
        board.form.group,
    ):
        assert all(len(label) < 200 and "\u202e" not in label for label, _ in control.options)
