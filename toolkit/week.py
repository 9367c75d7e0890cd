"""A week's chain: what it is made from, reading it, and laying its files into one folder; remembers the last one.

The command line and the first notebook both go through here, so that they give the same report.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import documents as content
from toolkit import export, lexicons, tables
from toolkit.schema import COUNTS, InputError, Plan, Read, as_date, checked_moment
from toolkit.store import Workspace
from toolkit.trends import Counts, contrast, count_terms, mine_trends, rival_activity, term_history

HOME_NAME = "我的文案台"
RIVALS_FOLDER = "同行内容"
RESULTS_FOLDER = "结果"
GROUPS_FILE = "群.xlsx"
ITEMS_FILE = "内容.xlsx"
PLAN_FILE = "策划表.xlsx"
GROUP_DAYS_FILE = "群日报.xlsx"
MESSAGES_FOLDER = "群聊导出"
DATABASE = "文案台.db"
# counts are kept by month, so that adding a day writes one month
COUNTS_NAME = "词频 "
WORDS_NAME = "词频 用词"
# what rivals did since last time is told for this many days at most; a month ago is no news
LONGEST_ABSENCE = 28
MOST_NOTES = 5
# a date later than this after `now` is a slip of the pen, not content
FUTURE = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Sources:
    """What a week and a campaign are made from: paths, and whether the sample world stands in for them.

    `plan`, `group_days` and `messages` are the editor's own or None.
    """

    documents: tuple[Path, ...]
    groups: Path
    items: Path | None
    own: Path | None
    out: Path
    home: Path | None
    sample_documents: bool
    sample_groups: bool
    plan: Path | None
    group_days: Path | None
    messages: Path | None


def week_sources(
    *,
    home: str | Path | None = None,
    documents: Sequence[str | Path] | None = None,
    groups: str | Path | None = None,
    items: str | Path | None = None,
    out: str | Path | None = None,
) -> Sources:
    """What a week is made from: what is given, else the editor's working folder, else the sample world.

    The working folder is `home`, else the one that `run.py lab` names in WENAN_HOME. It counts as filled once its
    同行内容 holds a file; 群.xlsx and 内容.xlsx count once they hold a row. Results go to `out`, else to the working
    folder's 结果, else to `out` in the project.

    For a campaign there are `plan` (策划表.xlsx once anything is filled in), `group_days` (群日报.xlsx once it holds a
    row) and `messages` (the folder 群聊导出 once a file lies in it; its subfolders are not looked into). Each is None
    otherwise. A workbook that cannot be opened counts as filled: its own reader says what is wrong with it.

    >>> week_sources(documents=["a.csv"]).sample_groups
    True
    """
    found = home or os.environ.get("WENAN_HOME")
    desk = Path(found) if found else None
    sample = lexicons.sample_folder()
    own = desk is not None and _has_files(desk / RIVALS_FOLDER)
    sample_documents = documents is None and not own
    paths = [desk / RIVALS_FOLDER] if desk is not None and own else [sample / "posts"]
    my_groups = groups or (_filled(desk / GROUPS_FILE) if desk else None)
    my_items = items or (_filled(desk / ITEMS_FILE) if desk else None)
    if my_items is None and sample_documents and my_groups is None:
        my_items = sample / "items.csv"
    default_out = desk / RESULTS_FOLDER if desk else _project_folder() / "out"
    return Sources(
        documents=tuple(Path(path) for path in documents or paths),
        groups=Path(my_groups or sample / "groups.csv"),
        items=Path(my_items) if my_items else None,
        own=sample / "own_posts.csv" if sample_documents else None,
        out=Path(out or default_out),
        home=desk,
        sample_documents=sample_documents,
        sample_groups=my_groups is None,
        plan=_filled(desk / PLAN_FILE, every_sheet=True) if desk else None,
        group_days=_filled(desk / GROUP_DAYS_FILE) if desk else None,
        messages=desk / MESSAGES_FOLDER if desk and _has_files(desk / MESSAGES_FOLDER, deep=False) else None,
    )


def _project_folder() -> Path:
    """The checkout, or the current folder where the toolkit is installed without one."""
    folder = lexicons.corpora_folder().parent
    return folder if (folder / "pyproject.toml").is_file() else Path.cwd()


def _has_files(folder: Path, *, deep: bool = True) -> bool:
    if not folder.is_dir():
        return False
    found = folder.rglob("*") if deep else folder.iterdir()
    return any(p.is_file() and not p.name.startswith((".", "~$")) for p in found)


def _filled(path: Path, *, every_sheet: bool = False) -> Path | None:
    """The workbook where its first (or any) sheet is filled in; an untouched template counts as none."""
    if not path.is_file():
        return None
    try:
        first, *others = tables.open_tables(path)
    except InputError:
        return path
    # 策划表 opens with lines whose first cell says what is asked for
    asked = first.header[:2] == ["项目", "内容"]
    rows = [row[1:] if asked else row for row in first.records]
    if every_sheet:
        rows += [row for table in others if not table.path.endswith("〔填写说明〕") for row in table.records]
    return path if any(str(cell).strip() for row in rows for cell in row) else None


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
) -> list[Path]:
    """Write report.html, calendar.xlsx, calendar.ics and trends.csv into `sources.out` and return the paths.

    `others` names further tables that were read (群, 内容条目): what they rejected or noted is told too, and all
    rejected rows are written to 没能读入.csv. In a working folder with content of her own, the week's frames are kept
    in 文案台.db, and the report opens with what rivals did since the week before. `close` is what `close_choices` found.

    Raises InputError when the folder cannot be made.
    """
    out = make_folder(sources.out)
    counted = count_terms(documents) if counts is None else counts
    tables_read = {"同行内容": read, **(others or {})}
    rejected = pd.concat([found.rejected for found in tables_read.values()], ignore_index=True)
    latest = as_date(documents["published_at"].max())
    since = _last_time(sources, latest)
    days = 7 if since is None or latest is None else (latest - since).days
    rising = trends[trends["status"].isin(["new", "rising"])]["term"].head(6).tolist()
    only_topics = bool(plan.items["topic"].isin(topics["topic_id"]).all())
    why = "".join(trends.attrs.get("notes", [])) if trends.empty else ""
    files = [
        export.write_report(
            out / "report.html",
            trends=trends,
            topics=topics,
            headlines=headlines,
            plan=plan,
            documents=documents,
            rejected=rejected,
            rivals=rival_activity(documents, window_days=days),
            since=since,
            history=term_history(counted, rising),
            drivers=_drivers(counted, rising),
            contrast=contrast(own, counted) if own is not None and len(own) else None,
            notes=_notes(sources, trends, tables_read, only_topics=only_topics),
            reasons={"trends": why} if why else None,
            asof=latest or plan.start,
            sample_groups=sources.sample_groups,
            close=close,
        ),
        export.write_xlsx(plan, out / "calendar.xlsx"),
        export.write_ics(plan, out / "calendar.ics"),
        export.write_csv(trends, out / "trends.csv"),
    ]
    if len(rejected):
        files.append(export.write_csv(rejected, out / "没能读入.csv"))
    kept = {"documents": documents, "trends": trends, "topics": topics, "headlines": headlines}
    _remember(sources, latest, {**kept, "calendar": plan.calendar})
    return files


def _drivers(counts: Counts, rising: Sequence[str]) -> pd.DataFrame | None:
    """Who drives the words that rise."""
    if not rising:
        return None
    drivers = mine_trends(counts, by="source")
    return drivers[drivers["term"].isin(rising)]


def usable_folder(folder: Path) -> Path:
    """The folder, where files can be laid into it or it can be made. Raises InputError where it cannot; makes none."""
    nearest = folder
    try:
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
    except OSError as error:
        raise InputError(f"{folder} 不能用作文件夹：名字太长或写法不对。请用 --out 另给一个。") from error
    if nearest == folder and not folder.is_dir():
        raise InputError(f"{folder} 是一个文件，不能把结果放进去。请用 --out 另给一个文件夹。")
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError(f"建不了文件夹 {folder}：{nearest} 里写不进去。请用 --out 另给一个。")
    return folder


def make_folder(folder: Path) -> Path:
    """The folder, made where it is missing. Raises InputError when it cannot be."""
    try:
        usable_folder(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"建不了文件夹 {folder}：这个位置写不进去，或名字太长。请用 --out 另给一个。"
        ) from error
    return folder


def _notes(
    sources: Sources, trends: pd.DataFrame, read: Mapping[str, Read], *, only_topics: bool
) -> list[str]:
    """What the report's reader should know about how it was made."""
    notes = list(trends.attrs.get("notes", []))
    if sources.sample_documents:
        notes.append("这是示例世界的内容：城市、账号和文章都是虚构的。")
    if only_topics:
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


def week_counts(sources: Sources, documents: pd.DataFrame) -> Counts:
    """Counts of the week's documents; in a working folder only those are cut that 文案台.db does not know."""
    workspace = _workspace(sources)
    if workspace is None:
        return count_terms(documents)
    with workspace:
        return kept_counts(workspace, documents, only_these=True)


def _workspace(sources: Sources) -> Workspace | None:
    """The database of the working folder, where the week is made from her content in it and not from other files."""
    if sources.home is None or sources.documents != (sources.home / RIVALS_FOLDER,):
        return None
    return Workspace(f"sqlite:///{sources.home / DATABASE}")


def _last_time(sources: Sources, latest: dt.date | None) -> dt.date | None:
    """The last day of content of the week before this one, where it is not too long ago."""
    workspace = _workspace(sources)
    if workspace is None or latest is None:
        return None
    with workspace:
        days = _days_done(workspace)
    earlier = [day for day in days if 0 < (latest - day).days <= LONGEST_ABSENCE]
    return max(earlier, default=None)


def _days_done(workspace: Workspace) -> list[dt.date]:
    if "weeks" not in workspace.names():
        return []
    return [dt.date.fromisoformat(day) for day in workspace.load("weeks")["asof"]]


def _remember(sources: Sources, latest: dt.date | None, frames: Mapping[str, pd.DataFrame]) -> None:
    workspace = _workspace(sources)
    if workspace is None:
        return
    with workspace:
        for name, frame in frames.items():
            workspace.save(name, frame)
        if latest is not None:
            days = sorted({*_days_done(workspace), latest})
            workspace.save("weeks", pd.DataFrame({"asof": [day.isoformat() for day in days]}, dtype="str"))


def kept_counts(
    workspace: Workspace,
    documents: pd.DataFrame | None = None,
    *,
    only_these: bool = False,
    words: Any | None = None,
    jobs: int = 1,
) -> Counts:
    """Counts of all documents that the workspace knows and of `documents`, which it knows from then on.

    Only documents that are new to it are cut, so adding a day costs that day (and reading what is kept). The counts
    are kept by month under names that begin with 词频; of the texts they hold the folded words. `only_these` gives
    the Counts of `documents` alone, in their order. A document that is now marked as a copy no longer votes. `words`
    (default: the user-word lexicon): where the list has changed, the documents that hold a changed word are cut anew;
    `notes` of the Counts says how many. `jobs` as in count_terms.

    >>> day = pd.DataFrame({"doc_id": ["a"], "title": ["桂花拿铁"], "published_at": ["2026-09-14 08:00"]})
    >>> with Workspace("sqlite://") as workspace:
    ...     kept_counts(workspace, day), kept_counts(workspace).documents["doc_id"].tolist(), workspace.names()
    (Counts（1 篇）, ['a'], ['词频 2026-09', '词频 用词'])
    """
    kept, counted_with = _kept_frame(workspace)
    counts = Counts.from_frame(kept, words=words, counted_with=counted_with)
    recut = bool(counts.notes)
    if documents is not None:
        counts.update(documents, jobs=jobs)
    new = ~counts.documents["doc_id"].isin(kept["doc_id"])
    part = counts if recut else counts.only(counts.documents.loc[new, "doc_id"])
    _keep(workspace, part.frame(), counts.word_list)
    if documents is None:
        return counts
    if only_these:
        return counts.of(documents)
    copies = documents.loc[documents["duplicate_of"].notna(), "doc_id"] if "duplicate_of" in documents else []
    return counts.only(counts.documents.loc[~counts.documents["doc_id"].isin(copies), "doc_id"])


def _kept_frame(workspace: Workspace) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """What is kept of all months, and the word list it was cut with."""
    names = [name for name in workspace.names() if name.startswith(COUNTS_NAME)]
    months = [workspace.load(name) for name in names if name != WORDS_NAME]
    frame = pd.concat(months, ignore_index=True) if months else COUNTS.empty()
    return frame, workspace.load(WORDS_NAME) if WORDS_NAME in names else None


def _keep(workspace: Workspace, frame: pd.DataFrame, words: pd.DataFrame) -> None:
    """Merge rows into their months. The word list comes last: rows of a later list say so, rows of an earlier do not."""
    months = frame["published_at"].dt.strftime("%Y-%m").fillna("没有日期")
    for month, part in frame.groupby(months.to_numpy()):
        workspace.add(f"{COUNTS_NAME}{month}", part, key="doc_id")
    workspace.save(WORDS_NAME, words)
