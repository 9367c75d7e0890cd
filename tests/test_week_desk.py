"""The week with a memory behind the one-page desk: the same answers as the verbs, each made once, drafts kept."""

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit.export import read_calendar
from toolkit.schema import CALENDAR, InputError
from toolkit.week import WeekDesk, open_desk

NOW = pd.Timestamp("2026-09-21 09:00", tz="Asia/Shanghai")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> WeekDesk:
    return open_desk(now=NOW, days=7, out=tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def chosen(desk: WeekDesk) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    topics = desk.topics(desk.trends.head(4)).head(3)
    headlines = desk.headlines(topics, top=2)
    return topics, headlines, desk.items(topics, headlines)


def test_each_step_gives_what_its_verb_gives(desk: WeekDesk) -> None:
    assert_frame_equal(desk.documents, tk.mark_duplicates(tk.read_week(tk.week_sources(), now=NOW).frame))
    assert_frame_equal(desk.trends, tk.mine_trends(desk.counts))
    assert desk.counts is desk.counts
    assert desk.start == tk.monday_after(desk.documents)
    few = desk.trends.head(4)
    terms = {term for terms in desk.topics(few)["terms"] for term in terms}
    assert terms & set(few["term"])


def test_items_are_her_own_and_the_chosen_topics(
    desk: WeekDesk, chosen: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    topics, headlines, items = chosen
    own = desk.own_items
    assert own is not None
    assert items["item_id"].is_unique
    fresh = items[~items["item_id"].isin(own.frame["item_id"])]
    assert len(items) == len(own.frame) + len(fresh)
    assert set(fresh["topic"]) <= set(topics["topic_id"])
    assert set(fresh["title"]) <= set(headlines["headline"])


def test_finishing_fixes_the_drafts_and_writes_week_and_daily_sheets(
    desk: WeekDesk, chosen: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    topics, headlines, items = chosen
    plan = desk.plan(items, effort="quick")
    assert set(plan.calendar["status"]) == {"draft"}
    files = desk.finish(plan, topics=topics, headlines=headlines)
    names = [path.name for path in files]
    assert {"report.html", "calendar.xlsx", "calendar.ics", "trends.csv", "发布清单"} <= set(names)
    back = read_calendar(files[names.index("calendar.xlsx")]).frame
    assert set(back["status"]) == {"pinned"}
    assert sorted(back["post_id"]) == sorted(plan.calendar["post_id"])
    days = {f"{day:%Y-%m-%d}.html" for day in plan.calendar["starts_at"].dt.date}
    assert days < {path.name for path in files[-1].iterdir()}
    # the plan that was handed in is as it was
    assert set(plan.calendar["status"]) == {"draft"}


def test_an_empty_calendar_is_not_approved(
    desk: WeekDesk, chosen: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    import dataclasses

    plan = desk.plan(chosen[2], effort="quick")
    with pytest.raises(InputError, match="没有可以定稿的"):
        desk.finish(dataclasses.replace(plan, calendar=CALENDAR.empty()))


def test_drafts_lie_in_the_working_folder_whole_or_not_at_all(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, now=NOW)
    assert desk.draft("标题") is None
    desk.keep("标题", {"text": "石榴裂口\ud83d", "n": 1})
    again = open_desk(tmp_path, now=NOW)
    assert again.draft("标题") == {"text": "石榴裂口\ud83d", "n": 1}
    path = next((tmp_path / ".wenan" / "草稿").iterdir())
    path.write_text("{", encoding="utf-8")
    assert again.draft("标题") is None
    path.write_text(json.dumps([1]), encoding="utf-8")
    assert again.draft("标题") is None
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="草稿没有存下"):
        open_desk(tmp_path / "file", now=NOW).keep("标题", {})


def test_without_a_folder_drafts_stay_with_the_desk() -> None:
    desk = open_desk(now=NOW)
    desk.keep("标题", {"a": 1})
    assert desk.draft("标题") == {"a": 1}
    assert open_desk(now=NOW).draft("标题") is None


def test_what_comes_in_is_seen_after_fresh(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, now=NOW)
    assert desk.sources.sample_documents
    data = "标题,来源,发布时间\n石榴开裂怎么办,邻街,2026-09-20 10:00\n".encode()
    [taken] = desk.take({"同行.csv": data})
    assert taken.kind == "documents"
    paths = desk.save_taken(taken)
    assert [path.name for path in paths] == ["同行.csv"]
    assert desk.sources.sample_documents
    desk.fresh()
    assert not desk.sources.sample_documents
    assert desk.documents["title"].tolist() == ["石榴开裂怎么办"]
    assert desk.save_taken(taken) == []


def test_words_taken_in_keep_whole_what_no_dictionary_knows(tmp_path: Path) -> None:
    (tmp_path / "同行内容").mkdir()
    rows = [f"桂花拿铁杯第{n}天,邻街,2026-09-{10 + n} 10:00" for n in range(5)]
    text = "标题,来源,发布时间\n" + "\n".join(rows)
    (tmp_path / "同行内容" / "同行.csv").write_text(text, encoding="utf-8")
    desk = open_desk(tmp_path, now=NOW)
    before = desk.counts
    assert "桂花拿铁杯" not in set(before.word_list["term"])
    desk.save_words(pd.DataFrame({"term": ["桂花拿铁杯"], "frequency": [5000]}))
    assert "桂花拿铁杯" in set(desk.counts.word_list["term"])
    assert "桂花拿铁杯" in tk.segment(["桂花拿铁杯第1天"], words=desk.counts.word_list)[0]
    desk.save_words(pd.DataFrame({"term": ["早市豆腐"], "frequency": [800]}))
    text = (tmp_path / "词表.csv").read_text(encoding="utf-8-sig")
    assert text.split() == ["词,词频", "桂花拿铁杯,5000", "早市豆腐,800"]
    (tmp_path / "词表.csv").write_text("名字\n甲\n", encoding="utf-8")
    again = open_desk(tmp_path, now=NOW)
    with pytest.raises(InputError, match="没有「词」这一列"):
        _ = again.counts
    with pytest.raises(InputError, match="没有工作文件夹"):
        open_desk(now=NOW).save_words(pd.DataFrame({"term": ["甲"], "frequency": [1]}))


def test_pictures_lie_in_the_working_folder_once(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, now=NOW)
    path = desk.keep_media("../石榴?.png", b"\x89PNG1")
    assert path.startswith("图片/")
    assert (tmp_path / path).read_bytes() == b"\x89PNG1"
    assert desk.keep_media("别的名字.png", b"\x89PNG1") == path
    assert desk.keep_media("../石榴?.png", b"\x89PNG2") != path
    with pytest.raises(InputError, match="没有工作文件夹"):
        open_desk(now=NOW).keep_media("a.png", b"1")
