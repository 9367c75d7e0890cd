"""Laying the files of a week into one folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import export
from toolkit.schema import COLUMN_WORDS, TIMES, Plan, Read, as_date
from toolkit.trends import Counts, contrast, count_terms, mine_trends, rival_activity, term_history
from toolkit.week._look_back import LookBack
from toolkit.week._memory import last_time, remember
from toolkit.week._read import told_notes
from toolkit.week._sent import keep_marks
from toolkit.week._sources import CALENDAR_FILE, Sources, make_folder

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
    times: pd.DataFrame | None = None,
) -> list[Path]:
    """Write report.html, monday.html, calendar.xlsx, calendar.ics and trends.csv into `sources.out`; return the paths.

    `others` names further tables that were read (群, 内容条目): what they rejected or noted is told too, and all
    rejected rows are written to 没能读入.csv. In a working folder with content of her own, the week's frames are kept
    in 文案台.db, and the report opens with what rivals did since the week before. `close` is what `close_choices` found,
    `times` the TIMES that the plan was made with. `back` is what `look_back` found of the week before; monday.html tells
    it beside the rivals and three topics, and is not written where there is none of the three. What an editor wrote into
    the calendar.xlsx that is replaced (已发, 未发) is kept in 文案台.db.

    Raises InputError when the folder cannot be made.
    """
    out = make_folder(sources.out)
    tables_read = {"同行内容": read, **(others or {})}
    rejected = pd.concat([found.rejected for found in tables_read.values()], ignore_index=True)
    latest = as_date(documents["published_at"].max())
    told = {"trends": trends, "topics": topics, "headlines": headlines}
    seen = {**told, **_of_rivals(sources, documents, latest), "asof": latest or plan.start}
    marks = keep_marks(sources, start=plan.start)
    notes = [*_notes(sources, plan, trends, topics, times), *([marks] if marks else [])]
    came = {} if back is None or back.read is None else {"效果数据": back.read}
    notes += [line for name, one in {**tables_read, **came}.items() for line in told_notes(name, one)]
    words = _of_words(documents, trends, counts, own)
    of_report = {"plan": plan, "documents": documents, "rejected": rejected, "notes": notes, "close": close}
    files = [
        export.write_report(
            out / "report.html", sample_groups=sources.sample_groups, **of_report, **seen, **words
        ),
        *_monday(out / MONDAY_FILE, sources, back, groups=plan.groups, **seen),
        export.write_xlsx(plan, out / CALENDAR_FILE),
        export.write_ics(plan, out / "calendar.ics"),
        export.write_csv(trends, out / "trends.csv"),
    ]
    if len(rejected):
        files.append(export.write_csv(rejected, out / "没能读入.csv"))
    kept = {**told, "documents": documents, "times": TIMES.empty() if times is None else times}
    kept |= {"calendar": plan.calendar, "items": plan.items, "groups": plan.groups}
    remember(sources, latest, kept, start=plan.start)
    return files


def _of_rivals(sources: Sources, documents: pd.DataFrame, latest: dt.date | None) -> dict[str, Any]:
    """What rivals did since last time, else in the last seven days."""
    since = last_time(sources, latest)
    days = 7 if since is None or latest is None else (latest - since).days
    return {"since": since, "rivals": rival_activity(documents, window_days=days)}


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
    if sources.sample_documents and len(found.calls):
        notes.append("示例没有记下以前的建议：热词照当时的内容重算了八周，时段重算了上周。")
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
    sources: Sources, plan: Plan, trends: pd.DataFrame, topics: pd.DataFrame, times: pd.DataFrame | None
) -> list[str]:
    """What the report's reader should know about how it was made."""
    notes = list(trends.attrs.get("notes", []))
    if sources.sample_documents:
        notes.append("这是示例世界的内容：城市、账号和文章都是虚构的。")
    if plan.items["topic"].isin(topics["topic_id"]).all():
        notes.append("没有给内容条目，排期里只有本周选题；文案待写。")
    if times is not None and len(times):
        notes.append(_of_times(times))
    return notes


def _of_times(times: pd.DataFrame) -> str:
    """That the plan was made with what hours were worth, and by what they were judged."""
    outcomes = times["outcome"] if "outcome" in times else pd.Series([""])
    by = COLUMN_WORDS["outcome"].get(outcomes.iloc[0], "过去的结果")
    sure = int(((times["low"] > 1) | (times["high"] < 1)).sum())
    return (
        f"排期用了学到的时段：看的是{by}，{len(times)} 个群的时段里有 {sure} 个和平常分得开。"
        "不想用，运行时加上 --no-times。"
    )
