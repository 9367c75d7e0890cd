"""文案台: the whole week on one page, step by step, without code. Each step is a desk of its own, joined by what it hands on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit import lexicons
from toolkit.schema import CALENDAR, HEADLINES, ITEMS, ToolkitError, check
from toolkit.widgets._desk_items import join_items, plain_items, topic_items
from toolkit.widgets._desk_topics import MOST_TOPICS, TopicBoard
from toolkit.widgets._view import Panel, button, node
from toolkit.widgets.calendar_board import CalendarBoard
from toolkit.widgets.headline_desk import HeadlineDesk
from toolkit.widgets.inbox import InBox
from toolkit.widgets.message_desk import MessageDesk
from toolkit.widgets.playbook_desk import PlaybookDesk
from toolkit.widgets.trend_board import TrendBoard

STEPS = (
    ("inbox", "收内容"),
    ("trends", "看热词"),
    ("topics", "定选题"),
    ("titles", "拟标题"),
    ("texts", "写文案"),
    ("calendar", "排日历"),
    ("files", "带走"),
)
DRAFT = "文案台"


class Desk(ipw.VBox):
    """The one-page desk: 收内容 → 看热词 → 定选题 → 拟标题 → 写文案 → 排日历 → 带走.

    `work` answers what each step asks: a `WeekDesk` (toolkit.open_desk), or anything with its properties and verbs
    `read`, `documents`, `counts`, `trends`, `groups`, `topics`, `headlines`, `items`, `plan`, `finish`, `take`,
    `save_taken`, `save_words`, `keep_media`, `own_items`, `start`, `fresh`, `draft` and `keep`. A step is made when it is
    first opened; what an editor decides is kept under the week's first day and found again after a restart, and another
    week begins afresh. `result` is the CALENDAR as it stands, empty before the plan; `files` are the paths that were
    written last. What a verb refuses is told on the page, and nothing is lost.
    """

    def __init__(self, work: Any) -> None:
        self._work = work
        self._made: dict[str, ipw.Widget] = {}
        self._topics_of: tuple[list[str], pd.DataFrame] | None = None
        self.files: list[Path] = []
        self._pinned = CALENDAR.empty()
        self._resume()
        self.bar, self.told = Panel(label="步骤"), Panel()
        self.stage = ipw.Stack([ipw.VBox() for _ in STEPS], selected_index=0)
        self.bar.on("step", lambda sent: self.show(str(sent["value"])))
        super().__init__([self.bar, self.told, self.stage])
        self.add_class("wn-plain")
        self.show(self._draft.get("step", STEPS[0][0]))

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"文案台（{len(STEPS)} 步）"

    @property
    def result(self) -> pd.DataFrame:
        """CALENDAR as it stands; empty before a plan was made."""
        return self.board.result if "board" in self._made else CALENDAR.empty()

    # --- going from step to step

    def show(self, step: str) -> None:
        """Open a step; what it needs is made now, and what cannot be made is told."""
        names = [name for name, _ in STEPS]
        place = names.index(step) if step in names else 0
        self.stage.selected_index = place
        self._tell(f"正在准备「{STEPS[place][1]}」…")
        self._show_bar(place)
        # stays there where something unforeseen breaks off: nobody should wait for what does not come
        told, css = (
            "这一步没有做成。请重启内核再运行一次；还是不行，请打开「查看」里的「显示日志控制台」，把里面的话发给我们。",
            "wn-block",
        )
        try:
            if names[place] == "files":  # says what stands now
                self._forget("files")
            if names[place] not in self._made:
                self._made[names[place]] = getattr(self, f"_make_{names[place]}")()
            self.stage.children[place].children = [self._made[names[place]]]
            told = ""
        except ToolkitError as error:
            told = str(error)
        finally:
            self._tell(told, css=css)
        self._keep(step=names[place])

    def _show_bar(self, place: int) -> None:
        self.bar.content = [
            node(
                "div",
                [
                    button(
                        f"{number + 1} {word}",
                        "step",
                        value=name,
                        key=name,
                        css="wn-step",
                        current="step" if number == place else "false",
                    )
                    for number, (name, word) in enumerate(STEPS)
                ],
                css="wn-row wn-steps",
            )
        ]

    def _tell(self, text: str, *, css: str = "wn-muted") -> None:
        self.told.content = [node("p", text, css=css, role="status")] if text else []

    def _week(self) -> str:
        """What this week's drafts are kept under: last week's must not come back on a new Monday."""
        try:
            return f"{self._work.start:%Y-%m-%d}"
        except ToolkitError:
            return "还没有内容"

    def _resume(self) -> None:
        """Take up what was decided in this week, where anything was."""
        self._name = self._week()
        self._draft: dict[str, Any] = self._work.draft(f"{self._name} {DRAFT}") or {}
        self._words = [str(one) for one in self._draft.get("words") or []]
        self._topic_ids = [str(one) for one in self._draft.get("topics") or []]
        self.items = self._kept_items()

    def _keep(self, **values: Any) -> None:
        """Keep what was decided; the desks keep their own drafts beside it."""
        state = {**self._draft, **values}
        if state == self._draft:
            return
        try:
            self._work.keep(f"{self._name} {DRAFT}", state)
        except ToolkitError as error:
            self._tell(str(error), css="wn-block")
            return
        self._draft = state

    def _drafted(self, name: str) -> dict[str, Any]:
        """Where a desk's draft comes from and goes to."""
        own = f"{self._name} {name}"
        return {"draft": self._work.draft(own), "save_draft": partial(self._work.keep, own)}

    def _forget(self, *names: str) -> None:
        """Have steps made anew when they are opened next."""
        for name in names:
            self._made.pop(name, None)

    # --- the steps

    def _make_inbox(self) -> ipw.Widget:
        verbs = {"take": self._work.take, "save": self._work.save_taken, "saved": self._came_in}
        self.inbox = InBox(**verbs, **self._drafted("收内容"))
        self._sources = Panel(content=self._told_sources())
        return ipw.VBox([self._sources, self.inbox])

    def _came_in(self, _taken: Any) -> None:
        """Everything after the inbox is made anew from what has come in; another week begins afresh."""
        try:
            before = set(self._own_items()["item_id"])
        except ToolkitError:  # the file that is replaced was broken
            before = set()
        self._work.fresh()
        self._topics_of = None
        self._forget("trends", "topics", "titles", "texts", "calendar", "board", "files")
        if self._week() != self._name:
            self._pinned = CALENDAR.empty()
            self._resume()
        elif len(self.items):
            self._set_items(self._joined(self._own_items(), gone=before))
        self._sources.content = self._told_sources()

    def _joined(self, fresh: pd.DataFrame, *, gone: set[str]) -> pd.DataFrame:
        segments = list(self._work.groups.frame["segment"].unique())
        return join_items(fresh, self.items, gone=gone, segments=segments)

    def _own_items(self) -> pd.DataFrame:
        """The items of 内容.xlsx."""
        read = self._work.own_items
        return ITEMS.empty() if read is None else read.frame

    def _told_sources(self) -> list[dict[str, Any]]:
        """What the week is made from, and whose it is."""
        sources = self._work.sources
        whose = {True: "示例", False: "自己的"}
        sample_items = sources.items is not None and lexicons.sample_folder() in sources.items.parents
        lines = [
            f"同行内容：{whose[sources.sample_documents]}",
            f"群：{whose[sources.sample_groups]}",
            f"内容条目：{'没有' if sources.items is None else whose[sample_items]}",
        ]
        hint = "还没有放进自己的内容，现在用的是示例世界「澜江」。把文件拖到下面，或直接去下一步看看示例。"
        told = [node("p", hint, css="wn-muted")] if sources.sample_documents else []
        return [node("div", [node("span", line) for line in lines], css="wn-row wn-facts"), *told]

    def _make_trends(self) -> ipw.Widget:
        self.trends = TrendBoard(
            self._work.trends,
            self._work.documents,
            counts=self._work.counts,
            save=self._words_chosen,
            save_words=self._words_taken,
            topics=lambda words, _documents: self._ranked(words),
            **self._drafted("热词"),
        )
        return self.trends

    def _ranked(self, words: pd.DataFrame) -> pd.DataFrame:
        """TOPICS of these words, ranked; asked for once by the board of words and once by that of topics."""
        terms = words["term"].tolist()
        if self._topics_of is None or self._topics_of[0] != terms:
            self._topics_of = (terms, self._work.topics(words))
        return self._topics_of[1]

    def _words_taken(self, words: pd.DataFrame) -> None:
        self._work.save_words(words)
        self._topics_of = None

    def _words_chosen(self, trends: pd.DataFrame) -> None:
        self._words = trends["term"].tolist()
        self._keep(words=self._words)
        self._forget("topics", "titles")
        self.show("topics")

    def _make_topics(self) -> ipw.Widget:
        words = self._work.trends
        chosen = words[words["term"].isin(self._words)]
        self.topics = TopicBoard(
            self._ranked(chosen),
            self._work.documents,
            chosen=self._topic_ids,
            save=self._topics_chosen,
        )
        return self.topics

    def _topics_chosen(self, topics: pd.DataFrame) -> None:
        self._topic_ids = topics["topic_id"].tolist()
        self._keep(topics=self._topic_ids)
        self._forget("titles")
        self.show("titles")

    def _chosen_topics(self) -> pd.DataFrame:
        """The chosen topics, else the first of the list."""
        if "topics" not in self._made:
            self._made["topics"] = self._make_topics()
        board = self.topics.result
        usable = self.topics.all[self.topics.all["gate"] != "block"]
        return board if len(board) else usable.head(MOST_TOPICS)

    def _make_titles(self) -> ipw.Widget:
        topics = self._chosen_topics()
        suggested = self._work.headlines(topics)
        self.titles: dict[str, HeadlineDesk] = {}
        labels = dict(zip(topics["topic_id"], topics["label"], strict=True))
        if not labels:
            raise ToolkitError("还没有选题可以拟标题。请先在「定选题」里勾选几个。")
        for key in labels:
            own = suggested[suggested["topic_id"] == key]
            self.titles[key] = self._title_desk(key, own, topics[topics["topic_id"] == key])
        stack = ipw.Stack(list(self.titles.values()), selected_index=0)
        choice = ipw.Dropdown(
            options=[(label, place) for place, label in enumerate(labels.values())],
            description="哪个选题",
            layout=ipw.Layout(width="auto"),
        )
        ipw.link((choice, "value"), (stack, "selected_index"))
        done = Panel(
            content=[
                node(
                    "div",
                    button("用这些标题写文案", "done", css="wn-main"),
                    node("small", "每个选题用打了星的第一条；没有打星的用写法分最高、合规没有拦下的一条"),
                    css="wn-row",
                )
            ]
        )
        done.on("done", lambda _sent: self._titles_done())
        return ipw.VBox([choice, stack, done])

    def _title_desk(self, key: str, suggested: pd.DataFrame, topic: pd.DataFrame) -> HeadlineDesk:
        return HeadlineDesk(
            suggested["headline"].tolist(),
            platform=self._work.platform,
            trends=self._work.trends,
            groups=self._work.groups.frame,
            topics=topic,
            **self._drafted(f"标题 {key}"),
        )

    def _headlines(self) -> pd.DataFrame:
        """HEADLINES with topic_id of all topics: the starred ones where there are any, else all that stand there."""
        parts = []
        for key, desk in self.titles.items():
            frame, starred = desk.result, desk.starred
            parts.append((frame[frame["headline"].isin(starred)] if starred else frame).assign(topic_id=key))
        parts = [part for part in parts if len(part)]
        for part in parts:
            part.attrs = {}  # concat would compare them
        return pd.concat(parts, ignore_index=True) if parts else HEADLINES.empty().assign(topic_id="")

    def _titles_done(self) -> None:
        fresh = self._work.items(self._chosen_topics(), self._headlines())
        # a topic that is no longer chosen leaves; a campaign's items stay
        self._set_items(self._joined(fresh, gone=topic_items(self.items)))
        self.show("texts")

    def _set_items(self, items: pd.DataFrame) -> None:
        self.items = check(items, ITEMS)
        self._keep(items=plain_items(self.items))
        self._hold_moves()
        self._forget("texts", "calendar", "board", "files")

    def _hold_moves(self) -> None:
        """Remember where posts were put by hand: a new plan of changed items leaves them there."""
        if "board" in self._made:
            self._pinned = self.board.result[self.board.result["status"] == "pinned"]

    def _kept_items(self) -> pd.DataFrame:
        """The items that were decided on before a restart; none where the draft is broken."""
        try:
            return check(pd.DataFrame(self._draft["items"]), ITEMS)
        except (KeyError, ValueError, TypeError):
            return ITEMS.empty()

    def _make_texts(self) -> ipw.Widget:
        if self.items.empty:
            self.items = self._own_items()
        self.texts = MessageDesk(
            self.items,
            groups=self._work.groups.frame,
            keep_media=self._work.keep_media,
            save=self._texts_saved,
            **self._drafted("文案"),
        )
        more = ipw.Accordion([ipw.VBox()], titles=["加一个活动（打法）"])
        more.observe(lambda _change: self._open_books(more), names="selected_index")
        done = Panel(
            content=[
                node(
                    "div",
                    button("去排日历", "done", css="wn-main"),
                    node("small", f"现在有 {len(self.items)} 条内容。没有文案的也能排，发送单上写「待写」"),
                    css="wn-row",
                )
            ]
        )
        done.on("done", lambda _sent: self.show("calendar"))
        return ipw.VBox([self.texts, more, done])

    def _open_books(self, fold: ipw.Accordion) -> None:
        """Lay the playbooks out when they are first asked for: reading all of them takes seconds."""
        if not fold.children[0].children:
            self._tell("正在读打法…")
            book = PlaybookDesk(self._work.groups.frame, start=self._work.start, save=self._items_added)
            fold.children[0].children = [book]
            self._tell("")

    def _texts_saved(self, items: pd.DataFrame) -> None:
        texts = self._made.get("texts")
        self._set_items(items)
        if texts is not None:
            self._made["texts"] = texts  # she is still writing there

    def _items_added(self, items: pd.DataFrame) -> None:
        rest = self.items[~self.items["item_id"].isin(items["item_id"])]
        self._set_items(pd.concat([rest, items], ignore_index=True))
        self.show("texts")

    def _make_calendar(self) -> ipw.Widget:
        if self.items.empty:
            self.items = self._own_items()
        if self.items.empty:
            raise ToolkitError(
                "还没有内容条目可以排。请先在「拟标题」里定几条，或把 内容.xlsx 放进「收内容」。"
            )
        held = self._pinned[self._pinned["item_id"].isin(self.items["item_id"])]
        plan = self._work.plan(self.items, pinned=held if len(held) else None)
        self.board = CalendarBoard(
            plan.calendar,
            plan.items,
            plan.groups,
            plan=plan,
            **self._drafted("排期"),
        )
        self._made["board"] = self.board
        done = Panel(content=[button("检查并带走", "done", css="wn-main")])
        done.on("done", lambda _sent: self.show("files"))
        return ipw.VBox([self.board, done])

    def _make_files(self) -> ipw.Widget:
        if "board" not in self._made:
            self._made["calendar"] = self._make_calendar()
        plan = self.board.plan
        said = [
            f"{len(plan.calendar)} 次发布，{plan.calendar['group_id'].nunique()} 个群，{len(plan.unplaced)} 次未排入",
            f"已达上限的 {1 - plan.gap:.1%}",
        ]
        number = self.board.waiting
        words = f"还有 {number} 处改动没有采用，不会写进文件。请先回到「排日历」采用或退回。"
        waiting = [node("p", words, css="wn-warn")] if number else []
        self.last = Panel(
            content=[
                node("p", said[0]),
                node("p", said[1], css="wn-muted"),
                *waiting,
                button("定稿，写出文件和发布清单", "finish", css="wn-main", key="finish"),
            ]
        )
        self.last.on("finish", lambda _sent: self._finish())
        return self.last

    def _finish(self) -> None:
        """Approve what stands, write the files, say where they are."""
        self._tell("正在写报告、日历和发布清单，大约十几秒…")
        try:
            self._chosen_topics()
            headlines = self._headlines() if "titles" in self._made else None
            self.files = self._work.finish(self.board.plan, topics=self.topics.all, headlines=headlines)
        except ToolkitError as error:
            self._tell(str(error), css="wn-block")
            return
        self._tell("")
        self.last.content = _written(self.files)


def _written(files: Sequence[Path]) -> list[dict[str, Any]]:
    """What was written, and what each file is for."""
    what = {
        "report.html": "转给主管的报告",
        "monday.html": "周一先看的一页",
        "calendar.xlsx": "排期表，发完在「状态」里写「已发」",
        "calendar.ics": "导入手机日历",
        "trends.csv": "热词表",
        "没能读入.csv": "没能读入的行和原因",
        "发布清单": "照着发、发完打勾，打开里面的 index.html",
    }
    rows = [node("li", node("b", path.name), f"　{what.get(path.name, '')}", css="wn-file") for path in files]
    folder = files[0].parent.name if files else ""
    return [
        node("p", f"定稿了，放在「{folder}」文件夹里：", css="wn-pass", role="status"),
        node("ul", rows, css="wn-files"),
        button("再写一次", "finish", key="finish"),
    ]
