"""The chain of a week with a memory: what the one-page desk asks for, step by step, each computed once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from toolkit import documents as content
from toolkit import export
from toolkit.headlines import suggest_for_topics
from toolkit.schedule import close_choices, plan_posts, read_groups, read_items
from toolkit.schema import HEADLINES, ITEMS, InputError, Plan, Read, checked_moment
from toolkit.topics import find_topics, items_from_topics, rank_topics
from toolkit.trends import Counts, mine_trends
from toolkit.week._counts import week_counts
from toolkit.week._inbox import take_in
from toolkit.week._inbox_save import put_file, save_taken
from toolkit.week._inbox_taken import Taken
from toolkit.week._look_back import LookBack, look_back
from toolkit.week._read import read_week
from toolkit.week._sources import Sources, week_sources
from toolkit.week._words import save_words
from toolkit.week._write import write_week

SOP_FOLDER, MEDIA_FOLDER = "发布清单", "图片"
Effort = Literal["quick", "normal", "prove"]
_DRAFTS = Path(".wenan") / "草稿"


class WeekDesk:
    """One week at the desk: its content, words, topics, headlines, items and plan, each made when first asked for.

    `home` is the working folder (else the one named by WENAN_HOME; without either the sample world and no drafts on
    disk), `now` the moment that 昨天 is reckoned from, `start` the first day of the plan (else the Monday after the
    content), `days` its length, `platform` what headlines are scored for. `fresh()` forgets what was made, after files
    have come in. What a step cannot read raises the error of its verb, in Chinese.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        now: dt.datetime,
        start: dt.date | str | None = None,
        days: int = 14,
        platform: str = "wechat",
        out: str | Path | None = None,
    ) -> None:
        found = home or os.environ.get("WENAN_HOME")
        self.home = Path(found) if found else None
        self.now, self.days, self.platform = checked_moment(now, "now"), days, platform
        self._start, self._out = start, out
        self._made: dict[str, Any] = {}
        self._drafts: dict[str, str] = {}

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return (
            f"WeekDesk（{'示例世界' if self.sources.sample_documents else '自己的内容'}，排 {self.days} 天）"
        )

    def fresh(self) -> None:
        """Forget what was made, so that the next question reads the files anew."""
        self._made.clear()

    def _once(self, name: str, make: Any) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def sources(self) -> Sources:
        """Where the week comes from: the working folder, or the sample world where it is empty."""
        found: Sources = self._once("sources", lambda: week_sources(home=self.home, out=self._out))
        return found

    @property
    def read(self) -> Read:
        """The rivals' content. Raises InputError where nothing could be read."""
        found: Read = self._once("read", lambda: read_week(self.sources, now=self.now))
        return found

    @property
    def documents(self) -> pd.DataFrame:
        """DOCUMENTS with copies marked."""
        return self._once("documents", lambda: content.mark_duplicates(self.read.frame))

    @property
    def counts(self) -> Counts:
        """The words of the documents, counted; kept in the working folder's 文案台.db."""
        found: Counts = self._once("counts", lambda: week_counts(self.sources, self.documents))
        return found

    @property
    def trends(self) -> pd.DataFrame:
        """TRENDS of the last seven days."""
        return self._once("trends", lambda: mine_trends(self.counts))

    @property
    def groups(self) -> Read:
        """GROUPS, with what could not be read."""
        found: Read = self._once("groups", lambda: read_groups(self.sources.groups))
        return found

    @property
    def own_items(self) -> Read | None:
        """ITEMS of 内容.xlsx; None where nothing is filled in."""
        path = self.sources.items
        found: Read | None = self._once("own items", lambda: read_items(path) if path else None)
        return found

    @property
    def own(self) -> pd.DataFrame | None:
        """What the editor published herself, where there is any."""
        path = self.sources.own
        return self._once("own", lambda: content.read_documents(path).frame if path else None)

    @property
    def start(self) -> dt.date:
        """The first day of the plan."""
        if self._start is not None:
            return checked_moment(self._start, "start").date()
        return content.monday_after(self.documents, now=self.now)

    @property
    def back(self) -> LookBack:
        """What came of last week; hours that can be told plan the next one. Of the sample world nothing is looked up."""
        if self.sources.sample_documents:
            return LookBack()
        since = min(self.start, self.now.date()) - dt.timedelta(days=7)
        asked = {"counts": self.counts, "groups": self.groups.frame, "since": since}
        found: LookBack = self._once("back", lambda: look_back(self.sources, now=self.now, **asked))
        return found

    def topics(self, trends: pd.DataFrame | None = None) -> pd.DataFrame:
        """TOPICS, ranked: from the words an editor chose (TRENDS), else from all of the week."""
        words = self.trends if trends is None or trends.empty else trends
        how = {"today": self.start, "groups": self.groups.frame}
        found = find_topics(words, self.documents, **how)
        return rank_topics(found, own=self.own, documents=self.documents, **how)

    def headlines(self, topics: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
        """HEADLINES with topic_id: `top` suggestions for each topic."""
        return suggest_for_topics(topics, platform=self.platform, trends=self.trends, top=top)

    def items(self, topics: pd.DataFrame, headlines: pd.DataFrame) -> pd.DataFrame:
        """ITEMS of the plan: the editor's own, then one for each topic with its best headline."""
        fresh = items_from_topics(topics, headlines, start=self.start, groups=self.groups.frame)
        mine = ITEMS.empty() if self.own_items is None else self.own_items.frame
        # concat takes the dtypes of an empty frame into account
        parts = [part for part in (mine, fresh) if len(part)]
        both = pd.concat(parts, ignore_index=True) if parts else ITEMS.empty()
        return both.drop_duplicates("item_id", ignore_index=True)

    def plan(
        self, items: pd.DataFrame, *, pinned: pd.DataFrame | None = None, effort: Effort = "normal"
    ) -> Plan:
        """A Plan of the items for all groups, by the hours that past results tell apart; `pinned` posts stay put."""
        how: dict[str, Any] = {"start": self.start, "days": self.days, "effort": effort}
        times = self.back.times_to_plan_by
        return plan_posts(items, self.groups.frame, pinned=pinned, times=times, **how)

    def finish(
        self, plan: Plan, *, topics: pd.DataFrame | None = None, headlines: pd.DataFrame | None = None
    ) -> list[Path]:
        """Approve the plan: every draft becomes 已定, and the week's files and daily sheets are written.

        Gives the paths: those of `write_week`, then the folder 发布清单. Raises InputError for an empty calendar.
        """
        if plan.calendar.empty:
            raise InputError("排期里还没有发布，没有可以定稿的。请先排一次，或从未排入里放几条进来。")
        status = plan.calendar["status"].replace("draft", "pinned")
        done = dataclasses.replace(plan, calendar=plan.calendar.assign(status=status))
        tables = {"群": self.groups} | ({"内容条目": self.own_items} if self.own_items else {})
        made = {
            "topics": self.topics() if topics is None else topics,
            "headlines": HEADLINES.empty().assign(topic_id="") if headlines is None else headlines,
        }
        told = {"others": tables, "counts": self.counts, "own": self.own, "close": close_choices(done)}
        told |= {"back": self.back, "times": self.back.times_to_plan_by}
        seen = {"read": self.read, "documents": self.documents, "trends": self.trends}
        files = write_week(self.sources, plan=done, **seen, **made, **told)
        return [*files, export.write_sop(done, self.sources.out / SOP_FOLDER, media=self.home)]

    def take(self, files: Mapping[str, bytes], text: str = "", **how: Any) -> list[Taken]:
        """What was dropped or pasted, read by its kind; nothing is saved yet. See `take_in`."""
        return take_in(self.sources, files, text, now=self.now, **how)

    def save_taken(self, taken: Taken) -> list[Path]:
        """Put what was taken into the working folder. Raises InputError where there is none."""
        return save_taken(self.home, taken, now=self.now)

    def keep_media(self, name: str, data: bytes) -> str:
        """Keep a picture or a video beside the week; gives its path in the working folder, where `finish` looks for it.

        The same bytes are kept once. Raises InputError without a working folder, or where it cannot be written.
        """
        if self.home is None:
            raise InputError("没有工作文件夹，图片没有地方放。请用 python3 run.py lab 打开文案台。")
        return put_file(self.home / MEDIA_FOLDER, name, data).relative_to(self.home).as_posix()

    def save_words(self, words: pd.DataFrame) -> None:
        """Take words into 词表.csv; what was counted is counted anew. Raises InputError without a working folder."""
        save_words(self.sources, words)
        for name in ("counts", "trends"):
            self._made.pop(name, None)

    def draft(self, name: str) -> dict[str, Any] | None:
        """What was kept under a name by `keep`; None where nothing is, or what lies there is broken."""
        try:
            text = self._drafts[name] if self.home is None else self._draft_path(name).read_text("utf-8")
            found = json.loads(text)
        except (KeyError, OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def keep(self, name: str, state: Mapping[str, Any]) -> None:
        """Keep what an editor is writing, in the working folder; it is there after a crash. Raises InputError."""
        text = json.dumps(state)  # escapes: a title can hold half a character
        if self.home is None:
            self._drafts[name] = text
            return
        path = self._draft_path(name)
        aside = path.with_suffix(f".{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # whole or not at all: a kernel that dies between two keys must not leave half a draft
            aside.write_text(text, encoding="utf-8")
            aside.replace(path)
        except OSError as error:
            raise InputError(
                f"草稿没有存下（{error.strerror or error}）：{path}。请看看磁盘是不是满了。"
            ) from error

    def _draft_path(self, name: str) -> Path:
        return (self.home or Path()) / _DRAFTS / f"{name}.json"


def open_desk(home: str | Path | None = None, *, now: dt.datetime, **how: Any) -> WeekDesk:
    """A WeekDesk on the working folder; arguments and errors are those of WeekDesk.

    >>> open_desk(now=pd.Timestamp("2026-09-21 09:00", tz="Asia/Shanghai"), days=7)
    WeekDesk（示例世界，排 7 天）
    """
    return WeekDesk(home, now=now, **how)
