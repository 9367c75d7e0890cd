"""The command line: `wenan week` runs an editor's whole week without a screen; the others are single steps.

The only place that reads the clock, and only where `--now` is not given.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from toolkit import lexicons

HOME_NAME = "我的文案台"
RIVALS_FOLDER = "同行内容"
RESULTS_FOLDER = "结果"
GROUPS_FILE = "群.xlsx"
ITEMS_FILE = "内容.xlsx"


@dataclass(frozen=True)
class Sources:
    """What a week is made from: paths, and whether the sample world stands in for them."""

    documents: tuple[Path, ...]
    groups: Path
    items: Path | None
    own: Path | None
    out: Path
    sample_documents: bool
    sample_groups: bool


@dataclass
class Progress:
    """Says in plain words what is being done, with the seconds each step took."""

    stream: TextIO
    began: float = field(default_factory=time.perf_counter)

    def say(self, words: str) -> None:
        """Print one line with the seconds since the start."""
        print(f"[{time.perf_counter() - self.began:5.1f} 秒] {words}", file=self.stream, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 for a mistake in what was given (said in Chinese)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Chinese Windows console may be GBK
    options = _parser().parse_args(arguments)
    from toolkit.schema import ToolkitError

    try:
        options.run(options)
    except ToolkitError as error:
        print(f"没有完成：{error}", file=sys.stderr)
        return 2
    except PermissionError as error:
        print(f"没有完成：{error.filename} 不能写入，可能正在 Excel 里打开。请关掉它再试。", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wenan", description="文案台：从同行内容到一周排期。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    week = commands.add_parser("week", help="一周的全部工作：热词、选题、标题、排期、报告")
    week.add_argument("--documents", nargs="+", type=Path, metavar="路径", help="同行内容：文件或文件夹")
    week.add_argument("--groups", type=Path, metavar="文件", help="群（xlsx 或 csv）")
    week.add_argument("--items", type=Path, metavar="文件", help="内容条目（xlsx 或 csv）")
    week.add_argument("--start", metavar="日期", help="排期从哪一天起，如 2026-09-21")
    week.add_argument("--days", type=int, default=14, metavar="天数", help="排几天（默认 14）")
    week.add_argument("--now", metavar="时间", help="把现在当作这个时间，如 2026-09-21 09:00")
    week.add_argument(
        "--platform", default="wechat", metavar="平台", help="标题按哪个平台打分（默认 wechat）"
    )
    week.add_argument("--out", type=Path, metavar="文件夹", help="结果放在哪里")
    week.add_argument(
        "--home", type=Path, metavar="文件夹", help="工作文件夹（默认是主目录里的「我的文案台」）"
    )
    week.set_defaults(run=_week)
    mine = commands.add_parser("mine", help="热词表")
    mine.add_argument("documents", nargs="+", type=Path, metavar="路径")
    mine.add_argument("--top", type=int, default=20, metavar="个数")
    mine.set_defaults(run=_mine)
    score = commands.add_parser("score", help="给标题打分")
    score.add_argument("headlines", nargs="+", metavar="标题")
    score.add_argument("--platform", default="wechat", metavar="平台")
    score.set_defaults(run=_score)
    check = commands.add_parser("check", help="检查一段文案能不能发")
    check.add_argument("text", metavar="文案")
    check.add_argument("--platform", default=None, metavar="平台")
    check.add_argument("--editorial", action="store_true", help="资讯，不是推广")
    check.set_defaults(run=_check)
    plan = commands.add_parser("plan", help="只做排期")
    plan.add_argument("items", type=Path, metavar="内容条目")
    plan.add_argument("groups", type=Path, metavar="群")
    plan.add_argument("--start", required=True, metavar="日期")
    plan.add_argument("--days", type=int, default=14, metavar="天数")
    plan.add_argument("--out", type=Path, default=Path("calendar.xlsx"), metavar="文件")
    plan.set_defaults(run=_plan)
    return parser


def _mine(options: argparse.Namespace) -> None:
    import toolkit as tk
    from toolkit.schema import TRENDS, WORDS

    found = tk.mine_trends(tk.mark_duplicates(tk.read_documents(*options.documents).frame), top=options.top)
    shown = found[["term", "status", "documents", "baseline_documents", "lift", "sources"]]
    shown = shown.assign(status=shown["status"].map(WORDS)).rename(columns=TRENDS.captions)
    print("\n".join([*found.attrs["notes"], shown.to_string(index=False) if len(shown) else "没有热词。"]))


def _score(options: argparse.Namespace) -> None:
    import toolkit as tk
    from toolkit.schema import WORDS

    for row in tk.score_headlines(options.headlines, platform=options.platform).to_dict("records"):
        print(
            f"{row['headline']}\n  合规：{WORDS[row['gate']]}　写法分 {row['craft']:.0f}（写法检查，不是预测）"
        )
        print("".join(f"  · {advice}\n" for advice in row["advice"]), end="")


def _check(options: argparse.Namespace) -> None:
    import toolkit as tk
    from toolkit.schema import WORDS

    purpose = "editorial" if options.editorial else "promotion"
    found = tk.check_copy(options.text, purpose=purpose, platform=options.platform)
    for row in found.to_dict("records"):
        print(
            f"{WORDS[row['severity']]}：「{row['text']}」 {row['why']}（{row['clause']}）\n  改法：{row['suggestion']}"
        )
    if found.empty:
        print("没有发现问题。这不是法律意见。")


def _plan(options: argparse.Namespace) -> None:
    import toolkit as tk

    items, groups = tk.read_items(options.items), tk.read_groups(options.groups)
    plan = tk.plan_posts(items.frame, groups.frame, start=_day(options.start), days=options.days)
    print(f"排入 {len(plan.calendar)} 次，未排入 {len(plan.unplaced)} 次：{tk.write_xlsx(plan, options.out)}")


def _week(options: argparse.Namespace) -> None:
    """The main job: read, mine, rank, write headlines, plan, and lay the files into one folder."""
    progress = Progress(sys.stdout)
    now = _moment(options.now)
    sources = week_sources(
        home=_home(options.home),
        documents=options.documents,
        groups=options.groups,
        items=options.items,
        out=options.out,
    )
    progress.say("正在读同行内容…")
    read = _documents(sources, now)
    progress.say(f"读到 {len(read.frame)} 篇，{len(read.rejected)} 处没能读入。正在找重复…")
    week = _work(sources, read, now, options, progress)
    progress.say("正在写报告和日历…")
    for path in _write(week, sources):
        progress.say(f"已写好 {path}")


def _home(given: Path | None) -> Path | None:
    """The working folder: the given one, else the usual one once there is something in it to use."""
    usual = Path.home() / HOME_NAME
    return given or (usual if _has_files(usual / RIVALS_FOLDER) else None)


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
    default_out = desk / RESULTS_FOLDER if desk else lexicons.corpora_folder().parent / "out"
    return Sources(
        documents=tuple(Path(path) for path in documents or paths),
        groups=Path(my_groups or sample / "groups.csv"),
        items=Path(my_items) if my_items else None,
        own=sample / "own_posts.csv" if sample_documents else None,
        out=Path(out or default_out),
        sample_documents=sample_documents,
        sample_groups=my_groups is None,
    )


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(
        p.is_file() and not p.name.startswith((".", "~$")) for p in folder.rglob("*")
    )


def _filled(path: Path) -> Path | None:
    """The workbook where it holds any row below its heading; an untouched template counts as none."""
    from toolkit import tables

    if not path.is_file():
        return None
    return path if tables.open_tables(path)[0].records else None


def _documents(sources: Sources, now: dt.datetime) -> Any:
    import toolkit as tk
    from toolkit.schema import InputError

    read = tk.read_documents(*sources.documents, now=now)
    if read.frame.empty:
        reasons = list(
            dict.fromkeys(f"{row['path']}：{row['reason']}" for row in read.rejected.to_dict("records"))
        )
        shown = "\n  ".join(reasons[:5]) if reasons else "文件夹里没有可读的文件。"
        more = f"\n  …… 另有 {len(reasons) - 5} 种原因。" if len(reasons) > 5 else ""
        raise InputError(
            f"没有读到任何内容。\n  {shown}{more}\n请换一个文件，或看看表头里有没有「标题」一列。"
        )
    return read


@dataclass(frozen=True)
class Week:
    """Everything a week's files are written from."""

    documents: Any
    rejected: Any
    trends: Any
    topics: Any
    headlines: Any
    plan: Any
    rivals: Any
    history: Any
    notes: list[str]
    why_no_trends: str
    asof: dt.date


def _work(
    sources: Sources, read: Any, now: dt.datetime, options: argparse.Namespace, progress: Progress
) -> Week:
    import pandas as pd

    import toolkit as tk

    documents = tk.mark_duplicates(read.frame)
    progress.say("正在比较各周的用词…")
    mined = tk.mine_trends(documents)
    dated = documents["published_at"].max()
    asof = dated.date() if pd.notna(dated) else now.date()
    start = _day(options.start) if options.start else tk.monday_after(documents, now=now)
    groups = tk.read_groups(sources.groups)
    own = tk.read_documents(sources.own).frame if sources.own else None
    topics = tk.rank_topics(
        tk.find_topics(mined, documents), groups=groups.frame, own=own, today=start, documents=documents
    )
    progress.say(f"{len(topics)} 个选题，正在拟标题…")
    headlines = tk.suggest_for_topics(topics, platform=options.platform, trends=mined)
    fresh = tk.items_from_topics(topics, headlines, start=start, groups=groups.frame)
    items = tk.read_items(sources.items) if sources.items else None
    wanted = fresh if items is None else pd.concat([items.frame, fresh], ignore_index=True)
    progress.say(f"正在为 {len(groups.frame)} 个群排 {options.days} 天…")
    plan = tk.plan_posts(wanted, groups.frame, start=start, days=options.days)
    tables_read = [("同行内容", read), ("群", groups), *([("内容条目", items)] if items else [])]
    rising = mined[mined["status"].isin(["new", "rising"])]["term"].head(6).tolist()
    return Week(
        documents=documents,
        rejected=pd.concat([found.rejected for _, found in tables_read], ignore_index=True),
        trends=mined,
        topics=topics,
        headlines=headlines,
        plan=plan,
        rivals=tk.rival_activity(documents),
        history=tk.term_history(documents, rising),
        notes=_notes(sources, mined, tables_read, no_items=items is None),
        why_no_trends="".join(mined.attrs.get("notes", [])) if mined.empty else "",
        asof=asof,
    )


def _notes(sources: Sources, mined: Any, read: list[tuple[str, Any]], *, no_items: bool) -> list[str]:
    """What the report's reader should know about how it was made."""
    notes = list(mined.attrs.get("notes", []))
    if sources.sample_documents:
        notes.append("这是示例世界的内容：城市、账号和文章都是虚构的。")
    if no_items:
        notes.append("没有给内容条目，排期里只有本周选题；文案待写。")
    for name, found in read:
        if len(found.notes):
            first = found.notes.iloc[0]
            notes.append(
                f"{name}：{len(found.notes)} 处与原文不同的读法，例如 {first['path']} 第 {first['row']} 行，{first['note']}。"
            )
    return notes


def _write(week: Week, sources: Sources) -> list[Path]:
    import toolkit as tk

    out = sources.out
    if out.exists() and not out.is_dir():
        from toolkit.schema import InputError

        raise InputError(f"{out} 是一个文件，不能把结果放进去。请用 --out 另给一个文件夹。")
    out.mkdir(parents=True, exist_ok=True)
    files = [
        tk.write_report(
            out / "report.html",
            trends=week.trends,
            topics=week.topics,
            headlines=week.headlines,
            plan=week.plan,
            documents=week.documents,
            rejected=week.rejected,
            rivals=week.rivals,
            history=week.history,
            notes=week.notes,
            reasons={"trends": week.why_no_trends} if week.why_no_trends else None,
            asof=week.asof,
            sample_groups=sources.sample_groups,
        ),
        tk.write_xlsx(week.plan, out / "calendar.xlsx"),
        tk.write_ics(week.plan, out / "calendar.ics"),
        tk.write_csv(week.trends, out / "trends.csv"),
    ]
    if len(week.rejected):
        files.append(tk.write_csv(week.rejected, out / "没能读入.csv"))
    return files


def _moment(value: str | None) -> dt.datetime:
    from toolkit import tables
    from toolkit.schema import TIME_ZONE, ChoiceError

    if value is None:
        return dt.datetime.now(TIME_ZONE)
    stamp, reason = tables.parse_time(value)
    if reason or stamp is None or stamp != stamp:
        raise ChoiceError(
            f"--now 要写成 2026-09-21 或 2026-09-21 09:00 这样的时间（{reason or '现在是空的'}）。"
        )
    return stamp.to_pydatetime()


def _day(value: str) -> dt.date:
    from toolkit import tables
    from toolkit.schema import ChoiceError

    stamp, reason = tables.parse_time(value)
    if reason or stamp != stamp:
        raise ChoiceError(f"--start 要写成 2026-09-21 这样的日期（{reason or '现在是空的'}）。")
    return stamp.date()


if __name__ == "__main__":
    sys.exit(main())
