"""The board of rising words without a browser: every action of an editor, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import NEW_WORDS, TOPICS, TRENDS, ChoiceError, StoreError
from toolkit.widgets._view import Panel
from toolkit.widgets.trend_board import TrendBoard

UNDATED = pd.DataFrame({"doc_id": ["a", "b"], "title": ["桂花拿铁买一送一", "桂花拿铁怎么点"]})


@pytest.fixture(scope="module")
def documents() -> pd.DataFrame:
    return tk.mark_duplicates(tk.read_documents(lexicons.sample_folder() / "posts").frame)


@pytest.fixture(scope="module")
def counts(documents: pd.DataFrame) -> tk.Counts:
    return tk.count_terms(documents)


@pytest.fixture(scope="module")
def trends(counts: tk.Counts) -> pd.DataFrame:
    return tk.mine_trends(counts)


def texts(content: list[Any]) -> str:
    """All that a panel shows, as one text."""
    found = []
    for one in content:
        found.append(one if isinstance(one, str) else texts(one.get("children", [])))
    return " ".join(found)


def nodes_of(content: list[Any], tag: str) -> list[dict[str, Any]]:
    found = []
    for one in content:
        if isinstance(one, dict):
            found += [one] * (one["tag"] == tag) + nodes_of(one.get("children", []), tag)
    return found


def press(panel: Panel, event: str, value: Any) -> None:
    """Press the button of a panel that has this event and value; it must be there."""
    buttons = [one for one in nodes_of(panel.content, "button") if one["event"] == event]
    assert value in [one["value"] for one in buttons]
    panel.hear({"event": event, "value": value})


def never(*_args: Any, **_more: Any) -> Any:
    raise AssertionError("this verb is not to be asked")


def test_the_rising_words_stand_first_and_one_is_looked_at(
    documents: pd.DataFrame, counts: tk.Counts, trends: pd.DataFrame
) -> None:
    board = TrendBoard(trends, documents, counts=counts)
    called = trends[trends["status"].isin(["new", "rising"])]
    assert [row["key"] for row in board.table.rows] == called["term"].tolist()
    row = board.table.rows[5]
    assert (row["key"], row["documents"], row["lift"], row["q_value"], row["sources"]) == (
        *("大闸蟹", "7", "4.8 倍", "4.5%", "3"),
    )
    assert texts([row["status"]]) == "↑ 上升"
    history = tk.term_history(counts, ["大闸蟹"])
    assert row["line"] == history["documents"].tolist()
    term = called["term"].iloc[0]
    assert board.table.selected == term
    assert board.told == [str(tk.explain_trend(term, counts, trends=trends))]
    assert board.told[0] in texts(board.detail.content)
    press(board.filters, "seen", "all")
    assert [row["key"] for row in board.table.rows] == trends["term"].tolist()
    assert repr(board) == f"TrendBoard（{len(trends)} 个热词，选了 0 个）"


def test_a_word_shows_its_history_its_sources_its_sentences_and_the_copies(
    documents: pd.DataFrame, counts: tk.Counts, trends: pd.DataFrame
) -> None:
    board = TrendBoard(trends, documents, counts=counts)
    board.look_at("大闸蟹")
    shown = texts(board.detail.content)
    reason = tk.explain_trend("大闸蟹", counts, trends=trends)
    assert "9月14日–20日 7 篇" in " ".join(shown.split())
    for row in reason.drivers[reason.drivers["documents"] > 0].itertuples():
        assert f"{row.documents} 篇，此前 {row.before}" in shown
    passages = tk.concordance(["大闸蟹"], documents, limit=20)
    assert passages["sentence"].iloc[0] in shown.replace(" ", "") or "大闸蟹" in shown
    marks = nodes_of(board.detail.content, "mark")
    assert {one["children"][0] for one in marks} == {"大闸蟹"}
    assert len(marks) == len(passages)
    links = {one["href"] for one in nodes_of(board.detail.content, "a")}
    assert links == set(passages["url"])
    copied = documents.loc[documents["duplicate_of"].isin(passages["doc_id"]), "duplicate_of"]
    for original in copied:
        number = int((copied == original).sum())
        assert f"另有 {number} 篇转抄" in shown
    press(board.detail, "by", "channel")
    by = tk.mine_trends(counts, by="channel")
    for row in by[by["term"] == "大闸蟹"].itertuples():
        assert f"{row.channel} " in texts(board.detail.content)


def test_copies_are_folded_under_their_original() -> None:
    frame = pd.DataFrame(
        {
            "doc_id": ["a", "b", "c"],
            "source": ["甲", "乙", "丙"],
            "title": ["桂花拿铁上新", "桂花拿铁上新", "桂花拿铁上新"],
            "published_at": ["2026-09-18", "2026-09-19", "2026-09-20"],
            "duplicate_of": [None, "a", "a"],
            "url": [None, "https://example.org/b", "javascript:alert(1)"],
        }
    )
    found = pd.DataFrame(
        {**{name: [1] for name in TRENDS.names}, "term": ["桂花拿铁"], "status": ["rising"]}
    ).assign(first_seen="2026-09-18", is_new_word=False, variants=[[]], evidence=[["a"]])
    board = TrendBoard(found, frame, explain=lambda *_args, **_more: "一句话。")
    fold = [one for one in nodes_of(board.detail.content, "details") if one["key"] == "copies-a"]
    assert texts(fold).startswith("另有 2 篇转抄")
    assert "乙" in texts(fold)
    assert "丙" in texts(fold)
    assert "一句话。" in board.told


def test_filters_mine_anew_and_keep_the_choice(documents: pd.DataFrame, counts: tk.Counts) -> None:
    asked: list[dict[str, Any]] = []

    def mine(source: Any, **how: Any) -> pd.DataFrame:
        asked.append({"documents": len(source), **how})
        return tk.mine_trends(source, **how)

    board = TrendBoard(None, documents, counts=counts, mine=mine)
    board.choose("大闸蟹")
    press(board.filters, "source", "慢烘研究所")
    assert asked[-1] == {"documents": 43, "until": None, "window_days": 7}
    assert (
        board.trends["term"].tolist()
        == tk.mine_trends(
            counts.only(counts.documents.loc[counts.documents["source"] == "慢烘研究所", "doc_id"])
        )["term"].tolist()
    )
    assert board.told[:2] == [*board.trends.attrs["notes"], "选过的「大闸蟹」不在这一期的表里。"]
    assert board.result.empty
    assert "样本太少" in texts(board.notes.content)
    press(board.filters, "source", "慢烘研究所")
    assert board.result["term"].tolist() == ["大闸蟹"]
    assert len(asked) == 2, "what was mined is remembered"
    press(board.filters, "channel", "公众号")
    press(board.filters, "source", "澜江菜篮子")
    press(board.filters, "source", None)
    press(board.filters, "channel", None)
    board.window.value = 28
    board.until.value = dt.date(2026, 9, 6)
    assert asked[-1] == {"documents": len(counts), "until": dt.date(2026, 9, 6), "window_days": 28}
    assert_frame_equal(board.trends, tk.mine_trends(counts, until="2026-09-06", window_days=28))
    passages = tk.concordance(["桂花拿铁"], documents)
    assert (passages["published_at"] > pd.Timestamp("2026-09-07", tz="Asia/Shanghai")).any()
    told = texts(nodes_of(board.detail.content, "ul"))
    assert re.search(r"[89]月\d+日 周", told)
    assert not re.search(r"9月(?:[1-3]\d|[7-9])日 周", told), "nothing of later days"


def test_the_given_table_and_window_are_taken(documents: pd.DataFrame, counts: tk.Counts) -> None:
    how: dict[str, Any] = {"until": "2026-09-10", "window_days": 10}
    trends = tk.mine_trends(counts, **how)
    board = TrendBoard(trends, documents, counts=counts, mine=never, **how)
    assert_frame_equal(board.trends, trends)
    assert (board.window.value, board.until.value) == (10, dt.date(2026, 9, 10))
    assert board.told[-1].startswith(f"「{board.table.selected}」在9月1日至9月10日")


def test_what_verbs_refuse_is_said(documents: pd.DataFrame, counts: tk.Counts) -> None:
    def refuse(*_args: Any, **_more: Any) -> Any:
        raise ChoiceError("这样不行。")

    trends = tk.mine_trends(counts)
    verbs: dict[str, Any] = {
        "explain": refuse,
        "passages": refuse,
        "topics": refuse,
        "new_words": refuse,
        "mine": refuse,
    }
    board = TrendBoard(trends, documents, counts=counts, **verbs)
    assert "这样不行。" in texts(board.detail.content)
    board.window.value = 14
    assert board.told[-1] == "这样不行。"
    assert_frame_equal(board.trends, trends)
    board.choose("大闸蟹")
    board.send_button.click()
    assert board.told[-1] == "这样不行。"
    assert board.topics.empty
    board.find_button.click()
    assert board.told[-1] == "这样不行。"


def test_chosen_words_go_to_the_topics(
    documents: pd.DataFrame, counts: tk.Counts, trends: pd.DataFrame
) -> None:
    sent: list[pd.DataFrame] = []
    board = TrendBoard(trends, documents, counts=counts, save=sent.append)
    assert list(board.result.columns) == TRENDS.names
    board.send_button.click()
    assert (sent, board.told[-1]) == ([], "先在表里勾选几个词，再送去选题。")
    board.table.chosen = ["大闸蟹", "月光故事会"]
    chosen = trends[trends["term"].isin(["大闸蟹", "月光故事会"])].reset_index(drop=True)
    assert_frame_equal(board.result, chosen)
    assert board.send_button.description == "送去选题（2 个词）"
    board.send_button.click()
    assert_frame_equal(sent[0], chosen)
    whole = tk.find_topics(chosen, documents)
    mine = whole[whole["origin"] != "keyword"].reset_index(drop=True)
    assert_frame_equal(board.topics[TOPICS.names], mine[TOPICS.names])
    assert "2 个词送去了选题，得到 2 个选题。" in board.told
    assert texts(board.topic_panel.content).count("篇出处") == 2


def test_a_refused_saving_is_said_and_nothing_is_lost(documents: pd.DataFrame, counts: tk.Counts) -> None:
    def refuse(_frame: Any) -> None:
        raise StoreError("磁盘满了。")

    board = TrendBoard(None, documents, counts=counts, save=refuse, save_words=refuse, save_draft=refuse)
    board.choose("大闸蟹")
    assert board.told[-1] == "草稿没有存下：磁盘满了。"
    board.send_button.click()
    assert "还没有存下：磁盘满了。" in "".join(board.told)
    assert len(board.topics) == 1
    board.find_button.click()
    term = board.word_table.rows[0]["key"]
    board.word_table.chosen = [term]
    board.accept_button.click()
    assert "还没有存下：磁盘满了。" in "".join(board.told)
    assert board.words.empty
    assert term in [row["key"] for row in board.word_table.rows]
    assert board.word_table.chosen == [term]


def test_new_words_are_found_on_request_and_taken(documents: pd.DataFrame, counts: tk.Counts) -> None:
    taken: list[pd.DataFrame] = []
    asked: list[int] = []

    def find(frame: pd.DataFrame) -> pd.DataFrame:
        asked.append(len(frame))
        return tk.discover_words(frame)

    board = TrendBoard(None, documents, counts=counts, new_words=find, save_words=taken.append)
    assert (asked, board.word_box.layout.display) == ([], "none")
    board.accept_button.click()
    assert board.told[-1] == "先勾选要收的新词。"
    board.find_button.click()
    found = tk.discover_words(documents)
    keys = [row["key"] for row in board.word_table.rows]
    assert keys == found["term"].head(30).tolist()
    board.word_table.chosen = keys[:2]
    board.accept_button.click()
    assert_frame_equal(taken[0], found[["term", "frequency"]].head(2), check_dtype=False)
    assert board.words["term"].tolist() == keys[:2]
    assert [row["key"] for row in board.word_table.rows] == keys[2:]
    assert board.told[-1].startswith(f"收进词表 2 个：{keys[0]}、{keys[1]}。")
    without = TrendBoard(None, documents, counts=counts, new_words=None)
    assert without.find_button not in [
        child for box in without.children for child in getattr(box, "children", [])
    ]


def test_a_draft_brings_the_board_back(documents: pd.DataFrame, counts: tk.Counts) -> None:
    drafts: list[dict[str, Any]] = []
    sent: list[Any] = []
    more: dict[str, Any] = {"counts": counts, "save_draft": drafts.append, "save": sent.append}
    board = TrendBoard(None, documents, **more)
    assert drafts == []
    board.window.value = 14
    press(board.filters, "seen", "all")
    press(board.filters, "channel", "公众号")
    board.choose(board.trends["term"].iloc[1])
    board.look_at(board.trends["term"].iloc[2])
    press(board.detail, "by", "channel")
    board.table.sort = ["documents", True]
    board.send_button.click()
    board.find_button.click()
    board.word_table.chosen = [row["key"] for row in board.word_table.rows[:2]]
    board.accept_button.click()
    assert drafts[-1] == board.state()
    told = [json.dumps(one, ensure_ascii=False) for one in drafts]
    assert all(first != second for first, second in itertools.pairwise(told)), "no state twice"
    sent.clear()
    number = len(drafts)
    again = TrendBoard(None, documents, draft=json.loads(told[-1]), **more)
    assert again.state() == board.state()
    assert (len(drafts), sent) == (number, [])
    for panel in ("filters", "notes", "detail", "topic_panel"):
        assert getattr(again, panel).content == getattr(board, panel).content
    assert again.table.rows == board.table.rows
    assert again.word_table.rows == board.word_table.rows
    assert_frame_equal(again.result, board.result)
    assert_frame_equal(again.topics, board.topics)
    assert_frame_equal(again.words, board.words)


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"weather": 1, "window_days": "often", "until": 7, "sources": "甲", "chosen": [1, None], "sort": [1]},
        {"until": "2026-13-40", "seen": [], "by": {}, "found": [{"term": 1}], "words": [None], "selected": 3},
        {
            "window_days": 9,
            "found": "x",
            "words": {"term": "a"},
            "sent": "ja",
            "channels": None,
            "sort": "ab",
        },
        {"sources": ["没有这一家"]},
    ],
)
def test_a_broken_draft_is_passed_over(
    draft: dict[str, Any], documents: pd.DataFrame, counts: tk.Counts
) -> None:
    board = TrendBoard(None, documents, counts=counts, draft=draft)
    assert board.window.value == 7
    assert board.result.empty
    assert list(board.result.columns) == TRENDS.names
    assert len(board.trends) == (0 if "sources" in draft and isinstance(draft["sources"], list) else 32)


def test_without_documents_and_without_dates_the_board_says_what_to_do() -> None:
    empty = TrendBoard()
    assert empty.table.empty.startswith("还没有内容。")
    assert empty.until.disabled
    assert list(empty.result.columns) == TRENDS.names
    undated = TrendBoard(None, UNDATED)
    assert undated.table.empty.startswith("内容没有发布时间")
    assert any("没有带日期的内容" in line for line in undated.told)
    undated.send_button.click()
    assert "桂花拿铁" in "".join(undated.topics["label"])
    few = TrendBoard(None, UNDATED.assign(published_at=["2026-09-19", "2026-09-20"]))
    assert few.table.empty.startswith("这一期没有够多的内容")
    assert any("样本太少" in line for line in few.told)
    steady = pd.concat([UNDATED.assign(doc_id=[f"{n}a", f"{n}b"], source=str(n)) for n in range(3)])
    quiet = TrendBoard(None, steady.assign(published_at="2026-09-19"))
    assert quiet.table.rows, "where nothing rises, all words are shown"
    assert any("没有内容可比" in line for line in quiet.told)


def test_hostile_texts_are_data() -> None:
    script = "<script>window.ran=1</script>\u202e"
    found = {"term": [script], "status": ["new"], "variants": [[script]], "evidence": [["d0"]]}
    trends = pd.DataFrame({**{name: [1] for name in TRENDS.names}, **found}).assign(
        first_seen="2026-09-18", is_new_word=True
    )
    documents = pd.DataFrame(
        {"doc_id": ["d0"], "source": [script * 200], "title": [script], "published_at": ["2026-09-18"]}
    ).assign(url="javascript:alert(1)")
    board = TrendBoard(trends, documents, explain=lambda *_args, **_more: script)
    words = NEW_WORDS.empty()
    board._new_words = lambda _documents: words
    board.find_button.click()
    for panel in (board.filters, board.detail, board.notes, board.told_panel):
        assert "\u202e" not in texts(panel.content)
    assert "\u202e" not in board.table.rows[0]["name"] + texts([board.table.rows[0]["term"]])
    assert board.word_table.empty == "没有找到可以收进词表的新词。"
