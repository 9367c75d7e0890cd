"""Counts kept in a workspace: adding a day cuts that day and nothing else, and the answer is the same."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit import lexicons, text, week


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    read = tk.read_documents(lexicons.sample_folder() / "posts")
    return tk.mark_duplicates(read.frame).sort_values(["published_at", "doc_id"], ignore_index=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[tk.Workspace]:
    with tk.Workspace(f"sqlite:///{tmp_path / '文案台.db'}") as opened:
        yield opened


@pytest.fixture
def cut_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were cut for counting, in order."""
    seen: list[str] = []
    real = text.cut

    def spy(texts: Sequence[str], **options: Any) -> Any:
        seen.extend(texts)
        return real(texts, **options)

    monkeypatch.setattr(text, "cut", spy)
    return seen


def last_day(posts: pd.DataFrame) -> pd.Series:
    return posts["published_at"] >= posts["published_at"].max().normalize()


def test_adding_a_day_cuts_that_day_and_writes_that_month(
    workspace: tk.Workspace, posts: pd.DataFrame, cut_texts: list[str]
) -> None:
    day = last_day(posts)
    tk.kept_counts(workspace, posts[~day])
    versions = {name: len(workspace.history(name)) for name in workspace.names()}
    cut_texts.clear()
    counts = tk.kept_counts(workspace, posts[day])
    voting = posts[day & posts["duplicate_of"].isna()]
    assert cut_texts == (voting["title"] + "\n" + voting["body"]).tolist()
    now = {name: len(workspace.history(name)) for name in workspace.names()}
    month = f"词频 {posts['published_at'].max():%Y-%m}"
    assert {name for name in now if now[name] != versions[name]} == {month}
    assert_frame_equal(tk.mine_trends(counts), tk.mine_trends(posts))


def test_the_same_again_cuts_and_writes_nothing(
    workspace: tk.Workspace, posts: pd.DataFrame, cut_texts: list[str]
) -> None:
    first = tk.kept_counts(workspace, posts)
    versions = [len(workspace.history(name)) for name in workspace.names()]
    cut_texts.clear()
    again = tk.kept_counts(workspace, posts)
    assert cut_texts == []
    assert [len(workspace.history(name)) for name in workspace.names()] == versions
    assert_frame_equal(tk.mine_trends(again), tk.mine_trends(first))
    assert_frame_equal(tk.mine_trends(tk.kept_counts(workspace)), tk.mine_trends(first))


def test_only_these_leaves_out_what_was_taken_away_and_takes_new_reads(
    workspace: tk.Workspace, posts: pd.DataFrame
) -> None:
    tk.kept_counts(workspace, posts)
    fewer = posts[posts["source"] != posts["source"].iloc[0]].assign(reads=lambda rows: rows["reads"] + 7)
    counts = tk.kept_counts(workspace, fewer, only_these=True)
    assert_frame_equal(tk.mine_trends(counts), tk.mine_trends(fewer))
    voting = fewer[fewer["duplicate_of"].isna()]
    assert counts.documents["reads"].tolist() == voting["reads"].tolist()


def test_a_document_found_to_be_a_copy_votes_no_longer(workspace: tk.Workspace, posts: pd.DataFrame) -> None:
    plain = posts[posts["duplicate_of"].isna()].reset_index(drop=True)
    tk.kept_counts(workspace, plain)
    copied = plain["doc_id"].iloc[-1]
    marked = plain.assign(duplicate_of=plain["doc_id"].iloc[0]).tail(1)
    assert copied in tk.kept_counts(workspace).documents["doc_id"].tolist()
    assert copied not in tk.kept_counts(workspace, marked).documents["doc_id"].tolist()


def test_a_changed_word_list_cuts_what_holds_a_changed_word(
    workspace: tk.Workspace, posts: pd.DataFrame
) -> None:
    tk.kept_counts(workspace, posts)
    words = {**lexicons.user_words(), "月光故事会": 500}
    holding = posts[posts["duplicate_of"].isna()]
    many = int((holding["title"] + "\n" + holding["body"]).str.contains("月光故事会").sum())
    assert many > 0
    changed = tk.kept_counts(workspace, words=words)
    assert changed.notes == [f"词表改过：{len(holding)} 篇内容里有 {many} 篇按新词表重新切了词。"]
    fresh = tk.mine_trends(posts, words=words)
    assert_frame_equal(tk.mine_trends(changed), fresh)
    # kept as they are now: the next look cuts nothing
    assert tk.kept_counts(workspace, words=words).notes == []


def test_a_save_that_broke_off_before_the_word_list_is_made_good(
    workspace: tk.Workspace, posts: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    tk.kept_counts(workspace, posts)
    words = {**lexicons.user_words(), "月光故事会": 500}
    real, saved = workspace.add, list[str]()

    def breaks(name: str, frame: pd.DataFrame, **options: Any) -> int:
        if saved:
            raise KeyboardInterrupt
        saved.append(name)
        return real(name, frame, **options)

    monkeypatch.setattr(workspace, "add", breaks)
    with pytest.raises(KeyboardInterrupt):
        tk.kept_counts(workspace, words=words)
    monkeypatch.setattr(workspace, "add", real)
    whole = tk.kept_counts(workspace, words=words)
    assert_frame_equal(tk.mine_trends(whole), tk.mine_trends(posts, words=words))


def test_an_empty_workspace_gives_empty_counts(workspace: tk.Workspace) -> None:
    counts = tk.kept_counts(workspace)
    assert len(counts) == 0
    assert tk.mine_trends(counts).empty
    assert week.WORDS_NAME in workspace.names()


def test_undated_documents_are_kept_too(workspace: tk.Workspace, posts: pd.DataFrame) -> None:
    undated = posts.head(5).assign(published_at=pd.NaT)
    tk.kept_counts(workspace, undated)
    assert workspace.names() == ["词频 没有日期", "词频 用词"]
    assert len(tk.kept_counts(workspace)) == undated["duplicate_of"].isna().sum()
