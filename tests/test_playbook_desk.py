"""The campaign desk without a browser: choose, fill in, click, read the result."""

from __future__ import annotations

import functools
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
