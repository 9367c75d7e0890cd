"""Counts of words that a workspace keeps, so that adding a day costs that day."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.schema import COUNTS
from toolkit.store import Workspace
from toolkit.trends import Counts, count_terms
from toolkit.week._memory import workspace_of
from toolkit.week._sources import Sources
from toolkit.week._words import all_words

# counts are kept by month, so that adding a day writes one month
COUNTS_NAME = "词频 "
WORDS_NAME = "词频 用词"


def week_counts(sources: Sources, documents: pd.DataFrame) -> Counts:
    """Counts of the week's documents; in a working folder only those are cut that 文案台.db does not know.

    They are cut with the lexicon's words and those of the working folder's 词表.csv.
    """
    workspace, words = workspace_of(sources), all_words(sources)
    if workspace is None:
        return count_terms(documents, words=words)
    with workspace:
        return kept_counts(workspace, documents, only_these=True, words=words)


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
