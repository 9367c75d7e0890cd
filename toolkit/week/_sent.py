"""What was sent: the calendar that was carried out, and saying in one go that posts went out."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.export import read_calendar
from toolkit.schema import (
    CALENDAR,
    COLUMNS,
    FILES,
    NOTES,
    REJECTED,
    ChoiceError,
    Read,
    ToolkitError,
    check,
    checked_moment,
)
from toolkit.week._memory import keep_sent, kept_sent, workspace_of
from toolkit.week._sources import CALENDAR_FILE, Sources

# what became of these is known; of a draft or a pinned post it is not
TOLD = ("sent", "missed", "cancelled")
_UNREAD_NAME = "calendar（读不懂的一份）.xlsx"


def read_sent(sources: Sources) -> Read:
    """The calendar that was carried out, as a Read of CALENDAR ordered by time.

    It is the calendar.xlsx of the working folder with the statuses that an editor wrote into it, and the posts of
    earlier weeks that 文案台.db keeps, one row for each post: of a post that both know, the file's row counts where it
    says what became of it (已发, 未发, 取消). A post that still says 待发 is
    a draft, however long ago it was due; see `mark_sent`. Where the sample world stands in for everything it is the
    sample's calendar. What cannot be read is in `rejected`, as `read_calendar` says it. Empty where nothing was ever
    planned.
    """
    path = sources.sent
    found = _nothing() if path is None or path.suffix == ".db" else read_calendar(path)
    kept, _ = kept_sent(sources)
    file = found.frame
    told = file["status"].isin(TOLD) | ~file["post_id"].isin(kept["post_id"])
    rows = pd.concat([kept[~kept["post_id"].isin(file.loc[told, "post_id"])], file[told]], ignore_index=True)
    frame = check(rows, CALENDAR).sort_values(["starts_at", "post_id"], kind="stable").reset_index(drop=True)
    return found._replace(frame=frame)


def _nothing() -> Read:
    """A reading of no file."""
    blank = pd.DataFrame({"post_id": pd.Series([], dtype="str")})
    return Read(CALENDAR.empty(), REJECTED.empty(), blank, NOTES.empty(), COLUMNS.empty(), FILES.empty())


def mark_sent(calendar: pd.DataFrame, *, until: dt.date | str, missed: Sequence[str] = ()) -> pd.DataFrame:
    """The calendar with every post that was due up to `until` and says 待发 or 已定 marked as sent.

    For an editor who sends by the plan and marks nothing: whoever calls this says that the posts really went out. A day
    without a clock time means the whole day.
    `missed` are ids of posts that did not; they become missed. What says 已发, 未发 or 取消 stays as it is. An empty
    calendar gives an empty one.

    Raises ChoiceError when `until` is no moment, or for an id in `missed` that is no such post.

    >>> posts = {"post_id": ["a@g1", "b@g1"], "item_id": ["a", "b"], "group_id": ["g1", "g1"]}
    >>> times = ["2026-09-14 20:00", "2026-09-21 20:00"]
    >>> mark_sent(pd.DataFrame({**posts, "starts_at": times}), until="2026-09-20")["status"].tolist()
    ['sent', 'draft']
    """
    frame = check(calendar, CALENDAR).copy()
    open_yet = due(frame, until)
    unknown = [str(post) for post in missed if post not in set(frame.loc[open_yet, "post_id"])]
    if unknown:
        raise ChoiceError(
            f"missed 里的「{'」「'.join(unknown[:3])}」不是到时间还写着待发的发布。请核对发布编号。"
        )
    frame.loc[open_yet, "status"] = "sent"
    frame.loc[open_yet & frame["post_id"].isin(list(missed)), "status"] = "missed"
    return frame


def due(calendar: pd.DataFrame, until: Any) -> pd.Series[bool]:
    """Which posts were due up to a moment and say nothing about what became of them."""
    moment = pd.Timestamp(checked_moment(until, "until"))
    if moment == moment.normalize() and not isinstance(until, dt.datetime):
        moment += pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
    return ~calendar["status"].isin(TOLD) & (calendar["starts_at"] <= moment)


def keep_marks(sources: Sources, *, start: dt.date) -> str:
    """Keep what an editor wrote into calendar.xlsx, before a plan from `start` on takes its place; a note or "".

    A file that cannot be read is laid aside under another name.
    """
    path, workspace = sources.out / CALENDAR_FILE, workspace_of(sources)
    if workspace is None or not path.is_file():
        return ""
    with workspace:
        try:
            keep_sent(workspace, read_calendar(path).frame, before=start)
        except ToolkitError as error:
            shutil.copyfile(path, path.with_name(_UNREAD_NAME))
            return f"{CALENDAR_FILE} 里的发送情况没有读出来，原件另存为 {_UNREAD_NAME}（{error}）"
    return ""
