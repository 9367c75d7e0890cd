"""What mining asks of the documents: which terms they hold, when, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.trends._counts import Counts
from toolkit.trends._judge import COMMON
from toolkit.trends._windows import LEFT_OUT, Windows


class Use(Protocol):
    """The documents up to the window's end and the terms in them; terms are known by number."""

    @property
    def documents(self) -> pd.DataFrame:
        """Their memory, in order."""

    @property
    def part(self) -> np.ndarray:
        """The part of each document."""

    @property
    def sizes(self) -> np.ndarray:
        """The documents of each part from 0 on."""

    def candidates(self, min_documents: int, min_sources: int) -> pd.DataFrame:
        """The terms worth judging, index their number: part0, part1, … (documents by part) and what is summed of them.

        `held` are the documents up to the window's end, `before` those before the window, `expected` what the
        baseline lets expect in the window, `rises` whether there are enough documents and sources.
        """

    def totals(self) -> np.ndarray:
        """How many terms stand in 0, 1, 2, … documents of the window and the baseline together."""

    def near(self, chosen: Iterable[int]) -> tuple[dict[int, np.ndarray], np.ndarray]:
        """For each chosen term at least the documents of window and baseline that hold it, by any numbers from 0 on.

        Then the part of each document, by the same numbers.
        """

    def members(self, chosen: Iterable[int]) -> dict[int, np.ndarray]:
        """For each chosen term the rows of `documents` that hold it, in order; asked before `documents` and `part`."""

    def names(self, chosen: Iterable[int], *, shown: bool = False) -> list[str]:
        """The chosen terms as text, in lower case or as the documents mostly write them."""

    def spread(self, words: Iterable[str]) -> dict[str, int]:
        """How many documents hold each word; 0 for a word that none holds."""


@dataclass(frozen=True)
class LocalUse:
    """Use of Counts in this process."""

    documents: pd.DataFrame
    part: np.ndarray
    sizes: np.ndarray
    terms: text.Terms

    @classmethod
    def of(cls, counts: Counts, windows: Windows, *, support: int) -> LocalUse:
        """Terms of the documents that are neither undated nor later than the window."""
        used = windows.part > LEFT_OUT
        tokens, documents = counts.tokens, counts.documents
        if not used.all():
            tokens, documents = text.only_texts(tokens, used), documents[used].reset_index(drop=True)
        return cls(documents, windows.part[used], windows.sizes, text.find_terms(tokens, support=support))

    def candidates(self, min_documents: int, min_sources: int) -> pd.DataFrame:
        """The terms worth judging, with their documents in each part; index: the term's number."""
        terms, size = self.terms, len(self.terms.start)
        part = self.part[terms.document]
        inside = part == 0
        seen = np.bincount(terms.term[inside], minlength=size)
        past = np.bincount(terms.term[part > 0], minlength=size)
        sources = _distinct(
            terms.term[inside], pd.factorize(self.documents["source"])[0][terms.document[inside]], size
        )
        _, worth = worth_judging(seen, past, sources, self.sizes, min_documents, min_sources)
        chosen = np.flatnonzero(worth)
        place = np.full(size, -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        wanted = worth[terms.term]
        columns = 1 + len(self.sizes)
        cells = np.bincount(
            place[terms.term[wanted]] * columns + part[wanted] + 1, minlength=len(chosen) * columns
        ).reshape(len(chosen), columns)
        uses = np.bincount(terms.term[inside], weights=terms.count[inside], minlength=size)[chosen]
        documents = len(self.documents)
        return candidate_table(
            chosen, cells, sources[chosen], uses, self.sizes, documents, min_documents, min_sources
        )

    def totals(self) -> np.ndarray:
        """How many terms stand in 0, 1, 2, … documents of the window and the baseline together."""
        near = self.part[self.terms.document] >= 0
        return np.bincount(np.bincount(self.terms.term[near], minlength=len(self.terms.start)))

    def near(self, chosen: Iterable[int]) -> tuple[dict[int, np.ndarray], np.ndarray]:
        """The rows of the chosen terms, and the part of each document."""
        return self.members(chosen), self.part

    def members(self, chosen: Iterable[int]) -> dict[int, np.ndarray]:
        """The documents of each chosen term, in order."""
        numbers = np.fromiter(chosen, np.int64)
        wanted = np.zeros(len(self.terms.start), dtype=bool)
        wanted[numbers] = True
        mine = wanted[self.terms.term]
        term, document = self.terms.term[mine], self.terms.document[mine]
        order = np.argsort(term, kind="stable")
        bounds = np.searchsorted(term[order], numbers[np.argsort(numbers)], side="left")
        parts = np.split(document[order], bounds[1:]) if len(numbers) else []
        return dict(zip(np.sort(numbers).tolist(), parts, strict=True))

    def names(self, chosen: Iterable[int], *, shown: bool = False) -> list[str]:
        """The chosen terms as text, in lower case or as the documents mostly write them."""
        return self.terms.names(chosen, shown=shown)

    def spread(self, words: Iterable[str]) -> dict[str, int]:
        """How many documents hold each word; 0 for a word that none holds."""
        tokens = self.terms.tokens
        wanted = set(words)
        chosen = np.array([word in wanted for word in tokens.words], dtype=bool)
        mine = chosen[tokens.ids] if len(tokens.ids) else np.zeros(0, dtype=bool)
        _, ids, _ = text.pairs(tokens.documents[mine], tokens.ids[mine], tokens.texts, len(tokens.words))
        held = np.bincount(ids, minlength=len(tokens.words))
        return dict.fromkeys(wanted, 0) | {
            tokens.words[place]: int(held[place]) for place in np.flatnonzero(chosen)
        }


def worth_judging(
    seen: np.ndarray,
    past: np.ndarray,
    sources: np.ndarray,
    sizes: np.ndarray,
    min_documents: int,
    min_sources: int,
) -> tuple[np.ndarray, np.ndarray]:
    """For each term whether it stands in enough documents and sources of the window, and whether it is a candidate.

    A candidate is one too that stands in fewer documents than the baseline, where it was common enough, lets expect,
    and any common term: these tell how much counts vary.
    """
    expected = past * sizes[0] / max(int(sizes[1:].sum()), 1)
    rises = (seen >= min_documents) & (sources >= min_sources)
    return rises, rises | ((expected >= min_documents) & (seen < expected)) | (past >= COMMON)


def candidate_table(
    terms: np.ndarray,
    cells: np.ndarray,
    sources: np.ndarray,
    uses: np.ndarray,
    sizes: np.ndarray,
    documents: int,
    min_documents: int,
    min_sources: int,
) -> pd.DataFrame:
    """The candidates among `terms`, as Use.candidates gives them.

    For each term `cells` counts the documents before the baseline (EARLIER), in the window, in each stretch;
    `uses` is how often it stands in the window, `sources` how many sources used it there. `documents` are all.
    """
    seen, past = cells[:, 1], cells[:, 2:].sum(axis=1)
    held = cells.sum(axis=1)
    rises, worth = worth_judging(seen, past, sources, sizes, min_documents, min_sources)
    idf = np.log((1 + documents) / (1 + held)) + 1
    names = [f"part{number}" for number in range(len(sizes))]
    table = pd.DataFrame(cells[:, 1:], columns=names, index=terms).assign(
        documents=seen,
        baseline_documents=past,
        before=held - seen,
        expected=past * sizes[0] / max(int(sizes[1:].sum()), 1),
        sources=sources,
        tfidf=uses * idf / max(int(sizes[0]), 1),
        rises=rises,
        held=held,
    )
    return table[worth]


def _distinct(terms: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """For each term how many different values stand beside it."""
    width = int(values.max()) + 1 if len(values) else 1
    return np.bincount(np.unique(terms * width + values) // width, minlength=size)
