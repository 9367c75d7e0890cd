"""What mining asks of the documents: which terms they hold, when, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.trends._counts import Counts
from toolkit.trends._windows import EARLIER, LEFT_OUT, Windows


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

    def members(self, chosen: Iterable[int]) -> dict[int, np.ndarray]:
        """For each chosen term the rows of `documents` that hold it, in order."""

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
        inside, baseline = part == 0, part > 0
        seen = np.bincount(terms.term[inside], minlength=size)
        past = np.bincount(terms.term[baseline], minlength=size)
        expected = past * self.sizes[0] / max(int(self.sizes[1:].sum()), 1)
        sources = _distinct(
            terms.term[inside], pd.factorize(self.documents["source"])[0][terms.document[inside]], size
        )
        rises = (seen >= min_documents) & (sources >= min_sources)
        chosen = np.flatnonzero(rises | ((expected >= min_documents) & (seen < expected)))
        place = np.full(size, -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        stretches = len(self.sizes)
        wanted = (place[terms.term] >= 0) & (part >= 0)
        cells = np.bincount(
            place[terms.term[wanted]] * stretches + part[wanted], minlength=len(chosen) * stretches
        ).reshape(len(chosen), stretches)
        table = pd.DataFrame(cells, columns=[f"part{number}" for number in range(stretches)], index=chosen)
        used = np.bincount(terms.term[inside], weights=terms.count[inside], minlength=size)[chosen]
        idf = np.log((1 + len(self.documents)) / (1 + terms.frequency[chosen])) + 1
        return table.assign(
            documents=seen[chosen],
            baseline_documents=past[chosen],
            before=np.bincount(terms.term[part == EARLIER], minlength=size)[chosen] + past[chosen],
            expected=expected[chosen],
            sources=sources[chosen],
            tfidf=used * idf / max(int(self.sizes[0]), 1),
            rises=rises[chosen],
            held=terms.frequency[chosen],
        )

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


def _distinct(terms: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """For each term how many different values stand beside it."""
    width = int(values.max()) + 1 if len(values) else 1
    return np.bincount(np.unique(terms * width + values) // width, minlength=size)
