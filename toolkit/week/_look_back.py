"""Looking back: what last week's advice was worth, and what came of the posts that were sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from toolkit.campaigns import read_group_days
from toolkit.schedule import read_groups, read_items
from toolkit.schema import (
    ADVICE_RECORD,
    CALENDAR,
    ITEMS,
    TREND_CALLS,
    Read,
    Review,
    ToolkitError,
    as_date,
    checked_moment,
)
from toolkit.trends import Counts, mine_trends
from toolkit.week._counts import kept_counts
from toolkit.week._memory import LastWeek, kept_sent, last_week, workspace_of
from toolkit.week._sent import due, mark_sent, read_sent
from toolkit.week._sources import Sources

# a review of the sample world looks at the advice of the week before, which nobody kept
_SAMPLE_DAYS = 7


@dataclass(frozen=True)
class LookBack:
    """What is known of the week before.

    `day` is the last day of the content that its advice was made from (None: no advice is remembered). `calls` keeps
    TREND_CALLS, `record` ADVICE_RECORD. `review` is a Review of the posts that were sent, None where nothing came
    back yet; `read` is what was read for it and `calendar` the posts it knows. `waiting` counts posts that were due
    before today and still say 待发: they are in no figure. `notes` says in Chinese what could not be told, and why.
    """

    day: dt.date | None = None
    calls: pd.DataFrame = field(default_factory=TREND_CALLS.empty, repr=False)
    record: pd.DataFrame = field(default_factory=ADVICE_RECORD.empty, repr=False)
    review: Review | None = field(default=None, repr=False)
    read: Read | None = field(default=None, repr=False)
    calendar: pd.DataFrame = field(default_factory=CALENDAR.empty, repr=False)
    waiting: int = 0
    notes: tuple[str, ...] = ()


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
    remembers are held against what came since; the sample world's are mined anew as they stood a week before its end.
    `calendar` (else what `read_sent` gives), `results` (else the files of 效果数据), `items` and `groups` (else those of
    the plans that were kept, and the working folder's) make the review; its posts begin with the day `since` (None: all),
    its effects are learned from all that is known. With `sent_until` every post that was due up to
    then counts as sent, as `mark_sent` does it; without it a post that says 待发 counts only
    where a result names it.

    Nothing is raised for what cannot be read: it is None, and `notes` says why. Without any exports there is no review
    and no note.

    Raises ChoiceError when `now` or `sent_until` is no moment.
    """
    moment = checked_moment(now, "now")
    notes: list[str] = []
    counted = _counts(sources, counts)
    last = _last(sources, counted)
    calls = _calls(last, counted, notes)
    posts = _posts(sources, calendar, notes)
    if sent_until is not None:
        posts = mark_sent(posts, until=sent_until)
    read, review = _review(sources, posts, results, items, groups, since, moment, notes)
    # today's may not be marked yet; a post that an order or a reader named went out, whatever its status says
    open_yet = due(posts, moment.date() - dt.timedelta(days=1))
    if read is not None:
        open_yet &= ~posts["post_id"].isin(read.frame["post_id"])
    waiting = int(open_yet.sum())
    if waiting:
        notes.append(
            f"到昨天为止，有 {waiting} 条发布还写着「待发」，也没有结果，没有算进来。发了的请在 calendar.xlsx 的「状态」里写「已发」，没发的写「未发」。"
        )
    until = moment.date() if counted is None else _latest(counted)
    record = _record(last, calls, review, posts, until)
    return LookBack(
        None if last is None else last.day, calls, record, review, read, posts, waiting, tuple(notes)
    )


def _counts(sources: Sources, counts: Counts | None) -> Counts | None:
    """The counts that calls are judged by: what is given, else what the working folder keeps."""
    workspace = workspace_of(sources) if counts is None else None
    if workspace is None:
        return counts
    with workspace:
        return kept_counts(workspace)


def _latest(counts: Counts) -> dt.date | None:
    return as_date(counts.documents["published_at"].max())


def _last(sources: Sources, counts: Counts | None) -> LastWeek | None:
    """The advice of the week before this content."""
    latest = None if counts is None else _latest(counts)
    if sources.sample_documents and counts is not None and latest is not None:
        day = latest - dt.timedelta(days=_SAMPLE_DAYS)
        return LastWeek(day, trends=mine_trends(counts, until=day))
    return last_week(sources, before=latest)


def _calls(last: LastWeek | None, counts: Counts | None, notes: list[str]) -> pd.DataFrame:
    from toolkit.trends import judge_trends

    latest = None if counts is None else _latest(counts)
    if last is None or counts is None or latest is None or latest <= last.day or last.trends.empty:
        return TREND_CALLS.empty()
    days = (latest - last.day).days
    try:
        calls = judge_trends(last.trends, counts, until=last.day, days=days)
    except ToolkitError as error:
        notes.append(f"上次的热词没有对账：{error}")
        return TREND_CALLS.empty()
    notes += calls.attrs.get("notes", [])
    return calls


def _posts(sources: Sources, calendar: pd.DataFrame | None, notes: list[str]) -> pd.DataFrame:
    """The calendar that was carried out."""
    if calendar is not None:
        return calendar
    try:
        return read_sent(sources).frame
    except ToolkitError as error:
        notes.append(f"发过的排期没有读出来：{error}")
        return CALENDAR.empty()


def _review(
    sources: Sources,
    posts: pd.DataFrame,
    results: Sequence[str | Path] | None,
    items: pd.DataFrame | None,
    groups: pd.DataFrame | None,
    since: dt.date | str | None,
    now: dt.datetime,
    notes: list[str],
) -> tuple[Read | None, Review | None]:
    """What came back, read and reviewed."""
    from toolkit.review import read_results, review_posts

    paths = list(results or ([sources.results] if sources.results else []))
    if not paths:
        return None, None
    if posts.empty:
        notes.append("没有找到发过的排期，效果数据对不上是哪一条。请保留「结果」里的 calendar.xlsx。")
        return None, None
    try:
        known = _items(sources) if items is None else items
        mine = read_groups(sources.groups).frame if groups is None else groups
        days = read_group_days(sources.group_days).frame if sources.group_days else None
        read = read_results(*paths, calendar=posts, items=known, groups=mine, now=now)
        return read, review_posts(posts, read.frame, items=known, groups=mine, days=days, since=since)
    except ToolkitError as error:
        notes.append(f"复盘没有做成：{error}")
        return None, None


def _items(sources: Sources) -> pd.DataFrame | None:
    """Every item that was planned: those of kept plans, before them the editor's own file."""
    parts = [kept_sent(sources)[1]]
    beside = sources.sent.with_name("sent_items.csv") if sources.sent is not None else None
    parts += [
        read_items(path).frame for path in (sources.items, beside) if path is not None and path.is_file()
    ]
    whole = pd.concat(parts, ignore_index=True).drop_duplicates("item_id") if parts else ITEMS.empty()
    return whole if len(whole) else None


def _record(
    last: LastWeek | None,
    calls: pd.DataFrame,
    review: Review | None,
    posts: pd.DataFrame,
    until: dt.date | None,
) -> pd.DataFrame:
    """How last week's advice held: its words, and where results came back its topics and headlines."""
    from toolkit.review import advice_record

    if last is None:
        return ADVICE_RECORD.empty()
    days = posts["starts_at"].dt.date
    since_then = posts[(days > last.day) & (days <= (until or last.day))]
    tables: dict[str, pd.DataFrame] = {"calls": calls, "calendar": since_then}
    if review is not None:
        tables |= {"topics": last.topics, "headlines": last.headlines}
    told = {name: frame for name, frame in tables.items() if len(frame)}
    return advice_record(review=review, **told)
