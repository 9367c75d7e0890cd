"""What a working folder remembers: each week's advice under its own day, and the posts whose time has passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from toolkit.schema import CALENDAR, GROUPS, HEADLINES, ITEMS, TIMES, TOPICS, TRENDS
from toolkit.store import Workspace
from toolkit.week._sources import DATABASE, RIVALS_FOLDER, Sources

# what rivals did since last time is told for this many days at most; a month ago is no news
LONGEST_ABSENCE = 28
# each week keeps these under its own day; the documents are in the folder anyway and are kept once
ADVICE = {
    "trends": TRENDS,
    "topics": TOPICS,
    "headlines": HEADLINES,
    "calendar": CALENDAR,
    "items": ITEMS,
    "groups": GROUPS,
    "times": TIMES,
}
SENT_NAME, SENT_ITEMS_NAME = "sent", "sent items"


@dataclass(frozen=True)
class LastWeek:
    """What was advised: `day` is the last day of the content it was made from, the frames are as they were then.

    `items` and `groups` are those of the plan, `times` what it took hours to be worth; they are empty where the week
    was kept or planned without them.
    """

    day: dt.date
    trends: pd.DataFrame = field(default_factory=TRENDS.empty, repr=False)
    topics: pd.DataFrame = field(default_factory=TOPICS.empty, repr=False)
    headlines: pd.DataFrame = field(default_factory=HEADLINES.empty, repr=False)
    calendar: pd.DataFrame = field(default_factory=CALENDAR.empty, repr=False)
    items: pd.DataFrame = field(default_factory=ITEMS.empty, repr=False)
    groups: pd.DataFrame = field(default_factory=GROUPS.empty, repr=False)
    times: pd.DataFrame = field(default_factory=TIMES.empty, repr=False)


def workspace_of(sources: Sources) -> Workspace | None:
    """The database of the working folder, where the week is made from her content in it and not from other files."""
    if sources.home is None or sources.documents != (sources.home / RIVALS_FOLDER,):
        return None
    return Workspace(f"sqlite:///{sources.home / DATABASE}")


def last_time(sources: Sources, latest: dt.date | None) -> dt.date | None:
    """The last day of content of the week before this one, where it is not too long ago."""
    workspace = workspace_of(sources)
    if workspace is None or latest is None:
        return None
    with workspace:
        return _before(_days_done(workspace), latest)


def _before(days: list[dt.date], day: dt.date | None) -> dt.date | None:
    """The latest of the days, before `day` and not too long before it where one is given."""
    if day is None:
        return max(days, default=None)
    return max((done for done in days if 0 < (day - done).days <= LONGEST_ABSENCE), default=None)


def _days_done(workspace: Workspace) -> list[dt.date]:
    if "weeks" not in workspace.names():
        return []
    return [dt.date.fromisoformat(day) for day in workspace.load("weeks")["asof"]]


def last_week(sources: Sources, *, before: dt.date | None = None) -> LastWeek | None:
    """The advice of the last week that the working folder remembers; None where it remembers none.

    With `before` (the last day of this week's content) it is the last week before that day, and none that is more
    than 28 days older: running the same week again finds the same one. Of a week that an earlier version kept there
    are trends, topics, headlines and the calendar alone.
    """
    workspace = workspace_of(sources)
    if workspace is None:
        return None
    with workspace:
        days = _days_done(workspace)
        day = _before(days, before)
        if day is None:
            return None
        names = workspace.names()
        found = {name: workspace.load(f"{day} {name}") for name in ADVICE if f"{day} {name}" in names}
        if not found and day == max(days):
            # kept before weeks had names of their own
            found = {name: workspace.load(name) for name in ADVICE if name in names}
        return LastWeek(day, **found)


def remember(
    sources: Sources, latest: dt.date | None, frames: Mapping[str, pd.DataFrame], *, start: dt.date
) -> None:
    """Keep a week's frames, as the latest and under its day; `start` is the first day of its plan.

    The posts of the plans before that were due before `start` stay in `sent`: the new plan does not know them.
    """
    workspace = workspace_of(sources)
    if workspace is None:
        return
    with workspace:
        keep_sent(workspace, _kept(workspace, "calendar"), before=start, known=True)
        for name, frame in frames.items():
            workspace.save(name, frame)
            if latest is not None and name in ADVICE:
                workspace.save(f"{latest} {name}", frame)
        if latest is not None:
            days = sorted({*_days_done(workspace), latest})
            workspace.save("weeks", pd.DataFrame({"asof": [day.isoformat() for day in days]}, dtype="str"))


def _kept(workspace: Workspace, name: str) -> pd.DataFrame | None:
    return workspace.load(name) if name in workspace.names() else None


def keep_sent(
    workspace: Workspace, calendar: pd.DataFrame | None, *, before: dt.date, known: bool = False
) -> None:
    """Keep the posts of a calendar that were due before a day, with their items where the last plan had them.

    A post that is there already is replaced, or with `known` left as it is.
    """
    if calendar is None:
        return
    due = calendar[calendar["starts_at"].dt.date < before]
    kept = _kept(workspace, SENT_NAME)
    if known and kept is not None:
        due = due[~due["post_id"].isin(kept["post_id"])]
    if due.empty:
        return
    workspace.add(SENT_NAME, due, key="post_id")
    items = _kept(workspace, "items")
    if items is not None:
        workspace.add(SENT_ITEMS_NAME, items[items["item_id"].isin(due["item_id"])], key="item_id")


def kept_sent(sources: Sources) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The posts of earlier plans that were due, and all items that are known; both may be empty."""
    workspace = workspace_of(sources)
    if workspace is None:
        return CALENDAR.empty(), ITEMS.empty()
    with workspace:
        items = [part for name in (SENT_ITEMS_NAME, "items") if (part := _kept(workspace, name)) is not None]
        posts = _kept(workspace, SENT_NAME)
        if posts is None:
            posts = CALENDAR.empty()
    if not items:
        return posts, ITEMS.empty()
    return posts, pd.concat(items, ignore_index=True).drop_duplicates("item_id", keep="last")


def topic_labels(sources: Sources) -> dict[str, str]:
    """What the topics of all kept weeks are called, by their ids; what a later week calls one counts."""
    workspace = workspace_of(sources)
    if workspace is None:
        return {}
    with workspace:
        kept = [workspace.load(name) for name in workspace.names() if name.endswith(" topics")]
    return {row["topic_id"]: row["label"] for frame in kept for row in frame.to_dict("records")}
