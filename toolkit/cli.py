"""The command line: `wenan week` runs an editor's whole week without a screen; the others are single steps.

The only place that reads the clock, and only where `--now` is not given.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO


@dataclass
class Progress:
    """Says in plain words what is being done, with the seconds each step took."""

    stream: TextIO
    began: float = field(default_factory=time.perf_counter)

    def say(self, words: str) -> None:
        """Print one line with the seconds since the start."""
        print(f"[{time.perf_counter() - self.began:5.1f} 秒] {words}", file=self.stream, flush=True)


# argparse speaks English; these are all the sentences that our options can draw from it
_SPOKEN = (
    (r"the following arguments are required: (.*)", r"缺少 \1"),
    (r"argument (\S+?)(?:/\S+)?: invalid int value: '(.*)'", r"\1 要写成整数，现在是「\2」"),
    (r"argument (\S+?)(?:/\S+)?: expected .*", r"\1 后面要跟一个值"),
    (
        r"argument (?:\S+): invalid choice: '(.*?)'.*",
        r"没有「\1」这个命令，可以用 week、review、mine、score、check、plan",
    ),
    (r"argument (\S+?)(?:/\S+)?: 路径是空的", r"\1 后面的路径是空的"),
    (r"unrecognized arguments: (.*)", r"不认识的参数 \1"),
    (r"ambiguous option: (.*) could match .*", r"\1 不够明确，请写全"),
)


class _Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **options)
        self._optionals.title, self._positionals.title = "选项", "参数"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def format_usage(self) -> str:
        """The usage line with its word in Chinese."""
        return super().format_usage().replace("usage:", "用法：", 1)

    def format_help(self) -> str:
        """The help with its word in Chinese."""
        return super().format_help().replace("usage:", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command in one sentence and leave with 2."""
        for pattern, words in _SPOKEN:
            message = re.sub(f"^{pattern}$", words, message)
        self.exit(2, f"没有完成：{message}。运行 {self.prog} --help 看用法。\n")


def _path(text: str) -> Path:
    """A path option; an empty one would be the current folder, which nobody means."""
    if not text.strip():
        raise argparse.ArgumentTypeError("路径是空的")
    return Path(text)


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
    except OSError as error:
        print(f"没有完成：读写 {error.filename or '文件'} 时出错，请检查路径和磁盘空间。", file=sys.stderr)
        return 2
    return 0


def _parser() -> _Parser:
    parser = _Parser(prog="wenan", description="文案台：从同行内容到一周排期。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    week = commands.add_parser("week", help="一周的全部工作：热词、选题、标题、排期、报告")
    week.add_argument("--documents", nargs="+", type=_path, metavar="路径", help="同行内容：文件或文件夹")
    week.add_argument("--groups", type=_path, metavar="文件", help="群（xlsx 或 csv）")
    week.add_argument("--items", type=_path, metavar="文件", help="内容条目（xlsx 或 csv）")
    week.add_argument("--start", metavar="日期", help="排期从哪一天起，如 2026-09-21")
    week.add_argument("--days", type=int, default=14, metavar="天数", help="排几天（默认 14）")
    week.add_argument("--now", metavar="时间", help="把现在当作这个时间，如 2026-09-21 09:00")
    week.add_argument(
        "--platform", default="wechat", metavar="平台", help="标题按哪个平台打分（默认 wechat）"
    )
    _add_sent_until(week)
    week.add_argument("--no-times", action="store_true", help="排期不用过去学到的时段，各时段一样看待")
    week.add_argument("--out", type=_path, metavar="文件夹", help="结果放在哪里")
    week.add_argument(
        "--home", type=_path, metavar="文件夹", help="工作文件夹（默认是主目录里的「我的文案台」）"
    )
    week.set_defaults(run=_week)
    _add_review(commands)
    mine = commands.add_parser("mine", help="热词表")
    mine.add_argument("documents", nargs="+", type=_path, metavar="路径")
    mine.add_argument("--top", type=int, default=20, metavar="个数")
    mine.set_defaults(run=_mine)
    score = commands.add_parser("score", help="给标题打分")
    score.add_argument("headlines", nargs="+", metavar="标题")
    score.add_argument("--platform", default="wechat", metavar="平台")
    score.set_defaults(run=_score)
    check = commands.add_parser("check", help="检查一段文案能不能发")
    check.add_argument("text", metavar="文案")
    check.add_argument("--platform", default=None, metavar="平台")
    check.add_argument("--rules", type=_path, default=None, metavar="自己的规则表")
    check.add_argument("--editorial", action="store_true", help="资讯，不是推广")
    check.set_defaults(run=_check)
    plan = commands.add_parser("plan", help="只做排期")
    plan.add_argument("items", type=_path, metavar="内容条目")
    plan.add_argument("groups", type=_path, metavar="群")
    plan.add_argument("--start", required=True, metavar="日期")
    plan.add_argument("--days", type=int, default=14, metavar="天数")
    plan.add_argument("--out", type=_path, default=Path("calendar.xlsx"), metavar="文件")
    plan.set_defaults(run=_plan)
    return parser


def _add_review(commands: Any) -> None:
    review = commands.add_parser("review", help="复盘：发出去的有什么效果，下周怎么改")
    review.add_argument(
        "--results", nargs="+", type=_path, metavar="路径", help="效果数据：导出的文件或文件夹"
    )
    review.add_argument("--calendar", type=_path, metavar="文件", help="发过的排期（xlsx、csv 或 ics）")
    review.add_argument("--items", type=_path, metavar="文件", help="内容条目（xlsx 或 csv）")
    review.add_argument("--groups", type=_path, metavar="文件", help="群（xlsx 或 csv）")
    _add_sent_until(review)
    review.add_argument("--since", metavar="日期", help="从哪一天的发布看起（不写就看全部）")
    review.add_argument("--now", metavar="时间", help="把现在当作这个时间，如 2026-09-21 09:00")
    review.add_argument("--out", type=_path, metavar="文件夹", help="结果放在哪里")
    review.add_argument(
        "--home", type=_path, metavar="文件夹", help="工作文件夹（默认是主目录里的「我的文案台」）"
    )
    review.set_defaults(run=_review)


def _add_sent_until(command: Any) -> None:
    command.add_argument(
        "--sent-until", metavar="日期", help="到这一天还写着「待发」的都算发了，如 2026-09-20；不写就不算"
    )


def _mine(options: argparse.Namespace) -> None:
    import toolkit as tk
    from toolkit.week import read_week, week_sources

    read = read_week(week_sources(documents=options.documents), now=dt.datetime.now(dt.UTC))
    _say_rejected("同行内容", read)
    found = tk.mine_trends(tk.mark_duplicates(read.frame), top=options.top)
    columns = ("term", "status", "documents", "baseline_documents", "lift", "sources")
    shown = tk.in_words(found, *columns).to_string(index=False) if len(found) else "没有热词。"
    print("\n".join([*found.attrs["notes"], shown]))


def _say_rejected(name: str, read: Any) -> None:
    """Tell on the error stream what was not read: nothing is dropped in silence."""
    for row in read.rejected.head(10).to_dict("records"):
        print(f"{name}没有读入：{row['path']} 第 {row['row']} 行，{row['reason']}", file=sys.stderr)
    if len(read.rejected) > 10:
        print(f"{name}另有 {len(read.rejected) - 10} 行没有读入。", file=sys.stderr)


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
    own = None if options.rules is None else tk.read_rules(options.rules)
    if own is not None:
        _say_rejected("规则", own)
    rules = None if own is None else own.frame
    found = tk.check_copy(options.text, purpose=purpose, platform=options.platform, rules=rules)
    names = {"second_look": "请人看一眼", "exempt": "可以例外"}
    for row in found.to_dict("records"):
        print(
            f"{names.get(row['category'], WORDS[row['severity']])}：「{row['text']}」 {row['why']}（{row['clause']}）"
            f"\n  改法：{row['suggestion']}"
        )
    if found.empty:
        print("没有发现问题。这不是法律意见。")


def _plan(options: argparse.Namespace) -> None:
    import toolkit as tk
    from toolkit.schema import ChoiceError

    if options.out.suffix.lower() != ".xlsx":
        raise ChoiceError(f"--out 要以 .xlsx 结尾（现在是 {options.out.name}）。")
    items, groups = _tables(options.items, options.groups)
    plan = tk.plan_posts(items.frame, groups.frame, start=_day(options.start), days=options.days)
    print(f"排入 {len(plan.calendar)} 次，未排入 {len(plan.unplaced)} 次：{tk.write_xlsx(plan, options.out)}")


def _tables(items: Path | None, groups: Path) -> tuple[Any, Any]:
    """Items (None where no file is given) and groups; raises InputError with the reasons where all rows are bad."""
    import toolkit as tk
    from toolkit.schema import InputError

    found = [("内容条目", tk.read_items(items) if items else None), ("群", tk.read_groups(groups))]
    for name, read in found:
        if read is None:
            continue
        _say_rejected(name, read)
        if read.frame.empty:
            first = "；".join(read.rejected["reason"].head(3)) or "只有表头，没有填写内容"
            raise InputError(f"{name}表里没有一行能用：{first}。请照模板的填写说明改好再试。")
    return found[0][1], found[1][1]


def _week(options: argparse.Namespace) -> None:
    """The main job: read, mine, rank, write headlines, plan, and lay the files into one folder."""
    import pandas as pd

    import toolkit as tk
    from toolkit.week import look_back, read_week, week_counts, week_sources, write_week

    progress, now = Progress(sys.stdout), _moment(options.now)
    asked = {name: getattr(options, name) for name in ("documents", "groups", "items", "out")}
    sources = week_sources(home=_home(options.home), **asked)
    given, sent_until = _checked(options, sources)
    progress.say("正在读同行内容…")
    read = read_week(sources, now=now)
    items, groups = _tables(sources.items, sources.groups)
    progress.say(f"读到 {len(read.frame)} 篇，{len(read.rejected)} 处没能读入。正在找重复…")
    documents = tk.mark_duplicates(read.frame)
    progress.say("正在比较各周的用词…")
    counts = week_counts(sources, documents)
    trends = tk.mine_trends(counts)
    start = given or tk.monday_after(documents, now=now)
    topics = tk.find_topics(trends, documents, today=start, groups=groups.frame)
    own = tk.read_documents(sources.own).frame if sources.own else None
    topics = tk.rank_topics(topics, groups=groups.frame, own=own, today=start, documents=documents)
    progress.say(f"{len(topics)} 个选题，正在拟标题…")
    headlines = tk.suggest_for_topics(topics, platform=options.platform, trends=trends)
    fresh = tk.items_from_topics(topics, headlines, start=start, groups=groups.frame)
    wanted = fresh if items is None else pd.concat([items.frame, fresh], ignore_index=True)
    progress.say("正在对上周的账…")
    since = start - dt.timedelta(days=7)
    since = since if since <= now.date() else now.date() - dt.timedelta(days=7)
    looked = {"counts": counts, "groups": groups.frame, "since": since, "sent_until": sent_until}
    back = look_back(sources, now=now, **looked)
    times = None if options.no_times else back.times_to_plan_by
    learned = "" if times is None else "，时段按过去的效果来"
    progress.say(f"正在为 {len(groups.frame)} 个群排 {options.days} 天{learned}…")
    plan = _planned(wanted, groups, start, options.days, times)
    others = {"群": groups} if items is None else {"群": groups, "内容条目": items}
    made = {"documents": documents, "trends": trends, "topics": topics, "headlines": headlines}
    made |= {"close": tk.close_choices(plan), "back": back, "times": times}
    progress.say("正在写报告和日历…")
    for path in write_week(sources, read=read, plan=plan, others=others, counts=counts, own=own, **made):
        progress.say(f"已写好 {path}")


def _review(options: argparse.Namespace) -> None:
    """Read what came back, review it, lay 复盘.html and 复盘.xlsx into the folder, and say it in five lines."""
    import toolkit as tk
    from toolkit.export import write_review
    from toolkit.schema import InputError
    from toolkit.week import look_back, make_folder, told_notes, usable_folder, week_sources

    now = _moment(options.now)
    asked = {"groups": options.groups, "out": options.out}
    sources = week_sources(home=_home(options.home), **asked)
    usable_folder(sources.out)
    items, groups = _tables(options.items, sources.groups)
    calendar = tk.read_calendar(options.calendar) if options.calendar else None
    if calendar is not None:
        _say_rejected("排期", calendar)
    back = look_back(
        sources,
        now=now,
        calendar=None if calendar is None else calendar.frame,
        results=options.results,
        items=None if items is None else items.frame,
        groups=groups.frame,
        since=_day(options.since, "--since") if options.since else None,
        sent_until=_day(options.sent_until, "--sent-until") if options.sent_until else None,
    )
    if back.read is not None:
        _say_rejected("效果数据", back.read)
    if back.review is None:
        none = "还没有效果数据。请把订单、点击或回复的导出表放进「效果数据」，或用 --results 指明。"
        raise InputError("\n  ".join(back.notes if options.results or sources.results else [none]))
    learned = [
        line for frame in (back.times, back.tests, back.skills) for line in frame.attrs.get("notes", [])
    ]
    read_as = told_notes("效果数据", back.read) if back.read is not None else []
    why = () if back.review.outcome else back.review.notes
    for note in [*read_as, *back.notes, *learned, *why]:
        print(f"说明：{note}", file=sys.stderr)
    if back.waiting:
        print("说明：照排期都发了的，可以加上 --sent-until 日期 再运行。", file=sys.stderr)
    out = make_folder(sources.out)
    told = {"calls": back.calls, "record": back.record, "groups": groups.frame}
    told |= {"times": back.times, "tests": back.tests, "skills": back.skills}
    files = [write_review(back.review, out / f"复盘.{kind}", **told) for kind in ("html", "xlsx")]
    print("\n".join([*_summed(back), f"已写好 {'、'.join(map(str, files))}"]))


def _summed(back: Any) -> list[str]:
    """A review in five lines: the posts, the results, what to keep, what to send less, what cannot be said."""
    from toolkit.schema import COLUMN_WORDS

    review, verdicts = back.review, back.review.verdicts
    span = "" if review.start is None else f"{review.start} 至 {review.end}，"
    outcome = COLUMN_WORDS["outcome"].get(review.outcome, "")
    named = {
        verdict: verdicts.loc[verdicts["verdict"] == verdict, "sentence"].tolist()
        for verdict in ("keep", "stop", "try", "unsure")
    }

    def best(verdict: str) -> str:
        return f"{len(named[verdict])} 项" + (f"。{named[verdict][0]}" if named[verdict] else "")

    counted = ["result", "ordered", "clicked", "replied", "opened"]
    measured = int(review.posts[counted if not outcome else ["result"]].notna().any(axis=1).sum())
    sent = int((review.posts["status"] == "sent").sum())
    return [
        f"{span}发出 {sent} 次，{measured} 次有结果" + (f"，看的是{outcome}" if outcome else ""),
        f"保留：{best('keep')}",
        f"少发：{best('stop')}",
        f"再试试：{best('try')}",
        f"还说不准：{len(named['unsure'])} 项，照原样发",
    ]


def _checked(options: argparse.Namespace, sources: Any) -> tuple[dt.date | None, dt.date | None]:
    """The first day asked for and the last that counts as sent; what cannot work is said before any work is done."""
    from toolkit import lexicons
    from toolkit.schema import ChoiceError
    from toolkit.week import usable_folder

    lexicons.platform(options.platform)
    if options.days < 1:
        raise ChoiceError(f"--days 至少是 1 天（现在是 {options.days}）。")
    usable_folder(sources.out)
    start, sent_until = options.start, options.sent_until
    return _day(start) if start else None, _day(sent_until, "--sent-until") if sent_until else None


def _planned(items: Any, groups: Any, start: dt.date, days: int, times: Any) -> Any:
    """The plan; where a group row was rejected, an error says so, for that is mostly its cause."""
    import toolkit as tk
    from toolkit.schema import PlanError

    try:
        return tk.plan_posts(items, groups.frame, start=start, days=days, times=times)
    except PlanError as error:
        if groups.rejected.empty:
            raise
        first = groups.rejected.iloc[0]
        lost = f"群表有 {len(groups.rejected)} 行没有读入，例如第 {first['row']} 行：{first['reason']}"
        raise PlanError(f"{error}（{lost}）") from error


def _home(given: Path | None) -> Path | None:
    """The working folder: the given one, else the usual one once there is something in it to use."""
    from toolkit.week import HOME_NAME, RIVALS_FOLDER

    usual = Path.home() / HOME_NAME
    filled = (usual / RIVALS_FOLDER).is_dir() and any((usual / RIVALS_FOLDER).iterdir())
    return given or (usual if filled else None)


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


def _day(value: str, option: str = "--start") -> dt.date:
    from toolkit import tables
    from toolkit.schema import ChoiceError

    stamp, reason = tables.parse_time(value)
    if reason or stamp != stamp:
        raise ChoiceError(f"{option} 要写成 2026-09-21 这样的日期（{reason or '现在是空的'}）。")
    return stamp.date()


if __name__ == "__main__":
    sys.exit(main())
