"""What jieba's tables know of words: frequencies, IDF, and the frequency a new word needs so that it is not cut.

The tables are read as files: importing jieba costs a second.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from importlib import util
from pathlib import Path
from types import MappingProxyType

# jieba's table is ln(documents / documents with the word): its largest value is one word in so many documents
SHIPPED_DOCUMENTS = 1_088_899
# what jieba gives a word that the table lacks: the table's median
UNKNOWN_IDF = 11.9547675029


@functools.cache
def word_frequencies() -> Mapping[str, int]:
    """Word to its frequency in jieba's dictionary: about 349 000 words, some 60 million occurrences.

    >>> word_frequencies()["社区"] > word_frequencies()["团购"] > 0
    True
    """
    return _dictionary()[0]


@functools.cache
def _dictionary() -> tuple[Mapping[str, int], int]:
    """The words with their frequency, and the sum of all lines."""
    # word, frequency, tag in each line, and no word holds a blank
    fields = _table("dict.txt").decode().split()
    frequencies = list(map(int, fields[1::3]))
    return MappingProxyType(dict(zip(fields[::3], frequencies, strict=True))), sum(frequencies)


def part_probabilities(terms: Iterable[str]) -> list[float]:
    """For each term the probability, by jieba's dictionary, that its likeliest parts stand side by side by chance.

    Parts are dictionary words and single characters; a character that the dictionary lacks counts as seen once.

    >>> ordinary, coined = part_probabilities(["中国经济", "社区团购"])
    >>> ordinary > 100 * coined
    True
    """
    known, total = _dictionary()
    out = []
    for term in terms:
        best = [1.0]
        for end in range(1, len(term) + 1):
            begins = (begin for begin in range(end) if begin == end - 1 or known.get(term[begin:end]))
            best.append(max(best[begin] * (known.get(term[begin:end]) or 1) / total for begin in begins))
        out.append(best[-1])
    return out


def suggest_frequencies(terms: Iterable[str]) -> list[int]:
    """For each term the least frequency with which jieba keeps it whole where it stands alone.

    The probability of its likeliest parts, as a frequency, plus one: what `jieba.suggest_freq` gives.

    >>> suggest_frequencies(["社区团购", "团购"])
    [1, 20]
    """
    total = _dictionary()[1]
    return [int(probability * total) + 1 for probability in part_probabilities(terms)]


class _IdfTable(Mapping[str, float]):
    """IDF by word, read from bytes: only what is asked for becomes a number."""

    def __init__(self, raw: bytes) -> None:
        fields = iter(raw.split())
        self._values = dict(zip(fields, fields, strict=True))

    def __getitem__(self, word: str) -> float:
        return float(self._values[word.encode()])

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self._values)

    def __len__(self) -> int:
        return len(self._values)


@functools.cache
def shipped_idf() -> tuple[Mapping[str, float], float]:
    """jieba's IDF table (about 270 000 words) and the value of a word it lacks; jieba itself is not imported."""
    return _IdfTable(_table("analyse", "idf.txt")), UNKNOWN_IDF


def _table(*place: str) -> bytes:
    """A file of jieba's package."""
    spec = util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'jieba'", name="jieba")
    return Path(spec.submodule_search_locations[0]).joinpath(*place).read_bytes()
