"""Reading the content of a week."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from toolkit import documents as content
from toolkit import tables
from toolkit.schema import InputError, Read, checked_moment
from toolkit.week._sources import Sources

# a date later than this after `now` is a slip of the pen, not content
FUTURE = pd.Timedelta(days=1)
MOST_NOTES = 5


def read_week(sources: Sources, *, now: dt.datetime | None = None) -> Read:
    """The rivals' content of a week as a Read; `now` resolves 昨天 and the like.

    A date more than a day after `now` cannot be a publishing date: it becomes missing, with a note. The sample world
    is taken as it is.

    Raises InputError when nothing could be read, with the first reasons.
    """
    read = content.read_documents(*sources.documents, now=now)
    if read.frame.empty:
        raise InputError(_why_nothing(read))
    if now is None or sources.sample_documents:
        return read
    late = read.frame["published_at"] > pd.Timestamp(checked_moment(now, "now")) + FUTURE
    if not late.any():
        return read
    titles = read.frame.loc[late, "title"].str.slice(0, 20)
    notes = pd.DataFrame(
        {"path": titles, "row": 0, "note": "发布时间晚于今天，按没有日期处理"}, columns=tables.NOTE_COLUMNS
    )
    frame = read.frame.assign(published_at=read.frame["published_at"].mask(late))
    return read._replace(frame=frame, notes=pd.concat([notes, read.notes], ignore_index=True))


def _why_nothing(read: Read) -> str:
    rows = [*read.rejected[["path", "reason"]].values.tolist(), *read.notes[["path", "note"]].values.tolist()]
    reasons = list(
        dict.fromkeys(why if why.startswith(f"{path}：") else f"{path}：{why}" for path, why in rows)
    )
    shown = "\n  ".join(reasons[:5]) if reasons else "文件夹里没有可读的文件。"
    more = f"\n  …… 另有 {len(reasons) - 5} 种原因。" if len(reasons) > 5 else ""
    return f"没有读到任何内容。\n  {shown}{more}\n请换一个文件，或看看表头里有没有「标题」一列。"


def told_notes(name: str, read: Read) -> list[str]:
    """What was read other than it stands there, a sentence for each of the first kinds, and how many kinds more."""
    told = read.notes[read.notes["note"] != "说明文件，没有当作内容"]
    lines = []
    for note, part in list(told.groupby("note", sort=False))[:MOST_NOTES]:
        first = part.iloc[0]
        place = f"{first['path']} 第 {first['row']} 行" if first["row"] else str(first["path"])
        where = f"（{len(part)} 处，例如 {place}）" if place else ""
        lines.append(f"{name}：{str(note).removesuffix('。')}{where}。")
    if (kinds := told["note"].nunique()) > MOST_NOTES:
        lines.append(f"{name}：另有 {kinds - MOST_NOTES} 种与原文不同的读法。")
    return lines
