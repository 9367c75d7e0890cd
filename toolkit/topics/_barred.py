"""What keeps a topic from being one: words that compliance stops, and deaths, disasters, crimes."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit import compliance, lexicons, text
from toolkit.topics._fit import texts_of

# a cue deep in a long text says little about the topic
CUE_CHARACTERS = 200
# evidence comes with the most telling first; more of it than this changes no cue's share that an editor would see
CUE_DOCUMENTS = 20
HARM_SHARE = 1 / 2
_GATES = ("pass", "warn", "block")


def gate_of(words: Iterable[str], rules: tuple[Any, ...], lessons: compliance.Lessons) -> str:
    """The gate of the words: the law's as of editorial text, the house's own rules whatever they bind."""
    said = "、".join(dict.fromkeys(words))
    found = compliance.find(said, purpose="editorial", second_look=False, rules=rules, verdicts=lessons)
    if rules:
        names = {rule.rule_id for rule in rules}
        more = compliance.find(said, second_look=False, rules=rules, verdicts=lessons)
        found += [finding for finding in more if finding.rule_id in names]
    return compliance.gate(found)


def stricter(one: str, other: str) -> str:
    """The stricter of two gates.

    >>> stricter("warn", "pass")
    'warn'
    """
    return max(one, other, key=_GATES.index)


@functools.cache
def _harm() -> re.Pattern[str]:
    words = lexicons.words("sensitive")
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def speaks_of_harm(terms: Iterable[str], heads: Sequence[str]) -> bool:
    """Deaths, disasters, crimes (lexicon `sensitive`): in a term, or in half of the evidence's beginnings; all folded."""
    if any(_harm().search(term) for term in terms):
        return True
    return bool(heads) and sum(bool(_harm().search(head)) for head in heads) >= HARM_SHARE * len(heads)


def harmed(topics: Iterable[Mapping[str, Any]], documents: pd.DataFrame) -> list[bool]:
    """Whether each topic (terms, evidence) speaks of harm, read as `rank_topics` reads the same documents."""
    place = {doc: number for number, doc in enumerate(documents["doc_id"])}
    rows = [
        (list(topic["terms"]), [place[doc] for doc in dict.fromkeys(topic["evidence"]) if doc in place])
        for topic in topics
    ]
    read = sorted({row for _, found in rows for row in found[:CUE_DOCUMENTS]})
    folded = text.fold(texts_of(documents.iloc[read]))
    heads = {row: written[:CUE_CHARACTERS] for row, written in zip(read, folded, strict=True)}
    return [
        speaks_of_harm(text.fold(terms), [heads[row] for row in found[:CUE_DOCUMENTS]])
        for terms, found in rows
    ]
