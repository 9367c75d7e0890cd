"""What the verbs say of one window and choice of sources, each question asked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from toolkit.schema import TRENDS, check
from toolkit.trends import Counts, window_end

# how far the small lines look back, in periods
MOST_PERIODS = 12
MOST_PASSAGES = 20


class Period(NamedTuple):
    """The window that is looked at, and whose documents; no source and no channel mean all."""

    window_days: int = 7
    until: Any | None = None
    sources: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def windows(self) -> dict[str, Any]:
        """The window as the verbs take it."""
        return {"until": self.until, "window_days": self.window_days}


@dataclass(frozen=True)
class Verbs:
    """The verbs behind a board."""

    mine: Callable[..., pd.DataFrame]
    history: Callable[..., pd.DataFrame]
    explain: Callable[..., Any]
    passages: Callable[..., pd.DataFrame]


@dataclass
class Look:
    """One period: its counts, its documents, its TRENDS, and what was asked of its words so far."""

    period: Period
    counts: Counts
    documents: pd.DataFrame
    trends: pd.DataFrame
    history: pd.DataFrame
    verbs: Verbs
    asked: dict[tuple[str, str], Any] = field(default_factory=dict)

    def lines(self) -> dict[str, list[int]]:
        """The documents of each period for each word, from the first period with documents on."""
        grouped = self.history.groupby("term", sort=False)["documents"]
        return {str(term): [int(count) for count in counts] for term, counts in grouped}

    def reason(self, term: str) -> Any:
        """What `explain` says of a word; raises what it raises."""
        return self._once(
            "reason",
            term,
            lambda: self.verbs.explain(term, self.counts, trends=self.trends, **self.period.windows),
        )

    def passages(self, term: str) -> pd.DataFrame:
        """The sentences of a word and its variants, none after the window."""
        row = self.row(term)
        forms = [term, *([] if row is None else row["variants"])]
        made: pd.DataFrame = self._once(
            "passages", term, lambda: self.verbs.passages(forms, self.documents, limit=MOST_PASSAGES)
        )
        return made

    def by(self, part: str) -> pd.DataFrame:
        """TRENDS by source or channel."""
        made: pd.DataFrame = self._once(
            "by", part, lambda: self.verbs.mine(self.counts, by=part, **self.period.windows)
        )
        return made

    def row(self, term: str) -> dict[Any, Any] | None:
        """The word's row of TRENDS; None where it has none."""
        rows: list[dict[Any, Any]] = self.trends[self.trends["term"] == term].to_dict("records")
        return rows[0] if rows else None

    def _once(self, what: str, term: str, ask: Callable[[], Any]) -> Any:
        if (what, term) not in self.asked:
            self.asked[what, term] = ask()
        return self.asked[what, term]


class Looks:
    """The looks at one set of documents, each made once."""

    def __init__(self, documents: pd.DataFrame, counts: Counts, verbs: Verbs) -> None:
        self.documents, self.counts, self._verbs = documents, counts, verbs
        self._made: dict[Period, Look] = {}
        self.last_day: dt.date | None = None
        times = counts.documents["published_at"]
        if times.notna().any():
            self.last_day = window_end(times, None).date()

    def tally(self, column: str) -> list[tuple[str, int]]:
        """The sources (or channels) with their documents that vote, most first."""
        tally = self.counts.documents[column].fillna("").value_counts()
        return sorted(
            ((str(name), int(size)) for name, size in tally.items()), key=lambda one: (-one[1], one[0])
        )

    def at(self, period: Period, trends: pd.DataFrame | None = None) -> Look:
        """The look at a period; `trends` where they have been mined already. Raises what the verbs raise."""
        if period not in self._made:
            self._made[period] = self._look(period, trends)
        return self._made[period]

    def _look(self, period: Period, trends: pd.DataFrame | None) -> Look:
        counts, documents = self.counts, self.documents
        if period.sources or period.channels:
            counts = counts.only(_of(counts.documents, period)["doc_id"])
            documents = _of(documents, period)
        if trends is None:
            trends = self._verbs.mine(counts, **period.windows)
        table = check(trends, TRENDS).drop_duplicates("term", ignore_index=True)
        table.attrs["notes"] = list(trends.attrs.get("notes", []))
        history = self._history(counts, table, period)
        return Look(period, counts, _up_to(documents, period), table, history, self._verbs)

    def _history(self, counts: Counts, table: pd.DataFrame, period: Period) -> pd.DataFrame:
        """TERM_HISTORY of the table's words, without the periods before the first document."""
        made = self._verbs.history(counts, table["term"].tolist(), windows=MOST_PERIODS, **period.windows)
        first = made.loc[made["total"] > 0, "starts"].min() if len(made) else None
        return made if first is None else made[made["starts"] >= first]


def _of(documents: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The documents of the chosen sources and channels."""
    for column, chosen in (("source", period.sources), ("channel", period.channels)):
        if chosen:
            documents = documents[documents[column].fillna("").isin(chosen)]
    return documents


def _up_to(documents: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The documents that are not later than the window; undated ones stay."""
    if period.until is None or documents.empty:
        return documents
    times = documents["published_at"]
    return documents[times.isna() | (times <= window_end(times, period.until))]


def copies_of(documents: pd.DataFrame) -> Mapping[str, list[dict[Any, Any]]]:
    """The copies of each document, by the doc_id of the original: those marked, or exact repeats where none is."""
    marked = documents["duplicate_of"].notna()
    if marked.any():
        copies = documents[marked].assign(of=documents.loc[marked, "duplicate_of"])
    else:
        same = documents.groupby(["source", "title", "body"], dropna=False)["doc_id"].transform("first")
        copies = documents.assign(of=same)[same != documents["doc_id"]]
    out: dict[str, list[dict[Any, Any]]] = {}
    for row in copies[["of", "source", "title", "published_at", "url"]].to_dict("records"):
        out.setdefault(str(row["of"]), []).append(row)
    return out
