"""The board of rising words: what rises, who drives it, the sentences behind it, and what goes on to the topics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit.schema import DOCUMENTS, NEW_WORDS, TOPICS, TRENDS, ToolkitError, check, checked_moment
from toolkit.topics import find_topics
from toolkit.trends import (
    Counts,
    concordance,
    count_terms,
    discover_words,
    explain_trend,
    mine_trends,
    term_history,
)
from toolkit.widgets import _trend_nodes as nodes
from toolkit.widgets._trend_draft import read_draft, words_of
from toolkit.widgets._trend_looks import Look, Looks, Period, Verbs, copies_of
from toolkit.widgets._view import NOT_KEPT, Panel, Table, node

WINDOWS = (7, 14, 28)
MOST_WORDS = 30
NO_DOCUMENTS = "还没有内容。先读入几篇文章，再回来看热词。"
UNDATED = "内容没有发布时间，看不出升降。给内容补上时间再看，或直接点「送去选题」，按关键词找选题。"
FEW = "这一期没有够多的内容。放长期长，或换一个看到的日子。"
NONE_RISING = "这一期没有在升的词。点「全部」看其余的词，或换一个期长。"


class TrendBoard(ipw.VBox):
    """A board of the words in a window: filter, look at one, choose some, send them to the topics.

    `documents` is a DOCUMENTS frame. `trends` is what `mine` made of it for the window of `window_days` up to `until`
    (None: it is mined here), `counts` the documents' Counts (None: counted here by `count`; given, the documents are
    only read for their sentences). The other verbs are those of the same names; `new_words` None leaves new words out.

    `result` has the chosen rows of TRENDS, `topics` the TOPICS that sending them made; `save` is called with `result`
    on sending, `save_words` with the words (term, frequency) that are taken into the word list. `told` is what the
    board says, as lines. `draft` is a state as `save_draft` got it; what is unknown or broken in it is passed over.
    What a verb or a saving refuses is said on the board.

    Raises ColumnError for frames that are none of these.

    >>> import pandas as pd
    >>> board = TrendBoard(None, pd.DataFrame({"doc_id": ["a"], "title": ["桂花拿铁"]}))
    >>> len(board.result), len(board.topics)
    (0, 0)
    """

    def __init__(
        self,
        trends: pd.DataFrame | None = None,
        documents: pd.DataFrame | None = None,
        *,
        counts: Counts | None = None,
        until: Any | None = None,
        window_days: int = 7,
        count: Callable[..., Counts] = count_terms,
        mine: Callable[..., pd.DataFrame] = mine_trends,
        history: Callable[..., pd.DataFrame] = term_history,
        explain: Callable[..., Any] = explain_trend,
        passages: Callable[..., pd.DataFrame] = concordance,
        topics: Callable[..., pd.DataFrame] = find_topics,
        new_words: Callable[..., pd.DataFrame] | None = discover_words,
        save: Callable[[pd.DataFrame], Any] | None = None,
        save_words: Callable[[pd.DataFrame], Any] | None = None,
        draft: Mapping[str, Any] | None = None,
        save_draft: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        frame = DOCUMENTS.empty() if documents is None else check(documents, DOCUMENTS)
        self._looks = Looks(
            frame, count(frame) if counts is None else counts, Verbs(mine, history, explain, passages)
        )
        self._copies = copies_of(frame)
        self._topics, self._new_words = topics, new_words
        self._save, self._save_words, self._save_draft = save, save_words, save_draft
        self._period = Period(window_days, until)
        self._asked_until = until
        self._seen, self._by, self._sent = "", "source", False
        self._found: pd.DataFrame | None = None
        self.words = words_of([])
        self.topics = TOPICS.empty()
        self._quiet = True
        self._make_filters()
        self._make_views()
        self._look: Look = self._looks.at(self._period, trends)
        super().__init__(self._lay_out())
        self.add_class("wn-plain").add_class("wn-trend-board")
        self._resume(draft)
        self._quiet = False
        self._last = self.state()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"TrendBoard（{len(self._look.trends)} 个热词，选了 {len(self.result)} 个）"

    @property
    def trends(self) -> pd.DataFrame:
        """TRENDS of the window and the sources that are looked at."""
        return self._look.trends

    @property
    def result(self) -> pd.DataFrame:
        """The chosen rows of TRENDS; a chosen word that the window has no row for is not among them."""
        rows = self._look.trends[self._look.trends["term"].isin(self.table.chosen)]
        return rows.reset_index(drop=True) if len(rows) else TRENDS.empty()

    @property
    def told(self) -> list[str]:
        """What the board says, as lines: of the whole, of the word that is looked at, of what was done last."""
        return [*self._notes(), *self._reason()[0], *self._said]

    def state(self) -> dict[str, Any]:
        """All that an editor has set, as plain values."""
        return {
            "window_days": self.window.value,
            "until": self.until.value.isoformat() if self.until.value else "",
            "sources": list(self._period.sources),
            "channels": list(self._period.channels),
            "seen": self._seen,
            "by": self._by,
            "sort": list(self.table.sort),
            "selected": self.table.selected,
            "chosen": list(self.table.chosen),
            "sent": self._sent,
            "found": [] if self._found is None else self._found.to_dict("records"),
            "found_chosen": list(self.word_table.chosen),
            "words": self.words.to_dict("records"),
        }

    # what stands on the board

    def _make_filters(self) -> None:
        days = dict.fromkeys((*WINDOWS, self._period.window_days))
        self.window = ipw.Dropdown(
            options=[(f"{day} 天", day) for day in days],
            value=self._period.window_days,
            description="期长",
            layout=ipw.Layout(width="136px", margin="0 16px 0 0"),
            style={"description_width": "40px"},
        )
        until = self._asked_until
        last = self._looks.last_day
        self.until = ipw.DatePicker(
            value=last if until is None else checked_moment(until, "until").date(),
            description="看到哪一天",
            disabled=last is None,
            layout=ipw.Layout(width="248px", margin="0"),
            style={"description_width": "initial"},
        )
        self.filters = Panel(css="wn-trend", label="看哪些词、谁的内容")
        self.window.observe(lambda _change: self._move(), names="value")
        self.until.observe(lambda _change: self._move(), names="value")
        self.filters.on("seen", lambda sent: self._set_seen(sent["value"]))
        self.filters.on("source", lambda sent: self._set_part("sources", sent["value"]))
        self.filters.on("channel", lambda sent: self._set_part("channels", sent["value"]))

    def _make_views(self) -> None:
        self._said: list[str] = []
        self.notes = Panel(css="wn-trend")
        self.table = Table(columns=nodes.COLUMNS, label="热词", choice="选")
        self.detail = Panel(css="wn-trend", label="选中的词")
        self.send_button = ipw.Button(
            description="送去选题", button_style="primary", tooltip="把勾选的词变成选题"
        )
        self.find_button = ipw.Button(description="找新词", tooltip="在这些内容里找词典没有的词，要等一两秒")
        self.accept_button = ipw.Button(description="收进词表", tooltip="勾选的新词，下次数词时不再切开")
        self.told_panel = Panel(css="wn-trend", label="刚才做的事")
        self.topic_panel = Panel(css="wn-trend", label="送去的选题")
        self.word_table = Table(columns=nodes.WORD_COLUMNS, label="新词", choice="收")
        self.word_box = ipw.VBox([self.word_table, self.accept_button])
        self.table.observe(lambda _change: self._show_detail(), names="selected")
        self.table.observe(lambda _change: self._show_chosen(), names="chosen")
        self.table.observe(lambda _change: self._changed(), names="sort")
        self.table.on("open", lambda sent: self.look_at(sent["key"]))
        self.detail.on("choose", lambda sent: self.choose(sent["value"]))
        self.detail.on("by", lambda sent: self._set_by(sent["value"]))
        self.word_table.observe(lambda _change: self._changed(), names="chosen")
        self.send_button.on_click(lambda _button: self._to_topics())
        self.find_button.on_click(lambda _button: self._find())
        self.accept_button.on_click(lambda _button: self._accept())

    def _lay_out(self) -> list[ipw.Widget]:
        """The filters on top, the words beside the one that is looked at; one below the other where it is narrow."""
        for view, basis in ((self.table, "480px"), (self.detail, "296px")):
            view.layout = ipw.Layout(flex=f"1 1 {basis}", min_width="0", width="auto", margin="0 24px 8px 0")
        beside = ipw.HBox([self.table, self.detail], layout=ipw.Layout(flex_flow="row wrap"))
        windows = ipw.HBox(
            [self.window, self.until], layout=ipw.Layout(flex_flow="row wrap", margin="0 0 8px 0")
        )
        found = [self.find_button] if self._new_words is not None else []
        doing = ipw.HBox([self.send_button, *found], layout=ipw.Layout(flex_flow="row wrap", margin="8px 0"))
        return [
            windows,
            self.filters,
            self.notes,
            beside,
            doing,
            self.told_panel,
            self.topic_panel,
            self.word_box,
        ]

    def _resume(self, draft: Mapping[str, Any] | None) -> None:
        """Set what the draft says, and show it all."""
        kept = read_draft(draft)
        self._by, self._found, self.words = kept.by, kept.found, kept.words
        self.table.chosen, self.word_table.chosen = kept.chosen, kept.found_chosen
        self.table.sort = kept.sort
        if kept.window_days in dict(self.window.options).values():
            self.window.value = kept.window_days
        if kept.until is not None and self._looks.last_day is not None:
            self.until.value = kept.until
        self._seen = kept.seen
        self._go(self._wanted(kept.sources, kept.channels))
        if self._look.row(kept.selected) is not None:
            self.table.selected = kept.selected
        self._show_words()
        if kept.sent:
            self._make_topics()

    # where it is looked

    def _wanted(self, sources: tuple[str, ...], channels: tuple[str, ...]) -> Period:
        """The period that the controls stand at; the last day is no other day than none."""
        day = self.until.value
        given = self._asked_until
        same = self._looks.last_day if given is None else checked_moment(given, "until").date()
        return Period(self.window.value, given if day is None or day == same else day, sources, channels)

    def _move(self) -> None:
        if not self._quiet:
            self._go(self._wanted(self._period.sources, self._period.channels))
            self._changed()

    def _set_part(self, part: str, name: str | None) -> None:
        """Take a source or channel in or out; None takes all."""
        period = self._period
        held = period.sources if part == "sources" else period.channels
        kept = tuple(one for one in held if one != name)
        chosen = () if name is None else kept if name in held else (*held, name)
        self._go(period._replace(sources=chosen) if part == "sources" else period._replace(channels=chosen))
        self._changed()

    def _set_seen(self, seen: str) -> None:
        self._seen = seen
        self._show_table()
        self._changed()

    def _set_by(self, by: str) -> None:
        self._by = by
        self._show_detail()

    def _go(self, period: Period) -> None:
        """Look at another period; where it cannot be, the board stays as it is and says why."""
        self._said = []
        try:
            self._look = self._looks.at(period)
            self._period = period
        except ToolkitError as error:
            self._said = [str(error)]
        self._show_table()
        self._show_told()

    # showing

    def _called(self) -> pd.DataFrame:
        return self._look.trends[self._look.trends["status"].isin(nodes.CALLED)]

    def _show_table(self) -> None:
        """The words, the buttons above them, and the word looked at (the first, where that is gone)."""
        trends, called = self._look.trends, self._called()
        # until she says which, those that rise, where any does
        seen = self._seen or ("called" if len(called) else "all")
        shown = called if seen == "called" else trends
        period = self._period
        self.filters.content = nodes.filter_nodes(
            seen,
            {"called": len(called), "all": len(trends)},
            {
                "source": (self._looks.tally("source"), period.sources),
                "channel": (self._looks.tally("channel"), period.channels),
            },
        )
        self.notes.content = nodes.lines_of(self._notes(), "wn-small")
        self.table.empty = self._nothing()
        self.table.rows = nodes.trend_rows(shown, self._look.lines())
        terms = shown["term"].tolist()
        quiet, self._quiet = self._quiet, True
        if self.table.selected not in terms:
            self.table.selected = terms[0] if terms else ""
        self._quiet = quiet
        self._show_detail()

    def _nothing(self) -> str:
        """What to do where the table is empty."""
        if not len(self._looks.counts):
            return NO_DOCUMENTS
        if self._looks.last_day is None:
            return UNDATED
        return NONE_RISING if len(self._look.trends) else FEW

    def _notes(self) -> list[str]:
        missing = [term for term in self.table.chosen if self._look.row(term) is None]
        gone = [f"选过的{'、'.join(f'「{term}」' for term in missing)}不在这一期的表里。"] if missing else []
        return [*self._look.trends.attrs.get("notes", []), *gone]

    def _reason(self) -> tuple[list[str], pd.DataFrame | None]:
        """The sentence of the word looked at, and its sources where `explain` names them."""
        if self._look.row(self.table.selected) is None:
            return [], None
        try:
            reason = self._look.reason(self.table.selected)
        except ToolkitError as error:
            return [str(error)], None
        return [str(reason)], getattr(reason, "drivers", None)

    def _show_detail(self) -> None:
        """All of the word that is looked at."""
        term = self.table.selected
        row = self._look.row(term)
        if row is None:
            self.detail.content = nodes.lines_of(["点一个词，这里会有它的走势、谁带动的和原句。"], "wn-muted")
            return
        said, drivers = self._reason()
        history = self._look.history[self._look.history["term"] == term]
        try:
            passages = nodes.passage_nodes(self._look.passages(term), self._copies)
            driven = nodes.driver_nodes(self._drivers(term, drivers), self._by)
        except ToolkitError as error:
            passages, driven = nodes.lines_of([str(error)], "wn-muted"), []
        self.detail.content = [
            *nodes.head_nodes(row, chosen=term in self.table.chosen),
            *nodes.lines_of(said, "wn-trend-said"),
            *nodes.history_nodes(history, self._period.window_days),
            *driven,
            *passages,
        ]
        self._changed()

    def _drivers(self, term: str, drivers: pd.DataFrame | None) -> list[tuple[str, int, int | None]]:
        """Name, documents and documents before of each source, or of each channel."""
        if self._by == "source" and drivers is not None:
            return [(str(row.source), int(row.documents), int(row.before)) for row in drivers.itertuples()]
        frame = self._look.by(self._by)
        rows = frame[frame["term"] == term].to_dict("records")
        return [(str(row[self._by]), int(row["documents"]), int(row["baseline_documents"])) for row in rows]

    def _show_chosen(self) -> None:
        """The buttons that a choice changes, and the note on words that are not in the table."""
        self.notes.content = nodes.lines_of(self._notes(), "wn-small")
        self.send_button.description = (
            f"送去选题（{len(self.result)} 个词）" if len(self.result) else "送去选题"
        )
        if not self._quiet:
            self._show_detail()

    def _show_told(self) -> None:
        self.told_panel.content = [node("p", line, role="status") for line in self._said]

    def _show_words(self) -> None:
        found = NEW_WORDS.empty() if self._found is None else self._found
        left = found[~found["term"].isin(self.words["term"])]
        self.word_table.rows = nodes.word_rows(left)
        self.word_table.empty = "没有找到可以收进词表的新词。"
        self.word_box.layout.display = "none" if self._found is None else None

    # what an editor does

    def look_at(self, term: str) -> None:
        """Look at a word of the table."""
        self.table.selected = term

    def choose(self, term: str) -> None:
        """Choose a word, or give it up where it is chosen."""
        held = [one for one in self.table.chosen if one != term]
        self.table.chosen = held if term in self.table.chosen else [*held, term]

    def _to_topics(self) -> None:
        """Make topics of the chosen words; without any trend, of the documents' keywords."""
        if not len(self.result) and len(self._look.trends):
            self._tell("先在表里勾选几个词，再送去选题。")
            return
        if self._make_topics():
            self._tell(*self._said, *self._kept(self._save, self.result))
            self._changed()

    def _make_topics(self) -> bool:
        """Ask `topics`, show them and say so; whether there was an answer."""
        chosen = self.result
        self._tell("正在找选题。")
        try:
            found = self._topics(chosen, self._cited(chosen))
        except ToolkitError as error:
            self._tell(str(error))
            return False
        if len(chosen) and "origin" in found:
            # a short list is filled up with keywords that nobody chose
            notes = found.attrs.get("notes", [])
            found = found[found["origin"] != "keyword"].reset_index(drop=True)
            found.attrs["notes"] = notes
        self.topics, self._sent = found, True
        self.topic_panel.content = nodes.topic_nodes(found)
        words = f"{len(chosen)} 个词" if len(chosen) else "关键词"
        self._tell(f"{words}送去了选题，得到 {len(found)} 个选题。", *found.attrs.get("notes", []))
        return True

    def _cited(self, chosen: pd.DataFrame) -> pd.DataFrame:
        """The documents that the chosen words stand in, with their copies; all of them where nothing is chosen."""
        documents = self._look.documents
        if not len(chosen):
            return documents
        cited = {doc_id for evidence in chosen["evidence"] for doc_id in evidence}
        return documents[documents["doc_id"].isin(cited) | documents["duplicate_of"].isin(cited)]

    def _find(self) -> None:
        """Look for new words in the documents that are looked at."""
        if self._new_words is None:
            return
        self._tell("正在找新词。")
        try:
            found = check(self._new_words(self._look.documents), NEW_WORDS)
        except ToolkitError as error:
            self._tell(str(error))
            return
        self._found = found[~found["term"].isin(self.words["term"])].head(MOST_WORDS)
        self._show_words()
        self._tell(f"找到 {len(self._found)} 个新词，列在下面。勾选要的，再点「收进词表」。")
        self._changed()

    def _accept(self) -> None:
        """Take the ticked words into the word list."""
        if self._found is None or not self.word_table.chosen:
            self._tell("先勾选要收的新词。")
            return
        taken = self._found[self._found["term"].isin(self.word_table.chosen)]
        rows = taken[["term", "frequency"]].reset_index(drop=True)
        if said := self._kept(self._save_words, rows):
            self._tell(*said)
            return
        self.words = pd.concat([self.words, rows], ignore_index=True)
        self.word_table.chosen = []
        self._show_words()
        names = "、".join(rows["term"])
        self._tell(f"收进词表 {len(rows)} 个：{names}。下次数词时不再切开。")
        self._changed()

    def _kept(self, save: Callable[[pd.DataFrame], Any] | None, frame: pd.DataFrame) -> list[str]:
        """Hand a frame to a saving; what is to be said where it refuses."""
        try:
            if save is not None:
                save(frame)
        except (ToolkitError, OSError) as error:
            return [f"还没有存下：{error}"]
        return []

    def _changed(self) -> None:
        """Hand the state to `save_draft` where it has changed."""
        if self._quiet or self._save_draft is None or (state := self.state()) == self._last:
            return
        try:
            self._save_draft(state)
        except (ToolkitError, OSError) as error:
            others = [line for line in self._said if not line.startswith(NOT_KEPT)]
            self._tell(*others, f"{NOT_KEPT}：{error}")
        else:
            self._last = state

    def _tell(self, *lines: str) -> None:
        self._said = [line for line in lines if line]
        self._show_told()
