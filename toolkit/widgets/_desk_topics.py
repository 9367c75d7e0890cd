"""The topics of a week to choose from: ranked, with what speaks for and against each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as ipw
import pandas as pd

from toolkit.charts import format_time, part_caption, part_columns
from toolkit.schema import GATE_MARKS, TOPICS, WORDS, check
from toolkit.widgets._view import Panel, Table, button, node

COLUMNS = [
    {"name": "rank", "caption": "名次", "kind": "number"},
    {"name": "label", "caption": "选题", "kind": "text"},
    {"name": "score", "caption": "得分", "kind": "number", "hint": "照你的权重排的次序，不是预测"},
    {"name": "gate", "caption": "合规", "kind": "text"},
    {"name": "documents", "caption": "同行篇数", "kind": "number"},
    {"name": "why", "caption": "为什么", "kind": "text", "fixed": True},
]
MOST_EVIDENCE = 6
# so many get titles where nobody ticks any
MOST_TOPICS = 8


class TopicBoard(ipw.VBox):
    """Ranked topics (TOPICS) to look into and choose; `documents` hold their evidence.

    `chosen` are topic_ids ticked from the start. `result` is TOPICS of the ticked ones in their rank, `all` the whole
    frame; `save` is called with `result` when the editor goes on. Topics that the gate blocks can be looked at and are
    never in `result`.

    >>> board = TopicBoard(pd.DataFrame(), pd.DataFrame())
    >>> len(board.result)
    0
    """

    def __init__(
        self,
        topics: pd.DataFrame,
        documents: pd.DataFrame,
        *,
        chosen: Sequence[str] = (),
        save: Callable[[pd.DataFrame], Any] | None = None,
    ) -> None:
        self.all = check(topics, TOPICS) if len(topics) else TOPICS.empty()
        self._documents, self._save = documents, save
        known = set(self.all["topic_id"])
        self.table = Table(
            columns=COLUMNS,
            rows=[_row(rank, row) for rank, row in enumerate(self.all.to_dict("records"), start=1)],
            chosen=[key for key in chosen if key in known],
            choice="选用",
            label="选题",
            empty="还没有选题。请先在「看热词」里选几个词，或等内容多一些。",
        )
        self.details, self.next = Panel(label="选题的依据"), Panel()
        self.table.observe(lambda _change: self._show(), names="selected")
        self.table.observe(lambda _change: self._count(), names="chosen")
        self.next.on("next", lambda _sent: self._go_on())
        super().__init__([self.table, self.details, self.next])
        self.add_class("wn-plain")
        self.table.selected = self.all["topic_id"].iloc[0] if len(self.all) else ""
        self._count()

    def __repr__(self) -> str:
        """The same text in every run, so that a notebook's output can be compared."""
        return f"TopicBoard（{len(self.all)} 个选题）"

    @property
    def result(self) -> pd.DataFrame:
        """TOPICS of the ticked ones that may be written about, in their rank."""
        ticked = self.all["topic_id"].isin(self.table.chosen) & (self.all["gate"] != "block")
        return self.all[ticked].reset_index(drop=True)

    def _count(self) -> None:
        number = len(self.result)
        left = len(self.table.chosen) - number
        usable = min(MOST_TOPICS, int((self.all["gate"] != "block").sum()))
        words = f"给选中的 {number} 个拟标题" if number else f"给前 {usable} 个拟标题"
        said = f"{left} 个合规不通过，不能选用" if left else "空格勾选，上下键换行"
        self.next.content = [
            node("div", button(words, "next", css="wn-main", key="next"), node("small", said), css="wn-row")
        ]

    def _go_on(self) -> None:
        if self._save is not None:
            self._save(self.result)

    def _show(self) -> None:
        rows = self.all[self.all["topic_id"] == self.table.selected].to_dict("records")
        self.details.content = [self._told(row) for row in rows]

    def _told(self, row: dict[Any, Any]) -> dict[str, Any]:
        """Angle, parts that cost most, and the documents it comes from."""
        found = row.get("angles")
        angles = found if isinstance(found, list) else [row["angle"]]
        lost = sorted((float(row[name]), part_caption(name)) for name in part_columns(self.all))
        parts = [f"{caption} {value:.2f}" for value, caption in lost[:4] if value < 0]
        return node(
            "section",
            node("h4", str(row["label"])),
            node("p", str(row.get("why") or ""), css="wn-muted"),
            node("h5", "角度"),
            node("ul", [node("li", str(line)) for line in angles[:3] if line]),
            node("p", f"扣得最多的：{'、'.join(parts)}", css="wn-small") if parts else "",
            node("h5", "出处"),
            node("ul", [_source(one) for one in self._evidence(row["evidence"])]),
            css="wn-stack wn-topic",
        )

    def _evidence(self, ids: Any) -> list[dict[Any, Any]]:
        if "doc_id" not in self._documents or not isinstance(ids, list):
            return []
        found = self._documents[self._documents["doc_id"].isin(ids)]
        return found.head(MOST_EVIDENCE).to_dict("records")


def _row(rank: int, row: dict[Any, Any]) -> dict[str, Any]:
    gate = str(row["gate"])
    return {
        "key": row["topic_id"],
        "name": str(row["label"]),
        "rank": rank,
        "label": node("bdi", str(row["label"])),
        "label:order": str(row["label"]),
        "score": round(float(row["score"]), 1),
        "gate": node("span", f"{GATE_MARKS.get(gate, '')} {WORDS.get(gate, gate)}", css=f"wn-{gate}"),
        "gate:order": gate,
        "documents": len(row["evidence"]) if isinstance(row["evidence"], list) else 0,
        "why": str(row.get("why") or row["angle"] or ""),
    }


def _source(row: dict[Any, Any]) -> dict[str, Any]:
    """A document as a line: its title, a link where it has a safe one, who and when."""
    told = f"　{row.get('source') or ''}　{_day(row.get('published_at'))}"
    address = row.get("url")
    title = str(row.get("title") or "（没有标题）")
    linked = node("a", title, href=address) if isinstance(address, str) and address else node("bdi", title)
    return node("li", linked, node("small", told))


def _day(value: Any) -> str:
    return "" if value is None or pd.isna(value) else format_time(value)
