"""Every desk: a draft that could not be saved is not taken for saved, and is saved as soon as it can be."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest
from test_calendar_board import board_of, drop
from test_message_desk import desk_of

from toolkit.schema import StoreError
from toolkit.widgets import HeadlineDesk, InBox
from toolkit.widgets.trend_board import TrendBoard

Save = Callable[[dict[str, Any]], Any]


def headline(save: Save) -> Callable[[], Any]:
    desk = HeadlineDesk(save_draft=save)
    desk.title.value = "三步挑出膏满的大闸蟹"
    desk._autosave()
    return desk._autosave


def message(save: Save) -> Callable[[], Any]:
    desk = desk_of(save_draft=save)
    desk.text.value = "石榴到了。"
    return desk._keep


def board(save: Save) -> Callable[[], Any]:
    made = board_of(save_draft=save)
    drop(made, "a@g1", "g1", "2026-09-09", "20:00")
    return made._keep_draft


def inbox(save: Save) -> Callable[[], Any]:
    box = InBox(take=lambda _files, **_more: [], save_draft=save)
    box.zone.text = "先放在这里"
    return box._keep_draft


def trends(save: Save) -> Callable[[], Any]:
    documents = pd.DataFrame(
        {
            "doc_id": [f"d{n}" for n in range(40)],
            "source": ["一家", "另一家"] * 20,
            "title": ["桂花拿铁上市" if n > 30 else "旧闻" for n in range(40)],
            "published_at": [f"2026-09-{n // 2 + 1:02}" for n in range(40)],
        }
    )
    made = TrendBoard(None, documents, save_draft=save)
    made.window.value = made.window.options[-1][1]
    return made._changed


@pytest.mark.parametrize("desk", [headline, message, board, inbox, trends])
def test_a_draft_that_was_refused_is_offered_again_and_one_that_was_saved_is_not(
    desk: Callable[[Save], Callable[[], Any]],
) -> None:
    full, kept = [True], []

    def save(state: dict[str, Any], *, tried: list[int]) -> None:
        tried[0] += 1
        if full[0]:
            raise StoreError("磁盘满了。")
        kept.append(state)

    tried = [0]
    again = desk(partial(save, tried=tried))
    assert tried[0] >= 1 and kept == []
    full[0] = False
    again()
    assert len(kept) == 1
    again()
    assert len(kept) == 1
