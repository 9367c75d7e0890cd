"""The one-page desk without a browser: what a step hands to the next, what survives, what begins afresh."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from toolkit import lexicons
from toolkit.week import WeekDesk, open_desk
from toolkit.widgets import Desk
from toolkit.widgets._desk_items import join_items

NOW = pd.Timestamp("2026-09-21 09:00", tz="Asia/Shanghai")
SAMPLE = lexicons.sample_folder()


def told(desk: Desk) -> str:
    return "".join(str(part) for one in desk.told.content for part in one["children"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "同行内容").mkdir()
    for path in (SAMPLE / "posts").glob("*.csv"):
        (tmp_path / "同行内容" / path.name).write_bytes(path.read_bytes())
    return tmp_path


def work_at(home: Path, now: pd.Timestamp = NOW) -> WeekDesk:
    return open_desk(home, now=now, days=7)


def choose(desk: Desk) -> list[str]:
    """Two words, their topics, the first two of them; gives the items' titles."""
    desk.show("trends")
    desk.trends.table.chosen = desk.trends.trends["term"].head(2).tolist()
    desk.trends.send_button.click()
    desk.topics.table.chosen = desk.topics.all["topic_id"].head(2).tolist()
    desk.topics.next.hear({"event": "next"})
    first = next(iter(desk.titles.values()))
    first.title.hear({"event": "enter", "value": "周五收摊前，三样东西最该带回家"})
    row = next(row for row in first.table.rows if row["name"].startswith("周五收摊前"))
    first.table.hear({"event": "star", "key": row["key"], "value": True})
    desk._titles_done()
    return desk.items["title"].tolist()


def test_what_is_chosen_reaches_the_items_and_survives_a_restart(home: Path) -> None:
    desk = Desk(work_at(home))
    titles = choose(desk)
    assert "周五收摊前，三样东西最该带回家" in titles
    assert told(desk) == ""
    again = Desk(work_at(home))
    assert again.items["title"].tolist() == titles
    assert again.stage.selected_index == desk.stage.selected_index
    assert again._topic_ids == desk.topics.result["topic_id"].tolist()
    pd.testing.assert_frame_equal(again.items, desk.items)


def test_another_week_begins_afresh_and_the_old_one_is_still_there(home: Path) -> None:
    friday = NOW + pd.Timedelta(days=4)
    desk = Desk(work_at(home, friday))
    titles = choose(desk)
    later = home / "同行内容" / "新来的.csv"
    later.write_text("标题,来源,发布时间\n石榴开裂怎么办,邻街,2026-09-24 10:00\n", encoding="utf-8")
    desk.show("inbox")
    desk._came_in([])
    assert desk._name == "2026-09-28"
    assert desk.items.empty
    assert desk._words == []
    later.unlink()
    assert Desk(work_at(home, friday)).items["title"].tolist() == titles


def test_a_new_file_of_items_replaces_the_old_ones_and_keeps_what_was_written(home: Path) -> None:
    (home / "内容.csv").write_bytes((SAMPLE / "items.csv").read_bytes())
    desk = Desk(work_at(home))
    choose(desk)
    items = desk.items.copy()
    items.loc[items["title"].str.startswith("周五收摊前"), "copy"] = "三样都在这里"
    desk._texts_saved(items)
    desk.show("inbox")
    [taken] = desk._work.take({"items.csv": (SAMPLE / "items.csv").read_bytes()})
    assert taken.kind == "items"
    desk._work.save_taken(taken)
    desk._came_in([taken])
    assert set(taken.frame["item_id"]) <= set(desk.items["item_id"])
    kept = desk.items.set_index("title")["copy"]
    assert kept["周五收摊前，三样东西最该带回家"] == "三样都在这里"


def test_items_that_left_the_file_leave_and_what_was_written_stays() -> None:
    known = pd.DataFrame(
        {
            "item_id": ["a", "b", "x"],
            "title": ["甲", "乙", "丙"],
            "copy": ["写好的", None, "活动"],
            "media": [["图片/a.png"], [], []],
        }
    )
    fresh = pd.DataFrame(
        {"item_id": ["a", "c"], "title": ["甲新", "丁"], "copy": [None, "自带"], "media": [[], []]}
    )
    joined = join_items(fresh, known, gone={"a", "b"}, segments=["亲子妈妈"])
    assert joined[["item_id", "title"]].to_numpy().tolist() == [["a", "甲新"], ["c", "丁"], ["x", "丙"]]
    assert joined["copy"].tolist() == ["写好的", "自带", "活动"]
    assert joined["media"].tolist() == [["图片/a.png"], [], []]


def test_an_item_told_in_parts_stays_so_and_leaves_whole() -> None:
    known = pd.DataFrame({"item_id": ["a-亲子妈妈", "a-长辈养生", "b-长辈养生"], "copy": ["一", "二", "三"]})
    fresh = pd.DataFrame({"item_id": ["a"], "copy": [None]})
    segments = ["亲子妈妈", "长辈养生"]
    joined = join_items(fresh, known, gone={"a", "b"}, segments=segments)
    assert joined["item_id"].tolist() == ["a-亲子妈妈", "a-长辈养生"]
    assert join_items(fresh.head(0), known, gone={"a", "b"}, segments=segments).empty


def test_what_cannot_be_made_is_told_and_the_page_stands(tmp_path: Path) -> None:
    (tmp_path / "同行内容").mkdir()
    (tmp_path / "同行内容" / "坏.csv").write_bytes(b"\x89PNG not a table")
    desk = Desk(work_at(tmp_path))
    desk.show("trends")
    assert "没有读到任何内容" in told(desk)
    desk.show("inbox")
    assert told(desk) == ""
    assert repr(desk) == "文案台（7 步）"
    assert desk.result.empty


def test_the_calendar_asks_for_items_first(home: Path) -> None:
    desk = Desk(work_at(home))
    desk.show("calendar")
    assert "还没有内容条目" in told(desk)


def test_moves_stay_when_items_change_and_open_ones_are_told(home: Path) -> None:
    desk = Desk(work_at(home))
    choose(desk)
    desk.show("calendar")
    before = desk.board.plan
    post = before.calendar.iloc[0]
    other = next(
        row
        for row in desk.board._explain(before, post["post_id"]).to_dict("records")
        if not row["chosen"] and pd.isna(row["rule_id"])
    )
    at = f"{other['starts_at']:%Y-%m-%d %H:%M}"
    event = {"id": post["post_id"], "group": post["group_id"], "date": at[:10], "time": at[11:]}
    desk.board.grid.hear({"event": "drop", **event})
    assert desk.board.waiting == 1
    desk.show("files")
    assert "还有 1 处改动没有采用" in str(desk.last.content)
    desk.board.changes.hear({"event": "accept"})
    desk._items_added(desk.items.head(1).assign(item_id="添的", title="添一条", topic=""))
    desk.show("calendar")
    now = desk.board.result.set_index("post_id")
    assert now.at[post["post_id"], "starts_at"] == other["starts_at"]
    assert now.at[post["post_id"], "status"] == "pinned"


def test_items_with_half_characters_and_days_are_kept_as_they_are(home: Path) -> None:
    desk = Desk(work_at(home))
    desk.items = desk._work.items(
        desk._work.topics().head(2), desk._work.headlines(desk._work.topics().head(2))
    )
    desk._set_items(desk.items.assign(title="石榴\ud83d"))
    again = Desk(work_at(home))
    pd.testing.assert_frame_equal(again.items, desk.items)


def test_titles_done_again_send_nobody_two_texts(home: Path) -> None:
    desk = Desk(work_at(home))
    choose(desk)
    base = desk.items[desk.items["item_id"].str.startswith("选题-")].iloc[0]
    segments = sorted(desk._work.groups.frame["segment"].unique())[:2]
    parts = [
        {**base.to_dict(), "item_id": f"{base['item_id']}-{one}", "groups": [one], "copy": one}
        for one in segments
    ]
    rest = desk.items[desk.items["item_id"] != base["item_id"]]
    desk._texts_saved(pd.concat([rest, pd.DataFrame(parts)], ignore_index=True))
    desk._titles_done()
    ids = desk.items.loc[desk.items["topic"] == base["topic"], "item_id"].tolist()
    assert ids == [part["item_id"] for part in parts]
    # a topic that is no longer chosen takes its parts with it
    desk.topics.table.chosen = [key for key in desk.topics.table.chosen if key != base["topic"]]
    desk._topics_chosen(desk.topics.result)
    desk._titles_done()
    assert base["topic"] not in set(desk.items["topic"])


def test_a_file_of_items_can_be_planned_at_once(home: Path) -> None:
    desk = Desk(work_at(home))
    [taken] = desk._work.take({"items.csv": (SAMPLE / "items.csv").read_bytes()})
    desk._work.save_taken(taken)
    desk._came_in([taken])
    assert "内容条目：自己的" in str(desk._sources.content)
    desk.show("calendar")
    assert told(desk) == ""
    assert set(desk.result["item_id"]) <= set(taken.frame["item_id"])
    assert len(desk.result) > 0


def test_a_broken_file_of_items_can_be_replaced(home: Path) -> None:
    (home / "内容.xlsx").write_bytes(b"PK broken")
    desk = Desk(work_at(home))
    [taken] = desk._work.take({"items.csv": (SAMPLE / "items.csv").read_bytes()})
    desk._work.save_taken(taken)
    desk._came_in([taken])
    desk.show("calendar")
    assert told(desk) == ""
    assert len(desk.result) > 0
