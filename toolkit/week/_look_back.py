"""Looking back: what last week's advice was worth, and what came of the posts that were sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pandas as pd

from toolkit.schema import (
    ADVICE_RECORD,
    CALENDAR,
    SKILLS,
    TEST_VERDICTS,
    TIMES,
    TREND_CALLS,
    Read,
    Review,
    ToolkitError,
    as_date,
    checked_moment,
)
from toolkit.trends import Counts, mine_trends
from toolkit.week._came_back import Given, came_back
from toolkit.week._counts import kept_counts
from toolkit.week._memory import LastWeek, last_week, workspace_of
from toolkit.week._sent import TOLD, due, mark_sent, read_sent
from toolkit.week._sources import Sources

# nobody kept what was advised in the sample world: it is made anew for so many weeks, as each of them stood
_SAMPLE_WEEKS = 8


@dataclass(frozen=True)
class LookBack:
    """What is known of the week before.

    `day` is the last day of the content that its advice was made from (None: no advice is remembered). `calls` keeps
    TREND_CALLS, `record` ADVICE_RECORD. `review` is a Review of the posts that were sent, None where nothing came
    back yet; `read` is what was read for it and `calendar` the posts it knows. `waiting` counts posts that were due
    before today and still say 待发: they are in no figure. `times` (TIMES with outcome, as `posting_times` gives it),
    `tests` (TEST_VERDICTS) and `skills` (SKILLS) are what is learned from all that came back; empty where nothing is.
    `notes` says in Chinese what could not be told, and why.
    """

    day: dt.date | None = None
    calls: pd.DataFrame = field(default_factory=TREND_CALLS.empty, repr=False)
    record: pd.DataFrame = field(default_factory=ADVICE_RECORD.empty, repr=False)
    review: Review | None = field(default=None, repr=False)
    read: Read | None = field(default=None, repr=False)
    calendar: pd.DataFrame = field(default_factory=CALENDAR.empty, repr=False)
    waiting: int = 0
    notes: tuple[str, ...] = ()
    times: pd.DataFrame = field(default_factory=TIMES.empty, repr=False)
    tests: pd.DataFrame = field(default_factory=TEST_VERDICTS.empty, repr=False)
    skills: pd.DataFrame = field(default_factory=SKILLS.empty, repr=False)

    @property
    def times_to_plan_by(self) -> pd.DataFrame | None:
        """`times` once an hour of some group can be told from the others, else None."""
        told = (self.times["low"] > 1) | (self.times["high"] < 1)
        return self.times if bool(told.any()) else None


def look_back(
    sources: Sources,
    *,
    now: dt.datetime,
    counts: Counts | None = None,
    calendar: pd.DataFrame | None = None,
    results: Sequence[str | Path] | None = None,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    since: dt.date | str | None = None,
    sent_until: dt.date | str | None = None,
) -> LookBack:
    """What last week's advice was worth up to the end of this week's content, and what came of the posts that were sent.

    `counts` are those of this week's content; without them what the working folder keeps. The trends that `last_week`
    remembers are held against what came since; the sample world's are mined anew for eight weeks, as each of them stood,
    and its hours learned anew as they stood a week before.
    `calendar` (else what `read_sent` gives), `results` (else the files of 效果数据), `items` and `groups` (else those of
    the plans that were kept, and the working folder's) make the review, with 群日报, 活动花费, 对比测试 and 出过的事 of
    the working folder. Its posts begin with the day `since` (None: all) and end today; effects, hours and headlines are
    learned from all that is known up to today. With `sent_until` every post that was due up to then counts as sent, as
    `mark_sent` does it; without it a post that says 待发 counts only where a result names it.

    Nothing is raised for what cannot be read: it is None, and `notes` says why. Without any exports there is no review
    and no note.

    Raises ChoiceError when `now`, `since` or `sent_until` is no moment.
    """
    moment = checked_moment(now, "now")
    notes: list[str] = []
    counted = _counts(sources, counts)
    weeks = _weeks(sources, counted)
    last = weeks[-1] if weeks else None
    calls = _calls(weeks, counted, notes)
    posts = _posts(sources, calendar, notes)
    if sent_until is not None:
        posts = mark_sent(posts, until=sent_until)
    # the sample world's weeks have their own today
    sample = sources.sample_results and calendar is None
    until = None if sample else moment.date()
    then = last.day if sample and last is not None else None
    since = None if since is None else checked_moment(since, "since").date()
    found = came_back(sources, posts, Given(results, items, groups, since, until, moment, then), notes)
    if last is not None and then is not None:
        last = replace(last, times=found.times_then)
    posts = _seen(posts, found.read)
    # today's may not be marked yet
    waiting = int(due(posts, moment.date() - dt.timedelta(days=1)).sum())
    if waiting:
        notes.append(
            f"到昨天为止，有 {waiting} 条发布还写着「待发」，也没有结果，没有算进来。发了的请在 calendar.xlsx 的「状态」里写「已发」，没发的写「未发」。"
        )
    latest = None if counted is None else _latest(counted)
    record = _record(last, calls, found.review, posts, latest or moment.date())
    learned = {"times": found.times, "tests": found.tests, "skills": found.skills}
    day = None if last is None else last.day
    return LookBack(day, calls, record, found.review, found.read, posts, waiting, tuple(notes), **learned)


def _seen(posts: pd.DataFrame, read: Read | None) -> pd.DataFrame:
    """The posts; one that an order or a reader named went out, whatever its status says."""
    if read is None:
        return posts
    named = ~posts["status"].isin(TOLD) & posts["post_id"].isin(read.frame["post_id"])
    return posts.assign(status=posts["status"].mask(named, "sent"))


def _counts(sources: Sources, counts: Counts | None) -> Counts | None:
    """The counts that calls are judged by: what is given, else what the working folder keeps."""
    workspace = workspace_of(sources) if counts is None else None
    if workspace is None:
        return counts
    with workspace:
        return kept_counts(workspace)


def _latest(counts: Counts) -> dt.date | None:
    return as_date(counts.documents["published_at"].max())


def _weeks(sources: Sources, counts: Counts | None) -> list[LastWeek]:
    """The advice of the week before this content; in the sample world of several."""
    latest = None if counts is None else _latest(counts)
    if sources.sample_documents and counts is not None and latest is not None:
        days = [latest - dt.timedelta(weeks=number) for number in range(_SAMPLE_WEEKS, 0, -1)]
        return [LastWeek(day, trends=mine_trends(counts, until=day)) for day in days]
    last = last_week(sources, before=latest)
    return [] if last is None else [last]


def _calls(weeks: list[LastWeek], counts: Counts | None, notes: list[str]) -> pd.DataFrame:
    """What was said of words, each week's against what came up to the next."""
    from toolkit.trends import judge_trends

    latest = None if counts is None else _latest(counts)
    days = [] if latest is None else [*(week.day for week in weeks), latest]
    judged, said = [], []
    for week, (day, following) in zip(weeks, pairwise(days), strict=False):
        if counts is None or following <= day or week.trends.empty:
            continue
        try:
            calls = judge_trends(week.trends, counts, until=day, days=(following - day).days)
        except ToolkitError as error:
            notes.append(f"上次的热词没有对账：{error}")
            continue
        judged.append(calls)
        said += calls.attrs.get("notes", [])
    notes += dict.fromkeys(said)
    if len(judged) < 2:
        return judged[0] if judged else TREND_CALLS.empty()
    return pd.concat(judged, ignore_index=True)


def _posts(sources: Sources, calendar: pd.DataFrame | None, notes: list[str]) -> pd.DataFrame:
    """The calendar that was carried out."""
    if calendar is not None:
        return calendar
    try:
        return read_sent(sources).frame
    except ToolkitError as error:
        notes.append(f"发过的排期没有读出来：{error}")
        return CALENDAR.empty()


def _record(
    last: LastWeek | None,
    calls: pd.DataFrame,
    review: Review | None,
    posts: pd.DataFrame,
    until: dt.date,
) -> pd.DataFrame:
    """How last week's advice held: its words, its posts, and where results came back its topics, titles and hours."""
    from toolkit.review import advice_record

    if last is None:
        return ADVICE_RECORD.empty()
    days = posts["starts_at"].dt.date
    since_then = posts[(days > last.day) & (days <= until)]
    tables: dict[str, pd.DataFrame] = {"calls": calls, "calendar": since_then}
    if review is not None:
        # what went out before it was advised says nothing of the advice
        after = review.posts["starts_at"].dt.date > last.day
        review = replace(review, posts=review.posts[after])
        tables |= {"topics": last.topics, "headlines": last.headlines, "times": last.times}
    told = {name: frame for name, frame in tables.items() if len(frame)}
    return advice_record(review=review, **told)
