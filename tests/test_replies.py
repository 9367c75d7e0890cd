"""Replies counted in a chat: who wrote a post's code or word, once each, and nobody by name."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.review._history import join_results
from toolkit.review._replies import replies_by_keyword
from toolkit.review._results import read_results
from toolkit.schema import CALENDAR, ITEMS, RESULTS, ChoiceError, InputError, check

CAL = check(
    pd.DataFrame(
        [
            ("p1", "i1", "g1", "2026-09-14 20:00", "sent", "K7WQ2"),
            ("p2", "i2", "g1", "2026-09-15 12:00", "sent", "BX3MT"),
            ("p3", "i1", "g2", "2026-09-14 20:00", "sent", "ZPM48"),
            ("p4", "i3", "g1", "2026-09-15 13:00", "draft", "DFT23"),
            ("p5", "i3", "g1", "2026-09-15 14:00", "missed", "MSD23"),
            ("p6", "i4", "g1", "2026-09-15 15:00", "sent", ""),
            ("p7", "i1", "g1", "2026-09-20 20:00", "sent", "FTR23"),
            ("p8", "i5", "g1", "2026-09-14 21:00", "sent", "QZR45"),
        ],
        columns=["post_id", "item_id", "group_id", "starts_at", "status", "code"],
    ),
    CALENDAR,
)
ITEM = check(
    pd.DataFrame(
        {
            "item_id": ["i1", "i2", "i3", "i4", "i5"],
            "title": ["石榴到货，今晚接龙", "石榴怎么剥", "板栗", "晚安", "夜里那杯"],
            "topic": ["石榴", "石榴", "板栗", "", "咖啡"],
            "copy": ["青禾镇的软籽石榴到了，回一句就留", "", "", "", ""],
        }
    ),
    ITEMS,
)
SAID = [
    ("小棠", "2026-09-14 19:55:00", "青禾镇的软籽石榴到了，回一句就留！暗号 K7WQ2"),
    ("王翠花", "2026-09-14 20:01:00", "#接龙 石榴到货，今晚接龙\n1. 王翠花 ｋ７wq2 两斤"),
    ("王翠花", "2026-09-14 20:05:00", "石 榴甜吗"),
    ("欧阳铁柱", "2026-09-14 20:07:00", "石榴要一箱"),
    ("小棠", "2026-09-14 20:08:00", "石榴很甜"),
    ("小林", "2026-09-14 20:09:00", "「王翠花：石榴甜吗」\n- - - - - - - - - - - - - - -\n我也想知道"),
    ("小林", "2026-09-15 12:05:00", "这个石榴剥法好"),
    ("欧阳铁柱", "2026-09-15 12:06:00", "K7WQ2"),
    ("小林", "2026-09-15 13:05:00", "dft23"),
    ("小林", "2026-09-15 14:05:00", "MSD23"),
    ("小林", "2026-09-15 21:00:00", "K7WQ2"),
    ("小林", "2026-09-16 09:00:00", "早"),
]


def chat(said: list[tuple[str, str, str]]) -> str:
    return "\n\n".join(f"{name} {when}\n{text}" for name, when, text in said)


def counted(frame: pd.DataFrame) -> list[list[object]]:
    return frame[["post_id", "replied", "matched_by"]].values.tolist()


def test_people_are_counted_once_by_code_and_by_word() -> None:
    frame = replies_by_keyword({"g1": chat(SAID)}, CAL, items=ITEM)
    # p1: 王翠花 by code, 欧阳铁柱 by word, not who sent it, not what is quoted, not a code a day late; p2 takes the word
    # of its day; p4 says draft and is named by its code; p6 has neither code nor word, p3 and p7 no chat; p8 nobody
    assert counted(frame) == [["p1", 2, "code"], ["p2", 1, "id"], ["p4", 1, "code"], ["p8", 0, "code"]]
    assert frame["measured_at"].astype(str).tolist() == [
        "2026-09-15 20:00:00+08:00",
        "2026-09-16 09:00:00+08:00",
        "2026-09-16 09:00:00+08:00",
        "2026-09-15 21:00:00+08:00",
    ]
    assert frame["source"].unique().tolist() == ["群聊 g1"]
    assert not [name for name in ("小棠", "王翠花", "欧阳铁柱", "小林") if name in frame.to_csv()]


def test_keywords_and_hours_of_ones_own() -> None:
    got = replies_by_keyword(
        {"g1": chat(SAID)}, CAL, items=ITEM, keywords={"i1": "", "i2": "剥法"}, hours=0.1
    )
    assert counted(got) == [["p1", 1, "code"], ["p2", 1, "id"], ["p4", 1, "code"], ["p8", 0, "code"]]


def test_a_file_and_what_becomes_of_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "群.txt"
    path.write_bytes(chat(SAID).encode("gbk"))
    frame = replies_by_keyword({"g1": path}, CAL, items=ITEM)
    pd.testing.assert_frame_equal(frame, replies_by_keyword({"g1": chat(SAID)}, CAL, items=ITEM))
    (tmp_path / "夹").mkdir()
    frame.to_csv(tmp_path / "夹" / "回复.csv", index=False)
    (tmp_path / "夹" / "点击.csv").write_text("暗号,点击人数\nK7WQ2,9\n", "utf-8")
    got = read_results(tmp_path / "夹", calendar=CAL, items=ITEM).frame.set_index("post_id")
    assert got.loc["p1", ["replied", "clicked"]].tolist() == [2, 9]
    orders = check(pd.DataFrame({"post_id": ["p1"], "ordered": [3]}), RESULTS)
    joined = join_results(CAL, pd.concat([orders, frame])).set_index("post_id")
    assert joined.loc["p1", ["replied", "ordered"]].tolist() == [2, 3]


def test_nothing_and_errors(tmp_path: Path) -> None:
    for chats in ({}, {"g1": ""}):
        pd.testing.assert_frame_equal(replies_by_keyword(chats, CAL, items=ITEM), RESULTS.empty())
    with pytest.raises(ChoiceError, match="没有群"):
        replies_by_keyword({"g9": chat(SAID)}, CAL, items=ITEM)
    with pytest.raises(ChoiceError, match="hours"):
        replies_by_keyword({"g1": chat(SAID)}, CAL, items=ITEM, hours=0)
    with pytest.raises(InputError, match="找不到"):
        replies_by_keyword({"g1": tmp_path / "没有.txt"}, CAL, items=ITEM)
    with pytest.raises(InputError, match="认不出是聊天记录"):
        replies_by_keyword({"g1": "没有人说话"}, CAL, items=ITEM)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SAID), min_size=2), st.randoms(use_true_random=False))
def test_repeats_and_the_order_of_messages_do_not_matter(
    said: list[tuple[str, str, str]], rng: random.Random
) -> None:
    mixed = rng.sample([*said, *said], 2 * len(said))
    once, twice = (replies_by_keyword({"g1": chat(one)}, CAL, items=ITEM) for one in (said, mixed))
    pd.testing.assert_frame_equal(once, twice)
    assert (once["replied"] <= len({name for name, _, _ in said})).all()
