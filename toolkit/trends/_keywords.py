"""The keywords of each document: words and phrases by TF-IDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, KEYWORDS, ChoiceError, as_whole, check, is_missing
from toolkit.trends._counts import document_texts, folded_words

# What a term keeps of its weight where it is likely part of a keyword, or more than one. Set on halves of two sets of
# texts, see benchmarks/keywords.py. Widths are in Han characters, letters are half as wide.
SHORT, SHORT_WIDTH = 0.4, 2.0
LONG, LONG_WIDTH = 0.5, 6.0
LOOSE = NESTED = 0.5
_HASH = np.uint64(0x9E3779B97F4A7C15)


def extract_keywords(
    documents: Any, *, top: int = 10, words: Any | None = None, stop_words: Iterable[str] = ()
) -> pd.DataFrame:
    """KEYWORDS: the `top` terms of each document by TF-IDF, words and phrases of up to four words.

    `documents` is a DOCUMENTS frame, or one text, or several (then doc_id is the position as text). doc_id, rank
    (from 1), term (simplified; Latin letters as the documents mostly write them), weight. Sorted by document and
    rank; equal weights by term. A document without any word has no row; no documents give an empty frame.

    The weight is the term's count × the sum of its words' IDF ÷ the square root of their number. The IDF is
    ln(documents ÷ documents with the word) over these documents and the 1,088,899 of jieba's table together, so that
    the table leads where there are few. A phrase, and a word that no dictionary holds, counts where it stands twice in
    the document or in two documents. It begins and ends with no stop word. A term up to two characters wide keeps 40%
    of its weight; wider than six, with a stop word inside, or only inside a longer term of that document: half for each.

    `words` are user words with a frequency (None: the user-word lexicon), `stop_words` stop words beside the
    lexicon's.

    Raises ChoiceError for a `top` below 1 and for what is no text, ColumnError for a frame without texts.

    >>> extract_keywords(["手冲咖啡怎么磨豆，手冲咖啡用几度的水"], top=1)["term"].tolist()
    ['手冲咖啡']
    """
    top = as_whole(top, "top")
    ids, texts = _texts(documents)
    hidden = folded_words(stop_words)
    found = text.find_terms(text.tokenise(texts, words=words, stop_words=hidden), support=1)
    rows = _supported(found, words)
    if hidden:
        rows = rows[~np.isin(np.array(found.names(), dtype=object), list(hidden))[found.term[rows]]]
    if not len(rows):
        return KEYWORDS.empty()
    owner = found.document[rows]
    weight = found.count[rows] * _worth(found)[found.term[rows]]
    weight = np.round(np.where(_nested(found, rows), NESTED, 1.0) * weight, 6)
    rows, owner, weight = (part[_leading(owner, weight, top)] for part in (rows, owner, weight))
    numbers, place = np.unique(found.term[rows], return_inverse=True)
    names = np.array(found.names(numbers, shown=True), dtype=object)[place]
    order = np.lexsort((names.astype(str), -weight, owner))
    rank = np.arange(len(order)) - np.searchsorted(owner[order], owner[order]) + 1
    order, rank = order[rank <= top], rank[rank <= top]
    out = pd.DataFrame(
        {
            "doc_id": np.array(ids, dtype=object)[owner[order]],
            "rank": rank,
            "term": names[order],
            "weight": weight[order],
        }
    )
    return check(out, KEYWORDS)


def _texts(documents: Any) -> tuple[list[str], list[str]]:
    """The ids and the texts of the documents."""
    if isinstance(documents, pd.DataFrame):
        frame = check(documents, DOCUMENTS)
        return frame["doc_id"].tolist(), document_texts(frame)
    if not isinstance(documents, str) and (
        not isinstance(documents, Iterable) or isinstance(documents, bytes | Mapping)
    ):
        raise ChoiceError(
            f"extract_keywords 要的是内容表、一段文字或一列文字，收到的是 {type(documents).__name__}。"
            "请先用 read_documents 读进内容，再把 frame 交进来。"
        )
    listed = [documents] if isinstance(documents, str) else list(documents)
    texts = ["" if is_missing(value) else str(value) for value in listed]
    return [str(place) for place in range(len(texts))], texts


def _supported(found: text.Terms, words: Any | None) -> np.ndarray:
    """The rows that count: words, and whatever stands twice in its document or in two documents.

    A word that no dictionary holds is the segmenter's guess (设成免), and needs that support as a phrase does.
    """
    known, _ = text.shipped_idf()
    chosen = lexicons.user_words() if words is None else dict(text.word_list(words))
    singles = np.flatnonzero(found.length == 1)
    sure = np.zeros(len(found.length), dtype=bool)
    sure[singles] = [name in known or name in chosen or name.isascii() for name in found.names(singles)]
    return np.flatnonzero(sure[found.term] | (found.count >= 2) | (found.frequency[found.term] >= 2))


def _worth(found: text.Terms) -> np.ndarray:
    """For each term what one occurrence weighs."""
    tokens = found.tokens
    table, unknown = text.shipped_idf()
    words = tokens.words.tolist()
    shipped = np.array([table.get(word, unknown) for word in words])
    width = np.array([len(word) / 2 if word.isascii() else len(word) for word in words])
    _, held, _ = text.pairs(tokens.documents, tokens.ids, tokens.texts, len(words))
    seen = np.bincount(held, minlength=len(words)) + text.SHIPPED_DOCUMENTS * np.exp(-shipped)
    idf = np.log((text.SHIPPED_DOCUMENTS + tokens.texts) / seen)
    total, across = np.zeros((2, len(found.start)))
    loose = np.zeros(len(found.start), dtype=bool)
    for offset in range(int(found.length.max())):
        there = found.length > offset
        word = tokens.ids[found.start[there] + offset]
        total[there] += idf[word]
        across[there] += width[word]
        loose[there] |= ~tokens.edge[word]
    worth = total / np.sqrt(found.length)
    worth *= np.where(across <= SHORT_WIDTH, SHORT, 1.0) * np.where(across > LONG_WIDTH, LONG, 1.0)
    return worth * np.where(loose, LOOSE, 1.0)


def _nested(found: text.Terms, rows: np.ndarray) -> np.ndarray:
    """For each of the rows whether a longer term of the same rows holds it, in its document, as often."""
    start, length = found.start[found.term[rows]], found.length[found.term[rows]]
    count, ids = found.count[rows], found.tokens.ids

    def keys(chosen: np.ndarray, first: int, last: int) -> np.ndarray:
        """64 bits of the document and the run of words from `first` to before `last`."""
        out = found.document[rows[chosen]].astype(np.uint64)
        for offset in range(first, last):
            out = (out + np.uint64(1)) * _HASH + ids[start[chosen] + offset].astype(np.uint64)
            out ^= out >> np.uint64(29)
        return out

    by_length = [np.flatnonzero(length == size) for size in range(1, int(length.max()) + 1)]
    whole = np.concatenate([keys(chosen, 0, size) for size, chosen in enumerate(by_length, start=1)])
    order = np.argsort(whole)
    whole, owner = whole[order], np.concatenate(by_length)[order]
    often = np.zeros(len(rows), dtype=count.dtype)
    for size, chosen in enumerate(by_length, start=1):
        for first in range(size):
            for last in range(first + 1, size + (first > 0)):
                inner = keys(chosen, first, last)
                place = np.minimum(np.searchsorted(whole, inner), len(whole) - 1)
                same = whole[place] == inner
                np.maximum.at(often, owner[place[same]], count[chosen[same]])
    return often >= count


def _leading(owner: np.ndarray, weight: np.ndarray, top: int) -> np.ndarray:
    """The places of the `top` heaviest of each document, with all that weigh as much as the last of them."""
    order = np.lexsort((-weight, owner))
    sorted_owner = owner[order]
    first = np.searchsorted(sorted_owner, sorted_owner)
    last = np.searchsorted(sorted_owner, sorted_owner, side="right") - 1
    least = weight[order[np.minimum(first + top - 1, last)]]
    return order[weight[order] >= least]
