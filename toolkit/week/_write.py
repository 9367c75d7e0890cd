"""Laying the files of a week into one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import export
from toolkit.schema import Plan, Read, as_date
from toolkit.trends import Counts, contrast, count_terms, mine_trends, rival_activity, term_history
from toolkit.week._look_back import LookBack
from toolkit.week._memory import last_time, remember
from toolkit.week._sent import keep_marks
from toolkit.week._sources import CALENDAR_FILE, Sources, make_folder

MOST_NOTES = 5
MONDAY_FILE = "monday.html"


def write_week(
    sources: Sources,
    *,
    read: Read,
    documents: pd.DataFrame,
    trends: pd.DataFrame,
    topics: pd.DataFrame,
    headlines: pd.DataFrame,
    plan: Plan,
    others: Mapping[str, Read] | None = None,
    counts: Counts | None = None,
    own: pd.DataFrame | None = None,
    close: pd.DataFrame | None = None,
    back: LookBack | None = None,
) -> list[Path]:
    """Write report.html, monday.html, calendar.xlsx, calendar.ics and trends.csv into `sources.out`; return the paths.

    `others` names further tables that were read (群, 内容条目): what they rejected or noted is told too, and all
    rejected rows are written to 没能读入.csv. In a working folder with content of her own, the week's frames are kept
    in 文案台.db, and the report opens with what rivals did since the week before. `close` is what `close_choices` found.
    `back` is what `look_back` found of the week before; monday.html tells it beside the rivals and three topics, and is
    not written where there is none of the three. What an editor wrote into the calendar.xlsx that is replaced (已发,
    未发) is kept in 文案台.db.

    Raises InputError when the folder cannot be made.
    """
    out = make_folder(sources.out)
    tables_read = {"同行内容": read, **(others or {})}
    rejected = pd.concat([found.rejected for found in tables_read.values()], ignore_index=True)
    latest = as_date(documents["published_at"].max())
    since = last_time(sources, latest)
    days = 7 if since is None or latest is None else (latest - since).days
    told: dict[str, Any] = {"trends": trends, "topics": topics, "headlines": headlines, "since": since}
    told |= {"rivals": rival_activity(documents, window_days=days), "asof": latest or plan.start}
    marks = keep_marks(sources, start=plan.start)
    notes = [*_notes(sources, plan, trends, topics, tables_read), *([marks] if marks else [])]
    files = [
        export.write_report(
            out / "report.html",
            plan=plan,
            documents=documents,
            rejected=rejected,
            notes=notes,
            sample_groups=sources.sample_groups,
            close=close,
            **told,
            **_of_words(documents, trends, counts, own),
        ),
        *_monday(out / MONDAY_FILE, sources, back, groups=plan.groups, **told),
        export.write_xlsx(plan, out / CALENDAR_FILE),
        export.write_ics(plan, out / "calendar.ics"),
        export.write_csv(trends, out / "trends.csv"),
    ]
    if len(rejected):
        files.append(export.write_csv(rejected, out / "没能读入.csv"))
    kept = {"documents": documents, "trends": trends, "topics": topics, "headlines": headlines}
    plans = {"calendar": plan.calendar, "items": plan.items, "groups": plan.groups}
    remember(sources, latest, {**kept, **plans}, start=plan.start)
    return files


def _of_words(
    documents: pd.DataFrame, trends: pd.DataFrame, counts: Counts | None, own: pd.DataFrame | None
) -> dict[str, Any]:
    """What the report tells of words: their weeks, who drives them, ours against theirs, and why there are none."""
    counted = count_terms(documents) if counts is None else counts
    rising = trends[trends["status"].isin(["new", "rising"])]["term"].head(6).tolist()
    why = "".join(trends.attrs.get("notes", [])) if trends.empty else ""
    return {
        "history": term_history(counted, rising),
        "drivers": _drivers(counted, rising),
        "contrast": contrast(own, counted) if own is not None and len(own) else None,
        "reasons": {"trends": why} if why else None,
    }


def _monday(
    path: Path,
    sources: Sources,
    back: LookBack | None,
    *,
    rivals: pd.DataFrame,
    topics: pd.DataFrame,
    **told: Any,
) -> list[Path]:
    """The Monday page, where there is anything to tell."""
    found = LookBack() if back is None else back
    if not (
        rivals["documents"].any() or len(topics) or len(found.calls) or len(found.record) or found.review
    ):
        return []
    notes = ["这是示例世界的内容：城市、账号和文章都是虚构的。"] if sources.sample_documents else []
    looked = {"record": found.record, "calls": found.calls, "review": found.review}
    return [
        export.write_monday(
            path, rivals=rivals, topics=topics, notes=[*notes, *found.notes], **looked, **told
        )
    ]


def _drivers(counts: Counts, rising: Sequence[str]) -> pd.DataFrame | None:
    """Who drives the words that rise."""
    if not rising:
        return None
    drivers = mine_trends(counts, by="source")
    return drivers[drivers["term"].isin(rising)]


def _notes(
    sources: Sources, plan: Plan, trends: pd.DataFrame, topics: pd.DataFrame, read: Mapping[str, Read]
) -> list[str]:
    """What the report's reader should know about how it was made."""
    notes = list(trends.attrs.get("notes", []))
    if sources.sample_documents:
        notes.append("这是示例世界的内容：城市、账号和文章都是虚构的。")
    if plan.items["topic"].isin(topics["topic_id"]).all():
        notes.append("没有给内容条目，排期里只有本周选题；文案待写。")
    for name, found in read.items():
        told = found.notes[found.notes["note"] != "说明文件，没有当作内容"]
        for _, part in list(told.groupby("note", sort=False))[:MOST_NOTES]:
            first = part.iloc[0]
            place = f"{first['path']} 第 {first['row']} 行" if first["row"] else str(first["path"])
            notes.append(f"{name}：{first['note']}（{len(part)} 处，例如 {place}）。")
        if (kinds := told["note"].nunique()) > MOST_NOTES:
            notes.append(f"{name}：另有 {kinds - MOST_NOTES} 种与原文不同的读法。")
    return notes
