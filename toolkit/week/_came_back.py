"""What came back of the posts that were sent: read, reviewed, and what is learned from it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from toolkit import lexicons
from toolkit.campaigns import read_costs, read_group_days, read_incidents, read_tests
from toolkit.documents import read_documents
from toolkit.schedule import read_groups, read_items
from toolkit.schema import ITEMS, SKILLS, TEST_VERDICTS, TIMES, Read, Review, ToolkitError
from toolkit.week._memory import kept_sent, topic_labels
from toolkit.week._sources import (
    COSTS_FILE,
    GROUP_DAYS_FILE,
    INCIDENTS_FILE,
    TESTS_FILE,
    Sources,
)

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class CameBack:
    """What was read (None: nothing), its Review, and what is learned: TIMES, TEST_VERDICTS and SKILLS.

    `times_then` is what `times` would have been on the day `Given.then`.
    """

    read: Read | None = None
    review: Review | None = None
    times: pd.DataFrame = field(default_factory=TIMES.empty)
    times_then: pd.DataFrame = field(default_factory=TIMES.empty)
    tests: pd.DataFrame = field(default_factory=TEST_VERDICTS.empty)
    skills: pd.DataFrame = field(default_factory=SKILLS.empty)


@dataclass(frozen=True)
class Given:
    """What the caller hands in in place of the working folder's own."""

    results: Sequence[str | Path] | None
    items: pd.DataFrame | None
    groups: pd.DataFrame | None
    since: dt.date | None
    until: dt.date | None
    now: dt.datetime
    then: dt.date | None = None


@dataclass(frozen=True)
class _Beside:
    """The tables beside posts and results."""

    items: pd.DataFrame | None
    groups: pd.DataFrame
    days: pd.DataFrame | None
    incidents: pd.DataFrame | None
    costs: pd.DataFrame | None
    tests: pd.DataFrame | None


def came_back(sources: Sources, posts: pd.DataFrame, given: Given, notes: list[str]) -> CameBack:
    """What came of `posts` up to `given.until`; what cannot be read or told is left out, and `notes` gains why."""
    from toolkit.review import read_results, review_posts

    paths = list(given.results or ([sources.results] if sources.results else []))
    if not paths:
        return CameBack()
    if posts.empty:
        notes.append("没有找到发过的排期，效果数据对不上是哪一条。请保留「结果」里的 calendar.xlsx。")
        return CameBack()
    beside = _tried(notes, "复盘没有做成", lambda: _beside(sources, given, notes))
    if beside is None:
        return CameBack()
    with_names = {"items": beside.items, "groups": beside.groups}
    read = _tried(
        notes,
        "复盘没有做成",
        lambda: read_results(*paths, calendar=posts, now=given.now, **with_names),
    )
    if read is None:
        return CameBack()
    if given.since and given.until and given.since > given.until:
        notes.append(f"还没有到 {given.since}，那天以后的发布还没有结果可看。")
        return CameBack(read)
    times = _times(_up_to(posts, given.until), read, beside, notes)
    review = _tried(
        notes,
        "复盘没有做成",
        lambda: review_posts(
            posts,
            read.frame,
            **with_names,
            **{"days": beside.days, "incidents": beside.incidents, "costs": beside.costs},
            times=times if len(times) else None,
            since=given.since,
            until=given.until,
        ),
    )
    if review is None:
        return CameBack(read)
    then = None if given.then is None else _times(_up_to(posts, given.then), read, beside, notes)
    review = _in_labels(review, topic_labels(sources))
    found = CameBack(read, review, times, TIMES.empty() if then is None else then)
    return _learned(found, sources, _up_to(posts, given.until), beside, notes)


def _tried(notes: list[str], lost: str, make: Callable[[], _Made]) -> _Made | None:
    """What is made; None where it cannot be, with a note that says what is lost and why."""
    try:
        return make()
    except ToolkitError as error:
        notes.append(f"{lost}：{error}")
        return None


def _up_to(posts: pd.DataFrame, until: dt.date | None) -> pd.DataFrame:
    return posts if until is None else posts[posts["starts_at"].dt.date <= until]


def _beside(sources: Sources, given: Given, notes: list[str]) -> _Beside:
    groups = read_groups(sources.groups).frame if given.groups is None else given.groups
    # an editor may write a group's name where its id is asked for
    keys = {"group_id": dict(zip(groups["name"], groups["group_id"], strict=True))}
    # what went wrong and the groups' days lie beside the sample's posts, not in its exports
    days = lexicons.sample_folder() / "group_days.csv" if sources.sample_results else sources.group_days
    tables: dict[str, tuple[Path | None, Callable[[Path], Read], str]] = {
        "days": (days, read_group_days, GROUP_DAYS_FILE),
        "costs": (sources.costs, read_costs, COSTS_FILE),
        "incidents": (sources.incidents, read_incidents, INCIDENTS_FILE),
        "tests": (sources.tests, read_tests, TESTS_FILE),
    }
    found = {name: _table(*table, notes) for name, table in tables.items()}
    for name in ("days", "incidents"):
        frame = found[name]
        found[name] = None if frame is None else frame.replace(keys)
    items = _items(sources) if given.items is None else given.items
    return _Beside(items, groups, **found)


def _table(
    path: Path | None, reader: Callable[[Path], Read], file: str, notes: list[str]
) -> pd.DataFrame | None:
    """A form that an editor filled in; rows that cannot be used are counted in a note."""
    read = None if path is None else _tried(notes, f"{file} 没有读出来", lambda: reader(path))
    if read is None:
        return None
    if len(read.rejected):
        first = read.rejected.iloc[0]
        notes.append(
            f"{file} 有 {len(read.rejected)} 行没有读入，例如第 {first['row']} 行：{first['reason']}。"
        )
    return read.frame


def _items(sources: Sources) -> pd.DataFrame | None:
    """Every item that was planned: those of kept plans, before them the editor's own file."""
    parts = [kept_sent(sources)[1]]
    beside = sources.sent.with_name("sent_items.csv") if sources.sent is not None else None
    parts += [
        read_items(path).frame for path in (sources.items, beside) if path is not None and path.is_file()
    ]
    whole = pd.concat(parts, ignore_index=True).drop_duplicates("item_id") if parts else ITEMS.empty()
    return whole if len(whole) else None


def _times(posts: pd.DataFrame, read: Read, beside: _Beside, notes: list[str]) -> pd.DataFrame:
    from toolkit.review import join_results, posting_times

    told = {"items": beside.items, "groups": beside.groups, "days": beside.days}
    times = _tried(
        notes, "时段没有学成", lambda: posting_times(join_results(posts, read.frame, **told), **told)
    )
    return TIMES.empty() if times is None else times


def _learned(
    found: CameBack, sources: Sources, posts: pd.DataFrame, beside: _Beside, notes: list[str]
) -> CameBack:
    """Tests judged, and what the model of headlines knew before and knows after."""
    from toolkit.review import judge_posts, learn_headlines, training_posts

    results = None if found.read is None else found.read.frame
    if results is None or beside.items is None:
        return found
    told = {"items": beside.items, "groups": beside.groups, "days": beside.days, "tests": beside.tests}
    tests = None
    if beside.tests is not None and len(beside.tests):
        tests = _tried(notes, "对比测试没有判成", lambda: judge_posts(posts, results, **told))
    taught = _tried(notes, "标题没有学成", lambda: training_posts(posts, results, **told))
    learned = None
    if taught is not None and len(taught):
        own = read_documents(sources.own).frame if sources.own else None
        learned = _tried(notes, "标题没有学成", lambda: learn_headlines(own, taught))
    return replace(
        found,
        tests=found.tests if tests is None else tests,
        skills=found.skills if learned is None else learned.skills,
    )


def _in_labels(review: Review, labels: dict[str, str]) -> Review:
    """The review with topics called by their labels in its sentences; ids stay in the columns that others read."""

    def called(text: str) -> str:
        return re.sub("「([^「」]+)」", lambda found: f"「{labels.get(found[1], found[1])}」", text)

    return replace(
        review,
        verdicts=review.verdicts.assign(sentence=review.verdicts["sentence"].map(called)),
        topics=review.topics.assign(sentence=review.topics["sentence"].map(called)),
        weights=review.weights.assign(why=review.weights["why"].map(called)),
    )
