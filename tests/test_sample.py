"""The invented world is what it says: written posts, planted stories and effects that are found, copies, broken rules."""

import datetime as dt
import functools
import re

import numpy as np
import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons, text
from toolkit.headlines import HeadlineModel
from toolkit.review import judge_test
from toolkit.schema import TIME_ZONE

LAST_WEEK = dt.date(2026, 9, 14)


@functools.cache
def truth() -> pd.DataFrame:
    return pd.read_csv(
        lexicons.sample_folder() / "truth.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig"
    )


@functools.cache
def posts() -> pd.DataFrame:
    read = tk.read_documents(lexicons.sample_folder() / "posts")
    assert read.rejected.empty
    assert read.notes.empty
    return tk.mark_duplicates(read.frame)


def planted(kind: str) -> pd.DataFrame:
    return truth()[truth()["kind"] == kind]


def originals() -> pd.DataFrame:
    return posts()[~posts()["url"].isin(planted("copy")["post"])]


def rises() -> list[tuple[str, dt.date, int]]:
    rows = planted("rise")
    return [
        (term, dt.date.fromisoformat(week), int(count))
        for term, week, count in zip(rows["term"], rows["week"], rows["documents"], strict=True)
    ]


def holds(frame: pd.DataFrame, term: str) -> "pd.Series[bool]":
    return frame["title"].str.contains(term, regex=False) | frame["body"].str.contains(term, regex=False)


def in_week(frame: pd.DataFrame, monday: dt.date) -> "pd.Series[bool]":
    start = pd.Timestamp(monday, tz=TIME_ZONE)
    return (frame["published_at"] >= start) & (frame["published_at"] < start + pd.Timedelta(days=7))


def test_size_of_the_world() -> None:
    frame = originals()
    assert len(frame) >= 240
    assert frame["source"].nunique() == 6
    assert frame["channel"].nunique() >= 4
    assert frame["body"].str.len().between(60, 400).all()
    assert frame["published_at"].min().date() >= dt.date(2026, 6, 29)
    assert frame["published_at"].max().date() <= dt.date(2026, 9, 20)
    weeks = (frame["published_at"] - pd.Timestamp("2026-06-29", tz=TIME_ZONE)).dt.days // 7
    assert sorted(weeks.unique()) == list(range(12))
    assert frame[["reads", "likes", "comments", "shares"]].notna().all(axis=None)


def test_groups_items_and_own_posts() -> None:
    groups = tk.read_groups(lexicons.sample_folder() / "groups.csv")
    items = tk.read_items(lexicons.sample_folder() / "items.csv")
    own = tk.read_documents(lexicons.sample_folder() / "own_posts.csv")
    assert (len(groups.frame), groups.frame["segment"].nunique(), len(items.frame), len(own.frame)) == (
        12,
        4,
        30,
        150,
    )
    assert groups.rejected.empty and items.rejected.empty and own.rejected.empty
    assert items.frame["copy"].str.len().min() >= 60
    assert {"orders", "revenue"} <= set(own.extra.columns)


def test_apart_from_names_and_copies_no_eight_characters_stand_in_more_than_three_posts() -> None:
    names = planted("name")["term"].tolist()
    own = tk.read_documents(lexicons.sample_folder() / "own_posts.csv").frame
    seen: dict[str, set[int]] = {}
    for place, (title, body) in enumerate(
        pd.concat([originals(), own])[["title", "body"]].itertuples(index=False, name=None)
    ):
        rest = f"{title}\n{body}"
        for name in names:
            rest = rest.replace(name, "\0")
        for piece in re.split("[\0\n]", rest):
            for begin in range(len(piece) - 7):
                seen.setdefault(piece[begin : begin + 8], set()).add(place)
    assert {run: len(where) for run, where in seen.items() if len(where) > 3} == {}


def forms(mined: pd.DataFrame) -> set[str]:
    """All wordings of the rows: a story may be found under the shorter or longer form it was merged with."""
    return {
        form
        for row in mined[["term", "variants"]].itertuples(index=False)
        for form in (row.term, *row.variants)
    }


def is_told(term: str, found: set[str]) -> bool:
    return any(term in form or (form in term and len(form) >= 2) for form in found)


@pytest.mark.parametrize(("term", "monday", "count"), rises(), ids=str)
def test_each_story_is_planted_as_recorded_and_found(term: str, monday: dt.date, count: int) -> None:
    frame = originals()
    assert int((holds(frame, term) & in_week(frame, monday)).sum()) == count
    mined = tk.mine_trends(posts(), until=monday + dt.timedelta(days=6), top=15)
    assert is_told(term, forms(mined))


def test_all_stories_but_the_smallest_are_called_new_or_rising() -> None:
    uncalled = []
    for term, monday, _ in rises():
        mined = tk.mine_trends(posts(), until=monday + dt.timedelta(days=6))
        if not is_told(term, forms(mined[mined["status"].isin(["new", "rising"])])):
            uncalled.append(term)
    # five posts, with one week before them to compare: the table leads with it, and says no more than it knows
    assert uncalled == ["阅读打卡"]


def test_last_weeks_stories_stand_by_name_among_the_twenty_best() -> None:
    best = tk.mine_trends(posts(), top=20)["term"].tolist()
    assert [term for term, monday, _ in rises() if monday == LAST_WEEK and term not in best] == []


def test_steady_words_are_never_called_rising() -> None:
    for weeks in range(12):
        mined = tk.mine_trends(posts(), until=dt.date(2026, 7, 5) + dt.timedelta(days=7 * weeks), top=200)
        risen = set(mined.loc[mined["status"].isin(["new", "rising"]), "term"])
        assert not risen & set(planted("steady")["term"])


def test_a_plain_growth_ratio_misses_at_least_four_stories() -> None:
    """The ratio of shares, words never seen before first: what a spreadsheet would do."""
    frame = originals()
    start = pd.Timestamp(LAST_WEEK, tz=TIME_ZONE)
    now = in_week(frame, LAST_WEEK)
    before = (frame["published_at"] < start) & (frame["published_at"] >= start - pd.Timedelta(days=28))
    tokens = text.tokenise([f"{t}\n{b}" for t, b in zip(frame["title"], frame["body"], strict=True)])
    found = text.find_terms(tokens)
    names = found.names()
    seen = np.bincount(found.term[now.to_numpy()[found.document]], minlength=len(names))
    past = np.bincount(found.term[before.to_numpy()[found.document]], minlength=len(names))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (seen / now.sum()) / (past / before.sum())
    order = sorted(np.flatnonzero(seen), key=lambda t: (-ratio[t], -seen[t], names[t]))
    best = {names[term] for term in order[:20]}
    last = [term for term, monday, _ in rises() if monday == LAST_WEEK]
    assert len([term for term in last if term not in best]) >= 4


def test_exact_and_near_copies_are_found_with_their_originals_and_nothing_else_is() -> None:
    frame = posts()
    url = dict(zip(frame["doc_id"], frame["url"], strict=True))
    marked = frame[frame["duplicate_of"].notna()]
    found = {row.url: url[row.duplicate_of] for row in marked.itertuples()}
    copies = planted("copy")
    expected = dict(zip(copies["post"], copies["original"], strict=True))
    assert {post: found[post] for post in found if post not in expected} == {}
    plain = copies[copies["how"].isin(["exact", "near"])]["post"]
    assert {post: found.get(post) for post in plain} == {post: expected[post] for post in plain}
    spun = copies[copies["how"] == "spun"]["post"]
    # one of the six was spun so hard that a tenth of its runs is left
    assert sum(found.get(post) == expected[post] for post in spun) >= 5


def test_planted_headlines_break_the_rule_they_are_said_to_break() -> None:
    title = dict(zip(posts()["url"], posts()["title"], strict=True))
    rules = planted("rule")
    assert len(rules) == 12
    for post, rule in zip(rules["post"], rules["rule_id"], strict=True):
        assert rule in set(tk.check_copy(title[post])["rule_id"]), title[post]


@functools.cache
def account() -> pd.DataFrame:
    return pd.read_csv(lexicons.sample_folder() / "account_posts.csv", encoding="utf-8-sig")


def test_the_account_is_a_year_of_one_post_a_day_in_the_sample_world() -> None:
    frame = account()
    assert frame.columns.tolist() == ["title", "published_at", "reads", "position", "author"]
    times = pd.to_datetime(frame["published_at"])
    assert (len(frame), times.dt.date.nunique(), times.is_monotonic_increasing) == (320, 320, True)
    assert times.dt.date.max() == dt.date(2026, 9, 20)
    assert frame["reads"].min() > 0
    assert set(frame["position"]) == {"头条", "次条"}
    owners = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame["owner"]
    assert set(frame["author"]) == set(owners)
    counts = frame["title"].value_counts()
    assert counts[counts > 1].to_dict() == {"本周自提点营业时间": 4}
    assert frame["title"].str.len().between(4, 24).all()
    assert [title for title in counts.index if (tk.check_copy(title)["severity"] == "block").any()] == []


def test_the_planted_effect_of_the_wording_is_modest_and_not_one_of_length() -> None:
    frame = account()
    reads = np.log(frame["reads"])
    useful = frame["title"].str.contains("[0-9](?:步|处|个|种|点|件|分钟)", regex=True)
    assert 0.3 < useful.mean() < 0.5
    assert 0.3 < reads[useful].mean() - reads[~useful].mean() < 0.7
    assert abs(np.corrcoef(frame["title"].str.len(), reads)[0, 1]) < 0.15


def test_the_account_shows_a_chance_and_loses_it_with_shuffled_reads() -> None:
    frame = account()
    skill = HeadlineModel().fit(frame).skill_
    assert (skill.posts, skill.shown) == (320, True)
    assert 0.55 < skill.accuracy < 0.7
    shuffled = frame.assign(reads=frame["reads"].sample(frac=1, random_state=0).to_numpy())
    assert not HeadlineModel().fit(shuffled).skill_.shown
    assert not HeadlineModel().fit(frame.head(49)).skill_.shown


def test_the_headline_test_is_dealt_by_halves_inside_the_sample_groups() -> None:
    counts = pd.read_csv(lexicons.sample_folder() / "headline_test.csv", encoding="utf-8-sig")
    groups = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame
    table = counts.pivot_table(index="group_id", columns="arm", values=["shown", "hits"])
    assert table.index.tolist() == groups["group_id"].tolist()
    assert (abs(table["shown", "A"] - table["shown", "B"]) <= 1).all()
    assert (counts["hits"] <= counts["shown"]).all()
    assert (table["shown"].sum(axis=1).to_numpy() <= groups["members"].to_numpy(dtype=int)).all()
    first = counts[counts["group_id"] <= "g03"]
    judged = [judge_test(counts), judge_test(first), judge_test(first, left=0)]
    assert [one.verdict for one in judged] == ["够了", "继续", "看不出差别"]
    assert judged[0].best == "B"
