"""The campaign desk without a browser: choose, fill in, click, read the result."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import ITEMS
from toolkit.widgets import PlaybookDesk


@functools.cache
def sample_groups() -> pd.DataFrame:
    return tk.read_groups(lexicons.sample_folder() / "groups.csv").frame


def desk_of(playbook: str, **more: Any) -> PlaybookDesk:
    desk = PlaybookDesk(sample_groups(), start="2026-09-21", **more)
    desk.book.value = playbook
    return desk


def field(desk: PlaybookDesk, name: str) -> Any:
    return next(field for field in desk.fields.children if field.description == name)


def test_the_desk_gives_what_the_verb_gives() -> None:
    saved: list[pd.DataFrame] = []
    desk = desk_of("b8-presale", save=saved.append)
    assert_frame_equal(desk.result, ITEMS.empty())
    field(desk, "商品").value = "东堤板栗"
    desk.owner.value = "阿禾"
    desk.make.click()
    wanted = tk.expand_playbook(
        "b8-presale", start="2026-09-21", groups=sample_groups(), owners="阿禾", 商品="东堤板栗"
    )
    assert_frame_equal(desk.result, wanted)
    assert len(saved) == 1 and saved[0] is desk.result
    assert desk.told.value.startswith(f"展开了 {len(wanted)} 个条目，其中 ")
    assert len(desk.items.children) == len(wanted)


def test_a_goal_narrows_the_list_and_keeps_the_choice() -> None:
    desk = desk_of("b8-presale")
    every = len(desk.book.options)
    desk.goal.value = "成交"
    found = tk.list_playbooks(goal="成交")["playbook"].to_list()
    assert [value for _, value in desk.book.options] == found and len(found) < every
    assert desk.book.value == "b8-presale"
    desk.goal.value = "谋划"
    assert desk.book.value in tk.list_playbooks(goal="谋划")["playbook"].to_list()


@pytest.mark.parametrize("playbook", tk.list_playbooks()["playbook"].to_list())
def test_every_playbook_can_be_chosen_and_made(playbook: str) -> None:
    desk = desk_of(playbook)
    assert [field.description for field in desk.fields.children] == tk.playbook_choices(playbook)[
        "name"
    ].to_list()
    desk.make.click()
    assert len(desk.result) > 0


def test_what_is_not_advised_says_so_first() -> None:
    refused = tk.list_playbooks().query("verdict == 'discouraged'")["playbook"].iloc[0]
    desk = desk_of(refused)
    fold = desk.outline.children[0]
    assert fold.titles[0] == "不建议" and fold.selected_index == 0
    assert next(label for label, value in desk.book.options if value == refused).startswith("✕ ")
    assert desk.told.value == "不建议照做，改用：老友带新。"
    desk.make.click()
    assert desk.told.value.startswith("不建议照做，改用：老友带新。展开了 ")
    desk.book.value = "b8-presale"
    assert desk.told.value == ""


def test_the_goals_stand_in_the_order_of_the_house() -> None:
    wanted = ("都看", "拉新", "活跃", "成交", "复购", "转介绍", "口碑", "内容", "谋划")
    assert desk_of("b8-presale").goal.options == wanted


def test_examples_are_shown_and_fill_what_is_still_empty() -> None:
    desk = desk_of("a3-shop-links")
    asked = tk.playbook_choices("a3-shop-links").set_index("name")
    for name in asked.index[asked["choice_kind"] == "空"]:
        assert field(desk, name).placeholder == f"例：{asked.loc[name, 'example']}"
    own, *others = asked.index[asked["choice_kind"] == "空"]
    field(desk, own).value = "自己写的"
    desk.fill.click()
    assert field(desk, own).value == "自己写的"
    assert [field(desk, name).value for name in others] == asked.loc[others, "example"].to_list()
    targets = asked.index[asked["choice_kind"] == "发给谁"]
    assert [field(desk, name).value for name in targets] == [""] * len(targets)
    desk.make.click()
    assert "要填的空" not in desk.told.value


def test_items_are_kept_where_save_puts_them(tmp_path: Path) -> None:
    path = tmp_path / "结果" / "活动内容.xlsx"
    path.parent.mkdir()
    desk = desk_of("b8-presale", save=lambda items: tk.write_xlsx({"内容": items}, path))
    desk.fill.click()
    desk.make.click()
    assert desk.told.value == f"展开了 {len(desk.result)} 个条目。已存到 结果/活动内容.xlsx"
    read = tk.read_items(path)
    assert_frame_equal(read.frame, desk.result)
    assert read.rejected.empty and read.notes.empty


def test_where_the_file_cannot_be_written_the_items_are_there_and_it_is_said(tmp_path: Path) -> None:
    desk = desk_of("b8-presale", save=lambda items: tk.write_xlsx({"内容": items}, tmp_path))
    desk.make.click()
    assert "没有存下：" in desk.told.value and len(desk.result) == len(desk.items.children) > 0


def test_an_item_says_its_days_as_an_editor_writes_them() -> None:
    desk = desk_of("b8-presale")
    desk.make.click()
    heads = [item.children[0].value.split("　")[0] for item in desk.items.children]
    assert heads[0] == "9月21日–23日" and heads[-1] == "9月29日–10月1日"


def test_what_the_verb_refuses_is_said_and_nothing_is_lost() -> None:
    desk = desk_of("b8-presale")
    desk.make.click()
    before = desk.result
    desk.start.value = None
    desk.make.click()
    assert desk.told.value.startswith("start 要写成") and desk.result is before


def test_text_of_others_is_shown_as_text_only() -> None:
    desk = desk_of("b8-presale")
    field(desk, "商品").value = "<img src=x onerror=alert(1)>"
    desk.make.click()
    shown = [box for item in desk.items.children for box in item.children]
    kinds = {type(widget).__name__ for box in shown[1::2] for widget in box.children}
    assert kinds == {"Label"} and {type(head).__name__ for head in shown[::2]} == {"Label"}
    whole = "".join(line.value.removeprefix("　") for line in shown[1].children)
    assert whole == desk.result["copy"].iloc[0].replace("\n", "")
    assert "<img src=x onerror=alert(1)>" in desk.result["copy"].iloc[0]


def test_another_option_asks_for_its_own_blanks_and_keeps_what_was_filled_in() -> None:
    desk = desk_of("a3-shop-links")
    shared = set.intersection(
        *(set(tk.playbook_choices("a3-shop-links", 需求=need)["name"]) for need in ("高频", "低频", "小众"))
    )
    kept = next(field for field in desk.fields.children if field.description in shared - {"需求", "礼品"})
    kept.value = "填过的"
    before = [field.description for field in desk.fields.children]
    field(desk, "需求").value = "低频"
    after = [field.description for field in desk.fields.children]
    assert after == tk.playbook_choices("a3-shop-links", 需求="低频")["name"].to_list() != before
    assert field(desk, kept.description).value == "填过的"
    field(desk, "需求").value = "高频"
    assert [field.description for field in desk.fields.children] == before
    desk.make.click()
    wanted = tk.expand_playbook(
        "a3-shop-links", start="2026-09-21", groups=sample_groups(), **{kept.description: "填过的"}
    )
    assert_frame_equal(desk.result, wanted)


def test_without_a_playbook_the_desk_asks_for_one() -> None:
    desk = PlaybookDesk(sample_groups(), start="2026-09-21")
    desk.book.value = None
    desk.make.click()
    assert desk.told.value == "先在上面选一个打法。" and desk.result.empty
    with pytest.raises(tk.ToolkitError, match="start 要写成"):
        PlaybookDesk(sample_groups(), start="下周")
